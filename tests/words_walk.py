"""What chapters say at a step, without a rehearsal: each beat ends as soon as its words are known.

Texts are not typeset and nothing is drawn: a chapter takes some hundredths of a second.
"""

import contextlib
import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np
from manim import VGroup, VMobject

from network.trace import Trace
from scenes.kit import typeset, weight_field
from scenes.kit.chapter import Chapter
from scenes.kit.findings import layer_size
from scenes.kit.ledger import Quantity
from scenes.kit.narration import Narration, Told

PANELS = {
    *("Account", "Comparison", "Heading", "LabelTable", "OuterProduct"),
    *("OutputBlame", "Picture", "Places", "WeightStep"),
}
"""What chapters draw, and learn nothing from."""


class Nothing:
    """Stands for whatever is not drawn: it has every attribute, and none is anything."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> "Nothing":
        return self

    def __getitem__(self, _: Any) -> "Nothing":
        return self

    def __iter__(self) -> Iterator["Nothing"]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array(1.0, dtype)

    def __float__(self) -> float:
        return 1.0

    def __neg__(self) -> float:
        return -1.0

    def __add__(self, other: Any) -> Any:
        return 1.0 + other

    def __sub__(self, other: Any) -> Any:
        return 1.0 - other

    def __mul__(self, other: Any) -> Any:
        return other

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Any) -> Any:
        return other - 1.0

    def __truediv__(self, other: Any) -> Any:
        return 1.0 / other


class _Spoken(Exception):
    """A beat's words are known; what it would show is not waited for."""


@contextlib.contextmanager
def nothing_typeset() -> Iterator[None]:
    """Texts are boxes, and edges are not rasterized."""

    def box(self: Any, source: str = "", *, x_height: float = 0.25, **_: Any) -> None:
        VMobject.__init__(self)
        self.source, self.x_height = source, x_height
        self._baseline_share, self._x_height_share, self._indent = 0.2, 0.5, 0.0
        width = 0.6 * x_height * max(len(source), 1)
        glyph = VMobject().set_points_as_corners([[0, 0, 0], [width, 0, 0], [width, x_height, 0]])
        self.submobjects = [glyph]
        self.select = lambda *_: VGroup(glyph)

    with contextlib.ExitStack() as stack:
        for kind in (typeset.Words, typeset.Formula, typeset.CodeLine):
            stack.enter_context(mock.patch.object(kind, "__init__", box))
        raster = mock.MagicMock(shape=(2, 2), mean_light=lambda _: 1.0)
        stack.enter_context(mock.patch.object(weight_field, "EdgeRaster", return_value=raster))
        yield


class _Listening:
    """Narration that notes what is told, and ends the beat there."""

    def __init__(self, narration: Narration) -> None:
        self.narration = narration
        self.said: dict[str, tuple[str, Told]] = {}

    def tell(self, beat: str, step: Any, figures: Any = None, variant: str = "text") -> Told:
        told = self.narration.tell(beat, step, figures, variant)
        self.said[beat] = (variant, told)
        raise _Spoken


def words_of(chapter: type[Chapter], trace: Trace, number: int) -> dict[str, tuple[str, Told]]:
    """The variant and the words of each beat of a chapter at a step."""

    class Walk(chapter):  # type: ignore[misc, valid-type]
        def __getattr__(self, name: str) -> Any:
            # What a beat before would have left.
            return Nothing()

    for name in chapter.construct.__code__.co_names:
        method = getattr(chapter, name, None)
        if callable(method) and len(inspect.signature(method).parameters) == 1:
            setattr(Walk, name, _stopping(method))
    walk: Any = Walk.__new__(Walk)
    walk.trace, walk.story, walk._beat = trace, trace[number].example(0), None
    layers = {"pixels": 0, "outputs": walk.story.layers}
    walk._counts = {
        name: Quantity.derived(layer_size, trace, layer) for name, layer in layers.items()
    }
    walk._narration = listening = _Listening(Narration.load(chapter.narration, chapter.file_name()))
    module = sys.modules[chapter.__module__]
    with contextlib.ExitStack() as stack:
        for name in PANELS & vars(module).keys():
            stack.enter_context(mock.patch.object(module, name, Nothing()))
        walk.construct()
    return listening.said


def _stopping(method: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(method)
    def run(self: Any) -> None:
        with contextlib.suppress(_Spoken):
            method(self)

    return run
