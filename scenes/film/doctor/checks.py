"""Whether this machine can make the film: each thing it needs looked at once, said in one screen.

The doctor has to work where nothing else does: its modules import only the standard library at
first, and run on Pythons that are too old for the film. `scenes.film.doctor.machine` says what is
installed, `scenes.film.doctor.screen` shows the results; `CHECKS` says what is looked at.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from network.errors import GlassnetError
from scenes.film.cores import count_cores
from scenes.film.doctor.machine import (
    ACTIVATE,
    BEGIN,
    PACKAGES,
    WINDOWS,
    Machine,
    python_command,
    short,
)
from scenes.film.doctor.probe import ROOT, ask, one_line
from scenes.film.doctor.screen import Result, Screen, State
from scenes.film.doctor.versions import in_words, satisfies

RENDERS = Path("renders")
CLEAN = "git clean -fdXq renders" if WINDOWS else "make clean"

GB = 1e9
TOO_LITTLE, LITTLE = 0.5 * GB, 2 * GB
"""Free bytes with which no film is begun, and those that may not be enough for a large one."""


def check_python(machine: Machine) -> Result:
    """Whether Python is new enough."""
    if satisfies(machine.python, machine.needs_python):
        return Result(State.FINE, machine.python)
    found = f"{machine.python}, should be {in_words(machine.needs_python)}"
    if machine.setup == ACTIVATE:
        return Result(State.FAULT, f"{found}, as in .venv", ACTIVATE)
    newer = next((minor for minor in range(20, 10, -1) if shutil.which(f"python3.{minor}")), None)
    if newer:
        return Result(State.FAULT, f"{found}; Python 3.{newer} is here too", BEGIN)
    if machine.installer == "brew":
        return Result(State.FAULT, found, f"{machine.install('python@3.13')}\n{BEGIN}")
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
        return Result(State.FAULT, f"{version}, should be {in_words(demand)}", machine.setup)
    if not error:
        return None
    cause = machine.cause(name)
    if cause:
        return Result(State.NOTE, f"{version}, cannot be loaded before {cause} is mended")
    return Result(State.FAULT, f"{version}, does not load: {error}", _mend(name, error, machine))


def _mend(name: str, error: str, machine: Machine) -> str:
    """What mends a package that is there, and does not load."""
    packages = {
        "apt-get": "libcairo2-dev libpango1.0-dev",
        "dnf": "cairo-devel pango-devel",
        "brew": "cairo pango",
    }
    library = "lib(cairo|pango|glib|gobject|gio|harfbuzz|fontconfig|freetype)"
    if machine.installer and re.search(library, error):
        return machine.install(packages[machine.installer])
    return machine.reinstall(name)


def check_av(machine: Machine) -> Result:
    """Whether PyAV is there and can write films and subtitles."""
    result = check_package("av", "writes the film and its subtitles", machine)
    missing = machine.loads["av"].fact
    if result.state is State.FINE and missing:
        found = f"{machine.versions['av']}, cannot write {' and '.join(missing)}"
        return Result(State.FAULT, found, machine.reinstall("av", "--only-binary=av"))
    return result


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


def once_loaded(
    names: Sequence[str], check: Callable[[Machine], Result], machine: Machine
) -> Result:
    """What a check finds that needs these packages."""
    waiting = machine.broken(*names)
    if waiting:
        return Result(State.NOTE, f"not tried before {waiting} is mended")
    return check(machine)


def check_fonts(machine: Machine) -> Result:
    """Whether the fonts of the film are those inside typst."""
    missing = machine.loads["typst"].fact
    if missing:
        found = f"typst comes without {' and '.join(missing)}"
        return Result(State.FAULT, found, machine.reinstall("typst"))
    return Result(State.FINE, "New Computer Modern and DejaVu Sans Mono, inside typst")


def check_viewer(machine: Machine) -> Result:
    """Whether `manim -p` opens the film that it has made; it need not."""
    told = machine.loads["viewer"]
    if told.error:
        return Result(State.NOTE, f"not looked for: {told.error}")
    if told.fact:
        return Result(State.FINE, "manim -p opens the film that it has made")
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if screen and machine.installer and shutil.which("xdg-open") is None:
        found = "none (xdg-open is missing): films are made, but not opened"
        return Result(State.NOTE, found, machine.install("xdg-utils"))
    why = "no program for films" if screen else "no screen"
    found = f"{why}: films are made, not opened; leave out manim's -p"
    return Result(State.NOTE, found, f"{machine.command} -m manim -ql scenes/backprop.py")


def check_disk(machine: Machine) -> Result:
    """Whether there is room for films and clips, and they may be written there."""
    place = _place()
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"?")
    except OSError as error:
        found = f"nothing can be written into {place} ({error.strerror})"
        mine = not hasattr(os, "getuid") or place.stat().st_uid == os.getuid()
        take = "chmod -R u+w" if mine else 'sudo chown -R "$USER"'
        return Result(State.FAULT, found, f"{take} {shlex.quote(str(place))}")
    free = shutil.disk_usage(place).free
    found = f"{_amount(free)} free in {place}"
    if free < TOO_LITTLE:
        found = f"only {found}, a film needs {_amount(TOO_LITTLE)}; this removes earlier films"
        return Result(State.FAULT, found, CLEAN)
    if free < LITTLE:
        found = f"{found}, little for 1080p; this removes earlier films"
        return Result(State.NOTE, found, CLEAN)
    return Result(State.FINE, found)


def _place() -> Path:
    """Where films go, or will: what matters is the real folder, with its disk and its name."""
    return RENDERS if RENDERS.exists() else Path.cwd()


def _amount(size: float) -> str:
    """74 GB, 1.4 GB, 57 MB."""
    if size < 0.1 * GB:
        return f"{size / 1e6:.0f} MB"
    return f"{size / GB:.{0 if size >= 9.95 * GB else 1}f} GB"


def check_mnist(machine: Machine) -> Result:
    """Whether all images are there, as published."""
    from network.datasets import data_folder, load

    try:
        images = load("mnist", download=False, quiet=True)
        count = len(images.train) + len(images.test)
    except GlassnetError as error:
        # The rest says how to get one; all are in the repository.
        found = re.split("; |: put ", short(error))[0]
        own, folder = ROOT / "data" / "mnist", data_folder() / "mnist"
        copies = folder.exists() and folder.resolve() != own
        mend = f"cp data/mnist/* {shlex.quote(short(folder))}" if copies else ""
        return Result(State.FAULT, found, mend or "git checkout -- data/mnist")
    return Result(State.FINE, f"all {count:,} images, as published")


def check_traces(machine: Machine) -> Result:
    """Whether the recordings are there that the chapters tell of, and whole."""
    from network.recipes import find_recipe
    from network.remedy import traces_folder
    from scenes.kit.settings import VARIABLES, Settings

    try:
        settings = Settings.from_environment()
        names = [settings.recipe] if settings.recipe else _recipes_of_chapters()
        folders = [traces_folder() / find_recipe(name).label for name in names]
    except GlassnetError as error:
        chosen = [name for name in VARIABLES.values() if os.environ.get(name)]
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
        words, _, command = short(error).partition("python -m network ")
        mend = f"{machine.command} -m network {command}" if command else ""
        if not folder.exists():
            found = f"{folder.name} is not recorded yet: the film does it first, or you do it now"
            return Result(State.NOTE, found, mend)
        return Result(State.FAULT, re.sub(r": [^:]* with $", "", words), mend)
    size = _amount(sum(file.stat().st_size for file in folder.iterdir()))
    found = f"{folder.name}: {trace.steps:,} steps, {size}, {trace.digest[:12]}"
    return Result(State.FINE, found)


def _recipes_of_chapters() -> list[str]:
    """The recipes whose names stand in a chapter, or in the base of all."""
    from network.recipes import RECIPES

    paths = [*(ROOT / "scenes").glob("[!_]*.py"), ROOT / "scenes" / "kit" / "chapter.py"]
    sources = [path.read_text(encoding="utf-8") for path in paths]
    return [name for name in RECIPES if any(f'"{name}"' in source for source in sources)]


def check_film(machine: Machine) -> Result:
    """Whether a second of film is made, and is one when it is read again."""
    try:
        # Ours, so that it is gone also when the process had to be ended.
        media = tempfile.TemporaryDirectory(prefix=".glassnet-", dir=_place().absolute())
    except OSError:
        return Result(State.NOTE, f"not tried before films may be written into {_place()}")
    with media:
        told = ask("film", media.name)
    if told.code != 0:
        if "No space left" in told.why:
            return Result(State.FAULT, f"{told.why}: make room in {_place()}")
        if "SettingsError: " in told.why:  # the folder's name, which no package mends
            return Result(State.FAULT, told.why.partition("SettingsError: ")[2])
        return Result(State.FAULT, f"one second cannot be filmed: {told.why}", machine.anew)
    (film,) = told.lines
    light, (width, height) = film["light"], film["size"]
    found = f"one second, {len(light)} frames of {width} × {height}"
    if film["codec"] != "h264 yuv420p" or not 14 <= len(light) <= 16 or light[-1] - light[0] < 50:
        found += f" ({film['codec']}), in which the word is not to be seen, or not as it should be"
        return Result(State.FAULT, found, machine.anew)
    return Result(State.FINE, f"{found}, made in {film['seconds']:.1f} s")


def check_cores(machine: Machine) -> Result:
    """How many chapters are filmed at a time."""
    cores = count_cores()
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
    "fonts": partial(once_loaded, ["typst"], check_fonts),
    "manim": partial(check_package, "manim", "draws the film"),
    "viewer": partial(once_loaded, ["manim"], check_viewer),
    "disk space": check_disk,
    "MNIST": partial(once_loaded, ["numpy", "tqdm"], check_mnist),
    "trace": partial(once_loaded, ["numpy", "tqdm"], check_traces),
    "trial film": partial(once_loaded, [*PACKAGES, "scipy"], check_film),
    "processor": check_cores,
}


# All together


def examine() -> int:
    """Look at everything, say what was found, and give 0, or 1 if anything is at fault."""
    screen = Screen(sys.stdout)
    screen.say("Can this machine make the film?")
    faults = 0
    for name, result in results():
        screen.show(name, result)
        faults += result.state is State.FAULT
    if faults:
        count, they = ("1 fault", "it") if faults == 1 else (f"{faults} faults", "them")
        screen.say(f"{count}: do what stands below {they}, then ask the doctor again.")
        return 1
    video = f"{python_command()} -m scenes render" if WINDOWS else "make video"
    screen.say(f"This machine can make the film: {video}")
    return 0


def results() -> Iterator[tuple[str, Result]]:
    """What each check found, by name; an error that nobody has thought of is a fault too."""
    try:
        machine = Machine.look()
    except Exception as error:
        yield "this machine", _unexpected(error)
        return
    for name, check in CHECKS.items():
        try:
            yield name, check(machine)
        except Exception as error:
            yield name, _unexpected(error)


def _unexpected(error: Exception) -> Result:
    found = f"could not be looked at: {type(error).__name__}: {one_line(error)}"
    return Result(State.FAULT, found, BEGIN)
