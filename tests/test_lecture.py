"""The lecture itself: all chapters rendered by one command, and every figure in it read again."""

import contextlib
import io
import json

import numpy as np
import page_cases as cases
import pytest
from demo_chapters import render

from network.trace import Trace
from scenes import LECTURE
from scenes.film.chapters import find_chapters
from scenes.film.join import count_frames

pytestmark = [pytest.mark.film, pytest.mark.browser]

NAMES = [chapter.__module__.rpartition(".")[2] for chapter in find_chapters()]


@pytest.fixture(scope="module")
def lecture(tmp_path_factory):
    out = tmp_path_factory.mktemp("lecture")
    result = render("--out", out)
    assert result.returncode == 0, result.stderr
    return out


@pytest.fixture(scope="module")
def manifest(lecture):
    return json.loads((lecture / "manifest.json").read_text(encoding="utf-8"))


def test_it_has_all_chapters_in_the_order_of_the_lecture(lecture, manifest):
    assert set(NAMES) <= set(LECTURE)
    assert [name for name in LECTURE if name in NAMES] == NAMES
    assert [chapter["name"] for chapter in manifest["chapters"]] == NAMES
    assert len(NAMES) >= 4
    assert count_frames(lecture / "glassnet-480p.mp4") == manifest["frames"]
    for chapter in manifest["chapters"]:
        assert 60 < chapter["end"] - chapter["start"] < 180
        assert chapter["question"].endswith("?")


def test_every_figure_comes_out_again_of_its_line_of_python(manifest, monkeypatch):
    readings = [reading for chapter in manifest["chapters"] for reading in chapter["readings"]]
    lines = {reading["python"]: reading["value"] for reading in readings}
    assert len(lines) > 150
    traces = {}
    opened = Trace.open
    monkeypatch.setattr(Trace, "open", lambda path: traces.setdefault(path, opened(path)))
    for line, value in lines.items():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(line, {})
        assert float(printed.getvalue()) == value, line
    assert set(traces) == {"data/traces/sigmoid-online"}


def test_readings_lie_within_their_beats(manifest):
    for chapter in manifest["chapters"]:
        beats = {beat["name"]: beat for beat in chapter["beats"]}
        # What is played between two beats belongs to the first of them.
        ends = [*(beat["start"] for beat in chapter["beats"][1:]), chapter["end"]]
        until = dict(zip(beats, ends, strict=True))
        for reading in chapter["readings"]:
            beat = beats[reading["beat"]]
            assert beat["start"] <= reading["start"] <= reading["end"] <= until[beat["name"]]
            if reading["place"] == "narration":
                assert (reading["start"], reading["end"]) == (beat["start"], beat["end"])
        assert any(reading["place"] == "screen" for reading in chapter["readings"])


def test_its_page_plays_it_and_proves_it(lecture, manifest):
    times = np.random.default_rng(0).uniform(0, manifest["duration"], 40).tolist()
    last = manifest["chapters"][-1]
    beats = [beat["name"] for beat in cases.all_beats(manifest)]
    # Between these two, there is a transition.
    first = beats.index(last["beats"][1]["name"])
    with cases.start_chromium() as browser:
        visits = cases.Visits(browser)
        page = visits.open(lecture / "index.html")
        cases.check_readings(page, manifest, times)
        cases.check_links(page, lecture / "index.html", manifest)
        cases.check_stops(page, manifest, first, 2)
        assert cases.violations(page) == []
        visits.close()
    assert visits.faults == []
