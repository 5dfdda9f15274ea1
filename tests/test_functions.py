"""Activations beside their derivatives, losses beside their gradients: properties and formulas."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from network.errors import SettingsError
from network.functions import (
    ACTIVATIONS,
    CROSS_ENTROPIES,
    LOSSES,
    activate,
    check_pair,
    delta,
    loss_values,
    relu,
    sigmoid,
    sigmoid_backward,
    sigmoid_cross_entropy,
    softmax,
    softmax_backward,
    softmax_cross_entropy,
    squared_error,
    squared_error_gradient,
)

Floats = NDArray[Any]

VALID_PAIRS = [
    ("sigmoid", "cross-entropy"),
    ("softmax", "cross-entropy"),
    *((name, "squared-error") for name in ("identity", "sigmoid", "relu", "softmax")),
]


def rows(limit: float) -> st.SearchStrategy[Floats]:
    """Batches of weighted sums between -limit and limit, (1 … 4, 1 … 10)."""
    shapes = st.tuples(st.integers(1, 4), st.integers(1, 10))
    return shapes.flatmap(
        lambda shape: arrays(np.float64, shape, elements=st.floats(-limit, limit))
    )


@st.composite
def rows_and_labels(draw: st.DrawFn, limit: float) -> tuple[Floats, Floats]:
    """Weighted sums and a one-hot label for each row."""
    z = draw(rows(limit))
    m, n = z.shape
    return z, np.eye(n)[draw(st.lists(st.integers(0, n - 1), min_size=m, max_size=m))]


# Activations


@given(rows(1e4))
def test_softmax_gives_shares_of_one(z: Floats) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a = softmax(z)
    assert (a >= 0).all()
    np.testing.assert_allclose(a.sum(axis=-1), 1, rtol=1e-12)
    assert (np.take_along_axis(a, z.argmax(axis=-1)[:, None], -1)[:, 0] == a.max(axis=-1)).all()


@given(rows(20), st.floats(-1000, 1000))
def test_softmax_does_not_change_with_a_shift(z: Floats, shift: float) -> None:
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-9, atol=1e-12)


@given(rows(20))
def test_softmax_is_its_formula(z: Floats) -> None:
    np.testing.assert_allclose(softmax(z), np.exp(z) / np.exp(z).sum(-1, keepdims=True), rtol=1e-12)


@given(rows(1e4))
def test_sigmoid_is_symmetric_and_never_leaves_its_range(z: Floats) -> None:
    with np.errstate(over="ignore", invalid="raise", divide="raise"):
        a, mirrored = sigmoid(z), sigmoid(-z)
    assert ((a >= 0) & (a <= 1)).all()
    np.testing.assert_allclose(a + mirrored, 1, rtol=1e-12)


@given(rows(30))
def test_sigmoid_is_its_formula(z: Floats) -> None:
    np.testing.assert_allclose(sigmoid(z), (1 + np.tanh(z / 2)) / 2, rtol=1e-12, atol=1e-14)


def test_activations_by_hand() -> None:
    ln3 = np.log(3)
    np.testing.assert_allclose(sigmoid(np.array([-ln3, 0, ln3])), [1 / 4, 1 / 2, 3 / 4])
    np.testing.assert_allclose(softmax(np.array([ln3, 0, ln3])), [3 / 7, 1 / 7, 3 / 7])
    assert relu(np.array([-2.0, 0.0, 3.0])).tolist() == [0, 0, 3]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_backward_is_the_slope_of_forward(name: str) -> None:
    """Central differences of sum(weights · forward(z)), whose slope in z is backward's result."""
    rng = np.random.default_rng(5)
    activation, h = ACTIVATIONS[name], 1e-6
    z, weights = rng.normal(0, 2, (3, 5)), rng.normal(0, 1, (3, 5))
    assert abs(z).min() > 10 * h, "a ReLU has no slope at 0"
    expected = np.empty_like(z)
    for at in np.ndindex(z.shape):
        change = np.zeros_like(z)
        change[at] = h
        up, down = activation.forward(z + change), activation.forward(z - change)
        expected[at] = (weights * (up - down)).sum() / (2 * h)
    found = activation.backward(activation.forward(z), weights)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


def test_relu_has_no_slope_at_the_kink() -> None:
    at_zero = relu(np.zeros(1))
    assert ACTIVATIONS["relu"].backward(at_zero, np.ones(1)).tolist() == [0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(6,), (2, 6)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_out_is_used_and_changes_no_bit(
    name: str, shape: tuple[int, ...], dtype: type[np.floating]
) -> None:
    rng = np.random.default_rng(1)
    activation = ACTIVATIONS[name]
    assert activation.name == name
    z = rng.normal(0, 3, shape).astype(dtype)
    dC_da = rng.normal(0, 3, shape).astype(dtype)

    kept = z.copy()
    a = activation.forward(z)
    dC_dz = activation.backward(a, dC_da)
    assert (z == kept).all()
    assert a.dtype == dC_dz.dtype == dtype

    in_place = z.copy()
    assert activation.forward(in_place, in_place) is in_place
    assert in_place.tobytes() == a.tobytes()
    out = np.full_like(a, np.nan)
    assert activation.backward(a, dC_da, out) is out
    assert out.tobytes() == dC_dz.tobytes()


# Losses


def test_losses_by_hand() -> None:
    a, y = np.array([[0.75, 0.25], [0.5, 0.5]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    ln3 = np.log(3)
    # 1/2 (1/16 + 1/16) and 1/2 (1/4 + 1/4)
    np.testing.assert_allclose(squared_error(a, y), [1 / 16, 1 / 4])
    # -ln 3/4 - ln 3/4 and -ln 1/2 - ln 1/2
    z = np.array([[ln3, -ln3], [0, 0]])
    np.testing.assert_allclose(sigmoid_cross_entropy(z, y), [2 * np.log(4 / 3), 2 * np.log(2)])
    # softmax(ln 3, 0) = (3/4, 1/4)
    z = np.array([[ln3, 0], [0, ln3]])
    np.testing.assert_allclose(softmax_cross_entropy(z, y), [np.log(4 / 3), np.log(4 / 3)])


@given(rows_and_labels(5))
def test_squared_error_is_the_published_one(both: tuple[Floats, Floats]) -> None:
    """e = 1/n Σ (o − l)², with n the number of outputs."""
    outputs, labels = both
    expected = [
        1 / len(o) * sum((o[i] - y[i]) ** 2 for i in range(len(o)))
        for o, y in zip(outputs, labels, strict=True)
    ]
    np.testing.assert_allclose(squared_error(outputs, labels), expected, rtol=1e-12)


@given(rows_and_labels(10))
def test_cross_entropies_are_their_formulas(both: tuple[Floats, Floats]) -> None:
    z, y = both
    a = sigmoid(z)
    binary = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=-1)
    np.testing.assert_allclose(sigmoid_cross_entropy(z, y), binary, rtol=1e-9, atol=1e-10)
    one_of_n = -(y * np.log(softmax(z))).sum(axis=-1)
    np.testing.assert_allclose(softmax_cross_entropy(z, y), one_of_n, rtol=1e-9, atol=1e-10)


@given(rows_and_labels(1e4))
def test_cross_entropies_are_finite_and_not_negative(both: tuple[Floats, Floats]) -> None:
    z, y = both
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for cross_entropy in CROSS_ENTROPIES.values():
            loss = cross_entropy(z, y)
            assert loss.shape == (len(z),)
            assert np.isfinite(loss).all()
            assert (loss >= -1e-11).all()  # a difference of numbers up to 10,000


def test_cross_entropies_far_out_are_the_distance() -> None:
    """Where the formula takes log 0: sure and wrong costs |z|, sure and right costs nothing."""
    y = np.array([[1.0, 0.0]])
    for size in (800.0, 1e4):
        sure = np.array([[size, -size]])
        assert sigmoid_cross_entropy(-sure, y) == pytest.approx(2 * size)
        assert softmax_cross_entropy(-sure, y) == pytest.approx(2 * size)
        assert sigmoid_cross_entropy(sure, y) == softmax_cross_entropy(sure, y) == 0


@given(rows_and_labels(8))
def test_a_minus_y_is_cross_entropy_taken_back_through_its_activation(
    both: tuple[Floats, Floats],
) -> None:
    z, y = both
    a = sigmoid(z)
    dC_da = (a - y) / (a * (1 - a))
    np.testing.assert_allclose(sigmoid_backward(a, dC_da), a - y, rtol=1e-9, atol=1e-12)
    a = softmax(z)
    np.testing.assert_allclose(softmax_backward(a, -y / a), a - y, rtol=1e-9, atol=1e-12)
    for name in CROSS_ENTROPIES:
        assert (delta("cross-entropy", name, a, y) == a - y).all()


@given(rows_and_labels(8))
def test_blame_of_the_squared_error_shown_with_a_sigmoid(both: tuple[Floats, Floats]) -> None:
    """2/n (o − l) · o(1 − o), as the lecture says: another one than o − l."""
    z, y = both
    o = sigmoid(z)
    expected = 2 / o.shape[-1] * (o - y) * o * (1 - o)
    np.testing.assert_allclose(delta("squared-error", "sigmoid", o, y), expected, rtol=1e-12)
    assert (abs(expected) < abs(delta("cross-entropy", "sigmoid", o, y))).all()


@pytest.mark.parametrize(("activation", "loss"), VALID_PAIRS)
def test_delta_is_the_slope_of_the_loss(activation: str, loss: str) -> None:
    rng = np.random.default_rng(2)
    forward, h = ACTIVATIONS[activation].forward, 1e-6
    z, y = rng.normal(0, 2, (3, 4)), np.eye(4)[[0, 3, 1]]
    assert abs(z).min() > 10 * h

    def values(z: Floats) -> Floats:
        return loss_values(loss, activation, z, forward(z), y)

    found = delta(loss, activation, forward(z), y)
    for i in range(4):
        change = np.zeros(4)
        change[i] = h
        expected = (values(z + change) - values(z - change)) / (2 * h)
        np.testing.assert_allclose(found[:, i], expected, rtol=1e-6, atol=1e-9)


def test_squared_error_gradient_by_hand() -> None:
    a, y = np.array([[0.5, 1.0, 0.0, 0.25]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    np.testing.assert_allclose(squared_error_gradient(a, y), [[0.25, 0, -0.5, 0.125]])


@pytest.mark.parametrize(
    ("function", "dtype"),
    [(f, d) for f in CROSS_ENTROPIES.values() for d in (np.float32, np.float64)],
)
def test_losses_keep_the_dtype(function: Callable[..., Floats], dtype: type[np.floating]) -> None:
    z, y = np.zeros((2, 3), dtype), np.eye(3, dtype=dtype)[:2]
    assert function(z, y).dtype == squared_error(z, y).dtype == dtype
    assert squared_error_gradient(z, y).dtype == dtype


# Pairs


def test_every_pair_is_allowed_or_refused() -> None:
    for activation in ACTIVATIONS:
        for loss in LOSSES:
            if (activation, loss) in VALID_PAIRS:
                check_pair(activation, loss)
            else:
                with pytest.raises(SettingsError, match=f"^cross-entropy .* {activation}[^\n]*$"):
                    check_pair(activation, loss)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"^unknown activation 'tanh': .*sigmoid[^\n]*$"):
        check_pair("tanh", "cross-entropy")
    with pytest.raises(SettingsError, match=r"^unknown loss 'hinge': .*squared-error[^\n]*$"):
        check_pair("sigmoid", "hinge")


def test_any_sums_are_activated_without_a_warning() -> None:
    far = np.array([-1e9, -800.0, 0.0, 800.0])
    assert activate("sigmoid", far).tolist() == [0, 0, 0.5, 1]
    assert activate("relu", far).tolist() == [0, 0, 0, 800]
    assert activate("sigmoid", 0.0).shape == ()
    assert activate("relu", np.ones((2, 3), np.float32)).dtype == np.float64
