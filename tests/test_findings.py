"""The rules by which chapters find their cases, each on a network that can be worked by hand."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from network.datasets import Split
from network.model import Network
from network.view import View, look
from scenes.kit import findings


class HandMade:
    """A trace of one network: all that the rules about a trained network ask of one."""

    def __init__(self, *layers: Any, pixels: Any = ((0, 0),), labels: Sequence[int] = (0,)) -> None:
        self.layers = [tuple(np.array(array, np.float32) for array in layer) for layer in layers]
        self.sizes = (self.layers[0][0].shape[1], *(len(b) for _, b in self.layers))
        images = np.array(pixels, np.uint8)[:, None, :]
        self.dataset = SimpleNamespace(test=Split(images, np.array(labels, np.uint8)))

    def network(self, step: int | None = None) -> Network:
        """The network; after the last step by default, and there is no other."""
        assert step is None
        names = ("sigmoid",) * len(self.layers)
        network = Network(self.sizes, names, "cross-entropy", np.random.default_rng(0))
        for layer, (W, b) in zip(network.layers, self.layers, strict=True):
            layer.W[:], layer.b[:] = W, b
        return network

    def see(self, *x: float, biases: bool = True) -> View:
        """A picture through the network."""
        network = self.network()
        for layer in network.layers:
            layer.b *= biases
        pixels = np.array(x, np.float32)
        return look(network, "", None, 0, biases, (1, len(x)), pixels, None)


ONE_SUM = [[1, 0]] * 3  # three neurons whose weighted sum is 1 for the picture (1, 0)


@pytest.fixture
def judged():
    """Four test images for a network whose second bias is 2, and z = 4 x."""
    # By rows: right in any case; z = (1.2, 0) + (0, 2): read as 1 with biases, as 0 without,
    # which is right once and wrong once; black, and a tie without biases is read as 0.
    pixels, labels = [[255, 0], [77, 0], [77, 0], [0, 0]], [0, 1, 0, 1]
    return HandMade(([[4, 0], [0, 4]], [0, 2]), pixels=pixels, labels=labels)


def test_a_network_without_biases_has_the_same_weights():
    trace = HandMade((ONE_SUM, [3, -1, 2]), ([[1, 2, 3]], [5]))
    with_biases, without = (findings.trained_network(trace, biases) for biases in (True, False))
    for ours, theirs in zip(with_biases.layers, without.layers, strict=True):
        np.testing.assert_array_equal(ours.W, theirs.W)
        assert ours.b.any()
        assert not theirs.b.any()
    assert trace.network().layers[0].b.tolist() == [3, -1, 2]


def test_a_threshold_is_the_bias_with_its_sign_changed():
    assert findings.threshold(HandMade((ONE_SUM, [3, -1.5, 2])).see(1, 0), 1, 1) == 1.5


@pytest.mark.parametrize(
    ("biases", "found"),
    [
        # sigmoid(1) = 0.731; across 0.5 go the second and third, and the second goes further.
        ([3, -1.2, -1.1], 1),
        # The first changes by 0.251, the third by only 0.234, but across the threshold.
        ([3, 0.5, -1.01], 2),
        # None goes across: 0.251, 0.109 and 0.022.
        ([3, -0.5, 0.11], 0),
        ([0, 0, 0], 2),  # none changes anything: some neuron, always the same
    ],
)
def test_the_neuron_that_its_bias_moves_most(biases, found):
    trace = HandMade((ONE_SUM, biases))
    views = trace.see(1, 0), trace.see(1, 0, biases=False)
    assert findings.most_moved_by_bias(*views, 1) == found


def test_the_strongest_inputs_are_those_with_the_largest_products():
    view = HandMade(([[9, -2, 1, 3]], [0])).see(0.1, 1, 1, 0.5)  # products 0.9, -2, 1, 1.5
    assert findings.strongest_inputs(view, 0, 2) == [1, 3]
    assert findings.strongest_inputs(view, 0, 3) == [1, 2, 3]


def test_images_read_with_biases_and_without(judged):
    assert findings.read_with_biases(judged).tolist() == [True, True, False, True]
    assert findings.read_without_biases(judged).tolist() == [True, False, True, False]
    assert findings.count_test_images(judged) == 4
    assert [findings.count_read(judged, biases) for biases in (True, False)] == [3, 2]
    assert [findings.accuracy_on_test(judged, biases) for biases in (True, False)] == [75, 50]
    assert (findings.count_lost(judged), findings.count_gained(judged)) == (2, 1)


def test_the_image_that_needs_the_biases_most(judged):
    # Of the two that are lost, both by the same output, the last one.
    assert findings.most_dependent_on_biases(judged) == 3


def test_if_no_image_is_lost_the_one_whose_right_answer_suffers_most():
    layer = ([[4, 0], [0, 4]], [1, 0])
    # Right answers fall by sigmoid(5) - sigmoid(4) and sigmoid(3) - sigmoid(2), nearly.
    trace = HandMade(layer, pixels=[[255, 0], [128, 0]], labels=[0, 0])
    assert findings.most_dependent_on_biases(trace) == 1
    # Not one that is never read, though its right answer suffers more: sigmoid(1) - 0.5.
    trace = HandMade(layer, pixels=[[255, 0], [0, 255]], labels=[0, 0])
    assert findings.most_dependent_on_biases(trace) == 0


def test_counts_of_neurons_and_biases():
    trace = HandMade((ONE_SUM, [0, 0, 0]), ([[1, 2, 3]], [5]))
    assert [findings.layer_size(trace, layer) for layer in range(3)] == [2, 3, 1]
    assert findings.count_biases(trace) == 4


def a_step(x: Sequence[float], W: Any, a: Sequence[float] = (0,)) -> Any:
    """A step of one layer: picture, weights and activations."""
    arrays = (np.array(array, np.float32) for array in (x, W, a))
    x_array, W_array, a_array = arrays
    return SimpleNamespace(x=x_array, W={1: W_array}, a={0: x_array, 1: a_array})


@pytest.mark.parametrize(
    ("activations", "found"),
    [
        ([0.1, 0.99, 0.7, 0.4], 2),  # nearest to 0.74
        ([0, 4, 2.9, 0], 2),  # ReLU: nearest to 3
        ([0, 0, 0, 0], 0),  # nothing fires
    ],
)
def test_the_neuron_that_fires_but_not_fully(activations, found):
    assert findings.near_the_bend(a_step([0], [[0]] * 4, activations), 1) == found


def test_the_largest_product_is_not_that_of_the_largest_weight():
    step = a_step([0.1, 1, 0.5], [[9, 1, -3]])
    assert findings.largest_product(step, 0) == 2


def test_a_product_and_the_sum_of_all_of_them():
    step = a_step([0.5, 1, 0], [[0, 0, 0], [2, -3, 7]])
    assert findings.weight_times_input(step, 1, 1, 0) == 1
    assert findings.sum_of_products(step, 1, 1) == 1 - 3


def test_only_pixels_that_are_not_black_are_lit():
    assert findings.count_lit(a_step([0, 0.01, 1, 0], [[0] * 4])) == 2


def test_the_steps_of_a_run_are_counted():
    assert findings.count_steps(SimpleNamespace(steps=180_000)) == 180_000


# What backpropagation shows: a network of two inputs, two hidden neurons and two outputs


class OneStep:
    """A trace of one step of a 2-2-2 network; its weights before and after are given."""

    def __init__(self, before: Any, after: Any, **recipe: Any) -> None:
        self._weights = (before, after)
        settings: dict[str, Any] = {
            "activations": ("sigmoid", "sigmoid"),
            "update_order": "gradients-first",
            "dropout": (),
        }
        self.recipe = SimpleNamespace(**(settings | recipe))
        self.steps = 1
        self.arrays = {"error": np.array([[1.0], [2.0], [6.0]])}

    def network(self, step: int) -> Network:
        """The network before step 0, or after it."""
        names = self.recipe.activations
        network = Network((2, 2, 2), names, "cross-entropy", np.random.default_rng(0))
        for layer, W in zip(network.layers, self._weights[step], strict=True):
            layer.W[:], layer.b[:] = W, 0
        return network


def one_step(**values: Any) -> Any:
    """A step of which the rules only ask for what is given."""
    return SimpleNamespace(step=0, layers=2, **values)


NOTHING = np.zeros((2, 2))
ONES = np.ones((2, 2))


@pytest.fixture
def stepped():
    """Outputs are 0.5 before the step, and sigmoid(1 or -1) after it; the label is the first."""
    return OneStep((NOTHING, NOTHING), (NOTHING, [[1, 1], [-1, -1]]))


def seen(y: Sequence[float] = (1, 0)) -> Any:
    return one_step(x=np.ones(2, np.float32), a={2: np.full(2, 0.5)}, y=np.array(y, np.float32))


@pytest.mark.parametrize(("label", "nearer"), [((1, 0), 2), ((0, 0), 1), ((0, 1), 0)])
def test_outputs_nearer_counts_those_that_moved_towards_the_label(label, nearer):
    # Outputs go from 0.5 each to 0.7 and 0.3.
    before, after = (
        one_step(a={2: np.array(outputs)}, y=np.array(label))
        for outputs in ([0.5, 0.5], [0.7, 0.3])
    )
    assert findings.outputs_nearer(before, after) == nearer


def test_a_push_is_minus_blame_times_activity():
    step = one_step(delta={2: np.array([0.0, -0.5])}, a={1: np.array([0.25, 0.75])})
    assert findings.push(step, 2, 1, 1) == 0.375


def test_a_change_is_what_the_weight_gained():
    step = one_step(W={2: ONES}, W_after={2: ONES + [[0, 0], [0, 0.25]]})
    assert findings.weight_change(step, 2, 1, 1) == 0.25


def test_the_magnification_is_one_over_the_learning_rate():
    assert findings.magnification(one_step(learning_rate=0.125)) == 8


def test_the_least_active_neuron_has_the_smallest_activation():
    assert findings.least_active(one_step(a={1: np.array([0.5, 0.1, 0.3])}), 1) == 1


def test_the_slopes_of_output_and_loss_make_the_blame(stepped):
    step = one_step(a={2: np.array([0.75, 0.25])}, y=np.array([1.0, 0.0]))
    for index, blame in enumerate((-0.25, 0.25)):
        slopes = findings.output_slope(step, index), findings.loss_slope(stepped, step, index)
        assert slopes[0] * slopes[1] == pytest.approx(blame)
    softmax = OneStep((NOTHING,) * 2, (NOTHING,) * 2, activations=("relu", "softmax"))
    slopes = findings.output_slope(step, 0), findings.loss_slope(softmax, step, 0)
    assert slopes[0] * slopes[1] == pytest.approx(-0.25)


def test_the_blame_of_the_squared_error_keeps_the_slope(stepped):
    step = one_step(a={2: np.array([0.75, 0.25])}, y=np.array([1.0, 0.0]))
    # 2 / n (o - l) o (1 - o)
    assert findings.squared_error_blame(stepped, step, 0) == pytest.approx(-0.25 * 0.75 * 0.25)


def test_blame_arrives_along_the_weights_that_the_recipe_uses():
    step = one_step(
        delta={2: np.array([1.0, -2.0])},
        W={2: np.array([[3.0, 0.0], [1.0, 1.0]])},
        W_after={2: np.zeros((2, 2))},
    )
    exact = OneStep((NOTHING,) * 2, (NOTHING,) * 2)
    assert findings.arriving_blames(exact, step, 1).tolist() == [1.0, -2.0]
    assert findings.arriving_blame(exact, step, 1, 1) == -2.0
    published = OneStep((NOTHING,) * 2, (NOTHING,) * 2, update_order="output-first")
    assert findings.arriving_blame(published, step, 1, 1) == 0.0


def test_hidden_slopes_are_those_of_the_activation():
    step = one_step(a={1: np.array([0.5, 0.0])})
    sigmoid = OneStep((NOTHING,) * 2, (NOTHING,) * 2)
    assert findings.hidden_slopes(sigmoid, step, 1).tolist() == [0.25, 0.0]
    relu = OneStep((NOTHING,) * 2, (NOTHING,) * 2, activations=("relu", "softmax"))
    assert findings.hidden_slopes(relu, step, 1).tolist() == [1.0, 0.0]
    dropped = OneStep(
        (NOTHING,) * 2, (NOTHING,) * 2, activations=("relu", "softmax"), dropout=(0.5,)
    )
    assert findings.hidden_slope(dropped, step, 1, 0) == 2.0


def test_the_most_muffled_neuron_is_the_saturated_one_with_most_blame():
    trace = OneStep((NOTHING,) * 2, (NOTHING,) * 2)

    def step(*h: float) -> Any:
        return one_step(
            a={1: np.array(h)}, delta={2: np.array([1.0])}, W={2: np.array([[9.0, -2.0, 1.0]])}
        )

    assert findings.most_muffled(trace, step(0.5, 0.99, 0.01), 1) == 1
    assert findings.most_muffled(trace, step(0.5, 0.5, 0.01), 1) == 2
    assert findings.most_muffled(trace, step(0.5, 0.5, 0.5), 1) is None
    # From a slope of 0.025 down.
    assert findings.most_muffled(trace, step(0.5, 0.975, 0.5), 1) == 1
    assert findings.most_muffled(trace, step(0.5, 0.974, 0.5), 1) is None


def test_the_mean_error_is_over_the_steps_asked_for(stepped):
    assert findings.mean_error(stepped, 1, 3) == 4.0
