"""A view: any image through the network as it was at any moment, with or without its biases.

`Trace.see` makes one. It answers the same paths as a recorded step, and its `name` is the line of
Python that makes it again.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from network.datasets import one_hot
from network.errors import SettingsError
from network.functions import Floats, squared_error
from network.model import Network
from network.moment import Moment, by_layer

Picture = tuple[str, int]
"""Where an image is in the data: ``("train", 0)``, ``("test", 2339)``."""


@dataclass(frozen=True, eq=False)
class View(Moment):
    """One image through a network; nothing is dropped out, and nothing is learned.

    Attributes
    ----------
    name
        The line that makes it, such as ``trace.see(("test", 2339), biases=False)``.
    picture
        Where the image is in the data; None for an image from elsewhere, which has no label.
    at
        Before which step of the run the network was like this; the number of steps after the last.
    biases
        Whether the network has its biases; they are zero if not.
    size, x, label, y, z, a, W, b, loss, error, prediction
        As for `network.step.Step`, for one image. Without a label, label, y, loss and error are
        None.
    """

    kind = "view"

    name: str
    picture: Picture | None
    at: int
    biases: bool
    size: tuple[int, int]
    x: Floats
    label: int | None
    y: Floats | None
    z: Mapping[int, Floats]
    a: Mapping[int, Floats]
    W: Mapping[int, Floats]
    b: Mapping[int, Floats]
    loss: float | None
    error: float | None
    prediction: int

    @functools.cached_property
    def values(self) -> Mapping[str, Any]:
        """Every quantity by name."""
        named: dict[str, Any] = {"at": self.at, "x": self.x, "prediction": self.prediction}
        for name in ("label", "y", "loss", "error"):
            if getattr(self, name) is not None:
                named[name] = getattr(self, name)
        return MappingProxyType(named | by_layer(z=self.z, a=self.a, W=self.W, b=self.b))


def look(
    network: Network,
    name: str,
    picture: Picture | None,
    at: int,
    biases: bool,
    size: tuple[int, int],
    x: Floats,
    label: int | None,
) -> View:
    """Send one image through a network, as the view of it says; see `View` for what is what."""
    layers = network.layers
    passed = network.run(x[None])
    y = loss = error = None
    if label is not None:
        y = one_hot(np.array([label]), network.sizes[-1])
        loss = float(network.loss_of(passed, y)[0])
        error = float(squared_error(passed.a[-1], y)[0])
    numbers = range(1, len(layers) + 1)
    return View(
        name=name,
        picture=picture,
        at=at,
        biases=biases,
        size=size,
        x=x,
        label=label,
        y=None if y is None else y[0],
        z=MappingProxyType({number: passed.z[number][0] for number in numbers}),
        a=MappingProxyType({number: passed.a[number][0] for number in range(len(layers) + 1)}),
        W=MappingProxyType({n: layer.W for n, layer in zip(numbers, layers, strict=True)}),
        b=MappingProxyType({n: layer.b for n, layer in zip(numbers, layers, strict=True)}),
        loss=loss,
        error=error,
        prediction=int(passed.a[-1][0].argmax()),
    )


def name_of(picture: Picture | None, at: int | None, biases: bool) -> str:
    """The line that makes a view."""
    words = ["image" if picture is None else f'("{picture[0]}", {picture[1]})']
    words += [] if at is None else [f"at={at}"]
    words += [] if biases else ["biases=False"]
    return f"trace.see({', '.join(words)})"


def check_picture(picture: Picture, train: int, test: int) -> Picture:
    """A place in the data, checked.

    Raises
    ------
    SettingsError
        If there is no such split, or no such image in it.
    """
    split, index = picture
    sizes = {"train": train, "test": test}
    if split not in sizes:
        raise SettingsError(f'a picture is ("train", n) or ("test", n), not ({split!r}, {index!r})')
    given: object = index
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not whole or not 0 <= index < sizes[split]:
        raise SettingsError(f'("{split}", {index}): there are images 0 to {sizes[split] - 1}')
    return split, int(index)
