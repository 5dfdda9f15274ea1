"""A stack of dense layers: initialisation, forward pass, backpropagation. No files, no loop.

A batch is rows, (batch, n). ``W`` has shape (n_out, n_in), so a layer computes
``Z = A @ W.T + b``. Layer 0 is the image itself; the first dense layer is layer 1, and every name
below (``z[1]``, ``delta[2]``) counts like that, as the trace and the screen do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from network.errors import SettingsError
from network.functions import ACTIVATIONS, Activation, Floats, check_pair, delta, loss_values

BiasGradient = Literal["per-neuron", "scalar"]

MOST_NEURONS = 10**9


@dataclass
class Layer:
    """One dense layer: ``a = activation(W @ x + b)``; W (n_out, n_in), b (n_out,)."""

    W: Floats
    b: Floats
    activation: Activation


def parameter_count(sizes: Sequence[int]) -> int:
    """Weights and biases of a network with these layer sizes."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def unpack(flat: Floats, sizes: Sequence[int]) -> list[tuple[Floats, Floats]]:
    """Views (W, b) of each layer on one vector that holds all weights, then all biases."""
    shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
    start, Ws, bs = 0, [], []
    for n_out, n_in in shapes:
        Ws.append(flat[start : start + n_out * n_in].reshape(n_out, n_in))
        start += n_out * n_in
    for n_out, _ in shapes:
        bs.append(flat[start : start + n_out])
        start += n_out
    return list(zip(Ws, bs, strict=True))


@dataclass
class Pass:
    """What one forward pass computed: z[l] and a[l] of shape (batch, n_l); z[0] is unused.

    mask[l] is the dropout mask that a[l] was multiplied with, or None.
    """

    z: list[Floats]
    a: list[Floats]
    mask: list[Floats | None]


@dataclass
class Gradient:
    """Of one layer: delta = dC/dz of every image (batch, n_out); dW, db averaged over the batch."""

    layer: int
    delta: Floats
    dW: Floats
    db: Floats


def uniform(rng: np.random.Generator, n_out: int, n_in: int) -> Floats:
    """W ~ U(-0.5, 0.5), as the published lessons start."""
    return rng.uniform(-0.5, 0.5, (n_out, n_in))


def he(rng: np.random.Generator, n_out: int, n_in: int) -> Floats:
    """W ~ N(0, 2 / n_in), which keeps the variance through ReLU layers (He et al. 2015, eq. 10)."""
    return rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in))


def glorot(rng: np.random.Generator, n_out: int, n_in: int) -> Floats:
    """W ~ U(-r, r) with r = sqrt(6 / (n_in + n_out)) (Glorot and Bengio 2010, eq. 16)."""
    r = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-r, r, (n_out, n_in))


INITIALISATIONS = {"uniform": uniform, "he": he, "glorot": glorot}


class Network:
    """A multilayer perceptron.

    Parameters
    ----------
    sizes
        Neurons per layer, the input first: (784, 20, 10).
    activations
        One name per dense layer, of `network.functions.ACTIVATIONS`.
    loss
        "cross-entropy" or "squared-error".
    rng
        Draws the initial parameters, layer by layer, W before b.
    initialisation
        "uniform", "he" or "glorot", of the weights.
    bias_initialisation
        "zero", or "uniform" for U(-0.5, 0.5).
    dropout
        One probability per hidden layer: the share of its activations that training sets to zero.
        The others are divided by 1 - p, so that nothing changes for evaluation (Srivastava et al.
        2014, section 10). Empty: none. Inputs are never dropped, so a trace needs no masks.
    dtype
        Of every array: float32 to train, float64 to check gradients.

    Raises
    ------
    SettingsError
        If a name is unknown, the numbers of sizes, activations and dropouts disagree, or the loss
        does not go with the last activation.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[str],
        loss: str,
        rng: np.random.Generator,
        initialisation: str = "uniform",
        bias_initialisation: str = "zero",
        dropout: Sequence[float] = (),
        dtype: DTypeLike = np.float32,
    ) -> None:
        check_settings(sizes, activations, loss, initialisation, bias_initialisation, dropout)
        self.sizes = tuple(sizes)
        self.loss = loss
        self.dropout = tuple(dropout) or (0.0,) * (len(activations) - 1)
        # One vector, and the layers' arrays are views on it: a step can change all in one call.
        self.flat: Floats = np.zeros(parameter_count(sizes), dtype)
        self.layers = [
            Layer(W, b, ACTIVATIONS[name])
            for (W, b), name in zip(unpack(self.flat, sizes), activations, strict=True)
        ]
        for layer in self.layers:
            layer.W[:] = INITIALISATIONS[initialisation](rng, *layer.W.shape)
            if bias_initialisation == "uniform":
                layer.b[:] = rng.uniform(-0.5, 0.5, layer.b.shape)

    @property
    def parameters(self) -> dict[str, Floats]:
        """{"W1": ..., "b1": ..., "W2": ...}: the live arrays, not copies."""
        return {
            f"{name}{number}": array
            for number, layer in enumerate(self.layers, start=1)
            for name, array in (("W", layer.W), ("b", layer.b))
        }

    def forward(self, x: Floats, rng: np.random.Generator | None = None) -> Pass:
        """z_l = a_{l-1} W_lᵀ + b_l and a_l = activation(z_l), layer by layer.

        Parameters
        ----------
        x
            Images (batch, n_0).
        rng
            Draws the dropout masks while training; without it nothing is dropped.

        Raises
        ------
        SettingsError
            If these are no images: see `check_images`.
        """
        check_images(x, self.sizes[0])
        return self.run(x, rng)

    def run(self, x: Floats, rng: np.random.Generator | None = None) -> Pass:
        """Do as `forward` for images that are known to be some: no time for another look."""
        passed = Pass(z=[x], a=[x], mask=[None] * (len(self.layers) + 1))
        with np.errstate(over="ignore", invalid="ignore"):
            for number, layer in enumerate(self.layers, start=1):
                z = passed.a[-1] @ layer.W.T
                z += layer.b
                a = layer.activation.forward(z)
                if rng is not None and number < len(self.layers) and self.dropout[number - 1]:
                    mask = dropout_mask(rng, a, self.dropout[number - 1])
                    passed.mask[number] = mask
                    a *= mask
                passed.z.append(z)
                passed.a.append(a)
        return passed

    def backward(
        self, passed: Pass, y: Floats, bias_gradient: BiasGradient = "per-neuron"
    ) -> Iterator[Gradient]:
        """Backpropagation: each layer's gradient, the output layer's first.

        delta_L = dC/dz_L;  dW_l = delta_lᵀ a_{l-1} / m;  db_l = sum of delta_l over the batch / m;
        delta_{l-1} = W_lᵀ delta_l ⊙ activation'(z_{l-1}).

        A layer's weights are read when the *next* gradient is asked for. Take all of them before
        changing any weight (``list(...)``) and this is the exact gradient; change a layer as soon
        as its gradient is out, and it is the published "output-first" order, slightly off.

        Parameters
        ----------
        y
            One-hot labels (batch, n_L).
        bias_gradient
            "scalar" is the famous bug: db summed over the neurons too, one number for the layer.
        """
        m = len(y)
        d = delta(self.loss, self.layers[-1].activation.name, passed.a[-1], y)
        for number in range(len(self.layers), 0, -1):
            dW = d.T @ passed.a[number - 1]
            dW /= m
            db = d.sum(axis=0) / m
            if bias_gradient == "scalar":
                db = np.full_like(db, d.sum() / m)
            yield Gradient(number, d, dW, db)
            if number > 1:
                below = self.layers[number - 2]
                d = d @ self.layers[number - 1].W
                mask = passed.mask[number - 1]
                if mask is None:
                    d = below.activation.backward(passed.a[number - 1], d)
                else:
                    # a was kept after dropout; the slope is that of the activation before it.
                    undropped = below.activation.forward(passed.z[number - 1])
                    d = below.activation.backward(undropped, d * mask)

    def loss_of(self, passed: Pass, y: Floats) -> Floats:
        """C of every image, (batch,)."""
        return loss_values(
            self.loss, self.layers[-1].activation.name, passed.z[-1], passed.a[-1], y
        )


def check_images(x: Any, size: int) -> None:
    """Raise SettingsError unless `x` is a batch of images as a network sees them.

    A floating array (batch, size), of numbers from 0 to 1.
    """
    if not isinstance(x, np.ndarray) or not np.issubdtype(x.dtype, np.floating):
        kind = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise SettingsError(f"images are an array of floats from 0 to 1, not {kind}")
    if isinstance(x, np.ma.MaskedArray | np.matrix):
        raise SettingsError(
            f"images are a plain array, not a {type(x).__name__}: give np.asarray(x), or with a "
            "mask x.filled(0)"
        )
    if x.ndim != 2 or x.shape[1] != size:
        one = " (one image is x[None])" if x.shape == (size,) else ""
        raise SettingsError(f"images for this network are (batch, {size}), not {x.shape}{one}")
    low, high = (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)
    if not (low >= 0.0 and high <= 1.0):
        bytes_ = ": divide pixels by 255" if 1.0 < high <= 255.0 and low >= 0.0 else ""
        raise SettingsError(f"images have numbers from 0 to 1, not {low:g} to {high:g}{bytes_}")


def dropout_mask(rng: np.random.Generator, like: Floats, probability: float) -> Floats:
    """0 with `probability`, else 1 / (1 - probability); shape and dtype of `like`."""
    keep = rng.random(like.shape, dtype=np.float32) >= probability
    return keep * like.dtype.type(1 / (1 - probability))


def check_settings(
    sizes: Sequence[int],
    activations: Sequence[str],
    loss: str,
    initialisation: str,
    bias_initialisation: str,
    dropout: Sequence[float],
) -> None:
    """Raise SettingsError unless these make a network."""
    if len(sizes) < 2 or min(sizes) < 1:
        raise SettingsError(f"a network needs at least two layers of one neuron, not {sizes}")
    if max(sizes) > MOST_NEURONS:
        raise SettingsError(f"a layer has at most {MOST_NEURONS:,} neurons, not {max(sizes)}")
    if len(activations) != len(sizes) - 1:
        raise SettingsError(
            f"{len(sizes) - 1} dense layers need as many activations, not {len(activations)}"
        )
    for name in activations:
        if name not in ACTIVATIONS:
            raise SettingsError(f"unknown activation {name!r}: use {', '.join(ACTIVATIONS)}")
    check_pair(activations[-1], loss)
    if initialisation not in INITIALISATIONS:
        raise SettingsError(
            f"unknown initialisation {initialisation!r}: use {', '.join(INITIALISATIONS)}"
        )
    if bias_initialisation not in ("zero", "uniform"):
        raise SettingsError(
            f"unknown bias initialisation {bias_initialisation!r}: use zero, uniform"
        )
    if dropout and len(dropout) != len(sizes) - 2:
        raise SettingsError(
            f"{len(sizes) - 2} hidden layers need as many dropout rates, not {len(dropout)}"
        )
    if any(not 0 <= p < 1 for p in dropout):
        raise SettingsError(f"a dropout rate lies in [0, 1), not {dropout}")
