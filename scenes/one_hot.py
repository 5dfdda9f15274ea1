"""One-hot labels: why the right answer is a column with a single 1, and not a number.

On a number line some wrong answers would count as nearly right. As rows of the identity matrix
all classes are equally far apart. Distances are `Derived`, by the rules in
`scenes.kit.findings`; the outputs in the end are those of the story's step.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from manim import (
    DOWN,
    LEFT,
    OUT,
    PI,
    RIGHT,
    UP,
    Animation,
    Create,
    DashedLine,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Line,
    Mobject,
    ParsableManimColor,
    Rectangle,
    ReplacementTransform,
    Square,
    Transform,
    VGroup,
    VMobject,
    rotation_matrix,
)
from manim.typing import Point3D

from network.trace import Trace
from scenes.kit.bars import Bars
from scenes.kit.chapter import Chapter
from scenes.kit.claims import claim_length
from scenes.kit.digit import FRAME_WIDTH, Picture, PixelImage
from scenes.kit.figures import Figure, Mark, quantities
from scenes.kit.findings import (
    column_distances,
    farthest_class,
    first_of_class,
    layer_size,
    next_class,
    number_distance,
    number_distances,
    one_hot_distance,
    one_hot_entry,
    one_hot_table,
    ramp,
)
from scenes.kit.fitted_names import names_in_rows
from scenes.kit.ledger import Quantity, Values
from scenes.kit.motion import Change
from scenes.kit.names import class_names
from scenes.kit.number import Derived, Number
from scenes.kit.phrase import at_the_beginning, in_words, with_article, with_the
from scenes.kit.shape_box import shape_beside
from scenes.kit.style import (
    ACTIVATION,
    BACKGROUND,
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
from scenes.kit.typeset import CodeLine, Formula, Words, row

# The number line, and what stands on it.
LINE: Final = -0.95  # its height
REACH: Final = 11.7  # from its first class to its last
EXAMPLE: Final = 0.95  # side of the pictures below it
RISE: Final = 2.0  # height of the largest error
LOW, HIGH = LINE + 0.45, LINE + 1.2  # heights of the two lengths
POST: Final = LINE + 1.85

# The columns: rows are as high as those of the identity matrix, of the upright number line and
# of the bars, so that a class stays at its height.
CELL: Final = 0.48  # side of a cell, where there are not too many
COLUMN: Final = 4.8  # and the longest that a column may be
MIDDLE: Final = -0.35
PICTURE: Final = 5.3 * LEFT + MIDDLE * UP
GRID: Final = MIDDLE * UP
BETWEEN: Final = 1.55  # from the guess's column to the label's
EDGE: Final = 6.4  # where the names of the classes end at the right
UPRIGHT: Final = -3.2  # where the number line stands when it is upright
HEAD: Final = 2.45  # height of what is written above the columns
MAP: Final = 3.35  # how far left and right of the middle the two tables are
MAP_SIDE: Final = 4.0  # and how large they may be
MAP_CELL: Final = 0.4
MOST_NUMERALS: Final = 10  # side by side above them
BIG: Final = 9.0  # length of the row when it is alone
BIG_CELL: Final = 0.9


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
        self.cell = cell_side(self.count)
        self.big = min(BIG_CELL, BIG / self.count)
        self.label = int(self.story.label)
        self.near = next_class(self.label, self.count)
        self.far = farthest_class(self.label, self.count)
        # Where classes have names, the numbers are plain codes, and other words are true.
        self.named = self.classes != tuple(map(str, range(self.count)))
        self.variant = "named" if self.named else "text"
        # Of two classes, and in the middle of three: no mistake is larger than another.
        self.alike = self.near == self.far
        self.class_names = names_in_rows(self.classes, self.cell, colour=DIM)
        self.class_names[self.label].set_color(TRUTH)
        room = max(self.class_names.width, 0.8)
        self.label_place = (EDGE - room - 0.3 - self.cell / 2) * RIGHT + MIDDLE * UP
        self.guess_place = self.label_place + BETWEEN * LEFT
        self.words: dict[str, Quantity | str] = {
            "ten": Quantity.derived(layer_size, self.trace, self.story.layers),
            "near_number": self.distance(self.near),
            "far_number": self.distance(self.far),
            "root": self.separation(self.near),
        }
        for role, label in (("label", self.label), ("near", self.near), ("far", self.far)):
            said = in_words(self.classes[label])
            self.words |= {role: said, f"a_{role}": with_article(said)}
        self.words["the_label"] = with_the(in_words(self.classes[self.label]))
        self.words["a_label_first"] = at_the_beginning(
            with_article(in_words(self.classes[self.label]))
        )

    def ask_why(self) -> None:
        """Open on the question, with the story's own label in it."""
        with self.beat("question", self.variant, moment=None, **self.words):
            name = str(self.label) if self.named else self.classes[self.label]
            self.ask(f"Why not just answer “{name}”?")

    # On the number line

    def one_number(self) -> None:
        """The picture goes to the place of its label on the number line."""
        with self.beat("one-number", self.variant, **self.words):
            places = [place(k, self.count) for k in range(self.count)]
            line = number_line(places[0], places[-1], self.count)
            self.numerals = [Mark(k).next_to(p, DOWN, buff=0.25) for k, p in enumerate(places)]
            self.examples = [self.example(k) for k in range(self.count)]
            self.post = post(self.label, self.count, POST + 0.5, TRUTH)
            self.digit = Picture(self.story, "x", size=2.4).move_to(1.5 * UP)
            self.play(FadeIn(self.digit, scale=0.9), run_time=QUICK)
            self.play(
                Create(line), LaggedStart(*map(FadeIn, self.numerals), lag_ratio=0.1), run_time=1.5
            )
            self.play(LaggedStart(*map(FadeIn, self.examples), lag_ratio=0.2), run_time=STEADY)
            small = self.digit.copy().scale(1.3 / 2.4).next_to(self.post, UP, buff=0.08)
            self.play(
                self.digit.animate.scale(1.3 / 2.4).move_to(small),
                self.numerals[self.label].animate.set_color(TRUTH),
            )
            self.label_words = self.name_label().next_to(
                small, LEFT if 2 * self.label >= self.count else RIGHT
            )
            self.play(Create(self.post), FadeIn(self.label_words), run_time=QUICK)
            self.hold()
            self.line = line

    def nearly_right(self) -> None:
        """A guess next to the label: a short way."""
        with self.beat("nearly-right", "alike" if self.alike else self.variant, **self.words):
            self.flag = flag(self.near, self.count)
            self.play(
                FadeIn(self.flag, shift=0.3 * DOWN),
                self.numerals[self.near].animate.set_color(ACTIVATION),
            )
            self.short = self.length(self.near, LOW)
            self.short_figure = self.off_by(self.near).next_to(self.short, UP, buff=0.16)
            self.play(grown(self.short), FadeIn(self.short_figure))
            self.relate_distance(self.near, self.short_figure)
            self.hold()

    def very_wrong(self) -> None:
        """The guess slides to the far end, and the length with it."""
        with self.beat("very-wrong", self.variant, **self.words):
            self.long = self.length(self.near, HIGH)
            self.long_figure = self.off_by(self.near).next_to(self.long, UP, buff=0.16)
            self.play(
                ReplacementTransform(self.short.copy(), self.long),
                ReplacementTransform(self.short_figure.copy(), self.long_figure),
                run_time=QUICK,
            )
            target = self.length(self.far, HIGH)
            self.play(
                Transform(self.flag, flag(self.far, self.count)),
                Change(self.long, target),
                Transform(self.long_figure, self.off_by(self.far).next_to(target, UP, buff=0.16)),
                self.numerals[self.near].animate.set_color(DIM),
                self.numerals[self.far].animate.set_color(ACTIVATION),
                run_time=2.5,
            )
            self.relate_distance(self.far, self.long_figure)
            self.hold()

    def only_names(self) -> None:
        """Every guess has its error; but the order of the classes could be any other."""
        with self.beat("only-names", self.variant_of_lengths(), **self.words):
            others = [k for k in range(self.count) if k != self.label]
            bars = {k: self.error_bar(k) for k in others}
            figures = {k: self.off_by(k).next_to(bars[k], UP, buff=0.16) for k in others}
            told = {self.near: (self.short, self.short_figure)}
            if not self.alike:
                told[self.far] = (self.long, self.long_figure)
            self.play(
                FadeOut(self.flag),
                self.numerals[self.far].animate.set_color(DIM),
                *(ReplacementTransform(length, bars[k]) for k, (length, _) in told.items()),
                *(ReplacementTransform(figure, figures[k]) for k, (_, figure) in told.items()),
            )
            if rest := [k for k in others if k not in told]:
                arrive = (FadeIn(VGroup(bars[k], figures[k]), shift=0.3 * UP) for k in rest)
                self.play(LaggedStart(*arrive, lag_ratio=0.15), run_time=1.5)
            if not self.alike:
                self.swap_examples(self.near, self.far)
            self.hold()
            self.errors = VGroup(*bars.values(), *figures.values())

    def swap_examples(self, one: int, two: int) -> None:
        """Two classes get each other's number."""
        near, far = self.examples[one], self.examples[two]
        self.play(
            *(e.frame.animate.set_stroke(ACTIVATION, width=3) for e in (near, far)),
            run_time=QUICK,
        )
        self.bring_to_front(near, far)
        # Flat arcs, past the row of numerals above and the margin below.
        arc = 4 * np.arctan(0.8 / abs(near.get_x() - far.get_x()))
        self.play(
            *(
                Transform(a, a.copy().move_to(b), path_arc=arc)
                for a, b in ((near, far), (far, near))
            ),
            run_time=2.0,
        )

    def variant_of_lengths(self) -> str:
        """Which words are true of how far mistakes are apart as numbers."""
        return self.variant if not self.alike else "two" if self.count == 2 else "alike"

    # In ten places

    def ten_places(self) -> None:
        """The places on the line become cells: a 1 where the label is, and zeros."""
        with self.beat("ten-places", self.variant, **self.words):
            self.row = Places(self.entries(self.label), self.label, TRUTH)
            self.row.scale(self.big / self.cell).move_to(1.8 * RIGHT + MIDDLE * UP)
            self.play(
                *map(FadeOut, (self.errors, self.line, self.post, *self.examples)),
                *(
                    numeral.animate.next_to(square, UP, buff=0.14)
                    for numeral, square in zip(self.numerals, self.row.squares, strict=True)
                ),
                run_time=1.2,
            )
            # In an arc over the numerals.
            picture = self.digit.copy().scale(2.0 / 1.3).move_to(PICTURE)
            self.play(
                Transform(self.digit, picture, path_arc=PI / 3),
                Transform(
                    self.label_words, self.name_label().next_to(picture, DOWN), path_arc=PI / 3
                ),
                LaggedStart(*map(FadeIn, self.row.squares), lag_ratio=0.1),
                run_time=1.5,
            )
            self.play(
                FadeIn(self.row.hot, target_position=self.label_words, scale=0.5), run_time=STEADY
            )
            self.play(LaggedStart(*map(FadeIn, self.row.zeros.values()), lag_ratio=0.1))
            self.hold()

    def one_row_each(self) -> None:
        """All labels together: the identity matrix."""
        with self.beat("one-row-each", "text", **self.words):
            eye = Values.of(one_hot_table, self.count)
            first = np.zeros_like(eye.values)
            first[self.label] = eye.values[self.label]
            side = self.cell * self.count
            grid = PixelImage(first, width=side, height=side, colour=TRUTH).move_to(GRID)
            self.lines = grid_lines(grid, self.count)
            self.set_names_and_code(grid)
            top = grid.get_top()[1]
            columns = grid.get_cell_centres()[: self.count]
            self.play(
                self.row.animate.scale(self.cell / self.big).move_to(
                    GRID + rise(self.label, self.count)
                ),
                *(
                    numeral.animate.move_to((column[0], top + 0.14 + numeral.height / 2, 0))
                    for numeral, column in zip(self.numerals, columns, strict=True)
                ),
                run_time=STEADY,
            )
            self.add(grid, self.lines, self.row)
            self.play(
                LaggedStart(*map(FadeIn, self.row_names), lag_ratio=0.1),
                Create(self.lines),
                grid.animate_values(eye),
                run_time=2.0,
            )
            self.play(FadeIn(VGroup(*self.code[: len(f"np.eye({self.count})")])))
            self.hold()
            self.grid = grid

    def set_names_and_code(self, grid: PixelImage) -> None:
        """What stands around the identity matrix: the number of each row, and the code."""
        self.row_names = VGroup(
            *(
                Mark(k, colour=TRUTH if k == self.label else DIM).next_to(
                    grid.get_left() + rise(k, self.count), LEFT, buff=0.2
                )
                for k in range(self.count)
            )
        )
        row_of_label = f"[{self.label}]"
        self.code = CodeLine(f"np.eye({self.count}){row_of_label}", colours={row_of_label: TRUTH})
        self.code.next_to(grid, UP, buff=0.82)

    def stand_it_up(self) -> None:
        """The label's row slides out and turns upright."""
        with self.beat("stand-it-up", "text", **self.words):
            self.play(FadeIn(VGroup(*self.code[len(f"np.eye({self.count})") :])), run_time=QUICK)
            clear = (6.5 - self.row.get_right()[0]) * RIGHT
            self.play(
                self.row.animate.shift(clear), self.grid.animate.set_opacity(0.4), run_time=1.2
            )
            self.play(TurnUpright(self.row, self.label_place), run_time=1.5)
            for name, square in zip(self.class_names, self.row.squares, strict=True):
                name.next_to(square, RIGHT, buff=0.3)
            self.head = caption("label", TRUTH, self.row.squares)
            self.shape = shape_beside(self.row, self.story.y.shape)
            self.play(
                LaggedStart(*map(FadeIn, self.class_names), lag_ratio=0.1),
                *map(FadeIn, (self.head, self.shape)),
            )
            self.hold()

    # Equally far apart

    def two_places_differ(self) -> None:
        """The same guess as before, as a number and as a column: where the two differ."""
        with self.beat("two-places-differ", self.variant, **self.words):
            self.guess = Places(self.entries(self.near), self.near, ACTIVATION)
            self.guess.move_to(GRID + rise(self.near, self.count))
            self.play(FadeIn(self.guess), run_time=QUICK)
            self.play(TurnUpright(self.guess, self.guess_place), run_time=1.5)
            self.set_upright_line()
            self.play(
                *map(FadeOut, (self.grid, self.lines, *self.numerals, self.code, self.shape)),
                Create(self.line),
                FadeIn(self.heads),
                *(
                    name.animate.set_x(UPRIGHT - 0.4).set_color(
                        ACTIVATION if k == self.near else name.get_color()
                    )
                    for k, name in enumerate(self.row_names)
                ),
            )
            self.play(FadeIn(self.dots), grown(self.short), FadeIn(self.short_figure))
            self.boxes = {k: self.difference_box(k) for k in (self.label, self.near)}
            self.play(*map(Create, self.boxes.values()))
            self.play(FadeIn(self.root), FadeIn(self.separate))
            self.relate("a * a ≈ 1 * 1 + 1 * 1", self.separate)
            self.hold()

    def set_upright_line(self) -> None:
        """The number line again, upright: each class at the height of its row."""
        self.line = number_line(self.upright(0), self.upright(self.count - 1), self.count)
        self.dots = VGroup(
            Dot(self.upright(self.label), radius=0.1, color=TRUTH),
            Dot(self.upright(self.near), radius=0.1, color=ACTIVATION),
        )
        self.short = self.upright_length(self.near)
        self.short_figure = self.off_by(self.near, LARGE).next_to(self.short, RIGHT)
        middle = (self.short_figure.get_right()[0] + self.guess_place[0] - self.cell) / 2
        self.root = VGroup(
            Formula("sqrt(1^2 + 1^2)", colour=BLAME), Formula("= sqrt(2)", colour=BLAME)
        )
        self.root.arrange(DOWN, buff=0.3).move_to(middle * RIGHT + (MIDDLE + 0.5) * UP)
        self.separate = self.apart(self.near).next_to(self.root, DOWN, buff=0.3)
        heads = (
            Words("number", colour=DIM).move_to(UPRIGHT * RIGHT),
            Words("columns", colour=DIM).move_to(middle * RIGHT),
            Words("guess", colour=ACTIVATION).move_to(self.guess_place[0] * RIGHT),
        )
        for head in heads:
            head.shift((HEAD - head.baseline) * UP)
        self.heads = VGroup(*heads)

    def always_two(self) -> None:
        """The guess slides to the far end: one distance grows, the other stays."""
        with self.beat("always-two", self.variant, **self.words):
            length = self.upright_length(self.far)
            hot = Places(self.entries(self.far), self.far, ACTIVATION, upright=True)
            hot.move_to(self.guess_place)
            filled = hot.zeros[self.near]
            self.play(FadeOut(self.guess.zeros[self.far]), run_time=0.3)
            self.play(
                Change(self.short, length),
                Transform(self.short_figure, self.off_by(self.far, LARGE).next_to(length, RIGHT)),
                self.dots[1].animate.move_to(self.upright(self.far)),
                self.row_names[self.near].animate.set_color(DIM),
                self.row_names[self.far].animate.set_color(ACTIVATION),
                # The cell has been turned: it would turn back if it became the other.
                self.guess.hot[0].animate.move_to(hot.hot),
                Transform(self.guess.hot[1], hot.hot[1]),
                Transform(self.boxes[self.near], self.difference_box(self.far)),
                Transform(self.separate, self.apart(self.far).move_to(self.separate)),
                run_time=3.0,
            )
            self.play(FadeIn(filled), run_time=0.3)
            self.guess.add(filled)
            self.hold()

    def all_equally_far(self) -> None:
        """Every label against every guess, in both ways."""
        with self.beat("all-equally-far", "two" if self.count == 2 else "text", **self.words):
            leaving = VGroup(self.line, self.dots, self.short, self.short_figure, self.heads)
            leaving.add(self.root, self.separate, *self.boxes.values(), self.guess, self.row)
            leaving.add(self.class_names, self.label_words, self.row_names)
            tables = self.make_tables()
            # One word for both: it names the columns to its left and to its right.
            self.play(
                *map(FadeOut, (leaving, self.digit)),
                self.head.animate.move_to(tables[0].words[0].get_y() * UP),
                run_time=0.7,
            )
            self.play(*(FadeIn(table.words) for table in tables), run_time=0.7)
            for table in tables:
                table.hide_all_but(self.label)
            self.play(*(FadeIn(table.image) for table in tables))
            self.play(*(table.animate_all() for table in tables), run_time=2.0)
            self.hold(0.3)
            pairs = [
                self.pointer(table, guess, figure(guess, SMALL))
                for guess in ((self.near,) if self.alike else (self.near, self.far))
                for table, figure in zip(tables, (self.off_by, self.apart), strict=True)
            ]
            for first in range(0, len(pairs), 2):
                self.play(*map(FadeIn, pairs[first : first + 2]))
                self.hold(0.5)
            self.tables = Group(*(Group(t.image, t.words) for t in tables), *pairs, self.head)
            self.hold()

    # Beside the network

    def what_it_says(self) -> None:
        """The network's ten outputs for the picture, and the largest of them."""
        when = "first" if self.story.step == 0 else "later"
        said = int(self.story.prediction)
        words = {**self.words, "said": in_words(self.classes[said])}
        with self.beat("what-it-says", when, moment=self.story, **words):
            self.bars = self.outputs()
            self.saying = caption("output", ACTIVATION, self.bars.tracks)
            self.play(FadeOut(self.tables), run_time=QUICK)
            self.play(FadeIn(self.digit), FadeIn(self.label_words), run_time=QUICK)
            frame = (self.bars.tracks, self.bars.names, self.bars.marks, self.saying)
            self.play(*map(FadeIn, frame), run_time=QUICK)
            self.play(self.bars.animate_growth(run_time=1.5))
            self.largest = Rectangle(
                width=self.bars.figures.get_right()[0] - self.bars.names.get_left()[0] + 0.65,
                height=self.cell,
                color=ACTIVATION,
            )
            self.largest.move_to(self.bars.tracks[said]).align_to(self.bars.names, LEFT)
            self.largest.shift(0.5 * LEFT)
            self.play(Create(self.largest))
            self.hold()

    def ten_against_ten(self) -> None:
        """The label's column comes beside: each output has a number that it should be."""
        right = int(self.story.prediction) == self.label
        with self.beat("ten-against-ten", "right" if right else "wrong", **self.words):
            self.row.move_to(5.6 * RIGHT + MIDDLE * UP)
            head = caption("label", TRUTH, self.row.squares)
            self.play(FadeIn(self.row, shift=0.5 * LEFT), FadeIn(head))
            self.bars.set_truth(self.label, targets=True)
            # Each number of the label goes to where its output should end.
            marks = self.bars.target_marks.copy()
            flying = marks.copy()
            for mark, square in zip(flying, self.row.squares, strict=True):
                mark.move_to(square)
            self.bars.target_marks.set_stroke(opacity=0)
            self.play(FadeIn(self.bars.pointer), ReplacementTransform(flying, marks))
            gaps = VGroup(*(self.gap(k) for k in range(self.count)))
            self.play(
                self.bars.bars.animate.set_fill(opacity=0.4),
                LaggedStart(*map(Create, gaps), lag_ratio=0.15),
                run_time=2.0,
            )
            self.hold()

    def in_one_sentence(self) -> None:
        """The answer."""
        with self.beat("answer", "text", **self.words):
            self.answer("A label is a name, not an amount, so every name gets a place of its own.")

    # What is made more than once

    def name_label(self) -> VGroup:
        """The word "label" and the label itself."""
        number = Number(self.story, "label", decimals=0, colour=TRUTH)
        return row(Words("label", colour=TRUTH), number, gap=0.18)

    def example(self, label: int) -> "Picture | Missing":
        """The first training image of a class, below its place; the story's own for its class."""
        where = place(label, self.count) + 1.5 * DOWN
        if label == self.label:
            return Picture(self.story, "x", size=EXAMPLE).move_to(where)
        first = first_of_class(self.trace, label)
        if first is None:
            return Missing().move_to(where)
        moment = self.tell_of(self.trace.see(("train", first)))
        return Picture(moment, "x", size=EXAMPLE).move_to(where)

    def length(self, guess: int, height: float) -> VMobject:
        """From the label to a guess, along the number line."""
        start, end = (place(k, self.count) + (height - LINE) * UP for k in (self.label, guess))
        unit = REACH / (self.count - 1)
        return claim_length(strip(start, end, 0.05 * UP), self.distance(guess), unit)

    def error_bar(self, guess: int) -> VMobject:
        """How wrong a guess is, standing on its place."""
        foot = place(guess, self.count)
        height = RISE * number_distance(self.label, guess) / self.distance(self.far).value
        # Going round the same way as `length` does, a length turns into it without a twist.
        bar = strip(foot, foot + height * UP, 0.25 * np.sign(self.label - guess) * RIGHT)
        unit = RISE / self.distance(self.far).value
        return claim_length(bar, self.distance(guess), unit, along=UP)

    def upright(self, label: int) -> Point3D:
        """The place of a class on the upright number line."""
        return UPRIGHT * RIGHT + MIDDLE * UP + rise(label, self.count)

    def upright_length(self, guess: int) -> VMobject:
        """From the label to a guess, beside the upright number line."""
        start, end = (self.upright(k) + 0.35 * RIGHT for k in (self.label, guess))
        return claim_length(
            strip(start, end, 0.05 * RIGHT), self.distance(guess), self.cell, along=UP
        )

    def distance(self, guess: int) -> Quantity:
        """How far a guess is from the label as a number."""
        return Quantity.derived(number_distance, self.label, guess)

    def relate_distance(self, guess: int, figure: Number) -> None:
        """Declare that a figure is the difference of two numerals on the line."""
        low, high = sorted((self.label, guess))
        self.relate("a - b = c", self.numerals[high], self.numerals[low], figure)

    def separation(self, guess: int) -> Quantity:
        """How far it is as a column."""
        return Quantity.derived(one_hot_distance, self.count, self.label, guess)

    def off_by(self, guess: int, x_height: float = BODY) -> Derived:
        """`distance`, as a figure."""
        look = {"decimals": 0, "colour": BLAME, "x_height": x_height}
        return Derived(number_distance, self.label, guess, **look)

    def apart(self, guess: int, x_height: float = LARGE) -> Derived:
        """`separation`, as a figure."""
        look = {"before": "≈ ", "colour": BLAME, "x_height": x_height}
        return Derived(one_hot_distance, self.count, self.label, guess, **look)

    def entries(self, label: int) -> list[Quantity]:
        """The numbers of a label's column: recorded ones for the story's label."""
        if label == self.label:
            return quantities(self.story, "y")
        return [Quantity.derived(one_hot_entry, self.count, label, k) for k in range(self.count)]

    def difference_box(self, label: int) -> Rectangle:
        """Around a row of both columns, where they differ."""
        box = Rectangle(width=BETWEEN + self.cell + 0.2, height=self.cell + 0.04, color=BLAME)
        middle = (self.label_place + self.guess_place) / 2
        return box.move_to(middle + rise(label, self.count))

    def pointer(self, table: "Table", guess: int, figure: Number) -> VGroup:
        """A figure beside a table, and a line to the cell of the label and a guess."""
        cell = table.image.get_cell_centre(guess, self.label)
        inner = np.array([-0.85 if table.image.get_x() < 0 else 0.35, cell[1], 0.0])
        figure.move_to(inner)
        box = Square(table.cell, color=TEXT, stroke_width=3).move_to(cell)
        edge = box.get_right() if inner[0] > cell[0] else box.get_left()
        start = figure.get_left() if inner[0] > cell[0] else figure.get_right()
        line = Line(start + 0.08 * np.sign(edge - start), edge, color=TEXT, stroke_width=2)
        return VGroup(line, box, figure)

    def make_tables(self) -> list["Table"]:
        """All distances between labels as numbers, and as columns."""
        numbers = Values.of(number_distances, self.count)
        apart = Values.of(column_distances, self.count)
        most = Mark(self.count - 1, colour=BLAME)
        same = self.apart(self.near, SMALL)
        return [
            Table("as numbers", numbers, VGroup(Mark(0), most), LEFT),
            Table("as columns", apart, VGroup(Mark(0), same), RIGHT),
        ]

    def outputs(self) -> Bars:
        """The network's outputs, each at the height of its class."""
        left = PICTURE[0] + 2.0 + self.class_names.width
        bars = Bars(
            quantities(self.story, f"a{self.story.layers}"),
            self.classes,
            scale=1.0,
            width=3.0 - left,
            pitch=self.cell,
        )
        return bars.shift(left * RIGHT + MIDDLE * UP - bars.tracks.get_edge_center(LEFT))

    def gap(self, label: int) -> Line:
        """From where an output ends to where it should end."""
        ends = self.bars.get_tip(label), self.bars.get_tip(label, float(self.story.y[label]))
        return Line(*ends, color=BLAME, stroke_width=7)


class Places(VGroup):
    """The numbers of a one-hot label in a row of cells, or in a column.

    Attributes
    ----------
    squares, zeros, hot
        The cells; the figures that are not 1, by place; the cell with the 1, filled.
    """

    def __init__(
        self,
        entries: Sequence[Quantity],
        hot: int,
        colour: ParsableManimColor,
        *,
        upright: bool = False,
    ) -> None:
        side = cell_side(len(entries))
        squares = VGroup(*(Square(side, color=FAINT, stroke_width=2) for _ in entries))
        self.squares = squares.arrange(DOWN if upright else RIGHT, buff=0)
        self.zeros = {
            k: Figure(entry, decimals=0, x_height=SMALL, colour=DIM).move_to(squares[k])
            for k, entry in enumerate(entries)
            if k != hot
        }
        cell = Square(side, stroke_width=0, fill_color=colour, fill_opacity=1)
        one = Figure(entries[hot], decimals=0, x_height=SMALL, colour=BACKGROUND)
        self.hot = VGroup(cell, one).move_to(squares[hot])
        super().__init__(squares, *self.zeros.values(), self.hot)


class Missing(VGroup):
    """The empty frame of a class of which there is no image."""

    def __init__(self) -> None:
        self.frame = Square(EXAMPLE, color=FAINT, stroke_width=FRAME_WIDTH)
        super().__init__(self.frame)


class TurnUpright(Animation):
    """A row turns into a column about its middle, while that moves; its figures stay upright."""

    def __init__(self, places: Places, centre: Point3D, **options: Any) -> None:
        self.places, self.centre = places, np.asarray(centre)
        super().__init__(places, **options)

    def begin(self) -> None:
        """Take where the row is now as the start."""
        self._middle = self.places.squares.get_center()
        super().begin()

    def interpolate_submobject(
        self, submobject: Mobject, starting_submobject: Mobject, alpha: float
    ) -> Self:
        """Turn a cell about the row's middle; move a figure with its cell."""
        points = starting_submobject.points
        if not len(points):
            return self
        turn = rotation_matrix(-PI / 2 * alpha, OUT).T
        ahead = self._middle + alpha * (self.centre - self._middle)
        if isinstance(submobject, Number):
            centre = starting_submobject.get_center()
            submobject.points = points - centre + (centre - self._middle) @ turn + ahead
        else:
            submobject.points = (points - self._middle) @ turn + ahead
        return self


class Table:
    """Distances of all labels and guesses as a heat map, with what stands around it."""

    def __init__(self, name: str, distances: Values, figures: VGroup, side: Point3D) -> None:
        count, largest = len(distances.values), float(distances.values.max())
        centre = MAP * side + (MIDDLE - 0.2) * UP
        self.distances = distances
        self.cell = min(MAP_CELL, MAP_SIDE / count)
        self.image = PixelImage(
            distances,
            width=count * self.cell,
            height=count * self.cell,
            colour=BLAME,
            scale=largest,
        ).move_to(centre)
        edge = self.image.get_edge_center(side)[0]
        columns, rows = ([Mark(k) for k in range(count)] for _ in range(2))
        for k in range(count):
            cell = self.image.get_cell_centre(k, k)
            columns[k].next_to(np.array([cell[0], self.image.get_top()[1], 0]), UP, buff=0.12)
            rows[k].next_to(np.array([edge, cell[1], 0]), side, buff=0.18)
        guess = Words("guess", x_height=SMALL, colour=ACTIVATION)
        guess.next_to(np.array([edge, columns[0].get_y(), 0]), side, buff=0.1)
        guess.shift((columns[0].baseline - guess.baseline) * UP)
        if count > MOST_NUMERALS:
            columns = columns[::2]
        head = Words(name).next_to(VGroup(*columns), UP, buff=0.35)
        shown = Values.of(ramp, 0, 1, 61)
        strip = PixelImage(shown.values[None], width=2.4, height=0.16, colour=BLAME)
        strip.set_values(shown)
        strip.next_to(self.image, DOWN, buff=0.4)
        figures[0].next_to(strip, LEFT, buff=0.2)
        figures[1].next_to(strip, RIGHT, buff=0.2)
        self.words = Group(*columns, *rows, guess, head, strip, figures)

    def hide_all_but(self, label: int) -> None:
        """Show the distances of one label only."""
        column = np.arange(len(self.distances.values)) == label
        self.image.set_values(self.distances.values * column)

    def animate_all(self) -> Animation:
        """Bring the distances of all labels."""
        return self.image.animate_values(self.distances)


def place(label: int, count: int) -> Point3D:
    """The place of a class on the number line."""
    return np.array([REACH * (label / (count - 1) - 0.5), LINE, 0.0])


def rise(label: int, count: int) -> Point3D:
    """From the middle of a column to the row of a class."""
    return ((count - 1) / 2 - label) * cell_side(count) * UP


def cell_side(count: int) -> float:
    """Side of a cell of a column with so many."""
    return min(CELL, COLUMN / count)


def strip(start: Point3D, end: Point3D, half: Point3D) -> VMobject:
    """A length, twice as wide as `half`: on the way to another one its start stays at its start."""
    bar = VMobject(stroke_width=0, fill_color=BLAME, fill_opacity=1)
    corners = (start - half, end - half, end + half, start + half, start - half)
    return bar.set_points_as_corners(corners)


def grown(bar: VMobject) -> Animation:
    """A strip grows from its start."""
    along = int(bar.height > bar.width)
    stub = bar.copy().stretch(0.001, along, about_point=bar.points[0])
    return ReplacementTransform(stub, bar)


def number_line(start: Point3D, end: Point3D, count: int) -> Line:
    """A line with a tick for each class."""
    line = Line(start, end, color=DIM, stroke_width=3)
    across = 0.1 * line.copy().rotate(PI / 2).get_unit_vector()
    for share in np.linspace(0, 1, count):
        tick = start + share * (end - start)
        line.add(Line(tick - across, tick + across, color=DIM, stroke_width=3))
    return line


def post(label: int, count: int, top: float, colour: ParsableManimColor) -> DashedLine:
    """A dashed line that stands on the place of a class."""
    foot = place(label, count)
    return DashedLine(foot, foot + (top - LINE) * UP, color=colour, dash_length=0.1)


def flag(guess: int, count: int) -> VGroup:
    """The word "guess" on a post, kept within the margins."""
    pole = post(guess, count, POST - 0.15, ACTIVATION)
    word = Words("guess", colour=ACTIVATION).next_to(pole, UP, buff=0.16)
    word.set_x(float(np.clip(word.get_x(), word.width / 2 - 6.55, 6.55 - word.width / 2)))
    return VGroup(Dot(place(guess, count), radius=0.1, color=ACTIVATION), pole, word)


def grid_lines(image: PixelImage, count: int) -> VMobject:
    """The lines between the cells of a square image, as one mobject."""
    lines = VMobject(stroke_color=FAINT, stroke_width=1.5)
    (left, bottom, _), side = image.frame.get_corner(DOWN + LEFT), image.frame.width
    for share in np.linspace(0, side, count + 1):
        lines.start_new_path(np.array([left + share, bottom, 0]))
        lines.add_line_to(np.array([left + share, bottom + side, 0]))
        lines.start_new_path(np.array([left, bottom + share, 0]))
        lines.add_line_to(np.array([left + side, bottom + share, 0]))
    return lines


def caption(text: str, colour: ParsableManimColor, below: Mobject) -> Words:
    """What a column is, above it."""
    words = Words(text, colour=colour)
    return words.move_to(below.get_x() * RIGHT).shift((HEAD - words.baseline) * UP)
