"""All one-hot labels together, a row for each class: the identity matrix."""

from collections.abc import Iterable
from typing import Final, Self

import numpy as np
from manim import LEFT, UP, Animation, FadeOut, Group, Mobject, Transform

from scenes.kit import stage
from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, half_a_pixel
from scenes.kit.digit import PixelImage
from scenes.kit.figures import Mark
from scenes.kit.findings import ramp
from scenes.kit.labels import one_hot_table
from scenes.kit.ledger import Values
from scenes.kit.style import DIM, TRUTH
from scenes.kit.typed import Parts

_SIDE_BY_SIDE: Final = 10  # numerals above its columns


class LabelTable(Group):
    """A square of cells, rows where those of all classes are: `scenes.kit.stage.rows`.

    Parameters
    ----------
    count
        How many classes there are.
    x
        Where its middle is.
    label
        The class whose number is green.

    Attributes
    ----------
    image, lines
        The cells, and the lines between them.
    numerals
        The number of each row, to its left.
    """

    def __init__(self, count: int, x: float, label: int) -> None:
        rows = stage.rows(count)
        self.shown = Values.of(one_hot_table, count)
        self.image = PixelImage(self.shown, width=rows.height, height=rows.height, colour=TRUTH)
        self.image.move_to((x, rows.middle, 0))
        self.lines = self.image.get_lines()
        self.numerals: Parts[Mark] = Parts()
        for k in range(count):
            mark = Mark(k, colour=TRUTH if k == label else DIM)
            self.numerals.add(mark.next_to((self.image.get_left()[0], rows.y(k), 0), LEFT))
        super().__init__(self.image, self.lines, self.numerals)
        places = Values.of(ramp, 0, count - 1, count)
        pitch, slack = rows.pitch, half_a_pixel()
        claim(self, Claim("rows", places, _down, lambda values: pitch * (values + 0.5), slack))

    def animate_numerals(self, marks: Iterable[Mark]) -> list[Animation]:
        """Marks of the classes go above their columns; where they are close, every second goes."""
        step = 1 if len(self.shown.values) <= _SIDE_BY_SIDE else 2
        top = self.image.get_top()[1]
        moves: list[Animation] = []
        for k, mark in enumerate(marks):
            x, _, _ = self.image.get_cell_centre(0, k)
            above = mark.copy().next_to((x, top, 0), UP, buff=0.1)
            moves.append(FadeOut(mark) if k % step else Transform(mark, above))
        return moves

    def hide_all_but(self, label: int) -> Self:
        """Show one row only."""
        only = np.arange(len(self.shown.values)) == label
        self.image.set_values(self.shown.values * only[:, None])
        return self

    def animate_all(self) -> Animation:
        """All rows come."""
        return self.image.animate_values(self.shown)


def _down(table: Mobject) -> Floats:
    """Where the numbers of the rows stand, from the top."""
    assert isinstance(table, LabelTable)
    places = [table.image.get_top()[1] - mark.get_y() for mark in table.numerals]
    return np.array(places)[np.argsort([float(mark.text) for mark in table.numerals])]
