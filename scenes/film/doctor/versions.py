"""Which versions the film asks for, in pyproject.toml and through manim, and whether one will do.

The doctor asks this where packages may be missing. So there is only the standard library here,
though a library, packaging, knows more of such demands: of them only the ways are understood in
which they are written so far.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata

FROM_MANIM = ("pycairo", "manimpango", "typst")
"""What manim draws and sets text with; pyproject.toml leaves their versions to it."""

WORDS = {">=": "{} or newer", "<": "older than {}", "==": "{}"}
LENGTH = 8
"""Numbers of a version that are compared; those it does not have are 0."""


def read_python_demand(project: str) -> str:
    """The versions of Python that pyproject.toml asks for: ``>=3.11``."""
    return str(re.findall(r'^requires-python = "(.*)"', project, re.MULTILINE)[0])


def read_demands(project: str) -> dict[str, str]:
    """The versions that pyproject.toml asks for, or manim in its stead, by package.

    The file itself: the metadata of an installed glassnet are of the day it was installed on.
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
    demands = {}
    for text in [*(text for text in of_manim if text.startswith(FROM_MANIM)), *ours]:
        for name, demand in re.findall(r"^([\w-]+)(?:\[\w+\])?([^;]*)", text):
            demands[name] = demand.replace(" ", "")
    return demands


def satisfies(version: str, demand: str) -> bool:
    """Whether a version is one of those asked for, such as ``>=11.0,<13`` or ``==0.22.*``.

    A version before a release counts as that release.

    Raises
    ------
    ValueError
        If the demand is written in another way.
    """
    have = _numbers(version)
    for operator, number, star in _clauses(demand):
        want = _numbers(number)
        length = number.count(".") + 1 if star else LENGTH
        kept = {">=": have >= want, "<": have < want, "==": have[:length] == want[:length]}
        if not kept[operator]:
            return False
    return True


def in_words(demand: str) -> str:
    """11.0 or newer and older than 13, of ``>=11.0,<13``."""
    return " and ".join(WORDS[operator].format(number) for operator, number, _ in _clauses(demand))


def _clauses(demand: str) -> Iterator[tuple[str, str, str]]:
    """Operator, number, and the star that may stand behind it."""
    for clause in filter(None, demand.split(",")):
        parts = re.fullmatch(r"(>=|<|==)(\d+(?:\.\d+)*)(\.\*)?", clause)
        if parts is None:
            raise ValueError(f"nobody told the doctor what {clause} means")
        operator, number, star = parts.groups(default="")
        yield operator, number, star


def _numbers(version: str) -> list[int]:
    """2, 4, 6, 0 … of 2.4.6rc1."""
    release = re.findall(r"^[\d.]*\d", version)[0]
    return [*map(int, release.split(".")), *[0] * LENGTH][:LENGTH]
