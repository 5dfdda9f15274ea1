"""The bias: the number that says how large a neuron's sum has to be before it fires.

The picture is that of the story's step; the network is the trained one, after the last step of
the run: at the first step of most recipes all biases are still zero. Its figures are those of
views of the trained network, with its biases and without.
"""

from typing import Any, Final

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    Create,
    FadeIn,
    FadeOut,
    ReplacementTransform,
    Square,
    SurroundingRectangle,
    VGroup,
)
from manim.typing import Point3D

from network.trace import Trace
from network.view import View
from scenes.kit import findings, stage
from scenes.kit.chapter import Chapter
from scenes.kit.close_up import CloseUp
from scenes.kit.digit import Picture
from scenes.kit.dots import COMMON, TestDots
from scenes.kit.heading import Heading
from scenes.kit.inputs import Inputs
from scenes.kit.ledger import Quantity, Values
from scenes.kit.names import class_of
from scenes.kit.neuron_curve import NeuronCurve
from scenes.kit.notation import FUNCTIONS
from scenes.kit.number import Number
from scenes.kit.outputs import Outputs
from scenes.kit.phrase import in_words, phrase, with_article
from scenes.kit.style import (
    ACTIVATION,
    BLAME,
    BODY,
    LARGE,
    NEGATIVE,
    POSITIVE,
    QUICK,
    SLOW,
    SMALL,
    STEADY,
    TEXT,
)
from scenes.kit.suits import reason_of_activations
from scenes.kit.tally import Tally
from scenes.kit.typeset import Formula, Words

LAYER: Final = 1  # the neuron sees pixels, so its weights are a picture

# The column at the left: picture, weights and bias below each other, with the signs between them.
SMALLER: Final = 1.7  # side of picture and weights
HEIGHTS: Final = (stage.SIDE.top - SMALLER / 2, stage.SIDE.top - 1.5 * SMALLER - 0.4)
BIAS: Final = stage.SIDE.bottom + 0.3
BETWEEN: Final = sum(HEIGHTS) / 2
PLUS: Final = (HEIGHTS[1] - SMALLER / 2 + BIAS + 0.21) / 2


class Bias(Chapter):
    """From a curve that cannot move to the images that are lost without biases."""

    title = "Bias"
    question = "What is the bias for?"

    @classmethod
    def suits(cls, trace: Trace) -> str | None:
        """Its neuron fires or not."""
        return super().suits(trace) or reason_of_activations(
            trace, slice(LAYER - 1, LAYER), ("sigmoid", "relu")
        )

    def construct(self) -> None:
        """Tell the beats."""
        self.choose_neuron()
        self.ask_what_it_is_for()
        self.the_sum()
        self.the_curve()
        self.the_threshold()
        self.the_bias()
        self.slide()
        self.always_one()
        self.in_the_dark()
        self.proof()
        self.without_biases()
        self.ten_thousand()
        self.fine_work()
        self.what_it_is_for()

    def choose_neuron(self) -> None:
        """The trained network, with its biases and without, and one neuron of it."""
        self.end = self.trace.see(self.story.picture)
        # In the first layer, what is left without biases is the weighted sum of the pixels.
        self.bare = self.trace.see(self.story.picture, biases=False)
        self.neuron = findings.most_moved_by_bias(self.end, self.bare, LAYER)
        self.kind = self.trace.recipe.activations[LAYER - 1]
        # The sums of some networks are small.
        sizes = (self.bare[self.at("z")], self.end[self.at("z")])
        self.decimals = 2 if max(map(abs, sizes)) >= 0.5 else 3

    def ask_what_it_is_for(self) -> None:
        """Open on the question."""
        with self.beat("question", moment=self.end):
            self.ask()

    def the_sum(self) -> None:
        """Picture times weights, all added up: a neuron's sum without its bias."""
        neurons = Quantity.derived(findings.layer_size, self.trace, LAYER)
        thing = self.thing(self.end)
        close = self.close = CloseUp(self.trace, self.end, self.neuron, decimals=self.decimals)
        with self.beat("the-sum", neurons=neurons, thing=thing):
            self.play(FadeIn(close.picture, close.captions[0], close.neuron[:2]), run_time=QUICK)
            legend = close.get_legend()
            weights = FadeIn(close.weights, close.captions[1], close.signs[0], legend)
            self.play(weights, run_time=STEADY)
            self.hold()
            self.play(close.animate_products())
            self.play(FadeIn(close.captions[2], close.signs[1]), run_time=QUICK)
            self.hold(0.3)
            self.play(FadeOut(legend), FadeIn(close.names[0]), run_time=QUICK)
            self.play(close.animate_sum(run_time=1.5 * STEADY), Create(close.neuron[2]))
            self.hold()

    def the_curve(self) -> None:
        """The sum's place on the axis, and the answer above it."""
        close, view, bare = self.close, self.end, self.bare
        which = (LAYER, self.neuron)
        curve = self.curve = NeuronCurve(self.trace, view, bare, *which, decimals=self.decimals)
        self.label = curve.get_sum()
        self.column = VGroup(*(Formula(name, x_height=BODY) for name in "xw"))
        keep = (close.picture, close.weights, close.signs[0], close.total)
        with self.beat("the-curve", self.kind, keep=keep):
            self.play(
                *self.to_the_column(),
                FadeIn(curve.axes, self.label[0]),
                ReplacementTransform(close.total, curve.sum_figure),
                run_time=1.5 * STEADY,
            )
            self.heading = Heading(self.answer_to("{{w dot x : weights}}"))
            self.play(Create(curve.curve), FadeIn(self.heading), run_time=1.5 * STEADY)
            self.hold(0.3)
            self.play(FadeIn(curve.trail.foot, scale=0.5), run_time=QUICK)
            self.play(curve.trail.animate_arrival())
            self.relate(f"a ≈ {self.kind}(b)", curve.trail.answer, curve.sum_figure)
            self.hold()

    def to_the_column(self) -> list[Animation]:
        """Picture and weights become the column at the left."""
        close = self.close
        moves: list[Any] = [close.signs[0].animate.move_to(at_side(BETWEEN))]
        for picture, name, height in zip(
            (close.picture, close.weights), self.column, HEIGHTS, strict=True
        ):
            name.move_to(stage.SIDE.at(0.06, 0.0)).set_y(height)
            smaller = SMALLER / max(picture.width, picture.height)
            moves.append(picture.animate.scale(smaller).move_to(at_side(height)))
        return [*moves, FadeIn(self.column)]

    def the_threshold(self) -> None:
        """Without a bias the curve turns at zero, whatever the weights."""
        with self.beat("the-threshold", variant=self.kind):
            self.play(FadeIn(self.curve.flag, shift=0.3 * DOWN), run_time=STEADY)
            self.hold()

    def the_bias(self) -> None:
        """One number more, below the weights and in the formula."""
        with self.beat("the-bias"):
            look: dict[str, Any] = {"decimals": self.decimals, "x_height": SMALL}
            self.bias = Number(self.end, self.at("b"), sign=True, **look)
            colour = POSITIVE if self.end[self.at("b")] > 0 else NEGATIVE
            self.cell = Square(0.42, stroke_width=0, fill_color=colour, fill_opacity=1)
            self.cell.move_to(at_side(BIAS))
            self.bias.set_color(colour).next_to(self.cell, RIGHT)
            name = Formula("b", x_height=BODY).move_to(stage.SIDE.at(0.06, 0.0)).set_y(BIAS)
            self.column.add(name, Formula("+", x_height=BODY).move_to(at_side(PLUS)))
            arrival = FadeIn(self.column[2:], self.cell, self.bias, shift=0.2 * UP)
            self.play(arrival, run_time=STEADY)
            with_bias = self.answer_to("{{w dot x : weights}} {{+ b : bias}}")
            self.play(self.heading.animate_to(with_bias))
            self.hold()

    def slide(self) -> None:
        """The curve moves; picture and weights stay."""
        curve, close = self.curve, self.close
        with self.beat("slide", variant=self.effect()):
            self.ghost = curve.get_ghost()
            self.bring_to_back(self.ghost)
            self.play(curve.animate_bias())
            self.relate("a = -b", curve.limit, self.bias)
            answer = curve.trail.answer
            self.relate(f"a ≈ {self.kind}(b + c)", answer, curve.sum_figure, self.bias)
            self.hold()
            frames = VGroup(
                *(
                    SurroundingRectangle(picture.frame, buff=0, color=TEXT, stroke_width=3)
                    for picture in (close.picture, close.weights)
                )
            )
            self.play(FadeIn(frames), run_time=QUICK)
            self.hold(1.5)
            self.play(FadeOut(frames), run_time=QUICK)
            self.hold()

    def always_one(self) -> None:
        """The bias as the weight of one more input, which is always 1."""
        close = self.close
        inputs = self.inputs = Inputs(self.end, self.neuron, decimals=self.decimals)
        self.side = (close.picture, close.weights, close.signs[0], self.column, self.cell)
        with self.beat("always-one", keep=(*self.side, self.bias, self.heading)):
            terms = self.all_terms()
            self.play(FadeIn(inputs.neuron), self.heading.animate_to(terms), run_time=STEADY)
            self.play(*inputs.animate_inputs(close.picture), run_time=1.5 * STEADY)
            self.play(*inputs.animate_weights(close.weights), run_time=1.5 * STEADY)
            self.play(FadeIn(inputs.one, shift=0.3 * UP), run_time=STEADY)
            self.play(
                Create(inputs.bias_edge),
                ReplacementTransform(self.bias, inputs.bias, path_arc=-2.2),
                self.heading.animate_to(terms + " {{+ b dot 1 : bias}}"),
                run_time=1.5 * STEADY,
            )
            self.play(FadeIn(inputs.result, inputs.z), run_time=STEADY)
            self.hold()

    def all_terms(self) -> str:
        """The sum of all products, as a formula."""
        last = phrase("{:.0f}", Quantity.derived(findings.layer_size, self.trace, 0))
        terms = "{{{{z = w_1 x_1 + dots.c + w_{} x_{} : rest}}}}"
        return phrase(terms, last, last)

    def in_the_dark(self) -> None:
        """With a black picture all products are zero; only the bias is left."""
        inputs = self.inputs
        bias = Quantity.recorded(self.end, self.at("b"))
        with self.beat("in-the-dark"):
            dark = self.close.picture.animate_to(self.end, findings.darkness)
            self.play(dark, *inputs.animate_dark(), run_time=SLOW)
            self.play(inputs.z.animate_quantity(bias), run_time=STEADY)
            self.hold()

    def proof(self) -> None:
        """One test image that is read with biases."""
        trace = self.trace
        self.image = findings.most_dependent_on_biases(trace)
        view = self.tell_of(trace.see(("test", self.image)))
        bare = self.tell_of(trace.see(("test", self.image), biases=False))
        self.proofs = (view, bare)
        self.digit = Picture(view, "x", size=stage.PICTURE.width).move_to(stage.PICTURE.centre)
        outputs = self.outputs = Outputs(trace, view, width=5.0, mark="pointer")
        outputs.set_truth(view.label)
        head = Words("with its biases", x_height=LARGE).move_to(stage.HEAD.centre)
        variant = "text" if view.right else "wrong"
        with self.beat("proof", variant, self.figures_of_proof(), moment=view, keep=()):
            self.play(FadeIn(self.digit), run_time=STEADY)
            self.play(FadeIn(outputs.frame, outputs.pointer, head), run_time=QUICK)
            self.play(outputs.animate_growth(), run_time=STEADY)
            self.play(FadeIn(outputs.answer, shift=0.3 * LEFT), run_time=QUICK)
            self.hold()

    def figures_of_proof(self) -> dict[str, Quantity | str]:
        """What the words of the proof say of the image."""
        view, bare = self.proofs
        path = f"a{view.layers}[{view.label}]"
        return {
            "truth": self.thing(view),
            "said": self.thing(view, "prediction"),
            "says": self.thing(bare, "prediction"),
            "biases": Quantity.derived(findings.count_biases, self.trace),
            "sure": Quantity.recorded(view, path),
            "unsure": Quantity.recorded(bare, path),
        }

    def without_biases(self) -> None:
        """The same image and the same weights, all biases zero."""
        (view, bare), outputs = self.proofs, self.outputs
        variant = "text" if view.right and not bare.right else "kept"
        keep = (self.digit, outputs, outputs.answer)
        with self.beat("without-biases", variant, self.figures_of_proof(), moment=bare, keep=keep):
            count = Quantity.derived(findings.count_biases, self.trace)
            head = Words(phrase("all {:.0f} biases set to zero", count))
            head.move_to(stage.HEAD.centre).align_to(stage.HEAD.at(1.0, 0.0), RIGHT)
            self.play(FadeIn(head), run_time=STEADY)
            self.hold(1.0)
            self.play(FadeIn(outputs.leave_outlines()), run_time=QUICK)
            self.play(outputs.animate_to(bare), outputs.animate_answer(bare), run_time=SLOW)
            self.hold()

    def ten_thousand(self) -> None:
        """All test images, a dot for each."""
        dots = self.dots = TestDots(self.trace, findings.read_dots)
        tally = self.tally = self.count_dots()
        with self.beat("ten-thousand", given=self.counts(), moment=self.end, keep=(self.digit,)):
            self.play(
                FadeIn(dots),
                self.digit.animate.scale(0.02).move_to(dots.place_of(self.image)),
                run_time=1.5 * STEADY,
            )
            self.remove(self.digit)
            self.play(FadeIn(tally.head, tally.lines[0]), run_time=STEADY)
            self.hold()

    def counts(self) -> dict[str, Quantity]:
        """How many there are, and how many are read: what the words say."""
        trace = self.trace
        functions = (findings.count_test_images, findings.count_lost, findings.count_gained)
        counts = {function.__name__: Quantity.derived(function, trace) for function in functions}
        for name, biases in (("right", True), ("left", False)):
            counts[name] = Quantity.derived(findings.count_read, trace, biases)
        return counts

    def count_dots(self) -> Tally:
        """The same on screen, beside the dots."""
        tally, trace = Tally(stage.BODY.part(left=0.2), "read correctly"), self.trace
        for words, biases in (("with biases", True), ("without biases", False)):
            share = Number(findings.accuracy_on_test, trace, biases, after=" %")
            tally.add_line(words, share, findings.count_read, trace, biases)
        tally.add_gap()
        tally.add_line("need the biases", BLAME, findings.count_lost, trace)
        tally.add_line("do better without", ACTIVATION, findings.count_gained, trace)
        return tally

    def fine_work(self) -> None:
        """Which of them are lost without biases, and which are won."""
        dots, lines, trace = self.dots, self.tally.lines, self.trace
        shares = (findings.accuracy_on_test(trace, biases) / 100 for biases in (True, False))
        with self.beat("fine-work", outcome(*shares), self.counts()):
            without = dots.animate_values(Values.of(findings.read_dots, trace, False), 1 / COMMON)
            self.play(without, FadeIn(lines[1]), run_time=STEADY)
            self.hold()
            # What the biases change stands out, and the rest recedes.
            self.play(dots.animate_values(Values.of(findings.change_dots, trace), 1.0))
            for line in lines[2:]:
                self.play(FadeIn(line, shift=0.2 * RIGHT), run_time=STEADY)
                self.hold()
            order = (0, 2, 3, 1)
            self.relate("a - b + c = d", *(self.tally.counts[index] for index in order))

    def what_it_is_for(self) -> None:
        """Close on the answer."""
        with self.beat("answer"):
            self.answer("The bias sets how much it takes before a neuron fires.")

    # Small helpers

    def at(self, name: str) -> str:
        """The path of a quantity of the neuron, such as ``z1[13]``."""
        return f"{name}{LAYER}[{self.neuron}]"

    def thing(self, view: View, path: str = "label") -> str:
        """What a class is called in a sentence: "a five", "an ankle boot"."""
        return with_article(in_words(class_of(self.trace, view, path)))

    def answer_to(self, inside: str) -> str:
        """The neuron's activation of an expression, as a formula."""
        return f"{{{{a : after}}}} = {FUNCTIONS[self.kind]}({inside})"

    def effect(self) -> str:
        """What the bias does to this neuron here, which the narration then says."""
        before, after = (float(view[self.at("z")]) for view in (self.bare, self.end))
        if (before > 0) != (after > 0):
            return "on" if after > 0 else "off"
        change = self.end[self.at("a")] - self.bare[self.at("a")]
        return "up" if change >= 0.005 else "down" if change <= -0.005 else "same"


def at_side(height: float) -> Point3D:
    """A place in the column at the left."""
    return np.array([stage.SIDE.at(0.57, 0.0)[0], height, 0.0])


def outcome(read: float, still: float) -> str:
    """Which words fit the shares of the test images that are read with biases and without."""
    if read < 0.5:
        return "unlearned"
    if read - still > 0.05:
        return "much"
    return "text" if read > still else "same" if read == still else "fewer"
