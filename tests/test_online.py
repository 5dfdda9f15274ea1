"""The fast path for one image at a time, against the plain network, and its two update orders."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from network import datasets
from network.model import Network
from network.online import Descent, Segment, run_segment
from network.optimizers import SGD
from network.recipes import find_recipe
from network.schedules import SCHEDULES, learning_rate_at

Floats = NDArray[Any]

SIZES = ((6, 3), (6, 5, 3), (6, 4, 5, 3))
STEPS = 8
OUTPUTS = (
    ("sigmoid", "cross-entropy"),
    ("softmax", "cross-entropy"),
    ("sigmoid", "squared-error"),
    ("softmax", "squared-error"),
    ("identity", "squared-error"),
    ("relu", "squared-error"),
)


def new_network(
    sizes: tuple[int, ...], hidden: str, output: str, loss: str, dtype: Any = np.float64
) -> Network:
    activations = (*(hidden,) * (len(sizes) - 2), output)
    rng = np.random.default_rng(len(sizes))
    return Network(sizes, activations, loss, rng, "glorot", "uniform", dtype=dtype)


def draw_images(sizes: tuple[int, ...], n: int, dtype: Any = np.float64) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(7)
    x = rng.uniform(0, 1, (n, sizes[0])).astype(dtype)
    return x, np.eye(sizes[-1], dtype=dtype)[rng.integers(0, sizes[-1], n)]


def run(
    network: Network, x: Floats, y: Floats, rates: list[float], output_first: bool = False
) -> Segment:
    index = np.arange(len(x), dtype=np.int32)
    descent = Descent(network.flat, network.sizes)
    return run_segment(network, descent, 0, index, x, y, rates, output_first)


@pytest.mark.parametrize("output_first", [False, True], ids=["gradients-first", "output-first"])
@pytest.mark.parametrize(("output", "loss"), OUTPUTS)
@pytest.mark.parametrize("hidden", ["identity", "sigmoid", "relu", "softmax"])
def test_a_segment_is_the_plain_network_step_by_step(
    hidden: str, output: str, loss: str, output_first: bool
) -> None:
    for sizes, schedule in product(SIZES, SCHEDULES):
        fast, plain = (new_network(sizes, hidden, output, loss) for _ in range(2))
        x, y = draw_images(sizes, STEPS)
        rates = [learning_rate_at(schedule, 0.1, step, STEPS) for step in range(STEPS)]
        before = fast.flat.copy()
        segment = run(fast, x, y, rates, output_first)

        assert (segment.start, segment.stop) == (0, STEPS)
        optimizer = SGD(plain.parameters)
        for step in range(STEPS):
            passed = plain.forward(x[step : step + 1])
            gradients = plain.backward(passed, y[step : step + 1])
            if not output_first:
                gradients = iter(list(gradients))
            np.testing.assert_allclose(segment.z_output[step], passed.z[-1], rtol=1e-11, atol=1e-13)
            for a, expected in zip(segment.a, passed.a[1:], strict=True):
                np.testing.assert_allclose(a[step], expected, rtol=1e-11, atol=1e-13)
            for gradient in gradients:
                delta = segment.delta[gradient.layer - 1][step]
                np.testing.assert_allclose(delta, gradient.delta, rtol=1e-10, atol=1e-13)
                optimizer.update(f"W{gradient.layer}", gradient.dW, rates[step])
                optimizer.update(f"b{gradient.layer}", gradient.db, rates[step])
        np.testing.assert_allclose(fast.flat, plain.flat, rtol=1e-11, atol=1e-13)
        assert abs(fast.flat - before).max() > 0.005, "a comparison of networks that stood still"


def test_a_segment_keeps_shapes_dtypes_and_its_inputs() -> None:
    sizes = (6, 4, 5, 3)
    network = new_network(sizes, "sigmoid", "sigmoid", "cross-entropy", np.float32)
    x, y = draw_images(sizes, STEPS, np.float32)
    copies = x.copy(), y.copy()
    index = np.arange(40, 40 + STEPS, dtype=np.int32)
    descent = Descent(network.flat, network.sizes)
    segment = run_segment(network, descent, 100, index, x, y, [0.1] * STEPS)

    assert (segment.start, segment.stop) == (100, 100 + STEPS)
    assert segment.index.tolist() == [[i] for i in range(40, 40 + STEPS)]
    assert (segment.y[:, 0] == y).all()
    assert segment.z_output.shape == (STEPS, 1, 3)
    assert [a.shape for a in segment.a] == [(STEPS, 1, n) for n in sizes[1:]]
    assert [d.shape for d in segment.delta] == [(STEPS, 1, n) for n in sizes[1:]]
    assert {array.dtype for array in (*segment.a, *segment.delta, segment.z_output)} == {
        np.dtype(np.float32)
    }
    assert (x == copies[0]).all()
    assert (y == copies[1]).all()


@pytest.mark.parametrize("output_first", [False, True])
def test_where_segments_end_changes_no_bit(output_first: bool) -> None:
    sizes = (6, 5, 3)
    whole, parts = (
        new_network(sizes, "sigmoid", "sigmoid", "cross-entropy", np.float32) for _ in range(2)
    )
    x, y = draw_images(sizes, 20, np.float32)
    rates = [0.5 / (1 + step) for step in range(20)]
    segment = run(whole, x, y, rates, output_first)

    pieces = [
        run(parts, x[i:j], y[i:j], rates[i:j], output_first)
        for i, j in ((0, 1), (1, 1), (1, 13), (13, 20))
    ]
    assert parts.flat.tobytes() == whole.flat.tobytes()
    for layer in range(2):
        a = np.concatenate([piece.a[layer] for piece in pieces])
        delta = np.concatenate([piece.delta[layer] for piece in pieces])
        assert a.tobytes() == segment.a[layer].tobytes()
        assert delta.tobytes() == np.ascontiguousarray(segment.delta[layer]).tobytes()


def test_descent_by_hand() -> None:
    # W1 = (1 2; 3 4), b1 = (0, 0); delta = (1, -2), a_0 = (10, 20), learning rate 1/2.
    flat = np.array([1.0, 2, 3, 4, 0, 0])
    Descent(flat, (2, 2)).step(np.array([1.0, -2]), [np.array([[10.0, 20]])], np.float64(0.5))
    assert flat.tolist() == [1 - 5, 2 - 10, 3 + 10, 4 + 20, -0.5, 1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", SIZES)
def test_all_layers_at_once_and_layer_by_layer_give_the_same_bits(
    sizes: tuple[int, ...], dtype: type[np.floating]
) -> None:
    rng = np.random.default_rng(4)
    start = new_network(sizes, "sigmoid", "sigmoid", "cross-entropy", dtype).flat
    at_once, by_layer = start.copy(), start.copy()
    once, layers = Descent(at_once, sizes), Descent(by_layer, sizes)
    for _ in range(5):
        rows = [rng.normal(0, 1, (1, n)).astype(dtype) for n in sizes]
        deltas = rng.normal(0, 1, sum(sizes[1:])).astype(dtype)
        rate = dtype(rng.uniform(0.01, 0.5))
        once.step(deltas, rows, rate)
        blames = np.split(deltas, np.cumsum(sizes[1:-1]))
        for layer in reversed(range(len(sizes) - 1)):
            layers.step_layer(layer, blames[layer], rows[layer], rate)
        assert at_once.tobytes() == by_layer.tobytes()
    assert (at_once != start).all()


# The published update order, on the real first step


def measure_output_first(train: datasets.Split, seed: int, learning_rate: float) -> float:
    """‖δ_h exact − δ_h output-first‖ / ‖δ_h exact‖ of sigmoid-online's step on training image 0."""
    x, y = train.image(0)[None], datasets.one_hot(train.labels[:1])
    recipe = find_recipe("sigmoid-online").change(seed=seed)
    exact, published = (
        run(recipe.new_network(), x, y, [learning_rate], output_first).delta[0][0, 0].astype(float)
        for output_first in (False, True)
    )
    return float(np.linalg.norm(exact - published) / np.linalg.norm(exact))


def test_output_first_is_off_by_a_few_percent_at_the_real_first_step() -> None:
    """2.5 % at learning rate 0.01 and 25 % at 0.1 with seed 0; 2.5 to 4.7 % over five seeds."""
    train = datasets.load("mnist").train
    assert measure_output_first(train, 0, 0.01) == pytest.approx(0.02545, abs=1e-4)
    assert measure_output_first(train, 0, 0.1) == pytest.approx(0.2545, abs=1e-3)
    others = [measure_output_first(train, seed, 0.01) for seed in range(5)]
    assert min(others) > 0.025
    assert max(others) < 0.048
