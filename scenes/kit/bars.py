"""A bar chart of a layer's values: outputs beside the truth, or blame to both sides of zero.

One row per value, top to bottom as the neurons of a diagram: the class's name, the bar, and the
value in figures. A bar is drawn from the same recorded quantity that its figure shows.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Line,
    ParsableManimColor,
    Rectangle,
    Triangle,
    VGroup,
    VMobject,
)

from network.moment import Moment
from scenes.kit.allow import allow
from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, half_a_pixel
from scenes.kit.encoding import get_scale
from scenes.kit.figures import Figure, Mark, finite, quantities, round_down, round_up
from scenes.kit.findings import count_values
from scenes.kit.fitted_names import names_in_rows
from scenes.kit.ledger import Quantity, Values
from scenes.kit.phrase import phrase
from scenes.kit.state import GoTo, State
from scenes.kit.style import (
    ACTIVATION,
    BACKGROUND,
    BLAME,
    DIM,
    FAINT,
    SMALL,
    TEXT,
    TRUTH,
)
from scenes.kit.typed import Parts
from scenes.kit.typeset import X_HEIGHT_OF_WORDS, Words

PITCH: Final = 0.5
WIDTH: Final = 2.4

_THICK: Final = 0.58  # of the pitch
_THIN: Final = 1e-4  # a bar of no length still has an outline that can grow
_CLOSE: Final = 0.14
_LONG: Final = 0.8  # of its growth: bars are as long as they get, and figures come


class Bars(VGroup):
    """Values as horizontal bars with their names and figures.

    Parameters
    ----------
    shown
        The quantities, from top to bottom; `Bars.of` takes them from a step.
    names
        What each row is called: class names, as in ``"0123456789"``, cut where they are too
        long. None for no names.
    signed
        False: bars run to the right, from 0 to `scale`. True: to both sides of a line at zero,
        negative to the left.
    scale
        The value of a full bar. If not given, 1 for values in [0, 1], else the next round
        number; it grows by itself when other values need it.
    width
        Length of a full row's track, scene units.
    pitch
        From row to row, scene units; at least 0.38 for figures, 0.48 for names with p and g that
        are not in capitals.
    decimals
        Of the figures.
    figures
        Whether values are shown in figures.
    colour, negative
        Of bars above and below zero. If not given, signed bars are blame, others activations.
    of
        How many values there are in all, if only some are shown: it is then said below.
    marks_above
        Whether the marks of the scale are above the first row, not below the last one.

    Attributes
    ----------
    tracks, bars, names, figures, marks, zero
        The parts, each a group in the order of the rows; `zero` is the line at zero.
    """

    def __init__(
        self,
        shown: Sequence[Quantity],
        names: Sequence[str] | None = None,
        *,
        signed: bool = False,
        scale: float | None = None,
        width: float = WIDTH,
        pitch: float = PITCH,
        decimals: int = 2,
        figures: bool = True,
        colour: ParsableManimColor | None = None,
        negative: ParsableManimColor | None = None,
        x_height: float = SMALL,
        of: Quantity | None = None,
        marks_above: bool = False,
    ) -> None:
        super().__init__()
        if names is not None and len(names) != len(shown):
            raise ValueError(f"{len(shown)} bars cannot have {len(names)} names")
        self.signed, self.decimals = signed, decimals
        colour = colour or (BLAME if signed else ACTIVATION)
        self._colours = (colour, negative or colour)
        self._quantities: tuple[Quantity, ...] = tuple(shown)
        self._values = _values(shown)
        self._scale = self._scale_for(self._values) if scale is None else scale
        self._truth: int | None = None
        self._grown = 1.0
        self.row_pitch, self._marks_above = pitch, marks_above

        self.tracks = Parts(
            *(
                Rectangle(
                    width=width,
                    height=_THICK * pitch,
                    stroke_width=0,
                    fill_color=FAINT,
                    fill_opacity=0.35,
                ).shift(row * pitch * DOWN)
                for row in range(len(shown))
            )
        )
        top, bottom = self.tracks[0].get_top(), self.tracks[-1].get_bottom()
        self.zero = Line(
            top + 0.06 * pitch * np.array([0, 1, 0]),
            bottom + 0.06 * pitch * DOWN,
            stroke_color=DIM,
            stroke_width=2,
        ).shift((0 if signed else -width / 2) * RIGHT)
        self.bars = VGroup(*(VMobject(stroke_width=0, fill_opacity=1) for _ in shown))
        self.target_marks = VGroup()
        self.names: Parts[Words] = Parts()
        self.figures: Parts[Figure] = Parts()
        if names is not None:
            self.names = names_in_rows(names, pitch, x_height=x_height)
            for track, words in zip(self.tracks, self.names, strict=True):
                words.next_to(track, LEFT, buff=_CLOSE)
            # On one baseline within each row, whatever letters a name has.
            for track, words in zip(self.tracks, self.names, strict=True):
                words.shift((_baseline(track, x_height) - words.baseline) * np.array([0, 1, 0]))
        if figures:
            self._add_figures(shown, x_height)
        self.pointer = VGroup()
        self.marks = self._make_marks(x_height)
        self.note = VGroup()
        if of is not None and of.value > len(shown):
            text = phrase("{} of {:,.0f} shown", f"{len(shown)}", of)
            words = Words(text, x_height=x_height, colour=DIM)
            allow(words, "figure", because="the first one counts the bars that are drawn")
            self.note.add(words.next_to(self.marks, DOWN, buff=_CLOSE))
        # What does not move first: Manim draws it once.
        self.add(
            *(self.tracks, self.names, self.marks, self.note, self.pointer),
            *(self.bars, self.zero, self.target_marks, self.figures),
        )
        self._draw(self._values, self._scale)
        self._claim()
        self.center()

    @classmethod
    def of(
        cls,
        moment: Moment,
        path: str,
        names: Sequence[str] | None = None,
        *,
        rows: Sequence[int] | None = None,
        **options: Any,
    ) -> Self:
        """Bars of a recorded vector: ``Bars.of(step, "delta2", "0123456789")``.

        Parameters
        ----------
        moment, path
            The step or view and the name of the vector in it; blame (``delta…``) is signed.
        names
            Of the rows shown.
        rows
            Which of its values are shown; all if not given.
        **options
            As for `Bars`.
        """
        options.setdefault("signed", path.startswith(("delta", "z", "d", "b", "W")))
        if path.startswith(("z", "d", "b", "W")) and not path.startswith("delta"):
            options.setdefault("colour", TEXT)
        of = Quantity.derived(count_values, moment, path)
        return cls(quantities(moment, path, rows), names, of=of, **options)

    # What is shown

    @property
    def values(self) -> Floats:
        """The values that the bars show now, (n,)."""
        return self._values

    @property
    def scale_value(self) -> float:
        """The value of a full bar."""
        return self._scale

    def get_tip(self, row: int, value: float | None = None) -> np.ndarray:
        """The end of a bar, or where it would end for another value: a point in the scene."""
        share = self._share(self._values[row] if value is None else value, self._scale)
        left, right = self.tracks[row].get_left(), self.tracks[row].get_right()
        return np.asarray(left + share * (right - left))

    @property
    def state(self) -> State:
        """The quantities, the scale, how far bars and figures have come, and the truth's row."""
        return {
            "values": self._quantities,
            "scale": self._scale,
            "grown": self._grown,
            "truth": self._truth,
        }

    def set_state(self, state: State) -> Self:
        """Show other quantities, or plain values on the way to such; see `state`."""
        shown = state.get("values", self._quantities)
        self._grown = state.get("grown", self._grown)
        self._draw(_values(shown), state.get("scale", self._scale))
        if state.get("truth", self._truth) != self._truth:
            self.set_truth(state["truth"], targets=len(self.target_marks) > 0)
        for figure, value in zip(self.figures, shown, strict=bool(len(self.figures))):
            figure.set_state({"value": value})
            figure.set_opacity(np.clip((self._grown - _LONG) / (1.0 - _LONG), 0.0, 1.0))
        if all(isinstance(value, Quantity) for value in shown):
            self._quantities = tuple(shown)
            self._mark_again()
            if self._grown >= _LONG:
                self._claim()
        return self

    def set_quantities(self, shown: Sequence[Quantity], scale: float | None = None) -> Self:
        """Show other quantities in the same rows."""
        return self.set_state(self._state_with(shown, scale))

    def animate_quantities(
        self, shown: Sequence[Quantity], scale: float | None = None, **options: Any
    ) -> GoTo:
        """Bars move and figures count to other quantities."""
        return GoTo(self, self._state_with(shown, scale), **options)

    def set_view(self, moment: Moment) -> Self:
        """Show the same values of another step or view, and its truth if a truth is shown."""
        return self.set_state(self._state_of(moment))

    def animate_to(self, moment: Moment, **options: Any) -> GoTo:
        """As `set_view`, in motion."""
        return GoTo(self, self._state_of(moment), **options)

    def animate_growth(self, **options: Any) -> GoTo:
        """Bars grow from zero to what they show; then the figures come."""
        return GoTo(self, {"grown": 1.0}, start={"grown": 0.0}, **options)

    def _state_of(self, moment: Moment) -> State:
        truth = None if self._truth is None else int(moment.label)
        return {**self._state_with(self._elsewhere(moment), None), "truth": truth}

    def _state_with(self, shown: Sequence[Quantity], scale: float | None) -> State:
        scale = scale or max(self._scale, self._scale_for(_values(shown)))
        return {"values": tuple(shown), "scale": scale}

    def _elsewhere(self, moment: Moment) -> tuple[Quantity, ...]:
        paths = [quantity.path for quantity in self._quantities]
        if None in paths:
            raise ValueError("only bars of recorded values can go to another moment")
        return tuple(Quantity.recorded(moment, str(path)) for path in paths)

    # The truth

    def set_truth(self, row: int | None, *, targets: bool = False) -> Self:
        """Mark the row of the label in green, with an arrow; None takes it away.

        Parameters
        ----------
        row
            The row of the true class.
        targets
            Also mark in every row where its bar should end: at 1 for the truth, at 0 elsewhere.
        """
        if self._truth is not None and len(self.names):
            self.names[self._truth].set_color(TEXT)
        self._truth = row
        self.pointer.submobjects = []
        self.target_marks.submobjects = []
        if row is None:
            return self
        height = self.tracks[row].height
        arrow = Triangle(fill_color=TRUTH, fill_opacity=1, stroke_width=0).rotate(-np.pi / 2)
        arrow.stretch_to_fit_height(0.75 * height).stretch_to_fit_width(0.6 * height)
        beside = self.names[row] if len(self.names) else self.tracks[row]
        arrow.next_to(beside, LEFT, buff=_CLOSE).match_y(self.tracks[row])
        self.pointer.add(arrow)
        if len(self.names):
            self.names[row].set_color(TRUTH)
        if targets:
            self.target_marks.add(
                *(self._target(k, float(k == row)) for k in range(len(self.bars)))
            )
        return self

    def _target(self, row: int, value: float) -> VGroup:
        """A green post where the bar should end, with a dark rim so that it is seen on the bar."""
        end, reach = self.get_tip(row, value), 0.62 * self.tracks[row].height * np.array([0, 1, 0])
        post = Line(end - reach, end + reach, stroke_color=TRUTH, stroke_width=4)
        return VGroup(post.copy().set_stroke(BACKGROUND, width=8), post)

    # Drawing

    def _share(self, values: npt.ArrayLike, scale: float) -> Floats:
        shares = np.clip(finite(values) / scale, -1.0, 1.0)
        return (1.0 + shares) / 2.0 if self.signed else np.maximum(shares, 0.0)

    def _draw(self, values: Floats, scale: float) -> None:
        self._values, self._scale = values, scale
        zero, grown = self._share(0.0, scale), min(1.0, self._grown / _LONG)
        for track, bar, value, share in zip(
            self.tracks, self.bars, values, self._share(grown * values, scale), strict=True
        ):
            left, top, right = track.get_left(), track.get_top(), track.get_right()
            half = (top - track.get_center())[1] * np.array([0, 1, 0])
            ends = sorted((zero, share))
            start = left + ends[0] * (right - left)
            stop = left + max(ends[1], ends[0] + _THIN) * (right - left)
            bar.set_points_as_corners(
                [start - half, start + half, stop + half, stop - half, start - half]
            )
            bar.set_fill(self._colours[int(value < 0)])
            claim(bar)  # nothing, on its way

    def _claim(self) -> None:
        """Each bar claims its value, measured by the marks below the bars."""
        scale, marks = self._scale, self.marks

        def scale_drawn() -> tuple[float, float]:
            """Where zero is, and how long 1."""
            (first, low), (last, high) = (_place(mark) for mark in (marks[0], marks[-1]))
            unit = (last - first) / (high - low)
            return first - low * unit, unit

        def read(bar: VMobject) -> Floats:
            zero, unit = scale_drawn()
            low, high = bar.points[:, 0].min() - zero, bar.points[:, 0].max() - zero
            return np.array(max(low, high, key=abs) / unit)

        low = -scale if self.signed else 0.0
        slack = (half_a_pixel() + 2 * _THIN) / scale_drawn()[1]
        for bar, quantity in zip(self.bars, self._quantities, strict=True):
            shown = Values.of_one(quantity)
            claim(bar, Claim("length", shown, read, lambda v: np.clip(v, low, scale), slack))

    def _scale_for(self, values: Floats) -> float:
        largest = get_scale(finite(values))
        if not self.signed and largest <= 1.0:
            return 1.0
        return round_up(min(largest, 1e30))

    def _add_figures(self, shown: Sequence[Quantity], x_height: float) -> None:
        em = x_height / X_HEIGHT_OF_WORDS
        digits = max(1, int(np.log10(self._scale) + 1e-9) + 1)
        room = em * (0.5 * digits + (0.78 if self.signed else 0.0))
        for track, quantity in zip(self.tracks, shown, strict=True):
            figure = Figure(quantity, decimals=self.decimals, sign=self.signed, x_height=x_height)
            place = track.get_right() + (_CLOSE + room) * RIGHT
            place[1] = _baseline(track, x_height)
            self.figures.add(figure.shift(place - figure.point))

    def _mark_values(self, scale: float) -> list[float]:
        scale = round_down(scale)
        return [-scale, 0.0, scale] if self.signed else [0.0, scale]

    def _mark_again(self) -> None:
        """Marks of another scale."""
        for mark, value in zip(self.marks, self._mark_values(self._scale), strict=True):
            if mark.value != value:
                mark.become(self._mark(value, mark))

    def _make_marks(self, x_height: float) -> Parts[Mark]:
        marks: Parts[Mark] = Parts()
        for value in self._mark_values(self._scale):
            mark = Mark(value, sign=self.signed, x_height=x_height)
            place = self.get_tip(len(self.tracks) - 1, value)
            side = UP if self._marks_above else DOWN
            place[1] = self.zero.get_edge_center(side)[1]
            marks.add(mark.next_to(place, side, buff=_CLOSE))
        return marks

    def _mark(self, value: float, old: Mark) -> Mark:
        mark = Mark(value, sign=self.signed).match_height(old)
        place = self.get_tip(len(self.tracks) - 1, value)
        return mark.move_to(old).shift((place - old.get_center())[0] * RIGHT)


def _values(shown: Sequence[Quantity | float]) -> Floats:
    return np.array([one.value if isinstance(one, Quantity) else one for one in shown], np.float64)


def _place(mark: Mark) -> tuple[float, float]:
    """Where a mark stands, and for which value: marks of bars change at once."""
    assert mark.value is not None
    return float(mark.get_x()), mark.value


def _baseline(track: Rectangle, x_height: float) -> float:
    """The baseline on which digits are in the middle of a row: they are 1.55 x-heights high."""
    return float(track.get_center()[1]) - 0.5 * 1.55 * x_height
