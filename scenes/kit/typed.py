"""Manim's groups and animations, with the types of what they are made for.

Manim's stubs say ``VMobject`` of whatever is in a `VGroup`, and a ``VMobject`` answers every name,
misspelt ones too; of what an animation moves they say that it is made for another renderer, and of
``mobject.animate.shift(UP)`` that it may be the mobject.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar, cast, overload

from manim import Animation, Mobject, VGroup, VMobject
from manim.animation.animation import prepare_animation
from manim.mobject.mobject import _AnimationBuilder

_Part = TypeVar("_Part", bound=VMobject)
_Moved = TypeVar("_Moved", bound=Mobject)


class Parts(VGroup, Generic[_Part]):
    """A group whose parts are all of one kind: ``self.figures: Parts[Figure] = Parts()``."""

    def __init__(self, *parts: _Part) -> None:
        super().__init__(*parts)

    def __iter__(self) -> Iterator[_Part]:
        return cast(Iterator[_Part], super().__iter__())

    @overload
    def __getitem__(self, key: int) -> _Part: ...
    @overload
    def __getitem__(self, key: slice) -> VGroup: ...
    def __getitem__(self, key: int | slice) -> VMobject:
        return super().__getitem__(key)


class AnimationOf(Animation, Generic[_Moved]):
    """An animation of one kind of mobject: ``class BarsAnimation(AnimationOf[Bars])``."""

    # Manim's stubs say OpenGLMobject.
    mobject: _Moved  # type: ignore[assignment]
    starting_mobject: _Moved  # type: ignore[assignment]


def animated(change: _AnimationBuilder | Mobject) -> Animation:
    """The animation that ``mobject.animate.shift(UP)`` stands for, to be put among others."""
    assert isinstance(change, _AnimationBuilder)
    return prepare_animation(change)
