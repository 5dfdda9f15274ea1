"""The base chapter: beats, time, ledger, settings, errors; and the `manim` command end to end."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import srt
from kit_fakes import FakeTrace, fake_step
from manim import (
    RIGHT,
    FadeIn,
    FadeOut,
    Rectangle,
    ReplacementTransform,
    Square,
    Succession,
    VGroup,
    config,
    tempconfig,
)

from network.errors import PathError, SettingsError
from scenes.kit.chapter import Chapter, has_viewer
from scenes.kit.digit import Picture
from scenes.kit.findings import products_of, sum_of_products
from scenes.kit.ledger import Quantity
from scenes.kit.motion import AddUp
from scenes.kit.narration import WORDS_PER_SECOND, NarrationError
from scenes.kit.number import Number
from scenes.kit.style import BACKGROUND, MARGIN, QUICK
from scenes.kit.typeset import Words

HERE = Path(__file__).parent
WORDS = """
[test_kit_chapter.short]
text = "Off by {delta2[5]:+.2f}."
[test_kit_chapter.long]
text = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen."
[test_kit_chapter.last]
text = "So."
[test_kit_chapter.cued]
text = "One two three {>fall} four {>end} five."
[test_kit_chapter.silent]
text = "Hm."
"""


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in ("RECIPE", "STEP", "TRACE"):
        monkeypatch.delenv(f"GLASSNET_{name}", raising=False)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture
def told(tmp_path, media):
    """Run a chapter with the given construct, without drawing more than a frame a play."""
    (tmp_path / "en.toml").write_text(WORDS, encoding="utf-8")

    def tell(construct, **attributes):
        class Told(Chapter):
            title = "Backpropagation"
            question = "Whose fault is it?"
            narration = tmp_path / "en.toml"

            def open_trace(self, settings):
                return FakeTrace(steps=100)

        Told.construct = construct
        for name, value in attributes.items():
            setattr(Told, name, value)
        settings = {
            "dry_run": True,
            "background_color": "#FFFFFF",
            "disable_caching": True,
            "media_dir": str(media),
        }
        with tempconfig({**settings, "quality": "low_quality", "verbosity": "ERROR"}):
            chapter = Told(skip_animations=True)
            chapter.render()
        return chapter

    return tell


def screen(chapter):
    return [(r.beat, r.source, r.text) for r in chapter.readings if r.place == "screen"]


# Beats and time


def test_a_beat_lasts_as_long_as_its_words(told):
    def construct(self):
        with self.beat("long") as beat:
            self.play(FadeIn(Square()), run_time=1)
            assert beat.remaining == pytest.approx(beat.needed - 1)
        with self.beat("silent"):
            self.play(FadeIn(Square()), run_time=3)
            self.needed = beat.remaining

    chapter = told(construct)
    long, silent = chapter.beats
    assert (long.name, long.start) == ("long", 0)
    assert 15 / 2.6 <= long.end <= 15 / 2.6 + 1 / 15
    assert chapter.needed == 0
    assert silent.start == long.end
    assert silent.end - silent.start == pytest.approx(3)
    assert chapter.time == pytest.approx(silent.end)


def test_times_are_whole_frames(told):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.71)
        self.times = [self.time]
        self.wait(0.51)
        self.times.append(self.time)
        self.hold(0.51)
        self.times.append(self.time)
        self.hold(123 / 15)  # 122 for Manim: 8.2 / (1 / 15) is a little less than 123
        self.times.append(self.time)

    frames = np.array(told(construct).times) * 15
    # 10.65 frames are drawn as 11; Manim rounds a still wait down, hold rounds it up.
    assert frames == pytest.approx([11, 18, 26, 149])


def test_subtitles_follow_each_other_through_the_beats(told):
    def construct(self):
        with self.beat("short"):
            self.hold(2)
        self.hold(1)
        with self.beat("long"):
            pass

    chapter = told(construct)
    first, *rest = chapter.renderer.file_writer.subcaptions
    short, long = chapter.beats
    delta = f"{fake_step(0).delta[2][5]:+.2f}".replace("-", "−")
    assert first.content == f"Off by {delta}."
    assert " ".join(s.content for s in rest).split() == long.narration.split()
    starts = [s.start.total_seconds() for s in (first, *rest)]
    ends = [s.end.total_seconds() for s in (first, *rest)]
    assert (starts[0], ends[0]) == (0, pytest.approx(short.end, abs=1e-3))
    assert (starts[1], ends[-1]) == (
        pytest.approx(short.end + 1, abs=1e-3),
        pytest.approx(long.end, abs=1e-3),
    )
    assert starts[2:] == pytest.approx(ends[1:-1], abs=1e-3)


def test_beats_do_not_nest(told):
    def construct(self):
        with self.beat("short"), self.beat("long"):
            pass

    with pytest.raises(ValueError, match="before 'short' has ended"):
        told(construct)


# The ledger


def test_a_number_is_noted_when_it_is_shown(told):
    def construct(self):
        number = Number(self.story, "a2[5]")
        hidden = Number(self.story, "a2[6]")
        with self.beat("short"):
            self.hold(1)
            self.play(FadeIn(VGroup(Square(), number)), run_time=1)
        assert hidden is not None

    chapter = told(construct)
    text = f"{fake_step(0).a[2][5]:.2f}".replace("-", "−")
    assert screen(chapter) == [("short", "a2[5]", text)]
    said, shown = chapter.readings
    assert (said.place, said.source, said.time) == ("narration", "delta2[5]", 0)
    # It counts as shown while it fades in.
    assert (shown.time, shown.end) == (pytest.approx(1), chapter.beats[0].end)
    assert shown.value == float(fake_step(0).a[2][5])
    assert shown.step == 0


def test_numbers_of_other_beats_steps_and_animations_are_noted(told):
    def construct(self):
        one, two = Number(self.story, "a2[1]"), Number(self.story, "a2[2]")
        passing = Number(self.story, "a2[3]")
        with self.beat("short"):
            self.add(one)
            self.play(Succession(FadeIn(passing), FadeOut(passing)))
        with self.beat("long"):
            self.play(one.animate_to(self.trace[42]))
            self.play(ReplacementTransform(one, two))
        self.remove(two)
        with self.beat("silent"):
            self.hold(1)

    noted = [(beat, source) for beat, source, _ in screen(told(construct))]
    assert noted == [
        ("short", "a2[1]"),
        ("short", "a2[3]"),
        ("long", "a2[1]"),  # as the beat begins
        ("long", "a2[1]"),  # of step 42
        ("long", "a2[2]"),
    ]


def test_a_number_has_been_shown_until_it_left_or_changed(told):
    def construct(self):
        going, changing, staying = (Number(self.story, f"a2[{k}]") for k in range(3))
        with self.beat("silent"):
            self.add(going, changing, staying)
            self.hold(1)
            self.play(FadeOut(going), changing.animate_to(self.trace[42]), run_time=2)
            self.hold(1)

    seen = [row for row in told(construct).readings if row.place == "screen"]
    spans = [(r.source, r.step, r.time, r.end) for r in seen]
    assert spans == [
        ("a2[0]", 0, 0, 3),
        ("a2[1]", 0, 0, 1),
        ("a2[2]", 0, 0, 4),
        ("a2[1]", 42, 3, 4),
    ]


def test_no_reading_is_shorter_than_a_frame(told):
    def construct(self):
        number = Number(self.story, "loss")
        self.add(number)
        self.play(number.animate_to(self.trace[42]))
        # No frame shows the value on which the play ended.
        number.set_view(self.trace[43])
        self.play(number.animate_to(self.trace[44]))
        self.hold(1)

    readings = [row for row in told(construct).readings if row.place == "screen"]
    assert [reading.step for reading in readings] == [0, 43, 44]
    assert [reading.end - reading.time for reading in readings[:2]] == pytest.approx([1 / 15] * 2)


def test_a_number_that_is_never_filmed_is_not_noted(told):
    def construct(self):
        with self.beat("long"):
            self.hold(10)
            self.add(Number(self.story, "loss"))

    assert screen(told(construct)) == []


def test_figures_of_the_beat_are_noted(told, tmp_path):
    def construct(self):
        (tmp_path / "en.toml").write_text(WORDS + 'extra = "{share:.0f} {rest:.0f}"', "utf-8")
        self._narration = self._narration.load(self.narration, "test_kit_chapter")
        # All together, or one by one.
        given = {"share": Quantity("share(trace)", 93.2)}
        with self.beat("silent", "extra", given, rest=Quantity("rest(trace)", 6.8)):
            pass

    chapter = told(construct)
    assert [(r.source, r.text, r.place) for r in chapter.readings] == [
        ("share(trace)", "93", "narration"),
        ("rest(trace)", "7", "narration"),
    ]


def test_nothing_is_written_in_a_dry_run(told, media):
    told(lambda self: self.play(FadeIn(Number(self.story, "loss"))))
    assert not list(media.rglob("*.json"))


# Counting


def test_a_number_that_counts_is_said_to_be_counting(told):
    def construct(self):
        with self.beat("short"):
            number = Number(self.story, "a2[3]")
            self.play(FadeIn(number), run_time=1)
            self.play(number.animate_to(self.trace[7]), run_time=2)
            self.hold(1)

    rows = [row for row in told(construct).readings if row.source == "a2[3]"]
    assert [
        (row.place, row.step, row.time, row.end) for row in rows if row.end - row.time > 0.5
    ] == [
        ("screen", 0, 0.0, pytest.approx(1.0, abs=0.1)),
        ("counting", 7, 1.0, 3.0),
        ("screen", 7, 3.0, pytest.approx(4.0, abs=0.1)),
    ]


def test_a_sum_is_counting_while_its_pixels_arrive(told):
    def construct(self):
        with self.beat("short"):
            picture = Picture(self.story, products_of, 1, 0)
            total = Number(sum_of_products, self.story, 1, 0)
            self.add(picture)
            self.play(AddUp(picture, total), run_time=2)
            self.hold(1)

    rows = [row for row in told(construct).readings if row.source.startswith("sum_of_products")]
    assert [(row.place, row.time) for row in rows] == [("counting", 0.0), ("screen", 2.0)]


# Cues


def test_a_beat_waits_for_the_word_of_a_cue(told):
    def construct(self):
        with self.beat("cued") as beat:
            beat.until("fall")
            self.fell = self.time
            self.play(FadeIn(Square()), run_time=1)
            beat.until("end")  # said already: nothing to wait for
            self.ended = self.time

    chapter = told(construct)
    assert chapter.fell == pytest.approx(3 / WORDS_PER_SECOND, abs=1 / 15)
    assert chapter.ended == pytest.approx(chapter.fell + 1)
    fall, end = chapter.cues
    assert (fall.beat, fall.name, fall.met) == ("cued", "fall", chapter.fell)
    assert end.said == pytest.approx(4 / WORDS_PER_SECOND)
    assert end.met == chapter.ended


def test_a_cue_that_the_words_do_not_have_is_named(told, capsys):
    def construct(self):
        with self.beat("cued") as beat:
            beat.until("rise")

    with pytest.raises(SystemExit):
        told(construct)
    assert "cued] has no {>rise}, which the beat waits for; it has fall, end" in (
        capsys.readouterr().err
    )


# The frame of a chapter


def test_the_title_is_small_and_top_left(told):
    chapter = told(lambda self: self.hold(1))
    (title,) = chapter.mobjects
    assert title.get_left()[0] == pytest.approx(-config.frame_width / 2 + MARGIN)
    assert title.get_top()[1] == pytest.approx(config.frame_height / 2 - MARGIN)
    assert chapter.camera.background_color == BACKGROUND


def test_question_and_answer(told):
    def construct(self):
        with self.beat("long"):
            self.ask()
        self.at_question, asked_at = list(self.mobjects), self.time
        with self.beat("silent"):
            assert self.time == pytest.approx(asked_at + QUICK, abs=0.04)
        self.after_question = list(self.mobjects)
        kept, gone = Square(), Square().shift(RIGHT)
        self.add(gone, kept)
        self.answer("What came out minus what should have.", kept)
        self.kept = kept

    chapter = told(construct)
    title, badge = chapter.after_question
    assert badge is chapter.badge
    # The last picture of the beat is the question.
    assert [one for one in chapter.at_question if isinstance(one, Words)][-1].source == (
        "Whose fault is it?"
    )
    *others, answer = chapter.mobjects
    assert others == [title, badge, chapter.kept]
    assert isinstance(answer, Words)
    assert answer.get_center() == pytest.approx([0, 0, 0])
    assert answer.width < config.frame_width - 2 * MARGIN


def test_a_beat_takes_leave_of_all_that_it_does_not_keep(told):
    def construct(self):
        names = ("below", "gone", "first", "second", "part", "left")
        self.named = {name: Square().set(width=0.5 + k) for k, name in enumerate(names)}
        below, gone, first, second, part, left = self.named.values()
        with self.beat("short"):
            self.play(FadeIn(below, gone, VGroup(first, second), VGroup(left, VGroup(part))))
        with self.beat("silent", keep=(VGroup(below, first, second), part)) as beat:
            # As the first movement, in the beat's own time.
            assert self.time == pytest.approx(beat.start + QUICK, abs=0.04)
            self.stayed = list(self.mobjects)
        with self.beat("long"):
            assert self.mobjects == self.stayed
        with self.beat("last", keep=()) as beat:
            self.only = list(self.mobjects)
        with self.beat("silent", keep=()):
            assert self.time == self.beats[-1].end  # nothing is left to wait for

    chapter = told(construct)
    below, _, first, second, part, _ = chapter.named.values()
    title, *others = chapter.stayed
    members = [one for other in others for one in other.get_family() if one.has_points()]
    drawn = [one for one in members if one in chapter.named.values()]
    assert drawn == [below, first, second, part], "in the order in which they lie on each other"
    assert chapter.only[0] is title
    assert {*chapter.only} == {title, chapter.badge}


def test_what_leaves_is_not_drawn_over_what_stays(told):
    def construct(self):
        under, over = Square(), Square()
        self.add(VGroup(under), over)
        play, self.order = self.play, []

        def watched(*animations, **options):
            self.order += [one for one in self.mobjects if one in (under, over)]
            play(*animations, **options)
            self.leaving = [animation.mobject for animation in animations]

        self.play = watched
        with self.beat("silent", keep=(over,)):
            self.play = play
        assert self.leaving[0].get_family()[-1] is under
        assert under not in self.get_mobject_family_members()
        assert over in self.mobjects

    told(construct)


def test_over_another_picture_the_answer_comes_without_a_dark_veil(told, monkeypatch):
    seen = []

    def construct(self):
        self.add(Square())
        play = self.play
        self.play = lambda *a, **k: (seen.extend(a), play(*a, **k))
        monkeypatch.setitem(config._d, "background_opacity", 0.0)
        self.answer("What came out minus what should have.")
        monkeypatch.undo()
        self.left = list(self.mobjects)

    chapter = told(construct)
    assert not any(isinstance(animation.mobject, Rectangle) for animation in seen)
    assert not any(isinstance(mobject, Square) for mobject in chapter.left)


def test_times_are_whole_frames_to_the_last_digit(told):
    def construct(self):
        for _ in range(40):
            self.play(FadeIn(Square()), run_time=0.4)
            self.hold(0.33)

    chapter = told(construct)
    rate = 15
    assert chapter.time == round(chapter.time * rate) / rate


# Settings and errors


def one_line(capsys, exit_code, error, chapter):
    with pytest.raises(SystemExit) as caught:
        chapter()
    assert caught.value.code == exit_code
    assert isinstance(caught.value.__cause__, error)
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "100", "9" * 20, "9" * 5000, "²"])
def test_a_bad_step_is_one_line_before_anything_is_drawn(told, capsys, monkeypatch, value):
    monkeypatch.setenv("GLASSNET_STEP", value)
    drawn = []
    line = one_line(capsys, 2, SettingsError, lambda: told(lambda self: drawn.append(1)))
    assert f"GLASSNET_STEP={value[:20]}"[:20] in line
    assert len(line) < 320
    assert not drawn


def test_the_environment_chooses_the_step(told, monkeypatch):
    monkeypatch.setenv("GLASSNET_STEP", " 42 ")
    assert told(lambda self: self.hold(1)).story.step == 42
    monkeypatch.setenv("GLASSNET_STEP", "")
    assert told(lambda self: self.hold(1), step=7).story.step == 7


def test_of_a_batch_the_first_image_is_the_story(told):
    class Batches(FakeTrace):
        def __getitem__(self, step):
            return SimpleNamespace(example=lambda row: fake_step(1000 + row))

    chapter = told(lambda self: self.hold(1), open_trace=lambda self, settings: Batches())
    assert chapter.story.step == 1000


def test_the_environment_chooses_recipe_and_trace(told, capsys, monkeypatch, tmp_path):
    asked = []

    def open_(path):
        asked.append(path)
        return FakeTrace()

    monkeypatch.setattr("scenes.kit.chapter.ensure_trace", lambda name, _: Path(name))
    monkeypatch.setattr("scenes.kit.chapter.Trace.open", open_)

    def tell():
        return told(lambda self: self.hold(1), open_trace=Chapter.open_trace)

    tell()
    monkeypatch.setenv("GLASSNET_RECIPE", "dropout-mlp")
    tell()
    monkeypatch.setenv("GLASSNET_TRACE", str(tmp_path))
    line = one_line(capsys, 2, SettingsError, tell)
    assert "dropout-mlp" in line
    assert "sigmoid-online" in line
    monkeypatch.delenv("GLASSNET_RECIPE")
    tell()
    assert asked == [Path("sigmoid-online"), Path("dropout-mlp"), tmp_path, tmp_path]
    monkeypatch.setenv("GLASSNET_TRACE", str(tmp_path / "nowhere"))
    assert "nowhere" in one_line(capsys, 2, SettingsError, tell)


def test_a_missing_beat_is_one_line(told, capsys):
    def construct(self):
        with self.beat("nameless"):
            pass

    line = one_line(capsys, 1, NarrationError, lambda: told(construct))
    assert line.startswith("Told: ")
    assert "[test_kit_chapter.nameless] is missing" in line


def test_an_error_says_in_which_beat(told, capsys):
    def construct(self):
        with self.beat("short"):
            Number(self.story, "delta3[0]")

    line = one_line(capsys, 1, PathError, lambda: told(construct))
    assert line.startswith("Told, beat short: ")


def test_other_errors_are_not_hidden(told):
    def construct(self):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        told(construct)


# Viewers


def test_a_viewer_needs_a_program_and_a_display(tmp_path):
    program = tmp_path / "xdg-open"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    with_program = {"PATH": str(tmp_path)}
    assert has_viewer("Linux", {**with_program, "DISPLAY": ":0"})
    assert has_viewer("Linux", {**with_program, "WAYLAND_DISPLAY": "wayland-0"})
    assert not has_viewer("Linux", with_program)
    assert not has_viewer("Linux", {"PATH": "/nowhere", "DISPLAY": ":0"})
    assert has_viewer("Darwin", {})


# The manim command

FILM = """
from pathlib import Path
from kit_fakes import FakeTrace
from manim import FadeIn
from scenes.kit.chapter import Chapter
from scenes.kit.number import Number

class Tiny(Chapter):
    title = "Tiny"
    narration = Path(__file__).with_name("en.toml")

    def open_trace(self, settings):
        return FakeTrace()

    def construct(self):
        with self.beat("only"):
            self.play(FadeIn(Number(self.story, "delta2[5]", sign=True)), run_time=0.71)
            self.wait(0.51)
"""


@pytest.fixture(scope="module")
def manim(tmp_path_factory):
    """Run `manim` on a chapter file in a folder of its own, with no display and no viewer."""
    folder = tmp_path_factory.mktemp("film")
    (folder / "tiny.py").write_text(FILM, encoding="utf-8")
    words = '[tiny.only]\ntext = "Off by {delta2[5]:+.2f}."\n'
    (folder / "en.toml").write_text(words, encoding="utf-8")

    def run(*options, **environment):
        path = os.pathsep.join([str(HERE.parent), str(HERE), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, "-m", "manim", *options, "--media_dir", "media", "tiny.py"],
            cwd=folder,
            env={"PATH": str(folder), "HOME": str(folder), "PYTHONPATH": path, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    run.folder = folder
    return run


def test_manim_makes_film_subtitles_and_books(manim):
    films = manim.folder / "media" / "videos" / "tiny" / "480p15"
    made = []
    for _ in range(2):  # drawn, then from Manim's cache
        result = manim("-pql", "--save_sections")
        assert result.returncode == 0, result.stdout + result.stderr
        assert "Traceback" not in result.stdout + result.stderr
        last = result.stdout.splitlines()[-1]
        assert str(films / "Tiny.mp4") in last
        assert "no viewer" in last
        made.append(
            {path.name: path.read_text(encoding="utf-8") for path in films.glob("Tiny.*[!4]")}
        )
    assert "Using cached" in result.stdout
    assert made[0] == made[1]
    assert set(made[0]) == {"Tiny.srt", "Tiny.readings.json", "Tiny.timeline.json"}

    delta = float(fake_step(0).delta[2][5])
    text = f"{delta:+.2f}".replace("-", "−")
    books = json.loads(made[0]["Tiny.readings.json"])
    assert (books["trace"], books["step"]) == ("/nowhere/sigmoid-online", 0)
    common = {"beat": "only", "step": 0, "source": "delta2[5]", "value": delta, "text": text}
    common |= {"module": None, "time": 0.0}
    end = json.loads(made[0]["Tiny.timeline.json"])["duration"]
    assert books["readings"] == [
        {**common, "end": end, "place": "narration"},
        {**common, "end": end, "place": "screen"},
    ]
    (subtitle,) = srt.parse(made[0]["Tiny.srt"])
    assert subtitle.content == f"Off by {text}."
    (section,) = json.loads((films / "sections" / "Tiny.json").read_text())
    assert section["name"] == "only"
    timeline = json.loads(made[0]["Tiny.timeline.json"])
    (beat,) = timeline["beats"]
    assert beat["narration"] == subtitle.content
    assert timeline["duration"] == beat["end"] >= 6 / 2.6


def test_manim_ends_with_one_line_on_a_bad_setting(manim):
    result = manim("-ql", GLASSNET_STEP="first")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert re.fullmatch(r"Tiny: GLASSNET_STEP=first: .*", line)
    assert "Traceback" not in result.stdout
