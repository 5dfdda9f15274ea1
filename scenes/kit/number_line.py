"""A line with a place for each class, as if its number were an amount, and lengths along it."""

from typing import Any, Final

import numpy as np
from manim import (
    RIGHT,
    UP,
    Animation,
    AnimationGroup,
    DashedLine,
    Dot,
    FadeIn,
    Line,
    Mobject,
    ParsableManimColor,
    ReplacementTransform,
    Transform,
    VGroup,
    VMobject,
)
from manim.typing import Point3D, Vector3D

from scenes.kit import stage
from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, claim_length, half_a_pixel
from scenes.kit.figures import Mark
from scenes.kit.findings import ramp
from scenes.kit.ledger import Quantity, Values
from scenes.kit.motion import Change
from scenes.kit.number import Number
from scenes.kit.style import BLAME, BODY, DIM
from scenes.kit.typed import Parts
from scenes.kit.typeset import Words

_TICK: Final = 0.2
_BELOW: Final = 0.25  # from the line to its numerals
_THICK: Final = 0.1


class Length(VMobject):
    """A bar from one point to another, which claims how long it is.

    Parameters
    ----------
    start, end
        The middles of its ends.
    half
        From its middle line to an edge. On the way to another length its start stays at its start;
        of two at right angles the second turns without a twist if this one does, too.
    quantity
        The value whose size it shows.
    unit
        How long 1 is, scene units.
    """

    def __init__(
        self,
        start: Point3D,
        end: Point3D,
        half: Vector3D,
        quantity: Quantity,
        unit: float,
        colour: ParsableManimColor = BLAME,
    ) -> None:
        super().__init__(stroke_width=0, fill_color=colour, fill_opacity=1)
        self.quantity = quantity
        self.set_points_as_corners(
            [start - half, end - half, end + half, start + half, start - half]
        )
        claim_length(self, quantity, unit, along=np.abs(_direction(start, end)))

    def animate_growth(self) -> Animation:
        """Come in, growing from its start."""
        along = int(self.height > self.width)
        stub = self.copy().stretch(0.001, along, about_point=self.points[0])
        return ReplacementTransform(stub, self)


class Measure(VGroup):
    """A length with its figure beside it.

    Parameters
    ----------
    length
        The length.
    side
        Where its figure is.
    x_height
        Of the figure.
    """

    def __init__(self, length: Length, side: Vector3D, x_height: float = BODY) -> None:
        self.length = length
        self.figure = Number(length.quantity, decimals=0, colour=BLAME, x_height=x_height)
        self.figure.next_to(length, side, buff=0.16)
        super().__init__(length, self.figure)

    def animate_growth(self) -> Animation:
        """Come in, growing from its start."""
        return AnimationGroup(self.length.animate_growth(), FadeIn(self.figure))

    def animate_to(self, other: "Measure", **options: Any) -> Animation:
        """Be as long as another one."""
        return AnimationGroup(
            Change(self.length, other.length), Transform(self.figure, other.figure), **options
        )


class NumberLine(VGroup):
    """A line with a tick and a numeral for each class.

    Parameters
    ----------
    start, end
        The places of the first class and of the last.
    count
        How many classes there are, two at least.

    Attributes
    ----------
    axis, ticks, numerals
        The parts; the numerals are to the right of the line as one goes along it.
    """

    def __init__(self, start: Point3D, end: Point3D, count: int) -> None:
        self.axis = Line(start, end, color=DIM, stroke_width=3)
        self.unit = float(np.linalg.norm(end - start)) / (count - 1)
        across = 0.5 * _TICK * self.aside
        self.ticks = VGroup()
        self.numerals: Parts[Mark] = Parts()
        for label in range(count):
            place = self.at(label)
            self.ticks.add(Line(place - across, place + across, color=DIM, stroke_width=3))
            self.numerals.add(Mark(label).next_to(place, -self.aside, buff=_BELOW))
        super().__init__(self.axis, self.ticks, self.numerals)
        shown, slack = Values.of(ramp, 0, count - 1, count), half_a_pixel()
        claim(
            self,
            *(
                Claim(what, shown, read, lambda values: self.unit * values, slack)
                for what, read in (("ticks", _places_of_ticks), ("numerals", _places_of_numerals))
            ),
        )

    @property
    def way(self) -> Vector3D:
        """Where the numbers rise, a step of 1 scene unit."""
        return _direction(self.axis.get_start(), self.axis.get_end())

    @property
    def aside(self) -> Vector3D:
        """To the left of the way, where lengths are: upwards, if that goes to the right."""
        x, y, _ = self.way
        return np.array([-y, x, 0.0])

    def at(self, label: float) -> Point3D:
        """The place of a class."""
        return self.axis.get_start() + label * self.unit * self.way

    def measure(
        self, first: int, last: int, distance: Quantity, lift: float, x_height: float = BODY
    ) -> Measure:
        """From one class to another, `lift` beside the line."""
        start, end = (self.at(label) + lift * self.aside for label in (first, last))
        length = Length(start, end, 0.5 * _THICK * self.aside, distance, self.unit)
        return Measure(length, self.aside, x_height)

    def bar(self, label: int, height: Quantity, unit: float, away: int) -> Measure:
        """A bar that stands on the place of a class, where 1 is `unit` high.

        A length that ends there turns into it; `away` is the class where that begins.
        """
        foot = self.at(label)
        half = 2.5 * _THICK * np.sign(away - label) * self.way
        end = foot + unit * abs(height.value) * self.aside
        return Measure(Length(foot, end, half, height, unit), self.aside)

    def post(self, label: int, height: float, colour: ParsableManimColor) -> DashedLine:
        """A dashed line that stands on the place of a class."""
        foot = self.at(label)
        return DashedLine(foot, foot + height * self.aside, color=colour, dash_length=0.1)

    def flag(self, label: int, height: float, text: str, colour: ParsableManimColor) -> VGroup:
        """A dot on the place of a class, and words on a post there, kept within the margins."""
        post = self.post(label, height, colour)
        words = Words(text, colour=colour).next_to(post, UP, buff=0.16)
        room = stage.WIDE.right - words.width / 2
        words.set_x(float(np.clip(words.get_x(), -room, room)))
        return VGroup(Dot(self.at(label), radius=0.1, color=colour), post, words)


def _direction(start: Point3D, end: Point3D) -> Vector3D:
    way = end - start
    size = float(np.linalg.norm(way))
    return way / size if size > 0 else RIGHT


def _along(line: NumberLine, parts: VGroup) -> Floats:
    return np.array([(part.get_center() - line.axis.get_start()) @ line.way for part in parts])


def _places_of_ticks(line: Mobject) -> Floats:
    assert isinstance(line, NumberLine)
    return _along(line, line.ticks)


def _places_of_numerals(line: Mobject) -> Floats:
    """Where they stand, in the order of what they say."""
    assert isinstance(line, NumberLine)
    places = _along(line, line.numerals)
    return places[np.argsort([float(numeral.text) for numeral in line.numerals])]
