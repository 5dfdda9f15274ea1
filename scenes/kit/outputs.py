"""What the network says of one image: outputs as bars, the answer marked, outlines of before.

The rows stand where `scenes.kit.stage.rows` has them, so a class keeps its height through a chapter
and through all chapters; the outputs of a network diagram as high as the rows lie beside them.
"""

from typing import Any, Final, Literal

import numpy as np
from manim import (
    RIGHT,
    UP,
    Mobject,
    Triangle,
    VGroup,
    VMobject,
)
from manim.typing import Point3D

from network.moment import Moment
from network.trace import Trace
from scenes.kit import stage
from scenes.kit.arrays import Floats
from scenes.kit.bars import Bars
from scenes.kit.claims import Claim, claim
from scenes.kit.class_table import box_of_a_row
from scenes.kit.figures import quantities
from scenes.kit.ledger import Values
from scenes.kit.motion import Change
from scenes.kit.names import class_names
from scenes.kit.style import ACTIVATION, DIM, SMALL, TEXT
from scenes.kit.typeset import Words

_BOX: Final = 0.07  # around what it boxes
_NOTE: Final = 0.3  # above the lower edge of the foot: the baseline of the note


class Outputs(Bars):
    """The outputs of a moment as bars: ``Outputs(trace, step)``.

    Parameters
    ----------
    trace, moment
        The run, and a step or view.
    width
        Length of a full bar.
    right
        Right end of the figures, and of a pointer.
    mark
        Whether the answer has a box around its row, or a pointer beside its figure.

    Attributes
    ----------
    answer
        The mark of the largest output.
    outlines
        What the bars showed before, once left behind; with a note at the foot that says so.
    """

    def __init__(
        self,
        trace: Trace,
        moment: Moment,
        *,
        width: float = 1.75,
        right: float = stage.BODY.right,
        mark: Literal["box", "pointer"] = "box",
    ) -> None:
        self._path, self._mark_of_answer = f"a{moment.layers}", mark
        rows = stage.rows(trace.sizes[-1])
        super().__init__(
            quantities(moment, self._path),
            class_names(trace),
            scale=1.0,
            width=width,
            pitch=rows.pitch,
            marks_above=True,
        )
        self.shift((right - self.get_right()[0]) * RIGHT)
        self.shift((rows.y(0) - self.tracks[0].get_y()) * UP)
        self.outlines = VGroup()
        self.answer = self._answer_of(moment)

    def _answer_of(self, moment: Moment) -> VMobject:
        """The mark of the largest output."""
        row = int(moment.prediction)
        if self._mark_of_answer == "box":
            whole = VGroup(self.names[row], self.tracks[row], self.figures[row])
            mark: VMobject = box_of_a_row(whole.width + 2 * _BOX, self.row_pitch, ACTIVATION)
            mark.set_x(whole.get_x()).match_y(self.tracks[row])
        else:
            mark = Triangle(fill_color=TEXT, fill_opacity=1, stroke_width=0)
            mark.rotate(np.pi / 2).set(height=0.26)
            mark.move_to(self._beside(row))
        heights = np.array([track.get_y() for track in self.tracks])

        def read(drawn: Mobject) -> Floats:
            return np.array(float(np.abs(heights - drawn.get_y()).argmin()))

        def expect(outputs: Floats) -> Floats:
            return np.array(float(outputs.argmax()))

        shown = Values.of(moment, self._path)
        return claim(mark, Claim("row of the answer", shown, read, expect, 0.0))

    def _beside(self, row: int) -> Point3D:
        place = self.tracks[row].get_center()
        place[0] = self.figures.get_right()[0] + 0.3
        return place

    @property
    def frame(self) -> VGroup:
        """What stands there before there are bars: tracks, names, the line at zero, marks."""
        return VGroup(self.tracks, self.names, self.zero, self.marks)

    def leave_outlines(self) -> VGroup:
        """Outlines of the bars as they are now, to be left behind, and what they mean."""
        bars = self.bars.copy().set_fill(opacity=0).set_stroke(DIM, width=1.5)
        words = Words("outlines: before", x_height=SMALL, colour=DIM)
        words.shift((stage.FOOT.right - words.get_right()[0]) * RIGHT)
        words.shift((stage.FOOT.bottom + _NOTE - words.baseline) * UP)
        self.outlines = VGroup(bars, words)
        return self.outlines

    def animate_answer(self, moment: Moment, **options: Any) -> Change:
        """The mark goes to the answer of another moment."""
        return Change(self.answer, self._answer_of(moment), **options)
