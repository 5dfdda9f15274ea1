"""A one-hot label in cells: which one is filled, how it turns upright, how the 1 goes elsewhere."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from manim import DOWN, RIGHT

from scenes.film.pictures import find_false_pictures
from scenes.kit.places import Places
from scenes.kit.style import BACKGROUND, DIM, TRUTH

CENTRE = np.array([3.0, -0.5, 0.0])


def faults(*mobjects: Any) -> list[str]:
    oracle: Any = SimpleNamespace()
    return [fault.what for fault in find_false_pictures(mobjects, oracle)]


@pytest.fixture
def row() -> Places:
    return Places.of_label(6, 2, cell=0.5, colour=TRUTH)


def middles(places: Places) -> np.ndarray:
    return np.array([number.get_center() for number in places.numbers])


def test_the_cell_of_the_label_is_filled_and_has_the_one(row):
    assert [number.text for number in row.numbers] == ["0", "0", "1", "0", "0", "0"]
    assert [number.quantity.source for number in row.numbers][2] == "one_hot_entry(6, 2, 2)"
    np.testing.assert_allclose(np.diff(row.squares[0].get_center()[0] + middles(row)[:, 0]), 0.5)
    np.testing.assert_allclose(row.filled.get_center(), row.squares[2].get_center())
    assert row.numbers[2].get_fill_color() == BACKGROUND
    assert len(row.zeros) == 5
    assert row.cell == pytest.approx(0.5)
    assert row.scale(2).cell == pytest.approx(1.0)
    assert faults(row) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda row: row.filled.shift(0.5 * RIGHT),
        lambda row: row.filled.shift(0.1 * RIGHT),
        lambda row: row.squares[2].shift(DOWN),
    ],
)
def test_another_cell_that_is_filled_is_found(row, plant):
    plant(row)
    (fault,) = faults(row)
    assert fault.startswith("its filled cells are off by 1 at (2,)")


def test_a_row_turns_into_a_column_from_left_to_right_and_top_to_bottom(row):
    heights = [number.height for number in row.numbers]
    turn = row.animate_upright(CENTRE)
    turn.begin()
    turn.interpolate(0.5)
    assert row.numbers[0].get_center()[0] != pytest.approx(row.numbers[5].get_center()[0])
    turn.interpolate(1)
    turn.finish()
    places = middles(row)
    np.testing.assert_allclose(places[:, 0], CENTRE[0], atol=1e-3)
    np.testing.assert_allclose(np.diff(places[:, 1]), -0.5, atol=1e-3)
    np.testing.assert_allclose(places[:, 1].mean(), CENTRE[1], atol=1e-3)
    # Figures stay upright.
    assert [number.height for number in row.numbers] == pytest.approx(heights)
    assert faults(row) == []


def test_the_one_goes_elsewhere_and_leaves_a_zero(row):
    way = row.animate_to(5)
    way.begin()
    way.interpolate(0.5)
    assert 0.1 < row.filled.get_x() - row.squares[2].get_x() < 1.4
    # A figure gives way to it before it arrives, so no text lies on text.
    assert row.numbers[5].get_fill_opacity() == 0
    assert row.claims == ()
    way.interpolate(1)
    way.finish()
    assert row.hot == 5
    assert [number.text for number in row.numbers] == ["0", "0", "0", "0", "0", "1"]
    assert [number.get_fill_opacity() for number in row.numbers] == [1] * 6
    assert row.numbers[2].get_fill_color() == DIM
    assert row.numbers[0].quantity.source == "one_hot_entry(6, 5, 0)"
    np.testing.assert_allclose(
        middles(row), [square.get_center() for square in row.squares], atol=0.02
    )
    assert faults(row) == []
    # What it passes lies under it.
    assert row.submobjects[-2:] == [row.filled, row.numbers[5]]
