"""The handout: a PDF to read beside the film and to write on.

Each chapter is rehearsed once; of each beat the handout keeps the last picture, the words, the
formulas and the lines of code that stand there, and the figures from the ledger. All this goes as
plain data to ``handout.typ``, which typesets it.
"""

import functools
import io
import json
import math
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import typst
from manim import MathTypst, Mobject
from PIL import Image
from tqdm import tqdm

from network.errors import GlassnetError, SettingsError
from network.trace import Trace
from scenes.film.files import replacing, writing
from scenes.film.layout import Piece, Screen
from scenes.film.record import PROJECT, versions
from scenes.film.rehearsal import Watcher, draw, rehearse
from scenes.film.subtitles import short_time
from scenes.kit.chapter import BeatTime, Chapter
from scenes.kit.ledger import MINUS, Reading
from scenes.kit.narration import in_words, with_article
from scenes.kit.number import Number
from scenes.kit.settings import Settings
from scenes.kit.shape_box import ShapeText
from scenes.kit.style import ACTIVATION, BLAME, NEGATIVE, POSITIVE, TRUTH
from scenes.kit.typeset import (
    X_HEIGHT_OF_CODE,
    X_HEIGHT_OF_WORDS,
    CodeLine,
    Formula,
    Words,
    embedded_fonts,
)

TEMPLATE: Final = Path(__file__).with_suffix(".typ")
QUALITY: Final = "h"

CHUNK: Final = 10  # figures of a vector below each other
MOST_IN_FULL: Final = 90  # figures of a beat with their full values
MOST_IN_A_RUN: Final = 60  # figures of a vector without
MOST_IMPORTS: Final = 4  # functions of a module that are named

INKS: Final = {
    "above zero": (POSITIVE, "#0068A3"),
    "below zero": (NEGATIVE, "#A85800"),
    "activity": (ACTIVATION, "#7A6400"),
    "blame": (BLAME, "#A0447B"),
    "the label": (TRUTH, "#00775A"),
}
"""What colours mean: that of the film, and a darker one of the same hue for white paper."""

SUBJECTS: Final = {
    "mnist": " to read handwritten digits",
    "fashion-mnist": " to tell clothes apart",
}
"""What the network learns, by the data."""

SENTENCE: Final = (
    "A handout to the film: of each beat its last picture, its words, its formulas and its "
    "numbers. Nothing in it is made up. Every number comes from a recorded training run and can "
    "be looked up there."
)

READING: Final = (
    "Each beat of the film has its last picture here, with what is said, and the formulas and "
    "lines of code that stand in it. The times beside its name count from the start of the "
    "chapter. Where there is room, it is for your own notes.",
    "Below stand its figures: how each was shown or said, in grey its full value if that has more "
    "digits, and in small letters what it is called. Where a name has an `i`, as in `a2[i]`, the "
    "number at the left is `i`. Layers count from 1; neurons, pixels and classes from 0.",
)

CHECKING: Final = (
    "A name with square brackets, as `delta2[5]`, is a path into the recorded step. One with round "
    "brackets, as `count_steps(trace)`, is a function of the project that works on the recording. "
    "In the project's folder, Python reads both"
)

MADE_WITH: Final = ("glassnet", "manim", "numpy", "typst")

_INK_OF: Final = {screen.to_hex(): ink for screen, ink in INKS.values()}
_RELATION: Final = re.compile(r"[=≈<>]|\bapprox\b")
_SIGNS: Final = frozenset(("=", "≈", "+", "-", MINUS, "×", "·", "times", "dot", "approx"))


class HandoutError(GlassnetError):
    """A handout that cannot be made."""


# What a beat leaves behind


@dataclass(frozen=True)
class Still:
    """A beat as it ends.

    Attributes
    ----------
    picture
        Its last frame, as PNG.
    alt
        The words and figures in it.
    plain
        Whether there is nothing but words in it.
    formulas
        Each a list of lines, a line a list of parts, for ``handout.typ``.
    code
        Lines of code, blanks kept.
    standing
        The figures in it: step, source and text of each.
    """

    picture: bytes
    alt: str
    plain: bool
    formulas: list[list[list[dict[str, Any]]]]
    code: list[str]
    standing: set[tuple[int | None, str, str]]


class _Reader(Watcher):
    """Keeps a still of each beat.

    Parameters
    ----------
    report
        Called with the number of beats so far.
    made
        All that has been typeset so far, see `_noting`.
    """

    def __init__(self, report: Callable[[int], None], made: Sequence[Formula | CodeLine]) -> None:
        self.stills: list[tuple[BeatTime, Still]] = []
        self.beat: str | None = None
        self._report, self._made = report, made
        self._fullest: tuple[int, Still] | None = None

    def before_beat(self, chapter: Chapter, name: str) -> None:
        """Remember which beat it is."""
        self.beat = name

    def after_play(self, chapter: Chapter) -> None:
        """In the first beat, keep the picture with most to read."""
        if self.beat is None or self.stills:
            return
        # It asks the question, which is gone when it ends.
        screen = _screen(chapter)
        glyphs = sum(len(piece.glyphs) for piece in screen.pieces)
        if self._fullest is None or glyphs >= self._fullest[0]:
            self._fullest = glyphs, self._keep(chapter, screen)

    def after_beat(self, chapter: Chapter, beat: BeatTime) -> None:
        """Keep the last picture and what is in it."""
        fullest, self._fullest = self._fullest, None
        still = fullest[1] if fullest else self._keep(chapter, _screen(chapter))
        self.stills.append((beat, still))
        self.beat = None
        self._report(len(self.stills))

    def _keep(self, chapter: Chapter, screen: Screen) -> Still:
        seen = {id(glyph) for piece in screen.pieces for glyph in piece.glyphs}
        seen |= {id(mobject) for _, mobject, _ in screen.others}
        pieces = [piece.mobject for piece in screen.pieces]
        # What was taken apart is not on the screen, but all its glyphs are.
        typeset = {id(m): m for m in (*pieces, *self._made) if isinstance(m, Formula | CodeLine)}
        formulas = [
            mobject
            for mobject in typeset.values()
            if isinstance(mobject, Formula)
            and all(id(glyph) in seen for glyph in mobject.family_members_with_points())
        ]
        code = [m for m in typeset.values() if isinstance(m, CodeLine)]
        numbers = [mobject for mobject in pieces if isinstance(mobject, Number)]
        signs = [m for m in pieces if isinstance(m, Words) and m.source in _SIGNS]
        picture = io.BytesIO()
        Image.fromarray(draw(chapter)).save(picture, "PNG")
        return Still(
            picture.getvalue(),
            _describe(screen),
            not screen.others and all(isinstance(mobject, Words) for mobject in pieces),
            read_formulas([*numbers, *signs, *formulas]),
            read_code([(line, text) for line in code if (text := _seen_of(line, seen))]),
            {
                (quantity.step, quantity.source, text)
                for quantity, text in (n.shown for n in numbers if n.shown is not None)
            },
        )


@contextmanager
def _noting() -> Iterator[list[Formula | CodeLine]]:
    """Notes formulas and code as they are made.

    A chapter may show a formula in parts from the beginning, and these do not know of each other.
    """
    made: list[Formula | CodeLine] = []
    originals = {kind: kind.__init__ for kind in (Formula, CodeLine)}

    def note(original: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(original)
        def make(self: Any, *args: Any, **options: Any) -> None:
            original(self, *args, **options)
            made.append(self)

        return make

    try:
        for kind, original in originals.items():
            kind.__init__ = note(original)
        yield made
    finally:
        for kind, original in originals.items():
            kind.__init__ = original


def _screen(chapter: Chapter) -> Screen:
    return Screen.of([*chapter.mobjects, *chapter.foreground_mobjects])


def _describe(screen: Screen) -> str:
    """What can be read in a picture, line by line."""

    def text(piece: Piece) -> str:
        source = getattr(piece.mobject, "text", None) or getattr(piece.mobject, "source", "")
        return " ".join(_plain(source).split())

    pieces = sorted(screen.pieces, key=lambda piece: (-round(piece.box[1], 1), piece.box[0]))
    return "; ".join(filter(None, map(text, pieces)))


def _plain(source: str) -> str:
    """A formula without the labels of its parts."""
    return re.sub(r"\{\{\s*(.*?)\s*:\s*[\w-]+\s*\}\}", r"\1", source)


# Formulas


@dataclass(frozen=True)
class _Term:
    """A formula, a figure or a sign, and where it stands."""

    part: dict[str, Any]
    left: float
    right: float
    baseline: float
    em: float

    @classmethod
    def of(cls, mobject: Any) -> "_Term":
        left, right = float(mobject.get_left()[0]), float(mobject.get_right()[0])
        if isinstance(mobject, Number):
            part = {"text": mobject.text, "ink": _ink(mobject), "alt": mobject.text}
            return cls(part, left, right, mobject.baseline, mobject.em)
        em = mobject.x_height_now / X_HEIGHT_OF_WORDS
        if isinstance(mobject, Words):
            part = {"text": mobject.source, "ink": None, "alt": mobject.source}
            return cls(part, left, right, mobject.baseline, em)
        # Read as Manim reads it, so that parts are where they were in the film.
        source, labels = MathTypst._preprocess_groups(mobject.source)
        groups = {label: mobject.select(label).submobjects for label in labels}
        labelled = {id(glyph) for glyphs in groups.values() for glyph in glyphs}
        rest = [glyph for glyph in mobject.submobjects if id(glyph) not in labelled]
        part = {
            "source": source,
            "ink": _ink(rest[0]) if rest else None,
            "inks": {label: _ink(glyphs[0]) for label, glyphs in groups.items() if glyphs},
            "alt": _plain(mobject.source),
        }
        return cls(part, left, right, mobject.baseline, em)

    @property
    def text(self) -> str:
        """As it is written."""
        return str(self.part["alt"]).strip()

    @property
    def is_sign(self) -> bool:
        """Whether it only goes between others."""
        return self.text in _SIGNS

    @property
    def is_formula(self) -> bool:
        """Whether it is no figure."""
        return "source" in self.part

    def goes_on(self, last: "_Term") -> bool:
        """Whether it is the next on the same line."""
        gap = (self.left - last.right) / last.em
        most = 2.0 if self.is_sign or last.is_sign else 0.5
        return -0.5 <= gap <= most and abs(self.baseline - last.baseline) <= 0.25 * last.em


def _ink(mobject: Any) -> str | None:
    """The colour on paper; None for black."""
    return _INK_OF.get(mobject.get_fill_color().to_hex())


def read_formulas(mobjects: Iterable[Mobject]) -> list[list[list[dict[str, Any]]]]:
    """The formulas that formulas, figures and signs on a frame make up, from the top down.

    What stands on one line, ``w · x``, ``=`` and ``+1.22``, is one formula; so are lines below each
    other of which the last goes on with ``=`` or ``≈``. Terms of which nothing is said, such as a
    name beside a picture, are left out.
    """
    formulas: list[list[list[_Term]]] = []
    waiting: list[list[_Term]] = []  # lines that may be the beginning of a formula
    for line in _lines(map(_Term.of, mobjects)):
        if _RELATION.match(line[0].text):
            above = next((f for f in (waiting, *formulas[::-1]) if f and _follows(line, f[-1])), [])
            if above is waiting and any(term.is_formula for term in above[0]):
                formulas.append(above)
                waiting = []
            if any(above is formula for formula in formulas):
                above.append(line)
        elif any(_RELATION.search(term.text) for term in line):
            if not (line[0].is_sign or line[-1].is_sign):
                formulas.append([line])
        elif len(line) > 1 or (line[0].is_formula and not re.fullmatch(r"\w+", line[0].text)):
            waiting = [*waiting, line] if waiting and _follows(line, waiting[-1]) else [line]
    # What flies from one place to another may be there twice.
    different = {str([[term.text for term in line] for line in lines]): lines for lines in formulas}
    return [[[term.part for term in line] for line in lines] for lines in different.values()]


def _lines(terms: Iterable[_Term]) -> list[list[_Term]]:
    """Terms that follow each other on one line, the lines from the top down."""
    lines: list[list[_Term]] = []
    for term in sorted(terms, key=lambda term: term.left):
        line = next((line for line in lines if term.goes_on(line[-1])), None)
        if line is None:
            lines.append([term])
        else:
            line.append(term)
    return sorted(lines, key=lambda line: -line[0].baseline)


def _follows(line: Sequence[_Term], above: Sequence[_Term]) -> bool:
    """Whether a line stands right below another."""
    drop = (above[0].baseline - line[0].baseline) / above[0].em
    return 0 < drop < 2.6 and line[0].left < above[-1].right and above[0].left < line[-1].right


# Code


def _seen_of(line: CodeLine, seen: Container[int]) -> str:
    """As much of a line of code as is to be seen: a chapter may show its beginning first."""
    there = [id(glyph) in seen for glyph in line.family_members_with_points()]
    if all(there):
        return line.source
    # Glyphs are characters, unless those of one colour were made one.
    if len(there) != len("".join(line.source.split())):
        return ""
    glyphs = iter(there)
    shown = (c if c.isspace() or next(glyphs) else " " for c in line.source)
    return "".join(shown).rstrip()


def read_code(lines: Sequence[tuple[CodeLine, str]]) -> list[str]:
    """Lines of code as they stand on a frame, in columns, with the shapes that stand below them."""
    code = [line for line, _ in lines if not isinstance(line, ShapeText)]
    if not code:
        return []
    lines = [
        (line, text)
        for line, text in lines
        if any(0 <= other.baseline - line.baseline < 3 * other.x_height_now for other in code)
    ]
    advance = 0.602 * max(line.x_height_now / X_HEIGHT_OF_CODE for line in code)
    lefts = {id(line): float(line.get_left()[0]) for line, _ in lines}
    rows: dict[int, str] = {}
    for line, text in sorted(lines, key=lambda pair: lefts[id(pair[0])]):
        height = round(-line.baseline / (0.5 * advance))
        row = next((key for key in rows if abs(key - height) <= 1), height)
        before = rows.get(row, "")
        column = round((lefts[id(line)] - min(lefts.values())) / advance)
        rows[row] = before.ljust(max(column, len(before) + bool(before))) + text.strip()
    return [rows[row] for row in sorted(rows)]


# Figures


@dataclass(frozen=True)
class Shown:
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
    def of(cls, reading: Reading, story: int) -> "Shown":
        """What a reading says, in a chapter that tells of the step `story`."""
        name = reading.source
        if reading.module is not None:
            name = name.replace(f"trace[{story}]", "step")
        elif reading.step != story:
            name = f'trace[{reading.step}]["{name}"]'
        return cls(reading.text, name, reading.value, reading.module)


@dataclass
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
    members: list[tuple[int, Shown]]

    @property
    def is_exact(self) -> bool:
        """Whether all its figures are shown with all their digits."""
        return not any(rest(figure) for _, figure in self.members)

    def as_run(self) -> dict[str, Any]:
        """The texts of as many as there is room for; the name says which they are."""
        some = self.members[:MOST_IN_A_RUN]
        cut = "" if len(some) == len(self.members) else f" of {len(self.members):,}"
        spans = _spans([index for index, _ in some])
        shown = [figure.text for _, figure in some]
        return {"name": f"{self.name}, i = {spans}{cut}", "shown": shown}


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


def get_figures(
    readings: Sequence[Reading], beats: Sequence[tuple[BeatTime, Still]], story: int
) -> list[list[Shown]]:
    """The figures of each beat: what is said, and what is shown, but for what it only clears away.

    Parameters
    ----------
    readings
        Those of the chapter.
    beats
        The beats and how they end.
    story
        The chapter's step.
    """
    found, before = [], set[tuple[Any, ...]]()
    for beat, still in beats:
        mine = [reading for reading in readings if reading.beat == beat.name]
        shown = {
            (reading.step, reading.source, reading.text): reading
            for reading in mine
            if reading.place == "screen"
        }
        there = {key: value for key, value in shown.items() if key not in before - still.standing}
        # What is said besides: a figure that can be seen need not be told twice.
        seen = {key[:2] for key in there}
        said = {(r.step, r.source): r for r in mine if r.place == "narration"}
        kept = [*there.values(), *(said[key] for key in said if key not in seen)]
        found.append([Shown.of(reading, story) for reading in kept])
        before = set(shown)
    return found


def find_families(figures: Sequence[Shown]) -> tuple[list[Family], list[Shown]]:
    """Figures whose names differ in one number only, three or more, under one name; and the rest.

    A figure that is there twice, with more decimals, is in the rest the second time.
    """
    kinds: dict[tuple[str, ...], list[Shown]] = defaultdict(list)
    for figure in figures:
        kinds[tuple(re.split(r"\d+", figure.name))].append(figure)
    families = [family for words, alike in kinds.items() for family in _split(words, alike)]
    together = {id(figure) for family in families for _, figure in family.members}
    return families, [figure for figure in figures if id(figure) not in together]


def _split(words: tuple[str, ...], alike: Sequence[Shown]) -> list[Family]:
    """Families among figures named ``f(#, #)``, by the number that gathers most of them."""
    best: list[Family] = []
    for place in range(len(words) - 1):
        groups: dict[str, dict[int, Shown]] = defaultdict(dict)
        for figure in alike:
            numbers = re.findall(r"\d+", figure.name)
            index = int(numbers[place])
            numbers[place] = "i"
            name = "".join(map("".join, zip(words, (*numbers, ""), strict=True)))
            groups[name].setdefault(index, figure)
        found = [
            Family(name, sorted(group.items())) for name, group in groups.items() if len(group) > 2
        ]
        # Where it is the same, the last number: in a1[0] it is the place in the vector.
        best = max(found, best, key=lambda found: sum(len(family.members) for family in found))
    return best


def lay_out(figures: Sequence[Shown]) -> dict[str, Any]:
    """Figures as ``handout.typ`` takes them, in columns of families, runs, and single ones.

    A run has no full values: the figures are exact, or there are too many.
    """
    families, singles = find_families(figures)
    crowded = len(figures) > MOST_IN_FULL
    runs = [f for f in families if f.is_exact or (crowded and len(f.members) > CHUNK)]
    short = sum(min(len(f.members), MOST_IN_A_RUN) for f in runs if not f.is_exact)
    columns, left_out = [], 0
    for family in families:
        if family in runs:
            left_out += max(0, len(family.members) - MOST_IN_A_RUN)
            continue
        chunk = -(-len(family.members) // -(-len(family.members) // CHUNK))
        for start in range(0, len(family.members), chunk):
            members = family.members[start : start + chunk]
            rows = [{"index": str(index), **_row(figure)} for index, figure in members]
            columns.append({"name": family.name, "rows": rows})
    room = MOST_IN_FULL - sum(len(column["rows"]) for column in columns)
    left_out += max(0, len(singles) - max(room, CHUNK))
    return {
        "columns": columns,
        "runs": [run.as_run() for run in runs],
        "singles": [
            {"name": figure.name, **_row(figure)} for figure in singles[: max(room, CHUNK)]
        ],
        "note": _note(short, left_out),
    }


def _note(short: int, left_out: int) -> str:
    told = [f"{short:,} figures are without their full values"] if short else []
    told += [f"{left_out:,} are left out"] if left_out else []
    where = "all are in manifest.json, beside the film."
    return f"{' and '.join(told)}: {where}" if told else ""


def _row(figure: Shown) -> dict[str, tuple[str, str]]:
    return {"shown": _at_point(figure.text), "value": _at_point(rest(figure))}


def rest(figure: Shown) -> str:
    """The full value; nothing if that is what is shown."""
    value = full(figure.value)
    # 9,311 is all of it, and so is 93.11 %; ≈ 1.41 is not.
    return "" if re.sub(r"^[+×]|,| %$", "", figure.text) == value else value


def full(value: float) -> str:
    """A value with all its digits, as few as say which float it is; a float32 is read as one."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value)).replace("-", MINUS)
    single = np.float32(value)
    return (str(single) if float(single) == value else repr(value)).replace("-", MINUS)


def _at_point(text: str) -> tuple[str, str]:
    """What stands left of the decimal point, and the rest."""
    whole, point, rest = text.partition(".")
    return whole, point + rest


# Chapters


@dataclass(frozen=True)
class Part:
    """A chapter as the handout tells it.

    Attributes
    ----------
    name
        The chapter's, as ``backprop``.
    told
        The chapter, rehearsed.
    stills
        Its beats and how they end.
    figures
        The figures of each beat.
    """

    name: str
    told: Chapter
    stills: list[tuple[BeatTime, Still]]
    figures: list[list[Shown]] = field(default_factory=list)

    @property
    def trace(self) -> Trace:
        """The recording."""
        return self.told.trace

    @property
    def step(self) -> int:
        """The step that it tells of."""
        return int(self.told.story.step)


def _name_of(chapter: type[Chapter]) -> str:
    return chapter.__module__.rpartition(".")[2]


def read_chapter(chapter: type[Chapter], report: Callable[[int], None] = lambda _: None) -> Part:
    """Rehearse a chapter and keep what the handout needs.

    Raises
    ------
    network.errors.GlassnetError
        If the chapter stops, or has no beat.
    """
    name = _name_of(chapter)
    with _noting() as made:
        reader = _Reader(report, made)
        try:
            told = rehearse(chapter, reader, QUALITY)
        except GlassnetError:
            raise
        except Exception as error:
            # Whatever an author's code raises; where it was is what the author needs.
            last = traceback.extract_tb(error.__traceback__)[-1]
            raise HandoutError(
                f"{name}, {reader.beat or 'between beats'}: {type(error).__name__}: {error} "
                f"({Path(last.filename).name}:{last.lineno})"
            ) from error
    if not reader.stills:
        raise HandoutError(f"{name} has no beat: there is nothing to hand out")
    part = Part(name, told, reader.stills)
    part.figures.extend(get_figures(told.readings, reader.stills, part.step))
    return part


class _Report:
    """How far it is, on stderr: a line per chapter, counting its beats where that can be seen."""

    def __init__(self, name: str) -> None:
        self._name, self._begun, self._beats = name, time.monotonic(), 0
        self._bar = None
        if sys.stderr.isatty():
            self._bar = tqdm(desc=name, bar_format="{desc}: {n} beats ({elapsed})")

    def __call__(self, beats: int) -> None:
        self._beats = beats
        if self._bar is not None:
            self._bar.update(beats - self._bar.n)

    def close(self) -> None:
        """Leave the line as it is."""
        if self._bar is not None:
            self._bar.close()
        elif self._beats:
            seconds = time.monotonic() - self._begun
            print(f"{self._name}: {self._beats} beats ({seconds:.0f} s)", file=sys.stderr)


# The words around


def _describe_all(parts: Sequence[Part]) -> dict[str, Any]:
    """All that ``handout.typ`` sets, but for the pictures themselves."""
    pictures = [still for part in parts for _, still in part.stills]
    hero = max(range(len(pictures)), key=lambda number: len(pictures[number].picture))
    subject = SUBJECTS.get(parts[0].trace.header["dataset"]["name"], "")
    subtitle = f"How a neural network learns{subject}"
    runs = {part.trace.digest: part for part in parts}
    told = parts[-1].told.title
    first = iter(range(len(pictures)))
    chapters = [_chapter(number, part, first) for number, part in enumerate(parts, 1)]
    columns = [c for chapter in chapters for beat in chapter["beats"] for c in beat["columns"]]
    # A vector of the recording, if there is one: a function is the harder example.
    sample = max(columns[::-1], key=lambda c: ("(" not in c["name"], len(c["rows"])), default=None)
    return {
        "name": "glassnet",
        "title": f"glassnet: {subtitle[0].lower()}{subtitle[1:]}",
        "subtitle": subtitle,
        "description": f"{subtitle}: a handout to the film",
        "author": "glassnet contributors",
        "keywords": ["neural network", "backpropagation", *(part.told.title for part in parts)],
        "sentence": SENTENCE,
        "hero": f"{hero}.png",
        "hero_alt": pictures[hero].alt,
        "shows": [_shows(part.trace) for part in runs.values()],
        "versions": " · ".join(f"{name} {versions()[name]}" for name in MADE_WITH),
        "sample": sample,
        "footer": " · ".join(sorted({part.trace.recipe.label for part in parts})),
        "reading": list(map(_prose, READING)),
        "colours": [
            {"name": name, "screen": screen.to_hex(), "ink": ink}
            for name, (screen, ink) in INKS.items()
        ],
        "runs": [
            _run(part, [p.told.title for p in parts if p.trace.digest == digest], len(runs) > 1)
            for digest, part in runs.items()
        ],
        "checking": _prose(CHECKING) + (f", here those of “{told}”:" if len(parts) > 1 else ":"),
        "python": _python(parts),
        "chapters": chapters,
    }


def _chapter(number: int, part: Part, pictures: Iterator[int]) -> dict[str, Any]:
    told, trace = part.told, part.trace
    picture = with_article(in_words(trace.dataset.classes[int(told.story.label)]))
    title = told.title or part.name.replace("_", " ").capitalize()
    return {
        "id": part.name,
        "number": str(number),
        "title": title,
        "question": _prose(told.question),
        "story": f"The story of one step of training: step {part.step:,} of {trace.steps:,} "
        f"(counted from 0) of {trace.recipe.label}. Its picture is training image "
        f"{int(told.story.index):,}, {picture}.",
        "footer": f"{trace.recipe.label}, step {part.step:,} · trace {trace.digest[:12]}",
        "beats": [
            {
                "id": f"{part.name}.{beat.name}",
                "number": f"{number}.{place}",
                "title": beat.name.replace("-", " ").capitalize(),
                "time": f"{short_time(beat.start)}–{short_time(beat.end)}",
                "words": _prose(beat.narration),
                "picture": f"{next(pictures)}.png",
                "alt": still.alt,
                "plain": still.plain,
                "formulas": still.formulas,
                "code": still.code,
                "prompt": f"In your own words: {_prose(told.question)}"
                if still.plain and place == len(part.stills) > 1
                else "",
                **lay_out(figures),
            }
            for place, ((beat, still), figures) in enumerate(
                zip(part.stills, part.figures, strict=True), start=1
            )
        ],
    }


def _prose(text: str) -> str:
    """Words as they are set: straight apostrophes become curly ones, as in the film."""
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def _run(part: Part, chapters: Sequence[str], several: bool) -> list[tuple[str, str]]:
    """What the handout says of a recording."""
    trace, recipe = part.trace, part.trace.recipe
    last = trace.epochs[-1] if trace.epochs else None
    images = "one image" if trace.batch == 1 else f"{trace.batch:,} images"
    rows = [("chapters", ", ".join(chapters))] if several else []
    rows += [
        ("recipe", f"{recipe.label}: {_prose(recipe.summary)}"),
        ("network", f"{_sizes(trace)}; {', '.join(recipe.activations)}"),
        ("training", f"{trace.steps:,} steps of {images}, learning rate {recipe.learning_rate:g}"),
        ("data", f"{trace.header['dataset']['name']}"),
    ]
    if last is not None:
        rows.append(
            (
                "accuracy",
                f"{_percent(last['test_accuracy'])} of the test images after the last step; "
                f"{_percent(last['train_accuracy'])} of the training images, counted as they went "
                "by in the last epoch",
            )
        )
    made = ", ".join(f"{name} {version}" for name, version in trace.header["versions"].items())
    rows += [("recorded with", made), ("trace", f"`{_from_project(trace.path)}`")]
    return [*rows, ("its digest", f"`{trace.digest}`")]


def _sizes(trace: Trace) -> str:
    return " – ".join(map(str, trace.sizes))


def _percent(share: float) -> str:
    return f"{100 * share:.2f}\N{NARROW NO-BREAK SPACE}%"


def _shows(trace: Trace) -> str:
    """A recording in one line."""
    told = [trace.recipe.label, _sizes(trace)]
    if trace.epochs:
        told.append(f"right on {_percent(trace.epochs[-1]['test_accuracy'])} of the test images")
    return " · ".join([*told, f"trace {trace.digest[:12]}"])


def _from_project(path: Path) -> str:
    """A path as one types it in the project's folder."""
    path = path.resolve()
    return (path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path).as_posix()


def _python(parts: Sequence[Part]) -> str:
    """Lines of Python that read figures of the last chapter, and all imports of the others."""
    part = parts[-1]
    names: dict[str, set[str]] = defaultdict(set)
    for figure in (figure for part in parts for beat in part.figures for figure in beat):
        if figure.module is not None:
            names[figure.module].add(figure.name.partition("(")[0])
    lines = ["from network.trace import Trace"]
    for module, functions in sorted(names.items()):
        few = len(functions) <= MOST_IMPORTS
        lines.append(f"from {module} import {', '.join(sorted(functions)) if few else '*'}")
    example = "" if part.trace.batch == 1 else ".example(0)"
    lines += ["", f"trace = Trace.open({json.dumps(_from_project(part.trace.path))})"]
    lines += [f"step = trace[{part.step}]{example}"]
    examples: dict[bool, str] = {}
    for figure in (figure for beat in part.figures for figure in beat):
        path = f"step[{json.dumps(figure.name)}]"
        # A whole number is no example of digits that were not shown.
        if not figure.value.is_integer() and not figure.name.startswith("trace["):
            call = path if figure.module is None else figure.name
            value = full(figure.value).replace(MINUS, "-")
            examples.setdefault(figure.module is None, f"print({call})  # {value}")
    return "\n".join([*lines, *examples.values()])


# The whole


def write_handout(chapters: Sequence[type[Chapter]], out: Path) -> Path:
    """Draw and typeset the handout of some chapters, and give its path.

    Parameters
    ----------
    chapters
        In the order of the lecture. Recipe, step and trace are chosen as for a render: by the
        environment.
    out
        The PDF. It is written whole or not at all.

    Raises
    ------
    network.errors.GlassnetError
        If it cannot be written, a font is missing, a chapter stops or a formula does not compile.
    """
    if out.is_dir():
        raise SettingsError(f"--out {out} is a folder: name the file, as {out / 'handout.pdf'}")
    if out.suffix.lower() != ".pdf":
        raise SettingsError(f"--out {out}: the handout is a PDF, so its name ends in .pdf")
    # What would keep it from being written at the end is found at the beginning.
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    settings = Settings.from_environment()
    for chapter in chapters:
        chapter.choose_step(chapter.open_trace(settings), settings)
    parts = []
    for chapter in chapters:
        report = _Report(_name_of(chapter))
        try:
            parts.append(read_chapter(chapter, report))
        finally:
            report.close()
    pdf = typeset(parts)
    with writing(out), replacing(out) as beside:
        beside.write_bytes(pdf)
    return out


def typeset(parts: Sequence[Part]) -> bytes:
    """The PDF: the same bytes for the same parts.

    Raises
    ------
    HandoutError
        If Typst finds a fault, a font that it would replace among them.
    """
    with tempfile.TemporaryDirectory(prefix="glassnet-") as place, writing(Path(place)):
        folder = Path(place)
        pictures = (still.picture for part in parts for _, still in part.stills)
        for number, picture in enumerate(pictures):
            (folder / f"{number}.png").write_bytes(picture)
        data = json.dumps(_describe_all(parts), ensure_ascii=False)
        (folder / "data.json").write_text(data, encoding="utf-8")
        source = folder / TEMPLATE.name
        shutil.copyfile(TEMPLATE, source)
        try:
            pdf, warnings = typst.compile_with_warnings(
                str(source),
                root=place,
                font_paths=embedded_fonts(),
                format="pdf",
                pdf_standards=["ua-1"],  # so that it can be read out
            )
        except typst.TypstError as error:
            raise HandoutError(_explain(parts, error)) from error
    for warning in warnings:
        if "font" in warning.message:
            raise HandoutError(f"typst would use another font: {warning.message}")
    return bytes(pdf)


def _explain(parts: Sequence[Part], error: typst.TypstError) -> str:
    """What is wrong: the formula that does not compile, if one does not."""
    for part in parts:
        for beat, still in part.stills:
            terms = (term for lines in still.formulas for line in lines for term in line)
            for term in terms:
                if "source" in term and not compiles(term["source"]):
                    return (
                        f"{part.name}, {beat.name}: the formula {term['alt']!r} does not compile "
                        f"({error.message})"
                    )
    return f"the handout does not compile: {error.message}"


def compiles(source: str) -> bool:
    """Whether Typst takes a formula, its parts marked as Manim marks them."""
    text = f"#let manimgrp(label, body) = body\n$ {source} $"
    try:
        typst.compile(text.encode(), font_paths=embedded_fonts(), format="pdf")
    except typst.TypstError:
        return False
    return True
