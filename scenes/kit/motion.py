"""Values in motion: pictures that come apart into pixels and become something else.

Hundreds of pixels on the move are one mobject, `Pixels`: it paints them all into one image, so
that a frame costs about the same however many they are. An animation here begins on what is on the
screen and ends on it: pixels set out from a picture and arrive as a column, a vector, or a sum.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import (
    Group,
    Mobject,
    Scene,
    Transform,
    config,
)
from manim.constants import RESAMPLING_ALGORITHMS
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.typing import Vector3DLike

from scenes.kit.arrays import Floats
from scenes.kit.claims import claim, claims_of, shown_by
from scenes.kit.digit import PixelImage
from scenes.kit.encoding import get_rgb
from scenes.kit.ledger import Values
from scenes.kit.number import Number
from scenes.kit.style import SLOW
from scenes.kit.typed import AnimationOf

_CORNER: Final = 1e-3  # pixels: Manim rounds corners down, just inside they stay the pixel's own


class Pixels(AbstractImageMobject):
    """Many rectangles of colour anywhere in the frame, painted into one image.

    Where rectangles overlap, their colours mix; at their edges they are smooth, so that slow
    movement does not jump from pixel to pixel.

    Parameters
    ----------
    boxes
        (n, 4): x and y of the centre, width and height, scene units.
    colours
        (n, 3): sRGB in [0, 1].
    opacity
        (n,) or one for all.
    glow
        Draw each as a round, soft dot instead.
    """

    def __init__(
        self,
        boxes: npt.ArrayLike,
        colours: npt.ArrayLike,
        opacity: npt.ArrayLike = 1.0,
        *,
        glow: bool = False,
    ) -> None:
        self._glow = glow
        self._density = config.pixel_width / config.frame_width
        self._size = (config.pixel_height, config.pixel_width)
        self._alpha = 1.0
        self.boxes, self.colours, self.opacity = _state(boxes, colours, opacity)
        super().__init__(scale_to_resolution=0)
        self.set_resampling_algorithm(RESAMPLING_ALGORITHMS["nearest"])

    @classmethod
    def of(cls, picture: PixelImage) -> Self:
        """The cells of a picture, where and as they are now."""
        return cls(boxes_of(picture), *_looks(picture))

    def set_pixels(
        self,
        boxes: npt.ArrayLike | None = None,
        colours: npt.ArrayLike | None = None,
        opacity: npt.ArrayLike | None = None,
    ) -> Self:
        """Show them elsewhere, or in other colours; what is not given stays."""
        self.boxes, self.colours, self.opacity = _state(
            self.boxes if boxes is None else boxes,
            self.colours if colours is None else colours,
            self.opacity if opacity is None else opacity,
        )
        return self.reset_points()

    def set_opacity(self, alpha: float, family: bool = True) -> Self:
        """Opacity of all of them."""
        self._alpha = float(alpha)
        return self

    def shift(self, *vectors: Vector3DLike) -> Self:
        """Move them all."""
        boxes = self.boxes.copy()
        boxes[:, :2] += np.sum(np.array(vectors), axis=0)[:2]
        return self.set_pixels(boxes)

    # What Manim asks for

    def reset_points(self) -> Self:
        """Lay the corners of the image onto the pixels of the film, around all rectangles."""
        low = self.boxes[:, :2] - self.boxes[:, 2:] / 2
        high = self.boxes[:, :2] + self.boxes[:, 2:] / 2
        height, width = self._size
        middle = np.array([width, height]) / 2
        left, right = low[:, 0].min(), high[:, 0].max()
        top, bottom = high[:, 1].max(), low[:, 1].min()
        first = np.floor(np.array([left, -top]) * self._density + middle).astype(int) - 1
        last = np.ceil(np.array([right, -bottom]) * self._density + middle).astype(int) + 1
        # No larger than the frame, and never without any pixel.
        first = np.clip(first, 0, np.array([width, height]) - 1)
        self._first, self._last = first, np.clip(last, first + 1, [width, height])
        x = (np.array([first[0], self._last[0]]) + _CORNER - middle[0]) / self._density
        y = -(np.array([first[1], self._last[1]]) + _CORNER - middle[1]) / self._density
        self.points = np.array([[a, b, 0.0] for b in y for a in x])
        return self

    def get_pixel_array(  # type: ignore[override]  # Manim's are uint8, too
        self,
    ) -> npt.NDArray[np.uint8]:
        """The image, (height, width, 4)."""
        width, height = self._last - self._first
        middle = np.array(self._size[::-1]) / 2 - self._first
        centres = self.boxes[:, :2] * [self._density, -self._density] + middle
        halves = np.maximum(self.boxes[:, 2:] * self._density / 2, 0.25)
        opacity = self.opacity * self._alpha
        light = _paint(centres, halves, self.colours, opacity, width, height, self._glow)
        return np.rint(np.clip(light, 0.0, 1.0) * 255.0).astype(np.uint8)

    def interpolate_color(self, mobject1: Mobject, mobject2: Mobject, alpha: float) -> Self:
        """State between two copies: for `FadeIn` and the like."""
        if isinstance(mobject1, Pixels) and isinstance(mobject2, Pixels):
            self._alpha = (1 - alpha) * mobject1._alpha + alpha * mobject2._alpha
        return self


class Flight(AnimationOf[Pixels]):
    """Pixels fly from one place to another, each on its own way and in its own time.

    Parameters
    ----------
    boxes, colours, opacity
        Where they begin, (n, 4), (n, 3) and (n,), as for `Pixels`.
    to_boxes, to_colours, to_opacity
        Where they end; colours and opacity stay if not given.
    delay
        (n,) in [0, 1]: when each sets out; 0 for the first, 1 for the last.
    lag
        Which part of the run time lies between the first start and the last.
    arc
        How far the ways bulge upwards, as a share of their length.
    show
        What is put on the screen when the last has arrived, instead of the pixels.
    source
        A picture that is emptied: pixels that have not set out yet stand in for its cells.
    """

    def __init__(
        self,
        boxes: npt.ArrayLike,
        colours: npt.ArrayLike,
        opacity: npt.ArrayLike = 1.0,
        *,
        to_boxes: npt.ArrayLike,
        to_colours: npt.ArrayLike | None = None,
        to_opacity: npt.ArrayLike | None = None,
        delay: npt.ArrayLike = 0.0,
        lag: float = 0.5,
        arc: float = 0.0,
        show: Mobject | None = None,
        source: PixelImage | None = None,
        run_time: float = SLOW,
        **options: Any,
    ) -> None:
        pixels = Pixels(boxes, colours, opacity)
        self._source = source
        self._from = (pixels.boxes, pixels.colours, pixels.opacity)
        self._to = _state(
            to_boxes,
            pixels.colours if to_colours is None else to_colours,
            pixels.opacity if to_opacity is None else to_opacity,
        )
        self._delay = np.broadcast_to(np.asarray(delay, np.float64), len(pixels.boxes))
        self._lag, self._arc, self._show = lag, arc, show
        options.setdefault("rate_func", lambda t: t)
        super().__init__(pixels, run_time=run_time, introducer=True, remover=True, **options)

    def begin(self) -> None:
        """Take the pixels out of the picture that they come from."""
        if self._source is not None:
            self._source.set_values(np.zeros_like(self._source.values))
        super().begin()

    def get_shares(self, alpha: float) -> Floats:
        """How far on its way each pixel is at this part of the run time, (n,)."""
        own = (self.rate_func(alpha) - self._lag * self._delay) / (1.0 - self._lag)
        return _smooth(np.clip(own, 0.0, 1.0))

    def get_colour_shares(self, share: Floats) -> Floats:
        """How far each pixel has its last colour already, by its share of the way."""
        return share

    def interpolate_mobject(self, alpha: float) -> None:
        """Put every pixel where it is at this part of the run time."""
        share = self.get_shares(alpha)[:, None]
        (boxes, colours, opacity), (to_boxes, to_colours, to_opacity) = self._from, self._to
        boxes = boxes + share * (to_boxes - boxes)
        if self._arc:
            length = np.linalg.norm((to_boxes - self._from[0])[:, :2], axis=1)
            boxes[:, 1] += 4.0 * self._arc * length * share[:, 0] * (1.0 - share[:, 0])
        self.mobject.set_pixels(
            boxes,
            colours + self.get_colour_shares(share) * (to_colours - colours),
            opacity + share[:, 0] * (to_opacity - opacity),
        )

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave what the pixels have become in their place."""
        super().clean_up_from_scene(scene)
        if self._show is not None and self._show not in scene.get_mobject_family_members():
            scene.add(self._show)


class Change(Transform):
    """A mobject becomes another one, and from then on claims what that one claims."""

    mobject: Mobject  # type: ignore[assignment]  # as in `AnimationOf`

    def begin(self) -> None:
        """Claim nothing on the way."""
        super().begin()
        claim(self.mobject)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Claim what it has become."""
        super().clean_up_from_scene(scene)
        claim(self.mobject, *claims_of(self.target_mobject))


class Flicker(AnimationOf[PixelImage]):
    """A picture shows recorded ones one after another, and the last of them at the end."""

    def __init__(self, picture: PixelImage, shown: Sequence[Values], **options: Any) -> None:
        self.shown = shown
        options.setdefault("rate_func", lambda t: t)
        super().__init__(picture, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the picture of this moment."""
        at = min(int(self.rate_func(alpha) * len(self.shown)), len(self.shown) - 1)
        self.mobject.set_values(self.shown[at])


def swap(one: Mobject, other: Mobject, *, dip: float, **options: Any) -> list[Transform]:
    """Two mobjects side by side change places, each in an arc that leaves the line by `dip`."""
    arc = 4 * np.arctan(2 * dip / float(np.linalg.norm(one.get_center() - other.get_center())))
    pairs = ((one, other), (other, one))
    return [Transform(a, a.copy().move_to(b), path_arc=arc, **options) for a, b in pairs]


class Unroll(Flight):
    """A picture becomes a column: row after row, each pixel to its own cell of 784.

    ``self.play(Unroll(digit, diagram.layer(0)))``. The picture stays, unless `take` empties it;
    the column takes over its values when the last pixel has arrived.

    Parameters
    ----------
    picture
        The picture, (28, 28).
    column
        A strip with as many cells, one below the other (`scenes.kit.diagram.CellColumn`, or any
        `PixelImage` of one column). It is put on the screen if it is not there.
    take
        Whether the picture empties as its pixels leave.
    lag
        As for `Flight`: near 1 one row after the other, near 0 all at once.
    **options
        As for `Flight`.
    """

    def __init__(
        self,
        picture: PixelImage,
        column: PixelImage,
        *,
        take: bool = False,
        lag: float = 0.75,
        run_time: float = 2 * SLOW,
        **options: Any,
    ) -> None:
        if column.values.size != picture.values.size:
            raise ValueError(
                f"{picture.values.size} pixels do not fit a column of {column.values.size}"
            )
        self._column = column
        self._values = shown_by(picture) or picture.values.ravel()
        self._scale = picture.scale_value
        rows, columns = picture.values.shape
        # Rows set out one after the other, and within a row the left pixel first.
        delay = np.arange(rows * columns) / (rows * columns - 1)
        super().__init__(
            boxes_of(picture),
            *_looks(picture),
            to_boxes=boxes_of(column),
            delay=delay,
            lag=lag,
            show=column,
            source=picture if take else None,
            run_time=run_time,
            **options,
        )

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Let the column show the values itself."""
        self._column.set_values(self._values, self._scale)
        super().clean_up_from_scene(scene)


class CopyTo(Flight):
    """Copies of a picture fly to others, one after another, and take on their colours.

    Only the cells that are not empty in it fly, so nothing is covered on the way.

    Parameters
    ----------
    picture
        Where they come from; it stays.
    others
        Pictures of as many cells, which stand on the screen when the last copy has arrived.
    lag
        Which part of the run time lies between the first start and the last.
    **options
        As for `Flight`.
    """

    def __init__(
        self,
        picture: PixelImage,
        others: Sequence[PixelImage],
        *,
        lag: float = 0.88,
        **options: Any,
    ) -> None:
        colours, opacity = _looks(picture)
        seen = opacity > 0
        count = len(others)
        super().__init__(
            np.tile(boxes_of(picture)[seen], (count, 1)),
            np.tile(colours[seen], (count, 1)),
            to_boxes=np.concatenate([boxes_of(other)[seen] for other in others]),
            to_colours=np.concatenate([_looks(other)[0][seen] for other in others]),
            delay=np.repeat(np.linspace(0.0, 1.0, count), seen.sum()),
            lag=lag if count > 1 else 0.0,
            show=Group(*others),
            **options,
        )

    def get_colour_shares(self, share: Floats) -> Floats:
        """In the colours of where they go as soon as they have set out."""
        return np.minimum(4.0 * share, 1.0)


class Multiply(Flight):
    """Two pictures become their product, pixel by pixel.

    The pixels of both fly, row after row, onto their place in the product and take its colour.

    Parameters
    ----------
    first, second
        Two pictures of as many pixels.
    product
        The picture of the products, in its own place; it is put on the screen at the end.
    **options
        As for `Flight`.

    Raises
    ------
    ValueError
        If `product` is not what the two pictures make.
    """

    def __init__(
        self,
        first: PixelImage,
        second: PixelImage,
        product: PixelImage,
        *,
        run_time: float = 2 * SLOW,
        **options: Any,
    ) -> None:
        products = first.values.ravel() * second.values.ravel()
        if not np.allclose(products, product.values.ravel(), rtol=1e-4, atol=1e-6):
            raise ValueError("the third picture is not the product of the other two")
        count = len(products)
        colours, opacity = _looks(product)
        looks = [_looks(first), _looks(second)]
        options.setdefault("lag", 0.7)
        super().__init__(
            np.concatenate([boxes_of(first), boxes_of(second)]),
            *(np.concatenate(part) for part in zip(*looks, strict=True)),
            to_boxes=np.tile(boxes_of(product), (2, 1)),
            to_colours=np.tile(colours, (2, 1)),
            to_opacity=np.tile(opacity, 2),
            delay=np.tile(np.arange(count) / max(count - 1, 1), 2),
            show=product,
            run_time=run_time,
            **options,
        )


class AddUp(Flight):
    """The pixels of a picture fly together into one number: their sum.

    While they arrive the number shows the sum of those that have; at the end its own quantity. The
    ledger says that it is counting.

    Parameters
    ----------
    picture
        The picture of what is added.
    number
        The number that shows the sum; it is put on the screen if it is not there.
    start
        What the sum begins with: a bias.
    **options
        As for `Flight`.

    Raises
    ------
    ValueError
        If the pixels do not add up to the number.
    """

    def __init__(
        self,
        picture: PixelImage,
        number: Number,
        *,
        start: float = 0.0,
        run_time: float = 2 * SLOW,
        **options: Any,
    ) -> None:
        values = picture.values.ravel().astype(np.float64)
        if number.quantity is None:
            raise ValueError("a number that is on its way cannot be added up to")
        total = start + float(values.sum())
        size = abs(start) + float(np.abs(values).sum())
        if abs(total - number.quantity.value) > 1e-4 * max(size, 1e-6):
            raise ValueError(f"the pixels add up to {total:.6g}, not {number.quantity.value:.6g}")
        self._number, self._quantity = number, number.quantity
        self._values, self._start = values, start
        self.counting = number
        boxes = boxes_of(picture)
        options.setdefault("lag", 0.7)
        options.setdefault("arc", 0.06)
        super().__init__(
            boxes,
            *_looks(picture),
            to_boxes=_into(boxes, number),
            to_opacity=0.0,
            delay=np.linspace(0.0, 1.0, len(boxes)),
            show=number,
            run_time=run_time,
            **options,
        )

    def _setup_scene(self, scene: Scene) -> None:
        super()._setup_scene(scene)
        # Above the pixels, or it would be drawn only once.
        scene.add(self._number)

    def interpolate_mobject(self, alpha: float) -> None:
        """Pixels on their way; the number shows those that have arrived."""
        super().interpolate_mobject(alpha)
        arrived = self.get_shares(alpha) >= 1.0
        if arrived.all():
            self._number.set_quantity(self._quantity)
        else:
            self._number.set_between(self._start + float(self._values[arrived].sum()))


def boxes_of(picture: PixelImage) -> Floats:
    """Where the cells of a picture are now, row by row: (n, 4) as for `Pixels`."""
    rows, columns = picture.values.shape
    across = np.linalg.norm(picture.points[1] - picture.points[0]) / columns
    down = np.linalg.norm(picture.points[2] - picture.points[0]) / rows
    sizes = np.broadcast_to([across, down], (rows * columns, 2))
    return np.column_stack([picture.get_cell_centres()[:, :2], sizes])


def _looks(picture: PixelImage) -> tuple[Floats, Floats]:
    """Colours and opacity of a picture's cells; empty ones are not seen when they fly over it."""
    colours = picture._colour_cells().reshape(-1, 3)
    return colours, np.any(colours != get_rgb(picture._colours[2]), axis=1).astype(np.float64)


def _into(boxes: Floats, target: Mobject) -> Floats:
    """The same arrangement, as large as a target and where it is."""
    low = (boxes[:, :2] - boxes[:, 2:] / 2).min(axis=0)
    high = (boxes[:, :2] + boxes[:, 2:] / 2).max(axis=0)
    factor = min(target.width / (high - low)[0], target.height / (high - low)[1])
    moved = boxes * factor
    moved[:, :2] += target.get_center()[:2] - factor * (low + high) / 2
    return moved


def _smooth(share: Floats) -> Floats:
    """Manim's `smooth`, for arrays."""
    return share * share * share * (10.0 + share * (6.0 * share - 15.0))


def _state(
    boxes: npt.ArrayLike, colours: npt.ArrayLike, opacity: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    boxes = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    colours = np.asarray(colours, dtype=np.float64).reshape(-1, 3)
    opacity = np.broadcast_to(np.asarray(opacity, dtype=np.float64), len(boxes)).copy()
    if len(colours) != len(boxes):
        raise ValueError(f"{len(boxes)} rectangles need as many colours, not {len(colours)}")
    return boxes, colours, opacity


def _paint(
    centres: Floats,
    halves: Floats,
    colours: Floats,
    opacity: Floats,
    width: int,
    height: int,
    glow: bool,
) -> Floats:
    """Rectangles as (height, width, 4): how much of each pixel they cover, colours mixed.

    Parameters
    ----------
    centres, halves
        (n, 2): pixels of the image, y downwards; half the width and height.
    colours, opacity
        (n, 3) and (n,).
    glow
        Round and soft.
    """
    total = np.zeros((height * width, 4))
    seen = np.flatnonzero(opacity > 0.0)
    # All at once, those of about the same size together: each covers `span` pixels.
    spans = np.ceil(2.0 * halves[seen]).astype(int) + 1
    for span in np.unique(spans, axis=0):
        some = seen[(spans == span).all(axis=1)]
        firsts = np.floor(centres[some] - halves[some]).astype(int)
        covers, places, offs = [], [], []
        for axis in (0, 1):
            at = firsts[:, axis, None] + np.arange(span[axis])
            low = (centres[some, axis] - halves[some, axis])[:, None]
            high = (centres[some, axis] + halves[some, axis])[:, None]
            covers.append(np.clip(np.minimum(high, at + 1) - np.maximum(low, at), 0.0, 1.0))
            places.append(at)
            offs.append((at + 0.5 - centres[some, axis, None]) / halves[some, axis, None])
        cover = covers[1][:, :, None] * covers[0][:, None, :] * opacity[some][:, None, None]
        if glow:
            distance = offs[1][:, :, None] ** 2 + offs[0][:, None, :] ** 2
            cover *= np.clip(1.0 - distance, 0.0, 1.0)
        x, y = np.broadcast_arrays(places[0][:, None, :], places[1][:, :, None])
        inside = (cover > 0.0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
        flat, amount = (y * width + x)[inside], cover[inside]
        which = np.nonzero(inside)[0]
        for channel in range(3):
            total[:, channel] += np.bincount(
                flat, amount * colours[some][which, channel], minlength=height * width
            )
        total[:, 3] += np.bincount(flat, amount, minlength=height * width)
    weight = total[:, 3]
    np.divide(total[:, :3], weight[:, None], out=total[:, :3], where=weight[:, None] > 0.0)
    np.minimum(weight, 1.0, out=weight)
    return total.reshape(height, width, 4)
