"""Names of classes fit beside bars and in rows, and stay different from each other."""

import pytest
from manim import DOWN, UP

from network.datasets import DATASETS
from scenes.film.layout import Screen, find_faults_of_place
from scenes.kit import stage
from scenes.kit.fitted_names import WIDEST, fit_names, names_in_rows
from scenes.kit.ledger import Quantity
from scenes.kit.phrase import Phrase, phrase, typed_in
from scenes.kit.style import SMALL
from scenes.kit.typeset import Words
from tests.odd_runs import LONG_NAMES

FASHION = DATASETS["fashion-mnist"].classes


def widths(names, x_height=SMALL):
    return [Words(name, x_height=x_height).width for name in names]


def test_names_that_fit_stay_as_they_are():
    assert fit_names(FASHION) == FASHION
    assert fit_names(tuple("0123456789")) == tuple("0123456789")


def test_long_names_are_cut_and_fit():
    fitted = fit_names(LONG_NAMES)
    assert max(widths(fitted)) <= WIDEST
    assert len(set(fitted)) == len(LONG_NAMES)
    for name, shown in zip(LONG_NAMES, fitted, strict=True):
        head, dots, end = shown.partition("…")
        assert name.startswith(head)
        assert end.removesuffix("…") in name
        assert dots or shown == name
    assert fitted[-1] == "none"


def test_names_that_begin_alike_show_how_they_end():
    one, two, other = fit_names(("lesion of the left side", "lesion of the left hand", "none"))
    assert one.startswith("lesi")
    assert one.endswith("…side")
    assert two.endswith("…hand")
    assert other == "none"


def test_names_that_differ_in_the_middle_show_that():
    names = ("lesion of the left hand and arm", "lesion of the left side and arm", "none")
    one, two, _ = fit_names(names)
    assert one.startswith("l")
    assert "…hand" in one
    assert "…side" in two
    assert max(widths((one, two))) <= WIDEST


def test_figures_in_names_are_still_readings():
    origin = Quantity("figure_in_name(trace, 0, 0)", 12.0)
    long, short = phrase("letter {} of the alphabet", origin), phrase("class {}", origin)
    for name in fit_names((long, short)):
        assert isinstance(name, Phrase)
        assert name.figures == ((origin, "12"),)
        assert not any(letter.isdigit() for letter in name.typed)
    # A figure that is cut is not shown at all: half of it would be another one.
    beginning = phrase("number {}", Quantity("figure_in_name(trace, 0, 0)", 1234567890123.0))
    assert fit_names((beginning,)) == ("number…",)
    capitals = names_in_rows([short, "gypsum"], 0.4)[0].source
    assert (capitals, typed_in(capitals)) == ("CLASS 12", "CLASS □")


@pytest.mark.parametrize("count", range(2, 13))
@pytest.mark.parametrize("names", [LONG_NAMES, tuple("pdqbgjlkyhft")])
def test_names_in_rows_do_not_touch(count, names):
    pitch = stage.rows(count).pitch
    words = names_in_rows(names[:count], pitch)
    for index, one in enumerate(words):
        one.shift(one.baseline * DOWN)
        one.shift(index * pitch * DOWN + 2 * UP)
    assert not list(find_faults_of_place(Screen.of(list(words))))


def test_capitals_are_for_rows_that_are_close():
    assert names_in_rows(["Trouser", "égypt"], 0.5)[1].source == "égypt"
    close = names_in_rows(["Trouser", "égypt"], 0.4)
    assert [words.source for words in close] == ["TROUSER", "EGYPT"]
    # Higher than a lower-case x of the smallest text.
    assert close[0].height > SMALL
    digits = names_in_rows(["3", "class 8"], 0.4)
    assert [words.source for words in digits] == ["3", "class 8"]
