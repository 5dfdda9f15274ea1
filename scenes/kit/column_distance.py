"""How far apart two one-hot columns are, worked out: the two places that differ, and the root."""

from typing import Any

from manim import DOWN, Animation, Transform, VGroup

from scenes.kit.equation import equate
from scenes.kit.labels import one_hot_distance, place_difference, squared_distance
from scenes.kit.ledger import Quantity
from scenes.kit.number import Number
from scenes.kit.phrase import phrase
from scenes.kit.style import BLAME, LARGE
from scenes.kit.typeset import Formula


class ColumnDistance(VGroup):
    """The root of the squared differences, and what it comes to; line below line.

    Parameters
    ----------
    count
        How many classes there are.
    label, guess
        The two that differ.

    Attributes
    ----------
    root, figure
        The formulas, and the distance.
    """

    def __init__(self, count: int, label: int, guess: int) -> None:
        differences = [
            Quantity.derived(place_difference, count, label, guess, place)
            for place in sorted((label, guess))
        ]
        squares = Quantity.derived(squared_distance, count, label, guess)
        self.root = VGroup(
            Formula(phrase("sqrt({}^2 + {}^2)", *differences), colour=BLAME),
            Formula(phrase("= sqrt({})", squares), colour=BLAME),
        )
        self.figure = distance_figure(count, label, guess, LARGE)
        super().__init__(*self.root, self.figure)
        self.arrange(DOWN, buff=0.3)
        equate(self, "a * a ≈ 1 * 1 + 1 * 1", self.figure)

    def animate_to(self, guess: "ColumnDistance", **options: Any) -> Animation:
        """The figure becomes that of another pair: for any two it is the same."""
        return Transform(self.figure, guess.figure.move_to(self.figure), **options)


def distance_figure(count: int, label: int, guess: int, x_height: float) -> Number:
    """The distance of two columns as a figure."""
    return Number(
        *(one_hot_distance, count, label, guess), before="≈ ", colour=BLAME, x_height=x_height
    )
