"""Every chapter filmed by the `manim` command, and what lies beside the film."""

import hashlib
import importlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import av
import pytest

from network.training import ensure_trace
from scenes.film.chapters import find_chapters
from tests.demo_chapters import write_chapters

pytestmark = pytest.mark.film

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


# Manim's own options, on a small chapter


posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")


def manim(folder, *options, middle="", **environment):
    source, *_ = write_chapters(folder, "once", middle=middle)
    command = [sys.executable, "-m", "manim", "-ql", "--media_dir", str(folder / "media")]
    return subprocess.run(
        [*command, *SMALL, *options, str(source)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def made(folder, suffix):
    films = (folder / "media" / "videos").rglob(f"*{suffix}")
    return sorted(path.name for path in films if "partial_movie_files" not in path.parts)


def test_a_part_of_a_chapter_is_a_film_of_its_own_without_books(tmp_path):
    done = manim(tmp_path, "-n", "1,2")
    assert done.returncode == 0, done.stderr
    assert made(tmp_path, ".mp4") == ["Once-n1-2.mp4"]
    assert made(tmp_path, ".json") == made(tmp_path, ".srt") == []
    assert "a part of the chapter has no subtitles, timeline and readings" in done.stderr
    done = manim(tmp_path, "-n", "500")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Once: -n 500: there are 4 animations, 0 to 3"
    still = tmp_path / "once.py"
    still.write_text(still.read_text().partition("        number =")[0] + "        pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "manim", "-ql", "-n", "3", "--media_dir", tmp_path / "m", still],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Once: -n 3: there are no animations"


def test_a_part_leaves_the_whole_film_of_its_name_and_its_books_alone(tmp_path):
    assert manim(tmp_path, "-o", "My").returncode == 0
    before = {path: path.read_bytes() for path in (tmp_path / "media/videos").rglob("My.*")}
    assert manim(tmp_path, "-o", "My", "-n", "1,2").returncode == 0
    assert made(tmp_path, ".mp4") == ["My-n1-2.mp4", "My.mp4"]
    assert {path: path.read_bytes() for path in before} == before
    assert len(before) == 4


def test_a_trace_with_too_long_a_name_is_one_line_before_anything_is_drawn(tmp_path):
    trace = tmp_path / ("t" * 240)
    shutil.copytree(ensure_trace("sigmoid-online"), trace)
    done = manim(tmp_path, GLASSNET_TRACE=str(trace))
    assert done.returncode == 2
    assert "a name of 245 characters is too long for a film" in done.stderr.splitlines()[-1]
    assert made(tmp_path, ".mp4") == []


@posix_only
def test_after_a_kill_in_the_middle_of_a_clip_the_next_film_is_whole(tmp_path):
    assert manim(tmp_path).returncode == 0
    media = tmp_path / "media"
    film = next((media / "videos").rglob("Once.mp4"))
    whole = film.read_bytes()
    folder, *_ = film.parent.glob("partial_movie_files/*")
    text, *_ = (media / "Tex").glob("*.svg")
    # Somebody's own, and none of it what it seems.
    own = {
        media / "mine.mp4": b"not a film",
        media / ".unfinished": b"my list",
        media / "Tex" / "drawing.svg": b"<svg>",
        media / "Tex" / "notes.svg": b"",
        media / "Tex" / "notes.typ": b"",
        folder / "cut.mp4": b"not a film",
        folder / ".glassnet-0123456789ab.mp4": b"not a film",
    }
    for path, content in own.items():
        path.write_bytes(content)
    before = set(media.rglob("*"))
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    dies = f"def die(square, share):\n            if share > 0.9: {kill}\n"
    moves = "        self.play(UpdateFromAlphaFunc(Square(), die), run_time=20)"
    assert manim(tmp_path, middle=f"{dies}{moves}").returncode == -9
    (left,) = set(media.rglob("*.mp4")) - before
    assert left.name.startswith(".glassnet-")
    # As a kill may leave it, too.
    text.write_bytes(text.read_bytes()[: text.stat().st_size // 2])
    film.unlink()
    done = manim(tmp_path)
    assert done.returncode == 0, done.stderr
    assert film.read_bytes() == whole
    assert {path: path.read_bytes() for path in own} == own
    assert not left.exists()
    assert not (media / ".glassnet-unfinished").exists()


def test_films_are_named_by_step_and_the_chapter_s_own_is_not_overwritten(tmp_path):
    assert manim(tmp_path).returncode == 0
    before = (tmp_path / "media/videos/once").rglob("Once.mp4")
    content = next(before).read_bytes()
    assert manim(tmp_path, GLASSNET_STEP="42").returncode == 0
    assert made(tmp_path, ".mp4") == ["Once-step42.mp4", "Once.mp4"]
    assert made(tmp_path, ".readings.json") == ["Once-step42.readings.json", "Once.readings.json"]
    assert next((tmp_path / "media/videos/once").rglob("Once.mp4")).read_bytes() == content


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--renderer", "opengl"), "drawn by Manim's Cairo renderer: leave --renderer away"),
        (("-o", "x" * 250), "a name of 250 characters is too long"),
        (("-o", "{media_dir}"), "{media_dir}: a film cannot have braces"),
    ],
)
def test_what_chapters_cannot_do_is_one_line_before_anything_is_drawn(tmp_path, options, message):
    done = manim(tmp_path, *options)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stdout + done.stderr
    assert made(tmp_path, ".mp4") == []


def test_manim_says_little(tmp_path):
    done = manim(tmp_path)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(lines) <= 3, lines
    assert "Once.mp4" in lines[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of POSIX")
def test_on_a_terminal_one_bar_goes_to_its_end(tmp_path):
    pty, fcntl, termios = map(importlib.import_module, ("pty", "fcntl", "termios"))
    source, *_ = write_chapters(tmp_path, "once")
    command = [sys.executable, "-m", "manim", "-ql", "--media_dir", str(tmp_path / "media")]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        [*command, *SMALL, str(source)],
        cwd=ROOT,
        # Otherwise most of what so short a film would show is left out.
        env=os.environ | {"TQDM_MININTERVAL": "0", "TQDM_MINITERS": "0"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # which is how Linux says that the other end is closed
        while piece := os.read(ours, 1 << 16):
            seen += piece
    os.close(ours)
    told, _ = process.communicate()
    text = seen.decode()
    assert process.returncode == 0, text
    assert "Once.mp4" in told
    assert "Once   0%|" in text
    assert "Once 100%|" in text
    assert "Traceback" not in text
    assert "Warning" not in text
    assert "\n" not in text.strip()


def test_a_film_in_a_folder_whose_letters_the_output_lacks_is_told_of(tmp_path):
    done = manim(tmp_path / "日本", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stdout + done.stderr
    assert r"\u65e5\u672c" in done.stdout.splitlines()[-1]
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["film.srt", "film.readings.json", "film.timeline.json"])
def test_what_lies_beside_a_film_that_o_names_is_not_replaced(tmp_path, name):
    own = tmp_path / "own"
    own.mkdir()
    (own / name).write_text("mine")
    done = manim(tmp_path, "-o", str(own / "film.mp4"))
    assert done.returncode == 2
    assert f"{name} is not of glassnet, or was changed since" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_text() for path in own.iterdir()} == {name: "mine"}
    assert not list(tmp_path.rglob("*.mp4"))


def test_sound_is_said_to_be_lost(tmp_path):
    source, *_ = write_chapters(tmp_path, "loud", middle='self.add_sound("no.wav")')
    text = source.read_text().replace("def construct", "def add_sound(self, *a, **k):\n"
        "        self.renderer.file_writer.add_sound = lambda *a, **k: None\n"
        "        super().add_sound(*a, **k)\n\n    def construct")  # fmt: skip
    source.write_text(text)
    command = [sys.executable, "-m", "manim", "-ql", "--media_dir", str(tmp_path / "media")]
    done = subprocess.run([*command, *SMALL, str(source)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("the joined film has none") == 1
