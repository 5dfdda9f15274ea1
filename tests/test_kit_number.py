"""Numbers: true, aligned, cheap; and true also after Manim has moved and transformed them."""

import numpy as np
import pytest
import typst
from kit_fakes import fake_step
from manim import LEFT, RIGHT, UP, ReplacementTransform, Square, Transform, tempconfig
from manim.utils.hashing import get_json

from network.errors import PathError
from network.trace import Step, Trace
from scenes.kit.ledger import Quantity
from scenes.kit.number import Derived, Number, align_points, column_of
from scenes.kit.typeset import Words


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


def number_of(value, **look):
    return Derived(value_of, value, **look)


def value_of(value):
    return value


def test_a_number_shows_the_recorded_value():
    step = fake_step(3)
    number = Number(step, "W2[1,2]", decimals=3)
    value = float(step.W[2][1, 2])
    assert number.text == f"{value:.3f}".replace("-", "−")
    assert number.shown == (Quantity("W2[1,2]", value, 3), number.text)


def test_a_path_to_nothing_is_an_error():
    with pytest.raises(PathError, match="out of range"):
        Number(fake_step(0), "delta2[10]")


@pytest.mark.parametrize(
    ("value", "look", "text"),
    [
        (-0.004, {"sign": True}, "0.00"),
        (1234567.8, {"grouping": True, "decimals": 1}, "1,234,567.8"),
        (93.26, {"decimals": 1, "after": " %", "before": "≈"}, "≈93.3 %"),
        (float("nan"), {}, "NaN"),
        (float("-inf"), {}, "−∞"),
        (5, {"decimals": 0}, "5"),
    ],
)
def test_looks(value, look, text):
    number = number_of(value, **look)
    assert number.text == text
    assert len(number.get_subpaths()) >= len(text.replace(" ", ""))


@pytest.mark.parametrize("digit", "0123456789")
def test_digits_are_all_equally_wide(digit):
    # The same digit five times over: as many outlines for each, one advance from each to the next.
    outlines = number_of(float("1" + digit * 5), decimals=0, x_height=0.431).get_subpaths()
    first = len(number_of(1.0, decimals=0).get_subpaths())
    left = [outline[:, 0].min() for outline in outlines[first :: (len(outlines) - first) // 5]]
    assert np.diff(left) == pytest.approx(0.5, abs=1e-3)


def test_size_goes_with_words_of_the_same_x_height():
    for x_height in (0.22, 0.5):
        number, word = number_of(1.0, decimals=0, x_height=x_height), Words("1", x_height=x_height)
        assert number.height == pytest.approx(word.height, rel=1e-3)


def test_numbers_align_on_the_point():
    numbers = [number_of(v) for v in (3.14159, -123.4, 0.5, float("nan"))]
    column_of(numbers, 0.6)
    for index, number in enumerate(numbers):
        assert number.point == pytest.approx(numbers[0].point - [0, 0.6 * index, 0])
    numbers[1].shift(LEFT)
    align_points(numbers)
    assert numbers[1].point[0] == pytest.approx(numbers[0].point[0])
    # The point is there: right of the whole part's last digit, left of the first decimal.
    paths = numbers[0].get_subpaths()
    assert paths[0][:, 0].max() < numbers[0].point[0] < paths[1][:, 0].min()


def test_point_and_size_stay_when_the_value_changes():
    steps = fake_step(1), fake_step(2)
    number = Number(steps[0], "W2[0,0]", decimals=3).shift(2 * UP + RIGHT).scale(1.7)
    point, em = number.point, number._stance()[1]
    number.set_view(steps[1])
    assert number.shown[0] == Quantity.recorded(steps[1], "W2[0,0]")
    assert number.point == pytest.approx(point)
    assert number._stance()[1] == pytest.approx(em)


def test_counting_ends_exactly_on_the_recorded_value():
    steps = fake_step(1), fake_step(2)
    number = Number(steps[0], "a2[4]", decimals=4)
    start, point = number.text, number.point
    animation = number.animate_to(steps[1], rate_func=lambda t: t)
    animation.begin()
    animation.interpolate(0.5)
    middle = (float(steps[0].a[2][4]) + float(steps[1].a[2][4])) / 2
    assert number.text == f"{middle:.4f}".replace("-", "−")
    assert number.shown is None  # nobody recorded this
    assert number.point == pytest.approx(point)
    animation.interpolate(0)
    assert number.text == start
    animation.finish()
    assert number.shown == (Quantity.recorded(steps[1], "a2[4]"), number.text)
    assert number.text == f"{steps[1].a[2][4]:.4f}".replace("-", "−")


def test_only_recorded_values_have_another_step():
    with pytest.raises(ValueError, match="recorded"):
        number_of(1.0).animate_to(fake_step(0))


@pytest.mark.parametrize("kind", [Transform, ReplacementTransform])
def test_a_transformed_number_reads_as_what_it_has_become(kind):
    one, other = number_of(1.25), number_of(-9.75, sign=True).shift(2 * RIGHT).scale(2)
    goal = other.point
    animation = kind(one, other, rate_func=lambda t: t)
    animation.begin()
    animation.interpolate(0.5)
    assert one.text == "−4.25"
    assert one.shown is None
    assert one.point == pytest.approx(goal / 2, abs=1)
    animation.finish()
    assert one.shown == (Quantity("value_of(-9.75)", -9.75), "−9.75")
    assert one.point == pytest.approx(goal)
    assert one.get_corner(UP + RIGHT) == pytest.approx(other.get_corner(UP + RIGHT))


def test_a_number_that_becomes_a_shape_is_a_reading_no_more():
    number = number_of(1.25)
    animation = Transform(number, Square())
    animation.begin()
    animation.finish()
    assert number.shown is None
    assert number_of(1.25).become(number_of(2.5)).shown[1] == "2.50"


def test_a_number_on_the_move_keeps_its_reading():
    number = number_of(1.25)
    animation = number.animate.shift(UP).build()
    animation.begin()
    animation.interpolate(0.5)
    assert number.shown[1] == "1.25"
    assert number_of(1.25).set_opacity(0).shown is None


def test_copies_keep_the_reading():
    number = Number(fake_step(0), "loss")
    assert number.copy().shown == number.shown


def test_numbers_cost_no_compile(monkeypatch):
    number_of(0.0)

    def refuse(*args, **kwargs):
        raise AssertionError("a number was compiled")

    monkeypatch.setattr(typst, "compile", refuse)
    monkeypatch.setattr("scenes.kit.number.Typst", refuse)
    for value in range(-20, 20):
        number_of(value / 7, sign=True, after=" %")


def test_manims_hash_does_not_reach_the_recording():
    number = Number(fake_step(0), "W1[0,0]")
    animation = number.animate_to(fake_step(1))
    kept = {type(value) for value in [*vars(number).values(), *vars(animation).values()]}
    assert not any(issubclass(kind, Step | Trace) for kind in kept)
    # The names of a step's arrays would be in it.
    assert "W2_after" not in get_json(animation)


def test_one_way_to_make_it_from_a_path_a_function_or_a_quantity():
    step = fake_step(0)
    quantity = Quantity.recorded(step, "a2[3]")
    assert Number(quantity).quantity is quantity
    assert Number(step, "a2[3]").quantity == quantity
    made = Number(share_of, step, 3, decimals=1)
    assert made.quantity.source == "share_of(trace[0], 3)"
    assert made.text == f"{share_of(step, 3):.1f}".replace("-", "−")
    for bare in ((0.5,), ("a2[3]",), (step,), (step, 3), ()):
        with pytest.raises(TypeError, match="a figure is given a step or view"):
            Number(*bare)


def share_of(step, index):
    return 100 * float(step.a[2][index])


def test_a_number_on_its_way_has_settled_on_nothing():
    number = Number(fake_step(1), "loss")
    assert number.settled is number.quantity
    with pytest.raises(ValueError, match="on its way"):
        _ = number.set_between(0.5).settled
