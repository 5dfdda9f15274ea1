"""Backpropagation: how the error at the output becomes a change of every weight."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
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
    Dot,
    FadeIn,
    FadeOut,
    Group,
    GrowArrow,
    GrowFromEdge,
    LaggedStart,
    Line,
    ManimColor,
    Rectangle,
    ReplacementTransform,
    SurroundingRectangle,
    Transform,
    TransformFromCopy,
    VGroup,
    VMobject,
    linear,
    smooth,
)
from manim.typing import Point3D

from network.step import Step
from network.trace import Trace
from network.view import View
from scenes.kit.account import Account
from scenes.kit.allow import allow
from scenes.kit.arrays import Floats
from scenes.kit.chapter import Chapter
from scenes.kit.claims import claim_length, claim_points
from scenes.kit.diagram import NetworkDiagram
from scenes.kit.digit import Digit, Picture, PixelImage
from scenes.kit.figures import quantities
from scenes.kit.findings import (
    arriving_blame,
    arriving_blames,
    blamed_edges,
    hidden_slope,
    least_active,
    loss_slope,
    magnification,
    mean_error,
    mean_errors,
    most_active,
    most_blamed,
    most_muffled,
    output_slope,
    outputs_nearer,
    push,
    push_picture,
    pushes,
    ramp,
    squared_error_blame,
    steps_in_all,
    weight_change,
)
from scenes.kit.ledger import Quantity, Values, written
from scenes.kit.matrix import HeatMatrix
from scenes.kit.motion import Change, CopyTo
from scenes.kit.narration import in_words, with_article
from scenes.kit.number import Derived, Number, align_points
from scenes.kit.style import (
    ACTIVATION,
    BLAME,
    DIM,
    FAINT,
    GAP,
    LARGE,
    NEGATIVE,
    POSITIVE,
    QUICK,
    SLOW,
    SMALL,
    STEADY,
    TEXT,
    TRUTH,
)
from scenes.kit.suits import reason_of_activations, reason_of_loss
from scenes.kit.typeset import Formula, Words, row

DIGIT_CENTRE = 5.4 * LEFT + 0.55 * UP
DIGIT_SIZE, SMALL_DIGIT = 2.3, 1.5  # the small one beside long names of classes
FORMULA_PLACE = 3.08 * UP + 1.3 * RIGHT
TOP, ROW = 1.75, 0.52  # height of the first of ten rows, and from row to row
NAMES, LONG_NAMES = -2.75, -2.3  # right ends of the classes' names
EDGE = 6.55  # right end of what stands in the rows
MOST_PICTURES = 20


COLOURS = {
    "blame": BLAME,
    "hidden": BLAME,
    "output": ACTIVATION,
    "label": TRUTH,
    "rest": TEXT,
}
"""Colours of the parts of formulas, by the names they have there."""


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
        self.batch = recipe.batch_size or len(self.trace.dataset.train)
        self.classes = self.trace.classes

    def change_of(self, name: str, product: str) -> str:
        """The formula of a weight's change, with all that the recipe adds to the push."""
        recipe = self.trace.recipe
        mean = "" if self.online else '"mean" med '
        asked = f"{mean}{product}"
        if recipe.weight_decay:
            asked = f"lr(( {asked} + lambda W ))"
        momentum = " + mu v" if recipe.momentum else ""
        return f"Delta W_({name}) = - eta thin {asked}{momentum}"

    def further_terms(self) -> VGroup:
        """What the formula's terms beside the push are called, above the digit."""
        recipe = self.trace.recipe
        terms = (
            ("mu v", "momentum", recipe.momentum),
            ("lambda W", "decay", recipe.weight_decay),
        )
        there = [(source, name) for source, name, setting in terms if setting]
        lines = above_digit(*(Formula(source, x_height=SMALL, colour=DIM) for source, _ in there))
        for line, (_, name) in zip(lines, there, strict=True):
            words = Words(name, x_height=SMALL, colour=DIM)
            words.shift((line.baseline - words.baseline) * UP)
            line.add(words.align_to([1.0 - EDGE, 0, 0], LEFT))
        return lines

    def symbol(self, layer: int) -> str:
        """What a layer is called: x the picture, o the output, h (or h_1, h_2) between."""
        if layer in (0, self.out):
            return "x" if layer == 0 else "o"
        return "h" if self.out == 2 else f"h_{layer}"

    # Beats

    def whose_fault(self) -> None:
        """Open on the picture, the network's answer and the question."""
        step = self.story
        self.rows = ClassRows(self.classes, step.label)
        self.digit = Picture(step, "x", size=DIGIT_SIZE).move_to(DIGIT_CENTRE)
        caption = VGroup(
            row(
                Words("label", x_height=SMALL, colour=DIM),
                Words(self.classes[step.label], x_height=SMALL, colour=TRUTH),
            ),
            row(
                Words("network", x_height=SMALL, colour=DIM),
                Words(self.classes[step.prediction], x_height=SMALL, colour=ACTIVATION),
            ),
        )
        caption.arrange(DOWN, buff=0.25, aligned_edge=LEFT)
        caption.next_to(self.digit, DOWN, buff=0.3, aligned_edge=LEFT)
        sure = float(step.a[self.out][step.label]) >= 0.5
        variant = "text" if not step.right else "right" if sure else "unsure"
        with self.beat("question", variant, **self.words()):
            self.play(FadeIn(self.digit, caption), run_time=QUICK)
            self.ask()
        smaller = self.digit.animate.set(width=self.digit_size).align_to(self.digit, LEFT)
        self.play(smaller, FadeOut(caption), run_time=QUICK)

    @property
    def digit_size(self) -> float:
        """Small beside long names."""
        return SMALL_DIGIT if self.rows.wide else DIGIT_SIZE

    def words(self) -> dict[str, str]:
        """What the picture is called in the narration."""
        word = in_words(self.classes[self.story.label])
        return {"it": word, "an_it": with_article(word)}

    def error_at_the_output(self) -> None:
        """Output minus label, ten times: what is missing or too much is the blame."""
        step = self.story
        figures = {"blame": Quantity.recorded(step, f"delta{self.out}[{step.label}]")}
        self.blames = blames = OutputBlame(step, self.rows)
        variant = "softmax" if self.softmax else "text"
        with self.beat("error-at-the-output", variant, **figures, **self.words()):
            self.play(
                FadeIn(self.rows.names, blames.heads[0]),
                LaggedStart(*map(grow, blames.bars), lag_ratio=0.08),
                LaggedStart(*map(FadeIn, blames.outputs), lag_ratio=0.08),
                run_time=STEADY,
            )
            self.hold()
            self.play(FadeIn(blames.labels, blames.ticks, blames.heads[1]), run_time=STEADY)
            self.hold()
            self.formula = formula("{{delta_o : blame}} = {{o : output}} - {{l : label}}")
            self.play(
                FadeIn(self.formula),
                LaggedStart(*map(grow, blames.gaps), lag_ratio=0.05),
                run_time=STEADY,
            )
            self.hold()
            self.add(blames.axis)
            self.play(blames.animate_gaps(), FadeIn(blames.heads[2]), run_time=1.2 * SLOW)
            for row_of_numbers in zip(blames.outputs, blames.labels, blames.blames, strict=True):
                self.relate("a - b = c", *row_of_numbers)
            self.play(Create(blames.box), run_time=QUICK)
            self.hold()

    def why_just_that(self) -> None:
        """The chain rule on the output of the label: the slope of the output cancels."""
        step, at, blames = self.story, self.story.label, self.blames
        figures = {
            "squared": Quantity.derived(squared_error_blame, self.trace, step, at),
            "blame": Quantity.recorded(step, f"delta{self.out}[{at}]"),
        }
        chain = ChainRule(self.trace, step, self.rows)
        tiny = abs(figures["squared"].value) < 0.0005
        variant = "softmax" if self.softmax else "tiny" if tiny else "text"
        variant += "-tiny" if self.softmax and tiny else ""
        with self.beat("why-just-that", variant, **figures, **self.words()):
            self.play(FadeOut(blames.rest), run_time=QUICK)
            self.play(blames.animate_column(self.rows, at), run_time=STEADY)
            self.play(FadeIn(chain.nodes), *map(grow, chain.arrows), run_time=STEADY)
            self.play(FadeIn(chain.output_slope), run_time=QUICK)
            self.hold()
            self.play(FadeIn(chain.loss_slope), run_time=QUICK)
            self.hold()
            self.play(FadeIn(chain.times), run_time=QUICK)
            self.play(LaggedStart(*map(Create, chain.strokes), lag_ratio=0.5), run_time=STEADY)
            self.play(FadeIn(chain.result), run_time=QUICK)
            factors = (chain.output_slope[1], chain.loss_slope[1])
            self.relate(f"a * b {chain.equals} c", *factors, chain.result[-1])
            self.hold()
            self.play(FadeIn(chain.exact), grow(chain.exact_bar), run_time=STEADY)
            self.hold()
            self.play(FadeIn(chain.squared), grow(chain.squared_bar), run_time=STEADY)
            self.hold()
        self.play(FadeOut(chain, blames.box), run_time=QUICK)

    def blame_times_activity(self) -> None:
        """The outer product of blame and activity, grown from its two edges; two of its cells."""
        step, layer, at = self.story, self.out, self.story.label
        self.cell = (at, most_active(step, self.hidden))
        quiet = (at, least_active(step, self.hidden))
        product = Pushes(step, self.rows)
        self.account, loud = accounts_of_pushes(step, layer, quiet, self.cell)
        figures = {
            "push": Quantity.derived(push, step, layer, *self.cell),
            "quiet_push": Quantity.derived(push, step, layer, *quiet),
        }
        with self.beat("blame-times-activity", **figures):
            h = self.symbol(self.hidden)
            self.change_formula(
                f'"push" = - {{{{delta_o : blame}}}} thin {{{{{h}^top : output}}}}',
                FadeIn(product.blame_cells, product.activity, product.words),
                self.blames.blames.animate.set_color(BLAME),
            )
            self.hold()
            self.play(product.map.animate_growth(run_time=SLOW))
            self.hold()
            box = product.box(*quiet)
            self.play(
                FadeIn(box, self.account),
                # Long names would stand in the account's way.
                *([FadeOut(self.rows.names)] if self.rows.wide else []),
                run_time=STEADY,
            )
            self.hold()
            self.play(
                Transform(box, product.box(*self.cell)),
                *self.account.animate_to(loud),
                run_time=STEADY,
            )
            self.relate("-a * b = c", *self.account.numbers)
            self.hold()
        gone = [product, box, self.blames.blames]
        self.play(FadeOut(*gone, *([] if self.rows.wide else self.rows.names)), run_time=QUICK)

    def the_step(self) -> None:
        """One weight: its push, the small part of it that is taken, and where it is then."""
        step, layer, cell = self.story, self.out, self.cell
        path = f"W{layer}[{cell[0]},{cell[1]}]"
        figures = {
            "weight": Quantity.recorded(step, path),
            "change": Quantity.derived(weight_change, step, layer, *cell),
            "weight_after": Quantity.recorded(step, path.replace("[", "_after[")),
            "pictures": f"{self.batch:,}",
        }
        way, terms = StepOfAWeight(step, layer, cell, self.online), self.further_terms()
        started = "momentum" if step.step else "momentum-first"
        batch = started if self.trace.recipe.momentum else "batch"
        online = "text" if abs(push(step, layer, *cell)) >= 0.005 else "still"
        with self.beat("the-step", online if self.online else batch, **figures):
            h = self.symbol(self.hidden)
            self.change_formula(
                self.change_of(f"{h} o", f"{{{{delta_o : blame}}}} thin {{{{{h}^top : output}}}}"),
                FadeIn(way.name, way.line, way.dot, way.before, *terms),
            )
            source = self.account.numbers[-1]
            self.play(grow(way.push), TransformFromCopy(source, way.push_number), run_time=STEADY)
            self.hold()
            self.play(FadeIn(way.rate), run_time=QUICK)
            self.hold()
            self.play(TransformFromCopy(way.push, way.small), run_time=STEADY)
            self.play(FadeIn(way.lens, way.line_below, way.dot_below), run_time=STEADY)
            self.play(grow(way.change), FadeIn(way.change_number), run_time=STEADY)
            self.play(
                way.dot_below.animate.move_to(way.end),
                FadeIn(way.sum),
                run_time=STEADY,
            )
            self.relate("a + b = c", way.sum[0], way.sum[1], way.sum[3])
            self.hold()
        self.play(FadeOut(way, self.account, *terms), run_time=QUICK)

    def blame_flows_back(self) -> None:
        """Blame goes back along the same edges; a neuron's own slope lets it through, or not."""
        step, trace, hidden = self.story, self.trace, self.hidden
        muffled, open_ = most_muffled(trace, step, hidden), most_blamed(step, hidden)
        arriving = arriving_blames(trace, step, hidden)
        scale = float(max(np.abs(arriving).max(), np.abs(step.delta[self.out]).max()))
        self.diagram = diagram = self.draw_network()
        if muffled == open_:
            muffled = None
        variant = ("sigmoid" if self.sigmoid else "relu") if muffled is not None else "none"
        variant += "" if self.online else "-batch"
        figures = {"most": str(open_), "muffled": str(muffled)}
        with self.beat("blame-flows-back", variant, **figures):
            h, w = self.symbol(hidden), f"W_({self.symbol(hidden)} o)^top"
            back = f"{{{{delta_({h}) : hidden}}}} = {{{{{w} : rest}}}} {{{{delta_o : blame}}}}"
            self.change_formula(back, FadeIn(diagram))
            output = Values.of(step, f"delta{self.out}")
            self.play(diagram.animate_blame(self.out, output, scale))
            edges = Values.of(step, blamed_edges, self.out)
            light = largest(edges.values)
            self.play(diagram.animate_flow(self.out, edges, light, backward=True))
            arrived = Values.of(arriving_blames, trace, step, hidden)
            self.play(diagram.animate_blame(hidden, arrived, scale), run_time=STEADY)
            self.hold()
            slope = f"{h} (1 - {h})" if self.sigmoid else f"[{h} > 0]"
            if any(trace.recipe.dropout):
                slope += f" \\/ {1 - trace.recipe.dropout[hidden - 1]:g}"
            self.change_formula(
                f"{back} ⊙ {{{{{slope} : output}}}}",
                diagram.animate_blame(hidden, Values.of(step, f"delta{hidden}"), scale),
            )
            self.hold()
            accounts = VGroup()
            for neuron, y in ((muffled, 1.75), (open_, -0.75)):
                if neuron is None:
                    continue
                account = account_of_blame(trace, step, hidden, neuron)
                accounts.add(account.move_corner([EDGE, y, 0], RIGHT))
                self.play(
                    diagram.animate_highlight(hidden, neuron), FadeIn(account), run_time=STEADY
                )
                self.relate("a * b = c", *account.numbers)
                self.hold(1.5 * STEADY)
        self.play(FadeOut(accounts), diagram.animate_highlight(hidden, None), run_time=QUICK)

    def draw_network(self) -> NetworkDiagram:
        """The whole network as the step found it: its edges and how much each neuron fired."""
        step = self.story
        short = all(len(name) < 3 for name in self.classes)
        diagram = NetworkDiagram(
            self.trace.sizes,
            {layer: Values.of(step, f"W{layer}") for layer in step.W},
            width=5.4,
            height=5.0,
            classes=self.classes if short else (),
        ).shift(1.03 * LEFT + 0.35 * DOWN)
        for layer, values in step.a.items():
            most = max(1.0, float(values.max()))
            diagram.set_activations(layer, Values.of(step, f"a{layer}"), most)
        for layer in range(1, self.out):
            diagram.field(layer).set_dim(0.3)
        return diagram

    def the_change_is_the_picture(self) -> None:
        """Every hidden neuron's change is the picture, scaled by its blame."""
        step, diagram = self.story, self.diagram
        wall, terms = Wall(step), self.further_terms()
        figures = {"shown": f"{len(wall.pictures)}", "all": f"{step.a[1].size:,}"}
        variant = "text" if step.a[1].size <= MOST_PICTURES else "some"
        variant = variant if self.online else "batch"
        with self.beat("the-change-is-the-picture", variant, **figures, **self.words()):
            h = self.symbol(1)
            changes = Values.of(step, pushes, 1)
            field = diagram.field(1).set_dim(1.0)
            self.change_formula(
                self.change_of(
                    f"x {h}", f"{{{{delta_({h}) : blame}}}} thin {{{{x^top : output}}}}"
                ),
                field.animate_flow(changes, largest(changes.values), backward=True, run_time=SLOW),
                *map(FadeIn, terms),
                run_time=SLOW,
            )
            first, blame = wall.pictures[0], wall.numbers[0]
            home = VGroup(blame.copy()), first.copy()
            first.set(width=3.4).move_to(1.3 * RIGHT + 0.1 * DOWN)
            blame.next_to(first, DOWN, buff=GAP)
            self.play(FadeOut(diagram), FadeIn(wall.legend, first.frame, blame), run_time=STEADY)
            self.play(CopyTo(self.digit, [first]), run_time=STEADY)
            self.hold()
            self.play(
                first.animate.replace(home[1]), blame.animate.replace(home[0]), run_time=STEADY
            )
            self.play(FadeIn(wall.frames), run_time=QUICK)
            self.play(CopyTo(self.digit, wall.pictures[1:]), run_time=1.5 * SLOW)
            self.play(FadeIn(wall.numbers[1:], wall.note), run_time=QUICK)
            self.hold()
        self.play(FadeOut(wall, self.formula, *terms), run_time=QUICK)

    def the_same_again(self) -> None:
        """The same picture, with the new weights: every output before and after."""
        # Also where the step dropped neurons out, both moments are seen by the whole network.
        before, after = (
            self.trace.see(self.story.picture, at=self.story.step + more) for more in (0, 1)
        )
        again = BeforeAndAfter(before, after, self.rows, self.digit)
        figures = {"after": after, "nearer": Quantity.derived(outputs_nearer, before, after)}
        variant = "text" if after.error < before.error else "worse"
        variant = "tiny" if max(before.error, after.error) < 0.00005 else variant
        with self.beat("again", variant, moment=after, **figures, **self.words()):
            self.play(
                FadeIn(self.rows.names, again.heads[0], again.befores, again.error_before),
                LaggedStart(*map(grow, again.bars), lag_ratio=0.08),
                run_time=STEADY,
            )
            self.hold()
            self.add(again.ghosts)
            self.play(again.animate_after(), FadeIn(again.heads[1]), run_time=SLOW)
            self.play(FadeIn(again.marks), FadeIn(again.error_now), run_time=STEADY)
            self.hold()
        self.play(FadeOut(again, self.rows.names), run_time=QUICK)

    def so_many_times(self) -> None:
        """The whole run: its pictures, the count of its steps, and the error going down."""
        trace = self.trace
        curve = ErrorCurve(self)
        figures = {
            "steps": Quantity.derived(steps_in_all, trace),
            "first": curve.first.quantity,
            "last": curve.last.quantity,
            "pictures": f"{self.batch:,}",
        }
        fell = curve.last.quantity.value < curve.first.quantity.value
        variant = ("text" if self.online else "batch") if fell else "worse"
        variant = variant if trace.steps > 1 else "one"
        with self.beat("so-many-times", variant, moment=trace, **figures):
            self.play(FadeIn(curve.axes, curve.count, curve.first), run_time=STEADY)
            pictures = [Values.of(self.story, "x"), *curve.pictures]
            self.play(
                Create(curve.line, rate_func=linear),
                curve.animate_count(),
                Flicker(self.digit, pictures),
                run_time=3 * SLOW,
            )
            if trace.steps > 1:
                self.play(FadeIn(curve.last), run_time=QUICK)
            self.hold()

    def everybodys(self) -> None:
        """The answer."""
        with self.beat("answer"):
            self.answer("Everybody's, each by its share: its activity times the blame behind it.")

    def change_formula(self, source: str, *others: Animation, run_time: float = STEADY) -> None:
        """Another formula on top; the parts that both have move to their new places."""
        new = allow(formula(source), "picture", because="what dropout divides by is a setting")
        old, moves, kept_old, kept_new = self.formula, [], set(), set()
        self.remove(old)
        for label in coloured(source):
            if label in coloured(old.source):
                before, after = old.select(label), new.select(label)
                kept_old |= set(before.submobjects)
                kept_new |= set(after.submobjects)
                moves.append(ReplacementTransform(before.copy(), after.copy()))
        rest_old = VGroup(*(part for part in old.submobjects if part not in kept_old))
        rest_new = VGroup(*(part for part in new.submobjects if part not in kept_new))
        self.play(FadeOut(rest_old), FadeIn(rest_new), *moves, *others, run_time=run_time)
        self.remove(rest_new, *(move.target_mobject for move in moves))
        self.add(new)
        self.formula = new


class ClassRows:
    """Ten rows, one for each class, with their names: the same in all beats that have them."""

    def __init__(self, classes: Sequence[str], label: int) -> None:
        self.names = VGroup()
        for index, name in enumerate(classes):
            words = Words(name, x_height=SMALL, colour=TRUTH if index == label else DIM)
            # On one baseline with the figures beside it.
            words.shift((self.at(index)[1] - 0.7 * SMALL - words.baseline) * UP)
            self.names.add(words.shift(words.get_right()[0] * LEFT))
        self.wide = self.names.width > 1.5  # the names are words rather than digits
        self.right = LONG_NAMES if self.wide else NAMES
        self.names.shift(self.right * RIGHT)
        self.zero = self.right + 0.2  # where bars begin that stand beside the names
        self.column = self.right + 0.97  # where the column of blame stands after the first beat

    def at(self, index: int, x: float = 0.0) -> Point3D:
        """A point in the row of a class."""
        return np.array([x, TOP - ROW * index, 0.0])

    def head(self, text: str, x: float, colour: ManimColor) -> Words:
        """The name of a column, above it."""
        words = Words(text, x_height=SMALL, colour=colour).move_to([x, 0, 0])
        return words.shift((TOP + 0.42 - words.baseline) * UP)


class OutputBlame(VGroup):
    """Output, label and blame of every class; the gap between bar and truth is the blame."""

    def __init__(self, step: Step, rows: ClassRows) -> None:
        super().__init__()
        self.columns, self.length, self.axis_x = self._lay_out(step.delta[step.layers], rows.zero)
        self._add_bars(step, rows)
        self._add_numbers(step, rows)
        ends = (rows.at(0, self.axis_x) + 0.3 * UP, rows.at(len(step.y) - 1, self.axis_x))
        self.axis = Line(ends[0], ends[1] + 0.3 * DOWN, color=FAINT)
        self.box = SurroundingRectangle(
            self.blames[step.label], color=TRUTH, buff=0.08, stroke_width=2.5
        )
        self.rest = VGroup(self.axis, self.bars, self.gaps, self.ticks, self.outputs, self.labels)
        self.rest.add(self.heads)
        self.add(self.rest, self.blames)

    @staticmethod
    def _lay_out(blame: Floats, zero: float) -> tuple[tuple[float, ...], float, float]:
        """Where the columns stand, how long an output of 1 is, and where the blame's zero is."""
        least, span = min(0.0, float(blame.min())), max(0.0, float(blame.max()))
        span -= least
        widths = (1.5, 1.0, 1.47)  # of the columns, by their names and numbers
        room = EDGE - zero - sum(widths)
        # Bars as long as fit, all on one scale; what they leave goes between the columns.
        length = min(2.2, (room - 4 * 0.36) / (1 + span))
        gap = min(0.7, (room - length * (1 + span)) / 4)
        places, x = [], zero + length
        for width in widths:
            places.append(x + gap + width / 2)
            x += gap + width
        return tuple(places), length, x + gap - length * least

    def _add_bars(self, step: Step, rows: ClassRows) -> None:
        """A bar for each output, a stroke where it should be, and the gap between the two."""
        self.bars, self.gaps, self.ticks, self._ways = VGroup(), VGroup(), VGroup(), []
        outputs, blames = (quantities(step, f"{name}{step.layers}") for name in ("a", "delta"))
        for index, wanted in enumerate(step.y):
            end = rows.at(index, rows.zero + self.length * float(wanted))
            zero = rows.at(index, rows.zero)
            self.bars.add(bar(outputs[index], self.length, zero, ACTIVATION))
            self.gaps.add(bar(blames[index], self.length, end, BLAME))
            self.ticks.add(Line(0.21 * UP, 0.21 * DOWN, color=TRUTH, stroke_width=4).move_to(end))
            self._ways.append(self.axis_x - float(end[0]))

    def _add_numbers(self, step: Step, rows: ClassRows) -> None:
        """The three columns with their heads."""
        columns = (
            ("output", ACTIVATION, f"a{step.layers}", {}),
            ("label", TRUTH, "y", {"decimals": 0, "colour": DIM}),
            ("blame", BLAME, f"delta{step.layers}", {"sign": True, "colour": BLAME}),
        )
        self.heads, groups = VGroup(), []
        for x, (name, colour, path, look) in zip(self.columns, columns, strict=True):
            self.heads.add(rows.head(name, x, colour))
            numbers = [Number(step, f"{path}[{index}]", **look) for index in range(len(step.y))]
            groups.append(
                VGroup(*(n.move_to(rows.at(index, x)) for index, n in enumerate(numbers)))
            )
            align_points(groups[-1])
        self.outputs, self.labels, self.blames = groups
        self.labels[step.label].set_color(TRUTH)

    def animate_gaps(self) -> Animation:
        """Row by row the gaps go over to the axis, where below zero is left, and are numbers."""
        rows = zip(self.gaps, self._ways, self.blames, strict=True)
        return LaggedStart(
            *(
                AnimationGroup(Slip(gap, way), FadeIn(number, rate_func=late))
                for gap, way, number in rows
            ),
            lag_ratio=0.3,
        )

    def animate_column(self, rows: ClassRows, label: int) -> Animation:
        """The column of blame moves beside the names, where it stays; all but one recede."""
        way = (rows.column - self.columns[2]) * RIGHT
        moves = [self.box.animate.shift(way)]
        for index, number in enumerate(self.blames):
            colour = BLAME if index == label else DIM
            moves.append(number.animate.shift(way).set_color(colour))
        return AnimationGroup(*moves)


class Slip(Animation):
    """A bar goes sideways along the foot of its row, thin, so that it covers no number."""

    def __init__(self, mobject: Rectangle, way: float, **options: Any) -> None:
        self.way = way
        super().__init__(mobject, rate_func=linear, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Be thin before the first number and as before after the last."""
        thin = smooth(min(1.0, 4.0 * alpha, 4.0 * (1.0 - alpha)))
        points = self.starting_mobject.points.copy()
        middle = self.starting_mobject.get_center()[1]
        points[:, 1] = middle + (points[:, 1] - middle) * (1 - 0.88 * thin) - thin * ROW / 2
        points[:, 0] += self.way * smooth(float(np.clip((alpha - 0.15) / 0.7, 0.0, 1.0)))
        self.mobject.set_points(points)


class ChainRule(VGroup):
    """From the sum z of the right output to its share of the loss C, slope by slope."""

    reach, height = 2.8, 1.75
    lines = (0.72, -0.3, -1.25)  # heights of the slopes, of their values and of the result
    compared = (-2.35, -3.0)

    def __init__(self, trace: Trace, step: Step, rows: ClassRows) -> None:
        super().__init__()
        self.centre = (rows.column + 0.75 + EDGE) / 2  # of what the column of blame leaves free
        blame = Quantity.recorded(step, f"delta{step.layers}[{step.label}]")
        decimals, about = agreeing(
            (output_slope(step, step.label), loss_slope(trace, step, step.label), blame.value)
        )
        self.equals = about or "="
        self._add_nodes()
        self._add_slopes(trace, step, decimals)
        look = {"sign": True, "decimals": decimals, "colour": BLAME}
        self.result = row(
            Formula(
                "= {{o : output}} - {{l : label}}",
                colours={"output": ACTIVATION, "label": TRUTH},
            ),
            Formula(self.equals),
            Number(step, blame.source, **look),
        ).move_to(self.at(0, self.lines[2]))
        exact = Number(step, blame.source, **look)
        squared = Derived(squared_error_blame, trace, step, step.label, **look)
        unit = 1.35 / largest(np.array([blame.value, squared.quantity.value]))
        self.exact, self.exact_bar = self._measure("cross-entropy", exact, unit, 0)
        self.squared, self.squared_bar = self._measure("squared error", squared, unit, 1)
        align_points([exact, squared])
        self.add(self.result, self.exact, self.exact_bar, self.squared, self.squared_bar)

    def at(self, x: float, y: float) -> Point3D:
        """A point, `x` from the middle of the free room."""
        return np.array([self.centre + x, y, 0.0])

    def _add_nodes(self) -> None:
        """z, o and C in circles, and the arrows between them."""
        self.nodes, self.arrows = VGroup(), []
        places = [self.at(x, self.height) for x in (-self.reach, 0, self.reach)]
        for place, letter, colour in zip(places, "zoC", (TEXT, ACTIVATION, BLAME), strict=True):
            circle = Circle(0.38, color=colour, stroke_width=2.5).move_to(place)
            self.nodes.add(circle, Formula(letter, colour=colour).move_to(circle))
        for start in places[:2]:
            self.arrows.append(arrow(start + 0.5 * RIGHT, (self.reach - 1.0) * RIGHT, DIM))
        self.add(self.nodes, *self.arrows)

    def _add_slopes(self, trace: Trace, step: Step, decimals: int) -> None:
        """The two slopes below their arrows, with their values, and what cancels."""
        at, softmax = step.label, trace.recipe.activations[-1] == "softmax"
        slope = "{{o : gone}} (1 - o)" if softmax else "{{o (1 - o) : gone}}"
        loss = "(-1) / {{o : gone}}" if softmax else "(o - l) / {{o (1 - o) : gone}}"
        look: dict[str, Any] = {"decimals": decimals}
        self.output_slope = VGroup(Formula(slope), Derived(output_slope, step, at, **look))
        self.loss_slope = VGroup(
            Formula(loss), Derived(loss_slope, trace, step, at, sign=True, **look)
        )
        for group, x in ((self.output_slope, -self.reach / 2), (self.loss_slope, self.reach / 2)):
            for part, y in zip(group, self.lines, strict=False):
                part.move_to(self.at(x, y))
        self.times = VGroup(*(Formula("times").move_to(self.at(0, y)) for y in self.lines[:2]))
        gone = (self.loss_slope[0].select("gone"), self.output_slope[0].select("gone"))
        self.strokes = VGroup(*(stroke_out(part) for part in gone))
        self.add(self.output_slope, self.loss_slope, self.times, self.strokes)

    def _measure(
        self, name: str, number: Number, unit: float, place: int
    ) -> tuple[VGroup, Rectangle]:
        """A blame with its name, right of a piece of the line of zero, and its bar."""
        y = self.compared[place]
        words = Words(name, x_height=SMALL, colour=DIM)
        words.move_to(self.at(0, y)).align_to(self.at(-3.05, y), LEFT)
        words.shift((y - 0.7 * SMALL - words.baseline) * UP)
        zero = self.at(1.6, y)
        number.next_to(zero, RIGHT, buff=0.2)
        line = Line(zero + 0.325 * UP, zero + 0.325 * DOWN, color=FAINT)
        return VGroup(words, number, line), bar(number.quantity, unit, zero, BLAME)


class Pushes(Group):
    """Minus blame times activity as a heat map, with blame at its left and activity on top."""

    def __init__(self, step: Step, rows: ClassRows) -> None:
        super().__init__()
        blame, h = step.delta[step.layers], step.a[step.layers - 1]
        left = rows.column + 1.18
        width, height = EDGE - left, ROW * len(blame)
        plain = {"brackets": False, "shape": False}
        shown = Values.of(step, pushes, step.layers)
        self.map = HeatMatrix(shown, width=width, height=height, **plain)
        middle = rows.at(len(blame) - 1)[1] / 2 + TOP / 2
        self.map.move_to([(left + EDGE) / 2, middle, 0])
        self.activity = HeatMatrix(
            h[None],
            width=width,
            height=0.3,
            signed=False,
            scale=max(1.0, float(h.max())),
            **plain,
        ).next_to(self.map, UP, buff=0.1)
        self.activity.image.set_values(Values.of(step, f"a{step.layers - 1}"))
        self.blame_cells = HeatMatrix(
            Values.of(step, f"delta{step.layers}"),
            width=0.25,
            height=height,
            signs=True,
            colour=BLAME,
            negative=BLAME,
            **plain,
        ).next_to(self.map, LEFT, buff=0.08)
        shape = (f"{len(blame)} × {len(h)}", "weights")
        words = Words("activity", x_height=SMALL, colour=ACTIVATION)
        words.next_to(self.activity, UP, buff=0.12, aligned_edge=RIGHT)
        self.words = VGroup(
            rows.head("blame", rows.column, BLAME),
            words,
            *above_digit(*(Words(text, x_height=SMALL, colour=DIM) for text in shape)),
        )
        self.add(self.map, self.activity, self.blame_cells, self.words)

    def box(self, row: int, column: int) -> VGroup:
        """Frames around a cell and the two values that it is made of."""
        places = (
            self.map.cell(row, column),
            self.activity.cell(0, column),
            self.blame_cells.cell(row, 0),
        )
        return VGroup(
            *(
                Rectangle(
                    width=max(place.width, 0.06) + 0.06, height=place.height + 0.06, color=TEXT
                )
                .set_stroke(width=2.5)
                .move_to(place.centre)
                for place in places
            )
        )


def accounts_of_pushes(step: Step, layer: int, *cells: tuple[int, int]) -> list[Account]:
    """What pushes certain weights, an account of each; at the left, below the digit."""
    blame, h = step.delta[layer], step.a[layer - 1]
    pushes = [Quantity.derived(push, step, layer, *cell) for cell in cells]
    decimals, about = agreeing(
        *((-blame[i], h[j], p.value) for (i, j), p in zip(cells, pushes, strict=True))
    )
    look: dict[str, Any] = {"decimals": decimals, "x_height": SMALL}
    accounts = []
    for (i, j), made in zip(cells, pushes, strict=True):
        colour = signed_colour(made.value)
        account = Account(
            f"neuron {j}",
            ("blame", Number(step, f"delta{layer}[{i}]", sign=True, colour=BLAME, **look)),
            ("activity", Number(step, f"a{layer - 1}[{j}]", colour=ACTIVATION, **look)),
            (
                "push",
                Derived(push, step, layer, i, j, sign=True, before=about, colour=colour, **look),
            ),
            width=3.3 if about or decimals > 3 else 3.0,
        )
        accounts.append(account.move_corner([-EDGE, -1.0, 0]))
    return accounts


def account_of_blame(trace: Trace, step: Step, layer: int, neuron: int) -> Account:
    """What one hidden neuron makes of the blame that comes back to it."""
    where = (trace, step, layer, neuron)
    arriving = Quantity.derived(arriving_blame, *where)
    slope = Quantity.derived(hidden_slope, *where)
    blame = Quantity.recorded(step, f"delta{layer}[{neuron}]")
    decimals, about = agreeing((arriving.value, slope.value, blame.value))
    look: dict[str, Any] = {"decimals": decimals, "x_height": SMALL}
    account = Account(
        f"neuron {neuron}",
        ("arrives", Derived(arriving_blame, *where, sign=True, colour=BLAME, **look)),
        ("slope", Derived(hidden_slope, *where, **look)),
        ("blame", Number(step, blame.source, sign=True, before=about, colour=BLAME, **look)),
        width=3.75,
    )
    fires = Number(step, f"a{layer}[{neuron}]", colour=ACTIVATION, **look)
    fires.shift((account.numbers[0].point[0] - fires.point[0]) * RIGHT)
    account.add(fires.shift((account.title.baseline - fires.baseline) * UP))
    return account


class StepOfAWeight(VGroup):
    """One weight on a ruler: the whole push; below, seen closer, the step that is taken."""

    length, centre = 5.2, 1.3
    upper, lower = 0.85, -1.25

    def __init__(self, step: Step, layer: int, cell: tuple[int, int], online: bool) -> None:
        super().__init__()
        i, j = cell
        self.name = Words(f"one weight: from neuron {j} to output {i}", x_height=SMALL, colour=DIM)
        self.name.move_to(self.centre * RIGHT + 2.15 * UP)
        self.name.shift(max(0.0, -3.0 - self.name.get_left()[0]) * RIGHT)
        self.line, self.line_below = ruler(self.upper), ruler(self.lower)
        pushed, moved = push(step, layer, i, j), weight_change(step, layer, i, j)
        self._add_arrows(pushed, moved)
        self._add_numbers(step, layer, cell, moved)
        if online:
            times = Derived(magnification, step, before="×", colour=DIM, decimals=0)
            self.lens.add(times.move_to([-2.4, -0.2, 0]))
        self.add(self.name, self.line, self.push, self.small, self.dot, self.before)
        self.add(self.push_number, self.rate, self.lens, self.line_below, self.change)
        self.add(self.dot_below, self.change_number, self.sum)

    def _add_arrows(self, pushed: float, moved: float) -> None:
        """The push, the small part of it that is taken, and that part seen closer."""
        # Below, the change is drawn as long as the push above: that many times closer.
        closer = abs(pushed / moved) if moved else 1.0
        way, turn = np.sign(pushed) * RIGHT, np.sign(moved) * RIGHT
        start = self.centre * RIGHT - way * self.length / 2
        top, below = start + self.upper * UP, start + self.lower * UP
        if turn[0] != way[0]:
            below += way * self.length
        tip, self.end = top + turn * self.length / closer, below + turn * self.length
        self.dot, self.dot_below = Dot(top, color=TEXT), Dot(below, color=TEXT)
        self.push = arrow(top, way * self.length, signed_colour(pushed))
        self.small = arrow(top, tip - top, signed_colour(moved))
        self.change = arrow(below, self.end - below, signed_colour(moved))
        self.lens = VGroup(Line(top, below, color=FAINT), Line(tip, self.end, color=FAINT))

    def _add_numbers(self, step: Step, layer: int, cell: tuple[int, int], moved: float) -> None:
        """The push, the learning rate, the change, and the weight before and after."""
        i, j = cell
        path = f"W{layer}[{i},{j}]"
        decimals, about = decimals_of_sum(
            float(step.W[layer][i, j]), moved, float(step.W_after[layer][i, j])
        )
        look: dict[str, Any] = {"sign": True, "decimals": decimals}
        self.before = Number(step, path, **look).next_to(self.dot, UP, buff=0.25)
        colour, way = self.push.get_color(), np.sign(push(step, layer, i, j)) * RIGHT
        self.push_number = Derived(push, step, layer, i, j, sign=True, decimals=3, colour=colour)
        self.push_number.next_to(self.push, UP, buff=0.25)
        self.push_number.align_to(self.dot.get_center() + way * 4.9, way).match_y(self.before)
        eta = Number(step, "learning_rate", decimals=decimals_of(step.learning_rate))
        self.rate = VGroup(
            Words("learning rate", x_height=SMALL, colour=DIM), row(Formula("eta ="), eta)
        )
        self.rate.arrange(DOWN, buff=0.2).move_to([4.6, -0.1, 0])
        change = {"colour": self.change.get_color(), **look}
        self.change_number = Derived(weight_change, step, layer, i, j, **change)
        self.change_number.next_to(self.change, DOWN, buff=0.25)
        self.sum = row(
            Number(step, path, **look),
            Derived(weight_change, step, layer, i, j, **change),
            Words("="),
            Number(step, path.replace("[", "_after["), before=about, **look),
        ).move_to([self.centre, -2.7, 0])
        # A sum with many decimals must not reach into the account at its left.
        self.sum.shift(max(0.0, -2.9 - self.sum.get_left()[0]) * RIGHT)


class Wall(Group):
    """The change of each hidden neuron's weights, as pictures; the most blamed come first."""

    left, right = -3.4, 6.55

    def __init__(self, step: Step) -> None:
        super().__init__()
        blame = step.delta[1]
        order = np.argsort(-np.abs(blame), kind="stable")[:MOST_PICTURES]
        scale = float(np.abs(blame).max()) or 1.0
        columns, size = (7, 1.2) if len(order) > 10 else (5, 1.6)
        pitch = np.array([(self.right - self.left) / columns, 1.92 if columns == 7 else 2.5, 0])
        rows = -(-len(order) // columns)
        self.pictures, self.numbers = Group(), VGroup()
        for place, neuron in enumerate(order):
            down, across = divmod(place, columns)
            middle = np.array([self.left, -0.3, 0]) + pitch * [0.5, (rows - 1) / 2, 0]
            centre = middle + pitch * [across, -down, 0] + 0.22 * UP
            picture = Picture(step, push_picture, int(neuron), size=size, signed=True, scale=scale)
            self.pictures.add(picture.move_to(centre))
            number = Number(step, f"delta1[{neuron}]", sign=True, x_height=SMALL, colour=BLAME)
            if not any(figure in number.text for figure in "123456789"):
                number.set_color(DIM)  # as good as no blame: not what to look at
            self.numbers.add(number.next_to(centre, DOWN, buff=size / 2 + 0.12))
        self.legend = less_and_more().move_to(
            [DIGIT_CENTRE[0], DIGIT_CENTRE[1] - DIGIT_SIZE / 2 - 0.75, 0]
        )
        note = f"{len(order)} of {blame.size:,}" if len(order) < blame.size else f"all {len(order)}"
        self.note = Words(note, x_height=SMALL, colour=DIM, width=2.0, centred=True)
        self.note.move_to([DIGIT_CENTRE[0], -2.9, 0])
        self.frames = VGroup(*(picture.frame for picture in self.pictures[1:]))
        self.add(self.pictures, self.numbers, self.legend, self.note)


class BeforeAndAfter(VGroup):
    """Every output before and after the step, and the error."""

    columns = (3.1, 4.85, 6.1)

    def __init__(self, before: View, after: View, rows: ClassRows, digit: Digit) -> None:
        super().__init__()
        outputs = [view.a[view.layers] for view in (before, after)]
        self._add_bars(before, after, rows)
        self.befores = self._numbers(before, rows, self.columns[0])
        self.afters = self._numbers(after, rows, self.columns[1])
        self.marks = VGroup()
        for index, (first, last, wanted) in enumerate(zip(*outputs, before.y, strict=True)):
            if abs(last - wanted) < abs(first - wanted):
                self.marks.add(tick().move_to(rows.at(index, self.columns[2])))
        self.heads = VGroup(
            rows.head("before", self.columns[0], DIM), rows.head("after", self.columns[1], TEXT)
        )
        self.error_before = named("error", Number(before, "error", decimals=4), digit, 0)
        self.error_now = named("now", Number(after, "error", decimals=4), digit, 1)
        self.add(self.bars, self.ghosts, self.marks, self.befores, self.afters)
        self.add(self.heads, self.error_before, self.error_now)

    def _add_bars(self, before: View, after: View, rows: ClassRows) -> None:
        """A bar for each output, its outline that stays, and where it goes."""
        length = self.columns[0] - 0.9 - rows.zero
        self.bars, self.ghosts, self._targets = VGroup(), VGroup(), []
        outputs = (quantities(view, f"a{view.layers}") for view in (before, after))
        for index, (first, last) in enumerate(zip(*outputs, strict=True)):
            zero = rows.at(index, rows.zero)
            self.bars.add(bar(first, length, zero, ACTIVATION))
            self._targets.append(bar(last, length, zero, ACTIVATION))
            ghost = bar(first, length, zero, DIM)
            self.ghosts.add(ghost.set_fill(opacity=0).set_stroke(DIM, width=1.5))

    def _numbers(self, view: View, rows: ClassRows, x: float) -> VGroup:
        """Every output in figures."""
        numbers = VGroup(
            *(
                Number(view, f"a{view.layers}[{index}]", decimals=3).move_to(rows.at(index, x))
                for index in range(len(view.a[view.layers]))
            )
        )
        align_points(numbers)
        return numbers

    def animate_after(self) -> Animation:
        """Each bar moves to where it is after the step, and its number counts."""
        parts = zip(self.bars, self._targets, self.befores, self.afters, strict=True)
        return LaggedStart(
            *(
                AnimationGroup(Change(shown, target), TransformFromCopy(first, last))
                for shown, target, first, last in parts
            ),
            lag_ratio=0.1,
        )


class ErrorCurve(VGroup):
    """The error over the whole run, in blocks of steps, and the count of the steps."""

    left, right, low, high = -3.3, 5.2, -2.4, 2.2
    blocks = 150

    def __init__(self, chapter: Chapter) -> None:
        super().__init__()
        trace = chapter.trace
        size = max(1, trace.steps // self.blocks)
        starts = range(0, trace.steps - size + 1, size)
        shown = Values.of(mean_errors, trace, size)
        means = shown.values
        x = np.linspace(self.left, self.right, len(means))
        most = float(max(means)) * 1.02

        def place(values: Floats) -> Floats:
            y = self.low + (self.high - self.low) * values / most
            return np.stack([x, y, np.zeros_like(x)], axis=1)

        points = place(means)
        self.line = VMobject(stroke_color=BLAME, stroke_width=3.5)
        if len(points) == 1:
            self.line.become(Dot(points[0], color=BLAME))
        else:
            claim_points(self.line.set_points_as_corners(points), shown, place)
        look = {"decimals": 3, "x_height": SMALL}
        self.first = Derived(mean_error, trace, 0, size, **look)
        self.first.next_to(points[0], RIGHT, buff=0.25)
        self.last = Derived(mean_error, trace, starts[-1], starts[-1] + size, **look)
        self.last.next_to(points[-1], RIGHT, buff=0.2)
        self._add_axes(trace)
        self.pictures = pictures_seen(chapter, 45)
        self.add(self.axes, self.line, self.count, self.first, self.last)

    def _add_axes(self, trace: Trace) -> None:
        """The axes with their names; that of the lower one is the count of the steps."""
        corner = np.array([self.left, self.low, 0.0])
        top, end = np.array([self.left, self.high + 0.2, 0]), np.array([self.right, self.low, 0])
        error = Words("mean error", x_height=SMALL, colour=BLAME)
        error.next_to(top, UP, buff=0.15).align_to(top, LEFT)
        steps = Words("steps", x_height=LARGE, colour=DIM).align_to(end, RIGHT)
        steps.shift((-3.3 - steps.baseline) * UP)
        self._steps = Quantity.derived(steps_in_all, trace)
        self.count = Derived(first_step, trace, decimals=0, grouping=True, x_height=LARGE)
        self.count.shift([steps.get_left()[0] - GAP, steps.baseline, 0] - self.count.point)
        self.axes = VGroup(Line(top, corner, color=FAINT), Line(corner, end, color=FAINT))
        self.axes.add(error, steps)

    def animate_count(self) -> Animation:
        """The count goes to the run's last step."""
        return self.count.animate_quantity(self._steps, rate_func=linear)


class Flicker(Animation):
    """A digit shows one picture after another."""

    def __init__(self, digit: Digit, pictures: Sequence[Values], **options: Any) -> None:
        self.pictures = pictures
        super().__init__(digit, rate_func=linear, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the picture of this moment."""
        at = min(int(alpha * len(self.pictures)), len(self.pictures) - 1)
        self.mobject.set_values(self.pictures[at])


def bar(quantity: Quantity, unit: float, zero: Point3D, colour: ManimColor) -> Rectangle:
    """A bar as long as a value times `unit`, from the point `zero`, to the left if negative."""
    value = quantity.value * unit
    rectangle = Rectangle(
        width=max(abs(float(value)), 0.01),
        height=0.32,
        stroke_width=0,
        fill_color=colour,
        fill_opacity=1,
    )
    rectangle.zero = LEFT if value >= 0 else RIGHT
    return claim_length(rectangle.next_to(zero, -rectangle.zero, buff=0), quantity, unit)


def grow(mobject: Any) -> Animation:
    """A bar or an arrow grows from where its zero is."""
    if isinstance(mobject, Arrow):
        return GrowArrow(mobject)
    return GrowFromEdge(mobject, mobject.zero)


def arrow(start: Point3D, way: Point3D, colour: ManimColor) -> Arrow:
    """An arrow that may be as small as it has to be."""
    return Arrow(
        start,
        start + way,
        buff=0,
        color=colour,
        stroke_width=6,
        max_tip_length_to_length_ratio=0.2,
        max_stroke_width_to_length_ratio=1000,
    )


def stroke_out(part: VGroup) -> Line:
    """A stroke through what cancels."""
    ends = part.get_corner(DOWN + LEFT), part.get_corner(UP + RIGHT)
    return Line(*ends, color=TRUTH, stroke_width=2)


def late(share: float) -> float:
    """A rate: nothing before the middle."""
    return float(smooth(max(0.0, 2.0 * share - 1.0)))


def ruler(y: float) -> VGroup:
    """A line with strokes, on which a weight moves."""
    strokes = (
        Line(0.07 * UP, 0.07 * DOWN, color=FAINT).set_x(x) for x in np.arange(-3.1, 5.9, 0.44)
    )
    return VGroup(Line(3.3 * LEFT, 5.9 * RIGHT, color=FAINT), *strokes).shift(y * UP)


def tick() -> VGroup:
    """A check mark: nearer to the truth than before."""
    low = 0.05 * LEFT + 0.12 * DOWN
    return VGroup(
        Line(low + 0.12 * LEFT + 0.12 * UP, low, color=TRUTH, stroke_width=4),
        Line(low, low + 0.22 * RIGHT + 0.26 * UP, color=TRUTH, stroke_width=4),
    )


def less_and_more() -> Group:
    """What the two colours of a change mean."""
    shown = Values.of(ramp, -1, 1, 81)
    strip = PixelImage(shown.values[None], width=2.2, height=0.18, signed=True)
    strip.set_values(shown)
    words = (
        Words("less", x_height=SMALL, colour=NEGATIVE).next_to(strip, DOWN, aligned_edge=LEFT),
        Words("more", x_height=SMALL, colour=POSITIVE).next_to(strip, DOWN, aligned_edge=RIGHT),
    )
    words[1].shift((words[0].baseline - words[1].baseline) * UP)
    return Group(strip, *words)


def named(name: str, number: Number, digit: Digit, place: int) -> VGroup:
    """A number with its name, below the digit; below its name where there is no room beside it."""
    words = Words(name, x_height=SMALL, colour=BLAME)
    if digit.width < DIGIT_SIZE - 0.1:
        words.next_to(digit, DOWN, buff=0.4 + 1.3 * place, aligned_edge=LEFT)
        number.next_to(words, DOWN, buff=0.2, aligned_edge=LEFT)
    else:
        words.next_to(digit, DOWN, buff=0.4 + 0.6 * place, aligned_edge=LEFT)
        number.move_to(words).align_to([-3.45, 0, 0], RIGHT)
        number.shift((words.baseline - number.baseline) * UP)
    return VGroup(words, number)


def above_digit(*lines: Words | Formula) -> VGroup:
    """Up to two lines between the title and the digit."""
    for index, line in enumerate(lines):
        line.shift([-EDGE - line.get_left()[0], 2.25 - 0.43 * index - line.baseline, 0])
    return VGroup(*lines)


def signed_colour(value: float) -> ManimColor:
    """Of a weight's change: up or down."""
    return POSITIVE if value >= 0 else NEGATIVE


def largest(values: npt.NDArray[np.floating]) -> float:
    """The magnitude to draw at full strength; 1 if all is zero."""
    return float(np.abs(values).max()) or 1.0


def formula(source: str) -> Formula:
    """The formula of the moment, on top."""
    mobject = Formula(source, x_height=LARGE, colours=coloured(source)).move_to(FORMULA_PLACE)
    mobject.set(width=min(mobject.width, 9.0))
    mobject.shift(max(0.0, -2.5 - mobject.get_left()[0]) * RIGHT)  # right of the title
    return mobject.shift(min(0.0, 3.5 - mobject.get_top()[1]) * UP)


def coloured(source: str) -> dict[str, ManimColor]:
    """The colours of those labels that a formula has."""
    return {label: colour for label, colour in COLOURS.items() if f": {label}" in source}


def agreeing(*products: tuple[float, float, float]) -> tuple[int, str]:
    """How many decimals let factors and products agree as shown; else three and ``≈``."""
    for decimals in (3, 4):
        spec = f".{decimals}f"
        if all(
            written(float(format(a, spec)) * float(format(b, spec)), spec) == written(c, spec)
            for a, b, c in products
        ):
            return decimals, ""
    return 3, "≈"


def decimals_of_sum(before: float, change: float, after: float) -> tuple[int, str]:
    """How many decimals let before + change = after agree as shown, or six and a sign for about."""
    for decimals in (4, 5, 6):
        shown = [float(format(value, f".{decimals}f")) for value in (before, change, after)]
        if shown[1] and abs(shown[0] + shown[1] - shown[2]) < 0.1**decimals / 2:
            return decimals, ""
    return 6, "≈"


def decimals_of(value: float) -> int:
    """How many decimals a learning rate needs: two, or more until nothing is lost by rounding."""
    needed = (n for n in range(2, 8) if abs(round(value, n) - value) < 1e-3 * value)
    return next(needed, 8)


def first_step(trace: Trace) -> int:
    """The first step of a run, counted as people do."""
    return 1 if trace.steps else 0


def pictures_seen(chapter: Chapter, count: int) -> list[Values]:
    """Pictures of the run, evenly spaced over the steps that are recorded."""
    trace = chapter.trace
    rows = np.linspace(0, len(trace.arrays["index"]) - 1, count).astype(int)
    seen = (int(trace.arrays["index"][at][0]) for at in rows)
    return [Values.of(chapter.tell_of(trace.see(("train", index))), "x") for index in seen]
