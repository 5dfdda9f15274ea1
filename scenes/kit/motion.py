"""Values in motion: pictures that come apart into pixels, and numbers that fly into neurons.

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
    ParsableManimColor,
    Scene,
    Transform,
    VMobject,
    config,
)
from manim.constants import RESAMPLING_ALGORITHMS
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.typing import Point3D, Vector3DLike

from scenes.kit.arrays import Floats
from scenes.kit.claims import claim, claims_of, shown_by
from scenes.kit.digit import PixelImage
from scenes.kit.encoding import get_rgb, strength
from scenes.kit.ledger import Values
from scenes.kit.number import Number
from scenes.kit.style import ACTIVATION, NEGATIVE, POSITIVE, SLOW, STEADY
from scenes.kit.typed import AnimationOf

_CORNER: Final = 1e-3  # pixels: Manim rounds corners down, just inside they stay the pixel's own
_GLOW: Final = 0.09  # radius of a travelling dot, scene units
_GOLDEN: Final = 0.6180339887498949
_TRAIL: Final = 5  # dots of its trail
_TRAIL_LENGTH: Final = 0.07  # of the way


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


class Gather(Flight):
    """A picture or column shrinks into another mobject, a letter of a formula say.

    The pixels keep their arrangement, fly to the target and fade into it.

    Parameters
    ----------
    picture
        Where they come from.
    target
        Where they go: a mobject that is on the screen.
    **options
        As for `Flight`.
    """

    def __init__(
        self, picture: PixelImage, target: Mobject, *, run_time: float = STEADY, **options: Any
    ) -> None:
        options.setdefault("lag", 0.25)
        boxes = boxes_of(picture)
        super().__init__(
            boxes,
            *_looks(picture),
            to_boxes=_into(boxes, target),
            to_opacity=0.0,
            delay=np.linspace(0.0, 1.0, len(boxes)),
            run_time=run_time,
            **options,
        )


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

    While they arrive the number shows the sum of those that have; at the end its own quantity.

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


class Travel(AnimationOf[Pixels]):
    """Values travel along edges: glowing dots with short trails, all in one image.

    ``self.play(Travel(starts, ends, step.a[1] * step.W[2][5]))``. For all 15,680 edges at once
    there is `WeightField.animate_flow`; this is for a few hundred.

    Parameters
    ----------
    starts, ends
        (n, 2) or (n, 3), or one point for all: the ends of each edge, scene units.
    values
        (n,): larger values are larger and brighter dots; signed values are blue or orange. If not
        given, all alike.
    scale
        The value of the largest dot; the largest of `values` if not given.
    colour
        Of all dots, such as BLAME; by sign if not given.
    backward
        From the ends to the starts.
    lag
        Which part of the run time lies between the first start and the last.
    """

    def __init__(
        self,
        starts: npt.ArrayLike,
        ends: npt.ArrayLike,
        values: npt.ArrayLike | None = None,
        *,
        scale: float | None = None,
        colour: ParsableManimColor | None = None,
        backward: bool = False,
        lag: float = 0.35,
        run_time: float = STEADY,
        **options: Any,
    ) -> None:
        starts = np.atleast_2d(np.asarray(starts, np.float64))[:, :2]
        ends = np.atleast_2d(np.asarray(ends, np.float64))[:, :2]
        count = max(len(starts), len(ends))
        if values is not None:
            values = np.asarray(values, np.float64).ravel()
            count = max(count, len(values))
        starts, ends = (np.broadcast_to(p, (count, 2)) for p in (starts, ends))
        self._starts, self._ends = (ends, starts) if backward else (starts, ends)
        sizes: Floats = np.ones(count)
        colours = np.tile(get_rgb(colour or ACTIVATION), (count, 1))
        if values is not None:
            top = scale or float(np.abs(values).max(initial=0.0)) or 1.0
            sizes = strength(values, top)
            if colour is None:
                signs = (values > 0)[:, None]
                colours = np.where(signs, get_rgb(POSITIVE), get_rgb(NEGATIVE))
        # Small values are small dots; what is next to nothing is none.
        self._radius = np.where(sizes > 0.01, 0.25 + 0.75 * np.sqrt(sizes), 0.0) * _GLOW
        self._bright = np.where(sizes > 0.01, 0.35 + 0.65 * sizes, 0.0)
        # Multiples of the golden ratio: neighbours set out at times far apart, and no two together.
        self._delay, self._lag = np.arange(count) * _GOLDEN % 1.0, lag
        trail = np.linspace(1.0, 0.25, _TRAIL)
        self._fade, self._behind = trail, np.linspace(0.0, _TRAIL_LENGTH, _TRAIL)
        colours = np.tile(colours, (_TRAIL, 1))
        pixels = Pixels(self._boxes(0.0)[0], colours, 0.0, glow=True)
        options.setdefault("rate_func", lambda t: t)
        super().__init__(pixels, run_time=run_time, introducer=True, remover=True, **options)

    def _boxes(self, alpha: float) -> tuple[Floats, Floats]:
        own = np.clip((alpha - self._lag * self._delay) / (1.0 - self._lag), 0.0, 1.0)
        boxes, opacity = [], []
        for fade, behind in zip(self._fade, self._behind, strict=True):
            share = _smooth(np.clip(own - behind * (own < 1.0), 0.0, 1.0))
            places = self._starts + share[:, None] * (self._ends - self._starts)
            side = 2.0 * self._radius * (0.5 + 0.5 * fade)
            boxes.append(np.column_stack([places, side, side]))
            # Neither waiting at the start nor piled up at the end.
            opacity.append(self._bright * fade * ((own > 0.0) & (own < 1.0)))
        return np.concatenate(boxes), np.concatenate(opacity)

    def interpolate_mobject(self, alpha: float) -> None:
        """Put the dots where they are at this part of the run time."""
        boxes, opacity = self._boxes(self.rate_func(alpha))
        self.mobject.set_pixels(boxes, opacity=opacity)


class FlyInto(AnimationOf[VMobject]):
    """A number flies into a neuron, or wherever: a copy of it, shrinking on its way.

    The number itself stays. The copy reads what the number reads, until it has arrived and is
    gone; light the neuron then, in the same ``play`` with a lag or in the next.

    Parameters
    ----------
    number
        Where it sets out; any mobject will do.
    target
        A point of the scene, or a mobject: its centre.
    size
        What is left of its size when it arrives.
    arc
        How far its way bulges, as a share of its length; negative downwards.
    """

    def __init__(
        self,
        number: VMobject,
        target: Point3D | Mobject,
        *,
        size: float = 0.35,
        arc: float = 0.12,
        run_time: float = STEADY,
        **options: Any,
    ) -> None:
        goal = target.get_center() if isinstance(target, Mobject) else np.asarray(target)
        self._goal = goal.astype(np.float64)
        self._size, self._arc = size, arc
        super().__init__(number.copy(), run_time=run_time, introducer=True, remover=True, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Be on the way, smaller and at last fainter."""
        share = self.rate_func(alpha)
        mobject, start = self.mobject, self.starting_mobject
        mobject.become(start)
        way = self._goal - start.get_center()
        bulge = 4.0 * self._arc * share * (1.0 - share) * float(np.linalg.norm(way))
        mobject.scale(1.0 + share * (self._size - 1.0))
        mobject.shift(share * way + np.array([0.0, bulge, 0.0]))
        if share > 0.85:
            mobject.set_opacity(max(0.0, (1.0 - share) / 0.15))


class MoveNumber(AnimationOf[Number]):
    """A copy of one number flies to the place of another, which shows the same value there.

    Unlike `TransformFromCopy` nothing is counted or melted on the way; at the end `target` itself
    stands on the screen with its own reading.

    Parameters
    ----------
    number
        Where it sets out; it stays.
    target
        The number it arrives as; not on the screen yet.

    Raises
    ------
    ValueError
        If the two do not show the same text: another value does not come from this one by flying.
    """

    def __init__(
        self,
        number: Number,
        target: Number,
        *,
        arc: float = 0.12,
        run_time: float = STEADY,
        **options: Any,
    ) -> None:
        if number.text != target.text:
            raise ValueError(f"{number.text} cannot arrive as {target.text}: let it count instead")
        self._from, self._to, self._arc = number.copy(), target.copy(), arc
        super().__init__(target, run_time=run_time, introducer=True, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Be on the way."""
        share = self.rate_func(alpha)
        number = self.mobject
        number.interpolate(self._from, self._to, share)
        way = float(np.linalg.norm(self._to.get_center() - self._from.get_center()))
        number.shift(np.array([0.0, 4.0 * self._arc * share * (1.0 - share) * way, 0.0]))


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
