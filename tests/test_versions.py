"""Which versions the film asks for, and whether one is among them: as packaging says."""

from importlib import metadata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from scenes.film.doctor.versions import (
    FROM_MANIM,
    in_words,
    read_demands,
    read_python_demand,
    satisfies,
)
from tests.whole_machine import DEMANDS, ROOT

numbers = st.lists(st.integers(0, 2), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
clauses = st.one_of(
    st.builds("{}{}".format, st.sampled_from([">=", "<", "=="]), numbers),
    st.builds("=={}.*".format, numbers),
)


@example("2.1.5", "==2.1")
@example("2.1", "==2.1.0")
@example("0.22.3", "==0.22.*")
@example("0.221", "==0.22.*")
@example("12.3", ">=11.0,<13")
@example("13.0", "<13")
@given(numbers, st.lists(clauses, max_size=2).map(",".join))
def test_versions_are_compared_as_packaging_compares_them(version, demand):
    assert satisfies(version, demand) == (version in SpecifierSet(demand))


def test_a_version_before_a_release_counts_as_the_release():
    assert satisfies("2.1rc1", ">=2.1")
    assert not satisfies("13.0.0b1", "<13")


def test_all_that_is_demanded_can_be_read_and_compared():
    assert {"manim", "pillow", "numpy", "av", "tqdm", *FROM_MANIM} <= DEMANDS.keys()
    assert DEMANDS["manim"] == "==0.22.*"
    assert DEMANDS["pillow"] == "<13"
    assert DEMANDS["typst"].startswith(">=0.")
    for name, demand in DEMANDS.items():
        for version in (metadata.version(name), "0.1", "99"):
            assert satisfies(version, demand) == (version in SpecifierSet(demand)), name


def test_what_manim_draws_with_is_not_known_where_manim_is_missing(monkeypatch):
    def requires(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    demands = read_demands((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert demands.keys() == DEMANDS.keys() - set(FROM_MANIM)


def test_the_demand_on_python_is_that_of_the_project():
    project = 'target = ">=3.8"\nrequires-python = ">=3.11"\n'
    assert read_python_demand(project) == ">=3.11"


def test_a_demand_written_in_another_way_is_not_guessed_at():
    with pytest.raises(ValueError, match="~=2"):
        satisfies("2.1", "~=2.0")


def test_demands_are_said_in_words():
    assert in_words(">=11.0,<13") == "11.0 or newer and older than 13"
    assert in_words("==0.22.*") == "0.22"
