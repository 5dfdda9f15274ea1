"""Both command lines, whatever their streams are."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from network.command_line import say, spell
from network.trace import Trace
from network.training import ensure_trace
from tests.small_runs import write_dataset

ROOT = Path(__file__).resolve().parents[1]

posix_only = pytest.mark.skipif(os.name != "posix", reason="descriptors of POSIX")
pytestmark = posix_only


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("streams") / "digits")


def run(
    words: Sequence[object], streams: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command with its streams redirected as a shell says it."""
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, "-m", *map(str, words)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
    )


def training(data: Path, out: Path) -> list[object]:
    sizes = ["--sizes", "25,6,10", "--learning-rate", "0.1"]
    return ["network", "train", "--dataset", data, *sizes, "--out", out]


QUIET = {
    "recipes": ["network", "recipes"],
    "no command": ["network"],
    "wrong word": ["network", "recipes", "--foo"],
    "doctor": ["scenes", "doctor", "--help"],
    "check": ["scenes", "check", "--help"],
}


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&-", ">&- <&- 2>&-"])
@pytest.mark.parametrize("name", QUIET)
def test_closed_streams_are_no_error(name, streams):
    open_ = run(QUIET[name])
    closed = run(QUIET[name], streams)
    # What was asked for could not be said.
    lost = bool(open_.stdout) and ">&-" in streams.split()
    assert closed.returncode == (1 if lost else open_.returncode)
    assert "Traceback" not in closed.stderr + closed.stdout
    if "2>" not in streams:
        line = "glassnet: cannot write to standard output: it is closed\n"
        assert closed.stderr == (line if lost else open_.stderr)


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"])
def test_training_trains_whatever_becomes_of_its_words(data, tmp_path, streams):
    done = run(training(data, tmp_path / "out"), streams)
    assert done.returncode == 0, done.stderr
    assert Trace.open(tmp_path / "out").steps == 180


def test_training_goes_on_when_nobody_reads_its_progress(data, tmp_path):
    out = tmp_path / "out"
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", *map(str, training(data, out))]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=writing)
    os.close(writing)
    # It is whole; that its last words were lost, the code says.
    assert done.returncode == 141
    assert Trace.open(out).steps == 180


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("name", ["recipes", "check"])
def test_what_cannot_be_printed_is_one_line(name):
    done = run(QUIET[name], ">/dev/full")
    assert done.returncode == 1
    assert done.stderr == ("glassnet: cannot write to standard output: No space left on device\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_letters_that_an_encoding_does_not_know_are_no_error(tmp_path, encoding):
    digits = write_dataset(tmp_path / "日本")
    done = run(["network", "data", digits], PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u65e5\u672c" in done.stdout
    wrong = run(["network", "data", tmp_path / "日"], PYTHONIOENCODING=encoding)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert r"\u65e5" in wrong.stderr
    wrong = run(["scenes", "check", "日本"], PYTHONIOENCODING=encoding)
    assert wrong.returncode == 2
    assert r"\u65e5\u672c" in wrong.stderr


def test_signs_stay_signs_and_names_stay_different():
    assert spell("−0.41 ≈ 2 × 3 …", "ascii") == "-0.41 ~ 2 x 3 ..."
    assert spell("−0.41 × …", "cp1252") == "-0.41 × …"
    assert spell("日本 é", "ascii") == r"\u65e5\u672c \xe9"
    assert spell("日本", "utf-8") == "日本"
    # What Python makes of a byte in a file's name that is no letter.
    assert spell("\udcff", "utf-8") == r"\udcff"


def test_an_empty_environment_is_no_error():
    command = ["env", "-i", sys.executable, "-m", "scenes", "check", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("glassnet: no chapter 'nothing'")


def test_without_a_command_all_are_listed_a_line_each():
    for program, names in (
        ("network", ("train", "show", "evaluate", "predict", "recipes", "data")),
        ("scenes", ("render", "handout", "doctor", "check", "sheet")),
    ):
        done = run([program], COLUMNS="80")
        assert done.returncode == 2
        for name in names:
            assert f"\n    {name} " in done.stderr
        # Nor does a description go on in a second line.
        assert len(re.findall("^    +[a-z]", done.stderr, re.M)) == len(names)


def test_a_wrong_word_points_to_the_help_of_its_command():
    done = run(["network", "train", "--foo"])
    assert done.returncode == 2
    assert "--foo (python -m network train --help" in done.stderr


@pytest.fixture(scope="module")
def trained():
    """The recording of the chapters: a missing one would be trained, which is told, too."""
    return ensure_trace("sigmoid-online")


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("command", ["check", "sheet", "handout"])
def test_what_a_chapter_shall_tell_of_is_refused_in_one_way(command, tmp_path):
    out = [] if command == "check" else ["--out", tmp_path / "out.pdf"]
    for words, environment, message in (
        (["--recipe", "nope"], {}, "glassnet: no recipe 'nope'"),
        ([], {"GLASSNET_RECIPE": "nope"}, "glassnet: no recipe 'nope'"),
        (["--step", "x"], {}, "glassnet: --step x: a step is a whole number"),
        (["--step", "99999999"], {}, "glassnet: --step 99999999: the trace has steps 0 to"),
        ([], {"GLASSNET_TRACE": "/nowhere"}, "glassnet: GLASSNET_TRACE=/nowhere: there is no"),
    ):
        done = run(["scenes", command, "bias", *out, *words], **environment)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith(message)
        assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


UNLOADABLE = {
    "SyntaxError": "clas Bad:\n    pass\n",
    "ImportError": "from manim import nope\n",
    "SystemExit: 0": "import sys\nsys.exit(0)\n",
    "SystemExit: os._exit(0)": "import os\nos._exit(0)\n",
    "bad.Own": "class Own(BaseException):\n    pass\nraise Own\n",
}


@pytest.mark.parametrize("error", UNLOADABLE)
@pytest.mark.parametrize("command", ["check", "sheet", "handout", "render"])
def test_a_chapter_that_does_not_load_is_told_of_in_a_few_lines(command, error, tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text(UNLOADABLE[error])
    out = [] if command == "check" else ["--out", tmp_path / "out.pdf"]
    done = run(["scenes", command, bad, bad, *out])
    assert done.returncode == 1
    assert done.stderr.count("bad failed:") == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) <= 8
    assert any(line.startswith(f"    {error}") for line in lines)
    assert not any("importlib" in line for line in lines)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_a_line_is_said_in_the_letters_that_there_are(monkeypatch, encoding):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    say("Bias: 日 \udcff")
    first = "日" if encoding == "utf-8" else r"\u65e5"
    assert written.getvalue().decode(encoding) == f"Bias: {first} \\udcff\n"
    monkeypatch.setattr(sys, "stdout", None)
    say("nobody listens")
