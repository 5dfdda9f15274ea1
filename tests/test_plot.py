"""A plot puts values where its marks say they are."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import DOWN, LEFT, config, tempconfig

from scenes.kit.figures import Mark
from scenes.kit.plot import Plot, Scale, thin
from scenes.kit.typeset import Formula


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_marks_stand_at_their_values():
    plot = Plot((-8, 8), (0, 1)).shift(LEFT + DOWN).scale(0.9)
    across = [mark for mark in plot.marks if mark.get_top()[1] < plot.plane.across.get_y()]
    up = [mark for mark in plot.marks if mark not in across]
    assert len(across) > 2
    assert len(up) > 2
    for mark in across:
        assert mark.get_x() == pytest.approx(plot.to_scene(mark.value, 0)[0])
    for mark in up:
        assert mark.get_y() == pytest.approx(plot.to_scene(-8, mark.value)[1])
    assert all(isinstance(mark, Mark) and mark.shown is None for mark in plot.marks)
    assert len({len(mark.text) for mark in up}) == 1  # 0.0, 0.5, 1.0


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("low", "high"), [(1, 1000), (0.0001, 1)])
@pytest.mark.parametrize("length", [1.5, 3.0, 6.0])
def test_marks_that_were_not_asked_for_keep_apart(low, high, log, length):
    plot = Plot((low, high), (0, 1), width=length, x_log=log, y_marks=[0, 1])
    across = plot.marks[:-2]
    # Only a short axis may have room for but one.
    assert len(across) >= (1 if length == 1.5 else 2)
    for left, right in pairwise(across):
        assert left.get_right()[0] < right.get_left()[0]


def test_a_logarithmic_axis_goes_by_factors_and_says_so():
    plot = Plot((1, 1000), (0.001, 1), x_name="step", y_name="error", x_log=True, y_log=True)
    x = [plot.to_scene(value, 1)[0] for value in (1, 10, 100, 1000)]
    assert np.diff(x) == pytest.approx([x[1] - x[0]] * 3)
    assert [name.source for name in plot.names] == ["step (log scale)", "error (log scale)"]
    named = Plot((1, 10), (0, 1), x_name=Formula("eta"), x_log=True)
    assert named.names[0][1].source == "(log scale)"
    with pytest.raises(ValueError, match="above 0"):
        Plot((0, 10), (0, 1), x_log=True)
    with pytest.raises(ValueError, match="cannot run"):
        Plot((1, 1), (0, 1))


@given(st.booleans(), st.floats(0.01, 10), st.floats(1.1, 100), st.floats(0, 1))
def test_shares_and_values_are_inverse(log, low, factor, share):
    scale = Scale(low, low * factor, log)
    assert float(scale.share(scale.value(share))) == pytest.approx(share, abs=1e-6)


def test_a_curve_goes_through_its_values():
    plot = Plot((-8, 8), (0, 1))
    x = np.linspace(-8, 8, 65)
    curve = plot.get_curve(x, sigmoid)
    anchors = np.concatenate([curve.get_start_anchors(), curve.get_end_anchors()[-1:]])
    np.testing.assert_allclose(anchors, plot.plane.to_scene(x, sigmoid(x)), atol=1e-6)


def test_a_curve_is_cut_at_the_axes():
    plot = Plot((-2, 2), (0, 1))
    x = np.array([-4.0, 0.0, 4.0])
    curve = plot.get_curve(x, np.array([0.5, 0.5, 2.5]))
    assert curve.get_start() == pytest.approx(plot.to_scene(-2, 0.5))
    assert curve.get_end() == pytest.approx(plot.to_scene(1, 1))
    # Out of the axes and back in: two pieces. A gap where there is no value: two as well.
    away = plot.get_curve(np.array([-2.0, -1, 0, 1]), np.array([0.5, 2, 2, 0.5]))
    gap = plot.get_curve(np.array([-2.0, -1, 0, 1, 2]), np.array([0.1, 0.2, np.nan, 0.3, 0.4]))
    assert len(away.get_subpaths()) == len(gap.get_subpaths()) == 2
    assert len(plot.get_curve(x, np.full(3, np.nan)).points) == 0


def test_a_long_curve_is_thinned_and_keeps_its_peaks():
    x = np.arange(180_000.0)
    y = np.random.default_rng(0).random(len(x))
    y[123_456] = 5.0
    kept_x, kept_y = thin(x, y, (x / 600).astype(int))
    assert len(kept_x) <= 602
    assert kept_y.max() == 5.0
    assert kept_x[kept_y.argmax()] == 123_456
    assert (np.diff(kept_x) > 0).all()
    assert (kept_x[0], kept_x[-1]) == (0, 179_999)
    curve = Plot((0, 180_000), (0, 5), width=5).get_curve(x, y)
    columns = 5 * config.pixel_width / config.frame_width
    assert len(curve.points) < 4 * (2 * columns + 2)


def test_a_long_curve_keeps_the_wide_first_decades_of_a_logarithmic_axis():
    plot = Plot((1, 100_000), (0, 1), x_log=True)
    x = np.arange(1.0, 100_001)
    starts = plot.get_curve(x, np.linspace(0, 1, len(x))).get_start_anchors()
    for step in range(1, 30):
        assert np.abs(starts[:, 0] - plot.to_scene(step, 0)[0]).min() < 1e-6


def test_a_point_slides_along_its_curve():
    plot = Plot((-8, 8), (0, 1))
    point = plot.get_point(np.linspace(-8, 8, 2001), sigmoid, -4.0)
    assert point.dot.get_center() == pytest.approx(plot.to_scene(-4, sigmoid(-4)), abs=1e-4)
    animation = point.animate_at(2.0, rate_func=lambda t: t)
    animation.begin()
    animation.interpolate(0.5)
    assert point.dot.get_center() == pytest.approx(plot.to_scene(-1, sigmoid(-1)), abs=1e-4)
    animation.finish()
    assert point.at == 2.0
    assert point.value == pytest.approx(sigmoid(2), abs=1e-5)


def test_a_plot_that_was_moved_still_maps():
    plot = Plot((0, 10), (0, 1))
    before = plot.to_scene(5, 0.5)
    plot.shift(2 * LEFT)
    assert plot.to_scene(5, 0.5) == pytest.approx(before + 2 * LEFT)
    line = plot.get_vertical(5)
    assert line.get_x() == pytest.approx(plot.to_scene(5, 0)[0])


def test_words_can_stand_for_values():
    plot = Plot((0, 1), (0, 1), x_marks={0: "no", 1: "yes"}, y_marks=[0, 1])
    assert [word.source for word in plot.marks[:2]] == ["no", "yes"]
    assert plot.marks[1].get_x() == pytest.approx(plot.to_scene(1, 0)[0])
