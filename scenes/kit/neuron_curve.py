"""One neuron's curve over its weighted sum, which its bias moves; with the threshold.

Without a bias the curve turns at zero. `NeuronCurve` slides from there to where the neuron's own
bias takes it: at both ends curve, point, answer and threshold are those of a view of the network,
without biases and with them, and claim it.
"""

from typing import Any, Final, Self

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Mobject, VGroup

from network.trace import Trace
from network.view import View
from scenes.kit import stage
from scenes.kit.arrays import Floats
from scenes.kit.claims import Claim, claim, half_a_pixel
from scenes.kit.curve import SumCurve, Trail
from scenes.kit.findings import curve_sums, neuron_curve, threshold
from scenes.kit.ledger import Quantity, Values
from scenes.kit.number import Number
from scenes.kit.state import GoTo, State
from scenes.kit.style import BODY, DIM, FAINT, SLOW, SMALL
from scenes.kit.typeset import Formula, Words, row

_SHINING: Final = 2.1  # room for the neuron that shines and its figure


class NeuronCurve(SumCurve):
    """What a neuron of the first layer makes of its weighted sum, without its bias or with it.

    Parameters
    ----------
    trace
        The run.
    view, bare
        One picture through the network, with biases and without.
    layer, neuron
        The neuron. What comes to it must not depend on biases.
    decimals
        Of its figures.
    region
        Where it stands: marks below, and the neuron that shines at the right.

    Attributes
    ----------
    trail
        The way from the sum to the answer.
    flag
        The threshold: a line, the word, and the figure.
    limit
        That figure.
    """

    def __init__(
        self,
        trace: Trace,
        view: View,
        bare: View,
        layer: int,
        neuron: int,
        *,
        decimals: int = 2,
        region: stage.Region = stage.BODY,
    ) -> None:
        at = f"{layer}[{neuron}]"
        sum_ = Quantity.recorded(bare, f"z{at}")
        self._bias = bias = float(view[f"b{at}"])
        widest = max(abs(sum_.value), abs(bias), abs(sum_.value + bias), 0.01)
        sigmoid = trace.recipe.activations[layer - 1] == "sigmoid"
        reach = max(5.0, 1.3 * widest) if sigmoid else 2.2 * widest
        area = region.part(right=1.0 - _SHINING / region.width)
        super().__init__(trace, view, layer, reach, lift=bias, name="", of="", region=area)
        ends = (bare, view)
        self._curves = [Values.of(neuron_curve, trace, v, layer, neuron, self.reach) for v in ends]
        self._answers = [Quantity.recorded(v, f"a{at}") for v in ends]
        self._limits = [Quantity.derived(threshold, v, layer, neuron) for v in ends]
        self._share = 0.0
        self.trail = Trail(self, sum_, self._answers[0], "neuron", decimals)
        self.limit = Number(self._limits[0], decimals=decimals, sign=True, x_height=SMALL)
        self._pole, self._word = self.axes.get_vertical(0.0), Words("threshold", x_height=SMALL)
        self.flag = VGroup(self._pole, self._word, self.limit)
        self.add(self.flag, self.trail)
        self.set_state({"bias": 0.0})

    @property
    def state(self) -> State:
        """How much of its bias it has, from 0 to 1."""
        return {"bias": self._share}

    def set_state(self, state: State) -> Self:
        """Be where the curve is with a share of the bias; recorded are both ends."""
        self._share = share = float(state["bias"])
        end = round(share) if share in (0.0, 1.0) else None
        bias = share * self._bias
        # The bend of a ReLU is a point of its own.
        sums = curve_sums(self.reach, bias)
        self._draw(sums, self.function(sums + bias), None if end is None else self._curves[end])
        height = float(self.function(self.trail.sum.value + bias))
        self.trail.set_answer(height if end is None else self._answers[end])
        self.limit.set_state({"value": -bias if end is None else self._limits[end]})
        pole, words = self._pole, self._word
        pole.move_to(self.place(-bias, 0.0), aligned_edge=DOWN)
        words.next_to(pole, UP, buff=0.12).shift(0.45 * LEFT)
        self.limit.next_to(words, RIGHT, buff=0.15)
        self.limit.shift((words.baseline - self.limit.baseline) * UP)
        claim(pole)
        if end is not None:
            shown = Values.of_one(self._limits[end])
            claim(pole, Claim("place on the axis", shown, _across, self.x_of, half_a_pixel()))
        return self

    def animate_bias(self, **options: Any) -> GoTo:
        """The curve slides to where the bias takes it."""
        options.setdefault("run_time", 1.5 * SLOW)
        return GoTo(self, {"bias": 1.0}, **options)

    def get_ghost(self) -> VGroup:
        """Curve and threshold as they are now, to be left behind."""
        pole = self._pole.copy().set_stroke(FAINT)
        return VGroup(pole, self.curve.copy().set_stroke(DIM, width=2))

    def get_sum(self, **look: Any) -> VGroup:
        """The sum's name and its figure, `sum_figure`, below its place on the axis."""
        self.sum_figure = Number(self.trail.sum, sign=True, x_height=BODY, **look)
        line = row(Formula("w dot x =", x_height=BODY), self.sum_figure, gap=0.15)
        return line.move_to(self.trail.foot.get_center() + 0.85 * DOWN)


def _across(pole: Mobject) -> Floats:
    return np.array(pole.get_x())
