"""Runs of networks of odd sizes on real digits, cut to them: small, and made in a second or two."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from network import datasets
from network.classes import NAMES
from network.datasets import FILES, write_idx
from network.recipes import RECIPES
from network.training import train

LONG_NAMES = (
    *("squamous cell carcinoma", "squamous cell papilloma", "melanocytic naevus", "dermatofibroma"),
    *("actinic keratosis", "basal cell carcinoma", "seborrhoeic keratosis", "vascular lesion"),
    *("eyebrow", "pyogenic granuloma, early", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "none"),
)


@dataclass(frozen=True)
class Odd:
    """A network, and the images for it.

    Attributes
    ----------
    hidden, classes
        Its layers, and how many outputs it has.
    size
        Rows and columns of its images.
    labels
        Which digits there are images of; the label is the digit's place among them if `renumber`.
    names
        What classes are called in ``classes.txt``, which is not there without any.
    recipe, changes
        Whose settings, and which others.
    """

    hidden: tuple[int, ...] = (20,)
    classes: int = 10
    size: tuple[int, int] = (28, 28)
    labels: Sequence[int] = range(10)
    renumber: bool = False
    names: Sequence[str] = ()
    recipe: str = "sigmoid-online"
    changes: tuple[tuple[str, Any], ...] = (("epochs", 2),)

    def write(self, folder: Path) -> Path:
        """The images, 400 to learn from and 100 to be judged by."""
        folder.mkdir(parents=True)
        mnist = datasets.load("mnist")
        for number, split, count in ((0, mnist.train, 400), (2, mnist.test, 100)):
            chosen = np.flatnonzero(np.isin(split.labels, self.labels))[:count]
            pixels, labels = split.pixels[chosen], split.labels[chosen]
            if self.renumber:
                labels = np.searchsorted(self.labels, labels).astype(np.uint8)
            if self.classes > 10:
                # There are only ten digits: one half of some is another class.
                labels = (labels + 10 * (np.arange(count) % 2)).astype(np.uint8)
                labels[labels >= self.classes] -= 10
            write_idx(folder / FILES[number], _cut(pixels, self.size))
            write_idx(folder / FILES[number + 1], labels)
        if self.names:
            (folder / NAMES).write_text("".join(f"{name}\n" for name in self.names), "utf-8")
        return folder

    def train(self, folder: Path) -> Path:
        """The trace of a run on those images, in a folder with them."""
        recipe = RECIPES[self.recipe]
        activations = (*[recipe.activations[0]] * len(self.hidden), recipe.activations[-1])
        changes: dict[str, Any] = {
            "sizes": (int(np.prod(self.size)), *self.hidden, self.classes),
            "activations": activations,
            "dataset": str(self.write(folder / "images")),
        }
        recipe = recipe.change(**changes | dict(self.changes))
        path = train(recipe, folder / "trace").path
        assert path is not None
        return path


def _cut(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Images of another size: a dark border, or each second row or column."""
    rows, columns = size
    fewer = pixels[:, :: max(1, 28 // rows), :: max(1, 28 // columns)]
    missing = [max(0, wanted - there) for wanted, there in zip(size, fewer.shape[1:], strict=True)]
    borders = [(0, 0), *((gap // 2, gap - gap // 2) for gap in missing)]
    return np.ascontiguousarray(np.pad(fewer, borders)[:, :rows, :columns])


SUITED = {
    "size32": Odd(size=(32, 32)),
    "wide": Odd(size=(28, 14)),
    "two": Odd(size=(14, 28), classes=2, labels=(3, 8), renumber=True, names=("three", "eight")),
    "two-of-ten": Odd(labels=(3, 8)),
    "twelve-long": Odd(classes=12, names=LONG_NAMES),
    "deep": Odd(hidden=(30, 20, 12)),
    "four": Odd(hidden=(4,)),
    "large": Odd(hidden=(512,), recipe="relu-softmax-sgd"),
}
UNSUITED = {
    "no-hidden": Odd(hidden=()),
    "alphabet": Odd(classes=27, names=[f"letter {n}" for n in range(27)]),
}
