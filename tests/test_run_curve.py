"""A curve over the whole run: in blocks, held to the recording, with the count of the steps."""

import numpy as np
import pytest
from manim import Scene, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.findings import mean_error, mean_errors
from scenes.kit.run_curve import RunCurve
from tests.small_runs import online, write_dataset


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curve")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def curve(run):
    return RunCurve(run[0], mean_errors, mean_error, "mean error")


@pytest.fixture
def faults(run):
    return lambda *mobjects: [fault.what for fault in find_false_pictures(mobjects, run[1])]


def test_it_goes_through_the_mean_of_each_block(curve, run, faults):
    trace, _ = run
    assert faults(curve) == []
    ends = curve.plot.plane.to_scene([0, trace.steps], [0, 0])[:, 0]
    starts = np.concatenate([curve.line.points[::4], curve.line.points[-1:]])
    steps = (starts[:, 0] - ends[0]) / (ends[1] - ends[0]) * trace.steps
    size = max(1, trace.steps // 150)
    assert steps == pytest.approx((np.arange(len(steps)) + 0.5) * size, abs=1e-3)
    assert len(steps) == trace.steps // size


def test_the_figures_at_its_ends_are_those_of_the_first_and_the_last_block(curve, run):
    trace, _ = run
    size = max(1, trace.steps // 150)
    errors = trace.arrays["error"]
    last = (trace.steps // size - 1) * size
    assert curve.first.quantity.value == pytest.approx(float(np.mean(errors[:size])))
    assert curve.last.quantity.value == pytest.approx(float(np.mean(errors[last : last + size])))
    assert curve.first.get_left()[0] > curve.line.get_start()[0]


def test_it_stays_in_the_body_and_the_count_at_the_foot(curve):
    body, foot = stage.BODY, stage.FOOT
    for part in (curve.plot, curve.line, curve.first, curve.last):
        assert body.left <= part.get_left()[0]
        assert part.get_right()[0] <= body.right
        assert body.bottom <= part.get_bottom()[1]
        assert part.get_top()[1] <= stage.HEAD.bottom
    for part in (curve.count, curve.steps):
        assert foot.bottom <= part.get_bottom()[1]
        assert part.get_top()[1] <= foot.top
        assert part.get_right()[0] <= foot.right
    assert curve.count.baseline == pytest.approx(curve.steps.baseline)


def test_the_count_ends_with_the_curve(curve, run, faults):
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(curve.count)
        assert curve.count.text == "1"
        scene.play(*curve.animate_growth())
    assert curve.count.text == f"{run[0].steps:,}"
    assert curve.count.get_right()[0] < curve.steps.get_left()[0]
    assert faults(curve) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda line: line.shift([0, 0.05, 0]),
        lambda line: line.stretch(0.9, 1),
        lambda line: line.flip(),
    ],
)
def test_a_curve_that_falls_otherwise_is_found(curve, faults, plant):
    plant(curve.line)
    assert len(faults(curve.line)) == 1


def test_a_run_of_one_step_has_a_dot(tmp_path):
    recipe = online(write_dataset(tmp_path / "data", train=1))
    trace = Trace.open(train(recipe.change(epochs=1), tmp_path / "trace").path)
    assert trace.steps == 1
    curve = RunCurve(trace, mean_errors, mean_error, "mean error")
    assert 0 < curve.line.width < 0.3
