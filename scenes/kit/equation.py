"""Figures that are shown together as a sum, a product or another equality, and agree as shown.

What a viewer can work out from the figures on screen has to be right: 0.59 − 1 = −0.41. `agree`
lets numbers be shown with as few decimals as make that so, or marks them ≈; and it lets them say
that they belong together. The chapter notes whatever says so as soon as all of it stands on screen,
and ``python -m scenes check`` works it out: no author has to remember to.
"""

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

import numpy as np
from manim import Mobject, VGroup
from manim.typing import Point3D

from scenes.kit.ledger import written
from scenes.kit.number import Number
from scenes.kit.shown import fault_in
from scenes.kit.style import GAP, TEXT
from scenes.kit.typed import Parts
from scenes.kit.typeset import Formula, row

_SIGNS: Final = {"*": "times", "/": "\\/", "+": "+", "-": "-", "=": "=", "≈": "approx"}

_M = TypeVar("_M", bound=Mobject)


@dataclass(frozen=True, slots=True, eq=False)
class Equality:
    """That certain numbers are shown as an equality: see `scenes.kit.chapter.Chapter.relate`.

    Attributes
    ----------
    relation
        Such as ``a * b = c``.
    numbers
        In the order of its letters.
    """

    relation: str
    numbers: tuple[Number, ...]

    def __deepcopy__(self, memo: dict[int, Any]) -> "Equality":
        """It is of these numbers, not of copies; and Manim's cache does not look into it."""
        return self

    def shown_in(self, members: set[Mobject]) -> bool:
        """Whether all its numbers stand among the mobjects on screen, fully, none on its way."""
        return all(
            number in members and number.shown is not None and number.get_fill_opacity() > 0.99
            for number in self.numbers
        )


def equate(mobject: _M, relation: str, *numbers: Number) -> _M:
    """Let a mobject say that numbers are shown as an equality; gives the mobject back.

    Raises
    ------
    ValueError
        If there are more letters than numbers or the other way round.
    """
    letters = sorted(set(re.findall(r"\b[a-z]\b", relation)))
    if letters != list(string.ascii_lowercase[: len(numbers)]):
        raise ValueError(f"{relation!r} does not go with {len(numbers)} figures")
    equalities = (*equalities_of(mobject), Equality(relation, numbers))
    return mobject.set(equalities=equalities)


def equalities_of(mobject: Mobject) -> tuple[Equality, ...]:
    """What this very mobject says of numbers."""
    return tuple(getattr(mobject, "equalities", ()))


def find_equalities(mobjects: Iterable[Mobject]) -> Iterator[Equality]:
    """All that mobjects and their parts say of numbers that stand on screen with them."""
    members = [member for mobject in mobjects for member in mobject.get_family()]
    there = set(members)
    for member in members:
        for equality in equalities_of(member):
            if equality.shown_in(there):
                yield equality


def agree(
    relation: str,
    *cases: Sequence[Number],
    decimals: Sequence[int] = (2, 3, 4),
    seen: str = "",
    mark: bool = True,
) -> str:
    """Let numbers be shown so that they agree as shown, and say that they do.

    Parameters
    ----------
    relation
        As for `scenes.kit.chapter.Chapter.relate`: ``a * b = c``.
    cases
        The numbers of one equality, in the order of the letters; or of several that are to have
        as many decimals.
    decimals
        How many digits after the point may be tried, in this order.
    seen
        Letters of figures that must not be rounded to zero.
    mark
        Whether a ``≈`` is put before the last number where no decimals make it exact. Without, it
        is for whoever draws the sign.

    Returns
    -------
    str
        ``"="`` or ``"≈"``.
    """
    tried = [d for d in decimals if all(_visible(case, d, seen) for case in cases)]
    exact = next((d for d in tried if all(_holds(relation, case, d) for case in cases)), None)
    # Where nothing fits, more decimals than are needed to see the figures would say no more.
    chosen = exact if exact is not None else (tried or decimals[-1:])[0]
    sign = "=" if exact is not None else "≈"
    for case in cases:
        for number in case:
            about = sign == "≈" and mark and number is case[-1]
            number.set_decimals(chosen, before="≈" if about else "")
        equate(case[-1], relation if mark else relation.replace("=", sign), *case)
    return sign


def _holds(relation: str, case: Sequence[Number], decimals: int) -> bool:
    return fault_in(relation, [_text(number, decimals) for number in case]) is None


def _visible(case: Sequence[Number], decimals: int, seen: str) -> bool:
    figures = (_text(case[string.ascii_lowercase.index(letter)], decimals) for letter in seen)
    return all(re.search(r"[1-9]", figure) for figure in figures)


def _text(number: Number, decimals: int) -> str:
    if number.quantity is None:
        raise ValueError("a number that is on its way agrees with nothing")
    return written(number.quantity.value, f".{decimals}f")


class Equation(VGroup):
    """Figures in a row with the signs between them: 0.12 × 0.50 = 0.06.

    ``Equation("a * b = c", weight, pixel, product)``

    Parameters
    ----------
    relation
        Letters with ``+ - * /``, and ``=`` before the last one.
    numbers
        In the order of the letters; how many decimals they show is chosen: see `agree`.
    decimals, seen
        As for `agree`.
    x_height
        Of the signs; that of the numbers if not given.

    Attributes
    ----------
    numbers, signs
        The parts; a sign is left out before a number that shows its own.
    """

    def __init__(
        self,
        relation: str,
        *numbers: Number,
        decimals: Sequence[int] = (2, 3, 4),
        seen: str = "",
        x_height: float | None = None,
    ) -> None:
        super().__init__()
        equals = agree(relation, numbers, decimals=decimals, seen=seen, mark=False)
        self.numbers, self.signs = Parts(*numbers), Parts[Formula]()
        self._after: list[int] = []  # which number each sign comes after
        size = x_height or numbers[0].x_height
        symbols = re.findall(r"[-+*/=]", relation.lstrip("- "))
        parts: list[Number | Formula] = [numbers[0]]
        for index, (symbol, number) in enumerate(zip(symbols, numbers[1:], strict=True)):
            if symbol != "+" or number.text[0].isdigit():
                shown = equals if symbol == "=" else symbol
                parts.append(Formula(_SIGNS[shown], x_height=size, colour=TEXT))
                self.signs.add(parts[-1])
                self._after.append(index)
            parts.append(number)
        row(*parts, gap=GAP)
        self.add(self.numbers, self.signs)

    def spread(self, places: Sequence[Point3D]) -> Self:
        """Put the middle of each number at a place, and the signs halfway between."""
        for number, place in zip(self.numbers, places, strict=True):
            number.move_to(place)
        for sign, index in zip(self.signs, self._after, strict=True):
            sign.move_to((np.asarray(places[index]) + np.asarray(places[index + 1])) / 2)
        return self
