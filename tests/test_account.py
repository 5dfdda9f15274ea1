"""An account's numbers stand in one column, the last under a line, and count to another's."""

import numpy as np
import pytest
from kit_fakes import fake_step
from manim import DOWN, LEFT, RIGHT, UP, Line, Scene, tempconfig

from scenes.kit.account import Account
from scenes.kit.number import Number, align_points
from scenes.kit.state import GoTo
from scenes.kit.typeset import Words


def account(step: int = 1, title: str = "neuron 3") -> Account:
    recorded = fake_step(step)
    sources = {"blame": "delta1[2]", "activity": "a1[2]", "push": "dW2[3,2]"}
    lines = [(name, Number(recorded, source, decimals=3)) for name, source in sources.items()]
    return Account(title, *lines)


def test_numbers_stand_on_their_names_lines_with_points_aligned():
    told = account()
    title, *names = [mobject for mobject in told if isinstance(mobject, Words)]
    assert title is told.title
    assert len(names) == len(told.numbers) == 3
    for words, number in zip(names, told.numbers, strict=True):
        assert words.baseline == pytest.approx(number.baseline, abs=1e-6)
        assert words.get_left()[0] == pytest.approx(title.get_left()[0], abs=1e-6)
        assert words.get_right()[0] < number.get_left()[0]
    heights = [mobject.baseline for mobject in (title, *told.numbers)]
    assert heights == sorted(heights, reverse=True)
    places = [number.get_left()[0] for number in told.numbers]
    align_points(told.numbers)
    assert [number.get_left()[0] for number in told.numbers] == pytest.approx(places, abs=1e-6)


def test_only_the_last_number_stands_under_the_line():
    told = account()
    (rule,) = [mobject for mobject in told if isinstance(mobject, Line)]
    *parts, result = told.numbers
    assert all(part.get_bottom()[1] > rule.get_y() for part in parts)
    assert result.get_top()[1] < rule.get_y()
    assert rule.width == pytest.approx(3.2)
    *gaps, last = -np.diff([number.baseline for number in told.numbers])
    assert last > max(gaps), "there is room for the line"


@pytest.mark.parametrize("side", [LEFT, RIGHT], ids=["left", "right"])
def test_it_is_put_by_its_upper_corner(side):
    told = account().move_corner(np.array([1.5, 2.0, 0.0]), side)
    np.testing.assert_allclose(told.get_corner(UP + side), [1.5, 2.0, 0.0], atol=1e-9)
    assert told.get_corner(DOWN - side)[1] < 2.0


def test_its_numbers_count_to_those_of_another_and_the_title_changes():
    told, other = account(), account(2, "neuron 4")
    old = told.title
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(told)
        animations = told.animate_to(other)
        assert sum(isinstance(animation, GoTo) for animation in animations) == 3
        scene.play(*animations)
    assert [number.shown for number in told.numbers] == [number.shown for number in other.numbers]
    shown = scene.get_mobject_family_members()
    assert told.title is other.title
    assert other.title in shown
    assert old not in shown
    assert old not in told.submobjects


def test_accounts_of_different_length_do_not_count_to_each_other():
    short = Account("neuron 4", ("blame", Number(fake_step(2), "delta1[2]")))
    with pytest.raises(ValueError, match="shorter"):
        account().animate_to(short)
