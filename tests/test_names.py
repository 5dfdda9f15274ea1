"""Names of classes on screen: the figures in them are readings."""

import pytest

from network.trace import Trace
from network.training import train
from scenes.film.derived import find_value
from scenes.film.oracle import Oracle
from scenes.kit.names import class_names, class_of
from tests.small_runs import online, write_dataset

NAMES = ("0", "1", "2", "class 3", "4 by 40", "cat", "6", "7", "8", "9")


@pytest.fixture(scope="module", params=[None, NAMES], ids=["numbered", "named"])
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    train(online(write_dataset(folder / "data", names=request.param or ())), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace"), request.param


def test_names_are_those_of_the_run_and_the_oracle_finds_their_figures(run):
    trace, oracle, given = run
    names = class_names(trace)
    assert names == (given or tuple(f"class {label}" for label in range(10)))
    for name in names:
        assert not any(letter.isdigit() for letter in name.typed)
        for quantity, text in name.figures:
            assert find_value(oracle, quantity.source, quantity.step).value == float(text)
    assert [text for _, text in names[4].figures] == (["4", "40"] if given else ["4"])


def test_the_class_of_a_moment_is_what_was_recorded(run):
    trace, _, given = run
    sources = set()
    for number in range(40):
        step = trace[number]
        name = class_of(trace, step, "label")
        assert name == trace.classes[step.label]
        sources |= {quantity.source for quantity, _ in name.figures}
        assert class_of(trace, step, "prediction") == trace.classes[step.prediction]
    # A class that is called by its number is the recorded figure itself.
    assert ("label" in sources) == bool(given)
