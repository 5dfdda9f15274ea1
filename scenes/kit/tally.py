"""Counts below each other, each with what it counts: aligned on their last digits."""

from typing import Any, Final, Self

import numpy as np
from manim import RIGHT, UP, ManimColor, Square, VGroup, VMobject

from scenes.kit import stage
from scenes.kit.number import Number
from scenes.kit.style import BODY, DIM
from scenes.kit.typeset import Words

_PITCH: Final = 0.8
_COUNT: Final = 1.6  # room for the counts
_GAP: Final = 0.3
_X_HEIGHT: Final = 0.3  # of the counts
_DOT: Final = 0.26


class Tally(VGroup):
    """Lines of a count, what it counts, and a share of all or a dot of its colour.

    ``Tally(stage.BODY, "read correctly").add_line("with biases", share, count_read, trace)``

    Parameters
    ----------
    region
        Lines begin at its top; shares end at its right edge.
    head
        Words above them, in the column of what is counted.

    Attributes
    ----------
    head
        The words above.
    lines
        Each line a group, to be shown one after the other.
    counts
        Their counts.
    """

    def __init__(self, region: stage.Region, head: str) -> None:
        super().__init__()
        self._region, self._rows = region, 0
        self.lines: list[VGroup] = []
        self.counts: list[Number] = []
        self.head = self._put(Words(head, x_height=BODY, colour=DIM))
        self.add(self.head)

    def add_gap(self) -> None:
        """Leave a line out."""
        self._rows += 1

    def add_line(self, text: str, end: Number | ManimColor, *source: Any) -> Self:
        """One line: what is counted, a share or the colour of its dots, and the count's source.

        `source` is as for a `Number`.
        """
        words = self._put(Words(text))
        count = Number(*source, decimals=0, grouping=True, x_height=_X_HEIGHT)
        count.shift(np.array([self._region.left + _COUNT, words.baseline, 0.0]) - count.point)
        if isinstance(end, Number):
            end.shift((self._region.right - end.get_right()[0]) * RIGHT)
            last: VMobject = end.shift((words.baseline - end.baseline) * UP)
        else:
            last = Square(_DOT, stroke_width=0, fill_color=end, fill_opacity=1)
            last.next_to(words, RIGHT, buff=_GAP)
        self.lines.append(VGroup(count, words, last))
        self.counts.append(count)
        return self.add(self.lines[-1])

    def _put(self, words: Words) -> Words:
        room = self._region
        baseline = room.top - (self._rows + 0.5) * _PITCH
        self._rows += 1
        words.shift((room.left + _COUNT + _GAP - words.get_left()[0]) * RIGHT)
        return words.shift((baseline - words.baseline) * UP)
