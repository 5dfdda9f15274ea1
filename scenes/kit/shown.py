"""Figures as a viewer reads them: text in, exact numbers out, and whether they agree.

A figure on screen stands for every value that rounds to it. Everything here works on the shown
text alone, in exact arithmetic, as a viewer with a calculator would. No Manim in this module.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

MINUS: Final = "\N{MINUS SIGN}"

_NUMERALS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)

_FIGURE: Final = re.compile(r"([+-]?)(\d[\d,]*)(?:\.(\d+))?(?:e([+-]?\d+))?")


@dataclass(frozen=True)
class Shown:
    """A figure as shown.

    Attributes
    ----------
    value
        What its digits say.
    unit
        Worth of its last digit; 0 for a numeral in words.
    decimals
        Digits after the point.
    exponent
        Whether it is written as 1.2e-3.
    approximate, percent
        Whether it has these signs.
    """

    value: Fraction
    unit: Fraction
    decimals: int
    exponent: bool = False
    approximate: bool = False
    percent: bool = False


def read_figure(text: str) -> Shown | None:
    """Read the one figure in a text; None if there is none, or more than one.

    ``−0.41``, ``≈1,024``, ``93.3 %``, ``five``, ``an eight``.
    """
    plain = text.replace(MINUS, "-").strip()
    word = re.sub(r"^an? ", "", plain).lower()
    if word in _NUMERALS:
        return Shown(Fraction(_NUMERALS.index(word)), Fraction(0), 0)
    figures = list(_FIGURE.finditer(plain))
    if len(figures) != 1:
        return None
    (figure,) = figures
    sign, whole, decimals, exponent = figure.groups()
    power = int(exponent or 0)
    scale = Fraction(10) ** power
    digits = Fraction(f"{sign}{whole.replace(',', '')}.{decimals or 0}")
    return Shown(
        value=digits * scale,
        unit=Fraction(10) ** -len(decimals or "") * scale,
        decimals=len(decimals or ""),
        exponent=exponent is not None,
        approximate="≈" in plain,
        percent="%" in plain,
    )


def agrees(text: str, value: float, noise: float = 0.0, original: float | None = None) -> bool:
    """Whether a text shows a value, rounded to the digits that it has.

    Parameters
    ----------
    text
        As shown.
    value
        What it should show.
    noise
        How far the value may be from the one that was recorded: where rounding goes the other way
        within that distance, both are right.
    original
        The value that the text was made from; tells whether a per cent sign means hundredths.
    """
    original = value if original is None else original
    if not math.isfinite(value):
        name = "NaN" if math.isnan(value) else f"{MINUS if value < 0 else ''}∞"
        return text.strip(" +≈%×") == name
    shown = read_figure(text)
    if shown is None:
        return False
    factor = 1
    if shown.percent and abs(shown.value - Fraction(original)) > abs(
        shown.value - 100 * Fraction(original)
    ):
        factor = 100
    form = f".{shown.decimals}{'e' if shown.exponent else 'f'}"
    low, high = (Fraction(format(factor * v, form)) for v in (value - noise, value + noise))
    return low <= shown.value <= high


# Relations

_Interval = tuple[Fraction, Fraction]

_COMPARISON: Final = re.compile(r"[=≈<>]")


class RelationError(ValueError):
    """A relation that cannot be worked out; the message says why."""


def fault_in(relation: str, texts: Sequence[str]) -> str | None:
    """What is wrong with a relation between figures as shown; None if it holds.

    Parameters
    ----------
    relation
        Such as ``a - b = c``; see `scenes.kit.chapter.Chapter.relate`.
    texts
        The figures, in the order of the letters.

    Raises
    ------
    RelationError
        If it cannot be read.
    """
    figures = {}
    for index, text in enumerate(texts):
        figure = read_figure(text)
        if figure is None:
            raise RelationError(f"{text!r} is not one figure")
        figures["abcdefghijklmnopqrstuvwxyz"[index]] = figure
    sides = _COMPARISON.split(relation)
    signs = _COMPARISON.findall(relation)
    if not signs:
        raise RelationError(f"{relation!r} has no =, ≈, < or >")
    trees = [_parse(side, relation) for side in sides]
    rough = any(figure.approximate for figure in figures.values())
    for left, sign, right in zip(trees, signs, trees[1:], strict=False):
        fault = _fault(left, "≈" if sign == "=" and rough else sign, right, figures)
        if fault:
            return fault
    return None


def _fault(left: ast.expr, sign: str, right: ast.expr, figures: Mapping[str, Shown]) -> str | None:
    if sign == "≈":
        (low1, high1), (low2, high2) = (
            _evaluate(t, figures, Fraction(1, 2)) for t in (left, right)
        )
        if low1 <= high2 and low2 <= high1:
            return None
        return f"{_say((low1 + high1) / 2)} is not near {_say((low2 + high2) / 2)}"
    one, two = (_evaluate(tree, figures, Fraction(0))[0] for tree in (left, right))
    if sign in "<>":
        return None if (one < two if sign == "<" else one > two) else f"{_say(one)}, {_say(two)}"
    # The side that is one figure is a result: it may be rounded, either way at the middle.
    units = [figures[t.id].unit for t in (left, right) if isinstance(t, ast.Name)]
    if abs(one - two) <= max(units, default=Fraction(0)) / 2:
        return None
    return f"as shown it makes {_say(one if isinstance(right, ast.Name) else two)}"


def _parse(side: str, relation: str) -> ast.expr:
    plain = side.replace(MINUS, "-").replace("×", "*").replace("·", "*").strip()
    try:
        return ast.parse(plain, mode="eval").body
    except SyntaxError:
        raise RelationError(f"{relation!r} cannot be read") from None


_OPERATORS: Final[Mapping[type, Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

# All of them rise, so that the ends of an interval stay its ends.
_FUNCTIONS: Final[Mapping[str, Callable[[float], float]]] = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "exp": math.exp,
    "relu": lambda z: max(z, 0.0),
    "sqrt": math.sqrt,
}


def _evaluate(tree: ast.expr, figures: Mapping[str, Shown], slack: Fraction) -> _Interval:
    """The values that a side can have, every figure being off by `slack` of its last digit."""
    match tree:
        case ast.Constant(value=int() | float() as number):
            return Fraction(str(number)), Fraction(str(number))
        case ast.Name(id=name) if name in figures:
            figure = figures[name]
            return figure.value - slack * figure.unit, figure.value + slack * figure.unit
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            low, high = _evaluate(operand, figures, slack)
            return -high, -low
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATORS:
            one, two = (_evaluate(side, figures, slack) for side in (left, right))
            if isinstance(operation, ast.Div) and two[0] <= 0 <= two[1]:
                raise RelationError("a division by what may be zero")
            ends = [_OPERATORS[type(operation)](a, b) for a in one for b in two]
            return min(ends), max(ends)
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _FUNCTIONS:
            low, high = _evaluate(argument, figures, slack)
            function = _FUNCTIONS[name]
            return Fraction(function(float(low))), Fraction(function(float(high)))
    raise RelationError(f"{ast.unparse(tree)!r} is neither a figure nor arithmetic")


def _say(value: Fraction) -> str:
    return f"{float(value):.6g}".replace("-", MINUS)
