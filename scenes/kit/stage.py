"""The stage: the regions of the frame from which every chapter takes its places.

The same thing stands at the same place in every chapter: what is told of top left, the formula of
the moment on top, the picture at the left with what belongs to it below, and the rest in the body;
legends, code and shapes at the foot. Lengths are in scene units, the frame is 14.2 wide and 8 high.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from manim.typing import Point3D


@dataclass(frozen=True)
class Region:
    """A rectangle of the frame.

    Attributes
    ----------
    left, right, bottom, top
        Its edges, scene units.
    """

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """From the left edge to the right one."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From the lower edge to the upper one."""
        return self.top - self.bottom

    @property
    def centre(self) -> Point3D:
        """Its middle."""
        return self.at(0.5, 0.5)

    def at(self, across: float, up: float) -> Point3D:
        """A point by its shares: (0, 0) is the lower left corner, (1, 1) the upper right one."""
        return np.array([self.left + across * self.width, self.bottom + up * self.height, 0.0])

    def part(
        self, left: float = 0.0, right: float = 1.0, bottom: float = 0.0, top: float = 1.0
    ) -> "Region":
        """A part of it, its edges given as shares."""
        (x, y, _), (end, height, _) = self.at(left, bottom), self.at(right, top)
        return Region(float(x), float(end), float(y), float(height))

    def columns(self, count: int) -> "list[Region]":
        """As many parts of the same width beside each other, from left to right."""
        return [self.part(left=k / count, right=(k + 1) / count) for k in range(count)]


@dataclass(frozen=True)
class Rows:
    """The rows of the classes: one for each output, from top to bottom.

    Attributes
    ----------
    count
        How many there are.
    pitch
        From row to row.
    middle
        Height of the middle of them all.
    """

    count: int
    pitch: float
    middle: float

    def y(self, index: float) -> float:
        """Height of a row; -1 is where the heads of columns stand."""
        return self.middle + ((self.count - 1) / 2 - index) * self.pitch

    @property
    def top(self) -> float:
        """Upper edge of the first row."""
        return self.y(-0.5)

    @property
    def bottom(self) -> float:
        """Lower edge of the last row."""
        return self.y(self.count - 0.5)

    @property
    def height(self) -> float:
        """Of all rows together."""
        return self.count * self.pitch


TITLE: Final = Region(-6.61, -2.7, 3.1, 3.5)
"""The chapter's title."""

MOMENT: Final = Region(-6.61, -2.7, 2.65, 3.05)
"""Below the title: which moment of the run is on screen."""

HEAD: Final = Region(-1.9, 6.6, 2.6, 3.5)
"""The formula of the moment, or what is shown, in a line."""

PICTURE: Final = Region(-6.55, -4.25, -0.6, 1.7)
"""The picture that is told of."""

ASIDE: Final = Region(-6.55, -3.4, -2.55, -0.75)
"""Below the picture: what belongs to it, in figures or as a legend."""

SIDE: Final = Region(-6.55, -4.25, -2.55, 2.3)
"""The left side, where several things stand below each other: the picture and what it meets."""

BODY: Final = Region(-3.3, 6.55, -2.55, 2.3)
"""What the beat is about."""

WIDE: Final = Region(-6.55, 6.55, -2.55, 2.3)
"""Picture, what is below it, and the body, where all of it is one."""

FOOT: Final = Region(-6.55, 6.55, -3.5, -2.7)
"""Code with its shapes, and notes."""

_MOST_PITCH: Final = 0.55
_ROOM: Final = 4.68  # for all rows
_MIDDLE: Final = -0.2

ROWS: Final = Region(BODY.left, BODY.right, _MIDDLE - _ROOM / 2, _MIDDLE + _ROOM / 2)
"""The part of the body that is for rows, or for a network whose outputs are rows."""


def rows(count: int) -> Rows:
    """The rows of so many classes in the body; the same in all chapters."""
    return Rows(count, min(_MOST_PITCH, _ROOM / count), _MIDDLE)
