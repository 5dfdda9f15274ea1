"""Every chapter that is there, told of a dozen steps and of every recipe, without a frame drawn."""

import os
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import chapter_cases
import pytest

from scenes.__main__ import main
from scenes.film.chapters import find_chapters

CHAPTERS = [chapter.__module__.rpartition(".")[2] for chapter in find_chapters()]
CASES = [case for chapter in CHAPTERS for case in chapter_cases.get_cases(chapter)]


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


def test_the_chapters_are_found():
    assert "backprop" in CHAPTERS
