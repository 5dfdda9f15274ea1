"""What the handout says of the recording, and how a reader looks a number up in it."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from network.trace import Trace
from scenes.film.handout.stills import Part
from scenes.film.handout.tables import full
from scenes.kit.chapter import from_project

MOST_IMPORTS: Final = 4  # functions of a module that are named

CHECKING: Final = (
    "A name with square brackets, as `delta2[5]`, is a path into the recorded step, or into what "
    "the network sees at another moment, as `trace.see(('train', 0))['a2[5]']`. One with round "
    "brackets, as `count_steps(trace)`, is a function of the project that works on the recording. "
    "In the project’s folder, Python reads both"
)


def prose(text: str) -> str:
    """Words as they are set: straight apostrophes become curly ones, as in the film."""
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


# The recording


def in_short(trace: Trace) -> str:
    """A recording in one line."""
    told = [trace.recipe.label, _sizes(trace)]
    if trace.epochs:
        told.append(f"right on {_percent(trace.epochs[-1]['test_accuracy'])} of the test images")
    return " · ".join([*told, f"trace {trace.digest[:12]}"])


def in_full(trace: Trace) -> list[tuple[str, str]]:
    """What there is to say of a recording, each with what it is about."""
    recipe = trace.recipe
    images = "one image" if trace.batch == 1 else f"{trace.batch:,} images"
    rows = [
        ("recipe", f"{recipe.label}: {prose(recipe.summary)}"),
        ("network", f"{_sizes(trace)}; {', '.join(recipe.activations)}"),
        ("training", f"{trace.steps:,} steps of {images}, learning rate {recipe.learning_rate:g}"),
        ("data", trace.header["dataset"]["name"]),
    ]
    if trace.epochs:
        last = trace.epochs[-1]
        accuracy = (
            f"{_percent(last['test_accuracy'])} of the test images after the last step; "
            f"{_percent(last['train_accuracy'])} of the training images, counted as they went by "
            "in the last epoch"
        )
        rows.append(("accuracy", accuracy))
    made = ", ".join(f"{name} {version}" for name, version in trace.header["versions"].items())
    return [
        *rows,
        ("recorded with", made),
        ("trace", f"`{from_project(trace.path)}`"),
        ("its digest", f"`{trace.digest}`"),
    ]


def _sizes(trace: Trace) -> str:
    return " – ".join(map(str, trace.sizes))


def _percent(share: float) -> str:
    return f"{100 * share:.2f}\N{NARROW NO-BREAK SPACE}%"


# Looking up


def how_to_check(parts: Sequence[Part]) -> str:
    """What goes before the lines of Python."""
    return CHECKING + (f", here those of “{parts[-1].told.title}”:" if len(parts) > 1 else ":")


def python(parts: Sequence[Part]) -> str:
    """Lines of Python that read figures of the last chapter, and all imports of the others."""
    part = parts[-1]
    names: dict[str, set[str]] = defaultdict(set)
    for entry in (entry for part in parts for entry in part.entries):
        if entry.module is not None:
            names[entry.module].add(entry.name.partition("(")[0])
    lines = ["from network.trace import Trace"]
    for module, functions in sorted(names.items()):
        few = len(functions) <= MOST_IMPORTS
        lines.append(f"from {module} import {', '.join(sorted(functions)) if few else '*'}")
    example = "" if part.trace.batch == 1 else ".example(0)"
    lines += ["", f"trace = Trace.open({json.dumps(from_project(part.trace.path))})"]
    lines += [f"step = trace[{part.step}]{example}"]
    # One path into the step, one into a view, and one function.
    examples: dict[str, str] = {}
    for entry in part.entries:
        # A whole number is no example of digits that were not shown.
        if not entry.value.is_integer() and not entry.name.startswith("trace["):
            kind = "view" if entry.name.startswith("trace.see(") else entry.module and "function"
            call = entry.name if kind else f"step[{json.dumps(entry.name)}]"
            examples.setdefault(kind or "step", f"print({call})  # {full(entry.value)}")
    return "\n".join([*lines, *examples.values()])
