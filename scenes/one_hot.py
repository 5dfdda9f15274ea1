"""One-hot labels: why the right answer is a column with a single 1, and not a number.

On a number line some wrong answers would count as nearly right. As rows of the identity matrix
all classes are equally far apart. Distances are readings, by the rules in `scenes.kit.labels`; the
outputs in the end are those of the story's step.
"""

from dataclasses import replace
from typing import Final

from manim import (
    DOWN,
    LEFT,
    PI,
    RIGHT,
    UP,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    Rectangle,
    ReplacementTransform,
    Transform,
    VGroup,
)

from network.trace import Trace
from scenes.kit import stage
from scenes.kit.chapter import Chapter
from scenes.kit.class_table import ClassTable
from scenes.kit.column_distance import ColumnDistance, distance_figure
from scenes.kit.digit import Missing, Picture
from scenes.kit.figures import Mark
from scenes.kit.findings import layer_size
from scenes.kit.label_table import LabelTable
from scenes.kit.labels import (
    column_distances,
    farthest_class,
    first_of_class,
    next_class,
    number_distance,
    number_distances,
    one_hot_distance,
)
from scenes.kit.ledger import Quantity, Values
from scenes.kit.motion import swap
from scenes.kit.names import class_names, class_of
from scenes.kit.number import Number
from scenes.kit.number_line import Measure, NumberLine
from scenes.kit.pair_table import PairTable
from scenes.kit.phrase import at_the_beginning, in_words, phrase, with_article, with_the
from scenes.kit.places import Places
from scenes.kit.shape_box import shape_beside
from scenes.kit.style import (
    ACTIVATION,
    BLAME,
    BODY,
    DIM,
    FAINT,
    LARGE,
    QUICK,
    SMALL,
    STEADY,
    TEXT,
    TRUTH,
)
from scenes.kit.suits import reason_of_activations
from scenes.kit.typeset import CodeLine, Words, row

# On the number line, from below: pictures of the classes, two lengths, the story's own picture.
EXAMPLE: Final = 0.95
LINE: Final = stage.WIDE.part(bottom=0.37, top=0.37)
LIFTS: Final = (0.3, 1.05)
RISE: Final = 1.9  # height of the largest error
POST: Final = 1.8  # of the label's post, and of what is on it
ON_POST: Final = 1.15
NEAR_POST: Final = 1.55

# As columns: an upright number line, what is between them, the columns of guess and label.
BETWEEN: Final = 1.55
UPRIGHT_LIFT: Final = 0.35
BIG: Final = 0.9  # a cell of the row when it is alone
UNIT: Final = 5.0  # how long an output of 1 is


class OneHot(Chapter):
    """From a number line, where some mistakes look small, to places that are all equally far."""

    title = "One-hot labels"
    question = "Why not just answer “5”?"

    @classmethod
    def suits(cls, trace: Trace) -> str | None:
        """Its outputs have to come up to a label of zeros and a one."""
        return super().suits(trace) or reason_of_activations(
            trace, slice(-1, None), ("sigmoid", "softmax")
        )

    def construct(self) -> None:
        """Tell the beats."""
        self.set_stage()
        self.ask_why()
        self.one_number()
        self.nearly_right()
        if not self.alike:
            self.very_wrong()
        self.only_names()
        self.ten_places()
        self.one_row_each()
        self.stand_it_up()
        self.two_places_differ()
        if not self.alike:
            self.always_two()
        self.all_equally_far()
        self.what_it_says()
        self.ten_against_ten()
        self.in_one_sentence()

    # The stage

    def set_stage(self) -> None:
        """Choose the guesses, and the words for the classes."""
        self.classes = class_names(self.trace)
        self.count = self.trace.sizes[-1]
        self.label = int(self.story.label)
        self.near = next_class(self.label, self.count)
        self.far = farthest_class(self.label, self.count)
        self.table = ClassTable(self.classes[: self.count], self.label)
        self.rows = self.table.rows
        self.alike = self.near == self.far  # no mistake is larger: of two classes, or mid of three
        self.names = self.table.names.copy()
        right = stage.BODY.right - max(self.names.width, 0.8) - 0.3 - self.rows.pitch / 2
        self.label_place = self.table.at((self.count - 1) / 2, right)
        self.guess_place = self.label_place + BETWEEN * LEFT
        ten = Quantity.derived(layer_size, self.trace, self.story.layers)
        self.ten = phrase("{}", ten)
        self.own_number = Quantity.recorded(self.story, "label")
        # Where classes have names, the numbers are plain codes, and other words are true.
        self.named = self.classes != tuple(map(str, range(self.count)))
        self.variant = "named" if self.named else "text"
        said = {
            "label": in_words(class_of(self.trace, self.story, "label")),
            "near": in_words(self.classes[self.near]),
            "far": in_words(self.classes[self.far]),
        }
        self.words: dict[str, Quantity | str] = {
            "ten": ten,
            "near_number": self.distance(self.near),
            "far_number": self.distance(self.far),
            "root": Quantity.derived(one_hot_distance, self.count, self.label, self.near),
            **said,
            **{f"a_{role}": with_article(name) for role, name in said.items()},
            "the_label": with_the(said["label"]),
            "a_label_first": at_the_beginning(with_article(said["label"])),
        }

    def ask_why(self) -> None:
        """Open on the question, with the story's own label in it."""
        with self.beat("question", self.variant, self.words, moment=None):
            self.ask(phrase("Why not just answer “{}”?", self.own_number))

    # On the number line

    def one_number(self) -> None:
        """The picture goes to the place of its label on the number line."""
        with self.beat("one-number", self.variant, self.words):
            first, *_, last = LINE.columns(self.count)
            self.line = NumberLine(first.centre, last.centre, self.count)
            self.examples = [self.example(k) for k in range(self.count)]
            self.post = self.line.post(self.label, POST, TRUTH)
            self.digit = Picture(self.story, "x", size=2.0)
            self.digit.move_to((0, stage.WIDE.top - 1.0, 0))
            self.play(FadeIn(self.digit, scale=0.9), run_time=QUICK)
            self.play(
                Create(self.line.axis),
                Create(self.line.ticks),
                LaggedStart(*map(FadeIn, self.line.numerals), lag_ratio=0.1),
                run_time=1.5,
            )
            self.add(self.line)
            self.play(LaggedStart(*map(FadeIn, self.examples), lag_ratio=0.2), run_time=STEADY)
            small = self.digit.copy().scale(ON_POST / 2.0).next_to(self.post, UP, buff=0.08)
            self.play(
                Transform(self.digit, small),
                self.line.numerals[self.label].animate.set_color(TRUTH),
            )
            side = LEFT if 2 * self.label >= self.count else RIGHT
            self.label_words = self.name_label().next_to(small, side, aligned_edge=UP)
            self.play(Create(self.post), FadeIn(self.label_words), run_time=QUICK)
            self.hold()

    def nearly_right(self) -> None:
        """A guess next to the label: a short way."""
        with self.beat("nearly-right", "alike" if self.alike else self.variant, self.words):
            self.flag = self.line.flag(self.near, NEAR_POST, "guess", ACTIVATION)
            self.play(
                FadeIn(self.flag, shift=0.3 * DOWN),
                self.line.numerals[self.near].animate.set_color(ACTIVATION),
            )
            self.short = self.measure(self.near, LIFTS[0])
            self.play(self.short.animate_growth())
            self.relate_distance(self.near, self.short)
            self.hold()

    def very_wrong(self) -> None:
        """The guess slides to the far end, and the length with it."""
        with self.beat("very-wrong", self.variant, self.words):
            self.long = self.measure(self.near, LIFTS[1])
            self.play(ReplacementTransform(self.short.copy(), self.long), run_time=QUICK)
            self.play(
                Transform(self.flag, self.line.flag(self.far, NEAR_POST, "guess", ACTIVATION)),
                self.long.animate_to(self.measure(self.far, LIFTS[1]), run_time=2.5),
                self.line.numerals[self.near].animate.set_color(DIM),
                self.line.numerals[self.far].animate.set_color(ACTIVATION),
                run_time=2.5,
            )
            self.relate_distance(self.far, self.long)
            self.hold()

    def only_names(self) -> None:
        """Every guess has its error; but the order of the classes could be any other."""
        alike = "two" if self.count == 2 else "alike"
        with self.beat("only-names", alike if self.alike else self.variant, self.words):
            bars = {k: self.error_bar(k) for k in range(self.count) if k != self.label}
            known = {self.near: self.short}
            if not self.alike:
                known[self.far] = self.long
            self.play(
                FadeOut(self.flag),
                self.line.numerals[self.far].animate.set_color(DIM),
                *(ReplacementTransform(length, bars.pop(k)) for k, length in known.items()),
            )
            if bars:
                coming = (FadeIn(bar, shift=0.3 * UP) for bar in bars.values())
                self.play(LaggedStart(*coming, lag_ratio=0.15), run_time=1.5)
            if not self.alike:
                self.swap_examples(self.near, self.far)
            self.hold()

    def swap_examples(self, *classes: int) -> None:
        """Two classes get each other's number."""
        pair = [self.examples[k] for k in classes]
        framed = (example.frame.animate.set_stroke(ACTIVATION, width=3) for example in pair)
        self.play(*framed, run_time=QUICK)
        self.bring_to_front(*pair)
        # Past the row of numerals above and the margin below.
        self.play(*swap(*pair, dip=0.4), run_time=2.0)

    # In ten places

    def ten_places(self) -> None:
        """The places on the line become cells: a 1 where the label is, and zeros."""
        self.numerals = self.line.numerals
        keep = (*self.numerals, self.digit, self.label_words)
        with self.beat("ten-places", self.variant, self.words, keep=keep):
            big = min(BIG, 0.96 * stage.BODY.width / self.count)
            self.row = Places.of_moment(self.story, cell=self.rows.pitch, colour=TRUTH)
            self.row.scale(big / self.rows.pitch).move_to(stage.BODY.centre)
            self.play(
                *(
                    numeral.animate.next_to(square, UP, buff=0.14)
                    for numeral, square in zip(self.numerals, self.row.squares, strict=True)
                ),
                run_time=1.2,
            )
            # In an arc over the numerals.
            picture = self.digit.copy().move_to(stage.PICTURE.centre)
            picture.scale(stage.PICTURE.width / max(picture.width, picture.height))
            self.play(
                Transform(self.digit, picture, path_arc=PI / 3),
                Transform(
                    self.label_words, self.name_label().next_to(picture, DOWN), path_arc=PI / 3
                ),
                LaggedStart(*map(FadeIn, self.row.squares), lag_ratio=0.1),
                run_time=1.5,
            )
            self.play(
                FadeIn(self.row.one, target_position=self.label_words, scale=0.5), run_time=STEADY
            )
            self.play(LaggedStart(*map(FadeIn, self.row.zeros), lag_ratio=0.1))
            self.add(self.row)
            self.hold()

    def one_row_each(self) -> None:
        """All labels together: the identity matrix."""
        with self.beat("one-row-each", "text", self.words):
            self.eye = LabelTable(self.count, stage.BODY.at(0.33, 0)[0], self.label)
            x = self.eye.image.get_x()
            self.play(
                self.row.animate.scale(self.rows.pitch / self.row.cell).move_to(
                    self.table.at(self.label, x)
                ),
                *self.eye.animate_numerals(self.numerals),
                run_time=STEADY,
            )
            self.add(self.eye.hide_all_but(self.label).image, self.row)
            self.play(
                LaggedStart(*map(FadeIn, self.eye.numerals), lag_ratio=0.1),
                Create(self.eye.lines),
                self.eye.animate_all(),
                run_time=2.0,
            )
            self.add(self.eye, self.row)
            code = CodeLine(phrase("np.eye({})", self.ten))
            self.taken = CodeLine(phrase("[{}]", self.own_number), colour=TRUTH)
            row(code, self.taken, gap=0.04).move_to((x, stage.FOOT.centre[1], 0))
            self.play(FadeIn(code))
            self.hold()

    def stand_it_up(self) -> None:
        """The label's row slides out and turns upright."""
        with self.beat("stand-it-up", "text", self.words):
            self.play(FadeIn(self.taken), run_time=QUICK)
            clear = (stage.BODY.right - self.row.get_right()[0]) * RIGHT
            self.play(
                self.row.animate.shift(clear), self.eye.image.animate.set_opacity(0.4), run_time=1.2
            )
            self.play(self.row.animate_upright(self.label_place), run_time=1.5)
            for name, square in zip(self.names, self.row.squares, strict=True):
                name.next_to(square, RIGHT, buff=0.3)
            self.label_head = self.table.head("label", self.label_place[0], TRUTH)
            self.shape = shape_beside(self.row, self.story.y.shape)
            self.play(
                LaggedStart(*map(FadeIn, self.names), lag_ratio=0.1),
                *map(FadeIn, (self.label_head, self.shape)),
            )
            self.hold()

    # Equally far apart

    def two_places_differ(self) -> None:
        """The same guess as before, as a number and as a column: where the two differ."""
        kept = (self.digit, self.label_words, self.row, self.names, self.label_head)
        keep = (*kept, *self.eye.numerals)
        with self.beat("two-places-differ", self.variant, self.words, keep=keep):
            self.guess = Places.of_label(
                self.count, self.near, cell=self.rows.pitch, colour=ACTIVATION
            ).move_to(self.table.at(self.near, self.eye.image.get_x()))
            self.play(FadeIn(self.guess), run_time=QUICK)
            self.play(self.guess.animate_upright(self.guess_place), run_time=1.5)
            self.set_upright_line()
            self.play(
                *(Create(part) for part in (self.line.axis, self.line.ticks)),
                *(
                    ReplacementTransform(old, new)
                    for old, new in zip(self.eye.numerals, self.line.numerals, strict=True)
                ),
                *map(FadeIn, self.heads),
            )
            self.add(self.line)
            self.play(FadeIn(self.dots), self.short.animate_growth())
            self.boxes = {k: self.difference_box(k) for k in (self.label, self.near)}
            self.play(*map(Create, self.boxes.values()))
            self.play(FadeIn(self.apart))
            self.hold()

    def set_upright_line(self) -> None:
        """The number line again, upright: each class at the height of its row."""
        x = stage.BODY.left + 0.4
        self.line = NumberLine(self.table.at(0, x), self.table.at(self.count - 1, x), self.count)
        self.line.numerals[self.label].set_color(TRUTH)
        self.line.numerals[self.near].set_color(ACTIVATION)
        self.dots = VGroup(
            *(
                Dot(self.line.at(k), radius=0.1, color=colour)
                for k, colour in ((self.label, TRUTH), (self.near, ACTIVATION))
            )
        )
        self.short = self.measure(self.near, UPRIGHT_LIFT, LARGE)
        middle = (self.short.get_right()[0] + self.guess_place[0] - self.rows.pitch) / 2
        self.apart = ColumnDistance(self.count, self.label, self.near).move_to(
            (middle, self.rows.middle, 0)
        )
        self.apart.shift(min(0, self.rows.y(-1) - 0.3 - self.apart.get_top()[1]) * UP)
        self.heads = VGroup(
            self.table.head("number", x),
            self.table.head("columns", middle),
            self.table.head("guess", self.guess_place[0], ACTIVATION),
        )

    def always_two(self) -> None:
        """The guess slides to the far end: one distance grows, the other stays."""
        with self.beat("always-two", self.variant, self.words):
            apart = ColumnDistance(self.count, self.label, self.far)
            self.play(
                self.short.animate_to(self.measure(self.far, UPRIGHT_LIFT, LARGE), run_time=3.0),
                self.dots[1].animate.move_to(self.line.at(self.far)),
                self.line.numerals[self.near].animate.set_color(DIM),
                self.line.numerals[self.far].animate.set_color(ACTIVATION),
                self.guess.animate_to(self.far, run_time=3.0),
                Transform(self.boxes[self.near], self.difference_box(self.far)),
                self.apart.animate_to(apart, run_time=3.0),
                run_time=3.0,
            )
            self.hold()

    def all_equally_far(self) -> None:
        """Every label against every guess, in both ways."""
        keep, variant = (self.label_head,), "two" if self.count == 2 else "text"
        with self.beat("all-equally-far", variant, self.words, keep=keep):
            tables = self.make_tables()
            # One word for both: it names the columns to its left and to its right.
            middle = (0, tables[0].columns.get_y(), 0)
            self.play(self.label_head.animate.move_to(middle), run_time=QUICK)
            self.play(*(FadeIn(table.frame) for table in tables), run_time=QUICK)
            for table in tables:
                table.hide_all_but(self.label)
            self.play(*(FadeIn(table.image) for table in tables))
            self.play(*(table.animate_all() for table in tables), run_time=2.0)
            self.add(*tables)
            for guess in dict.fromkeys((self.near, self.far)):
                number = Number(self.distance(guess), decimals=0, colour=BLAME, x_height=SMALL)
                figures = (number, distance_figure(self.count, self.label, guess, SMALL))
                self.hold(0.5)
                self.play(
                    *(
                        FadeIn(table.point_at(self.label, guess, figure))
                        for table, figure in zip(tables, figures, strict=True)
                    )
                )
            self.hold()

    def make_tables(self) -> list[PairTable]:
        """All distances between labels as numbers, and as columns."""
        numbers = Values.of(number_distances, self.count)
        apart = Values.of(column_distances, self.count)
        most = Number(number_distance, 0, self.count - 1, decimals=0, colour=BLAME, x_height=SMALL)
        same = distance_figure(self.count, self.label, self.near, SMALL)
        # Up to the head, so that the numerals keep apart.
        left, right = replace(stage.WIDE, top=stage.HEAD.bottom).columns(2)
        names = [self.table.head(name, 0, TEXT) for name in ("as numbers", "as columns")]
        return [
            PairTable(names[0], numbers, (Mark(0), most), left, LEFT),
            PairTable(names[1], apart, (Mark(0), same), right, RIGHT),
        ]

    # Beside the network

    def what_it_says(self) -> None:
        """The network's outputs for the picture, and the largest of them."""
        when = {0: "first", 1: "once"}.get(int(self.story.step), "later")
        words = {**self.words, "said": in_words(class_of(self.trace, self.story, "prediction"))}
        with self.beat("what-it-says", when, words, moment=self.story, keep=()):
            path = f"a{self.story.layers}"
            self.bars = self.table.bars(self.story, path, UNIT, ACTIVATION)
            axis = self.table.axis(self.table.zero, FAINT)
            head = self.table.head("output", self.table.zero + UNIT / 2, ACTIVATION)
            self.figures = self.table.figures(self.story, path, self.table.zero + UNIT + 0.7)
            self.play(FadeIn(self.digit), FadeIn(self.label_words), run_time=QUICK)
            self.play(*map(FadeIn, (self.table, axis, head)), run_time=QUICK)
            self.play(self.bars.animate_growth(run_time=1.5))
            self.play(FadeIn(self.figures), run_time=QUICK)
            right, said = self.figures.get_right()[0], int(self.story.prediction)
            self.play(Create(self.table.box(said, right, ACTIVATION)))
            self.hold()

    def ten_against_ten(self) -> None:
        """The label's column comes beside: each output has a number that it should be."""
        right = int(self.story.prediction) == self.label
        with self.beat("ten-against-ten", "right" if right else "wrong", self.words):
            x = stage.BODY.right - 0.5
            self.row.move_to(self.table.at((self.count - 1) / 2, x))
            head = self.table.head("label", x, TRUTH)
            self.play(FadeIn(self.row, shift=0.5 * LEFT), FadeIn(head))
            # Each number of the label goes to where its output should end.
            targets = self.table.targets(self.story, UNIT)
            self.play(ReplacementTransform(targets.copy().stretch(0, 0).set_x(x), targets))
            ways = self.table.ways(self.story, UNIT)
            self.play(
                self.bars.animate.set_fill(opacity=0.4), ways.animate_growth(0.15), run_time=2.0
            )
            self.hold()

    def in_one_sentence(self) -> None:
        """The answer."""
        with self.beat("answer", "text", self.words):
            self.answer("A label is a name, not an amount, so every name gets a place of its own.")

    # What is made more than once

    def name_label(self) -> VGroup:
        """The word "label" and the label itself."""
        number = Number(self.own_number, decimals=0, colour=TRUTH)
        return row(Words("label", colour=TRUTH), number, gap=0.18)

    def example(self, label: int) -> Picture | Missing:
        """The first training image of a class, the story's own for its class."""
        place = (self.line.at(label)[0], stage.WIDE.bottom + EXAMPLE / 2, 0)
        first = first_of_class(self.trace, label)
        if label == self.label:
            return Picture(self.story, "x", size=EXAMPLE).move_to(place)
        if first is None:
            return Missing(EXAMPLE).move_to(place)
        view = self.tell_of(self.trace.see(("train", first)))
        return Picture(view, "x", size=EXAMPLE).move_to(place)

    def measure(self, guess: int, lift: float, x_height: float = BODY) -> Measure:
        """From the label to a guess, along the number line."""
        return self.line.measure(self.label, guess, self.distance(guess), lift, x_height)

    def error_bar(self, guess: int) -> Measure:
        """How wrong a guess is, standing on its place."""
        unit = RISE / self.distance(self.far).value
        return self.line.bar(guess, self.distance(guess), unit, self.label)

    def distance(self, guess: int) -> Quantity:
        """How far a guess is from the label as a number."""
        return Quantity.derived(number_distance, self.label, guess)

    def relate_distance(self, guess: int, measure: Measure) -> None:
        """Declare that its figure is the difference of two numerals on the line."""
        low, high = sorted((self.label, guess))
        self.relate("a - b = c", *(self.line.numerals[k] for k in (high, low)), measure.figure)

    def difference_box(self, label: int) -> Rectangle:
        """Around a row of both columns, where they differ."""
        reach = self.rows.pitch / 2 + 0.1
        left, right = self.guess_place[0] - reach, self.label_place[0] + reach
        return self.table.around(label, left, right, BLAME)
