"""A machine on which nothing is wrong, for tests of the doctor to break one thing of."""

import dataclasses
from importlib import metadata
from pathlib import Path
from typing import Any

from scenes.film.doctor.machine import Machine
from scenes.film.doctor.probe import Load
from scenes.film.doctor.versions import read_demands

ROOT = Path(__file__).parents[1]
DEMANDS = read_demands((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

WHOLE = Machine(
    python="3.11.7",
    needs_python=">=3.11",
    command="python",
    setup="make setup",
    installer="apt-get",
    demands=DEMANDS,
    versions={name: metadata.version(name) for name in DEMANDS},
    loads={
        **dict.fromkeys(sorted(DEMANDS, key=lambda name: name == "manim"), Load()),
        "pycairo": Load(fact="1.16.0"),
        "manimpango": Load(fact="1.50.12"),
        "av": Load(fact=[]),
        "typst": Load(fact=[]),
        "viewer": Load(fact=True),
    },
)


def change(field: str, **entries: Any) -> Machine:
    """The whole machine with other entries in one of its mappings; None takes one out."""
    mapping = {**getattr(WHOLE, field), **entries}
    kept = {name: entry for name, entry in mapping.items() if entry is not None}
    return dataclasses.replace(WHOLE, **{field: kept})
