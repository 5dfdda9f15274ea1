"""The close-up of one neuron: picture × weights = products, place by place, and their sum.

Three pictures beside each other, the first where the picture is in every chapter. Below them the
same for one pixel in figures, and all of it added up. What is multiplied and added is recorded, and
so are the results: `scenes.kit.motion.Multiply` and `AddUp` refuse any others.
"""

from typing import Any, Final

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    Arrow,
    Circle,
    FadeIn,
    Group,
    GrowFromPoint,
    Line,
    ReplacementTransform,
    Square,
    VGroup,
)
from manim.typing import Point3D

from network.moment import Moment
from network.trace import Trace
from scenes.kit import stage
from scenes.kit.digit import Picture
from scenes.kit.equation import Equation, agree
from scenes.kit.findings import (
    count_values,
    largest_product,
    layer_size,
    products_of,
    sum_of_products,
    weight_times_input,
)
from scenes.kit.ledger import Quantity
from scenes.kit.legend import Legend
from scenes.kit.motion import AddUp, Multiply
from scenes.kit.number import Number, column_of
from scenes.kit.phrase import phrase
from scenes.kit.style import ACTIVATION, DIM, NEGATIVE, POSITIVE, SLOW, SMALL, TEXT
from scenes.kit.typeset import Formula, Words

CAPTIONS: Final = ("pixels", "its weights", "products")
NEURON: Final = stage.BODY.part(left=0.55)
"""Where the neuron is, beside its pictures; and later its curve."""

_APART: Final = 2.75  # from picture to picture
_ABOVE, _BELOW = 0.3, 0.28  # from a picture to its caption, and to its figure
_LINE: Final = 0.5  # of the sum, from line to line
_RADIUS: Final = 0.75


class CloseUp(Group):
    """What comes to one neuron of the first layer: ``CloseUp(trace, step, 13)``.

    Parameters
    ----------
    trace, moment
        The run, and a step or a view.
    neuron
        The neuron.
    decimals
        Of its sum, at least.

    Attributes
    ----------
    picture, weights, products
        The pictures; weights and products on one scale.
    captions, signs
        What they are, and the signs between them.
    neuron
        The neuron: a circle, what it is, and the arrow to it.
    example
        One pixel in figures, below the pictures: an `Equation`.
    boxes
        Boxes around that pixel, in all three.
    total, bias, z
        The sum of the products, the bias, and both together.
    names
        What these are called, and the line above the last one.
    """

    def __init__(self, trace: Trace, moment: Moment, neuron: int, *, decimals: int = 2) -> None:
        super().__init__()
        self._moment, self._index = moment, neuron
        size = stage.PICTURE.width
        look: dict[str, Any] = {"size": size, "signed": True}
        self.picture = Picture(moment, "x", size=size)
        self.weights = Picture(moment, f"W1[{neuron}]", **look)
        scale = self.weights.scale_value
        self.products = Picture(moment, products_of, 1, neuron, scale=scale, **look)
        self._places = [stage.PICTURE.centre + k * _APART * RIGHT for k in range(3)]
        self.captions, self.signs = VGroup(), VGroup()
        for words, picture, place in zip(CAPTIONS, self.pictures, self._places, strict=True):
            picture.move_to(place)
            caption = Words(words, x_height=SMALL, colour=DIM)
            self.captions.add(caption.move_to(place + (size / 2 + _ABOVE) * UP))
        for symbol, k in (("times", 0.5), ("=", 1.5)):
            sign = Formula(symbol, x_height=SMALL)
            self.signs.add(sign.move_to(self._places[0] + k * _APART * RIGHT))
        self._add_neuron(trace)
        self._add_example(largest_product(moment, neuron))
        self._add_sum(len(moment.x), decimals)
        self.add(*self.pictures, self.captions, self.signs, self.neuron, self.boxes, self.example)
        self.add(self.names, self.total, self.bias, self.z)

    @property
    def pictures(self) -> tuple[Picture, Picture, Picture]:
        """The three of them."""
        return self.picture, self.weights, self.products

    def _add_neuron(self, trace: Trace) -> None:
        place = np.array([NEURON.centre[0], self._places[0][1], 0.0])
        circle = Circle(_RADIUS, color=TEXT, stroke_width=3).move_to(place)
        text = phrase("one of {:,.0f} neurons", Quantity.derived(layer_size, trace, 1))
        words = Words(text, x_height=SMALL, colour=DIM).move_to(place).match_y(self.captions)
        start = self.products.get_right() + 0.2 * RIGHT
        self.neuron = VGroup(circle, words, Arrow(start, circle.get_left(), buff=0.1, color=DIM))

    def _add_example(self, pixel: int) -> None:
        """One pixel's product, in figures that agree as they are shown."""
        moment, neuron = self._moment, self._index
        product = Number(weight_times_input, moment, 1, neuron, pixel, sign=True)
        weight = Number(moment, f"W1[{neuron},{pixel}]", sign=True)
        colour = POSITIVE if weight.text[0] == "+" else NEGATIVE
        weight.set_color(colour)
        product.set_color(colour)
        value = Number(moment, f"x[{pixel}]", colour=ACTIVATION)
        self.example = Equation("a * b = c", value, weight, product, x_height=SMALL)
        below = (stage.PICTURE.height / 2 + _BELOW) * DOWN
        self.example.spread([place + below for place in self._places])
        self.boxes = VGroup(*(box_around(picture, pixel) for picture in self.pictures))

    def _add_sum(self, inputs: int, decimals: int) -> None:
        """The sum as it is added up on paper: what each line is, and its figures."""
        moment, at = self._moment, f"1[{self._index}]"
        look: dict[str, Any] = {"x_height": SMALL}
        self.total = Number(sum_of_products, moment, 1, self._index, **look)
        self.bias = Number(moment, f"b{at}", sign=True, **look)
        self.z = Number(moment, f"z{at}", **look)
        agree("a + b = c", (self.total, self.bias, self.z), decimals=range(decimals, 5))
        x = self._places[2][0]
        first = np.array([x + 0.3, stage.BODY.bottom + 2 * _LINE + 0.05, 0.0])
        self.total.shift(first - self.total.point)
        column_of((self.total, self.bias, self.z), _LINE)
        self.names = VGroup()
        last = phrase("{:.0f}", Quantity.derived(count_values, moment, "x"))
        sources = (phrase("w_1 x_1 + dots.c + w_{} x_{}", last, last), "b", "z")
        for number, source in zip((self.total, self.bias, self.z), sources, strict=True):
            name = Formula(source, **look).shift((x - 1.3) * RIGHT)
            name.shift((number.baseline - name.baseline) * UP)
            self.names.add(name.shift((x - 1.3 - name.get_right()[0]) * RIGHT))
        rule = Line(LEFT, RIGHT, color=DIM, stroke_width=2)
        middle = (self.bias.get_bottom()[1] + self.z.get_top()[1]) / 2
        self.names.add(rule.move_to(np.array([x, middle, 0.0])))

    def get_legend(self) -> Legend:
        """What the colours of weights and products mean, below the weights."""
        legend = Legend("weight", self.weights.scale_value)
        place = self._places[1].copy()
        place[1] = stage.ASIDE.at(0.5, 0.6)[1]
        return legend.move_to(place)

    # In motion

    def animate_arrival(self, spot: Point3D) -> list[Animation]:
        """The neuron at a spot of a diagram comes near: its weights and itself come from there."""
        ring = Circle(0.1, color=TEXT, stroke_width=3).move_to(spot)
        return [
            GrowFromPoint(self.weights, spot),
            ReplacementTransform(ring, self.neuron[0]),
            FadeIn(self.neuron[1], self.captions[:2], self.signs[0]),
        ]

    def animate_products(self, **options: Any) -> Animation:
        """Pixel times weight, place by place."""
        options.setdefault("run_time", 1.5 * SLOW)
        return Multiply(self.picture, self.weights, self.products, **options)

    def animate_sum(self, **options: Any) -> Animation:
        """The products fly together into their sum."""
        options.setdefault("run_time", SLOW)
        return AddUp(self.products, self.total, **options)


def box_around(picture: Picture, pixel: int) -> Square:
    """A box around one pixel of a picture."""
    place = picture.get_cell_centre(*divmod(pixel, picture.values.shape[1]))
    return Square(1.8 * picture.pixel_size, stroke_color=TEXT, stroke_width=3).move_to(place)
