"""The film: one chapter per file, made of what is in `scenes.kit`."""

import os

# What Manim loads for sound looks for programs there, and fails where there is no such variable.
os.environ.setdefault("PATH", os.defpath)

LECTURE = (
    *("neuron", "bias", "dataset", "one_hot", "shapes", "activation", "forward", "cost"),
    *("backprop", "training_loop", "learning_rate", "debugging", "predict", "fashion"),
    *("three_networks", "credits"),
)
"""The chapters of the lecture in their order; those whose file is there are in the film."""
