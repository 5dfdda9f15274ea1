"""Numbers on screen that cannot be made up: each takes a path into the recording, not a value.

A number is one path, composed from glyphs that Typst sets once for the whole process, so that a
hundred numbers cost no compile. Digits are all equally wide. A number keeps the place of its
decimal point and its baseline when its value changes.

The chapter looks for numbers on the screen and writes them into its ledger; nobody has to
remember to.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, Self

import numpy as np
from manim import (
    DL,
    DOWN,
    RIGHT,
    Mobject,
    ParsableManimColor,
    Typst,
    VMobject,
    straight_path,
)
from manim.typing import PathFuncType, Point3D

from network.moment import Moment
from scenes.kit.ledger import MINUS, Quantity, written
from scenes.kit.state import GoTo, State
from scenes.kit.style import BODY, TEXT
from scenes.kit.typed import Parts
from scenes.kit.typeset import SPECK, X_HEIGHT_OF_WORDS, typst_options, words_preamble

_CHARACTERS: Final = f"0123456789.,+{MINUS}%≈×∞Na"


@cache
def _glyphs() -> dict[str, tuple[np.ndarray, float]]:
    """Outline (n, 3) and advance of each character, in em, the origin on the baseline.

    One compile for all of them. A speck before and after each character shows where it starts
    and ends (and keeps it from being kerned); two more stand one em apart.
    """
    # The mathematics font has all the signs; the words' font would borrow them elsewhere.
    fonts = {True: "New Computer Modern", False: "New Computer Modern Math"}
    quoted = "".join(
        f'{SPECK}#text(font: "{fonts[character.isalnum()]}", "{character}")'
        for character in _CHARACTERS
    )
    sheet = Typst(
        f"{SPECK}#h(1em){quoted}{SPECK}",
        typst_preamble=words_preamble(),
        **typst_options(),
    )
    specks = [speck.get_corner(DL) for speck in sheet.submobjects[1::2]]
    if len(sheet.submobjects) != 2 * len(_CHARACTERS) + 2:
        raise RuntimeError("the font has no glyph for one of " + _CHARACTERS)
    em = float((specks[0] - sheet.submobjects[0].get_corner(DL))[0])
    outlines = {}
    for index, character in enumerate(_CHARACTERS):
        outline = (sheet.submobjects[2 + 2 * index].points - specks[index]) / em
        outline.setflags(write=False)
        outlines[character] = (outline, float((specks[index + 1] - specks[index])[0] / em))
    outlines[" "] = (np.zeros((0, 3)), 0.2)  # a thin space, for "93.3 %"
    return outlines


class Number(VMobject):
    """A recorded value: ``Number(step, "delta2[3]")``, ``Number(mean_error, trace, 0, 400)``.

    Parameters
    ----------
    source
        A step or a view (see `network.trace.Trace.see`) and the path of the value in it; or a
        function with a name, and what it is called with: the trace, a step, plain values; or a
        quantity that is known already.
    decimals
        Digits after the point.
    sign
        Whether a value above zero shows a plus sign.
    grouping
        Whether thousands are set apart with commas.
    before, after
        Characters around the figure, such as ``"≈"`` or ``" %"``.
    x_height
        Size, as of the words beside it: digits are half as high again as a lower-case x.
    colour
        Colour.

    Raises
    ------
    network.errors.PathError
        If the path names nothing in it.
    TypeError
        For a bare value.
    """

    def __init__(
        self,
        *source: Any,
        decimals: int = 2,
        sign: bool = False,
        grouping: bool = False,
        before: str = "",
        after: str = "",
        x_height: float = BODY,
        colour: ParsableManimColor = TEXT,
    ) -> None:
        super().__init__(color=colour, fill_opacity=1.0, stroke_width=0.0)
        self.x_height = x_height
        self._spec = f"{'+' if sign else ''}{',' if grouping else ''}.{decimals}f"
        self._around = (before, after)
        quantity = Quantity.of(*source)
        self.quantity: Quantity | None = quantity
        self._draw(quantity.value, np.zeros(3), x_height / X_HEIGHT_OF_WORDS)
        self.center()

    # What is shown

    def _draw(self, value: float, point: Point3D, em: float) -> None:
        """Set the glyphs of a value, its decimal point at `point`, at `em` units to the em."""
        figure = written(value, self._spec)
        text = self._around[0] + figure + self._around[1]
        whole = self._around[0] + figure.partition(".")[0]
        glyphs = _glyphs()
        pen, at_point, outlines = 0.0, 0.0, []
        for index, character in enumerate(text):
            if index == len(whole):
                at_point = pen
            outline, advance = glyphs[character]
            outlines.append(outline + np.array([pen, 0.0, 0.0]))
            pen += advance
        if len(text) == len(whole):
            at_point = pen
        points = np.concatenate(outlines)
        self.text = text
        self.set_points((points - np.array([at_point, 0.0, 0.0])) * em + point)
        # Shares of the box, from which point and baseline are found again however the number
        # has been moved and scaled since.
        low, size = points.min(axis=0), np.ptp(points, axis=0)
        self._point_share = (float((at_point - low[0]) / size[0]), float(-low[1] / size[1]))
        self._height_in_em = float(size[1])

    def _stance(self) -> tuple[Point3D, float]:
        """Where the decimal point is now, and how long an em."""
        low = self.points.min(axis=0)
        width, height, _ = self.points.max(axis=0) - low
        across, up = self._point_share
        point = np.array([low[0] + across * width, low[1] + up * height, low[2]])
        return point, float(height / self._height_in_em)

    @property
    def point(self) -> Point3D:
        """Where the decimal point is (or would be), on the baseline."""
        return self._stance()[0]

    @property
    def baseline(self) -> float:
        """Height of the baseline in the scene."""
        return float(self.point[1])

    @property
    def em(self) -> float:
        """Length of an em as it is now, scene units."""
        return self._stance()[1]

    @property
    def settled(self) -> Quantity:
        """The quantity on show, where there has to be one.

        Raises
        ------
        ValueError
            If the number is on its way from one to another.
        """
        if self.quantity is None:
            raise ValueError("a number is on its way from one value to another")
        return self.quantity

    @property
    def shown(self) -> tuple[Quantity, str] | None:
        """The quantity on show and its text; None half-way from one to another, or transparent."""
        if self.quantity is None or self.get_fill_opacity() <= 0:
            return None
        return self.quantity, self.text

    # Changing what is shown

    def set_view(self, moment: Moment) -> Self:
        """Show the value at the same path of another step or view."""
        return self.set_quantity(self._elsewhere(moment))

    def animate_to(self, moment: Moment, **options: Any) -> GoTo:
        """Count to the value at the same path of another step or view."""
        return self.animate_quantity(self._elsewhere(moment), **options)

    def animate_quantity(self, quantity: Quantity | None, **options: Any) -> GoTo:
        """Count to another quantity, on which it ends exactly.

        Raises
        ------
        ValueError
            On the way from one value to another.
        """
        if self.quantity is None or quantity is None:
            raise ValueError("a number that is on its way cannot set out for another value")
        return GoTo(self, {"value": quantity}, **options)

    @property
    def state(self) -> State:
        """The quantity on show."""
        return {"value": self.quantity}

    def set_state(self, state: State) -> Self:
        """Show another quantity, or a plain value on the way to one."""
        value = state["value"]
        return self.set_quantity(value) if isinstance(value, Quantity) else self.set_between(value)

    def _elsewhere(self, moment: Moment) -> Quantity:
        if self.quantity is None or self.quantity.path is None:
            raise ValueError("only a number that shows a recorded value can go to another moment")
        return Quantity.recorded(moment, self.quantity.path)

    def set_quantity(self, quantity: Quantity) -> Self:
        """Show another quantity, the decimal point staying in place."""
        self._draw(quantity.value, *self._stance())
        self.quantity = quantity
        return self

    def set_decimals(self, decimals: int, before: str | None = None) -> Self:
        """Show so many digits after the point, which stays; and, if given, that before the figure.

        Raises
        ------
        ValueError
            On the way from one value to another.
        """
        if self.quantity is None:
            raise ValueError("a number that is on its way cannot be shown otherwise")
        self._spec = re.sub(r"\.\d+f$", f".{decimals}f", self._spec)
        if before is not None:
            self._around = (before, self._around[1])
        self._draw(self.quantity.value, *self._stance())
        return self

    def set_between(self, value: float) -> Self:
        """Show a value on the way to another quantity: it was not recorded and is no reading."""
        self._draw(value, *self._stance())
        self.quantity = None
        return self

    # Manim's transformations change the outlines behind our back; the reading must go with them,
    # and between two numbers the figure counts: digits melting into others cannot be read.

    def _take_over(self, other: Mobject) -> None:
        if isinstance(other, Number):
            self.quantity, self.text = other.quantity, other.text
            self._spec, self._around = other._spec, other._around
            self._point_share, self._height_in_em = other._point_share, other._height_in_em
        else:
            self.quantity = None

    def interpolate(
        self,
        mobject1: Mobject,
        mobject2: Mobject,
        alpha: float,
        path_func: PathFuncType = straight_path(),  # noqa: B008 (Manim's signature)
    ) -> Self:
        """Be between two mobjects; between two numbers, count."""
        super().interpolate(mobject1, mobject2, alpha, path_func)
        first = mobject1.quantity if isinstance(mobject1, Number) else None
        last = mobject2.quantity if isinstance(mobject2, Number) else None
        if first is None or last is None:
            self._take_over(mobject1 if alpha <= 0 else mobject2)
            self.quantity = first if alpha <= 0 else last if alpha >= 1 else None
            return self
        assert isinstance(mobject1, Number)
        assert isinstance(mobject2, Number)
        if mobject1.text == mobject2.text:
            self._take_over(mobject1 if alpha < 1 else mobject2)
            return self
        near = mobject1 if alpha <= 0 else mobject2
        self._spec, self._around = near._spec, near._around
        value = first.value if alpha <= 0 else last.value
        if 0 < alpha < 1:
            value = (1 - alpha) * first.value + alpha * last.value
        (point1, em1), (point2, em2) = mobject1._stance(), mobject2._stance()
        point = np.asarray(path_func(point1[None], point2[None], alpha))[0]
        self._draw(value, point, (1 - alpha) * em1 + alpha * em2)
        self.quantity = first if alpha <= 0 else last if alpha >= 1 else None
        return self

    def become(self, mobject: Mobject, *args: Any, **kwargs: Any) -> Self:
        """Look as another mobject does, and show what it shows."""
        super().become(mobject, *args, **kwargs)
        self._take_over(mobject)
        return self


Derived = Number
"""An older name, for the value of a named function."""


def align_points(numbers: Iterable[Number]) -> None:
    """Shift numbers sideways until their decimal points stand below that of the first."""
    first, *others = numbers
    for number in others:
        number.shift(RIGHT * (first.point[0] - number.point[0]))


def column_of(numbers: Sequence[Number], line_height: float) -> Parts[Number]:
    """Numbers below each other, baselines `line_height` apart, aligned on the point."""
    for index, number in enumerate(numbers[1:], start=1):
        target = numbers[0].point + index * line_height * DOWN
        number.shift(target - number.point)
    return Parts(*numbers)
