"""The network as a diagram: the picture unrolled, neurons in columns, every weight between.

Layers and arrays are numbered as in the trace: layer 0 is the picture, and ``W1`` leads from
layer 0 to layer 1. A layer with few enough neurons is a column of circles; a larger one is a
strip with one cell per neuron, so that none is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import (
    DOWN,
    RIGHT,
    UP,
    AnimationGroup,
    Circle,
    Group,
    Line,
    ManimColor,
    Mobject,
    VGroup,
    config,
)
from manim.typing import Point3D, Point3D_Array

from network.moment import Moment
from scenes.kit.arrays import Floats
from scenes.kit.claims import COLOUR_STEPS, Claim, as_seen, averaged, claim, paint, split
from scenes.kit.digit import PixelImage, state_of
from scenes.kit.encoding import activation_colours, get_rgb, get_scale, strength, to_rgba
from scenes.kit.findings import products
from scenes.kit.ledger import Quantity, Values
from scenes.kit.phrase import phrase
from scenes.kit.state import GoTo, State
from scenes.kit.style import ACTIVATION, BACKGROUND, BLAME, DIM, GAP, SMALL
from scenes.kit.typeset import Words
from scenes.kit.weight_field import FlowAnimation, WeightField

MOST_CIRCLES: Final = 24
"""With more neurons than this, circles would be too small to see their colour at 480p."""

STRIP_WIDTH: Final = 0.2

_RIM: Final = 1.5  # stroke width of a circle
_RING: Final = 6.0  # stroke width of the ring of a neuron with the largest blame
_PITCH: Final = 0.55  # the most that neurons are apart
_ROUND: Final = 0.40  # radius of a neuron as a share of the pitch
_CRISP: Final = 4  # cells smaller than this many pixels are averaged to the grid of the film


@dataclass(frozen=True)
class Spot:
    """Where a neuron is in the scene now.

    Attributes
    ----------
    centre
        Scene units.
    radius
        Scene units; half a cell's height in a strip.
    left, right
        Where edges arrive at and leave a level with its centre.
    mobject
        Its circle; None in a strip.
    """

    centre: Point3D
    radius: float
    left: Point3D
    right: Point3D
    mobject: Mobject | None


class NeuronColumn(VGroup):
    """A layer as circles, one below the other: dark at rest, warm white when they fire.

    Parameters
    ----------
    size
        Number of neurons.
    height
        The most height to take, scene units.
    scale
        The activation at full brightness.
    """

    def __init__(self, size: int, height: float, scale: float = 1.0) -> None:
        super().__init__()
        pitch = min(height / size, _PITCH)
        self._source: Values | None = None
        self._blame_source: Values | None = None
        self._values = np.zeros(size, dtype=np.float32)
        self._blame = np.zeros(size, dtype=np.float32)
        self._blame_scale = 1.0
        self._scale = scale
        self.circles = VGroup()
        self.signs = VGroup()
        for index in range(size):
            centre = np.array([0.0, ((size - 1) / 2 - index) * pitch, 0.0])
            radius = _ROUND * pitch
            self.circles.add(Circle(radius, fill_opacity=1.0).move_to(centre))
            self.signs.add(_cross(centre, 0.5 * radius))
        self.add(self.circles, self.signs)
        self.set_values(self._values)
        self.set_blame(self._blame)

    @property
    def values(self) -> Floats:
        """The activations, (n,)."""
        return self._values

    @property
    def scale_value(self) -> float:
        """The activation at full brightness."""
        return self._scale

    @property
    def blame(self) -> Floats:
        """Blame of the neurons, (n,)."""
        return self._blame

    def set_values(self, values: npt.ArrayLike | Values, scale: float | None = None) -> Self:
        """Show these activations."""
        array, self._source = split(values)
        self._values = np.array(array, dtype=np.float32).reshape(len(self.circles))
        self._scale = scale or self._scale
        colours = activation_colours(self._values, scale=self._scale)
        for circle, colour in zip(self.circles, colours, strict=True):
            circle.set_fill(ManimColor(tuple(colour)))
        self._colour_signs()
        self._claim()
        return self

    def set_blame(self, blame: npt.ArrayLike | Values, scale: float | None = None) -> Self:
        """Show blame: a ring as thick as it is large, and its sign in the neuron.

        Zero for all takes it away. The scale is the largest of `blame` if not given.
        """
        array, self._blame_source = split(blame)
        self._blame = np.array(array, dtype=np.float32).reshape(len(self.circles))
        self._blame_scale = scale or get_scale(self._blame)
        shares = strength(self._blame, self._blame_scale)
        for circle, share in zip(self.circles, shares, strict=True):
            rim = ManimColor(DIM).interpolate(BLAME, min(1.0, 3.0 * float(share)))
            circle.set_stroke(rim, width=_RIM + (_RING - _RIM) * float(share), opacity=1.0)
        self._colour_signs()
        self._claim()
        return self

    @property
    def state(self) -> State:
        """Activations and blame, recorded ones with where they are from, and their scales."""
        return _state_of(self)

    def set_state(self, state: State) -> Self:
        """Show other activations, or other blame."""
        _set_state(self, state)
        return self

    def _claim(self) -> None:
        """Claim the activations and the blame that are shown now, where they are recorded ones."""
        scale, blame_scale = self._scale, self._blame_scale
        claims: list[Claim[NeuronColumn]] = []

        def in_order(column: NeuronColumn) -> list[Mobject]:
            return sorted(column.circles, key=lambda circle: -circle.get_y())

        if self._source is not None:
            claims.append(
                Claim(
                    "colours of neurons",
                    self._source,
                    lambda column: np.array(
                        [255.0 * get_rgb(c.get_fill_color()) for c in in_order(column)]
                    ),
                    lambda values: paint(values, scale, BACKGROUND, ACTIVATION),
                    COLOUR_STEPS,
                )
            )
        if self._blame_source is not None:
            claims.append(
                Claim(
                    "rings of blame",
                    self._blame_source,
                    lambda column: np.array([_read_ring(column, k) for k in range(len(column))]),
                    lambda values: _ring_of(values / blame_scale),
                    0.03,
                )
            )
        claim(self, *claims)

    def __len__(self) -> int:
        return len(self.circles)

    def get_spot(self, index: int) -> Spot:
        """Where neuron `index` is."""
        circle = self.circles[index]
        centre = circle.get_center()
        radius = float(circle.width) / 2
        return Spot(centre, radius, centre - radius * RIGHT, centre + radius * RIGHT, circle)

    def get_centres(self) -> Point3D_Array:
        """Centres of all neurons, (n, 3)."""
        return np.array([circle.get_center() for circle in self.circles])

    def _colour_signs(self) -> None:
        shares = strength(self._blame, self._blame_scale)
        bright = np.clip(self._values / self._scale, 0.0, 1.0) > 0.5
        for sign, blame, share, on_light in zip(
            self.signs, self._blame, shares, bright, strict=True
        ):
            colour = BACKGROUND if on_light else BLAME
            shown = float(share > 0.02)
            sign[0].set_stroke(colour, opacity=shown)
            sign[1].set_stroke(colour, opacity=shown * float(blame > 0))


class CellColumn(PixelImage):
    """A layer as a strip, one cell per neuron from top to bottom.

    Where cells are smaller than the film's pixels they are averaged, none is skipped.

    Parameters
    ----------
    size
        Number of cells.
    height, width
        Scene units.
    scale
        The activation at full brightness.
    """

    def __init__(
        self, size: int, height: float, width: float = STRIP_WIDTH, scale: float = 1.0
    ) -> None:
        rows = max(1, round(height * config.pixel_width / config.frame_width))
        self._blame_source: Values | None = None
        self._rows = rows if size * _CRISP > rows else size
        self._blame = np.zeros(size, dtype=np.float32)
        self._blame_scale = 1.0
        super().__init__(np.zeros((size, 1)), width=width, height=height, scale=scale)

    @property
    def blame(self) -> Floats:
        """Blame of the neurons, (n,)."""
        return self._blame

    def set_blame(self, blame: npt.ArrayLike | Values, scale: float | None = None) -> Self:
        """Show the size of blame in the right half of the strip; zero takes it away."""
        array, self._blame_source = split(blame)
        self._blame = np.array(array, dtype=np.float32).ravel()
        self._blame_scale = scale or get_scale(self._blame)
        return self.set_values(self._values if self._source is None else self._source)

    @property
    def state(self) -> State:
        """Activations and blame, recorded ones with where they are from, and their scales."""
        return _state_of(self)

    def set_state(self, state: State) -> Self:
        """Show other activations, or other blame."""
        _set_state(self, state)
        return self

    def _claim(self, source: Values | None) -> None:
        """Claim the activations, and in the right half the blame."""
        self._source = source
        scale, blame_scale, rows = self._scale, self._blame_scale, self._rows

        def column(at: int) -> Callable[[CellColumn], Floats]:
            return lambda strip: as_seen(strip.pixel_array, strip.points)[:, at]

        def expect(colour: ManimColor, scale: float, size: bool) -> Callable[[Floats], Floats]:
            return lambda values: averaged(
                paint(np.abs(values) if size else values, scale, BACKGROUND, colour)[:, None],
                (rows, 1),
            )[:, 0]

        claims: list[Claim[CellColumn]] = []
        if source is not None:
            wanted = expect(ACTIVATION, scale, False)
            claims.append(Claim("colours of cells", source, column(0), wanted, COLOUR_STEPS))
        if self._blame_source is not None and np.any(self._blame):
            wanted = expect(BLAME, blame_scale, True)
            blame = self._blame_source
            claims.append(Claim("colours of blame", blame, column(-1), wanted, COLOUR_STEPS))
        claim(self, *claims)

    def get_spot(self, index: int) -> Spot:
        """Where cell `index` is."""
        centre = self.get_cell_centre(index, 0)
        half = (self.points[1] - self.points[0]) / 2
        size = float(np.linalg.norm(self.points[2] - self.points[0])) / len(self.values)
        return Spot(centre, size / 2, centre - half, centre + half, None)

    def get_centres(self) -> Point3D_Array:
        """Centres of all cells, (n, 3)."""
        return self.get_cell_centres()

    def _paint(self) -> npt.NDArray[np.uint8]:
        cells = self._colour_cells()
        if np.any(self._blame):
            shares = strength(self._blame, self._blame_scale)
            ground, blame = (np.array(ManimColor(c).to_rgb()) for c in (BACKGROUND, BLAME))
            cells = np.concatenate(
                [cells, (ground + shares[:, None] * (blame - ground))[:, None]], axis=1
            )
        return to_rgba(average_rows(cells, self._rows))


class NetworkDiagram(Group):
    """A fully connected network, drawn from left to right.

    Parameters
    ----------
    sizes
        Neurons of each layer, the picture's pixels first: ``(784, 20, 10)``; quantities, if their
        sizes are written below: see `scenes.kit.findings.layer_sizes`.
    weights
        ``W`` of each layer by its number, (n_out, n_in) each: ``{1: W1, 2: W2}``. Layers left
        out have dark edges.
    width, height
        Scene units, without the labels.
    most_circles
        Layers with more neurons are strips.
    labels
        Whether the size of each layer is written below it.
    labels_above
        Above it instead.
    classes
        What is written beside the outputs, such as ``"0123456789"``.
    edges
        Whether weights are drawn at all.
    **field_options
        As for `WeightField`.
    """

    def __init__(
        self,
        sizes: Sequence[int | Quantity],
        weights: Mapping[int, npt.ArrayLike | Values] | None = None,
        *,
        width: float = 7.5,
        height: float = 6.0,
        most_circles: int = MOST_CIRCLES,
        labels: bool = True,
        labels_above: bool = False,
        classes: Sequence[str] = (),
        edges: bool = True,
        **field_options: Any,
    ) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError("a network has at least two layers, its input and its output")
        self.sizes = tuple(
            int(size.value) if isinstance(size, Quantity) else size for size in sizes
        )
        self.layers: list[NeuronColumn | CellColumn] = []
        for number, size in enumerate(self.sizes):
            # The picture is a strip even if it is small: it is made of pixels, not of neurons.
            strip = number == 0 or size > most_circles
            layer = CellColumn(size, height) if strip else NeuronColumn(size, height)
            x = width * (number / (len(sizes) - 1) - 0.5)
            self.layers.append(layer.shift(x * RIGHT))
        self.fields: dict[int, WeightField] = {}
        if edges:
            for number in range(1, len(sizes)):
                given = None if weights is None else weights.get(number)
                self.fields[number] = self._make_field(number, given, **field_options)
        self.size_labels = VGroup()
        self.class_labels = VGroup()
        if labels:
            for layer, written in zip(self.layers, sizes, strict=True):
                text = f"{written:,}" if isinstance(written, int) else phrase("{:,.0f}", written)
                label = Words(text, x_height=SMALL, colour=DIM)
                side, gap = (UP, GAP / 4) if labels_above else (DOWN, GAP)
                self.size_labels.add(label.next_to(layer, side, buff=gap))
        for index, name in enumerate(classes):
            label = Words(name, x_height=SMALL, colour=DIM)
            self.class_labels.add(label.next_to(self.neuron(-1, index).right, RIGHT, buff=GAP))
        # Edges first: neurons lie on them.
        self.add(*self.fields.values(), *self.layers, self.size_labels, self.class_labels)

    def layer(self, number: int) -> NeuronColumn | CellColumn:
        """A layer's mobject; -1 is the output."""
        return self.layers[number]

    def field(self, number: int) -> WeightField:
        """The edges that lead to a layer, as ``W1`` leads to layer 1."""
        return self.fields[range(len(self.sizes))[number]]

    def neuron(self, number: int, index: int) -> Spot:
        """Where a neuron is: ``neuron(1, 3)`` is the fourth of the first hidden layer."""
        return self.layers[number].get_spot(index)

    def set_activations(
        self, number: int, values: npt.ArrayLike | Values, scale: float | None = None
    ) -> Self:
        """Show the activations of a layer; the picture's pixels are those of layer 0."""
        self.layers[number].set_values(values, scale)
        return self

    def animate_activations(
        self, number: int, values: npt.ArrayLike | Values, scale: float | None = None, **kwargs: Any
    ) -> GoTo:
        """As `set_activations`, in motion."""
        return GoTo(self.layers[number], state_of(values, scale), **kwargs)

    def set_view(self, moment: Moment) -> Self:
        """Show all of a step or view: activations, and weight × input on every edge."""
        for number, (values, scale) in self._shown_at(moment).items():
            self.set_activations(number, values, scale)
        for number, field in self.fields.items():
            field.set_weights(Values.of(moment, products, number), light_scale(moment, number))
        return self

    def animate_to(self, moment: Moment, **options: Any) -> AnimationGroup:
        """As `set_view`, in motion; edges that were dimmed come back."""
        neurons = (
            self.animate_activations(number, values, scale)
            for number, (values, scale) in self._shown_at(moment).items()
        )
        edges = (
            field.animate_weights(
                Values.of(moment, products, number), light_scale(moment, number), opacity=1.0
            )
            for number, field in self.fields.items()
        )
        return AnimationGroup(*edges, *neurons, **options)

    def _shown_at(self, moment: Moment) -> dict[int, tuple[Values, float]]:
        return {
            number: (Values.of(moment, f"a{number}"), activation_scale(moment, number))
            for number in range(len(self.sizes))
        }

    def set_weights(
        self, number: int, values: npt.ArrayLike | Values, scale: float | None = None
    ) -> Self:
        """Show other values on the edges that lead to a layer: W, W · x, or W · blame."""
        self.field(number).set_weights(values, scale)
        return self

    def animate_weights(
        self, number: int, values: npt.ArrayLike | Values, scale: float | None = None, **kwargs: Any
    ) -> GoTo:
        """As `set_weights`, in motion."""
        return self.field(number).animate_weights(values, scale, **kwargs)

    def animate_flow(
        self,
        number: int,
        values: npt.ArrayLike | Values | None = None,
        scale: float | None = None,
        **kwargs: Any,
    ) -> FlowAnimation:
        """Values travel along the edges that lead to a layer (see `WeightField.animate_flow`)."""
        return self.field(number).animate_flow(values, scale, **kwargs)

    def set_blame(
        self, number: int, blame: npt.ArrayLike | Values, scale: float | None = None
    ) -> Self:
        """Show the blame (delta) of a layer's neurons; zeros take it away."""
        self.layers[number].set_blame(blame, scale)
        return self

    def animate_blame(
        self, number: int, blame: npt.ArrayLike | Values, scale: float | None = None, **kwargs: Any
    ) -> GoTo:
        """As `set_blame`, in motion; on one scale from the start, that of the larger blame."""
        layer, array = self.layers[number], np.asarray(split(blame)[0], dtype=np.float32)
        scale = scale or get_scale(np.stack([layer.blame, array.ravel()]))
        shown = blame if isinstance(blame, Values) else array
        start = {"blame_scale": scale}
        return GoTo(layer, {"blame": shown, "blame_scale": scale}, start=start, **kwargs)

    def set_highlight(self, number: int, index: int | None) -> Self:
        """Only the edges to and from one neuron at full light; None: all edges again."""
        for field, start, end in self._edges_of(number, index):
            field.set_highlight(start=start, end=end)
        return self

    def animate_highlight(self, number: int, index: int | None, **kwargs: Any) -> AnimationGroup:
        """As `set_highlight`, in motion."""
        return AnimationGroup(
            *(
                field.animate_highlight(start=start, end=end, **kwargs)
                for field, start, end in self._edges_of(number, index)
            )
        )

    def _edges_of(
        self, number: int, index: int | None
    ) -> list[tuple[WeightField, int | None, int | None]]:
        """The fields beside a layer, and which of their starts or ends the neuron is."""
        number = range(len(self.sizes))[number]
        sides = ((number, None, index), (number + 1, index, None))
        return [(self.fields[at], start, end) for at, start, end in sides if at in self.fields]

    def _make_field(
        self, number: int, weights: npt.ArrayLike | Values | None, **options: Any
    ) -> WeightField:
        before, after = self.layers[number - 1], self.layers[number]
        starts, start_radius = _edge_side(before, "right")
        ends, end_radius = _edge_side(after, "left")
        return WeightField(
            starts,
            ends,
            weights,
            start_radius=start_radius,
            end_radius=end_radius,
            **options,
        )


def activation_scale(moment: Moment, layer: int) -> float:
    """The activation at full brightness: 1, or the layer's largest if that is more."""
    return max(1.0, float(moment.a[layer].max()))


def light_scale(moment: Moment, layer: int) -> float:
    """The largest weight × input of a layer: the scale that its edges are drawn on."""
    return get_scale(products(moment, layer))


def _state_of(layer: NeuronColumn | CellColumn) -> State:
    return {
        "values": layer._source or layer.values,
        "scale": layer.scale_value,
        "blame": layer._blame_source or layer.blame,
        "blame_scale": layer._blame_scale,
    }


def _set_state(layer: NeuronColumn | CellColumn, state: State) -> None:
    now = layer.state
    if "values" in state or "scale" in state:
        layer.set_values(state.get("values", now["values"]), state.get("scale", now["scale"]))
    if "blame" in state or "blame_scale" in state:
        blame, scale = (state.get(name, now[name]) for name in ("blame", "blame_scale"))
        layer.set_blame(blame, scale)


def _ring_of(shares: Floats) -> Floats:
    """Blame as a ring shows it, between -1 and 1: too little is no ring, and has no sign."""
    shares = np.clip(shares, -1.0, 1.0)
    return np.where(np.abs(shares) > 0.02, shares, np.abs(shares))


def _read_ring(column: NeuronColumn, index: int) -> float:
    """What the ring of a neuron shows, from its width and the sign in the neuron.

    A ring without a sign shows no blame.
    """
    share = float((column.circles[index].get_stroke_width() - _RIM) / (_RING - _RIM))
    across, up = (stroke.get_stroke_opacity() > 0.5 for stroke in column.signs[index])
    if not across:
        return share if share < 0.05 else 0.0
    return share if up else -share


def average_rows(colours: Floats, rows: int) -> Floats:
    """Rows of colours as another number of rows, each the mean of what it covers.

    (n, columns, 3) → (rows, columns, 3)
    """
    count = len(colours)
    if count == rows:
        return colours
    total = np.concatenate([np.zeros((1, *colours.shape[1:])), np.cumsum(colours, axis=0)])
    places = np.arange(rows + 1) * (count / rows)
    below = np.minimum(places.astype(int), count - 1)
    share = (places - below)[:, None, None]
    sums = total[below] + share * (total[below + 1] - total[below])
    return np.diff(sums, axis=0) * (rows / count)


def _edge_side(layer: NeuronColumn | CellColumn, side: str) -> tuple[Point3D_Array, float]:
    """Points that edges go to, and the radius of the neurons around them."""
    if isinstance(layer, NeuronColumn):
        return layer.get_centres(), layer.get_spot(0).radius
    offset = getattr(layer.get_spot(0), side) - layer.get_spot(0).centre
    return layer.get_centres() + offset, 0.0


def _cross(centre: Point3D, half: float) -> VGroup:
    """A minus and the upright that makes it a plus."""
    level = Line(centre - [half, 0, 0], centre + [half, 0, 0], stroke_width=2.0)
    upright = Line(centre - [0, half, 0], centre + [0, half, 0], stroke_width=2.0)
    return VGroup(level, upright)
