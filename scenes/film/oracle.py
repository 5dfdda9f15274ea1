"""The independent oracle: every figure of the film, worked out a second time.

It reads the trace's raw files and the IDX files' bytes and calculates in Python's own floats, with
`math` and nothing else. It shares no code with what trained, replayed and filmed the network, so
the two agree only if both are right.

- Weights at a step: the snapshot before it, and from there ``W -= rate · delta · a`` with the
  recorded delta and a of each step between.
- What happens at a step (z, a, delta, gradients, the change of every weight): one forward and one
  backward pass for the first image of its batch. For a batch, dW and db are means over what was
  recorded for all of its images.
- Which neurons a dropout took is recorded only as zeros: that, and nothing else, is read off the
  recorded activations.
- After a step with momentum, and after a batch: the snapshot that was stored there.
- The whole test set (ten thousand passes) is too much for plain floats. That one sweep is done by
  numpy in float64, and compared with plain passes on a few images each time.

The network was trained in float32, so a recorded value differs from the oracle's by rounding.
Each value of the oracle has a `size`, the sum of the magnitudes of all that was added up for it,
through all layers; rounding stays below `NOISE` times that. A figure on screen is right if the
oracle's value, moved by no more than this, is rounded to the same text.
"""

import gzip
import json
import math
import operator
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from network import datasets

NOISE = 1e-6
"""Rounding of float32 results as a share of the size of what they were summed from: 16 units."""


class Value(NamedTuple):
    """A number, and the size of what it is made of (see the module)."""

    value: float
    size: float

    @property
    def noise(self) -> float:
        """How far the recorded number may be away."""
        return NOISE * self.size


Vector = list[Value]
Layer = tuple[list[list[float]], list[float]]
"""Weights, a list for each neuron, and biases."""


class OracleError(ValueError):
    """A source that the oracle cannot work out; the message says why."""


# The network, in plain floats


def forward(
    layers: Sequence[Layer],
    activations: Sequence[str],
    x: Sequence[float],
    kept: Mapping[int, Sequence[float]] | None = None,
) -> tuple[list[Vector], list[Vector], list[Vector]]:
    """Sums z, activations a, and activations before dropout; of layers 0 (the image) to L.

    `kept` has the factors of each hidden layer with dropout: 0, or 1 / (1 - p).
    """
    z: list[Vector] = [[]]
    a: list[Vector] = [[Value(pixel, pixel) for pixel in x]]
    whole = [a[0]]
    for number, ((W, b), name) in enumerate(zip(layers, activations, strict=True), start=1):
        # Black pixels and silent neurons add nothing.
        lit = [index for index, below in enumerate(a[-1]) if below.size]
        values = [a[-1][index].value for index in lit]
        sizes = [a[-1][index].size for index in lit]
        sums = []
        for row, bias in zip(W, b, strict=True):
            weights = [row[index] for index in lit]
            size = sum(map(operator.mul, map(abs, weights), sizes))
            total = math.fsum([bias, *map(operator.mul, weights, values)])
            sums.append(Value(total, size + abs(bias)))
        z.append(sums)
        whole.append(activate(name, sums))
        factors = (kept or {}).get(number)
        a.append(
            whole[-1]
            if factors is None
            else [Value(v * f, s * f) for (v, s), f in zip(whole[-1], factors, strict=True)]
        )
    return z, a, whole


def activate(name: str, z: Vector) -> Vector:
    """Activations of a layer."""
    if name == "identity":
        return z
    if name == "relu":
        return [value if value.value > 0 else Value(0.0, 0.0) for value in z]
    if name == "sigmoid":
        shares = [1 / (1 + math.exp(-v)) if v > -700 else 0.0 for v, _ in z]
        return [Value(a, a + a * (1 - a) * s) for a, (_, s) in zip(shares, z, strict=True)]
    if name == "softmax":
        top = max(v for v, _ in z)
        powers = [math.exp(v - top) for v, _ in z]
        total = math.fsum(powers)
        shares = [power / total for power in powers]
        shared = sum(a * s for a, (_, s) in zip(shares, z, strict=True))
        return [Value(a, a * (1 + s + shared)) for a, (_, s) in zip(shares, z, strict=True)]
    raise OracleError(f"the oracle knows no activation {name!r}")


def slope(name: str, a: Value) -> Value:
    """Slope of an elementwise activation, by its own output."""
    if name == "identity":
        return Value(1.0, 0.0)
    if name == "relu":
        return Value(1.0 if a.value > 0 else 0.0, 0.0)
    if name == "sigmoid":
        return Value(a.value * (1 - a.value), a.size)
    raise OracleError(f"{name} has no slope of one neuron alone")


def blame_of_output(loss: str, name: str, a: Vector, label: int) -> Vector:
    """Delta of the output layer: dC/dz."""
    y = [1.0 if index == label else 0.0 for index in range(len(a))]
    plain = [Value(v - t, s + t) for (v, s), t in zip(a, y, strict=True)]
    if loss == "cross-entropy":
        return plain
    gradient = [Value(2 / len(a) * v, 2 / len(a) * s) for v, s in plain]
    if name == "softmax":
        shared = math.fsum(share.value * g.value for share, g in zip(a, gradient, strict=True))
        size = sum(share.size * g.size for share, g in zip(a, gradient, strict=True))
        return [
            Value(share.value * (g.value - shared), share.size * (g.size + size))
            for share, g in zip(a, gradient, strict=True)
        ]
    return [times(g, slope(name, share)) for g, share in zip(gradient, a, strict=True)]


def blame_below(W: Sequence[Sequence[float]], delta: Vector) -> Vector:
    """What comes back along the edges: Wᵀ delta."""
    blame = []
    for column in zip(*W, strict=True):
        total = math.fsum(w * d.value for w, d in zip(column, delta, strict=True))
        blame.append(Value(total, sum(abs(w) * d.size for w, d in zip(column, delta, strict=True))))
    return blame


def loss_of(loss: str, name: str, z: Vector, a: Vector, label: int) -> Value:
    """What training minimises, for one image."""
    if loss == "squared-error":
        return error_of(a, label)
    size = sum(s for _, s in z) + 1
    if name == "softmax":
        top = max(v for v, _ in z)
        total = math.log(math.fsum(math.exp(v - top) for v, _ in z)) + top
        return Value(total - z[label].value, size)
    # log(1 + exp z), without overflow.
    surprises = [max(v, 0.0) + math.log1p(math.exp(-abs(v))) for v, _ in z]
    return Value(math.fsum(surprises) - z[label].value, size)


def error_of(a: Vector, label: int) -> Value:
    """Mean squared difference from the one-hot label."""
    gaps = [(v - (index == label), s + (index == label)) for index, (v, s) in enumerate(a)]
    value = math.fsum(gap * gap for gap, _ in gaps) / len(a)
    return Value(value, sum((abs(gap) + NOISE) * size for gap, size in gaps) * 2 / len(a) + value)


def times(one: Value, two: Value) -> Value:
    """A product."""
    size = abs(one.value) * two.size + one.size * abs(two.value)
    return Value(one.value * two.value, size)


# The recording


class Oracle:
    """A trace's raw files, and all that follows from them.

    Parameters
    ----------
    folder
        The trace.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.header = json.loads((self.folder / "trace.json").read_text(encoding="utf-8"))
        self.recipe: dict[str, Any] = self.header["recipe"]
        self.sizes: list[int] = self.header["layer_sizes"]
        self.steps: int = self.header["steps"]
        self.snapshots: list[int] = self.header["snapshots"]
        self.full: bool = self.header["record"] == "full"
        self._moments: dict[int, Moment] = {}
        self._seen: dict[tuple[str, int, int | None, bool], Seen] = {}
        self._states: dict[int, list[Layer]] = {}
        self._largest: dict[int, list[list[float]]] = {}
        self._raw: dict[str, Any] = {}

    @property
    def depth(self) -> int:
        """Number of dense layers."""
        return len(self.sizes) - 1

    def raw(self, name: str) -> Any:
        """A stored array; only ever indexed and turned into lists."""
        if name not in self._raw:
            self._raw[name] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return self._raw[name]

    @cached_property
    def train(self) -> "Pictures":
        """The images that the run has seen."""
        return Pictures(self.header["dataset"]["name"], 0)

    @cached_property
    def test(self) -> "Pictures":
        """The images kept back."""
        return Pictures(self.header["dataset"]["name"], 2)

    def moment(self, step: int) -> "Moment":
        """What happened at a step."""
        if step not in self._moments:
            self._moments[step] = Moment(self, step)
        return self._moments[step]

    def row(self, step: int) -> int:
        """Where a step stands in the arrays with one row per recorded step."""
        if self.full:
            return step
        try:
            return int(self.header["recorded"].index(step))
        except ValueError:
            raise OracleError(f"step {step} was not recorded") from None

    def rate(self, step: int) -> float:
        """Learning rate of a step."""
        steps = self.header["planned_steps"]
        share = {
            "constant": 1.0,
            "decay": 1 / (1 + 9 * step / steps),
            "cosine": 0.5 * (1 + math.cos(math.pi * step / steps)),
        }[self.recipe["schedule"]]
        return float(self.recipe["learning_rate"] * share)

    def state(self, step: int) -> list[Layer]:
        """Weights and biases before a step; a list of layers."""
        if step not in self._states:
            at = self._snapshot_before(step)
            layers = [
                (self.raw(f"W{layer}")[at].tolist(), self.raw(f"b{layer}")[at].tolist())
                for layer in range(1, self.depth + 1)
            ]
            if self.snapshots[at] != step and not self.full:
                raise OracleError(f"a sparse trace has no weights before step {step}")
            if self.snapshots[at] != step:
                layers, self._largest[step] = self._replay(layers, range(self.snapshots[at], step))
            self._states[step] = layers
        return self._states[step]

    def _snapshot_before(self, step: int) -> int:
        return max(index for index, before in enumerate(self.snapshots) if before <= step)

    def size_of(self, step: int, layer: int, i: int, j: int | None = None) -> float:
        """Size of weight W_layer[i, j] before a step, or of bias b_layer[i].

        A weight that was moved to near zero has the rounding of what it was before.
        """
        W, b = self.state(step)[layer - 1]
        at = self._snapshot_before(step)
        now, then = (
            (b[i], self.raw(f"b{layer}")[at, i])
            if j is None
            else (W[i][j], self.raw(f"W{layer}")[at, i, j])
        )
        moved = self._largest[step][layer - 1][i] if step in self._largest else 0.0
        return abs(now) + abs(float(then)) + moved

    def _replay(self, layers: list[Layer], steps: range) -> tuple[list[Layer], list[list[float]]]:
        """Weights and biases after past steps, and the largest change of each neuron's."""
        largest = [[0.0] * len(b) for _, b in layers]
        # They were kept in float32: rounding them as often as training did, they do not drift.
        kept = [([array("f", row) for row in W], array("f", b)) for W, b in layers]
        for step in steps:
            rate = self.rate(step)
            below = self.train.image(int(self.raw("index")[step, 0]))
            for number, (W, b) in enumerate(kept, start=1):
                lit = [(index, value) for index, value in enumerate(below) if value]
                brightest = max(1.0, *below)
                for neuron, blame in enumerate(self.raw(f"delta{number}")[step, 0].tolist()):
                    row, change = W[neuron], rate * blame
                    b[neuron] -= change
                    largest[number - 1][neuron] = max(
                        largest[number - 1][neuron], abs(change) * brightest
                    )
                    for index, value in lit:
                        row[index] -= change * value
                below = self.raw(f"a{number}")[step, 0].tolist()
        return [([row.tolist() for row in W], b.tolist()) for W, b in kept], largest

    @cached_property
    def trained(self) -> list[Layer]:
        """Weights and biases after the last step."""
        return self.state(self.steps)

    def seen(self, split: str, index: int, at: int | None = None, biases: bool = True) -> "Seen":
        """One image through the network of one moment: see `Seen`."""
        key = (split, index, at, biases)
        if key not in self._seen:
            self._seen[key] = Seen(self, *key)
        return self._seen[key]

    @lru_cache(maxsize=2)  # noqa: B019 (an oracle lives as long as a check)
    def outputs_on_test(self, biases: bool = True) -> np.ndarray:
        """Outputs of the trained network for all test images, (images, n_L) float64."""
        layers = [(W, b if biases else [0.0] * len(b)) for W, b in self.trained]
        a = np.frombuffer(self.test.pixels, np.uint8).reshape(len(self.test), -1) / self.test.white
        for (W, b), name in zip(layers, self.recipe["activations"], strict=True):
            z = a @ np.array(W).T + np.array(b)
            if name == "sigmoid":
                a = 1 / (1 + np.exp(-np.clip(z, -700, None)))
            elif name == "relu":
                a = np.maximum(z, 0)
            elif name == "softmax":
                a = np.exp(z - z.max(axis=1, keepdims=True))
                a /= a.sum(axis=1, keepdims=True)
            else:
                a = z
        for image in {0, len(self.test) // 2, len(self.test) - 1}:
            plain = self.seen("test", image, biases=biases).output
            if any(abs(one.value - two) > 1e-9 for one, two in zip(plain, a[image], strict=True)):
                raise AssertionError("numpy and plain floats disagree")
        return a

    @lru_cache(maxsize=2)  # noqa: B019
    def read(self, biases: bool = True) -> tuple[list[bool], int]:
        """Which test images the trained network reads correctly; how many are on the edge."""
        outputs = self.outputs_on_test(biases)
        right = [row.index(max(row)) == label for row, label in self._judged(outputs)]
        best = np.sort(outputs, axis=1)[:, -2:]
        return right, int(np.count_nonzero(best[:, 1] - best[:, 0] < NOISE))

    def _judged(self, outputs: np.ndarray) -> Iterable[tuple[list[float], int]]:
        return zip(outputs.tolist(), self.test.labels, strict=True)


class Pictures:
    """The bytes of a split: file `number` of an IDX set, and its labels in the next."""

    def __init__(self, name: str, number: int) -> None:
        dataset = datasets.load(name)
        (self.count, *size), self.pixels = _read_idx(dataset.get_path(number))
        self.columns = size[-1]
        train = self.pixels if number == 0 else _read_idx(dataset.get_path(0))[1]
        # A set of zeros and ones is not divided.
        self.white = 255 if max(train) > 1 else 1
        _, self.labels = _read_idx(dataset.get_path(number + 1))
        self.size = math.prod(size)

    def __len__(self) -> int:
        return self.count

    def image(self, index: int) -> list[float]:
        """An image: bytes / white."""
        start = index * self.size
        return [byte / self.white for byte in self.pixels[start : start + self.size]]

    def pixel(self, index: int, place: int) -> float:
        """One pixel of an image."""
        return self.pixels[index * self.size + place] / self.white


def _read_idx(path: Path) -> tuple[list[int], bytes]:
    """Shape and bytes of an IDX file: 0 0 8 d, then d sizes of four bytes each, then the data."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    dimensions = content[3]
    shape = [
        int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(dimensions)
    ]
    return shape, content[4 + 4 * dimensions :]


def _read_path(path: str) -> tuple[str, str, tuple[int, ...]]:
    """A path's name (with _after), number of layer, and indices."""
    match = _PATH.fullmatch(path.strip())
    if match is None:
        raise OracleError(f"{path!r} is no path")
    name, number, suffix, inside = match.groups()
    indices = tuple(int(index) for index in (inside or "").split(",") if index.strip())
    return name + (suffix or ""), number, indices


_PATH = re.compile(r"([A-Za-z]+?)(\d*)(_after|_rate)?(?:\[([\d,\s]+)\])?")


class Seen:
    """One image through the network of one moment, nothing dropped out.

    Parameters
    ----------
    split, index
        ``"train"`` or ``"test"``, and which image.
    at
        Before which step; after the last one if not given.
    biases
        Whether they are not set to zero.
    """

    layers: list[Layer]

    def __init__(
        self, oracle: Oracle, split: str, index: int, at: int | None = None, biases: bool = True
    ) -> None:
        pictures = {"train": oracle.train, "test": oracle.test}[split]
        self._begin(oracle, oracle.steps if at is None else at, pictures, index)
        if not biases:
            self.layers = [(W, [0.0] * len(b)) for W, b in self.layers]
        self.z, self.a, self.whole = forward(self.layers, self.names, self.x)

    def _begin(self, oracle: Oracle, step: int, pictures: Pictures, index: int) -> None:
        self.oracle, self.step, self.index = oracle, step, index
        self.x = pictures.image(index)
        self.label = pictures.labels[index]
        self.layers = oracle.state(step)
        self.names: list[str] = oracle.recipe["activations"]

    @property
    def output(self) -> Vector:
        """Activations of the last layer."""
        return self.a[-1]

    def value(self, path: str) -> Value:
        """The value at a path such as ``a2[3]``.

        Raises
        ------
        OracleError
            If the oracle does not know it.
        """
        name, number, indices = _read_path(path)
        if not number:
            return self._named(name, indices)
        layer = int(number)
        if not 1 <= layer <= self.oracle.depth and (name, layer) != ("a", 0):
            raise OracleError(f"there is no layer {layer}")
        if name in ("z", "a"):
            vector: Vector = getattr(self, name)[layer]
            return vector[self._flat(indices, layer)]
        if name == "b":
            (i,) = indices
            b = self.layers[layer - 1][1]
            return Value(b[i], self.oracle.size_of(self.step, layer, i) if b[i] else 0.0)
        if name == "W":
            return self.weight(layer, indices[0], self._flat(indices[1:], layer - 1))
        raise OracleError(f"the oracle does not know {path!r}")

    def array(self, path: str) -> np.ndarray:
        """All values of an array, or of one row of it, at a path such as ``a2`` or ``W1[3]``.

        Raises
        ------
        OracleError
            If the oracle does not know it.
        """
        name, number, indices = _read_path(path)
        vectors: Any = {"x": self.x, "y": [float(c == self.label) for c in range(len(self.output))]}
        if number:
            layer = int(number)
            W, b = self.layers[layer - 1] if layer else ([], [])
            vectors |= {"W": W, "b": b}
            if name in ("z", "a", "delta"):
                vectors[name] = [value for value, _ in getattr(self, name)[layer]]
        if name not in vectors:
            raise OracleError(f"the oracle does not know {path!r} as an array")
        array = np.array(vectors[name], dtype=np.float64)
        return array[indices] if indices else array

    def weight(self, layer: int, i: int, j: int) -> Value:
        """A weight."""
        W = self.layers[layer - 1][0]
        return Value(W[i][j], self.oracle.size_of(self.step, layer, i, j))

    def _flat(self, indices: tuple[int, ...], layer: int) -> int:
        """One index; row and column of the picture become one."""
        if len(indices) == 1:
            return indices[0]
        if layer == 0 and len(indices) == 2:
            return indices[0] * self.oracle.train.columns + indices[1]
        raise OracleError(f"{len(indices)} indices are not one number")

    def _named(self, name: str, indices: tuple[int, ...]) -> Value:
        if name == "x":
            value = self.x[self._flat(indices, 0)]
            return Value(value, value)
        if name == "y":
            value = 1.0 if indices[0] == self.label else 0.0
            return Value(value, 0.0)
        if name == "loss":
            loss = self.oracle.recipe["loss"]
            return loss_of(loss, self.names[-1], self.z[-1], self.a[-1], self.label)
        if name == "error":
            return error_of(self.a[-1], self.label)
        if name == "prediction":
            return Value(float(best_of(self.output)), 0.0)
        if name == "label":
            return Value(float(self.label), 0.0)
        if name == "at":
            return Value(float(self.step), 0.0)
        raise OracleError(f"the oracle does not know {name!r}")


class Moment(Seen):
    """One step, worked out for the first image of its batch."""

    def __init__(self, oracle: Oracle, step: int) -> None:
        self.row = oracle.row(step)
        self.batch: list[int] = oracle.raw("index")[self.row].tolist()
        self._begin(oracle, step, oracle.train, self.batch[0])
        self.z, self.a, self.whole = forward(self.layers, self.names, self.x, self.kept)
        self._after: list[Layer] | None = None

    @cached_property
    def kept(self) -> dict[int, list[float]]:
        """Factors of dropout by layer: the one thing that is read off the recorded activations."""
        factors = {}
        for number, p in enumerate(self.oracle.recipe["dropout"], start=1):
            if p:
                recorded = self.oracle.raw(f"a{number}")[self.row, 0].tolist()
                factors[number] = [1 / (1 - p) if value else 0.0 for value in recorded]
        return factors

    @property
    def alone(self) -> bool:
        """Whether the step is plain gradient descent by this one image."""
        return self.oracle.full and len(self.batch) == 1

    @cached_property
    def arriving(self) -> dict[int, Vector]:
        """Blame that comes back to each hidden layer, before its slope."""
        return self._backward[1]

    @cached_property
    def delta(self) -> dict[int, Vector]:
        """Blame of each layer: dC/dz."""
        return self._backward[0]

    @cached_property
    def _backward(self) -> tuple[dict[int, Vector], dict[int, Vector]]:
        top = len(self.layers)
        recipe = self.oracle.recipe
        delta = {top: blame_of_output(recipe["loss"], self.names[-1], self.a[-1], self.label)}
        arriving = {}
        for number in range(top - 1, 0, -1):
            W = self.layers[number][0]
            if recipe["update_order"] == "output-first":
                W = self._changed(number + 1, delta[number + 1])[0]
            arriving[number] = blame_below(W, delta[number + 1])
            delta[number] = list(
                starmap(times, zip(arriving[number], self.slopes(number), strict=True))
            )
        return delta, arriving

    def slopes(self, number: int) -> Vector:
        """Slopes of a hidden layer's neurons, times what dropout makes of them."""
        factors = self.kept.get(number) or [1.0] * len(self.whole[number])
        slopes = [slope(self.names[number - 1], a) for a in self.whole[number]]
        return [Value(v * f, s * f) for (v, s), f in zip(slopes, factors, strict=True)]

    def _changed(self, number: int, delta: Vector) -> Layer:
        """A layer after the step."""
        if not self.alone:
            W, b = self.oracle.state(self.step + 1)[number - 1]
            return W, b
        rate = self.oracle.rate(self.step)
        W, b = self.layers[number - 1]
        below = [value for value, _ in self.a[number - 1]]
        rows = [
            [w - rate * d.value * value for w, value in zip(row, below, strict=True)]
            for row, d in zip(W, delta, strict=True)
        ]
        return rows, [bias - rate * d.value for bias, d in zip(b, delta, strict=True)]

    @property
    def after(self) -> list[Layer]:
        """Weights and biases after the step."""
        if self._after is None:
            self._after = [
                self._changed(number, self.delta[number])
                for number in range(1, len(self.layers) + 1)
            ]
        return self._after

    # Values by path

    def value(self, path: str) -> Value:
        """The value at a path such as ``delta2[3]``: see `Seen.value`."""
        name, number, indices = _read_path(path)
        layer = int(number or 0)
        if not 1 <= layer <= self.oracle.depth:
            return super().value(path)
        if name == "delta":
            return self.delta[layer][self._flat(indices, layer)]
        if name in ("b", "b_after"):
            return self._bias(layer, indices[0], name == "b_after")
        if name == "W_after":
            return self.weight_after(layer, indices[0], self._flat(indices[1:], layer - 1))
        if name == "dW":
            return self._weight_gradient(layer, indices[0], self._flat(indices[1:], layer - 1))
        if name == "db":
            return self._bias_gradient(layer, indices[0])
        return super().value(path)

    def _named(self, name: str, indices: tuple[int, ...]) -> Value:
        recipe = self.oracle.recipe
        if name == "learning_rate":
            rate = self.oracle.rate(self.step)
            return Value(rate, rate)
        whole = {
            "step": self.step,
            "epoch": self.step // -(-self.oracle.header["planned_steps"] // recipe["epochs"]),
            "index": self.index,
        }
        if name not in whole:
            return super()._named(name, indices)
        return Value(float(whole[name]), 0.0)

    def _weight_gradient(self, layer: int, i: int, j: int) -> Value:
        if self.alone:
            return times(self.delta[layer][i], self.a[layer - 1][j])
        oracle = self.oracle
        blames = oracle.raw(f"delta{layer}")[self.row, :, i].tolist()
        if layer == 1:
            below = [oracle.train.pixel(index, j) for index in self.batch]
        else:
            below = oracle.raw(f"a{layer - 1}")[self.row, :, j].tolist()
        products = list(map(operator.mul, blames, below))
        size = sum(map(abs, products)) / len(products)
        return Value(math.fsum(products) / len(products), size)

    def _bias_gradient(self, layer: int, i: int) -> Value:
        scalar = self.oracle.recipe["bias_gradient"] == "scalar"
        if self.alone and not scalar:
            return self.delta[layer][i]
        blames = self.oracle.raw(f"delta{layer}")[self.row]
        numbers = (blames.ravel() if scalar else blames[:, i]).tolist()
        return Value(math.fsum(numbers) / len(self.batch), sum(map(abs, numbers)) / len(self.batch))

    def weight_after(self, layer: int, i: int, j: int) -> Value:
        """A weight after the step; the batch's gradients move it."""
        value = self.weight(layer, i, j)
        if self.alone:
            return self._moved(value, times(self.delta[layer][i], self.a[layer - 1][j]))
        if self.oracle.recipe["momentum"]:
            return self._stored(self.after[layer - 1][0][i][j])
        decay = self.oracle.recipe["weight_decay"] * value.value
        gradient = self._weight_gradient(layer, i, j)
        return self._moved(value, Value(gradient.value + decay, gradient.size + abs(decay)))

    def _bias(self, layer: int, i: int, after: bool) -> Value:
        b = self.layers[layer - 1][1]
        value = Value(b[i], self.oracle.size_of(self.step, layer, i))
        if not after:
            return value
        if self.oracle.recipe["momentum"]:
            return self._stored(self.after[layer - 1][1][i])
        return self._moved(value, self._bias_gradient(layer, i))

    def _moved(self, value: Value, gradient: Value) -> Value:
        rate = self.oracle.rate(self.step)
        return Value(value.value - rate * gradient.value, value.size + rate * gradient.size)

    @staticmethod
    def _stored(value: float) -> Value:
        return Value(value, abs(value))


def best_of(outputs: Vector) -> int:
    """The class with the largest output."""
    values = [value for value, _ in outputs]
    return values.index(max(values))
