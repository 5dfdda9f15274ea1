"""The published networks, as settings: everything that decides a run, and nothing else.

A recipe is frozen; `Recipe.change` gives another one. Two runs with equal recipes on the same
dataset end with the same bits.
"""

import dataclasses
import difflib
import hashlib
import re
from dataclasses import dataclass
from typing import Any, get_args, get_origin

import numpy as np

from network.errors import SettingsError
from network.model import BiasGradient, Network, check_settings, parameter_count
from network.schedules import SCHEDULES

MOST_EPOCHS = 10**9
"""Far more than anybody waits for, and few enough for steps to be counted in 64 bits."""

MOST_IMAGES = 2**31
"""More than any set of images that can be read here has."""

_TYPES: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    BiasGradient: "a text",
    tuple[int, ...]: "whole numbers",
    tuple[float, ...]: "numbers",
    tuple[str, ...]: "texts",
}


@dataclass(frozen=True)
class Recipe:
    """How to train one network.

    Attributes
    ----------
    name, summary
        What it is called, and what it is in one line.
    sizes, activations, loss, initialisation, bias_initialisation, dropout
        See `network.model.Network`.
    batch_size
        Images per step; 0 stands for all of them. What does not fill a batch is left out of the
        epoch.
    shuffle
        Draw a new order every epoch; else file order.
    learning_rate, schedule
        See `network.schedules`.
    momentum, weight_decay
        See `network.optimizers.SGD`.
    update_order
        "gradients-first" is exact backpropagation; "output-first" updates each layer before the
        blame goes through it, as one published code does.
    bias_gradient
        "per-neuron", or "scalar" for the famous bug.
    holdout
        So many images at the end of the training set are kept out of training and take the place
        of the test set: to choose hyperparameters without looking at the test images.
    """

    name: str
    # No setting: a trace made before its words were changed is still of this recipe.
    summary: str = dataclasses.field(compare=False)
    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    learning_rate: float
    epochs: int
    dataset: str = "mnist"
    loss: str = "cross-entropy"
    initialisation: str = "he"
    bias_initialisation: str = "zero"
    batch_size: int = 1
    shuffle: bool = True
    schedule: str = "constant"
    momentum: float = 0.0
    weight_decay: float = 0.0
    dropout: tuple[float, ...] = ()
    update_order: str = "gradients-first"
    bias_gradient: BiasGradient = "per-neuron"
    holdout: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for it in dataclasses.fields(self):
            if not _is_of_type(getattr(self, it.name), it.type):
                raise SettingsError(
                    f"{it.name.replace('_', ' ')} must be {_TYPES[it.type]}, "
                    f"not {getattr(self, it.name)!r}"
                )
        check_settings(
            self.sizes,
            self.activations,
            self.loss,
            self.initialisation,
            self.bias_initialisation,
            self.dropout,
        )
        for field, allowed in {
            "schedule": tuple(SCHEDULES),
            "update_order": ("gradients-first", "output-first"),
            "bias_gradient": get_args(BiasGradient),
        }.items():
            if getattr(self, field) not in allowed:
                raise SettingsError(
                    f"unknown {field.replace('_', ' ')} {getattr(self, field)!r}: "
                    f"use {', '.join(allowed)}"
                )
        for field in ("learning_rate", "momentum", "weight_decay"):
            if isinstance(getattr(self, field), int) and abs(getattr(self, field)) > 2**1000:
                raise SettingsError(f"{field.replace('_', ' ')} is no number that can be used")
        if not (0 < self.learning_rate < float("inf")):
            raise SettingsError(f"the learning rate must be above 0, not {self.learning_rate}")
        if not 0 <= self.momentum < 1:
            raise SettingsError(f"momentum lies in [0, 1), not {self.momentum}")
        if not 0 <= self.weight_decay < 1:
            raise SettingsError(f"weight decay lies in [0, 1), not {self.weight_decay}")
        if self.epochs < 1:
            raise SettingsError(f"epochs must be at least 1, not {self.epochs}")
        if self.epochs > MOST_EPOCHS:
            raise SettingsError(f"epochs are at most {MOST_EPOCHS:,}, not {self.epochs}")
        for field in ("batch_size", "holdout", "seed"):
            if getattr(self, field) < 0:
                raise SettingsError(f"{field.replace('_', ' ')} cannot be negative")
        for field in ("batch_size", "holdout"):
            if getattr(self, field) > MOST_IMAGES:
                raise SettingsError(
                    f"{field.replace('_', ' ')} is at most {MOST_IMAGES:,}, "
                    f"not {getattr(self, field)}"
                )

    def change(self, **settings: Any) -> "Recipe":
        """The same recipe with other settings.

        Raises
        ------
        SettingsError
            If there is no such setting, or its value is out of range.
        """
        unknown = set(settings) - {field.name for field in dataclasses.fields(self)}
        if unknown:
            raise SettingsError(f"a recipe has no setting {', '.join(sorted(unknown))}")
        return dataclasses.replace(self, **settings)

    @property
    def label(self) -> str:
        """A file name: the recipe's name, and what differs from the published settings.

        Of a folder of images it has the folder's name only.
        """
        return self._label(re.split(r"[/\\]", self.dataset.rstrip("/\\"))[-1])

    @property
    def former_label(self) -> str:
        """The label that traces of a folder's images had before: with the whole path."""
        return self._label(self.dataset)

    def _label(self, dataset: str) -> str:
        published = RECIPES.get(self.name)
        if published is None:
            return self.name
        parts = [self.name]
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value != getattr(published, field.name) and field.name not in ("name", "summary"):
                shown = "-".join(map(str, value)) if isinstance(value, tuple) else _plain(value)
                shown = f"{field.name.replace('_', '-')}-{shown}"
                if field.name == "dataset":
                    shown = dataset
                # A folder may be called anything.
                parts.append(re.sub(r"[^A-Za-z0-9.+-]+", "-", shown).strip("-") or "folder")
        label = "-".join(parts)
        if len(label) > 120:  # a file name has at most 255 bytes
            label = f"{label[:100]}-{hashlib.sha256(label.encode()).hexdigest()[:12]}"
        return label

    @property
    def parameter_count(self) -> int:
        """Weights and biases."""
        return parameter_count(self.sizes)

    @property
    def online(self) -> bool:
        """Whether it trains one image at a time by plain gradient descent: fully recordable."""
        return (
            self.batch_size == 1
            and self.bias_gradient == "per-neuron"
            and not (self.momentum or self.weight_decay or any(self.dropout))
        )

    def to_dict(self) -> dict[str, Any]:
        """Every setting, as JSON can hold it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> "Recipe":
        """The recipe that `to_dict` described."""
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in settings.items()
        }
        return cls(**read)

    def new_network(self, dtype: Any = np.float32) -> Network:
        """A network with this recipe's initial parameters, drawn from its seed."""
        return Network(
            self.sizes,
            self.activations,
            self.loss,
            np.random.default_rng([self.seed, 0]),
            self.initialisation,
            self.bias_initialisation,
            self.dropout,
            dtype,
        )


def _is_of_type(value: Any, kind: Any) -> bool:
    """Whether a setting, from a file of any origin, is of the type of its field."""
    if get_origin(kind) is tuple:
        part, _ = get_args(kind)
        return isinstance(value, tuple) and all(_is_of_type(one, part) for one in value)
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, int | float)
    return isinstance(value, str if kind is BiasGradient else kind)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


_SIGMOID_ONLINE = Recipe(
    name="sigmoid-online",
    summary="784-20-10, sigmoid, one image at a time: the lecture's main character",
    sizes=(784, 20, 10),
    activations=("sigmoid", "sigmoid"),
    initialisation="uniform",
    learning_rate=0.01,
    epochs=3,
    shuffle=False,
)
_FULL_BATCH = Recipe(
    name="relu-softmax-full-batch",
    summary="784-10-10, ReLU and softmax, all images at every step, 500 steps",
    sizes=(784, 10, 10),
    activations=("relu", "softmax"),
    initialisation="uniform",
    bias_initialisation="uniform",
    learning_rate=0.10,
    epochs=500,
    batch_size=0,
    shuffle=False,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        _SIGMOID_ONLINE,
        dataclasses.replace(
            _SIGMOID_ONLINE,
            name="sigmoid-online-output-first",
            summary="the same in the published update order: blame goes through changed weights",
            update_order="output-first",
        ),
        _FULL_BATCH,
        dataclasses.replace(
            _FULL_BATCH,
            name="relu-softmax-full-batch-scalar-db",
            summary="the same with the famous bug: one bias gradient for a whole layer",
            bias_gradient="scalar",
        ),
        Recipe(
            name="relu-softmax-sgd",
            summary="784-128-10, ReLU and softmax, mini-batches, a decaying learning rate",
            sizes=(784, 128, 10),
            activations=("relu", "softmax"),
            learning_rate=0.15,
            epochs=20,
            batch_size=32,
            schedule="decay",
        ),
        Recipe(
            name="dropout-mlp",
            summary="784-512-256-10, dropout, momentum, cosine schedule: as far as plain goes",
            sizes=(784, 512, 256, 10),
            activations=("relu", "relu", "softmax"),
            learning_rate=0.05,
            epochs=40,
            batch_size=100,
            schedule="cosine",
            momentum=0.9,
            weight_decay=0.00005,
            dropout=(0.25, 0.25),
        ),
    )
}


def find_recipe(name: str) -> Recipe:
    """The published recipe of that name.

    Raises
    ------
    SettingsError
        If there is none; the message names the nearest and all.
    """
    if name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(name, RECIPES, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise SettingsError(f"no recipe {name!r}: {hint}there are {', '.join(RECIPES)}")
