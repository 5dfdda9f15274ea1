"""One run of Manim: its options, and one at a time."""

import subprocess
import sys
from pathlib import Path

import pytest
from manim import config, tempconfig
from manim.constants import RendererType

from network.errors import GlassnetError, SettingsError
from scenes.kit.session import Writer, alone, check_options, film_name, is_part
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
    ],
)
def test_a_film_is_named_by_what_is_not_the_chapter_s_own(settings, name):
    assert film_name("Backprop", "sigmoid-online", 0, settings) == name


def test_a_part_is_another_film():
    with tempconfig({"from_animation_number": 10, "upto_animation_number": 14}):
        assert is_part()
        assert film_name("Backprop", "sigmoid-online", 0, Settings()) == "Backprop-n10-14"
    assert not is_part()


def test_what_chapters_cannot_do_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(config._d, "renderer", RendererType.OPENGL)
    with pytest.raises(SettingsError, match="leave --renderer away"):
        check_options()
    monkeypatch.undo()
    with tempconfig({"output_file": "x" * 250}), pytest.raises(SettingsError, match="too long"):
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
        with pytest.raises(GlassnetError, match="another manim is filming into"), alone():
            raise AssertionError
        other.kill()
        other.wait()
        with alone():
            pass


def test_a_media_folder_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").write_text("a file")
    raises = pytest.raises(SettingsError, match=r"--media_dir .*file")
    with tempconfig({"media_dir": str(tmp_path / "file")}), raises, alone():
        raise AssertionError
