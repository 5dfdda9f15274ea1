"""Size of a trace, and how long it takes to open and to give a step."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from network import datasets
from network.recipes import RECIPES
from network.trace import Trace
from network.training import train

REPEATS = 200


def _median_ms(call: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def measure() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table, for `sigmoid-online` with all its steps."""
    recipe = RECIPES["sigmoid-online"]
    dataset = datasets.load(recipe.dataset)
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "trace"
        train(recipe, out, "full", dataset=dataset)
        size = sum(file.stat().st_size for file in out.iterdir())
        opened = _median_ms(lambda: Trace.open(out), 20)
        trace = Trace.open(out)
        _ = trace[0]  # reads the images, once
        steps = iter(rng.integers(0, trace.steps, REPEATS).tolist())
        step = _median_ms(lambda: trace[next(steps)], REPEATS)
    return (
        ["trace of sigmoid-online, 180,000 steps", "measured", "aim"],
        [
            ["size", f"{size / 1e6:.1f} MB", "at most 60 MB"],
            ["open, every file's hash checked", f"{opened:.1f} ms", "at most 50 ms"],
            ["any step, weights before and after (median)", f"{step:.1f} ms", "at most 20 ms"],
        ],
    )
