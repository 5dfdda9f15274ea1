"""`python -m scenes doctor`: what it says of a machine that is whole, and of each that is not."""

import ast
import dataclasses
import errno
import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from network.training import train
from scenes.film import doctor
from scenes.film.doctor import CHECKS, Load, Machine, Result, State, satisfies
from tests.small_runs import online, write_dataset

ROOT = Path(__file__).parents[1]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
DEMANDS = doctor._demands(PROJECT)
COMMAND = [sys.executable, "-m", "scenes", "doctor"]

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")

WHOLE = Machine(
    python="3.11.7",
    needs_python=">=3.11",
    command="python",
    setup="make setup",
    anew="rm -rf .venv && make setup",
    installer="apt-get",
    demands=DEMANDS,
    versions={name: metadata.version(name) for name in DEMANDS},
    loads={
        **dict.fromkeys(sorted(DEMANDS, key=lambda name: name == "manim"), Load()),
        "pycairo": Load(fact="1.16.0"),
        "manimpango": Load(fact="1.50.12"),
        "av": Load(fact=[]),
        "fonts": Load(fact=[]),
        "viewer": Load(fact=True),
    },
)
"""A machine on which nothing is wrong, for tests to break one thing of."""


def change(field, **entries):
    """The whole machine with other entries in one of its mappings; None takes one out."""
    mapping = {**getattr(WHOLE, field), **entries}
    kept = {name: entry for name, entry in mapping.items() if entry is not None}
    return dataclasses.replace(WHOLE, **{field: kept})


def show(*results, stream=None):
    """The screen with these results."""
    stream = stream or io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    screen = doctor._Screen(stream)
    for result in results:
        screen.show("name", result)
    stream.seek(0)
    return stream.read()


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """Put modules before the installed ones, for the processes that the doctor starts."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def write(**modules):
        for name, code in modules.items():
            (folder / f"{name}.py").write_text(code, encoding="utf-8")

    return write


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


def test_without_any_package_there_are_faults_and_no_traceback():
    """-S is a Python that finds nothing installed."""
    command = [sys.executable, "-S", *COMMAND[1:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (1, "")
    for name in ("numpy", "pillow", "PyAV", "typst", "manim"):
        assert re.search(f"^✗ {name} +not installed", done.stdout, re.MULTILINE)
    assert re.search(
        r"\n\d+ faults: do what stands below them, then ask the doctor again.\n$", done.stdout
    )
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_before_anything_is_checked_only_the_standard_library_is_imported():
    tree = ast.parse(Path(doctor.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))
    names = {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert "subprocess" in names
    tops = {name.partition(".")[0] for name in names}
    assert tops - sys.stdlib_module_names == {"network"}
    assert {name for name in names if name.startswith("network")} == {"network.errors"}


@posix_only
def test_ctrl_c_stops_it_and_what_it_has_started(tmp_path):
    fakes = tmp_path / "fakes"
    fakes.mkdir()
    (fakes / "typst.py").write_text("import time\nopen('begun', 'w')\ntime.sleep(100)\n")
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
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "\nglassnet: stopped\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


# Versions

numbers = st.lists(st.integers(0, 2), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
clauses = st.one_of(
    st.builds("{}{}".format, st.sampled_from([">=", "<=", "<", "==", "!="]), numbers),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), numbers),
)


@example("2.1.5", "==2.1")
@example("2.1", "==2.1.0,<=2.1.0")
@example("0.22.3", "==0.22.*")
@example("0.221", "==0.22.*")
@example("12.3", ">=11.0,<13")
@example("13.0", "<13")
@given(numbers, st.lists(clauses, max_size=2).map(",".join))
def test_versions_are_compared_as_packaging_compares_them(version, demand):
    assert satisfies(version, demand) == (version in SpecifierSet(demand))


def test_all_that_is_demanded_can_be_read():
    assert {"manim", "typst", "pillow", "numpy", "av", "pycairo", "tqdm"} <= DEMANDS.keys()
    assert DEMANDS["manim"] == "==0.22.*"
    assert "<13" in DEMANDS["pillow"].split(",")
    for name, demand in DEMANDS.items():
        for version in (metadata.version(name), "0.1", "99"):
            assert satisfies(version, demand) == (version in SpecifierSet(demand)), name
    with pytest.raises(ValueError, match="~=2"):
        satisfies("2.1", "~=2.0")


@pytest.mark.parametrize(
    ("check", "machine", "found"),
    [
        ("manim", change("versions", manim="0.21.0"), "0.21.0, should be 0.22"),
        ("manim", change("versions", manim="0.23.0"), "0.23.0, should be 0.22"),
        (
            "pillow",
            change("versions", pillow="13.0.0"),
            "13.0.0, should be older than 13",
        ),
        ("pillow", change("versions", pillow="13.1"), "13.1, should be "),
        ("numpy", change("versions", numpy="1.26.4"), "1.26.4, should be 2.1 or newer"),
        ("typst", change("versions", typst=None), "not installed"),
        ("PyAV", change("versions", av="14.0"), "14.0, should be 15"),
        ("PyAV", change("versions", av=None), "not installed"),
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
    result = CHECKS[check](machine)
    assert (result.state, result.mend) == (State.FAULT, "make setup")
    assert result.found.startswith(found)


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
    assert result.mend == doctor.BEGIN
    brew = CHECKS["Python"](dataclasses.replace(old, installer="brew"))
    assert brew.mend.startswith("brew install python@")
    there = CHECKS["Python"](dataclasses.replace(old, setup=doctor.ACTIVATE))
    assert there.mend == doctor.ACTIVATE
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "python3.12" else None)
    assert "Python 3.12 is here too" in CHECKS["Python"](old).found


# Loading


def test_what_loading_does_harms_nobody_else(fakes):
    fakes(
        jinja2="raise ValueError('odd\\n\\nvery')",
        rich="print('noise'); raise BaseException",
        typst="import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        srt="import sys; sys.exit('no')",
        tqdm="try:\n import nowhere.at_all\nexcept ImportError as why:\n raise OSError from why",
    )
    loads = doctor.load_all(["jinja2", "rich", "typst", "srt", "tqdm", "av"])
    assert [*loads] == ["jinja2", "rich", "typst", "srt", "tqdm", "av"]
    assert loads["jinja2"].error == "odd"
    assert loads["rich"].error == "BaseException"
    assert loads["typst"].error == "Python breaks off (signal 11)"
    assert loads["srt"].error == "no"
    assert loads["tqdm"] == Load("No module named 'nowhere'", "nowhere")
    assert loads["av"] == Load(fact=[])


def test_a_package_that_hangs_is_ended_and_nothing_behind_it_waits_again(fakes, monkeypatch):
    fakes(typst="import time; time.sleep(100)")
    monkeypatch.setattr(doctor, "PATIENCE", 2.0)
    begun = time.monotonic()
    loads = doctor.load_all(["srt", "typst", "rich", "jinja2"])
    assert time.monotonic() - begun < 5
    assert loads["srt"] == Load()
    assert {loads[name].error for name in ("typst", "rich", "jinja2")} == {"not done in 2 s"}


def test_a_package_that_does_not_load_is_a_fault():
    result = CHECKS["manim"](change("loads", manim=Load("odd")))
    assert result == Result(
        State.FAULT,
        f"{metadata.version('manim')}, does not load: odd",
        "python -m pip install --force-reinstall --no-deps -c constraints.txt manim",
    )


@pytest.mark.parametrize(
    ("installer", "root", "command"),
    [
        ("apt-get", False, "sudo apt-get install libcairo2-dev libpango1.0-dev"),
        ("apt-get", True, "apt-get install libcairo2-dev libpango1.0-dev"),
        ("dnf", False, "sudo dnf install cairo-devel pango-devel"),
        ("brew", False, "brew install cairo pango"),
        ("", False, "python -m pip install --force-reinstall --no-deps -c constraints.txt pycairo"),
    ],
)
def test_a_missing_system_library_is_installed_as_the_system_does(
    installer, root, command, monkeypatch
):
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000, raising=False)
    error = "libcairo.so.2: cannot open shared object file: No such file or directory"
    machine = change("loads", pycairo=Load(error))
    result = CHECKS["cairo, pango"](dataclasses.replace(machine, installer=installer))
    assert (result.state, result.mend) == (State.FAULT, command)
    assert "libcairo.so.2" in result.found


def test_one_cause_is_one_fault():
    """manim loads the others: what is wrong with them keeps it from loading too."""
    library = "libcairo.so.2: cannot open shared object file: No such file or directory"
    machine = change("loads", pycairo=Load(library), manim=Load(library))
    result = CHECKS["manim"](machine)
    assert (result.state, result.mend) == (State.NOTE, "")
    assert result.found.endswith("cannot be loaded before pycairo is mended")
    machine = change("loads", pillow=Load("damaged"), manim=Load("No module named 'PIL'", "PIL"))
    assert CHECKS["manim"](machine).state is State.NOTE
    # What manim misses of a package that does load is its own fault.
    machine = change("loads", manim=Load("No module named 'PIL.new'", "PIL"))
    assert CHECKS["manim"](machine).state is State.FAULT
    machine = change("loads", pycairo=Load(library), manim=Load("odd"))
    assert CHECKS["manim"](machine).state is State.FAULT


@pytest.mark.parametrize("name", ["fonts", "viewer", "MNIST", "trace", "trial film"])
def test_what_needs_a_broken_package_is_not_tried(name):
    broken = {package: Load("odd") for package in ("numpy", "typst", "manim")}
    result = CHECKS[name](change("loads", **broken))
    assert result.state is State.NOTE
    assert re.fullmatch("not tried before (numpy|typst|manim) is mended", result.found)


def test_pyav_has_to_write_films_and_subtitles(fakes):
    result = CHECKS["PyAV"](change("loads", av=Load(fact=["libx264"])))
    assert result.state is State.FAULT
    assert "cannot write H.264 video (libx264)" in result.found
    assert result.mend.endswith("--only-binary=av -c constraints.txt av")
    fakes(av="codecs_available = {'libx264'}")
    assert doctor.load_all(["av"])["av"].fact == ["mov_text"]


# Fonts, viewer, disk


def test_a_font_that_typst_lacks_is_found_and_a_fault():
    assert doctor.missing_fonts() == []
    assert doctor.missing_fonts(["Comic Sans", "DejaVu Sans Mono", "No Math"]) == [
        "Comic Sans",
        "No Math",
    ]
    result = CHECKS["fonts"](change("loads", fonts=Load(fact=["DejaVu Sans Mono"])))
    assert result.state is State.FAULT
    assert result.found == "typst comes without DejaVu Sans Mono"
    assert result.mend.endswith(" typst")
    result = CHECKS["fonts"](change("loads", fonts=Load("odd")))
    assert (result.state, result.found) == (State.FAULT, "no word can be set: odd")


def test_no_viewer_is_no_fault(monkeypatch):
    assert CHECKS["viewer"](WHOLE).state is State.FINE
    none = change("loads", viewer=Load(fact=False))
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    result = CHECKS["viewer"](none)
    assert result.state is State.NOTE
    assert "leave out manim's -p" in result.found
    assert result.mend == "python -m manim -ql scenes/backprop.py"
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert CHECKS["viewer"](none).mend == "sudo apt-get install xdg-utils"
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert CHECKS["viewer"](none).mend == "python -m manim -ql scenes/backprop.py"


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
    # Where films and clips are on two disks, the fuller one counts.
    media = tmp_path / "renders" / "media"
    media.mkdir(parents=True)
    stat = Path.stat
    monkeypatch.setattr(
        Path,
        "stat",
        lambda path, **options: (
            os.stat_result((0, 0, 7, *[0] * 7)) if path == media else stat(path, **options)
        ),
    )
    rooms = {media: 0.1e9}
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda place: shutil._ntuple_diskusage(0, 0, rooms.get(place, 50e9)),
    )
    result = CHECKS["disk space"](WHOLE)
    assert result.state is State.FAULT
    assert result.found.startswith("only 50 GB free in renders and 0.1 GB free in renders/media")


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
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert CHECKS["MNIST"](WHOLE).mend == ""
    assert "take data/mnist from where glassnet is from" in CHECKS["MNIST"](WHOLE).found
    (tmp_path / ".git").mkdir()
    assert CHECKS["MNIST"](WHOLE).mend == "git checkout -- data/mnist"
    path.unlink()
    missing = CHECKS["MNIST"](WHOLE)
    assert (missing.state, missing.mend) == (State.FAULT, "git checkout -- data/mnist")
    assert path.stem in missing.found


def test_a_missing_trace_is_worth_knowing_and_a_damaged_one_a_fault(data, tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "_recipes_of_chapters", lambda: ["sigmoid-online"])
    for name in doctor.CHOICES:
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
    shutil.rmtree(trace)
    trace.write_text("no folder")
    result = CHECKS["trace"](WHOLE)
    assert (result.state, result.mend) == (State.FAULT, f"rm {trace}")


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
    from scenes.film.rehearsal import find_chapters

    recipes = {chapter.recipe for chapter in find_chapters()}
    assert recipes
    assert recipes <= set(doctor._recipes_of_chapters())


# The trial film


def test_a_film_that_fails_is_a_fault_with_the_last_line_of_its_error(fakes):
    fakes(av="raise RuntimeError('no codec, no film')")
    result = CHECKS["trial film"](WHOLE)
    assert (result.state, result.mend) == (State.FAULT, WHOLE.anew)
    assert result.found == "one second cannot be filmed: RuntimeError: no codec, no film"
    fakes(av="raise OSError(28, 'No space left on device')")
    assert CHECKS["trial film"](WHOLE).mend == "export TMPDIR=$PWD/renders"
    fakes(av="import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert "Python breaks off (signal 11)" in CHECKS["trial film"](WHOLE).found


def test_a_film_that_hangs_is_stopped_and_leaves_nothing(fakes, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pid = tmp_path / "pid"
    fakes(av=f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(100)")
    monkeypatch.setattr(doctor, "PATIENCE", 3.0)
    result = CHECKS["trial film"](WHOLE)
    assert (result.state, result.mend) == (State.FAULT, WHOLE.anew)
    assert result.found == "one second was not filmed in 3 s, and was stopped"
    assert [*tmp_path.glob("glassnet-*")] == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


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
def test_a_film_in_which_nothing_is_to_be_seen_is_a_fault(seen, monkeypatch):
    film = {
        "light": [*range(16, 241, 16)],
        "codec": "h264 yuv420p",
        "size": [854, 480],
        "seconds": 1,
    }

    def run(told):
        done = subprocess.CompletedProcess([], 0, doctor.json.dumps(told), "")
        monkeypatch.setattr(doctor, "_run", lambda call: done)
        return CHECKS["trial film"](WHOLE)

    assert run(film).state is State.FINE
    result = run({**film, **seen})
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

    results = doctor.results
    monkeypatch.setattr(doctor, "results", lambda: results(lambda: WHOLE))

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


def test_a_machine_that_cannot_be_looked_at_is_a_fault():
    def look():
        raise FileNotFoundError("no pyproject.toml")

    ((name, result),) = doctor.results(look)
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


# The screen


def test_under_a_fault_stands_what_mends_it_once():
    assert show(
        Result(State.FAULT, "13.0", "make setup"),
        Result(State.FAULT, "missing", "make setup"),
        Result(State.NOTE, "none"),
        Result(State.FINE, "here"),
    ) == (
        "✗ name           13.0:\n    make setup\n✗ name           missing: mended as above\n"
        "! name           none\n✓ name           here\n"
    )


def test_lines_are_never_wider_than_the_screen(monkeypatch):
    command = (
        "python -m pip install --force-reinstall --no-deps --only-binary=av "
        "-c constraints.txt 'a folder/with blanks' av\nmake setup"
    )
    for columns in (*range(45, 81), 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = show(Result(State.FAULT, "long " * 40, command))
        assert max(map(len, shown.splitlines())) <= min(columns, 80)
        # As the shell reads it.
        mend = shown[shown.index("python") :].replace("\\\n", "")
        assert [shlex.split(line) for line in mend.splitlines()] == [
            shlex.split(line) for line in command.splitlines()
        ], columns


def test_letters_that_the_terminal_lacks_are_spelled():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    results = [Result(state, "854 × 480 …", "rm 'é'") for state in State]
    assert show(*results, stream=stream).splitlines() == [
        "ok name           854 x 480 ...:",
        "    rm '?'",
        "!  name           854 x 480 ...: mended as above",
        "X  name           854 x 480 ...: mended as above",
    ]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_colours_are_for_terminals_and_for_those_who_want_them(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    results = [Result(State.FINE, "here"), Result(State.FAULT, "[red]missing", "make setup")]
    plain = show(*results)
    assert "\x1b" not in plain
    coloured = show(*results, stream=Terminal())
    assert coloured.startswith("\x1b[32m✓\x1b[0m name")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert re.findall(r"\x1b\[\d*;?3\d", show(*results, stream=Terminal())) == []
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert show(*results, stream=Terminal()) == plain
