"""The formulas and the lines of code that stand on a frame, read off it for the handout.

On a frame they are in pieces: a formula may be three mobjects and two figures in a row, and of a
line of code there may be only the beginning. What stands together is put together here, by where
it stands.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from manim import MathTypst, Mobject, VMobject

from scenes.film.layout import Screen
from scenes.kit.ledger import MINUS
from scenes.kit.number import Number
from scenes.kit.shape_box import ShapeText
from scenes.kit.style import ACTIVATION, BLAME, NEGATIVE, POSITIVE, THEMES, TRUTH
from scenes.kit.typeset import (
    X_HEIGHT_OF_CODE,
    X_HEIGHT_OF_WORDS,
    CodeLine,
    Formula,
    Words,
    without_labels,
)

_PAPER: Final = THEMES["paper"]
INKS: Final = {
    "above zero": (POSITIVE, _PAPER.positive.to_hex()),
    "below zero": (NEGATIVE, _PAPER.negative.to_hex()),
    "activity": (ACTIVATION, _PAPER.activation.to_hex()),
    "blame": (BLAME, _PAPER.blame.to_hex()),
    "the label": (TRUTH, _PAPER.truth.to_hex()),
}
"""What colours mean: that of the pictures, and that for white paper."""

Lines = list[list[dict[str, Any]]]
"""A formula as ``document.typ`` takes it: lines, each a list of parts."""

_INK_OF: Final = {screen.to_hex(): ink for screen, ink in INKS.values()}
_RELATION: Final = re.compile(r"[=≈<>]|\bapprox\b")
_SIGNS: Final = frozenset(("=", "≈", "+", "-", MINUS, "×", "·", "times", "dot", "approx"))
_ADVANCE: Final = 0.602  # width of a character of code, in em


def _visible(screen: Screen) -> set[int]:
    """The ids of all that is to be seen."""
    glyphs = {id(glyph) for piece in screen.pieces for glyph in piece.glyphs}
    return glyphs | {id(mobject) for _, mobject, _ in screen.others}


def _there_or_made(screen: Screen, made: Iterable[Mobject]) -> list[Mobject]:
    """What is on the frame, and what may be there in parts that do not know of each other."""
    pieces = [piece.mobject for piece in screen.pieces]
    return list({id(mobject): mobject for mobject in (*pieces, *made)}.values())


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
    def of(cls, mobject: Number | Words | Formula) -> "_Term":
        if isinstance(mobject, Number):
            part, em = _text_part(mobject, mobject.text), mobject.em
        else:
            if isinstance(mobject, Formula):
                part = _formula_part(mobject)
            else:
                part = _text_part(mobject, mobject.source)
            em = mobject.x_height_now / X_HEIGHT_OF_WORDS
        left, right = float(mobject.get_left()[0]), float(mobject.get_right()[0])
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


def _text_part(mobject: VMobject, text: str) -> dict[str, Any]:
    return {"text": text, "ink": _ink(mobject), "alt": text}


def _formula_part(formula: Formula) -> dict[str, Any]:
    # Read as Manim reads it, so that parts are where they were in the film.
    source, labels = MathTypst._preprocess_groups(formula.source)
    groups = {label: formula.select(label).submobjects for label in labels}
    labelled = {id(glyph) for glyphs in groups.values() for glyph in glyphs}
    rest = [glyph for glyph in formula.submobjects if id(glyph) not in labelled]
    return {
        "source": source,
        "ink": _ink(rest[0]) if rest else None,
        "inks": {label: _ink(glyphs[0]) for label, glyphs in groups.items() if glyphs},
        "alt": without_labels(formula.source),
    }


def _ink(mobject: VMobject) -> str | None:
    """The colour on paper; None for black."""
    return _INK_OF.get(mobject.get_fill_color().to_hex())


def read_formulas(screen: Screen, made: Iterable[Mobject] = ()) -> list[Lines]:
    """The formulas that formulas, figures and signs on a frame make up, from the top down.

    What stands on one line, ``w · x``, ``=`` and ``+1.22``, is one formula; so are lines below each
    other of which the last goes on with ``=`` or ``≈``. Terms of which nothing is said, such as a
    name beside a picture, are left out.

    Parameters
    ----------
    screen
        What is on the frame.
    made
        What was typeset so far, see `scenes.kit.typeset.noting`.
    """
    formulas: list[list[list[_Term]]] = []
    waiting: list[list[_Term]] = []  # lines that may be the beginning of a formula
    for line in _lines(map(_Term.of, _find_terms(screen, made))):
        if _RELATION.match(line[0].text):
            begun = (waiting, *reversed(formulas))
            above = next((lines for lines in begun if lines and _follows(line, lines[-1])), None)
            if above is waiting:
                formulas.append(waiting)
                waiting = []
            if above is not None:
                above.append(line)
        elif any(_RELATION.search(term.text) for term in line):
            if not (line[0].is_sign or line[-1].is_sign):
                formulas.append([line])
        elif len(line) > 1 or (line[0].is_formula and not re.fullmatch(r"\w+", line[0].text)):
            waiting = [*waiting, line] if waiting and _follows(line, waiting[-1]) else [line]
    # What flies from one place to another may be there twice.
    texts = [tuple(tuple(term.text for term in line) for line in lines) for lines in formulas]
    different = dict(zip(texts, formulas, strict=True)).values()
    return [[[term.part for term in line] for line in lines] for lines in different]


def _find_terms(screen: Screen, made: Iterable[Mobject]) -> list[Number | Words | Formula]:
    """Figures, and the signs and formulas of which all is to be seen."""
    visible = _visible(screen)

    def is_term(mobject: Number | Words | Formula) -> bool:
        if isinstance(mobject, Words) and mobject.source not in _SIGNS:
            return False
        return isinstance(mobject, Number) or all(_seen(mobject, visible))

    mobjects = _there_or_made(screen, made)
    return [it for it in mobjects if isinstance(it, Number | Words | Formula) and is_term(it)]


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


def read_code(screen: Screen, made: Iterable[Mobject] = ()) -> list[str]:
    """Lines of code as they stand on a frame, in columns, with the shapes that stand below them.

    Parameters
    ----------
    screen, made
        As for `read_formulas`.
    """
    visible = _visible(screen)
    texts = {
        line: text
        for line in _there_or_made(screen, made)
        if isinstance(line, CodeLine) and (text := _visible_text(line, visible))
    }
    code = [line for line in texts if not isinstance(line, ShapeText)]
    # A shape that stands elsewhere is no code.
    lines = [
        line
        for line in texts
        if any(0 <= other.baseline - line.baseline < 3 * other.x_height_now for other in code)
    ]
    if not lines:
        return []
    advance = _ADVANCE * max(line.x_height_now / X_HEIGHT_OF_CODE for line in code)
    lefts = {line: float(line.get_left()[0]) for line in lines}
    rows: dict[int, str] = {}
    for line in sorted(lines, key=lefts.__getitem__):
        height = round(-line.baseline / (0.5 * advance))
        row = next((key for key in rows if abs(key - height) <= 1), height)
        before = rows.get(row, "")
        column = round((lefts[line] - min(lefts.values())) / advance)
        # A piece that goes on where the one before it ends belongs to it.
        apart = bool(before) and column != len(before)
        rows[row] = before.ljust(max(column, len(before) + apart)) + texts[line].strip()
    return [rows[row] for row in sorted(rows)]


def _visible_text(line: CodeLine, visible: Container[int]) -> str:
    """As much of a line of code as is to be seen: a chapter may show its beginning first."""
    seen = _seen(line, visible)
    if all(seen):
        return line.source
    # Glyphs are characters, unless those of one colour were made one.
    if len(seen) != len("".join(line.source.split())):
        return ""
    glyphs = iter(seen)
    shown = (c if c.isspace() or next(glyphs) else " " for c in line.source)
    return "".join(shown).rstrip()


def _seen(mobject: Mobject, visible: Container[int]) -> list[bool]:
    """Of each glyph, whether it is to be seen."""
    return [id(glyph) in visible for glyph in mobject.family_members_with_points()] or [False]
