"""Networks: every slope by central differences, two steps by hand, initial parameters, settings.

The gradient check is the film's too: it finds the scalar-db bug and the output-first order.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from network.errors import SettingsError
from network.functions import ACTIVATIONS
from network.model import (
    INITIALISATIONS,
    BiasGradient,
    Gradient,
    Network,
    Pass,
    dropout_mask,
    parameter_count,
    unpack,
)
from network.optimizers import SGD
from network.recipes import find_recipe

Floats = NDArray[Any]

HIDDEN = ("identity", "sigmoid", "relu")
OUTPUTS = (
    ("sigmoid", "cross-entropy"),
    ("softmax", "cross-entropy"),
    ("sigmoid", "squared-error"),
    ("softmax", "squared-error"),
    ("identity", "squared-error"),
    ("relu", "squared-error"),
)
# Far enough from a ReLU's kink that no change of one parameter by H reaches it.
H, KINK = 1e-5, 1e-3


# Central differences


def draw_network(
    seed: int,
    sizes: Sequence[int],
    activations: Sequence[str],
    loss: str,
    batch: int,
    dropout: Sequence[float] = (),
) -> tuple[Network, Floats, Floats]:
    """A float64 network with images and labels; seed after seed until no ReLU is near its kink."""
    while True:
        rng = np.random.default_rng(seed)
        network = Network(
            sizes, activations, loss, rng, "glorot", "uniform", dropout, dtype=np.float64
        )
        x = rng.normal(0, 1, (batch, sizes[0]))
        y = np.eye(sizes[-1])[rng.integers(0, sizes[-1], batch)]
        z = network.run(x, np.random.default_rng(9)).z
        kinks = [z[i] for i, name in enumerate(activations, start=1) if name == "relu"]
        some_alive = all((z_l > 0).any() for z_l in kinks)
        if some_alive and all(abs(z_l).min() > KINK for z_l in kinks):
            return network, x, y
        seed += 1000


def measure_slopes(network: Network, x: Floats, y: Floats) -> Floats:
    """The slope of the mean loss in every parameter, by central differences; same dropout masks."""

    def loss() -> float:
        return float(network.loss_of(network.run(x, np.random.default_rng(9)), y).mean())

    slopes = np.empty_like(network.flat)
    for i, value in enumerate(network.flat.copy()):
        network.flat[i] = value + H
        up = loss()
        network.flat[i] = value - H
        down = loss()
        network.flat[i] = value
        slopes[i] = (up - down) / (2 * H)
    return slopes


def flatten(gradients: Sequence[Gradient]) -> Floats:
    """Gradients in the order of `Network.flat`: all weights, then all biases."""
    in_order = sorted(gradients, key=lambda gradient: gradient.layer)
    return np.concatenate([g.dW.ravel() for g in in_order] + [g.db for g in in_order])


def relative_errors(found: Floats, slopes: Floats) -> Floats:
    """|found − slope| relative to the larger of both, and to 1e-4 where both are smaller."""
    return abs(found - slopes) / np.maximum(np.maximum(abs(found), abs(slopes)), 1e-4)


def find_gradients(
    network: Network, x: Floats, y: Floats, bias_gradient: BiasGradient = "per-neuron"
) -> list[Gradient]:
    passed = network.run(x, np.random.default_rng(9))
    return list(network.backward(passed, y, bias_gradient))


SHAPES = (((5, 3), 4), ((4, 5, 3), 1), ((4, 5, 3), 7), ((4, 5, 4, 3), 6), ((3, 4, 5, 4, 2), 3))


@pytest.mark.parametrize(("output", "loss"), OUTPUTS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_gradient_is_the_slope_in_every_parameter(hidden: str, output: str, loss: str) -> None:
    for (sizes, batch), p in product(SHAPES, (0.0, 0.4)):
        layers = len(sizes) - 1
        activations = (*(hidden,) * (layers - 1), output)
        network, x, y = draw_network(
            layers, sizes, activations, loss, batch, (p,) * (layers - 1) if p else ()
        )
        slopes = measure_slopes(network, x, y)
        assert abs(slopes).max() > 1e-3, "a check of nothing but zeros"
        errors = relative_errors(flatten(find_gradients(network, x, y)), slopes)
        assert errors.max() < 1e-6, (sizes, batch, p)


def test_gradient_through_a_hidden_softmax_and_mixed_layers() -> None:
    activations = ("softmax", "relu", "sigmoid", "softmax")
    network, x, y = draw_network(1, (4, 5, 6, 5, 3), activations, "cross-entropy", 5)
    errors = relative_errors(flatten(find_gradients(network, x, y)), measure_slopes(network, x, y))
    assert errors.max() < 1e-6


def test_dropout_is_in_the_gradient_check() -> None:
    """With other masks the slopes are others: the check above does see dropout."""
    network, x, y = draw_network(
        2, (4, 5, 3), ("sigmoid", "softmax"), "cross-entropy", 7, dropout=(0.4,)
    )
    without = list(network.backward(network.run(x), y))
    assert relative_errors(flatten(without), measure_slopes(network, x, y)).max() > 0.01


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_gradient_check_finds_the_scalar_bias_bug(output: str) -> None:
    network, x, y = draw_network(3, (4, 5, 3), ("relu", output), "cross-entropy", 6)
    slopes = measure_slopes(network, x, y)
    found = flatten(find_gradients(network, x, y, "scalar"))
    weights = 5 * 4 + 3 * 5
    errors = relative_errors(found, slopes)
    assert errors[:weights].max() < 1e-6
    assert (errors[weights:] > 0.01).all()
    # One number per layer, the sum over images and neurons; 0 after a softmax.
    db1, db2 = found[weights : weights + 5], found[weights + 5 :]
    np.testing.assert_allclose(db1, slopes[weights : weights + 5].sum(), rtol=1e-6)
    if output == "softmax":
        assert abs(db2).max() < 1e-15
    else:
        np.testing.assert_allclose(db2, slopes[weights + 5 :].sum(), rtol=1e-6)


@pytest.mark.parametrize("learning_rate", [0.01, 0.1, 1.0])
def test_gradient_check_finds_the_output_first_order(learning_rate: float) -> None:
    """Each layer changed as soon as its gradient is out: exact at the top, off below it."""
    network, x, y = draw_network(4, (4, 5, 3), ("sigmoid", "sigmoid"), "cross-entropy", 1)
    slopes, before = measure_slopes(network, x, y), network.flat.copy()
    optimizer, gradients = SGD(network.parameters), []
    for gradient in network.backward(network.run(x), y):
        gradients.append(
            Gradient(gradient.layer, gradient.delta, gradient.dW.copy(), gradient.db.copy())
        )
        optimizer.update(f"W{gradient.layer}", gradient.dW, learning_rate)
        optimizer.update(f"b{gradient.layer}", gradient.db, learning_rate)
    assert relative_errors(gradients[0].dW.ravel(), slopes[20:35]).max() < 1e-6
    below = relative_errors(gradients[1].dW.ravel(), slopes[:20])
    assert below.max() > learning_rate / 100
    # What is off is the update of W2 alone: δ_h − W2ᵀδ_o a(1 − a) is proportional to its size.
    network.flat[:] = before
    exact = find_gradients(network, x, y)[1].delta
    a1, a2 = network.run(x).a[1:]
    change = -learning_rate * (a2 - y).T @ a1
    np.testing.assert_allclose(
        gradients[1].delta - exact, (a2 - y) @ change * a1 * (1 - a1), rtol=1e-9
    )


# Steps worked by hand


def run_step(
    network: Network, x: Floats, y: Floats, learning_rate: float
) -> tuple[Pass, dict[int, Gradient], dict[str, Floats]]:
    """One step; its forward pass, its gradients by layer (kept as they were), its parameters."""
    passed = network.run(x)
    gradients = {g.layer: g for g in network.backward(passed, y)}
    optimizer = SGD(network.parameters)
    for number, gradient in gradients.items():
        optimizer.update(f"W{number}", gradient.dW.copy(), learning_rate)
        optimizer.update(f"b{number}", gradient.db.copy(), learning_rate)
    return passed, gradients, network.parameters


def test_a_step_by_hand_sigmoid_and_cross_entropy() -> None:
    """All weights are multiples of L = ln 3, since sigmoid(L) = 3/4 and sigmoid(-L) = 1/4.

    x = (1, 1/2), y = 1, learning rate 1/2, network 2-2-1:

    W1 = L (1 2; -1 2)   b1 = L (-1, -1)     W2 = L (2 -2)   b2 = 0
    z1 = L (1 + 1 - 1, -1 + 1 - 1) = L (1, -1)
    a1 = (3/4, 1/4)
    z2 = L (2 · 3/4 - 2 · 1/4) = L
    a2 = 3/4
    C  = -ln 3/4                             e = (3/4 - 1)² = 1/16
    δ2 = 3/4 - 1 = -1/4
    dW2 = δ2 a1ᵀ = (-3/16 -1/16)             db2 = -1/4
    δ1 = W2ᵀ δ2 ⊙ a1(1 - a1) = L (-1/2, 1/2) ⊙ (3/16, 3/16) = L (-3/32, 3/32)
    dW1 = δ1 xᵀ = L (-3/32 -3/64; 3/32 3/64) db1 = δ1
    after: W - 1/2 dW, b - 1/2 db
    W2 = (2L + 3/32, -2L + 1/32)             b2 = 1/8
    W1 = L (1 + 3/64, 2 + 3/128; -1 - 3/64, 2 - 3/128)
    b1 = L (-1 + 3/64, -1 - 3/64)
    """
    log3 = np.log(3)
    rng = np.random.default_rng(0)
    network = Network((2, 2, 1), ("sigmoid",) * 2, "cross-entropy", rng, dtype=np.float64)
    network.layers[0].W[:] = log3 * np.array([[1, 2], [-1, 2]])
    network.layers[0].b[:] = log3 * np.array([-1, -1])
    network.layers[1].W[:] = log3 * np.array([[2, -2]])
    x, y = np.array([[1, 0.5]]), np.array([[1.0]])

    passed, gradients, after = run_step(network, x, y, 0.5)

    def is_close(found: Floats, expected: Any) -> None:
        assert found.shape == np.shape(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)

    assert (passed.a[0] == x).all()
    is_close(passed.z[1], log3 * np.array([[1, -1]]))
    is_close(passed.a[1], [[3 / 4, 1 / 4]])
    is_close(passed.z[2], [[log3]])
    is_close(passed.a[2], [[3 / 4]])
    is_close(network.loss_of(passed, y), [-np.log(3 / 4)])
    is_close(gradients[2].delta, [[-1 / 4]])
    is_close(gradients[2].dW, [[-3 / 16, -1 / 16]])
    is_close(gradients[2].db, [-1 / 4])
    is_close(gradients[1].delta, log3 * np.array([[-3 / 32, 3 / 32]]))
    is_close(gradients[1].dW, log3 * np.array([[-3 / 32, -3 / 64], [3 / 32, 3 / 64]]))
    is_close(gradients[1].db, log3 * np.array([-3 / 32, 3 / 32]))
    is_close(after["W2"], [[2 * log3 + 3 / 32, -2 * log3 + 1 / 32]])
    is_close(after["b2"], [1 / 8])
    W1 = [[1 + 3 / 64, 2 + 3 / 128], [-1 - 3 / 64, 2 - 3 / 128]]
    is_close(after["W1"], log3 * np.array(W1))
    is_close(after["b1"], log3 * np.array([-1 + 3 / 64, -1 - 3 / 64]))


def test_a_step_by_hand_relu_and_softmax() -> None:
    """Two images, so that averages are seen; L = ln 3: softmax(L, 0) = (3/4, 1/4).

    x = (1 2 0; 0 1 1), both of class 1: y = (0 1; 0 1), learning rate 1/2, network 3-2-2:

    W1 = (1 -1 2; -1 1 1)  b1 = (1/2, 0)      W2 = L (2 -1; 0 0)  b2 = (0, 0)
    z1 = (1 - 2 + 1/2, -1 + 2; -1 + 2 + 1/2, 1 + 1) = (-1/2 1; 3/2 2)
    a1 = (0 1; 3/2 2)
    z2 = L (-1 0; 3 - 2 0) = L (-1 0; 1 0)
    a2 = (1/4 3/4; 3/4 1/4)
    C  = (-ln 3/4, -ln 1/4)
    δ2 = (1/4 -1/4; 3/4 -3/4)
    dW2 = 1/2 δ2ᵀ a1 = 1/2 (9/8, 1/4 + 3/2; …) = (9/16 7/8; -9/16 -7/8)   db2 = (1/2, -1/2)
    W2ᵀ δ2 of both images = L (1/2 -1/4; 3/2 -3/4)
    δ1 = that where z1 > 0 = L (0 -1/4; 3/2 -3/4)
    dW1 = 1/2 δ1ᵀ x = L/2 (0 3/2 3/2; -1/4, -1/2 - 3/4, -3/4)             db1 = L/2 (3/2, -1)
    with the scalar bug: db1 = L/2 (1/2, 1/2), db2 = (0, 0)
    """
    log3 = np.log(3)
    rng = np.random.default_rng(0)
    network = Network((3, 2, 2), ("relu", "softmax"), "cross-entropy", rng, dtype=np.float64)
    network.layers[0].W[:] = [[1, -1, 2], [-1, 1, 1]]
    network.layers[0].b[:] = [0.5, 0]
    network.layers[1].W[:] = log3 * np.array([[2, -1], [0, 0]])
    x, y = np.array([[1.0, 2, 0], [0, 1, 1]]), np.array([[0.0, 1], [0, 1]])
    buggy = list(network.backward(network.run(x), y, "scalar"))

    passed, gradients, after = run_step(network, x, y, 0.5)

    def is_close(found: Floats, expected: Any) -> None:
        assert found.shape == np.shape(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)

    is_close(passed.z[1], [[-0.5, 1], [1.5, 2]])
    is_close(passed.a[1], [[0, 1], [1.5, 2]])
    is_close(passed.z[2], log3 * np.array([[-1, 0], [1, 0]]))
    is_close(passed.a[2], [[1 / 4, 3 / 4], [3 / 4, 1 / 4]])
    is_close(network.loss_of(passed, y), [-np.log(3 / 4), -np.log(1 / 4)])
    is_close(gradients[2].delta, [[1 / 4, -1 / 4], [3 / 4, -3 / 4]])
    dW2 = np.array([[9 / 16, 7 / 8], [-9 / 16, -7 / 8]])
    is_close(gradients[2].dW, dW2)
    is_close(gradients[2].db, [1 / 2, -1 / 2])
    is_close(gradients[1].delta, log3 * np.array([[0, -1 / 4], [3 / 2, -3 / 4]]))
    dW1 = log3 / 2 * np.array([[0, 3 / 2, 3 / 2], [-1 / 4, -5 / 4, -3 / 4]])
    is_close(gradients[1].dW, dW1)
    is_close(gradients[1].db, log3 / 2 * np.array([3 / 2, -1]))
    is_close(after["W2"], log3 * np.array([[2, -1], [0, 0]]) - dW2 / 2)
    is_close(after["b2"], [-1 / 4, 1 / 4])
    is_close(after["W1"], np.array([[1, -1, 2], [-1, 1, 1]]) - dW1 / 2)
    is_close(after["b1"], [1 / 2 - log3 * 3 / 8, log3 / 4])

    assert [gradient.layer for gradient in buggy] == [2, 1]
    is_close(buggy[0].db, [0, 0])
    is_close(buggy[1].db, log3 / 2 * np.array([1 / 2, 1 / 2]))
    is_close(buggy[1].dW, dW1)


# Forward


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_forward_is_its_formula_for_every_row(dtype: type[np.floating]) -> None:
    rng = np.random.default_rng(3)
    activations = ("relu", "sigmoid", "softmax")
    network = Network((4, 5, 6, 3), activations, "cross-entropy", rng, "he", "uniform", dtype=dtype)
    x = rng.normal(0, 1, (7, 4)).astype(dtype)
    passed = network.run(x)
    for i, image in enumerate(x):
        a = image
        for number, (layer, name) in enumerate(zip(network.layers, activations, strict=True), 1):
            z = layer.W @ a + layer.b
            a = ACTIVATIONS[name].forward(z)
            np.testing.assert_allclose(passed.z[number][i], z, rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(passed.a[number][i], a, rtol=1e-5, atol=1e-6)
    assert {array.dtype for array in (*passed.z, *passed.a)} == {np.dtype(dtype)}
    assert {g.dW.dtype for g in network.backward(passed, np.eye(3, dtype=dtype)[[0] * 7])} == {
        np.dtype(dtype)
    }


def test_forward_and_backward_change_nothing() -> None:
    network, x, y = draw_network(
        1, (4, 5, 3), ("relu", "softmax"), "cross-entropy", 3, dropout=(0.5,)
    )
    kept = [array.copy() for array in (network.flat, x, y)]
    passed = network.run(x, np.random.default_rng(0))
    arrays = [*passed.z, *passed.a]
    before = [array.copy() for array in arrays]
    list(network.backward(passed, y))
    for array, copy in zip([network.flat, x, y, *arrays], kept + before, strict=True):
        assert array.tobytes() == copy.tobytes()


def test_far_out_sums_pass_without_a_warning() -> None:
    network = Network((1, 1, 2), ("sigmoid", "softmax"), "cross-entropy", np.random.default_rng(0))
    network.flat[:] = [-1e30, 1e30, -1e30, 0, 0, 0]
    with np.errstate(all="raise"):
        assert np.isfinite(network.run(np.ones((1, 1), np.float32)).a[-1]).all()


# Dropout


def test_dropout_drops_its_share_of_hidden_neurons_and_keeps_the_mean() -> None:
    sizes, dropout = (3, 400, 300, 2), (0.2, 0.5)
    network = Network(
        sizes,
        ("identity",) * 3,
        "squared-error",
        np.random.default_rng(0),
        bias_initialisation="uniform",
        dropout=dropout,
    )
    x = np.random.default_rng(1).normal(0, 1, (50, 3)).astype(np.float32)
    passed = network.run(x, np.random.default_rng(2))
    assert passed.mask[0] is None
    assert passed.mask[3] is None
    assert (passed.a[0] == x).all()
    for number, p in enumerate(dropout, start=1):
        mask = passed.mask[number]
        assert mask is not None
        assert set(np.unique(mask)) == {np.float32(0), np.float32(1 / (1 - p))}
        assert (mask == 0).mean() == pytest.approx(p, abs=0.02)
        assert mask.mean() == pytest.approx(1, abs=0.03)
        np.testing.assert_array_equal(passed.a[number], passed.z[number] * mask)


def test_without_a_generator_nothing_is_dropped() -> None:
    settings: dict[str, Any] = {"sizes": (3, 6, 2), "activations": ("relu", "softmax")}
    plain, dropping = (
        Network(**settings, loss="cross-entropy", rng=np.random.default_rng(0), dropout=dropout)
        for dropout in ((), (0.9,))
    )
    x = np.random.default_rng(1).normal(0, 1, (5, 3)).astype(np.float32)
    for a, b in zip(plain.run(x).a, dropping.run(x).a, strict=True):
        assert a.tobytes() == b.tobytes()
    assert dropping.run(x).mask == [None] * 3
    # And without dropout, nothing is drawn from the generator.
    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    plain.run(x, rng)
    assert rng.bit_generator.state == state


def test_dropout_mask_takes_shape_and_dtype() -> None:
    for dtype in (np.float32, np.float64):
        mask = dropout_mask(np.random.default_rng(0), np.zeros((4, 3), dtype), 0.25)
        assert mask.dtype == dtype
        assert mask.shape == (4, 3)


# Initial parameters


RANGES: dict[str, Callable[[int, int], tuple[float, float]]] = {
    # (n_out, n_in) -> largest size, variance
    "uniform": lambda n_out, n_in: (1 / 2, 1 / 12),
    "he": lambda n_out, n_in: (np.inf, 2 / n_in),
    "glorot": lambda n_out, n_in: (np.sqrt(6 / (n_in + n_out)), 2 / (n_in + n_out)),
}


@pytest.mark.parametrize("initialisation", INITIALISATIONS)
def test_initial_weights_have_their_range_and_variance(initialisation: str) -> None:
    sizes = (300, 200, 100)
    activations, rng = ("relu", "softmax"), np.random.default_rng(0)
    network = Network(sizes, activations, "cross-entropy", rng, initialisation)
    for layer, n_in, n_out in zip(network.layers, sizes, sizes[1:], strict=False):
        assert layer.W.shape == (n_out, n_in)
        assert layer.b.shape == (n_out,)
        assert layer.W.dtype == layer.b.dtype == np.float32
        limit, variance = RANGES[initialisation](n_out, n_in)
        assert abs(layer.W).max() <= limit
        if np.isfinite(limit):
            assert layer.W.min() < -0.99 * limit
            assert layer.W.max() > 0.99 * limit
        else:
            # A normal distribution: about 0.27 % of it beyond three deviations.
            beyond = (abs(layer.W) > 3 * np.sqrt(variance)).mean()
            assert 0.001 < beyond < 0.005
        assert layer.W.var() == pytest.approx(variance, rel=0.04)
        assert abs(layer.W.mean()) < 0.02 * np.sqrt(variance) + 1e-3
        assert not layer.b.any()


def test_initial_biases_are_zero_or_uniform() -> None:
    for bias_initialisation in ("zero", "uniform"):
        network = Network(
            (5, 2000, 3),
            ("relu", "softmax"),
            "cross-entropy",
            np.random.default_rng(0),
            bias_initialisation=bias_initialisation,
        )
        b = network.layers[0].b
        if bias_initialisation == "zero":
            assert not b.any()
        else:
            assert -0.5 <= b.min() < -0.49
            assert 0.49 < b.max() <= 0.5
            assert b.var() == pytest.approx(1 / 12, rel=0.05)
            assert network.layers[1].b.any()


@pytest.mark.parametrize("bias_initialisation", ["zero", "uniform"])
@pytest.mark.parametrize("initialisation", INITIALISATIONS)
def test_same_seed_same_bits(initialisation: str, bias_initialisation: str) -> None:
    def draw(seed: int, dtype: type[np.floating] = np.float32) -> Floats:
        return Network(
            (6, 5, 4),
            ("sigmoid", "sigmoid"),
            "cross-entropy",
            np.random.default_rng(seed),
            initialisation,
            bias_initialisation,
            dtype=dtype,
        ).flat

    assert draw(3).tobytes() == draw(3).tobytes()
    weights = 5 * 6 + 4 * 5
    assert (draw(3)[:weights] != draw(4)[:weights]).all()
    # float64 is the same network, not rounded.
    assert draw(3, np.float64).astype(np.float32).tobytes() == draw(3).tobytes()


def test_parameters_are_views_on_one_vector() -> None:
    network = Network((4, 3, 2), ("relu", "softmax"), "cross-entropy", np.random.default_rng(0))
    assert list(network.parameters) == ["W1", "b1", "W2", "b2"]
    for name, array in network.parameters.items():
        assert np.shares_memory(array, network.flat), name
    network.flat[:] = np.arange(len(network.flat))
    flat = [network.parameters[name].ravel() for name in ("W1", "W2", "b1", "b2")]
    assert np.concatenate(flat).tolist() == list(range(3 * 4 + 2 * 3 + 3 + 2))


def test_unpack_by_hand() -> None:
    (W1, b1), (W2, b2) = unpack(np.arange(11), (3, 2, 1))
    assert W1.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert W2.tolist() == [[6, 7]]
    assert b1.tolist() == [8, 9]
    assert b2.tolist() == [10]


def test_parameter_count() -> None:
    assert parameter_count((3, 2, 1)) == 11
    assert parameter_count((784, 20, 10)) == 784 * 20 + 20 + 20 * 10 + 10 == 15_910
    assert len(unpack(np.zeros(15_910), (784, 20, 10))) == 2


# Settings


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sizes": (4,), "activations": ()}, "two layers"),
        ({"sizes": (4, 0, 2)}, "one neuron"),
        ({"sizes": ()}, "two layers"),
        ({"activations": ("relu",)}, "2 dense layers need as many activations, not 1"),
        ({"activations": ("tanh", "softmax")}, "unknown activation 'tanh': use .*relu"),
        ({"activations": ("relu", "relu")}, "cross-entropy needs probabilities"),
        ({"loss": "hinge"}, "unknown loss 'hinge': use .*squared-error"),
        ({"initialisation": "zeros"}, "unknown initialisation 'zeros': use .*glorot"),
        ({"bias_initialisation": "one"}, "unknown bias initialisation 'one': use zero, uniform"),
        ({"dropout": (0.5, 0.5)}, "1 hidden layers need as many dropout rates, not 2"),
        ({"dropout": (1.0,)}, "dropout rate lies in"),
        ({"dropout": (-0.1,)}, "dropout rate lies in"),
        ({"dropout": (float("nan"),)}, "dropout rate lies in"),
    ],
)
def test_impossible_networks_are_refused_in_one_line(change: dict[str, Any], words: str) -> None:
    settings: dict[str, Any] = {
        "sizes": (4, 3, 2),
        "activations": ("relu", "softmax"),
        "loss": "cross-entropy",
    }
    Network(**settings, rng=np.random.default_rng(0))
    with pytest.raises(SettingsError, match=f"^[^\n]*{words}[^\n]*$"):
        Network(**(settings | change), rng=np.random.default_rng(0))


def test_recipes_draw_different_parameters_for_different_seeds() -> None:
    recipe = find_recipe("relu-softmax-full-batch")
    first, again, other = (recipe.change(seed=seed).new_network().flat for seed in (0, 0, 1))
    assert first.tobytes() == again.tobytes()
    assert (first != other).mean() > 0.99


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.full((2, 4), 255.0), "from 0 to 1, not 255 to 255: divide pixels by 255"),
        (np.ma.masked_equal(np.ones((2, 4)), 1), "a plain array, not a MaskedArray: give np.as"),
        (np.asmatrix(np.ones((2, 4))), "a plain array, not a matrix: give np.asarray"),
        (np.full((2, 4), 200, np.uint8), "an array of floats from 0 to 1, not uint8"),
        (np.array([[0.5, np.nan, 0, 0]]), "from 0 to 1, not nan to nan"),
        (np.array([[0.5, -1, 0, 0]]), "from 0 to 1, not -1 to 0.5"),
        (np.zeros((2, 4), complex), "not complex128"),
        (np.zeros(4), r"are \(batch, 4\), not \(4,\) \(one image is x\[None\]\)"),
        (np.zeros((2, 5)), r"are \(batch, 4\), not \(2, 5\)"),
        (np.zeros((1, 2, 2)), r"are \(batch, 4\), not \(1, 2, 2\)"),
        ([[0, 0, 0, 0]], "an array of floats from 0 to 1, not list"),
        (None, "not NoneType"),
    ],
)
def test_what_is_no_batch_of_images_is_refused_in_one_line(x: Any, message: str) -> None:
    network = Network((4, 3), ("softmax",), "cross-entropy", np.random.default_rng(0))
    with pytest.raises(SettingsError, match=message) as caught:
        network.forward(x)
    assert "\n" not in str(caught.value)
    assert network.forward(np.ones((2, 4), np.float32)).a[-1].shape == (2, 3)
