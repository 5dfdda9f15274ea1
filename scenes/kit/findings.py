"""What a chapter finds in a recorded run: cases by a named rule, and figures that are derived.

Nothing here is staged: each function is a rule over the recorded data, so it also gives an answer
for another seed, step or recipe. Numbers that are not in a step by themselves are shown with
`scenes.kit.number.Derived` and one of these functions, whose name is then in the ledger.
"""

import functools

import numpy as np
import numpy.typing as npt

from network.functions import squared_error
from network.model import Network
from network.step import Step
from network.trace import Trace

Floats = npt.NDArray[np.floating]


def outputs_after(trace: Trace, step: Step) -> Floats:
    """What the network says of the step's image once the step is taken, (n_L,)."""
    return trace.network(step.step + 1).forward(step.x[None]).a[-1][0]


def output_after(trace: Trace, step: Step, index: int) -> float:
    """One of `outputs_after`."""
    return float(outputs_after(trace, step)[index])


def error_after(trace: Trace, step: Step) -> float:
    """Mean squared error of the step's image once the step is taken."""
    return float(squared_error(outputs_after(trace, step), step.y))


def most_active(step: Step, layer: int) -> int:
    """The neuron of a layer with the largest activation."""
    return int(np.argmax(step.a[layer]))


def most_blamed(step: Step, layer: int) -> int:
    """The neuron of a layer with the largest blame, whichever its sign."""
    return int(np.argmax(np.abs(step.delta[layer])))


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


def trained_bias(trace: Trace, layer: int, neuron: int) -> float:
    """Bias of a neuron of the trained network."""
    return float(trained_network(trace).layers[layer - 1].b[neuron])


def trained_weight(trace: Trace, layer: int, neuron: int, source: int) -> float:
    """Weight of the trained network from neuron `source` of the layer before."""
    return float(trained_network(trace).layers[layer - 1].W[neuron, source])


def trained_z(trace: Trace, step: Step, layer: int, neuron: int) -> float:
    """Weighted sum plus bias, in the trained network, for the step's image."""
    return float(trained_network(trace).forward(step.x[None]).z[layer][0, neuron])


def weighted_sum(trace: Trace, step: Step, layer: int, neuron: int) -> float:
    """`trained_z` without this neuron's bias."""
    return trained_z(trace, step, layer, neuron) - trained_bias(trace, layer, neuron)


def threshold(trace: Trace, layer: int, neuron: int) -> float:
    """How large the weighted sum has to be for z to be zero: the bias with its sign changed."""
    return -trained_bias(trace, layer, neuron)


def activation_with_bias(trace: Trace, step: Step, layer: int, neuron: int) -> float:
    """What a neuron of the trained network says of the step's image."""
    activation = trained_network(trace).layers[layer - 1].activation
    return float(activation.forward(np.array([trained_z(trace, step, layer, neuron)]))[0])


def activation_without_bias(trace: Trace, step: Step, layer: int, neuron: int) -> float:
    """What it would say with its own bias left out."""
    activation = trained_network(trace).layers[layer - 1].activation
    return float(activation.forward(np.array([weighted_sum(trace, step, layer, neuron)]))[0])


def most_moved_by_bias(trace: Trace, step: Step, layer: int) -> int:
    """The neuron whose bias takes it across its threshold for the step's image.

    Of several, the one whose activation changes most by its own bias; so too if there is none.
    For an elementwise activation.
    """
    z = trained_network(trace).forward(step.x[None]).z[layer][0]
    b, forward = (
        trained_network(trace).layers[layer - 1].b,
        trained_network(trace).layers[layer - 1].activation.forward,
    )
    change = np.abs(forward(z) - forward(z - b))
    return int(np.lexsort((change, (z > 0) != (z - b > 0)))[-1])


def strongest_inputs(trace: Trace, step: Step, neuron: int, count: int) -> list[int]:
    """The pixels with the largest weight × pixel at a trained neuron of layer 1, in their order."""
    products = np.abs(trained_network(trace).layers[0].W[neuron] * step.x)
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


def output_on_test(trace: Trace, image: int, index: int, biases: bool = True) -> float:
    """One output of the trained network for a test image."""
    return float(outputs_on_test(trace, biases)[image, index])


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


def count_biases(trace: Trace) -> int:
    """How many biases the network has: one for each neuron."""
    return sum(trace.sizes[1:])


def outputs_nearer(trace: Trace, step: Step) -> int:
    """How many outputs are nearer to the truth once the step is taken."""
    before = np.abs(step.a[step.layers] - step.y)
    return int(np.sum(np.abs(outputs_after(trace, step) - step.y) < before))


def push(step: Step, layer: int, i: int, j: int) -> float:
    """Where a weight is pushed by the step's image: minus blame times activity."""
    return -float(step.delta[layer][i]) * float(step.a[layer - 1][j])


def weight_change(step: Step, layer: int, i: int, j: int) -> float:
    """What the step adds to weight W_layer[i, j]."""
    return float(step.W_after[layer][i, j]) - float(step.W[layer][i, j])


def magnification(step: Step) -> float:
    """How many times smaller than the push a step is: 1 / learning rate."""
    return 1.0 / step.learning_rate
