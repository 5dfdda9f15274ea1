"""Films are made wherever they are asked for; where they cannot be, that is said first."""

import subprocess
import sys
from pathlib import Path

import av
import pytest
from demo_chapters import ROOT, environment, render, write_chapters

from network.errors import SettingsError
from scenes.kit.session import Writer, check_folder

ODD = ["o'brien", "'", r"it\'s", "100%d", 'a"b', "-ql", "日本", "a b#;$&"]
IMPOSSIBLE = ["two\nlines", "{media_dir}", "{x}", "{"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", 15)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for packet in stream.encode(av.VideoFrame(32, 32, "yuv420p")):
            film.mux(packet)
        film.mux(stream.encode(None))
    return path.read_bytes()


@pytest.mark.parametrize("name", ODD)
def test_ffmpeg_finds_clips_in_folders_with_odd_names(name, clip, tmp_path):
    place = tmp_path / name / "clip.mp4"
    place.parent.mkdir()
    place.write_bytes(clip)
    listed = tmp_path / "list"
    listed.write_bytes(Writer._concat_manifest_bytes([str(place)] * 2))
    with av.open(str(listed), format="concat", options={"safe": "0"}) as film:
        assert sum(1 for _ in film.decode(video=0)) == 2


@pytest.mark.parametrize("name", ODD)
def test_a_film_may_be_made_in_a_folder_with_an_odd_name(name, tmp_path):
    check_folder(tmp_path / name)


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_where_none_can_be_made_one_line_says_so(name, tmp_path):
    with pytest.raises(SettingsError, match="cannot film into") as caught:
        check_folder(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_rendered_film_and_all_beside_it_go_where_an_apostrophe_is(tmp_path):
    (chapter,) = write_chapters(tmp_path / "o'brien", "tiny")
    out = tmp_path / "it's"
    done = render(chapter, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}/glassnet-480p.mp4\n"
    assert (out / "chapters" / "480p" / "tiny.mp4").exists()


def test_braces_are_refused_before_anything_is_filmed_or_made(tmp_path):
    (chapter,) = write_chapters(tmp_path, "tiny")
    done = render(chapter, "--out", tmp_path / "{x}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "braces" in done.stderr
    assert not (tmp_path / "{x}").exists()


def _manim(chapter: Path, media: str | Path) -> subprocess.CompletedProcess[str]:
    """What the command manim makes of a chapter."""
    words = ["-m", "manim", "-ql", "--media_dir", str(media), str(chapter)]
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def test_the_command_manim_films_where_an_apostrophe_is(tmp_path):
    (chapter,) = write_chapters(tmp_path / "o'brien", "tiny")
    done = _manim(chapter, chapter.with_name("media"))
    assert done.returncode == 0, done.stderr
    assert (chapter.parent / "media/videos/tiny/480p15/Tiny.mp4").exists()


def test_the_command_manim_says_in_one_line_that_there_can_be_no_film(tmp_path):
    (chapter,) = write_chapters(tmp_path, "tiny")
    done = _manim(chapter, tmp_path / "two\nlines")
    assert done.returncode == 2
    (said,) = done.stderr.splitlines()
    assert said.startswith("Tiny: ")
    assert not list((tmp_path / "two\nlines").rglob("*.mp4"))
