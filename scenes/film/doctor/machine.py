"""The machine that the film is to be made on: what is installed, and the commands that install.

`scenes.film.doctor.checks` looks at it and judges. So it has to come about where packages are
missing and Python is too old: it knows of them what `scenes.film.doctor.versions` and
`scenes.film.doctor.probe` tell.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from scenes.film.doctor.probe import MODULES, ROOT, Load, load_all
from scenes.film.doctor.versions import read_demands, read_python_demand

WINDOWS = sys.platform == "win32"

PACKAGES = ("numpy", "pillow", "av", "pycairo", "manimpango", "typst", "manim")
"""What has a check of its own; what else the film needs is in pyproject.toml."""
TITLES = {"av": "PyAV"}

EVERYTHING = '-e ".[video,dev]" -c constraints.txt'
"""What pip installs for a whole glassnet."""
ACTIVATE = r".venv\Scripts\activate" if WINDOWS else "source .venv/bin/activate"
BEGIN = (
    f"py -m venv .venv\n{ACTIVATE}\npython -m pip install {EVERYTHING}"
    if WINDOWS
    else f"make setup && {ACTIVATE}"
)
"""What makes a .venv and goes into it, as README has it."""


@dataclass(frozen=True)
class Machine:
    """What the checks look at.

    Attributes
    ----------
    python, needs_python
        The version that runs this, and those that the film asks for (">=3.11").
    command
        Python, as it was called here.
    setup
        The command that brings the packages.
    installer
        apt-get, dnf or brew; empty where there is none of them.
    demands, versions, loads
        By package: the versions asked for (">=2.1"), the one installed, and how it loads. The
        loads are in order: a package that needs others comes after them.
    """

    python: str
    needs_python: str
    command: str
    setup: str
    installer: str
    demands: Mapping[str, str]
    versions: Mapping[str, str]
    loads: Mapping[str, Load]

    @classmethod
    def look(cls) -> Machine:
        """The machine that this runs on."""
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        demands = read_demands(project)
        # Manim loads most of the others: it goes last.
        names = sorted({**dict.fromkeys(PACKAGES), **demands}, key=lambda name: name == "manim")
        command = python_command()
        return cls(
            python=".".join(map(str, sys.version_info[:3])),
            needs_python=read_python_demand(project),
            command=command,
            setup=_setup(command),
            installer=next(filter(shutil.which, ("apt-get", "dnf", "brew")), ""),
            demands=demands,
            versions={name: version for name in names if (version := _version(name))},
            loads=load_all([*names, "viewer"]),
        )

    def broken(self, *names: str) -> str:
        """The first of these packages that does not load, as people call it; empty if all do."""
        there = (name for name in names if name in self.loads)
        return next((TITLES.get(name, name) for name in there if self.loads[name].error), "")

    def cause(self, name: str) -> str:
        """The package whose fault it is that this one does not load; empty if it is its own."""
        loaded = self.loads[name]
        for other in itertools.takewhile(lambda other: other != name, self.loads):
            module = MODULES.get(other, other).partition(".")[0]
            error = self.loads[other].error
            if error and (error == loaded.error or module == loaded.missed):
                return TITLES.get(other, other)
        return ""

    @property
    def anew(self) -> str:
        """The command that replaces all packages."""
        if self.setup == "make setup":
            return "rm -rf .venv && make setup"
        return f"{self.command} -m pip install --force-reinstall {EVERYTHING}"

    def reinstall(self, name: str, option: str = "") -> str:
        """The command that replaces one package."""
        options = f"--force-reinstall --no-deps {option}".strip()
        return f"{self.command} -m pip install {options} -c constraints.txt {name}"

    def install(self, packages: str) -> str:
        """The command that installs packages of the system."""
        root = self.installer == "brew" or not hasattr(os, "geteuid") or os.geteuid() == 0
        return f"{'' if root else 'sudo '}{self.installer} install {packages}"


def short(text: object) -> str:
    """A text in which paths below the current folder are relative to it."""
    return str(text).replace(f"{Path.cwd()}{os.sep}", "")


def _version(name: str) -> str:
    try:
        return metadata.version(name) or ""
    except metadata.PackageNotFoundError:
        return ""


def python_command() -> str:
    """Python, as it was called, so that commands can be copied."""
    called = short(getattr(sys, "orig_argv", ["python"])[0])
    return f'"{called}"' if " " in called else called


def _setup(command: str) -> str:
    """The command that brings the packages, for the Python that runs this."""
    venv = ROOT / ".venv"
    pip = f"{command} -m pip install {EVERYTHING}"
    if os.path.realpath(sys.prefix) == os.path.realpath(venv):
        return pip if WINDOWS else "make setup"
    if _version("glassnet") or (sys.prefix != sys.base_prefix and not venv.exists()):
        return pip
    return ACTIVATE if venv.exists() else BEGIN
