"""A legend shows the encoding itself, with figures under the right places."""

from itertools import pairwise

import numpy as np
import pytest

from network.trace import Trace
from network.training import train
from scenes.kit import stage
from scenes.kit.encoding import signed_colours
from scenes.kit.figures import Mark
from scenes.kit.findings import products
from scenes.kit.legend import BlameLegend, EdgeLegends, Legend, LessAndMore
from tests.small_runs import batches, write_dataset


def test_the_bar_is_drawn_in_the_colours_of_the_encoding() -> None:
    legend = Legend("weight", 0.5, gamma=2.0)
    row = legend.bar.pixel_array[0, :, :3]
    want = signed_colours(np.linspace(-0.5, 0.5, len(row)), 0.5, 2.0) * 255
    np.testing.assert_allclose(row, want, atol=0.51)


def test_figures_stand_under_their_values() -> None:
    legend = Legend("weight", 0.5)
    assert [figure.text for figure in legend.figures] == ["−0.5", "0", "+0.5"]
    bar = legend.bar
    x = [figure.get_center()[0] for figure in legend.figures]
    np.testing.assert_allclose(x, [bar.get_left()[0], 0.0, bar.get_right()[0]], atol=1e-6)
    assert all(figure.get_top()[1] < bar.get_bottom()[1] for figure in legend.figures)
    assert legend.name_words.get_bottom()[1] > bar.get_top()[1]


def test_activations_run_from_zero_to_the_scale() -> None:
    legend = Legend("activation", 3.0, signed=False)
    assert [figure.text for figure in legend.figures] == ["0", "3"]


def test_blame_is_shown_as_neurons_show_it() -> None:
    legend = BlameLegend(0.25)
    assert [figure.text for figure in legend.figures] == ["−0.25", "0", "+0.25"]
    widths = [circle.get_stroke_width() for circle in legend.neurons.circles]
    assert widths[0] == widths[2] > widths[1]
    for circle, figure in zip(legend.neurons.circles, legend.figures, strict=True):
        assert figure.get_center()[0] == pytest.approx(circle.get_center()[0], abs=1e-6)


def test_a_figure_says_exactly_what_is_above_it() -> None:
    legend = Legend("weight", 0.3578)
    assert [figure.text for figure in legend.figures] == ["−0.35", "0", "+0.35"]
    bar = legend.bar
    x = legend.figures[2].get_center()[0]
    assert x == pytest.approx(bar.get_right()[0] * 0.35 / 0.3578)
    assert x < bar.get_right()[0]


def test_figures_are_marks_of_the_scale_and_no_readings() -> None:
    for legend in (Legend("weight", 0.3578), BlameLegend(0.2599)):
        assert all(isinstance(figure, Mark) and figure.shown is None for figure in legend.figures)
    # The neuron looks like 0.25 of 0.2599, not like the largest blame.
    assert list(legend.neurons.blame) == pytest.approx([-0.25, 0.0, 0.25])
    assert legend.neurons.circles[0].get_stroke_width() < 6.0


def test_less_and_more_stand_under_the_ends_in_their_colours() -> None:
    legend = LessAndMore()
    bar, less, more = legend
    assert less.get_left()[0] == pytest.approx(bar.get_left()[0])
    assert more.get_right()[0] == pytest.approx(bar.get_right()[0])
    assert less.baseline == pytest.approx(more.baseline)
    for words, column in ((less, 0), (more, -1)):
        end = bar.pixel_array[0, column, :3] / 255
        assert words.submobjects[0].get_fill_color().to_rgb() == pytest.approx(end, abs=0.01)


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_every_layer_has_its_legend_and_none_is_in_anothers_way(layers, tmp_path):
    sizes = (25, *[6] * (layers - 1), 10)
    kinds = ("relu",) * (layers - 1) + ("softmax",)
    changes = {"epochs": 1, "sizes": sizes, "activations": kinds, "dropout": ()}
    train(batches(write_dataset(tmp_path / "data"), **changes), tmp_path / "trace")
    moment = Trace.open(tmp_path / "trace").see(("test", 3))
    legends = EdgeLegends(moment)
    assert len(legends) == layers
    for number, (bar, marks, words) in enumerate(legends, start=1):
        assert words.source.startswith(f"W{number} × ")
        scale = float(np.abs(products(moment, number)).max())
        assert marks[1].value == pytest.approx(scale, rel=0.1)
        assert marks[1].value <= scale * (1 + 1e-6)
        assert bar.scale_value == pytest.approx(scale)
        assert bar.get_right()[0] < marks[1].get_left()[0]
    tops = sorted((one.get_bottom()[1], one.get_top()[1]) for one in legends)
    for (_, top), (bottom, _) in pairwise(tops):
        assert top < bottom
    assert tops[0][0] > stage.FOOT.bottom - 0.05
    places = [(one.get_bottom()[1], one.get_top()[1]) for one in legends]
    free = (stage.PICTURE.bottom, stage.PICTURE.top)
    assert all(top < free[0] or bottom > free[1] for bottom, top in places)
