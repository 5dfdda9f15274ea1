"""One step of training: every quantity as an array, and every value of it by a name.

The name of a value, its path ("delta2[3]"), is what the screen, the readings ledger and the tests
share.
"""

import dataclasses
import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from network.errors import PathError
from network.functions import Floats

PATH = re.compile(
    r"([A-Za-z]+\d*(?:_after|_rate)?)(?:\[(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\])?", re.ASCII
)


@dataclass(frozen=True, eq=False)
class Step:
    """Everything that happened at one step.

    Layers are counted as on screen: a[0] is the image, W[1] leads to the first hidden layer. With
    one image per step the arrays have no batch axis: x (784,), a[1] (20,), label an int. With more
    they have one in front: x (B, 784), a[1] (B, 20), label (B,); `example` gives one of them.

    Attributes
    ----------
    step, epoch
        Which step of the run, and in which epoch, both from 0.
    index
        Row of the training set, int or (B,).
    x, label, y
        Image in [0, 1], class, one-hot label.
    z, a, delta
        Per layer: weighted sum, activation, dC/dz (of each image, not divided by B).
    dW, db
        Gradients as used: averages over the batch.
    W, b, W_after, b_after
        Parameters before and after the step.
    loss
        What training minimises.
    error
        Mean squared difference between output and one-hot label; shown, never used.
    prediction
        argmax of the output: int or (B,).
    learning_rate
        Of this step.
    """

    step: int
    epoch: int
    index: Any
    x: Floats
    label: Any
    y: Floats
    z: Mapping[int, Floats]
    a: Mapping[int, Floats]
    delta: Mapping[int, Floats]
    dW: Mapping[int, Floats]
    db: Mapping[int, Floats]
    W: Mapping[int, Floats]
    b: Mapping[int, Floats]
    W_after: Mapping[int, Floats]
    b_after: Mapping[int, Floats]
    loss: Any
    error: Any
    prediction: Any
    learning_rate: float

    @property
    def layers(self) -> int:
        """How many dense layers there are."""
        return len(self.W)

    @property
    def batch(self) -> int:
        """How many images the step saw."""
        return 1 if self.x.ndim == 1 else len(self.x)

    @property
    def image(self) -> Floats:
        """The image as rows of pixels, (28, 28), or (B, 28, 28)."""
        side = _side(self.x.shape[-1])
        return self.x.reshape(*self.x.shape[:-1], side, -1) if side else self.x

    def example(self, row: int) -> "Step":
        """The step as image `row` of its batch saw it; gradients stay the batch's.

        Raises
        ------
        PathError
            If the batch has no such row.
        """
        if not 0 <= row < self.batch:
            raise PathError(f"step {self.step} saw {self.batch} images: there is no row {row}")
        if self.x.ndim == 1:
            return self

        def pick(arrays: Mapping[int, Floats]) -> Mapping[int, Floats]:
            return MappingProxyType({layer: array[row] for layer, array in arrays.items()})

        return dataclasses.replace(
            self,
            index=int(self.index[row]),
            x=self.x[row],
            label=int(self.label[row]),
            y=self.y[row],
            z=pick(self.z),
            a=pick(self.a),
            delta=pick(self.delta),
            loss=self.loss[row],
            error=self.error[row],
            prediction=int(self.prediction[row]),
        )

    @functools.cached_property
    def values(self) -> Mapping[str, Any]:
        """Every quantity by name: {"x": ..., "a1": ..., "W2_after": ..., "loss": ...}."""
        named: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                *("step", "epoch", "index", "x", "label", "y", "loss", "error"),
                *("prediction", "learning_rate"),
            )
        }
        for kind in ("z", "a", "delta", "dW", "db", "W", "b"):
            named |= {f"{kind}{layer}": array for layer, array in getattr(self, kind).items()}
        for kind in ("W", "b"):
            after = getattr(self, f"{kind}_after")
            named |= {f"{kind}{layer}_after": array for layer, array in after.items()}
        return MappingProxyType(named)

    def __getitem__(self, path: str) -> Any:
        """The array, or the number, at a path: "delta2", "delta2[3]", "W1[3,401]", "loss".

        An axis as long as the image may be addressed by row and column of the picture:
        "x[14,9]", "W1[3,14,9]".

        Raises
        ------
        PathError
            If nothing has that name, or an index is out of range.
        """
        match = PATH.fullmatch(path.strip())
        if match is None:
            raise PathError(f"{path!r} is no path: write a name and indices, like delta2[3]")
        name, indices = match.groups()
        if name not in self.values:
            raise PathError(f"a step has no {name!r}: it has {', '.join(self.values)}")
        value = self.values[name]
        if indices is None:
            return value
        return _at(value, tuple(int(i) for i in indices.split(",")), path, self.x.shape[-1])


def _side(n: int) -> int:
    """28 for 784; 0 if n is no square."""
    side = math.isqrt(n)
    return side if side * side == n else 0


def _at(value: Any, indices: tuple[int, ...], path: str, n_image: int) -> Any:
    shape: tuple[int, ...] = np.shape(value)
    side = _side(n_image)
    if len(indices) == len(shape) + 1 and side and shape and shape[-1] == n_image:
        value = np.reshape(value, (*shape[:-1], side, side))
        shape = value.shape
    if len(indices) > len(shape):
        raise PathError(f"{path!r} has too many indices: the shape is {shape}")
    for axis, (i, n) in enumerate(zip(indices, shape, strict=False)):
        if not 0 <= i < n:
            raise PathError(f"{path!r} is out of range: axis {axis} has indices 0 to {n - 1}")
    return value[indices]
