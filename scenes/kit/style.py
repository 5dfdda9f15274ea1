"""The look of the film: colours by meaning in two themes, sizes, margins and durations.

Every chapter and every part of the kit takes its colours from here, so that a colour means the
same in a formula, a diagram, a heat map and a legend. The hues are of the Okabe–Ito family,
which stays apart for colour-blind eyes; meaning is never told by colour alone all the same.

Lengths are in scene units (the frame is 8 units high, 14.2 wide), times in seconds. The size of
text is its x-height, the height of a lower-case x: that is what decides whether it can be read.
"""

import os
from dataclasses import dataclass
from typing import Final

from manim import ManimColor


@dataclass(frozen=True)
class Theme:
    """The colours of a look, by their meanings.

    Attributes
    ----------
    background
        The ground, and what is zero.
    text, dim, faint
        What is said; titles, captions and what is not the point; frames, axes, grids, never text.
    positive, negative
        A weight or a change above zero and below: of different hue and, for grey prints, lightness.
    activation
        A neuron that fires; a silent one is as the ground.
    blame
        Error and its share, delta.
    truth
        The label, what should have come out.
    """

    background: ManimColor
    text: ManimColor
    dim: ManimColor
    faint: ManimColor
    positive: ManimColor
    negative: ManimColor
    activation: ManimColor
    blame: ManimColor
    truth: ManimColor

    @classmethod
    def of(cls, **colours: str) -> "Theme":
        """A theme of colours as ``#RRGGBB``."""
        return cls(**{name: ManimColor(colour) for name, colour in colours.items()})


THEMES: Final = {
    "dark": Theme.of(
        background="#0E1116",
        text="#E8EAED",
        dim="#8D959F",
        faint="#3B424C",
        positive="#7CC4F2",
        negative="#DB8A00",
        activation="#FBE08D",
        blame="#CC79A7",
        truth="#00B283",
    ),
    # For print and for projectors in bright rooms: little ink, the picture dark on white.
    "paper": Theme.of(
        background="#FFFFFF",
        text="#14181D",
        dim="#5E6671",
        faint="#C2C8CF",
        positive="#1B7ABB",
        negative="#9A3B00",
        activation="#4A3D1E",
        blame="#B0407F",
        truth="#00785A",
    ),
}
"""The looks that there are: ``GLASSNET_THEME``, ``--theme``."""

# Read once, when this is imported: a process films in one theme. A name that is none is refused by
# `scenes.kit.settings`, with all other settings, before anything is drawn.
THEME: Final = THEMES.get(os.environ.get("GLASSNET_THEME", "").strip() or "dark", THEMES["dark"])

BACKGROUND: Final = THEME.background
TEXT: Final = THEME.text
DIM: Final = THEME.dim
FAINT: Final = THEME.faint
POSITIVE: Final = THEME.positive
NEGATIVE: Final = THEME.negative
ACTIVATION: Final = THEME.activation
BLAME: Final = THEME.blame
TRUTH: Final = THEME.truth

MEANINGS: Final = {
    "text": TEXT,
    "dim": DIM,
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "activation": ACTIVATION,
    "blame": BLAME,
    "truth": TRUTH,
}
"""Every colour that text may have, by the name that formulas use for it."""

SMALL: Final = 0.22  # the smallest text there is: 13 pixels high at 480p
BODY: Final = 0.25
LARGE: Final = 0.34  # the formula of the moment
QUESTION: Final = 0.42

MARGIN: Final = 0.5
GAP: Final = 0.25  # between things that belong together

QUICK: Final = 0.5
STEADY: Final = 1.0
SLOW: Final = 2.0
REST: Final = 0.7  # after each new statement
