"""Notes: values with their names below the picture, and what is said at the foot."""

from manim import LEFT, UP, ManimColor, VGroup

from scenes.kit import stage
from scenes.kit.number import Number
from scenes.kit.style import DIM, SMALL
from scenes.kit.typeset import Words, row


def in_aside(*lines: tuple[str, Words | Number], colour: ManimColor = DIM) -> VGroup:
    """Values with their names, in lines below the picture."""
    made = VGroup()
    for index, (name, value) in enumerate(lines):
        words = Words(name, x_height=SMALL, colour=colour)
        words.align_to(stage.ASIDE.at(0.0, 0.0), LEFT)
        words.shift((stage.ASIDE.top - 0.4 - 0.5 * index - words.baseline) * UP)
        made.add(row(words, value))
    return made


def at_foot(*parts: VGroup | Words) -> VGroup:
    """Notes side by side at the foot."""
    for index, part in enumerate(parts):
        part.move_to(stage.FOOT.centre).align_to(stage.FOOT.at(0.25 * index, 0.5), LEFT)
    return VGroup(*parts)
