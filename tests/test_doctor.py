"""`python -m scenes doctor`: what it says of a machine that is whole, and of each that is not."""

import ast
import dataclasses
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from importlib import metadata
from pathlib import Path

import pytest

from network.training import train
from scenes.film.doctor import checks as doctor
from scenes.film.doctor.checks import CHECKS, _place
from scenes.film.doctor.machine import ACTIVATE, BEGIN, Machine
from scenes.film.doctor.probe import Load, Told
from scenes.film.doctor.screen import Result, State
from scenes.kit.settings import VARIABLES
from tests.small_runs import online, write_dataset
from tests.whole_machine import ROOT, WHOLE, change

COMMAND = [sys.executable, "-m", "scenes", "doctor"]
MODULES = ("checks", "machine", "probe", "screen", "versions")

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder of data of our own."""
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


# This machine


@pytest.fixture(scope="module")
def here():
    """The command as people type it, but with no screen and into a pipe."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: os.environ[name] for name in os.environ if name not in hidden}
    return subprocess.run(
        COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


def test_a_machine_that_runs_these_tests_can_make_the_film(here):
    assert (here.returncode, here.stderr) == (0, ""), here.stdout
    lines = here.stdout.splitlines()
    named = [line[2:17].strip() for line in lines if re.match("[✓!] ", line)]
    assert named == list(CHECKS)
    assert f"✓ manim          {metadata.version('manim')}, draws the film" in lines
    assert lines[-1] == "This machine can make the film: make video"
    assert re.search(
        r"✓ trial film +one second, 15 frames of 854 × 480, made in \d+\.\d s", here.stdout
    )
    assert re.search(r"✓ cairo, pango +1\.\d+\.\d+ and 1\.\d+\.\d+, ", here.stdout)


def test_all_is_said_in_one_screen_without_colours_into_a_pipe(here):
    lines = here.stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in here.stdout


def test_without_any_package_there_are_faults_and_no_traceback(tmp_path):
    venv.create(tmp_path / "venv")
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    environment = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, *COMMAND[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (1, "")
    for name in ("numpy", "pillow", "PyAV", "typst", "manim"):
        assert re.search(f"^✗ {name} +not installed", done.stdout, re.MULTILINE)
    for name in ("fonts", "viewer", "MNIST", "trace", "trial film"):
        assert re.search(f"^! {name} +not tried before ", done.stdout, re.MULTILINE)
    assert re.search(
        r"\n7 faults: do what stands below them, then ask the doctor again.\n$", done.stdout
    )
    assert max(map(len, done.stdout.splitlines())) <= 80


def imported_by(path):
    """What a module imports when it is imported itself, by full names."""
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_before_anything_is_checked_only_the_standard_library_is_imported():
    """And in words that Python 3.8 understands, so that it can be told that it is too old."""
    waiting, ours = ["scenes.__main__", "scenes.film.doctor.checks"], set()
    while waiting:
        name = waiting.pop()
        ours.add(name)
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        names = set(imported_by(path))
        # Else a type such as Iterator[str] is worked out, which Python 3.8 cannot.
        assert "__future__" in names, path
        inside = {it for it in names if it.partition(".")[0] in ("network", "scenes")}
        tops = {it.partition(".")[0] for it in names - inside}
        assert tops <= sys.stdlib_module_names - {"tomllib"}, path
        waiting += inside - ours
    assert ours >= {f"scenes.film.doctor.{name}" for name in MODULES} | {"network.errors"}


@posix_only
def test_ctrl_c_stops_it_and_what_it_has_started(tmp_path):
    fakes = tmp_path / "fakes"
    fakes.mkdir()
    begun = tmp_path / "begun"
    fake = f"import time\nopen({str(begun)!r}, 'w')\ntime.sleep(100)\n"
    (fakes / "typst.py").write_text(fake)
    paths = os.pathsep.join([str(fakes), str(ROOT)])
    process = subprocess.Popen(
        COMMAND,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where these tests run in the background, a shell may have switched it off.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "glassnet: stopped\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


# Packages


@pytest.mark.parametrize(
    ("check", "machine", "found"),
    [
        ("manim", change("versions", manim="0.23.0"), "0.23.0, should be 0.22"),
        ("pillow", change("versions", pillow="13.0.0"), "13.0.0, should be older than 13"),
        ("numpy", change("versions", numpy="1.26.4"), "1.26.4, should be 2.1 or newer"),
        ("typst", change("versions", typst=None), "not installed"),
        ("PyAV", change("versions", av="14.0"), "14.0, should be 15 or newer"),
        ("other packages", change("versions", jinja2=None), "jinja2 not installed"),
        (
            "cairo, pango",
            change("versions", pycairo="2.0.0"),
            "pycairo 2.0.0, should be 1.14 or newer and older than 2.0.0",
        ),
        ("cairo, pango", change("versions", manimpango=None), "manimpango not installed"),
    ],
)
def test_a_package_that_is_missing_or_of_another_version_is_a_fault(check, machine, found):
    assert CHECKS[check](WHOLE).state is State.FINE
    assert CHECKS[check](machine) == Result(State.FAULT, found, "make setup")


def test_other_packages_are_one_line_and_all_that_is_wrong_with_them_is_told():
    assert "jinja2 3.1" in CHECKS["other packages"](WHOLE).found
    versions = {**WHOLE.versions, "rich": "1.0", "srt": "0.1"}
    result = CHECKS["other packages"](dataclasses.replace(WHOLE, versions=versions))
    assert result.state is State.FAULT
    assert re.fullmatch(
        "rich 1.0, should be .* or newer; srt 0.1, should be .* or newer", result.found
    )
    assert result.mend == "make setup"


def test_an_old_python_is_a_fault_and_a_new_one_none(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert CHECKS["Python"](WHOLE) == Result(State.FINE, "3.11.7")
    assert CHECKS["Python"](dataclasses.replace(WHOLE, python="3.14.0")).state is State.FINE
    old = dataclasses.replace(WHOLE, python="3.10.13")
    result = CHECKS["Python"](old)
    assert result.state is State.FAULT
    assert result.found.startswith("3.10.13, should be 3.11 or newer")
    assert result.mend == BEGIN
    brew = CHECKS["Python"](dataclasses.replace(old, installer="brew"))
    assert brew.mend.startswith("brew install python@")
    there = CHECKS["Python"](dataclasses.replace(old, setup=ACTIVATE))
    assert there.mend == ACTIVATE
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "python3.12" else None)
    assert "Python 3.12 is here too" in CHECKS["Python"](old).found


def test_a_package_that_does_not_load_is_a_fault():
    result = CHECKS["manim"](change("loads", manim=Load("odd")))
    assert result == Result(
        State.FAULT,
        f"{metadata.version('manim')}, does not load: odd",
        "python -m pip install --force-reinstall --no-deps -c constraints.txt manim",
    )


@pytest.mark.parametrize(
    ("installer", "command"),
    [
        ("apt-get", "apt-get install libcairo2-dev libpango1.0-dev"),
        ("dnf", "dnf install cairo-devel pango-devel"),
        ("brew", "brew install cairo pango"),
        ("", "python -m pip install --force-reinstall --no-deps -c constraints.txt pycairo"),
    ],
)
def test_a_missing_system_library_is_installed_as_the_system_does(installer, command, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    error = "libcairo.so.2: cannot open shared object file: No such file or directory"
    machine = change("loads", pycairo=Load(error))
    result = CHECKS["cairo, pango"](dataclasses.replace(machine, installer=installer))
    assert (result.state, result.mend) == (State.FAULT, command)
    assert "libcairo.so.2" in result.found


def test_one_cause_is_one_fault():
    machine = change("loads", pycairo=Load("odd"), manim=Load("odd"))
    assert CHECKS["cairo, pango"](machine).state is State.FAULT
    result = CHECKS["manim"](machine)
    assert (result.state, result.mend) == (State.NOTE, "")
    assert result.found.endswith("cannot be loaded before pycairo is mended")


@pytest.mark.parametrize("name", ["fonts", "viewer", "MNIST", "trace", "trial film"])
def test_what_needs_a_broken_package_is_not_tried(name):
    broken = {package: Load("odd") for package in ("numpy", "typst", "manim")}
    result = CHECKS[name](change("loads", **broken))
    assert result.state is State.NOTE
    assert re.fullmatch("not tried before (numpy|typst|manim) is mended", result.found)


def test_pyav_has_to_write_films_and_subtitles():
    result = CHECKS["PyAV"](change("loads", av=Load(fact=["subtitles", "films"])))
    assert result.state is State.FAULT
    assert result.found.endswith("cannot write subtitles and films")
    assert result.mend.endswith("--only-binary=av -c constraints.txt av")


# Fonts, viewer, disk


def test_a_font_that_typst_lacks_is_a_fault():
    assert CHECKS["fonts"](WHOLE).state is State.FINE
    result = CHECKS["fonts"](change("loads", typst=Load(fact=["DejaVu Sans Mono"])))
    assert result.state is State.FAULT
    assert result.found == "typst comes without DejaVu Sans Mono"
    assert result.mend.endswith(" typst")


def test_no_viewer_is_no_fault(monkeypatch):
    assert CHECKS["viewer"](WHOLE).state is State.FINE
    none = change("loads", viewer=Load(fact=False))
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    result = CHECKS["viewer"](none)
    assert result.state is State.NOTE
    assert "leave out manim's -p" in result.found
    assert result.mend == "python -m manim -ql scenes/backprop.py"
    monkeypatch.setenv("DISPLAY", ":0")
    assert CHECKS["viewer"](none).mend == "sudo apt-get install xdg-utils"
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert CHECKS["viewer"](none).mend == "python -m manim -ql scenes/backprop.py"
    unknown = CHECKS["viewer"](change("loads", viewer=Load("odd")))
    assert unknown == Result(State.NOTE, "not looked for: odd")


def test_room_on_the_disk_is_measured(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = []

    def free(room):
        def usage(place):
            asked.append(place)
            return shutil._ntuple_diskusage(room, 0, room)

        monkeypatch.setattr(shutil, "disk_usage", usage)
        return CHECKS["disk space"](WHOLE)

    assert free(74e9).state is State.FINE
    assert free(74e9).found.startswith("74 GB free in ")
    # There is no renders yet: it will be where we are.
    assert set(asked) == {tmp_path}
    assert [*tmp_path.iterdir()] == []
    little = free(1.44e9)
    assert (little.state, little.mend) == (State.NOTE, "make clean")
    assert little.found.startswith("1.4 GB free in ")
    too_little = free(0.31e9)
    assert (too_little.state, too_little.mend) == (State.FAULT, "make clean")
    assert too_little.found.startswith("only 0.3 GB free in ")
    assert "12 MB" in free(12e6).found


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "renders").mkdir()

    def refuse(**_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    result = CHECKS["disk space"](WHOLE)
    assert result.state is State.FAULT
    assert os.strerror(errno.EROFS) in result.found
    assert result.mend == "chmod -R u+w renders"
    monkeypatch.setattr(os, "getuid", lambda: 123456, raising=False)
    assert CHECKS["disk space"](WHOLE).mend == 'sudo chown -R "$USER" renders'


# Images and traces


def test_damaged_images_are_a_fault(data, tmp_path, monkeypatch):
    own = ROOT / "data" / "mnist"
    copy = shutil.copytree(own, data / "mnist")
    assert CHECKS["MNIST"](WHOLE) == Result(State.FINE, "all 70,000 images, as published")
    path = copy / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    result = CHECKS["MNIST"](WHOLE)
    assert result.state is State.FAULT
    assert path.name in result.found
    assert result.mend == f"cp data/mnist/* {copy}"
    # In the checkout itself git has them.
    monkeypatch.setattr(doctor, "ROOT", data.parent)
    assert CHECKS["MNIST"](WHOLE).mend == "git checkout -- data/mnist"
    path.unlink()
    missing = CHECKS["MNIST"](WHOLE)
    assert (missing.state, missing.mend) == (State.FAULT, "git checkout -- data/mnist")
    assert path.stem in missing.found


def test_a_missing_trace_is_worth_knowing_and_a_damaged_one_a_fault(data, tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "_recipes_of_chapters", lambda: ["sigmoid-online"])
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    command = "python -m network train sigmoid-online"
    missing = CHECKS["trace"](WHOLE)
    assert (missing.state, missing.mend) == (State.NOTE, command)
    assert missing.found.startswith("sigmoid-online is not recorded yet")
    folder = data / "traces" / "sigmoid-online"
    folder.with_name("sigmoid-online.partial").mkdir(parents=True)
    assert CHECKS["trace"](WHOLE).mend == f"{command} --resume"
    folder.with_name("sigmoid-online.partial").rmdir()

    trace = train(online(write_dataset(tmp_path / "digits")), folder).path
    whole = CHECKS["trace"](WHOLE)
    assert whole.state is State.FINE
    assert re.fullmatch(r"sigmoid-online: 120 steps, 0 MB, [0-9a-f]{12}", whole.found)

    file = trace / "a1.npy"
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    result = CHECKS["trace"](WHOLE)
    assert result.state is State.FAULT
    assert result.found == f"{file} was changed since training"
    assert result.mend.startswith(command)
    assert result.mend.endswith("--force")


def test_the_worst_of_several_traces_decides(data, monkeypatch):
    monkeypatch.setattr(
        doctor, "_recipes_of_chapters", lambda: ["sigmoid-online", "relu-softmax-sgd"]
    )
    (data / "traces" / "sigmoid-online").mkdir(parents=True)
    result = CHECKS["trace"](WHOLE)
    assert result.state is State.FAULT
    assert result.found.count("; ") == 1
    assert result.mend.splitlines() == [
        "python -m network train sigmoid-online --force",
        "python -m network train relu-softmax-sgd",
    ]


def test_the_run_that_was_chosen_from_outside_is_looked_at(data, monkeypatch):
    monkeypatch.setenv("GLASSNET_RECIPE", "relu-softmax-sgd")
    assert CHECKS["trace"](WHOLE).found.startswith("relu-softmax-sgd is not")
    monkeypatch.setenv("GLASSNET_RECIPE", "relu-softmax-sdg")
    result = CHECKS["trace"](WHOLE)
    assert (result.state, result.mend) == (State.FAULT, "unset GLASSNET_RECIPE")
    assert "did you mean relu-softmax-sgd?" in result.found
    monkeypatch.delenv("GLASSNET_RECIPE")
    (data / "other").mkdir(parents=True)
    monkeypatch.setenv("GLASSNET_TRACE", str(data / "other"))
    assert "other is no trace" in CHECKS["trace"](WHOLE).found


def test_the_recipes_of_all_chapters_are_looked_at():
    from scenes.film.chapters import find_chapters

    recipes = {chapter.recipe for chapter in find_chapters()}
    assert recipes
    assert recipes <= set(doctor._recipes_of_chapters())


# The trial film


FILM = {"light": [*range(16, 241, 16)], "codec": "h264 yuv420p", "size": [854, 480], "seconds": 1}


@pytest.fixture
def told(monkeypatch):
    """What the other process tells of the film."""

    def tell(*lines, code=0, why=""):
        monkeypatch.setattr(doctor, "ask", lambda *words: Told(lines, code, why))
        return CHECKS["trial film"](WHOLE)

    return tell


@pytest.mark.parametrize(
    ("code", "why"), [(1, "RuntimeError: no codec"), (None, "not done in 60 s")]
)
def test_a_film_that_fails_is_a_fault(code, why, told):
    found = f"one second cannot be filmed: {why}"
    assert told(code=code, why=why) == Result(State.FAULT, found, WHOLE.anew)


def test_a_film_that_finds_no_room_asks_for_room_where_films_go(told):
    result = told(code=1, why="OSError: [Errno 28] No space left on device")
    assert (result.state, result.mend) == (State.FAULT, "")
    assert result.found == f"OSError: [Errno 28] No space left on device: make room in {_place()}"


@pytest.mark.parametrize("name", ["renders", "o'brien"])
def test_the_trial_film_is_made_where_films_go(name, tmp_path, monkeypatch):
    (tmp_path / name / "renders").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / name)
    assert CHECKS["trial film"](WHOLE).state is State.FINE
    assert list((tmp_path / name / "renders").iterdir()) == []


@pytest.mark.parametrize("name", ["two\nlines", "{media_dir}"])
def test_a_folder_in_which_no_film_can_be_made_is_a_fault_that_no_package_mends(
    name, tmp_path, monkeypatch
):
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / name)
    result = CHECKS["trial film"](WHOLE)
    assert (result.state, result.mend) == (State.FAULT, "")
    assert "cannot film into" in result.found


def test_of_the_trial_film_nothing_is_left(tmp_path, monkeypatch):
    def ask(what, media):
        (Path(media) / "film.mp4").touch()
        assert Path(media).parent == tmp_path
        return Told([FILM], 0, "")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "ask", ask)
    assert CHECKS["trial film"](WHOLE).state is State.FINE
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    "seen",
    [
        {"light": [16] * 15},
        {"light": [16, 235]},
        {"light": []},
        {"codec": "mpeg4 yuv420p"},
        {"codec": "h264 yuv444p"},
    ],
)
def test_a_film_in_which_nothing_is_to_be_seen_is_a_fault(seen, told):
    assert told(FILM).state is State.FINE
    result = told({**FILM, **seen})
    assert (result.state, result.mend) == (State.FAULT, WHOLE.anew)


def test_the_cores_are_counted(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 2, 5}, raising=False)
    assert CHECKS["processor"](WHOLE).found.startswith("3 cores: 3 chapters")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1}, raising=False)
    assert CHECKS["processor"](WHOLE).found.startswith("1 core: ")


# All together


@pytest.fixture
def checks(monkeypatch):
    """Other checks on a machine that is not looked at."""
    monkeypatch.setattr(Machine, "look", lambda: WHOLE)

    def replace(**checks):
        monkeypatch.setattr(doctor, "CHECKS", checks)

    return replace


def test_an_error_in_a_check_is_a_fault_and_the_others_go_on(checks, capsys):
    def odd(machine):
        raise RuntimeError("nobody thought\nof this")

    checks(odd=odd, fine=lambda machine: Result(State.FINE, "here"))
    assert doctor.examine() == 1
    out, err = capsys.readouterr()
    assert "✗ odd            could not be looked at: RuntimeError: nobody thought" in out
    assert "✓ fine           here" in out
    assert "1 fault: do what stands below it" in out
    assert err == ""


def test_a_machine_that_cannot_be_looked_at_is_a_fault(monkeypatch):
    def look():
        raise FileNotFoundError("no pyproject.toml")

    monkeypatch.setattr(Machine, "look", look)
    ((name, result),) = doctor.results()
    assert (name, result.state) == ("this machine", State.FAULT)
    assert "FileNotFoundError: no pyproject.toml" in result.found


def test_a_note_is_no_fault(checks, capsys):
    checks(viewer=lambda machine: Result(State.NOTE, "none", "leave it"))
    assert doctor.examine() == 0
    assert "This machine can make the film" in capsys.readouterr().out
    checks(
        one=lambda machine: Result(State.FAULT, "a", "b"),
        two=lambda machine: Result(State.FAULT, "c", "d"),
    )
    assert doctor.examine() == 1
    assert "2 faults: do what stands below them" in capsys.readouterr().out
