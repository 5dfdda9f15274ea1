"""How much faster two processes render the film than one: all chapters at 480p, nothing kept."""

import os
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import median_ratio, time_in_turn

ROOT = Path(__file__).parents[2]
ROUNDS = 3
AIM = "at least 1.7"


def render(out: Path, jobs: int) -> None:
    """Render the film into a folder."""
    command = [sys.executable, "-m", "scenes", "render", "--jobs", str(jobs), "--out", str(out)]
    plain = {name: text for name, text in os.environ.items() if not name.startswith("GLASSNET_")}
    subprocess.run(command, cwd=ROOT, env=plain, check=True, capture_output=True)


def measure() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table."""
    header = ["rendering the film", "median", "faster than one job", "aim"]
    with tempfile.TemporaryDirectory() as folder:
        fresh = (Path(folder) / str(number) for number in count())
        render(kept := next(fresh), 2)
        one, two, again = time_in_turn(
            [
                lambda: render(next(fresh), 1),
                lambda: render(next(fresh), 2),
                lambda: render(kept, 2),
            ],
            ROUNDS,
        )
    return header, [
        ["one job", f"{median(one):.1f} s", "1.00", ""],
        ["two jobs", f"{median(two):.1f} s", f"{median_ratio(one, two):.2f}", AIM],
        ["nothing changed", f"{median(again):.1f} s", f"{median_ratio(one, again):.0f}", ""],
    ]
