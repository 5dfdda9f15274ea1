"""Activations, each beside its derivative, and losses, each beside its gradient.

Every function takes rows, (batch, n) or (n,), and works on the last axis. An activation can write
into `out`, so that training may reuse its arrays; `backward` is expressed by the activation's own
output `a`, because that is what the forward pass keeps (and what the trace records).

When the loss is the cross-entropy and the output is a sigmoid or a softmax, the slope of the
activation cancels and dC/dz is simply ``a - y``. `delta` lists the pairs for which that is true.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.errors import SettingsError

Floats = NDArray[Any]

# A float32 array takes half the time of Python's 1 in a call on twenty values, and lets float64
# arrays stay what they are.
_ONE = np.ones((), np.float32)


def identity(z: Floats, out: Floats | None = None) -> Floats:
    """Nothing: a = z."""
    return np.positive(z, out=out)


def identity_backward(a: Floats, dC_da: Floats, out: Floats | None = None) -> Floats:
    """dC/dz = dC/da."""
    return np.positive(dC_da, out=out)


def sigmoid(z: Floats, out: Floats | None = None) -> Floats:
    """Squeeze into (0, 1): a = 1 / (1 + exp(-z)).

    exp overflows to infinity far to the left, where 1 / (1 + inf) = 0 is the right answer: callers
    silence numpy's warning once around their loop, since doing it here would cost more than exp.
    """
    out = np.negative(z, out=out)
    np.exp(out, out=out)
    np.add(out, _ONE, out=out)
    return np.reciprocal(out, out=out)


def sigmoid_backward(a: Floats, dC_da: Floats, out: Floats | None = None) -> Floats:
    """dC/dz = dC/da * a(1 - a)."""
    out = np.subtract(_ONE, a, out=out)
    np.multiply(out, a, out=out)
    return np.multiply(dC_da, out, out=out)


def relu(z: Floats, out: Floats | None = None) -> Floats:
    """Cut off below 0: a = max(0, z)."""
    return np.maximum(z, 0, out=out)


def relu_backward(a: Floats, dC_da: Floats, out: Floats | None = None) -> Floats:
    """dC/dz = dC/da where a > 0, else 0 (also at the kink, z = 0)."""
    return np.multiply(dC_da, a > 0, out=out)


def softmax(z: Floats, out: Floats | None = None) -> Floats:
    """Shares that sum to 1: a_i = exp(z_i) / sum_j exp(z_j).

    Shifting z by its maximum changes nothing but the overflow.
    """
    out = np.subtract(z, z.max(axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    return np.divide(out, out.sum(axis=-1, keepdims=True), out=out)


def softmax_backward(a: Floats, dC_da: Floats, out: Floats | None = None) -> Floats:
    """dC/dz_i = a_i (dC/da_i - sum_j a_j dC/da_j)."""
    shared = (a * dC_da).sum(axis=-1, keepdims=True)
    return np.multiply(a, dC_da - shared, out=out)


@dataclass(frozen=True)
class Activation:
    """`forward(z, out)` -> a, and `backward(a, dC_da, out)` -> dC/dz.

    `out` may be z itself in `forward`; in `backward` it must be another array than a and dC_da.
    """

    name: str
    forward: Callable[..., Floats]
    backward: Callable[..., Floats]


ACTIVATIONS = {
    "identity": Activation("identity", identity, identity_backward),
    "sigmoid": Activation("sigmoid", sigmoid, sigmoid_backward),
    "relu": Activation("relu", relu, relu_backward),
    "softmax": Activation("softmax", softmax, softmax_backward),
}


def activate(name: str, z: ArrayLike) -> Floats:
    """An activation function's values, of any sums, far out ones too: for curves and figures.

    Parameters
    ----------
    name
        Of `ACTIVATIONS`.
    z
        Sums, of any shape; of a softmax, the last axis is the layer.

    Returns
    -------
    float64, of the shape of z.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        a = ACTIVATIONS[name].forward(np.array(z, dtype=np.float64, ndmin=1))
    return a.reshape(np.shape(z))


def squared_error(a: Floats, y: Floats) -> Floats:
    """Mean of squares for every row, as published: e = 1/n sum_i (a_i - y_i)^2; (batch,)."""
    return ((a - y) ** 2).mean(axis=-1)


def squared_error_gradient(a: Floats, y: Floats) -> Floats:
    """Slope of the squared error: de/da = 2/n (a - y)."""
    return 2 / a.shape[-1] * (a - y)


def sigmoid_cross_entropy(z: Floats, y: Floats) -> Floats:
    """Surprise of n yes-or-no answers: C = -sum_i [y_i log a_i + (1 - y_i) log(1 - a_i)].

    With a = sigmoid(z); shape (batch,).
    Written with z, as sum_i [log(1 + exp(z_i)) - y_i z_i], it never takes the log of 0.
    """
    return (np.logaddexp(0, z) - y * z).sum(axis=-1)


def softmax_cross_entropy(z: Floats, y: Floats) -> Floats:
    """Surprise of one answer in n: C = -sum_i y_i log a_i with a = softmax(z); shape (batch,).

    Written with z, as log sum_j exp(z_j) - sum_i y_i z_i, it never takes the log of 0.
    """
    return np.logaddexp.reduce(z, axis=-1) - (y * z).sum(axis=-1)


CROSS_ENTROPIES = {"sigmoid": sigmoid_cross_entropy, "softmax": softmax_cross_entropy}
LOSSES = ("cross-entropy", "squared-error")


def check_pair(activation: str, loss: str) -> None:
    """Raise SettingsError unless `loss` is defined for an output of `activation`."""
    if activation not in ACTIVATIONS:
        raise SettingsError(f"unknown activation {activation!r}: use {', '.join(ACTIVATIONS)}")
    if loss not in LOSSES:
        raise SettingsError(f"unknown loss {loss!r}: use {', '.join(LOSSES)}")
    if loss == "cross-entropy" and activation not in CROSS_ENTROPIES:
        raise SettingsError(
            f"cross-entropy needs probabilities, and {activation} outputs are none: "
            f"end the network in {' or '.join(CROSS_ENTROPIES)}, or use squared-error"
        )


def loss_values(loss: str, activation: str, z: Floats, a: Floats, y: Floats) -> Floats:
    """Loss C of every row; z, a, y of shape (batch, n), result (batch,)."""
    if loss == "squared-error":
        return squared_error(a, y)
    return CROSS_ENTROPIES[activation](z, y)


def delta(loss: str, activation: str, a: Floats, y: Floats) -> Floats:
    """Blame dC/dz of the output layer for every row.

    ``a - y`` is exact for: sigmoid with cross-entropy, softmax with cross-entropy. For the squared
    error it is 2/n (a - y) taken back through the activation: 2/n (a - y) a(1 - a) for sigmoid.
    """
    if loss == "cross-entropy":
        return a - y
    return ACTIVATIONS[activation].backward(a, squared_error_gradient(a, y))
