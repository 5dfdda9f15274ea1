"""A picture made of values: an image such as a digit, or weights and gradients in its shape.

Pixels stay square and sharp at any size. `PixelImage` is what digits and the heat strips of
`scenes.kit.diagram` have in common; the colours come from `scenes.kit.encoding`.
"""

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import ImageMobject, ParsableManimColor, Rectangle, Square, VGroup, VMobject
from manim.constants import RESAMPLING_ALGORITHMS
from manim.typing import Point3D, Point3D_Array

from scenes.kit.arrays import Floats
from scenes.kit.claims import COLOUR_STEPS, Claim, as_seen, claim, paint, split
from scenes.kit.encoding import (
    LegendEntry,
    activation_colours,
    activation_legend,
    get_scale,
    signed_colours,
    signed_legend,
    to_rgba,
)
from scenes.kit.ledger import Values
from scenes.kit.state import GoTo, State
from scenes.kit.style import ACTIVATION, BACKGROUND, FAINT, NEGATIVE, POSITIVE

FRAME_WIDTH: Final = 1.5


class PixelImage(ImageMobject):
    """A grid of values, each one a sharp rectangle of colour.

    Parameters
    ----------
    values
        (rows, columns).
    width, height
        Size in scene units.
    signed
        False: activations, dark to bright. True: blue above zero, orange below.
    scale
        The magnitude at full strength: 1 for activations and the largest of `values` for
        signed ones, if not given.
    gamma
        Exponent of a signed value's strength.
    colour
        Of an activation at full strength, or of a positive value.
    negative
        Of a negative value.
    zero
        Of zero.
    frame
        Whether a thin frame is drawn around it, so that an empty picture is still seen.
    """

    def __init__(
        self,
        values: npt.ArrayLike | Values,
        *,
        width: float,
        height: float,
        signed: bool = False,
        scale: float | None = None,
        gamma: float = 1.0,
        colour: ParsableManimColor | None = None,
        negative: ParsableManimColor = NEGATIVE,
        zero: ParsableManimColor = BACKGROUND,
        frame: bool = True,
        **kwargs: Any,
    ) -> None:
        array, source = split(values)
        self._values = np.array(array, dtype=np.float32)
        self.signed, self.gamma = signed, gamma
        self._scale = scale or (get_scale(self._values) if signed else 1.0)
        self._colours = (colour or (POSITIVE if signed else ACTIVATION), negative, zero)
        self._opacity = 1.0
        super().__init__(self._paint(), **kwargs)
        self.set_resampling_algorithm(RESAMPLING_ALGORITHMS["nearest"])
        self.stretch_to_fit_width(width).stretch_to_fit_height(height)
        self.frame = Rectangle(
            width=width, height=height, stroke_color=FAINT, stroke_width=FRAME_WIDTH
        )
        if frame:
            self.add(self.frame)
        self._claim(source)

    @property
    def values(self) -> Floats:
        """What is shown, (rows, columns)."""
        return self._values

    @property
    def scale_value(self) -> float:
        """The magnitude drawn at full strength."""
        return self._scale

    def set_values(self, values: npt.ArrayLike | Values, scale: float | None = None) -> Self:
        """Show other values of the same number, on the scale there is if none is given."""
        array, source = split(values)
        self._values = np.array(array, dtype=np.float32).reshape(self._values.shape)
        self._scale = scale or self._scale
        self.pixel_array = self._paint()
        self._claim(source)
        return self.set_opacity(self._opacity)

    @property
    def state(self) -> State:
        """The values, recorded ones with where they are from, and their scale."""
        return {"values": self._source or self._values, "scale": self._scale}

    def set_state(self, state: State) -> Self:
        """Show other values, or on another scale."""
        return self.set_values(
            state.get("values", self.state["values"]), state.get("scale", self._scale)
        )

    def _claim(self, source: Values | None) -> None:
        """Claim what is shown now; nothing where nobody can tell where it is from."""
        self._source = source
        if source is None:
            claim(self)
            return
        shape, (positive, negative, zero) = self._values.shape, self._colours
        scale, gamma, below = self._scale, self.gamma, negative if self.signed else None

        def read(image: PixelImage) -> Floats:
            return as_seen(image.pixel_array, image.points)

        def expect(values: Floats) -> Floats:
            cells = paint(values.reshape(shape), scale, zero, positive, below, gamma)
            return self._dimmed(cells)

        claim(self, Claim("colours", source, read, expect, COLOUR_STEPS))

    def _dimmed(self, cells: Floats) -> Floats:
        """Colours of cells as they are drawn, for a picture that does more with them."""
        return cells

    def animate_values(
        self, values: npt.ArrayLike | Values, scale: float | None = None, **options: Any
    ) -> GoTo:
        """All values change to these, together; on the scale there is if none is given."""
        return GoTo(self, state_of(values, scale), **options)

    def set_opacity(self, alpha: float) -> Self:
        """Opacity of picture and frame."""
        self._opacity = float(alpha)
        self.orig_alpha_pixel_array = np.full(self.pixel_array.shape[:2], 255, dtype=np.uint8)
        for frame in self.submobjects:
            frame.set_stroke(opacity=alpha)
        return super().set_opacity(alpha)

    def get_legend(self) -> list[LegendEntry]:
        """Values with the colours that they have here, for the standard colours."""
        if self.signed:
            return signed_legend(self._scale, self.gamma)
        return activation_legend(self._scale)

    def get_cell_centre(self, row: int, column: int) -> Point3D:
        """Centre of a cell, wherever the picture is now."""
        rows, columns = self._values.shape
        upper_left, upper_right, lower_left, _ = self.points
        across = (upper_right - upper_left) * (column + 0.5) / columns
        return upper_left + across + (lower_left - upper_left) * (row + 0.5) / rows

    def get_cell_centres(self) -> Point3D_Array:
        """Centres of all cells, row by row as ``values.ravel()``: (rows · columns, 3)."""
        rows, columns = self._values.shape
        upper_left, upper_right, lower_left, _ = self.points
        across = (np.arange(columns) + 0.5)[None, :, None] / columns * (upper_right - upper_left)
        down = (np.arange(rows) + 0.5)[:, None, None] / rows * (lower_left - upper_left)
        return (upper_left + across + down).reshape(-1, 3)

    def get_lines(self) -> VMobject:
        """The lines between its cells, as one mobject."""
        lines = VMobject(stroke_color=FAINT, stroke_width=FRAME_WIDTH)
        rows, columns = self._values.shape
        corner, right, below, _ = self.points
        for across, down, count in ((right, below, columns), (below, right, rows)):
            for share in np.linspace(0, 1, count + 1):
                start = corner + share * (across - corner)
                lines.start_new_path(start)
                lines.add_line_to(start + down - corner)
        return lines

    def _colour_cells(self) -> Floats:
        """Colours of the cells, (rows, columns, 3)."""
        colour, negative, zero = self._colours
        if self.signed:
            return signed_colours(self._values, self._scale, self.gamma, colour, negative, zero)
        return activation_colours(self._values, low=zero, high=colour, scale=self._scale)

    def _paint(self) -> npt.NDArray[np.uint8]:
        return to_rgba(self._colour_cells())


class Digit(PixelImage):
    """An image, 28 × 28 or any other size, or one neuron's weights or gradients in its shape.

    Parameters
    ----------
    pixels
        (rows · columns,) or (rows, columns), in [0, 1], or of any size if signed. Values of a
        moment have the shape of its image; others in one row are those of a square.
    size
        Length of the longer side in scene units.
    **kwargs
        As for `PixelImage`.

    Raises
    ------
    ValueError
        If the pixels do not make a square, and nothing says which shape they have.
    """

    def __init__(self, pixels: npt.ArrayLike | Values, *, size: float = 3.0, **kwargs: Any) -> None:
        array, source = split(pixels)
        rows, columns = _shape_of(array, source)
        pixel = size / max(rows, columns)
        picture = array.reshape(rows, columns)
        super().__init__(picture, width=columns * pixel, height=rows * pixel, **kwargs)
        self._claim(source)

    @property
    def pixel_size(self) -> float:
        """Length of a pixel's side in scene units."""
        return float(np.linalg.norm(self.points[1] - self.points[0])) / self.values.shape[1]


class Picture(Digit):
    """A recorded picture: ``Picture(step, "x")``, ``Picture(view, products_of, 1, 13)``.

    Parameters
    ----------
    source
        A step or view and a path in it, or a function and what it is called with: see
        `scenes.kit.ledger.Values.of`.
    size, look
        As for `Digit`.
    """

    def __init__(self, *source: Any, size: float = 3.0, **look: Any) -> None:
        super().__init__(Values.of(*source), size=size, **look)

    def animate_to(self, *source: Any, scale: float | None = None, **options: Any) -> GoTo:
        """Other recorded values come, in motion: a source as for the picture itself."""
        return self.animate_values(Values.of(*source), scale, **options)


def state_of(values: npt.ArrayLike | Values, scale: float | None) -> State:
    """The state of what shows such values; the scale there is stays if none is given."""
    shown = values if isinstance(values, Values) else np.asarray(values, dtype=np.float32)
    return {"values": shown} if scale is None else {"values": shown, "scale": float(scale)}


def _shape_of(pixels: Floats, source: Values | None) -> tuple[int, int]:
    """Rows and columns of a picture."""
    if pixels.ndim == 2:
        return pixels.shape[0], pixels.shape[1]
    if source is not None and source.moment is not None:
        rows, columns = source.moment.size
        if rows * columns == pixels.size:
            return rows, columns
    side = round(pixels.size**0.5)
    if side * side != pixels.size:
        raise ValueError(f"{pixels.size} pixels do not make a square picture")
    return side, side


class Missing(VGroup):
    """The empty frame of a picture that there is not, `size` scene units high and wide."""

    def __init__(self, size: float) -> None:
        self.frame = Square(size, color=FAINT, stroke_width=FRAME_WIDTH)
        super().__init__(self.frame)
