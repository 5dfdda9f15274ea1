"""What classes are called, as phrases: a figure in a name is a reading like any other."""

import re

from network.moment import Moment
from network.trace import Trace
from scenes.kit.findings import figure_in_name
from scenes.kit.ledger import Quantity
from scenes.kit.phrase import Phrase, phrase

_FIGURE = re.compile(r"(\d+)")


def class_names(trace: Trace) -> tuple[Phrase, ...]:
    """The names of all classes."""
    return tuple(_named(trace, label) for label in range(len(trace.classes)))


def class_of(trace: Trace, moment: Moment, path: str) -> Phrase:
    """The name of the class that a moment has as its ``label``, or as its ``prediction``.

    Where a class is called by its number, that is the figure that was recorded.

    Raises
    ------
    network.errors.PathError
        If the path names nothing in it.
    """
    recorded = Quantity.recorded(moment, path)
    label = int(recorded.value)
    if trace.classes[label] == str(label):
        return phrase("{}", recorded)
    return _named(trace, label)


def _named(trace: Trace, label: int) -> Phrase:
    name = Phrase("", "")
    # Between the figures, which are every second piece.
    for index, piece in enumerate(_FIGURE.split(trace.classes[label])):
        if index % 2:
            figure = Quantity.derived(figure_in_name, trace, label, index // 2)
            name += Phrase(piece, "\N{WHITE SQUARE}", ((figure, piece),))
        else:
            name += piece
    return name
