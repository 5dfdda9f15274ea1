"""Output, label and blame of every class, in the class table: the gap to the truth is the blame.

Each output has a bar, a stroke where it should be, and the gap between the two; the gaps go over to
a line of their own, where those below zero are at its left. The figures of a row are a difference.
"""

from typing import Any, Final

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    AnimationGroup,
    FadeIn,
    LaggedStart,
    Line,
    SurroundingRectangle,
    VGroup,
    linear,
    smooth,
)

from network.step import Step
from scenes.kit import stage
from scenes.kit.class_table import Bar, ClassTable
from scenes.kit.equation import equate
from scenes.kit.style import ACTIVATION, BLAME, DIM, FAINT, TRUTH
from scenes.kit.typed import AnimationOf, animated

_BESIDE: Final = (0.7, 1.55)
"""From where columns begin to the middle of the one beside the names, and to what is free then."""


class OutputBlame(VGroup):
    """Output, label and blame of every class; the gap between bar and truth is the blame.

    Parameters
    ----------
    step
        The step.
    table
        The rows that it stands in.

    Attributes
    ----------
    bars, targets, gaps, axis
        The outputs, where they should be, what is between, and the line that the gaps go over to.
    outputs, labels, blames, heads
        The columns of figures, and what is above each.
    box
        Around the blame of the label.
    free
        What the column of blame leaves free when it stands beside the names.
    """

    def __init__(self, step: Step, table: ClassTable) -> None:
        super().__init__()
        blame = step.delta[step.layers]
        least, most = min(0.0, float(blame.min())), max(0.0, float(blame.max()))
        # Bars as long as fit, all on one scale, between columns for the names and numbers.
        widths = (1.5, 1.0, 1.47)
        unit = min(2.2, (table.room - sum(widths) - 1.44) / (1 + most - least))
        _, *self.places, end = table.places(unit, *widths, (most - least) * unit)
        axis = end - (most + least) / 2 * unit
        self.targets = table.targets(step, unit)
        starts = self.targets.xs
        self.bars = table.bars(step, f"a{step.layers}", unit, ACTIVATION)
        self.gaps = table.bars(step, f"delta{step.layers}", unit, BLAME, starts=starts)
        self.ways = [axis - start for start in starts]
        self.axis = table.axis(axis, FAINT)
        output, label, own = self.places
        self.outputs = table.figures(step, f"a{step.layers}", output)
        self.labels = table.figures(step, "y", label, decimals=0, colour=DIM)
        self.labels[step.label].set_color(TRUTH)
        self.blames = table.figures(step, f"delta{step.layers}", own, sign=True, colour=BLAME)
        for a, b, c in zip(self.outputs, self.labels, self.blames, strict=True):
            equate(c, "a - b = c", a, b, c)
        names = (("output", ACTIVATION), ("label", TRUTH), ("blame", BLAME))
        self.heads = VGroup(
            *(
                table.head(name, x, colour)
                for (name, colour), x in zip(names, self.places, strict=True)
            )
        )
        own_blame = self.blames[step.label]
        self.box = VGroup(SurroundingRectangle(own_blame, color=TRUTH, buff=0.05, stroke_width=2.5))
        if table.rows.pitch < self.box.height:
            # No room between the rows: a stroke at each side.
            ends = (self.box.get_corner(up + side) for side in (LEFT, RIGHT) for up in (UP, DOWN))
            left_top, left_bottom, right_top, right_bottom = ends
            strokes = Line(left_top, left_bottom), Line(right_top, right_bottom)
            self.box = VGroup(*(stroke.set_stroke(TRUTH, width=2.5) for stroke in strokes))
        self._beside, body = table.zero + _BESIDE[0], stage.BODY
        self.free = stage.Region(table.zero + _BESIDE[1], body.right, body.bottom, body.top)
        self.add(self.axis, self.bars, self.gaps, self.targets, self.heads)
        self.add(self.outputs, self.labels, self.blames, self.box)

    def animate_gaps(self) -> Animation:
        """Row by row the gaps go over to the axis, where below zero is left, and are numbers."""
        rows = zip(self.gaps, self.ways, self.blames, strict=True)
        return LaggedStart(
            *(
                AnimationGroup(Slip(gap, way), FadeIn(number, rate_func=_late))
                for gap, way, number in rows
            ),
            lag_ratio=0.3,
        )

    def animate_column(self, label: int) -> Animation:
        """The column of blame moves beside the names, where it stays; all but one recede."""
        way = (self._beside - self.places[2]) * RIGHT
        moves = [animated(self.box.animate.shift(way))]
        for index, number in enumerate(self.blames):
            colour = BLAME if index == label else DIM
            moves.append(animated(number.animate.shift(way).set_color(colour)))
        return AnimationGroup(*moves)


class Slip(AnimationOf[Bar]):
    """A bar goes sideways along the foot of its row, thin, so that it covers no number."""

    def __init__(self, mobject: Bar, way: float, **options: Any) -> None:
        self.way = way
        super().__init__(mobject, rate_func=linear, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Be thin before the first number and as before after the last."""
        thin = smooth(min(1.0, 4.0 * alpha, 4.0 * (1.0 - alpha)))
        points, middle = self.starting_mobject.points.copy(), self.starting_mobject.get_y()
        height = self.starting_mobject.height
        points[:, 1] = middle + (points[:, 1] - middle) * (1 - 0.95 * thin) - 0.8 * thin * height
        points[:, 0] += self.way * smooth(float(np.clip((alpha - 0.15) / 0.7, 0.0, 1.0)))
        self.mobject.set_points(points)


def _late(share: float) -> float:
    """A rate: nothing before the bar has passed."""
    return float(smooth(max(0.0, (share - 0.7) / 0.3)))
