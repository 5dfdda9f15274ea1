"""The figures of a beat, as the handout lists them.

Ten figures ``a2[0]`` to ``a2[9]`` are a family and stand in a column under one name; what is exact,
or too much, goes into a run without full values; the rest stands alone. No Manim in this module.
"""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scenes.kit.ledger import MINUS, Reading

CHUNK: Final = 10  # figures of a vector below each other
MOST_IN_FULL: Final = 90  # figures of a beat with their full values
MOST_IN_A_RUN: Final = 60  # figures of a vector without

Key = tuple[int | None, str, str]
"""A figure as shown: its step, source and text."""


@dataclass(frozen=True)
class Entry:
    """A figure of a beat.

    Attributes
    ----------
    text
        As it was shown.
    name
        What it is called in Python, ``step`` being the chapter's.
    value
        In full.
    module
        Where its function is; None for a path into a step.
    """

    text: str
    name: str
    value: float
    module: str | None = None

    @classmethod
    def of(cls, reading: Reading, story: int) -> "Entry":
        """What a reading says, in a chapter that tells of the step `story`."""
        name = reading.source
        if reading.module is not None:
            name = name.replace(f"trace[{story}]", "step")
        elif reading.step not in (None, story):
            name = f'trace[{reading.step}]["{name}"]'
        return cls(reading.text, name, reading.value, reading.module)

    @property
    def rest(self) -> str:
        """The full value; nothing if that is what is shown."""
        value = full(self.value).replace("-", MINUS)
        # 9,311 is all of it, and so is 93.11 %; ≈ 1.41 is not.
        return "" if re.sub(r"^[+×]|,| %$", "", self.text) == value else value

    def as_row(self) -> dict[str, Any]:
        """As ``document.typ`` takes it."""
        return {"shown": _at_point(self.text), "value": _at_point(self.rest)}


def full(value: float) -> str:
    """A value with all its digits, as few as say which float it is; a float32 is read as one."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    single = np.float32(value)
    return str(single) if float(single) == value else repr(value)


def _at_point(text: str) -> tuple[str, str]:
    """What stands left of the decimal point, and the rest."""
    whole, point, rest = text.partition(".")
    return whole, point + rest


_OF_THE_BADGE = re.compile(r'^step$|\["at"\]$')


def list_entries(
    readings: Sequence[Reading], beats: Sequence[tuple[str, set[Key]]], story: int
) -> list[list[Entry]]:
    """The figures of each beat: what is said, and what is shown, but for what it only clears away.

    Parameters
    ----------
    readings
        Those of the chapter.
    beats
        The name of each beat, and the figures that stand there when it ends.
    story
        The chapter's step.
    """
    listed, before = [], set[Key]()
    for beat, standing in beats:
        mine = [
            reading
            for reading in readings
            # The badge's figure stands on every frame.
            if reading.beat == beat and not _OF_THE_BADGE.search(reading.source)
        ]
        shown = {(r.step, r.source, r.text): r for r in mine if r.place == "screen"}
        there = {key: value for key, value in shown.items() if key not in before - standing}
        # What is said besides: a figure that can be seen need not be told twice.
        seen = {key[:2] for key in there}
        said = {(r.step, r.source): r for r in mine if r.place == "narration"}
        kept = [*there.values(), *(said[key] for key in said if key not in seen)]
        listed.append([Entry.of(reading, story) for reading in kept])
        before = set(shown)
    return listed


# Families


@dataclass(frozen=True)
class Family:
    """Figures under one name: ``a2[i]`` for i from 0 to 9.

    Attributes
    ----------
    name
        With ``i`` in place of what differs.
    members
        What i is, and the figure.
    """

    name: str
    members: list[tuple[int, Entry]]

    @property
    def is_exact(self) -> bool:
        """Whether all its figures are shown with all their digits."""
        return not any(entry.rest for _, entry in self.members)

    def as_columns(self) -> list[dict[str, Any]]:
        """Columns of about the same height."""
        count = len(self.members)
        height = math.ceil(count / math.ceil(count / CHUNK))
        rows = [{"index": str(index), **entry.as_row()} for index, entry in self.members]
        return [
            {"name": self.name, "rows": rows[start : start + height]}
            for start in range(0, count, height)
        ]

    def as_run(self) -> dict[str, Any]:
        """The texts of as many as there is room for; the name says which they are."""
        some = self.members[:MOST_IN_A_RUN]
        cut = "" if len(some) == len(self.members) else f" of {len(self.members):,}"
        spans = _spans([index for index, _ in some])
        return {
            "name": f"{self.name}, i = {spans}{cut}",
            "shown": [entry.text for _, entry in some],
        }


def _spans(numbers: Sequence[int]) -> str:
    """``0–9`` or ``0–3, 5–9``, of ascending numbers."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    ends = (f"{span[0]}–{span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)
    return ", ".join(ends)


def find_families(entries: Sequence[Entry]) -> tuple[list[Family], list[Entry]]:
    """Figures whose names differ in one number only, three or more, under one name; and the rest.

    A figure that is there twice, with more decimals, is in the rest the second time.
    """
    alike: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        alike[re.sub(r"\d+", "#", entry.name)].append(entry)
    families = [family for some in alike.values() for family in _split(some)]
    together = {id(entry) for family in families for _, entry in family.members}
    return families, [entry for entry in entries if id(entry) not in together]


def _split(alike: Sequence[Entry]) -> list[Family]:
    """Families among figures named ``f(#, #)``, by the number that gathers most of them."""
    names = [re.split(r"(\d+)", entry.name) for entry in alike]
    best: list[Family] = []
    for place in range(1, len(names[0]), 2):
        groups: dict[str, dict[int, Entry]] = defaultdict(dict)
        for entry, name in zip(alike, names, strict=True):
            group = groups["".join([*name[:place], "i", *name[place + 1 :]])]
            group.setdefault(int(name[place]), entry)
        found = [
            Family(name, sorted(group.items())) for name, group in groups.items() if len(group) > 2
        ]
        # Where it is the same, the last number: in a1[0] it is the place in the vector.
        best = max(found, best, key=lambda found: sum(len(family.members) for family in found))
    return best


def lay_out(entries: Sequence[Entry]) -> dict[str, Any]:
    """Figures as ``document.typ`` takes them, in columns of families, runs, and single ones.

    A run has no full values: the figures are exact, or there are too many.
    """
    families, singles = find_families(entries)
    crowded = len(entries) > MOST_IN_FULL
    columns, runs = [], []
    short, left_out = 0, 0
    for family in families:
        count = len(family.members)
        if family.is_exact or (crowded and count > CHUNK):
            run = family.as_run()
            runs.append(run)
            short += 0 if family.is_exact else len(run["shown"])
            left_out += count - len(run["shown"])
        else:
            columns += family.as_columns()
    room = max(CHUNK, MOST_IN_FULL - sum(len(column["rows"]) for column in columns))
    left_out += max(0, len(singles) - room)
    return {
        "columns": columns,
        "runs": runs,
        "singles": [{"name": entry.name, **entry.as_row()} for entry in singles[:room]],
        "note": _note(short, left_out),
    }


def _note(short: int, left_out: int) -> str:
    told = [f"{short:,} figures are without their full values"] if short else []
    told += [f"{left_out:,} are left out"] if left_out else []
    return f"{' and '.join(told)}: all are in manifest.json, beside the film." if told else ""
