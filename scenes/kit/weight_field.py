"""Every weight between two layers at once: thousands of edges as one live picture.

As Manim lines, 15,680 edges cost seconds a frame. `scenes.kit.edges` draws them once, into a
sparse matrix; from then on a frame is two products, one with the strengths of the edges above
zero and one with those below. Light adds up linearly, and only then does a tone curve make it a
picture: a strong edge stands out, and thousands of faint ones do not drown it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import Mobject, ParsableManimColor, config
from manim.constants import RESAMPLING_ALGORITHMS
from manim.mobject.types.image_mobject import AbstractImageMobject
from PIL.Image import Resampling
from scipy.ndimage import gaussian_filter, uniform_filter1d

from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, split
from scenes.kit.edges import Bundles, EdgeRaster, Shared, get_tails_and_tips
from scenes.kit.encoding import (
    LEVEL,
    LegendEntry,
    get_scale,
    light_pixels,
    sign_palette,
    signed_legend,
    strength,
)
from scenes.kit.ledger import Values
from scenes.kit.state import GoTo, State
from scenes.kit.style import NEGATIVE, POSITIVE, SLOW
from scenes.kit.typed import AnimationOf

Field = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

LINE_WIDTH: Final = 0.0068
"""Standard deviation of a line's profile, in scene units: nine tenths of a pixel at 1080p."""

MOST_LINES: Final = 16_000
"""With more edges than this, neighbours share a line: a field takes at most 250 MB at 1080p."""

_GLOW_WIDTH: Final = 0.09  # standard deviation of the halo, scene units
_GLOW_STEP: Final = 4  # the halo is blurred in a picture this many times coarser
_LONE_EDGE: Final = 2.0  # exposure of a lone edge: at full strength 1 - exp(-2) = 86 % opaque
_CROWD: Final = 0.5  # what the mean light of a crowded field is brought down to
_FRONT_WIDTH: Final = 0.14  # of the way from start to end
_FRONT_CREST: Final = 1.2  # how much brighter the front itself is
_LIGHT_STEPS: Final = 6.0  # of 255: how far rounding may take the light of a pixel
_CORNER: Final = 1e-3  # pixels; see WeightField.reset_points


@dataclass(frozen=True, eq=False)
class Light(Shared):
    """What a field shows at a moment: the values of its edges, and how bright a value is.

    Attributes
    ----------
    values
        (n_out, n_in) float32.
    scale
        The magnitude drawn at full strength.
    exposure
        Factor from light to the tone curve.
    emphasis
        (n_out, n_in) factors of the edges' strengths.
    source
        Where the values are from; None for what is on its way, or of nothing recorded.
    """

    values: Field
    scale: float
    exposure: float
    emphasis: Field
    source: Values | None = None

    def towards(self, other: "Light", fraction: float) -> "Light":
        """A `fraction` of the way to another: values change linearly, brightness in ratio."""
        if fraction <= 0.0:
            return self
        if fraction >= 1.0:
            return other
        return Light(
            _between(self.values, other.values, fraction),
            self.scale ** (1.0 - fraction) * other.scale**fraction,
            self.exposure ** (1.0 - fraction) * other.exposure**fraction,
            _between(self.emphasis, other.emphasis, fraction),
        )


@dataclass(frozen=True, eq=False)
class Front(Shared):
    """Light on its way along the edges, taking the place of what was shown before.

    Attributes
    ----------
    light
        What arrives.
    progress
        0: nothing has arrived; 1: all has.
    backward
        From the ends to the starts, as blame travels.
    """

    light: Light
    progress: float
    backward: bool


class _Darkroom(Shared):
    """The pictures made last, so that what has not changed is not made again.

    Out of sight of manim's cache, as what it holds depends on which frames were drawn.
    """

    __slots__ = ("_fields", "picture")

    def __init__(self) -> None:
        self._fields: tuple[tuple[Light, tuple[Field, Field]], ...] = ()
        self.picture: Pixels | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Darkroom":
        # A copy goes its own way, from what is there.
        copy = _Darkroom()
        copy._fields, copy.picture = self._fields, self.picture
        return copy

    def get_fields(
        self, light: Light, develop: Callable[[Light], tuple[Field, Field]]
    ) -> tuple[Field, Field]:
        """The fields of a light, made by `develop` if they are not among the last two."""
        for known, fields in self._fields:
            if known is light:
                return fields
        fields = develop(light)
        self._fields = (*self._fields[-1:], (light, fields))
        return fields


class WeightField(AbstractImageMobject):
    """All edges between two layers: blue above zero, orange below, brighter for larger values.

    The light of an edge is ``min(|value| / scale, 1) ** gamma``: a scale that is not linear, to
    be shown with a legend (`get_legend`). Where edges cross, their light adds up, each sign for
    itself; `scenes.kit.encoding.light_pixels` says how that becomes a colour. Zero is dark.

    Parameters
    ----------
    starts
        Where edges begin, (n_in, 2) or (n_in, 3), scene units: cells of a column, pixels of a
        picture, or centres of neurons.
    ends
        Where they end, (n_out, 2) or (n_out, 3), each to the right of all starts.
    values
        (n_out, n_in), as ``W``: weights, weights × input, weights × blame. Zeros if not given.
    scale
        The magnitude at full strength; the largest among `values` if not given.
    gamma
        Exponent of the strength.
    exposure
        Brightness of the whole. If not given, each set of values is exposed like a photograph,
        so that neither a lone edge nor 15,680 at once are too dark or too bright.
    start_radius, end_radius
        Radii of the neurons at both ends.
    spread
        See `scenes.kit.edges.get_tails_and_tips`; by default 1 for more than a thousand edges,
        else 0.
    line_width
        Standard deviation of a line's profile, scene units.
    glow
        How much of its light a bright bundle spreads around it.
    density
        Pixels per scene unit; those of the film if not given.
    positive, negative, balanced
        Colours above zero, below, and where both are level.

    Raises
    ------
    ValueError
        If the shape of `values` does not fit, or an edge does not run from left to right.
    """

    def __init__(
        self,
        starts: npt.ArrayLike,
        ends: npt.ArrayLike,
        values: npt.ArrayLike | Values | None = None,
        *,
        scale: float | None = None,
        gamma: float = 2.0,
        exposure: float | None = None,
        start_radius: float = 0.0,
        end_radius: float = 0.0,
        spread: float | None = None,
        line_width: float = LINE_WIDTH,
        glow: float = 0.25,
        density: float | None = None,
        positive: ParsableManimColor = POSITIVE,
        negative: ParsableManimColor = NEGATIVE,
        balanced: ParsableManimColor = LEVEL,
        **kwargs: Any,
    ) -> None:
        starts = np.asarray(starts, dtype=np.float64)[:, :2]
        ends = np.asarray(ends, dtype=np.float64)[:, :2]
        self.shape = (len(ends), len(starts))
        self.gamma, self.glow, self.fixed_exposure = gamma, glow, exposure
        self._palette = sign_palette(positive, negative, balanced)
        self._darkroom = _Darkroom()
        self._front: Front | None = None
        self._opacity = 1.0

        self.bundles = Bundles(len(starts), len(ends), MOST_LINES)
        if spread is None:
            spread = 1.0 if self.bundles.lines > 1000 else 0.0
        tails, tips = get_tails_and_tips(
            self.bundles.get_starts(starts),
            self.bundles.get_ends(ends),
            start_radius,
            end_radius,
            spread,
        )
        self._lay_out(tails, tips, density or config.pixel_width / config.frame_width, line_width)
        # Manim's cache does not see the raster; this stands for it.
        self.geometry = hashlib.sha256(tails.tobytes() + tips.tobytes()).hexdigest()
        self.line_width = line_width
        if values is None:
            values = np.zeros(self.shape)
        self._light = self._make_light(values, scale or get_scale(split(values)[0]))
        super().__init__(scale_to_resolution=0, **kwargs)
        self._claim()

    # What is shown

    @property
    def values(self) -> Field:
        """The values of the edges, (n_out, n_in)."""
        return self._light.values

    @property
    def scale_value(self) -> float:
        """The magnitude drawn at full strength."""
        return self._light.scale

    def get_legend(self, entries: int = 5) -> list[LegendEntry]:
        """Values with the colours that lone edges of that value have at full exposure."""
        return signed_legend(self._light.scale, self.gamma, entries)

    def set_weights(self, values: npt.ArrayLike | Values, scale: float | None = None) -> Self:
        """Show other values, (n_out, n_in); on the scale that there is, if none is given."""
        return self._show(self._make_light(values, scale or self._light.scale))

    def animate_weights(
        self,
        values: npt.ArrayLike | Values,
        scale: float | None = None,
        *,
        opacity: float | None = None,
        **kwargs: Any,
    ) -> GoTo:
        """All edges change from their values to these, together; and their opacity, if given."""
        light = self._make_light(values, scale or self._light.scale)
        state = {"light": light} if opacity is None else {"light": light, "opacity": opacity}
        return GoTo(self, state, **kwargs)

    @property
    def state(self) -> State:
        """The light of the edges, and their opacity."""
        return {"light": self._light, "opacity": self._opacity}

    def set_state(self, state: State) -> Self:
        """Show another light, or at another opacity."""
        self._show(state.get("light", self._light))
        return self.set_opacity(state.get("opacity", self._opacity))

    def animate_flow(
        self,
        values: npt.ArrayLike | Values | None = None,
        scale: float | None = None,
        *,
        backward: bool = False,
        **kwargs: Any,
    ) -> "FlowAnimation":
        """Values travel along the edges: behind a bright front the edges show them.

        Parameters
        ----------
        values
            What arrives; if not given, what is shown now, and it starts from the dark.
        scale
            As for `set_weights`.
        backward
            From the ends to the starts.
        """
        before = self._light
        if values is None:
            light = before
            before = self._make_light(np.zeros(self.shape), light.scale)
        else:
            light = self._make_light(values, scale or before.scale)
        return FlowAnimation(self, before, light, backward=backward, **kwargs)

    def set_highlight(
        self, *, start: int | None = None, end: int | None = None, rest: float = 0.015
    ) -> Self:
        """Show the edges of one start or one end (or the one between both) at full light.

        With neither, all of them again. `rest` is the share of its light that another edge keeps.
        """
        return self._show(self._highlight(start, end, rest))

    def animate_highlight(
        self,
        *,
        start: int | None = None,
        end: int | None = None,
        rest: float = 0.015,
        **kwargs: Any,
    ) -> GoTo:
        """As `set_highlight`, in motion."""
        return GoTo(self, {"light": self._highlight(start, end, rest)}, **kwargs)

    def set_dim(self, opacity: float = 0.25) -> Self:
        """Step back behind what is the point now; 1 to come back."""
        return self.set_opacity(opacity)

    def animate_dim(self, opacity: float = 0.25, **kwargs: Any) -> GoTo:
        """As `set_dim`, in motion."""
        return GoTo(self, {"opacity": opacity}, **kwargs)

    # What Manim asks for

    def get_pixel_array(self) -> Pixels:  # type: ignore[override]  # Manim's are uint8, too
        """The picture, (height, width, 4), made when it is asked for."""
        if self._darkroom.picture is None:
            self._darkroom.picture = self._develop()
        return self._darkroom.picture

    def reset_points(self) -> Self:
        """Lay the corners onto the pixels of the film, so that none is resampled."""
        height, width = self._raster.shape
        # Manim rounds corners down to whole pixels: just inside, they stay the pixel's own.
        columns = self._origin[0] + np.array([0, width]) + _CORNER
        rows = self._origin[1] + np.array([0, height]) + _CORNER
        x, y = columns / self._density, -rows / self._density
        self.points = np.array([[a, b, 0.0] for b in y for a in x])
        self._home = self.points.copy()
        return self

    @property
    def resampling_algorithm(self) -> Resampling:
        """Nearest while a pixel of the picture is as large as one of the film, else bilinear."""
        same = np.allclose(self.points - self.points[0], self._home - self._home[0], atol=1e-6)
        return RESAMPLING_ALGORITHMS["nearest" if same else "bilinear"]

    @resampling_algorithm.setter
    def resampling_algorithm(self, algorithm: int) -> None:
        """Chosen by where the field is; Manim's own initialiser sets it nevertheless."""

    def set_opacity(self, alpha: float, family: bool = True) -> Self:
        """Opacity of the whole picture."""
        self._opacity = float(alpha)
        self._darkroom.picture = None
        return self

    def get_opacity(self) -> float:
        """Opacity of the whole picture."""
        return self._opacity

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        """Multiply the opacity by ``1 - darkness``."""
        return self.set_opacity(self._opacity * (1.0 - darkness))

    def interpolate_color(self, mobject1: Mobject, mobject2: Mobject, alpha: float) -> Self:
        """State between two copies of this field: for `FadeIn`, ``.animate`` and the like."""
        if not (isinstance(mobject1, WeightField) and isinstance(mobject2, WeightField)):
            raise TypeError("a WeightField changes only into a WeightField")
        self._show(mobject1._light.towards(mobject2._light, alpha))
        return self.set_opacity((1.0 - alpha) * mobject1._opacity + alpha * mobject2._opacity)

    # How it is made

    def _lay_out(self, tails: Floats, tips: Floats, density: float, line_width: float) -> None:
        """Choose the pixels that the picture covers, and draw the edges into the matrix."""
        self._density = density
        # The middle of the scene lies on a border of pixels, or in the middle of a pixel.
        parity = np.array([config.pixel_width % 2, config.pixel_height % 2]) / 2
        tails, tips = tails * [density, -density] + parity, tips * [density, -density] + parity
        pad = np.ceil((2.5 * _GLOW_WIDTH if self.glow else 4 * line_width) * density)
        low = np.floor(np.minimum(tails, tips).min(axis=0) - pad)
        high = np.ceil(np.maximum(tails, tips).max(axis=0) + pad)
        width, height = (high - low).astype(int)
        self._origin = low - parity
        # How far along the edges each column of pixels is, 0 to 1.
        left, right = tails[:, 0].min() - low[0], tips[:, 0].max() - low[0]
        self._along = np.clip((np.arange(width) + 0.5 - left) / (right - left), 0.0, 1.0)
        self._raster = EdgeRaster(
            tails - low, tips - low, (int(height), int(width)), line_width * density
        )

    def _make_light(
        self, values: npt.ArrayLike | Values, scale: float, emphasis: Field | None = None
    ) -> Light:
        array, source = split(values)
        values = np.array(array, dtype=np.float32)
        if values.shape != self.shape:
            raise ValueError(f"values must have the shape {self.shape}, not {values.shape}")
        if emphasis is None:
            emphasis = np.ones(self.shape, dtype=np.float32)
        exposure = self.fixed_exposure
        if exposure is None:
            strengths = self.bundles.add_up(strength(values, scale, self.gamma) * emphasis)
            crowd = self._raster.mean_light(strengths) / 2.0  # half of it on each sign
            exposure = 1.0 / (1.0 / _LONE_EDGE + crowd / _CROWD)
        return Light(_read_only(values), float(scale), exposure, _read_only(emphasis), source)

    def _highlight(self, start: int | None, end: int | None, rest: float) -> Light:
        emphasis = np.full(self.shape, rest, dtype=np.float32)
        emphasis[slice(None) if end is None else end, slice(None) if start is None else start] = 1.0
        shown = self._light.source or self._light.values
        return self._make_light(shown, self._light.scale, emphasis)

    def _show(self, light: Light, front: Front | None = None) -> Self:
        self._light, self._front = light, front
        self._darkroom.picture = None
        self._claim()
        return self

    def _claim(self) -> None:
        """Claim what all edges show, where none is on its way."""
        light = self._light
        if light.source is None or self._front is not None:
            claim(self)
            return

        def read(field: WeightField) -> Floats:
            return _as_light(field.get_pixel_array())

        def expect(values: Floats) -> Floats:
            wanted = self._make_light(values, light.scale, light.emphasis)
            return _as_light(self._picture_of(*self._get_fields(wanted), wanted.exposure))

        claim(self, Claim("lights of edges", light.source, read, expect, _LIGHT_STEPS))

    def _get_fields(self, light: Light) -> tuple[Field, Field]:
        """Light above and below zero on each pixel, halo included, before exposure."""
        strengths = strength(light.values, light.scale, self.gamma) * light.emphasis
        above = light.values > 0.0
        positive, negative = (
            self._raster.project(self.bundles.add_up(np.where(side, strengths, np.float32(0.0))))
            for side in (above, ~above)
        )
        if self.glow:
            sigma = _GLOW_WIDTH * self._density / _GLOW_STEP
            positive += np.float32(self.glow) * _halo(positive, sigma)
            negative += np.float32(self.glow) * _halo(negative, sigma)
        return positive, negative

    def _develop(self) -> Pixels:
        positive, negative = self._darkroom.get_fields(self._light, self._get_fields)
        exposure = self._light.exposure
        if self._front is not None:
            arriving = self._front.light
            come = self._darkroom.get_fields(arriving, self._get_fields)
            part = _arrived(self._along, self._front.progress, self._front.backward)
            crest = 1.0 + _FRONT_CREST * 4.0 * part * (1.0 - part)
            old = np.float32((1.0 - part) * exposure)
            new = np.float32(part * crest * arriving.exposure)
            positive = positive * old + come[0] * new
            negative = negative * old + come[1] * new
            exposure = 1.0
        return self._picture_of(positive, negative, exposure)

    def _picture_of(self, positive: Field, negative: Field, exposure: float) -> Pixels:
        pixels = light_pixels(positive, negative, exposure, self._palette)
        if self._opacity < 1.0:
            pixels[..., 3] = np.rint(pixels[..., 3] * self._opacity)
        return pixels


class FlowAnimation(AnimationOf[WeightField]):
    """A front of light runs along the edges of a field; ahead of it is what was there before."""

    def __init__(
        self,
        field: WeightField,
        before: Light,
        light: Light,
        *,
        backward: bool = False,
        run_time: float = SLOW,
        **kwargs: Any,
    ) -> None:
        self.before, self.light, self.backward = before, light, backward
        super().__init__(field, run_time=run_time, **kwargs)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the front where it is at this part of the run time."""
        progress = self.rate_func(alpha)
        if progress >= 1.0:
            self.mobject._show(self.light)
        else:
            self.mobject._show(self.before, Front(self.light, progress, self.backward))


def _as_light(pixels: Pixels) -> Floats:
    """How much of each colour a picture adds to a dark ground, 0 to 255."""
    return pixels[..., :3].astype(np.float32) * (pixels[..., 3:] / np.float32(255.0))


def _arrived(along: Floats, progress: float, backward: bool) -> Floats:
    """How much of the new light has come to each place along the edges, 0 to 1."""
    way = 1.0 - along if backward else along
    part = np.clip((progress * (1.0 + _FRONT_WIDTH) - way) / _FRONT_WIDTH, 0.0, 1.0)
    return part * part * (3.0 - 2.0 * part)


def _halo(field: Field, sigma: float) -> Field:
    """A wide blur, made in a picture `_GLOW_STEP` times coarser; `sigma` in its pixels."""
    step = _GLOW_STEP
    height, width = field.shape
    padded = np.pad(field, ((0, -height % step), (0, -width % step)))
    coarse = padded.reshape(padded.shape[0] // step, step, -1, step).mean(axis=(1, 3))
    coarse = gaussian_filter(coarse, sigma, mode="constant")
    fine = coarse.repeat(step, axis=0).repeat(step, axis=1)
    # Steps, smoothed over one step's length, are straight slopes: linear interpolation.
    for axis in (0, 1):
        fine = uniform_filter1d(fine, step, axis=axis, mode="constant")
    return fine[:height, :width]


def _between(first: Field, last: Field, fraction: float) -> Field:
    return first if first is last else _read_only(first + (last - first) * np.float32(fraction))


def _read_only(array: Field) -> Field:
    array.flags.writeable = False
    return array
