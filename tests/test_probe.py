"""What is tried in a process of its own: it may do what it likes, and is told as it was."""

import os
import time

import pytest

from scenes.film.doctor import probe
from scenes.film.doctor.probe import Load, ask, load_all
from scenes.kit import typeset

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """Put modules before the installed ones, for other processes."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def write(**modules):
        for name, code in modules.items():
            (folder / f"{name}.py").write_text(code, encoding="utf-8")

    return write


@posix_only
def test_what_loading_does_harms_nobody_else(fakes):
    fakes(
        jinja2="raise ValueError('odd\\n\\nvery')",
        rich="print('noise'); raise BaseException",
        typst="import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        srt="import sys; sys.exit('no')",
        tqdm="try:\n import nowhere.at_all\nexcept ImportError as why:\n raise OSError from why",
        numpy="import os; os._exit(0)",
    )
    loads = load_all(["jinja2", "rich", "typst", "srt", "tqdm", "numpy", "av"])
    assert [*loads] == ["jinja2", "rich", "typst", "srt", "tqdm", "numpy", "av"]
    assert loads["jinja2"] == Load("odd")
    assert loads["rich"] == Load("BaseException")
    assert loads["typst"] == Load("Python breaks off (signal 11)")
    assert loads["srt"] == Load("no")
    assert loads["tqdm"] == Load("No module named 'nowhere'", "nowhere")
    assert loads["numpy"] == Load("Python ends with code 0")
    assert loads["av"] == Load(fact=[])


def test_a_package_is_loaded_as_far_as_it_is_used(fakes):
    fakes(PIL="__path__ = []", scipy="__path__ = []")
    loads = load_all(["pillow", "scipy"])
    assert loads["pillow"] == Load("No module named 'PIL.Image'", "PIL")
    assert loads["scipy"] == Load("No module named 'scipy.sparse'", "scipy")


@posix_only
def test_a_package_that_hangs_is_ended_and_nothing_behind_it_waits_again(
    fakes, tmp_path, monkeypatch
):
    pid = tmp_path / "pid"
    fakes(rich=f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(100)")
    monkeypatch.setattr(probe, "PATIENCE", 2.0)
    begun = time.monotonic()
    loads = load_all(["srt", "rich", "tqdm", "jinja2"])
    assert time.monotonic() - begun < 5
    assert loads["srt"] == Load()
    assert {loads[name].error for name in ("rich", "tqdm", "jinja2")} == {"not done in 2 s"}
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_codec_that_pyav_lacks_is_told(fakes):
    fakes(av="codecs_available = {'libx264'}")
    assert load_all(["av"])["av"] == Load(fact=["subtitles (mov_text)"])


def test_a_font_that_typst_lacks_is_told(monkeypatch):
    monkeypatch.setattr(probe, "FONTS", ("Comic Sans", *probe.FONTS, "No Math"))
    assert probe._missing_fonts() == ["Comic Sans", "No Math"]


def test_the_fonts_that_are_looked_for_are_those_of_the_film():
    assert probe.FONTS == typeset.FONTS


def test_the_trial_film_is_left_where_it_was_asked_for_and_told_whole(tmp_path):
    told = ask("film", str(tmp_path))
    assert told.code == 0, told.why
    (film,) = told.lines
    assert [*tmp_path.rglob("Second.mp4")]
    assert film["codec"] == "h264 yuv420p"
    assert film["size"] == [854, 480]
    assert len(film["light"]) == 15
    # It fades in, from the background to white.
    assert film["light"][0] < 60 < 200 < film["light"][-1]


def test_a_film_that_fails_tells_the_last_line_of_its_error(fakes, tmp_path):
    fakes(av="raise RuntimeError('no codec, no film')")
    told = ask("film", str(tmp_path))
    assert (told.lines, told.code, told.why) == ([], 1, "RuntimeError: no codec, no film")
