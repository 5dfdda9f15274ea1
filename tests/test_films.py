"""Every chapter filmed by the `manim` command, and what lies beside the film."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import av
import pytest

from scenes.film.rehearsal import find_chapters

ROOT = Path(__file__).parents[1]
CHAPTERS = {chapter.__module__.rpartition(".")[2]: chapter.__name__ for chapter in find_chapters()}
# Small and few frames: what is tested is that it works and comes out the same, not the picture.
SMALL = ("-r", "284,160", "--fps", "5")
# Elsewhere there always is a viewer, and a test must not open its windows.
PREVIEWS = sys.platform == "linux"


def film(chapter, media, *options):
    """Run manim where there is no program at all besides Python's own folder; (result, film)."""
    command = [sys.executable, "-m", "manim", "-pql" if PREVIEWS else "-ql"]
    command += [
        "--progress_bar",
        "none",
        "--media_dir",
        str(media),
        *options,
        f"scenes/{chapter}.py",
    ]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GLASSNET_") and name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    environment["PATH"] = str(Path(sys.executable).parent)
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    films = list(media.glob(f"videos/{chapter}/*/{CHAPTERS[chapter]}.mp4"))
    return result, films[0] if films else None


def get_frames(path):
    """Each frame's time and a digest of its pixels."""
    with av.open(path) as container:
        return [
            (frame.time, hashlib.sha256(frame.to_ndarray(format="rgb24").tobytes()).hexdigest())
            for frame in container.decode(video=0)
        ]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    made = {}

    def make(chapter):
        if chapter not in made:
            made[chapter] = film(chapter, tmp_path_factory.mktemp(chapter), *SMALL)
        return made[chapter]

    return make


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_filmed_without_display_viewer_or_any_program(films, chapter):
    result, path = films(chapter)

    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    told = result.stdout.strip().splitlines()[-1]
    assert path.name in told
    assert ("no viewer" in told) == PREVIEWS
    frames = get_frames(path)
    timeline = json.loads(path.with_suffix(".timeline.json").read_text())
    assert len(frames) == pytest.approx(timeline["duration"] * 5, abs=1)
    assert len({digest for _, digest in frames}) > 50


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_beside_a_film_lie_its_readings_and_subtitles(films, chapter):
    _, path = films(chapter)

    readings = json.loads(path.with_suffix(".readings.json").read_text())
    timeline = json.loads(path.with_suffix(".timeline.json").read_text())
    beats = {beat["name"] for beat in timeline["beats"]}
    assert len(readings["readings"]) > 10
    assert {reading["beat"] for reading in readings["readings"]} <= beats
    subtitles = path.with_suffix(".srt").read_text().strip().split("\n\n")
    ends = []
    for subtitle in subtitles:
        _, times, *lines = subtitle.splitlines()
        assert 1 <= len(lines) <= 2
        assert max(map(len, lines)) <= 42
        hours, minutes, seconds = re.split(":", times.split(" --> ")[1].replace(",", "."))
        ends.append(60 * (60 * int(hours) + int(minutes)) + float(seconds))
    assert ends == sorted(ends)
    assert ends[-1] <= timeline["duration"] + 0.2


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_same_trace_gives_the_same_frames(films, chapter, tmp_path):
    _, first = films(chapter)
    _, second = film(chapter, tmp_path, *SMALL)

    assert get_frames(second) == get_frames(first)
    for kind in (".readings.json", ".timeline.json", ".srt"):
        assert second.with_suffix(kind).read_bytes() == first.with_suffix(kind).read_bytes()


def test_what_a_user_can_mend_is_one_line_and_no_film(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSNET_STEP", "seven")
    command = [sys.executable, "-m", "manim", "-ql", "--media_dir", str(tmp_path)]
    result = subprocess.run(
        [*command, "scenes/backprop.py"], cwd=ROOT, capture_output=True, text=True
    )

    assert result.returncode != 0
    assert "Traceback" not in result.stdout + result.stderr
    assert result.stderr.strip().splitlines()[-1].count("GLASSNET_STEP=seven") == 1
    assert not list(tmp_path.rglob("*.mp4"))
