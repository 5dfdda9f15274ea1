"""What the network says of one image: where it stands, which answer is marked, what was before."""

import numpy as np
import pytest
from manim import DOWN, linear, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.outputs import Outputs
from tests.small_runs import online, write_dataset


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outputs")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def trace(run):
    return run[0]


@pytest.fixture
def faults(run):
    return lambda *mobjects: [fault.what for fault in find_false_pictures(mobjects, run[1])]


def test_a_class_stands_in_its_row_of_the_stage(trace):
    outputs, rows = Outputs(trace, trace[41], width=2.0), stage.rows(10)
    for index, track in enumerate(outputs.tracks):
        assert track.get_y() == pytest.approx(rows.y(index))
    assert outputs.get_right()[0] == pytest.approx(stage.BODY.right)
    assert outputs.get_bottom()[1] > stage.BODY.bottom - 0.05
    assert outputs.marks.get_top()[1] < stage.HEAD.bottom


@pytest.mark.parametrize("mark", ["box", "pointer"])
def test_the_largest_output_is_marked_and_another_one_is_found(trace, faults, mark):
    step = trace[41]
    outputs = Outputs(trace, step, mark=mark)
    row = int(np.argmax(step.a[2]))
    assert outputs.answer.get_y() == pytest.approx(outputs.tracks[row].get_y(), abs=0.02)
    assert faults(outputs, outputs.answer) == []
    outputs.answer.shift((1 if row < 9 else -1) * outputs.row_pitch * DOWN)
    assert len(faults(outputs.answer)) == 1


def test_the_mark_goes_to_the_answer_of_another_moment(trace, faults):
    step = trace[41]
    outputs = Outputs(trace, step)
    other = next(trace[k] for k in range(120) if trace[k].prediction != step.prediction)
    outputs.set_view(other)
    animation = outputs.animate_answer(other, rate_func=linear)
    animation.begin()
    animation.interpolate(0.5)
    assert outputs.answer.claims == ()
    animation.interpolate(1.0)
    assert outputs.answer.get_y() == pytest.approx(
        outputs.tracks[int(other.prediction)].get_y(), abs=0.02
    )


def test_outlines_of_before_stay_and_keep_to_what_they_were(trace, faults):
    outputs = Outputs(trace, trace[41])
    lengths = [bar.width for bar in outputs.bars]
    bars, note = outputs.leave_outlines()
    outputs.set_view(trace[90])
    assert [bar.width for bar in bars] == pytest.approx(lengths)
    assert all(bar.get_fill_opacity() == 0 for bar in bars)
    assert stage.FOOT.bottom < note.get_bottom()[1] < note.get_top()[1] < stage.FOOT.top
    assert faults(outputs, bars) == []
    bars[3].stretch(1.5, 0)
    assert len(faults(bars)) == 1
