"""Run every benchmark, or those named: ``python -m tests.benchmarks [training] [traces] …``."""

import sys

from tests.benchmarks import chapters, film, traces, training, weight_field
from tests.benchmarks.measure import format_table, keep

BENCHMARKS = {
    "training": training.measure,
    "traces": traces.measure,
    "weight field": weight_field.measure,
    "chapters": chapters.measure,
    "film": film.measure,
}


def main(names: list[str]) -> int:
    """Measure, print the tables, keep them in README.md; the exit code."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}: there are {', '.join(BENCHMARKS)}")
        return 2
    for name in names or BENCHMARKS:
        table = format_table(*BENCHMARKS[name]())
        print(table, end="\n\n", flush=True)
        keep(name, table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
