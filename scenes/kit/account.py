"""A few named numbers below each other; under the line what they make of each other."""

from collections.abc import Sequence
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from manim import LEFT, ORIGIN, RIGHT, UP, Animation, FadeIn, FadeOut, Line, VGroup

from scenes.kit.equation import agree
from scenes.kit.number import Number, align_points
from scenes.kit.style import DIM, FAINT, SMALL, TEXT
from scenes.kit.typed import Parts
from scenes.kit.typeset import Formula, Words

_PITCH: Final = 0.45
_ABOVE_LINE: Final = 0.1


class Account(VGroup):
    """Named numbers, points aligned; the last one stands under a line.

    ``Account("neuron 3", ("blame", b), ("activity", a), ("push", p), relation="-a * b = c")``

    Parameters
    ----------
    title
        What it is the account of.
    lines
        Names (words, or a formula made elsewhere) and their numbers, from the top down.
    relation
        What the numbers make of each other: their decimals are chosen so that they agree, see
        `scenes.kit.equation.agree`. Not given where that has been done, for several accounts.
    decimals
        As for `agree`.
    width
        From the names' left ends to the numbers' right ends.

    Attributes
    ----------
    title
        The words on top.
    numbers
        The numbers, from the top down.
    """

    def __init__(
        self,
        title: str,
        *lines: tuple[str | Formula, Number],
        relation: str | None = None,
        decimals: Sequence[int] = (2, 3, 4),
        width: float = 3.2,
    ) -> None:
        super().__init__()
        if relation is not None:
            agree(relation, [number for _, number in lines], decimals=decimals)
        self.title = Words(title, x_height=SMALL, colour=TEXT)
        self.title.shift(-self.title.get_left() - self.title.baseline * UP)
        self.numbers = Parts(*(number for _, number in lines))
        self.add(self.title)
        for index, (text, number) in enumerate(lines, start=1):
            y = -_PITCH * index - (_ABOVE_LINE if index == len(lines) else 0.0)
            words = Words(text, x_height=SMALL, colour=DIM) if isinstance(text, str) else text
            words.shift(-words.get_left() + (y - words.baseline) * UP)
            number.shift((width - number.get_right()[0], y - number.baseline, 0.0))
            self.add(words, number)
        align_points(self.numbers)
        rule = Line(ORIGIN, width * RIGHT, color=FAINT)
        self.add(rule.shift((self.numbers[-1].get_top()[1] + _ABOVE_LINE) * UP))

    def move_corner(self, corner: npt.ArrayLike, side: np.ndarray = LEFT) -> Self:
        """Put the upper left corner (or the upper right one) at a point."""
        return self.shift(np.asarray(corner) - self.get_corner(UP + side))

    def animate_to(self, other: "Account") -> list[Animation]:
        """The numbers count to those of another account, and its title comes."""
        pairs = zip(self.numbers, other.numbers, strict=True)
        counts = [mine.animate_quantity(its.quantity) for mine, its in pairs]
        old, self.title = self.title, other.title
        self.remove(old)
        self.add(self.title)
        return [*counts, FadeOut(old), FadeIn(self.title)]
