"""Exceptions from the rules of `scenes.film.check`, declared where they are made, with a reason."""

from typing import Final, Literal, TypeVar, get_args

from manim import Mobject

Rule = Literal["frame", "overlap", "height", "contrast", "faded", "colours", "picture", "figure"]
"""What can be allowed:

frame
    To reach into the margin or out of the frame.
overlap
    To lie on other text or on something busy: an image, a line, a dot.
height
    To be smaller than the smallest text.
contrast
    To have less than 4.5 : 1.
faded
    To be half transparent when a beat ends.
picture
    To be a picture of nothing recorded: a scale, a drawing.
figure
    To have a figure in its text that was typed, and is of nothing recorded; to be a text of Manim's
    own.
colours
    To have colours that a colour-blind eye takes for others on screen: they mean nothing.
"""

RULES: Final[tuple[str, ...]] = get_args(Rule)

_M = TypeVar("_M", bound=Mobject)


def allow(mobject: _M, *rules: Rule, because: str) -> _M:
    """Let a mobject and all that is in it break rules of the check; gives the mobject back.

    ``allow(number, "overlap", because="the cell under it is of one colour")``

    Parameters
    ----------
    mobject
        Text or anything else. Copies made later are allowed the same.
    rules
        Which rules: see `Rule`.
    because
        Why, for whoever reads the chapter.

    Raises
    ------
    ValueError
        If there is no such rule, or no reason.
    """
    if not rules or set(rules) - set(RULES):
        raise ValueError(f"the rules are {', '.join(RULES)}, not {', '.join(rules) or 'none'}")
    if not because.strip():
        raise ValueError("an exception needs a reason")
    return mobject.set(allowed_rules=get_allowed(mobject) | frozenset(rules))


def get_allowed(mobject: Mobject) -> frozenset[str]:
    """The rules that `allow` took from this very mobject."""
    return frozenset(getattr(mobject, "allowed_rules", ()))
