"""The loop: epochs, steps, what is counted on the way, and what is handed to the recorder.

Recording only reads. A run that is recorded, one that is not, and one that was stopped and resumed
go through the same arithmetic and end with the same bits.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from network import datasets
from network.blas import one_thread
from network.datasets import Dataset, Split
from network.errors import DivergenceError, SettingsError, TraceError
from network.files import size_in_words
from network.folder import is_taken
from network.functions import Floats, loss_values, squared_error
from network.model import Network
from network.online import Descent, Segment, run_segment
from network.optimizers import SGD
from network.recipes import Recipe, find_recipe
from network.recording import SNAPSHOT_EVERY, Lock, Recorder, check_place
from network.remedy import trace_folder
from network.schedules import learning_rate_at
from network.trace import Trace

Record = Literal["full", "sparse", "none"]

# Steps between looks at the clock, for online training: 15 ms of work.
SEGMENT = 1000
CHECKPOINT_SECONDS = 1.0
MOST_MEMORY = 2**45


@dataclass
class Evaluation:
    """How a network does on a split it has not learned from."""

    accuracy: float
    loss: float
    confusion: NDArray[np.int64]
    """(classes, classes), row = true class, column = answer."""


@dataclass
class Progress:
    """What the caller may show while training runs; `epoch` is the latest finished one."""

    step: int
    steps: int
    epoch: Mapping[str, Any] | None = None


@dataclass
class Result:
    """A finished run; `path` is None if it was not recorded."""

    recipe: Recipe
    network: Network
    epochs: list[dict[str, Any]]
    confusion: list[NDArray[np.int64]]
    path: Path | None = None


@dataclass
class _Counts:
    """What is counted while an epoch runs."""

    correct: int = 0
    loss: float = 0.0
    seconds: float = 0.0


@dataclass
class _Run:
    """The whole state of a training run."""

    recipe: Recipe
    network: Network
    train: Split
    test: Split
    step: int = 0
    epochs: list[dict[str, Any]] = field(default_factory=list)
    confusion: list[NDArray[np.int64]] = field(default_factory=list)
    counts: _Counts = field(default_factory=_Counts)

    def __post_init__(self) -> None:
        self.batch = self.recipe.batch_size or len(self.train)
        self.steps_per_epoch = len(self.train) // self.batch
        if self.steps_per_epoch == 0:
            raise SettingsError(
                f"a batch of {self.batch:,} images is more than the {len(self.train):,} there are"
            )
        self.steps = self.recipe.epochs * self.steps_per_epoch
        self.y = datasets.one_hot(self.train.labels, self.recipe.sizes[-1])
        self.optimizer = SGD(
            self.network.parameters, self.recipe.momentum, self.recipe.weight_decay
        )
        self.descent = Descent(self.network.flat, self.network.sizes)
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Draw the order of the epoch that `step` lies in, from that epoch's own generator."""
        epoch = self.step // self.steps_per_epoch
        self.rng = np.random.default_rng([self.recipe.seed, 1 + epoch])
        n = len(self.train)
        order = self.rng.permutation(n) if self.recipe.shuffle else np.arange(n)
        self.order = order.astype(np.int32)

    def images_of(self, steps: slice) -> NDArray[np.int32]:
        """Rows of the training set that these steps of the epoch see, (n * batch,)."""
        return self.order[steps.start * self.batch : steps.stop * self.batch]

    def learning_rates(self, stop: int) -> list[float]:
        """Of the steps from the present one to `stop` - 1."""
        recipe = self.recipe
        if recipe.schedule == "constant":
            return [recipe.learning_rate] * (stop - self.step)
        return [
            learning_rate_at(recipe.schedule, recipe.learning_rate, step, self.steps)
            for step in range(self.step, stop)
        ]

    def advance(self, stop: int) -> tuple[Segment, Floats]:
        """Take the steps up to `stop`, all in one epoch; with batches only one at a time.

        Returns
        -------
        segment, loss
            What happened, and the loss of every image, (n, B).

        Raises
        ------
        _Diverged
            If a step's loss is not finite; the parameters are then those before that step.
        """
        if self.recipe.online:
            return self._advance_online(stop)
        return self._advance_batch()

    def losses(self, segment: Segment) -> Floats:
        """Loss of every image of a segment, (n, B)."""
        output = self.recipe.activations[-1]
        return loss_values(self.recipe.loss, output, segment.z_output, segment.a[-1], segment.y)

    def _advance_online(self, stop: int) -> tuple[Segment, Floats]:
        start = self.step % self.steps_per_epoch
        index = self.images_of(slice(start, start + stop - self.step))
        if self.recipe.shuffle:
            x, y = self.train.images[index], self.y[index]
        else:
            rows = slice(start, start + len(index))
            x, y = self.train.images[rows], self.y[rows]
        before = self.network.flat.copy()
        rates = self.learning_rates(stop)
        output_first = self.recipe.update_order == "output-first"
        segment = run_segment(
            self.network, self.descent, self.step, index, x, y, rates, output_first
        )
        loss = self.losses(segment)
        bad = ~np.isfinite(loss).all(axis=1)
        if not bad.any():
            return segment, loss
        good = int(bad.argmax())
        self.network.flat[:] = before
        sound = run_segment(
            self.network, self.descent, self.step, index[:good], x[:good], y[:good],
            rates[:good], output_first,
        )  # fmt: skip
        raise _Diverged(self.step + good, (sound, loss[:good]))

    def _advance_batch(self) -> tuple[Segment, Floats]:
        recipe, network = self.recipe, self.network
        start = self.step % self.steps_per_epoch
        index = self.images_of(slice(start, start + 1))
        if recipe.shuffle or self.batch < len(self.train):
            x, y = self.train.images[index], self.y[index]
        else:
            x, y = self.train.images, self.y
        passed = network.run(x, self.rng)
        segment = Segment(
            self.step, index[None], y[None], passed.z[-1][None], [a[None] for a in passed.a[1:]], []
        )
        loss = self.losses(segment)
        if not np.isfinite(loss).all():
            raise _Diverged(self.step)
        (rate,) = self.learning_rates(self.step + 1)
        gradients = network.backward(passed, y, recipe.bias_gradient)
        if recipe.update_order == "gradients-first":
            gradients = iter(list(gradients))
        for gradient in gradients:
            segment.delta.insert(0, gradient.delta[None])
            self.optimizer.update(f"W{gradient.layer}", gradient.dW, rate)
            self.optimizer.update(f"b{gradient.layer}", gradient.db, rate)
        return segment, loss

    def count(self, segment: Segment, loss: Floats) -> None:
        """Count right answers and loss of the epoch."""
        answers = segment.a[-1].argmax(axis=-1)
        self.counts.correct += int((answers == segment.y.argmax(axis=-1)).sum())
        self.counts.loss += float(loss.sum(dtype=np.float64))

    def end_epoch(self) -> dict[str, Any]:
        """Judge the network, note the epoch, begin the next one.

        Raises
        ------
        _Diverged
            If its loss is not finite after the epoch's last step: no further step makes sense.
        """
        seen = self.steps_per_epoch * self.batch
        judged = evaluate(self.network, self.test)
        if not np.isfinite(judged.loss):
            raise _Diverged(self.step)
        epoch = {
            "epoch": len(self.epochs),
            "train_accuracy": self.counts.correct / seen,
            "train_loss": self.counts.loss / seen,
            "test_accuracy": judged.accuracy,
            "test_loss": judged.loss,
            "seconds": round(self.counts.seconds, 3),
        }
        self.epochs.append(epoch)
        self.confusion.append(judged.confusion)
        self.counts = _Counts()
        if self.step < self.steps:
            self.begin_epoch()
        return epoch

    def save(self, recorder: Recorder) -> None:
        """Write a checkpoint, from which `load` goes on."""
        recorder.checkpoint(
            self.step,
            {
                "flat": self.network.flat,
                "confusion": self.confusion_array,
                **{f"velocity_{name}": v for name, v in self.optimizer.velocity.items()},
            },
            {
                "epochs": self.epochs,
                "counts": vars(self.counts),
                "rng": self.rng.bit_generator.state,
            },
        )

    def load(self, step: int, state: Mapping[str, Any]) -> None:
        """Take up the state that `save` wrote."""
        self.step = step
        self.network.flat[:] = state["flat"]
        for name, velocity in self.optimizer.velocity.items():
            velocity[:] = state[f"velocity_{name}"]
        self.epochs = list(state["epochs"])
        self.confusion = list(state["confusion"])
        self.counts = _Counts(**state["counts"])
        if step < self.steps:
            self.begin_epoch()
        # What dropout has drawn from this epoch's generator so far.
        self.rng.bit_generator.state = state["rng"]

    @property
    def confusion_array(self) -> NDArray[np.int64]:
        """(epochs so far, classes, classes)."""
        classes = self.recipe.sizes[-1]
        return np.array(self.confusion, np.int64).reshape(-1, classes, classes)


class _Diverged(Exception):
    """Training cannot take `step`; `sound` is what `advance` would give for those just before."""

    def __init__(self, step: int, sound: tuple[Segment, Floats] | None = None) -> None:
        super().__init__(step)
        self.step, self.sound = step, sound


@np.errstate(over="ignore", invalid="ignore")
def evaluate(network: Network, split: Split) -> Evaluation:
    """Accuracy, mean loss and confusion of `network` on `split`."""
    classes = network.sizes[-1]
    passed = network.run(split.images)
    answers = passed.a[-1].argmax(axis=-1)
    labels = split.labels.astype(np.int64)
    loss = network.loss_of(passed, datasets.one_hot(labels, classes))
    confusion = np.bincount(labels * classes + answers, minlength=classes**2)
    return Evaluation(
        accuracy=float((answers == labels).mean()),
        loss=float(loss.mean(dtype=np.float64)),
        confusion=confusion.reshape(classes, classes).astype(np.int64),
    )


def default_record(recipe: Recipe) -> Record:
    """How a recipe is recorded unless told: all of it if that is possible."""
    return "full" if recipe.online else "sparse"


def train(
    recipe: Recipe,
    out: Path | None = None,
    record: Record | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
    dataset: Dataset | None = None,
    snapshot_every: int = SNAPSHOT_EVERY,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Result:
    """Train, and record if asked.

    Parameters
    ----------
    recipe
        What to train; its dataset is loaded by name.
    out
        Folder of the trace; by default ``data/traces/<recipe.label>``.
    record
        "full", "sparse" or "none"; by default `default_record`.
    resume
        Go on with the unfinished run that is there; without one, begin. With `force` too, and an
        unfinished run, it goes on.
    force
        Begin anew even if a trace or an unfinished run is there. The old trace stays until the new
        one is whole. Anything else that is there stays, and is an error.
    progress
        Called after every segment and epoch.
    dataset
        The images, when the caller has them open already; else they are loaded by name.
    snapshot_every, checkpoint_seconds
        Steps between stored parameters of a full trace; time between checkpoints.

    Raises
    ------
    SettingsError
        If the settings do not fit each other or the dataset.
    TraceError
        If the trace is there already, cannot be written, or another process is writing it.
    DivergenceError
        If the loss is not finite at some step. What was recorded before it is a readable trace.
    """
    record = record or default_record(recipe)
    if record not in get_args(Record):
        raise SettingsError(f"unknown record {record!r}: use {', '.join(get_args(Record))}")
    if record == "full" and not recipe.online:
        raise SettingsError(
            f"{recipe.name} cannot be recorded in full: only plain gradient descent with one image "
            "per step can be replayed; record it sparse"
        )
    if record == "none":
        run = _new_run(recipe, dataset or datasets.load(recipe.dataset))
        with one_thread():
            _loop(run, None, progress, checkpoint_seconds)
        return Result(recipe, run.network, run.epochs, run.confusion)
    # Links resolved: the trace is made beside the folder that is meant, and renamed.
    out = Path(os.path.realpath(trace_folder(recipe) if out is None else out))
    check_place(out, replace=force or resume)
    dataset = dataset or datasets.load(recipe.dataset)
    with Lock(out):
        return _record(
            recipe,
            dataset,
            out,
            record,
            resume,
            force,
            progress,
            snapshot_every,
            checkpoint_seconds,
        )


def _record(
    recipe: Recipe,
    dataset: Dataset,
    out: Path,
    record: Record,
    resume: bool = False,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
    snapshot_every: int = SNAPSHOT_EVERY,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> Result:
    """Train into the folder `out`, whose lock the caller holds; see `train`."""
    # One thread, whoever asks: the bytes of a trace depend on how many there are, and it says so.
    with one_thread():
        run = _new_run(recipe, dataset)
        recorder = Recorder(
            out,
            recipe,
            {"name": dataset.name, "sha256": dataset.sha256},
            run.steps,
            run.batch,
            record,
            snapshot_every,
        )
        if recorder.is_whole and (resume or not (force or is_taken(out))):
            # Killed when all was written but the name.
            recorder.give_name()
            return _read_result(out)
        try:
            _begin(run, recorder, resume, force)
            _loop(run, recorder, progress, checkpoint_seconds)
        finally:
            recorder.close()
    return Result(recipe, run.network, run.epochs, run.confusion, out)


def _read_result(folder: Path) -> Result:
    """What training gave that made a trace."""
    trace = Trace.open(folder)
    confusion = list(trace.arrays["confusion"])
    return Result(trace.recipe, trace.network(), trace.epochs, confusion, folder)


def _begin(run: _Run, recorder: Recorder, resume: bool, force: bool) -> None:
    """Start the recorder anew or where it stopped, without losing anything unasked."""
    if resume and recorder.has_checkpoint:
        run.load(*recorder.resume(force))
    elif is_taken(recorder.folder) and not force:
        raise TraceError(f"{recorder.folder} is there already: --force trains it anew")
    elif recorder.is_begun and not force:
        if resume:
            raise recorder.make_error_of_others()
        raise TraceError(
            f"an unfinished run is at {recorder.partial}: --resume goes on, --force starts over"
        )
    else:
        recorder.start()
        run.save(recorder)


def ensure_trace(name: str, progress: Callable[[Progress], None] | None = None) -> Path:
    """The folder of a recipe's trace, trained first if it is missing.

    If another process is training it, wait for that one. An unfinished run is finished.

    Raises
    ------
    SettingsError
        If there is no such recipe.
    TraceError, DivergenceError
        As `train` does.
    """
    recipe = find_recipe(name)
    folder = trace_folder(recipe)
    out = Path(os.path.realpath(folder))
    if not out.exists():
        check_place(out)
        with Lock(out, wait=True):
            # The process that we waited for may have made it.
            if not out.exists():
                dataset = datasets.load(recipe.dataset)
                record = default_record(recipe)
                _record(recipe, dataset, out, record, resume=True, progress=progress)
    return folder


def _new_run(recipe: Recipe, dataset: Dataset) -> _Run:
    """A run at its first step, its data checked against the recipe."""
    train_split, test_split = dataset.train, dataset.test
    n_in = int(np.prod(train_split.pixels.shape[1:]))
    classes = dataset.fewest_classes
    if n_in != recipe.sizes[0] or not classes <= recipe.sizes[-1] <= len(dataset.classes):
        fitting = ",".join(map(str, (n_in, *recipe.sizes[1:-1], classes)))
        raise SettingsError(
            f"{recipe.name} is made for {recipe.sizes[0]} pixels and {recipe.sizes[-1]} classes, "
            f"and {dataset.name} has {n_in} and {classes}: add --sizes {fitting}"
        )
    _check_memory(recipe, len(train_split), len(test_split))
    if recipe.holdout:
        train_split, test_split = datasets.split_validation(train_split, recipe.holdout)
    return _Run(recipe, recipe.new_network(), train_split, test_split)


def _check_memory(recipe: Recipe, train_images: int, test_images: int) -> None:
    """Raise SettingsError if this machine cannot hold so large a network, before it is made."""
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows does not say
        there = MOST_MEMORY
    batch = SEGMENT if recipe.online else recipe.batch_size or train_images
    rows = max(min(batch, train_images), test_images)
    # At least: parameters, gradients and velocities; z and a of each neuron for so many images.
    needed = 12 * recipe.parameter_count + 8 * rows * sum(recipe.sizes[1:])
    if needed > there:
        raise SettingsError(
            f"a network of {recipe.parameter_count:,} weights and biases needs "
            f"{size_in_words(needed)} of memory, and {size_in_words(there)} are there: "
            "give smaller --sizes"
        )


def _segments(run: _Run, recorder: Recorder | None) -> Iterator[int]:
    """Where to stop next: at every stored snapshot, at the end of an epoch, and now and then."""
    snapshots = set(recorder.snapshots) if recorder else set()
    while run.step < run.steps:
        if not run.recipe.online:
            yield run.step + 1
            continue
        limit = (run.step // SEGMENT + 1) * SEGMENT
        limit = min(limit, (run.step // run.steps_per_epoch + 1) * run.steps_per_epoch)
        between = (step for step in range(run.step + 1, limit) if step in snapshots)
        yield next(between, limit)


# A run that diverges is told so once, by the error, not by numpy's warnings on the way there.
@np.errstate(over="ignore", invalid="ignore")
def _loop(
    run: _Run,
    recorder: Recorder | None,
    progress: Callable[[Progress], None] | None,
    checkpoint_seconds: float,
) -> None:
    """Train to the end, or to the step where it diverges."""
    snapshots = set(recorder.snapshots) if recorder else set()
    saved = time.monotonic()
    diverged = None
    for stop in _segments(run, recorder):
        started = time.perf_counter()
        if recorder and run.step in snapshots:
            recorder.snapshot(run.network.parameters)
        try:
            segment, loss = run.advance(stop)
            if recorder:
                _write(recorder, segment, loss)
            run.count(segment, loss)
            run.step = stop
            # A clock may be set back.
            run.counts.seconds += max(0.0, time.perf_counter() - started)
            epoch = run.end_epoch() if stop % run.steps_per_epoch == 0 else None
        except _Diverged as error:
            diverged = error
            if recorder and error.sound:
                _write(recorder, *error.sound)
            break
        if progress:
            progress(Progress(run.step, run.steps, epoch))
        if recorder and time.monotonic() - saved >= checkpoint_seconds:
            run.save(recorder)
            saved = time.monotonic()
    if recorder:
        recorder.finish(
            run.network.parameters,
            run.epochs,
            run.confusion_array,
            diverged.step if diverged else None,
        )
    if diverged:
        raise DivergenceError(_explain_divergence(run, diverged.step, recorder))


def _write(recorder: Recorder, segment: Segment, loss: Floats) -> None:
    """Hand a segment to the recorder, with the loss and error of every image, (n, B)."""
    recorder.write(segment, squared_error(segment.a[-1], segment.y), loss)


def _explain_divergence(run: _Run, step: int, recorder: Recorder | None) -> str:
    where = f"; the steps before it are at {recorder.folder}" if recorder else ""
    return (
        f"training diverged at step {step:,} of {run.steps:,}: the loss is no longer finite, "
        f"most likely because the learning rate {run.recipe.learning_rate:g} is too large"
        f"{where}; try --learning-rate {run.recipe.learning_rate / 10:g}"
    )
