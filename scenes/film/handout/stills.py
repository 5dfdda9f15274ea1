"""What the handout keeps of a chapter: how each beat ends, its words and its figures.

The chapter is rehearsed once, and drawn once a beat.
"""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from manim import Mobject, Typst
from PIL import Image

from network.errors import GlassnetError
from network.trace import Trace
from scenes.film.handout.formulas import Lines, read_code, read_formulas
from scenes.film.handout.tables import Entry, Key, list_entries
from scenes.film.layout import Screen
from scenes.film.rehearsal import Watcher, draw, rehearse
from scenes.kit.chapter import BeatTime, Chapter
from scenes.kit.number import Number
from scenes.kit.typeset import Words, noting, without_labels

QUALITY: Final = "h"


class HandoutError(GlassnetError):
    """A handout that cannot be made."""


@dataclass(frozen=True)
class Still:
    """A beat as it ends.

    Attributes
    ----------
    picture
        Its last frame, as PNG.
    alt
        The words and figures in it.
    plain
        Whether there is nothing but words in it.
    formulas, code
        What stands in it, see `scenes.film.handout.formulas`.
    standing
        The figures in it.
    """

    picture: bytes
    alt: str
    plain: bool
    formulas: list[Lines]
    code: list[str]
    standing: set[Key]

    @classmethod
    def of(cls, chapter: Chapter, screen: Screen, made: Iterable[Mobject]) -> "Still":
        """What is on the frame now, `made` being all that was typeset so far."""
        picture = io.BytesIO()
        Image.fromarray(draw(chapter)).save(picture, "PNG")
        # The moment's badge stands on every frame: nothing of its own is in it.
        badge = {*chapter.badge.get_family()} if hasattr(chapter, "badge") else set()
        pieces = [piece.mobject for piece in screen.pieces if piece.mobject not in badge]
        shown = [piece.shown for piece in pieces if isinstance(piece, Number)]
        return cls(
            picture=picture.getvalue(),
            alt=_describe(screen),
            plain=not screen.others and all(isinstance(piece, Words) for piece in pieces),
            formulas=read_formulas(screen, made),
            code=read_code(screen, made),
            standing={(it[0].step, it[0].source, it[1]) for it in shown if it is not None},
        )


def _describe(screen: Screen) -> str:
    """What can be read in a picture, line by line."""
    texts = []
    for piece in sorted(screen.pieces, key=lambda it: (-round(it.box[1], 1), it.box[0])):
        mobject = piece.mobject
        source = getattr(mobject, "text", None) or getattr(mobject, "source", "")
        texts.append(" ".join(without_labels(str(source)).split()))
    return "; ".join(filter(None, texts))


@dataclass(frozen=True)
class Section:
    """A beat as the handout tells it: when it was and what was said, how it ends, its figures."""

    beat: BeatTime
    still: Still
    entries: list[Entry]


@dataclass(frozen=True)
class Part:
    """A chapter as the handout tells it.

    Attributes
    ----------
    name
        The chapter's, as ``backprop``.
    told
        The chapter, rehearsed.
    sections
        Its beats.
    """

    name: str
    told: Chapter
    sections: list[Section]

    @property
    def trace(self) -> Trace:
        """The recording."""
        return self.told.trace

    @property
    def entries(self) -> list[Entry]:
        """The figures of all its beats."""
        return [entry for section in self.sections for entry in section.entries]

    @property
    def step(self) -> int:
        """The step that it tells of."""
        return int(self.told.story.step)


class _Reader(Watcher):
    """Keeps a still of each beat.

    Parameters
    ----------
    made
        All that has been typeset so far.
    report
        Called after each beat.
    """

    def __init__(self, made: list[Typst], report: Callable[[], object]) -> None:
        self.stills: list[tuple[BeatTime, Still]] = []
        self._made, self._report = made, report

    def after_beat(self, chapter: Chapter, beat: BeatTime) -> None:
        """Keep the last picture and what is in it."""
        screen = Screen.of([*chapter.mobjects, *chapter.foreground_mobjects])
        self.stills.append((beat, Still.of(chapter, screen, self._made)))
        self._report()


def read_chapter(chapter: type[Chapter], report: Callable[[], object] = lambda: None) -> Part:
    """Rehearse a chapter and keep what the handout needs.

    Parameters
    ----------
    chapter
        Its class.
    report
        Called after each beat.

    Raises
    ------
    network.errors.GlassnetError
        If the chapter stops, or has no beat.
    """
    name = chapter.file_name()
    with noting() as made:
        reader = _Reader(made, report)
        told = rehearse(chapter, reader, QUALITY)
    if not reader.stills:
        raise HandoutError(f"{name} has no beat: there is nothing to hand out")
    beats = [(beat.name, still.standing) for beat, still in reader.stills]
    listed = list_entries(told.readings, beats, int(told.story.step))
    pairs = zip(reader.stills, listed, strict=True)
    return Part(name, told, [Section(*kept, entries) for kept, entries in pairs])
