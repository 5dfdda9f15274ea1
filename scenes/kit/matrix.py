"""Matrices and vectors: large ones as heat maps, small ones and cut-outs in figures.

A heat map is one image, however many cells it has; where cells are smaller than the film's pixels
they are averaged, none is skipped. Colours are not readings; whatever is shown in figures is made
of `Number`s and is in the ledger. Rows and columns are counted from 0, as in the trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import (
    DL,
    DOWN,
    DR,
    LEFT,
    RIGHT,
    UL,
    UP,
    UR,
    Animation,
    Circle,
    Group,
    Line,
    Mobject,
    ParsableManimColor,
    Rectangle,
    VGroup,
    VMobject,
    config,
)
from manim.typing import Point3D

from network.moment import Moment
from scenes.kit.arrays import Floats
from scenes.kit.claims import averaged, split
from scenes.kit.diagram import average_rows
from scenes.kit.digit import PixelImage
from scenes.kit.encoding import get_rgb
from scenes.kit.figures import Figure, quantities
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number
from scenes.kit.shape_box import ShapeText
from scenes.kit.state import GoTo, State
from scenes.kit.style import (
    ACTIVATION,
    BLAME,
    DIM,
    FAINT,
    GAP,
    SLOW,
    SMALL,
    STEADY,
    TEXT,
)
from scenes.kit.typed import AnimationOf, Parts
from scenes.kit.typeset import Words

CELL: Final = 0.25

_FADED: Final = 0.6  # light of a cell that is not the point
_CRISP: Final = 4  # cells of at least so many pixels keep their own edges
_FRONT: Final = 0.12  # width of the growing edge, as a share of the way
_CLOSE: Final = 0.14
_NARROW: Final = 0.12  # the least side of a box that can be seen around a cell
_STRIP: Final = 0.2  # the least thickness of a vector drawn as a strip


@dataclass(frozen=True)
class Cell:
    """Where a cell, or a block of cells, is in the scene now.

    Attributes
    ----------
    centre
        Scene units.
    width, height
        Scene units.
    """

    centre: Point3D
    width: float
    height: float


class HeatImage(PixelImage):
    """The cells of a heat map as one image, some of which may be dimmed or not be there yet.

    Parameters
    ----------
    values
        (rows, columns).
    width, height
        Scene units.
    **kwargs
        As for `PixelImage`.
    """

    def __init__(
        self, values: npt.ArrayLike, *, width: float, height: float, **kwargs: Any
    ) -> None:
        values = np.asarray(values)
        self._light = np.ones(values.shape, dtype=np.float32)
        self._grown = 1.0
        density = config.pixel_width / config.frame_width
        pixels = (max(1, round(height * density)), max(1, round(width * density)))
        # Drawn on a grid this fine: one cell each, or the film's pixels if those are coarser.
        self._grid = tuple(
            count if count * _CRISP <= room else min(room, count)
            for count, room in zip(values.shape, pixels, strict=True)
        )
        super().__init__(values, width=width, height=height, **kwargs)

    @property
    def light(self) -> Floats:
        """How bright each cell is drawn, (rows, columns), 1 where nothing is dimmed."""
        return self._light

    @property
    def grown(self) -> float:
        """How much of the map is there, from its upper left corner: 0 to 1."""
        return self._grown

    def set_light(self, light: npt.ArrayLike) -> Self:
        """Dim cells: (rows, columns) factors from 0 to 1."""
        self._light = np.broadcast_to(np.asarray(light, np.float32), self.values.shape).copy()
        return self._again()

    def set_grown(self, grown: float) -> Self:
        """Show the map as far as it has grown from its upper and its left edge."""
        self._grown = float(grown)
        return self._again()

    @property
    def state(self) -> State:
        """Besides the values, how far it has grown and how bright each cell is."""
        return {**super().state, "grown": self._grown, "light": self._light}

    def set_state(self, state: State) -> Self:
        """Show other values, other light, or more of it."""
        self._grown, light = state.get("grown", self._grown), state.get("light", self._light)
        self._light = np.broadcast_to(np.asarray(light, np.float32), self.values.shape).copy()
        return super().set_state(state)

    def _again(self) -> Self:
        """Draw the same values once more."""
        return self.set_values(self._source or self._values)

    def _dimmed(self, cells: Floats) -> Floats:
        light = self._light * _there(self.values.shape, self._grown)
        ground = 255.0 * get_rgb(self._colours[2])
        return averaged(ground + light[..., None] * (cells - ground), self._grid)

    def _paint(self) -> npt.NDArray[np.uint8]:
        colours = self._colour_cells()
        light = self._light * _there(self.values.shape, self._grown)
        ground = get_rgb(self._colours[2])
        colours = ground + light[..., None] * (colours - ground)
        colours = average_rows(colours, self._grid[0])
        colours = average_rows(colours.swapaxes(0, 1), self._grid[1]).swapaxes(0, 1)
        rgba = np.empty((*colours.shape[:2], 4), dtype=np.uint8)
        rgba[..., :3] = np.rint(np.clip(colours, 0.0, 1.0) * 255.0)
        rgba[..., 3] = 255
        return rgba


class HeatMatrix(Group):
    """A matrix as a heat map in brackets, with its shape and names of its axes.

    ``HeatMatrix(step.dW[2], cell=0.25, row_name="outputs", column_name="hidden")``

    Parameters
    ----------
    values
        (rows, columns); a vector (n,) is shown as a column, with the shape it has.
    cell
        Size of a cell in scene units; or (width, height) of one.
    width, height
        Size of the map instead of that of its cells.
    signed
        Blue above zero and orange below; else activations, dark to bright.
    signs
        Whether cells below zero bear a minus: for maps whose two signs share a hue, as blame.
    shape
        Whether the shape is written below.
    brackets
        Whether there are brackets.
    row_name, column_name
        What the rows and the columns are: to the left and on top.
    row_labels, column_labels
        Words for some rows and columns, by number, to the left and on top.
    x_height
        Of all words.
    **kwargs
        As for `PixelImage`: scale, gamma, colour, negative, zero.

    Attributes
    ----------
    image, brackets, shape, words, box
        The parts; `box` is the frame of what is highlighted.
    """

    def __init__(
        self,
        values: npt.ArrayLike | Values,
        *,
        cell: float | tuple[float, float] = CELL,
        width: float | None = None,
        height: float | None = None,
        signed: bool = True,
        signs: bool = False,
        shape: bool = True,
        brackets: bool = True,
        row_name: str = "",
        column_name: str = "",
        row_labels: Mapping[int, str] | None = None,
        column_labels: Mapping[int, str] | None = None,
        x_height: float = SMALL,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        array, source = split(values)
        values = np.asarray(array, dtype=np.float32)
        own_shape = values.shape
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2:
            raise ValueError(f"a matrix has rows and columns, not the shape {own_shape}")
        rows, columns = values.shape
        across, down = cell if isinstance(cell, tuple) else (cell, cell)
        self.image = HeatImage(
            values,
            width=width or across * columns,
            height=height or down * rows,
            signed=signed,
            frame=not brackets,
            **kwargs,
        )
        self.brackets = brackets_around(self.image) if brackets else VGroup()
        body = Group(self.image, self.brackets)
        self.minus = VGroup()
        self.signs = signs
        self.words = VGroup()
        # Names of single rows and columns stand next to the map, that of the axis beyond them.
        for index, name in (row_labels or {}).items():
            place = self.cell(index, 0).centre
            word = Words(name, x_height=x_height, colour=DIM)
            self.words.add(word.next_to(body, LEFT, buff=_CLOSE).set_y(place[1]))
        for index, name in (column_labels or {}).items():
            place = self.cell(0, index).centre
            word = Words(name, x_height=x_height, colour=DIM)
            self.words.add(word.next_to(body, UP, buff=_CLOSE).set_x(place[0]))
        for name, side in ((row_name, LEFT), (column_name, UP)):
            if name:
                beyond = Group(body, self.words) if len(self.words) else body
                word = Words(name, x_height=x_height, colour=DIM)
                word.next_to(beyond, side, buff=_CLOSE)
                word.match_y(body) if side is LEFT else word.match_x(body)
                self.words.add(word)
        self.shape = VGroup()
        if shape:
            self.shape.add(ShapeText(own_shape, x_height=x_height).next_to(body, DOWN, buff=_CLOSE))
        self.box = Rectangle(width=0.1, height=0.1, stroke_color=TEXT, stroke_width=2.5)
        self.box.move_to(self.image).set_stroke(opacity=0)
        self.add(self.image, self.minus, self.brackets, self.words, self.shape, self.box)
        self._sign_cells()
        if source is not None:
            self.image.set_values(source)

    @property
    def values(self) -> Floats:
        """What is shown, (rows, columns)."""
        return self.image.values

    @property
    def scale_value(self) -> float:
        """The magnitude drawn at full strength."""
        return self.image.scale_value

    def set_values(self, values: npt.ArrayLike | Values, scale: float | None = None) -> Self:
        """Show other values, on the scale there is if none is given."""
        self.image.set_values(values, scale)
        self._sign_cells()
        return self

    def animate_values(
        self, values: npt.ArrayLike | Values, scale: float | None = None, **options: Any
    ) -> Animation:
        """As `set_values`, in motion (without the minus signs)."""
        return self.image.animate_values(values, scale, **options)

    def cell(self, row: int, column: int) -> Cell:
        """Where a cell is."""
        return self.block([row], [column])

    def block(
        self, rows: Sequence[int] | None = None, columns: Sequence[int] | None = None
    ) -> Cell:
        """Where a block of cells is; None for all rows, or all columns.

        Raises
        ------
        IndexError
            If the matrix has no such row or column.
        """
        ends = []
        for chosen, count in zip((rows, columns), self.values.shape, strict=True):
            first, last = (0, count - 1) if chosen is None else (min(chosen), max(chosen))
            if not 0 <= first <= last < count:
                raise IndexError(f"rows and columns of {self.values.shape} run from 0")
            ends.append((first, last + 1, count))
        upper_left, upper_right, lower_left, _ = self.image.points
        (top, bottom, high), (left, right, wide) = ends
        across, down = (upper_right - upper_left) / wide, (lower_left - upper_left) / high
        centre = upper_left + across * (left + right) / 2 + down * (top + bottom) / 2
        width = float(np.linalg.norm(across)) * (right - left)
        height = float(np.linalg.norm(down)) * (bottom - top)
        return Cell(centre, width, height)

    def set_highlight(
        self,
        rows: int | Sequence[int] | None = None,
        columns: int | Sequence[int] | None = None,
    ) -> Self:
        """Box a row, a column, a cell or a block and dim the rest; neither: all as before."""
        light, box = self._highlight(rows, columns)
        self.image.set_light(light)
        self.box.become(box)
        return self

    def animate_highlight(
        self,
        rows: int | Sequence[int] | None = None,
        columns: int | Sequence[int] | None = None,
        **options: Any,
    ) -> "HighlightAnimation":
        """As `set_highlight`, in motion: the box glides from one place to the next."""
        return HighlightAnimation(self, *self._highlight(rows, columns), **options)

    def set_grown(self, grown: float) -> Self:
        """Show the map as far as it has grown from its upper and its left edge; 0: nothing yet."""
        self.image.set_grown(grown)
        return self

    def animate_growth(self, **options: Any) -> GoTo:
        """The map grows from its upper and its left edge; add it with ``set_grown(0)`` before."""
        options.setdefault("run_time", SLOW)
        return GoTo(self.image, {"grown": 1.0}, start={"grown": 0.0}, **options)

    def _highlight(
        self, rows: int | Sequence[int] | None, columns: int | Sequence[int] | None
    ) -> tuple[Floats, Rectangle]:
        if rows is None and columns is None:
            box = self.box.copy().set_stroke(opacity=0)
            return np.ones(self.values.shape, np.float32), box
        down, across = (
            [chosen] if isinstance(chosen, int | np.integer) else chosen
            for chosen in (rows, columns)
        )
        place = self.block(down, across)
        light = np.full(self.values.shape, _FADED, dtype=np.float32)
        high, wide = self.values.shape
        inside = np.ix_(
            range(high) if down is None else down, range(wide) if across is None else across
        )
        light[inside] = 1.0
        wide, high = (max(side, _NARROW) for side in (place.width, place.height))
        box = Rectangle(width=wide, height=high, stroke_color=TEXT, stroke_width=2.5)
        return light, box.move_to(place.centre)

    def _sign_cells(self) -> None:
        if not self.signs:
            return
        strokes = VMobject(stroke_color=TEXT, stroke_width=2)
        for row, column in np.argwhere(self.values < 0):
            place = self.cell(int(row), int(column))
            half = 0.25 * min(place.width, place.height) * RIGHT
            strokes.start_new_path(place.centre - half)
            strokes.add_line_to(place.centre + half)
        self.minus.submobjects = [strokes] if len(strokes.points) else []


class HighlightAnimation(AnimationOf[HeatMatrix]):
    """The highlight of a heat map goes from where it is to another place."""

    def __init__(
        self,
        matrix: HeatMatrix,
        light: Floats,
        box: Rectangle,
        run_time: float = STEADY,
        **options: Any,
    ) -> None:
        self.light, self.box = light, box
        super().__init__(matrix, run_time=run_time, **options)

    def begin(self) -> None:
        """Take what is highlighted now as the start; a box comes in where it is wanted."""
        self._first_light, self._first_box = (
            self.mobject.image.light.copy(),
            self.mobject.box.copy(),
        )
        if self._first_box.get_stroke_opacity() == 0:
            self._first_box = self.box.copy().set_stroke(opacity=0)
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the state at this part of the run time."""
        share = self.rate_func(alpha)
        image = self.mobject.image
        image.set_light((1 - share) * self._first_light + share * self.light)
        self.mobject.box.interpolate(self._first_box, self.box, share)


class OuterProduct(Group):
    """A column times a row: the two vectors at the edges of the matrix that they make.

    ``OuterProduct(Values.of(step, "delta2"), Values.of(step, "a1"))`` is δ hᵀ, (10, 20), with δ at
    its left and h on top.

    Parameters
    ----------
    column
        (rows,): blame, in purple, with a minus in cells below zero.
    row
        (columns,): activations, dark to bright.
    product
        (rows, columns); the outer product itself if not given. Recorded gradients that are
        averaged over a batch are not one image's product: hand over what is to be shown.
    cell
        Size of a cell, scene units, or (width, height).
    column_name, row_name
        What the vectors are: left of the column, and left of the row.
    row_scale
        The activation at full brightness.
    shape
        Whether the shapes are written.
    brackets
        Whether there are brackets; without, the vectors lie close to the product.

    Attributes
    ----------
    column, row, product
        Each a `HeatMatrix`.
    """

    def __init__(
        self,
        column: npt.ArrayLike | Values,
        row: npt.ArrayLike | Values,
        product: npt.ArrayLike | Values | None = None,
        *,
        cell: float | tuple[float, float] = CELL,
        column_name: str = "",
        row_name: str = "",
        row_scale: float | None = None,
        shape: bool = True,
        brackets: bool = True,
        **kwargs: Any,
    ) -> None:
        (left, left_source), (top, top_source) = split(column), split(row)
        if product is None:
            product = np.outer(left, top)
        if np.shape(split(product)[0]) != (left.size, top.size):
            made = np.shape(split(product)[0])
            raise ValueError(f"a column of {left.size} and a row of {top.size} make no {made}")
        across, down = cell if isinstance(cell, tuple) else (cell, cell)
        self.product = HeatMatrix(product, cell=cell, shape=shape, brackets=brackets, **kwargs)
        self.column = HeatMatrix(
            left.reshape(-1, 1),
            cell=(max(across, _STRIP) if brackets else _STRIP, down),
            shape=shape,
            brackets=brackets,
            signs=True,
            colour=BLAME,
            negative=BLAME,
            row_name=column_name,
        )
        self.row = HeatMatrix(
            top.reshape(1, -1),
            cell=(across, max(_STRIP, down if brackets else 0.0)),
            shape=False,
            brackets=brackets,
            signed=False,
            scale=row_scale or max(1.0, float(np.max(top, initial=0.0))),
            row_name=row_name,
            colour=ACTIVATION,
        )
        for matrix, source in ((self.column, left_source), (self.row, top_source)):
            if source is not None:
                matrix.image.set_values(source)
        gap = 2.2 * GAP if brackets else _CLOSE
        self.column.shift(
            self.product.image.get_left()
            + (gap + self.column.image.width) * LEFT
            - self.column.image.get_left()
        )
        # Away from the product's own shape.
        if brackets:
            self.column.shape.align_to(self.column.brackets, RIGHT)
        self.row.shift(self.product.image.get_top() + gap * UP - self.row.image.get_bottom())
        if shape:
            text = ShapeText((1, top.size)).next_to(self.row.brackets, RIGHT, buff=_CLOSE)
            self.row.shape.add(text)
        super().__init__(self.column, self.row, self.product)
        self.center()

    def set_grown(self, grown: float) -> Self:
        """Show the product as far as it has grown; 0: only the two vectors are there."""
        self.product.set_grown(grown)
        return self

    def animate_growth(self, **options: Any) -> GoTo:
        """The product grows out of the two vectors; show it with ``set_grown(0)`` before."""
        return self.product.animate_growth(**options)

    def set_highlight(self, row: int | None, column: int | None) -> Self:
        """Box one cell and the two values that it is the product of; None: none."""
        self.product.set_highlight(row, column)
        self.column.set_highlight(row, None if row is None else 0)
        self.row.set_highlight(None if column is None else 0, column)
        return self

    def animate_highlight(
        self, row: int | None, column: int | None, **options: Any
    ) -> list[HighlightAnimation]:
        """As `set_highlight`: three animations, for ``self.play(*...)``."""
        return [
            self.product.animate_highlight(row, column, **options),
            self.column.animate_highlight(row, None if row is None else 0, **options),
            self.row.animate_highlight(None if column is None else 0, column, **options),
        ]


class NumberColumn(VGroup):
    """A vector in figures, in brackets, aligned on the point; a long one says what it leaves out.

    ``NumberColumn.of(step, "a1", most=6)`` shows the first ones, three dots, and the last one.

    Parameters
    ----------
    shown
        The quantities shown, from top to bottom.
    indices
        Which entries of the vector they are; where they jump there are three dots.
    size
        How many entries the vector has.
    line_height
        From baseline to baseline; 2.3 x-heights if not given.
    shape
        Written below the column; the vector's own, ``(size,)``, if not given; None for none.
    look
        As for `Number`: decimals, sign, x_height, colour.

    Attributes
    ----------
    numbers, dots, brackets, shape
        The parts.
    """

    def __init__(
        self,
        shown: Sequence[Quantity],
        indices: Sequence[int] | None = None,
        size: int | None = None,
        *,
        line_height: float | None = None,
        shape: tuple[int, ...] | str | None = "own",
        brackets: bool = True,
        **look: Any,
    ) -> None:
        super().__init__()
        self.indices = tuple(range(len(shown)) if indices is None else indices)
        size = len(shown) if size is None else size
        if list(self.indices) != sorted(set(self.indices)) or len(self.indices) != len(shown):
            raise ValueError("the indices of a column rise, one for each of its numbers")
        if self.indices[-1] >= size:
            raise ValueError(f"a vector of {size} has no entry {self.indices[-1]}")
        x_height = look.setdefault("x_height", SMALL)
        line_height = line_height or 2.3 * x_height
        self.numbers: Parts[Number] = Parts()
        gaps = []
        line, last = 0, -1
        for quantity, index in zip(shown, self.indices, strict=True):
            if index > last + 1:
                gaps.append(line)
                line += 1
            number = Figure(quantity, **look)
            self.numbers.add(number.shift(line * line_height * DOWN - number.point))
            line, last = line + 1, index
        if last < size - 1:
            gaps.append(line)
            line += 1
        middle = self.numbers.get_center()[0]
        self.dots = VGroup()
        for gap in gaps:
            height = -gap * line_height + 0.5 * 1.55 * x_height
            self.dots.add(dots_of(x_height, DOWN).move_to((middle, height, 0.0)))
        top = 1.55 * x_height
        bottom = -(line - 1) * line_height
        body = Rectangle(width=self.numbers.width, height=top - bottom)
        body.move_to((middle, (top + bottom) / 2, 0.0))
        self.brackets = brackets_around(body, gap=0.6 * x_height) if brackets else VGroup()
        self.shape = VGroup()
        if shape is not None:
            own = (size,) if isinstance(shape, str) else shape
            text = ShapeText(own, x_height=max(SMALL, x_height * 0.9))
            self.shape.add(text.next_to(self.brackets if brackets else body, DOWN, buff=_CLOSE))
        self.add(self.brackets, self.dots, self.shape, self.numbers)
        self.center()

    @classmethod
    def of(
        cls,
        step: Moment,
        path: str,
        *,
        indices: Sequence[int] | None = None,
        most: int = 8,
        **options: Any,
    ) -> Self:
        """A recorded vector, such as ``a1`` or ``x``.

        Parameters
        ----------
        step, path
            The step and the name of the vector.
        indices
            Which entries are shown. If not given, all, or of a vector longer than `most` the
            first ``most - 2`` and the last.
        most
            The most lines to take, dots included.
        **options
            As for `NumberColumn`.
        """
        size = len(step[path])
        if indices is None:
            indices = range(size) if size <= most else [*range(most - 2), size - 1]
        return cls(quantities(step, path, indices), indices, size, **options)

    def number(self, index: int) -> Number:
        """The number of entry `index` of the vector.

        Raises
        ------
        IndexError
            If that entry is not shown.
        """
        if index not in self.indices:
            raise IndexError(f"entry {index} is not shown, only {self.indices}")
        return self.numbers[self.indices.index(index)]

    def set_view(self, step: Moment) -> Self:
        """Show the same entries of another step."""
        for number in self.numbers:
            number.set_view(step)
        return self

    def animate_to(self, step: Moment, **options: Any) -> list[Animation]:
        """As `set_view`, in motion: an animation for each number, for ``self.play(*...)``."""
        return [number.animate_to(step, **options) for number in self.numbers]


class NumberGrid(VGroup):
    """A small patch of a matrix in figures, aligned on the points, with dots where it goes on.

    ``NumberGrid.of(step, "dW2", rows=[4, 5, 6], columns=[0, 1, 2])``

    Parameters
    ----------
    shown
        The quantities, row by row.
    shape
        Of the whole matrix: dots stand at each side beyond which there is more.
    rows, columns
        Which rows and columns of it are shown.
    line_height
        From baseline to baseline.
    look
        As for `Number`.

    Attributes
    ----------
    numbers
        The numbers, row by row.
    frame
        The frame around them, for lines from the patch to here (`HeatMatrix.block`).
    """

    def __init__(
        self,
        shown: Sequence[Sequence[Quantity]],
        shape: tuple[int, int],
        rows: Sequence[int],
        columns: Sequence[int],
        *,
        line_height: float | None = None,
        **look: Any,
    ) -> None:
        super().__init__()
        x_height = look.setdefault("x_height", SMALL)
        line_height = line_height or 2.3 * x_height
        lines = [[Figure(quantity, **look) for quantity in line] for line in shown]
        whole = max(n.point[0] - n.get_left()[0] for line in lines for n in line)
        rest = max(n.get_right()[0] - n.point[0] for line in lines for n in line)
        pitch = whole + rest + 1.4 * x_height
        for i, line in enumerate(lines):
            for j, number in enumerate(line):
                number.shift(j * pitch * RIGHT + i * line_height * DOWN - number.point)
        self.numbers: Parts[Number] = Parts(*(number for line in lines for number in line))
        self.frame = Rectangle(
            width=(len(columns) - 1) * pitch + whole + rest + 1.2 * x_height,
            height=(len(rows) - 1) * line_height + 2.6 * x_height,
            stroke_color=FAINT,
            stroke_width=1.5,
        )
        centre = [(len(columns) - 1) * pitch - whole + rest, 0.0, 0.0]
        centre[1] = -(len(rows) - 1) * line_height + 1.55 * x_height
        self.frame.move_to(np.array(centre) / 2)
        self.dots = VGroup()
        more = (
            (rows[0] > 0, UP),
            (rows[-1] < shape[0] - 1, DOWN),
            (columns[0] > 0, LEFT),
            (columns[-1] < shape[1] - 1, RIGHT),
        )
        for there, side in more:
            if there:
                self.dots.add(dots_of(x_height, side).next_to(self.frame, side, buff=_CLOSE))
        self.add(self.frame, self.dots, self.numbers)
        self._columns = len(columns)
        self.center()

    @classmethod
    def of(
        cls, step: Moment, path: str, rows: Sequence[int], columns: Sequence[int], **options: Any
    ) -> Self:
        """A patch of a recorded matrix, such as ``W1`` or ``dW2``."""
        shown = [
            [Quantity.recorded(step, f"{path}[{row},{column}]") for column in columns]
            for row in rows
        ]
        return cls(shown, np.shape(step[path]), rows, columns, **options)

    def number(self, row: int, column: int) -> Number:
        """The number in a row and a column of the patch, counted from 0."""
        return self.numbers[row * self._columns + column]

    def lines_from(self, place: Cell) -> VGroup:
        """Two thin lines that lead from a block of a heat map at the left or right to here."""
        to_right = self.frame.get_center()[0] > place.centre[0]
        corners = (UR, DR) if to_right else (UL, DL)
        mine = (UL, DL) if to_right else (UR, DR)
        half = np.array([place.width / 2, place.height / 2, 0.0])
        return VGroup(
            *(
                Line(
                    place.centre + corner * half,
                    self.frame.get_corner(own),
                    stroke_color=DIM,
                    stroke_width=1.5,
                )
                for corner, own in zip(corners, mine, strict=True)
            )
        )


def brackets_around(
    mobject: Mobject,
    *,
    gap: float = 0.08,
    tip: float = 0.12,
    colour: ParsableManimColor = TEXT,
) -> VGroup:
    """Square brackets at both sides of a mobject, `gap` and `tip` in scene units."""
    top, bottom = mobject.get_top()[1] + gap / 2, mobject.get_bottom()[1] - gap / 2
    brackets = VGroup()
    for side, x in ((1, mobject.get_left()[0] - gap), (-1, mobject.get_right()[0] + gap)):
        bracket = VMobject(stroke_color=colour, stroke_width=2.5)
        tips = x + side * tip
        corners = [(tips, top), (x, top), (x, bottom), (tips, bottom)]
        bracket.set_points_as_corners([(*corner, 0.0) for corner in corners])
        brackets.add(bracket)
    return brackets


def dots_of(x_height: float, direction: np.ndarray = DOWN) -> VMobject:
    """Three dots in a row or column: here something is left out."""
    dots = VMobject(fill_color=DIM, fill_opacity=1, stroke_width=0)
    for place in (-1, 0, 1):
        dot = Circle(radius=0.16 * x_height).shift(0.62 * x_height * place * direction)
        dots.append_points(dot.points)
    return dots


def _there(shape: tuple[int, int], grown: float) -> Floats:
    """How much of each cell there is when a map has grown so far, (rows, columns)."""
    if grown >= 1.0:
        return np.ones(shape, dtype=np.float32)
    down = (np.arange(shape[0]) + 0.5) / shape[0]
    across = (np.arange(shape[1]) + 0.5) / shape[1]
    way = np.maximum(down[:, None], across)
    return np.clip((grown * (1 + _FRONT) - way) / _FRONT, 0.0, 1.0).astype(np.float32)
