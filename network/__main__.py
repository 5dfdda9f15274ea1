"""The command line of the network package: ``python -m network train`` and so on.

It turns words into calls and results into lines; what is worth testing without a terminal lives
elsewhere. Errors that a person can mend are one line on stderr, exit code 1 (2 for wrong words).
"""

import os

# Training uses one thread by itself (`network.blas`); this spares the other commands threads that
# wait for each other on a busy machine. Must be set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from network import datasets
from network.command_line import Parser, complain, guard_streams, run
from network.errors import GlassnetError, SettingsError, TraceError
from network.folder import PARTIAL_SUFFIX, is_taken
from network.functions import ACTIVATIONS
from network.model import INITIALISATIONS
from network.progress import show_progress
from network.recipes import RECIPES, Recipe, find_recipe
from network.recording import check_replaceable, finish_replacing
from network.remedy import trace_folder, traces_folder
from network.report import (
    describe_dataset,
    describe_evaluation,
    describe_prediction,
    describe_recipes,
    describe_step,
    describe_steps,
    find_class,
    find_steps,
)
from network.schedules import SCHEDULES
from network.trace import Trace
from network.training import Record, default_record, evaluate, train

DEFAULT = "sigmoid-online"
"""The recipe, and the trace, that is meant when none is named."""

_LAYERS = ("sizes", "activations", "dropout")

SETTINGS = {
    "sizes": "neurons of each layer, pixels first, classes last",
    "activations": f"of each layer but the pixels: {', '.join(ACTIVATIONS)}",
    "learning_rate": "how large a step is, above 0",
    "epochs": "how often all images are seen",
    "dataset": f"{', '.join(datasets.DATASETS)}, or a folder of four IDX files",
    "loss": "what is minimised: cross-entropy, squared-error",
    "initialisation": f"how weights are drawn: {', '.join(INITIALISATIONS)}",
    "bias_initialisation": "how biases begin: zero, uniform",
    "batch_size": "images per step; 0 stands for all",
    "shuffle": "a new order of the images in every epoch",
    "schedule": f"how the learning rate changes: {', '.join(SCHEDULES)}",
    "momentum": "share of the last step that goes on, from 0 to below 1",
    "weight_decay": "pull of weights towards zero, from 0 to below 1",
    "dropout": "share of each hidden layer left out while training",
    "update_order": "gradients-first (exact), or output-first as one published code has it",
    "bias_gradient": "per-neuron, or scalar for the famous bug",
    "holdout": "training images kept back to judge by, in place of the test images",
    "seed": "of everything that is drawn by chance",
}
"""What each setting of a recipe is, for ``train --help``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    return run(_parser(), arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="python -m network",
        description="Train small neural networks in plain numpy and record everything.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    command = commands.add_parser(
        "train",
        help="train a recipe and record a trace",
        description="Train a recipe and record a trace of it.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="recipes:\n"
        + "\n".join(f"  {recipe.name:34} {recipe.summary}" for recipe in RECIPES.values()),
    )
    command.set_defaults(run=_train, makes=True, parser=command)
    command.add_argument(
        "recipe",
        nargs="?",
        default=DEFAULT,
        metavar="RECIPE",
        help=f"see below; {DEFAULT} if not given",
    )
    settings = command.add_argument_group(
        "settings, each in place of the recipe's own", f"In brackets: what {DEFAULT} has."
    )
    fields = {field.name: field for field in dataclasses.fields(Recipe)}
    for name, about in SETTINGS.items():
        kind = fields[name].type
        how: dict[str, Any] = {"type": _reader(kind), "metavar": _metavar(kind)}
        if kind is bool:
            how = {"action": argparse.BooleanOptionalAction}
        own = getattr(RECIPES[DEFAULT], name)
        shown = ",".join(map(str, own)) if isinstance(own, tuple) else own
        settings.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"set_{name}",
            help=f"{about} ({'none' if shown == '' else shown})",
            **how,
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
    command.set_defaults(run=_show, parser=command)
    _add_trace(command, "; or a step of that one, as 4711")
    command.add_argument(
        "--step", type=int, metavar="N", help="from 0, the default; -1 is the last"
    )
    command.add_argument(
        "--row", type=int, default=0, metavar="N", help="which image of the step's batch"
    )
    finding = command.add_argument_group(
        "finding steps", "Ten are listed. Of a sparse trace only recorded steps are searched."
    )
    finding.add_argument(
        "--digit", metavar="CLASS", help="that show this class, as 7, seven or Coat"
    )
    answers = finding.add_mutually_exclusive_group()
    answers.add_argument("--misread", action="store_true", help="at which the answer was wrong")
    answers.add_argument("--read", action="store_true", help="at which the answer was right")
    finding.add_argument(
        "--from", type=int, dest="first", metavar="STEP", help="from this one on (0)"
    )

    command = commands.add_parser("evaluate", help="accuracy of a trained network on test images")
    command.set_defaults(run=_evaluate, parser=command)
    _add_trace(command)

    command = commands.add_parser("predict", help="what a trained network says of one image")
    command.set_defaults(run=_predict, parser=command)
    _add_trace(command)
    command.add_argument("--index", type=int, required=True, metavar="N", help="which image")
    command.add_argument(
        "--split",
        choices=("train", "test"),
        default="test",
        help="of those learned from, or of those to judge by, the default",
    )

    command = commands.add_parser("recipes", help="the recipes with their settings")
    command.set_defaults(run=_recipes, parser=command)
    command.add_argument("recipe", nargs="*", metavar="RECIPE", help="only these; default: all")

    command = commands.add_parser("data", help="which datasets are there, and from where")
    command.set_defaults(run=_data, parser=command)
    command.add_argument("dataset", nargs="*", metavar="NAME", help="a name or a folder")
    return parser


def _add_trace(command: argparse.ArgumentParser, also: str = "") -> None:
    command.add_argument(
        "trace",
        nargs="?",
        default=DEFAULT,
        metavar="TRACE",
        help=f"a folder, or the name of one in data/traces; {DEFAULT} if not given{also}",
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
        return () if text == "none" else tuple(part_kind(part) for part in text.split(","))

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
        dataset = datasets.load(changes["dataset"], quiet=options.quiet)
        changes["dataset"] = dataset.name
        for note in dataset.notes:
            complain(note)
    recipe = find_recipe(options.recipe)
    _check_layers(recipe, changes)
    recipe = recipe.change(**changes)
    out = Path(os.path.realpath(options.out or trace_folder(recipe)))
    record = options.record or default_record(recipe)
    name = recipe.label if record == "none" else out.name
    if record != "none":
        check_replaceable(out)
        finish_replacing(out)
    resumes = options.resume and is_taken(Path(f"{out}{PARTIAL_SUFFIX}"))
    if record != "none" and is_taken(out) and not (options.force or resumes):
        _check_same(Trace.open(out), recipe, record)
        print(f"{out} is there already, whole and with these settings; --force trains it anew")
        return 0
    try:
        with show_progress(name, quiet=options.quiet) as progress:
            result = train(recipe, out, record, options.resume, options.force, progress)
    except KeyboardInterrupt:
        if record == "none":
            raise
        words = [word for word in options.words if word != "--resume"]
        command = shlex.join(["python", "-m", "network", *words, "--resume"])
        complain(f"stopped; {command} goes on from here")
        return 130
    last = result.epochs[-1]
    judged = "held-out" if recipe.holdout else "test"
    print(
        f"{name}: {last['train_accuracy']:.2%} while training, "
        f"{last['test_accuracy']:.2%} of the {judged} images"
    )
    if result.path:
        print(f"trace: {result.path}")
    return 0


def _check_layers(recipe: Recipe, changes: Mapping[str, Any]) -> None:
    """Raise SettingsError, with the words to type, if there is not one of each for each layer."""
    sizes, activations, dropout = (changes.get(name, getattr(recipe, name)) for name in _LAYERS)
    layers = len(sizes) - 1
    few = f"{_count(layers, 'layer')} after the pixels"
    fitting: dict[str, Sequence[Any]] = {}
    if len(activations) != layers:
        few += f", {_count(len(activations), 'activation')}"
        fitting["activations"] = [*activations[:1] * (layers - 1), recipe.activations[-1]]
    if dropout and len(dropout) != layers - 1:
        few += f", {_count(len(dropout), 'dropout rate')}"
        fitting["dropout"] = dropout[:1] * (layers - 1)
    if layers < 1 or not fitting:
        return  # the rest the recipe says
    fitting = {"sizes": sizes} | fitting if "sizes" in changes else fitting
    typed = {name: changes[name] for name in _LAYERS if name in changes}
    raise SettingsError(f"{_as_options(typed)}: {few}; type {_as_options(fitting)}")


def _as_options(settings: Mapping[str, Sequence[Any]]) -> str:
    return " ".join(
        f"--{name} {','.join(map(str, part)) or 'none'}" for name, part in settings.items()
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _check_same(trace: Trace, recipe: Recipe, record: Record) -> None:
    """Raise unless the trace is what training would make."""
    # One may have been made by another way to the same folder.
    made = trace.recipe
    if made.dataset != recipe.dataset and os.path.isdir(made.dataset):
        made = made.change(dataset=os.path.realpath(made.dataset))
    if made != recipe or trace.record != record:
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
    name = options.trace
    if name.isascii() and name.lstrip("-").isdigit() and not Path(name).exists():
        # `show 4711`: a step of the trace that one has in mind.
        if options.step is not None:
            raise SettingsError(f"two steps, {name} and {options.step}: which one?")
        options.step, name = int(name), DEFAULT
    searched = [] if options.digit is None else ["--digit", options.digit]
    searched += ["--misread"] * options.misread + ["--read"] * options.read
    if options.first is not None and not searched:
        raise SettingsError("--from is for --digit, --misread and --read: which steps to look for?")
    if options.step is not None and searched:
        raise SettingsError(f"--step shows one step, {searched[0]} looks for some: not both")
    trace = find_trace(name)
    if not searched:
        print(describe_step(trace, trace[options.step or 0], options.row))
        return
    label = None if options.digit is None else find_class(trace, options.digit)
    right = True if options.read else False if options.misread else None
    found = find_steps(trace, label, right, options.first or 0)
    print(describe_steps(trace, found, name, shlex.join(searched)))


def _recipes(options: argparse.Namespace) -> None:
    chosen = [find_recipe(name) for name in options.recipe]
    print(describe_recipes(chosen or RECIPES.values()))


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
    print(describe_prediction(picture, output, trace.classes, label))


def _data(options: argparse.Namespace) -> int:
    code = 0
    for number, name in enumerate(options.dataset or datasets.DATASETS):
        try:
            print("\n" * (number > 0) + describe_dataset(name), flush=True)
        except GlassnetError as error:
            # One that is damaged must not hide the others.
            complain(error)
            code = max(code, error.exit_code)
    return code


if __name__ == "__main__":
    guard_streams()
    sys.exit(main())
