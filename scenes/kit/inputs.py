"""A neuron with some of its inputs: each with its weight, and one more that is always 1.

The bias is the weight of that last one. What is shown are the inputs that count most; a note says
of how many.
"""

from typing import Any, Final

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    Animation,
    Circle,
    Create,
    FadeIn,
    FadeOut,
    Line,
    ManimColor,
    ReplacementTransform,
    Square,
    VGroup,
)
from manim.typing import Point3D

from network.moment import Moment
from scenes.kit import stage
from scenes.kit.allow import allow
from scenes.kit.arrays import Floats
from scenes.kit.claims import COLOUR_STEPS, Claim, claim, paint
from scenes.kit.digit import Picture
from scenes.kit.encoding import activation_colours, get_rgb
from scenes.kit.figures import Mark
from scenes.kit.findings import count_values, strongest_inputs
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number
from scenes.kit.phrase import phrase
from scenes.kit.style import (
    ACTIVATION,
    BACKGROUND,
    BODY,
    DIM,
    FAINT,
    NEGATIVE,
    POSITIVE,
    SMALL,
    TEXT,
)
from scenes.kit.typed import Parts, animated
from scenes.kit.typeset import Formula, Words, row

SHOWN: Final = 3

_SIDE: Final = 0.55
_X: Final = stage.BODY.left + 1.0  # of the inputs
_FIRST, _PITCH = stage.BODY.top - 0.45, 0.9  # height of the first, and from one to the next
_ALWAYS: Final = stage.BODY.bottom + 0.9  # height of the input that is always 1
_WEIGHT: Final = 1.6  # from an input to the figure of its weight
_EDGE: Final = 0.95  # from there to the beginning of its edge
_CENTRE: Final = stage.BODY.at(0.61, 0.48)
_RADIUS: Final = 0.55
_FIGURE: Final = 0.28  # x-height of the sum


class Inputs(VGroup):
    """Some inputs of a neuron of the first layer: ``Inputs(view, 13)``.

    Parameters
    ----------
    moment
        A step or a view.
    neuron
        The neuron.
    decimals
        Of weights and sum.

    Attributes
    ----------
    neuron
        A circle with a sum sign.
    pixels
        Which inputs are shown.
    squares, values, times, weights, edges
        By input: the pixel in its brightness, its value, the sign, its weight, and its edge.
    note
        How many of all inputs are shown.
    one, bias, bias_edge
        The input that is always 1, the bias as its weight, and its edge.
    result, z
        The way out with the sum's name, and its figure.
    """

    def __init__(self, moment: Moment, neuron: int, *, decimals: int = 2) -> None:
        super().__init__()
        look: dict[str, Any] = {"decimals": decimals, "sign": True, "x_height": SMALL}
        self.pixels = strongest_inputs(moment, neuron, SHOWN)
        circle = Circle(_RADIUS, stroke_color=TEXT, stroke_width=2).move_to(_CENTRE)
        self.neuron = VGroup(circle, Formula("Sigma", x_height=BODY).move_to(_CENTRE))
        self.squares, self.times, self.edges = VGroup(), VGroup(), VGroup()
        self.values: Parts[Number] = Parts()
        self.weights: Parts[Number] = Parts()
        for index, pixel in enumerate(self.pixels):
            place = np.array([_X, _FIRST - index * _PITCH, 0.0])
            self.squares.add(_pixel(moment, pixel, place))
            self.values.add(Number(moment, f"x[{pixel}]", x_height=SMALL))
            self.values[-1].next_to(self.squares[-1], LEFT, buff=0.2)
            self.weights.add(_weight(Number(moment, f"W1[{neuron},{pixel}]", **look), place))
            self.edges.add(_edge(place, self.weights[-1].get_fill_color()))
            self.times.add(_times(place))
        text = phrase(
            "{} of {:,.0f} inputs shown",
            f"{SHOWN}",
            Quantity.derived(count_values, moment, "x"),
        )
        self.note = Words(text, x_height=SMALL, colour=DIM)
        allow(self.note, "figure", because="the first one counts the inputs that are drawn")
        self.note.next_to(self.squares, DOWN, buff=0.3).align_to(self.values, LEFT)
        place = np.array([_X, _ALWAYS, 0.0])
        square = _square(place, ACTIVATION)
        one = Mark(1, colour=TEXT).next_to(square, LEFT, buff=0.2)
        always = Words("always", x_height=SMALL, colour=DIM)
        always.next_to(VGroup(one, square), DOWN, buff=0.15)
        self.one = VGroup(square, one, always, _times(place))
        self.bias = _weight(Number(moment, f"b1[{neuron}]", **look), place)
        self.bias_edge = _edge(place, self.bias.get_fill_color())
        large = {**look, "x_height": _FIGURE}
        self.z = Number(moment, f"z1[{neuron}]", **large)
        # It goes to the bias alone, which may have a sign where it has none.
        first, last = (
            number.point[0] - number.get_left()[0]
            for number in (self.z, Number(moment, f"b1[{neuron}]", **large))
        )
        name = Formula("z =", x_height=_FIGURE).move_to(_CENTRE + 1.2 * RIGHT)
        row(name, self.z, gap=0.15 + max(0.0, float(last - first)))
        out = Line(_CENTRE + _RADIUS * RIGHT, name.get_left() + 0.15 * LEFT, stroke_color=DIM)
        self.result = VGroup(out.set_stroke(width=2), name)
        self.add(self.neuron, self.squares, self.values, self.times, self.weights, self.edges)
        self.add(self.note, self.one, self.bias, self.bias_edge, self.result, self.z)

    # In motion, each for ``self.play(*...)``

    def animate_inputs(self, picture: Picture) -> list[Animation]:
        """The pixels leave a picture and become inputs."""
        moves: list[Animation] = []
        for square, place in zip(self.squares, _cells(picture, self.pixels), strict=True):
            start = square.copy().set(width=picture.pixel_size).move_to(place)
            moves.append(ReplacementTransform(start, square))
        return [*moves, FadeIn(self.values, self.note)]

    def animate_weights(self, picture: Picture) -> list[Animation]:
        """Their weights leave a picture of weights and become edges."""
        moves = [
            FadeIn(number, target_position=place, scale=0.2)
            for number, place in zip(self.weights, _cells(picture, self.pixels), strict=True)
        ]
        return [*moves, FadeIn(self.times), *map(Create, self.edges)]

    def animate_dark(self) -> list[Animation]:
        """All inputs become 0, and nothing comes along their edges."""
        for square in self.squares:
            claim(square)
        return [
            animated(self.squares.animate.set_fill(BACKGROUND)),
            FadeOut(self.values),
            animated(self.edges.animate.set_stroke(FAINT, width=2)),
            animated(self.weights.animate.set_color(DIM)),
        ]


def _cells(picture: Picture, pixels: list[int]) -> list[Point3D]:
    """Where pixels are in a picture."""
    columns = picture.values.shape[1]
    return [picture.get_cell_centre(*divmod(pixel, columns)) for pixel in pixels]


def _square(place: Point3D, colour: ManimColor) -> Square:
    square = Square(_SIDE, stroke_color=DIM, stroke_width=2)
    return square.set_fill(colour, opacity=1).move_to(place)


def _pixel(moment: Moment, pixel: int, place: Point3D) -> Square:
    """An input, in its brightness."""
    shown = Values.of(moment, f"x[{pixel}]")
    square = _square(place, ManimColor(tuple(activation_colours(np.asarray(shown.values)))))

    def read(drawn: Square) -> Floats:
        return 255.0 * get_rgb(drawn.get_fill_color())

    def expect(values: Floats) -> Floats:
        return paint(values, 1.0, BACKGROUND, ACTIVATION)

    return claim(square, Claim("colour", shown, read, expect, COLOUR_STEPS))


def _weight(number: Number, place: Point3D) -> Number:
    """A weight at its place, in the colour of its sign."""
    assert number.quantity is not None
    number.set_color(POSITIVE if number.quantity.value > 0 else NEGATIVE)
    return number.move_to(place + _WEIGHT * RIGHT)


def _edge(place: Point3D, colour: ManimColor) -> Line:
    """The line from an input's weight to the neuron."""
    start = place + (_WEIGHT + _EDGE) * RIGHT
    along = (_CENTRE - start) / np.linalg.norm(_CENTRE - start)
    return Line(start, _CENTRE - _RADIUS * along, stroke_color=colour, stroke_width=5)


def _times(place: Point3D) -> Formula:
    """The sign between an input and its weight."""
    return Formula("times", x_height=SMALL, colour=DIM).move_to(place + _SIDE * RIGHT)
