"""One way from a state to another: evenly, ending exactly, and never as if it were recorded."""

import numpy as np
import pytest
from manim import Dot, linear

from scenes.kit.ledger import Quantity, Values
from scenes.kit.state import GoTo, between

FIRST, LAST = Quantity("b1[3]", 0.25, 7), Quantity("b1[3]", 0.75, 9)


class Lamp(Dot):
    """Something that has a state, and remembers all it was told to show."""

    def __init__(self):
        super().__init__()
        self.told = []
        self.now = {"value": FIRST, "scale": 1.0}

    @property
    def state(self):
        return self.now

    def set_state(self, state):
        self.told.append(dict(state))
        self.now = {**self.now, **state}
        return self


def go(*args, **options):
    lamp = Lamp()
    animation = GoTo(lamp, *args, rate_func=linear, **options)
    animation.begin()
    for alpha in (0.0, 0.5, 1.0):
        animation.interpolate(alpha)
    animation.finish()
    return lamp.told


def test_it_begins_on_what_is_shown_and_ends_on_the_very_thing_that_was_given():
    told = go({"value": LAST})
    assert told[0]["value"] is FIRST
    assert told[-1]["value"] is LAST
    assert told[2] == {"value": 0.5}  # a plain number: nobody recorded it
    assert all(set(one) == {"value"} for one in told)  # what is not named is left alone


def test_it_begins_elsewhere_where_that_is_asked_for():
    told = go({"value": LAST, "scale": 3.0}, start={"value": 0.0})
    assert told[0] == {"value": 0.0, "scale": 1.0}
    assert told[2] == {"value": 0.375, "scale": 2.0}


def test_it_takes_the_start_when_it_begins_not_when_it_is_made():
    lamp = Lamp()
    animation = GoTo(lamp, {"scale": 5.0}, rate_func=linear)
    lamp.set_state({"scale": 3.0})
    animation.begin()
    animation.interpolate(0.5)
    assert lamp.state["scale"] == 4.0


class Way:
    def towards(self, other, share):
        return f"{share} of the way"


@pytest.mark.parametrize(
    ("first", "last", "half"),
    [
        (1.0, 2.0, 1.5),
        ((FIRST, 1.0), (LAST, 3.0), (0.5, 2.0)),
        (3, 5, 5),  # a row has no half
        (None, 2.0, 2.0),
        (Way(), Way(), "0.5 of the way"),
        ("before", "after", "after"),
    ],
)
def test_what_lies_between(first, last, half):
    assert between(first, last, 0.5) == half
    assert between(first, last, 0.0) is first
    assert between(first, last, 1.0) is last


def test_between_recorded_arrays_is_a_bare_array_in_the_first_ones_shape():
    first = Values("x", np.zeros((2, 2), np.float32), 1)
    middle = between(first, np.full(4, 3.0, np.float32), 0.5)
    assert isinstance(middle, np.ndarray)
    np.testing.assert_array_equal(middle, np.full((2, 2), 1.5))
    assert middle.dtype == np.float32
