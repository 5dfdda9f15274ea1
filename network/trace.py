"""Read a recorded training run: every step of it, as arrays and as values with names.

A trace is a folder of ``.npy`` files and one ``trace.json`` (see `network.recording`, which writes
it). `Trace.open` checks all of it and maps the arrays into memory; ``trace[t]`` is the step t.
Weights are not stored for every step: they are replayed from the nearest snapshot before, by the
very operations that training used, so they are training's own, bit for bit.
"""

import functools
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network import datasets
from network.errors import GlassnetError, TraceError
from network.functions import Floats, loss_values, squared_error
from network.model import Network, parameter_count, unpack
from network.online import Descent
from network.recipes import Recipe
from network.schedules import learning_rate_at
from network.step import Step

FORMAT = 1
HEADER = "trace.json"
PARTIAL_SUFFIX = ".partial"


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

    @classmethod
    def open(cls, path: str | Path, verify: bool = True) -> "Trace":
        """Open a trace folder.

        Parameters
        ----------
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
        remake = _remake(header["recipe"])
        arrays = {}
        for name, about in header["arrays"].items():
            arrays[name] = _map_array(path / f"{name}.npy", about, remake)
        _check_consistency(path, header, remake)
        if verify:
            with ThreadPoolExecutor() as pool:
                digests = pool.map(file_digest, [path / f"{name}.npy" for name in arrays])
            for (name, about), digest in zip(header["arrays"].items(), digests, strict=True):
                if digest != about["sha256"]:
                    raise TraceError(
                        f"{path / name}.npy was changed since training (its SHA-256 is another): "
                        f"{remake}"
                    )
        return cls(path, header, arrays)

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
        dataset = datasets.load(about["name"])
        if dataset.sha256 != about["sha256"]:
            raise TraceError(
                f"{self.path} was trained on other data than {about['name']} is now: "
                f"{_remake(self.header['recipe'])}"
            )
        return dataset

    @property
    def steps_per_epoch(self) -> int:
        """Steps per epoch."""
        return -(-self.header["planned_steps"] // self.recipe.epochs)

    def nearest_recorded(self, step: int) -> int:
        """The recorded step closest to `step` (the earlier one of two)."""
        at = bisect_left(self.recorded, step)
        around = self._recorded_around(at)
        nearest: int = min(around, key=lambda recorded: abs(recorded - step))
        return nearest

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
            raise TraceError(f"{self.path} has steps 0 to {self.steps}, not {step}")
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

    def __getitem__(self, step: int) -> Step:
        """The step, from 0; -1 is the last one.

        Raises
        ------
        TraceError
            If the run has no such step, or did not record it (then the nearest are named).
        """
        if not -self.steps <= step < self.steps:
            raise TraceError(f"{self.path} has steps 0 to {self.steps - 1}, not {step}")
        step %= self.steps
        row = bisect_left(self.recorded, step)
        if row == len(self.recorded) or self.recorded[row] != step:
            around = self._recorded_around(row)
            raise TraceError(
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


def _remake(recipe: Any) -> str:
    name = recipe.get("name", "RECIPE") if isinstance(recipe, dict) else "RECIPE"
    return f"make it anew with python -m network train {name} --force"


def _read_header(path: Path) -> dict[str, Any]:
    """trace.json, its format and its entries checked."""
    if not path.exists():
        partial = path.with_name(path.name + PARTIAL_SUFFIX)
        if partial.exists():
            raise TraceError(
                f"the training of {path} was not finished: "
                f"go on with python -m network train {path.name} --resume"
            )
        raise TraceError(f"no trace at {path}: make it with python -m network train {path.name}")
    if not path.is_dir():
        raise TraceError(f"{path} is a file: a trace is a folder with a {HEADER}")
    try:
        header = json.loads((path / HEADER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TraceError(f"{path} is no trace: it has no {HEADER}") from None
    except OSError as error:
        raise TraceError(f"cannot read {path / HEADER}: {error.strerror}") from None
    except ValueError:
        raise TraceError(f"{path / HEADER} is damaged: {_remake({})}") from None
    recipe = header.get("recipe") if isinstance(header, dict) else None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        found = header.get("format") if isinstance(header, dict) else None
        raise TraceError(
            f"{path / HEADER} is of format {found!r}, and this glassnet reads format {FORMAT}: "
            f"{_remake(recipe)}"
        )
    entries = (
        *("recipe", "dataset", "layer_sizes", "dtype", "steps", "planned_steps", "batch"),
        *("record", "snapshots", "epochs", "arrays", "versions"),
    )
    missing = [entry for entry in entries if entry not in header]
    if missing:
        raise TraceError(f"{path / HEADER} lacks {', '.join(missing)}: {_remake(recipe)}")
    try:
        Recipe.from_dict(header["recipe"])
    except (TypeError, GlassnetError) as error:
        raise TraceError(
            f"{path / HEADER} has a recipe that this glassnet does not know ({error}): "
            f"{_remake(recipe)}"
        ) from None
    return header


def _map_array(path: Path, about: dict[str, Any], remake: str) -> NDArray[Any]:
    """The array of one file, memory-mapped, with the shape and dtype that the header gives."""
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise TraceError(f"{path} is missing: {remake}") from None
    except (OSError, ValueError, EOFError) as error:
        reason = str(error).splitlines()[0]
        raise TraceError(f"{path} is damaged or truncated ({reason}): {remake}") from None
    if list(array.shape) != about["shape"] or array.dtype != np.dtype(about["dtype"]):
        raise TraceError(
            f"{path} holds {array.dtype} {array.shape}, "
            f"and {HEADER} says {about['dtype']} {tuple(about['shape'])}: {remake}"
        )
    return array


def _check_consistency(path: Path, header: dict[str, Any], remake: str) -> None:
    """The shapes in the header agree with the layer sizes and the numbers of steps."""
    sizes, steps, batch = header["layer_sizes"], header["steps"], header["batch"]
    rows = len(header.get("recorded") or range(steps))
    per_step = [steps, batch] if header["record"] == "full" else [steps]
    expected: dict[str, list[int]] = {
        "index": [rows, batch],
        "error": per_step,
        "loss": per_step,
        "confusion": [len(header["epochs"]), sizes[-1], sizes[-1]],
    }
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        expected[f"a{layer}"] = expected[f"delta{layer}"] = [rows, batch, n_out]
        expected[f"W{layer}"] = [len(header["snapshots"]), n_out, n_in]
        expected[f"b{layer}"] = [len(header["snapshots"]), n_out]
    for name, shape in expected.items():
        found = header["arrays"].get(name, {}).get("shape")
        if found != shape:
            raise TraceError(
                f"{path / HEADER} gives {name} the shape {found}, "
                f"and its steps and layers make that {shape}: {remake}"
            )
