"""Typed groups and animations are Manim's own in all they do."""

import pytest
from manim import RIGHT, UP, AnimationGroup, Square

from scenes.kit.typed import Parts, animated


def test_parts_are_a_group():
    one, two, three = (Square() for _ in range(3))
    parts = Parts(one, two)
    parts.add(three)
    assert list(parts) == parts.submobjects == [one, two, three]
    assert parts[1] is two
    assert list(parts[1:]) == [two, three]
    copy = parts.copy().shift(UP)
    assert isinstance(copy, Parts)
    assert [part.get_y() for part in copy] == pytest.approx([1.0] * 3)
    assert two.get_y() == pytest.approx(0.0)


def test_what_a_mobject_is_to_become_can_stand_among_animations():
    square = Square()
    group = AnimationGroup(animated(square.animate.shift(2 * RIGHT)), rate_func=lambda t: t)
    group.begin()
    group.interpolate(0.5)
    assert 0.0 < square.get_x() < 2.0
    group.finish()
    assert square.get_x() == pytest.approx(2.0)
