"""One neuron in full: its pictures, its figures, its inputs; all of them recorded ones."""

import re
from itertools import pairwise

import numpy as np
import pytest
from manim import Scene, linear, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.close_up import CloseUp
from scenes.kit.equation import find_equalities
from scenes.kit.inputs import Inputs
from scenes.kit.layer_code import LayerCode
from scenes.kit.notation import layer_formula, name, symbol
from scenes.kit.shown import fault_in
from scenes.kit.style import NEGATIVE, POSITIVE
from tests.small_runs import online, write_dataset


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    quiet = {"verbosity": "ERROR", "dry_run": True, "progress_bar": "none", "frame_rate": 5}
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), **quiet}):
        yield


@pytest.fixture(scope="module", params=[(5, 5), (7, 4)])
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("close-up")
    rows, columns = request.param
    data = write_dataset(folder / "data", size=request.param)
    train(online(data, sizes=(rows * columns, 6, 10)), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def trace(run):
    return run[0]


@pytest.fixture
def step(trace):
    return trace[41]


@pytest.fixture
def faults(run):
    return lambda *mobjects: [fault.what for fault in find_false_pictures(mobjects, run[1])]


@pytest.fixture
def close(trace, step):
    return CloseUp(trace, step, 2)


def test_picture_times_weights_is_products_beside_each_other(close, step, faults):
    x, weights, products = (picture.values.ravel() for picture in close.pictures)
    np.testing.assert_array_equal(x, step.x)
    np.testing.assert_array_equal(weights, step.W[1][2])
    np.testing.assert_allclose(products, x * weights, rtol=1e-6)
    assert close.weights.scale_value == close.products.scale_value
    np.testing.assert_allclose(close.picture.get_center(), stage.PICTURE.centre, atol=1e-9)
    for one, other in pairwise(close.pictures):
        assert one.get_right()[0] < other.get_left()[0]
    assert faults(close) == []


def test_nothing_of_it_leaves_the_body_of_the_stage(close):
    assert close.get_left()[0] > stage.PICTURE.left - 0.1
    assert close.get_right()[0] < stage.BODY.right
    assert close.get_bottom()[1] > stage.BODY.bottom - 0.05
    assert close.get_top()[1] < stage.BODY.top


def test_the_example_and_the_sum_agree_as_they_are_shown(close, step):
    relations = list(find_equalities([close]))
    assert sorted(relation.relation for relation in relations) == ["a * b = c", "a + b = c"]
    for one in relations:
        texts = [number.text for number in one.numbers]
        assert fault_in(one.relation, texts) is None, texts
    x, weight, product = close.example.numbers
    pixel = int(re.findall(r"\d+", x.quantity.path)[0])
    assert abs(step.x * step.W[1][2]).argmax() == pixel
    colour = POSITIVE if step.W[1][2, pixel] > 0 else NEGATIVE
    assert weight.get_fill_color() == product.get_fill_color() == colour
    for box, picture in zip(close.boxes, close.pictures, strict=True):
        cell = picture.get_cell_centre(*divmod(pixel, step.size[1]))
        np.testing.assert_allclose(box.get_center(), cell, atol=1e-9)


def test_products_come_of_pixels_and_weights_and_fly_into_their_sum(close, step):
    scene = Scene()
    scene.add(close.picture, close.weights)
    scene.play(close.animate_products())
    assert close.products in scene.mobjects
    scene.play(close.animate_sum())
    assert close.total.shown[0].value == pytest.approx(float(step.x @ step.W[1][2]), abs=1e-5)


def test_other_products_than_those_are_refused(close):
    close.products.set_values(close.weights.values)
    with pytest.raises(ValueError, match="not the product"):
        close.animate_products()
    with pytest.raises(ValueError, match="add up"):
        close.animate_sum()


# The neuron with some of its inputs


@pytest.fixture
def inputs(step):
    return Inputs(step, 2)


def test_the_inputs_that_count_most_are_shown_with_their_weights(inputs, step, faults):
    largest = np.argsort(-np.abs(step.x * step.W[1][2]))[:3]
    assert inputs.pixels == sorted(largest)
    for pixel, value, weight in zip(inputs.pixels, inputs.values, inputs.weights, strict=True):
        assert value.shown[0].path == f"x[{pixel}]"
        assert weight.shown[0].path == f"W1[2,{pixel}]"
    for number, edge in zip(inputs.weights, inputs.edges, strict=True):
        assert number.get_right()[0] < edge.get_start()[0]
        assert edge.get_stroke_color() == number.get_fill_color()
    assert inputs.bias.shown[0].path == "b1[2]"
    assert inputs.get_bottom()[1] > stage.BODY.bottom - 0.1
    assert inputs.get_top()[1] < stage.BODY.top + 0.1
    assert str(len(step.x)) in inputs.note.source
    assert faults(inputs) == []


def test_an_input_in_another_light_is_found_and_a_dark_one_claims_nothing(inputs, faults):
    inputs.squares[1].set_fill("#303030")
    assert len(faults(inputs)) == 1
    for animation in inputs.animate_dark():
        animation.rate_func = linear
        animation.begin()
        animation.finish()
    assert faults(inputs) == []


# Code and formulas


def test_a_layer_of_code_has_its_shapes_below_its_arrays(trace, step):
    code = LayerCode(trace, step, 1)
    assert [word.source for word in code.code] == [
        *("h", "= sigmoid(", "W1", "@", "x", "+", "b1", ")")
    ]
    pixels = len(step.x)
    assert [shape.shape for shape in code.shapes] == [(6,), (6, pixels), (pixels,), (6,)]
    arrays = [code.code[k] for k in (0, 2, 4, 6)]
    for word, shape in zip(arrays, code.shapes, strict=True):
        assert word.get_x() == pytest.approx(shape.get_x())
        assert word.get_bottom()[1] > shape.get_top()[1]
    for one, other in pairwise(code.code):
        assert one.get_right()[0] < other.get_left()[0]
    assert code.get_right()[0] == pytest.approx(stage.FOOT.right)
    assert stage.FOOT.bottom - 0.1 < code.get_bottom()[1] < code.get_top()[1] < stage.FOOT.top + 0.1


@pytest.mark.parametrize(
    ("last", "names"),
    [(1, "x o"), (2, "x h o"), (3, "x h_1 h_2 o")],
)
def test_a_layer_is_called_the_same_in_formulas_and_in_code(last, names):
    assert [symbol(layer, last) for layer in range(last + 1)] == names.split()
    assert [name(layer, last) for layer in range(last + 1)] == names.replace("_", "").split()


def test_the_formula_of_a_layer():
    formula = layer_formula(2, ("relu", "softmax"))
    bare = re.sub(r"\{\{(.*?) : \w+\}\}", r"\1", formula)
    assert bare == 'o = op("softmax")(W_2 h + b_2)'
