"""What a picture claims: which value each bar, cell, point or edge of it stands for.

A part of a picture that is drawn from recorded values bears a `Claim`. ``python -m scenes check``
reads the values back from what is drawn, lengths and places and colours, and compares them with
those of the oracle: so a picture can no more be made up than a `scenes.kit.number.Number`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from manim import Mobject, ParsableManimColor

from scenes.kit.encoding import get_rgb
from scenes.kit.ledger import Values

Floats = npt.NDArray[np.floating]
Read = Callable[[Mobject], tuple[Floats, Floats]]
"""Reads a mobject: the values that it shows, and how far each may be off by being drawn."""

_M = TypeVar("_M", bound=Mobject)


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """That a mobject shows certain values.

    Attributes
    ----------
    what
        What of it stands for them: "lengths of bars", "colours of cells".
    shown
        The values and where they are from.
    read
        How they are read back from the mobject.
    places
        Which of the values, flattened, it shows, in the order in which they are read; all if None.
    expect
        What the values become before they are drawn, where that is not themselves.
    """

    what: str
    shown: Values
    read: Read
    places: tuple[int, ...] | None = None
    expect: Callable[[Floats], Floats] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> "Claim":
        """A copy of a mobject claims the same; and Manim's cache does not look into it."""
        return self


def claim(mobject: _M, *claims: Claim) -> _M:
    """Let a mobject claim these things, and nothing else; gives the mobject back."""
    mobject.claims = claims
    return mobject


def claims_of(mobject: Mobject) -> tuple[Claim, ...]:
    """What this very mobject claims."""
    return tuple(getattr(mobject, "claims", ()))


def find_claims(mobjects: Iterable[Mobject]) -> Iterator[tuple[Mobject, Claim]]:
    """All claims of mobjects and their parts."""
    for mobject in mobjects:
        for member in mobject.get_family():
            for one in claims_of(member):
                yield member, one


def read_ramp(
    colours: npt.ArrayLike, zero: ParsableManimColor, ends: Sequence[ParsableManimColor]
) -> tuple[Floats, Floats, Floats]:
    """Where colours are on the way from `zero` to one of the ends.

    Parameters
    ----------
    colours
        (..., 3), in [0, 1].
    zero, ends
        The colour of zero, and those of full strength; the nearest way counts.

    Returns
    -------
    share, end, off
        How far along, 0 to 1; to which end; how far the colour is from that way.
    """
    colours, start = np.asarray(colours, np.float64), get_rgb(zero)
    shares, offs = [], []
    for colour in ends:
        way = get_rgb(colour) - start
        share = np.clip((colours - start) @ way / (way @ way), 0.0, 1.0)
        shares.append(share)
        offs.append(np.linalg.norm(colours - start - share[..., None] * way, axis=-1))
    nearest = np.argmin(offs, axis=0)
    pick = np.expand_dims(nearest, 0)
    return (
        np.take_along_axis(np.array(shares), pick, 0)[0],
        nearest,
        np.take_along_axis(np.array(offs), pick, 0)[0],
    )


def step_of_ramp(zero: ParsableManimColor, end: ParsableManimColor) -> float:
    """How much of the way one step of a colour in 8 bits can stand for."""
    return float(np.sqrt(3) / 255 / np.linalg.norm(get_rgb(end) - get_rgb(zero)))
