"""Shapes of arrays in code font: beside an array, and as the sum that a product of shapes is.

Shapes are structure, read off arrays; the result of a product is worked out by numpy itself, and
so is the complaint when shapes do not fit.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from manim import (
    DOWN,
    LEFT,
    UP,
    Animation,
    AnimationGroup,
    Create,
    LaggedStart,
    Line,
    Mobject,
    ParsableManimColor,
    Succession,
    SurroundingRectangle,
    TransformFromCopy,
    VGroup,
    VMobject,
)

from scenes.kit.style import BLAME, DIM, FAINT, GAP, SMALL, STEADY, TEXT, TRUTH
from scenes.kit.typed import Parts, animated
from scenes.kit.typeset import X_HEIGHT_OF_CODE, CodeLine

Shape = tuple[int, ...]

OPERATORS: Final = {
    "@": np.matmul,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
}

_ADVANCE: Final = 0.602  # width of a character of DejaVu Sans Mono, in em
_LINE: Final = 2.1  # line height, in x-heights
_PADDING: Final = 0.2


class ShapeText(CodeLine):
    """The shape of an array as numpy writes it: ``(10, 20)``, ``(784,)``.

    Parameters
    ----------
    shape
        The array's own ``.shape``.
    x_height, colour, options
        As for `CodeLine`.

    Attributes
    ----------
    shape
        The same, as a tuple of plain ints.
    """

    def __init__(
        self,
        shape: Sequence[int],
        *,
        x_height: float = SMALL,
        colour: ParsableManimColor = DIM,
        **options: Any,
    ) -> None:
        self.shape: Shape = tuple(int(n) for n in shape)
        super().__init__(str(self.shape), x_height=x_height, colour=colour, **options)

    def axis(self, index: int) -> VGroup:
        """The digits of one axis; -1 is the last."""
        return VGroup(*_digits(self, str(self.shape), 0, range(len(self.shape))[index]))


class ShapeBox(VGroup):
    """The shapes that meet in an expression, and the one that comes out.

    ``ShapeBox((20, 784), "@", (784, 1), "+", (20, 1))`` ends in ``→ (20, 1)``. Operators act in
    Python's order: ``@`` and ``*`` from left to right, then ``+`` and ``-``. Vectors, ``(784,)``,
    and batches, ``(64, 784) @ (784, 128) + (128,)``, do as well.

    Parameters
    ----------
    parts
        Shapes and, between them, operators: ``@``, ``+``, ``-``, ``*``.
    names
        What stands above each shape, in code font: ``("W1", "x", "b1", "z1")``; the last one is
        the result's. Empty strings for none.
    colours
        Of the names, in their order.
    width
        The most width to take, scene units; a longer expression goes on in a second line.
    x_height
        Size of the code.
    answered
        False: the result's numbers are left blank until `animate_cancel` brings them.
    box
        Whether a thin box is drawn around it.

    Attributes
    ----------
    shapes
        The operands' shapes and, if they fit, the result's.
    result
        The shape that comes out; None if they do not fit.
    error
        What numpy says if the shapes do not fit; else None. The box then ends in ``ValueError``.
    code
        The line or lines, each a `CodeLine`.
    """

    def __init__(
        self,
        *parts: Sequence[int] | str,
        names: Sequence[str] = (),
        colours: Sequence[ParsableManimColor] = (),
        width: float = 11.0,
        x_height: float = SMALL,
        answered: bool = True,
        box: bool = True,
    ) -> None:
        super().__init__()
        operands = [tuple(int(n) for n in part) for part in parts if not isinstance(part, str)]
        operators = [part for part in parts if isinstance(part, str)]
        if [isinstance(part, str) for part in parts] != [False, *[True, False] * len(operators)]:
            raise ValueError("write shapes with an operator between each two")
        self.error: str | None = None
        self.result: Shape | None = None
        try:
            self.result = get_result(operands, operators)
        except ValueError as error:
            self.error = str(error)
        self.shapes = operands + ([self.result] if self.result is not None else [])
        self._operators = operators

        pieces = [str(operands[0])]
        for operator, shape in zip(operators, operands[1:], strict=True):
            pieces.append(f" {operator} {shape}")
        pieces.append(f" → {'ValueError' if self.result is None else self.result}")
        lines, places = _wrapped(pieces, width / (_ADVANCE * x_height / X_HEIGHT_OF_CODE))
        self.code = Parts(*(CodeLine(line, x_height=x_height, colour=TEXT) for line in lines))
        extra = 2.0 if any(names) else 0.0
        for number, line in enumerate(self.code):
            line.shift(-line.get_left() + number * (_LINE + extra) * x_height * DOWN)
            line.shift((-number * (_LINE + extra) * x_height - line.baseline) * UP)
        self._pieces = [
            VGroup(*_glyphs(self.code[line], lines[line], start, start + len(piece.strip())))
            for piece, (line, start) in zip(pieces, places, strict=True)
        ]
        self._axes = [
            [
                VGroup(*_digits(self.code[line], lines[line], lines[line].index("(", start), axis))
                for axis in range(len(shape))
            ]
            for shape, (line, start) in zip(self.shapes, places, strict=False)
        ]
        self._answered = answered
        if self.result is None:
            self._pieces[-1].set_color(BLAME)
        elif not answered:
            for digits in self._axes[-1]:
                digits.set_opacity(0)
        self.names = VGroup()
        for number, name in enumerate(names):
            if name and number < len(self.shapes):
                colour = colours[number] if number < len(colours) else DIM
                word = CodeLine(name, x_height=x_height, colour=colour)
                self.names.add(word.next_to(self.shape(number), UP, buff=0.85 * x_height))
        self.strokes = VGroup()
        self.add(self.code, self.names, self.strokes)
        self.frame = VGroup()
        if box:
            self.frame.add(
                SurroundingRectangle(
                    VGroup(self.code, self.names),
                    color=FAINT,
                    buff=_PADDING,
                    stroke_width=1.5,
                    corner_radius=0.1,
                )
            )
            self.add(self.frame)
        self.center()

    def axis(self, shape: int, axis: int) -> VGroup:
        """The digits of one axis of one shape: ``axis(0, -1)``, ``axis(-1, 0)`` the result's."""
        return self._axes[shape][axis]

    def shape(self, index: int) -> VGroup:
        """The digits and brackets of one shape; -1 is the result."""
        glyphs = self._pieces[range(len(self._pieces))[index]]
        # The arrow or operator before it is not part of the shape.
        return glyphs if index == 0 else VGroup(*glyphs[1:])

    def inner(self, product: int = 0) -> VGroup:
        """The two numbers that meet in a matrix product, the n-th ``@``.

        Raises
        ------
        ValueError
            If there is no such product.
        """
        at = [k for k, operator in enumerate(self._operators) if operator == "@"]
        if product >= len(at):
            raise ValueError(f"there are {len(at)} matrix products")
        left, right = self._axes[at[product]], self._axes[at[product] + 1]
        return VGroup(left[-1], right[0] if len(right) == 1 else right[-2])

    def animate_match(self, run_time: float = STEADY) -> Animation:
        """The inner numbers of the product meet, found equal (green) or not (purple)."""
        left, right = self.inner()
        same = self.shapes[0][-1] == self.shapes[1][-2 if len(self.shapes[1]) > 1 else 0]
        colour = TRUTH if same else BLAME
        boxes = VGroup(
            *(
                SurroundingRectangle(part, color=colour, buff=0.06, stroke_width=2.5)
                for part in (left, right)
            )
        )
        self.strokes.add(*boxes)
        return AnimationGroup(
            Create(boxes),
            animated(left.animate.set_color(colour)),
            animated(right.animate.set_color(colour)),
            run_time=run_time,
        )

    def animate_cancel(self, run_time: float = STEADY) -> Animation:
        """The inner numbers are struck out; the outer ones fly into a result left blank.

        Raises
        ------
        ValueError
            If the shapes do not fit: then nothing cancels.
        """
        if self.result is None:
            raise ValueError(f"these shapes do not fit, nothing cancels: {self.error}")
        left, right = self.inner()
        lines = VGroup(
            *(
                Line(part.get_corner(DOWN + LEFT), part.get_corner(UP - LEFT), stroke_width=3)
                .set_color(TRUTH)
                .scale(1.25)
                for part in (left, right)
            )
        )
        self.strokes.add(*lines)
        strike = AnimationGroup(
            Create(lines),
            animated(left.animate.set_color(DIM)),
            animated(right.animate.set_color(DIM)),
            run_time=run_time / 2,
        )
        at = self._operators.index("@")
        first, second, target = self._axes[at], self._axes[at + 1], self._axes[-1]
        outer = first[:-1] + ([] if len(second) == 1 else [second[-1]])
        if self._answered or not outer:
            return strike
        for digits in target:
            digits.set_opacity(1)
        self._answered = True
        flights = [
            TransformFromCopy(source, goal, path_arc=-np.pi / 3)
            for source, goal in zip(outer, target[-len(outer) :], strict=True)
        ]
        fly = LaggedStart(*flights, lag_ratio=0.3, run_time=run_time / 2)
        return Succession(strike, fly)


def get_result(operands: Sequence[Shape], operators: Sequence[str]) -> Shape:
    """The shape that an expression of arrays has, as numpy has it.

    Raises
    ------
    ValueError
        With numpy's own message, if they do not fit.
    """
    # Numpy would multiply in earnest. Small sizes, as many as there are different ones, fit or do
    # not fit as the large ones do; only a complaint has to be about the true ones, and is quick.
    sizes = sorted({1, *(size for shape in operands for size in shape)})
    small = {size: 1 if size == 1 else 2 + rank for rank, size in enumerate(sizes)}
    large = {stand_in: size for size, stand_in in small.items()}
    try:
        result = _evaluate([tuple(small[n] for n in shape) for shape in operands], operators)
    except ValueError:
        return _evaluate(operands, operators)
    return tuple(large[n] for n in result)


def _evaluate(operands: Sequence[Shape], operators: Sequence[str]) -> Shape:
    # One zero, seen at every place: an array of any shape in no memory.
    arrays = [np.broadcast_to(np.float32(0), shape) for shape in operands]
    values, pending = [arrays[0]], list[str]()
    for operator, array in zip(operators, arrays[1:], strict=True):
        if operator not in OPERATORS:
            raise KeyError(f"{operator!r} is none of {' '.join(OPERATORS)}")
        if operator in "@*":
            values[-1] = np.asarray(OPERATORS[operator](values[-1], array))
        else:
            pending.append(operator)
            values.append(array)
    total = values[0]
    for operator, array in zip(pending, values[1:], strict=True):
        total = np.asarray(OPERATORS[operator](total, array))
    return tuple(total.shape)


def _wrapped(pieces: Sequence[str], most: float) -> tuple[list[str], list[tuple[int, int]]]:
    """Pieces in lines of at most `most` characters, and where each starts: (line, character)."""
    lines, places = [""], []
    for piece in pieces:
        if lines[-1] and len(lines[-1]) + len(piece) > most:
            lines.append("")
        text = piece if lines[-1] else piece.lstrip()
        start = len(lines[-1]) + len(text) - len(text.lstrip())
        places.append((len(lines) - 1, start))
        lines[-1] += text
    return lines, places


def _glyphs(line: CodeLine, text: str, start: int, stop: int) -> list[VMobject]:
    """The glyphs of some characters of a line: blanks have none."""
    first = len(text[:start].replace(" ", ""))
    return list(line.submobjects[first : first + len(text[start:stop].replace(" ", ""))])


def _digits(line: CodeLine, text: str, start: int, axis: int) -> list[VMobject]:
    """The glyphs of one number of the shape that begins at `start`."""
    end = text.index(")", start)
    entries = text[start + 1 : end].split(",")
    before = start + 1 + sum(len(entry) + 1 for entry in entries[:axis])
    return _glyphs(line, text, before, before + len(entries[axis]))


def shape_beside(mobject: Mobject, shape: Sequence[int], direction: np.ndarray = DOWN) -> ShapeText:
    """The shape of what a mobject shows, set next to it."""
    return ShapeText(shape).next_to(mobject, direction, buff=0.6 * GAP)
