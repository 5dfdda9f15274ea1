"""Every chapter with many steps and every recipe: the cases, and what checks one of them.

A case takes a second or two. They are worked off by processes of their own, each of which keeps
what cases share: the recordings, words as they are typeset, and where the edges of a network lie on
the pixels.
"""

import copy
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from network import datasets
from network.classes import NAMES
from network.datasets import FILES, write_idx
from network.recipes import RECIPES
from network.trace import Trace
from network.training import ensure_trace, train

SHORT = {
    "sigmoid-online-output-first": {"epochs": 1},
    "relu-softmax-full-batch": {"epochs": 12},
    "relu-softmax-full-batch-scalar-db": {"epochs": 12},
    "relu-softmax-sgd": {"epochs": 2},
    "dropout-mlp": {"epochs": 3},
}
"""Recipes that are tried by a short run on a few real images, layers as large as published."""


POSITIONS = (0, 1, 3, -1)
"""Which of the steps that a run has recorded are told of: the first ones, and the last."""

DIGITS = 4
"""How many of the ten digits each chapter tells of; the next chapter goes on with the others."""


@dataclass(frozen=True)
class Case:
    """A chapter, and what it is to tell of.

    `step` counts in what is recorded: -1 is the last of them. With a `label`, it is the first
    from there on that saw such a picture.
    """

    chapter: str
    recipe: str
    step: int
    label: int | None = None

    def __str__(self) -> str:
        digit = "" if self.label is None else f"-digit-{self.label}"
        return f"{self.chapter}-{self.recipe}-{self.step}{digit}"


def get_cases(chapters: Sequence[str]) -> list[Case]:
    """Cases drawn pairwise: not all that could be combined, but every two of it once.

    Each chapter tells of each recipe and of each position, each recipe is told of at each position
    (by some chapter), and each digit by every third chapter. So one chapter more is ten cases more.
    """
    cases = []
    recipes = ("sigmoid-online", *SHORT)
    for number, chapter in enumerate(chapters):
        for place, recipe in enumerate(recipes):
            step = POSITIONS[(number + place) % len(POSITIONS)]
            cases.append(Case(chapter, recipe, step))
        for more in range(DIGITS):
            label = ((DIGITS - 1) * number + more) % 10
            # Soon after a snapshot: the oracle replays from there.
            cases.append(Case(chapter, "sigmoid-online", 17_000 * label + 11, label))
    return cases


def make_traces(folder: Path) -> dict[str, Path]:
    """Traces of all recipes: the main one as it is, the others by short runs into `folder`."""
    mnist = datasets.load("mnist")
    data = folder / "data"
    data.mkdir()
    for number, (split, count) in enumerate([(mnist.train, 600), (mnist.test, 200)]):
        write_idx(data / FILES[2 * number], split.pixels[:count])
        write_idx(data / FILES[2 * number + 1], split.labels[:count])
    (data / NAMES).write_text("\n".join(mnist.classes), encoding="utf-8")
    assert set(SHORT) | {"sigmoid-online"} == set(RECIPES)
    traces = {"sigmoid-online": ensure_trace("sigmoid-online")}
    for name, changes in SHORT.items():
        recipe = RECIPES[name].change(dataset=str(data), **changes)
        traces[name] = train(recipe, folder / name).path
    return traces


@functools.cache
def _open(path: Path) -> Trace:
    return Trace.open(path)


@functools.cache
def _oracles() -> dict:
    return {}


def find(case: Case, path: Path, pixels: bool = False) -> list[str]:
    """What the check finds in a chapter for a case; frames are drawn only if asked for."""
    from scenes.film.chapters import find_chapters
    from scenes.film.check import check

    _share_work()
    trace = _open(path)
    number = trace.recorded[case.step]
    if case.label is not None:
        labels = trace.dataset.train.labels
        while labels[trace.arrays["index"][number, 0]] != case.label:
            number += 1
    (chapter,) = find_chapters([case.chapter])
    told = type(
        chapter.__name__,
        (chapter,),
        {"__module__": chapter.__module__, "step": number, "open_trace": lambda *_: trace},
    )
    return [str(finding) for finding in check(told, _oracles(), pixels=pixels)]


@functools.cache
def _share_work() -> None:
    """From now on, what all cases typeset and rasterize alike is made once in this process."""
    from scenes.kit import typeset, weight_field

    weight_field.EdgeRaster = _Remembered(weight_field.EdgeRaster)
    for kind in (typeset.Words, typeset.Formula, typeset.CodeLine):
        kind.__init__ = _remembering(kind, kind.__init__)


def _remembering(kind: type, make: Callable) -> Callable:
    """The `__init__` of a typeset mobject, which parses the same SVG only once."""
    made: dict = {}

    from scenes.kit.phrase import figures_in

    def __init__(self, *args, **options):
        # Two texts may look the same and have figures of other moments.
        figures = [figures_in(arg) for arg in args if isinstance(arg, str)]
        key = repr((args, figures, sorted(options.items())))
        if type(self) is not kind:
            make(self, *args, **options)
        elif key in made:
            vars(self).update(copy.deepcopy(made[key]))
        else:
            make(self, *args, **options)
            made[key] = copy.deepcopy(vars(self))

    return __init__


class _Remembered:
    """A class whose instances are made once for the same arguments; they do not change."""

    def __init__(self, wrapped: type) -> None:
        self.wrapped = wrapped
        self.made: dict = {}

    def __call__(self, tails, tips, *rest):
        key = (tails.tobytes(), tips.tobytes(), *rest)
        if key not in self.made:
            self.made[key] = self.wrapped(tails, tips, *rest)
        return self.made[key]
