"""Curves over a sum: points, dots and bars are where the recorded sums and answers are."""

import numpy as np
import pytest
from manim import LEFT, RIGHT, UP, linear, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.curve import SumCurve, Trail
from scenes.kit.layer_sums import Cloud, SumBars
from scenes.kit.ledger import Quantity
from scenes.kit.neuron_curve import NeuronCurve
from tests.small_runs import online, write_dataset

CENTRES = np.array([[-2.0, height, 0.0] for height in np.linspace(1.5, -1.5, 6)])
RIGHT_HALF = stage.BODY.part(left=0.55)


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curve")
    data = write_dataset(folder / "data")
    for kind in ("sigmoid", "relu"):
        recipe = online(data)
        last = recipe.activations[-1]
        train(recipe.change(activations=(kind, last)), folder / kind)
    return folder


@pytest.fixture(params=["sigmoid", "relu"])
def run(request, folder):
    return Trace.open(folder / request.param), Oracle(folder / request.param)


@pytest.fixture
def trace(run):
    return run[0]


@pytest.fixture
def step(trace):
    return trace[41]


@pytest.fixture
def curve(trace, step):
    return SumCurve(trace, step, 1, 6.0, region=RIGHT_HALF)


@pytest.fixture
def neuron_curve(trace):
    """That of a neuron with a bias."""
    view, bare = (trace.see(("test", 3), biases=biases) for biases in (True, False))
    return NeuronCurve(trace, view, bare, 1, int(np.argmax(np.abs(view.b[1]))))


@pytest.fixture
def faults(run):
    """What is wrong with mobjects, as one reads it."""
    return lambda *mobjects: [fault.what for fault in find_false_pictures(mobjects, run[1])]


def test_the_curve_is_the_activation_function_from_end_to_end(trace, curve, faults):
    kind = trace.recipe.activations[0]
    functions = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: max(z, 0.0)}
    for at in (-6.0, -1.0, 0.0, 2.0, 6.0):
        place = curve.place(at, functions[kind](at))
        nearest = np.linalg.norm(curve.curve.points - place, axis=1).min()
        assert nearest < 0.02, at
    assert faults(curve) == []


def test_it_keeps_to_its_region(curve):
    room = RIGHT_HALF
    assert curve.get_left()[0] > room.left - 0.1
    assert curve.get_right()[0] < room.right + 1e-6
    assert curve.get_bottom()[1] > room.bottom - 1e-6
    assert curve.get_top()[1] < room.top + 0.1


@pytest.mark.parametrize(
    "plant",
    [
        lambda c: c.curve.shift(0.05 * UP),
        lambda c: c.curve.shift(0.05 * LEFT),
        lambda c: c.curve.stretch(0.95, 1),
        lambda c: c.curve.flip(),
    ],
)
def test_a_curve_that_was_moved_or_bent_is_found(curve, faults, plant):
    plant(curve)
    assert len(faults(curve)) == 1


def trail_of(curve, step, to="axis"):
    neuron = int(np.argmax(step.a[1]))
    return Trail(
        curve,
        Quantity.recorded(step, f"z1[{neuron}]"),
        Quantity.recorded(step, f"a1[{neuron}]"),
        to,
    )


@pytest.mark.parametrize("to", ["axis", "neuron"])
def test_the_way_of_a_neuron_goes_over_its_sum_to_its_answer(curve, step, faults, to):
    trail = trail_of(curve, step, to)
    point = curve.place(float(step.z[1].max()), float(step.a[1].max()))
    np.testing.assert_allclose(trail.dot.get_center(), point, atol=1e-6)
    assert trail.foot.get_x() == pytest.approx(point[0])
    assert trail.answer.shown[0].path.startswith("a1[")
    assert bool(len(trail.neuron)) == (to == "neuron")
    assert faults(trail) == []
    trail.set_answer(0.3)
    assert trail.answer.shown is None
    assert faults(trail.dot, trail.neuron) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda t: t.dot.shift(0.05 * UP),
        lambda t: t.dot.shift(0.05 * RIGHT),
        lambda t: t.foot.shift(0.05 * RIGHT),
        lambda t: t.neuron.set_fill("#303030"),
    ],
)
def test_a_dot_or_a_light_elsewhere_is_found(curve, step, faults, plant):
    trail = trail_of(curve, step, "neuron")
    plant(trail)
    assert len(faults(trail)) == 1


# All neurons of a layer


def test_bars_are_as_long_as_the_sums_and_grow_from_zero(curve, step, faults):
    bars = SumBars(curve, step, 1, CENTRES)
    sums = step.z[1] - step.b[1]
    assert bars.positive.get_right()[0] == pytest.approx(curve.x_of(sums.max()), abs=1e-6)
    assert bars.negative.get_left()[0] == pytest.approx(curve.x_of(sums.min()), abs=1e-6)
    assert faults(bars) == []
    animation = bars.animate_growth(rate_func=linear)
    animation.begin()
    zero = curve.place(0.0, 0.0)[0]
    assert bars.width > 0
    assert bars.positive.get_right()[0] == pytest.approx(zero, abs=0.02)
    animation.interpolate(0.5)
    half = (zero + curve.x_of(sums.max())) / 2
    assert bars.positive.get_right()[0] == pytest.approx(half, abs=1e-6)
    assert bars.positive.claims == ()
    animation.finish()
    assert faults(bars) == []
    assert len(bars.positive.claims) == 1
    bars.positive.stretch(1.1, 0)
    assert len(faults(bars)) == 1


def test_dots_take_their_sums_to_the_curve_and_their_answers_home(curve, step, faults):
    cloud = Cloud(curve, step, 1, CENTRES)
    for place, point in (
        ("axis", (step.z[1][2], 0.0)),
        ("curve", (step.z[1][2], step.a[1][2])),
        ("side", (-curve.reach, step.a[1][2])),
    ):
        animation = cloud.animate_to(place, rate_func=linear)
        animation.begin()
        animation.interpolate(0.5)
        assert cloud.claims == ()
        animation.finish()
        dot = cloud.points.reshape(6, -1, 3)[2]
        middle = (dot.min(axis=0) + dot.max(axis=0)) / 2
        np.testing.assert_allclose(middle, curve.place(*point), atol=1e-6)
        assert cloud.claims
        assert faults(cloud) == []
        assert faults(cloud.copy().shift(0.05 * (UP + RIGHT))) != []
    assert cloud.set_place("neurons").claims == ()


# One neuron and its bias


def test_a_bias_moves_the_curve_and_all_that_hangs_on_it(neuron_curve, faults):
    curve, trail = neuron_curve, neuron_curve.trail
    before, after = curve._answers
    assert (curve.limit.text.strip("+-\N{MINUS SIGN}"), trail.answer.shown[0]) == ("0.00", before)
    assert faults(curve) == []
    start = trail.foot.get_center().copy()
    animation = curve.animate_bias(rate_func=linear)
    animation.begin()
    animation.interpolate(0.5)
    assert trail.answer.shown is curve.limit.shown is None
    assert curve.curve.claims == curve._pole.claims == ()
    half = curve.function(trail.sum.value + curve._bias / 2)
    assert trail.dot.get_y() == pytest.approx(curve.place(0.0, float(half))[1])
    animation.finish()
    assert faults(curve) == []
    np.testing.assert_array_equal(trail.foot.get_center(), start)  # the sum stays
    assert trail.answer.shown[0] == after
    assert curve._pole.get_x() == pytest.approx(curve.place(-curve._bias, 0.0)[0])
    assert curve.limit.shown[0].value == pytest.approx(-curve._bias)


@pytest.mark.parametrize(
    "plant",
    [
        lambda c: c._pole.shift(0.05 * RIGHT),
        lambda c: c.curve.shift(0.05 * RIGHT),
        lambda c: c.trail.dot.shift(0.05 * UP),
    ],
)
def test_a_threshold_or_a_curve_of_another_bias_is_found(neuron_curve, faults, plant):
    neuron_curve.set_state({"bias": 1.0})
    assert faults(neuron_curve) == []
    plant(neuron_curve)
    assert faults(neuron_curve) != []


def test_what_stays_behind_claims_the_curve_without_bias(neuron_curve, faults):
    ghost = neuron_curve.get_ghost()
    neuron_curve.set_state({"bias": 1.0})
    assert faults(ghost) == []
    assert faults(ghost.shift(0.1 * UP)) != []
