"""The published networks to the digit, and recipes as settings: frozen, checked, named, kept."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.errors import SettingsError
from network.recipes import RECIPES, Recipe, find_recipe
from network.training import default_record

# The facts of the published lessons ("stated" or "derived" from their code), and our choices.
FACTS: dict[str, dict[str, Any]] = {
    "sigmoid-online": {
        "sizes": (784, 20, 10),
        "activations": ("sigmoid", "sigmoid"),
        "loss": "cross-entropy",  # δ_o = o − l
        "initialisation": "uniform",
        "bias_initialisation": "zero",
        "batch_size": 1,
        "shuffle": False,
        "learning_rate": 0.01,
        "schedule": "constant",
        "epochs": 3,
        "update_order": "gradients-first",
    },
    "relu-softmax-full-batch": {
        "sizes": (784, 10, 10),
        "activations": ("relu", "softmax"),
        "loss": "cross-entropy",
        "initialisation": "uniform",
        "bias_initialisation": "uniform",
        "batch_size": 0,
        "shuffle": False,
        "learning_rate": 0.10,
        "schedule": "constant",
        "epochs": 500,
        "bias_gradient": "per-neuron",
    },
    "relu-softmax-sgd": {
        "sizes": (784, 128, 10),
        "activations": ("relu", "softmax"),
        "loss": "cross-entropy",
        "initialisation": "he",
        "bias_initialisation": "zero",
        "shuffle": True,
        "schedule": "decay",
    },
    "dropout-mlp": {
        "sizes": (784, 512, 256, 10),
        "activations": ("relu", "relu", "softmax"),
        "loss": "cross-entropy",
        "shuffle": True,
        "schedule": "cosine",
    },
}
VARIANTS = {
    "sigmoid-online-output-first": ("sigmoid-online", {"update_order": "output-first"}),
    "relu-softmax-full-batch-scalar-db": ("relu-softmax-full-batch", {"bias_gradient": "scalar"}),
}
PLAIN = {"momentum": 0.0, "weight_decay": 0.0, "dropout": ()}


@pytest.mark.parametrize("name", FACTS)
def test_published_settings(name: str) -> None:
    recipe = RECIPES[name]
    assert {key: getattr(recipe, key) for key in FACTS[name]} == FACTS[name]
    assert (recipe.dataset, recipe.holdout, recipe.seed) == ("mnist", 0, 0)
    if name == "dropout-mlp":
        assert recipe.momentum > 0
        assert len(recipe.dropout) == 2
        assert min(recipe.dropout) > 0
        assert recipe.batch_size > 1
    else:
        assert {key: getattr(recipe, key) for key in PLAIN} == PLAIN
    if name == "relu-softmax-sgd":
        assert recipe.batch_size > 1


def test_there_are_four_networks_and_two_variants() -> None:
    assert set(RECIPES) == set(FACTS) | set(VARIANTS)
    assert [recipe.name for recipe in RECIPES.values()] == list(RECIPES)
    summaries = [recipe.summary for recipe in RECIPES.values()]
    assert len(set(summaries)) == len(RECIPES)
    assert all(summary and "\n" not in summary for summary in summaries)


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_differ_in_one_setting(name: str) -> None:
    original, change = VARIANTS[name]
    variant = RECIPES[name].to_dict()
    expected = RECIPES[original].to_dict() | change
    assert {k: v for k, v in variant.items() if k not in ("name", "summary")} == {
        k: v for k, v in expected.items() if k not in ("name", "summary")
    }


def test_sizes_and_steps_of_the_main_character() -> None:
    recipe = RECIPES["sigmoid-online"]
    assert recipe.parameter_count == 784 * 20 + 20 + 20 * 10 + 10
    network = recipe.new_network()
    assert {name: array.shape for name, array in network.parameters.items()} == {
        "W1": (20, 784),
        "b1": (20,),
        "W2": (10, 20),
        "b2": (10,),
    }
    weights = np.concatenate([network.parameters[name].ravel() for name in ("W1", "W2")])
    assert abs(weights).max() <= 0.5
    assert abs(weights).max() > 0.499
    assert not network.parameters["b1"].any()
    assert network.flat.dtype == np.float32


def test_full_batch_draws_its_biases_too() -> None:
    network = RECIPES["relu-softmax-full-batch"].new_network()
    # All of the uniform distribution on ±0.5, biases no less than weights.
    for name, array in network.parameters.items():
        spread = pytest.approx(1 / np.sqrt(12), rel=0.35 if array.ndim == 1 else 0.05)
        assert array.std() == spread, name
        assert abs(array).max() <= 0.5, name
        assert array.min() < 0 < array.max(), name


def test_what_can_be_recorded_in_full() -> None:
    assert {name: default_record(recipe) for name, recipe in RECIPES.items()} == {
        "sigmoid-online": "full",
        "sigmoid-online-output-first": "full",
        "relu-softmax-full-batch": "sparse",
        "relu-softmax-full-batch-scalar-db": "sparse",
        "relu-softmax-sgd": "sparse",
        "dropout-mlp": "sparse",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"batch_size": 2},
        {"batch_size": 0},
        {"momentum": 0.5},
        {"weight_decay": 0.1},
        {"dropout": (0.5,)},
        # The online path knows no scalar bug: such a run must not silently be a right one.
        {"bias_gradient": "scalar"},
    ],
)
def test_only_plain_descent_by_one_image_is_online(change: dict[str, Any]) -> None:
    assert not RECIPES["sigmoid-online"].change(**change).online
    assert RECIPES["sigmoid-online"].change(dropout=(0.0,)).online


def test_recipes_are_frozen_and_change_makes_another() -> None:
    recipe = RECIPES["sigmoid-online"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.learning_rate = 1.0  # type: ignore[misc]
    other = recipe.change(learning_rate=0.1, seed=7)
    assert (other.learning_rate, other.seed) == (0.1, 7)
    assert recipe.learning_rate == 0.01
    assert other != recipe
    assert other.change(learning_rate=0.01, seed=0) == recipe
    assert len({recipe, other, recipe.change()}) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sizes": (784,), "activations": ()}, "two layers"),
        ({"sizes": (784, -1, 10)}, "one neuron"),
        ({"activations": ("sigmoid",)}, "as many activations"),
        ({"activations": ("sigmoid", "tanh")}, "unknown activation 'tanh'"),
        ({"activations": ("sigmoid", "relu")}, "cross-entropy needs probabilities"),
        ({"loss": "hinge"}, "unknown loss 'hinge'"),
        ({"initialisation": "ones"}, "unknown initialisation 'ones'"),
        ({"bias_initialisation": "ones"}, "unknown bias initialisation 'ones'"),
        ({"dropout": (0.5, 0.5)}, "as many dropout rates"),
        ({"dropout": (1.0,)}, "dropout rate"),
        ({"schedule": "linear"}, "unknown schedule 'linear': use constant, cosine, decay"),
        ({"update_order": "random"}, "unknown update order 'random': use .*output-first"),
        ({"bias_gradient": "none"}, "unknown bias gradient 'none': use per-neuron, scalar"),
        ({"learning_rate": 0.0}, "learning rate must be above 0"),
        ({"learning_rate": -0.1}, "learning rate must be above 0"),
        ({"learning_rate": float("inf")}, "learning rate must be"),
        ({"learning_rate": float("nan")}, "learning rate must be"),
        ({"momentum": 1.0}, "momentum lies in"),
        ({"momentum": -0.1}, "momentum lies in"),
        ({"momentum": float("nan")}, "momentum lies in"),
        ({"weight_decay": 1.0}, "weight decay lies in"),
        ({"weight_decay": -0.1}, "weight decay lies in"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"batch_size": -1}, "batch size cannot be negative"),
        ({"holdout": -1}, "holdout cannot be negative"),
        ({"seed": -1}, "seed cannot be negative"),
        ({"colour": "red"}, "no setting colour"),
    ],
)
def test_bad_settings_are_refused_in_one_line(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=f"^[^\n]*{words}[^\n]*$"):
        RECIPES["sigmoid-online"].change(**change)


# Names


def test_label_is_the_name_and_what_differs() -> None:
    recipe = RECIPES["sigmoid-online"]
    assert recipe.label == "sigmoid-online"
    assert recipe.change(seed=3).label == "sigmoid-online-seed-3"
    assert recipe.change(learning_rate=0.1, epochs=1).label == (
        "sigmoid-online-learning-rate-0.1-epochs-1"
    )
    assert recipe.change(dataset="fashion-mnist").label == "sigmoid-online-fashion-mnist"
    folder = recipe.change(dataset="/home/me/my digits/")
    assert (folder.label, folder.former_label) == (
        "sigmoid-online-my-digits",
        "sigmoid-online-home-me-my-digits",
    )
    assert recipe.change(sizes=(784, 30, 10)).label == "sigmoid-online-sizes-784-30-10"
    dropout = RECIPES["dropout-mlp"].change(dropout=(0.2, 0.5), weight_decay=1e-4)
    assert dropout.label == "dropout-mlp-weight-decay-0.0001-dropout-0.2-0.5"
    mine = Recipe("mine", "", (4, 2), ("softmax",), learning_rate=0.1, epochs=1)
    assert mine.label == mine.change(seed=3).label == "mine"


@given(st.text(max_size=300))
def test_label_is_a_plain_file_name_whatever_the_dataset(dataset: str) -> None:
    label = RECIPES["sigmoid-online"].change(dataset=f"/a b/{dataset}").label
    assert label.startswith("sigmoid-online-")
    assert label[-1] != "-"
    assert all(c.isascii() and (c.isalnum() or c in ".+-") for c in label)


def test_long_labels_are_shortened_and_stay_different() -> None:
    recipe = RECIPES["sigmoid-online"]
    labels = {recipe.change(dataset="/" + "a" * 300 + end).label for end in "bcd"}
    assert len(labels) == 3
    assert max(map(len, labels)) < 200


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sigmoid-onlin", "sigmoid-online"),
        ("sigmoid_online", "sigmoid-online"),
        ("relu-softmax-sdg", "relu-softmax-sgd"),
        ("droput-mlp", "dropout-mlp"),
    ],
)
def test_a_near_miss_is_told_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=f"^[^\n]*did you mean {meant}\\?[^\n]*$") as caught:
        find_recipe(typed)
    assert all(name in str(caught.value) for name in RECIPES)


def test_a_far_miss_is_told_all() -> None:
    with pytest.raises(SettingsError, match=r"^no recipe 'transformer': there are [^\n]*$"):
        find_recipe("transformer")


@pytest.mark.parametrize("name", RECIPES)
def test_find_recipe(name: str) -> None:
    assert find_recipe(name) is RECIPES[name]


# Round trip


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_survives_json(name: str) -> None:
    recipe = RECIPES[name].change(seed=5, learning_rate=0.1 + 0.2)
    told = json.loads(json.dumps(recipe.to_dict()))
    assert Recipe.from_dict(told) == recipe
    assert set(told) == {field.name for field in dataclasses.fields(Recipe)}


def test_reading_a_recipe_checks_it() -> None:
    with pytest.raises(SettingsError, match="learning rate"):
        Recipe.from_dict(RECIPES["sigmoid-online"].to_dict() | {"learning_rate": -1})


@pytest.mark.parametrize("neurons", [10**9 + 1, 10**12, 10**400])
def test_more_neurons_than_can_be_are_told_at_once(neurons: int) -> None:
    recipe = RECIPES["sigmoid-online"]
    assert recipe.change(sizes=(784, 10**9, 10)).sizes[1] == 10**9
    with pytest.raises(SettingsError, match="a layer has at most 1,000,000,000 neurons, not 10"):
        recipe.change(sizes=(784, neurons, 10))
