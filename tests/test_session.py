"""One run of Manim: its options, and one at a time."""

import io
import json
import os
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from manim import config, tempconfig
from manim.constants import RendererType

from network.errors import GlassnetError, SettingsError
from scenes.kit.session import (
    Writer,
    _note_begun,
    alone,
    check_options,
    film_name,
    is_part,
    show_time,
)
from scenes.kit.settings import Settings


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(), "Backprop"),
        (Settings(recipe="sigmoid-online", step=0), "Backprop"),
        (Settings(step=4711), "Backprop-step4711"),
        (Settings(recipe="relu-softmax-sgd"), "Backprop-relu-softmax-sgd"),
        (Settings(recipe="dropout-mlp", step=7), "Backprop-dropout-mlp-step7"),
        (Settings(trace=Path("/data/traces/fast")), "Backprop-fast"),
        (Settings(step=4711, theme="paper"), "Backprop-step4711-paper"),
    ],
)
def test_a_film_is_named_by_what_is_not_the_chapter_s_own(settings, name):
    assert film_name("Backprop", "sigmoid-online", 0, settings) == name


def test_a_part_is_another_film():
    with tempconfig({"from_animation_number": 10, "upto_animation_number": 14}):
        assert is_part()
        assert film_name("Backprop", "sigmoid-online", 0, Settings()) == "Backprop-n10-14"
        for given, name in [("a/My.film", "a/My.film-n10-14"), ("My.mp4", "My-n10-14.mp4")]:
            named = film_name("Backprop", "sigmoid-online", 0, Settings(step=1), given)
            assert Path(named) == Path(name)
            assert film_name("Backprop", "sigmoid-online", 0, Settings(), named) == named
    with tempconfig({"from_animation_number": 10}):
        assert film_name("Backprop", "sigmoid-online", 0, Settings()) == "Backprop-n10"
    assert not is_part()
    assert film_name("Backprop", "sigmoid-online", 0, Settings(step=1), "My.mp4") == "My.mp4"


def test_what_chapters_cannot_do_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(config._d, "renderer", RendererType.OPENGL)
    with pytest.raises(SettingsError, match="leave --renderer away"):
        check_options()
    monkeypatch.undo()
    with tempconfig({"output_file": "x" * 250}), pytest.raises(SettingsError, match="too long"):
        check_options()
    for name in ("a{b}", "{media_dir}", "films/}.mp4", "a\nb"):
        with tempconfig({"output_file": name}), pytest.raises(SettingsError, match="braces or a"):
            check_options()
    backwards = tempconfig({"from_animation_number": 14, "upto_animation_number": 10})
    with backwards, pytest.raises(SettingsError, match=r"-n 14,10: the first .* after the last"):
        check_options()
    odd = tempconfig({"media_dir": str(tmp_path / "a\nb")})
    with odd, pytest.raises(SettingsError, match="line break"):
        check_options()
    check_options()


def test_a_path_with_an_apostrophe_is_escaped_as_ffmpeg_reads_it():
    lines = Writer._concat_manifest_bytes(["/tmp/o'brien/it's/a.mp4", "/tmp/b.mp4"]).decode()
    assert r"file 'file:/tmp/o'\''brien/it'\''s/a.mp4'" in lines
    assert "file 'file:/tmp/b.mp4'" in lines


def test_one_at_a_time_in_a_folder_and_a_killed_one_lets_go(tmp_path):
    holding = (
        "import sys, time; from manim import config; from scenes.kit.session import alone; "
        "config.media_dir = sys.argv[1]\n"
        "with alone():\n    print('in', flush=True); time.sleep(60)"
    )
    with tempconfig({"media_dir": str(tmp_path)}):
        other = subprocess.Popen(
            [sys.executable, "-c", holding, tmp_path],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        assert (tmp_path / ".glassnet-unfinished").exists()
        with pytest.raises(GlassnetError, match="another manim is filming into"), alone():
            raise AssertionError
        other.kill()
        other.wait()
        assert (tmp_path / ".glassnet-unfinished").exists()
        with suppress(KeyboardInterrupt), alone():
            raise KeyboardInterrupt
        assert (tmp_path / ".glassnet-unfinished").exists()
        with alone():
            pass
        assert not (tmp_path / ".glassnet-unfinished").exists()


def test_a_media_folder_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").write_text("a file")
    raises = pytest.raises(SettingsError, match=r"--media_dir: .*file")
    with tempconfig({"media_dir": str(tmp_path / "file")}), raises, alone():
        raise AssertionError


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("name", [".lock", ".glassnet-unfinished"])
def test_a_link_in_the_place_of_a_file_of_ours_is_not_followed(tmp_path, name):
    media, target = tmp_path / "media", tmp_path / "target"
    media.mkdir()
    (media / name).symlink_to(target)
    raises = pytest.raises(SettingsError, match=rf"{name}(: it is a link| is not of)")
    for content in (None, "mine"):
        if content:
            target.write_text(content)
        with tempconfig({"media_dir": str(media)}), raises, alone():
            raise AssertionError
        assert (target.read_text() if target.exists() else None) == content


@pytest.mark.parametrize("content", ["my list of clips", '["/home/me/cut.mp4"]\n'])
def test_a_mark_of_somebody_s_own_is_left_alone(tmp_path, content):
    mark = tmp_path / ".glassnet-unfinished"
    mark.write_text(content)
    raises = pytest.raises(SettingsError, match=r"is not of glassnet: move it away, or choose")
    with tempconfig({"media_dir": str(tmp_path)}), raises, alone():
        raise AssertionError
    assert mark.read_text() == content


def test_only_clips_that_were_begun_are_taken_away(tmp_path):
    whole = f"{'5' * 64}.mp4"
    begun, damaged, other, text = (tmp_path / name for name in (CLIP, whole, OTHER, "film.mp4"))
    with tempconfig({"media_dir": str(tmp_path)}):
        with suppress(KeyboardInterrupt), alone():
            _note_begun(begun, damaged)
            raise KeyboardInterrupt
        mark = tmp_path / ".glassnet-unfinished"
        # Killed while it wrote down the next one; and what no clip of ours is called.
        mark.write_text(mark.read_text() + f'{json.dumps(str(text))}\n3\n"{other}')
        for path in (begun, damaged, other, text):
            path.touch()
        with alone():
            assert not begun.exists()
            assert not damaged.exists()
            assert other.exists()
            assert text.exists()


CLIP, OTHER = ".glassnet-0123456789ab.mp4", ".glassnet-ba9876543210.mp4"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_of_a_film_that_is_longer_than_thought_is_full(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("COLUMNS", "80")
    quiet = tempconfig({"progress_bar": "none"})
    with warnings.catch_warnings(), quiet, show_time("Bias", 10.0) as bar:
        warnings.simplefilter("error")
        for seconds in (4.0, 5.9, 0.4, 2.0):
            bar.update(seconds)
            bar.refresh()
    shown = [line for line in terminal.getvalue().split("\r") if "|" in line]
    assert "Bias  40%" in shown[1]
    assert "4 of about 10 s" in shown[1]
    assert "Bias 100%" in shown[-1]
    assert "12 of about 12 s" in shown[-1]


def test_there_is_no_bar_but_manim_s_own_nor_where_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with tempconfig({"progress_bar": "display"}), show_time("Bias", 10.0) as bar:
        bar.update(11.0)
    assert terminal.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", file := io.StringIO())
    with tempconfig({"progress_bar": "none"}), show_time("Bias", 10.0) as bar:
        bar.update(11.0)
    assert file.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", None)
    with tempconfig({"progress_bar": "none"}), show_time("Bias", 10.0) as bar:
        bar.update(11.0)
