"""The checker: a planted fault of each kind is found, and nothing where there is none."""

from pathlib import Path

import pytest
import small_runs
from demo_chapters import write_chapters
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    DecimalNumber,
    FadeIn,
    FadeOut,
    Line,
    Rectangle,
    Square,
    Text,
    Typst,
    VGroup,
    there_and_back,
)
from PIL import Image

from network.trace import Trace
from network.training import train
from scenes.__main__ import main
from scenes.film.check import check
from scenes.film.layout import find_confusable
from scenes.kit.allow import allow
from scenes.kit.chapter import Chapter
from scenes.kit.digit import Picture
from scenes.kit.encoding import get_rgb
from scenes.kit.figures import Figure
from scenes.kit.ledger import Quantity
from scenes.kit.number import Derived, Number
from scenes.kit.shown import RelationError, agrees, fault_in, read_figure
from scenes.kit.style import ACTIVATION, BACKGROUND, FAINT, MEANINGS, SMALL
from scenes.kit.typeset import Formula, Words

WORDS = """
[test_check.beat]
text = "Off by {delta2[5]:+.2f}, and no more."
[test_check.cued]
text = "Some words then {>fall} it falls at last."
[test_check.other]
text = "Hm."
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small trace."""
    base = tmp_path_factory.mktemp("check")
    recipe = small_runs.online(small_runs.write_dataset(base / "data"))
    return train(recipe, base / "trace").path


@pytest.fixture(scope="module")
def oracles():
    return {}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("RECIPE", "STEP", "TRACE"):
        monkeypatch.delenv(f"GLASSNET_{name}", raising=False)


@pytest.fixture
def find(tmp_path, folder, oracles):
    """The findings of a chapter with the given beat, as (rule, text)."""
    words = tmp_path / "en.toml"
    words.write_text(WORDS, encoding="utf-8")

    def of(beat, name="beat", **attributes):
        class Checked(Chapter):
            title = "Backpropagation"
            narration = words

            def open_trace(self, settings):
                return Trace.open(folder)

            def construct(self):
                with self.beat(name) as self.now:
                    beat(self)

        for attribute, value in attributes.items():
            setattr(Checked, attribute, value)
        return [(finding.rule, str(finding)) for finding in check(Checked, oracles)]

    return of


def only(findings, rule, *parts):
    """There is one finding, of this rule, and its line says all this."""
    assert [found for found, _ in findings] == [rule], findings
    for part in ("test_check, ", *parts):
        assert part in findings[0][1]


# A chapter without a fault


def test_nothing_is_found_in_a_clean_chapter(find):
    def beat(self):
        digit = Picture(self.story, "x").to_edge(LEFT, buff=1)
        formula = Formula("{{delta : d}} = o - l", colours={"d": MEANINGS["blame"]}).to_edge(UP)
        output, blame = (
            Number(self.story, f"{name}[{self.story.label}]") for name in ("a2", "delta2")
        )
        VGroup(output, Words("minus 1 is"), blame).arrange(RIGHT)
        self.play(FadeIn(digit), FadeIn(formula))
        self.play(FadeIn(output, blame))
        self.relate("a - 1 = b", output, blame)
        self.hold()
        # What flies in from outside, is invisible, or lies on a plain ground is no fault.
        plate = Rectangle(width=3, height=1, fill_color=BACKGROUND, fill_opacity=1)
        plate.move_to(digit)
        on_it = Words("a five").move_to(plate)
        self.play(FadeIn(plate, on_it))
        self.add(Words("nobody sees this").move_to(digit).set_opacity(0))
        grid = Line(3 * LEFT, 3 * RIGHT, color=FAINT, stroke_width=1).shift(2 * DOWN)
        self.play(FadeIn(grid), FadeIn(Words("on a faint line").move_to(grid)))
        self.hold()

    assert find(beat) == []


# Place and size


def test_text_in_the_margin_is_found(find):
    only(
        find(lambda self: self.add(Words("too high").to_edge(UP, buff=0.3))),
        "frame",
        "beat, ",
        "0.20 in the upper margin: 'too high'",
        "move it 0.20 down",
    )


def test_text_out_of_the_frame_is_found_even_on_the_way(find):
    def left(self):
        self.add(Words("out").to_edge(LEFT, buff=-0.1))

    only(find(left), "frame", "0.10 out of the frame at the left edge: 'out'", "0.60 right")

    def fly(self):
        words = Words("bird")
        self.add(words)
        self.play(words.animate(rate_func=there_and_back).shift(8 * RIGHT))

    only(find(fly), "frame", "0.5 s", "out of the frame at the right edge: 'bird'")


def test_text_on_text_is_found(find):
    def beat(self):
        self.add(Words("one thing"), Formula("a = b + c").shift(0.1 * UP))

    only(find(beat), "overlap", "text lies on text: 'one thing' and 'a = b + c'", "apart")


def test_text_between_the_glyphs_of_a_formula_does_not_lie_on_it(find):
    def beat(self):
        frame = Formula("a = #h(3em) + b")
        value = Number(self.story, "b2[0]").move_to(frame).match_y(frame)
        self.add(frame, value)

    assert find(beat) == []


def test_half_a_formula_that_was_left_behind_is_found(find):
    def beat(self):
        formula = Formula("{{x + y : part}} = z")
        self.add(formula.select("part").copy(), Words("here").move_to(formula.select("part")))

    only(find(beat), "overlap", "part of a text at (", "'here'")


def test_text_on_a_busy_picture_or_a_line_is_found(find):
    def picture(self):
        digit = Picture(self.story, "x", size=2.5)
        self.add(digit, Words("on the five").move_to(digit))

    findings = find(picture)
    assert {rule for rule, _ in findings} <= {"overlap", "contrast"}
    assert any("text lies on something busy" in text for _, text in findings)

    def line(self):
        self.add(Line(3 * LEFT, 3 * RIGHT), Words("struck out"))

    only(find(line), "overlap", "something busy", "'struck out'", "plain ground")


def test_text_that_is_half_covered_is_found(find):
    def beat(self, width):
        words = Words("only half of this can be read")
        plate = Rectangle(
            width=width, height=1, fill_color=BACKGROUND, fill_opacity=1, stroke_width=0
        )
        self.add(words, plate.next_to(words.get_center(), RIGHT, buff=0))

    only(find(lambda self: beat(self, 5)), "overlap", "half covered by a Rectangle")

    def hidden(self):
        words = Words("nothing of this can be read")
        self.add(words, Rectangle(width=9, height=1, fill_color=BACKGROUND, fill_opacity=1))

    assert find(hidden) == []


def test_small_text_is_found_also_when_it_was_scaled(find):
    def born(self):
        self.add(Words("born small", x_height=SMALL - 0.03))

    only(find(born), "height", "x-height is 0.190: 'born small'", "0.22 or more")

    def grown(self):
        self.add(Number(self.story, "b2[0]").scale(0.5), Formula("=").shift(UP))

    only(find(grown), "height", "x-height is 0.125")


# What needs time to be seen


def test_faint_text_is_found(find):
    only(
        find(lambda self: self.add(Words("hardly there", colour=FAINT))),
        "contrast",
        "contrast of only 1.9 : 1 (#3B424C on #0E1116)",
        "'hardly there'",
    )


def test_contrast_is_that_against_what_is_behind(find):
    def beat(self):
        plate = Rectangle(width=6, height=1, fill_color=ACTIVATION, fill_opacity=1)
        self.add(plate, Words("bright on bright"))

    only(find(beat), "contrast", "on #FBE08D", "'bright on bright'")


def test_a_faint_part_of_a_text_is_found(find):
    def beat(self):
        self.add(Words("all but this", colours={"this": FAINT}))

    only(find(beat), "contrast", "'all but this'")


def test_half_faded_text_is_found_when_the_beat_ends(find):
    def beat(self):
        words = Words("on its way out")
        self.add(words)
        self.play(words.animate.set_opacity(0.8))

    only(find(beat), "faded", "left at an opacity of 0.80: 'on its way out'", "style.DIM")

    def gone(self):
        words = Words("on its way out")
        self.add(words)
        self.play(words.animate.set_opacity(0.8))
        self.play(FadeOut(words))

    assert find(gone) == []


def test_too_many_words_are_found(find):
    def beat(self):
        self.add(Words("word " * 41, width=10, x_height=SMALL))

    # And the title.
    only(find(beat), "words", "42 words are on screen", "the most is 40")


def test_colours_that_an_eye_takes_for_one_are_found(find):
    def beat(self):
        for colour, place in (("#D05030", LEFT), ("#809030", RIGHT)):
            self.add(Square(1, fill_color=colour, fill_opacity=1, stroke_width=0).shift(place))

    only(find(beat), "colours", "#D05030 and #809030 look the same to a colour-blind eye")


def test_the_colours_of_the_style_are_told_apart():
    assert find_confusable([colour.to_hex() for colour in MEANINGS.values()]) == []
    assert get_rgb("#D05030").shape == (3,)


def test_what_is_allowed_is_no_finding_and_needs_a_reason(find):
    def beat(self):
        crossed = VGroup(Words("struck out"), Line(3 * LEFT, 3 * RIGHT))
        self.add(allow(crossed, "overlap", because="it is struck out"))

    assert find(beat) == []
    with pytest.raises(ValueError, match="reason"):
        allow(Square(), "overlap", because=" ")
    with pytest.raises(ValueError, match="frame, overlap"):
        allow(Square(), "everything", because="I like it")


def test_a_fault_that_lasts_is_found_once(find):
    def beat(self):
        self.add(Words("too high").to_edge(UP, buff=0.3))
        for _ in range(3):
            self.hold()
            self.play(FadeIn(Square()))

    only(find(beat), "frame")


# Figures


def test_a_reading_that_was_made_up_is_found(find):
    def beat(self):
        true = Quantity.recorded(self.story, "delta1[2]")
        self.add(Figure(Quantity(true.source, true.value + 0.1, true.step), decimals=3))

    only(find(beat), "reading", "is shown, but the oracle has", "delta1[2] of step 0")


def test_a_figure_in_the_narration_is_checked_too(find):
    def construct(self):
        wrong = Quantity("error", 0.5, 0)
        with self.beat("beat", **{"delta2[5]": wrong}):
            pass

    only(find(None, construct=construct), "reading", "'+0.50' is said, but the oracle has", "error")


def made_up_mean(trace):
    """A derived figure that the oracle does not know."""
    return 0.5


def test_a_derived_figure_without_a_second_calculation_is_found(find):
    def beat(self):
        self.add(Derived(made_up_mean, self.trace))

    only(find(beat), "reading", "made_up_mean has no second calculation", "made_up_mean(trace)")


def test_a_sum_that_does_not_agree_as_shown_is_found(find):
    def beat(self):
        self.relate("a - b = c", "0.59", "1", "−0.42")

    only(
        find(beat),
        "relation",
        "does not agree, as shown it makes −0.41",
        "a - b = c with 0.59, 1, −0.42",
        "mark it ≈",
    )


def test_what_is_far_even_for_about_is_not_advised_to_be_marked(find):
    def beat(self):
        self.relate("a + b ≈ c", "0.33", "0.33", "0.99")

    only(find(beat), "relation", "is not near", "; show other figures, or say what is true")


def test_a_relation_needs_its_figures(find):
    def beat(self):
        with pytest.raises(ValueError, match="2 figures"):
            self.relate("a + b = c", "1", "2")

    assert find(beat) == []


@pytest.mark.parametrize(
    ("relation", "texts", "fault"),
    [
        ("a - b = c", ("0.59", "1", "−0.41"), None),
        ("a + b = c", ("0.13", "0.004", "0.13"), None),  # rounded to the decimals of the result
        ("a * b = c", ("0.59", "0.41", "0.24"), None),
        ("a * b = c", ("0.59", "0.41", "0.25"), "makes 0.2419"),
        ("a + b + c = d", ("0.33", "0.33", "0.33", "1.00"), "makes 0.99"),
        ("a + b + c ≈ d", ("0.33", "0.33", "0.33", "1.00"), None),
        ("a + b + c = d", ("0.33", "0.33", "0.33", "≈1.00"), None),
        ("a + b + c ≈ d", ("0.33", "0.33", "0.33", "1.10"), "is not near"),
        ("a = b", ("60,000", "60,000"), None),
        ("a / 60000 = b", ("5,000", "0.083"), None),
        ("-a * (b - c) = d", ("+0.5", "3", "1", "−1.0"), None),
        ("sigmoid(a) = b", ("0.49", "0.62"), None),
        ("sigmoid(a) = b", ("0.49", "0.63"), "makes 0.62"),
        ("a < b", ("0.24", "0.24"), "0.24"),
        ("a > b", ("0.2533", "0.2381"), None),
        ("a + b = c - d", ("1.5", "2.5", "5", "1"), None),
        ("a = b = c", ("0.5", "0.50", "0.51"), "makes 0.5"),
    ],
)
def test_relations_are_worked_out_as_shown(relation, texts, fault):
    found = fault_in(relation, texts)
    assert found is None if fault is None else found is not None and fault in found


@pytest.mark.parametrize(
    "relation", ["a + b", "a ** 2 = b", "f(a) = b", "a + = b", "1 / (a - a) ≈ b"]
)
def test_a_relation_that_cannot_be_read_says_so(relation):
    with pytest.raises(RelationError):
        fault_in(relation, ("1", "2"))


@pytest.mark.parametrize(
    ("text", "value", "right"),
    [
        ("−0.41", -0.4149, True),
        ("−0.41", 0.4149, False),
        ("+0.41", 0.4149, True),
        ("0.00", -0.001, True),
        ("93.3 %", 93.34, True),
        ("93.3%", 0.9334, True),
        ("93.4%", 0.9334, False),
        ("≈0.42", 0.4149, False),
        ("60,000", 60000.0, True),
        ("1.2e−03", 0.00123, True),
        ("an eight", 8.0, True),
        ("five", 8.0, False),
        ("NaN", float("nan"), True),
        ("−∞", float("-inf"), True),
        ("0.5", float("nan"), False),
        ("no figure", 1.0, False),
        ("1 of 2", 1.0, False),
    ],
)
def test_a_text_shows_its_value_or_not(text, value, right):
    assert agrees(text, value) is right


def test_noise_lets_the_neighbour_pass_only_at_the_boundary():
    assert agrees("0.42", 0.4149999, noise=1e-6)
    assert not agrees("0.42", 0.4149, noise=1e-6)
    assert not agrees("0.43", 0.4149999, noise=1e-6)


def test_a_figure_knows_the_worth_of_its_last_digit():
    figure = read_figure("≈−1,024.50 %")
    assert (float(figure.value), float(figure.unit)) == (-1024.5, 0.01)
    assert figure.approximate
    assert figure.percent


# Words


def test_a_beat_without_narration_is_found(find):
    only(find(lambda self: None, name="mute"), "error", "mute, ", "[test_check.mute] is missing")


def test_narration_that_is_too_long_for_its_beat_is_found(find):
    only(
        find(lambda self: self.add(Square()), hold=lambda self, seconds=0: None),
        "narration",
        "the words need",
        "and the beat has 0.0 s",
    )


def test_a_subtitle_that_is_too_long_is_found(find):
    def beat(self):
        self.add_subcaption("x" * 43)

    only(find(beat), "subtitle", "longer than 2 lines of 42 characters")


# Chapters that stop, and the command


def test_what_a_chapter_stops_with_is_a_finding_beside_the_others(find):
    def beat(self):
        self.play(FadeIn(Words("too high").to_edge(UP, buff=0.3)))
        raise ZeroDivisionError("by hand")

    findings = find(beat)
    assert [rule for rule, _ in findings] == ["frame", "error"]
    assert "beat, 1.0 s: the chapter stops: ZeroDivisionError: by hand (" in findings[1][1]


def test_what_a_chapter_asks_in_vain_is_told_with_its_line(find):
    def beat(self):
        Number(self.story, "a9[1]")  # the line

    with open(__file__, encoding="utf-8") as file:
        line = next(n for n, text in enumerate(file, 1) if text.endswith("# the line\n"))
    only(find(beat), "error", "the chapter stops: ", f"(test_check.py:{line}); mend it there")


def test_texts_of_manim_s_own_are_found_and_can_be_allowed(find):
    def beat(self):
        self.add(DecimalNumber(0.1234, mob_class=Text).to_edge(LEFT))
        self.add(Typst("0.1234").to_edge(RIGHT))

    def allowed(self):
        self.add(allow(Text("a word"), "figure", because="it is no figure"))
        self.add(Text("gone").set_opacity(0))

    found = [text for rule, text in find(beat) if rule == "figure"]
    for kind in ("DecimalNumber", "Typst", "Text"):
        own = f"a text of Manim's own, whose figures nobody can hold to the recording: {kind}; use"
        assert any(own in text for text in found), kind
    assert [text for rule, text in find(allowed) if rule == "figure"] == []


FILE = '''
from pathlib import Path
from scenes.kit.chapter import Chapter
from scenes.kit.typeset import Words

class Tiny(Chapter):
    """A chapter in a file of its own."""
    narration = Path(__file__).with_suffix(".toml")

    def construct(self):
        with self.beat("beat"):
            self.add(Words("hello").shift({shift}))
            self.hold()
'''


@pytest.mark.parametrize(("shift", "code"), [([0, 0, 0], 0), ([6.9, 0, 0], 1)])
def test_the_command_tells_and_exits_accordingly(
    tmp_path, folder, monkeypatch, capsys, shift, code
):
    monkeypatch.setenv("GLASSNET_TRACE", str(folder))
    file = tmp_path / f"tiny{code}.py"
    file.write_text(FILE.format(shift=shift), encoding="utf-8")
    file.with_suffix(".toml").write_text(f'[tiny{code}.beat]\ntext = "Hello."\n', encoding="utf-8")
    assert main(["check", str(file), "--theme", "dark"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith(f"tiny{code}: {code} finding")
    assert len(lines) == 1 + code


RAISES = {
    "its own": ("self.nope()", "AttributeError: 'Tiny' object has no attribute 'nope'"),
    "in a library": ("self.play('nope')", "TypeError: "),
    "not an Exception": ("raise type('Own', (BaseException,), {})('no')", "Own: no"),
    "at once": ("__import__('os')._exit(0)", "SystemExit: os._exit(0) ends the whole process"),
    "it leaves": ("raise SystemExit", "SystemExit: "),
    "at length": ("raise ValueError('a\\nb ' * 200)", "ValueError: a b a b "),
}


@pytest.mark.parametrize("name", RAISES)
def test_a_chapter_that_raises_is_told_with_its_line_and_loses_no_other(
    tmp_path, folder, monkeypatch, capsys, name
):
    code, said = RAISES[name]
    monkeypatch.setenv("GLASSNET_TRACE", str(folder))
    good, bad = tmp_path / "whole.py", tmp_path / "raising.py"
    for file in (good, bad):
        source = FILE.format(shift=[0, 0, 0])
        if file == bad:
            source = source.replace("            self.hold()", f"            {code}")
        file.write_text(source, encoding="utf-8")
        words = f'[{file.stem}.beat]\ntext = "Hello."\n'
        file.with_suffix(".toml").write_text(words, encoding="utf-8")
    line = 1 + bad.read_text().splitlines().index(f"            {code}")

    assert main(["check", str(bad), str(good), "--theme", "dark"]) == 1
    finding, *counts = capsys.readouterr().out.splitlines()
    assert finding.startswith(f"raising, beat, 0.0 s: the chapter stops: {said}")
    assert f"(raising.py:{line}); " in finding
    assert len(finding) <= 300
    assert [it.split(" (")[0] for it in counts] == ["raising: 1 finding", "whole: 0 findings"]

    assert main(["sheet", str(bad), str(good), "--out", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert told.err.startswith(f"glassnet: raising, beat: {said}")
    assert told.err.endswith(f"(raising.py:{line})\n")
    assert told.err.count("\n") == 1
    assert [path.name for path in tmp_path.glob("*.png")] == ["whole.png"]


@pytest.mark.parametrize("method", ["is_file", "open"])
def test_a_chapter_that_may_not_be_read_is_one_line(tmp_path, monkeypatch, capsys, method):
    file = tmp_path / "secret.py"
    file.touch()

    def deny(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    for command in ("check", "sheet", "render"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, method, deny)
            assert main([command, str(file)]) == 2
        line = f"glassnet: {file} cannot be read: there is no permission\n"
        assert capsys.readouterr().err == line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("OSError(28, 'No space left on device', '/x')", "the disk is full: could not write /x;"),
        ("MemoryError", "this needs more memory than there is"),
    ],
)
def test_what_the_machine_lacks_is_no_fault_of_the_chapter(
    tmp_path, folder, monkeypatch, capsys, error, line
):
    monkeypatch.setenv("GLASSNET_TRACE", str(folder))
    file = tmp_path / "short.py"
    source = FILE.format(shift=[0, 0, 0])
    file.write_text(source.replace("self.hold()", f"raise {error}"), encoding="utf-8")
    file.with_suffix(".toml").write_text('[short.beat]\ntext = "Hello."\n', encoding="utf-8")
    assert main(["check", str(file)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"glassnet: {line}")
    assert told.err.count("\n") == 1


def test_the_sheet_shows_each_beat_twice(tmp_path, folder, monkeypatch, capsys):
    monkeypatch.setenv("GLASSNET_TRACE", str(folder))
    file = tmp_path / "tiny2.py"
    file.write_text(FILE.format(shift=[0, 0, 0]), encoding="utf-8")
    file.with_suffix(".toml").write_text('[tiny2.beat]\ntext = "Hello."\n', encoding="utf-8")
    assert main(["sheet", str(file), "--out", str(tmp_path), "--width", "427"]) == 0
    sheet = tmp_path / "tiny2.png"
    assert capsys.readouterr().out.startswith(str(sheet))
    with Image.open(sheet) as image:
        assert image.size == (2 * 427 + 30, 240 + 26 + 20)
        cells = [image.crop((x, 36, x + 427, 276)) for x in (10, 447)]
    # Both cells show the word: something bright on a dark ground.
    assert all(cell.convert("L").getextrema()[1] > 200 for cell in cells)


def test_a_wrong_name_is_one_line(capsys):
    assert main(["check", "backprob"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("glassnet: no chapter 'backprob': did you mean 'backprop'? there are ")
    assert error.count("\n") == 1


# Cues


def test_cues_that_nothing_waits_for_or_that_come_too_late_are_found(find):
    def late(self):
        self.play(FadeIn(Square()), run_time=4)
        self.now.until("fall")
        self.play(FadeOut(self.mobjects[-1]))

    def in_time(self):
        self.now.until("fall")
        self.play(FadeIn(Square()))

    only(find(late, "cued"), "cue", "begins 2.8 s after its word: {>fall}")
    only(find(lambda self: self.hold(), "cued"), "cue", "nothing waits for a cue: {>fall}")
    assert find(in_time, "cued") == []


# Which moment is on screen


def test_a_badge_of_another_network_than_the_one_shown_is_found(find):
    def trained(self):
        return self.trace.see(self.story.picture)

    def output(self):
        self.play(FadeIn(Number(trained(self), "a2[3]")))

    (found,) = find(output)
    assert found[0] == "badge"
    assert "the badge says 'before training', and the network shown is that after" in found[1]


def test_a_badge_of_one_of_those_shown_is_none_and_a_picture_is_of_no_network(find):
    def both(self):
        view = self.trace.see(self.story.picture)
        numbers = VGroup(Number(view, "a2[3]"), Number(self.story, "a2[3]"))
        self.play(FadeIn(numbers.arrange(RIGHT)))

    def picture(self):
        self.play(FadeIn(Picture(self.trace.see(self.story.picture), "x")))

    assert [found for found in find(both) if found[0] == "badge"] == []
    assert [found for found in find(picture) if found[0] == "badge"] == []


def test_other_themes_are_judged_too_and_nothing_is_told_twice(tmp_path, capfd, monkeypatch):
    (file,) = write_chapters(tmp_path, "pale")
    text = file.read_text().replace(
        "FadeIn(Square())",
        "FadeIn(VGroup(Words('read me', colour='#00785A'), Words('far').shift(9 * LEFT)))",
    )
    imports = "from manim import LEFT, VGroup\nfrom scenes.kit.typeset import Words\n"
    file.write_text(imports + text)
    assert main(["check", str(file)]) == 1
    lines = capfd.readouterr().out.splitlines()
    pale = [line for line in lines if "'read me'" in line]
    far = [line for line in lines if "'far'" in line]
    # It can be read on white; what leaves the frame does so in every theme.
    assert len(pale) == len(far) == 1
    assert lines.index(pale[0]) < next(k for k, line in enumerate(lines) if "pale: " in line)
    assert any(line.startswith("pale (paper): 1 finding") for line in lines)

    assert main(["check", str(file), "--theme", "dark"]) == 1
    assert not any("paper" in line for line in capfd.readouterr().out.splitlines())


def test_a_badge_that_does_not_follow_what_comes_is_found(find):
    def beat(self, follow):
        self.play(FadeIn(Number(self.story, "a2[3]").shift(LEFT)))
        view = self.trace.see(self.story.picture)
        if follow:
            self.now_at(view)
        self.play(FadeIn(Number(view, "a2[3]").shift(RIGHT)))

    assert [rule for rule, _ in find(lambda self: beat(self, True))].count("badge") == 0
    # What was there first is for comparison: it does not excuse the badge.
    assert [rule for rule, _ in find(lambda self: beat(self, False))].count("badge") == 1
