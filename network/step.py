"""One recorded step of training: every quantity as an array, and every value of it by a name."""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from network.errors import PathError
from network.functions import Floats
from network.moment import Moment, by_layer


@dataclass(frozen=True, eq=False)
class Step(Moment):
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
    size
        Rows and columns of an image.
    """

    kind = "step"

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
    size: tuple[int, int]

    @property
    def name(self) -> str:  # type: ignore[override]
        """``trace[4711]``."""
        return f"trace[{self.step}]"

    @property
    def picture(self) -> tuple[str, int]:
        """Where the image is in the data, for `Trace.see`; for a step that saw one image.

        Raises
        ------
        PathError
            If it saw more: `example` gives one of them.
        """
        if self.x.ndim > 1:
            raise PathError(f"step {self.step} saw {self.batch} images: take one by example(row)")
        return "train", int(self.index)

    @property
    def batch(self) -> int:
        """How many images the step saw."""
        return 1 if self.x.ndim == 1 else len(self.x)

    def example(self, row: int) -> "Step":
        """The step as image `row` of its batch saw it; gradients stay the batch's.

        Raises
        ------
        PathError
            If the batch has no such row.
        """
        if not 0 <= row < self.batch:
            saw = f"{self.batch:,} images" if self.batch > 1 else "1 image"
            rows = f"rows are 0 to {self.batch - 1}" if self.batch > 1 else "its row is 0"
            raise PathError(f"step {self.step} saw {saw}: there is no row {row}, {rows}")
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
        named |= by_layer(
            z=self.z, a=self.a, delta=self.delta, dW=self.dW, db=self.db, W=self.W, b=self.b
        )
        for kind, after in (("W", self.W_after), ("b", self.b_after)):
            named |= {f"{kind}{layer}_after": array for layer, array in after.items()}
        return MappingProxyType(named)
