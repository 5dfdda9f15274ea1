"""Tables of classes: the distances between them, the identity matrix, how far columns are."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from manim import LEFT, RIGHT, UP, FadeOut

from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.column_distance import ColumnDistance
from scenes.kit.figures import Mark
from scenes.kit.label_table import LabelTable
from scenes.kit.labels import column_distances, number_distance, number_distances
from scenes.kit.ledger import Values
from scenes.kit.number import Number
from scenes.kit.pair_table import PairTable
from scenes.kit.typeset import Words


def faults(*mobjects: Any) -> list[str]:
    oracle: Any = SimpleNamespace(depth=2, sizes=(784, 20, 10), raw=lambda name: np.zeros((1, 1)))
    return [fault.what for fault in find_false_pictures(mobjects, oracle)]


@pytest.fixture(params=[(number_distances, LEFT, 10), (column_distances, RIGHT, 4)])
def table(request) -> PairTable:
    function, outer, count = request.param
    ends = (Mark(0), Number(number_distance, 0, count - 1, decimals=0))
    region = stage.WIDE.columns(2)[int(outer[0] > 0)]
    return PairTable(Words("as numbers"), Values.of(function, count), ends, region, outer)


def test_labels_go_to_the_right_and_guesses_down(table):
    count = len(table.shown.values)
    for k in range(count):
        x, y, _ = table.image.get_cell_centre(k, k)
        assert table.columns[k].get_x() == pytest.approx(x)
        assert table.rows[k].get_y() == pytest.approx(y)
    assert (table.rows[0].get_x() - table.image.get_x()) * table.outer[0] > 0
    assert table.get_bottom()[1] >= stage.WIDE.bottom - 1e-6
    assert faults(table) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda t: setattr(t.image, "pixel_array", t.image.pixel_array[::-1, :]),
        lambda t: t.columns[1].shift(0.3 * RIGHT),
        lambda t: t.rows.shift(0.3 * UP),
        lambda t: t.columns[0].move_to(t.columns[1]),
    ],
)
def test_a_table_drawn_otherwise_is_found(table, plant):
    plant(table)
    assert faults(table) != []


def test_it_begins_with_the_distances_from_one_label(table):
    table.hide_all_but(2)
    drawn = table.image.values
    np.testing.assert_allclose(drawn[:, 2], table.shown.values[:, 2])
    assert not drawn[:, [0, 1, 3]].any()
    coming = table.animate_all()
    coming.begin()
    coming.interpolate(1)
    coming.finish()
    assert faults(table) == []


def test_a_pointer_leads_from_a_cell_to_a_figure_on_the_inner_side(table):
    line, box, figure = table.point_at(3, 1, Number(number_distance, 3, 1, decimals=0))
    centre = table.image.get_cell_centre(1, 3)
    np.testing.assert_allclose(box.get_center(), centre)
    assert figure.get_y() == pytest.approx(centre[1])
    assert (figure.get_x() - table.image.get_x()) * table.outer[0] < 0
    assert abs(figure.get_x() - table.image.get_x()) > table.image.width / 2
    np.testing.assert_allclose(line.get_end(), box.get_edge_center(-table.outer))


def test_all_labels_together_are_the_identity_matrix():
    table = LabelTable(5, 1.0, 3)
    np.testing.assert_array_equal(table.image.values, np.eye(5))
    rows = stage.rows(5)
    for k, numeral in enumerate(table.numerals):
        assert numeral.get_y() == pytest.approx(rows.y(k))
        assert table.image.get_cell_centre(k, k)[1] == pytest.approx(rows.y(k))
    assert len(table.lines.points) == 4 * 2 * 6
    assert faults(table) == []
    table.hide_all_but(3)
    assert table.image.values.sum() == table.image.values[3, 3] == 1
    table.image.set_values(table.shown)
    table.numerals[0].move_to(table.numerals[1])
    assert len(faults(table)) == 1


@pytest.mark.parametrize(("count", "gone"), [(10, 0), (12, 6)])
def test_numerals_go_above_their_columns_as_far_as_there_is_room(count, gone):
    table = LabelTable(count, 0.0, 3)
    moves = table.animate_numerals([Mark(k) for k in range(count)])
    assert sum(isinstance(move, FadeOut) for move in moves) == gone
    for k, move in enumerate(moves):
        if not isinstance(move, FadeOut):
            above = move.target_mobject
            assert above.get_x() == pytest.approx(table.image.get_cell_centre(0, k)[0])
            assert above.get_bottom()[1] > table.image.get_top()[1]


def test_two_columns_differ_in_two_places_by_one_each():
    apart = ColumnDistance(10, 5, 4)
    assert [str(formula.source) for formula in apart.root] == ["sqrt(1^2 + 1^2)", "= sqrt(2)"]
    sources = [quantity.source for formula in apart.root for quantity, _ in formula.shown]
    assert sources == [
        "place_difference(10, 5, 4, 4)",
        "place_difference(10, 5, 4, 5)",
        "squared_distance(10, 5, 4)",
    ]
    assert apart.figure.text == "≈ 1.41"
    assert faults(apart) == []
    (equality,) = apart.equalities
    assert equality.numbers == (apart.figure,)
