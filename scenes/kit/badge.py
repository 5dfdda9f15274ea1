"""The moment's badge: which moment of the run is on screen, small below the title, always there.

So nobody has to wonder whether the network on screen has learned yet. Its figure is a reading, and
``python -m scenes check`` holds it to what else is shown.
"""

from typing import Final

import numpy as np
from manim import FadeIn, FadeOut, VGroup

from network.moment import Moment
from network.step import Step
from network.trace import Trace
from network.view import View
from scenes.kit import stage
from scenes.kit.number import Number
from scenes.kit.style import DIM, SMALL
from scenes.kit.typeset import Words, row

_TURN: Final = 0.3  # seconds in which one badge goes, and then the other one comes


class MomentBadge(VGroup):
    """``before training``, ``step 4,711``, ``after 180,000 steps`` or ``the whole run``.

    Parameters
    ----------
    moment
        The step or view whose network is shown, the trace where it is the whole run, None for what
        is of no network.

    Attributes
    ----------
    at
        How many steps the network shown has behind it; None for the whole run, and for no network.
    says
        What it says, in words.
    """

    def __init__(self, moment: Moment | Trace | None) -> None:
        super().__init__()
        self.at = steps_behind(moment)
        parts: list[Words | Number] = []
        if isinstance(moment, Trace):
            parts = [_words("the whole run")]
        elif self.at == 0:
            parts = [_words("before training")]
        elif isinstance(moment, Step):
            parts = [_words("step"), _number(moment, "step")]
        elif isinstance(moment, View):
            more = _words("step" if self.at == 1 else "steps")
            parts = [_words("after"), _number(moment, "at"), more]
        if isinstance(moment, View) and not moment.biases:
            parts.append(_words("no biases"))
        self.says = " ".join(
            part.source if isinstance(part, Words) else part.text for part in parts
        )
        if parts:
            line = stage.MOMENT.at(0.0, 0.1)
            start = np.array([parts[0].get_left()[0], parts[0].baseline, 0.0])
            self.add(*row(*parts, gap=0.14).shift(line - start))


def steps_behind(moment: Moment | Trace | None) -> int | None:
    """How many steps of training a moment's network has behind it."""
    if isinstance(moment, Step):
        return int(moment.step)
    return moment.at if isinstance(moment, View) else None


def _words(text: str) -> Words:
    return Words(text, x_height=SMALL, colour=DIM)


def _number(moment: Moment, path: str) -> Number:
    return Number(moment, path, decimals=0, grouping=True, x_height=SMALL, colour=DIM)


class Leave(FadeOut):
    """A badge goes, quickly however long the play is."""

    def interpolate(self, alpha: float) -> None:
        """Be gone after a moment."""
        super().interpolate(min(1.0, alpha * self.run_time / min(_TURN, self.run_time / 2)))


class Arrive(FadeIn):
    """A badge comes when the one before it has gone."""

    def interpolate(self, alpha: float) -> None:
        """Come after a moment."""
        turn = min(_TURN, self.run_time / 2)
        super().interpolate(min(1.0, max(0.0, alpha * self.run_time / turn - 1.0)))
