"""Figures that somebody typed, where a reading belongs: on screen and in what is said.

A figure is a `scenes.kit.number.Number`, or comes into a text with `scenes.kit.phrase.phrase`; then
its origin is known, and held to the oracle. What digits are left belong to the notation, and are
held to the run as well:

* in a formula, indices of layers or of terms (``W_1``), exponents, and 0, 1 and 2 in a side with
  letters (``1 - o``);
* in code and words, indices in names (``W1``), and shapes, each entry of which is the size of a
  layer or of the batch, or 1.
"""

import re
from collections.abc import Sequence
from typing import Final

from scenes.film.oracle import Oracle
from scenes.kit.phrase import BLANK, typed_in
from scenes.kit.typeset import CodeLine, Formula, Words, without_labels

_FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)*")
_SAID: Final = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|hundred|thousand|million)\b",
    re.IGNORECASE,
)
_INDEX_IN_FORMULA: Final = re.compile(r"_(\d+)|_\(([^()]*)\)")
_SPACE: Final = re.compile(r"#[hv]\([^()]*\)")
_WHERE: Final = re.compile(r"\[\w+ > 0\]")  # 1 where a neuron fires
_EXPONENT: Final = re.compile(r"\^2")
_RELATION: Final = re.compile(r"=|<|>|approx|prop")
_LETTERS: Final = re.compile(r"(?!sqrt|exp|ln|log|approx|times|dot|thin|quad)\b[A-Za-z]\w*")
_CONSTANT: Final = re.compile(r"(?<![\d.,])[012](?![\d.,])")
_INDEX_IN_CODE: Final = re.compile(r"\b[A-Za-z_]+(\d+)\b")
_SHAPE: Final = re.compile(r"(?<![\w\])])\((\d+)(?:,|, (\d+)(?:, (\d+))?)\)")
_FEWEST_TERMS: Final = 2  # "w_1 x_1 + w_2 x_2" is about as many


def find_typed(text: Words | Formula | CodeLine, oracle: Oracle) -> str | None:
    """The first figure of a text that was typed, and is neither of the run nor of the notation."""
    source = typed_in(text.source)
    if isinstance(text, Formula):
        return _in_formula(source, oracle)
    return _in_code(source, oracle)


def find_typed_in_words(said: str, names: Sequence[str] = ()) -> str | None:
    """The first figure of what is said that was typed; numerals from "three" on are figures.

    Where a class is called "eight", that is its name.
    """
    called = {name.lower() for name in names}
    found = (match.group() for match in _SAID.finditer(typed_in(said)))
    return next((figure for figure in found if figure.lower() not in called), None)


def _in_formula(source: str, oracle: Oracle) -> str | None:
    most = max(oracle.depth, _FEWEST_TERMS)
    # Labels of parts, and what is in quotes, are none of the mathematics.
    source = without_labels(source.replace(f" {BLANK}", BLANK))

    def index(found: re.Match[str]) -> str:
        figures = [int(figure) for figure in re.findall(r"\d+", found.group())]
        return found.group() if any(figure > most for figure in figures) else ""

    source = _WHERE.sub("", _SPACE.sub("", source))
    source = _EXPONENT.sub("", _INDEX_IN_FORMULA.sub(index, source))
    for side in _RELATION.split(source):
        found = _first(_CONSTANT.sub("", side) if _LETTERS.search(side) else side)
        if found:
            return found
    return None


def _in_code(source: str, oracle: Oracle) -> str | None:
    sizes = {1, *oracle.sizes, int(oracle.raw("index").shape[1])}

    def index(found: re.Match[str]) -> str:
        return "" if int(found.group(1)) <= oracle.depth else found.group()

    def shape(found: re.Match[str]) -> str:
        return "" if {int(size) for size in found.groups() if size} <= sizes else found.group()

    return _first(_INDEX_IN_CODE.sub(index, _SHAPE.sub(shape, source)))


def _first(source: str) -> str | None:
    found = _FIGURE.search(source)
    return found and found.group()
