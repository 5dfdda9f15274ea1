"""The training loop against loops written out: order, counts, divergence, accuracy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from network import datasets
from network.datasets import Dataset, Split
from network.errors import DivergenceError, SettingsError
from network.functions import loss_values, softmax
from network.model import Network
from network.optimizers import SGD
from network.recipes import Recipe, find_recipe
from network.schedules import learning_rate_at
from network.trace import Trace
from network.training import Progress, Result, evaluate, train
from tests import small_runs
from tests.small_runs import online, write_dataset

Floats = NDArray[Any]

TRAIN, TEST = 60, 20


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 + 20 images of 5 × 5 pixels."""
    return write_dataset(tmp_path_factory.mktemp("small") / "set", TRAIN, TEST)


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    return datasets.load("mnist")


def batches(dataset: Path, **changes: Any) -> Recipe:
    """25-8-6-10 in batches; with this seed enough of the ReLUs stay alive to learn something."""
    return small_runs.batches(dataset, **{"seed": 2} | changes)


def plain(recipe: Recipe, dataset: Dataset | None = None) -> Result:
    return train(recipe, record="none", dataset=dataset)


def images(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Pixels and labels to train with."""
    split = datasets.load(folder).train
    return split.pixels, split.labels


def draw_epochs(recipe: Recipe, n: int) -> Iterator[tuple[np.random.Generator, NDArray[Any]]]:
    """Each epoch's generator, and the images of its steps (steps, batch); the rest is left out."""
    batch = recipe.batch_size or n
    for epoch in range(recipe.epochs):
        rng = np.random.default_rng([recipe.seed, 1 + epoch])
        order = rng.permutation(n) if recipe.shuffle else np.arange(n)
        yield rng, order[: n // batch * batch].reshape(-1, batch)


# Against loops written out


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dropout": (), "momentum": 0.0, "weight_decay": 0.0},
        {"schedule": "decay", "shuffle": False, "learning_rate": 0.02},
        {"batch_size": 0, "epochs": 3},
        {"batch_size": 1, "learning_rate": 0.005},
    ],
    ids=["everything", "plain", "other schedule", "full batch", "momentum by one image"],
)
def test_batches_are_the_loop_written_out(small: Path, changes: dict[str, Any]) -> None:
    """25-8-6-10, ReLU and softmax, with every array and every formula in the open."""
    recipe = batches(small, **changes)
    split = datasets.load(small).train
    rows, labels = split.images.astype(float), np.eye(10)[split.labels]
    batch = recipe.batch_size or TRAIN
    steps = recipe.epochs * (TRAIN // batch)
    W1, W2, W3 = (recipe.new_network(np.float64).parameters[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = np.zeros(8), np.zeros(6), np.zeros(10)
    parameters = [W1, b1, W2, b2, W3, b3]
    velocities = [np.zeros_like(array) for array in parameters]
    p1, p2 = recipe.dropout or (0.0, 0.0)

    step = 0
    for rng, order in draw_epochs(recipe, TRAIN):
        for index in order:
            x, y = rows[index], labels[index]
            keep1 = rng.random((batch, 8), np.float32) >= p1 if p1 else 1
            z1 = x @ W1.T + b1
            a1 = np.maximum(z1, 0) * keep1 / (1 - p1)
            keep2 = rng.random((batch, 6), np.float32) >= p2 if p2 else 1
            z2 = a1 @ W2.T + b2
            a2 = np.maximum(z2, 0) * keep2 / (1 - p2)
            a3 = softmax(a2 @ W3.T + b3)
            delta3 = a3 - y
            delta2 = delta3 @ W3 * keep2 / (1 - p2) * (z2 > 0)
            delta1 = delta2 @ W2 * keep1 / (1 - p1) * (z1 > 0)
            gradients = [
                *(delta1.T @ x / batch, delta1.sum(axis=0) / batch),
                *(delta2.T @ a1 / batch, delta2.sum(axis=0) / batch),
                *(delta3.T @ a2 / batch, delta3.sum(axis=0) / batch),
            ]
            share = {
                "cosine": (1 + np.cos(np.pi * step / steps)) / 2,
                "decay": 1 / (1 + 9 * step / steps),
            }[recipe.schedule]
            for array, velocity, slope in zip(parameters, velocities, gradients, strict=True):
                decay = recipe.weight_decay if array.ndim == 2 else 0
                velocity *= recipe.momentum
                velocity -= recipe.learning_rate * share * (slope + decay * array)
                array += velocity
            step += 1
    assert step == steps

    found = plain(recipe).network.parameters
    for name, expected in zip(("W1", "b1", "W2", "b2", "W3", "b3"), parameters, strict=True):
        np.testing.assert_allclose(found[name], expected, rtol=1e-3, atol=1e-5, err_msg=name)
    start = recipe.new_network().parameters
    assert abs(found["W1"] - start["W1"]).max() > 0.01
    alive = np.maximum(np.maximum(rows @ W1.T + b1, 0) @ W2.T + b2, 0).any(axis=0)
    assert alive.sum() >= 3, "a comparison of dead networks"


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("update_order", ["gradients-first", "output-first"])
def test_online_is_the_published_loop(small: Path, update_order: str, shuffle: bool) -> None:
    """Columns, @ and -lr, as the lesson writes it."""
    recipe = online(small, update_order=update_order, shuffle=shuffle, learning_rate=0.5)
    split = datasets.load(small).train
    rows, labels = split.images.astype(float), np.eye(10)[split.labels]
    network = recipe.new_network(np.float64)
    w_i_h, b_i_h, w_h_o, b_h_o = network.parameters.values()
    b_i_h, b_h_o = b_i_h[:, None].copy(), b_h_o[:, None].copy()
    lr = recipe.learning_rate
    right = 0
    counted = []
    for _, order in draw_epochs(recipe, TRAIN):
        for i in order[:, 0]:
            x, label = rows[i][:, None], labels[i][:, None]
            h = 1 / (1 + np.exp(-(b_i_h + w_i_h @ x)))
            o = 1 / (1 + np.exp(-(b_h_o + w_h_o @ h)))
            right += int(o.argmax() == label.argmax())
            delta_o = o - label
            weights = w_h_o.copy()
            w_h_o += -lr * delta_o @ h.T
            b_h_o += -lr * delta_o
            if update_order == "output-first":
                weights = w_h_o
            delta_h = weights.T @ delta_o * (h * (1 - h))
            w_i_h += -lr * delta_h @ x.T
            b_i_h += -lr * delta_h
        counted.append(right / TRAIN)
        right = 0

    result = plain(recipe)
    found = result.network.parameters
    for name, expected in {
        "W1": w_i_h, "W2": w_h_o, "b1": b_i_h[:, 0], "b2": b_h_o[:, 0]
    }.items():  # fmt: skip
        np.testing.assert_allclose(found[name], expected, rtol=1e-3, atol=1e-5, err_msg=name)
    assert [epoch["train_accuracy"] for epoch in result.epochs] == counted


def test_update_orders_end_differently(small: Path) -> None:
    first, second = (
        plain(online(small, update_order=order)).network.flat
        for order in ("gradients-first", "output-first")
    )
    assert 1e-4 < abs(first - second).max() < 0.2


def test_output_first_works_with_batches_too(small: Path) -> None:
    settings: dict[str, Any] = {"dropout": (), "momentum": 0.0, "epochs": 1, "batch_size": 60}
    exact, published = (
        plain(batches(small, update_order=order, **settings)).network.parameters
        for order in ("gradients-first", "output-first")
    )
    # One step: the top layer is the same, what is below it is not.
    assert (exact["W3"] == published["W3"]).all()
    assert (exact["W2"] != published["W2"]).any()
    assert (exact["W1"] != published["W1"]).any()


# The scalar bug


@pytest.mark.parametrize("batch_size", [0, 6, 1])
def test_scalar_bug_freezes_the_output_bias_and_moves_the_hidden_ones_together(
    small: Path, batch_size: int
) -> None:
    """The columns of a2 and y both sum to 1, so the sum of their difference is 0."""
    recipe = find_recipe("relu-softmax-full-batch-scalar-db").change(
        sizes=(25, 6, 10), dataset=str(small), epochs=20, batch_size=batch_size
    )
    start = recipe.new_network().parameters
    buggy = plain(recipe).network.parameters
    right = plain(recipe.change(bias_gradient="per-neuron")).network.parameters
    np.testing.assert_allclose(buggy["b2"], start["b2"], rtol=0, atol=1e-5)
    change = buggy["b1"] - start["b1"]
    assert abs(change).max() > 1e-3
    np.testing.assert_allclose(change, change[0], rtol=0, atol=1e-5)
    assert abs(right["b2"] - start["b2"]).max() > 0.01
    assert np.ptp(right["b1"] - start["b1"]) > 0.01


# Order of the images


def read_index(trace: Path) -> NDArray[np.int32]:
    return np.load(trace / "index.npy")


def test_without_shuffling_images_come_in_file_order(small: Path, tmp_path: Path) -> None:
    train(online(small), tmp_path / "t")
    assert read_index(tmp_path / "t")[:, 0].tolist() == [*range(TRAIN)] * 2


def test_shuffling_shows_every_image_once_an_epoch(small: Path, tmp_path: Path) -> None:
    train(online(small, shuffle=True, epochs=3), tmp_path / "t")
    orders = read_index(tmp_path / "t").reshape(3, TRAIN)
    for order in orders:
        assert sorted(order) == list(range(TRAIN))
    assert len({order.tobytes() for order in orders}) == 3
    assert list(range(TRAIN)) not in orders.tolist()


def test_what_fills_no_batch_is_left_out_of_the_epoch(small: Path, tmp_path: Path) -> None:
    recipe = batches(small, epochs=1)  # 60 images in batches of 7
    result = train(recipe, tmp_path / "t")
    index = read_index(tmp_path / "t")
    assert index.shape == (8, 7)
    assert len(np.unique(index)) == 56
    # Counted are the images that were seen.
    assert result.epochs[0]["train_accuracy"] * 56 == pytest.approx(
        round(result.epochs[0]["train_accuracy"] * 56), abs=1e-9
    )
    assert Trace.open(tmp_path / "t").steps == 8


def test_held_out_images_are_never_trained_on(small: Path, tmp_path: Path) -> None:
    recipe = online(small, shuffle=True, holdout=12, epochs=3)
    result = train(recipe, tmp_path / "t")
    seen = read_index(tmp_path / "t")
    assert sorted(set(seen[:, 0])) == list(range(48))
    assert len(seen) == 3 * 48
    held = Split(*(array[48:] for array in images(small)))
    judged = evaluate(result.network, held)
    assert result.epochs[-1]["test_accuracy"] == judged.accuracy
    assert result.epochs[-1]["test_loss"] == judged.loss
    expected = np.bincount(held.labels, minlength=10)
    assert all((table.sum(axis=1) == expected).all() for table in result.confusion)


def test_held_out_pixels_and_test_pixels_have_no_influence(small: Path, tmp_path: Path) -> None:
    """Paint over them: the same bits are learned."""
    recipe = batches(small, holdout=12)
    other = write_dataset(tmp_path / "other", TRAIN, TEST)
    pixels = images(small)[0].copy()
    pixels[48:] = 255 - pixels[48:]
    datasets.write_idx(other / datasets.FILES[0], pixels)
    datasets.write_idx(other / datasets.FILES[2], np.zeros((TEST, 5, 5), np.uint8))
    first, second = plain(recipe), plain(recipe.change(dataset=str(other)))
    assert first.network.flat.tobytes() == second.network.flat.tobytes()
    assert first.epochs[-1]["test_loss"] != second.epochs[-1]["test_loss"]


# Seeds


@pytest.mark.parametrize("make", [online, batches])
def test_a_seed_decides_every_bit(small: Path, make: Any) -> None:
    first, again, other = (
        plain(make(small, shuffle=True, seed=seed)).network.flat for seed in (1, 1, 2)
    )
    assert first.tobytes() == again.tobytes()
    assert (first != other).mean() > 0.9


def test_dropout_draws_new_masks_at_every_step(small: Path, tmp_path: Path) -> None:
    recipe = batches(small, batch_size=60, shuffle=False, learning_rate=1e-9, epochs=4)
    train(recipe, tmp_path / "t")
    a1 = np.load(tmp_path / "t" / "a1.npy")
    patterns = {(a == 0).tobytes() for a in a1}
    assert len(patterns) == len(a1) == 4


# What is counted


def recount(network: Network, split: Split) -> tuple[float, float, list[list[int]]]:
    """Accuracy, loss and confusion, image by image."""
    right, loss, table = 0, 0.0, [[0] * 10 for _ in range(10)]
    output = network.layers[-1].activation.name
    for image, label in zip(split.images, split.labels, strict=True):
        passed = network.forward(image[None])
        answer = int(passed.a[-1][0].argmax())
        right += answer == label
        table[label][answer] += 1
        y = np.eye(10, dtype=np.float32)[[label]]
        loss += float(loss_values(network.loss, output, passed.z[-1], passed.a[-1], y)[0])
    return right / len(split), loss / len(split), table


@pytest.mark.parametrize("make", [online, batches])
def test_evaluation_is_a_recount(small: Path, make: Any) -> None:
    result = plain(make(small))
    test = datasets.load(small).test
    accuracy, loss, table = recount(result.network, test)
    judged = evaluate(result.network, test)
    assert judged.accuracy == accuracy
    assert judged.loss == pytest.approx(loss, rel=1e-5)
    assert judged.confusion.tolist() == table
    assert judged.confusion.dtype == np.int64
    assert result.epochs[-1]["test_accuracy"] == judged.accuracy
    assert result.epochs[-1]["test_loss"] == judged.loss
    assert (result.confusion[-1] == judged.confusion).all()


def test_confusion_rows_are_true_classes_and_columns_are_answers(small: Path) -> None:
    """A network that always answers 3."""
    network = online(small).new_network()
    network.flat[:] = 0
    network.layers[-1].b[3] = 1
    test = datasets.load(small).test
    judged = evaluate(network, test)
    expected = np.zeros((10, 10), int)
    expected[:, 3] = np.bincount(test.labels, minlength=10)
    assert (judged.confusion == expected).all()
    assert judged.accuracy == (test.labels == 3).mean()


@pytest.mark.parametrize("loss", ["cross-entropy", "squared-error"])
def test_epochs_count_what_the_steps_saw(small: Path, tmp_path: Path, loss: str) -> None:
    result = train(online(small, shuffle=True, loss=loss), tmp_path / "t")
    labels = datasets.load(small).train.labels
    index = read_index(tmp_path / "t").reshape(2, TRAIN)
    outputs = np.load(tmp_path / "t" / "a2.npy").reshape(2, TRAIN, 10)
    errors = np.load(tmp_path / "t" / "error.npy").reshape(2, TRAIN)
    for number, epoch in enumerate(result.epochs):
        y = np.eye(10)[labels[index[number]]]
        a = outputs[number].astype(float)
        squared = ((a - y) ** 2).sum(axis=1) / 10
        entropy = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=1)
        expected = entropy if loss == "cross-entropy" else squared
        assert epoch["epoch"] == number
        assert epoch["train_accuracy"] == (a.argmax(axis=1) == labels[index[number]]).mean()
        assert epoch["train_loss"] == pytest.approx(expected.mean(), rel=1e-5)
        assert epoch["seconds"] >= 0
        np.testing.assert_allclose(errors[number], squared, rtol=1e-5)


def test_an_epoch_of_batches_counts_what_the_steps_saw(small: Path, tmp_path: Path) -> None:
    result = train(batches(small, epochs=1), tmp_path / "t")
    labels = datasets.load(small).train.labels[read_index(tmp_path / "t")]
    outputs = np.load(tmp_path / "t" / "a3.npy").astype(float)
    expected = -np.log(np.take_along_axis(outputs, labels[..., None].astype(int), -1)).mean()
    assert result.epochs[0]["train_accuracy"] == (outputs.argmax(-1) == labels).mean()
    assert result.epochs[0]["train_loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("make", [online, batches])
def test_progress_is_told_to_the_end(small: Path, make: Any) -> None:
    recipe = make(small)
    told: list[Progress] = []
    result = train(recipe, record="none", progress=told.append)
    steps = [progress.step for progress in told]
    assert steps == sorted(set(steps))
    assert {progress.steps for progress in told} == {steps[-1]}
    assert steps[-1] == recipe.epochs * (TRAIN // recipe.batch_size)
    assert [progress.epoch for progress in told if progress.epoch] == result.epochs
    assert len(result.epochs) == len(result.confusion) == recipe.epochs
    assert (result.path, result.recipe) == (None, recipe)


# Divergence: a numpy warning of our own modules fails a test, so these are silent too


def find_divergence(recipe: Recipe, split: Split) -> tuple[int, Network]:
    """The first step whose loss is not finite, and the network there, by plain operations."""
    network, step = recipe.new_network(), 0
    optimizer = SGD(network.parameters, recipe.momentum, recipe.weight_decay)
    y = np.eye(recipe.sizes[-1], dtype=np.float32)[split.labels]
    batch = recipe.batch_size or len(split)
    steps = recipe.epochs * (len(split) // batch)
    with np.errstate(all="ignore"):
        for _, order in draw_epochs(recipe, len(split)):
            for index in order:
                passed = network.forward(split.images[index])
                if not np.isfinite(network.loss_of(passed, y[index])).all():
                    return step, network
                rate = learning_rate_at(recipe.schedule, recipe.learning_rate, step, steps)
                for gradient in list(network.backward(passed, y[index])):
                    optimizer.update(f"W{gradient.layer}", gradient.dW, rate)
                    optimizer.update(f"b{gradient.layer}", gradient.db, rate)
                step += 1
    raise AssertionError("it does not diverge")


EXPLOSIVE: dict[str, dict[str, Any]] = {
    "online": {"learning_rate": 300.0, "batch_size": 1},
    "online, at once": {"learning_rate": 1e38, "batch_size": 1},
    "online, in a later epoch": {"learning_rate": 300.0, "batch_size": 1, "holdout": 54},
    "batches": {"learning_rate": 300.0, "batch_size": 6},
    "full batch": {"learning_rate": 300.0, "batch_size": 0},
    "momentum": {"learning_rate": 300.0, "batch_size": 6, "momentum": 0.9},
}


@pytest.mark.parametrize("record", ["none", "by default"])
@pytest.mark.parametrize("name", EXPLOSIVE)
def test_divergence_names_the_step(small: Path, tmp_path: Path, name: str, record: str) -> None:
    """ReLU and a squared error without bounds: nothing stops the numbers from growing."""
    settings = {"activations": ("relu", "identity"), "loss": "squared-error", "epochs": 30}
    recipe = online(small, **settings, **EXPLOSIVE[name])
    step, network = find_divergence(
        recipe, Split(*(a[: TRAIN - recipe.holdout] for a in images(small)))
    )
    assert step == 1 if "at once" in name else step > 5
    with pytest.raises(DivergenceError, match=rf"^[^\n]*diverged at step {step:,} of[^\n]*$") as e:
        train(recipe, tmp_path / "t", "none" if record == "none" else None)
    assert f"--learning-rate {recipe.learning_rate / 10:g}" in str(e.value)
    assert e.value.exit_code == 1
    if record != "none":
        trace = Trace.open(tmp_path / "t")
        assert str(trace.path) in str(e.value)
        assert trace.steps == step
        assert np.isfinite(trace.arrays["loss"]).all()
        assert (trace.arrays["loss"] > 0).all(), "steps before it that were never written"
        # The parameters are those with which that step would have begun.
        np.testing.assert_allclose(trace.parameters(), network.flat, rtol=1e-2)


@pytest.mark.parametrize("batch_size", [60, 20])
@pytest.mark.parametrize("learning_rate", [1e20, 1e38])
def test_a_network_ruined_by_its_last_step_is_no_result(
    small: Path, tmp_path: Path, batch_size: int, learning_rate: float
) -> None:
    recipe = online(
        small,
        batch_size=batch_size,
        activations=("relu", "identity"),
        loss="squared-error",
        learning_rate=learning_rate,
        epochs=1,
        holdout=TRAIN - batch_size,  # one step
    )
    with pytest.raises(DivergenceError, match="diverged at step 1 of 1"):
        train(recipe, tmp_path / "t")
    header = json.loads((tmp_path / "t" / "trace.json").read_text())
    assert header["epochs"] == []
    assert header["steps"] == header["diverged_at"] == 1


# Snapshots


def test_snapshots_are_of_the_steps_they_are_said_to_be(small: Path, tmp_path: Path) -> None:
    """Segments must stop wherever a snapshot is due: compare with weights replayed from step 0."""
    recipe = online(small, shuffle=True)
    train(recipe, tmp_path / "replayed", "full")
    train(recipe, tmp_path / "dense", "full", snapshot_every=7)
    train(recipe, tmp_path / "sparse", "sparse")
    replayed, dense, sparse = (
        Trace.open(tmp_path / name) for name in ("replayed", "dense", "sparse")
    )
    assert replayed.snapshots == [0, replayed.steps]
    assert dense.snapshots == [*range(0, 120, 7), 120]
    assert 10 <= len(sparse.recorded) < replayed.steps
    for trace in (dense, sparse):
        for step in trace.snapshots:
            expected = replayed.parameters(step)
            assert trace.parameters(step).tobytes() == expected.tobytes(), step
    for step in sparse.recorded:
        assert (sparse[step].x == replayed[step].x).all()
        assert (sparse[step].a[1] == replayed[step].a[1]).all()


# Settings that do not fit


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sizes": (784, 6, 10)}, r"784 pixels and 10 classes.* has 25 and 10"),
        ({"sizes": (25, 6, 3)}, r"25 pixels and 3 classes.* has 25 and 10"),
        ({"batch_size": 61}, "batch of 61 images is more than the 60"),
        ({"batch_size": 30, "holdout": 31}, "batch of 30 images is more than the 29"),
        ({"holdout": 60}, "cannot hold out 60 of 60"),
    ],
)
def test_settings_that_do_not_fit_the_data(
    small: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=f"^[^\n]*{words}[^\n]*$"):
        plain(online(small, **changes))


def test_what_cannot_be_replayed_is_not_recorded_in_full(small: Path, tmp_path: Path) -> None:
    for recipe in (batches(small), online(small, bias_gradient="scalar")):
        with pytest.raises(SettingsError, match=r"cannot be recorded in full[^\n]*sparse$"):
            train(recipe, tmp_path / "t", "full")
    with pytest.raises(SettingsError, match=r"unknown record 'ful': use full, sparse, none"):
        train(online(small), tmp_path / "t", "ful")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


# The real digits, for seconds


@pytest.mark.parametrize("name", ["sigmoid-online", "sigmoid-online-output-first"])
def test_one_epoch_one_image_at_a_time_learns_the_digits(mnist: Dataset, name: str) -> None:
    (epoch,) = plain(find_recipe(name).change(epochs=1), mnist).epochs
    assert 0.84 < epoch["train_accuracy"] < 0.88
    assert epoch["test_accuracy"] > 0.90


def test_one_epoch_of_small_batches_learns_the_digits(mnist: Dataset) -> None:
    recipe = find_recipe("relu-softmax-sgd").change(epochs=1, schedule="constant")
    result = plain(recipe, mnist)
    assert result.epochs[0]["test_accuracy"] > 0.94
    assert result.confusion[0].sum() == 10_000
    assert (result.confusion[0].sum(axis=1) == np.bincount(mnist.test.labels)).all()


def test_a_few_steps_with_all_images_go_downhill(mnist: Dataset) -> None:
    result = plain(find_recipe("relu-softmax-full-batch").change(epochs=6), mnist)
    losses = [epoch["train_loss"] for epoch in result.epochs]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.9 * losses[0]


def test_dropout_and_momentum_learn_the_digits(mnist: Dataset) -> None:
    """On a sixth of them."""
    recipe = find_recipe("dropout-mlp").change(epochs=1, holdout=50_000)
    assert plain(recipe, mnist).epochs[0]["test_accuracy"] > 0.88
