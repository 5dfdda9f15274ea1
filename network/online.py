"""One image at a time, fast: gradient descent with batches of one, on arrays that are reused.

The arithmetic is that of `network.model.Network` with one row. But numpy's price for a small array
is the call, not the sum, so this file spends as few calls as it can and lets each write straight
into the row where the trace will keep the result. `Descent` is the only thing that changes a
parameter; replaying a trace calls it too, which is why replayed weights are the training's own,
bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from network.functions import Floats, delta
from network.model import Network, unpack


@dataclass
class Segment:
    """Consecutive steps `start` to `stop` - 1 as the trace keeps them; n = stop - start.

    Attributes
    ----------
    index
        (n, B) which images each step saw, int32.
    z_output
        (n, B, n_L) of the output layer.
    a, delta
        Per layer 1 to L: (n, B, n_l).
    """

    start: int
    index: np.ndarray
    y: Floats
    z_output: Floats
    a: list[Floats]
    delta: list[Floats]

    @property
    def stop(self) -> int:
        """The step after the last one here."""
        return self.start + len(self.index)


class Descent:
    """Plain gradient descent on all layers at once, in place.

    W_l -= learning_rate * delta_l a_{l-1}ᵀ and b_l -= learning_rate * delta_l.

    Parameters
    ----------
    flat
        All parameters, as `network.model.unpack` lays them out.
    sizes
        Neurons per layer, the input first.
    """

    def __init__(self, flat: Floats, sizes: Sequence[int]) -> None:
        self.flat = flat
        self.parameters = unpack(flat, sizes)
        self._change = np.empty_like(flat)
        changes = unpack(self._change, sizes)
        # The change of the biases is learning_rate * delta, which the weights need too.
        self._scaled = self._change[-sum(sizes[1:]) :]
        self._changes = [(dW, db[:, None], db) for dW, db in changes]

    def step(self, deltas: Floats, rows: Sequence[Floats], learning_rate: np.floating) -> None:
        """Change every layer.

        Parameters
        ----------
        deltas
            delta of layers 1 to L in one vector.
        rows
            a_0 to a_{L-1} (more are ignored), each as a row (1, n_l).
        """
        np.multiply(deltas, learning_rate, self._scaled)
        for (dW, column, _), row in zip(self._changes, rows, strict=False):
            np.dot(column, row, dW)
        np.subtract(self.flat, self._change, self.flat)

    def step_layer(
        self, layer: int, delta: Floats, row: Floats, learning_rate: np.floating
    ) -> None:
        """Change only one layer, counted from 0; delta (n_out,), row (1, n_in)."""
        W, b = self.parameters[layer]
        dW, column, db = self._changes[layer]
        np.multiply(delta, learning_rate, db)
        np.dot(column, row, dW)
        np.subtract(W, dW, W)
        np.subtract(b, db, b)


def run_segment(
    network: Network,
    descent: Descent,
    start: int,
    index: np.ndarray,
    x: Floats,
    y: Floats,
    learning_rates: Sequence[float],
    output_first: bool = False,
) -> Segment:
    """Train on n images, one after another.

    Parameters
    ----------
    descent
        On the network's parameters: ``Descent(network.flat, network.sizes)``.
    start
        Number of the first step.
    index
        (n,) the rows of the dataset that these images are, int32.
    x, y
        Images (n, n_0) and one-hot labels (n, n_L), C-contiguous, of the network's dtype.
    learning_rates
        n of them.
    output_first
        Change each layer before the blame goes through it (the published order), not after.
    """
    n = len(x)
    layers = network.layers
    a = [np.empty((n, size), x.dtype) for size in network.sizes[1:]]
    deltas = np.empty((n, sum(network.sizes[1:])), x.dtype)
    d = np.split(deltas, np.cumsum(network.sizes[1:-1]), axis=1)
    z_output = np.empty((n, network.sizes[-1]), x.dtype)

    # Bound once: in a loop of a dozen microseconds a lookup is not free.
    dot, add, subtract = np.dot, np.add, np.subtract
    cross_entropy = network.loss == "cross-entropy"
    *hidden, top = layers
    W_top, b_top, activate_top = top.W, top.b, top.activation.forward
    forward = [(layer.W, layer.b, layer.activation.forward) for layer in hidden]
    # From the output down: the layer's weights, the blame below it, and the slope below it.
    downward = [
        (
            number,
            layers[number].W,
            np.empty(network.sizes[number], x.dtype),
            layers[number - 1].activation.backward,
        )
        for number in range(len(layers) - 1, 0, -1)
    ]
    steps = zip(
        x,
        y,
        z_output,
        zip(*a, strict=True),
        zip(*(array[:, None, :] for array in (x, *a)), strict=True),
        deltas,
        zip(*d, strict=True),
        np.asarray(learning_rates, x.dtype),
        strict=True,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        for image, label, z, outputs, rows, blame_of_all, blames, learning_rate in steps:
            below = image
            for (W, b, activate), out in zip(forward, outputs, strict=False):
                dot(W, below, out)
                add(out, b, out)
                activate(out, out)
                below = out
            # The output layer's z is kept, for the loss.
            dot(W_top, below, z)
            add(z, b_top, z)
            activate_top(z, outputs[-1])

            if cross_entropy:
                subtract(outputs[-1], label, blames[-1])
            else:
                blames[-1][:] = delta(network.loss, top.activation.name, outputs[-1], label)
            for number, W, blame, backward in downward:
                if output_first:
                    descent.step_layer(number, blames[number], rows[number], learning_rate)
                dot(blames[number], W, blame)
                backward(outputs[number - 1], blame, blames[number - 1])
            if output_first:
                descent.step_layer(0, blames[0], rows[0], learning_rate)
            else:
                descent.step(blame_of_all, rows, learning_rate)
    return Segment(
        start,
        index[:, None],
        y[:, None],
        z_output[:, None],
        [array[:, None] for array in a],
        [array[:, None] for array in d],
    )
