"""A gallery: what many neurons look like, each as a picture with a number below it.

The largest come first, all on one scale. Where there are more than fit, a note says how many are
shown.
"""

from collections.abc import Callable
from typing import Any, Final, Self

import numpy as np
from manim import DL, DOWN, UP, Animation, AnimationGroup, Group, ParsableManimColor, VGroup

from network.moment import Moment
from scenes.kit import stage
from scenes.kit.digit import Picture
from scenes.kit.findings import count_shown, count_values
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number
from scenes.kit.phrase import phrase
from scenes.kit.style import DIM, SMALL, TEXT
from scenes.kit.typed import Parts
from scenes.kit.typeset import Words

MOST: Final = 20

_WIDEST: Final = 1.25  # a figure with its sign, and a gap
_LARGEST: Final = 2.0  # side of a picture
_APART: Final = 0.15
_BELOW: Final = 0.12  # from a picture to its number
_FIGURE: Final = 1.55 * SMALL


class Gallery(Group):
    """Pictures of the neurons of layer 1: ``Gallery(step, push_picture, "delta1")``.

    Parameters
    ----------
    moment
        A step or a view.
    picture
        The name of an array with a row for each neuron, as ``"W1"``; or a function with a name that
        is called with the moment and a neuron.
    figures
        The name of the vector whose values stand below, and by whose size the neurons are ordered.
    region
        Where it stands.
    most
        How many are shown at most.
    signed
        Whether the pictures have both signs.
    colour
        Of the figures; those that are shown as zero are dim.

    Attributes
    ----------
    neurons
        Which neurons are shown, in the order of the pictures.
    count
        How many there are of them.
    pictures, numbers, note
        The parts; the note says how many of all are shown.
    """

    def __init__(
        self,
        moment: Moment,
        picture: str | Callable[..., Any],
        figures: str,
        *,
        region: stage.Region = stage.BODY,
        most: int = MOST,
        signed: bool = True,
        colour: ParsableManimColor = TEXT,
    ) -> None:
        super().__init__()
        values = np.asarray(moment[figures])
        order = np.argsort(-np.abs(values), kind="stable")[:most]
        self.neurons = [int(neuron) for neuron in order]
        self._picture, self._colour = picture, colour
        places, size = _lay_out(len(order), region)
        self._signed = signed
        shown, scale = self._values(moment)
        self.pictures = [Picture(v, size=size, signed=signed, scale=scale) for v in shown]
        self.numbers: Parts[Number] = Parts()
        for neuron, one, place in zip(self.neurons, self.pictures, places, strict=True):
            one.move_to(place)
            number = Number(moment, f"{figures}[{neuron}]", sign=True, x_height=SMALL)
            self.numbers.add(number.next_to(one, DOWN, buff=_BELOW))
        self._colour_numbers()
        self.count = Quantity.derived(count_shown, moment, figures, most)
        every = Quantity.derived(count_values, moment, figures)
        few = len(order) < len(values)
        note = phrase("{} of {:,.0f}", self.count, every) if few else phrase("all {}", self.count)
        self.note = Words(note, x_height=SMALL, colour=DIM)
        self.note.align_to(stage.ASIDE.at(0.0, 0.0), DL)
        self.add(*self.pictures, self.numbers, self.note)

    @property
    def frames(self) -> VGroup:
        """The frames of all pictures."""
        return VGroup(*(picture.frame for picture in self.pictures))

    def set_view(self, moment: Moment) -> Self:
        """Show the same neurons of another step or view."""
        shown, scale = self._values(moment)
        for picture, values in zip(self.pictures, shown, strict=True):
            picture.set_values(values, scale)
        for number in self.numbers:
            number.set_view(moment)
        self._colour_numbers()
        return self

    def animate_to(self, moment: Moment, **options: Any) -> Animation:
        """As `set_view`, in motion: pictures change, figures count."""
        shown, scale = self._values(moment)
        pictures = (
            picture.animate_to(values, scale=scale, **options)
            for picture, values in zip(self.pictures, shown, strict=True)
        )
        return AnimationGroup(*pictures, *(n.animate_to(moment, **options) for n in self.numbers))

    def _values(self, moment: Moment) -> tuple[list[Values], float]:
        """What the pictures show, and their scale: one for all, so that they can be compared."""
        sources = (
            (moment, f"{self._picture}[{neuron}]")
            if isinstance(self._picture, str)
            else (moment, self._picture, neuron)
            for neuron in self.neurons
        )
        shown = [Values.of(*source) for source in sources]
        largest = max(float(np.abs(one.values).max()) for one in shown)
        return shown, (largest or 1.0) if self._signed else 1.0

    def _colour_numbers(self) -> None:
        for number in self.numbers:
            seen = any(figure in number.text for figure in "123456789")
            number.set_color(self._colour if seen else DIM)


def _lay_out(count: int, region: stage.Region) -> tuple[list[np.ndarray], float]:
    """Centres of the pictures and their size: rows as long as let them be largest."""
    below = _BELOW + _FIGURE

    def size_with(columns: int) -> float:
        rows = -(-count // columns)
        room = (region.width / columns - _APART, region.height / rows - below - _APART)
        return min(*room, _LARGEST)

    columns = max(range(1, count + 1), key=size_with)
    size, rows = size_with(columns), -(-count // columns)
    # Figures keep apart, too, where pictures are small.
    pitch = np.array(
        [min(region.width / columns, max(size + 3 * _APART, _WIDEST)), size + below + _APART, 0.0]
    )
    middle = region.centre + below / 2 * UP
    corner = middle + pitch * [-(columns - 1) / 2, (rows - 1) / 2, 0.0]
    return [corner + pitch * [k % columns, -(k // columns), 0.0] for k in range(count)], size
