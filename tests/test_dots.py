"""A dot for every test image, and the counts beside them."""

import numpy as np
import pytest
from manim import tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.dots import TestDots
from scenes.kit.findings import (
    accuracy_on_test,
    change_dots,
    count_lost,
    count_read,
    read_dots,
    read_with_biases,
)
from scenes.kit.ledger import Values
from scenes.kit.number import Number
from scenes.kit.style import BLAME
from scenes.kit.tally import Tally
from tests.small_runs import online, write_dataset


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dots")
    train(online(write_dataset(folder / "data", test=23), epochs=6), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


def test_every_test_image_has_its_dot_and_it_is_bright_if_it_is_read(run):
    trace, oracle = run
    dots = TestDots(trace, read_dots)
    read = read_with_biases(trace)
    assert 0 < read.sum() < len(read) == 23
    rows, columns = dots.values.shape
    assert rows == columns == 5
    for image, right in enumerate(read):
        assert dots.values[divmod(image, columns)] == right
        shade = int(dots.pixel_array[divmod(image, columns)][:3].sum())
        assert (shade > 200) == right
        np.testing.assert_allclose(
            dots.place_of(image), dots.get_cell_centre(*divmod(image, columns))
        )
    assert list(find_false_pictures([dots], oracle)) == []
    dots.set_values(Values.of(change_dots, trace), 1.0)
    assert list(find_false_pictures([dots], oracle)) == []
    dots.pixel_array[2, 2, :3] = 255 - dots.pixel_array[2, 2, :3]
    assert len(list(find_false_pictures([dots], oracle))) == 1


def test_they_stand_at_the_left_above_the_foot(run):
    dots = TestDots(run[0], read_dots)
    assert dots.get_left()[0] == pytest.approx(stage.SIDE.left)
    assert dots.get_bottom()[1] == pytest.approx(stage.SIDE.bottom)
    assert dots.get_top()[1] < stage.MOMENT.bottom + 0.01


def test_counts_are_aligned_on_their_last_digits_and_shares_end_at_the_edge(run):
    trace, _ = run
    region = stage.BODY.part(left=0.2)
    tally = Tally(region, "read correctly")
    share = Number(accuracy_on_test, trace, True, after=" %")
    tally.add_line("with biases", share, count_read, trace, True)
    tally.add_gap()
    tally.add_line("need the biases", BLAME, count_lost, trace)
    first, last = tally.lines
    assert first[0].point[0] == pytest.approx(last[0].point[0])
    assert share.get_right()[0] == pytest.approx(region.right)
    for line in (first, last):
        assert line[0].baseline == pytest.approx(line[1].baseline)
        assert line[0].get_right()[0] < line[1].get_left()[0]
    assert share.baseline == pytest.approx(first[0].baseline)
    assert last[2].get_fill_color() == BLAME
    assert last[2].get_left()[0] > last[1].get_right()[0]
    gaps = (tally.head.baseline - first[1].baseline, first[1].baseline - last[1].baseline)
    assert gaps[1] == pytest.approx(2 * gaps[0])
    assert tally.get_bottom()[1] > region.bottom
