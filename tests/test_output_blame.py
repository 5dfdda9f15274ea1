"""Output, label and blame in the class table: gaps end at the truth, and go over to their line."""

from itertools import pairwise

import pytest
from manim import Scene, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.class_table import ClassTable
from scenes.kit.equation import equalities_of
from scenes.kit.output_blame import OutputBlame, Slip
from scenes.kit.shown import fault_in
from tests.small_runs import online, write_dataset

NAMES = {"digits": tuple("0123456789"), "long": ("T-shirt/top", *("Ankle boot",) * 9)}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blame")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def step(run):
    return run[0][41]


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def panel(request, step):
    return OutputBlame(step, ClassTable(request.param, int(step.label)))


def test_a_gap_reaches_from_the_truth_to_the_end_of_its_bar(panel, step):
    for bar, gap, target in zip(panel.bars, panel.gaps, panel.targets.xs, strict=True):
        assert gap.zero[0] == pytest.approx(target)
        end = bar.points[8][0]
        assert gap.points[8][0] == pytest.approx(end, abs=0.021)


def test_it_keeps_to_the_body_and_columns_do_not_touch(panel):
    assert panel.get_right()[0] <= stage.BODY.right
    assert panel.get_bottom()[1] >= stage.BODY.bottom
    assert panel.heads.get_top()[1] <= stage.HEAD.bottom
    columns = (panel.outputs, panel.labels, panel.blames)
    ends = [(panel.targets.get_right()[0], panel.targets.get_right()[0])]
    ends += [(column.get_left()[0], column.get_right()[0]) for column in columns]
    ends.append(
        (panel.axis.get_x() + min(gap.points[8][0] - gap.zero[0] for gap in panel.gaps),) * 2
    )
    assert all(left[1] < right[0] for left, right in pairwise(ends))


def test_each_row_is_a_difference_as_shown(panel, step):
    for index, blame in enumerate(panel.blames):
        (equality,) = equalities_of(blame)
        assert equality.numbers == (panel.outputs[index], panel.labels[index], blame)
        texts = [number.text for number in equality.numbers]
        assert fault_in(equality.relation, texts) is None
        assert float(texts[1]) == step.y[index]


def test_the_gaps_go_over_to_the_line_and_stay_as_long(panel, run):
    scene_faults = lambda *shown: [f.what for f in find_false_pictures(shown, run[1])]  # noqa: E731
    assert scene_faults(panel) == []
    lengths = [gap.points[8][0] - gap.points[0][0] for gap in panel.gaps]
    slip = Slip(panel.gaps[0].copy(), 2.0)
    slip.begin()
    slip.interpolate(0.5)
    # Half-way it is below the figures of its row, and above those of the next.
    row, height = panel.outputs[0], 0.5 * panel.outputs[0].height
    assert slip.mobject.get_top()[1] < row.get_y() - height
    assert slip.mobject.get_bottom()[1] > panel.outputs[1].get_y() + height
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(panel)
        scene.play(panel.animate_gaps())
    for gap, length in zip(panel.gaps, lengths, strict=True):
        assert gap.zero[0] == pytest.approx(panel.axis.get_x(), abs=1e-6)
        assert gap.points[8][0] - gap.points[0][0] == pytest.approx(length)
    assert scene_faults(panel) == []


def test_the_column_moves_beside_the_names_with_its_box(panel, step):
    table_zero = panel.bars[0].zero[0]
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(panel.blames, panel.box)
        scene.play(panel.animate_column(int(step.label)))
    assert table_zero + 0.05 < panel.blames.get_left()[0]
    assert panel.blames.get_right()[0] < panel.box.get_right()[0] < panel.free.left
    assert panel.free.right == stage.BODY.right
    own = panel.blames[int(step.label)]
    assert panel.box.get_center() == pytest.approx(own.get_center(), abs=1e-6)
    assert own.get_fill_color() != panel.blames[int(step.label) - 1].get_fill_color()
