"""A curve over the whole run, in blocks of steps, with axes and the count of the steps."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from manim import (
    LEFT,
    RIGHT,
    UP,
    Animation,
    Create,
    Dot,
    ManimColor,
    VGroup,
    VMobject,
    linear,
)
from manim.typing import Point3D_Array

from network.trace import Trace
from scenes.kit import stage
from scenes.kit.arrays import Floats
from scenes.kit.claims import claim_points
from scenes.kit.findings import count_steps, first_step, steps_in_block
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number
from scenes.kit.phrase import phrase
from scenes.kit.plot import Plot
from scenes.kit.style import BLAME, DIM, GAP, LARGE, SMALL
from scenes.kit.typeset import Words

BLOCKS: Final = 150

_MARKS: Final = (0.95, 0.55)  # room for those of the axes: left, below
_LAST: Final = 1.4  # for the last figure, at the right
_NAME: Final = 0.45  # above
_ROOM: Final = 1.15  # of the highest value, for the figure above it
_BASELINE: Final = stage.FOOT.bottom + 0.2


class RunCurve(VGroup):
    """The mean of something over blocks of steps, from the first step to the last.

    ``RunCurve(trace, mean_errors, mean_error, "mean error")``

    Parameters
    ----------
    trace
        The run.
    curve
        A function with a name that gives one value for each block: called with the trace and how
        many steps a block has.
    figure
        One that gives the value of one block: called with the trace, its first step, and the step
        after its last.
    name
        What the curve is of; over how many steps each value is taken is added to it.
    colour
        Of the curve and its name.
    region
        Where it stands; the count of the steps is at the foot.

    Attributes
    ----------
    plot, line
        The axes with marks and names, and the curve; a dot if there is but one block.
    first, last
        The figures at its ends.
    count, steps
        The count of the steps and the word beside it.
    """

    def __init__(
        self,
        trace: Trace,
        curve: Callable[[Trace, int], Floats],
        figure: Callable[[Trace, int, int], float],
        name: str,
        *,
        colour: ManimColor = BLAME,
        region: stage.Region = stage.BODY,
        decimals: int = 3,
    ) -> None:
        super().__init__()
        size = steps_in_block(trace, BLOCKS)
        shown = Values.of(curve, trace, size)
        block = Quantity.of(steps_in_block, trace, BLOCKS)
        told = phrase(f"{name} of {{:,.0f}} steps", block) if size > 1 else name
        # Each value stands in the middle of its block.
        middles = (np.arange(len(shown.values)) + 0.5) * size
        self.plot = Plot(
            (0.0, float(trace.steps)),
            (0.0, _ROOM * float(shown.values.max()) or 1.0),
            width=region.width - _MARKS[0] - _LAST,
            height=region.height - _MARKS[1] - _NAME,
            x_marks=4,
            y_marks=3,
            y_name=Words(told, x_height=SMALL, colour=colour),
        )
        corner = region.at(0.0, 0.0) + _MARKS[0] * RIGHT + _MARKS[1] * UP
        self.plot.shift(corner - self.plot.plane.across.get_start())

        def place(values: Floats) -> Point3D_Array:
            return self.plot.plane.to_scene(middles, values)

        points = place(shown.values)
        self.line = VMobject(stroke_color=colour, stroke_width=3.5)
        if len(points) == 1:
            self.line.become(Dot(points[0], color=colour))
        else:
            claim_points(self.line.set_points_as_corners(points), shown, place)
        look: dict[str, Any] = {"decimals": decimals, "x_height": SMALL}
        self.first = Number(figure, trace, 0, size, **look).next_to(
            points[0], UP + RIGHT, buff=0.06
        )
        # Above all that the curve does below it.
        near = points[points[:, 0] < self.first.get_right()[0] + GAP]
        self.first.shift((near[:, 1].max() - points[0][1]) * UP)
        start = (len(points) - 1) * size
        self.last = Number(figure, trace, start, start + size, **look)
        # Beyond the axis, where no line of the grid is.
        end = np.array([self.plot.plane.across.get_end()[0], points[-1][1], 0.0])
        self.last.next_to(end, RIGHT, buff=GAP)
        self._add_count(trace)
        self.add(self.plot, self.line, self.steps, self.count, self.first, self.last)

    def _add_count(self, trace: Trace) -> None:
        self.steps = Words("steps", x_height=LARGE, colour=DIM)
        self.steps.shift((_BASELINE - self.steps.baseline) * UP)
        end = self.plot.plane.across.get_end()[0] - self.steps.get_right()[0]
        self.steps.shift(end * RIGHT)
        self._all = Quantity.of(count_steps, trace)
        self.count = Number(first_step, trace, decimals=0, grouping=True, x_height=LARGE)
        place = self.steps.get_left() + GAP * LEFT
        self.count.shift((place[0] - self.count.point[0]) * RIGHT)
        self.count.shift((_BASELINE - self.count.baseline) * UP)

    def animate_growth(self) -> list[Animation]:
        """The curve comes from the left while the steps are counted: for ``self.play(*...)``."""
        return [
            Create(self.line, rate_func=linear),
            self.count.animate_quantity(self._all, rate_func=linear),
        ]
