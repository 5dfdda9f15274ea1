"""Bars are as long as their values, their figures are readings, and the truth is marked."""

import math
from itertools import pairwise

import numpy as np
import pytest
from kit_fakes import fake_step
from manim import LEFT, UP, tempconfig

from scenes.kit.bars import Bars
from scenes.kit.ledger import Quantity
from scenes.kit.style import TEXT, TRUTH


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


def bars_of(*values, **options):
    return Bars([Quantity("made_up", value) for value in values], **options)


def length(bars, row):
    """Signed length of a bar as a share of the way from zero to a full bar."""
    bar, track = bars.bars[row], bars.tracks[row]
    zero = bars.zero.get_center()[0]
    full = track.get_right()[0] - zero
    right, left = bar.get_right()[0] - zero, bar.get_left()[0] - zero
    return (right if abs(right) > abs(left) else left) / full


def test_bars_are_as_long_as_their_values():
    step = fake_step(1)
    bars = Bars.of(step, "delta2", "0123456789", width=3.0).shift(2 * LEFT).scale(1.3)
    for row, value in enumerate(step.delta[2]):
        assert length(bars, row) == pytest.approx(value / bars.scale_value, abs=1e-3)
        assert bars.get_tip(row)[0] == pytest.approx(
            bars.zero.get_x() + length(bars, row) * bars.tracks[row].width / 2, abs=1e-2
        )


def test_bars_below_zero_go_to_the_left():
    bars = bars_of(-0.5, 0.5, signed=True)
    assert bars.bars[0].get_right()[0] == pytest.approx(bars.zero.get_x(), abs=1e-3)
    assert bars.bars[1].get_left()[0] == pytest.approx(bars.zero.get_x(), abs=1e-3)


@pytest.mark.parametrize(("signed", "ends"), [(False, (0.0, 1.0)), (True, (-1.0, 1.0))])
def test_bars_stay_in_their_tracks(signed, ends):
    bars = bars_of(-3.0, 3.0, signed=signed, scale=2.0)
    for row, end in enumerate(ends):
        assert length(bars, row) == pytest.approx(end, abs=1e-3)


def test_every_bar_has_its_recorded_figure_beside_it():
    step = fake_step(1)
    bars = Bars.of(step, "a2", "0123456789", signed=True)
    assert [figure.shown[0].source for figure in bars.figures] == [f"a2[{k}]" for k in range(10)]
    for track, figure in zip(bars.tracks, bars.figures, strict=True):
        assert figure.get_center()[1] == pytest.approx(track.get_center()[1], abs=0.05)
        assert figure.get_left()[0] > track.get_right()[0]
        assert figure.point[0] == pytest.approx(bars.figures[0].point[0])


def test_rows_leave_room_for_figures_and_names():
    names = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag"]
    bars = Bars.of(fake_step(1), "a2", [*names, "Ankle boot"], signed=True, pitch=0.48)
    for parts in (bars.figures, bars.names):
        for upper, lower in pairwise(parts):
            assert upper.get_bottom()[1] > lower.get_top()[1]
    for name, track in zip(bars.names, bars.tracks, strict=True):
        assert name.get_right()[0] < track.get_left()[0]


@pytest.mark.parametrize(
    ("values", "signed", "scale"),
    [
        ((0.2, 0.9), False, 1.0),
        ((3.2, 170.0), False, 200.0),
        ((-0.03, 0.01), True, 0.05),
        ((0.0, 0.0), True, 1.0),
        ((math.nan, 2.0), True, 2.0),
    ],
)
def test_the_scale_fits_the_values_and_is_marked(values, signed, scale):
    bars = bars_of(*values, signed=signed)
    assert bars.scale_value == pytest.approx(scale)
    marks = [-scale, 0, scale] if signed else [0, scale]
    assert [mark.value for mark in bars.marks] == pytest.approx(marks)
    for mark in bars.marks:
        assert mark.shown is None
        assert mark.get_center()[0] == pytest.approx(bars.get_tip(0, mark.value)[0])


def test_another_step_moves_bars_and_readings_together():
    steps = fake_step(1), fake_step(2)
    bars = Bars.of(steps[0], "delta2")
    animation = bars.animate_to(steps[1], rate_func=lambda t: t)
    animation.begin()
    animation.interpolate(0.5)
    middle = (steps[0].delta[2] + steps[1].delta[2]) / 2
    assert bars.values == pytest.approx(middle, abs=1e-6)
    assert all(figure.shown is None for figure in bars.figures)  # nobody recorded this
    animation.finish()
    assert [f.shown[0] for f in bars.figures] == [
        Quantity.recorded(steps[1], f"delta2[{k}]") for k in range(10)
    ]
    assert length(bars, 3) == pytest.approx(steps[1].delta[2][3] / bars.scale_value, abs=1e-3)
    assert not any(type(value).__name__ == "Step" for value in vars(animation).values())


def test_the_scale_grows_when_a_value_needs_it():
    bars = bars_of(0.5, signed=True).set_quantities([Quantity("made_up", 7.0)])
    assert bars.scale_value == 10.0
    assert length(bars, 0) == pytest.approx(0.7, abs=1e-3)
    assert bars.marks[2].text == "+10"
    assert bars.marks[2].get_center()[0] == pytest.approx(bars.tracks[0].get_right()[0])


def test_bars_grow_from_zero():
    bars = bars_of(0.8)
    animation = bars.animate_growth()
    animation.begin()
    assert length(bars, 0) == pytest.approx(0, abs=1e-3)
    animation.finish()
    assert length(bars, 0) == pytest.approx(0.8, abs=1e-3)
    assert bars.figures[0].shown[1] == "0.80"


def test_the_truth_is_marked_by_place_arrow_and_colour():
    bars = Bars.of(fake_step(1), "a2", "0123456789", signed=False, scale=1.0).shift(UP)
    bars.set_truth(5, targets=True)
    assert bars.names[5].get_fill_color() == TRUTH
    assert bars.pointer[0].get_right()[0] < bars.names[5].get_left()[0]
    assert bars.pointer[0].get_y() == pytest.approx(bars.tracks[5].get_y())
    ends = [post.get_x() for post in bars.target_marks]
    assert ends[5] == pytest.approx(bars.tracks[5].get_right()[0])
    assert ends[4] == pytest.approx(bars.tracks[4].get_left()[0])
    bars.set_view(fake_step(2, label=3))
    assert (bars.names[5].get_fill_color(), bars.names[3].get_fill_color()) == (TEXT, TRUTH)
    assert bars.pointer[0].get_y() == pytest.approx(bars.tracks[3].get_y())
    assert bars.set_truth(None).names[3].get_fill_color() == TEXT
    assert len(bars.pointer) == len(bars.target_marks) == 0


def test_it_says_how_many_of_the_values_are_shown():
    step = fake_step(1)
    some = Bars.of(step, "x", rows=[401, 402, 403])
    assert [word.source for word in some.note] == ["3 of 784 shown"]
    assert [figure.shown[0].source for figure in some.figures] == ["x[401]", "x[402]", "x[403]"]
    assert len(Bars.of(step, "a2").note) == 0


def test_mistakes_are_errors():
    with pytest.raises(ValueError, match="names"):
        bars_of(1.0, 2.0, names=["one"])
    with pytest.raises(ValueError, match="recorded"):
        bars_of(1.0).animate_to(fake_step(0))


def test_values_far_off_are_drawn_at_the_end_of_the_track():
    bars = bars_of(math.inf, -math.inf, math.nan, signed=True, scale=1.0)
    assert [length(bars, row) for row in range(3)] == pytest.approx([1, -1, 0], abs=1e-3)
    assert np.isfinite(bars.bars[0].points).all()


def test_a_figure_comes_when_its_bar_has_grown_and_never_counts_from_zero():
    bars = bars_of(0.8, 0.4)
    animation = bars.animate_growth(rate_func=lambda t: t)
    animation.begin()
    seen = []
    for alpha in np.linspace(0.0, 1.0, 21):
        animation.interpolate(float(alpha))
        for row, (figure, value) in enumerate(zip(bars.figures, ("0.80", "0.40"), strict=True)):
            assert figure.text == value
            opacity = figure.get_fill_opacity()
            grown = length(bars, row) == pytest.approx(float(value), abs=1e-3)
            assert opacity == 0.0 or grown
        seen.append(opacity)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0
    assert seen == sorted(seen)
