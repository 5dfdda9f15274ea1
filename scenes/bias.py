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
    PI,
    RIGHT,
    UP,
    Animation,
    Circle,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    Line,
    ManimColor,
    Mobject,
    ReplacementTransform,
    Square,
    SurroundingRectangle,
    Triangle,
    VGroup,
    VMobject,
)

from network.functions import activate
from network.trace import Trace
from network.view import View
from scenes.kit import findings, stage
from scenes.kit.bars import Bars
from scenes.kit.chapter import Chapter
from scenes.kit.claims import claim, claim_points
from scenes.kit.digit import Picture, PixelImage
from scenes.kit.encoding import activation_colours
from scenes.kit.figures import Mark, round_places
from scenes.kit.ledger import MINUS, Quantity, Values
from scenes.kit.legend import Legend
from scenes.kit.names import class_names
from scenes.kit.narration import in_words, with_article
from scenes.kit.number import Derived, Number
from scenes.kit.plot import Plot
from scenes.kit.style import (
    ACTIVATION,
    BACKGROUND,
    BLAME,
    BODY,
    DIM,
    FAINT,
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
from scenes.kit.typeset import Formula, Words, row

LAYER: Final = 1  # the neuron sees pixels, so its weights are a picture
SHOWN: Final = 3  # of the inputs, in the small picture of a neuron

LIFT: Final = 0.45 * UP  # of the first row of pictures
COLUMN: Final = 5.2 * LEFT  # where picture, weights and bias stand below each other
NAMES: Final = 6.4 * LEFT  # and their names
BIAS_ROW: Final = 2.25 * DOWN
HEAD: Final = 2.95 * UP + 1.3 * RIGHT  # the formula of the moment

# The plot: left and right end of one axis, low and high end of the other.
START, END, BASE, TOP = -2.3, 4.25, -2.15, 1.6
NEURON_X: Final = 4.8  # where the neuron shines

# The picture of the neuron.
INPUTS: Final = tuple(2.3 * LEFT + height * UP for height in (1.9, 0.9, -0.1))
ALWAYS: Final = 2.3 * LEFT + 2.05 * DOWN
INPUT_SIDE: Final = 0.55
WEIGHT: Final = 1.6 * RIGHT  # from an input to the figure of its weight
CENTRE: Final = 2.75 * RIGHT + 0.2 * DOWN

TEXT_LEFT: Final = 1.2 * LEFT  # of the words beside the dots
FIELD: Final = 5.0  # side of the picture with a dot for every test image, so 3 pixels at 480p
COMMON: Final = 0.55  # how bright is what changes nothing


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
        self.end = self.trace.see(self.story.picture)
        # In the first layer, what is left without biases is the weighted sum of the pixels.
        self.bare = self.trace.see(self.story.picture, biases=False)
        self.neuron = findings.most_moved_by_bias(self.end, self.bare, LAYER)
        self.kind = self.trace.recipe.activations[LAYER - 1]
        # The sums of some networks are small.
        sizes = (self.bare[self.at("z")], self.end[self.at("z")])
        self.decimals = 2 if max(map(abs, sizes)) >= 0.5 else 3
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

    def ask_what_it_is_for(self) -> None:
        """Open on the question."""
        with self.beat("question"):
            self.ask()

    def the_sum(self) -> None:
        """Picture times weights, all added up: a neuron's sum without its bias."""
        figures: dict[str, Quantity | str] = {
            "neurons": Quantity.derived(findings.layer_size, self.trace, LAYER),
            "thing": self.thing(self.story.label),
        }
        with self.beat("the-sum", moment=self.end, **figures):
            self.digit = Picture(self.story, "x", size=2.9).move_to(5.1 * LEFT + LIFT)
            weights = (self.end, f"W{LAYER}[{self.neuron}]")
            self.weights = Picture(*weights, size=2.9, signed=True).move_to(1.4 * LEFT + LIFT)
            self.names = VGroup(
                Formula("x", x_height=LARGE).next_to(self.digit, DOWN),
                Formula("w", x_height=LARGE).next_to(self.weights, DOWN),
            )
            self.times = Formula("times", x_height=LARGE).move_to(3.25 * LEFT + LIFT)
            self.play(FadeIn(self.digit), FadeIn(self.names[0]), run_time=QUICK)
            legend = Legend("weight", self.weights.scale_value).move_to(1.4 * LEFT + 2.6 * DOWN)
            self.play(FadeIn(self.weights, self.times, self.names[1], legend), run_time=STEADY)
            self.hold()
            products = self.weights.copy()
            equals = Formula("=", x_height=LARGE).move_to(0.45 * RIGHT + LIFT)
            self.play(products.animate.move_to(2.3 * RIGHT + LIFT), FadeIn(equals), run_time=STEADY)
            arrive = products.animate_to(self.end, findings.products_of, LAYER, self.neuron)
            self.play(arrive, run_time=STEADY)
            self.hold(0.3)
            self.sum = self.number(self.bare, "z", sign=True, x_height=LARGE)
            self.sum.move_to(5.4 * RIGHT + LIFT)
            total = Formula("w dot x", x_height=LARGE).move_to(5.4 * RIGHT).match_y(self.names)
            self.play(
                products.copy().animate.scale(0.05).move_to(self.sum).set_opacity(0),
                FadeIn(self.sum, scale=0.5),
                FadeIn(total),
                run_time=STEADY,
            )
            self.hold()
        self.leftovers, self.total = Group(products, equals, legend), total

    def the_curve(self) -> None:
        """The sum's place on the axis, and the answer above it."""
        with self.beat("the-curve", variant=self.kind):
            self.plot = SlidingCurve(self)
            self.formula = self.activation_formula("w dot x").move_to(HEAD)
            label, equals, figure = self.plot.place_sum(self.sum)
            self.play(
                FadeOut(self.leftovers),
                *self.to_the_column(),
                FadeIn(self.plot.axes),
                ReplacementTransform(self.total, label),
                ReplacementTransform(self.sum, figure),
                FadeIn(equals),
                run_time=1.5 * STEADY,
            )
            self.sum = VGroup(label, equals, figure)
            self.play(Create(self.plot.curve), FadeIn(self.formula), run_time=1.5 * STEADY)
            self.hold(0.3)
            self.play(Create(self.plot.drop), run_time=QUICK)
            self.play(FadeIn(self.plot.dot, scale=0.5), run_time=QUICK)
            self.play(Create(self.plot.guide), run_time=QUICK)
            self.play(FadeIn(self.plot.neuron), FadeIn(self.plot.answer), run_time=QUICK)
            self.relate(f"a ≈ {self.kind}(b)", self.plot.answer, figure)
            self.hold()

    def the_threshold(self) -> None:
        """Without a bias the curve turns at zero, whatever the weights."""
        with self.beat("the-threshold", variant=self.kind):
            self.play(FadeIn(self.plot.flag, shift=0.3 * DOWN), run_time=STEADY)
            self.hold()

    def the_bias(self) -> None:
        """One number more, below the weights and in the formula."""
        with self.beat("the-bias"):
            self.bias = self.number(self.end, "b", sign=True, x_height=SMALL)
            colour = POSITIVE if self.end[self.at("b")] > 0 else NEGATIVE
            self.bias.set_color(colour).move_to(4.1 * LEFT + BIAS_ROW)
            self.cell = Square(0.42, stroke_width=0, fill_color=colour, fill_opacity=1)
            self.cell.move_to(COLUMN + BIAS_ROW)
            self.names.add(Formula("b", x_height=BODY).move_to(NAMES + BIAS_ROW))
            plus = Formula("+", x_height=BODY).move_to(COLUMN + 1.79 * DOWN)
            without, self.formula = self.formula, self.activation_formula("w dot x + b")
            self.play(
                FadeIn(plus, self.cell, self.bias, self.names[-1], shift=0.2 * UP),
                run_time=STEADY,
            )
            self.play(FadeOut(without), FadeIn(self.formula.move_to(HEAD)), run_time=QUICK)
            self.hold()

    def slide(self) -> None:
        """The curve moves; picture and weights stay."""
        with self.beat("slide", variant=self.effect()):
            self.bring_to_back(ghost := self.plot.ghost())
            self.play(Slide(self.plot), run_time=1.5 * SLOW)
            self.relate("a = -b", self.plot.limit, self.bias)
            self.relate(f"a ≈ {self.kind}(b + c)", self.plot.answer, self.sum[-1], self.bias)
            self.hold()
            frames = VGroup(
                *(
                    SurroundingRectangle(mobject, buff=0, color=TEXT, stroke_width=3)
                    for mobject in (self.digit.frame, self.weights.frame)
                )
            )
            self.play(FadeIn(frames), run_time=QUICK)
            self.hold(1.5)
            self.play(FadeOut(frames), run_time=QUICK)
            self.hold()
        self.plot.add(ghost)

    def always_one(self) -> None:
        """The bias as the weight of one more input, which is always 1."""
        picture = NeuronPicture(self)
        with self.beat("always-one"):
            self.play(
                FadeOut(self.plot.axes, self.plot, self.sum, self.formula),
                FadeIn(picture.neuron),
                run_time=STEADY,
            )
            self.play(
                *picture.inputs_arrive(self.digit),
                FadeIn(picture.shown, picture.formula_without_bias),
                run_time=1.5 * STEADY,
            )
            self.play(*picture.weights_arrive(self.weights), run_time=1.5 * STEADY)
            self.play(FadeIn(picture.one, shift=0.3 * UP), run_time=STEADY)
            self.play(
                Create(picture.bias_edge),
                self.bias.animate(path_arc=-PI / 2).move_to(picture.bias_place),
                FadeIn(picture.formula_of_bias),
                run_time=1.5 * STEADY,
            )
            self.play(FadeIn(picture.result, picture.z), run_time=STEADY)
            self.hold()
        self.neuron_picture = picture

    def in_the_dark(self) -> None:
        """With a black picture all products are zero; only the bias is left."""
        picture = self.neuron_picture
        bias = Quantity.recorded(self.end, self.at("b"))
        with self.beat("in-the-dark"):
            self.play(
                self.digit.animate_to(self.story, findings.darkness),
                *picture.go_dark(),
                run_time=SLOW,
            )
            self.play(picture.z.animate_quantity(bias), run_time=STEADY)
            self.hold()

    def proof(self) -> None:
        """One test image that is read with biases."""
        proof = self.the_proof = Proof(self)
        with self.beat("proof", variant=proof.before, **proof.figures):
            self.clear_all()
            self.play(FadeIn(proof.digit), run_time=STEADY)
            self.play(FadeIn(proof.bars), FadeIn(proof.head), run_time=QUICK)
            self.play(proof.bars.animate_growth(), run_time=STEADY)
            self.play(FadeIn(proof.pointer, shift=0.3 * LEFT), run_time=QUICK)
            self.hold()

    def without_biases(self) -> None:
        """The same image and the same weights, all biases zero."""
        proof = self.the_proof
        with self.beat("without-biases", variant=proof.after, **proof.figures):
            self.play(FadeOut(proof.head), FadeIn(proof.head_without), run_time=STEADY)
            self.hold(1.0)
            self.bring_to_back(proof.leave_outlines())
            self.play(proof.bars.animate_to(proof.bare, run_time=SLOW))
            self.play(proof.point_again(), run_time=STEADY)
            self.hold()

    def ten_thousand(self) -> None:
        """All test images, a dot for each."""
        proof, dots = self.the_proof, DotField(self.trace)
        with self.beat("ten-thousand", **dots.figures):
            self.play(
                FadeOut(proof.bars, proof.head_without, proof.pointer, proof.outlines),
                FadeIn(dots.field),
                proof.digit.animate.scale(0.02).move_to(dots.place_of(proof.image)),
                run_time=1.5 * STEADY,
            )
            self.remove(proof.digit)
            self.play(FadeIn(dots.head, dots.with_biases), run_time=STEADY)
            self.hold()
        self.dots = dots

    def fine_work(self) -> None:
        """Which of them are lost without biases, and which are won."""
        dots = self.dots
        with self.beat("fine-work", variant=dots.outcome, **dots.figures):
            self.play(
                dots.field.animate_values(dots.without, 1 / COMMON),
                FadeIn(dots.without_biases),
                run_time=STEADY,
            )
            self.hold()
            self.play(dots.field.animate_values(dots.changes, 1.0), run_time=STEADY)
            for count in dots.counts:
                self.play(FadeIn(count, shift=0.2 * RIGHT), run_time=STEADY)
                self.hold()
            lines = (dots.with_biases, *dots.counts, dots.without_biases)
            self.relate("a - b + c = d", *(line[0] for line in lines))

    def what_it_is_for(self) -> None:
        """Close on the answer."""
        with self.beat("answer"):
            self.answer("The bias sets how much it takes before a neuron fires.")

    # Small helpers

    def at(self, name: str, *more: int) -> str:
        """The path of a quantity of the neuron, such as ``z1[13]`` or ``W1[13,401]``."""
        return f"{name}{LAYER}[{','.join(map(str, (self.neuron, *more)))}]"

    def number(self, view: View, name: str, *more: int, **look: Any) -> Number:
        """A number of the neuron."""
        return Number(view, self.at(name, *more), decimals=self.decimals, **look)

    def thing(self, label: int) -> str:
        """What a class is called in a sentence: "a five", "an ankle boot"."""
        return with_article(in_words(class_names(self.trace)[label]))

    def effect(self) -> str:
        """What the bias does to this neuron here, which the narration then says."""
        before, after = (float(view[self.at("z")]) for view in (self.bare, self.end))
        if (before > 0) != (after > 0):
            return "on" if after > 0 else "off"
        change = self.end[self.at("a")] - self.bare[self.at("a")]
        return "up" if change >= 0.005 else "down" if change <= -0.005 else "same"

    def activation_formula(self, inside: str) -> Formula:
        """The neuron's activation of an expression."""
        name = "sigma" if self.kind == "sigmoid" else '"ReLU"' if self.kind == "relu" else "f"
        return Formula(
            "{{ a : answer }} = " + f"{name}({inside})",
            x_height=LARGE,
            colours={"answer": ACTIVATION},
        )

    def to_the_column(self) -> list[Any]:
        """Picture and weights become the column at the left."""
        small = 1.7 / self.digit.width
        rows = (1.45 * UP, 0.65 * DOWN)
        return [
            *(
                mobject.animate.scale(small).move_to(COLUMN + place)
                for mobject, place in zip((self.digit, self.weights), rows, strict=True)
            ),
            *(
                name.animate.scale(BODY / LARGE).move_to(NAMES + place)
                for name, place in zip(self.names, rows, strict=True)
            ),
            self.times.animate.scale(BODY / LARGE).move_to(COLUMN + 0.4 * UP),
        ]

    def clear_all(self) -> None:
        """All but the title goes."""
        gone = [mobject for mobject in self.mobjects if mobject is not self._title]
        self.play(FadeOut(Group(*gone)), run_time=QUICK)


class SlidingCurve(VGroup):
    """A neuron's activation over its weighted sum; what moves with the bias is in the group.

    Attributes
    ----------
    axes
        What stands still.
    curve, drop, dot, guide, neuron, answer, flag
        What moves: the curve, the line up from the sum, the point on the curve, the line over to
        the neuron, the neuron in its brightness, its activation, and the threshold.
    """

    def __init__(self, chapter: Bias) -> None:
        super().__init__()
        self.kind = chapter.kind
        self.sum = float(chapter.bare[chapter.at("z")])
        self.bias = bias = float(chapter.end[chapter.at("b")])
        self.last_answer = Quantity.recorded(chapter.end, chapter.at("a"))
        threshold = (findings.threshold, chapter.end, LAYER, chapter.neuron)
        self.last_threshold = Quantity.derived(*threshold)
        widest = max(abs(self.sum), abs(bias), abs(self.sum + bias), 0.01)
        self.reach = max(5.0, 1.3 * widest) if self.kind == "sigmoid" else 2.2 * widest
        self.top = 1.0 if self.kind == "sigmoid" else self.function(self.reach + max(bias, 0.0))
        # What the neuron makes of any sum, without its bias and with it.
        self.recorded = {
            at: Values.of(
                findings.neuron_curve, chapter.trace, view, LAYER, chapter.neuron, self.reach
            )
            for at, view in ((0.0, chapter.bare), (bias, chapter.end))
        }
        self.axes = Plot(
            (-self.reach, self.reach),
            (0.0, self.top),
            width=END - START,
            height=TOP - BASE,
            # Not at the very end, where the marks of the other axis are.
            x_marks=round_places(-0.9 * self.reach, 0.9 * self.reach, 5),
            y_marks=[0, 0.5, 1] if self.kind == "sigmoid" else 3,
        )
        corner = np.array([START, BASE, 0.0])
        self.axes.shift(corner - self.axes.to_scene(-self.reach, 0.0))
        self.label = Formula("w dot x", x_height=BODY)
        self.curve = VMobject(stroke_color=ACTIVATION, stroke_width=5)
        self.drop, self.guide = (Line(stroke_color=DIM, stroke_width=2) for _ in range(2))
        self.dot = Dot(radius=0.11, color=TEXT)
        self.neuron = Circle(0.3, stroke_color=TEXT, stroke_width=2, fill_opacity=1)
        self.answer = chapter.number(chapter.bare, "a", colour=ACTIVATION)
        self.pole = self.axes.get_vertical(0.0)
        self.limit = Derived(*threshold, decimals=chapter.decimals, sign=True, x_height=SMALL)
        self.limit.set_between(0.0)
        self.flag = VGroup(self.pole, Words("threshold", x_height=SMALL), self.limit)
        self.add(self.flag, self.drop, self.guide, self.curve, self.dot, self.neuron, self.answer)
        self.set_bias(0.0)

    def function(self, z: Any) -> Any:
        """The neuron's activation function, of a number or an array."""
        a = activate(self.kind, z)
        return a if np.ndim(z) else float(a)

    def place_sum(self, number: Number) -> VGroup:
        """Name, equals sign and a copy of the sum's figure, below its place on the axis."""
        equals, figure = Formula("=", x_height=BODY), number.copy().scale(BODY / LARGE)
        place = self.axes.to_scene(self.sum, 0.0) + 0.85 * DOWN
        return row(self.label, equals, figure, gap=0.15).move_to(place)

    def set_bias(self, bias: float) -> None:
        """Put all that moves where it is with this bias."""
        # The bend of ReLU is a point of its own.
        sums = np.sort(np.append(np.linspace(-self.reach, self.reach, 121), -bias))
        sums = np.clip(sums, -self.reach, self.reach)
        values = self.function(sums + bias)
        self.curve.set_points_as_corners(self.axes.plane.to_scene(sums, values))
        claim(self.curve)
        if bias in self.recorded:
            to_scene = self.axes.plane.to_scene
            claim_points(self.curve, self.recorded[bias], lambda values: to_scene(sums, values))
        height = float(self.function(self.sum + bias))
        point = self.axes.to_scene(self.sum, height)
        end = np.array([NEURON_X, point[1], 0.0])
        self.dot.move_to(point)
        self.drop.put_start_and_end_on(self.axes.to_scene(self.sum, 0.0) + 0.001 * DOWN, point)
        self.guide.put_start_and_end_on(point, end + 0.3 * LEFT)
        self.neuron.move_to(end)
        shade = activation_colours(np.array(height), scale=self.top)
        self.neuron.set_fill(ManimColor(tuple(shade)))
        self.answer.shift(end + 0.75 * RIGHT + 0.14 * DOWN - self.answer.point)
        foot = self.axes.to_scene(-bias, 0.0)
        self.pole.move_to(foot, aligned_edge=DOWN)
        words = self.flag[1]
        words.next_to(self.pole, UP, buff=0.12).shift(0.45 * LEFT)
        self.limit.next_to(words, RIGHT, buff=0.15)
        self.limit.shift((words.baseline - self.limit.baseline) * UP)

    def ghost(self) -> VGroup:
        """Curve and threshold as they are now, to be left behind."""
        pole = self.pole.copy().set_stroke(FAINT)
        return VGroup(pole, self.curve.copy().set_stroke(DIM, width=2))


class Slide(Animation):
    """The bias of a plot goes from zero to what it is; all figures end on theirs exactly."""

    mobject: SlidingCurve

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the plot with a share of the bias."""
        plot, share = self.mobject, self.rate_func(alpha)
        bias = share * plot.bias
        if share >= 1:
            plot.answer.set_quantity(plot.last_answer)
            plot.limit.set_quantity(plot.last_threshold)
        elif share > 0:
            plot.answer.set_between(float(plot.function(plot.sum + bias)))
            plot.limit.set_between(-bias)
        plot.set_bias(bias)


class NeuronPicture:
    """The neuron with three of its inputs, and one more input that is always 1."""

    def __init__(self, chapter: Bias) -> None:
        inputs = len(chapter.story.x)
        self.pixels = findings.strongest_inputs(chapter.end, chapter.neuron, SHOWN)
        circle = Circle(0.55, stroke_color=TEXT, stroke_width=2).move_to(CENTRE)
        self.neuron = VGroup(circle, Formula("Sigma", x_height=BODY).move_to(CENTRE))
        self._add_inputs(chapter)
        self.shown = Words(f"{SHOWN} of {inputs} inputs shown", x_height=SMALL, colour=DIM)
        self.shown.next_to(self.squares, DOWN, buff=0.3).align_to(self.values, LEFT)
        self.one = self._make_one()
        self.bias_edge = edge(ALWAYS, chapter.cell.get_fill_color())
        self.bias_place = ALWAYS + WEIGHT
        self.z = chapter.number(chapter.end, "z", sign=True, x_height=0.28)
        name = Formula("z =", x_height=0.28).move_to(CENTRE + 1.2 * RIGHT)
        row(name, self.z, gap=0.15)
        out = Line(CENTRE + 0.55 * RIGHT, name.get_left() + 0.15 * LEFT, stroke_color=DIM)
        self.result = VGroup(out.set_stroke(width=2), name)
        formula = Formula(
            f"z = w_1 x_1 + w_2 x_2 + ... + w_{inputs} x_{inputs} {{{{ + b dot 1 : bias }}}}",
            x_height=0.26,
        )
        formula.set(width=min(formula.width, stage.HEAD.width - 0.3)).move_to(stage.HEAD.centre)
        self.formula_of_bias = formula.select("bias")
        late = self.formula_of_bias.get_family()
        self.formula_without_bias = VGroup(
            *(glyph for glyph in formula.family_members_with_points() if glyph not in late)
        )

    def _add_inputs(self, chapter: Bias) -> None:
        """Three rows: the pixel's value, the pixel, its weight and the edge to the neuron."""
        self.squares, self.values, self.edges, self.weights = (VGroup() for _ in range(4))
        for place, pixel in zip(INPUTS, self.pixels, strict=True):
            shade = activation_colours(np.array(chapter.story.x[pixel]))
            self.squares.add(input_square(place, ManimColor(tuple(shade))))
            value = Number(chapter.story, f"x[{pixel}]", x_height=SMALL)
            self.values.add(value.next_to(self.squares[-1], LEFT, buff=0.2))
            weight = chapter.number(chapter.end, "W", pixel, sign=True, x_height=SMALL)
            colour = POSITIVE if not weight.text.startswith(MINUS) else NEGATIVE
            self.edges.add(edge(place, colour))
            self.weights.add(weight.set_color(colour).move_to(place + WEIGHT))
        self.times = VGroup(*(times(place) for place in INPUTS))

    def _make_one(self) -> VGroup:
        """The input that is always 1."""
        square = input_square(ALWAYS, ACTIVATION)
        one = Mark(1, colour=TEXT).next_to(square, LEFT, buff=0.2)
        always = Words("always", x_height=SMALL, colour=DIM)
        always.next_to(VGroup(one, square), DOWN, buff=0.2)
        return VGroup(square, one, always, times(ALWAYS))

    def inputs_arrive(self, digit: Picture) -> list[Any]:
        """Three pixels leave the picture and become inputs."""
        moves = []
        for square, pixel in zip(self.squares, self.pixels, strict=True):
            start = square.copy().set(width=digit.pixel_size)
            start.move_to(digit.get_cell_centre(*divmod(pixel, digit.values.shape[1])))
            moves.append(ReplacementTransform(start, square))
        return [*moves, FadeIn(self.values)]

    def weights_arrive(self, weights: Picture) -> list[Any]:
        """Their weights leave the picture of weights and become edges."""
        moves = []
        for number, pixel in zip(self.weights, self.pixels, strict=True):
            cell = weights.get_cell_centre(*divmod(pixel, weights.values.shape[1]))
            moves.append(FadeIn(number, target_position=cell, scale=0.2))
        return [*moves, FadeIn(self.times), *map(Create, self.edges)]

    def go_dark(self) -> list[Any]:
        """All inputs become 0, and nothing comes along their edges."""
        return [
            self.squares.animate.set_fill(BACKGROUND),
            FadeOut(self.values),
            self.edges.animate.set_stroke(FAINT, width=2),
            self.weights.animate.set_color(DIM),
        ]


def input_square(place: np.ndarray, colour: ManimColor) -> Square:
    """An input, in its brightness."""
    square = Square(INPUT_SIDE, stroke_color=DIM, stroke_width=2)
    return square.set_fill(colour, opacity=1).move_to(place)


def edge(place: np.ndarray, colour: Any) -> Line:
    """The line from an input's weight to the neuron."""
    start = place + WEIGHT + 0.95 * RIGHT
    along = (CENTRE - start) / np.linalg.norm(CENTRE - start)
    return Line(start, CENTRE - 0.55 * along, stroke_color=colour, stroke_width=5)


def times(place: np.ndarray) -> Formula:
    """The sign between an input and its weight."""
    return Formula("times", x_height=SMALL, colour=DIM).move_to(place + 0.55 * RIGHT)


class Proof:
    """The outputs for one test image, with biases and without."""

    def __init__(self, chapter: Bias) -> None:
        trace = self.trace = chapter.trace
        self.image = findings.most_dependent_on_biases(trace)
        self.view = chapter.tell_of(trace.see(("test", self.image)))
        self.bare = chapter.tell_of(trace.see(("test", self.image), biases=False))
        label, before, after = self.view.label, self.view.prediction, self.bare.prediction
        self.before = "text" if before == label else "wrong"
        self.after = "text" if before == label != after else "kept"
        output = f"a{self.view.layers}"
        self.figures: dict[str, Quantity | str] = {
            "truth": with_article(in_words(class_names(trace)[label])),
            "said": with_article(in_words(class_names(trace)[before])),
            "says": with_article(in_words(class_names(trace)[after])),
            "biases": Quantity.derived(findings.count_biases, trace),
            "sure": Quantity.recorded(self.view, f"{output}[{label}]"),
            "unsure": Quantity.recorded(self.bare, f"{output}[{label}]"),
        }
        self.digit = Picture(self.view, "x", size=3.4)
        self.bars = Bars.of(self.view, output, class_names(trace), width=5.0, pitch=0.5)
        self.bars.set_truth(label).move_to(1.75 * RIGHT + 0.35 * DOWN)
        self.digit.move_to(4.75 * LEFT).match_y(self.bars.tracks)
        self.rows = (before, after)
        self.pointer = Triangle(fill_color=TEXT, fill_opacity=1, stroke_width=0)
        self.pointer.rotate(np.pi / 2).set(height=0.26).move_to(self._place(before))
        self.head = Words("with its biases", x_height=LARGE).move_to(HEAD)
        count = Derived(findings.count_biases, trace, decimals=0, x_height=LARGE)
        self.head_without = row(
            Words("all", x_height=LARGE), count, Words("biases set to 0", x_height=LARGE)
        ).move_to(HEAD)
        self.outlines = VGroup()

    def leave_outlines(self) -> VGroup:
        """What the bars show now, as outlines to be left behind."""
        self.outlines = self.bars.bars.copy().set_fill(opacity=0).set_stroke(DIM, width=1.5)
        return self.outlines

    def point_again(self) -> Any:
        """The pointer goes to the answer without biases."""
        return self.pointer.animate.move_to(self._place(self.rows[1]))

    def _place(self, index: int) -> np.ndarray:
        """Beside the figure of an output."""
        return np.array(
            [self.bars.figures.get_right()[0] + 0.3, self.bars.tracks[index].get_y(), 0]
        )


class DotField:
    """A dot for every test image: bright if it is read."""

    def __init__(self, trace: Trace) -> None:
        read, still = findings.read_with_biases(trace), findings.read_without_biases(trace)
        dots = Values.of(findings.read_dots, trace)
        self.side = len(dots.values)
        self.field = PixelImage(
            dots,
            width=FIELD,
            height=FIELD,
            signed=True,
            scale=1 / COMMON,
            colour=ACTIVATION,
            negative=BLAME,
        ).move_to(4.05 * LEFT + 0.45 * DOWN)
        self.without = Values.of(findings.read_dots, trace, False)
        # What the biases change stands out, and the rest recedes.
        self.changes = Values.of(findings.change_dots, trace)
        names = ("count_test_images", "count_lost", "count_gained")
        self.figures: dict[str, Quantity | str] = {
            name: Quantity.derived(getattr(findings, name), trace) for name in names
        }
        for name, biases in (("right", True), ("left", False)):
            self.figures[name] = Quantity.derived(findings.count_read, trace, biases)
        self.outcome = outcome(float(read.mean()), float(still.mean()))
        self.head = Words("read correctly", x_height=BODY, colour=DIM)
        self.head.move_to(TEXT_LEFT + 1.9 * RIGHT + 1.75 * UP, aligned_edge=LEFT)
        self.with_biases = self._line(trace, True, 0.8)
        self.without_biases = self._line(trace, False, -0.05)
        self.counts = VGroup(
            self._count(trace, findings.count_lost, "need the biases", BLAME, -1.75),
            self._count(trace, findings.count_gained, "do better without", ACTIVATION, -2.6),
        )

    def place_of(self, image: int) -> np.ndarray:
        """Where the dot of a test image is."""
        return self.field.get_cell_centre(*divmod(image, self.side))

    def _line(self, trace: Trace, biases: bool, height: float) -> VGroup:
        """How many are read, and their share."""
        count = Derived(findings.count_read, trace, biases, decimals=0, grouping=True, x_height=0.3)
        share = Derived(findings.accuracy_on_test, trace, biases, after=" %")
        words = Words("with biases" if biases else "without biases")
        return table_row(height, count, words, share)

    def _count(self, trace: Trace, function: Any, words: str, colour: Any, height: float) -> VGroup:
        """How many dots there are of a colour."""
        dot = Square(0.26, stroke_width=0, fill_color=colour, fill_opacity=1)
        count = Derived(function, trace, decimals=0, grouping=True, x_height=0.3)
        return table_row(height, count, Words(words), dot)


def table_row(height: float, count: Number, words: Words, last: Mobject) -> VGroup:
    """A row beside the dots: a count, aligned on its last digit; what it counts; and one more."""
    line = TEXT_LEFT + height * UP
    count.shift(line + 1.6 * RIGHT - count.point)
    words.move_to(line + 1.9 * RIGHT, aligned_edge=LEFT)
    words.shift((count.baseline - words.baseline) * UP)
    last.next_to(words, RIGHT, buff=0.3)
    if isinstance(last, Number):
        last.shift((6.5 - last.get_right()[0]) * RIGHT + (count.baseline - last.baseline) * UP)
    return VGroup(count, words, last)


def outcome(read: float, still: float) -> str:
    """Which words fit the shares of the test images that are read with biases and without."""
    if read < 0.5:
        return "unlearned"
    if read - still > 0.05:
        return "much"
    return "text" if read > still else "same" if read == still else "fewer"
