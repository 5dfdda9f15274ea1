"""What a chapter finds in a recorded run: cases by a named rule, and figures that are derived.

Nothing here is staged: each function is a rule over the recorded data, so it also gives an answer
for another seed, step or recipe. Numbers that are not in a step by themselves are shown with
`scenes.kit.number.Derived` and one of these functions, whose name is then in the ledger.
"""

import functools
import re

import numpy as np
import numpy.typing as npt

from network.functions import ACTIVATIONS, activate, squared_error_gradient
from network.model import Network
from network.moment import Moment
from network.step import Step
from network.trace import Trace
from network.view import View
from scenes.kit.arrays import Floats
from scenes.kit.ledger import Quantity


def most_active(step: Step, layer: int) -> int:
    """The neuron of a layer with the largest activation."""
    return int(np.argmax(step.a[layer]))


def most_blamed(step: Step, layer: int) -> int:
    """The neuron of a layer with the largest blame, whichever its sign."""
    return int(np.argmax(np.abs(step.delta[layer])))


def neuron(moment: Moment, layer: int, index: int) -> int:
    """The number of a neuron in its layer, from 0, as in ``a1[11]``."""
    return range(len(moment.a[layer]))[index]


# The bias: the network as training left it, with its biases and without.


@functools.lru_cache(maxsize=4)
def trained_network(trace: Trace, biases: bool = True) -> Network:
    """The network as it was after the last step; on request with all biases set to zero."""
    network = trace.network()
    for layer in network.layers:
        layer.b *= biases
    return network


@functools.lru_cache(maxsize=4)
def outputs_on_test(trace: Trace, biases: bool = True) -> Floats:
    """What `trained_network` says of every test image, (images, n_L)."""
    return trained_network(trace, biases).forward(trace.dataset.test.images).a[-1]


def threshold(view: Moment, layer: int, neuron: int) -> float:
    """How large the weighted sum has to be for z to be zero: the bias with its sign changed."""
    return -float(view.b[layer][neuron])


def most_moved_by_bias(view: View, bare: View, layer: int) -> int:
    """The neuron whose bias takes it across its threshold; `bare` is the view without biases.

    Of several, the one whose activation changes most; so too if there is none. For the first
    layer, where what is below does not change, and an elementwise activation.
    """
    z, bare_z = view.z[layer], bare.z[layer]
    change = np.abs(view.a[layer] - bare.a[layer])
    return int(np.lexsort((change, (z > 0) != (bare_z > 0)))[-1])


def strongest_inputs(view: Moment, neuron: int, count: int) -> list[int]:
    """The pixels with the largest weight × pixel at a neuron of layer 1, in their order."""
    products = np.abs(view.W[1][neuron] * view.x)
    return sorted(int(pixel) for pixel in np.argsort(-products, kind="stable")[:count])


def most_dependent_on_biases(trace: Trace) -> int:
    """The test image whose right answer loses most when all biases are set to zero.

    Images that the network reads with biases, and not without, come first; after them those that
    it reads in any case.
    """
    labels = trace.dataset.test.labels.astype(np.int64)
    read, misread = read_with_biases(trace), ~read_without_biases(trace)
    rows = np.arange(len(labels))
    loss = outputs_on_test(trace)[rows, labels] - outputs_on_test(trace, biases=False)[rows, labels]
    return int(np.lexsort((loss, read, read & misread))[-1])


def read_with_biases(trace: Trace) -> npt.NDArray[np.bool_]:
    """Which test images the trained network reads correctly, (images,)."""
    return outputs_on_test(trace).argmax(axis=-1) == trace.dataset.test.labels


def read_without_biases(trace: Trace) -> npt.NDArray[np.bool_]:
    """Which it reads correctly with all biases set to zero, (images,)."""
    return outputs_on_test(trace, biases=False).argmax(axis=-1) == trace.dataset.test.labels


def count_read(trace: Trace, biases: bool = True) -> int:
    """How many test images are read correctly."""
    return int((read_with_biases(trace) if biases else read_without_biases(trace)).sum())


def accuracy_on_test(trace: Trace, biases: bool = True) -> float:
    """Share of the test images that are read correctly, in per cent."""
    return 100.0 * count_read(trace, biases) / len(trace.dataset.test)


def count_lost(trace: Trace) -> int:
    """How many test images are read with the biases and not without."""
    return int((read_with_biases(trace) & ~read_without_biases(trace)).sum())


def count_gained(trace: Trace) -> int:
    """How many test images are read only without the biases."""
    return int((read_without_biases(trace) & ~read_with_biases(trace)).sum())


def count_test_images(trace: Trace) -> int:
    """How many test images there are."""
    return len(trace.dataset.test)


def layer_size(trace: Trace, layer: int) -> int:
    """How many neurons a layer has."""
    return int(trace.sizes[layer])


def layer_sizes(trace: Trace) -> list[Quantity]:
    """How many neurons each layer has, the pixels first, as quantities."""
    return [Quantity.derived(layer_size, trace, layer) for layer in range(len(trace.sizes))]


def batch_size(trace: Trace) -> int:
    """How many images a step sees."""
    return int(trace.batch)


def count_values(moment: Moment, path: str) -> int:
    """How many values there are at a path."""
    return int(np.size(moment[path]))


def count_shown(moment: Moment, path: str, most: int) -> int:
    """How many of the values at a path are shown where there is room for `most`."""
    return min(count_values(moment, path), most)


def count_weights(trace: Trace, layer: int) -> int:
    """How many weights lead to a layer."""
    return int(trace.sizes[layer - 1] * trace.sizes[layer])


def figure_in_name(trace: Trace, label: int, place: int = 0) -> int:
    """A figure in what a class is called, the first one by default: 7 in "class 7"."""
    return int(re.findall(r"\d+", trace.classes[label])[place])


def count_biases(trace: Trace) -> int:
    """How many biases the network has: one for each neuron."""
    return sum(trace.sizes[1:])


def outputs_nearer(before: Moment, after: Moment) -> int:
    """How many outputs are nearer to the truth in the second of two moments of one image."""
    return int(nearer(before, after).sum())


def nearer(before: Moment, after: Moment) -> Floats:
    """1 for each output that is nearer to the truth in the second moment, else 0, (n_L,)."""
    first, last = (np.abs(moment.a[moment.layers] - moment.y) for moment in (before, after))
    return np.asarray(last < first, np.float64)


def push(step: Step, layer: int, i: int, j: int) -> float:
    """Where a weight is pushed by the step's image: minus blame times activity."""
    return -float(step.delta[layer][i]) * float(step.a[layer - 1][j])


def pushes(step: Step, layer: int) -> Floats:
    """Where the step's image pushes each weight of a layer: minus blame times activity, as W."""
    return np.asarray(-np.outer(step.delta[layer], step.a[layer - 1]))


def push_picture(step: Step, neuron: int) -> Floats:
    """Where the step's image pushes the weights of a neuron of layer 1, (pixels,)."""
    return np.asarray(-step.delta[1][neuron] * step.x)


def blamed_edges(step: Step, layer: int) -> Floats:
    """Each weight of a layer times the blame at its end, as W: what comes back along its edges."""
    return np.asarray(step.W[layer] * step.delta[layer][:, None])


def weight_change(step: Step, layer: int, i: int, j: int) -> float:
    """What the step adds to weight W_layer[i, j]."""
    return float(step.W_after[layer][i, j]) - float(step.W[layer][i, j])


def magnification(step: Step) -> float:
    """How many times smaller than the push a step is: 1 / learning rate."""
    return 1.0 / step.learning_rate


# Forward propagation: one neuron in full, and the same picture in the trained network.


def near_the_bend(step: Moment, layer: int) -> int:
    """The neuron whose activation is nearest to three quarters of its layer's largest.

    It fires, but not fully, so a sigmoid's bend is seen at work; with ReLU it is above zero,
    if any is.
    """
    return int(np.argmin(np.abs(step.a[layer] - 0.75 * step.a[layer].max())))


def largest_product(step: Moment, neuron: int) -> int:
    """The pixel with the largest weight × pixel at a neuron of layer 1, whichever its sign."""
    return int(np.argmax(np.abs(step.W[1][neuron] * step.x)))


def products(moment: Moment, layer: int) -> Floats:
    """Every weight of a layer times what comes along its edge, as W."""
    return np.asarray(moment.W[layer] * moment.a[layer - 1])


def products_from(moment: Moment, layer: int, source: int) -> Floats:
    """As `products`, of the edges that come from one neuron or pixel; zero on all others."""
    alone = np.zeros_like(moment.W[layer])
    alone[:, source] = moment.W[layer][:, source] * moment.a[layer - 1][source]
    return np.asarray(alone)


def products_of(moment: Moment, layer: int, neuron: int) -> Floats:
    """The weights of one neuron times their inputs, (n_in,)."""
    return np.asarray(moment.W[layer][neuron] * moment.a[layer - 1])


def sums_of_products(moment: Moment, layer: int) -> Floats:
    """What the weights of each neuron of a layer make of its inputs: z without the biases, (n,)."""
    return np.asarray(moment.z[layer] - moment.b[layer])


def dropout_keeps(trace: Trace, layer: int) -> float:
    """The share of a layer that dropout keeps in training, and divides by; 1 without dropout."""
    dropout = trace.recipe.dropout
    return 1.0 - dropout[layer - 1] if dropout and layer <= len(dropout) else 1.0


def activation_curve(trace: Trace, layer: int, low: float, high: float, count: int) -> Floats:
    """What a layer makes of evenly spaced sums, (count,), divided as dropout does in training."""
    sums = np.linspace(low, high, count)
    return activate(trace.recipe.activations[layer - 1], sums) / dropout_keeps(trace, layer)


def curve_sums(reach: float, bias: float) -> Floats:
    """The sums at which `neuron_curve` is drawn, (122,): the bend of a ReLU is one of them."""
    sums = np.append(np.linspace(-reach, reach, 121), -bias)
    return np.sort(np.clip(sums, -reach, reach))


def neuron_curve(trace: Trace, view: Moment, layer: int, neuron: int, reach: float) -> Floats:
    """What a neuron makes of weighted sums from -reach to reach, with its bias in that view."""
    bias = float(view.b[layer][neuron])
    return activate(trace.recipe.activations[layer - 1], curve_sums(reach, bias) + bias)


def silence(moment: Moment, layer: int) -> Floats:
    """A layer as it was before anything came to it: all zero."""
    return np.zeros_like(moment.a[layer])


def darkness(moment: Moment) -> Floats:
    """A picture as large as the moment's, all black."""
    return np.zeros_like(moment.x)


def ramp(low: float, high: float, count: int) -> Floats:
    """Evenly spaced values: what a legend shows."""
    return np.linspace(low, high, count)


def weight_times_input(step: Moment, layer: int, neuron: int, source: int) -> float:
    """One weight times what comes along it."""
    return float(step.W[layer][neuron, source]) * float(step.a[layer - 1][source])


def sum_of_products(step: Moment, layer: int, neuron: int) -> float:
    """All weights of a neuron times their inputs, added up: z without the bias."""
    return float(step.W[layer][neuron].astype(float) @ step.a[layer - 1].astype(float))


def count_lit(step: Moment) -> int:
    """How many pixels of the picture are not black."""
    return int(np.count_nonzero(step.x))


def count_steps(trace: Trace) -> int:
    """How many steps the recorded run took."""
    return trace.steps


def least_active(step: Step, layer: int) -> int:
    """The neuron of a layer with the smallest activation."""
    return int(np.argmin(step.a[layer]))


def output_slope(step: Step, index: int) -> float:
    """Slope of a sigmoid or softmax output over its own sum: o (1 - o)."""
    o = float(step.a[step.layers][index])
    return o * (1.0 - o)


def loss_slope(trace: Trace, step: Step, index: int) -> float:
    """Slope of the cross-entropy over one output; for a softmax, over that of the label.

    With sigmoids (o - l) / (o (1 - o)); with a softmax -1 / o.
    """
    o, wanted = float(step.a[step.layers][index]), float(step.y[index])
    if trace.recipe.activations[-1] == "softmax":
        return -wanted / o
    return (o - wanted) / (o * (1.0 - o))


def squared_error_blame(trace: Trace, step: Step, index: int) -> float:
    """What delta of an output would be if training minimised half the squared error.

    Summed over the outputs, as cross-entropy is, so that the two can be compared.
    """
    output = step.a[step.layers].astype(np.float64)
    activation = ACTIVATIONS[trace.recipe.activations[-1]]
    summed = 0.5 * len(output) * squared_error_gradient(output, step.y)
    return float(activation.backward(output, summed)[index])


def arriving_blames(trace: Trace, step: Step, layer: int) -> Floats:
    """What comes back to a layer along its edges, before its own slope: Wᵀ delta, (n,)."""
    changed = trace.recipe.update_order == "output-first"
    weights = step.W_after if changed else step.W
    return step.delta[layer + 1] @ weights[layer + 1]


def arriving_blame(trace: Trace, step: Step, layer: int, index: int) -> float:
    """One of `arriving_blames`."""
    return float(arriving_blames(trace, step, layer)[index])


def hidden_slopes(trace: Trace, step: Step, layer: int) -> Floats:
    """Slopes of a hidden layer's neurons, by which arriving blame is multiplied, (n,).

    Of a sigmoid h (1 - h), of a ReLU 1 where it fires; a neuron that stays in with dropout counts
    1 / (1 - p) times.
    """
    h = step.a[layer]
    if trace.recipe.activations[layer - 1] == "sigmoid":
        return h * (1.0 - h)
    dropout = trace.recipe.dropout
    return (h > 0) / (1.0 - (dropout[layer - 1] if dropout else 0.0))


def hidden_slope(trace: Trace, step: Step, layer: int, index: int) -> float:
    """One of `hidden_slopes`."""
    return float(hidden_slopes(trace, step, layer)[index])


def most_muffled(trace: Trace, step: Step, layer: int, slope: float = 0.025) -> int | None:
    """The saturated neuron to which most blame comes back in vain; None if none is saturated.

    Saturated is a neuron whose slope is at most `slope`: a sigmoid beyond 0.974 or below 0.026,
    a ReLU that is off.
    """
    saturated = hidden_slopes(trace, step, layer) <= slope
    if not saturated.any():
        return None
    blame = np.abs(arriving_blames(trace, step, layer))
    return int(np.argmax(np.where(saturated, blame, -1.0)))


def mean_error(trace: Trace, start: int, stop: int) -> float:
    """Mean squared error over steps `start` to `stop` - 1, of the images as they were seen."""
    return float(np.mean(trace.arrays["error"][start:stop]))


def mean_errors(trace: Trace, size: int) -> Floats:
    """`mean_error` of one block of steps after the other, each of so many."""
    starts = range(0, trace.steps - size + 1, size)
    return np.array([mean_error(trace, start, start + size) for start in starts])


def steps_in_block(trace: Trace, blocks: int) -> int:
    """How many steps each block has where a run is cut into so many, and a rest."""
    return max(1, trace.steps // blocks)


def first_step(trace: Trace) -> int:
    """The first step of a run, counted as people do."""
    return 1 if trace.steps else 0


def read_dots(trace: Trace, biases: bool = True) -> Floats:
    """1 for each test image that is read correctly, in rows of a square that is filled with 0."""
    read = read_with_biases(trace) if biases else read_without_biases(trace)
    return _square(read.astype(np.float64))


def change_dots(trace: Trace) -> Floats:
    """What the biases do to each test image: -1 lost without, 1 won, 0.2 read in any case."""
    read, still = read_with_biases(trace), read_without_biases(trace)
    return _square(np.select([read & still, read, still], [0.2, -1.0, 1.0], 0.0))


def _square(values: Floats) -> Floats:
    side = int(np.ceil(np.sqrt(len(values))))
    return np.append(values, np.zeros(side**2 - len(values))).reshape(side, side)
