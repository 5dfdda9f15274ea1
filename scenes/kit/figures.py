"""The three kinds of figures on screen, and how each is told apart from the others.

* A *reading* is a value of the run, a `Number`: of a path or a named function. It is in the ledger.
* A *mark* is a figure of a scale: a tick of an axis, the ends of a legend. It claims nothing
  about the run, only which place or colour stands for which value. `Mark` holds that value and
  writes it exactly, so whether it stands in the right place can be checked. It is not in the
  ledger.
* *Structure*, shapes and counts of neurons, is read off the arrays: `ShapeText` and the size
  labels of the diagram.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from manim import ParsableManimColor

from network.moment import Moment
from scenes.kit.arrays import Floats
from scenes.kit.ledger import Quantity
from scenes.kit.number import Number
from scenes.kit.style import DIM, SMALL

MARK: Final = "mark"
"""The source of a mark's quantity: no path and no function has this name."""

_MOST_DECIMALS: Final = 9


Figure = Number
"""An older name, for a quantity that is known already."""


class Mark(Number):
    """A figure of a scale: where, or in which colour, a value is drawn. No reading.

    ``Mark(0.5)``, ``Mark(-1, sign=True)``, ``Mark(60_000)``: as many decimals as the value
    needs, thousands set apart from five digits on.

    Parameters
    ----------
    value
        The value that the mark stands at.
    decimals
        Digits after the point, more than needed to match neighbours; as many as needed if None.
    x_height, colour, look
        As for `Number`.

    Raises
    ------
    ValueError
        If the value cannot be written exactly: choose a rounder place, as `round_down` does.
    """

    def __init__(
        self,
        value: float,
        *,
        decimals: int | None = None,
        x_height: float = SMALL,
        colour: ParsableManimColor = DIM,
        **look: Any,
    ) -> None:
        needed = decimals_of(value)
        if decimals is not None and decimals < needed:
            raise ValueError(f"a mark shows its value exactly: {value} needs {needed} decimals")
        look.setdefault("grouping", abs(value) >= 10_000)
        super().__init__(
            Quantity(MARK, float(value)),
            decimals=needed if decimals is None else decimals,
            x_height=x_height,
            colour=colour,
            **look,
        )

    @property
    def value(self) -> float | None:
        """The value it stands for; None on the way from one to another."""
        return None if self.quantity is None else self.quantity.value

    @property
    def shown(self) -> None:
        """Nothing for the ledger: a mark is no reading."""
        return None


def decimals_of(value: float) -> int:
    """How many digits after the point write a value exactly.

    Raises
    ------
    ValueError
        If nine are not enough, or it is not finite.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        if math.isclose(round(value, decimals), value, rel_tol=1e-12, abs_tol=1e-15):
            return decimals
    raise ValueError(f"{value} is no round number: a mark shows its value exactly")


def quantities(moment: Moment, path: str, indices: Sequence[int] | None = None) -> list[Quantity]:
    """The values of a vector, such as ``quantities(step, "a2")``, each by its own path."""
    count = len(moment[path])
    chosen = range(count) if indices is None else indices
    return [Quantity.recorded(moment, f"{path}[{index}]") for index in chosen]


def round_down(value: float, digits: int = 2) -> float:
    """The largest value at most as large (in magnitude) with so many significant digits."""
    return _rounded(value, digits, math.floor)


def round_up(value: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below a positive value."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"no scale can end at {value}")
    unit = 10.0 ** math.floor(math.log10(value))
    for factor in (1, 2, 2.5, 5, 10):
        candidate = float(f"{factor * unit:.12g}")
        if candidate >= value * (1 - 1e-9):
            return candidate
    raise AssertionError("a value is at most ten times the power of ten below it")


def round_places(low: float, high: float, count: int = 5) -> list[float]:
    """Round values from `low` to `high`, evenly spaced, about `count` of them and at least two."""
    if not high > low:
        raise ValueError(f"no scale runs from {low} to {high}")
    # A pitch that is rounded up may leave but one of them between the ends: then a finer one.
    for more in range(max(count, 2), 100 * max(count, 2)):
        pitch = round_up((high - low) / more)
        first = math.ceil(low / pitch - 1e-9)
        last = math.floor(high / pitch + 1e-9)
        if last > first:
            return [float(f"{index * pitch:.12g}") for index in range(first, last + 1)]
    raise AssertionError("a scale has two round values, if they are close enough")


def powers_of_ten(low: float, high: float) -> list[float]:
    """The powers of ten from `low` to `high`, both above 0."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return [float(f"1e{power}") for power in range(first, last + 1)]


def finite(values: npt.ArrayLike) -> Floats:
    """Values as they can be drawn: NaN at zero, infinities at the largest float32."""
    return np.nan_to_num(np.asarray(values, dtype=np.float64), posinf=3e38, neginf=-3e38)


def _rounded(value: float, digits: int, function: Callable[[float], int]) -> float:
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    size = float(f"{function(abs(value) / unit + 1e-9) * unit:.12g}")
    return math.copysign(size, value)
