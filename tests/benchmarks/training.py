"""Training speed: the plain per-image loop, scikit-learn, and the price of recording."""

import tempfile
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from network import datasets
from network.recipes import RECIPES
from network.training import train
from tests.benchmarks.measure import median_ratio, time_in_turn

ROUNDS = 5


def train_plainly(images: np.ndarray, labels: np.ndarray, dtype: type, epochs: int) -> float:
    """The published per-image loop, as a reader would write it; returns the last accuracy.

    Parameters
    ----------
    images, labels
        (n, 784) float32 and one-hot (n, 10).
    dtype
        Of the weights. numpy's generators draw float64, which is what a reader gets who does not
        convert; float32 is the faster choice.
    """
    rng = np.random.default_rng(0)
    w_i_h = rng.uniform(-0.5, 0.5, (20, 784)).astype(dtype)
    w_h_o = rng.uniform(-0.5, 0.5, (10, 20)).astype(dtype)
    b_i_h = np.zeros((20, 1), dtype)
    b_h_o = np.zeros((10, 1), dtype)
    labels = labels.astype(dtype)
    learn_rate = 0.01
    correct = 0
    for _ in range(epochs):
        correct = 0
        for img, label in zip(images, labels, strict=True):
            img = img[:, None]
            label = label[:, None]
            h = 1 / (1 + np.exp(-(b_i_h + w_i_h @ img)))
            o = 1 / (1 + np.exp(-(b_h_o + w_h_o @ h)))
            # The published loop computes its error at every step too.
            _ = 1 / len(o) * np.sum((o - label) ** 2, axis=0)
            correct += int(np.argmax(o) == np.argmax(label))
            delta_o = o - label
            delta_h = w_h_o.T @ delta_o * (h * (1 - h))
            w_h_o += -learn_rate * delta_o @ h.T
            b_h_o += -learn_rate * delta_o
            w_i_h += -learn_rate * delta_h @ img.T
            b_i_h += -learn_rate * delta_h
    return correct / len(images)


def measure_online() -> list[list[str]]:
    """Rows: plain loops and the plain run against `sigmoid-online` with complete recording."""
    recipe = RECIPES["sigmoid-online"]
    dataset = datasets.load(recipe.dataset)
    images = dataset.train.images
    labels = datasets.one_hot(dataset.train.labels)
    _ = dataset.test.images
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "trace"
        recorded, unrecorded, plain64, plain32 = time_in_turn(
            [
                lambda: train(recipe, out, "full", force=True, dataset=dataset),
                lambda: train(recipe, record="none", dataset=dataset),
                lambda: train_plainly(images, labels, np.float64, recipe.epochs),
                lambda: train_plainly(images, labels, np.float32, recipe.epochs),
            ],
            ROUNDS,
        )
    steps = recipe.epochs * len(images)

    def row(name: str, seconds: list[float], target: str) -> list[str]:
        microseconds = np.median(seconds) / steps * 1e6
        ratio = median_ratio(seconds, recorded)
        return [name, f"{microseconds:.1f} µs a step", f"{ratio:.2f}", target]

    return [
        row("sigmoid-online, every step recorded, tested each epoch", recorded, ""),
        row("the same without recording", unrecorded, "at least 0.80"),
        row("plain numpy loop, float64 as drawn, no recording", plain64, "at least 2.5"),
        row("plain numpy loop, float32, no recording", plain32, ""),
    ]


def measure_batches() -> list[list[str]]:
    """Rows: `relu-softmax-sgd` against scikit-learn's MLPClassifier, everything else equal."""
    epochs = 3
    recipe = RECIPES["relu-softmax-sgd"].change(epochs=epochs, schedule="constant")
    dataset = datasets.load(recipe.dataset)
    images, labels = dataset.train.images, dataset.train.labels
    _ = dataset.test.images

    def theirs() -> MLPClassifier:
        model = MLPClassifier(
            hidden_layer_sizes=recipe.sizes[1:-1],
            activation="relu",
            solver="sgd",
            alpha=0,
            batch_size=recipe.batch_size,
            learning_rate_init=recipe.learning_rate,
            momentum=0,
            nesterovs_momentum=False,
            max_iter=epochs,
            n_iter_no_change=epochs + 1,
            random_state=0,
        )
        with warnings.catch_warnings():
            # It is told to stop after so many epochs, and warns that it did.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(images, labels)

    ours, others = time_in_turn(
        [lambda: train(recipe, record="none", dataset=dataset), theirs], ROUNDS
    )
    return [
        ["relu-softmax-sgd, tested", f"{np.median(ours) / epochs:.2f} s an epoch", "", ""],
        [
            "scikit-learn's MLPClassifier, the same network",
            f"{np.median(others) / epochs:.2f} s an epoch",
            f"{median_ratio(others, ours):.2f}",
            "at least 1",
        ],
    ]


def measure() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table."""
    header = ["training", "median", "times ours", "aim"]
    return header, [*measure_online(), *measure_batches()]
