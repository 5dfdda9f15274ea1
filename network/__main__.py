"""The command line of the network package: ``python -m network train`` and so on.

It turns words into calls and results into lines; what is worth testing without a terminal lives
elsewhere. Errors that a person can mend are one line on stderr, exit code 1 (2 for wrong words).
"""

import os

# One thread for all: products this small gain nothing from a second, and on a busy machine threads
# that wait for each other take many times as long. Must be set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import contextlib
import dataclasses
import io
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, get_args

from network import datasets
from network.errors import GlassnetError, SettingsError, TraceError
from network.idx import printable
from network.progress import show_progress
from network.recipes import RECIPES, Recipe, find_recipe
from network.recording import is_taken
from network.report import describe_evaluation, describe_prediction, describe_recipes, describe_step
from network.trace import PARTIAL_SUFFIX, Trace, traces_folder
from network.training import Record, default_record, evaluate, train

# Settings of a recipe that have a meaning of their own on the command line.
NO_OPTION = {"name", "summary"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        try:
            options = _parser().parse_args(words, argparse.Namespace(words=words))
            code = int(options.run(options) or 0)
        except SystemExit:  # --help was printed
            code = 0
        sys.stdout.flush()
        return code
    except GlassnetError as error:
        _complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        _complain("stopped")
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        _drop_output()
        return 0
    except OSError as error:
        _complain(error)
        _drop_output()
        return 1
    except MemoryError:
        _complain("this needs more memory than there is")
        return 1


def _complain(about: object) -> None:
    print(f"glassnet: {printable(about)}", file=sys.stderr)


def _drop_output() -> None:
    """Let Python not try again, when it exits, to write what could not be written."""
    with contextlib.suppress(OSError):  # there may be no file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """Wrong words are an error like any other, in one line, without the whole usage."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message} ({self.prog} --help lists what there is)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m network",
        description="Train small neural networks in plain numpy and record everything.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser(
        "train", help="train a recipe and record a trace", description="Train a recipe."
    )
    command.set_defaults(run=_train)
    command.add_argument("recipe", nargs="?", default="sigmoid-online", metavar="RECIPE")
    settings = command.add_argument_group("settings, each in place of the recipe's own")
    for field in dataclasses.fields(Recipe):
        if field.name not in NO_OPTION:
            how: dict[str, Any] = {"type": _reader(field.type), "metavar": _metavar(field.type)}
            if field.type is bool:
                how = {"action": argparse.BooleanOptionalAction}
            settings.add_argument(
                f"--{field.name.replace('_', '-')}", dest=f"set_{field.name}", **how
            )
    command.add_argument(
        "--record",
        choices=get_args(Record),
        help="every step, some steps, or nothing (default: every step where it can be replayed)",
    )
    command.add_argument("--out", type=_folder, metavar="DIR", help="folder of the trace")
    command.add_argument("--resume", action="store_true", help="go on with an unfinished run")
    command.add_argument("--force", action="store_true", help="train anew what is there already")
    command.add_argument("--quiet", action="store_true", help="no progress")

    command = commands.add_parser("show", help="one step of a trace in words and numbers")
    command.set_defaults(run=_show)
    _add_trace(command)
    command.add_argument("--step", type=int, default=0, metavar="N", help="from 0; -1 is the last")
    command.add_argument(
        "--row", type=int, default=0, metavar="N", help="which image of the step's batch"
    )

    command = commands.add_parser("evaluate", help="accuracy of a trained network on test images")
    command.set_defaults(run=_evaluate)
    _add_trace(command)

    command = commands.add_parser("predict", help="what a trained network says of one image")
    command.set_defaults(run=_predict)
    _add_trace(command)
    command.add_argument("--index", type=int, required=True, metavar="N", help="which image")
    command.add_argument("--split", choices=("train", "test"), default="test")

    command = commands.add_parser("recipes", help="the recipes with their settings")
    command.set_defaults(run=lambda options: print(describe_recipes(RECIPES.values())))

    command = commands.add_parser("data", help="which datasets are there, and from where")
    command.set_defaults(run=_data)
    command.add_argument("dataset", nargs="*", metavar="NAME", help="a name or a folder")
    return parser


def _add_trace(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "trace",
        nargs="?",
        default="sigmoid-online",
        metavar="TRACE",
        help="a folder, or the name of one in data/traces",
    )


def _folder(text: str) -> Path:
    """The folder of that name; an empty one, as from an unset variable, is not the present one."""
    if not text:
        raise argparse.ArgumentTypeError("a folder has a name")
    return Path(text)


def _reader(kind: Any) -> Any:
    """What turns the word of an option into a setting of that type."""
    if kind in (int, float):
        return kind
    if kind not in (tuple[int, ...], tuple[float, ...], tuple[str, ...]):
        return str
    (part_kind, _) = get_args(kind)

    def read(text: str) -> tuple[Any, ...]:
        return tuple(part_kind(part) for part in text.split(","))

    # What argparse calls it: "invalid list of int value".
    read.__name__ = f"list of {part_kind.__name__}"
    return read


def _metavar(kind: Any) -> str:
    return {int: "N", float: "X"}.get(kind, "A,B,..." if "tuple" in str(kind) else "NAME")


def _train(options: argparse.Namespace) -> int:
    changes = {
        name.removeprefix("set_"): value
        for name, value in vars(options).items()
        if name.startswith("set_") and value is not None
    }
    if "dataset" in changes:
        # "fashion" and a relative folder become the names under which traces find them again.
        changes["dataset"] = datasets.load(changes["dataset"], quiet=options.quiet).name
    recipe = find_recipe(options.recipe).change(**changes)
    out = Path(os.path.realpath(options.out or traces_folder() / recipe.label))
    record = options.record or default_record(recipe)
    resumes = options.resume and is_taken(Path(f"{out}{PARTIAL_SUFFIX}"))
    if record != "none" and is_taken(out) and not (options.force or resumes):
        _check_same(Trace.open(out), recipe, record)
        print(f"{out} is there already, whole and with these settings; --force trains it anew")
        return 0
    try:
        with show_progress(recipe.label, quiet=options.quiet) as progress:
            result = train(recipe, out, record, options.resume, options.force, progress)
    except KeyboardInterrupt:
        if record == "none":
            raise
        words = [word for word in options.words if word != "--resume"]
        command = shlex.join(["python", "-m", "network", *words, "--resume"])
        _complain(f"stopped; {command} goes on from here")
        return 130
    last = result.epochs[-1]
    judged = "held-out" if recipe.holdout else "test"
    print(
        f"{recipe.label}: {last['train_accuracy']:.2%} while training, "
        f"{last['test_accuracy']:.2%} of the {judged} images"
    )
    if result.path:
        print(f"trace: {result.path}")
    return 0


def _check_same(trace: Trace, recipe: Recipe, record: Record) -> None:
    """Raise unless the trace is what training would make."""
    if trace.recipe != recipe or trace.record != record:
        raise SettingsError(
            f"{trace.path} holds a run with other settings: "
            "--force replaces it, --out puts the new one elsewhere"
        )
    if "diverged_at" in trace.header:
        raise TraceError(
            f"{trace.path} is there already, and it diverged at step {trace.steps:,}: "
            "try a smaller --learning-rate"
        )
    _ = trace.dataset  # raises if the same name now stands for other data


def find_trace(name: str) -> Trace:
    """Open a trace by folder, or by name in ``data/traces``.

    Raises
    ------
    TraceError
        As `Trace.open` does.
    """
    folder = Path(name)
    if not folder.exists() and folder.name == name:
        folder = traces_folder() / name
    return Trace.open(folder)


def _show(options: argparse.Namespace) -> None:
    trace = find_trace(options.trace)
    print(describe_step(trace, trace[options.step], options.row))


def _evaluate(options: argparse.Namespace) -> None:
    trace = find_trace(options.trace)
    split = trace.dataset.test
    print(describe_evaluation(trace, evaluate(trace.network(), split), len(split)))


def _predict(options: argparse.Namespace) -> None:
    trace = find_trace(options.trace)
    split = getattr(trace.dataset, options.split)
    if not 0 <= options.index < len(split):
        raise SettingsError(
            f"the {options.split} images have indices 0 to {len(split) - 1}, not {options.index}"
        )
    image = split.image(options.index)
    output = trace.network().forward(image[None]).a[-1][0]
    label = int(split.labels[options.index])
    picture = image.reshape(split.pixels.shape[1:])
    print(describe_prediction(picture, output, trace.dataset.classes, label))


def _data(options: argparse.Namespace) -> int:
    code = 0
    for number, name in enumerate(options.dataset or datasets.DATASETS):
        try:
            print("\n" * (number > 0) + datasets.describe(name), flush=True)
        except GlassnetError as error:
            # One that is damaged must not hide the others.
            _complain(error)
            code = max(code, error.exit_code)
    return code


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows no "×" shows a "?".
        sys.stdout.reconfigure(errors="replace")
    sys.exit(main())
