"""Every output at two moments: bars that go from one to the other, outlines that stay."""

import numpy as np
import pytest
from manim import Scene, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.class_table import ClassTable
from scenes.kit.comparison import Comparison
from tests.small_runs import online, write_dataset


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def moments(run):
    return [run[0].see(("train", 3), at=at) for at in (10, 60)]


@pytest.mark.parametrize("names", ["0123456789", ("Ankle boot",) * 10], ids=["digits", "long"])
def test_figures_bars_and_error_are_those_of_both_moments(run, moments, names):
    before, after = moments
    panel = Comparison(before, after, ClassTable(names, before.label))
    for column, moment in ((panel.befores, before), (panel.afters, after)):
        shown = [number.quantity.value for number in column]
        np.testing.assert_array_equal(shown, moment.a[2])
    assert [line[1].quantity.value for line in panel.errors] == [before.error, after.error]
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(panel)
        scene.play(panel.bars.animate_to(after))
    unit = panel.outlines[0].unit
    for values, bars in ((before.a[2], panel.outlines), (after.a[2], panel.bars)):
        lengths = [bar.points[8][0] - bar.points[0][0] for bar in bars]
        np.testing.assert_allclose(lengths, unit * values, atol=0.011)
    assert list(find_false_pictures([panel], run[1])) == []


def test_it_keeps_to_its_regions(moments):
    panel = Comparison(*moments, ClassTable("0123456789"))
    for part in (panel.bars, panel.befores, panel.afters, panel.ticks):
        assert stage.BODY.left < part.get_left()[0]
        assert part.get_right()[0] <= stage.BODY.right
        assert part.get_bottom()[1] >= stage.BODY.bottom
    assert panel.bars.get_right()[0] < panel.befores.get_left()[0]
    assert panel.befores.get_right()[0] < panel.afters.get_left()[0]
    assert panel.errors.get_right()[0] < stage.ASIDE.right
    assert stage.ASIDE.bottom <= panel.errors.get_bottom()[1]
    assert panel.errors.get_top()[1] <= stage.ASIDE.top
