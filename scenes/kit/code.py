"""A listing whose lines light up as the film goes through them.

The line that is being run is bright and has a marker at its left; the others are dim.
"""

from collections.abc import Mapping
from typing import Any, Final, Self

import numpy as np
from manim import (
    LEFT,
    UP,
    ParsableManimColor,
    Triangle,
    VGroup,
    VMobject,
    interpolate_color,
)
from manim.utils.color import ManimColor

from scenes.kit.state import GoTo, State
from scenes.kit.style import DIM, QUICK, SMALL, TEXT
from scenes.kit.typeset import CodeLine, code_block

_DIMMED: Final = 0.62  # how far the colours of a line that is not run go towards DIM


class Listing(VGroup):
    """Lines of code of which one at a time is lit.

    ``Listing("for x in images:", "    z = W @ x + b", "    a = sigmoid(z)").set_line(1)``

    Parameters
    ----------
    lines
        The lines, indented as they are written; an empty one leaves a gap. One string with line
        breaks does as well.
    colours
        Colours by meaning for certain pieces, in whichever lines have them.
    x_height
        Size of the code.
    marker
        Whether a marker shows the line that is lit.

    Attributes
    ----------
    lines
        A `CodeLine` for each line that is not empty, by its number.
    line
        Number of the line that is lit, from 0; None: all are equally bright.
    """

    def __init__(
        self,
        *lines: str,
        colours: Mapping[str, ParsableManimColor] | None = None,
        x_height: float = SMALL,
        marker: bool = True,
    ) -> None:
        super().__init__()
        source = [line for text in lines for line in text.split("\n")]
        block = code_block(*source, colours=colours, x_height=x_height)
        numbers = [number for number, line in enumerate(source) if line.strip()]
        self.lines: dict[int, CodeLine] = {}
        self._inks: dict[int, list[ManimColor]] = {}
        for number, code in zip(numbers, block, strict=True):
            _flatten(code)
            self.lines[number] = code
            self._inks[number] = [part.get_fill_color() for part in code]
        self._lights = dict.fromkeys(self.lines, 1.0)
        self.line: int | None = None
        self.marker = Triangle(fill_color=TEXT, fill_opacity=1, stroke_width=0)
        self.marker.rotate(-np.pi / 2).stretch_to_fit_height(1.1 * x_height)
        self.marker.stretch_to_fit_width(0.9 * x_height)
        # It keeps its room while no line is lit, so that nothing jumps.
        self.marker.next_to(block, LEFT, buff=0.8 * x_height).set_opacity(0)
        self._marked = marker
        self.add(block, self.marker)
        self._left = block
        self.center()

    @property
    def state(self) -> State:
        """How bright each line is, and where the marker is and how much of it is seen."""
        return {
            "line": self.line,
            "lights": tuple(self._lights.values()),
            "height": float(self.marker.get_center()[1]),
            "marked": float(self.marker.get_fill_opacity()),
        }

    def set_state(self, state: State) -> Self:
        """Be lit otherwise."""
        now = {**self.state, **state}
        self.line = now["line"]
        for number, light in zip(self.lines, now["lights"], strict=True):
            if light != self._lights[number]:
                self._shade(number, light)
        self.marker.set_opacity(now["marked"])
        self.marker.shift((now["height"] - self.marker.get_center()[1]) * UP)
        return self

    def set_line(self, number: int | None) -> Self:
        """Light a line, and none else; None: all of them, as at the start.

        Raises
        ------
        ValueError
            If there is no code in that line.
        """
        return self.set_state(self._state_at(number))

    def animate_line(self, number: int | None, run_time: float = QUICK, **options: Any) -> GoTo:
        """The light and the marker go to another line."""
        state = self._state_at(number)
        # Where no line is lit the marker comes in at its place.
        start = {} if self.line is not None else {"height": state["height"]}
        return GoTo(self, state, start=start, run_time=run_time, **options)

    def _state_at(self, number: int | None) -> State:
        self._check(number)
        seen = number is not None and self._marked
        return {
            "line": number,
            "lights": tuple(float(number is None or other == number) for other in self.lines),
            "height": self.state["height"] if number is None else self._height(number),
            "marked": float(seen),
        }

    def _check(self, number: int | None) -> None:
        if number is not None and number not in self.lines:
            raise ValueError(f"there is no code in line {number}")

    def _height(self, number: int) -> float:
        """The middle of a line's lower-case letters."""
        code = self.lines[number]
        return code.baseline + 0.5 * code.x_height

    def _shade(self, number: int, light: float) -> None:
        self._lights[number] = light
        for part, ink in zip(self.lines[number], self._inks[number], strict=True):
            dim = interpolate_color(ink, DIM, 1.0 if ink == TEXT else _DIMMED)
            part.set_fill(interpolate_color(dim, ink, light))


def _flatten(code: CodeLine) -> None:
    """Make one mobject of all glyphs of a colour: on the move each mobject costs 40 µs a frame."""
    inks: dict[str, list[VMobject]] = {}
    for glyph in code.submobjects:
        inks.setdefault(glyph.get_fill_color().to_hex(), []).append(glyph)
    parts = []
    for glyphs in inks.values():
        part = glyphs[0].copy()
        part.set_points(np.concatenate([glyph.points for glyph in glyphs]))
        parts.append(part)
    code.submobjects = parts
    # They name glyphs that are no longer there.
    code.id_to_vgroup_dict = {}
    code._label_aliases = {}
