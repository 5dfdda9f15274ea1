"""What a careful eye or a calculator would find in a chapter, found without filming it.

`check` rehearses a chapter and gives its findings: faults of layout (`scenes.film.layout`),
figures that the oracle works out differently (`scenes.film.derived`), figures that do not agree
with each other as shown (`scenes.kit.shown`), and words that do not fit their time.

Places and sizes are judged after every play; what needs time to be seen (contrast, a busy ground,
colours, the number of words) when the picture rests: at each wait and at the end of each beat. In
the middle of a movement only text outside the frame counts.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from manim import Mobject, Wait, config

from network.errors import GlassnetError
from scenes.film.derived import fault_of
from scenes.film.layout import (
    Fault,
    Screen,
    find_faults_at_rest,
    find_faults_of_place,
    find_faults_on_the_way,
    find_half_faded,
)
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.film.rehearsal import ChapterError, Watcher, line_of, rehearse
from scenes.film.typed_figures import find_typed_in_words
from scenes.kit.chapter import BeatTime, Chapter
from scenes.kit.ledger import Drawing, Ledger, Reading, moments_in, steps_behind_all
from scenes.kit.narration import LINE_LENGTH, LINES, seconds_to_say
from scenes.kit.shown import RelationError, fault_in

_OF_AN_IMAGE = re.compile(r"""(^|\[")(x|y|label|step|at|index|epoch)(\[[\d, ]+\])?("\])?$""")
_LATE = 0.5  # seconds
_MID_MOTION = 0.4  # plays shorter than this are not looked at on the way


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a chapter.

    Attributes
    ----------
    chapter, beat, time
        Where in the film; the beat is None between beats.
    rule
        What kind it is: a rule of `scenes.kit.allow`, or "words", "reading", "relation", "moment",
        "badge", "cue", "narration", "subtitle", "error".
    what, where, mend
        What is wrong, the text or source it is about, and how to mend it.
    """

    chapter: str
    beat: str | None
    time: float
    rule: str
    what: str
    where: str
    mend: str

    def __str__(self) -> str:
        beat = self.beat or "between beats"
        return f"{self.chapter}, {beat}, {self.time:.1f} s: {self.what}: {self.where}; {self.mend}"


class _Inspector(Watcher):
    """Looks at every state that a viewer would."""

    def __init__(
        self, chapter: str, oracle: Callable[[Chapter], Oracle], pixels: bool = True
    ) -> None:
        self.name = chapter
        self.oracle = oracle
        self.pixels = pixels
        self.beat: str | None = None
        self.findings: list[Finding] = []
        self.chapter: Chapter | None = None
        self._known: set[tuple[object, ...]] = set()
        self._blamed: list[Mobject] = []  # held, so that their ids stay theirs

    def moments(self, start: float, end: float) -> Iterable[float]:
        """The middle of every movement."""
        return [(start + end) / 2] if end - start >= _MID_MOTION else ()

    def look(self, chapter: Chapter, time: float) -> None:
        """Look for what must not be even on the way."""
        if not _is_waiting(chapter):
            self._note(find_faults_on_the_way(Screen.of(_all(chapter))), time)

    def before_beat(self, chapter: Chapter, name: str) -> None:
        """Remember which beat it is."""
        self.chapter = chapter
        self.beat = name

    def after_play(self, chapter: Chapter) -> None:
        """Look at places and sizes; at a wait, at everything."""
        self.chapter = chapter
        screen = Screen.of(_all(chapter))
        self._note(find_faults_of_place(screen), chapter.time)
        if self.pixels and _is_waiting(chapter):
            self._note(find_faults_at_rest(screen, chapter), chapter.time)

    def after_beat(self, chapter: Chapter, beat: BeatTime) -> None:
        """Look at the beat's last state."""
        screen = Screen.of(_all(chapter))
        # A wait that ended the beat has been looked at.
        if self.pixels and not _is_waiting(chapter):
            self._note(find_faults_at_rest(screen, chapter), chapter.time)
        self._note(find_half_faded(screen), chapter.time)
        self._note(find_false_pictures(_all(chapter), self.oracle(chapter)), chapter.time)
        self.beat = None

    def _note(self, faults: Iterable[Fault], time: float) -> None:
        for fault in faults:
            # Once for the same mobjects, and once a beat for the same text.
            by_text = (fault.rule, self.beat, fault.where)
            by_mobject = (fault.rule, *map(id, fault.mobjects)) if fault.mobjects else by_text
            if by_text in self._known or by_mobject in self._known:
                continue
            self._known |= {by_text, by_mobject}
            self._blamed += fault.mobjects
            self.report(fault.rule, fault.what, fault.where, fault.mend, time)

    def report(
        self, rule: str, what: str, where: str, mend: str, time: float, beat: str | None = None
    ) -> None:
        """Add a finding."""
        beat = beat or self.beat
        self.findings.append(Finding(self.name, beat, time, rule, what, where, mend))


def check(
    chapter: type[Chapter], oracles: dict[Path, Oracle] | None = None, pixels: bool = True
) -> list[Finding]:
    """All findings of a chapter, in the order of the film.

    Parameters
    ----------
    chapter
        Its class. Recipe, step and trace are chosen as for a render: by the environment.
    oracles
        By the folder of the trace; the chapter's is added. Chapters of one trace share it, for it
        remembers what it worked out.
    pixels
        Whether frames are drawn where the picture rests. Without, it takes two thirds of the
        time, and contrast, busy grounds, colours and the number of words are not judged.
    """
    oracles = {} if oracles is None else oracles

    def oracle_of(told: Chapter) -> Oracle:
        folder = told.trace.path
        if folder not in oracles:
            oracles[folder] = Oracle(folder)
        return oracles[folder]

    inspector = _Inspector(chapter.file_name(), oracle_of, pixels)
    try:
        rehearse(chapter, inspector)
    except ChapterError as error:
        # For the author to know, with all else that was found.
        inspector.report("error", "the chapter stops", error.what, "mend the code", _now(inspector))
    except GlassnetError as error:
        line = line_of(chapter, error)
        where = f"{error} ({line})" if line else str(error)
        inspector.report("error", "the chapter stops", where, "mend it there", _now(inspector))
    told = inspector.chapter
    if told is not None:
        _check_words(told, inspector)
        _check_relations(told.ledger, inspector)
        _check_readings(told, oracle_of(told), inspector)
        _check_moments(told, inspector)
        _check_badges(told, inspector)
        _check_cues(told, inspector)
    return sorted(inspector.findings, key=lambda finding: finding.time)


def _check_readings(chapter: Chapter, oracle: Oracle, inspector: _Inspector) -> None:
    for reading in chapter.readings:
        fault = fault_of(reading, oracle)
        if fault:
            said = "said" if reading.place == "narration" else "shown"
            at = "" if reading.step is None else f" of step {reading.step}"
            inspector.report(
                "reading",
                f"{reading.text!r} is {said}, but {fault}",
                f"{reading.source}{at}",
                "show the recorded value",
                reading.time,
                reading.beat,
            )


def _check_moments(chapter: Chapter, inspector: _Inspector) -> None:
    """Whatever is shown is of the story, or of a moment that the chapter says it tells of."""
    split, index = chapter.story.picture
    own = f'trace.see(("{split}", {index})'
    told = {chapter.story.name, *chapter.told_of}
    seen: set[tuple[str | None, str]] = set()
    rows: list[Reading | Drawing] = [*chapter.ledger.readings, *chapter.ledger.pictures]
    for row in rows:
        for moment in moments_in(row.source, row.step):
            if moment in told or moment.startswith((f"{own},", f"{own})")):
                continue
            if (row.beat, moment) not in seen:
                seen.add((row.beat, moment))
                inspector.report(
                    "moment",
                    f"it shows {moment}, and tells of {chapter.story.name}",
                    row.source,
                    "show the story's own, or say so with tell_of",
                    row.time,
                    row.beat,
                )


def _check_badges(chapter: Chapter, inspector: _Inspector) -> None:
    """The badge says which network is on screen when a beat ends: that of something that came.

    What was there when the beat began may be of the network before, left for comparison.
    """
    spans = {beat.name: (beat.start, beat.end - 1.5 / config.frame_rate) for beat in chapter.beats}
    kept: dict[str | None, dict[int, Reading | Drawing]] = {}
    came: dict[str | None, dict[int, Reading | Drawing]] = {}
    seen = (reading for reading in chapter.ledger.readings if reading.place == "screen")
    rows: list[Reading | Drawing] = [*seen, *chapter.ledger.pictures]
    for row in rows:
        start, end = spans.get(str(row.beat), (0.0, 0.0))
        # Pictures and labels are of no network, and the badge's own figure proves nothing.
        if row.end < end or _OF_AN_IMAGE.search(row.source):
            continue
        for at in steps_behind_all(row.source, row.step, chapter.trace.steps):
            (came if row.time > start else kept).setdefault(row.beat, {})[at] = row
    shown = kept | came
    for beat, badge in chapter.badges.items():
        there = shown.get(beat, {})
        if there and badge.at not in there and (badge.at is not None or not badge.says):
            at, row = next(iter(there.items()))
            inspector.report(
                "badge",
                f"the badge says {badge.says or 'nothing'!r}, and the network shown is that "
                f"after {at:,} steps",
                row.source,
                "say which with beat(..., moment=...)",
                row.time,
                beat,
            )


def _check_cues(chapter: Chapter, inspector: _Inspector) -> None:
    """What moves comes with its word: every cue is waited for, and none too late."""
    for cue in chapter.cues:
        if cue.met is None:
            what, mend = "nothing waits for a cue", f'beat.until("{cue.name}"), or take it out'
        elif cue.met - cue.said > _LATE:
            what = f"what a cue speaks of begins {cue.met - cue.said:.1f} s after its word"
            mend = "let what is before it take less time, or say it later"
        else:
            continue
        inspector.report("cue", what, f"{{>{cue.name}}}", mend, cue.said, cue.beat)


def _check_relations(ledger: Ledger, inspector: _Inspector) -> None:
    for relation in ledger.relations:
        try:
            fault = fault_in(relation.relation, relation.texts)
        except RelationError as error:
            fault = str(error)
        if fault:
            inspector.report(
                "relation",
                f"what is shown does not agree, {fault}",
                f"{relation.relation} with {', '.join(relation.texts)}",
                "show other figures, or say what is true of them"
                if "≈" in relation.relation
                else "show more decimals, or mark it ≈",
                relation.time,
                relation.beat,
            )


def _check_words(chapter: Chapter, inspector: _Inspector) -> None:
    # Digits are readings also where they are names.
    names = [name for name in chapter.trace.classes if name.isalpha()]
    for beat in chapter.beats:
        needed, time = seconds_to_say(beat.narration), beat.end - beat.start
        if not beat.narration.strip():
            inspector.report(
                "narration",
                "nothing is said",
                beat.name,
                "write it in en.toml",
                beat.start,
                beat.name,
            )
        typed = find_typed_in_words(beat.narration, names)
        if typed:
            inspector.report(
                "figure",
                f"the figure {typed} was typed, and is of nothing in the recording",
                repr(str(beat.narration)),
                "fill it in: a path in braces, or a phrase of the beat's",
                beat.start,
                beat.name,
            )
        if needed > time + 0.1:
            what = f"the words need {needed:.1f} s and the beat has {time:.1f} s"
            inspector.report(
                "narration", what, beat.name, "say less, or hold longer", beat.start, beat.name
            )
    for subtitle in chapter.renderer.file_writer.subcaptions:
        lines = subtitle.content.split("\n")
        if len(lines) > LINES or max(map(len, lines)) > LINE_LENGTH:
            inspector.report(
                "subtitle",
                f"a subtitle is longer than {LINES} lines of {LINE_LENGTH} characters",
                repr(subtitle.content),
                "shorten the longest word or sentence",
                subtitle.start.total_seconds(),
                next(
                    (b.name for b in chapter.beats if b.end > subtitle.start.total_seconds()), None
                ),
            )


def _all(chapter: Chapter) -> list[Mobject]:
    return [*chapter.mobjects, *chapter.foreground_mobjects]


def _is_waiting(chapter: Chapter) -> bool:
    return all(isinstance(animation, Wait) for animation in chapter.animations or ())


def _now(inspector: _Inspector) -> float:
    return inspector.chapter.time if inspector.chapter else 0.0
