"""Every chapter that is there, told of a dozen steps and of every recipe, without a frame drawn."""

import os
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import chapter_cases
import pytest

from scenes.__main__ import main
from scenes.film.chapters import find_chapters

CHAPTERS = [chapter.__module__.rpartition(".")[2] for chapter in find_chapters()]
CASES = chapter_cases.get_cases(CHAPTERS)


@pytest.fixture(scope="session")
def traces(tmp_path_factory):
    return chapter_cases.make_traces(tmp_path_factory.mktemp("traces"))


@pytest.fixture(scope="session")
def findings(request, traces):
    """The findings of each case that is to be tried, as they come."""
    chosen = [
        item.callspec.params["case"]
        for item in request.session.items
        if item.function is test_a_chapter_holds_for_any_step_and_recipe
    ]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        futures: dict[chapter_cases.Case, Future] = {
            case: pool.submit(chapter_cases.find, case, traces[case.recipe]) for case in chosen
        }
        yield futures
        for future in futures.values():
            future.cancel()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_chapter_holds_for_any_step_and_recipe(findings, case):
    assert findings[case].result() == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_is_found_in_a_chapter(chapter, capsys, monkeypatch, traces):
    for name in ("RECIPE", "STEP", "TRACE"):
        monkeypatch.delenv(f"GLASSNET_{name}", raising=False)
    code = main(["check", chapter])
    print(capsys.readouterr().out)
    assert code == 0


def test_cases_are_drawn_pairwise():
    recipes = {case.recipe for case in CASES}
    assert {(c.chapter, c.recipe) for c in CASES} == {(c, r) for c in CHAPTERS for r in recipes}
    plain = [case for case in CASES if case.label is None]
    pairs = {(case.recipe, case.step) for case in plain}
    assert pairs == {(r, step) for r in recipes for step in chapter_cases.POSITIONS}
    assert {c.label for c in CASES if c.label is not None} == set(range(10))


def test_the_chapters_are_found():
    assert "backprop" in CHAPTERS
