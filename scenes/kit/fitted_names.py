"""Names of classes where there is little room: beside bars, in rows, in captions.

Names may have any length; what is too wide is cut. Where rows are so close that the p of one name
would touch the d of the next, all are in small capitals, which have neither.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from manim import ParsableManimColor

from scenes.kit.allow import allow
from scenes.kit.phrase import BLANK, Phrase
from scenes.kit.style import SMALL, TEXT
from scenes.kit.typed import Parts
from scenes.kit.typeset import Words

WIDEST: Final = 2.55
"""How wide a name may be, scene units: "T-shirt/top" in the smallest text is 2.52."""

_CLOSE: Final = 0.46  # from row to row: closer, p and d in the smallest text touch
_CAPITALS: Final = 0.8  # their size as a share of other text's: still higher than its x
_DOTS: Final = "…"
_GLYPH: Final = re.compile(r"ff[ijlt]?|f[ijlt]|\S")
_MOST_OF_THE_END: Final = 0.6  # of the room, for what tells a name from others


def fit_names(
    names: Sequence[str], widest: float = WIDEST, x_height: float = SMALL
) -> tuple[str, ...]:
    """Names as they fit.

    Parameters
    ----------
    names
        All different; phrases stay phrases.
    widest, x_height
        Scene units.

    Returns
    -------
    As many names: whole where they fit; else their beginning, and of those that begin alike the
    words from which on they differ.
    """
    words = [Words(name, x_height=x_height) for name in names]
    dots = float(Words(_DOTS, x_height=x_height).width) + 0.5 * x_height
    short = [_cut(*pair, len(pair[0]), dots, widest) for pair in zip(names, words, strict=True)]
    fitted = list(short)
    for index, name in enumerate(names):
        alike = [str(names[at]) for at, other in enumerate(short) if other == short[index]]
        if len(alike) > 1:
            # From the beginning of the word in which they differ.
            tail = name.rfind(" ", 0, _count_alike(alike)) + 1
            fitted[index] = _cut(name, words[index], tail, dots, widest)
    return tuple(fitted)


def _count_alike(names: Sequence[str]) -> int:
    """How many letters all names begin with."""
    letters = zip(*names, strict=False)
    return next((at for at, one in enumerate(letters) if len(set(one)) > 1), min(map(len, names)))


def _cut(name: str, words: Words, tail: int, dots: float, widest: float) -> str:
    """A name cut to fit: its beginning, and its end from the letter `tail` on."""
    if words.width <= widest:
        return name
    edges = _edges(name, words)
    room, end = widest - dots, ""
    if tail < len(name):
        stop = _fitting(edges, _MOST_OF_THE_END * widest, tail)
        end = _part(name, tail, stop)
        if stop < len(name):
            end, room = end + _DOTS, room - dots
        room -= edges[stop] - edges[tail]
    return _stripped(_part(name, 0, _fitting(edges, room))) + _DOTS + end


def _edges(name: str, words: Words) -> list[float]:
    """How far each letter begins from the first; and the last one ends."""
    places = [found.start() for found in _GLYPH.finditer(str(name))]
    if len(places) != len(words):
        # A glyph that we know nothing of: as if all letters were equally wide.
        return [float(words.width) * at / len(name) for at in range(len(name) + 1)]
    left = [float(glyph.get_left()[0] - words.get_left()[0]) for glyph in words]
    known = dict(zip(places, left, strict=True)) | {len(name): float(words.width)}
    # A blank, or the second letter of a ligature, ends where the next one begins.
    edges = [known[len(name)]]
    for at in reversed(range(len(name))):
        edges.append(known.get(at, edges[-1]))
    return edges[::-1]


def _fitting(edges: Sequence[float], room: float, start: int = 0) -> int:
    """The letter before which a name has to end that begins with another."""
    return max(at for at in range(start, len(edges)) if edges[at] - edges[start] <= room)


def _part(name: str, start: int, stop: int) -> str:
    """Some letters of a name; of a phrase, figures that are whole."""
    if not isinstance(name, Phrase):
        return name[start:stop]
    made, at, figures = Phrase("", ""), 0, iter(name.figures)
    for letter in name.typed:
        piece = Phrase(letter, letter)
        if letter == BLANK:
            figure = next(figures)
            piece = Phrase(figure[1], BLANK, (figure,))
        if start <= at and at + len(piece) <= stop:
            made += piece
        at += len(piece)
    return made


def _stripped(name: str) -> str:
    """A name without blanks at its end."""
    return name.changed(str.rstrip) if isinstance(name, Phrase) else name.rstrip()


def names_in_rows(
    names: Sequence[str],
    pitch: float,
    *,
    x_height: float = SMALL,
    colour: ParsableManimColor = TEXT,
    widest: float = WIDEST,
) -> Parts[Words]:
    """The names of rows that are `pitch` apart, to be put in their places.

    Parameters
    ----------
    names
        From top to bottom.
    pitch, x_height, widest
        Scene units.
    """
    plain = [Words(name, x_height=x_height, colour=colour) for name in names]
    reach = max(words.get_top()[1] - words.baseline for words in plain)
    below = max(words.baseline - words.get_bottom()[1] for words in plain)
    if pitch >= min(_CLOSE * x_height / SMALL, reach + below):
        fitted = fit_names(names, widest, x_height)
        return Parts(
            *(
                words
                if name == str(words.source)
                else Words(name, x_height=x_height, colour=colour)
                for name, words in zip(fitted, plain, strict=True)
            )
        )
    height = _CAPITALS * x_height
    capitals = fit_names([_in_capitals(name) for name in names], widest, height)
    return Parts(
        *(
            allow(
                Words(name, x_height=height, colour=colour),
                "height",
                because="capitals are higher than the x of the smallest text",
            )
            for name in capitals
        )
    )


def _in_capitals(name: str) -> str:
    """A name in capitals, without accents: nothing of it is higher or lower than the rest."""

    def change(text: str) -> str:
        plain = unicodedata.normalize("NFD", text.upper())
        return "".join(letter for letter in plain if not unicodedata.combining(letter))

    return name.changed(change) if isinstance(name, Phrase) else change(name)
