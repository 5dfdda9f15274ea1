"""Forward propagation: how a picture becomes ten numbers, one layer after the other."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    AnimationGroup,
    Arrow,
    Circle,
    Create,
    DashedLine,
    Dot,
    FadeIn,
    FadeOut,
    FadeToColor,
    Group,
    GrowFromPoint,
    Line,
    Mobject,
    Rectangle,
    ReplacementTransform,
    Square,
    Succession,
    SurroundingRectangle,
    Transform,
    VGroup,
    VMobject,
)
from manim.typing import Point3D

from network.step import Step
from network.trace import Trace
from scenes.kit.bars import Bars
from scenes.kit.chapter import Chapter
from scenes.kit.claims import Claim, claim, claim_points, half_a_pixel
from scenes.kit.diagram import MOST_CIRCLES, CellColumn, NetworkDiagram
from scenes.kit.digit import Floats, Picture
from scenes.kit.encoding import get_scale
from scenes.kit.figures import Figure, Mark, quantities
from scenes.kit.findings import (
    activation_curve,
    count_lit,
    count_steps,
    dropout_keeps,
    largest_product,
    near_the_bend,
    products,
    products_from,
    products_of,
    silence,
    sum_of_products,
    sums_of_products,
    weight_times_input,
)
from scenes.kit.ledger import MINUS, Quantity, Values
from scenes.kit.legend import Legend
from scenes.kit.motion import AddUp, Multiply, Unroll
from scenes.kit.names import class_names
from scenes.kit.narration import in_words, with_article
from scenes.kit.number import Derived, Number, column_of
from scenes.kit.shape_box import ShapeText
from scenes.kit.style import (
    ACTIVATION,
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
from scenes.kit.typeset import CodeLine, Formula, Words, row, stack

PICTURE = 2.3  # side of the pictures
PICTURES = tuple(np.array([x, 0.45, 0.0]) for x in (-5.2, -2.4, 0.4))
CAPTIONS = ("pixels", "its weights", "products")
LEGEND = np.array([-4.92, -1.55, 0.0])
COLUMN = -2.85  # where the 784 inputs are
MIDDLE, HEIGHT = 0.26, 4.5  # of the network
RIGHT_EDGE = 6.5
BAR = 1.75  # length of a full bar
FORMULA = np.array([6.3, 3.1, 0.0])  # its right end
CODE, SHAPES = -3.02, -3.43  # baselines of the code line and of the shapes below it
PLOT = (2.4, 6.1, -2.3, 1.75)  # left, right, bottom, top of the plot of all sums
_POINTS_OF_A_BAR = len(Rectangle().points)
FUNCTIONS = {
    "sigmoid": "sigma",
    "relu": 'op("ReLU")',
    "softmax": 'op("softmax")',
    "identity": 'op("id")',
}


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

    # The stage

    def set_stage(self) -> None:
        """Lay out what the whole chapter plays on; nothing is shown yet."""
        step = self.story
        self.last = step.layers
        self.functions = self.trace.recipe.activations
        self.digit = Picture(step, "x", size=PICTURE).move_to(PICTURES[0])
        self.bars = Bars(
            quantities(step, f"a{self.last}"),
            class_names(self.trace),
            scale=1.0,
            width=BAR,
            pitch=pitch_of(self.trace.sizes[-1]),
        )
        self.bars.shift((RIGHT_EDGE - self.bars.get_right()[0]) * RIGHT)
        outputs = self.bars.get_left()[0] - 0.5
        self.diagram = NetworkDiagram(self.trace.sizes, width=outputs - COLUMN, height=HEIGHT)
        self.diagram.shift((outputs + COLUMN) / 2 * RIGHT + MIDDLE * UP)
        first = self.diagram.neuron(-1, 0).centre
        self.bars.shift((first - self.bars.tracks[0].get_center())[1] * UP)
        self.scales = scales_of({layer: step.a[layer] for layer in step.a})
        self.light = light_of(step.W, step.a)
        self.legend = Legend("pixel", 1.0, signed=False, width=2.0).move_to(LEGEND)
        self.telling = near_the_bend(step, 1)
        self.sums = Values.of(step, sums_of_products, 1)
        self.plot = SumPlot(
            self.trace,
            step.z[1],
            self.sums.values,
            self.functions[0],
            dropout_keeps(self.trace, 1),
        )

    def words_for(self, label: int) -> str:
        """A class in words: "a five", "an eight", or "an ankle boot"."""
        return with_article(in_words(class_names(self.trace)[label]))

    def products(self, layer: int) -> Values:
        """Weight × input on each edge that leads to a layer, (n_out, n_in)."""
        return Values.of(self.story, products, layer)

    def activations(self, layer: int) -> Values:
        """What the neurons of a layer answer."""
        return Values.of(self.story, f"a{layer}")

    # The beats

    def it_looks(self) -> None:
        """Open on the picture and the question."""
        a_picture = self.words_for(self.story.label)
        variant = "text" if self.story.step == 0 else "later"
        with self.beat("question", variant, a_picture=a_picture):
            self.play(FadeIn(self.digit), run_time=QUICK)
            self.ask()

    def picture_becomes_column(self) -> None:
        """Row by row the picture unrolls into the column of inputs."""
        lit = Quantity.derived(count_lit, self.story)
        strip = self.diagram.layer(0)
        assert isinstance(strip, CellColumn)
        dark = 2 * lit.value < self.story.x.size
        with self.beat("column", "text" if dark else "bright", lit=lit) as beat:
            home = self.digit.copy()
            near = self.digit.animate.scale(2.0).move_to(at(2.0, MIDDLE))
            self.play(near, run_time=STEADY)
            self.play(Unroll(self.digit, strip), run_time=2.5 * SLOW)
            self.play(FadeIn(self.diagram.size_labels[0]), FadeIn(self.legend), run_time=STEADY)
            self.hold()
            self.hold(max(0.0, beat.remaining - STEADY))
            back = self.digit.animate.scale(0.5).move_to(home)
            self.play(back, run_time=STEADY)

    def weight_times_input(self) -> None:
        """Light runs along the edges: weight × input, from one pixel and then from all."""
        neurons, field = self.diagram.layer(1), self.diagram.field(1)
        neurons.set_values(Values.of(self.story, silence, 1), self.scales[1])
        light, sent = self.light[1], self.products(1).values
        pixel = largest_product(self.story, self.telling)
        with self.beat("edges", ends=f"{len(sent):,}"):
            self.formula = LayerFormula(1, self.last, self.functions)
            box, link = self.one_input(pixel)
            self.play(
                FadeIn(neurons, self.diagram.size_labels[1], self.formula),
                Create(box),
                Create(link),
                run_time=STEADY,
            )
            field.set_weights(np.zeros(field.shape), light)
            self.add(field, neurons)
            alone = Values.of(self.story, products_from, 1, pixel)
            self.play(
                self.diagram.animate_flow(1, alone, light),
                self.formula.animate_light("weights", "before"),
                run_time=SLOW,
            )
            legend = make_legend("weight × input", light).move_to(LEGEND)
            self.play(FadeOut(self.legend), FadeIn(legend), run_time=STEADY)
            self.legend = legend
            count = one_of_many(self.story)
            self.play(FadeIn(count), run_time=QUICK)
            self.hold()
            self.one_way = VGroup(box, link, count)

    def one_input(self, pixel: int) -> tuple[Square, Line]:
        """A box around a pixel, and a line to its place in the column."""
        row_, column = divmod(pixel, self.digit.values.shape[1])
        box = Square(1.8 * self.digit.pixel_size, stroke_color=TEXT, stroke_width=3)
        box.move_to(self.digit.get_cell_centre(row_, column))
        end = self.diagram.neuron(0, pixel).left
        return box, Line(box.get_right(), end, color=TEXT, stroke_width=2)

    def sums_arrive(self) -> None:
        """Each neuron has its sum: a bar to the right above zero, to the left below."""
        plot = self.plot
        z = self.story.z[1]
        both = "text" if z.min() < 0 < z.max() else "alike"
        with self.beat("sums", both, count=f"{self.trace.sizes[1]:,}"):
            self.play(FadeOut(self.one_way), run_time=QUICK)
            flow = self.diagram.animate_flow(1, self.products(1), self.light[1])
            self.play(flow, run_time=2.5 * SLOW)
            bars = SumBars(self.diagram.layer(1).get_centres(), self.sums, plot)
            self.add(bars.guides)
            self.bring_to_back(bars.guides)
            self.play(FadeIn(bars.guides, plot.axis, plot.marks, bars.caption), run_time=QUICK)
            self.play(
                GrowBars(bars.positive, plot.x_of(0.0)),
                GrowBars(bars.negative, plot.x_of(0.0)),
                run_time=SLOW,
            )
            self.hold()
            self.sum_bars = bars

    def one_neuron(self) -> None:
        """One neuron in full: its weights as a picture, times the pixels, added up."""
        neuron = self.telling
        with self.beat("one-neuron"):
            self.play(self.diagram.animate_highlight(1, neuron), run_time=STEADY)
            weights, product = self.weight_pictures()
            spot = self.diagram.neuron(1, neuron).centre
            gone: list[Mobject] = [
                self.diagram.field(1),
                self.diagram.layer(0),
                self.diagram.layer(1),
            ]
            gone += [*self.diagram.size_labels[:2], self.sum_bars, self.plot.axis]
            gone += [self.plot.marks, self.legend]
            self.neuron = self.neuron_enlarged()
            ring = Circle(0.1, color=TEXT, stroke_width=3).move_to(spot)
            self.play(
                FadeOut(Group(*gone)),
                GrowFromPoint(weights, spot),
                ReplacementTransform(ring, self.neuron[0]),
                FadeIn(self.neuron[1]),
                run_time=1.5 * STEADY,
            )
            captions = [
                caption(words, place) for words, place in zip(CAPTIONS, PICTURES, strict=True)
            ]
            signs = [sign("times", 0), sign("=", 1)]
            self.play(*map(FadeIn, (signs[0], *captions[:2])), run_time=QUICK)
            self.play(Multiply(self.digit, weights, product), run_time=1.5 * SLOW)
            self.play(FadeIn(signs[1], captions[2]), Create(self.neuron[2]), run_time=QUICK)
            example = self.one_pixel()
            self.play(*map(Create, example[0]), FadeIn(example[1]), run_time=STEADY)
            self.hold()
            self.play(FadeOut(example[0]), run_time=QUICK)
            self.close_up = Group(weights, product, *captions, *signs, example[1])
            self.product = product

    def neuron_enlarged(self) -> VGroup:
        """The neuron itself, large, what it is, and the way to it."""
        place = np.array([(PLOT[0] + PLOT[1]) / 2, PICTURES[0][1], 0])
        circle = Circle(0.75, color=TEXT, stroke_width=3).move_to(place)
        words = caption(f"one of {self.trace.sizes[1]:,} neurons", place)
        start = PICTURES[2] + (PICTURE / 2 + 0.2) * RIGHT
        return VGroup(circle, words, Arrow(start, circle.get_left(), buff=0.1, color=DIM))

    def weight_pictures(self) -> tuple[Picture, Picture]:
        """The neuron's weights and its products, as pictures on one scale."""
        step, neuron = self.story, self.telling
        look: dict[str, Any] = {"size": PICTURE, "signed": True}
        weights = Picture(step, f"W1[{neuron}]", **look)
        products = Picture(step, products_of, 1, neuron, scale=weights.scale_value, **look)
        return weights.move_to(PICTURES[1]), products.move_to(PICTURES[2])

    def one_pixel(self) -> tuple[VGroup, VGroup]:
        """Boxes around one pixel in the three pictures, and its figures below them."""
        step, neuron = self.story, self.telling
        pixel = largest_product(step, neuron)
        boxes = VGroup(*(self.one_input(pixel)[0].shift(at - PICTURES[0]) for at in PICTURES))
        product = Quantity.derived(weight_times_input, step, 1, neuron, pixel)
        factors = round(float(step.x[pixel]), 2) * round(float(step.W[1][neuron, pixel]), 2)
        exact = math.isclose(factors, round(product.value, 2), abs_tol=1e-9)
        numbers = VGroup(
            Number(step, f"x[{pixel}]", colour=ACTIVATION),
            Number(step, f"W1[{neuron},{pixel}]", sign=True),
            Figure(product, sign=True, before="" if exact else "≈ "),
        )
        numbers[1:].set_color(POSITIVE if product.value >= 0 else NEGATIVE)
        for number, place in zip(numbers, PICTURES, strict=True):
            number.move_to(place + (PICTURE / 2 + 0.4) * DOWN)
        self.relate("a * b = c", *numbers)
        signs = (sign("times", 0), sign("=", 1)) if exact else (sign("times", 0),)
        for mark in signs:
            numbers.add(mark.match_y(numbers[0]))
        return boxes, numbers

    def bias_and_bend(self) -> None:
        """The products' sum, plus the bias, through the activation function."""
        step, neuron, plot = self.story, self.telling, self.plot
        variant = self.functions[0] + ("" if np.any(step.b[1]) else "-no-bias")
        variant += "-dropout" if plot.kept < 1 else ""
        answer = Quantity.recorded(step, f"a1[{neuron}]")
        with self.beat("bend", variant, answer=answer):
            formula, (total, bias, z) = self.sum_in_figures()
            self.play(FadeIn(formula[0]), run_time=QUICK)
            self.play(AddUp(self.product, total), run_time=SLOW)
            self.hold()
            self.play(
                FadeIn(formula[1], bias, shift=0.2 * DOWN),
                self.formula.animate_light("bias"),
                run_time=STEADY,
            )
            self.play(FadeIn(formula[2:], z, shift=0.2 * DOWN), run_time=STEADY)
            self.dot = Dot(z.get_right() + 0.25 * RIGHT, radius=0.09, color=TEXT)
            self.relate("a + b = c", total, bias, z)
            self.hold()
            self.play(
                ReplacementTransform(self.neuron[0], self.dot),
                FadeOut(self.neuron[1:]),
                FadeIn(plot.axis, plot.rise, plot.marks, plot.names),
                Create(plot.curve),
                self.formula.animate_light("function", "after"),
                run_time=STEADY,
            )
            self.close_up.add(formula, total, bias, z)
            self.lead_through(z, f"a1[{neuron}]")
            self.hold()

    def sum_in_figures(self) -> tuple[VGroup, tuple[Number, Number, Number]]:
        """The neuron's sum as it is added up on paper: what each line is, and its figures."""
        step, neuron = self.story, self.telling
        count = self.trace.sizes[0]
        total = Derived(sum_of_products, step, 1, neuron)
        bias = Number(step, f"b1[{neuron}]", sign=True)
        z = Number(step, f"z1[{neuron}]")
        if not adds_up(total, bias, z):
            z = Number(step, f"z1[{neuron}]", before="≈ ")
        column_of((total.move_to(at(PICTURES[2][0] + 0.3, -1.83)), bias, z), 0.63)
        lines = VGroup()
        for number, source in zip(
            (total, bias, z),
            (f"w_1 x_1 + dots.c + w_{count} x_{count}", "b", "z"),
            strict=True,
        ):
            line = Formula(source)
            line.shift((number.baseline - line.baseline) * UP)
            lines.add(line.shift((PICTURES[2][0] - 1.3 - line.get_right()[0]) * RIGHT))
        rule = Line(LEFT, RIGHT, color=DIM, stroke_width=2).scale_to_fit_width(2.0)
        lines.add(rule.move_to(at(PICTURES[2][0], (bias.get_bottom()[1] + z.get_top()[1]) / 2)))
        return lines, (total, bias, z)

    def lead_through(self, z: Number, path: str) -> None:
        """A dot goes from z on the axis up to the curve, and across to the activation."""
        plot = self.plot
        at, value = float(self.story[path.replace("a", "z")]), float(self.story[path])
        on_axis, on_curve = plot.place(at, 0.0), plot.place(at, value)
        across = plot.place(-plot.reach, value)
        dot = self.dot
        up, left = (
            DashedLine(*ends, color=DIM, dash_length=0.08, stroke_width=3)
            for ends in ((on_axis, on_curve + 1e-3 * UP), (on_curve, across))
        )
        self.play(dot.animate.move_to(on_axis), run_time=STEADY)
        self.play(Create(up), dot.animate.move_to(on_curve), run_time=STEADY)
        answer = Number(self.story, path, colour=ACTIVATION)
        # Beside the dashed line, away from the curve and from the axis' name.
        beside = DOWN if value > 0.8 * plot.top else UP
        answer.next_to(across, beside + RIGHT, buff=0.12)
        self.play(Create(left), dot.animate.move_to(across).set_color(ACTIVATION), run_time=STEADY)
        self.play(FadeIn(answer, shift=0.2 * UP), run_time=QUICK)
        if plot.kept == 1:
            self.relate(f"{self.functions[0]}(a) ≈ b", z, answer)
        self.close_up.add(dot, up, left, answer)

    def all_of_them(self) -> None:
        """All sums go through the same curve; what comes out lights the neurons."""
        plot, layer = self.plot, self.diagram.layer(1)
        count = self.trace.sizes[1]
        with self.beat("all", "dropout" if plot.kept < 1 else "text", count=f"{count:,}"):
            self.diagram.set_highlight(1, None)
            self.diagram.field(1).set_opacity(0.35)
            back = Group(self.diagram.field(1), self.diagram.layer(0), layer)
            self.play(
                FadeOut(self.close_up),
                FadeIn(back, self.diagram.size_labels[:2]),
                run_time=STEADY,
            )
            centres = layer.get_centres()
            dots = plot.dots(centres)
            self.add(dots)
            axis, curve, across = plot.way(self.story.z[1], self.story.a[1])
            for places in (axis, curve):
                self.play(Transform(dots, plot.dots(places)), run_time=STEADY)
            self.hold()
            self.left_behind = plot.dots(curve).set_color(DIM)
            self.add(self.left_behind, dots)
            for places in (across, list(centres)):
                self.play(Transform(dots, plot.dots(places)), run_time=STEADY)
            self.play(
                FadeOut(dots),
                self.diagram.animate_activations(1, self.activations(1), self.scales[1]),
                run_time=QUICK,
            )
            self.hold()

    def again(self) -> None:
        """The same for every further layer, formula, code and shapes in step."""
        plot = self.plot
        with self.beat(
            "again", "deep" if self.last > 2 else "text", count=f"{self.trace.sizes[1]:,}"
        ):
            code = CodeShapes(self.story, 1, self.functions)
            self.play(
                FadeOut(plot.axis, plot.rise, plot.marks, plot.names, plot.curve),
                FadeOut(self.left_behind),
                FadeIn(self.legend),
                self.diagram.field(1).animate_dim(1.0),
                run_time=STEADY,
            )
            self.play(FadeIn(code, shift=0.3 * UP), run_time=STEADY)
            self.hold()
            for layer in range(2, self.last + 1):
                code = self.one_layer(layer, code)
            self.code = code

    def one_layer(self, layer: int, code: "CodeShapes") -> "CodeShapes":
        """A layer's turn: formula and code say it, its edges and neurons do it."""
        formula = LayerFormula(layer, self.last, self.functions)
        following = CodeShapes(self.story, layer, self.functions)
        neurons, field = self.diagram.layer(layer), self.diagram.field(layer)
        neurons.set_values(Values.of(self.story, silence, layer), self.scales[layer])
        light = self.light[layer]
        field.set_weights(np.zeros(field.shape), light)
        legend = make_legend("weight × input", light).move_to(LEGEND)
        self.play(
            Succession(FadeOut(self.formula, shift=0.2 * UP), FadeIn(formula, shift=0.2 * UP)),
            Succession(FadeOut(code, shift=0.2 * UP), FadeIn(following, shift=0.2 * UP)),
            FadeOut(self.legend),
            self.diagram.field(layer - 1).animate_dim(0.35),
            FadeIn(neurons, self.diagram.size_labels[layer], legend),
            run_time=STEADY,
        )
        self.formula = formula
        self.add(field, neurons)
        self.play(
            self.diagram.animate_flow(layer, self.products(layer), light),
            formula.animate_light("weights", "before", "bias"),
            run_time=SLOW,
        )
        self.play(
            self.diagram.animate_activations(layer, self.activations(layer), self.scales[layer]),
            formula.animate_light("function", "after"),
            run_time=STEADY,
        )
        self.legend = legend
        self.hold()
        return following

    def what_it_says(self) -> None:
        """The outputs as bars; the largest is the answer."""
        step = self.story
        kind = "shares" if self.functions[-1] == "softmax" else "scores"
        sure = float(step.a[self.last][step.prediction]) >= 0.5
        outcome = "wrong" if step.prediction != step.label else "right" if sure else "unsure"
        figures = {
            "said": class_names(self.trace)[step.prediction],
            "a_picture": self.words_for(step.label),
            "output": Quantity.recorded(step, f"a{self.last}[{step.prediction}]"),
        }
        with self.beat("outputs", f"{kind}-{outcome}", **figures):
            self.play(
                FadeIn(self.bars.tracks, self.bars.names, self.bars.zero, self.bars.marks),
                run_time=QUICK,
            )
            self.play(self.bars.animate_growth(), run_time=1.5 * STEADY)
            self.hold()
            self.box = self.box_around(int(step.prediction))
            self.play(Create(self.box), run_time=STEADY)
            self.hold()
            self.bars.set_truth(int(step.label))
            self.play(FadeIn(self.bars.pointer), run_time=STEADY)
            self.hold()

    def box_around(self, row_: int) -> SurroundingRectangle:
        """A box around one row of the bars: the answer."""
        bars = self.bars
        whole = VGroup(bars.names[row_], bars.tracks[row_], bars.figures[row_])
        box = SurroundingRectangle(whole, color=ACTIVATION, buff=0.07, stroke_width=3)
        return box.stretch_to_fit_height(0.95 * pitch_of(len(bars.names)))

    def after_training(self) -> None:
        """The same picture through the trained network."""
        end, trace, diagram = self.trace.see(self.story.picture), self.trace, self.diagram
        a, weights = end.a, end.W
        light, scales = light_of(weights, a), scales_of(a)
        figures: dict[str, Quantity | str] = {
            "steps": Quantity.derived(count_steps, trace),
            "said": class_names(trace)[end.prediction],
            "output": Quantity.recorded(end, f"a{self.last}[{end.prediction}]"),
        }
        with self.beat("trained", "right" if end.right else "wrong", moment=end, **figures):
            note = self.after_so_many_steps()
            before = self.outlines()
            self.play(
                FadeOut(self.formula, self.code, self.legend, self.box),
                FadeIn(note, before),
                run_time=STEADY,
            )
            self.play(
                *(
                    diagram.field(layer).animate_weights(
                        Values.of(end, products, layer), light[layer], opacity=1.0
                    )
                    for layer in weights
                ),
                *(
                    diagram.animate_activations(layer, Values.of(end, f"a{layer}"), scales[layer])
                    for layer in weights
                ),
                self.bars.animate_to(end),
                run_time=1.5 * SLOW,
            )
            self.play(FadeIn(self.trained_legends(light)), run_time=STEADY)
            self.play(Create(self.box_around(end.prediction)), run_time=STEADY)
            self.hold()

    def after_so_many_steps(self) -> VGroup:
        """What the network has behind it now."""
        steps = Derived(count_steps, self.trace, decimals=0, grouping=True)
        note = row(Words("after"), steps, Words("steps of training"), gap=0.2)
        return note.move_to(FORMULA, RIGHT)

    def outlines(self) -> VGroup:
        """Outlines of the bars as they are now, and what they mean."""
        rows = VGroup(
            *(bar.copy().set_fill(opacity=0).set_stroke(DIM, 2) for bar in self.bars.bars)
        )
        words = Words("outlines: before", x_height=SMALL, colour=DIM)
        words.next_to(self.bars.marks, DOWN, buff=0.2).align_to(self.bars, RIGHT)
        return VGroup(rows, words)

    def trained_legends(self, light: Mapping[int, float]) -> Group:
        """A legend for each layer's edges, named as in the code: each has its own scale."""
        heights = {2: (-1.5, -2.9), 3: (2.3, -1.5, -2.9), 4: (2.3, -1.25, -2.2, -3.15)}[self.last]
        legends = Group()
        for (layer, scale), height in zip(light.items(), heights, strict=True):
            name = f"W{layer} × {layer_name(layer - 1, self.last)[1]}"
            legends.add(make_legend(name, scale, width=1.8).move_to(at(LEGEND[0], height)))
        return legends

    def in_one_sentence(self) -> None:
        """Close on the answer."""
        with self.beat("answer"):
            self.answer("Every layer multiplies, adds up and bends.")


# Looks and words


def at(x: float, y: float) -> Point3D:
    """A point of the scene."""
    return np.array([x, y, 0.0])


def pitch_of(outputs: int) -> float:
    """From one output's bar to the next."""
    return min(HEIGHT / outputs, 0.55)


def layer_name(layer: int, last: int) -> tuple[str, str]:
    """What a layer's activations are called, in a formula and in code."""
    if layer == 0:
        return "x", "x"
    if layer == last:
        return "o", "o"
    return ("h", "h") if last == 2 else (f"h_{layer}", f"h{layer}")


def light_of(weights: Mapping[int, Floats], a: Mapping[int, Floats]) -> dict[int, float]:
    """The largest weight × input of each layer: what its edges are drawn on."""
    return {layer: get_scale(W * a[layer - 1]) for layer, W in weights.items()}


def scales_of(a: Mapping[int, Floats]) -> dict[int, float]:
    """The activation at full brightness: 1, or the layer's largest if that is more."""
    return {layer: max(1.0, float(values.max())) for layer, values in a.items()}


def make_legend(name: str, scale: float, width: float = 2.0) -> Legend:
    """What the light on the edges means; its gamma is that of `WeightField`."""
    return Legend(name, scale, gamma=2.0, width=width)


def one_of_many(step: Step) -> VGroup:
    """How little is shown while one pixel alone sends its value."""
    W = step.W[1]
    return stack(
        Words(f"1 of {W.shape[1]:,} inputs", colour=DIM),
        Words(f"{W.shape[0]:,} of {W.size:,} edges", colour=DIM),
    ).move_to(at(3.6, MIDDLE))


def caption(words: str, place: Point3D) -> Words:
    """A caption above a picture."""
    return Words(words, x_height=SMALL, colour=DIM).move_to(place + (PICTURE / 2 + 0.35) * UP)


def sign(symbol: str, after: int) -> Formula:
    """A sign between two of the pictures."""
    between = (PICTURES[after] + PICTURES[after + 1]) / 2
    return Formula(symbol, x_height=SMALL).move_to(between)


def adds_up(first: Number, second: Number, total: Number) -> bool:
    """Whether two figures and their sum agree as they are written."""
    values = [float(number.text.replace(MINUS, "-")) for number in (first, second, total)]
    return math.isclose(values[0] + values[1], values[2], abs_tol=1e-6)


# Parts of the picture


class LayerFormula(Formula):
    """A layer in one line, h = σ(W₁ x + b₁): dim, to be lit part by part."""

    def __init__(self, layer: int, last: int, functions: tuple[str, ...]) -> None:
        after, before = layer_name(layer, last)[0], layer_name(layer - 1, last)[0]
        super().__init__(
            f"{{{{{after} : after}}}} = {{{{{FUNCTIONS[functions[layer - 1]]} : function}}}}"
            f"({{{{W_{layer} : weights}}}} {{{{{before} : before}}}} + {{{{b_{layer} : bias}}}})",
            x_height=LARGE,
            colour=DIM,
        )
        self.move_to(FORMULA, RIGHT)

    def animate_light(self, *parts: str) -> AnimationGroup:
        """Parts light up, arrays of activations in their colour."""
        lit = VGroup(*(self.select(part) for part in parts))
        colours = [ACTIVATION if part in ("before", "after") else TEXT for part in parts]
        return AnimationGroup(
            *(FadeToColor(part, colour.to_hex()) for part, colour in zip(lit, colours, strict=True))
        )


class SumPlot:
    """A layer's sums on a horizontal axis, and what the activation function makes of them.

    Parameters
    ----------
    trace
        The run.
    z, sums
        The sums with bias and without, (n,) each.
    function
        Name of the activation.
    kept
        What activations are divided by (dropout in training).
    """

    def __init__(self, trace: Trace, z: Floats, sums: Floats, function: str, kept: float) -> None:
        self.kept = kept
        self.reach = float(max(1, math.ceil(max(np.abs(z).max(), np.abs(sums).max()))))
        xs = np.linspace(-self.reach, self.reach, 161)
        shown = Values.of(activation_curve, trace, 1, -self.reach, self.reach, len(xs))
        ys = shown.values
        self.top = 1.0 if function == "sigmoid" else float(math.ceil(ys.max() - 1e-9))
        left, right, bottom, top = PLOT
        self.axis = Line(at(left, bottom), at(right, bottom), color=DIM, stroke_width=2)
        self.rise = Line(at(left, bottom), at(left, top), color=DIM, stroke_width=2)
        self.curve = VMobject(stroke_color=TEXT, stroke_width=4)

        def points(values: Floats) -> list[Point3D]:
            return [self.place(x, y) for x, y in zip(xs, values, strict=True)]

        claim_points(self.curve.set_points_as_corners(points(ys)), shown, points)
        self.marks = VGroup(
            *(
                Mark(value, sign=True).next_to(self.place(value, 0.0), DOWN, buff=0.15)
                for value in (-self.reach, 0.0, self.reach)
            )
        )
        self.names = VGroup(
            Mark(self.top).next_to(self.place(-self.reach, self.top), LEFT, buff=0.15),
            Words("sum + bias", x_height=SMALL, colour=DIM).move_to(self.place(0.0, 0.0)),
            Words("activation", x_height=SMALL, colour=DIM).next_to(
                at(left - 0.1, top), UP + RIGHT, buff=0.0
            ),
        )
        if kept < 1:
            share = Derived(dropout_keeps, trace, 1, x_height=SMALL, colour=DIM)
            note = row(Words("dropout: ÷", x_height=SMALL, colour=DIM), share, gap=0.15)
            self.names.add(note.next_to(at(left, top), DOWN + RIGHT, buff=0.2))
        self.names[1].shift(0.9 * DOWN)
        self.names[2].shift(0.2 * UP)

    def x_of(self, z: float) -> float:
        """Where a sum is on the horizontal axis."""
        return float(PLOT[0] + (PLOT[1] - PLOT[0]) * (z / self.reach + 1) / 2)

    def place(self, z: float, a: float) -> Point3D:
        """Where a sum and its activation are."""
        return np.array([self.x_of(z), PLOT[2] + (PLOT[3] - PLOT[2]) * a / self.top, 0.0])

    def way(self, z: Floats, a: Floats) -> list[list[Point3D]]:
        """Where the dots of all neurons go: to the axis, to the curve, and to the left."""
        return [
            [self.place(s, 0.0) for s in z],
            [self.place(s, v) for s, v in zip(z, a, strict=True)],
            [self.place(-self.reach, v) for v in a],
        ]

    def dots(self, places: Any) -> VMobject:
        """A dot at each place, all of them one mobject: however many, they move as fast."""
        cloud = VMobject(stroke_width=0, fill_color=ACTIVATION, fill_opacity=1)
        dot = Dot(radius=0.06 if len(places) <= MOST_CIRCLES else 0.035).points
        cloud.set_points(np.concatenate([dot + np.asarray(place) for place in places]))
        return cloud


class SumBars(VGroup):
    """The sums of a layer beside its neurons: to the right above zero, to the left below."""

    def __init__(self, centres: Floats, shown: Values, plot: SumPlot) -> None:
        zero, sums = plot.x_of(0.0), shown.values
        pitch = abs(float(centres[0][1] - centres[-1][1])) / max(len(centres) - 1, 1)
        self.positive, self.negative = (
            VMobject(stroke_width=0, fill_color=colour, fill_opacity=1)
            for colour in (POSITIVE, NEGATIVE)
        )
        self.guides = VMobject(stroke_color=FAINT, stroke_width=1.5)
        for centre, value in zip(centres, sums, strict=True):
            end = plot.x_of(float(value))
            bar = Rectangle(width=abs(end - zero), height=0.6 * pitch)
            bar.move_to(at((end + zero) / 2, centre[1]))
            (self.positive if value >= 0 else self.negative).append_points(bar.points)
            if len(centres) <= MOST_CIRCLES:
                start = centre + 0.45 * pitch * RIGHT
                self.guides.append_points(Line(start, at(min(end, zero), centre[1])).points)
        for bars, side in ((self.positive, 1.0), (self.negative, -1.0)):
            claim(bars, self._lengths(shown, plot, side))
        top, bottom = at(zero, centres[0][1] + 0.1), at(zero, PLOT[2])
        self.guides.append_points(Line(top, bottom).points)
        self.caption = Words("sums", x_height=SMALL, colour=DIM)
        self.caption.move_to(plot.names[1])
        super().__init__(self.guides, self.caption, self.positive, self.negative)

    @staticmethod
    def _lengths(shown: Values, plot: SumPlot, side: float) -> Claim:
        """That the bars on one side are as long as the sums of that sign, in their order."""
        zero = plot.x_of(0.0)

        def read(bars: Mobject) -> Floats:
            ends = bars.points[:, 0].reshape(-1, _POINTS_OF_A_BAR)
            return np.asarray(ends.max(axis=1) if side > 0 else ends.min(axis=1))

        def expect(values: Floats) -> Floats:
            there = values[values >= 0] if side > 0 else values[values < 0]
            return zero + (plot.x_of(1.0) - zero) * there

        return Claim("ends of bars", shown, read, expect, half_a_pixel())


class GrowBars(Animation):
    """Bars in one mobject grow from a line."""

    def __init__(self, bars: VMobject, line: float, **options: Any) -> None:
        self.points, self.line = bars.points.copy(), line
        super().__init__(bars, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Be at this share of the length."""
        points = self.points.copy()
        points[:, 0] = self.line + (points[:, 0] - self.line) * max(self.rate_func(alpha), 1e-3)
        self.mobject.points = points


class CodeShapes(VGroup):
    """A layer as a line of code, each array's shape below it."""

    def __init__(self, step: Step, layer: int, functions: tuple[str, ...]) -> None:
        super().__init__()
        last = step.layers
        after, before = layer_name(layer, last)[1], layer_name(layer - 1, last)[1]
        pieces: list[tuple[str, Any]] = [
            (after, step.a[layer]),
            (f"= {functions[layer - 1]}(", None),
            (f"W{layer}", step.W[layer]),
            ("@", None),
            (before, step.a[layer - 1]),
            ("+", None),
            (f"b{layer}", step.b[layer]),
            (")", None),
        ]
        pen = 0.0
        self.shapes = VGroup()
        for code, array in pieces:
            colour = ACTIVATION if code in (after, before) else TEXT
            word = CodeLine(code, x_height=SMALL, colour=colour)
            word.shift((CODE - word.baseline) * UP)
            shape = ShapeText(array.shape) if array is not None else None
            width = max(word.width, shape.width if shape is not None else 0.0)
            word.shift((pen + width / 2 - word.get_center()[0]) * RIGHT)
            self.add(word)
            if shape is not None:
                shape.shift((SHAPES - shape.baseline) * UP)
                shape.shift((pen + width / 2 - shape.get_center()[0]) * RIGHT)
                self.shapes.add(shape)
            pen += width + 0.22
        self.add(self.shapes)
        self.shift((RIGHT_EDGE - self.get_right()[0]) * RIGHT)
