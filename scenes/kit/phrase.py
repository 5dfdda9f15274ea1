"""Text whose figures are readings, as those of a `scenes.kit.number.Number` are.

`phrase` fills figures into a text, on screen or in what is said, and gives a string that still
knows where each of them is from. Words, formulas, code, names of rows: whatever takes a string
takes a phrase. The chapter notes its figures in the ledger, and ``python -m scenes check`` finds
the digits that were typed. No Manim in this module.
"""

import re
from collections.abc import Callable
from string import Formatter
from typing import Any, Final, SupportsIndex

from scenes.kit.ledger import Quantity, written

NUMERALS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen", "twenty"),
)

IN_WORDS: Final = ("word", "Word", "a")
"""Formats in which a figure is said: *five*, *Five*, *a five*."""

BLANK: Final = "\N{WHITE SQUARE}"
"""What stands for a figure in `Phrase.typed`."""


class Phrase(str):
    """A string with figures in it: made by `phrase`, joined by ``+``.

    Attributes
    ----------
    figures
        Where they are from, and how they are written, in their order.
    typed
        The string with a blank for each of them: what somebody has typed.
    """

    figures: tuple[tuple[Quantity, str], ...]
    typed: str

    def __new__(
        cls, text: str, typed: str, figures: tuple[tuple[Quantity, str], ...] = ()
    ) -> "Phrase":
        """A string whose figures are known; see `phrase`."""
        made = super().__new__(cls, text)
        made.figures, made.typed = figures, typed
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> "Phrase":
        """Strings do not change."""
        return self

    def __add__(self, other: str) -> "Phrase":
        return _joined(self, other)

    def __radd__(self, other: str) -> "Phrase":
        return _joined(other, self)

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        """A part of it, which is a plain string: nobody can tell whether it cuts a figure."""
        return super().__getitem__(key)

    def lower(self) -> "Phrase":
        """In small letters."""
        return self.changed(str.lower)

    def capitalize(self) -> "Phrase":
        """Beginning with a capital letter, the rest as it is."""
        return self.changed(lambda text: text[:1].upper() + text[1:])

    def squeezed(self) -> "Phrase":
        """With single blanks between its words."""
        return self.changed(lambda text: " ".join(text.split()))

    def changed(self, change: Callable[[str], str]) -> "Phrase":
        """With other letters; the change leaves blanks and figures as they are."""
        return Phrase(change(str(self)), change(self.typed), self.figures)


def phrase(template: str, *parts: Quantity | str) -> Phrase:
    """A text with figures in its braces: ``phrase("one of {:,.0f} neurons", quantity)``.

    Parameters
    ----------
    template
        With ``{}`` for each part, with a format if it is a quantity: Python's (``.0f`` if none is
        given), ``word`` (*five*), ``Word`` (*Five*) or ``a`` (*a five*).
    parts
        Quantities, or strings, phrases among them.

    Raises
    ------
    ValueError
        If there are more braces than parts or the other way round, or a format does not fit.
    """
    made, left = Phrase("", ""), list(parts)
    for literal, field, spec, _ in Formatter().parse(template):
        made += literal
        if field is None:
            continue
        if field or not left:
            raise ValueError(f"{template!r} does not go with {len(parts)} parts")
        made += filled(left.pop(0), spec or "")
    if left:
        raise ValueError(f"{template!r} does not go with {len(parts)} parts")
    return made


def filled(part: Quantity | str, spec: str, usual: str = ".0f") -> str:
    """A part as it is written: a string as it is, a quantity by its format or the usual one.

    Raises
    ------
    ValueError
        If the format does not fit.
    """
    if isinstance(part, Quantity):
        text = _said(part.value, spec or usual)
        return Phrase(text, BLANK, ((part, text),))
    if spec:
        raise ValueError("it is a text, which takes no format")
    return part


def typed_in(text: str) -> str:
    """What of a text was typed: all of a plain string, all but the figures of a phrase."""
    return text.typed if isinstance(text, Phrase) else text


def figures_in(text: str) -> tuple[tuple[Quantity, str], ...]:
    """The figures of a text whose origin is known, as they are written."""
    return text.figures if isinstance(text, Phrase) else ()


def in_words(name: str) -> str:
    """A class as it is said: "five" for the digit 5, "ankle boot", "class 7"."""
    if name not in tuple("0123456789"):
        return name.lower()
    word = NUMERALS[int(name)]
    origin = [(quantity, word) for quantity, _ in figures_in(name)]
    return Phrase(word, BLANK, tuple(origin)) if origin else word


def with_article(word: str) -> str:
    """A class, as `in_words` has it, with its article: "a five", "an ankle boot"; but "class 7".

    The "o" of "one" is said as in "won".
    """
    if is_numbered(word):
        return word
    return f"{'an' if word[0] in 'aeiou' and word != 'one' else 'a'} " + word


def with_the(word: str) -> str:
    """A class, as `in_words` has it, as one that was named before: "the five"; but "class 7"."""
    return word if is_numbered(word) else "the " + word


def is_numbered(word: str) -> bool:
    """Whether a class has no name, only a number."""
    return re.fullmatch(r"class \d+", word) is not None


def at_the_beginning(words: str) -> str:
    """Words with a capital letter, as they begin a sentence."""
    begun = words if isinstance(words, Phrase) else Phrase(words, words)
    return begun.capitalize()


def _said(value: float, spec: str) -> str:
    if spec not in IN_WORDS:
        return written(value, spec)
    if value != int(value) or not 0 <= value < len(NUMERALS):
        raise ValueError(f"{value:g} has no word, only 0 to {len(NUMERALS) - 1} have")
    word = NUMERALS[int(value)]
    return with_article(word) if spec == "a" else word.capitalize() if spec == "Word" else word


def _joined(one: str, two: str) -> Phrase:
    figures = figures_in(one) + figures_in(two)
    return Phrase(str.__add__(one, two), str.__add__(typed_in(one), typed_in(two)), figures)
