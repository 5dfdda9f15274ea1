"""Which networks a chapter can tell of: each question is answered by the reason why not, or None.

`Chapter.suits` asks them of a run before anything is filmed. A reason goes on "the chapter does not
suit this run: ".
"""

from collections.abc import Collection
from typing import Final

from network.trace import Trace

CLASSES: Final = range(2, 13)
"""How many classes there is room for."""

HIDDEN_LAYERS: Final = range(1, 4)
"""How many hidden layers there is room for."""

NEURONS: Final = range(4, 513)
"""How many neurons of a hidden layer are neither too few to choose from nor too many to draw."""


def reason_of_size(trace: Trace) -> str | None:
    """Why a network is too small or too large for any chapter; None if it is not."""
    *hidden, classes = trace.sizes[1:]
    if classes not in CLASSES:
        many = f"{classes:,} {_plural('class', classes)}"
        return f"it has {many}, and there is room for {_ends(CLASSES)}"
    if len(hidden) not in HIDDEN_LAYERS:
        layers = f"{len(hidden)} hidden layers" if hidden else "no hidden layer"
        return f"it has {layers}, and there is room for {_ends(HIDDEN_LAYERS)}"
    for layer, neurons in enumerate(hidden, start=1):
        if neurons not in NEURONS:
            return (
                f"its hidden layer {layer} has {neurons:,} {_plural('neuron', neurons)}, and there "
                f"is room for {_ends(NEURONS)}"
            )
    return None


def reason_of_activations(trace: Trace, layers: slice, told: Collection[str]) -> str | None:
    """Why a run has activations that a chapter has no words for; None if it has.

    Parameters
    ----------
    layers
        Which: ``slice(-1)`` are the hidden ones, ``slice(-1, None)`` is the output.
    told
        The activations that the chapter tells of.
    """
    numbers = range(1, len(trace.sizes))[layers]
    for number in numbers:
        name = trace.recipe.activations[number - 1]
        if name not in told:
            return f"layer {number} is of kind {name}, and it tells of {' and '.join(told)}"
    return None


def reason_of_loss(trace: Trace, told: str) -> str | None:
    """Why a run was trained on a loss that a chapter does not tell of; None if it was not."""
    if trace.recipe.loss == told:
        return None
    return f"it tells of {told}, and this network was trained on {trace.recipe.loss}"


def _ends(count: range) -> str:
    return f"{count[0]} to {count[-1]}"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}{'es' if word.endswith('s') else 's'}"
