"""Labels as numbers and as one-hot columns: how far apart classes are, and which guess is told of.

Functions as in `scenes.kit.findings`; their second calculations are in `scenes.film.derived`.
"""

import numpy as np

from network.datasets import one_hot
from network.moment import Moment
from network.trace import Trace
from scenes.kit.arrays import Floats


def first_of_class(trace: Trace, label: int) -> int | None:
    """The first training image of a class; None if there is none."""
    found = np.flatnonzero(trace.dataset.train.labels == label)
    return int(found[0]) if len(found) else None


def next_class(label: int, classes: int) -> int:
    """The number beside a label on the number line, on the way to `farthest_class`.

    So a guess that goes from the one to the other moves further and further away.
    """
    return label - 1 if farthest_class(label, classes) < label else label + 1


def farthest_class(label: int, classes: int) -> int:
    """The end of the number line that is farther from a label; of two, the lower one."""
    return 0 if 2 * label >= classes - 1 else classes - 1


def number_distance(label: int, guess: int) -> int:
    """How far a guess is from a label if both are plain numbers: their difference."""
    return abs(label - guess)


def one_hot_entry(classes: int, label: int, place: int) -> float:
    """One of the numbers of a label's one-hot column."""
    return float(one_hot(np.array([label]), classes)[0, place])


def one_hot_table(classes: int) -> Floats:
    """The one-hot columns of all classes, a row each: the identity matrix."""
    return one_hot(np.arange(classes), classes)


def number_distances(classes: int) -> Floats:
    """How far any two classes are apart as plain numbers, (classes, classes)."""
    numbers = np.arange(classes)
    return np.abs(numbers[:, None] - numbers).astype(np.float64)


def column_distances(classes: int) -> Floats:
    """How far any two classes are apart as one-hot columns, (classes, classes)."""
    columns = one_hot_table(classes).astype(np.float64)
    return np.asarray(np.linalg.norm(columns[:, None] - columns, axis=-1))


def one_hot_distance(classes: int, label: int, guess: int) -> float:
    """How far apart two labels are as one-hot columns, the square root of summed squares."""
    columns = one_hot(np.array([label, guess]), classes).astype(np.float64)
    return float(np.linalg.norm(columns[0] - columns[1]))


def one_hot_column(classes: int, label: int) -> Floats:
    """The one-hot column of a label, (classes,)."""
    return one_hot(np.array([label]), classes)[0]


def place_difference(classes: int, label: int, guess: int, place: int) -> float:
    """How far apart two one-hot columns are in one place."""
    return abs(one_hot_entry(classes, label, place) - one_hot_entry(classes, guess, place))


def squared_distance(classes: int, label: int, guess: int) -> float:
    """The squares of all `place_difference` of two columns, added up."""
    return sum(place_difference(classes, label, guess, place) ** 2 for place in range(classes))


def way_to_go(moment: Moment, index: int) -> float:
    """From an output to where it should be: label minus output."""
    return float(moment.y[index]) - float(moment.a[moment.layers][index])
