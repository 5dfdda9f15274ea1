"""The formula of the moment, on top: its parts light up, and it becomes another formula.

The parts of a formula that are labelled have their colours by meaning. When it becomes another one,
what both have moves to its new place, so that one sees what stayed and what came.
"""

import re
from typing import Any, Final, Self

from manim import (
    RIGHT,
    UP,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    ManimColor,
    Mobject,
    ReplacementTransform,
    Scene,
    Transform,
    VGroup,
    smooth,
)

from scenes.kit import stage
from scenes.kit.style import ACTIVATION, BLAME, DIM, LARGE, SMALL, STEADY, TEXT, TRUTH
from scenes.kit.typeset import Formula

COLOURS: Final = {
    "blame": BLAME,
    "hidden": BLAME,
    "output": ACTIVATION,
    "before": ACTIVATION,
    "after": ACTIVATION,
    "label": TRUTH,
    "weights": TEXT,
    "bias": TEXT,
    "function": TEXT,
    "rest": TEXT,
}
"""Colours of the parts of formulas, by the labels that they have there."""

_TURN: Final = 0.45  # of the run time, after which the old parts have gone and new ones come
_BASELINE: Final = stage.HEAD.bottom + 0.24


class Heading(VGroup):
    """A formula at the head of the stage: ``Heading("{{delta_o : blame}} = {{o : output}} - l")``.

    Parameters
    ----------
    source
        Typst mathematics with labelled parts, see `scenes.kit.typeset.Formula`; the labels are
        those of `COLOURS`.
    dim
        Whether it is dim at first, to be lit part by part.

    Attributes
    ----------
    formula
        The formula that it is now.
    """

    def __init__(self, source: str, *, dim: bool = False) -> None:
        super().__init__()
        self._show(_formula(source, dim))

    @property
    def source(self) -> str:
        """The formula's source."""
        return self.formula.source

    def _show(self, formula: Formula) -> Self:
        self.formula = formula
        self.submobjects = [formula]
        return self

    def set_source(self, source: str, *, dim: bool = False) -> Self:
        """Be another formula."""
        return self._show(_formula(source, dim))

    def animate_to(
        self, source: str, *, dim: bool = False, run_time: float = STEADY, **options: Any
    ) -> "HeadingAnimation":
        """As `set_source`: the parts that both have move to their places, the rest fades."""
        return HeadingAnimation(self, _formula(source, dim), run_time=run_time, **options)

    def set_light(self, *labels: str) -> Self:
        """Light up the parts with these labels, in their colours."""
        for label in labels:
            self.formula.select(label).set_color(COLOURS[label])
        return self

    def animate_light(self, *labels: str, **options: Any) -> Animation:
        """As `set_light`, in motion."""
        return Transform(self, self.copy().set_light(*labels), **options)


class HeadingAnimation(AnimationGroup):
    """A heading becomes another formula, and from then on is it."""

    def __init__(self, heading: Heading, formula: Formula, **options: Any) -> None:
        self.heading, self.new = heading, formula
        old, shared = heading.formula, _labels(heading.source) & _labels(formula.source)
        pairs = [(old.select(label), formula.select(label)) for label in sorted(shared)]
        stay = {glyph for pair in pairs for part in pair for glyph in part.submobjects}
        rest = [VGroup(*(g for g in it.submobjects if g not in stay)) for it in (old, formula)]
        self._old: list[Mobject] = [rest[0], *(one.copy() for one, _ in pairs)]
        self._arrived: list[Mobject] = [rest[1], *(other.copy() for _, other in pairs)]
        moves = [
            ReplacementTransform(one, other)
            for one, other in zip(self._old[1:], self._arrived[1:], strict=True)
        ]
        # What is new comes when what was old has gone: no text through text.
        kinds = ((FadeOut, _early), (FadeIn, _late))
        fades = [
            fade(part, rate_func=rate)
            for (fade, rate), part in zip(kinds, rest, strict=True)
            if part
        ]
        # Brings its mobjects itself: the heading gives way to its parts.
        super().__init__(*fades, *moves, introducer=True, **options)

    def _setup_scene(self, scene: Scene) -> None:
        scene.remove(self.heading)
        scene.add(*self._old)
        super()._setup_scene(scene)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Put the heading, which is the new formula now, in the place of its parts."""
        super().clean_up_from_scene(scene)
        scene.remove(*self._old, *self._arrived)
        scene.add(self.heading._show(self.new))


def _early(share: float) -> float:
    return float(smooth(min(1.0, share / _TURN)))


def _late(share: float) -> float:
    return float(smooth(max(0.0, (share - _TURN) / (1.0 - _TURN))))


def _formula(source: str, dim: bool) -> Formula:
    """A formula in its colours where headings stand: as large as fits, all on one baseline."""
    colours: dict[str, ManimColor] = {label: COLOURS[label] for label in _labels(source)}
    formula = Formula(
        source,
        x_height=LARGE,
        colour=DIM if dim else TEXT,
        colours={} if dim else colours,
    )
    room = stage.HEAD
    # The longest is as small as text may be, and reaches a little to the left.
    wide = max(room.width / formula.width, 1.001 * SMALL / LARGE)
    formula.scale(min(1.0, wide, room.height / formula.height))
    formula.move_to(room.centre).shift((_BASELINE - formula.baseline) * UP)
    formula.shift(min(0.0, room.right - formula.get_right()[0]) * RIGHT)
    formula.shift(max(0.0, room.bottom - formula.get_bottom()[1]) * UP)
    return formula.shift(min(0.0, room.top - formula.get_top()[1]) * UP)


def _labels(source: str) -> set[str]:
    """Those labels of `COLOURS` that a formula has."""
    return COLOURS.keys() & set(re.findall(r":\s*([\w-]+)\s*\}\}", source))
