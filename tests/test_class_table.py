"""Rows for the classes: names and columns in their rows, bars and marks held to the recording."""

from itertools import pairwise

import numpy as np
import pytest
from manim import RIGHT, UP, Scene, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.class_table import ClassTable
from scenes.kit.style import ACTIVATION, BLAME, DIM, SMALL, TRUTH
from tests.small_runs import online, write_dataset

LONG = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker")
CLASSES = {"digits": tuple("0123456789"), "long names": (*LONG, "Bag", "Ankle boot")}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def faults(run):
    return lambda *mobjects: [fault.what for fault in find_false_pictures(mobjects, run[1])]


@pytest.fixture
def step(run):
    return run[0][41]


@pytest.fixture(params=CLASSES.values(), ids=CLASSES)
def table(request, step):
    return ClassTable(request.param, int(step.label))


def test_each_name_is_in_its_row_and_none_in_the_picture(table, step):
    rows = stage.rows(10)
    for index, words in enumerate(table.names):
        assert words.baseline < rows.y(index) < words.baseline + 2 * SMALL
        assert words.get_left()[0] >= stage.BODY.left - 1e-6
        assert words.get_right()[0] == pytest.approx(table.zero - 0.2)
        colour = TRUTH if index == step.label else DIM
        assert words.submobjects[0].get_fill_color() == colour


def test_figures_stand_on_the_lines_of_the_names_with_points_aligned(table, step):
    figures = table.figures(step, "delta2", 3.0, sign=True)
    for words, number in zip(table.names, figures, strict=True):
        assert number.baseline == pytest.approx(words.baseline, abs=1e-6)
    assert len({round(number.point[0], 6) for number in figures}) == 1
    head = table.head("blame", 3.0)
    assert figures[0].get_top()[1] < head.baseline < stage.HEAD.bottom
    assert figures[-1].get_bottom()[1] > stage.BODY.bottom


def test_columns_are_spread_over_the_room_without_touching(table):
    widths = (2.0, 1.5, 1.0, 1.5)
    places = table.places(*widths)
    ends = [(x - w / 2, x + w / 2) for x, w in zip(places, widths, strict=True)]
    assert ends[0][0] == pytest.approx(table.zero)
    assert ends[-1][1] <= stage.BODY.right + 1e-6
    assert all(0.3 < b[0] - a[1] < 0.71 for a, b in pairwise(ends))


def test_bars_are_as_long_as_their_values_wherever_they_are(table, step, run, faults):
    bars = table.bars(step, "a2", 2.0, ACTIVATION)
    blame = table.bars(step, "delta2", 1.5, BLAME, starts=4.0)
    for index, (bar, gap) in enumerate(zip(bars, blame, strict=True)):
        assert bar.zero == pytest.approx(table.at(index, table.zero))
        assert bar.width == pytest.approx(2.0 * step.a[2][index])
        end = 4.0 + 1.5 * float(step.delta[2][index])
        side = gap.get_right() if end > 4.0 else gap.get_left()
        assert side[0] == pytest.approx(end, abs=0.02)
        assert bar.height < stage.rows(10).pitch
    outlines = bars.get_outlines()
    assert faults(bars, blame, outlines, *(one.copy().shift(UP) for one in blame)) == []
    bars.set_view(run[0][77])
    assert bars[3].width == pytest.approx(2.0 * run[0][77].a[2][3])
    assert faults(bars, outlines) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda bar: bar.stretch(1.1, 0, about_edge=-RIGHT),
        lambda bar: bar.stretch(0.5, 0),
        lambda bar: bar.flip(),
        lambda bar: bar._draw(0.3) or bar,
    ],
)
def test_a_bar_of_the_wrong_length_or_side_is_found(step, faults, plant):
    table = ClassTable("0123456789")
    bars = table.bars(step, "delta2", 2.0, BLAME, starts=3.0)
    claims = bars[4].claims
    plant(bars[4]).claims = claims
    assert len(faults(bars)) == 1


def test_bars_grow_and_go_to_another_moment_claiming_nothing_on_the_way(step, run, faults):
    bars = ClassTable("0123456789").bars(step, "a2", 2.0, ACTIVATION)
    grow = bars[2].animate_growth()
    assert grow.is_introducer()
    grow.begin()
    assert bars[2].width < 0.001
    grow.interpolate(0.5)
    assert bars[2].width == pytest.approx(1.0 * step.a[2][2], abs=1e-3)
    assert bars[2].claims == ()
    grow.interpolate(1.0)
    assert faults(bars) == []
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.play(bars.animate_growth())
        scene.play(bars.animate_to(run[0][77]))
    np.testing.assert_allclose([bar.width for bar in bars], 2.0 * run[0][77].a[2], atol=0.011)
    assert faults(bars) == []


def test_targets_stand_where_the_bars_should_end(table, step, faults):
    targets = table.targets(step, 2.0)
    assert targets.xs == pytest.approx(list(table.zero + 2.0 * step.y))
    assert faults(targets) == []
    targets.points[targets.points[:, 0] > table.zero + 1, 0] -= 0.2
    assert len(faults(targets)) == 1


def test_a_tick_stands_where_an_output_came_nearer(table, run, faults):
    trace, _ = run
    before, after = (trace.see(("train", 3), at=at) for at in (10, 60))
    ticks = table.ticks(before, after, 6.0)
    nearer = np.abs(after.a[2] - after.y) < np.abs(before.a[2] - before.y)
    assert 0 < nearer.sum() < 10
    assert [tick.get_y() for tick in ticks] == pytest.approx(
        [table.rows.y(index) for index in np.flatnonzero(nearer)]
    )
    assert faults(ticks) == []
    moved = table.ticks(before, after, 6.0)
    moved[0].set_y(table.rows.y(int(np.flatnonzero(~nearer)[0])))
    assert len(faults(moved)) == 1
    ticks.remove(ticks[0])
    assert len(faults(ticks)) == 1
