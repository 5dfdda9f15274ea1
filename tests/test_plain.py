"""The two loops that a reader would write, and the fast path: the same to the last bit."""

import inspect

import numpy as np

from network import plain
from network.datasets import load, one_hot
from network.online import Descent, run_segment
from network.recipes import RECIPES

STEPS = 300


def test_plain_loops_and_the_fast_path_end_with_the_same_bits():
    recipe = RECIPES["sigmoid-online"]
    split = load("mnist").train
    images = split.images[:STEPS]
    labels = one_hot(split.labels[:STEPS].astype(int))
    fast, slow = recipe.new_network(), recipe.new_network()
    before = slow.flat.copy()
    descent = Descent(fast.flat, fast.sizes)
    rates = [recipe.learning_rate] * STEPS
    for _ in range(2):
        run_segment(fast, descent, 0, np.arange(STEPS, dtype=np.int32), images, labels, rates)
    (one, two) = slow.layers
    plain.train(images, labels, one.W, one.b, two.W, two.b, recipe.learning_rate, epochs=2)
    np.testing.assert_array_equal(slow.flat, fast.flat)
    assert np.abs(slow.flat - before).max() > 0.1


def test_they_fit_on_a_screen():
    assert len(inspect.getsource(plain).splitlines()) <= 40
    assert plain.train.__defaults__ == (
        RECIPES["sigmoid-online"].learning_rate,
        RECIPES["sigmoid-online"].epochs,
    )
