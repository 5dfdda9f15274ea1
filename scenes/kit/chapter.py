"""The base of every chapter: it opens the recording, keeps time with the words, and keeps books.

A chapter is one file in ``scenes/`` with one subclass::

    class Backprop(Chapter):
        title = "Backpropagation"
        question = "Whose fault is it?"
        recipe, step = "sigmoid-online", 0

        def construct(self) -> None:
            self.whose_fault()
            ...

        def whose_fault(self) -> None:
            with self.beat("whose-fault"):
                self.ask()

What authors should know about Manim 0.22 (read in its source, and measured here):

- In each animation Manim draws once what lies *below* the first mobject that moves, and draws
  that mobject and everything above it anew in every frame. So add what stands still first, or
  send it there with `bring_to_back`; what has just been faded in lies on top and costs nothing
  else. An updater counts as moving, and turns every wait into frames.
- A `wait` in which nothing has an updater is drawn once, however long it is.
- Manim names each animation's clip by a hash of all it can reach through attributes, closures
  and globals. Keep the trace and its steps out of mobjects, animations and updaters: hand them
  numbers and small arrays. The chapter itself is not hashed.
- Every letter is a mobject, a `Number` is one in all. On the move each costs 40 µs a frame.
- Times are whole frames. Manim's own clock counts frames when it draws and run times when it
  finds a clip in its cache; the chapter puts that right, so subtitles stay where they were.
- Animations with only one end in the film (``Succession(FadeIn(n), FadeOut(n))``) are in the
  ledger; values that an updater shows only in the middle of an animation are not.
"""

import os
import platform
import re
import shutil
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar

import numpy as np
import srt
from manim import (
    DL,
    UL,
    UR,
    CairoRenderer,
    FadeIn,
    FadeOut,
    Group,
    Mobject,
    Rectangle,
    Scene,
    VGroup,
    Wait,
    config,
)

from network.command_line import say
from network.errors import GlassnetError, SettingsError, tell
from network.moment import Moment
from network.progress import show_progress
from network.step import Step
from network.trace import Trace
from network.training import ensure_trace
from scenes.kit.badge import Arrive, Leave, MomentBadge
from scenes.kit.books import check_free, keep_books
from scenes.kit.claims import find_claims
from scenes.kit.equation import find_equalities
from scenes.kit.findings import layer_size
from scenes.kit.ledger import Ledger, Quantity, Reading, Relation
from scenes.kit.narration import (
    CUE,
    Figures,
    Narration,
    NarrationError,
    Told,
    seconds_to_say,
    subtitles,
)
from scenes.kit.number import Number
from scenes.kit.session import TimeBar, Writer, alone, check_options, film_name, is_part, show_time
from scenes.kit.settings import Settings
from scenes.kit.style import BACKGROUND, DIM, LARGE, MARGIN, QUESTION, QUICK, REST, SMALL, STEADY
from scenes.kit.suits import reason_of_size
from scenes.kit.typeset import CodeLine, Formula, Words

_Shown = dict[tuple[Mobject, int], tuple[Quantity, str]]
"""Figures on screen, each by the number or text that it is in, and what it shows."""


@dataclass(frozen=True)
class BeatTime:
    """When a beat was, in seconds since the film began, and what was said in it."""

    name: str
    start: float
    end: float
    narration: str


@dataclass(frozen=True)
class CueTime:
    """When a cue of a beat's words was said, and when the film went on with it.

    Attributes
    ----------
    beat, name
        The beat's and the cue's.
    said
        When the word after it was said, in seconds since the film began.
    met
        When the beat, having waited for it, went on; None if no beat waited for it.
    """

    beat: str
    name: str
    said: float
    met: float | None


class Beat:
    """The beat that is going on: its words, and how much time they still need."""

    def __init__(self, chapter: "Chapter", name: str, told: Told) -> None:
        self._chapter = chapter
        self.name = name
        self.told = told
        self.start = chapter.time
        self._met: dict[str, float] = {}

    @property
    def needed(self) -> float:
        """Seconds that the words need in all."""
        return seconds_to_say(self.told.text)

    @property
    def remaining(self) -> float:
        """Seconds that the words still need from now on; 0 when they have been said."""
        return max(0.0, self.start + self.needed - self._chapter.time)

    def until(self, cue: str) -> None:
        """Hold the picture until a word is being said: the one after ``{>cue}``.

        Raises
        ------
        network.errors.GlassnetError
            If the words of this beat have no such cue.
        """
        if cue not in self.told.cues:
            raise NarrationError(
                f"{self._chapter.narration}: [{self._chapter.file_name()}.{self.name}] has no "
                f"{{{CUE}{cue}}}, which the beat waits for; it has "
                f"{', '.join(self.told.cues) or 'no cues'}"
            )
        self._chapter.hold(self.start + self.told.cues[cue] - self._chapter.time)
        self._met[cue] = self._chapter.time

    @property
    def cues(self) -> list[CueTime]:
        """All cues of its words so far, and when they were met."""
        return [
            CueTime(self.name, cue, self.start + seconds, self._met.get(cue))
            for cue, seconds in self.told.cues.items()
        ]


M = TypeVar("M", bound=Moment)


class Chapter(Scene):
    """A scene that tells the story of one recorded step.

    Attributes
    ----------
    title
        The chapter's title: small, top left, always there.
    question
        What the chapter opens on, in a learner's words.
    recipe, step
        The run and the step that it tells of, unless the environment names others.
    narration
        The file with the words.
    trace
        The recording, from `setup` on.
    story
        The step of it that the chapter tells of.
    ledger
        All readings so far; see `readings`.
    beats
        The times of all beats so far.
    cues
        The cues of all beats so far.
    told_of
        The names of the moments that it tells of besides its story: see `tell_of`.
    badge
        Which moment of the run is on screen: see `beat`.
    badges
        What it was in each beat so far.
    """

    title: ClassVar[str] = ""
    question: ClassVar[str] = ""
    recipe: ClassVar[str] = "sigmoid-online"
    step: ClassVar[int] = 0
    narration: ClassVar[Path] = Path(__file__).parents[1] / "narration" / "en.toml"

    trace: Trace
    story: Step
    badge: MomentBadge
    renderer: CairoRenderer  # no other is let in: see `check_options`

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._asked_to_show = (config.preview or config.show_in_file_browser) and not has_viewer()
        if self._asked_to_show:
            # Manim runs the viewer without asking whether there is one. It restores its settings
            # after each scene, and reads these two in Scene.__init__.
            config.preview = False
            config.show_in_file_browser = False
        with _one_line(name := type(self).__name__):
            settings = Settings.from_environment()
            config.output_file = film_name(
                name, self.recipe, self.step, settings, config.output_file
            )
            check_options()
        if not args:
            kwargs.setdefault("renderer", CairoRenderer(file_writer_class=Writer))
        super().__init__(*args, **kwargs)
        self.ledger = Ledger()
        self.beats: list[BeatTime] = []
        self.cues: list[CueTime] = []
        self._beat: Beat | None = None
        self._asked: Words | None = None
        self._arrivals: list[Mobject] = []
        self.told_of: set[str] = set()
        self.badges: dict[str, MomentBadge] = {}
        self._next_badge: MomentBadge | None = None
        self._bar: TimeBar | None = None
        self._sound = False

    # Before and after

    def render(self, preview: bool = False) -> bool:
        """Render the chapter; what the user can mend ends it with one line and no traceback.

        Raises
        ------
        SystemExit
            On a `GlassnetError`, which is its cause: Manim prints the traceback of anything else.
        """
        name = type(self).__name__
        with _one_line(lambda: f"{name}, beat {self._beat.name}" if self._beat else name), alone():
            if self._film_with_books is not None:
                check_free(self._film_with_books)
            with show_time(name, self.expected_seconds()) as self._bar:
                try:
                    rerun = super().render(preview)
                except AttributeError as error:
                    # What Manim raises that has no clip to make a film of.
                    self._check_part(error)
                    raise
            self._check_part()
            self._keep_books()
        film = (
            self.renderer.file_writer.final_file_path if self.output_plan.output.enabled else None
        )
        if film is not None:
            why = " (there is no viewer here to open it with)" if self._asked_to_show else ""
            length = "a part" if is_part() else f"{self.time:.0f} s"
            say(f"{name}: {length}, in {film}{why}")
        return rerun

    def _check_part(self, cause: Exception | None = None) -> None:
        """Say what there is, where ``-n`` asked for animations that are not."""
        count = self.renderer.num_plays
        if is_part() and config.from_animation_number >= count:
            there = (
                f"there are {count} animations, 0 to {count - 1}"
                if count
                else "there are no animations"
            )
            raise SettingsError(f"-n {config.from_animation_number}: {there}") from cause

    @classmethod
    def expected_seconds(cls) -> float:
        """How long the film will be at least, as far as its words tell; 0 without any."""
        with suppress(GlassnetError):
            beats = Narration.load(cls.narration, cls.file_name()).beats.values()
            return sum(seconds_to_say(next(iter(beat.values()))) for beat in beats)
        return 0.0

    def setup(self) -> None:
        """Open the recording, training it first when it is missing, and show the title."""
        self.renderer.camera.background_color = BACKGROUND
        settings = Settings.from_environment()
        self.trace = self.open_trace(settings)
        if why := self.suits(self.trace):
            raise SettingsError(f"the chapter does not suit this run: {why}")
        # Where a step saw many images, the story is that of the first.
        self.story = self.choose_step(self.trace, settings).example(0)
        self._narration = Narration.load(self.narration, self.file_name())
        layers = {"pixels": 0, "outputs": self.story.layers}
        self._counts = {
            name: Quantity.derived(layer_size, self.trace, layer) for name, layer in layers.items()
        }
        self._title = VGroup()
        if self.title:
            self._title.add(Words(self.title, x_height=SMALL, colour=DIM))
            self.add(self._title.to_corner(UL, buff=MARGIN))
        self.badge = MomentBadge(None)

    @classmethod
    def file_name(cls) -> str:
        """The name that its file, its words and its film go by, as ``one_hot``."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def choose_step(cls, trace: Trace, settings: Settings) -> Step:
        """The step of a recording that the settings, or else the chapter, ask for."""
        number = cls.step if settings.step is None else settings.step
        if not 0 <= number < trace.steps:
            name = "GLASSNET_STEP" if settings.step is not None else "step"
            raise SettingsError(f"{name}={number}: the trace has steps 0 to {trace.steps - 1}")
        return trace[number]

    @classmethod
    def open_trace(cls, settings: Settings) -> Trace:
        """The recording that the settings, or else the chapter, ask for."""
        if settings.trace is None:
            name = settings.recipe or cls.recipe
            with show_progress(name) as progress:
                path = ensure_trace(name, progress)
            return Trace.open(path)
        trace = Trace.open(settings.trace)
        if settings.recipe not in (None, trace.recipe.name):
            raise SettingsError(
                f"GLASSNET_RECIPE={settings.recipe}, but GLASSNET_TRACE holds {trace.recipe.name}"
            )
        return trace

    @classmethod
    def suits(cls, trace: Trace) -> str | None:
        """Why the chapter cannot tell of a run, in words that go on a sentence; None if it can.

        Asked before anything is filmed. A chapter that needs more than room for the network asks
        for that too, and first of all this one::

            @classmethod
            def suits(cls, trace: Trace) -> str | None:
                return super().suits(trace) or reason_of_loss(trace, "cross-entropy")
        """
        return reason_of_size(trace)

    def tell_of(self, moment: M) -> M:
        """Say that the chapter tells of another moment, too; gives it back.

        Of another picture, or another step: views of the story's own picture, at whatever step,
        are of its story. What is shown of any other moment is a finding of ``check``.
        """
        self.told_of.add(moment.name)
        return moment

    # Beats

    @contextmanager
    def beat(
        self,
        name: str,
        variant: str = "text",
        given: Figures | None = None,
        *,
        moment: Moment | Trace | Literal["same"] | None = "same",
        keep: Iterable[Mobject] | None = None,
        **figures: Quantity | Moment | str,
    ) -> Iterator[Beat]:
        """One beat of the story, which lasts at least as long as its words need.

        Leave is taken here, and nowhere else: all that is on screen and not in `keep` fades out
        as the beat's first movement, before the block is entered. So nothing is forgotten, and
        nothing new comes in over something old. The question goes in any case.

        Parameters
        ----------
        name
            Its name, also of Manim's section, and of its table in the narration.
        variant
            Which of the table's texts is told.
        given, figures
            Figures and words for the narration besides those of the step, and views of which it
            names values: all together, one by one, or both.
        moment
            Whose network is on screen from its first movement on, for the badge: a step, a view,
            the trace where it is the whole run, None where it is of no network. As in the beat
            before, if not given; as the story has it in the first.
        keep
            What stays on screen, whole mobjects or parts of such, besides title and badge; if not
            given, all does.
        """
        if self._beat is not None:
            raise ValueError(f"beat {name!r} begins before {self._beat.name!r} has ended")
        words = {**self._counts, **(given or {}), **figures}
        told = self._narration.tell(name, self.story, words, variant)
        self.next_section(name)
        if moment != "same":
            self._turn_badge(MomentBadge(moment))
        elif not self.badges:
            self._turn_badge(MomentBadge(self.story))
        self.badges[name] = self._next_badge or self.badge
        self._beat = beat = Beat(self, name, told)
        self._note_told(beat)
        self._take_leave(keep)
        yield beat
        self.hold(beat.remaining)
        self._note_told(beat)
        # Where only a part is filmed, Manim's clock runs on through the rest: no times would fit.
        shown = subtitles(told.text, beat.start, self.time, config.frame_rate)
        for subtitle in () if is_part() else shown:
            self.add_subcaption(
                subtitle.text, subtitle.end - subtitle.start, subtitle.start - self.time
            )
        self._beat = None
        self.cues += beat.cues
        self.end_beat(BeatTime(name, beat.start, self.time, told.text))

    def now_at(self, moment: Moment) -> None:
        """Say that the next movement of this beat goes to another moment of the run."""
        self._turn_badge(MomentBadge(moment))
        if self._beat is not None:
            self.badges[self._beat.name] = self._next_badge or self.badge

    def _turn_badge(self, badge: MomentBadge) -> None:
        """Let the next movement bring another badge, if it says something else."""
        self._next_badge = badge if badge.says != self.badge.says else None

    def _take_leave(self, keep: Iterable[Mobject] | None) -> None:
        """Let go what does not stay, all together; nothing moves if all stays."""
        away: list[FadeOut] = []
        if self._asked is not None:
            away.append(FadeOut(self._asked, target_position=self._title, scale=0.3))
        if keep is not None:
            staying = {*self._title.get_family(), *self.badge.get_family()}
            staying.update(member for mobject in keep for member in mobject.get_family())
            # In their order: what leaves must not be drawn over what stays.
            self.mobjects = [part for one in self.mobjects for part in _parts(one, staying)]
            away += [
                FadeOut(one)
                for one in self.mobjects
                if one is not self._asked and staying.isdisjoint(one.get_family())
            ]
        self._asked = None
        if away:
            self.play(*away, run_time=QUICK)

    def end_beat(self, beat: BeatTime) -> None:
        """Keep the time of a beat whose last picture this is."""
        self.beats.append(beat)

    def hold(self, seconds: float = REST) -> None:
        """Stand still for a time, rounded up to whole frames; not at all for none."""
        frames = int(np.ceil(seconds * config.frame_rate - 1e-6))
        if frames > 0:
            # A hair more: Manim rounds a still wait down to frames.
            self.wait((frames + 1e-3) / config.frame_rate, frozen_frame=None)

    def ask(self, question: str | None = None) -> None:
        """Open on the question, large in the middle; the next beat sends it where the title is.

        So the beat's last picture, at which a teacher stops, is the question.

        Parameters
        ----------
        question
            The chapter's question in the words of this step, if they depend on it.
        """
        asked = Words(question or self.question, x_height=QUESTION, width=11.0, centred=True)
        self.play(FadeIn(asked, scale=0.95), run_time=STEADY)
        self.hold()
        self._asked = asked

    def answer(self, sentence: str, *keep: Mobject) -> None:
        """Close on the answer; all but the title and what is to be kept goes."""
        keep = (self._title, self.badge, *keep)
        gone = [mobject for mobject in self.mobjects if mobject not in keep]
        if config.transparent:
            # A veil would be dark on whatever the film is laid over.
            self.play(FadeOut(Group(*gone)), run_time=QUICK)
            self._show_answer(sentence)
            return
        # One veil on the move, with everything under it drawn once, looks like fading it all out.
        veil = Rectangle(
            width=config.frame_width + 1,
            height=config.frame_height + 1,
            stroke_width=0,
            fill_color=BACKGROUND,
            fill_opacity=1,
        )
        self.add(*gone, veil, *keep)
        self.play(FadeIn(veil), run_time=QUICK)
        self.remove(veil, *gone)
        self._show_answer(sentence)

    def _show_answer(self, sentence: str) -> None:
        words = Words(sentence, x_height=LARGE, width=11.0, centred=True)
        self.play(FadeIn(words, scale=0.95), run_time=STEADY)
        self.hold()

    # Time

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play animations as Manim does, and note the numbers that they bring or change."""
        self._arrivals = []
        start, before = self.time, _shown(self.mobjects)
        if self._next_badge is not None and not all(isinstance(one, Wait) for one in args):
            args += (Leave(self.badge), Arrive(self._next_badge))
            self.badge, self._next_badge = self._next_badge, None
        super().play(*args, **kwargs)
        # In whole frames, so that times are the same to the last digit however they were counted.
        rate = config.frame_rate
        frames = (
            self._frames_of_last_play()
            if self.renderer.skip_animations
            else round((self.time - start) * rate)
        )
        self.renderer.time = (round(start * rate) + frames) / rate
        if self._bar is not None:
            self._bar.update(self.time - start)
        # Manim leaves the empty mobject of every wait in the scene.
        waits = {id(wait.mobject) for wait in self.animations or () if isinstance(wait, Wait)}
        self.mobjects = [mobject for mobject in self.mobjects if id(mobject) not in waits]
        after = _shown([*self._arrivals, *self.mobjects])
        self._note_shown(start, before, after, self._counting(before, after))
        self._note_equalities()
        self._note_pictures(start)

    def _frames_of_last_play(self) -> int:
        """How many frames Manim draws for what was just played."""
        if self.is_current_animation_frozen_frame():
            return int(self.duration / (1 / config.frame_rate))
        return len(np.arange(0, self.duration, 1 / config.frame_rate))

    def add_sound(self, *args: Any, **kwargs: Any) -> None:
        """Add sound as Manim does, and say what becomes of it."""
        if not self._sound:
            self._sound = True
            tell(
                f"{type(self).__name__}: sound is only in a film that manim makes afresh "
                "(--flush_cache); the joined film has none"
            )
        super().add_sound(*args, **kwargs)

    # Drawn by Cairo: there are no mobjects of another kind.
    def add(self, *mobjects: Mobject) -> Self:  # type: ignore[override]
        """Add mobjects as Manim does; animations bring theirs this way too."""
        self._arrivals += mobjects
        return super().add(*mobjects)

    # Books

    def relate(self, relation: str, *figures: Number | str) -> None:
        """Declare that figures are shown together as a sum, a product or another equality.

        ``self.relate("a - b = c", output, label, blame)`` when the three are on screen. What a
        viewer can work out from the figures *as shown* has to be right: 0.59 − 1 = −0.41.
        ``python -m scenes check`` works it out, from the texts at the time of this call. Numbers
        that `scenes.kit.equation` has made agree say so by themselves, as soon as they are shown.

        Parameters
        ----------
        relation
            ``a`` is the first figure, ``b`` the second and so on; with ``+ - * /``, brackets,
            plain numbers, ``sigmoid()``, ``exp()`` and ``relu()``. A side that is one figure alone
            is compared as rounded to its decimals. With ``≈`` in place of ``=``, or a ``≈`` before
            one of the figures (``Number(..., before="≈")``), it only has to be true of values that
            round to those shown. ``<`` and ``>`` do too.
        figures
            Numbers, or texts where a figure is written by `Words` or `Formula`.

        Raises
        ------
        ValueError
            If there are more letters than figures or the other way round, or a number is on its
            way from one value to another.
        """
        letters = sorted(set(re.findall(r"\b[a-z]\b", relation)))
        if letters != list(string.ascii_lowercase[: len(figures)]):
            raise ValueError(f"{relation!r} does not go with {len(figures)} figures")
        texts = []
        for figure in figures:
            if isinstance(figure, Number) and figure.quantity is None:
                raise ValueError(f"{relation!r}: a figure is still on its way")
            texts.append(figure.text if isinstance(figure, Number) else figure)
        self._note_relation(relation, tuple(texts))

    def _note_equalities(self) -> None:
        """Note what numbers on screen say of each other: see `scenes.kit.equation`."""
        for equality in find_equalities(self.mobjects):
            self._note_relation(
                equality.relation, tuple(number.text for number in equality.numbers)
            )

    def _note_relation(self, relation: str, texts: tuple[str, ...]) -> None:
        """Note figures that belong together, once a beat."""
        beat = self._beat.name if self._beat else None
        told = self.ledger.relations
        if not any((r.beat, r.relation, r.texts) == (beat, relation, texts) for r in told):
            told.append(Relation(beat, self.time, relation, texts))

    @property
    def readings(self) -> list[Reading]:
        """All figures shown or said so far, in order; not those that no frame has shown."""
        return [reading for reading in self.ledger.readings if reading.end > reading.time]

    def _note_told(self, beat: Beat) -> None:
        """Note the figures in a beat's words, from its beginning until now."""
        for quantity, text in beat.told.figures:
            span = {"start": beat.start, "end": self.time}
            self.ledger.note(quantity, text, beat=beat.name, place="narration", **span)

    def _counting(self, before: _Shown, after: _Shown) -> set[Mobject]:
        """Which numbers have counted in what was just played: what they showed was on its way."""
        changed = {
            mobject
            for (mobject, place), shown in after.items()
            if isinstance(mobject, Number) and before.get((mobject, place), shown) != shown
        }
        return changed | {
            number
            for animation in self.animations or ()
            if (number := getattr(animation, "counting", None)) is not None
        }

    def _note_shown(self, start: float, before: _Shown, after: _Shown, counting: set[Any]) -> None:
        """Note what was shown by numbers before and after what was played since `start`."""
        # What is played between two beats belongs to the first one.
        last = self.beats[-1].name if self.beats else None
        beat = self._beat.name if self._beat else last
        note = partial(self.ledger.note, beat=beat, place="screen")
        # What changes is seen in the first frame of the change; what it becomes, in the next play.
        frame = 1 / config.frame_rate
        for figure, shown in before.items():
            changed = after.get(figure, shown) != shown
            note(*shown, start=start, end=start if changed else self.time, at_least=frame)
        for figure, shown in after.items():
            changed = figure[0] in counting or before.get(figure, shown) != shown
            if figure[0] in counting:
                self.ledger.note(*shown, beat=beat, place="counting", start=start, end=self.time)
            note(*shown, start=self.time if changed else start, end=self.time)

    def _note_pictures(self, start: float) -> None:
        """Note which pictures are there after what was played since `start`."""
        last = self.beats[-1].name if self.beats else None
        beat = self._beat.name if self._beat else last
        width, height = float(config.frame_width), float(config.frame_height)
        for mobject, claim in find_claims(self.mobjects):
            (left, low, _), (right, top, _) = (mobject.get_corner(corner) for corner in (DL, UR))
            place = (
                float(left / width + 0.5),
                float(0.5 - top / height),
                float((right - left) / width),
                float((top - low) / height),
            )
            self.ledger.note_picture(
                type(mobject).__name__,
                claim.what,
                claim.shown,
                beat=beat,
                start=start,
                end=self.time,
                place=place,
            )

    def _keep_books(self) -> None:
        """Write readings and timeline beside the video, when there is one."""
        if is_part():
            tell(
                f"{type(self).__name__}: a part of the chapter has no subtitles, timeline and "
                "readings"
            )
        film = self._film_with_books
        if film is None or not self.renderer.num_plays:
            return
        keep_books(
            film,
            readings={
                "trace": from_project(self.trace.path),
                "digest": self.trace.digest,
                "recipe": self.trace.recipe.name,
                "step": int(self.story.step),
                "batch": self.trace.batch,
                "readings": [reading.as_json() for reading in self.readings],
                "pictures": [drawing.as_json() for drawing in self.ledger.pictures],
                "relations": [asdict(relation) for relation in self.ledger.relations],
            },
            timeline={
                "scene": type(self).__name__,
                "title": self.title,
                "question": self.question,
                "frame_rate": config.frame_rate,
                "duration": round(self.time, 3),
                "sound": self._sound,
                "beats": [
                    {
                        key: round(value, 3) if isinstance(value, float) else value
                        for key, value in asdict(beat).items()
                    }
                    for beat in self.beats
                ],
                "cues": [
                    {
                        key: round(value, 3) if isinstance(value, float) else value
                        for key, value in asdict(cue).items()
                    }
                    for cue in self.cues
                ],
            },
            subtitles=srt.compose(self.renderer.file_writer.subcaptions),
        )

    @property
    def _film_with_books(self) -> Path | None:
        """The film, if there is going to be one and it is no part."""
        film = self.output_plan.primary_artifact
        return film if self.session_spec.output.is_video and not is_part() else None


@contextmanager
def _one_line(where: str | Callable[[], str]) -> Iterator[None]:
    """End the process on a `GlassnetError`, with one line: Manim prints tracebacks.

    Raises
    ------
    SystemExit
        Whose cause is the error.
    """
    try:
        yield
    except GlassnetError as error:
        name = where() if callable(where) else where
        tell(f"{name}: {error}")
        raise SystemExit(error.exit_code) from error


def _shown(mobjects: Iterable[Mobject]) -> _Shown:
    """The figures that these mobjects and their parts show."""
    found: _Shown = {}
    for mobject in mobjects:
        for member in mobject.get_family():
            if isinstance(member, Number) and member.shown is not None:
                found[member, 0] = member.shown
            elif isinstance(member, Words | Formula | CodeLine):
                found |= {(member, place): one for place, one in enumerate(member.shown)}
    return found


def _parts(mobject: Mobject, staying: set[Mobject]) -> Iterator[Mobject]:
    """A mobject that stays or leaves as a whole, or those parts of it that do."""
    split = mobject not in staying and not mobject.has_points()
    if split and not staying.isdisjoint(mobject.get_family()):
        for part in mobject.submobjects:
            yield from _parts(part, staying)
    else:
        yield mobject


def has_viewer(
    system: str = platform.system(), environment: Mapping[str, str] = os.environ
) -> bool:
    """Whether Manim would find something to show a film with.

    On Linux it runs ``xdg-open``, which needs a display too: without one it may fall back to a
    browser in the terminal. ``preview_command`` in manim.cfg goes before.
    """
    if config.preview_command:
        return shutil.which(str(config.preview_command), path=environment.get("PATH")) is not None
    if system == "Linux":
        display = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
        return bool(display) and shutil.which("xdg-open", path=environment.get("PATH")) is not None
    return True


def from_project(path: Path) -> str:
    """A path as one types it in the project's folder: what we write goes to other machines."""
    path, project = path.resolve(), Path(__file__).resolve().parents[2]
    return (path.relative_to(project) if path.is_relative_to(project) else path).as_posix()
