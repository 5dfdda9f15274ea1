"""The training of `sigmoid-online` as a reader would write it: two loops, and nothing else.

`network.online` takes the same steps faster; a test holds the two equal, bit for bit.
"""

import numpy as np

from network.functions import Floats


def sigmoid(z: Floats) -> Floats:
    """Squeeze into (0, 1)."""
    return np.float32(1) / (np.float32(1) + np.exp(-z))


def train(
    images: Floats, labels: Floats, W1: Floats, b1: Floats, W2: Floats, b2: Floats,
    learning_rate: float = 0.01, epochs: int = 3,
) -> None:  # fmt: skip
    """Change weights and biases in place, image after image.

    Shapes: images (n, 784), labels (n, 10) one-hot, W1 (20, 784), W2 (10, 20); all float32.
    """
    rate = np.float32(learning_rate)
    for _ in range(epochs):
        for x, label in zip(images, labels, strict=True):
            # Forward: what does it say?
            h = sigmoid(W1 @ x + b1)
            o = sigmoid(W2 @ h + b2)
            # Backward: whose fault is it?
            delta_o = o - label
            delta_h = (delta_o @ W2) * (h * (1 - h))
            # The step.
            W2 -= np.outer(rate * delta_o, h)
            b2 -= rate * delta_o
            W1 -= np.outer(rate * delta_h, x)
            b1 -= rate * delta_h
