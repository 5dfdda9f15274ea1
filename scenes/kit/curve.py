"""The curve over one number: what an activation function makes of a neuron's sum.

A neuron's sum is a place on the axis, and the curve above it gives the answer. `SumCurve` is the
curve for all neurons of a layer, with `Trail` the way of one of them: from the sum up to the curve,
and across to the answer. Both claim what they show.
"""

from typing import Any, Final, Literal, Self

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Circle,
    Create,
    Dot,
    FadeIn,
    ManimColor,
    Mobject,
    Succession,
    VGroup,
    VMobject,
)
from manim.typing import Point3D, Point3D_Array

from network.functions import activate
from network.moment import Moment
from network.step import Step
from network.trace import Trace
from scenes.kit import stage
from scenes.kit.arrays import Floats
from scenes.kit.claims import COLOUR_STEPS, Claim, claim, claim_points, half_a_pixel, paint
from scenes.kit.encoding import activation_colours, get_rgb
from scenes.kit.figures import round_down, round_places
from scenes.kit.findings import activation_curve, dropout_keeps
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number
from scenes.kit.plot import Plot, dashes
from scenes.kit.style import ACTIVATION, BACKGROUND, DIM, QUICK, SMALL, STEADY, TEXT
from scenes.kit.typeset import Words, row

_LEFT, _BELOW, _ABOVE, _RIGHT = 0.75, 1.05, 0.45, 0.15  # room for marks and names around the area
_POINTS: Final = 161  # of the curve; an odd number, so that the bend of a ReLU is one of them
_WIDE: Final = 4.0  # an area this wide has five marks, a narrower one three
_CLOSE: Final = 0.15
_DOT: Final = 0.09
_SHINING: Final = 0.3  # radius of the neuron that shines
_TO_NEURON: Final = 0.55  # from the end of the axis to its middle


class SumCurve(VGroup):
    """A layer's activation function over its neurons' sums: ``SumCurve(trace, step, 1, 7.0)``.

    Parameters
    ----------
    trace, moment
        The run, and a step or view: in a step, dropout is at work.
    layer
        Whose activation it is.
    reach
        The axis runs from -reach to reach.
    lift
        By how much a bias may raise sums beyond that: what comes out then still has room.
    name, of
        What the axes are called: that of the sums, and the one that goes up.
    region
        Where it stands, with marks and names.

    Attributes
    ----------
    axes, curve, note
        The `Plot`, the curve, and what dropout does to it, if it does.
    reach, top
        The ends of the axes.
    kept
        The share of a layer that dropout keeps, and divides by; 1 without it.
    """

    def __init__(
        self,
        trace: Trace,
        moment: Moment,
        layer: int,
        reach: float,
        *,
        lift: float = 0.0,
        name: str = "sum + bias",
        of: str = "activation",
        region: stage.Region = stage.BODY,
    ) -> None:
        super().__init__()
        self.kind = trace.recipe.activations[layer - 1]
        self.kept = dropout_keeps(trace, layer) if isinstance(moment, Step) else 1.0
        self.reach = float(reach)
        bounded = self.kind == "sigmoid"
        highest = 1.0 if bounded else float(self.function(self.reach + max(lift, 0.0)))
        self.top = highest / self.kept
        width = region.width - _LEFT - _RIGHT
        self.axes = Plot(
            (-self.reach, self.reach),
            (0.0, self.top),
            width=width,
            height=region.height - _BELOW - _ABOVE,
            x_marks=marks_within(self.reach, 5 if width > _WIDE else 3),
            y_marks=[0, 0.5, 1] if self.top == 1 else 3,
            x_name=name,
            y_name=of,
        )
        corner = np.array([region.left + _LEFT, region.bottom + _BELOW, 0.0])
        self.axes.shift(corner - self.place(-self.reach, 0.0))
        self.curve = VMobject(stroke_color=TEXT, stroke_width=4)
        sums = np.linspace(-self.reach, self.reach, _POINTS)
        shown = Values.of(activation_curve, trace, layer, -self.reach, self.reach, _POINTS)
        self._draw(sums, shown.values if self.kept < 1 else self.function(sums), shown)
        self.note = VGroup()
        if self.kept < 1:
            share = Number(dropout_keeps, trace, layer, x_height=SMALL, colour=DIM)
            note = row(Words("dropout: ÷", x_height=SMALL, colour=DIM), share, gap=_CLOSE)
            corner = self.place(-self.reach, self.top)
            self.note.add(note.next_to(corner, DOWN + RIGHT, buff=0.2))
        self.add(self.axes, self.curve, self.note)

    def function(self, z: Any) -> Any:
        """What the function makes of a sum, or of an array of them; without dropout."""
        return activate(self.kind, np.asarray(z, np.float64))

    def place(self, z: float, a: float) -> Point3D:
        """Where a sum and an activation are."""
        return self.axes.to_scene(z, a)

    def places(self, z: Floats, a: Floats) -> Point3D_Array:
        """Where sums and activations are, (n, 3)."""
        return self.axes.plane.to_scene(z, a)

    def x_of(self, z: Floats) -> Floats:
        """Where sums are on the horizontal axis."""
        return self.places(z, np.zeros(np.shape(z)))[..., 0]

    def y_of(self, a: Floats) -> Floats:
        """How high activations are."""
        return self.places(np.zeros(np.shape(a)), a)[..., 1]

    def _draw(self, sums: Floats, values: Floats, shown: Values | None) -> None:
        """Draw the curve through values, which are recorded ones if it is said where from."""
        self.curve.set_points_as_corners(self.places(sums, values))
        claim(self.curve)
        if shown is not None:
            claim_points(self.curve, shown, lambda values: self.places(sums, values))


class Trail(VGroup):
    """The way of one neuron on a curve: up from its sum, and across to its answer.

    Parameters
    ----------
    curve
        The curve.
    sum_, answer
        What goes in, and what comes out.
    to
        Whether the answer is read off at the axis, or goes to a neuron at the right, which shines.
    decimals
        Of the answer.

    Attributes
    ----------
    foot, drop, dot, guide, neuron, answer
        The sum's place on the axis, the line up from it, the dot on the curve, the line across, the
        neuron in its brightness (none at the axis), and the answer's figure.
    """

    def __init__(
        self,
        curve: SumCurve,
        sum_: Quantity,
        answer: Quantity,
        to: Literal["axis", "neuron"] = "axis",
        decimals: int = 2,
    ) -> None:
        super().__init__()
        self._curve, self.sum = curve, sum_
        self.foot = Dot(curve.place(sum_.value, 0.0), radius=_DOT, color=TEXT)
        self.dot = Dot(radius=_DOT, color=ACTIVATION)
        self.drop, self.guide = (VMobject(stroke_color=DIM, stroke_width=2) for _ in range(2))
        self.neuron = VGroup()
        if to == "neuron":
            self.neuron.add(Circle(_SHINING, stroke_color=TEXT, stroke_width=2, fill_opacity=1))
        self.answer = Number(answer, colour=ACTIVATION, decimals=decimals)
        self.add(self.drop, self.guide, self.foot, self.dot, self.neuron, self.answer)
        claim(self.foot, self._along())
        self.set_answer(answer)

    def set_answer(self, answer: Quantity | float) -> Self:
        """Show another answer to the same sum; a plain number, on the way, claims nothing."""
        self.answer.set_state({"value": answer})
        value = answer.value if isinstance(answer, Quantity) else answer
        curve = self._curve
        point = curve.place(self.sum.value, value)
        self.dot.move_to(point)
        _dash(self.drop, self.foot.get_center(), point)
        if len(self.neuron):
            end = np.array([curve.place(curve.reach, 0.0)[0] + _TO_NEURON, point[1], 0.0])
            self.neuron.move_to(end)
            shade = activation_colours(np.array(value), scale=curve.top)
            self.neuron.set_fill(ManimColor(tuple(shade)))
            _dash(self.guide, point, end + _SHINING * LEFT)
            self.answer.next_to(end, RIGHT, buff=_SHINING + _CLOSE)
        else:
            across = curve.place(-curve.reach, value)
            _dash(self.guide, point, across)
            # Above the line, or below it where the curve ends.
            side = DOWN if value > 0.8 * curve.top else UP
            self.answer.next_to(across, side + RIGHT, buff=_CLOSE)
        self._claim(answer)
        return self

    def _along(self) -> Claim[Any]:
        """That a dot stands where the sum is."""

        def read(dot: Mobject) -> Floats:
            return np.array(dot.get_x())

        shown = Values.of_one(self.sum)
        return Claim("place on the axis", shown, read, self._curve.x_of, half_a_pixel())

    def _claim(self, answer: Quantity | float) -> None:
        claim(self.dot)
        claim(self.neuron)
        if not isinstance(answer, Quantity):
            return
        curve, shown = self._curve, Values.of_one(answer)

        def height(dot: Mobject) -> Floats:
            return np.array(dot.get_y())

        def colour(neuron: VMobject) -> Floats:
            return 255.0 * get_rgb(neuron[0].get_fill_color())

        def painted(values: Floats) -> Floats:
            return paint(values, curve.top, BACKGROUND, ACTIVATION)

        claim(self.dot, self._along(), Claim("height", shown, height, curve.y_of, half_a_pixel()))
        if len(self.neuron):
            claim(self.neuron, Claim("colour", shown, colour, painted, COLOUR_STEPS))

    def animate_arrival(self) -> Succession:
        """Up from the sum to the curve, across, and the answer is there."""
        return Succession(
            Create(self.drop, run_time=STEADY),
            FadeIn(self.dot, scale=0.5, run_time=QUICK),
            Create(self.guide, run_time=STEADY),
            FadeIn(self.neuron, self.answer, run_time=QUICK),
        )


def marks_within(reach: float, count: int) -> list[float]:
    """Round values from -reach to reach, about so many; not at the very ends, where others are."""
    if count > 3:
        return round_places(-0.8 * reach, 0.8 * reach, count)
    end = round_down(0.75 * reach, 1)
    return [-end, 0.0, end]


def _dash(line: VMobject, start: Point3D, end: Point3D) -> None:
    """Let a line go another way, dashed."""
    line.clear_points()
    for piece in dashes(np.array([start, end])):
        line.start_new_path(piece[0])
        line.add_points_as_corners(piece[1:])
