"""Words hold at every step: what is said is held to the run, by rules that restate its claims.

Each rule knows a turn of phrase, and what has to be true of the run where it is used. It works that
out anew, from the arrays of the step alone. The chapter on the bias tells of the trained network
only, whatever the step: see `test_bias`.
"""

import re
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from network.recipes import RECIPES
from network.trace import Trace
from network.training import train
from scenes.film.chapters import find_chapters
from tests.small_runs import write_dataset
from tests.words_walk import nothing_typeset, words_of

STEPS = 60
EVERY = {"one_hot": 1, "forward": 5, "backprop": 5}
"""Of these steps, every how many-th a chapter is asked for: the larger it is, the slower."""

SHORT: dict[str, dict[str, Any]] = {
    "sigmoid-online": {"epochs": 30, "learning_rate": 1.0},
    "sigmoid-online-output-first": {"epochs": 2, "learning_rate": 0.3},
    "relu-softmax-full-batch": {"epochs": 70},
    "relu-softmax-full-batch-scalar-db": {"epochs": 70},
    "relu-softmax-sgd": {"epochs": 60, "batch_size": 20},
    "dropout-mlp": {"epochs": 60, "batch_size": 20},
}


@pytest.fixture(scope="module")
def traces(tmp_path_factory) -> dict[str, Trace]:
    """A small run of every recipe, on images of ten digits."""
    folder = tmp_path_factory.mktemp("words")
    data = write_dataset(folder / "data", train=120, names="0123456789")
    made = {}
    for name, changes in SHORT.items():
        recipe = RECIPES[name]
        sizes = (25, *[8] * (len(recipe.sizes) - 2), 10)
        train(recipe.change(sizes=sizes, dataset=str(data), **changes), folder / name)
        made[name] = Trace.open(folder / name)
    return made


def test_every_recipe_is_tried():
    assert SHORT.keys() == RECIPES.keys()
    assert {chapter.file_name() for chapter in find_chapters()} - {"bias"} == EVERY.keys()


# What is worked out of a step


def outputs(s: Any) -> np.ndarray:
    return np.asarray(s.step.a[s.step.layers], np.float64)


def right(s: Any) -> bool:
    return int(np.argmax(outputs(s))) == s.step.label


def batch(s: Any) -> int:
    return int(s.trace.arrays["index"].shape[1])


def hidden(s: Any) -> int:
    return int(s.step.layers) - 1


def slope(s: Any, neuron: int) -> float:
    h = float(s.step.a[hidden(s)][neuron])
    return h * (1 - h) if s.trace.recipe.activations[hidden(s) - 1] == "sigmoid" else float(h > 0)


def pushed(s: Any) -> float:
    """The push of the weight from the most active neuron to the label's output."""
    source = int(np.argmax(s.step.a[hidden(s)]))
    return abs(float(s.step.delta[s.step.layers][s.step.label] * s.step.a[hidden(s)][source]))


def most_blamed(s: Any) -> int:
    return int(np.argmax(np.abs(s.step.delta[hidden(s)])))


def errors(s: Any) -> tuple[float, float]:
    """Mean squared error of the picture before the step and after it, by the whole network."""
    before, after = (s.trace.see(s.step.picture, at=s.step.step + more) for more in (0, 1))
    return tuple(float(np.mean((v.a[v.layers] - v.y) ** 2)) for v in (before, after))


def not_yet(s: Any) -> bool:
    """Whether the label's output is seen to be short of one."""
    return 1 - outputs(s)[s.step.label] >= 0.005


def distances(s: Any) -> list[int]:
    """How far the guess is from the label, from where it begins to where it ends."""
    count, label = s.trace.sizes[-1], s.step.label
    far = 0 if label >= (count - 1) / 2 else count - 1
    first = label + (1 if far > label else -1)
    way = range(first, far + 1) if far >= first else range(first, far - 1, -1)
    return [abs(guess - label) for guess in way]


def mean_error(s: Any, which: slice) -> float:
    return float(np.mean(s.trace.arrays["error"][which]))


def figure(s: Any, group: int = 1) -> float:
    return float(s.match.group(group).replace(",", "").replace("\N{MINUS SIGN}", "-"))


ONE_HOT: dict[str, Callable[[Any], bool]] = {
    "nearly right": lambda s: distances(s)[0] == 1 < s.trace.sizes[-1] - 1,
    "further and further away": lambda s: all(np.diff(distances(s)) > 0) and len(distances(s)) > 1,
    "much bigger mistake": lambda s: distances(s)[-1] > distances(s)[0],
    "other mistakes are nearly right": lambda s: distances(s)[-1] > 1,
    "before any training": lambda s: s.step.step == 0,
    r"([\d,]+) steps into its training": lambda s: figure(s) == s.step.step > 1,
    "one step into its training": lambda s: s.step.step == 1,
    "largest is in the right place": right,
    "largest is in the wrong place": lambda s: not right(s),
}
FORWARD: dict[str, Callable[[Any], bool]] = {
    "never seen a picture": lambda s: s.step.step == 0,
    r"at step ([\d,]+) of its training": lambda s: figure(s) == s.step.step > 0,
    "before the first step every bias is zero": lambda s: (
        s.step.step == 0 and not s.step.b[1].any()
    ),
    "The bias shifts it": lambda s: bool(s.step.b[1].any()),
    "Most of them are zero": lambda s: np.mean(s.step.x == 0) > 0.5,
    "some above zero, some below": lambda s: (
        min(s.step.W[1] @ s.step.x) < 0 < max(s.step.W[1] @ s.step.x)
    ),
    r"with (\d+\.\d+)\. And that is right": lambda s: right(s) and outputs(s).max() >= 0.495,
    "not at all sure": lambda s: right(s) and outputs(s).max() < 0.5,
    r"But it is": lambda s: not right(s),
    "separate scores": lambda s: s.trace.recipe.activations[-1] == "sigmoid",
    "shares that sum to one": lambda s: abs(outputs(s).sum() - 1) < 1e-4,
    "dropout silences|Dropout is at work": lambda s: any(s.trace.recipe.dropout),
}
BACKPROP: dict[str, Callable[[Any], bool]] = {
    r"have (?:said one|had it all): (\S+), push it up": lambda s: figure(s) < 0 and not_yet(s),
    "all but did": lambda s: not not_yet(s),
    "and it was wrong": lambda s: not right(s),
    "this time it was right": right,
    "not perfect": lambda s: 0.5 <= outputs(s)[s.step.label] < 1,
    "not sure at all": lambda s: outputs(s)[s.step.label] < 0.5,
    r"would be only ([+\N{MINUS SIGN}]?\d+\.\d+)": lambda s: 0 < abs(figure(s)) < outputs(s).max(),
    "would take this weight far": lambda s: pushed(s) >= 0.05 and batch(s) == 1,
    "push is a small one": lambda s: 0.005 <= pushed(s) < 0.05 and batch(s) == 1,
    "push is next to nothing": lambda s: pushed(s) < 0.005 and batch(s) == 1,
    r"the step asks ([\d,]+) pictures": lambda s: figure(s) == batch(s) > 1,
    "momentum from the steps before": lambda s: s.trace.recipe.momentum > 0 and s.step.step > 0,
    "From now on": lambda s: s.trace.recipe.momentum > 0 and s.step.step == 0,
    r"[Nn]euron (\d+) is saturated": lambda s: slope(s, int(figure(s))) <= 0.025,
    r"[Nn]euron (\d+) is off": lambda s: s.step.a[hidden(s)][int(figure(s))] == 0,
    "None of them is saturated": lambda s: min(slope(s, n) for n in neurons(s)) > 0.025,
    r"[Nn]euron (\d+) learns most": lambda s: batch(s) == 1 and figure(s) == most_blamed(s),
    r"[Nn]euron (\d+) gets most of": lambda s: batch(s) > 1 and figure(s) == most_blamed(s),
    r"error is down to (\d+\.\d+)": lambda s: errors(s)[1] < errors(s)[0] and figure(s) > 0,
    r"error is up to (\d+\.\d+)": lambda s: errors(s)[1] >= errors(s)[0] and figure(s) > 0,
    "next to nothing is left of the error": lambda s: errors(s)[1] < 0.00005 <= errors(s)[0],
    "next to no error": lambda s: max(errors(s)) < 0.00005,
    "one picture after another": lambda s: batch(s) == 1,
    r"([\d,]+) pictures at a time": lambda s: figure(s) == batch(s) > 1,
    r"bring the mean error from (\d+\.\d+) down to (\d+\.\d+)": lambda s: figure(s) > figure(s, 2),
    r"mean error went from (\d+\.\d+) to (\d+\.\d+)": lambda s: figure(s) <= figure(s, 2),
}
RARE = {
    "Most of them are zero",  # the images of these small runs are brighter than digits
    "next to nothing is left of the error",  # between one step and the next
    r"mean error went from (\d+\.\d+) to (\d+\.\d+)",  # none of these runs went astray
}
RULES = {"one_hot": ONE_HOT, "forward": FORWARD, "backprop": BACKPROP}


def neurons(s: Any) -> range:
    return range(len(s.step.a[hidden(s)]))


@pytest.mark.parametrize("chapter", EVERY)
def test_what_is_said_is_true(chapter, traces):
    (kind,) = find_chapters([chapter])
    false, used = [], Counter()
    with nothing_typeset():
        for name, trace in traces.items():
            recorded = np.array(trace.recorded)
            chosen = recorded[[0, 1, *np.linspace(2, len(recorded) - 1, STEPS - 2).astype(int)]]
            for number in dict.fromkeys(map(int, [*chosen[:: EVERY[chapter]], recorded[-1]])):
                step = trace[number].example(0)
                for beat, (variant, told) in words_of(kind, trace, number).items():
                    for phrase, holds in RULES[chapter].items():
                        match = re.search(phrase, told.text)
                        if match:
                            used[phrase] += 1
                            if not holds(SimpleNamespace(trace=trace, step=step, match=match)):
                                false.append(f"{name}, {number}, {beat}.{variant}: {match.group()}")
    assert false == []
    # A rule that is never asked guards nothing: its words may have changed.
    assert RULES[chapter].keys() - used.keys() <= RARE
