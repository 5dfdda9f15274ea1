"""How different colours are, for tests of looks."""

import numpy as np
from manim import ParsableManimColor

from scenes.kit.encoding import get_rgb, simulate, to_lab


def colour_difference(
    first: ParsableManimColor, second: ParsableManimColor, vision: str = "normal"
) -> float:
    """ΔE (CIE76) between two colours as the given eye sees them; about 2 is just noticeable."""
    a, b = to_lab(simulate([get_rgb(first), get_rgb(second)], vision))
    return float(np.linalg.norm(a - b))
