"""The diagram has every neuron, in the right place, showing its own value."""

from collections.abc import Iterator

import numpy as np
import pytest
from manim import LEFT, UP, ManimColor, linear, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit.diagram import CellColumn, NetworkDiagram, NeuronColumn, average_rows
from scenes.kit.encoding import activation_colours, get_rgb
from scenes.kit.findings import layer_sizes
from scenes.kit.style import ACTIVATION, BACKGROUND
from tests.small_runs import online, write_dataset

SHAPES = [(784, 20, 10), (784, 128, 10), (784, 10, 10), (784, 512, 256, 10)]


@pytest.fixture(autouse=True)
def small_film() -> Iterator[None]:
    """A film of 214 × 120 pixels: what is tested does not depend on it, and it is quick."""
    with tempconfig({"pixel_width": 214, "pixel_height": 120}):
        yield


def small(**options) -> NetworkDiagram:
    return NetworkDiagram((9, 4, 3), labels=False, **options)


@pytest.mark.parametrize("sizes", SHAPES)
def test_every_neuron_of_every_layer_has_a_place_of_its_own(sizes: tuple[int, ...]) -> None:
    diagram = NetworkDiagram(sizes, edges=False, labels=False)
    for number, size in enumerate(sizes):
        spots = [diagram.neuron(number, index) for index in range(size)]
        heights = np.array([spot.centre[1] for spot in spots])
        assert np.all(np.diff(heights) < 0), "the first neuron is on top"
        apart = -np.diff(heights).max()
        assert apart >= 2 * spots[0].radius - 1e-9, "neurons do not overlap"
        assert heights.max() + spots[0].radius <= 3.0 + 1e-9
        assert len({round(float(spot.centre[0]), 9) for spot in spots}) == 1
    x = [diagram.neuron(number, 0).centre[0] for number in range(len(sizes))]
    np.testing.assert_allclose(x, np.linspace(-3.75, 3.75, len(sizes)))


def test_layers_with_too_many_neurons_for_circles_are_strips_of_all_of_them() -> None:
    diagram = NetworkDiagram((784, 128, 10), edges=False, labels=False)
    kinds = [type(layer) for layer in diagram.layers]
    assert kinds == [CellColumn, CellColumn, NeuronColumn]
    assert diagram.layer(1).values.shape == (128, 1)
    assert diagram.neuron(1, 5).mobject is None
    assert diagram.neuron(2, 5).mobject is diagram.layer(2).circles[5]


def test_queries_follow_the_diagram_when_it_moves() -> None:
    diagram = small(edges=False)
    before = diagram.neuron(1, 2)
    diagram.shift(2 * UP + LEFT)
    after = diagram.neuron(1, 2)
    np.testing.assert_allclose(after.centre, before.centre + [-1, 2, 0])
    np.testing.assert_allclose(after.right - after.left, [2 * before.radius, 0, 0], atol=1e-9)
    cell = diagram.neuron(0, 0)
    np.testing.assert_allclose(
        cell.centre,
        diagram.layer(0).get_corner([-1, 1, 0]) + [diagram.layer(0).width / 2, -cell.radius, 0],
    )


def test_activations_fill_each_neuron_with_its_own_colour() -> None:
    diagram = small(edges=False).set_activations(1, [0.0, 1.0, 0.5, 0.25])
    fills = [circle.get_fill_color() for circle in diagram.layer(1).circles]
    assert fills[0] == ManimColor(BACKGROUND)
    assert fills[1] == ManimColor(ACTIVATION)
    middle = (get_rgb(BACKGROUND) + get_rgb(ACTIVATION)) / 2
    np.testing.assert_allclose(fills[2].to_rgb(), middle, atol=1e-6)


def test_a_silent_neuron_can_still_be_seen() -> None:
    for circle in small(edges=False).layer(1).circles:
        assert circle.get_stroke_width() > 0
        assert circle.get_stroke_opacity() == 1


def test_activations_change_linearly_and_arrive_exactly() -> None:
    diagram = small(edges=False).set_activations(1, [0.2] * 4)
    animation = diagram.animate_activations(1, [1.0, 0.0, 0.2, 0.6], rate_func=linear)
    animation.begin()
    animation.interpolate(0.5)
    np.testing.assert_allclose(diagram.layer(1).values, [0.6, 0.1, 0.2, 0.4], rtol=1e-5)
    animation.finish()
    np.testing.assert_array_equal(diagram.layer(1).values, np.float32([1.0, 0.0, 0.2, 0.6]))


def test_the_picture_unrolled_has_each_pixel_at_its_height() -> None:
    diagram = NetworkDiagram((784, 10), edges=False, labels=False, height=6.0)
    pixels = np.zeros(784)
    pixels[196:392] = 1.0  # the second quarter from the top
    diagram.set_activations(0, pixels)
    image = diagram.layer(0).pixel_array[:, 0, :3].astype(float)
    rows = len(image)
    lit = np.abs(image - get_rgb(ACTIVATION) * 255).max(axis=1) < 1
    assert np.flatnonzero(lit)[[0, -1]].tolist() == pytest.approx([rows / 4, rows / 2 - 1], abs=1)


def test_averaging_skips_no_row() -> None:
    values = np.zeros((784, 1, 3))
    for index in (0, 391, 783):
        values[index] = 1.0
        # Each of the 360 rows covers 784 / 360 of the cells.
        got = average_rows(values, 360)
        assert got.sum() * 784 / 360 == pytest.approx(values.sum())
    np.testing.assert_array_equal(average_rows(values, 784), values)
    np.testing.assert_allclose(average_rows(np.full((784, 1, 3), 0.3), 360), 0.3)
    coarse = average_rows(np.arange(6.0)[:, None, None], 3)
    np.testing.assert_allclose(coarse.ravel(), [0.5, 2.5, 4.5])
    fine = average_rows(np.arange(3.0)[:, None, None], 6)
    np.testing.assert_allclose(fine.ravel(), [0, 0, 1, 1, 2, 2])


def test_edges_run_from_neuron_to_neuron() -> None:
    weights = np.zeros((3, 4))
    weights[2, 1] = 1.0
    diagram = small(weights={2: weights}, glow=0.0)
    field = diagram.field(2)
    assert diagram.field(-1) is field
    alpha = field.get_pixel_array()[..., 3]
    upper_left, upper_right, lower_left, _ = field.points
    rows, columns = np.nonzero(alpha > 40)
    height, width = alpha.shape
    x = upper_left[0] + (columns + 0.5) / width * (upper_right - upper_left)[0]
    y = upper_left[1] + (rows + 0.5) / height * (lower_left - upper_left)[1]
    start, end = diagram.neuron(1, 1), diagram.neuron(2, 2)
    pixel = 14.22 / 214
    assert x.min() == pytest.approx(start.right[0], abs=1.5 * pixel)
    assert x.max() == pytest.approx(end.left[0], abs=1.5 * pixel)
    line = (
        start.centre[1]
        + (x - start.centre[0]) / (end.centre - start.centre)[0] * (end.centre - start.centre)[1]
    )
    assert np.abs(y - line).max() < 2.5 * pixel


def test_weights_are_set_by_the_number_of_the_layer_they_lead_to() -> None:
    diagram = small()
    values = np.arange(12.0).reshape(3, 4)
    diagram.set_weights(2, values, scale=11.0)
    np.testing.assert_array_equal(diagram.field(2).values, values)
    assert diagram.field(2).scale_value == 11.0
    assert not diagram.field(1).values.any()
    animation = diagram.animate_weights(1, np.ones((4, 9)))
    animation.begin()
    animation.finish()
    assert diagram.field(1).values.sum() == 36


def test_blame_is_a_ring_as_thick_as_it_is_large_with_its_sign() -> None:
    diagram = small(edges=False).set_blame(2, [0.5, -0.25, 0.0])
    layer = diagram.layer(2)
    widths = [circle.get_stroke_width() for circle in layer.circles]
    assert widths[0] > widths[1] > widths[2] > 0
    signs = [
        (float(level.get_stroke_opacity()), float(upright.get_stroke_opacity()))
        for level, upright in layer.signs
    ]
    assert signs == [(1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    animation = diagram.animate_blame(2, [0.0, 0.0, 0.0])
    animation.begin()
    animation.finish()
    assert {circle.get_stroke_width() for circle in layer.circles} == {widths[2]}


def test_blame_of_a_strip_is_shown_beside_its_activations() -> None:
    layer = NetworkDiagram((9, 40, 3), edges=False, labels=False).layer(1)
    layer.set_values(np.linspace(0, 1, 40))
    activations = layer.pixel_array.copy()
    layer.set_blame(np.linspace(-1, 1, 40))
    np.testing.assert_array_equal(layer.pixel_array[:, 0], activations[:, 0])
    blame = layer.pixel_array[:, 1, :3].astype(int).sum(axis=1)
    assert blame[0] > blame[len(blame) // 2] < blame[-1]


def test_highlight_lights_the_edges_on_both_sides_of_a_neuron() -> None:
    diagram = small(weights={1: np.ones((4, 9)), 2: np.ones((3, 4))})
    diagram.set_highlight(1, 2)
    arriving = diagram.field(1)._light.emphasis
    leaving = diagram.field(2)._light.emphasis
    assert np.flatnonzero((arriving == 1).all(axis=1)).tolist() == [2]
    assert np.flatnonzero((leaving == 1).all(axis=0)).tolist() == [2]
    diagram.set_highlight(1, None)
    assert (diagram.field(1)._light.emphasis == 1).all()


def test_labels_say_how_many_neurons_a_layer_has() -> None:
    diagram = NetworkDiagram((9, 4, 3), edges=False, classes="abc")
    assert [label.source for label in diagram.size_labels] == ["9", "4", "3"]
    for index, label in enumerate(diagram.class_labels):
        assert label.get_left()[0] > diagram.neuron(-1, index).right[0]
        assert label.get_center()[1] == pytest.approx(diagram.neuron(-1, index).centre[1], abs=0.1)


def test_one_layer_is_no_network() -> None:
    with pytest.raises(ValueError, match="two layers"):
        NetworkDiagram((784,))


def test_relu_activations_have_their_own_scale() -> None:
    layer = NeuronColumn(3, 2.0).set_values([0.0, 4.0, 8.0], scale=8.0)
    middle = activation_colours([0.5])[0]
    np.testing.assert_allclose(layer.circles[1].get_fill_color().to_rgb(), middle, atol=1e-6)


def test_a_whole_moment_is_shown_on_its_own_scales_and_goes_to_another(tmp_path):
    train(online(write_dataset(tmp_path / "data")), tmp_path / "trace")
    trace, oracle = Trace.open(tmp_path / "trace"), Oracle(tmp_path / "trace")
    first, last = trace[3], trace.see(("test", 7))
    sizes = layer_sizes(trace)
    diagram = NetworkDiagram(sizes, width=4, height=3, labels_above=True).set_view(first)
    assert list(find_false_pictures([diagram], oracle)) == []
    diagram.field(1).set_opacity(0.3)
    animation = diagram.animate_to(last)
    animation.begin()
    animation.interpolate(0.5)
    animation.interpolate(1.0)
    animation.finish()
    assert list(find_false_pictures([diagram], oracle)) == []
    assert diagram.field(1).get_opacity() == 1.0
    for layer in (1, 2):
        np.testing.assert_array_equal(diagram.layer(layer).values, last.a[layer])
        edges = last.W[layer] * last.a[layer - 1]
        np.testing.assert_allclose(diagram.field(layer).values, edges, rtol=1e-6)
        assert diagram.field(layer).scale_value == pytest.approx(np.abs(edges).max())
    for layer, label in zip(diagram.layers, diagram.size_labels, strict=True):
        assert label.get_bottom()[1] > layer.get_top()[1]
