"""Pictures held to the recording: what is drawn, against what the oracle's values would look like.

Each part of a picture that stands for values bears a `scenes.kit.claims.Claim`. Here it is read
back, and compared; a picture that claims nothing is a finding too, since it could be of anything.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from manim import DecimalNumber, MarkupText, Mobject, SingleStringMathTex, Text, Typst
from manim.mobject.types.image_mobject import AbstractImageMobject

from scenes.film.derived import find_array
from scenes.film.layout import Fault
from scenes.film.oracle import Oracle, OracleError
from scenes.film.typed_figures import find_typed
from scenes.kit.allow import get_allowed
from scenes.kit.claims import Claim, claims_of
from scenes.kit.typeset import CodeLine, Formula, Words

_OWN = (Words, Formula, CodeLine)
_FOREIGN = (Text, MarkupText, SingleStringMathTex, DecimalNumber, Typst)
"""What Manim sets text and numbers with, by itself or in its axes, tables and charts."""

_UNSEEN = 0.02
"""An opacity below which nothing is shown."""


def find_false_pictures(mobjects: Iterable[Mobject], oracle: Oracle) -> Iterator[Fault]:
    """What is drawn otherwise than the oracle has it, among mobjects and their parts."""
    for member in _visible(mobjects):
        claims = claims_of(member)
        for claim in claims:
            fault = _fault(member, claim, oracle)
            if fault:
                mend = "show the recorded values"
                yield Fault("picture", fault, _name(claim), mend, (member,))
        if isinstance(member, Words | Formula | CodeLine) and "figure" not in get_allowed(member):
            figure = find_typed(member, oracle)
            if figure:
                what = f"the figure {figure} was typed, and is of nothing in the recording"
                mend = "show it as a Number, or fill it in with phrase"
                yield Fault("figure", what, repr(str(member.source)), mend, (member,))
        foreign = isinstance(member, _FOREIGN) and not isinstance(member, _OWN)
        if foreign and "figure" not in get_allowed(member):
            what = "a text of Manim's own, whose figures nobody can hold to the recording"
            mend = "use Words, Formula or CodeLine of the kit, and Number for a figure"
            yield Fault("figure", what, type(member).__name__, mend, (member,))
        unclaimed = isinstance(member, AbstractImageMobject) and not claims
        if unclaimed and "picture" not in get_allowed(member):
            what = "a picture that is of nothing in the recording"
            mend = "give it a step or view and a path: Picture(step, 'x')"
            yield Fault("picture", what, type(member).__name__, mend, (member,))


def _fault(mobject: Mobject, claim: Claim[Any], oracle: Oracle) -> str | None:
    shape = np.shape(claim.shown.values)
    try:
        truth = find_array(oracle, claim.shown.source, claim.shown.step)
    except OracleError as error:
        return str(error)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return f"the oracle fails: {type(error).__name__}: {error}"
    if truth.size != np.size(claim.shown.values):
        return f"it shows {np.size(claim.shown.values)} values, and the oracle has {truth.size}"
    drawn = np.asarray(claim.read(mobject), np.float64)
    wanted = np.asarray(claim.expect(truth.reshape(shape)), np.float64)
    if drawn.shape != wanted.shape:
        return f"its {claim.what} are {drawn.shape}, where {wanted.shape} belong"
    off = np.abs(drawn - wanted)
    if not off.size or float(np.nanmax(off)) <= claim.slack:
        return None
    place = np.unravel_index(int(np.nanargmax(off)), off.shape)
    return (
        f"its {claim.what} are off by {off[place]:.3g} at {tuple(map(int, place))}: "
        f"drawn {drawn[place]:.4g}, to be {wanted[place]:.4g}"
    )


def _name(claim: Claim[Any]) -> str:
    at = "" if claim.shown.step is None else f" of step {claim.shown.step}"
    return f"{claim.shown.source}{at}"


def _visible(mobjects: Iterable[Mobject]) -> Iterator[Mobject]:
    for mobject in mobjects:
        for member in mobject.get_family():
            if _opacity(member) > _UNSEEN:
                yield member


def _opacity(mobject: Mobject) -> float:
    if isinstance(mobject, AbstractImageMobject):
        # Edges of weight zero are a picture without light.
        lit = bool(np.any(mobject.get_pixel_array()[..., 3]))
        return float(getattr(mobject, "_opacity", 1.0)) * lit
    opacities = [
        getattr(part, f"{kind}_opacity", 1.0) or 0.0
        for part in mobject.get_family()
        for kind in ("fill", "stroke")
    ]
    return float(max(opacities, default=1.0))
