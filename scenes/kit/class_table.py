"""A table of the classes: a row for each, with its name, and columns of bars and figures beside it.

Rows stand where `scenes.kit.stage.rows` has them, so a class keeps its height through a chapter and
through all chapters. Columns are made by the table and shown by the chapter, one after the other;
each can go to another moment. Bars are drawn from what their figures would show, and claim it.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    AnimationGroup,
    LaggedStart,
    Line,
    Mobject,
    ParsableManimColor,
    Rectangle,
    VGroup,
    VMobject,
)
from manim.typing import Point3D

from network.moment import Moment
from scenes.kit import stage
from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, half_a_pixel
from scenes.kit.figures import quantities
from scenes.kit.findings import nearer
from scenes.kit.fitted_names import names_in_rows
from scenes.kit.labels import way_to_go
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number, align_points
from scenes.kit.state import GoTo, State
from scenes.kit.style import BLAME, DIM, SMALL, TRUTH
from scenes.kit.typed import Parts
from scenes.kit.typeset import Words

_NARROWEST: Final = 0.55  # of the names
_BESIDE: Final = 0.2  # from the names to the columns
_GAP: Final = (0.36, 0.7)  # between columns: at least, at most
_ABOVE: Final = 0.08  # from the rows to the names of columns
_HIGH: Final = 0.62  # of a bar, in rows
_THIN: Final = 0.01  # a bar of no length is still seen
_ROOMY: Final = 0.42  # rows in which a line has room beside the figures
_BOX: Final[dict[str, Any]] = {"stroke_width": 4}
_SHADE: Final[dict[str, Any]] = {"stroke_width": 0, "fill_opacity": 0.1}
_GROWING: Final = 1e-4


class ClassTable(VGroup):
    """The rows of the classes with their names.

    Parameters
    ----------
    classes
        Their names, from the top down; cut where they are too long.
    label
        The true class, in green; None for none.

    Attributes
    ----------
    rows
        Where the rows are: `scenes.kit.stage.Rows`.
    names
        The names, in the order of the rows.
    zero
        Where the columns begin, beside the names.
    """

    def __init__(self, classes: Sequence[str], label: int | None = None) -> None:
        super().__init__()
        self.rows = stage.rows(len(classes))
        self.names = names_in_rows(classes, self.rows.pitch, colour=DIM)
        if label is not None:
            self.names[label].set_color(TRUTH)
        end = stage.BODY.left + max(_NARROWEST, self.names.width)
        for index, words in enumerate(self.names):
            words.shift(
                (end - words.get_right()[0]) * RIGHT + (self.baseline(index) - words.baseline) * UP
            )
        self.zero = end + _BESIDE
        self.add(self.names)

    @property
    def room(self) -> float:
        """Width of what the names leave for columns."""
        return stage.BODY.right - self.zero

    def at(self, index: float, x: float) -> Point3D:
        """A point in the row of a class."""
        return np.array([x, self.rows.y(index), 0.0])

    def baseline(self, index: int) -> float:
        """The baseline of a row, with digits in its middle: they are 1.55 x-heights high."""
        return self.rows.y(index) - 0.5 * 1.55 * SMALL

    def places(self, *widths: float) -> list[float]:
        """Middles of columns of these widths, spread from the names to the right."""
        least, most = _GAP
        gap = (self.room - sum(widths)) / max(len(widths) - 1, 1)
        ends = np.cumsum(np.array(widths) + np.clip(gap, least, most)) - np.clip(gap, least, most)
        return [self.zero + float(end) - width / 2 for end, width in zip(ends, widths, strict=True)]

    # Columns

    def head(self, text: str, x: float, colour: ParsableManimColor = DIM) -> Words:
        """The name of a column, above the first row."""
        words = Words(text, x_height=SMALL, colour=colour).move_to(x * RIGHT)
        return words.shift((self.rows.top + _ABOVE - words.baseline) * UP)

    def figures(self, moment: Moment, path: str, x: float, **look: Any) -> "FigureColumn":
        """A recorded vector in figures, points aligned; `look` as for a `Number`."""
        look.setdefault("x_height", SMALL)
        numbers = [Number(quantity, **look) for quantity in quantities(moment, path)]
        for index, number in enumerate(numbers):
            number.move_to(x * RIGHT)
            number.shift((self.baseline(index) - number.baseline) * UP)
        align_points(numbers)
        return FigureColumn(*numbers)

    def bars(
        self,
        moment: Moment,
        path: str,
        unit: float,
        colour: ParsableManimColor,
        *,
        starts: float | Sequence[float] | None = None,
    ) -> "BarColumn":
        """A recorded vector in bars.

        Parameters
        ----------
        unit
            How long 1 is, scene units.
        starts
            Where zero is, for all or for each; beside the names if not given.
        """
        shown = quantities(moment, path)
        x = np.broadcast_to(np.asarray(self.zero if starts is None else starts), len(shown))
        return BarColumn(
            *(
                Bar(quantity, unit, self.at(k, float(x[k])), colour, _HIGH * self.rows.pitch)
                for k, quantity in enumerate(shown)
            )
        )

    def ways(self, moment: Moment, unit: float) -> "BarColumn":
        """Thin bars in each row, from where an output ends to where it should end."""
        return BarColumn(
            *(
                Bar(
                    Quantity.derived(way_to_go, moment, index),
                    unit,
                    self.at(index, self.zero + unit * float(output)),
                    BLAME,
                    0.17 * self.rows.pitch,
                )
                for index, output in enumerate(moment.a[moment.layers])
            )
        )

    def box(self, index: int, right: float, colour: ParsableManimColor) -> Rectangle:
        """A box around a row, from its name to the right edge of a column."""
        margin = 0.15
        return self.around(index, self.names[index].get_left()[0] - margin, right + margin, colour)

    def around(
        self, index: int, left: float, right: float, colour: ParsableManimColor
    ) -> Rectangle:
        """A box around a part of a row; where its figures need all the height, a shade on it."""
        box = box_of_a_row(right - left, self.rows.pitch, colour)
        return box.move_to(self.at(index, (left + right) / 2))

    def targets(self, moment: Moment, unit: float) -> "Targets":
        """A stroke in each row where a bar of the output should end."""
        return Targets(self, moment, unit)

    def ticks(self, before: Moment, after: Moment, x: float) -> "Ticks":
        """A check mark where an output is nearer to the truth in the second moment."""
        return Ticks(self, before, after, x)

    def axis(self, x: float, colour: ParsableManimColor) -> Line:
        """A line along all rows, where bars are measured from."""
        return Line(self.at(-0.5, x), self.at(self.rows.count - 0.5, x), color=colour)


def box_of_a_row(width: float, pitch: float, colour: ParsableManimColor) -> Rectangle:
    """A box around a row; where rows are so close that figures need all the height, a shade."""
    box = Rectangle(color=colour, **(_BOX if pitch > _ROOMY else _SHADE))
    return box.stretch_to_fit_width(width).stretch_to_fit_height(1.04 * pitch)


class FigureColumn(Parts[Number]):
    """A column of figures: see `ClassTable.figures`."""

    def set_view(self, moment: Moment) -> Self:
        """Show the same of another step or view."""
        for number in self:
            number.set_view(moment)
        return self

    def animate_to(self, moment: Moment, **options: Any) -> Animation:
        """As `set_view`: every figure counts."""
        return AnimationGroup(*(number.animate_to(moment, **options) for number in self))


class Bar(VMobject):
    """A bar from a zero to the right, or below zero to the left: as long as its value.

    Parameters
    ----------
    quantity
        The value.
    unit
        How long 1 is, scene units.
    zero
        The middle of the edge from which it is measured.
    height
        Scene units.
    """

    def __init__(
        self,
        quantity: Quantity,
        unit: float,
        zero: Point3D,
        colour: ParsableManimColor,
        height: float = 0.3,
    ) -> None:
        super().__init__(fill_color=colour, fill_opacity=1, stroke_width=0)
        self.unit = unit
        half = np.array([0.0, height / 2, 0.0])
        self.set_points_as_corners(
            [zero - half, zero + half, zero + half, zero - half, zero - half]
        )
        self.set_quantity(quantity)

    @property
    def zero(self) -> Point3D:
        """The middle of the edge from which it is measured, wherever it is now."""
        return np.asarray((self.points[0] + self.points[3]) / 2)

    def set_quantity(self, quantity: Quantity) -> Self:
        """Show another value."""
        self.quantity = quantity
        self._draw(quantity.value, _THIN)
        shown = Values.of_one(quantity)
        slack = half_a_pixel() + _THIN
        return claim(self, Claim("length", shown, _length, lambda v: self.unit * v, slack))

    def set_view(self, moment: Moment) -> Self:
        """Show the same of another step or view."""
        return self.set_quantity(self._elsewhere(moment))

    def animate_to(self, moment: Moment, **options: Any) -> GoTo:
        """As `set_view`, in motion."""
        return GoTo(self, {"value": self._elsewhere(moment)}, **options)

    def animate_growth(self, **options: Any) -> GoTo:
        """Come in, growing from zero."""
        state, start = {"value": self.quantity}, {"value": 0.0}
        return GoTo(self, state, start=start, introducer=True, **options)

    @property
    def state(self) -> State:
        """The value."""
        return {"value": self.quantity}

    def set_state(self, state: State) -> Self:
        """Show another value, or be as long as a plain one on the way."""
        value = state["value"]
        if isinstance(value, Quantity):
            return self.set_quantity(value)
        self._draw(value)
        return self

    def get_outline(self, colour: ParsableManimColor = DIM) -> "Bar":
        """A copy without filling, to be left where the bar was."""
        return self.copy().set_fill(opacity=0).set_stroke(colour, width=1.5)

    def _elsewhere(self, moment: Moment) -> Quantity:
        if self.quantity.path is None:
            raise ValueError("only a bar of a recorded value can go to another moment")
        return Quantity.recorded(moment, self.quantity.path)

    def _draw(self, value: float, least: float = _GROWING) -> None:
        low, high = self.points[0].copy(), self.points[3].copy()
        way = self.unit * float(value)
        end = max(abs(way), least) * (RIGHT if way >= 0 else LEFT)
        self.set_points_as_corners([low, high, high + end, low + end, low])
        claim(self)  # nothing, on its way


def _length(bar: Mobject) -> Floats:
    """How far the end of a bar is from its zero, to the right."""
    return np.array(bar.points[8][0] - bar.points[0][0])


class BarColumn(Parts[Bar]):
    """A column of bars: see `ClassTable.bars`."""

    def set_view(self, moment: Moment) -> Self:
        """Show the same of another step or view."""
        for bar in self:
            bar.set_view(moment)
        return self

    def animate_to(self, moment: Moment, lag_ratio: float = 0.1, **options: Any) -> Animation:
        """As `set_view`, in motion, one row after the other."""
        return LaggedStart(
            *(bar.animate_to(moment) for bar in self), lag_ratio=lag_ratio, **options
        )

    def animate_growth(self, lag_ratio: float = 0.08, **options: Any) -> Animation:
        """All come in, growing from zero, one row after the other."""
        return LaggedStart(*(bar.animate_growth() for bar in self), lag_ratio=lag_ratio, **options)

    def get_outlines(self) -> "BarColumn":
        """Copies without filling, to be left where the bars were."""
        return BarColumn(*(bar.get_outline() for bar in self))


class Targets(VMobject):
    """Strokes where the outputs should be: see `ClassTable.targets`."""

    def __init__(self, table: ClassTable, moment: Moment, unit: float) -> None:
        super().__init__(stroke_color=TRUTH, stroke_width=4)
        half = np.array([0.0, 0.4 * table.rows.pitch, 0.0])
        for index, wanted in enumerate(moment.y):
            place = table.at(index, table.zero + unit * float(wanted))
            self.start_new_path(place - half)
            self.add_line_to(place + half)
        self.xs = [float(x) for x in self.points[::4, 0]]

        def read(strokes: Mobject) -> Floats:
            places = strokes.points[::4, 0]
            return np.asarray(places - places.min())

        def expect(values: Floats) -> Floats:
            return unit * (values - values.min())

        claim(self, Claim("places", Values.of(moment, "y"), read, expect, half_a_pixel()))


class Ticks(VGroup):
    """Check marks in some rows: see `ClassTable.ticks`."""

    def __init__(self, table: ClassTable, before: Moment, after: Moment, x: float) -> None:
        super().__init__()
        shown = Values.of(nearer, before, after)
        for index in np.flatnonzero(shown.values):
            self.add(_tick().move_to(table.at(int(index), x)))
        heights = np.array([table.rows.y(index) for index in range(len(shown.values))])

        def read(ticks: Mobject) -> Floats:
            rows = [int(np.abs(heights - tick.get_y()).argmin()) for tick in ticks]
            return np.isin(np.arange(len(heights)), rows).astype(np.float64)

        claim(self, Claim("rows with a mark", shown, read, lambda values: values, 0.0))


def _tick() -> VGroup:
    low = 0.05 * LEFT + 0.12 * DOWN
    ends = (low + 0.12 * LEFT + 0.12 * UP, low + 0.22 * RIGHT + 0.26 * UP)
    return VGroup(*(Line(low, end, color=TRUTH, stroke_width=4) for end in ends))
