"""The one look of the film: colours by meaning, sizes, margins and durations.

Every chapter and every part of the kit takes its colours from here, so that a colour means the
same in a formula, a diagram, a heat map and a legend. The hues are of the Okabe–Ito family,
which stays apart for colour-blind eyes; meaning is never told by colour alone all the same.

Lengths are in scene units (the frame is 8 units high, 14.2 wide), times in seconds. The size of
text is its x-height, the height of a lower-case x: that is what decides whether it can be read.
"""

from typing import Final

from manim import ManimColor

BACKGROUND: Final = ManimColor("#0E1116")

TEXT: Final = ManimColor("#E8EAED")
DIM: Final = ManimColor("#8D959F")  # titles, captions, what is not the point: still easy to read
FAINT: Final = ManimColor("#3B424C")  # frames, axes, grids: never text

POSITIVE: Final = ManimColor("#56B4E9")  # a weight or a change above zero
NEGATIVE: Final = ManimColor("#E69F00")  # a weight or a change below zero
ACTIVATION: Final = ManimColor("#FBE08D")  # a neuron that fires; a silent one is BACKGROUND
BLAME: Final = ManimColor("#CC79A7")  # error and its share, delta
TRUTH: Final = ManimColor("#00B283")  # the label, what should have come out

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
