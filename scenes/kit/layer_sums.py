"""The sums of a whole layer: bars beside its neurons, and a dot for each on its way to its answer.

Both stand over the axis of one `scenes.kit.curve.SumCurve`, and are few mobjects however many
neurons there are: so they move as fast for 512 as for 20.
"""

from typing import Any, Final, Literal, Self

import numpy as np
from manim import LEFT, RIGHT, UP, Dot, Line, Mobject, Rectangle, VGroup, VMobject
from manim.typing import Point3D_Array

from network.moment import Moment
from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, half_a_pixel
from scenes.kit.curve import SumCurve, marks_within
from scenes.kit.diagram import MOST_CIRCLES
from scenes.kit.figures import Mark
from scenes.kit.findings import sums_of_products
from scenes.kit.ledger import Values
from scenes.kit.state import GoTo, State
from scenes.kit.style import ACTIVATION, DIM, FAINT, NEGATIVE, POSITIVE, SMALL
from scenes.kit.typeset import Words

_BEYOND: Final = 0.06  # the first and the last neuron: ends of the line at zero
_CLOSE: Final = 0.1  # from there to the marks
_POINTS_OF_A_BAR: Final = len(Rectangle().points)
_POINTS_OF_A_DOT: Final = len(Dot().points)

Place = Literal["neurons", "axis", "curve", "side"]
"""Where the dots of a layer are: at its neurons, their sums, on the curve, at their answers."""


class SumBars(VGroup):
    """A layer's sums without biases: to the right above zero, to the left below.

    Parameters
    ----------
    curve
        Whose axis they are measured on.
    moment, layer
        The step or view, and whose sums.
    centres
        Where the neurons are, (n, 3).

    Attributes
    ----------
    guides, marks
        The lines from the neurons and the line at zero; the marks above, and what they are of.
    positive, negative
        The bars, each one mobject.
    """

    def __init__(self, curve: SumCurve, moment: Moment, layer: int, centres: Point3D_Array) -> None:
        shown = Values.of(moment, sums_of_products, layer)
        self._zero, self._grown = float(curve.x_of(np.zeros(()))), 1.0
        pitch = abs(float(centres[0][1] - centres[-1][1])) / max(len(centres) - 1, 1)
        self.positive, self.negative = (
            VMobject(stroke_width=0, fill_color=colour, fill_opacity=1)
            for colour in (POSITIVE, NEGATIVE)
        )
        self.guides = VMobject(stroke_color=FAINT, stroke_width=1.5)
        for centre, value, end in zip(centres, shown.values, curve.x_of(shown.values), strict=True):
            bar = Rectangle(width=abs(end - self._zero), height=0.6 * pitch)
            bar.move_to(np.array([(end + self._zero) / 2, centre[1], 0.0]))
            (self.positive if value >= 0 else self.negative).append_points(bar.points)
            if len(centres) <= MOST_CIRCLES:
                stop = np.array([min(end, self._zero), centre[1], 0.0])
                self.guides.append_points(Line(centre + 0.45 * pitch * RIGHT, stop).points)
        top = np.array([self._zero, centres[0][1] + _BEYOND, 0.0])
        bottom = np.array([self._zero, centres[-1][1] - _BEYOND, 0.0])
        self.guides.append_points(Line(top, bottom).points)
        self._ends = [bars.points.copy() for bars in (self.positive, self.negative)]
        self.marks = VGroup(Words("sums", x_height=SMALL, colour=DIM))
        for value in marks_within(curve.reach, 3):
            self.marks.add(Mark(value).move_to(curve.place(value, 0.0)))
        for part in self.marks:
            part.shift((top[1] + _CLOSE - part.get_bottom()[1]) * UP)
        self.marks[0].shift((self.marks[1].get_left()[0] - 0.25) * RIGHT)
        self.marks[0].shift(self.marks[0].width * LEFT / 2)
        self._claims = [_lengths(shown, curve, side) for side in (1.0, -1.0)]
        super().__init__(self.guides, self.marks, self.positive, self.negative)
        self.set_state({"grown": 1.0})

    @property
    def state(self) -> State:
        """How long the bars are, as a share of what they will be."""
        return {"grown": self._grown}

    def set_state(self, state: State) -> Self:
        """Let them grow from zero, or shrink."""
        self._grown = float(state["grown"])
        parts = zip((self.positive, self.negative), self._ends, self._claims, strict=True)
        for bars, ends, lengths in parts:
            points = ends.copy()
            points[:, 0] = self._zero + (points[:, 0] - self._zero) * max(self._grown, 1e-3)
            bars.points = points
            claim(bars, *([lengths] if self._grown == 1 else []))
        return self

    def animate_growth(self, **options: Any) -> GoTo:
        """All grow from zero, together."""
        return GoTo(self, {"grown": 1.0}, start={"grown": 0.0}, **options)


def _lengths(shown: Values, curve: SumCurve, side: float) -> Claim[VMobject]:
    """That the bars on one side are as long as the sums of that sign, in their order."""
    zero, unit = (float(curve.x_of(np.array(value))) for value in (0.0, 1.0))

    def read(bars: VMobject) -> Floats:
        ends = bars.points[:, 0].reshape(-1, _POINTS_OF_A_BAR)
        return np.asarray(ends.max(axis=1) if side > 0 else ends.min(axis=1))

    def expect(values: Floats) -> Floats:
        return zero + (unit - zero) * values[values >= 0 if side > 0 else values < 0]

    return Claim("ends of bars", shown, read, expect, half_a_pixel())


class Cloud(VMobject):
    """A dot for each neuron of a layer, on its way through the curve: one mobject for all.

    ``Cloud(curve, step, 1, centres)``, then ``cloud.animate_to("curve")``.

    Parameters
    ----------
    curve
        The curve.
    moment, layer
        The step or view, and whose neurons.
    centres
        Where the neurons are, (n, 3): there it begins.
    """

    def __init__(self, curve: SumCurve, moment: Moment, layer: int, centres: Point3D_Array) -> None:
        super().__init__(stroke_width=0, fill_color=ACTIVATION, fill_opacity=1)
        z, a = (Values.of(moment, f"{name}{layer}") for name in "za")
        count = len(z.values)
        self._dot = Dot(radius=0.06 if count <= MOST_CIRCLES else 0.035).points
        left = np.full(count, -curve.reach)
        self._places: dict[Place, Floats] = {
            "neurons": np.asarray(centres),
            "axis": curve.places(z.values, np.zeros(count)),
            "curve": curve.places(z.values, a.values),
            "side": curve.places(left, a.values),
        }
        slack = half_a_pixel()
        along: Claim[Any] = Claim("places on the axis", z, _across, curve.x_of, slack)
        up: Claim[Any] = Claim("heights", a, _heights, curve.y_of, slack)
        self._said: dict[Place, list[Claim[Any]]] = {
            "neurons": [],
            "axis": [along],
            "curve": [along, up],
            "side": [up],
        }
        self.set_place("neurons")

    @property
    def state(self) -> State:
        """Where they are, by name and as points (n, 3)."""
        return {"at": self._at, "places": self._now}

    def set_state(self, state: State) -> Self:
        """Be elsewhere; they claim their values where they have arrived."""
        self._at, self._now = state["at"], state["places"]
        self.set_points(np.concatenate([self._dot + place for place in self._now]))
        arrived = self._now is self._places[self._at]
        return claim(self, *(self._said[self._at] if arrived else []))

    def set_place(self, place: Place) -> Self:
        """Be at a place, all of them."""
        return self.set_state({"at": place, "places": self._places[place]})

    def animate_to(self, place: Place, **options: Any) -> GoTo:
        """All go to a place, together."""
        return GoTo(self, {"at": place, "places": self._places[place]}, **options)


def _across(dots: Mobject) -> Floats:
    return _read(dots, 0)


def _heights(dots: Mobject) -> Floats:
    return _read(dots, 1)


def _read(dots: Mobject, axis: int) -> Floats:
    """Where the middles of the dots are along an axis, (n,)."""
    points = dots.points[:, axis].reshape(-1, _POINTS_OF_A_DOT)
    return np.asarray((points.min(axis=1) + points.max(axis=1)) / 2)
