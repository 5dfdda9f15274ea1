"""Fair timing on a noisy machine: several rounds in one process, the contestants in turn."""

import platform
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from network.blas import blas_versions

RESULTS = Path(__file__).with_name("README.md")


def time_in_turn(runs: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Seconds of each run in each round; the order A B A B ... spreads the noise evenly."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, times in zip(runs, seconds, strict=True):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    return seconds


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """The median of the ratios, round by round."""
    return statistics.median(n / d for n, d in zip(numerators, denominators, strict=True))


def get_machine() -> str:
    """Processor, cores, operating system and what multiplies matrices, in a few words."""
    import os

    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    made = blas_versions()
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {made['blas']} for {made['blas_kernel']}"
    )


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (header, *rows)
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def keep(section: str, table: str) -> None:
    """Put a table into README.md beside this file, in place of that section's former one."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Measurements\n"
    heading = f"## {section}\n"
    before, _, rest = text.partition(heading)
    _, mark, after = rest.partition("\n## ")
    body = f"\n{date.today().isoformat()}, {get_machine()}\n\n{table}\n"
    text = before.rstrip() + f"\n\n{heading}{body}" + (f"{mark}{after}" if mark else "")
    RESULTS.write_text(text, encoding="utf-8")
