"""What colours and sizes mean: a legend for each encoding, drawn with the encoding itself.

The figures of a legend are `Mark`s: each says exactly which value looks like what is above it,
and is no reading of the run.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Group, VGroup
from manim.typing import Vector3D

from network.moment import Moment
from scenes.kit import stage
from scenes.kit.allow import allow
from scenes.kit.diagram import NeuronColumn, light_scale
from scenes.kit.digit import PixelImage
from scenes.kit.figures import Mark, round_down
from scenes.kit.findings import ramp
from scenes.kit.ledger import Values
from scenes.kit.notation import name
from scenes.kit.phrase import phrase
from scenes.kit.style import DIM, NEGATIVE, POSITIVE, SMALL
from scenes.kit.typeset import Words

BAR_WIDTH: Final = 2.4
BAR_HEIGHT: Final = 0.16
_STEPS: Final = 121  # odd: zero has a cell of its own
_CLOSE: Final = 0.12
_NARROW: Final = 0.9  # of several legends, with marks beside it
_FIRST: Final = 0.55  # from the top of the region to the first bar
_MOST: Final = 3
_GAMMA: Final = 2.0  # that of `WeightField`
_PITCH: Final = 0.88
_SPREAD: Final = 1.1  # between the neurons of a legend


class Legend(Group):
    """A bar of colours from the smallest to the largest value, with its name and marks.

    The outer marks stand at the last value with two significant digits on the scale, and where
    that value is: a hair inside the end of the bar.

    Parameters
    ----------
    name
        What is shown, in a word or two: "weight".
    scale
        The magnitude at full strength.
    signed
        From -`scale` to `scale`, or (activations) from 0 to `scale`.
    gamma
        Exponent of the strength. A bar that brightens late shows a scale that is not linear.
    width
        Of the bar, scene units.
    """

    def __init__(
        self,
        name: str,
        scale: float = 1.0,
        *,
        signed: bool = True,
        gamma: float = 1.0,
        width: float = BAR_WIDTH,
    ) -> None:
        shown = Values.of(ramp, -scale if signed else 0.0, scale, _STEPS)
        values = shown.values[None]
        self.bar = PixelImage(
            values, width=width, height=BAR_HEIGHT, signed=signed, scale=scale, gamma=gamma
        )
        self.bar.set_values(shown)
        end = round_down(scale)
        marks: tuple[float, ...] = (-end, 0.0, end) if signed else (0.0, end)
        self.figures = VGroup(
            *(
                Mark(value, sign=signed).next_to(
                    self.bar.get_left() + width * (value - values[0, 0]) / np.ptp(values) * RIGHT,
                    DOWN,
                    buff=BAR_HEIGHT / 2 + _CLOSE,
                )
                for value in marks
            )
        )
        self.name_words = _name(name, self.bar)
        super().__init__(self.bar, self.figures, self.name_words)


class EdgeLegend(Legend):
    """What the light on edges means: as `Legend`, with the gamma of a `WeightField`.

    Parameters
    ----------
    name
        What they show: "weight × input".
    scale
        The magnitude at full strength.
    width
        Of the bar, scene units.
    """

    def __init__(self, name: str, scale: float, *, width: float = 2.0, zero: bool = True) -> None:
        super().__init__(name, scale, gamma=_GAMMA, width=width)


class EdgeLegends(Group):
    """A legend for each layer's edges, named as in the code: each has its own scale.

    Parameters
    ----------
    moment
        The step or view whose weight × input the edges show.
    region
        Where they stand below each other, from its top.
    """

    def __init__(self, moment: Moment, region: stage.Region = stage.ASIDE) -> None:
        super().__init__()
        last = moment.layers
        for layer in range(1, last + 1):
            scale = light_scale(moment, layer)
            end = round_down(scale)
            shown = Values.of(ramp, -end, end, _STEPS)
            look: dict[str, Any] = {"signed": True, "scale": scale, "gamma": _GAMMA}
            bar = PixelImage(shown.values[None], width=_NARROW, height=BAR_HEIGHT, **look)
            bar.set_values(shown)
            # There is room for three; a first one of four is above the picture.
            place = layer - 1 if last <= _MOST else layer - 2
            bar.move_to(region.at(0.5, 1.0) + (place * _PITCH + _FIRST) * DOWN)
            if place < 0:
                bar.set_y(stage.MOMENT.bottom - _FIRST)
            text = phrase("W{} × {}", f"{layer}", name(layer - 1, last))
            words = Words(text, x_height=SMALL, colour=DIM)
            words.shift(bar.get_top() + _CLOSE * UP - words.get_bottom())
            allow(words, "figure", because="the number of a layer, as in the code")
            marks = VGroup(
                Mark(-end, sign=True).next_to(bar, LEFT, buff=_CLOSE),
                Mark(end, sign=True).next_to(bar, RIGHT, buff=_CLOSE),
            )
            one = Group(bar, marks, words)
            self.add(one.shift((region.left - one.get_left()[0]) * RIGHT))


class BlameLegend(VGroup):
    """How neurons show blame: no ring, and the thickest rings with their signs.

    Parameters
    ----------
    scale
        The blame with the thickest ring; the marks stand for it with two significant digits.
    name
        What is shown.
    """

    def __init__(self, scale: float, name: str = "blame") -> None:
        end = round_down(scale)
        values = (-end, 0.0, end)
        self.neurons = NeuronColumn(len(values), height=0.9).set_blame(values, scale)
        # A column of neurons, laid on its side.
        places: Sequence[Vector3D] = (LEFT, np.zeros(3), RIGHT)
        self.figures = VGroup()
        for index, (place, value) in enumerate(zip(places, values, strict=True)):
            spot = self.neurons.get_spot(index)
            self.neurons.circles[index].move_to(_SPREAD * place)
            self.neurons.signs[index].move_to(_SPREAD * place)
            figure = Mark(value, sign=True)
            self.figures.add(figure.next_to(_SPREAD * place, DOWN, buff=spot.radius + _CLOSE))
        self.name_words = _name(name, self.neurons)
        super().__init__(self.neurons, self.figures, self.name_words)


class LessAndMore(Group):
    """What the colours of a change mean: less of it, or more.

    Parameters
    ----------
    width
        Of the bar, scene units.
    """

    def __init__(self, width: float = BAR_WIDTH) -> None:
        shown = Values.of(ramp, -1.0, 1.0, _STEPS)
        self.bar = PixelImage(shown.values[None], width=width, height=BAR_HEIGHT, signed=True)
        self.bar.set_values(shown)
        less = Words("less", x_height=SMALL, colour=NEGATIVE)
        more = Words("more", x_height=SMALL, colour=POSITIVE)
        less.next_to(self.bar, DOWN, buff=_CLOSE, aligned_edge=LEFT)
        more.next_to(self.bar, DOWN, buff=_CLOSE, aligned_edge=RIGHT)
        more.shift((less.baseline - more.baseline) * UP)
        super().__init__(self.bar, less, more)


def _name(name: str, below: Group | VGroup | PixelImage) -> Words:
    return Words(name, x_height=SMALL, colour=DIM).next_to(below, UP, buff=_CLOSE)
