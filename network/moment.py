"""A moment of the network: every quantity as an array, and every value of it by a name.

`network.step.Step` (a recorded step of training) and `network.view.View` (any image through the
network of any moment) are moments. The name of a value, its path ("a2[3]"), is what the screen, the
readings ledger and the tests share.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from network.errors import PathError
from network.functions import Floats

PATH = re.compile(
    r"([A-Za-z]+\d*(?:_after|_rate)?)(?:\[(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\])?", re.ASCII
)


class Moment:
    """What steps and views have in common.

    Attributes
    ----------
    kind
        What it is called in messages: "step", "view".
    name
        A line of Python that gives it again, `trace` being the trace: ``trace[4711]``,
        ``trace.see(("test", 2339), biases=False)``.
    size
        Rows and columns of the image.
    x
        Image in [0, 1], (rows · columns,), or (B, rows · columns).
    label, y, prediction
        Class, one-hot label, argmax of the output.
    z, a, W, b
        Per layer, counted as on screen: a[0] is the image, W[1] leads to the first hidden layer.
    loss, error
        What training minimises, and the mean squared difference between output and label.
    """

    kind: str
    name: str
    size: tuple[int, int]
    x: Floats
    label: Any
    y: Any
    z: Mapping[int, Floats]
    a: Mapping[int, Floats]
    W: Mapping[int, Floats]
    b: Mapping[int, Floats]
    loss: Any
    error: Any
    prediction: Any

    @property
    def layers(self) -> int:
        """How many dense layers there are."""
        return len(self.W)

    @property
    def image(self) -> Floats:
        """The image as rows of pixels, (28, 28), or (B, 28, 28)."""
        return self.x.reshape(*self.x.shape[:-1], *self.size)

    @property
    def right(self) -> bool:
        """Whether the largest output is that of the label."""
        return bool(self.prediction == self.label)

    @property
    def values(self) -> Mapping[str, Any]:
        """Every quantity by name: {"x": ..., "a1": ..., "loss": ...}."""
        raise NotImplementedError

    def __getitem__(self, path: str) -> Any:
        """The array, or the number, at a path: "a2", "a2[3]", "W1[3,401]", "loss".

        An axis as long as the image may be addressed by row and column of the picture:
        "x[14,9]", "W1[3,14,9]".

        Raises
        ------
        PathError
            If nothing has that name, or an index is out of range.
        """
        given: object = path
        match = PATH.fullmatch(given.strip()) if isinstance(given, str) else None
        if match is None:
            raise PathError(f"{path!r} is no path: write a name and indices, like delta2[3]")
        name, indices = match.groups()
        if name not in self.values:
            raise PathError(f"a {self.kind} has no {name!r}: it has {', '.join(self.values)}")
        value = self.values[name]
        if indices is None:
            return value
        return _at(value, tuple(int(i) for i in indices.split(",")), path, self.size)


def by_layer(**arrays: Mapping[int, Any]) -> dict[str, Any]:
    """Arrays of layers by name: ``by_layer(a={1: ..., 2: ...})`` is {"a1": ..., "a2": ...}."""
    return {
        f"{kind}{layer}": array
        for kind, layers in arrays.items()
        for layer, array in layers.items()
    }


def _at(value: Any, indices: tuple[int, ...], path: str, size: tuple[int, int]) -> Any:
    shape: tuple[int, ...] = np.shape(value)
    if len(indices) == len(shape) + 1 and shape and shape[-1] == size[0] * size[1]:
        value = np.reshape(value, (*shape[:-1], *size))
        shape = value.shape
    if len(indices) > len(shape):
        raise PathError(f"{path!r} has too many indices: the shape is {shape}")
    for axis, (i, n) in enumerate(zip(indices, shape, strict=False)):
        if not 0 <= i < n:
            raise PathError(f"{path!r} is out of range: axis {axis} has indices 0 to {n - 1}")
    return value[indices]
