"""Heat maps show every value where it belongs; vectors and patches in figures are readings."""

from itertools import pairwise

import numpy as np
import pytest
from kit_fakes import fake_step
from manim import DOWN, LEFT, RIGHT, tempconfig

from scenes.kit.encoding import signed_colours
from scenes.kit.ledger import Quantity
from scenes.kit.matrix import (
    HeatMatrix,
    NumberColumn,
    NumberGrid,
    OuterProduct,
)


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


def values_of(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def colours(matrix):
    return matrix.image.pixel_array[..., :3].astype(float)


def test_every_cell_has_the_colour_of_its_value():
    values = values_of(10, 20)
    matrix = HeatMatrix(values)
    want = signed_colours(values, np.abs(values).max()) * 255
    np.testing.assert_allclose(colours(matrix), want, atol=0.51)
    assert matrix.shape[0].source == "(10, 20)"
    assert HeatMatrix(values[0]).shape[0].source == "(20,)"
    assert HeatMatrix(values[0]).values.shape == (20, 1)


@pytest.mark.parametrize("shape", [(20, 784), (512, 784), (1, 2000)])
def test_cells_too_small_to_see_are_averaged_and_none_is_skipped(shape):
    values = np.zeros(shape, dtype=np.float32)
    matrix = HeatMatrix(values, width=4, height=2, scale=1.0)
    assert matrix.image.pixel_array.shape[1] < 2000 * 4 / 14
    dark = colours(matrix).sum(axis=2)
    for column in (0, 1, 383, shape[1] - 1):
        values[:] = 0
        values[:, column] = 1.0
        lit = colours(matrix.set_values(values)).sum(axis=2) - dark
        assert lit[0].max() > 0
        middle = (np.arange(lit.shape[1]) * lit[0]).sum() / lit[0].sum() / lit.shape[1]
        assert middle == pytest.approx(column / shape[1], abs=0.01)


def test_cells_know_where_they_are():
    matrix = HeatMatrix(values_of(10, 20), cell=(0.3, 0.2)).shift(LEFT + DOWN).scale(1.5)
    image = matrix.image
    first, last = matrix.cell(0, 0), matrix.cell(9, 19)
    assert first.width == pytest.approx(0.45)
    assert first.height == pytest.approx(0.3)
    corner = np.array([first.width / 2, -first.height / 2, 0])
    assert first.centre - corner == pytest.approx(image.get_corner(np.array([-1, 1, 0])))
    assert last.centre + corner == pytest.approx(image.get_corner(np.array([1, -1, 0])))
    block = matrix.block([2, 3, 4], None)
    assert (block.width, block.height) == pytest.approx((image.width, 3 * first.height))
    with pytest.raises(IndexError, match="from 0"):
        matrix.cell(10, 0)


def test_a_highlight_boxes_some_cells_and_dims_the_rest():
    matrix = HeatMatrix(values_of(4, 5))
    before = colours(matrix)
    assert matrix.box.get_stroke_opacity() == 0
    matrix.set_highlight(2, None)
    np.testing.assert_array_equal(colours(matrix)[2], before[2])
    assert (matrix.image.light == 1).sum() == 5
    assert matrix.box.get_center() == pytest.approx(matrix.block([2]).centre)
    assert matrix.box.width == pytest.approx(matrix.image.width)
    matrix.set_highlight([1, 2], [3, 4])
    assert (matrix.image.light == 1).sum() == 4
    matrix.set_highlight()
    np.testing.assert_array_equal(colours(matrix), before)
    assert matrix.box.get_stroke_opacity() == 0


def test_the_box_glides_and_does_not_come_from_elsewhere():
    matrix = HeatMatrix(values_of(4, 5))
    for row, start in ((1, 1), (3, 1)):
        animation = matrix.animate_highlight(row, 0, rate_func=lambda t: t)
        animation.begin()
        assert matrix.box.get_center() == pytest.approx(matrix.cell(start, 0).centre)
        animation.interpolate(0.5)
        middle = (matrix.cell(start, 0).centre + matrix.cell(row, 0).centre) / 2
        assert matrix.box.get_center() == pytest.approx(middle)
        animation.finish()
        assert matrix.image.light[row, 0] == 1
        assert matrix.box.get_stroke_opacity() == 1


def test_an_outer_product_grows_from_its_edges():
    step = fake_step(1)
    outer = OuterProduct(step.delta[2], step.a[1])
    np.testing.assert_allclose(outer.product.values, np.outer(step.delta[2], step.a[1]), rtol=1e-5)
    full = colours(outer.product)
    dark = colours(outer.set_grown(0).product)
    assert dark.std(axis=(0, 1)).max() == 0
    animation = outer.animate_growth(rate_func=lambda t: t)
    animation.begin()
    animation.interpolate(0.5)
    half = colours(outer.product)
    np.testing.assert_array_equal(half[0, 0], full[0, 0])
    np.testing.assert_array_equal(half[-1], dark[-1])
    np.testing.assert_array_equal(half[:, -1], dark[:, -1])
    animation.finish()
    np.testing.assert_array_equal(colours(outer.product), full)


def test_the_vectors_stand_at_the_edges_cell_by_cell():
    step = fake_step(1)
    outer = OuterProduct(step.delta[2], step.a[1], cell=0.3).shift(RIGHT)
    for row in range(10):
        assert outer.column.cell(row, 0).centre[1] == pytest.approx(
            outer.product.cell(row, 0).centre[1]
        )
    for column in range(4):
        assert outer.row.cell(0, column).centre[0] == pytest.approx(
            outer.product.cell(0, column).centre[0]
        )
    assert outer.column.get_right()[0] < outer.product.brackets.get_left()[0]
    assert outer.row.get_bottom()[1] > outer.product.brackets.get_top()[1]
    assert [text.source for text in (outer.column.shape[0], outer.row.shape[0])] == [
        "(10, 1)",
        "(1, 4)",
    ]
    outer.set_highlight(3, 2)
    assert outer.column.box.get_y() == pytest.approx(outer.product.box.get_y())
    assert outer.row.box.get_x() == pytest.approx(outer.product.box.get_x())
    with pytest.raises(ValueError, match="make no"):
        OuterProduct(step.delta[2], step.a[1], np.zeros((4, 10)))


def test_blame_below_zero_bears_a_minus():
    matrix = HeatMatrix(np.array([0.5, -0.5, 0.2, -0.1]), signs=True)
    paths = matrix.minus[0].get_subpaths()
    heights = [path[:, 1].mean() for path in paths]
    assert heights == pytest.approx([matrix.cell(1, 0).centre[1], matrix.cell(3, 0).centre[1]])
    assert len(matrix.set_values(np.ones(4)).minus) == 0


def test_a_short_vector_is_shown_whole():
    step = fake_step(1)
    column = NumberColumn.of(step, "a1")
    assert [n.shown[0] for n in column.numbers] == [
        Quantity.recorded(step, f"a1[{k}]") for k in range(4)
    ]
    assert len(column.dots) == 0
    assert column.shape[0].source == "(4,)"
    points = np.array([number.point for number in column.numbers])
    assert np.ptp(points[:, 0]) == pytest.approx(0, abs=1e-9)
    assert column.brackets[0].get_left()[0] < column.numbers.get_left()[0]
    assert column.brackets[1].get_right()[0] > column.numbers.get_right()[0]
    column.set_view(fake_step(2))
    assert column.number(3).shown[0].step == 2


@pytest.mark.parametrize(
    ("options", "indices", "dots"),
    [
        ({"most": 6}, (0, 1, 2, 3, 783), 1),
        ({"indices": [208, 209, 402]}, (208, 209, 402), 3),
        ({"indices": [0, 1]}, (0, 1), 1),
    ],
)
def test_a_long_vector_says_where_it_leaves_out(options, indices, dots):
    column = NumberColumn.of(fake_step(1), "x", **options)
    assert column.indices == indices
    assert len(column.dots) == dots
    assert column.shape[0].source == "(784,)"
    # Dots and numbers stand below each other without touching, all within the brackets.
    parts = sorted([*column.dots, *column.numbers], key=lambda part: -part.get_y())
    for upper, lower in pairwise(parts):
        assert upper.get_bottom()[1] > lower.get_top()[1]
    assert column.brackets.get_top()[1] >= parts[0].get_top()[1]
    assert column.brackets.get_bottom()[1] <= parts[-1].get_bottom()[1]
    with pytest.raises(IndexError, match="not shown"):
        column.number(300)


def test_a_patch_shows_recorded_numbers_and_where_it_goes_on():
    step = fake_step(1)
    grid = NumberGrid.of(step, "dW2", [4, 5], [0, 1, 2], decimals=3, sign=True)
    assert grid.number(1, 2).shown[0] == Quantity.recorded(step, "dW2[5,2]")
    assert len(grid.dots) == 3  # above, below and to the right; not to the left
    assert grid.number(0, 1).point[0] == pytest.approx(grid.number(1, 1).point[0])
    assert grid.number(0, 1).point[1] == pytest.approx(grid.number(0, 2).point[1])
    for number in grid.numbers:
        assert grid.frame.get_left()[0] < number.get_left()[0]
        assert grid.frame.get_right()[0] > number.get_right()[0]
    matrix = HeatMatrix(step.dW[2]).next_to(grid, LEFT, buff=2)
    place = matrix.block([4, 5], [0, 1, 2])
    lines = grid.lines_from(place)
    assert lines[0].get_start()[0] == pytest.approx(place.centre[0] + place.width / 2)
    assert lines[0].get_end()[0] == pytest.approx(grid.frame.get_left()[0])


def test_mistakes_are_errors():
    with pytest.raises(ValueError, match="rise"):
        NumberColumn.of(fake_step(0), "x", indices=[3, 2])
    with pytest.raises(ValueError, match="rows and columns"):
        HeatMatrix(np.zeros((2, 3, 4)))
