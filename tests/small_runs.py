"""Small datasets, small recipes and small traces, for the tests of what is recorded."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from network.classes import NAMES
from network.datasets import FILES, write_idx
from network.recipes import RECIPES, Recipe


def write_dataset(
    folder: Path,
    train: int = 60,
    test: int = 20,
    size: tuple[int, int] = (5, 5),
    seed: int = 0,
    labels: Sequence[int] = range(10),
    names: Sequence[str] = (),
) -> Path:
    """A folder of four IDX files: each class is a pattern with noise on it, called as given."""
    rng = np.random.default_rng(seed)
    there = np.array(labels, np.uint8)
    patterns = rng.integers(0, 256, (int(there.max()) + 1, *size))
    folder.mkdir(parents=True, exist_ok=True)
    for number, n in ((0, train), (2, test)):
        drawn = there[rng.integers(0, len(there), n)]
        noisy = patterns[drawn] + rng.normal(0, 60, (n, *size))
        # A black background, as digits have: there a weight does not change.
        pixels = np.where(patterns[drawn] < 60, 0, noisy.clip(0, 255)).astype(np.uint8)
        write_idx(folder / FILES[number], pixels)
        write_idx(folder / FILES[number + 1], drawn)
    if names:
        (folder / NAMES).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    return folder


def online(dataset: Path, **changes: Any) -> Recipe:
    """One image at a time, 25-6-10, two epochs of 60 steps: recorded in full."""
    settings: dict[str, Any] = {"sizes": (25, 6, 10), "epochs": 2, "learning_rate": 0.1}
    return RECIPES["sigmoid-online"].change(**settings | changes, dataset=str(dataset))


def batches(dataset: Path, **changes: Any) -> Recipe:
    """Batches with all that makes a state: dropout, momentum, a schedule, decay; 48 steps."""
    settings: dict[str, Any] = {"sizes": (25, 8, 6, 10), "epochs": 6, "batch_size": 7}
    return RECIPES["dropout-mlp"].change(**settings | changes, dataset=str(dataset))


def read_files(folder: Path) -> dict[str, bytes]:
    """What is in each file, to the last bit."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def read_timeless(folder: Path) -> dict[str, bytes]:
    """What is in each file of a trace; of trace.json without the seconds, which are measured."""
    files = read_files(folder)
    header = json.loads(files["trace.json"])
    for epoch in header["epochs"]:
        del epoch["seconds"]
    return files | {"trace.json": json.dumps(header).encode()}


def command_in(message: str) -> list[str]:
    """The words after ``python -m network`` of the command that an error message names."""
    assert "\n" not in message
    words = shlex.split(message.partition("python -m network ")[2])
    assert words, f"no command in {message!r}"
    return words
