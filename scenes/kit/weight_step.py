"""One weight on a ruler: where it is pushed, how small a part of that a step is, and its end."""

from typing import Any, Final

import numpy as np
from manim import DOWN, RIGHT, UP, Arrow, Dot, Line, ManimColor, VGroup
from manim.typing import Point3D

from network.step import Step
from scenes.kit import stage
from scenes.kit.equation import Equation
from scenes.kit.findings import magnification, neuron, push, weight_change
from scenes.kit.ledger import Quantity
from scenes.kit.number import Number
from scenes.kit.phrase import phrase
from scenes.kit.style import DIM, FAINT, NEGATIVE, POSITIVE, SMALL, TEXT
from scenes.kit.typeset import Formula, Words, row

_LENGTH: Final = 5.2  # of the push, and of the step seen closer
_UPPER, _LOWER = 0.7, 0.33  # heights of the rulers, in the body


class WeightStep(VGroup):
    """One weight on a ruler: the whole push; below, seen closer, the step that is taken.

    Parameters
    ----------
    step
        The step.
    layer, cell
        Which weight: its layer, and the neurons where it ends and where it starts.
    online
        Whether the step is the push times the learning rate: then it is said how much closer.

    Attributes
    ----------
    title, line, dot, before
        What is asked of which weight, the ruler, and the weight on it as it was.
    push, push_number, rate
        Where it is pushed, and the learning rate.
    small, lens, line_below, dot_below
        The step on the upper ruler, the lines to the lower one, and the weight there.
    change, change_number, end, sum
        The step there, where it ends, and the sum that it makes.
    """

    def __init__(self, step: Step, layer: int, cell: tuple[int, int], online: bool) -> None:
        super().__init__()
        i, j = cell
        body = stage.BODY
        pushed, moved = push(step, layer, i, j), weight_change(step, layer, i, j)
        ends = [
            Quantity.of(neuron, step, at, number) for at, number in ((layer - 1, j), (layer, i))
        ]
        title = phrase("one weight: from neuron {} to output {}", *ends)
        self.title = Words(title, x_height=SMALL, colour=DIM)
        self.title.move_to(body.at(0.5, 0.95))
        self.line, self.line_below = _ruler(_UPPER), _ruler(_LOWER)
        # Below, the change is drawn as long as the push above: that many times closer.
        closer = abs(pushed / moved) if moved and pushed else 1.0
        # What is nothing is drawn as good as nothing.
        way, turn = (np.sign(v) * RIGHT if v else 1e-3 * RIGHT for v in (pushed, moved))
        top, below = (body.at(0.5, up) - way * _LENGTH / 2 for up in (_UPPER, _LOWER))
        if turn[0] != way[0]:
            below += way * _LENGTH
        tip, self.end = top + turn * _LENGTH / closer, below + turn * _LENGTH
        self.dot, self.dot_below = Dot(top, color=TEXT), Dot(below, color=TEXT)
        self.push = arrow(top, way * _LENGTH, signed_colour(pushed))
        self.small = arrow(top, tip - top, signed_colour(moved))
        self.change = arrow(below, self.end - below, signed_colour(moved))
        self.lens = VGroup(Line(top, below, color=FAINT), Line(tip, self.end, color=FAINT))
        if online:
            times = Number(magnification, step, before="×", colour=DIM, decimals=0)
            self.lens.add(times.move_to(body.at(0.09, (_UPPER + _LOWER) / 2)))
        self._add_numbers(step, layer, cell, way)
        self.add(self.line, self.line_below, self.lens, self.push, self.small, self.change)
        self.add(self.dot, self.dot_below, self.title, self.rate, self.before, self.push_number)
        self.add(self.change_number, self.sum)

    def _add_numbers(self, step: Step, layer: int, cell: tuple[int, int], way: Point3D) -> None:
        """The push, the learning rate, the change, and the weight before and after."""
        i, j = cell
        colour = signed_colour(weight_change(step, layer, i, j))
        self.sum = Equation(
            "a + b = c",
            Number(step, f"W{layer}[{i},{j}]", sign=True),
            Number(weight_change, step, layer, i, j, sign=True, colour=colour),
            Number(step, f"W{layer}_after[{i},{j}]", sign=True),
            decimals=(4, 5, 6),
            seen="b",
        ).move_to(stage.BODY.at(0.5, 0.06))
        self.before, self.change_number = (number.copy() for number in self.sum.numbers[:2])
        self.before.next_to(self.dot, UP, buff=0.25)
        self.change_number.next_to(self.change, DOWN, buff=0.25)
        look: dict[str, Any] = {"sign": True, "decimals": 3, "colour": self.push.get_color()}
        self.push_number = Number(push, step, layer, i, j, **look).match_y(self.before)
        self.push_number.align_to(self.dot.get_center() + way * 4.9, way)
        eta = Number(step, "learning_rate", decimals=_decimals_of(step.learning_rate))
        name = Words("learning rate", x_height=SMALL, colour=DIM)
        self.rate = VGroup(name, row(Formula("eta ="), eta)).arrange(DOWN, buff=0.2)
        self.rate.move_to(stage.BODY.at(0.84, (_UPPER + _LOWER) / 2))


def arrow(start: Point3D, way: Point3D, colour: ManimColor) -> Arrow:
    """An arrow that may be as small as it has to be."""
    return Arrow(
        start,
        start + way,
        buff=0,
        color=colour,
        stroke_width=6,
        max_tip_length_to_length_ratio=0.2,
        max_stroke_width_to_length_ratio=1000,
    )


def _ruler(up: float) -> VGroup:
    """A line with strokes at a height of the body, on which a weight moves."""
    stroke = Line(0.07 * UP, 0.07 * DOWN, color=FAINT)
    places = [stage.BODY.at(across, up) for across in np.linspace(0.0, 1.0, 23)]
    return VGroup(
        Line(places[0], places[-1], color=FAINT), *(stroke.copy().move_to(p) for p in places)
    )


def signed_colour(value: float) -> ManimColor:
    """Of a weight's change: up or down."""
    return POSITIVE if value >= 0 else NEGATIVE


def _decimals_of(value: float) -> int:
    """How many decimals a learning rate needs: two, or more until nothing is lost by rounding."""
    needed = (n for n in range(2, 8) if abs(round(value, n) - value) < 1e-3 * value)
    return next(needed, 8)
