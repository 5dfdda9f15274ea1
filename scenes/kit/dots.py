"""A dot for every test image: what is true of each of them, all ten thousand at once."""

from collections.abc import Callable
from typing import Any, Final

from manim import DL, ParsableManimColor
from manim.typing import Point3D

from network.trace import Trace
from scenes.kit import stage
from scenes.kit.digit import PixelImage
from scenes.kit.ledger import Values
from scenes.kit.style import ACTIVATION, BLAME

SIZE: Final = 5.0
"""Length of a side: three pixels of a film of 480 lines for each of 10,000 dots."""

COMMON: Final = 0.55
"""How bright a dot is of which nothing special is true."""


class TestDots(PixelImage):
    """A dot for every test image, row by row in a square: ``TestDots(trace, read_dots)``.

    Parameters
    ----------
    trace
        The run.
    what
        A function with a name, called with the trace and `arguments`, that gives a value for each
        image in rows of a square: 1 for what is true, 0 for what is not; or -1 to 1.
    colour, negative
        Of dots above and below zero.
    """

    __test__ = False  # for pytest: these are no tests

    def __init__(
        self,
        trace: Trace,
        what: Callable[..., Any],
        *arguments: Any,
        colour: ParsableManimColor = ACTIVATION,
        negative: ParsableManimColor = BLAME,
    ) -> None:
        super().__init__(
            Values.of(what, trace, *arguments),
            width=SIZE,
            height=SIZE,
            signed=True,
            scale=1 / COMMON,
            colour=colour,
            negative=negative,
        )
        self.align_to(stage.SIDE.at(0.0, 0.0), DL)

    def place_of(self, image: int) -> Point3D:
        """Where the dot of a test image is."""
        return self.get_cell_centre(*divmod(image, len(self.values)))
