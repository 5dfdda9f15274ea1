"""A number line of classes: places, numerals, and lengths that claim what they are."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from manim import UP

from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.labels import number_distance
from scenes.kit.ledger import Quantity
from scenes.kit.number_line import NumberLine
from scenes.kit.style import ACTIVATION


def faults(*mobjects: Any) -> list[str]:
    oracle: Any = SimpleNamespace()
    return [fault.what for fault in find_false_pictures(mobjects, oracle)]


def away(label: int, guess: int) -> Quantity:
    return Quantity.derived(number_distance, label, guess)


@pytest.fixture
def across() -> NumberLine:
    return NumberLine(np.array([-4.5, 1.0, 0.0]), np.array([4.5, 1.0, 0.0]), 10)


@pytest.fixture
def upright() -> NumberLine:
    return NumberLine(np.array([2.0, 2.0, 0.0]), np.array([2.0, -1.0, 0.0]), 7)


def test_classes_are_evenly_spaced_and_have_their_numerals_beside(across, upright):
    assert across.unit == pytest.approx(1.0)
    np.testing.assert_allclose(across.at(7), [2.5, 1.0, 0.0])
    np.testing.assert_allclose(upright.at(3), [2.0, 0.5, 0.0])
    for label, numeral in enumerate(across.numerals):
        assert numeral.text == str(label)
        assert numeral.get_x() == pytest.approx(across.at(label)[0])
        assert numeral.get_top()[1] < 1.0
    # Going down, they are to the left.
    assert all(numeral.get_right()[0] < 2.0 for numeral in upright.numerals)
    assert faults(across, upright) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda line: line.numerals[3].shift(0.1 * line.way),
        lambda line: line.numerals.shift(line.unit * line.way),
        lambda line: line.ticks[4].shift(0.1 * line.way),
        lambda line: line.axis.scale(0.9),
    ],
)
def test_a_numeral_or_a_tick_in_another_place_is_found(across, upright, plant):
    for line in (across, upright):
        plant(line)
        assert faults(line) != []


def test_a_length_goes_from_class_to_class_and_grows_from_its_start(across, upright):
    for line, label, guess in ((across, 5, 1), (across, 5, 9), (upright, 5, 1), (upright, 2, 6)):
        measure = line.measure(label, guess, away(label, guess), 0.4)
        assert measure.figure.text == str(abs(label - guess))
        long = max(measure.length.width, measure.length.height)
        assert long == pytest.approx(abs(label - guess) * line.unit, abs=1e-6)
        assert faults(measure) == []
        growth = measure.length.animate_growth()
        growth.begin()
        growth.interpolate(0.5)
        drawn = growth.mobject
        near = np.linalg.norm(drawn.points - (line.at(label) + 0.4 * line.aside), axis=1).min()
        assert near < 0.06
        assert max(drawn.width, drawn.height) == pytest.approx(long / 2, rel=0.01)
        measure.length.stretch(0.8, 0 if line is across else 1)
        assert len(faults(measure)) == 1


def test_a_measure_goes_to_another_and_claims_that(across):
    measure, other = (across.measure(5, guess, away(5, guess), 0.4) for guess in (4, 0))
    way = measure.animate_to(other)
    way.begin()
    way.interpolate(0.5)
    assert 1.2 < measure.length.width < 4.8
    assert faults(measure) == []  # on its way it claims nothing
    way.interpolate(1)
    way.finish()
    for animation in way.animations:
        animation.clean_up_from_scene(SimpleNamespace(remove=lambda *_: None))
    assert measure.figure.text == "5"
    assert measure.length.claims[0].shown.source == "number_distance(5, 0)"
    assert faults(measure) == []


def test_a_bar_stands_on_its_place_and_a_length_turns_into_it_without_a_twist(across):
    bar = across.bar(1, away(5, 1), 0.5, 5)
    np.testing.assert_allclose(bar.length.get_bottom()[1], 1.0)
    assert bar.length.height == pytest.approx(2.0)
    assert bar.length.get_x() == pytest.approx(across.at(1)[0])
    assert faults(bar) == []

    def sense(points: np.ndarray) -> float:
        corners = points[::4, :2]
        return float(np.sign(np.linalg.det([corners[1] - corners[0], corners[2] - corners[1]])))

    for guess in (1, 9):
        length = across.measure(5, guess, away(5, guess), 0.4).length
        assert sense(across.bar(guess, away(5, guess), 0.5, 5).length.points) == sense(
            length.points
        )


def test_a_flag_stays_within_the_margins():
    first, *_, last = stage.WIDE.columns(10)
    line = NumberLine(first.centre, last.centre, 10)
    for label in (0, 4, 9):
        flag = line.flag(label, 1.0, "a long guess", ACTIVATION)
        assert flag.get_left()[0] >= stage.WIDE.left - 1e-6
        assert flag.get_right()[0] <= stage.WIDE.right + 1e-6
        np.testing.assert_allclose(flag[0].get_center(), line.at(label))
        np.testing.assert_allclose(flag[1].get_bottom(), line.at(label), atol=1e-6)
    assert line.post(3, 1.5, ACTIVATION).height == pytest.approx(1.5, abs=0.1)
    assert np.allclose(line.aside, UP)
