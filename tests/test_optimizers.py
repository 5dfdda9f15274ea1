"""Gradient descent with momentum and weight decay against a loop written out."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from network.optimizers import SGD

Floats = NDArray[Any]


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_is_the_loop_written_out(momentum: float, weight_decay: float) -> None:
    """Each number by itself: v = momentum v − lr (dW + decay W), W = W + v; biases not decayed."""
    rng = np.random.default_rng(0)
    parameters = {"W1": rng.normal(0, 1, (3, 2)), "b1": rng.normal(0, 1, 3)}
    expected = {name: array.tolist() for name, array in parameters.items()}
    velocity: dict[str, Any] = {"W1": [[0.0] * 2 for _ in range(3)], "b1": [0.0] * 3}
    optimizer = SGD(parameters, momentum, weight_decay)
    arrays = dict(parameters)
    for step in range(6):
        learning_rate = 0.5 / (1 + step)
        dW, db = rng.normal(0, 1, (3, 2)), rng.normal(0, 1, 3)
        for i in range(3):
            v = momentum * velocity["b1"][i] - learning_rate * db[i]
            velocity["b1"][i] = v
            expected["b1"][i] += v
            for j in range(2):
                slope = dW[i, j] + weight_decay * expected["W1"][i][j]
                v = momentum * velocity["W1"][i][j] - learning_rate * slope
                velocity["W1"][i][j] = v
                expected["W1"][i][j] += v
        optimizer.update("W1", dW, learning_rate)
        optimizer.update("b1", db, learning_rate)
        for name, array in parameters.items():
            np.testing.assert_allclose(array, expected[name], rtol=1e-12, atol=1e-14)
            assert array is arrays[name], "changed in place"


def test_momentum_by_hand() -> None:
    # v = -1/2 · 4 = -2; then v = 1/2 · -2 - 1/2 · 2 = -2; then 1/2 · -2 - 1/2 · 0 = -1.
    parameters = {"W1": np.array([[10.0]])}
    optimizer = SGD(parameters, momentum=0.5)
    seen = []
    for slope in (4.0, 2.0, 0.0):
        optimizer.update("W1", np.array([[slope]]), 0.5)
        seen.append(float(parameters["W1"][0, 0]))
    assert seen == [8, 6, 5]


def test_weight_decay_by_hand() -> None:
    parameters = {"W1": np.array([[8.0]]), "b1": np.array([8.0])}
    optimizer = SGD(parameters, weight_decay=0.25)
    for name in parameters:
        optimizer.update(name, np.zeros_like(parameters[name]), 0.5)
    assert parameters["W1"].tolist() == [[7.0]]
    assert parameters["b1"].tolist() == [8.0]


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_parameters_keep_their_dtype(momentum: float) -> None:
    parameters: dict[str, Floats] = {"W1": np.ones((2, 2), np.float32)}
    optimizer = SGD(parameters, momentum, 0.1)
    optimizer.update("W1", np.ones((2, 2), np.float32), 0.1)
    assert parameters["W1"].dtype == np.float32
    assert parameters["W1"].tolist() == [[float(np.float32(1 - 0.1 * 1.1))] * 2] * 2
    assert all(velocity.dtype == np.float32 for velocity in optimizer.velocity.values())
    assert bool(optimizer.velocity) == bool(momentum)
