"""How a value looks: its colour, opacity and width, as pure functions of arrays.

Every mobject that shows a value takes its looks from here, and so does every legend, so
picture and legend cannot disagree. Nothing here knows Manim's mobjects: arrays in, arrays out.
Colours by meaning come from `scenes.kit.style`.

Two encodings are used throughout:

* a *signed* value (weight, gradient, weight × input) has its sign as hue and its size as
  strength ``(|value| / scale) ** gamma``, cut off at 1;
* an *activation* in [0, 1] goes from dark to warm white.

The colour-vision part answers whether colours stay apart for a colour-blind eye: Machado,
Oliveira, Fernandes, "A physiologically-based model for simulation of colour vision deficiency",
IEEE TVCG 15 (2009), severity 1.0; differences are CIE76 in CIELAB (D65).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from manim import ManimColor, ParsableManimColor, interpolate_color

from scenes.kit.arrays import Bytes, Floats
from scenes.kit.style import ACTIVATION, BACKGROUND, DIM, FAINT, NEGATIVE, POSITIVE

LEVEL: Final = interpolate_color(FAINT, DIM, 0.55)
"""The grey of light that is neither positive nor negative."""

# Machado et al. 2009, table 1, severity 1.0; they act on linear RGB.
_DEFICIENCY = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
_RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def get_rgb(colour: ParsableManimColor) -> Floats:
    """A colour as three numbers in [0, 1] (sRGB)."""
    return np.asarray(ManimColor(colour).to_rgb(), dtype=np.float64)


def get_scale(values: npt.ArrayLike, quantile: float = 1.0) -> float:
    """The magnitude to be drawn at full strength: a quantile of ``|values|``, 1 if all are 0.

    Parameters
    ----------
    values
        Any shape.
    quantile
        1.0 is the largest magnitude; 0.999 lets one value in a thousand be cut off.
    """
    magnitudes = np.abs(np.asarray(values, dtype=np.float64))
    scale = float(np.quantile(magnitudes, quantile)) if magnitudes.size else 0.0
    return scale if scale > 0.0 else 1.0


def strength(values: npt.ArrayLike, scale: float, gamma: float = 1.0) -> Floats:
    """``min(|value| / scale, 1) ** gamma``, in [0, 1], of the shape of `values`.

    A `gamma` above 1 lets the many small values recede behind the few large ones; a picture
    that uses it needs a legend.
    """
    if not scale > 0.0:
        raise ValueError(f"a scale must be above 0, got {scale}")
    fraction = np.minimum(np.abs(np.asarray(values)) / scale, 1.0)
    return fraction if gamma == 1.0 else fraction**gamma


def widths(values: npt.ArrayLike, scale: float, widest: float = 4.0, gamma: float = 1.0) -> Floats:
    """Stroke widths (Manim's unit) in [0, `widest`] for values drawn as single lines."""
    return widest * strength(values, scale, gamma)


def opacities(
    values: npt.ArrayLike, scale: float, faintest: float = 0.0, gamma: float = 1.0
) -> Floats:
    """Opacities in [`faintest`, 1]."""
    return faintest + (1.0 - faintest) * strength(values, scale, gamma)


def signed_colours(
    values: npt.ArrayLike,
    scale: float,
    gamma: float = 1.0,
    positive: ParsableManimColor = POSITIVE,
    negative: ParsableManimColor = NEGATIVE,
    zero: ParsableManimColor = BACKGROUND,
) -> Floats:
    """Colours from `zero` to `positive` or `negative`: shape of `values` + (3,), in [0, 1]."""
    values = np.asarray(values)
    ends = np.where((values > 0)[..., None], get_rgb(positive), get_rgb(negative))
    return _mix(get_rgb(zero), ends, strength(values, scale, gamma))


def activation_colours(
    values: npt.ArrayLike,
    low: ParsableManimColor = BACKGROUND,
    high: ParsableManimColor = ACTIVATION,
    scale: float = 1.0,
) -> Floats:
    """Colours from dark (0) to warm white (`scale`): shape of `values` + (3,), in [0, 1].

    Sigmoid and softmax need no other scale than 1; ReLU gives its largest activation.
    """
    fraction = np.clip(np.asarray(values) / scale, 0.0, 1.0)
    return _mix(get_rgb(low), get_rgb(high), fraction)


def to_rgba(colours: npt.ArrayLike, opacity: npt.ArrayLike = 1.0) -> Bytes:
    """Colours in [0, 1] as Manim's pixels: last axis 3 → 4, uint8."""
    colours = np.asarray(colours)
    alpha = np.broadcast_to(np.asarray(opacity), colours.shape[:-1])
    rgba = np.concatenate([colours, alpha[..., None]], axis=-1)
    return np.rint(np.clip(rgba, 0.0, 1.0) * 255.0).astype(np.uint8)


def tone(light: Floats, exposure: float) -> Floats:
    """``1 - exp(-exposure * light)``: light as opacity, never above 1.

    Faint light stays proportional, heaped-up light saturates softly, as on film.
    """
    return -np.expm1(-exposure * light)


def sign_palette(
    positive: ParsableManimColor = POSITIVE,
    negative: ParsableManimColor = NEGATIVE,
    balanced: ParsableManimColor = LEVEL,
) -> Bytes:
    """The 256 hues of `light_pixels`: all negative, through grey, to all positive; (256, 3)."""
    share = np.linspace(-1.0, 1.0, 256)
    ends = np.where((share > 0)[:, None], get_rgb(positive), get_rgb(negative))
    return np.rint(_mix(get_rgb(balanced), ends, np.abs(share)) * 255.0).astype(np.uint8)


def light_pixels(positive: Floats, negative: Floats, exposure: float, palette: Bytes) -> Bytes:
    """Two fields of light as one picture: (height, width) twice → (height, width, 4) uint8.

    The stronger sign at a pixel makes it bright, ``alpha = tone(max(p, n))``; which sign
    outweighs the other gives the hue, ``(p² - n²) / (p² + n²)`` from -1 to 1. Where the two
    are level the hue is a quiet grey: blue and orange never blend into a third colour.
    """
    p2 = np.square(positive, dtype=np.float32)
    n2 = np.square(negative, dtype=np.float32)
    total = p2 + n2
    np.subtract(p2, n2, out=p2)
    np.divide(p2, total, out=p2, where=total > 0.0)
    p2 += 1.0
    p2 *= 127.5
    shades = (p2 + 0.5).astype(np.uint8)
    light = np.maximum(positive, negative).astype(np.float32, copy=False)
    pixels = np.empty((*light.shape, 4), dtype=np.uint8)
    pixels[..., :3] = palette[shades]
    pixels[..., 3] = (tone(light, float(exposure)) * 255.0 + 0.5).astype(np.uint8)
    return pixels


@dataclass(frozen=True)
class LegendEntry:
    """One mark of a legend: a value and how it looks.

    Attributes
    ----------
    value
        In the unit of the data.
    colour
        sRGB in [0, 1], as seen on the background.
    """

    value: float
    colour: tuple[float, float, float]


def signed_legend(scale: float, gamma: float = 1.0, entries: int = 5) -> list[LegendEntry]:
    """Evenly spaced values from -`scale` to `scale` with the colours they are drawn in."""
    values = np.linspace(-scale, scale, entries)
    return _entries(values, signed_colours(values, scale, gamma))


def activation_legend(scale: float = 1.0, entries: int = 3) -> list[LegendEntry]:
    """Evenly spaced activations from 0 to `scale` with the colours they are drawn in."""
    values = np.linspace(0.0, scale, entries)
    return _entries(values, activation_colours(values, scale=scale))


def simulate(colours: npt.ArrayLike, vision: str) -> Floats:
    """What an eye with "normal", "protanopia" or "deuteranopia" sees; (..., 3) in [0, 1]."""
    linear = _to_linear(np.asarray(colours, dtype=np.float64))
    return _from_linear(np.clip(linear @ _DEFICIENCY[vision].T, 0.0, 1.0))


def to_lab(colours: npt.ArrayLike) -> Floats:
    """CIELAB (D65) of sRGB colours; (..., 3)."""
    white = _RGB_TO_XYZ.sum(axis=1)
    xyz = _to_linear(np.asarray(colours, dtype=np.float64)) @ _RGB_TO_XYZ.T / white
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def contrasts(one: npt.ArrayLike, two: npt.ArrayLike) -> Floats:
    """Contrast ratios of colours in [0, 1], (..., 3) each: (...), from 1 to 21.

    Text needs 4.5 or more (WCAG 2.2, success criterion 1.4.3 and "contrast ratio").
    """
    lights = _luminance(np.asarray(one)), _luminance(np.asarray(two))
    return (np.maximum(*lights) + 0.05) / (np.minimum(*lights) + 0.05)


def _mix(low: Floats, high: Floats, fraction: Floats) -> Floats:
    return low + np.asarray(fraction)[..., None] * (high - low)


def _entries(values: Floats, colours: Floats) -> list[LegendEntry]:
    return [
        LegendEntry(float(value), (float(r), float(g), float(b)))
        for value, (r, g, b) in zip(values, colours, strict=True)
    ]


def _luminance(srgb: Floats) -> Floats:
    """Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    return _to_linear(srgb) @ np.array([0.2126, 0.7152, 0.0722])


def _to_linear(srgb: Floats) -> Floats:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _from_linear(linear: Floats) -> Floats:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
