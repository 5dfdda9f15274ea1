"""State: what a mobject shows at a moment, and the one way from there to another state.

Whatever can change in the film (a picture's values, the lengths of bars, where a curve is) is its
state: named floats, arrays, quantities. It has `set_state`, and `GoTo` is the animation of it. What
lies between two recorded states was not recorded: on the way there are plain numbers, which are no
readings and claim nothing; at both ends there is exactly what was given.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from scenes.kit.ledger import Quantity, Values
from scenes.kit.style import STEADY
from scenes.kit.typed import AnimationOf

State = Mapping[str, Any]
"""What is shown, by name: floats, arrays, `Quantity`, `Values`, and tuples of such."""

_NOTHING: Final[State] = {}


class GoTo(AnimationOf[Any]):
    """A mobject goes from the state in which it is when this begins to another one.

    Parameters
    ----------
    mobject
        Any mobject with a property `state` and a method `set_state`, which leaves as it is what a
        state does not name.
    state
        Where it goes. Only what is named here changes.
    start
        Where it begins, as far as that is not where it is.
    run_time, options
        As for Manim's animations.
    """

    def __init__(
        self,
        mobject: Any,
        state: State,
        *,
        start: State = _NOTHING,
        run_time: float = STEADY,
        **options: Any,
    ) -> None:
        self.first, self.last = dict(start), dict(state)
        super().__init__(mobject, run_time=run_time, **options)

    def begin(self) -> None:
        """Take what is shown now as the start."""
        now = self.mobject.state
        self.first = {name: self.first.get(name, now[name]) for name in self.last}
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Be in the state of this part of the run time, at the end exactly in the last one."""
        share = self.rate_func(alpha)
        self.mobject.set_state(
            {name: between(self.first[name], last, share) for name, last in self.last.items()}
        )


def between(first: Any, last: Any, share: float) -> Any:
    """What lies between two things that are shown, at a share of the way from 0 to 1.

    Floats and arrays go evenly, quantities as the floats that they are of, tuples part by part, and
    what has a way of its own (`towards`) goes by that. Anything else changes at the start.
    """
    if share <= 0:
        return first
    if share >= 1:
        return last
    if isinstance(last, tuple):
        return tuple(between(one, two, share) for one, two in zip(first, last, strict=True))
    if hasattr(last, "towards"):
        return first.towards(last, share)
    one, two = _plain(first), _plain(last)
    if isinstance(two, np.ndarray):
        one = np.asarray(one)
        return one + (two.reshape(one.shape) - one) * np.float32(share)
    if isinstance(two, float) and one is not None:
        return (1.0 - share) * float(one) + share * two
    return last


def _plain(shown: Any) -> Any:
    """The numbers of what was recorded."""
    if isinstance(shown, Quantity):
        return shown.value
    return np.asarray(shown.values) if isinstance(shown, Values) else shown
