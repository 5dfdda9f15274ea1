"""Backpropagation: how the error at the output becomes a change of every weight."""

from itertools import pairwise
from typing import Any

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Circle,
    Create,
    FadeIn,
    FadeOut,
    GrowArrow,
    LaggedStart,
    Line,
    TransformFromCopy,
    VGroup,
)

from network.step import Step
from network.trace import Trace
from scenes.kit import stage
from scenes.kit.account import Account
from scenes.kit.chapter import Chapter
from scenes.kit.class_table import Bar, ClassTable
from scenes.kit.comparison import Comparison
from scenes.kit.diagram import NetworkDiagram
from scenes.kit.digit import Picture
from scenes.kit.encoding import get_scale
from scenes.kit.equation import agree
from scenes.kit.findings import (
    arriving_blame,
    arriving_blames,
    batch_size,
    blamed_edges,
    count_steps,
    hidden_slope,
    layer_sizes,
    least_active,
    loss_slope,
    mean_error,
    mean_errors,
    most_active,
    most_blamed,
    most_muffled,
    neuron,
    output_slope,
    outputs_nearer,
    push,
    push_picture,
    pushes,
    squared_error_blame,
    weight_change,
)
from scenes.kit.fitted_names import fit_names
from scenes.kit.gallery import Gallery
from scenes.kit.heading import Heading
from scenes.kit.ledger import Quantity, Values
from scenes.kit.legend import LessAndMore
from scenes.kit.matrix import OuterProduct
from scenes.kit.motion import CopyTo, Flicker
from scenes.kit.names import class_names
from scenes.kit.narration import Figures
from scenes.kit.notes import at_foot, in_aside
from scenes.kit.number import Number
from scenes.kit.output_blame import OutputBlame
from scenes.kit.phrase import (
    at_the_beginning,
    in_words,
    is_numbered,
    phrase,
    with_article,
    with_the,
)
from scenes.kit.run_curve import RunCurve
from scenes.kit.style import (
    ACTIVATION,
    BLAME,
    DIM,
    FAINT,
    GAP,
    QUICK,
    SLOW,
    SMALL,
    STEADY,
    TEXT,
    TRUTH,
)
from scenes.kit.suits import reason_of_activations, reason_of_loss
from scenes.kit.typeset import Formula, Words, row
from scenes.kit.weight_step import WeightStep, arrow, signed_colour

FLICKERS = 45  # pictures of the run that are shown while its steps are counted


class Backprop(Chapter):
    """From the ten errors at the output to the five in every neuron's change."""

    title = "Backpropagation"
    question = "Whose fault is it?"

    @classmethod
    def suits(cls, trace: Trace) -> str | None:
        """Its blame is output minus label, which is so for cross-entropy."""
        return (
            super().suits(trace)
            or reason_of_loss(trace, "cross-entropy")
            or reason_of_activations(trace, slice(-1), ("sigmoid", "relu"))
        )

    def construct(self) -> None:
        """Tell the beats."""
        self.look_at_the_run()
        self.whose_fault()
        self.error_at_the_output()
        self.why_just_that()
        self.blame_times_activity()
        self.the_step()
        self.blame_flows_back()
        self.the_change_is_the_picture()
        self.the_same_again()
        self.so_many_times()
        self.everybodys()

    def look_at_the_run(self) -> None:
        """What the recipe's network is like, for formulas and words."""
        recipe, step = self.trace.recipe, self.story
        self.out, self.hidden = step.layers, step.layers - 1
        self.softmax = recipe.activations[-1] == "softmax"
        self.sigmoid = recipe.activations[self.hidden - 1] == "sigmoid"
        # One image at a time by plain gradient descent: the push of an image is all there is.
        self.online = recipe.online
        self.batch = phrase("{:,.0f}", Quantity.of(batch_size, self.trace))
        self.classes = class_names(self.trace)
        self.table = ClassTable(self.classes, step.label)
        self.digit = Picture(step, "x", size=stage.PICTURE.width).move_to(stage.PICTURE.centre)
        word = in_words(self.classes[step.label])
        self.words = {
            "an_it": with_article(word),
            "the_it_first": at_the_beginning(with_the(word)),
            "picture": "picture" if is_numbered(word) else word,
        }

    def change_of(self, name: str, product: str) -> str:
        """The formula of a weight's change, with all that the recipe adds to the push."""
        recipe = self.trace.recipe
        mean = "" if self.online else '"mean" med '
        asked = f"{mean}{product}"
        if recipe.weight_decay:
            asked = f"lr(( {asked} + lambda W ))"
        momentum = " + mu v" if recipe.momentum else ""
        return f"Delta W_({name}) = - eta thin {asked}{momentum}"

    def terms(self, *symbols: str) -> VGroup:
        """What those terms of the formula are called that the recipe has, at the foot."""
        recipe, terms = self.trace.recipe, VGroup()
        names = {"mu v": "momentum", "lambda W": "decay", "p": "share dropped out"}
        there: dict[str, float | tuple[float, ...]] = {
            "mu v": recipe.momentum,
            "lambda W": recipe.weight_decay,
            "p": recipe.dropout,
        }
        for symbol in symbols:
            if np.any(there[symbol]):
                term = Formula(symbol, x_height=SMALL, colour=DIM)
                terms.add(row(term, Words(names[symbol], x_height=SMALL, colour=DIM)))
        return at_foot(*terms)

    def symbol(self, layer: int) -> str:
        """What a layer is called: x the picture, o the output, h (or h_1, h_2) between."""
        if layer in (0, self.out):
            return "x" if layer == 0 else "o"
        return "h" if self.out == 2 else f"h_{layer}"

    # Beats

    def whose_fault(self) -> None:
        """Open on the picture, the network's answer and the question."""
        step, classes = self.story, fit_names(self.classes)
        caption = in_aside(
            ("label", Words(classes[step.label], x_height=SMALL, colour=TRUTH)),
            ("network", Words(classes[step.prediction], x_height=SMALL, colour=ACTIVATION)),
        )
        sure = float(step.a[self.out][step.label]) >= 0.5
        variant = "text" if not step.right else "right" if sure else "unsure"
        with self.beat("question", variant, self.words):
            self.play(FadeIn(self.digit, caption), run_time=QUICK)
            self.ask()

    def error_at_the_output(self) -> None:
        """Output minus label, ten times: what is missing or too much is the blame."""
        step = self.story
        blame = Quantity.of(step, f"delta{self.out}[{step.label}]")
        self.blames = blames = OutputBlame(step, self.table)
        near = abs(blame.value) < 0.005
        variant = "near" if near else "text"
        if self.softmax:
            variant = "softmax-near" if near else "softmax"
        with self.beat("error-at-the-output", variant, self.words, keep=(self.digit,), blame=blame):
            self.play(FadeIn(self.table.names), blames.bars.animate_growth(), run_time=STEADY)
            self.play(FadeIn(blames.outputs, blames.heads[0]), run_time=STEADY)
            self.hold()
            self.play(FadeIn(blames.labels, blames.targets, blames.heads[1]), run_time=STEADY)
            self.hold()
            self.heading = Heading("{{delta_o : blame}} = {{o : output}} - {{l : label}}")
            self.play(FadeIn(self.heading), blames.gaps.animate_growth(0.05), run_time=STEADY)
            self.hold()
            self.add(blames.axis)
            self.play(blames.animate_gaps(), FadeIn(blames.heads[2]), run_time=1.2 * SLOW)
            self.play(Create(blames.box), run_time=QUICK)
            self.hold()

    def why_just_that(self) -> None:
        """The chain rule on the output of the label: the slope of the output cancels."""
        step, at, blames = self.story, self.story.label, self.blames
        squared = Quantity.of(squared_error_blame, self.trace, step, at)
        blame = Quantity.of(step, f"delta{self.out}[{at}]")
        figures: Figures = {"squared": squared, "blame": blame, **self.words}
        chain = ChainRule(self.trace, step, self.blames.free)
        tiny = abs(squared.value) < 0.0005
        variant = "softmax" if self.softmax else "tiny" if tiny else "text"
        variant += "-tiny" if self.softmax and tiny else ""
        keep = (self.digit, self.heading, self.table.names, blames.blames, blames.box)
        with self.beat("why-just-that", variant, figures, keep=keep):
            self.play(blames.animate_column(at), run_time=STEADY)
            self.play(FadeIn(chain.nodes), *map(GrowArrow, chain.arrows), run_time=STEADY)
            self.play(FadeIn(chain.output_slope), run_time=QUICK)
            self.hold()
            self.play(FadeIn(chain.loss_slope), run_time=QUICK)
            self.hold()
            self.play(FadeIn(chain.times), run_time=QUICK)
            self.play(LaggedStart(*map(Create, chain.strokes), lag_ratio=0.5), run_time=STEADY)
            self.play(FadeIn(chain.result), run_time=QUICK)
            self.hold()
            for name, bar, number in chain.compared:
                self.play(FadeIn(name), bar.animate_growth(), run_time=STEADY)
                self.play(FadeIn(number), run_time=QUICK)
                self.hold()

    def blame_times_activity(self) -> None:
        """The outer product of blame and activity, grown from its two edges; two of its cells."""
        step, layer, at, h = self.story, self.out, self.story.label, self.symbol(self.hidden)
        self.cell, quiet = (
            (at, chosen(step, self.hidden)) for chosen in (most_active, least_active)
        )
        product, words = self.outer_product()
        self.account, loud = accounts_of_pushes(step, layer, quiet, self.cell)
        figures = {
            "push": Quantity.of(push, step, layer, *self.cell),
            "quiet_push": Quantity.of(push, step, layer, *quiet),
        }
        keep = (self.digit, self.heading, self.table.names, self.blames.blames)
        with self.beat("blame-times-activity", given=figures, keep=keep):
            product.set_grown(0)
            self.play(
                self.heading.animate_to(
                    f'"push" = - {{{{delta_o : blame}}}} thin {{{{{h}^top : output}}}}'
                ),
                FadeIn(product, words),
                self.blames.blames.animate.set_color(BLAME),
            )
            self.hold()
            self.play(product.animate_growth(run_time=SLOW))
            self.hold()
            self.play(*product.animate_highlight(*quiet), FadeIn(self.account), run_time=STEADY)
            self.hold()
            self.play(
                *product.animate_highlight(*self.cell),
                *self.account.animate_to(loud),
                run_time=STEADY,
            )
            self.hold()

    def outer_product(self) -> tuple[OuterProduct, VGroup]:
        """Minus blame times activity as a heat map beside the column of blame, and its words."""
        step, rows, room = self.story, self.table.rows, self.blames.free
        blame, h = (Values.of(step, f"{name}") for name in (f"delta{self.out}", f"a{self.hidden}"))
        inputs = h.values.size
        product = OuterProduct(
            blame,
            h,
            Values.of(step, pushes, self.out),
            cell=((room.width - 0.34) / inputs, rows.pitch),
            shape=False,
            brackets=False,
        )
        corner = np.array([room.right, rows.bottom, 0.0])
        product.shift(corner - product.product.image.get_corner(DOWN + RIGHT))
        activity = Words("activity", x_height=SMALL, colour=ACTIVATION)
        activity.next_to(product.row.image, UP, buff=0.1).align_to(corner, RIGHT)
        head = self.table.head("blame", self.blames.blames.get_x(), BLAME)
        sizes = layer_sizes(self.trace)
        count = phrase("{} × {} weights", sizes[self.out], sizes[self.hidden])
        size = Words(count, x_height=SMALL, colour=DIM)
        return product, VGroup(head, activity, *at_foot(size))

    def the_step(self) -> None:
        """One weight: its push, the small part of it that is taken, and where it is then."""
        step, layer, cell = self.story, self.out, self.cell
        path, h = f"[{cell[0]},{cell[1]}]", self.symbol(self.hidden)
        figures: Figures = {
            "weight": Quantity.of(step, f"W{layer}{path}"),
            "change": Quantity.of(weight_change, step, layer, *cell),
            "weight_after": Quantity.of(step, f"W{layer}_after{path}"),
            "pictures": self.batch,
        }
        way = WeightStep(step, layer, cell, self.online)
        started = "momentum" if step.step else "momentum-first"
        batch = started if self.trace.recipe.momentum else "batch"
        size = abs(push(step, layer, *cell))
        online = "text" if size >= 0.05 else "small" if size >= 0.005 else "still"
        keep = (self.digit, self.heading, self.account)
        with self.beat("the-step", online if self.online else batch, figures, keep=keep):
            product = f"{{{{delta_o : blame}}}} thin {{{{{h}^top : output}}}}"
            self.play(
                self.heading.animate_to(self.change_of(f"{h} o", product)),
                FadeIn(way.title, way.line, way.dot, way.before, *self.terms("mu v", "lambda W")),
            )
            self.play(GrowArrow(way.push), run_time=STEADY)
            source = self.account.numbers[-1]
            self.play(TransformFromCopy(source, way.push_number), run_time=STEADY)
            self.hold()
            self.play(FadeIn(way.rate), run_time=QUICK)
            self.hold()
            self.play(TransformFromCopy(way.push, way.small), run_time=STEADY)
            self.play(FadeIn(way.lens, way.line_below, way.dot_below), run_time=STEADY)
            self.play(GrowArrow(way.change), run_time=STEADY)
            self.play(FadeIn(way.change_number), run_time=QUICK)
            self.play(way.dot_below.animate.move_to(way.end), run_time=STEADY)
            self.play(FadeIn(way.sum), run_time=QUICK)
            self.hold()

    def blame_flows_back(self) -> None:
        """Blame goes back along the same edges; a neuron's own slope lets it through, or not."""
        step, trace, hidden, h = self.story, self.trace, self.hidden, self.symbol(self.hidden)
        open_ = most_blamed(step, hidden)
        found = most_muffled(trace, step, hidden)
        muffled = None if found == open_ else found
        output = Values.of(step, f"delta{self.out}")
        arrived = Values.of(arriving_blames, trace, step, hidden)
        scale = max(get_scale(arrived.values), get_scale(output.values))
        self.diagram = diagram = self.draw_network()
        kind = "sigmoid" if self.sigmoid else "relu"
        # If the only one that is saturated is the one with most blame, nothing is said of it.
        variant = kind if muffled is not None else "none" if found is None else "only"
        variant += "" if self.online else "-batch"
        figures = {"most": phrase("{}", Quantity.of(most_blamed, step, hidden))}
        if muffled is not None:
            figures["muffled"] = phrase("{}", Quantity.of(most_muffled, trace, step, hidden))
        with self.beat("blame-flows-back", variant, figures, keep=(self.digit, self.heading)):
            w = f"W_({h} o)^top"
            back = f"{{{{delta_({h}) : hidden}}}} = {{{{{w} : rest}}}} {{{{delta_o : blame}}}}"
            self.play(self.heading.animate_to(back), FadeIn(diagram))
            self.play(diagram.animate_blame(self.out, output, scale))
            edges = Values.of(step, blamed_edges, self.out)
            light = get_scale(edges.values)
            self.play(diagram.animate_flow(self.out, edges, light, backward=True))
            self.play(diagram.animate_blame(hidden, arrived, scale), run_time=STEADY)
            self.hold()
            slope = f"{h} (1 - {h})" if self.sigmoid else f"[{h} > 0]"
            slope += " \\/ (1 - p)" if any(trace.recipe.dropout) else ""
            self.play(
                self.heading.animate_to(f"{back} ⊙ {{{{{slope} : output}}}}"),
                diagram.animate_blame(hidden, Values.of(step, f"delta{hidden}"), scale),
                *map(FadeIn, self.terms("p")),
            )
            self.hold()
            for index, up in ((muffled, 0.95), (open_, 0.48)):
                if index is not None:
                    account = account_of_blame(trace, step, hidden, index)
                    account.move_corner(stage.BODY.at(1.0, up), RIGHT)
                    light_up = diagram.animate_highlight(hidden, index)
                    self.play(light_up, FadeIn(account), run_time=STEADY)
                    self.hold(1.5 * STEADY)

    def draw_network(self) -> NetworkDiagram:
        """The whole network as the step found it: its edges and how much each neuron fired."""
        step, classes, body = self.story, self.classes, stage.BODY
        short = all(len(name) < 3 for name in classes)
        diagram = NetworkDiagram(
            layer_sizes(self.trace),
            {layer: Values.of(step, f"W{layer}") for layer in step.W},
            width=0.5 * body.width,
            height=body.height - 0.6,
            classes=classes if short else (),
        )
        diagram.align_to(body.at(0.0, 1.0), UP).align_to(body.at(0.0, 0.0), LEFT)
        for layer, values in step.a.items():
            most = max(1.0, float(values.max()))
            diagram.set_activations(layer, Values.of(step, f"a{layer}"), most)
        for layer in range(1, self.out):
            diagram.field(layer).set_dim(0.3)
        return diagram

    def the_change_is_the_picture(self) -> None:
        """Every hidden neuron's change is the picture, scaled by its blame."""
        step, diagram, h = self.story, self.diagram, self.symbol(1)
        wall = Gallery(step, push_picture, "delta1", colour=BLAME)
        legend = LessAndMore().align_to(stage.ASIDE.at(0.0, 0.9), UP + LEFT)
        shown, count = len(wall.neurons), step.a[1].size
        figures: Figures = {"shown": wall.count, "all": layer_sizes(self.trace)[1], **self.words}
        variant = ("text" if shown == count else "some") if self.online else "batch"
        changes, field = Values.of(step, pushes, 1), diagram.field(1)
        keep = (self.digit, self.heading, diagram)
        with self.beat("the-change-is-the-picture", variant, figures, keep=keep):
            every = diagram.animate_highlight(self.hidden, None, run_time=STEADY)
            self.play(every, field.animate_dim(1.0))
            product = f"{{{{delta_({h}) : blame}}}} thin {{{{x^top : output}}}}"
            self.play(
                self.heading.animate_to(self.change_of(f"x {h}", product), run_time=SLOW),
                field.animate_flow(
                    changes, get_scale(changes.values), backward=True, run_time=SLOW
                ),
                *map(FadeIn, self.terms("mu v", "lambda W")),
                run_time=SLOW,
            )
            first, blame = wall.pictures[0], wall.numbers[0]
            home = blame.copy(), first.copy()
            first.scale(3.4 / max(first.width, first.height)).move_to(stage.BODY.centre)
            blame.next_to(first, DOWN, buff=GAP)
            self.play(FadeOut(diagram), FadeIn(legend, first.frame, blame), run_time=STEADY)
            self.play(CopyTo(self.digit, [first]), run_time=STEADY)
            self.hold()
            self.play(
                first.animate.replace(home[1]), blame.animate.replace(home[0]), run_time=STEADY
            )
            self.play(FadeIn(wall.frames[1:]), run_time=QUICK)
            self.play(CopyTo(self.digit, wall.pictures[1:]), run_time=1.5 * SLOW)
            self.play(FadeIn(wall.numbers[1:], wall.note), run_time=QUICK)
            self.hold()

    def the_same_again(self) -> None:
        """The same picture, with the new weights: every output before and after."""
        # Also where the step dropped neurons out, both moments are seen by the whole network.
        before, after = (
            self.trace.see(self.story.picture, at=self.story.step + more) for more in (0, 1)
        )
        again = Comparison(before, after, self.table)
        nearer = Quantity.of(outputs_nearer, before, after)
        figures: Figures = {"after": after, "nearer": nearer, **self.words}
        error, then = (float(view["error"]) for view in (before, after))
        variant = "text" if then < error else "worse"
        if then < 0.00005:
            variant = "tiny" if error < 0.00005 else "gone"
        with self.beat("again", variant, figures, moment=before, keep=(self.digit,)):
            self.play(FadeIn(self.table.names), again.bars.animate_growth(), run_time=STEADY)
            self.play(FadeIn(again.befores, again.heads[0], again.errors[0]), run_time=STEADY)
            self.hold()
            self.add(again.outlines)
            self.now_at(after)
            self.play(again.bars.animate_to(after), run_time=SLOW)
            self.play(FadeIn(again.afters, again.heads[1]), run_time=STEADY)
            self.play(FadeIn(again.ticks, again.errors[1]), run_time=STEADY)
            self.hold()

    def so_many_times(self) -> None:
        """The whole run: its pictures, the count of its steps, and the error going down."""
        trace = self.trace
        curve = RunCurve(trace, mean_errors, mean_error, "mean error")
        first, last = curve.first.settled, curve.last.settled
        figures: Figures = {
            "steps": Quantity.of(count_steps, trace),
            "first": first,
            "last": last,
            "pictures": self.batch,
        }
        variant = ("text" if self.online else "batch") if last.value < first.value else "worse"
        variant = variant if trace.steps > 1 else "one"
        pictures = [Values.of(self.story, "x"), *self.pictures_seen(FLICKERS)]
        with self.beat("so-many-times", variant, figures, moment=trace, keep=(self.digit,)):
            self.play(FadeIn(curve.plot, curve.steps, curve.count, curve.first), run_time=STEADY)
            self.play(*curve.animate_growth(), Flicker(self.digit, pictures), run_time=3 * SLOW)
            if trace.steps > 1:
                self.play(FadeIn(curve.last), run_time=QUICK)
            self.hold()

    def pictures_seen(self, count: int) -> list[Values]:
        """Pictures of the run, evenly spaced over the steps that are recorded."""
        index = self.trace.arrays["index"]
        seen = (int(index[at][0]) for at in np.linspace(0, len(index) - 1, count).astype(int))
        views = (self.tell_of(self.trace.see(("train", image))) for image in seen)
        return [Values.of(view, "x") for view in views]

    def everybodys(self) -> None:
        """The answer."""
        with self.beat("answer"):
            self.answer("Everybody's, each by its share: its activity times the blame behind it.")


class ChainRule:
    """From the sum z of the right output to its share of the loss C, slope by slope."""

    def __init__(self, trace: Trace, step: Step, room: stage.Region) -> None:
        self.room, at = room, step.label
        signed: dict[str, Any] = {"sign": True, "colour": BLAME}
        slope, loss = Number(output_slope, step, at), Number(loss_slope, trace, step, at, sign=True)
        blame = Number(step, f"delta{step.layers}[{at}]", **signed)
        equals = agree("a * b = c", (slope, loss, blame), decimals=(3, 4), mark=False)
        softmax = trace.recipe.activations[-1] == "softmax"
        self._add_nodes()
        self.output_slope = self._factor(
            0.27, "{{o : gone}} (1 - o)" if softmax else "{{o (1 - o) : gone}}", slope
        )
        self.loss_slope = self._factor(
            0.73, "(-1) / {{o : gone}}" if softmax else "(o - l) / {{o (1 - o) : gone}}", loss
        )
        self.times = VGroup(*(Formula("times").move_to(room.at(0.5, y)) for y in (0.66, 0.46)))
        gone = (self.loss_slope[0].select("gone"), self.output_slope[0].select("gone"))
        self.strokes = VGroup(*(stroke_out(part) for part in gone))
        difference = "= {{o : output}} - {{l : label}}"
        colours = {"output": ACTIVATION, "label": TRUTH}
        self.result = row(Formula(difference, colours=colours), Formula(equals), blame)
        self.result.move_to(room.at(0.5, 0.29))
        # Both blames in as many decimals, on one scale.
        signed |= {"decimals": len(blame.text.partition(".")[2]), "x_height": SMALL}
        exact = Number(step, f"delta{step.layers}[{at}]", **signed)
        squared = Number(squared_error_blame, trace, step, at, **signed)
        # Figures stand right of the line of zero, all of them in the room.
        self.zero = min(room.at(0.7, 0)[0], room.right - 0.2 - max(exact.width, squared.width))
        names = [Words(n, x_height=SMALL, colour=DIM) for n in ("cross-entropy", "squared error")]
        left = self.zero - room.at(0.03, 0)[0] - max(words.width for words in names) - 0.2
        longest = get_scale(np.array([n.settled.value for n in (exact, squared)]))
        unit = min(0.17 * room.width, left) / longest
        self.compared = [
            self._measure(words, number, unit, up)
            for words, number, up in zip(names, (exact, squared), (0.13, 0.02), strict=True)
        ]

    def _add_nodes(self) -> None:
        """z, o and C in circles, and the arrows between them."""
        self.nodes, self.arrows = VGroup(), []
        places = [self.room.at(across, 0.88) for across in (0.08, 0.5, 0.92)]
        for place, letter, colour in zip(places, "zoC", (TEXT, ACTIVATION, BLAME), strict=True):
            circle = Circle(0.38, color=colour, stroke_width=2.5).move_to(place)
            self.nodes.add(circle, Formula(letter, colour=colour).move_to(circle))
        for start, end in pairwise(places):
            way = end - start
            self.arrows.append(arrow(start + 0.5 * RIGHT, way - RIGHT, DIM))

    def _factor(self, across: float, source: str, value: Number) -> VGroup:
        """A slope below its arrow, and its value."""
        formula = Formula(source).move_to(self.room.at(across, 0.66))
        return VGroup(formula, value.move_to(self.room.at(across, 0.46)))

    def _measure(
        self, words: Words, number: Number, unit: float, up: float
    ) -> tuple[VGroup, Bar, Number]:
        """A blame's name with a piece of the line of zero, its bar, and the blame in figures."""
        words.align_to(self.room.at(0.03, up), LEFT).shift(
            (self.room.at(0, up)[1] - words.baseline) * UP
        )
        zero = np.array([self.zero, self.room.at(0, up)[1] + 0.75 * SMALL, 0.0])
        number.next_to(zero, RIGHT, buff=0.2).shift((words.baseline - number.baseline) * UP)
        line = Line(zero + 0.26 * UP, zero + 0.26 * DOWN, color=FAINT)
        return VGroup(words, line), Bar(number.settled, unit, zero, BLAME), number


def accounts_of_pushes(step: Step, layer: int, *cells: tuple[int, int]) -> list[Account]:
    """What pushes certain weights, an account of each; below the digit."""
    look: dict[str, Any] = {"x_height": SMALL}
    lines = []
    for i, j in cells:
        made = Number(push, step, layer, i, j, sign=True, **look)
        lines.append(
            (
                Number(step, f"delta{layer}[{i}]", sign=True, colour=BLAME, **look),
                Number(step, f"a{layer - 1}[{j}]", colour=ACTIVATION, **look),
                made.set_color(signed_colour(made.settled.value)),
            )
        )
    agree("-a * b = c", *lines, decimals=(3, 4))
    accounts = (
        Account(
            phrase("neuron {}", Quantity.of(neuron, step, layer - 1, j)),
            *zip(("blame", "activity", "push"), line, strict=True),
            width=3.1,
        )
        for (_, j), line in zip(cells, lines, strict=True)
    )
    return [account.move_corner(stage.ASIDE.at(0.0, 1.0)) for account in accounts]


def account_of_blame(trace: Trace, step: Step, layer: int, index: int) -> Account:
    """What one hidden neuron makes of the blame that comes back to it."""
    where = (trace, step, layer, index)
    look: dict[str, Any] = {"x_height": SMALL}
    fires = Number(step, f"a{layer}[{index}]", colour=ACTIVATION, decimals=3, **look)
    account = Account(
        phrase("neuron {}", Quantity.of(neuron, step, layer, index)),
        ("arrives", Number(arriving_blame, *where, sign=True, colour=BLAME, **look)),
        ("slope", Number(hidden_slope, *where, **look)),
        ("blame", Number(step, f"delta{layer}[{index}]", sign=True, colour=BLAME, **look)),
        relation="a * b = c",
        decimals=(3, 4),
        width=3.75,
    )
    fires.shift((account.numbers[0].point[0] - fires.point[0]) * RIGHT)
    account.add(fires.shift((account.title.baseline - fires.baseline) * UP))
    return account


def stroke_out(part: VGroup) -> Line:
    """A stroke through what cancels."""
    ends = part.get_corner(DOWN + LEFT), part.get_corner(UP + RIGHT)
    return Line(*ends, color=TRUTH, stroke_width=2)
