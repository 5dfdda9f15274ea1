"""Straight edges as a sparse matrix: thousands of anti-aliased lines for one product a frame.

Knows pixels and arrays only; `scenes.kit.weight_field` makes the mobject of it.
"""

from collections.abc import Iterator
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.ndimage import gaussian_filter

from scenes.kit.arrays import Floats

_SPLINE_VARIANCE: Final = 0.25  # pixels²
_LEAST_BLUR: Final = 0.3
_STEEP: Final = 0.75
_SPREAD: Final = np.deg2rad(65.0)
_FAINTEST: Final = 0.005  # a tenth of all entries give less, and 0.2 % of the light together
_NOTHING: Final = np.zeros(0)
# The same picture on every run; not a seed that a recipe would use, or weights drawn from the
# same stream would arrive sorted by sign.
_SEED: Final = 0x676C617373


class Shared:
    """What copies of a mobject have in common, and what manim's cache does not look into.

    Manim deep-copies a mobject at each animation, and hashes all it reaches through
    ``__dict__``. With slots there is no ``__dict__``, and a copy of a `Shared` is itself.
    """

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class EdgeRaster(Shared):
    """How much of each edge's light falls on each pixel.

    Parameters
    ----------
    tails, tips
        (E, 2) in pixels of the picture, y downwards, pixel centres at half-integers. Every edge
        runs from left to right.
    shape
        Height and width of the picture, in pixels.
    sigma
        Standard deviation of a line's profile, in pixels. The least there is, is 0.58: thinner
        lines would look like strings of beads.

    Raises
    ------
    ValueError
        If an edge does not run from left to right.

    Notes
    -----
    In each column of pixels an edge is a point shared by three pixels, as a quadratic B-spline
    shares it: equally wide wherever between the pixels it lies. A steep edge is several points,
    which the neighbouring columns share too. A Gaussian blur of the finished field makes the
    profile round and as wide as wanted. As the blur is the same for all, this is the picture that
    wide lines would give, with far fewer entries.
    """

    __slots__ = ("_blur", "_lengths", "_matrix", "shape")

    def __init__(
        self, tails: Floats, tips: Floats, shape: tuple[int, int], sigma: float = 0.5
    ) -> None:
        if not np.all(tips[:, 0] > tails[:, 0]):
            raise ValueError("every edge must run from left to right")
        self.shape = shape
        self._blur = max(sigma**2 - _SPLINE_VARIANCE, _LEAST_BLUR**2) ** 0.5
        # A level edge of strength 1 shines with 1 along its middle, at any resolution.
        peak = np.sqrt(2.0 * np.pi * (self._blur**2 + _SPLINE_VARIANCE))
        self._matrix = _rasterize(tails, tips, shape, float(peak))
        self._lengths = np.asarray(self._matrix.sum(axis=0), dtype=np.float32).ravel()

    def project(self, strengths: Floats) -> npt.NDArray[np.float32]:
        """Light on each pixel, (height, width), for edges of these strengths, (E,). Linear."""
        height, width = self.shape
        light = self._matrix @ strengths.astype(np.float32, copy=False).ravel()
        # Pixels lie column by column in memory: one column's edges are close together.
        return gaussian_filter(light.reshape(width, height), self._blur, mode="constant").T

    def mean_light(self, strengths: Floats) -> float:
        """Mean of `project(strengths)` over the picture, at the price of a dot product."""
        height, width = self.shape
        return float(self._lengths @ strengths.ravel()) / (height * width)

    @property
    def nbytes(self) -> int:
        """Memory the matrix takes."""
        matrix = self._matrix
        return int(matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes)


class Bundles(Shared):
    """Which neighbouring edges share a line when there are too many to draw each on its own.

    Their light is added up, so no edge is left out; a bundle is at most a few pixels wide.

    Parameters
    ----------
    n_in, n_out
        Numbers of starts and ends.
    most
        The number of lines not to exceed.
    """

    __slots__ = ("_ins", "_outs", "n_in", "n_out")

    def __init__(self, n_in: int, n_out: int, most: int) -> None:
        if most < 1:
            raise ValueError(f"at least one line must be drawn, not {most}")
        per_in = per_out = 1
        while -(-n_in // per_in) * -(-n_out // per_out) > most:
            if n_in / per_in >= n_out / per_out:
                per_in += 1
            else:
                per_out += 1
        self.n_in, self.n_out = n_in, n_out
        self._ins = np.arange(0, n_in, per_in)
        self._outs = np.arange(0, n_out, per_out)

    @property
    def lines(self) -> int:
        """How many lines are drawn."""
        return len(self._ins) * len(self._outs)

    def get_starts(self, starts: Floats) -> Floats:
        """Mean start of each bundle: (n_in, 2) → (bundles, 2)."""
        return _means(starts, self._ins)

    def get_ends(self, ends: Floats) -> Floats:
        """Mean end of each bundle: (n_out, 2) → (bundles, 2)."""
        return _means(ends, self._outs)

    def add_up(self, strengths: Floats) -> Floats:
        """Strengths of the lines: (n_out, n_in) → (lines,)."""
        if self.lines < self.n_in * self.n_out:
            strengths = np.add.reduceat(strengths, self._ins, axis=1)
            strengths = np.add.reduceat(strengths, self._outs, axis=0)
        return strengths.ravel()


def get_tails_and_tips(
    starts: Floats,
    ends: Floats,
    start_radius: float = 0.0,
    end_radius: float = 0.0,
    spread: float = 0.0,
) -> tuple[Floats, Floats]:
    """Both ends of every edge, ordered as ``W.ravel()``: (n_out · n_in, 2) twice.

    Parameters
    ----------
    starts, ends
        (n_in, 2) and (n_out, 2): centres of pixels or neurons, y upwards.
    start_radius, end_radius
        Radii of the neurons there: an edge stops at the rim.
    spread
        0: edges aim at the centre. 1: they end all over the side of the circle that faces
        them, like fibres. That avoids a moiré: two regular rows of points, joined by straight
        lines, make all lines cross at the same places however well they are drawn.
    """
    n_out, n_in = len(ends), len(starts)
    tails = np.broadcast_to(starts[None], (n_out, n_in, 2))
    tips = np.broadcast_to(ends[:, None], (n_out, n_in, 2))
    # At random: any regular sequence brings its own pattern.
    chance = np.random.default_rng(_SEED).uniform(-1.0, 1.0, (n_out, n_in))
    turn = spread * _SPREAD * chance
    direction = np.arctan2(tips[..., 1] - tails[..., 1], tips[..., 0] - tails[..., 0])
    tails = tails + start_radius * _unit(direction + turn)
    tips = tips - end_radius * _unit(direction - turn)
    return tails.reshape(-1, 2), tips.reshape(-1, 2)


def _unit(angle: Floats) -> Floats:
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _means(points: Floats, firsts: npt.NDArray[np.integer]) -> Floats:
    counts = np.diff(np.append(firsts, len(points)))
    return np.add.reduceat(points, firsts, axis=0) / counts[:, None]


def _rasterize(
    tails: Floats, tips: Floats, shape: tuple[int, int], peak: float
) -> sparse.csr_array:
    """The matrix (width · height, E), pixels column by column, as CSR."""
    height, width = shape
    run, rise = np.abs(tips - tails).T
    per_column = np.minimum(2.0 * np.ceil(rise / run) + 4.0, height)
    room = int(np.sum((run + 3.0) * per_column))
    # Memory that is reserved and never written costs nothing; joining lists would cost double.
    values = np.empty(room, dtype=np.float32)
    indices = np.empty(room, dtype=np.int32 if room < 2**31 else np.int64)
    pointers = np.zeros(width * height + 1, dtype=indices.dtype)
    used = 0
    for column, (rows, edges, amounts) in enumerate(_columns(tails, tips, width)):
        seen = (amounts > _FAINTEST) & (rows >= 0) & (rows < height)
        entries = ((amounts[seen] * peak).astype(np.float32), (rows[seen], edges[seen]))
        # Making CSR of it adds up what an edge gives to the same pixel more than once.
        block = sparse.coo_array(entries, shape=(height, len(tails))).tocsr()
        values[used : used + block.nnz] = block.data
        indices[used : used + block.nnz] = block.indices
        pointers[column * height + 1 : (column + 1) * height + 1] = used + block.indptr[1:]
        used += block.nnz
    return sparse.csr_array(
        (values[:used], indices[:used], pointers), shape=(width * height, len(tails))
    )


def _columns(
    tails: Floats, tips: Floats, width: int
) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]]:
    """For each column of pixels: rows, edges and amounts of light, unsorted."""
    (x0, y0), (x1, y1) = tails.T, tips.T
    slope = (y1 - y0) / (x1 - x0)
    # The steeper an edge, the more of it lies in a column: as bright per length as a level one.
    stretch = np.sqrt(1.0 + slope**2)
    # A steep edge is shared with the columns beside it too, or it would be a staircase.
    steep = np.abs(slope) > _STEEP
    reach = np.where(steep, 0.5, 0.0)
    samples = np.where(steep, 2.0 * np.ceil(np.abs(slope)), 1.0)
    for column in range(width):
        left, right = np.maximum(x0, column - reach), np.minimum(x1, column + 1.0 + reach)
        present = np.flatnonzero(right > left).astype(np.int32)
        rows, edges, amounts = [], [], []
        for sample in range(int(samples[present].max(initial=0.0))):
            some = present[samples[present] > sample]
            inside = right[some] - left[some]
            x = left[some] + inside * (sample + 0.5) / samples[some]
            y = y0[some] + (x - x0[some]) * slope[some] - 0.5
            row = np.rint(y)
            off = y - row
            light = inside * stretch[some] / samples[some]
            light *= np.where(steep[some], 1.0 - np.abs(x - column - 0.5), 1.0)
            rows += [row - 1.0, row, row + 1.0]
            edges += [some, some, some]
            amounts += [
                light * (0.5 * (0.5 - off) ** 2),
                light * (0.75 - off**2),
                light * (0.5 * (0.5 + off) ** 2),
            ]
        yield (
            np.concatenate([*rows, _NOTHING]).astype(np.int32),
            np.concatenate([*edges, _NOTHING.astype(np.int32)]),
            np.concatenate([*amounts, _NOTHING]),
        )
