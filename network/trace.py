"""Read a recorded training run: every step of it, as arrays and as values with names.

A trace is a folder of ``.npy`` files and one ``trace.json`` (see `network.recording`, which writes
it). `Trace.open` checks all of it and maps the arrays into memory; ``trace[t]`` is the step t.
Weights are not stored for every step: they are replayed from the nearest snapshot before, by the
very operations that training used, so they are training's own, bit for bit.
"""

import functools
import hashlib
import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy import typing as npt
from numpy.typing import NDArray

from network import datasets
from network.errors import GlassnetError, SettingsError, StepError, TraceError, printable
from network.files import reason_of
from network.folder import HEADER, PARTIAL_SUFFIX, header_digest, is_own
from network.functions import Floats, loss_values, squared_error
from network.model import Network, parameter_count, unpack
from network.online import Descent
from network.recipes import MOST_EPOCHS, MOST_IMAGES, RECIPES, Recipe
from network.remedy import nearest_trace, remake, train_command
from network.schedules import learning_rate_at
from network.step import Step
from network.view import Picture, View, check_picture, look, name_of

FORMAT = 1
MOST_STEPS = MOST_EPOCHS * MOST_IMAGES
ENTRIES = (
    *("format", "recipe", "dataset", "layer_sizes", "dtype", "steps", "planned_steps", "batch"),
    *("record", "snapshots", "epochs", "arrays", "versions", "sha256"),
)
EPOCH_ENTRIES = frozenset(
    ("epoch", "train_accuracy", "train_loss", "test_accuracy", "test_loss", "seconds")
)


def array_layout(
    sizes: Sequence[int], record: str, steps: int, batch: int, recorded: int, snapshots: int
) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape and dtype of every array of a trace, but for the confusion counts.

    Parameters
    ----------
    steps, recorded, snapshots
        How many of each.
    """
    per_step = (steps, batch) if record == "full" else (steps,)
    layout: dict[str, tuple[tuple[int, ...], str]] = {
        "index": ((recorded, batch), "int32"),
        "error": (per_step, "float32"),
        "loss": (per_step, "float32"),
    }
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        layout[f"a{layer}"] = layout[f"delta{layer}"] = ((recorded, batch, n_out), "float32")
        layout[f"W{layer}"] = ((snapshots, n_out, n_in), "float32")
        layout[f"b{layer}"] = ((snapshots, n_out), "float32")
    return layout


class Trace:
    """A recorded run. Make one with `Trace.open`.

    Attributes
    ----------
    path
        The folder.
    header
        trace.json, as it stands there.
    recipe
        The settings of the run.
    sizes
        Neurons per layer, (784, 20, 10).
    steps, batch, record
        How many steps; images per step; "full" or "sparse".
    recorded
        The steps that ``trace[t]`` can give: all of them, or a list.
    snapshots
        Before which steps the parameters are stored; the last one is after the last step.
    epochs
        A dict per epoch: epoch, train_accuracy, train_loss, test_accuracy, test_loss, seconds.
    arrays
        {"a1": memory map, ...}, shapes as in trace.json.
    """

    def __init__(self, path: Path, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        self.path = path
        self.header = header
        self.arrays = arrays
        self.recipe = Recipe.from_dict(header["recipe"])
        self.sizes = tuple(header["layer_sizes"])
        self.steps: int = header["steps"]
        self.batch: int = header["batch"]
        self.record: str = header["record"]
        self.recorded: Sequence[int] = header.get("recorded") or range(self.steps)
        self.snapshots: list[int] = header["snapshots"]
        self.epochs: list[dict[str, Any]] = header["epochs"]
        self._dataset: datasets.Dataset | None = None
        # A chapter looks at the same few moments again and again.
        self._network_of = functools.lru_cache(maxsize=4)(self._make_network)

    @classmethod
    def open(
        cls, path: str | Path, verify: bool = True, dataset: datasets.Dataset | None = None
    ) -> "Trace":
        """Open a trace folder.

        Parameters
        ----------
        dataset
            The images, where they are in no files that would be found by their name.
        verify
            Compare every file with its hash: about 20 ms for 60 MB. Without it only shapes and
            lengths are checked.

        Raises
        ------
        TraceError
            If there is none, it is of another format, or a file is missing, truncated, of another
            shape or has another hash; the message names the file and the command that mends it.
        """
        path = Path(path)
        header = _read_header(path)
        files = {name: path / f"{name}.npy" for name in header["arrays"]}
        try:
            arrays = {
                name: _map_array(files[name], about) for name, about in header["arrays"].items()
            }
            if verify:
                with ThreadPoolExecutor() as pool:
                    digests = dict(zip(files, pool.map(file_digest, files.values()), strict=True))
                for name, about in header["arrays"].items():
                    if digests[name] != about["sha256"]:
                        raise ValueError(f"{files[name]} was changed since training")
        except FileNotFoundError as error:
            raise TraceError(f"{error.filename} is missing: {remake(path, header)}") from error
        except OSError as error:
            name = error.filename or path
            raise TraceError(f"{name} cannot be read: {reason_of(error)}") from error
        except ValueError as error:
            raise TraceError(f"{error}: {remake(path, header)}") from error
        trace = cls(path, header, arrays)
        trace._dataset = dataset
        return trace

    def __len__(self) -> int:
        return self.steps

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 that identifies the run: recipe, data and every array, not the clock."""
        told = {key: self.header[key] for key in ("format", "recipe", "dataset", "arrays")}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @functools.cached_property
    def dataset(self) -> datasets.Dataset:
        """The images the run was trained on.

        Raises
        ------
        TraceError
            If what is there under that name now is other data.
        """
        about = self.header["dataset"]
        try:
            dataset = self._dataset or datasets.load(about["name"])
        except SettingsError:
            raise TraceError(
                f"{self.path} was trained on {about['name']}, which is not there: put it back, or "
                "train another trace"
            ) from None
        if dataset.sha256 != about["sha256"]:
            raise TraceError(
                f"{self.path} was trained on other data than {about['name']} is now: "
                f"{remake(self.path, self.header)}"
            )
        return dataset

    @functools.cached_property
    def classes(self) -> tuple[str, ...]:
        """What each output stands for, by the names that the images' classes have now.

        Raises
        ------
        TraceError
            As `dataset` does, and if there are not enough names.
        """
        names = self.dataset.classes
        if len(names) < self.sizes[-1]:
            raise TraceError(
                f"{self.path} has {self.sizes[-1]} outputs, and {self.dataset.name} has names for "
                f"{len(names)} classes: give each its name"
            )
        return names[: self.sizes[-1]]

    @property
    def steps_per_epoch(self) -> int:
        """Steps per epoch."""
        return -(-self.header["planned_steps"] // self.recipe.epochs)

    def _recorded_around(self, at: int) -> list[int]:
        """The recorded steps at places at - 1 and at, where they exist."""
        return [self.recorded[i] for i in (at - 1, at) if 0 <= i < len(self.recorded)]

    def parameters(self, step: int | None = None) -> Floats:
        """All parameters before `step`, one vector (see `network.model.unpack`).

        `step` may be `steps`, for those after the last step; so does None.

        Raises
        ------
        TraceError
            If the run has no such step, or a sparse trace no snapshot there.
        """
        step = self.steps if step is None else step
        if not 0 <= step <= self.steps:
            raise StepError(f"{self.path} has steps 0 to {self.steps}, not {step}")
        at = bisect_right(self.snapshots, step) - 1
        flat = self._snapshot(at)
        if self.snapshots[at] == step:
            return flat
        if self.record != "full":
            around = self.snapshots[max(at, 0) : at + 2]
            raise TraceError(
                f"{self.path} is sparse and has no weights before step {step}: "
                f"the nearest are before {' and '.join(map(str, around))}"
            )
        self._replay(flat, self.snapshots[at], step)
        return flat

    def network(self, step: int | None = None) -> Network:
        """The network as it was before `step`; after the last one by default."""
        network = self.recipe.new_network()
        network.flat[:] = self.parameters(step)
        return network

    def see(
        self, image: Picture | npt.ArrayLike, at: int | None = None, biases: bool = True
    ) -> View:
        """One image through the network of one moment.

        Parameters
        ----------
        image
            ``("train", 0)`` or ``("test", 2339)``, or the pixels of any picture of the right size,
            in [0, 1], (rows, columns) or (rows · columns,).
        at
            Before which step; after the last one by default.
        biases
            False: with all biases set to zero.

        Raises
        ------
        TraceError
            If the run has no such step, or a sparse trace no weights there.
        SettingsError
            If there is no such image, or it does not go with the network.
        """
        train = self.dataset.train
        size = train.pixels.shape[1:]
        if isinstance(image, tuple) and len(image) == 2 and isinstance(image[0], str):
            picture = check_picture(image, len(train), len(self.dataset.test))
            split = train if picture[0] == "train" else self.dataset.test
            x, label = split.image(picture[1]), int(split.labels[picture[1]])
        else:
            picture, label = None, None
            x = np.asarray(image, dtype=np.float32).ravel()
            if x.size != self.sizes[0] or not np.all((x >= 0) & (x <= 1)):
                raise SettingsError(
                    f"a picture for this network has {size[0]} × {size[1]} pixels from 0 to 1"
                )
        network = self._network_of(self.steps if at is None else at, biases)
        return look(
            network,
            name_of(picture, at, biases),
            picture,
            self.steps if at is None else at,
            biases,
            size,
            x,
            label,
        )

    def _make_network(self, at: int, biases: bool) -> Network:
        network = self.network(at)
        for layer in network.layers:
            layer.b *= biases
        return network

    def __getitem__(self, step: int) -> Step:
        """The step, from 0; -1 is the last one.

        Raises
        ------
        TraceError
            If the run has no such step, or did not record it (then the nearest are named).
        """
        if isinstance(step, bool) or not isinstance(step, int | np.integer):
            raise StepError(f"a step is a whole number, not {step!r}")
        step = int(step)
        if not -self.steps <= step < self.steps:
            raise StepError(f"{self.path} has steps 0 to {self.steps - 1}, not {step}")
        step %= self.steps
        row = bisect_left(self.recorded, step)
        if row == len(self.recorded) or self.recorded[row] != step:
            around = self._recorded_around(row)
            raise StepError(
                f"{self.path} did not record step {step}: "
                f"the nearest are {' and '.join(map(str, around))}"
            )
        before = self.parameters(step)
        if self.record == "full":
            after = before.copy()
            self._replay(after, step, step + 1)
        else:
            after = self.parameters(step + 1)
        return self._assemble(step, row, before, after)

    def _assemble(self, step: int, row: int, before: Floats, after: Floats) -> Step:
        train = self.dataset.train
        index = self.arrays["index"][row]
        x = np.stack([train.image(int(i)) for i in index])
        label = train.labels[index].astype(np.int64)
        y = datasets.one_hot(label, self.sizes[-1])
        layers = range(1, len(self.sizes))
        a = {0: x} | {layer: np.array(self.arrays[f"a{layer}"][row]) for layer in layers}
        delta = {layer: np.array(self.arrays[f"delta{layer}"][row]) for layer in layers}
        parameters = dict(zip(layers, unpack(before, self.sizes), strict=True))
        changed = dict(zip(layers, unpack(after, self.sizes), strict=True))
        # The sums are not stored: they are taken again, one image as training takes one image.
        z = {
            layer: (np.dot(W, a[layer - 1][0])[None] if len(x) == 1 else a[layer - 1] @ W.T) + b
            for layer, (W, b) in parameters.items()
        }
        dW = {layer: d.T @ a[layer - 1] / len(x) for layer, d in delta.items()}
        db = {layer: d.sum(axis=0) / len(x) for layer, d in delta.items()}
        if self.recipe.bias_gradient == "scalar":
            db = {layer: np.full_like(db[layer], d.sum() / len(x)) for layer, d in delta.items()}
        error, loss = self._errors(step, row, z, a, y)
        whole = Step(
            step=step,
            epoch=step // self.steps_per_epoch,
            index=index,
            x=x,
            label=label,
            y=y,
            z=MappingProxyType(z),
            a=MappingProxyType(a),
            delta=MappingProxyType(delta),
            dW=MappingProxyType(dW),
            db=MappingProxyType(db),
            W=MappingProxyType({layer: W for layer, (W, _) in parameters.items()}),
            b=MappingProxyType({layer: b for layer, (_, b) in parameters.items()}),
            W_after=MappingProxyType({layer: W for layer, (W, _) in changed.items()}),
            b_after=MappingProxyType({layer: b for layer, (_, b) in changed.items()}),
            loss=loss,
            error=error,
            prediction=a[len(layers)].argmax(axis=-1),
            learning_rate=self.learning_rate(step),
            size=train.pixels.shape[1:],
        )
        return whole.example(0) if len(x) == 1 else whole

    def _errors(
        self,
        step: int,
        row: int,
        z: Mapping[int, Floats],
        a: Mapping[int, Floats],
        y: Floats,
    ) -> tuple[Floats, Floats]:
        """Error and loss of every image; recomputed where only the batch's means are stored."""
        if self.batch == 1 or self.record == "full":
            return (
                self.arrays["error"][step].reshape(-1),
                self.arrays["loss"][step].reshape(-1),
            )
        last = len(self.sizes) - 1
        output = self.recipe.activations[-1]
        return (
            squared_error(a[last], y),
            loss_values(self.recipe.loss, output, z[last], a[last], y),
        )

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step."""
        return learning_rate_at(
            self.recipe.schedule, self.recipe.learning_rate, step, self.header["planned_steps"]
        )

    def _snapshot(self, at: int) -> Floats:
        flat = np.empty(parameter_count(self.sizes), self.header["dtype"])
        for layer, (W, b) in enumerate(unpack(flat, self.sizes), start=1):
            W[:] = self.arrays[f"W{layer}"][at]
            b[:] = self.arrays[f"b{layer}"][at]
        return flat

    def _replay(self, flat: Floats, start: int, stop: int) -> None:
        """Take the steps start to stop - 1 again, on `flat`."""
        descent = Descent(flat, self.sizes)
        layers = range(1, len(self.sizes))
        pixels = self.dataset.train
        index = self.arrays["index"][start:stop, 0]
        x = np.stack([pixels.image(int(i)) for i in index])
        a = [x, *(np.array(self.arrays[f"a{layer}"][start:stop, 0]) for layer in layers)]
        deltas = np.concatenate(
            [self.arrays[f"delta{layer}"][start:stop, 0] for layer in layers], axis=1
        )
        rows = zip(*(array[:, None, :] for array in a), strict=True)
        rates = np.array([self.learning_rate(step) for step in range(start, stop)], flat.dtype)
        for blame, row, rate in zip(deltas, rows, rates, strict=True):
            descent.step(blame, row, rate)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_header(path: Path) -> dict[str, Any]:
    """trace.json, its format and its entries checked."""
    if not path.exists():
        command = train_command(None, path)
        if path.with_name(path.name + PARTIAL_SUFFIX).exists():
            raise TraceError(
                f"the training of {path} was not finished: go on with {command} --resume"
            )
        near = nearest_trace(path)
        if near:
            raise TraceError(f"no trace at {path}: did you mean {near}?")
        if path.name in RECIPES:
            raise TraceError(f"no trace at {path}: make it with {command}")
        raise TraceError(f"no trace at {path}: there is no such folder")
    if not path.is_dir():
        raise TraceError(f"{path} is a file: a trace is a folder with a {HEADER}")
    try:
        header = json.loads((path / HEADER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        cure = f": {remake(path, None)}" if all(map(is_own, path.iterdir())) else ""
        raise TraceError(f"{path} is no trace, it has no {HEADER}{cure}") from None
    except OSError as error:
        raise TraceError(f"{path / HEADER} cannot be read: {reason_of(error)}") from None
    except (ValueError, RecursionError):
        raise TraceError(f"{path / HEADER} is damaged: {remake(path, None)}") from None
    found = header.get("format") if isinstance(header, dict) else None
    if type(found) is not int or found != FORMAT:
        raise TraceError(
            f"{path / HEADER} is of format {found!r}, and this glassnet reads format {FORMAT}: "
            f"{remake(path, header)}"
        )
    missing = [entry for entry in ENTRIES if entry not in header]
    try:
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        if header["sha256"] != header_digest(header):
            raise ValueError("it was changed since training")
        _check_entries(header)
    except (
        *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, GlassnetError),
    ) as error:
        raise TraceError(
            f"{path / HEADER} is damaged ({printable(error)}): {remake(path, header)}"
        ) from error
    return header


def _check_entries(header: dict[str, Any]) -> None:
    """Raise ValueError, or what wrong types lead to, unless all that trace.json says agrees."""
    recipe = Recipe.from_dict(header["recipe"])
    sizes, steps, planned, batch = (
        header[entry] for entry in ("layer_sizes", "steps", "planned_steps", "batch")
    )
    snapshots, epochs, record = header["snapshots"], header["epochs"], header["record"]
    # Of so many steps nothing can be counted, whatever else is true of them.
    if type(steps) is int and abs(steps) > MOST_STEPS:
        raise ValueError("its steps are more than there can be")
    recorded = header["recorded"] if record == "sparse" else range(steps)
    layout = array_layout(sizes, record, steps, batch, len(recorded), len(snapshots)) | {
        "confusion": ((len(epochs), sizes[-1], sizes[-1]), "int64")
    }
    agreed = {
        "layer_sizes": tuple(sizes) == recipe.sizes and all(type(n) is int for n in sizes),
        "dtype": header["dtype"] == "float32",
        "steps": type(steps) is int and 0 < steps <= planned,
        "planned_steps": type(planned) is int
        and planned % recipe.epochs == 0
        and planned <= MOST_STEPS,
        "batch": type(batch) is int and batch == (recipe.batch_size or batch) > 0,
        "record": record in ("full", "sparse"),
        "recorded": record == "full" or (_rise(recorded, 0) and recorded[-1] < steps),
        "snapshots": _rise(snapshots, 0) and snapshots[-1] == steps,
        "epochs": len(epochs) <= recipe.epochs
        and all(_is_epoch(epoch, number) for number, epoch in enumerate(epochs)),
        "dataset": all(type(header["dataset"][entry]) is str for entry in ("name", "sha256")),
        "arrays": header["arrays"].keys() == layout.keys()
        and all(type(about["sha256"]) is str for about in header["arrays"].values()),
        "diverged_at": type(header.get("diverged_at", steps)) is int
        and header.get("diverged_at", planned) == steps,
        "versions": all(
            type(name) is str and type(version) in (str, int)
            for name, version in header["versions"].items()
        ),
    }
    for entry, agrees in agreed.items():
        if not agrees:
            raise ValueError(f"its {entry} does not fit the rest")
    for name, (shape, dtype) in layout.items():
        about = header["arrays"][name]
        if about["shape"] != list(shape) or about["dtype"] != dtype:
            raise ValueError(
                f"{name} is {about['dtype']} {about['shape']}, "
                f"and by its steps and layers {dtype} {list(shape)}"
            )


def _is_epoch(epoch: Mapping[str, Any], number: int) -> bool:
    """Whether that is what is known of the epoch of that number: finite numbers, shares in 0 to 1.

    The clock of the machine may have been odd.
    """
    if not epoch.keys() >= EPOCH_ENTRIES:
        return False
    shares = all(0 <= epoch[name] <= 1 for name in ("train_accuracy", "test_accuracy"))
    told = (epoch[name] for name in EPOCH_ENTRIES)
    numbers = all(type(value) in (int, float) and math.isfinite(value) for value in told)
    return type(epoch["epoch"]) is int and epoch["epoch"] == number and shares and numbers


def _rise(steps: Sequence[int], first: int) -> bool:
    """Whether these are whole numbers, each larger than the one before, beginning with `first`."""
    whole = all(type(step) is int for step in steps)
    return whole and steps[0] == first and all(a < b for a, b in pairwise(steps))


def _map_array(path: Path, about: dict[str, Any]) -> NDArray[Any]:
    """The array of one file, memory-mapped, with the shape and dtype that the header gives."""
    try:
        array: NDArray[Any] = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:  # what numpy raises for a damaged file has many types
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ValueError(f"{path} is damaged or truncated ({reason})") from error
    shape, dtype = tuple(about["shape"]), about["dtype"]
    if array.shape != shape or array.dtype != np.dtype(dtype):
        raise ValueError(
            f"{path} holds {array.dtype} {array.shape}, and {HEADER} says {dtype} {shape}"
        )
    return array
