"""A recording for the kit's tests: real `Step`s of made-up arrays, a trace without files."""

from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np

from network.trace import Step, Trace

SIZES = (784, 4, 10)


def fake_step(number: int, label: int = 5) -> Step:
    """A step of a 784-4-10 network; which numbers are in it depends on `number` only."""
    generator = np.random.default_rng(number)

    def per_layer(*shapes: tuple[int, ...], first: int = 1) -> Any:
        arrays = [generator.normal(size=shape).astype(np.float32) for shape in shapes]
        return MappingProxyType(dict(enumerate(arrays, start=first)))

    weights, vectors = ((4, 784), (10, 4)), ((4,), (10,))
    x = generator.random(784, dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[label]
    a = MappingProxyType({0: x, **per_layer(*vectors)})
    return Step(
        step=number,
        epoch=0,
        index=number,
        x=x,
        label=label,
        y=y,
        z=per_layer(*vectors),
        a=a,
        delta=MappingProxyType({1: per_layer((4,))[1], 2: a[2] - y}),
        dW=per_layer(*weights),
        db=per_layer(*vectors),
        W=per_layer(*weights),
        b=per_layer(*vectors),
        W_after=per_layer(*weights),
        b_after=per_layer(*vectors),
        loss=float(generator.random()),
        error=float(generator.random()),
        prediction=3,
        learning_rate=0.01,
        size=(28, 28),
    )


class FakeTrace(Trace):
    """A trace that makes its steps up; all that a chapter asks of one."""

    def __init__(self, steps: int = 100) -> None:
        self.path = Path("/nowhere/sigmoid-online")
        self.header = {"format": 1, "recipe": {}, "dataset": {}, "arrays": {}}
        self.recipe = SimpleNamespace(name="sigmoid-online")  # type: ignore[assignment]
        self.sizes = SIZES
        self.steps = steps
        self.batch = 1
        self.record = "full"
        self.recorded = range(steps)
        self.epochs = []

    def __getitem__(self, step: int) -> Step:
        return fake_step(step)
