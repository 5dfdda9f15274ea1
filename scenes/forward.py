"""Forward propagation: how a picture becomes ten numbers, one layer after the other."""

import math
from typing import Any

import numpy as np
from manim import (
    DOWN,
    UP,
    Create,
    FadeIn,
    FadeOut,
    Group,
    Line,
    ReplacementTransform,
    Succession,
    VGroup,
)

from network.trace import Trace
from scenes.kit import stage
from scenes.kit.chapter import Chapter
from scenes.kit.close_up import NEURON, CloseUp, box_around
from scenes.kit.curve import SumCurve, Trail
from scenes.kit.diagram import CellColumn, NetworkDiagram, activation_scale, light_scale
from scenes.kit.digit import Picture
from scenes.kit.findings import (
    count_lit,
    count_steps,
    count_weights,
    largest_product,
    layer_size,
    layer_sizes,
    near_the_bend,
    products,
    products_from,
    silence,
    sums_of_products,
)
from scenes.kit.heading import Heading
from scenes.kit.layer_code import LayerCode
from scenes.kit.layer_sums import Cloud, SumBars
from scenes.kit.ledger import Quantity, Values
from scenes.kit.legend import EdgeLegend, EdgeLegends, Legend
from scenes.kit.motion import Unroll
from scenes.kit.names import class_of
from scenes.kit.notation import layer_formula
from scenes.kit.outputs import Outputs
from scenes.kit.phrase import in_words, phrase, with_article
from scenes.kit.state import GoTo
from scenes.kit.style import DIM, QUICK, SLOW, SMALL, STEADY, TEXT
from scenes.kit.suits import reason_of_activations
from scenes.kit.typeset import Words, stack

LEGEND = stage.ASIDE.at(0.52, 0.6)
BACK = 0.35  # light of the edges behind what is the point


class Forward(Chapter):
    """From the picture to the ten outputs, before training and after it."""

    title = "Forward propagation"
    question = "What happens when it looks?"

    @classmethod
    def suits(cls, trace: Trace) -> str | None:
        """Its neurons fire or not, and its outputs are scores or shares."""
        return (
            super().suits(trace)
            or reason_of_activations(trace, slice(-1), ("sigmoid", "relu"))
            or reason_of_activations(trace, slice(-1, None), ("sigmoid", "softmax"))
        )

    def construct(self) -> None:
        """Tell the beats."""
        self.set_stage()
        self.it_looks()
        self.picture_becomes_column()
        self.weight_times_input()
        self.sums_arrive()
        self.one_neuron()
        self.bias_and_bend()
        self.all_of_them()
        self.again()
        self.what_it_says()
        self.after_training()
        self.in_one_sentence()

    def set_stage(self) -> None:
        """Lay out what the whole chapter plays on; nothing is shown yet."""
        step, trace = self.story, self.trace
        self.last, self.functions = step.layers, trace.recipe.activations
        self.digit = Picture(step, "x", size=stage.PICTURE.width).move_to(stage.PICTURE.centre)
        self.outputs = Outputs(trace, step)
        room = stage.ROWS
        left, right = room.left + 0.6, self.outputs.get_left()[0] - 0.5
        look = {"width": right - left, "height": room.height}
        self.diagram = NetworkDiagram(layer_sizes(trace), labels_above=True, **look)
        middle = self.diagram.layer(0).get_center()
        self.diagram.shift(np.array([left, room.centre[1], 0.0]) - middle)
        self.telling = near_the_bend(step, 1)
        sums = Values.of(step, sums_of_products, 1)
        reach = max(1, math.ceil(max(np.abs(step.z[1]).max(), np.abs(sums.values).max())))
        self.curve = SumCurve(trace, step, 1, reach, region=NEURON)
        self.heading = Heading(layer_formula(1, self.functions), dim=True)

    def thing(self) -> str:
        """What the picture shows, in words: "a five", "an ankle boot"."""
        return with_article(in_words(class_of(self.trace, self.story, "label")))

    def size_of(self, layer: int) -> Quantity:
        """How many neurons a layer has."""
        return Quantity.derived(layer_size, self.trace, layer)

    def network(self, layer: int) -> Group:
        """The diagram up to a layer."""
        diagram = self.diagram
        edges = (diagram.field(number) for number in range(1, layer + 1))
        return Group(*edges, *diagram.layers[: layer + 1], diagram.size_labels[: layer + 1])

    # The beats

    def it_looks(self) -> None:
        """Open on the picture and the question."""
        with self.beat("question", "text" if self.story.step == 0 else "later", thing=self.thing()):
            self.play(FadeIn(self.digit), run_time=QUICK)
            self.ask()

    def picture_becomes_column(self) -> None:
        """Row by row the picture unrolls into the column of inputs."""
        strip = self.diagram.layer(0)
        assert isinstance(strip, CellColumn)
        lit = Quantity.derived(count_lit, self.story)
        dark = 2 * lit.value < self.story.x.size
        with self.beat("column", "text" if dark else "bright", lit=lit) as beat:
            home = self.digit.copy()
            near = self.digit.animate.scale(2.0).move_to(stage.BODY.at(0.55, 0.5))
            self.play(near, run_time=STEADY)
            self.play(Unroll(self.digit, strip), run_time=2.5 * SLOW)
            self.legend: Group = Legend("pixel", 1.0, signed=False, width=2.0)
            self.legend.move_to(LEGEND)
            self.play(FadeIn(self.diagram.size_labels[0], self.legend), run_time=STEADY)
            self.hold(max(0.7, beat.remaining - STEADY))
            back = self.digit.animate.scale(0.5).move_to(home)
            self.play(back, run_time=STEADY)

    def weight_times_input(self) -> None:
        """Light runs along the edges: weight × input, from one pixel first."""
        pixel = largest_product(self.story, self.telling)
        alone = Values.of(self.story, products_from, 1, pixel)
        with self.beat("edges", ends=self.size_of(1)):
            self.wake(1)
            box = box_around(self.digit, pixel)
            link = Line(box.get_right(), self.diagram.neuron(0, pixel).left, color=TEXT)
            self.play(
                FadeIn(self.diagram.layer(1), self.diagram.size_labels[1], self.heading),
                Create(box),
                Create(link.set_stroke(width=2)),
                run_time=STEADY,
            )
            self.add(self.diagram.field(1), self.diagram.layer(1))
            self.play(
                self.diagram.animate_flow(1, alone, light_scale(self.story, 1)),
                self.heading.animate_light("weights", "before"),
                run_time=SLOW,
            )
            self.play(FadeOut(self.legend), FadeIn(self.legend_of(1)), run_time=STEADY)
            self.play(FadeIn(self.one_of_many()), run_time=QUICK)
            self.hold()

    def wake(self, layer: int) -> None:
        """Neurons and edges of a layer as they are before anything comes to them."""
        scale = activation_scale(self.story, layer)
        self.diagram.set_activations(layer, Values.of(self.story, silence, layer), scale)
        field = self.diagram.field(layer)
        field.set_weights(np.zeros(field.shape), light_scale(self.story, layer))

    def legend_of(self, layer: int) -> EdgeLegend:
        """What the light on a layer's edges means, in the place of the legend before."""
        self.legend = EdgeLegend("weight × input", light_scale(self.story, layer))
        return self.legend.move_to(LEGEND)

    def one_of_many(self) -> VGroup:
        """How little is shown while one pixel alone sends its value."""
        edges = Quantity.derived(count_weights, self.trace, 1)
        look: dict[str, Any] = {"x_height": SMALL, "colour": DIM}
        return stack(
            Words(phrase("one of {:,.0f} inputs", self.size_of(0)), **look),
            Words(phrase("{:,.0f} of {:,.0f} edges", self.size_of(1), edges), **look),
        ).move_to(NEURON.centre)

    def sums_arrive(self) -> None:
        """Each neuron has its sum: a bar to the right above zero, to the left below."""
        keep = (self.digit, self.network(1), self.heading, self.legend)
        sums = Values.of(self.story, sums_of_products, 1).values
        variant = "text" if sums.min() < 0 < sums.max() else "alike"
        with self.beat("sums", variant, keep=keep, count=self.size_of(1)):
            self.flow_to(1, run_time=2.5 * SLOW)
            bars = SumBars(self.curve, self.story, 1, self.diagram.layer(1).get_centres())
            self.bring_to_back(bars.guides)
            self.play(FadeIn(bars.guides, bars.marks), run_time=QUICK)
            self.play(bars.animate_growth(), run_time=SLOW)
            self.hold()

    def flow_to(self, layer: int, *labels: str, run_time: float = SLOW) -> None:
        """Weight × input comes along all edges to a layer; parts of the formula light up."""
        shown = Values.of(self.story, products, layer)
        flow = self.diagram.animate_flow(layer, shown, light_scale(self.story, layer))
        light = [self.heading.animate_light(*labels)] if labels else []
        self.play(flow, *light, run_time=run_time)

    def one_neuron(self) -> None:
        """One neuron in full: its weights as a picture, times the pixels, added up."""
        network = self.network(1)
        close = self.close = CloseUp(self.trace, self.story, self.telling)
        with self.beat("one-neuron", keep=(self.digit, network, self.heading)):
            self.play(self.diagram.animate_highlight(1, self.telling), run_time=STEADY)
            spot = self.diagram.neuron(1, self.telling).centre
            self.play(FadeOut(network), *close.animate_arrival(spot), run_time=1.5 * STEADY)
            self.play(close.animate_products())
            self.play(FadeIn(close.signs[1], close.captions[2]), run_time=QUICK)
            self.play(Create(close.neuron[2]), run_time=QUICK)
            self.play(Create(close.boxes), FadeIn(close.example), run_time=STEADY)
            self.hold()
            self.play(FadeOut(close.boxes), run_time=QUICK)

    def bias_and_bend(self) -> None:
        """The products' sum, plus the bias, through the activation function."""
        step, close, curve = self.story, self.close, self.curve
        variant = self.functions[0] + ("" if np.any(step.b[1]) else "-no-bias")
        variant += "-dropout" if curve.kept < 1 else ""
        z, answer = (Quantity.recorded(step, f"{name}1[{self.telling}]") for name in "za")
        trail = Trail(curve, z, answer)
        with self.beat("bend", variant, answer=answer):
            self.play(FadeIn(close.names[0]), run_time=QUICK)
            self.play(close.animate_sum())
            self.hold()
            bias = FadeIn(close.names[1], close.bias, shift=0.2 * DOWN)
            self.play(bias, self.heading.animate_light("bias"), run_time=STEADY)
            self.play(FadeIn(close.names[2:], close.z, shift=0.2 * DOWN), run_time=STEADY)
            self.hold()
            self.play(
                ReplacementTransform(close.neuron[0], trail.foot),
                FadeOut(close.neuron[1:]),
                FadeIn(curve.axes, curve.note),
                Create(curve.curve),
                self.heading.animate_light("function", "after"),
                run_time=STEADY,
            )
            self.play(trail.animate_arrival())
            if curve.kept == 1:
                self.relate(f"{self.functions[0]}(a) ≈ b", close.z, trail.answer)
            self.hold()

    def all_of_them(self) -> None:
        """All sums go through the same curve; what comes out lights the neurons."""
        neurons = self.diagram.layer(1)
        cloud = Cloud(self.curve, self.story, 1, neurons.get_centres())
        keep = (self.digit, self.heading, self.curve)
        variant = "dropout" if self.curve.kept < 1 else "text"
        with self.beat("all", variant, keep=keep, count=self.size_of(1)):
            self.diagram.set_highlight(1, None)
            self.diagram.field(1).set_opacity(BACK)
            self.play(FadeIn(self.network(1)), run_time=STEADY)
            self.add(cloud)
            self.play(cloud.animate_to("axis"))
            self.play(cloud.animate_to("curve"))
            self.hold()
            self.add(cloud.copy().set_color(DIM), cloud)
            self.play(cloud.animate_to("side"))
            self.play(cloud.animate_to("neurons"))
            self.play(FadeOut(cloud), self.light_up(1), run_time=QUICK)
            self.hold()

    def light_up(self, layer: int) -> GoTo:
        """The neurons of a layer answer."""
        scale = activation_scale(self.story, layer)
        return self.diagram.animate_activations(layer, Values.of(self.story, f"a{layer}"), scale)

    def again(self) -> None:
        """The same for every further layer, formula, code and shapes in step."""
        keep = (self.digit, self.heading, self.network(1))
        variant = "deep" if self.last > 2 else "text"
        with self.beat("again", variant, keep=keep, count=self.size_of(1)):
            self.code = LayerCode(self.trace, self.story, 1)
            self.play(
                FadeIn(self.code, shift=0.3 * UP),
                FadeIn(self.legend_of(1)),
                self.diagram.field(1).animate_dim(1.0),
                run_time=STEADY,
            )
            self.hold()
            for layer in range(2, self.last + 1):
                self.one_layer(layer)

    def one_layer(self, layer: int) -> None:
        """A layer's turn: formula and code say it, its edges and neurons do it."""
        neurons, code = self.diagram.layer(layer), LayerCode(self.trace, self.story, layer)
        self.wake(layer)
        self.play(
            self.heading.animate_to(layer_formula(layer, self.functions), dim=True),
            Succession(FadeOut(self.code, shift=0.2 * UP), FadeIn(code, shift=0.2 * UP)),
            FadeOut(self.legend),
            FadeIn(neurons, self.diagram.size_labels[layer], self.legend_of(layer)),
            self.diagram.field(layer - 1).animate_dim(BACK),
            run_time=STEADY,
        )
        self.code = code
        self.add(self.diagram.field(layer), neurons)
        self.flow_to(layer, "weights", "before", "bias")
        light = self.heading.animate_light("function", "after")
        self.play(self.light_up(layer), light, run_time=STEADY)
        self.hold()

    def what_it_says(self) -> None:
        """The outputs as bars; the largest is the answer."""
        step, outputs = self.story, self.outputs
        kind = "shares" if self.functions[-1] == "softmax" else "scores"
        sure = float(step.a[self.last][step.prediction]) >= 0.5
        outcome = "wrong" if not step.right else "right" if sure else "unsure"
        with self.beat(
            "outputs",
            f"{kind}-{outcome}",
            said=class_of(self.trace, step, "prediction"),
            thing=self.thing(),
            output=Quantity.recorded(step, f"a{self.last}[{step.prediction}]"),
        ):
            self.play(FadeIn(outputs.frame), run_time=QUICK)
            self.play(outputs.animate_growth(), run_time=1.5 * STEADY)
            self.hold()
            self.play(Create(outputs.answer), run_time=STEADY)
            self.hold()
            outputs.set_truth(int(step.label))
            self.play(FadeIn(outputs.pointer), run_time=STEADY)
            self.hold()

    def after_training(self) -> None:
        """The same picture through the trained network."""
        end, outputs = self.trace.see(self.story.picture), self.outputs
        steps = Quantity.derived(count_steps, self.trace)
        output = Quantity.recorded(end, f"a{self.last}[{end.prediction}]")
        said = class_of(self.trace, end, "prediction")
        keep = (self.digit, self.network(self.last), outputs, outputs.answer)
        with self.beat(
            "trained",
            "right" if end.right else "wrong",
            keep=keep,
            steps=steps,
            said=said,
            output=output,
        ):
            self.play(FadeIn(outputs.leave_outlines()), run_time=STEADY)
            self.now_at(end)
            self.play(
                self.diagram.animate_to(end),
                outputs.animate_to(end),
                outputs.animate_answer(end),
                run_time=1.5 * SLOW,
            )
            self.play(FadeIn(EdgeLegends(end)), run_time=STEADY)
            self.hold()

    def in_one_sentence(self) -> None:
        """Close on the answer."""
        with self.beat("answer"):
            self.answer("Every layer multiplies, adds up and bends.")
