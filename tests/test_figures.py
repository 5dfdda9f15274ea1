"""Marks say exactly what they stand at and are no readings; figures are readings."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kit_fakes import fake_step

from scenes.kit.figures import (
    Figure,
    Mark,
    decimals_of,
    finite,
    powers_of_ten,
    quantities,
    round_down,
    round_places,
    round_up,
)
from scenes.kit.ledger import MINUS, Quantity

positive = st.floats(1e-6, 1e6)


def value_of(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", ""))


def test_a_figure_is_the_reading_of_its_quantity():
    quantity = Quantity.recorded(fake_step(2), "delta2[3]")
    figure = Figure(quantity, decimals=3, sign=True)
    assert figure.shown == (quantity, figure.text)
    assert value_of(figure.text) == pytest.approx(quantity.value, abs=5e-4)
    # It goes to other steps as any number does.
    assert figure.set_view(fake_step(3)).shown[0].step == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (-1, f"{MINUS}1"),
        (0.025, "0.025"),
        (60_000, "60,000"),
        (1000, "1000"),
        (0, "0"),
        (1e-5, "0.00001"),
    ],
)
def test_a_mark_writes_its_value_exactly_and_is_no_reading(value, text):
    mark = Mark(value)
    assert (mark.text, mark.value, mark.shown) == (text, value, None)


def test_a_mark_does_not_round():
    with pytest.raises(ValueError, match="exactly"):
        Mark(1 / 3)
    with pytest.raises(ValueError, match="needs 2 decimals"):
        Mark(0.25, decimals=1)
    with pytest.raises(ValueError, match="exactly"):
        Mark(math.nan)
    assert Mark(1, decimals=1).text == "1.0"


def test_quantities_have_the_paths_of_their_vector():
    step = fake_step(4)
    shown = quantities(step, "a2", [0, 7])
    assert [(q.source, q.value, q.step) for q in shown] == [
        ("a2[0]", float(step.a[2][0]), 4),
        ("a2[7]", float(step.a[2][7]), 4),
    ]
    assert len(quantities(step, "a2")) == 10


@given(positive)
def test_rounding_down_keeps_two_digits_and_stays_inside(value):
    rounded = round_down(value)
    assert 0.9 * value < rounded <= value * (1 + 1e-6)
    assert round_down(-value) == -rounded
    assert Mark(rounded).value == rounded


@given(positive)
def test_rounding_up_gives_a_round_number_at_least_as_large(value):
    rounded = round_up(value)
    assert value * (1 - 1e-6) <= rounded <= 2.5 * value
    assert f"{rounded:.6e}".partition("e")[0].rstrip("0") in ("1.", "2.", "2.5", "5.")


@example(1.0, 79.0, 2)
@given(st.floats(-1000, 1000), st.floats(1e-3, 1000), st.integers(2, 8))
def test_places_of_an_axis_are_round_even_and_inside(low, length, count):
    places = round_places(low, low + length, count)
    assert all(low - 1e-6 <= place <= low + length + 1e-6 for place in places)
    # Where a pitch leaves but one mark, the next finer one, at most 2.5 times, leaves up to five.
    assert 2 <= len(places) <= max(count + 1, 5)
    if len(places) > 2:
        assert np.ptp(np.diff(places)) < 1e-6 * length
    for place in places:
        decimals_of(place)


def test_an_axis_has_two_marks_at_least():
    assert round_places(1, 180_000, 2) == [50_000, 100_000, 150_000]


def test_powers_of_ten():
    assert powers_of_ten(0.002, 1000) == [0.01, 0.1, 1, 10, 100, 1000]


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_no_scale_ends_nowhere(bad):
    with pytest.raises(ValueError, match="no scale"):
        round_up(bad)


def test_what_is_not_finite_can_be_drawn():
    assert finite([math.nan, 1.0]).tolist() == [0.0, 1.0]
    assert np.isfinite(finite([math.inf, -math.inf])).all()
