"""What the arrays of a network are called, in formulas and in code: the same in all chapters.

The picture is x, the output o, and what is between them h, or h_1, h_2 where there is more than one
hidden layer.
"""

from collections.abc import Sequence
from typing import Final

FUNCTIONS: Final = {
    "sigmoid": "sigma",
    "relu": 'op("ReLU")',
    "softmax": 'op("softmax")',
    "identity": 'op("id")',
}
"""Activation functions in a formula."""


def symbol(layer: int, last: int) -> str:
    """A layer's activations in a formula; `last` is the number of the output layer."""
    if layer in (0, last):
        return "x" if layer == 0 else "o"
    return "h" if last == 2 else f"h_{layer}"


def name(layer: int, last: int) -> str:
    """The same in code."""
    return symbol(layer, last).replace("_", "")


def layer_formula(layer: int, functions: Sequence[str]) -> str:
    """A layer in one line, h = σ(W₁ x + b₁), for a `scenes.kit.heading.Heading`."""
    after, before = (symbol(which, len(functions)) for which in (layer, layer - 1))
    function = FUNCTIONS[functions[layer - 1]]
    return (
        f"{{{{{after} : after}}}} = {{{{{function} : function}}}}"
        f"({{{{W_{layer} : weights}}}} {{{{{before} : before}}}} + {{{{b_{layer} : bias}}}})"
    )
