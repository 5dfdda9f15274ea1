"""Accuracy of every recipe on the official test images: mean and spread over three seeds.

``make results`` prints the table that README shows. With ``--validate`` the last 10,000 training
images take the place of the test images: that is how the recipes' settings were chosen.
"""

import argparse
import sys

import numpy as np

from network import datasets
from network.recipes import RECIPES
from network.training import train
from tests.benchmarks.measure import format_table, keep

RUNS = (
    ("sigmoid-online", "mnist"),
    ("sigmoid-online-output-first", "mnist"),
    ("relu-softmax-full-batch", "mnist"),
    ("relu-softmax-full-batch-scalar-db", "mnist"),
    ("relu-softmax-sgd", "mnist"),
    ("relu-softmax-sgd", "fashion-mnist"),
    ("dropout-mlp", "mnist"),
    ("dropout-mlp", "fashion-mnist"),
)
SEEDS = (0, 1, 2)
HELD_OUT = 10_000


def main(arguments: list[str]) -> int:
    """Train everything, print and keep the table; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.results")
    parser.add_argument("recipes", nargs="*", help="only these")
    parser.add_argument("--validate", action="store_true", help="judge by held-out images")
    options = parser.parse_args(arguments)
    header = ["recipe", "images", "test accuracy", "seeds 0, 1, 2", "while training", "seconds"]
    rows = []
    for name, images in RUNS:
        if options.recipes and name not in options.recipes:
            continue
        dataset = datasets.load(images)
        recipe = RECIPES[name].change(
            dataset=dataset.name, holdout=HELD_OUT if options.validate else 0
        )
        results = [train(recipe.change(seed=s), record="none", dataset=dataset) for s in SEEDS]
        tested = np.array([result.epochs[-1]["test_accuracy"] for result in results]) * 100
        trained = np.mean([result.epochs[-1]["train_accuracy"] for result in results]) * 100
        seconds = np.median([sum(e["seconds"] for e in result.epochs) for result in results])
        rows.append(
            [
                f"`{name}`",
                images,
                f"{tested.mean():.2f} % ± {tested.std(ddof=1):.2f}",
                ", ".join(f"{value:.2f}" for value in tested),
                f"{trained:.2f} %",
                f"{seconds:.0f}",
            ]
        )
        print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
    table = format_table(header, rows)
    print(table)
    if not options.recipes:
        keep("held-out accuracy" if options.validate else "accuracy", table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
