"""Plots: axes with marks, curves from arrays, and a point that slides along a function.

The figures at the axes are `Mark`s: they say which place stands for which value, and are no
readings. Whatever a plot says of the run in figures beside that is a `Number`. A long curve is
thinned to what the film's pixels can show, its peaks kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Circle,
    Line,
    ParsableManimColor,
    VGroup,
    VMobject,
    config,
)
from manim.typing import Point3D, Point3D_Array

from scenes.kit.arrays import Floats
from scenes.kit.figures import Mark, decimals_of, powers_of_ten, round_places
from scenes.kit.state import GoTo, State
from scenes.kit.style import ACTIVATION, BACKGROUND, DIM, FAINT, SMALL, TEXT
from scenes.kit.typeset import Words

_CLOSE: Final = 0.14
_TICK: Final = 0.07  # half a tick's length
_APART: Final = 0.15  # the least room between two marks
_DOT: Final = 0.11


@dataclass(frozen=True)
class Scale:
    """The values along an axis, from `low` to `high`, by equal steps or by equal factors."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not (np.isfinite([self.low, self.high]).all() and self.low < self.high):
            raise ValueError(f"an axis cannot run from {self.low} to {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic axis begins above 0, not at {self.low}")

    def share(self, values: npt.ArrayLike) -> Floats:
        """Where values are along the axis: 0 at `low`, 1 at `high`; beyond either outside it."""
        values = np.asarray(values, dtype=np.float64)
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.log(values / self.low) / np.log(self.high / self.low)
        return (values - self.low) / (self.high - self.low)

    def value(self, share: float) -> float:
        """The value at a share of the axis."""
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return float(self.low + share * (self.high - self.low))

    def places(self, count: int) -> list[float]:
        """Round values for marks."""
        if self.log:
            return powers_of_ten(self.low, self.high)
        return round_places(self.low, self.high, count)


class Plane(VGroup):
    """Two axis lines, and where a pair of values is on them, wherever they have been moved to.

    Parameters
    ----------
    x, y
        Which values the axes show.
    width, height
        Scene units.
    """

    def __init__(self, x: Scale, y: Scale, width: float, height: float) -> None:
        super().__init__()
        self.x, self.y = x, y
        corner = np.array([-width / 2, -height / 2, 0.0])
        self.across = Line(corner, corner + width * RIGHT, stroke_color=DIM, stroke_width=2)
        self.up = Line(corner, corner + height * UP, stroke_color=DIM, stroke_width=2)
        self.add(self.across, self.up)

    def to_scene(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Point3D_Array:
        """The points of values in the scene: (..., 3) for values of the shape (...)."""
        origin, end, top = self.across.get_start(), self.across.get_end(), self.up.get_end()
        right, up = self.x.share(x), self.y.share(y)
        return origin + right[..., None] * (end - origin) + up[..., None] * (top - origin)


class Plot(VGroup):
    """Axes with marks and names, to which curves and points are added.

    ``Plot((-6, 6), (0, 1), x_name="z", y_name="activation")``; then ``plot.get_curve(xs, ys)``.

    Parameters
    ----------
    x_range, y_range
        Lowest and highest value of each axis.
    width, height
        Of the area between the axes, scene units.
    x_name, y_name
        What the axes show: plain words, or a `Formula` made elsewhere. On a logarithmic axis
        "log scale" is added.
    x_log, y_log
        Whether an axis is logarithmic; its marks are powers of ten.
    x_marks, y_marks
        Values that are marked, or about how many of them, or words by value, such as
        ``{0: "no", 1: "yes"}``.
    grid
        Whether faint lines run across from the marks of the y axis.
    x_height
        Of marks and names.

    Attributes
    ----------
    plane
        The axis lines; ``plane.to_scene`` maps values to points.
    marks, names
        The `Mark`s (or words) and the names of the axes.
    x_axis, y_axis
        The same by axis: line, marks and name, and with the y axis the grid.
    """

    def __init__(
        self,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        *,
        width: float = 6.0,
        height: float = 3.5,
        x_name: str | VMobject = "",
        y_name: str | VMobject = "",
        x_log: bool = False,
        y_log: bool = False,
        x_marks: int | Sequence[float] | dict[float, str] = 5,
        y_marks: int | Sequence[float] | dict[float, str] = 5,
        grid: bool = True,
        x_height: float = SMALL,
    ) -> None:
        super().__init__()
        self.plane = Plane(Scale(*x_range, x_log), Scale(*y_range, y_log), width, height)
        self.grid, self.ticks = VGroup(), VGroup()
        self.marks, self.names = VGroup(), VGroup()
        low_x, low_y = x_range[0], y_range[0]
        for value, text in _marks_on(self.plane.x, x_marks, x_height, width, 0):
            place = self.to_scene(value, low_y)
            self.ticks.add(_tick(place, DOWN))
            self.marks.add(text.next_to(place, DOWN, buff=_CLOSE))
        marks_up = _marks_on(self.plane.y, y_marks, x_height, height, 1)
        for value, text in marks_up:
            place = self.to_scene(low_x, value)
            self.ticks.add(_tick(place, LEFT))
            self.marks.add(text.next_to(place, LEFT, buff=_CLOSE))
            if grid and value != low_y:
                line = Line(place, self.to_scene(x_range[1], value))
                self.grid.add(line.set_stroke(FAINT, width=1))
        below, above = _name(x_name, x_log, x_height), _name(y_name, y_log, x_height)
        if below is not None:
            below.next_to(VGroup(self.plane.across, self.marks), DOWN, buff=_CLOSE)
            self.names.add(below.set_x(self.plane.across.get_right()[0] - below.width / 2))
        if above is not None:
            above.next_to(self.plane, UP, buff=_CLOSE).align_to(self.plane, LEFT)
            self.names.add(above)
        self.x_axis, self.y_axis = VGroup(self.plane.across), VGroup(self.plane.up, self.grid)
        split = len(self.ticks) - len(marks_up)
        for axis, part in ((self.x_axis, slice(split)), (self.y_axis, slice(split, None))):
            axis.add(*self.ticks[part], *self.marks[part])
        if below is not None:
            self.x_axis.add(below)
        if above is not None:
            self.y_axis.add(above)
        self.add(self.grid, self.plane, self.ticks, self.marks, self.names)
        self.center()

    def to_scene(self, x: float, y: float) -> Point3D:
        """The point in the scene at which a pair of values is."""
        return self.plane.to_scene(x, y)

    def get_curve(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike | Callable[[Floats], Floats],
        *,
        colour: ParsableManimColor = ACTIVATION,
        width: float = 3.5,
        dashed: bool = False,
    ) -> VMobject:
        """A curve through values, as one mobject; values beyond the axes are cut off.

        Parameters
        ----------
        x, y
            (n,) each; or `y` a function, called with `x`. Where a value is NaN there is a gap.
        colour
            Its colour.
        width
            Of the stroke, in Manim's unit.
        dashed
            Dashes tell it from another curve without colour.
        """
        x = np.asarray(x, dtype=np.float64)
        y = np.asarray(y(x) if callable(y) else y, dtype=np.float64)
        curve = VMobject(stroke_color=colour, stroke_width=width)
        for part in _parts(*thin(x, y, self._columns(x)), self.plane):
            points = self.plane.to_scene(*part)
            for piece in dashes(points) if dashed else [points]:
                curve.start_new_path(piece[0])
                curve.add_points_as_corners(piece[1:])
        return curve

    def get_point(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike | Callable[[Floats], Floats],
        at: float,
        *,
        colour: ParsableManimColor = TEXT,
    ) -> "CurvePoint":
        """A point on the curve of `x` and `y` (as for `get_curve`), which can slide along it."""
        x = np.asarray(x, dtype=np.float64)
        y = np.asarray(y(x) if callable(y) else y, dtype=np.float64)
        return CurvePoint(self.plane, x, y, at, colour)

    def get_vertical(
        self, x: float, *, colour: ParsableManimColor = DIM, dashed: bool = True
    ) -> VMobject:
        """A line from bottom to top at a value of x: a moment, a threshold."""
        y = self.plane.y
        points = self.plane.to_scene([x, x], [y.low, y.high])
        line = VMobject(stroke_color=colour, stroke_width=2)
        for piece in dashes(points) if dashed else [points]:
            line.start_new_path(piece[0])
            line.add_points_as_corners(piece[1:])
        return line

    def _columns(self, x: Floats) -> npt.NDArray[np.integer]:
        """The column of the film's pixels, from the left end of the axis, for each value of x."""
        count = self.plane.across.get_length() * config.pixel_width / config.frame_width
        shares = np.nan_to_num(self.plane.x.share(x), nan=-1.0, posinf=2.0, neginf=-1.0)
        return np.floor(np.clip(shares, -1.0, 2.0) * count).astype(np.int64)


class CurvePoint(VGroup):
    """A point on a curve, which slides along it. Get one with `Plot.get_point`.

    Attributes
    ----------
    at
        The value of x where it is.
    """

    def __init__(
        self, plane: Plane, x: Floats, y: Floats, at: float, colour: ParsableManimColor
    ) -> None:
        super().__init__()
        self._plane, self._x, self._y = plane, x, y
        self.dot = Circle(radius=_DOT, fill_color=colour, fill_opacity=1)
        self.dot.set_stroke(BACKGROUND, width=3)
        self.add(self.dot)
        self.set_at(at)

    @property
    def value(self) -> float:
        """The curve's height where the point is, in the unit of y."""
        return float(np.interp(self.at, self._x, self._y))

    def set_at(self, at: float) -> Self:
        """Put the point where x has this value; between two of the curve's points, on the line."""
        self.at = float(at)
        self.dot.move_to(self._plane.to_scene(self.at, self.value))
        return self

    def animate_at(self, at: float, **options: Any) -> GoTo:
        """Slide along the curve to where x has this value: evenly along the axis."""
        return GoTo(self, {"share": float(self._plane.x.share(at))}, **options)

    @property
    def state(self) -> State:
        """How far along the axis it is."""
        return {"share": float(self._plane.x.share(self.at))}

    def set_state(self, state: State) -> Self:
        """Be elsewhere."""
        return self.set_at(self._plane.x.value(state["share"]))


def thin(x: Floats, y: Floats, columns: npt.NDArray[np.integer]) -> tuple[Floats, Floats]:
    """A curve with at most two points per column of pixels, smallest and largest value kept.

    Parameters
    ----------
    x, y
        (n,) each.
    columns
        Which column of pixels each point is in, (n,).
    """
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    stops = np.append(starts[1:], len(x))
    kept = {0, len(x) - 1} if len(x) else set()
    for start, stop in zip(starts, stops, strict=True):
        part = y[start:stop]
        if stop - start <= 2 or np.isnan(part).all():
            kept |= {int(start), int(stop - 1)}
        else:
            kept |= {int(start + np.nanargmin(part)), int(start + np.nanargmax(part))}
    chosen = sorted(kept)
    return x[chosen], y[chosen]


def _parts(x: Floats, y: Floats, plane: Plane) -> list[tuple[Floats, Floats]]:
    """The parts of a curve that are inside the axes, cut exactly at their edges."""
    right, up = plane.x.share(x), plane.y.share(y)
    parts: list[list[tuple[float, float]]] = [[]]
    for index in range(len(x) - 1):
        piece = _inside(right[index], up[index], right[index + 1], up[index + 1])
        if piece is None:
            if parts[-1]:
                parts.append([])
            continue
        start, end = piece
        if not parts[-1] or not np.allclose(parts[-1][-1], start, atol=1e-9):
            parts.append([start])
        parts[-1].append(end)
    return [
        (
            np.array([plane.x.value(a) for a, _ in part]),
            np.array([plane.y.value(b) for _, b in part]),
        )
        for part in parts
        if part
    ]


def _inside(
    x0: float, y0: float, x1: float, y1: float
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The piece of a segment inside the unit square (Liang and Barsky 1984); None if none is."""
    if not np.isfinite([x0, y0, x1, y1]).all():
        return None
    first, last = 0.0, 1.0
    for start, way in ((x0, x1 - x0), (y0, y1 - y0)):
        for distance, towards in ((start + 1e-12, -way), (1.0 + 1e-12 - start, way)):
            if towards == 0.0:
                if distance < 0.0:
                    return None
                continue
            share = distance / towards
            if towards > 0.0:
                last = min(last, share)
            else:
                first = max(first, share)
    if first >= last:
        return None
    return (
        (x0 + first * (x1 - x0), y0 + first * (y1 - y0)),
        (x0 + last * (x1 - x0), y0 + last * (y1 - y0)),
    )


def dashes(points: Point3D_Array, dash: float = 0.12, gap: float = 0.09) -> list[Point3D_Array]:
    """A polyline as dashes of equal length, scene units."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    pieces = []
    for start in np.arange(0.0, lengths[-1], dash + gap):
        stop = min(start + dash, lengths[-1])
        inner = points[(lengths > start) & (lengths < stop)]
        ends = [
            np.array([np.interp(s, lengths, points[:, axis]) for axis in range(3)])
            for s in (start, stop)
        ]
        pieces.append(np.array([ends[0], *inner, ends[1]]))
    return pieces


def _marks_on(
    scale: Scale,
    marks: int | Sequence[float] | dict[float, str],
    x_height: float,
    length: float,
    dimension: int,
) -> list[tuple[float, VMobject]]:
    """Values and what is written at them; of marks not asked for one by one, those with room."""
    if isinstance(marks, dict):
        return [
            (value, Words(word, x_height=x_height, colour=DIM)) for value, word in marks.items()
        ]
    if not isinstance(marks, int):
        return _written(scale, [float(value) for value in marks], x_height)
    for count in range(marks, 1, -1):
        found = _written(scale, scale.places(count), x_height)
        # There is but one set of powers of ten: take all, each second, each third.
        for every in range(1, len(found) if scale.log else 2):
            if _fit(found[::every], scale, length, dimension):
                return found[::every]
    return found[-1:]


def _written(
    scale: Scale, values: Sequence[float], x_height: float
) -> list[tuple[float, VMobject]]:
    # 0.0, 0.5, 1.0: neighbours have equally many decimals, but for powers of ten.
    decimals = None if scale.log else max((decimals_of(value) for value in values), default=0)
    return [(value, Mark(value, decimals=decimals, x_height=x_height)) for value in values]


def _fit(
    marks: Sequence[tuple[float, VMobject]], scale: Scale, length: float, dimension: int
) -> bool:
    """Whether marks along an axis of this length keep apart."""
    shares = scale.share([value for value, _ in marks])
    sizes = [mark.length_over_dim(dimension) for _, mark in marks]
    pairs = zip(pairwise(shares), pairwise(sizes), strict=True)
    return all((b - a) * length >= (m + n) / 2 + _APART for (a, b), (m, n) in pairs)


def _tick(place: Point3D, outward: np.ndarray) -> Line:
    return Line(place, place + _TICK * outward, stroke_color=DIM, stroke_width=2)


def _name(name: str | VMobject, log: bool, x_height: float) -> VMobject | None:
    if isinstance(name, VMobject):
        if not log:
            return name
        note = Words("(log scale)", x_height=x_height, colour=DIM)
        return VGroup(name, note.next_to(name, RIGHT, buff=_CLOSE))
    words = " ".join([name] * bool(name) + ["(log scale)"] * log)
    return Words(words, x_height=x_height, colour=DIM) if words else None
