"""Traces, evaluations, recipes and datasets as text for a terminal."""

import dataclasses
import shlex
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from network.classes import DIGITS
from network.datasets import (
    FILES,
    Dataset,
    FileDataset,
    Spec,
    data_folder,
    find_folder,
    get_spec,
    load,
)
from network.errors import SettingsError, printable
from network.functions import Floats
from network.idx import times
from network.recipes import Recipe
from network.step import Step
from network.trace import Trace
from network.training import Evaluation

SHADES = " .:-=+*#%@"
_IMAGES_AT_ONCE = 60_000


def describe_image(image: Floats) -> str:
    """Characters for an image (rows, cols) in [0, 1], two per pixel; no empty rows around it."""
    levels = (image * (len(SHADES) - 1)).round().astype(int)
    rows = ["".join(SHADES[level] * 2 for level in row).rstrip() for row in levels]
    while rows and not rows[0]:
        rows.pop(0)
    while rows and not rows[-1]:
        rows.pop()
    return "\n".join(rows)


def describe_step(trace: Trace, step: Step, row: int = 0) -> str:
    """A step in words and numbers, with the shape of every array.

    Raises
    ------
    PathError
        If the step's batch has no such row.
    """
    one = step.example(row)
    classes = trace.classes
    title = (
        f"{trace.path.name}, step {step.step:,} of {trace.steps:,} (epoch {step.epoch + 1} of "
        f"{trace.recipe.epochs})"
    )
    which = f", image {row} of its {step.batch:,}" if step.batch > 1 else ""
    verdict = "right" if one.prediction == one.label else "wrong"
    lines = [
        title,
        "",
        describe_image(one.x.reshape(trace.dataset.train.pixels.shape[1:])),
        "",
        f"Training image {one.index}{which}: {classes[one.label]}. "
        f"The network says {classes[one.prediction]}: {verdict}.",
        f"loss {_number(one.loss)} ({trace.recipe.loss}), error {_number(one.error)} (mean "
        f"squared), learning rate {step.learning_rate:g}",
    ]
    for layer in range(1, one.layers + 1):
        lines += [
            "",
            f"Layer {layer}: {trace.sizes[layer - 1]} -> {trace.sizes[layer]}, "
            f"{trace.recipe.activations[layer - 1]}",
        ]
        for name in ("W", "b", "z", "a", "delta", "dW", "db"):
            lines.append(_describe_array(f"{name}{layer}", getattr(one, name)[layer]))
        change = one.W_after[layer] - one.W[layer]
        lines.append(_describe_array(f"W{layer}_after - W{layer}", change))
    output = one.a[one.layers]
    wide = _width_of(classes)
    lines += ["", "Output against label:"]
    for name, value, wanted, blame in zip(
        classes, output, one.y, one.delta[one.layers], strict=True
    ):
        lines.append(
            f"  {name:{wide}} {value:8.4f}   {wanted:.0f}   {blame:+.4f}   {_bar(float(value))}"
        )
    return "\n".join(lines)


def _describe_array(name: str, array: Floats) -> str:
    shown = "  ".join(_number(value) for value in array.flat[:6])
    more = "  ..." if array.size > 6 else ""
    return (
        f"  {name:14} {array.shape!s:12} from {_number(array.min())} to {_number(array.max())}:  "
        f"{shown}{more}"
    )


def _number(value: float) -> str:
    return np.format_float_positional(value, precision=4, unique=False, fractional=False, trim="k")


def _width_of(names: Sequence[str]) -> int:
    """How wide a column of names is: short ones leave it as it always is."""
    return max(12, *map(len, names))


def _bar(share: float) -> str:
    """Nothing for NaN or below 0, and not longer than for 1."""
    return "#" * round(20 * min(max(0.0, share), 1.0))


def describe_evaluation(trace: Trace, result: Evaluation, images: int) -> str:
    """Accuracy, loss and the confusion matrix."""
    classes = trace.classes
    right = int(np.trace(result.confusion))
    lines = [
        f"{trace.path.name}: {result.accuracy:.2%} of {images:,} test images right ({right:,}), "
        f"mean loss {result.loss:.4f}",
        "",
        "Rows are true classes, columns are answers:",
        # Of "class 12", it is the number that tells it from others.
        " " * 14 + "".join(f"{name.removeprefix('class ')[:5]:>6}" for name in classes),
    ]
    lines += [
        f"  {name[:11]:12}" + "".join(f"{count:6}" for count in row)
        for name, row in zip(classes, result.confusion, strict=True)
    ]
    return "\n".join(lines)


def describe_prediction(image: Floats, output: Floats, classes: Sequence[str], label: int) -> str:
    """An image (rows, cols), the output for every class, and whether it is right."""
    answer = int(output.argmax())
    lines = [describe_image(image), ""]
    wide = _width_of(classes)
    lines += [
        f"  {name:{wide}} {value:8.4f}   {_bar(float(value))}"
        for name, value in zip(classes, output, strict=True)
    ]
    verdict = "right" if answer == label else f"wrong, it is {classes[label]}"
    return "\n".join([*lines, "", f"The network says {classes[answer]}: {verdict}."])


def describe_recipes(recipes: Iterable[Recipe]) -> str:
    """Every recipe with every setting; of a variant only what differs."""
    blocks = []
    seen: list[Recipe] = []
    for recipe in recipes:
        parent = next((other for other in seen if recipe.name.startswith(f"{other.name}-")), None)
        seen.append(recipe)
        lines = [f"{recipe.name}: {recipe.summary}"]
        for field in dataclasses.fields(recipe):
            value = getattr(recipe, field.name)
            if field.name in ("name", "summary"):
                continue
            if parent is not None and value == getattr(parent, field.name):
                continue
            if isinstance(value, tuple):
                value = ", ".join(map(str, value)) or "none"
            if field.name == "batch_size" and value == 0:
                value = "all images"
            lines.append(f"  {field.name.replace('_', ' '):20} {value}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def find_class(trace: Trace, name: str) -> int:
    """The class of that name, or number; of a digit also in words, as "seven".

    Raises
    ------
    SettingsError
        If there is none.
    """
    classes = trace.classes
    names = [known.lower() for known in classes]
    spoken = [DIGITS[int(known)] if known in tuple("0123456789") else "" for known in names]
    for known in (names, spoken):
        if name.strip() and name.strip().lower() in known:
            return known.index(name.strip().lower())
    if name.isascii() and name.isdigit() and int(name) < len(classes):
        return int(name)
    raise SettingsError(f"no class {name!r}: there are {', '.join(classes)}")


class FoundStep(NamedTuple):
    """A recorded step at which an image of a kind was seen."""

    step: int
    row: int
    """Which image of its batch: the first of that kind."""
    label: int
    answer: int


def find_steps(
    trace: Trace,
    label: int | None = None,
    right: bool | None = None,
    first: int = 0,
    count: int = 10,
) -> list[FoundStep]:
    """The first recorded steps that saw an image of a kind, wherever in their batches it is.

    Parameters
    ----------
    label
        The class of the image; any if None.
    right
        Only images of which the network's answer was right, or wrong; any if None.
    first
        The step to search from.
    count
        How many steps at most.
    """
    found: list[FoundStep] = []
    output = trace.arrays[f"a{len(trace.sizes) - 1}"]
    # Some at a time: of a whole run's answers only the first are wanted.
    many = max(1, _IMAGES_AT_ONCE // trace.batch)
    for start in range(bisect_left(trace.recorded, first), len(trace.recorded), many):
        labels = trace.dataset.train.labels[trace.arrays["index"][start : start + many]]
        answers = output[start : start + many].argmax(axis=-1)
        fitting = np.ones(labels.shape, bool) if label is None else labels == label
        if right is not None:
            fitting &= (answers == labels) == right
        for at in np.flatnonzero(fitting.any(axis=1))[: count - len(found)]:
            row = int(fitting[at].argmax())
            step = int(trace.recorded[start + at])
            found.append(FoundStep(step, row, int(labels[at, row]), int(answers[at, row])))
        if len(found) == count:
            break
    return found


def describe_steps(trace: Trace, steps: Sequence[FoundStep], name: str, searched: str) -> str:
    """Steps in a table, how to look at one, and how to find more.

    Parameters
    ----------
    name
        By which the trace was asked for.
    searched
        The options that these steps were found with.
    """
    few = (
        f"only recorded steps are searched, {len(trace.recorded):,} of {trace.steps:,}"
        if trace.record == "sparse"
        else ""
    )
    if not steps:
        return "\n".join(["no recorded step is of that kind", few]).rstrip()
    classes = trace.classes
    batch = trace.batch > 1
    lines = [
        f"  step {found.step:>9,}" + f"  row {found.row:>5,}" * batch + f"  shows "
        f"{classes[found.label]}, the network says {classes[found.answer]}"
        for found in steps
    ]
    show = shlex.join(["python", "-m", "network", "show", name])
    one = f"one of them: {show} --step {steps[0].step}" + f" --row {steps[0].row}" * batch
    after = steps[-1].step + 1
    more = f"later ones: {show} {searched} --from {after}" if after < trace.steps else ""
    return "\n".join(line for line in (*lines, few, more, one) if line)


def describe_dataset(dataset: str | Path | Dataset) -> str:
    """Tell what a set holds and where it is from, on several lines; fetches nothing.

    A set that is here is read and checked for this. One that is not is described as such.

    Raises
    ------
    SettingsError, DatasetError
        As `network.datasets.load` does, and for damaged files.
    """
    if not isinstance(dataset, Dataset):
        spec = get_spec(dataset)
        if spec and spec.mirrors and find_folder(spec) is None:
            return _describe_absent(spec)
        dataset = load(dataset, download=False)
    spec = dataset.spec
    checked = " (checked: as published)" if spec else ""
    lines = [f"{spec.title} ({spec.name})" if spec else printable(dataset.name)]
    for label, split in (("train", dataset.train), ("test", dataset.test)):
        lines.append(f"  {label:8}{len(split):,} images of {times(split.pixels.shape[1:])} pixels")
    lines.append(f"  classes {len(dataset.classes)}, with so many images to train and to test:")
    numbers = [
        np.bincount(split.labels, minlength=len(dataset.classes))
        for split in (dataset.train, dataset.test)
    ]
    wide = _width_of(dataset.classes)
    for number, title in enumerate(dataset.classes):
        shown = "" if title in (str(number), f"class {number}") else title
        lines.append(
            f"    {number:>3} {shown:{wide}} {numbers[0][number]:>7,} {numbers[1][number]:>7,}"
        )
    lines += [f"  note    {note.partition(': ')[2]}" for note in dataset.notes]
    lines.append(f"  from    {printable(dataset.origin)}")
    if spec:
        lines.append(f"  by      {spec.credit}")
    lines.append(f"  SHA-256 {dataset.sha256} of the set")
    lines.append(f"  and of its files, uncompressed{checked}:")
    for number, digest in enumerate(dataset.get_hashes()):
        file = FILES[number]
        if isinstance(dataset, FileDataset):
            file = dataset.get_path(number).name
        lines.append(f"    {file:26} {digest}")
    return "\n".join(lines)


def _describe_absent(spec: Spec) -> str:
    own = data_folder() / spec.name
    return "\n".join(
        [
            f"{spec.title} ({spec.name}): not on this machine yet",
            f"  train   {spec.counts[0]:,} images of {times(spec.size)} pixels",
            f"  test    {spec.counts[1]:,} images of {times(spec.size)} pixels",
            f"  classes {', '.join(spec.classes)}",
            f"  looked in {', '.join(printable(place) for place in (own, *spec.elsewhere))}",
            f"  fetched on first use, into {printable(own)}, from the first that answers of:",
            *(f"    {mirror}" for mirror in spec.mirrors),
            f"  or put its four files there by hand, from {spec.page}",
            f"  by      {spec.credit}",
        ]
    )
