"""What a filmed chapter is, and when everything happens once chapters follow each other.

`Take` reads what `scenes.film.worker` leaves behind: a chapter's film, its timeline and its
readings. `describe` puts takes one after the other and tells all that `renders/manifest.json` says
of them, with times in seconds of the whole film. Times are counted in frames and only written in
seconds, so nothing drifts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenes.kit.narration import Subtitle, subtitles

Described = dict[str, Any]
"""A part of the manifest: what JSON can hold."""


@dataclass(frozen=True)
class Take:
    """A filmed chapter.

    Attributes
    ----------
    name
        The chapter's, as ``backprop``.
    film
        Path of the film.
    frame_rate
        Frames a second.
    frames
        How many frames the film has.
    timeline, books
        What the chapter wrote beside it: its beats, its readings.
    """

    name: str
    film: Path
    frame_rate: float
    frames: int
    timeline: Mapping[str, Any]
    books: Mapping[str, Any]

    @classmethod
    def load(cls, film: Path) -> "Take":
        """Read what lies beside a chapter's film."""
        timeline, books = (
            json.loads(film.with_suffix(f".{kind}.json").read_text(encoding="utf-8"))
            for kind in ("timeline", "readings")
        )
        rate = timeline["frame_rate"]
        return cls(film.stem, film, rate, round(timeline["duration"] * rate), timeline, books)

    @property
    def subtitles(self) -> list[Subtitle]:
        """Its subtitles; times in seconds of the chapter."""
        return [subtitle for beat in self.timeline["beats"] for subtitle in self.subtitles_of(beat)]

    def subtitles_of(self, beat: Mapping[str, Any]) -> list[Subtitle]:
        """The subtitles of one of its beats."""
        start, end = (self.frame(beat[key]) / self.frame_rate for key in ("start", "end"))
        return subtitles(beat["narration"], start, end, self.frame_rate)

    def frame(self, seconds: float) -> int:
        """The frame that a time falls on; times in the books are rounded."""
        return round(seconds * self.frame_rate)


def describe(takes: Sequence[Take]) -> list[Described]:
    """All that the manifest says of chapters that follow each other, in that order."""
    chapters, first = [], 0
    for take in takes:
        chapters.append(_describe(take, first))
        first += take.frames
    return chapters


def _describe(take: Take, first: int) -> Described:
    """A chapter that begins at frame `first` of the film."""

    def at(seconds: float) -> float:
        return round((first + take.frame(seconds)) / take.frame_rate, 6)

    timeline, books = take.timeline, take.books
    return {
        "name": take.name,
        "title": timeline["title"],
        "question": timeline["question"],
        "start": at(0),
        "end": at(take.frames / take.frame_rate),
        "recipe": books["recipe"],
        "step": books["step"],
        "trace": books["trace"],
        "digest": books["digest"],
        "beats": [
            {
                "name": beat["name"],
                "start": at(beat["start"]),
                "end": at(beat["end"]),
                "narration": beat["narration"],
                "subtitles": [
                    {"start": at(line.start), "end": at(line.end), "text": line.text}
                    for line in take.subtitles_of(beat)
                ],
            }
            for beat in timeline["beats"]
        ],
        "readings": [
            {
                "beat": reading["beat"],
                "start": at(reading["time"]),
                "end": at(reading["end"]),
                **{key: reading[key] for key in ("place", "step", "source", "value", "text")},
                "python": python_line(reading, books),
            }
            for reading in books["readings"]
        ],
        "pictures": [
            {
                "beat": drawing["beat"],
                "start": at(drawing["time"]),
                "end": at(drawing["end"]),
                **{key: drawing[key] for key in ("panel", "what", "step", "source", "place")},
                "python": python_line(drawing, books, of="{}"),
            }
            for drawing in books["pictures"]
        ],
    }


def python_line(reading: Mapping[str, Any], books: Mapping[str, Any], of: str = "float({})") -> str:
    """A line of Python that prints a reading's value, or a picture's values, from the recording.

    For example ``from network.trace import Trace; print(float(Trace.open("x")[0]["loss"]))``.
    """
    opened = f"Trace.open({json.dumps(books['trace'], ensure_ascii=False)})"
    # A step that saw many images is told of by its first.
    example = "" if books["batch"] == 1 else ".example(0)"
    if reading["step"] is not None:
        value = f"{opened}[{reading['step']}]{example}[{json.dumps(reading['source'])}]"
        return f"from network.trace import Trace; print({of.format(value)})"
    if reading["module"] is None:
        value = f"trace = {opened}; print({of.format(reading['source'])})"
        return f"from network.trace import Trace; {value}"
    name, _, arguments = reading["source"].partition("(")
    call = f"{name}({_with_examples(arguments, example)}"
    lines = [f"from {reading['module']} import {name}"]
    if "trace" in arguments:
        lines = ["from network.trace import Trace", *lines, f"trace = {opened}"]
    return "; ".join([*lines, f"print({of.format(call)})"])


def _with_examples(arguments: str, example: str) -> str:
    """Arguments in which each ``trace[7]`` is the example of that step."""
    head, *rest = arguments.split("trace[")
    return head + "".join("trace[" + part.replace("]", f"]{example}", 1) for part in rest)
