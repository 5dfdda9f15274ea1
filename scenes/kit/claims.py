"""What a picture claims: which value each bar, cell, point or edge of it stands for.

A part of a picture that is drawn from recorded values bears a `Claim`. ``python -m scenes check``
reads back what is drawn, lengths and places and colours, and compares it with what the oracle's
values would look like: so a picture can no more be made up than a `scenes.kit.number.Number`. How
values become colours is written here a second time, for this purpose alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from manim import RIGHT, Mobject, ParsableManimColor, config

from scenes.kit.arrays import Floats
from scenes.kit.encoding import get_rgb
from scenes.kit.ledger import Quantity, Values

_THINNEST: Final = 0.01  # a bar of no length is still seen
COLOUR_STEPS: Final = 1.6
"""How many of 255 a colour may be off: rounding twice, and noise of the values."""

_M = TypeVar("_M", bound=Mobject)
_Drawn = TypeVar("_Drawn", bound=Mobject, contravariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Claim(Generic[_Drawn]):
    """That a mobject shows certain values.

    Attributes
    ----------
    what
        What of it stands for them: "length of a bar", "colours".
    shown
        The values and where they are from.
    read
        What is drawn, as numbers, read from the mobject: lengths, places, colours.
    expect
        Those numbers as they have to be, for the values that are given, in the shape of `shown`.
    slack
        How far a number may be off by being drawn.
    """

    what: str
    shown: Values
    read: Callable[[_Drawn], Floats]
    expect: Callable[[Floats], Floats]
    slack: float

    def __deepcopy__(self, memo: dict[int, Any]) -> "Claim[_Drawn]":
        """A copy of a mobject claims the same; and Manim's cache does not look into it."""
        return self


def claim(mobject: _M, *claims: Claim[_M]) -> _M:
    """Let a mobject claim these things, and nothing else; gives the mobject back."""
    return mobject.set(claims=claims)


def claims_of(mobject: Mobject) -> tuple[Claim[Any], ...]:
    """What this very mobject claims."""
    return tuple(getattr(mobject, "claims", ()))


def shown_by(mobject: Mobject) -> Values | None:
    """The recorded values that a mobject shows; None if it claims none, or more than one thing."""
    claims = claims_of(mobject)
    return claims[0].shown if len(claims) == 1 else None


def find_claims(mobjects: Iterable[Mobject]) -> Iterator[tuple[Mobject, Claim[Any]]]:
    """All claims of mobjects and their parts."""
    for mobject in mobjects:
        for member in mobject.get_family():
            for one in claims_of(member):
                yield member, one


def split(values: "npt.ArrayLike | Values") -> tuple[Floats, Values | None]:
    """The array to draw, and where it is from; nothing for a bare one, which claims nothing."""
    if isinstance(values, Values):
        return np.asarray(values.values), values
    return np.asarray(values), None


def half_a_pixel() -> float:
    """In scene units, at 480p: how far a place or a length may be off."""
    return 0.5 * float(config.frame_width) / 854


def claim_length(
    mobject: _M,
    quantity: Quantity,
    unit: float,
    *,
    zero: Callable[[], npt.ArrayLike] | None = None,
    along: npt.ArrayLike = RIGHT,
) -> _M:
    """Let a bar claim that its length is a value; gives the bar back.

    Parameters
    ----------
    quantity
        The value.
    unit
        How long 1 is, scene units.
    zero
        Gives the point from which it is measured, to the other side below zero; without it only
        the size of the value counts.
    along
        Where the values rise.
    """
    way = np.asarray(along, np.float64)

    def read(bar: Mobject) -> Floats:
        places = bar.get_all_points() @ way
        low, high = float(places.min()), float(places.max())
        if zero is None:
            return np.array(high - low)
        start = float(np.asarray(zero()) @ way)
        return np.array(max(high - start, low - start, key=abs))

    def expect(values: Floats) -> Floats:
        return unit * (values if zero is not None else np.abs(values))

    shown = Values.of_one(quantity)
    return claim(mobject, Claim("length", shown, read, expect, half_a_pixel() + _THINNEST))


def claim_points(mobject: _M, shown: Values, to_points: Callable[[Floats], npt.ArrayLike]) -> _M:
    """Let a curve of straight pieces claim that it goes through values; gives the curve back.

    Parameters
    ----------
    shown
        The values.
    to_points
        Where the curve's points are for them, (n, 3).
    """

    def read(curve: Mobject) -> Floats:
        # Of each piece its start, and of the last one its end.
        return np.concatenate([curve.points[::4], curve.points[-1:]])[:, :2]

    def expect(values: Floats) -> Floats:
        return np.asarray(to_points(values), np.float64)[:, :2]

    return claim(mobject, Claim("points", shown, read, expect, half_a_pixel()))


def paint(
    values: Floats,
    scale: float,
    zero: ParsableManimColor,
    positive: ParsableManimColor,
    negative: ParsableManimColor | None = None,
    gamma: float = 1.0,
) -> Floats:
    """Colours of values as they have to be, 0 to 255: shape of `values` + (3,).

    From `zero` towards `positive`, or below zero towards `negative`; without that, nothing below.
    """
    shares = np.asarray(values, np.float64) / scale
    if negative is None:
        shares = np.maximum(shares, 0.0)
    strength = np.minimum(np.abs(shares), 1.0) ** gamma
    ground, above = get_rgb(zero), get_rgb(positive)
    below = get_rgb(negative) if negative is not None else above
    ends = np.where((shares < 0)[..., None], below, above)
    return 255.0 * (ground + strength[..., None] * (ends - ground))


def averaged(cells: Floats, shape: Sequence[int]) -> Floats:
    """Cells (rows, columns, 3) on a coarser grid, each of its cells the mean of those under it."""
    for axis, count in enumerate(shape):
        size = cells.shape[axis]
        if count == size:
            continue
        edges = np.arange(count + 1) * size / count
        total = np.cumsum(np.insert(cells, 0, 0.0, axis=axis), axis=axis)
        whole = np.floor(edges).astype(int)
        part = (edges - whole).reshape([-1 if a == axis else 1 for a in range(cells.ndim)])
        beyond = np.take(cells, np.minimum(whole, size - 1), axis=axis)
        at = np.take(total, whole, axis=axis) + part * beyond
        cells = np.diff(at, axis=axis) * count / size
    return cells


def as_seen(pixels: npt.NDArray[np.integer], corners: Floats) -> Floats:
    """The colours of a picture, (rows, columns, 3) in 0 to 255, the way up that it is drawn.

    `corners` are the upper left, upper right and lower left one of the mobject.
    """
    seen = np.asarray(pixels[..., :3], np.float64)
    if corners[1][0] < corners[0][0]:
        seen = seen[:, ::-1]
    if corners[2][1] > corners[0][1]:
        seen = seen[::-1]
    return seen
