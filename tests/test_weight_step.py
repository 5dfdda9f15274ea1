"""One weight on a ruler: the push, the step seen closer, and a sum that closes."""

import numpy as np
import pytest

from network.trace import Trace
from network.training import train
from scenes.kit import stage
from scenes.kit.equation import equalities_of
from scenes.kit.findings import push, weight_change
from scenes.kit.shown import fault_in
from scenes.kit.weight_step import WeightStep, _decimals_of, arrow
from tests.small_runs import batches, online, write_dataset


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("step")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace")


@pytest.mark.parametrize("cell", [(0, 0), (3, 1), (9, 5), (5, 2)])
@pytest.mark.parametrize("number", [0, 41, 77])
def test_arrows_point_where_weight_and_push_go(trace, cell, number):
    step = trace[number]
    panel = WeightStep(step, 2, cell, online=True)
    for shown, value in (
        (panel.push, push(step, 2, *cell)),
        (panel.small, weight_change(step, 2, *cell)),
        (panel.change, weight_change(step, 2, *cell)),
    ):
        way = shown.get_end()[0] - shown.get_start()[0]
        assert np.sign(way) == np.sign(value) or value == 0
    # The step is as much shorter than the push as the learning rate makes it.
    shorter = panel.small.get_length() / panel.push.get_length()
    assert shorter == pytest.approx(step.learning_rate, rel=0.05)
    assert panel.end[0] == pytest.approx(panel.change.get_end()[0], abs=1e-3)
    assert panel.dot.get_center() == pytest.approx(panel.push.get_start(), abs=1e-3)


def test_the_weight_the_change_and_the_weight_after_add_up_as_shown(trace):
    for number in (0, 41, 77):
        panel = WeightStep(trace[number], 2, (3, 1), online=True)
        (equality,) = equalities_of(panel.sum.numbers[-1])
        texts = [figure.text for figure in equality.numbers]
        assert fault_in(equality.relation, texts) is None
        assert any(digit in texts[1] for digit in "123456789"), "the change is not shown as zero"
        assert panel.before.text == texts[0]
        assert panel.change_number.text == texts[1]
        if "≈" not in equality.relation:
            values = [float(text.replace("−", "-")) for text in texts]
            assert values[0] + values[1] == pytest.approx(values[2], abs=1e-9)


def test_it_keeps_to_the_body(trace):
    panel = WeightStep(trace[41], 2, (3, 1), online=True)
    assert stage.BODY.left - 1e-6 <= panel.get_left()[0]
    assert panel.get_right()[0] <= stage.BODY.right + 1e-6
    assert panel.get_bottom()[1] >= stage.BODY.bottom
    assert panel.get_top()[1] <= stage.HEAD.bottom


def test_in_batches_it_is_not_said_how_much_closer(tmp_path):
    trace = Trace.open(train(batches(write_dataset(tmp_path / "d")), tmp_path / "trace").path)
    step = trace[0].example(0)
    assert len(WeightStep(step, 2, (3, 1), online=False).lens) == 2
    assert len(WeightStep(step, 2, (3, 1), online=True).lens) == 3


@pytest.mark.parametrize(
    ("rate", "decimals"), [(0.01, 2), (float(np.float32(0.01)), 2), (0.5, 2), (0.00125, 5)]
)
def test_a_learning_rate_is_shown_with_what_it_needs(rate, decimals):
    assert _decimals_of(rate) == decimals


def test_an_arrow_may_be_small():
    small = arrow(np.zeros(3), np.array([0.01, 0.0, 0.0]), "#FFFFFF")
    assert small.get_end()[0] == pytest.approx(0.01, abs=1e-4)
