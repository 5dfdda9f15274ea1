"""Kill small training runs, each at another line of the code that writes, and resume them.

A program of its own, since it forks: ``python -m tests.killed_run FOLDER DATASET RECIPE`` exits
with an error if anything half-made opens, or a resumed run differs from one that was never stopped.
It prints how many runs it killed.
"""

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from network import recording, training
from network.errors import TraceError
from network.trace import Trace
from network.training import train
from tests import small_runs

WATCHED = {recording.__file__, training.__file__}
# Of the lines at the end, where the trace is made whole, none is left out.
LAST, OTHERS = 45, 15


def watch_lines(run: Callable[[], object], seen: Callable[[], None]) -> None:
    """Call `seen` before every line of the watched modules that `run` comes to."""

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            seen()
        return watch

    sys.settrace(watch)
    try:
        run()
    finally:
        sys.settrace(None)


def count_lines(run: Callable[[], object]) -> int:
    """How many lines of the watched modules a run comes to."""
    lines = 0

    def seen() -> None:
        nonlocal lines
        lines += 1

    watch_lines(run, seen)
    return lines


def run_and_kill(run: Callable[[], object], line: int) -> bool:
    """Run in a child process and kill it when it comes to its line of that number, if it does."""
    child = os.fork()
    if child == 0:
        left = line

        def seen() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        watch_lines(run, seen)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"died by itself before {line}"
    return os.WIFSIGNALED(status)


def main(folder: Path, dataset: Path, kind: str) -> None:
    """See the module."""
    recipe = getattr(small_runs, kind)(dataset, epochs=2)
    rng = random.Random(kind)

    def training_to(out: Path, **options: Any) -> Callable[[], object]:
        return lambda: train(recipe, out, snapshot_every=16, checkpoint_seconds=0, **options)

    training_to(folder / "whole")()
    whole = small_runs.read_timeless(folder / "whole")
    train(recipe.change(seed=7), folder / "old")
    old = small_runs.read_timeless(folder / "old")
    lines = count_lines(training_to(folder / "counted"))
    kills = 0
    for line in [*rng.sample(range(1, lines - LAST), OTHERS), *range(lines - LAST, lines + 1)]:
        out = folder / "out"
        replacing = rng.random() < 0.5
        if replacing:
            shutil.copytree(folder / "old", out)
        # Killed once, and mostly, once more while it goes on.
        assert run_and_kill(training_to(out, force=replacing), line)
        kills += 1
        resumed = training_to(out, resume=True, force=replacing)
        if line < lines - 150:
            kills += run_and_kill(resumed, rng.randrange(1, 150))
        try:
            Trace.open(out)
        except TraceError:
            pass
        else:
            assert small_runs.read_timeless(out) in (whole, old), f"half-made: line {line}"
        if not out.exists() or small_runs.read_timeless(out) == old:
            resumed()
        assert small_runs.read_timeless(out) == whole, f"other bytes: line {line}"
        left = {path.name for path in folder.iterdir()} - {"whole", "old", "counted", "out"}
        assert all(name.endswith(".lock") for name in left), f"left over: {left}, line {line}"
        shutil.rmtree(out)
    print(kills)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
