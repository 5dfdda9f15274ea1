"""A layer as a line of code, with the shape of each array below it, at the foot of the stage."""

from typing import Any, Final

import numpy as np
from manim import RIGHT, UP, VGroup

from network.moment import Moment
from network.trace import Trace
from scenes.kit import stage
from scenes.kit.notation import name
from scenes.kit.shape_box import ShapeText
from scenes.kit.style import ACTIVATION, SMALL, TEXT
from scenes.kit.typeset import CodeLine

_BASELINES: Final = (0.6, 0.09)  # of the code and of the shapes, as shares of the foot
_APART: Final = 0.22


class LayerCode(VGroup):
    """``h = sigmoid(W1 @ x + b1)`` with shapes: ``LayerCode(trace, step, 1)``.

    Parameters
    ----------
    trace, moment
        The run, and a step or view, whose arrays have the shapes.
    layer
        The layer.

    Attributes
    ----------
    code, shapes
        The words of the line, and the shapes of those that are arrays.
    """

    def __init__(self, trace: Trace, moment: Moment, layer: int) -> None:
        super().__init__()
        after, before = name(layer, moment.layers), name(layer - 1, moment.layers)
        pieces: list[tuple[str, Any]] = [
            (after, moment.a[layer]),
            (f"= {trace.recipe.activations[layer - 1]}(", None),
            (f"W{layer}", moment.W[layer]),
            ("@", None),
            (before, moment.a[layer - 1]),
            ("+", None),
            (f"b{layer}", moment.b[layer]),
            (")", None),
        ]
        code_line, shape_line = (stage.FOOT.at(0.0, share)[1] for share in _BASELINES)
        self.code, self.shapes = VGroup(), VGroup()
        pen = 0.0
        for text, array in pieces:
            word = CodeLine(text, x_height=SMALL, colour=_colour(text, after, before))
            shape = None if array is None else ShapeText(np.shape(array))
            width = max(word.width, shape.width if shape is not None else 0.0)
            _centre(word, pen + width / 2, float(code_line))
            self.code.add(word)
            if shape is not None:
                _centre(shape, pen + width / 2, float(shape_line))
                self.shapes.add(shape)
            pen += width + _APART
        self.add(self.code, self.shapes)
        self.shift((stage.FOOT.right - self.get_right()[0]) * RIGHT)


def _colour(text: str, *activations: str) -> Any:
    return ACTIVATION if text in activations else TEXT


def _centre(word: CodeLine, x: float, baseline: float) -> None:
    word.shift((x - word.get_center()[0]) * RIGHT + (baseline - word.baseline) * UP)
