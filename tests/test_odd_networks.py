"""Every chapter tells of small and large networks, of images of any shape, of names of any length.

What no chapter can tell of is in `test_suits`.
"""

import os
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import chapter_cases
import pytest
from odd_runs import SUITED

from network.trace import Trace
from scenes.film.chapters import find_chapters

CHAPTERS = [chapter.file_name() for chapter in find_chapters()]
# Where rows are close, or few, frames are drawn too: lines may go through text.
DRAWN = ("twelve-long", "two")
STEPS = (0, -1, 1)
CASES = [
    chapter_cases.Case(chapter, run, STEPS[(number + place) % len(STEPS)])
    for number, chapter in enumerate(CHAPTERS)
    for place, run in enumerate(SUITED)
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    return {name: odd.train(folder / name) for name, odd in SUITED.items()}


@pytest.fixture(scope="module")
def findings(request, runs):
    """The findings of each case that is to be tried, as they come."""
    chosen = [
        item.callspec.params["case"]
        for item in request.session.items
        if item.function is test_a_chapter_holds_for_any_network
    ]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        futures: dict[chapter_cases.Case, Future] = {
            case: pool.submit(
                chapter_cases.find, case, runs[case.recipe], pixels=case.recipe in DRAWN
            )
            for case in chosen
        }
        yield futures
        for future in futures.values():
            future.cancel()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_chapter_holds_for_any_network(findings, case):
    assert findings[case].result() == []


def test_the_runs_are_what_they_are_called(runs):
    traces = {name: Trace.open(path) for name, path in runs.items()}
    sizes = {name: trace[0].size for name, trace in traces.items()}
    assert {(32, 32), (28, 14), (14, 28)} <= set(sizes.values())
    assert {len(trace.classes) for trace in traces.values()} == {2, 10, 12}
    assert {len(trace.sizes) - 2 for trace in traces.values()} == {1, 3}
    assert {4, 512} <= {trace.sizes[1] for trace in traces.values()}
    labels = {name: set(trace.dataset.train.labels) for name, trace in traces.items()}
    assert labels["two-of-ten"] == {3, 8}
    assert labels["two"] == {0, 1}
    assert labels["twelve-long"] == set(range(12))
    assert max(map(len, traces["twelve-long"].classes)) == 30
    assert traces["two-of-ten"].classes[8] == "class 8"
