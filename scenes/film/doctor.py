"""Whether this machine can make the film: each thing it needs looked at once, said in one screen.

The doctor has to work where nothing else does. So this module imports only the standard library,
and runs on Pythons that are too old for the film; packages are loaded in a process of their own,
in which one that raises, hangs or kills Python harms nobody. `CHECKS` says what is looked at.
"""

from __future__ import annotations

import ast
import configparser
import importlib
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, TextIO

from network.errors import GlassnetError

ROOT = Path(__file__).resolve().parents[2]
RENDERS = Path("renders")
CHOICES = ("GLASSNET_RECIPE", "GLASSNET_STEP", "GLASSNET_TRACE")
WINDOWS = sys.platform == "win32"

PACKAGES = ("numpy", "pillow", "av", "pycairo", "manimpango", "typst", "manim")
"""What has a line of its own; what else the film needs is in pyproject.toml."""
MODULES = {"pillow": "PIL.Image", "pycairo": "cairo", "scipy": "scipy.sparse"}
TITLES = {"av": "PyAV"}
FONTS = ("New Computer Modern", "New Computer Modern Math", "DejaVu Sans Mono")
ENCODERS = {"libx264": "H.264 video", "mov_text": "subtitles"}

EVERYTHING = '-e ".[video,dev]" -c constraints.txt'
"""What pip installs for a whole glassnet."""
ACTIVATE = r".venv\Scripts\activate" if WINDOWS else "source .venv/bin/activate"
BEGIN = (
    f"py -m venv .venv\n{ACTIVATE}\npython -m pip install {EVERYTHING}"
    if WINDOWS
    else f"make setup && {ACTIVATE}"
)
"""What makes a .venv and goes into it, as README has it."""

PATIENCE = 60.0
"""Seconds after which a process of ours is ended; loading manim takes 1, or 20 the first time."""

GB = 1e9
TOO_LITTLE, LITTLE = 0.5 * GB, 2 * GB
"""Free bytes with which no film is begun, and those that may not be enough for a large one."""


class State(Enum):
    """How a check ended."""

    FINE = "✓"
    NOTE = "!"
    FAULT = "✗"


@dataclass(frozen=True)
class Result:
    """What a check found.

    Attributes
    ----------
    state
        Whether it is a fault.
    found
        What there is, in words.
    mend
        The command that mends it, ready to copy; there may be several lines.
    """

    state: State
    found: str
    mend: str = ""


@dataclass(frozen=True)
class Load:
    """What came of loading a package: an error, the module it missed, or what else was asked."""

    error: str = ""
    missed: str = ""
    fact: Any = None


@dataclass(frozen=True)
class Machine:
    """What the checks look at.

    Attributes
    ----------
    python, needs_python
        The version that runs this, and those that the film asks for (">=3.11").
    command
        Python, as it was called here.
    setup, anew
        The command that brings what is missing; the one that also replaces what is there.
    installer
        apt-get, dnf or brew; empty where there is none of them.
    demands, versions, loads
        By package: the versions asked for (">=2.1"), the one installed, and how it loads.
    """

    python: str
    needs_python: str
    command: str
    setup: str
    anew: str
    installer: str
    demands: Mapping[str, str]
    versions: Mapping[str, str]
    loads: Mapping[str, Load]

    @classmethod
    def look(cls) -> Machine:
        """The machine that this runs on."""
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        needs_python = re.search(r'^requires-python = "(.*)"', project, re.MULTILINE)
        demands = _demands(project)
        names = sorted({**dict.fromkeys(PACKAGES), **demands}, key=lambda name: name == "manim")
        python = _python()
        setup = _setup(python)
        return cls(
            python=".".join(map(str, sys.version_info[:3])),
            needs_python=needs_python[1] if needs_python else "",
            command=python,
            setup=setup,
            anew=f"rm -rf .venv && {setup}"
            if setup == "make setup"
            else f"{python} -m pip install --force-reinstall {EVERYTHING}",
            installer=next(filter(shutil.which, ("apt-get", "dnf", "brew")), ""),
            demands=demands,
            versions={name: version for name in names if (version := _version(name))},
            # Manim loads most of the others: one that is at fault is to be known before.
            loads=load_all([*names, "fonts", "viewer"]),
        )

    def broken(self, *names: str) -> str:
        """The first of these packages that does not load, as people call it; empty if all do."""
        there = (name for name in names if name in self.loads)
        return next((_title(name) for name in there if self.loads[name].error), "")


# What is asked for, and what is installed


def _demands(project: str) -> dict[str, str]:
    """Which versions pyproject.toml asks for, by package; or manim, of what it draws with.

    The file itself: the metadata of the installed glassnet are of the day it was installed on.
    """
    try:
        import tomllib
    except ImportError:  # before Python 3.11, which is fault enough
        return {}
    tables = tomllib.loads(project)["project"]
    ours = [*tables["dependencies"], *tables["optional-dependencies"]["video"]]
    try:
        of_manim = metadata.requires("manim") or []
    except metadata.PackageNotFoundError:
        of_manim = []
    demands: dict[str, str] = {}
    for text in [*ours, *of_manim]:
        requirement, _, marker = text.partition(";")
        name, versions = re.fullmatch(r"([\w.-]+)(?:\[.*\])?(.*)", requirement.strip()).groups()
        if (text in ours or name in PACKAGES) and marker.strip() in ("", "extra == 'typst'"):
            demands.setdefault(name, versions.replace(" ", ""))
    return demands


def _version(name: str) -> str:
    try:
        return metadata.version(name) or ""
    except metadata.PackageNotFoundError:
        return ""


def satisfies(version: str, demand: str) -> bool:
    """Whether a version is one of those asked for, such as ``>=11.0,<13`` or ``==0.22.*``.

    There is a library for this, packaging, but a doctor must not depend on what may be missing.
    Only what pyproject.toml and manim write is known here. Versions before a release count as
    that release.

    Raises
    ------
    ValueError
        If the demand is written in another way.
    """
    have = _numbers(version)
    for clause in filter(None, demand.split(",")):
        parts = re.fullmatch(r"(>=|<=|<|==|!=)(\d+(?:\.\d+)*)(\.\*)?", clause)
        if parts is None:
            raise ValueError(f"nobody told the doctor what {clause} means")
        operator, number, star = parts.groups()
        want = _numbers(number)
        length = len(want) if star else max(len(want), len(have))
        left, right = ([*numbers, *[0] * length][:length] for numbers in (have, want))
        kept = {
            ">=": left >= right,
            "<=": left <= right,
            "<": left < right,
            "==": left == right,
            "!=": left != right,
        }
        if not kept[operator]:
            return False
    return True


def _numbers(version: str) -> list[int]:
    """2, 4, 6 of "2.4.6rc1"."""
    release = re.match(r"\d+(?:\.\d+)*", version)
    return [int(part) for part in release[0].split(".")] if release else []


def _in_words(demand: str) -> str:
    """11.0 or newer and older than 13, of ">=11.0,<13"."""
    words = {">=": "{} or newer", "<": "older than {}", "<=": "up to {}", "!=": "not {}"}
    said = []
    for clause in demand.split(","):
        operator = re.match("[<>=!]*", clause)[0]
        said.append(words.get(operator, "{}").format(clause[len(operator) :].replace(".*", "")))
    return " and ".join(said)


def _title(name: str) -> str:
    return TITLES.get(name, name)


def _python() -> str:
    """Python as it was called, so that commands can be copied."""
    called = _short(getattr(sys, "orig_argv", ["python"])[0])
    return f'"{called}"' if " " in called else called


def _setup(python: str) -> str:
    """The command that brings the packages, for the Python that runs this."""
    venv = ROOT / ".venv"
    pip = f"{python} -m pip install {EVERYTHING}"
    if os.path.realpath(sys.prefix) == os.path.realpath(venv):
        return pip if WINDOWS else "make setup"
    if _version("glassnet") or (sys.prefix != sys.base_prefix and not venv.exists()):
        return pip
    return ACTIVATE if venv.exists() else BEGIN


def _reinstall(name: str, machine: Machine, option: str = "") -> str:
    options = f"--force-reinstall --no-deps {option}".strip()
    return f"{machine.command} -m pip install {options} -c constraints.txt {name}"


def _install(machine: Machine, packages: str) -> str:
    """The command that installs packages of the system."""
    root = machine.installer == "brew" or not hasattr(os, "geteuid") or os.geteuid() == 0
    return f"{'' if root else 'sudo '}{machine.installer} install {packages}"


def _short(text: str) -> str:
    """A text in which paths below the current folder are relative to it."""
    return text.replace(f"{Path.cwd()}{os.sep}", "")


# Processes of their own


def _run(call: str) -> subprocess.CompletedProcess[str]:
    """Call a function of this module in another Python, and end that after `PATIENCE`."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    with subprocess.Popen(
        [sys.executable, "-c", f"from scenes.film import doctor; doctor.{call}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            told, errors = process.communicate(timeout=PATIENCE)
        except BaseException:
            # subprocess.run would not wait for its end after Ctrl-C.
            process.kill()
            process.wait()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, told, errors)


def _end_of(done: subprocess.CompletedProcess[str]) -> str:
    """Why a process did not do what it should: the last line it wrote, or how it ended."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        return f"Python breaks off (signal {-done.returncode})"
    return lines[-1] if lines else f"Python ends with code {done.returncode}"


def load_all(names: Sequence[str]) -> dict[str, Load]:
    """Load packages one after the other in another process, and tell what came of each."""
    loads: dict[str, Load] = {}
    while len(loads) < len(names):
        rest = [name for name in names if name not in loads]
        hangs = False
        try:
            done = _run(f"probe({rest!r})")
            told, end = done.stdout, _end_of(done)
        except subprocess.TimeoutExpired as late:
            hangs = True
            told, end = (late.stdout or b"").decode("utf-8"), f"not done in {PATIENCE:g} s"
        for line in told.splitlines():
            report = json.loads(line)
            loads[report["name"]] = Load(**report["load"])
        lost = [name for name in rest if name not in loads]
        # Where one breaks off, the next may be whole; where one hangs, others would too.
        loads.update({name: Load(end) for name in (lost if hangs else lost[:1])})
    return {name: loads[name] for name in names}


def _own_stdout() -> TextIO:
    """Stdout for us alone; whatever packages print goes to stderr."""
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return report


def probe(names: Sequence[str]) -> None:
    """Load each and print a line of JSON; this is what runs in the other process."""
    report = _own_stdout()
    for name in names:
        told: dict[str, Any] = {}
        try:
            if name not in ("fonts", "viewer"):
                importlib.import_module(MODULES.get(name, name.replace("-", "_")))
            told["fact"] = FACTS[name]() if name in FACTS else None
        except Exception as error:  # whatever else there is ends this process, and is told too
            while error.__cause__ is not None:
                error = error.__cause__
            told["error"] = _one_line(error)
            told["missed"] = (getattr(error, "name", None) or "").partition(".")[0]
        print(json.dumps({"name": name, "load": told}), file=report, flush=True)


def _one_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _missing_encoders() -> list[str]:
    import av

    return [name for name in ENCODERS if name not in av.codecs_available]


def missing_fonts(names: Sequence[str] = FONTS) -> list[str]:
    """The fonts, of those inside the typst package, in which Typst does not set a word."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False)
    missing = []
    for name in names:
        font = f'set text(font: "{name}", fallback: false)'
        source = f"#show math.equation: {font}\n$x$" if "Math" in name else f"#{font}\nword"
        try:
            svg, warnings = typst.compile_with_warnings(
                source.encode(), format="svg", font_paths=fonts
            )
        except typst.TypstError:
            svg, warnings = b"", []
        missing += [name] if warnings or b"<use" not in svg else []
    return missing


def _cairo_version() -> str:
    import cairo

    return cairo.cairo_version_string()


def _pango_version() -> str:
    import manimpango

    return manimpango.pango_version()


def _has_viewer() -> bool:
    from scenes.kit.chapter import has_viewer

    return has_viewer()


FACTS: dict[str, Callable[[], Any]] = {
    "av": _missing_encoders,
    "fonts": missing_fonts,
    "manimpango": _pango_version,
    "pycairo": _cairo_version,
    "viewer": _has_viewer,
}
"""What is asked of a package once it is loaded."""


def film_a_second(media: str) -> None:
    """Film a word for one second as chapters do, read the film again, and print what is in it."""
    report = _own_stdout()
    import av
    from manim import FadeIn, Scene, config, tempconfig

    import scenes.kit.chapter  # noqa: F401 - what every chapter begins with
    from scenes.kit.typeset import Words

    class Second(Scene):
        def construct(self) -> None:
            self.play(FadeIn(Words("glassnet")), run_time=1)

    settings = {
        "quality": "low_quality",
        "disable_caching": True,
        "verbosity": "ERROR",
        "progress_bar": "none",
        "preview": False,
        "show_in_file_browser": False,
    }
    with tempconfig(settings):
        config.media_dir = media
        scene = Second()
        begun = time.monotonic()
        scene.render()
        seconds = time.monotonic() - begun
        with av.open(scene.renderer.file_writer.final_file_path) as film:
            stream = film.streams.video[0]
            light = [int(frame.to_ndarray(format="gray").max()) for frame in film.decode(stream)]
            codec = f"{stream.codec_context.name} {stream.codec_context.pix_fmt}"
            size = [stream.width, stream.height]
    seen = {"light": light, "codec": codec, "size": size, "seconds": seconds}
    print(json.dumps(seen), file=report)


# The checks


def check_python(machine: Machine) -> Result:
    """Whether Python is new enough."""
    if satisfies(machine.python, machine.needs_python):
        return Result(State.FINE, machine.python)
    found = f"{machine.python}, should be {_in_words(machine.needs_python)}"
    if machine.setup == ACTIVATE:
        return Result(State.FAULT, f"{found}, as in .venv", ACTIVATE)
    newer = next((minor for minor in range(20, 10, -1) if shutil.which(f"python3.{minor}")), None)
    if newer:
        return Result(State.FAULT, f"{found}; Python 3.{newer} is here too", BEGIN)
    packages = {"brew": "python@3.13", "dnf": "python3.13 python3.13-devel"}
    if machine.installer in packages:
        install = _install(machine, packages[machine.installer])
        return Result(State.FAULT, found, f"{install}\n{BEGIN}")
    return Result(State.FAULT, f"{found}; install one (www.python.org has it), then", BEGIN)


def check_package(name: str, purpose: str, machine: Machine) -> Result:
    """Whether a package is there, of the right version, and loads."""
    return _problem(name, machine) or Result(State.FINE, f"{machine.versions[name]}, {purpose}")


def _problem(name: str, machine: Machine) -> Result | None:
    """What is wrong with a package, if anything is."""
    version, demand = machine.versions.get(name), machine.demands.get(name, "")
    error = machine.loads[name].error
    if version is None:
        return Result(State.FAULT, "not installed", machine.setup)
    if not satisfies(version, demand):
        return Result(State.FAULT, f"{version}, should be {_in_words(demand)}", machine.setup)
    if not error:
        return None
    cause = _cause(name, machine)
    if cause:
        return Result(State.NOTE, f"{version}, cannot be loaded before {cause} is mended")
    return Result(State.FAULT, f"{version}, does not load: {error}", _mend(name, error, machine))


def _cause(name: str, machine: Machine) -> str:
    """The package whose fault it is that this one does not load; empty if it is its own."""
    loaded = machine.loads[name]
    for other in itertools.takewhile(lambda other: other != name, machine.loads):
        module = MODULES.get(other, other).partition(".")[0]
        error = machine.loads[other].error
        if error and (error == loaded.error or module == loaded.missed):
            return _title(other)
    return ""


def _mend(name: str, error: str, machine: Machine) -> str:
    """What mends a package that is there, and does not load."""
    library = re.search("cannot open shared object|Library not loaded|image not found", error)
    if library and re.search("cairo|pango|g(lib|object|io)-|harfbuzz|fontconfig|freetype", error):
        packages = {
            "apt-get": "libcairo2-dev libpango1.0-dev",
            "dnf": "cairo-devel pango-devel",
            "brew": "cairo pango",
        }
        if machine.installer:
            return _install(machine, packages[machine.installer])
    return _reinstall(name, machine)


def check_av(machine: Machine) -> Result:
    """Whether PyAV is there and can write films and subtitles."""
    problem = _problem("av", machine)
    if problem:
        return problem
    version, missing = machine.versions["av"], machine.loads["av"].fact
    if missing:
        lacking = " and ".join(f"{ENCODERS[name]} ({name})" for name in missing)
        mend = _reinstall("av", machine, "--only-binary=av")
        return Result(State.FAULT, f"{version}, cannot write {lacking}", mend)
    return Result(State.FINE, f"{version}, writes the film and its subtitles")


def check_others(machine: Machine) -> Result:
    """Whether all else that pyproject.toml names is there."""
    names = sorted(set(machine.demands) - set(PACKAGES))
    if not names:
        return Result(State.NOTE, "not looked for with this Python")
    there = ", ".join(f"{name} {machine.versions.get(name)}" for name in names)
    return _problems(names, machine) or Result(State.FINE, there)


def check_drawing(machine: Machine) -> Result:
    """Whether cairo and pango are there, with pycairo and manimpango that lead to them."""
    problem = _problems(("pycairo", "manimpango"), machine)
    if problem:
        return problem
    cairo, pango = machine.loads["pycairo"].fact, machine.loads["manimpango"].fact
    return Result(State.FINE, f"{cairo} and {pango}, draw lines and letters")


def _problems(names: Iterable[str], machine: Machine) -> Result | None:
    """What is wrong with several packages, if anything is."""
    found = [(name, problem) for name in names if (problem := _problem(name, machine))]
    named = [Result(each.state, f"{name} {each.found}", each.mend) for name, each in found]
    return _together(named) if named else None


def _together(several: Sequence[Result]) -> Result:
    """Several results in one: the worst state, all that was found, each command once."""
    return Result(
        max((result.state for result in several), key=[*State].index),
        "; ".join(result.found for result in several),
        "\n".join(dict.fromkeys(result.mend for result in several if result.mend)),
    )


def _waiting(name: str) -> Result:
    return Result(State.NOTE, f"not tried before {name} is mended")


def check_fonts(machine: Machine) -> Result:
    """Whether Typst sets a word in each font of the film."""
    waiting = machine.broken("typst")
    if waiting:
        return _waiting(waiting)
    told = machine.loads["fonts"]
    if told.error or told.fact:
        lacking = f"typst comes without {' and '.join(told.fact or ())}"
        found = f"no word can be set: {told.error}" if told.error else lacking
        return Result(State.FAULT, found, _reinstall("typst", machine))
    return Result(State.FINE, "New Computer Modern and DejaVu Sans Mono, inside typst")


def check_viewer(machine: Machine) -> Result:
    """Whether `manim -p` opens the film that it has made; it need not."""
    waiting = machine.broken("manim")
    if waiting:
        return _waiting(waiting)
    told = machine.loads["viewer"]
    if told.error:
        return Result(State.NOTE, f"not looked for: {told.error}")
    if told.fact:
        return Result(State.FINE, "manim -p opens the film that it has made")
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if screen and machine.installer in ("apt-get", "dnf") and shutil.which("xdg-open") is None:
        found = "none (xdg-open is missing): films are made, but not opened"
        return Result(State.NOTE, found, _install(machine, "xdg-utils"))
    why = "no program for films" if screen else "no screen"
    found = f"{why}: films are made, not opened; leave out manim's -p"
    return Result(State.NOTE, found, f"{machine.command} -m manim -ql scenes/backprop.py")


def check_disk(machine: Machine) -> Result:
    """Whether there is room for films and clips, and they may be written there."""
    settings = configparser.RawConfigParser()
    settings.read(ROOT / "manim.cfg", encoding="utf-8")
    media = Path(settings.get("CLI", "media_dir", fallback="media"))
    free: dict[int, tuple[int, str]] = {}
    for folder in (RENDERS, media):
        place = folder.absolute()
        while not place.exists():
            place = place.parent
        shown = _short(str(place))
        try:
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(b"?")
        except OSError as error:
            found = f"nothing can be written into {shown} ({error.strerror})"
            mine = not hasattr(os, "getuid") or place.stat().st_uid == os.getuid()
            take = "chmod -R u+w" if mine else 'sudo chown -R "$USER"'
            return Result(State.FAULT, found, f"{take} {shlex.quote(shown)}")
        free.setdefault(place.stat().st_dev, (shutil.disk_usage(place).free, shown))
    said = " and ".join(f"{_amount(room)} free in {shown}" for room, shown in free.values())
    least = min(room for room, _ in free.values())
    if least >= LITTLE:
        return Result(State.FINE, said)
    clean = rf"rmdir /s {media}" if WINDOWS else "make clean"
    if least >= TOO_LITTLE:
        return Result(State.NOTE, f"{said}, little for 1080p; this removes earlier films", clean)
    said = f"only {said}, a film needs {_amount(TOO_LITTLE)}; this removes earlier films"
    return Result(State.FAULT, said, clean)


def _amount(size: float) -> str:
    """74 GB, 1.4 GB, 57 MB."""
    if size < 0.1 * GB:
        return f"{size / 1e6:.0f} MB"
    return f"{size / GB:.{0 if size >= 9.95 * GB else 1}f} GB"


def check_mnist(machine: Machine) -> Result:
    """Whether all images are there, as published."""
    waiting = machine.broken("numpy", "tqdm")
    if waiting:
        return _waiting(waiting)
    from network.datasets import data_folder, load

    try:
        images = load("mnist", download=False, quiet=True)
        count = len(images.train) + len(images.test)
    except GlassnetError as error:
        found = re.split("; |: put ", _short(str(error)))[0]
        folder = data_folder() / "mnist"
        if folder.exists() and folder != ROOT / "data" / "mnist":
            copy = r"copy data\mnist\*" if WINDOWS else "cp data/mnist/*"
            return Result(State.FAULT, found, f"{copy} {shlex.quote(_short(str(folder)))}")
        if not (ROOT / ".git").exists():
            return Result(State.FAULT, f"{found}; take data/mnist from where glassnet is from")
        return Result(State.FAULT, found, "git checkout -- data/mnist")
    return Result(State.FINE, f"all {count:,} images, as published")


def check_traces(machine: Machine) -> Result:
    """Whether the recordings are there that the chapters tell of, and whole."""
    waiting = machine.broken("numpy", "tqdm")
    if waiting:
        return _waiting(waiting)
    from network.recipes import find_recipe
    from network.trace import traces_folder
    from scenes.kit.settings import Settings

    try:
        settings = Settings.from_environment()
        names = [settings.recipe] if settings.recipe else _recipes_of_chapters()
        folders = [traces_folder() / find_recipe(name).label for name in names]
    except GlassnetError as error:
        chosen = [name for name in CHOICES if os.environ.get(name)]
        unset = [f"set {name}=" for name in chosen] if WINDOWS else [f"unset {' '.join(chosen)}"]
        return Result(State.FAULT, str(error), "\n".join(unset))
    folders = [settings.trace] if settings.trace else folders
    return _together([_check_trace(folder, machine) for folder in folders])


def _check_trace(folder: Path, machine: Machine) -> Result:
    from network.trace import Trace

    try:
        trace = Trace.open(folder)
    except GlassnetError as error:
        # Most messages end with the command that helps.
        words, _, command = _short(str(error)).partition("python -m network ")
        mend = f"{machine.command} -m network {command}"
        if not folder.exists():
            found = f"{folder.name} is not recorded yet: the film does it first, or you do it now"
            return Result(State.NOTE, found, mend)
        if not command:
            way = "rm" if folder.is_file() else "chmod -R u+rwX"
            mend = f"{way} {shlex.quote(_short(str(folder)))}"
        return Result(State.FAULT, re.sub(r": [^:]* with $", "", words), mend)
    size = _amount(sum(file.stat().st_size for file in folder.iterdir()))
    found = f"{folder.name}: {trace.steps:,} steps, {size}, {trace.digest[:12]}"
    return Result(State.FINE, found)


def _recipes_of_chapters() -> list[str]:
    """The recipes whose names stand in a chapter, or in the base of all."""
    from network.recipes import RECIPES

    words: set[object] = set()
    for path in [*(ROOT / "scenes").glob("[!_]*.py"), ROOT / "scenes" / "kit" / "chapter.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"), path.name)
        words.update(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [name for name in RECIPES if name in words]


def check_film(machine: Machine) -> Result:
    """Whether a second of film is made, and is one when it is read again."""
    waiting = machine.broken(*PACKAGES, "scipy")
    if waiting:
        return _waiting(waiting)
    try:
        # Ours, so that it is gone also when the other process had to be ended.
        with tempfile.TemporaryDirectory(prefix="glassnet-") as media:
            done = _run(f"film_a_second({media!r})")
    except subprocess.TimeoutExpired:
        found = f"one second was not filmed in {PATIENCE:g} s, and was stopped"
        return Result(State.FAULT, found, machine.anew)
    if done.returncode:
        why = _end_of(done)
        if re.search("No space left|temporary directory", why) and not WINDOWS:
            found = f"{why}. With another folder for what is temporary it may go on"
            return Result(State.FAULT, found, "export TMPDIR=$PWD/renders")
        return Result(State.FAULT, f"one second cannot be filmed: {why}", machine.anew)
    film = json.loads(done.stdout)
    light, (width, height) = film["light"], film["size"]
    found = f"one second, {len(light)} frames of {width} × {height}"
    if film["codec"] != "h264 yuv420p" or not 14 <= len(light) <= 16 or light[-1] - light[0] < 50:
        found += f" ({film['codec']}), in which the word is not to be seen, or not as it should be"
        return Result(State.FAULT, found, machine.anew)
    return Result(State.FINE, f"{found}, made in {film['seconds']:.1f} s")


def check_cores(machine: Machine) -> Result:
    """How many chapters are filmed at a time."""
    allowed = getattr(os, "sched_getaffinity", None)
    cores = len(allowed(0)) if allowed else os.cpu_count() or 1
    many = f"{cores} cores: {cores} chapters are filmed at a time"
    return Result(State.FINE, many if cores > 1 else "1 core: chapters are filmed one by one")


CHECKS: dict[str, Callable[[Machine], Result]] = {
    "Python": check_python,
    "numpy": partial(check_package, "numpy", "does the arithmetic"),
    "pillow": partial(check_package, "pillow", "handles pictures"),
    "PyAV": check_av,
    "other packages": check_others,
    "cairo, pango": check_drawing,
    "typst": partial(check_package, "typst", "sets words and formulas"),
    "fonts": check_fonts,
    "manim": partial(check_package, "manim", "draws the film"),
    "viewer": check_viewer,
    "disk space": check_disk,
    "MNIST": check_mnist,
    "trace": check_traces,
    "trial film": check_film,
    "processor": check_cores,
}


# The screen


def examine() -> int:
    """Look at everything, say what was found, and give 0, or 1 if anything is at fault."""
    screen = _Screen(sys.stdout)
    screen.say("Can this machine make the film?")
    faults = 0
    for name, result in results():
        screen.show(name, result)
        faults += result.state is State.FAULT
    if faults:
        count, they = ("1 fault", "it") if faults == 1 else (f"{faults} faults", "them")
        screen.say(f"{count}: do what stands below {they}, then ask the doctor again.")
        return 1
    video = f"{_python()} -m scenes render" if WINDOWS else "make video"
    screen.say(f"This machine can make the film: {video}")
    return 0


def results(look: Callable[[], Machine] = Machine.look) -> Iterator[tuple[str, Result]]:
    """What each check found, by name; an error that nobody has thought of is a fault too."""
    try:
        machine = look()
    except Exception as error:
        yield "this machine", _unexpected(error)
        return
    for name, check in CHECKS.items():
        try:
            result = check(machine)
        except Exception as error:
            result = _unexpected(error)
        yield name, result


def _unexpected(error: Exception) -> Result:
    found = f"could not be looked at: {type(error).__name__}: {_one_line(error)}"
    return Result(State.FAULT, found, BEGIN)


NAMES = 15
"""Columns for the names of checks."""
STYLES = {State.FINE: "green", State.NOTE: "yellow", State.FAULT: "bold red"}
SPELLED = {"✓": "ok", "✗": "X", "×": "x", "…": "...", "−": "-", "’": "'"}
"""How letters are written where the terminal's encoding lacks them."""


class _Screen:
    """Writes lines of at most 80 columns: with colours to a terminal, plain otherwise."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._encoding = getattr(stream, "encoding", None) or "ascii"
        self._width = min(80, shutil.get_terminal_size().columns)
        self._mends: set[str] = set()
        self._console: Any = None
        if stream.isatty():
            try:
                from rich.console import Console

                self._console = Console(file=stream, highlight=False)
            except Exception:  # rich may be what is broken
                self._console = None

    def say(self, sentence: str) -> None:
        """A line of its own, with an empty one above."""
        self._write(("\n" + sentence, "bold"))

    def show(self, name: str, result: Result) -> None:
        """The line of a check, and below it what mends it, unless that has been said."""
        sign = self._spell(result.state.value).ljust(len(self._spell("✓")))
        margin = len(sign) + 1 + NAMES
        again = result.mend in self._mends
        end = "" if not result.mend else ": mended as above" if again else ":"
        found = self._spell(result.found) + end
        first, *rest = textwrap.wrap(found, max(self._width - margin, 20), break_on_hyphens=False)
        self._write((sign, STYLES[result.state]), (f" {name:{NAMES}}{first}", ""))
        for line in rest:
            self._write((" " * margin + line, ""))
        if not again:
            self._mends.add(result.mend)
            for line in self._commands(result.mend):
                self._write((line, "cyan"))

    def _commands(self, mend: str) -> Iterator[str]:
        """The lines of commands, long ones broken as a shell goes on with them."""
        for command in mend.splitlines():
            line = "   "
            for word in re.findall(r"""(?:"[^"]*"|'[^']*'|\S)+""", command):
                if len(line) + len(word) + 3 > self._width and line.strip() and not WINDOWS:
                    yield self._spell(f"{line} \\")
                    line = "       "
                line += f" {word}"
            yield self._spell(line)

    def _spell(self, text: str) -> str:
        """The text in letters that the stream has."""
        spelled = []
        for letter in text:
            try:
                letter.encode(self._encoding)
            except (UnicodeEncodeError, LookupError):
                letter = SPELLED.get(letter, "?")
            spelled.append(letter)
        return "".join(spelled)

    def _write(self, *parts: tuple[str, str]) -> None:
        if self._console is None:
            print("".join(text for text, _ in parts), file=self._stream, flush=True)
            return
        from rich.text import Text

        self._console.print(Text.assemble(*parts), soft_wrap=True)
