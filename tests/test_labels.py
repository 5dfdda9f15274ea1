"""How far labels are apart, and which guess is told of, worked by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from network.datasets import Split
from scenes.kit import labels


def test_the_first_image_of_a_class():
    train = Split(np.zeros((4, 1, 1), np.uint8), np.array([5, 0, 4, 0], np.uint8))
    trace = SimpleNamespace(dataset=SimpleNamespace(train=train))
    assert [labels.first_of_class(trace, label) for label in (5, 0, 4, 7)] == [0, 1, 2, None]


def test_the_class_beside_a_label_is_one_away():
    nearest = [labels.next_class(label, 10) for label in range(10)]
    assert nearest == [1, 2, 3, 4, 5, 4, 5, 6, 7, 8]


def test_from_the_class_beside_a_label_to_the_farthest_the_distance_only_grows():
    for count in range(2, 13):
        for label in range(count):
            near, far = labels.next_class(label, count), labels.farthest_class(label, count)
            way = range(near, far + 1) if far >= near else range(near, far - 1, -1)
            distances = [labels.number_distance(label, guess) for guess in way]
            assert distances == sorted(distances)
            assert distances[0] == 1


def test_the_farthest_class_is_an_end_of_the_line():
    ends = [labels.farthest_class(label, 10) for label in range(10)]
    assert ends == [9, 9, 9, 9, 9, 0, 0, 0, 0, 0]
    # In the middle both ends are as far.
    assert labels.farthest_class(1, 3) == 0


def test_distance_of_two_labels_as_numbers():
    assert [labels.number_distance(5, guess) for guess in (4, 0, 5, 9)] == [1, 5, 0, 4]


def test_a_one_hot_column_has_its_one_in_the_place_of_the_label():
    assert [labels.one_hot_entry(4, 2, place) for place in range(4)] == [0, 0, 1, 0]


def test_distance_of_two_labels_as_columns_is_the_same_for_any_two():
    apart = [labels.one_hot_distance(10, i, j) for i in range(10) for j in range(10) if i != j]
    assert apart == pytest.approx([1.41421356] * 90)
    assert labels.one_hot_distance(10, 5, 5) == 0


def test_two_columns_differ_where_either_has_its_one():
    found = [labels.place_difference(4, 2, 0, place) for place in range(4)]
    assert found == [1, 0, 1, 0]
    assert labels.squared_distance(4, 2, 0) == 2
    assert labels.squared_distance(4, 2, 2) == 0
    assert labels.one_hot_column(4, 2).tolist() == [0, 0, 1, 0]


def test_tables_of_all_labels():
    assert labels.one_hot_table(3).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert labels.number_distances(3).tolist() == [[0, 1, 2], [1, 0, 1], [2, 1, 0]]
    root = 2**0.5
    np.testing.assert_allclose(
        labels.column_distances(3), [[0, root, root], [root, 0, root], [root, root, 0]]
    )


def test_the_way_to_go_is_from_the_output_to_the_label():
    moment = SimpleNamespace(layers=2, y=np.array([1, 0]), a={2: np.array([0.25, 0.75])})
    assert [labels.way_to_go(moment, index) for index in range(2)] == [0.75, -0.75]
