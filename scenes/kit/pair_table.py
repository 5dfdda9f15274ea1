"""A table of how far any two classes are apart: a heat map with its scale, and pointers into it."""

from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Animation, Group, Line, Mobject, Square, VGroup

from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, half_a_pixel
from scenes.kit.digit import PixelImage
from scenes.kit.figures import Mark
from scenes.kit.findings import ramp
from scenes.kit.ledger import Values
from scenes.kit.legend import BAR_HEIGHT, BAR_WIDTH
from scenes.kit.number import Number
from scenes.kit.stage import Region
from scenes.kit.style import ACTIVATION, BLAME, SMALL, TEXT
from scenes.kit.typed import Parts
from scenes.kit.typeset import Words

_MOST: Final = 0.6  # of a cell
_MARKS: Final = 0.7  # room above the map, for what its columns are
_SCALE: Final = 0.55  # and below it, for its scale
_SHADES: Final = 61
_CLOSE: Final = 0.345  # cells in which numerals touch
_APART: Final = 0.35  # from the map to a figure beside it


class PairTable(Group):
    """A cell for each label, from left to right, and each guess, from top to bottom.

    Parameters
    ----------
    name
        In what way they are apart.
    values
        (classes, classes), none below 0.
    ends
        What stands at the ends of the scale: for 0, and for the largest of the values.
    place
        Where it stands, with all around it but its name, which is above.
    outer
        ``LEFT`` or ``RIGHT``: where the guesses have their numbers. Pointers are at the other side.

    Attributes
    ----------
    image
        The map.
    columns, rows
        The numbers of labels and of guesses.
    frame
        All that is not the map.
    """

    def __init__(
        self,
        name: Words,
        values: Values,
        ends: Sequence[Number],
        place: Region,
        outer: np.ndarray,
    ) -> None:
        self.shown, self.outer = values, outer
        count, largest = len(values.values), float(values.values.max())
        side = min(count * _MOST, place.height - _MARKS - _SCALE)
        self.image = PixelImage(values, width=side, height=side, colour=BLAME, scale=largest)
        self.image.move_to((place.centre[0], place.top - _MARKS - side / 2, 0))
        # Where they are close, every second one.
        told = range(0, count, 1 if side / count > _CLOSE else 2)
        self.columns: Parts[Mark] = Parts(*map(Mark, told))
        self.rows: Parts[Mark] = Parts(*map(Mark, told))
        edge = self.image.get_edge_center(outer)[0]
        for k, column, row in zip(told, self.columns, self.rows, strict=True):
            x, y, _ = self.image.get_cell_centre(k, k)
            column.next_to((x, self.image.get_top()[1], 0), UP, buff=0.12)
            row.next_to((edge, y, 0), outer, buff=0.18)
        guess = Words("guess", x_height=SMALL, colour=ACTIVATION)
        guess.next_to((edge, self.columns[0].get_y(), 0), outer, buff=0.1)
        guess.shift((self.columns[0].baseline - guess.baseline) * UP)
        name.next_to(self.columns, UP, buff=0.2).set_x(place.centre[0])
        shades = Values.of(ramp, 0, 1, _SHADES)
        scale = PixelImage(shades.values[None], width=BAR_WIDTH, height=BAR_HEIGHT, colour=BLAME)
        scale.set_values(shades).next_to(self.image, DOWN, buff=0.25)
        for end, way in zip(ends, (LEFT, RIGHT), strict=True):
            end.next_to(scale, way, buff=0.2)
        self.frame = Group(self.columns, self.rows, guess, name, scale, *ends)
        super().__init__(self.frame, self.image)
        places, slack = Values.of(ramp, 0, told[-1], len(told)), half_a_pixel()
        cell = side / count
        claim(
            self,
            *(
                Claim(what, places, read, lambda values: cell * (values + 0.5), slack)
                for what, read in (("columns", _across), ("rows", _down))
            ),
        )

    def hide_all_but(self, label: int) -> Self:
        """Show the distances from one label only."""
        column = np.arange(len(self.shown.values)) == label
        self.image.set_values(self.shown.values * column)
        return self

    def animate_all(self) -> Animation:
        """The distances from all labels come."""
        return self.image.animate_values(self.shown)

    def point_at(self, label: int, guess: int, figure: Number) -> VGroup:
        """A figure beside the map, and a line from it to the cell of a label and a guess."""
        inner = -self.outer
        cell = self.image.get_cell_centre(guess, label)
        side = self.image.width / len(self.shown.values)
        box = Square(side, color=TEXT, stroke_width=3).move_to(cell)
        figure.set_y(cell[1]).set_x(self.image.get_edge_center(inner)[0])
        figure.shift(_APART * inner + (figure.width / 2) * inner)
        start, end = figure.get_edge_center(self.outer), box.get_edge_center(inner)
        return VGroup(Line(start + 0.08 * self.outer, end, color=TEXT, stroke_width=2), box, figure)


def _in_order(marks: Parts[Mark], places: list[float]) -> Floats:
    return np.array(places)[np.argsort([float(mark.text) for mark in marks])]


def _across(table: Mobject) -> Floats:
    """Where the labels' numbers stand, from the left edge of the map."""
    assert isinstance(table, PairTable)
    left = table.image.get_left()[0]
    return _in_order(table.columns, [mark.get_x() - left for mark in table.columns])


def _down(table: Mobject) -> Floats:
    """Where the guesses' numbers stand, from the top of the map."""
    assert isinstance(table, PairTable)
    top = table.image.get_top()[1]
    return _in_order(table.rows, [top - mark.get_y() for mark in table.rows])
