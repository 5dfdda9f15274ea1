"""The film's words as files: subtitles, the list of chapters for video sites, the transcript.

All are made from what `scenes.film.timeline` tells of chapters. A subtitle's times are written in
whole milliseconds, rounded down: so it is on from the first of its frames, and off at the next
one's.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from html import escape
from typing import Any

import srt

from scenes.kit.narration import Subtitle


def to_srt(subtitles: Iterable[Subtitle]) -> str:
    """Subtitles in SubRip's form."""
    return srt.compose(
        srt.Subtitle(None, _timedelta(line.start), _timedelta(line.end), line.text)
        for line in subtitles
    )


def to_vtt(subtitles: Iterable[Subtitle]) -> str:
    """Subtitles in the form of the web, WebVTT."""
    cues = [
        f"{_clock(line.start)} --> {_clock(line.end)}\n{escape(line.text, quote=False)}\n"
        for line in subtitles
    ]
    return "\n".join(["WEBVTT\n", *cues])


def subtitles_of(chapters: Sequence[dict[str, Any]]) -> list[Subtitle]:
    """The subtitles of the whole film."""
    beats = (beat for chapter in chapters for beat in chapter["beats"])
    return [Subtitle(**line) for beat in beats for line in beat["subtitles"]]


def chapter_list(chapters: Sequence[dict[str, Any]]) -> str:
    """The chapters as video sites take them: ``1:55 Bias: What is the bias for?``.

    Times are rounded down to seconds, so that nothing of a chapter is missed.
    """
    return "".join(
        f"{short_time(chapter['start'])} {chapter['title']}: {chapter['question']}\n"
        for chapter in chapters
    )


def transcript(title: str, chapters: Sequence[dict[str, Any]]) -> str:
    """All that is said, in Markdown, each beat with the time when it begins."""
    parts = [f"# {_plain(title)}"]
    for chapter in chapters:
        parts += [f"## {_plain(chapter['title'])}", f"*{_plain(chapter['question'])}*"]
        parts += [
            f"**{short_time(beat['start'])}** {_plain(beat['narration'])}"
            for beat in chapter["beats"]
        ]
    return "\n\n".join(parts) + "\n"


def short_time(seconds: float) -> str:
    """``1:55``, or ``1:01:55`` from an hour on."""
    minutes, second = divmod(int(seconds + 1e-6), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def beat_title(name: str) -> str:
    """A beat's name in words: ``Blame flows back``."""
    return name.replace("-", " ").capitalize()


def milliseconds(seconds: float) -> int:
    """Whole milliseconds, rounded down; what is a whole number but for rounding stays."""
    return math.floor(seconds * 1000 + 1e-2)


def _timedelta(seconds: float) -> timedelta:
    return timedelta(milliseconds=milliseconds(seconds))


def _clock(seconds: float) -> str:
    """``00:01:55.066``, as WebVTT wants it."""
    return srt.timedelta_to_srt_timestamp(_timedelta(seconds)).replace(",", ".")


def _plain(text: str) -> str:
    """Text in which Markdown sees no marks."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|" else letter for letter in text)
