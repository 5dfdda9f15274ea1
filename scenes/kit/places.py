"""A one-hot label: a row or a column of cells, a number in each, the cell with the 1 filled.

A row can turn upright, and the 1 can go to another place. `check` reads back which cell is filled.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from manim import (
    DOWN,
    OUT,
    PI,
    RIGHT,
    Mobject,
    ParsableManimColor,
    Square,
    VGroup,
    rotation_matrix,
)
from manim.typing import Point3D

from network.moment import Moment
from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim
from scenes.kit.figures import quantities
from scenes.kit.labels import one_hot_column, one_hot_entry
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number
from scenes.kit.style import BACKGROUND, DIM, FAINT, SMALL, STEADY
from scenes.kit.typed import AnimationOf, Parts

_GONE: Final = 0.1  # share of the way on which a zero gives way to the 1, and another comes back


class Places(VGroup):
    """The numbers of a one-hot label: ``Places.of_moment(step, cell=0.5, colour=TRUTH)``.

    Parameters
    ----------
    entries, shown
        The numbers, one by one and as the array that they make.
    cell
        Side of a cell, scene units.
    colour
        Of the cell with the 1.
    upright
        A column, not a row.

    Attributes
    ----------
    squares, numbers
        The cells, and their numbers.
    filled
        What fills the cell with the 1.
    """

    def __init__(
        self,
        entries: Sequence[Quantity],
        shown: Values,
        *,
        cell: float,
        colour: ParsableManimColor,
        upright: bool = False,
    ) -> None:
        self.squares: Parts[Square] = Parts(
            *(Square(cell, color=FAINT, stroke_width=2) for _ in entries)
        )
        self.squares.arrange(DOWN if upright else RIGHT, buff=0)
        self.hot = int(np.argmax(shown.values))
        self.numbers: Parts[Number] = Parts(
            *(
                Number(
                    entry,
                    decimals=0,
                    x_height=SMALL,
                    colour=BACKGROUND if place == self.hot else DIM,
                ).move_to(square)
                for place, (entry, square) in enumerate(zip(entries, self.squares, strict=True))
            )
        )
        self.filled = Square(cell, stroke_width=0, fill_color=colour, fill_opacity=1)
        self.filled.move_to(self.squares[self.hot])
        super().__init__()
        self._stack()
        self._claim(shown)

    @classmethod
    def of_moment(cls, moment: Moment, **look: Any) -> Self:
        """The label of a step or a view, as recorded."""
        return cls(quantities(moment, "y"), Values.of(moment, "y"), **look)

    @classmethod
    def of_label(cls, count: int, label: int, **look: Any) -> Self:
        """What the label of a class would be."""
        return cls(_entries(count, label), Values.of(one_hot_column, count, label), **look)

    @property
    def cell(self) -> float:
        """Side of a cell as it is now."""
        return float(np.linalg.norm(self.squares[1].get_center() - self.squares[0].get_center()))

    @property
    def zeros(self) -> list[Number]:
        """The numbers that are not the 1."""
        return [number for place, number in enumerate(self.numbers) if place != self.hot]

    @property
    def one(self) -> VGroup:
        """The filled cell with its 1."""
        return VGroup(self.filled, self.numbers[self.hot])

    def animate_upright(self, centre: Point3D, **options: Any) -> "TurnUpright":
        """A row turns into a column whose middle is at `centre`."""
        return TurnUpright(self, centre, **options)

    def set_label(self, label: int) -> Self:
        """Be the label of another class."""
        count = len(self.numbers)
        entries = _entries(count, label)
        for number, entry, square in zip(self.numbers, entries, self.squares, strict=True):
            number.set_quantity(entry).set_color(DIM).set_opacity(1).move_to(square)
        self.numbers[label].set_color(BACKGROUND)
        self.filled.move_to(self.squares[label])
        self.hot = label
        self._stack()
        return self._claim(Values.of(one_hot_column, count, label))

    def animate_to(self, label: int, **options: Any) -> "GoElsewhere":
        """As `set_label`: the filled cell glides to another place."""
        return GoElsewhere(self, label, **options)

    def _stack(self) -> None:
        """The filled cell lies on top of whatever it passes."""
        self.submobjects = [self.squares, *self.zeros, *self.one]

    def _claim(self, shown: Values) -> Self:
        return claim(self, Claim("filled cells", shown, _filled, lambda values: values, 0.0))


def _entries(count: int, label: int) -> list[Quantity]:
    return [Quantity.derived(one_hot_entry, count, label, place) for place in range(count)]


def _filled(places: Mobject) -> Floats:
    """1 for each cell that is filled, 0 for the others."""
    assert isinstance(places, Places)
    centre = places.filled.get_center()
    away = [np.linalg.norm(square.get_center() - centre) for square in places.squares]
    return (np.array(away) < 0.1 * places.cell).astype(np.float64)


class TurnUpright(AnimationOf[Places]):
    """A row turns into a column about its middle, while that moves; its figures stay upright."""

    def __init__(self, places: Places, centre: Point3D, **options: Any) -> None:
        self.centre = np.asarray(centre)
        super().__init__(places, **options)

    def begin(self) -> None:
        """Take where the row is now as the start."""
        self._middle = self.mobject.squares.get_center()
        super().begin()

    def interpolate_submobject(
        self, submobject: Mobject, starting_submobject: Mobject, alpha: float
    ) -> Self:
        """Turn a cell about the row's middle; move a figure with its cell."""
        points = starting_submobject.points
        if not len(points):
            return self
        turn = rotation_matrix(-PI / 2 * alpha, OUT).T
        ahead = self._middle + alpha * (self.centre - self._middle)
        if isinstance(submobject, Number):
            centre = starting_submobject.get_center()
            submobject.points = points - centre + (centre - self._middle) @ turn + ahead
        else:
            submobject.points = (points - self._middle) @ turn + ahead
        return self


class GoElsewhere(AnimationOf[Places]):
    """The 1 of a label goes to another place; a zero gives way to it, and one comes back."""

    def __init__(
        self, places: Places, label: int, run_time: float = STEADY, **options: Any
    ) -> None:
        self.label = label
        super().__init__(places, run_time=run_time, **options)

    def begin(self) -> None:
        """Take where the 1 is now as the start."""
        self._first = self.mobject.hot
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Be this far on the way, and at the end the label of the other class."""
        places = self.mobject
        if alpha >= 1.0 or self._first == self.label:
            places.set_label(self.label)
            return
        start, end = (places.squares[place].get_center() for place in (self._first, self.label))
        share = self.rate_func(alpha)
        for mobject in places.one:
            mobject.move_to((1 - share) * start + share * end)
        # The zero at the end goes first, and comes back where the 1 was.
        leaving = alpha < 0.5
        near = (1 - alpha if not leaving else alpha) / _GONE
        zero = places.numbers[self.label].set_opacity(max(0.0, 1 - near))
        zero.move_to(places.squares[self.label if leaving else self._first])
        claim(places)
