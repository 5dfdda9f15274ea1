"""The words of the film: templates in TOML, filled with recorded figures, cut into subtitles.

``scenes/narration/en.toml`` has a table for each beat of each chapter::

    [backprop.error-at-the-output]
    text = "The output for {label:word} should be one. It is {a2[5]}: off by {delta2[5]:+.2f}."

A figure is a path into the step in braces, with an optional format: Python's (``+.2f``; ``.2f``
when none is given), ``word`` (*five*), ``Word`` (*Five*) or ``a`` (*a five*, *an eight*). Other
names can be handed over by the beat; where it hands over a view as `end`, ``{end.a2[5]}`` is a
value of that. A table can hold variants beside ``text``, for the case that the story turns out
another way.

A cue, ``{>fall}``, marks where in the words something happens: ``beat.until("fall")`` waits until
the word after it is being said. It is not said itself. No Manim in this module.
"""

import re
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Final

from network.errors import GlassnetError
from network.moment import Moment
from scenes.kit.ledger import Quantity, written
from scenes.kit.phrase import IN_WORDS, Phrase, filled
from scenes.kit.phrase import in_words as in_words
from scenes.kit.phrase import with_article as with_article

WORDS_PER_SECOND: Final = 2.6
LINE_LENGTH: Final = 42
LINES: Final = 2
CUE: Final = ">"

Figures = Mapping[str, Quantity | Moment | str]
"""What a beat has for its words, by name: figures, texts, and views of which they name values."""
"""What the name of a cue begins with in the words."""


_CUE_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class NarrationError(GlassnetError):
    """Narration that is missing or cannot be filled in; the message names file and beat."""


@dataclass(frozen=True)
class Told:
    """What is said in a beat, a phrase that knows its figures.

    Attributes
    ----------
    text
        The words.
    cues
        When the word after each cue is said, in seconds from the beginning of the beat.
    """

    text: Phrase
    cues: Mapping[str, float] = field(default_factory=dict)

    @property
    def figures(self) -> tuple[tuple[Quantity, str], ...]:
        """The figures in it as they are said."""
        return self.text.figures


@dataclass(frozen=True)
class Narration:
    """The templates of one chapter, by beat and variant."""

    path: Path
    chapter: str
    beats: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, path: Path, chapter: str) -> "Narration":
        """Read a chapter's tables and check the form of every template.

        Raises
        ------
        NarrationError
            If the file or the chapter's table is missing, or a template is malformed.
        """
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise NarrationError(f"{path}: cannot be read ({error.strerror})") from error
        except ValueError as error:  # TOML's and UTF-8's errors both are
            raise NarrationError(f"{path}: {error}") from error
        beats = tables.get(chapter, {})
        if not isinstance(beats, dict) or not all(
            isinstance(beat, dict) for beat in beats.values()
        ):
            raise NarrationError(f"{path}: [{chapter}] must hold a table for each beat")
        for beat, variants in beats.items():
            for variant, template in variants.items():
                where = f"{path}: [{chapter}.{beat}] {variant}"
                if not isinstance(template, str) or not template.strip():
                    raise NarrationError(f"{where} must be a text")
                _check_form(template, where)
        return cls(path, chapter, beats)

    def tell(
        self,
        beat: str,
        step: Moment,
        figures: Figures | None = None,
        variant: str = "text",
    ) -> Told:
        """The words of a beat, with figures of the step and of the beat's own filled in.

        Raises
        ------
        NarrationError
            If beat or variant is missing, or a figure is unknown.
        """
        where = f"{self.path}: [{self.chapter}.{beat}]"
        if beat not in self.beats:
            raise NarrationError(f"{where} is missing: write what is said in this beat")
        if variant not in self.beats[beat]:
            raise NarrationError(f"{where} has no {variant!r}, only {', '.join(self.beats[beat])}")
        said = Phrase("", "")
        cues: dict[str, float] = {}
        for literal, name, spec, _ in Formatter().parse(self.beats[beat][variant]):
            said += literal
            if name is None:
                continue
            if name.startswith(CUE):
                cues[name.removeprefix(CUE)] = seconds_to_say(str(said))
                continue
            try:
                said += filled(_find(name, step, figures or {}), spec or "", ".2f")
            except (GlassnetError, ValueError) as error:
                raise NarrationError(
                    f"{where}: {{{name}{spec and ':' + spec}}}: {error}"
                ) from error
        return Told(said.squeezed(), cues)


def _check_form(template: str, where: str) -> None:
    """Raise NarrationError for braces without a partner, and formats that there are not."""
    try:
        fields = [field for field in Formatter().parse(template) if field[1] is not None]
    except ValueError as error:
        raise NarrationError(f"{where}: {error}") from error
    names = [name or "" for _, name, _, _ in fields]
    cues = [name.removeprefix(CUE) for name in names if name.startswith(CUE)]
    for cue in cues:
        if not _CUE_NAME.fullmatch(cue):
            raise NarrationError(f"{where}: {{{CUE}{cue}}}: a cue is named as in {{{CUE}the-sum}}")
        if cues.count(cue) > 1:
            raise NarrationError(f"{where}: {{{CUE}{cue}}} stands there twice")
    for _, name, spec, conversion in fields:
        shown = f"{{{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}"
        if conversion:
            raise NarrationError(f"{where}: {shown}: there is no !{conversion} in these words")
        try:
            if spec not in IN_WORDS:
                written(1.0, spec or ".2f")
        except ValueError as error:
            raise NarrationError(
                f"{where}: {shown}: a format is Python's, as +.2f, or word, or a"
            ) from error


def _find(name: str, step: Moment, figures: Figures) -> Quantity | str:
    """What a name in braces stands for: what the beat gave, a value of a view, or of the step."""
    given = figures.get(name)
    if given is not None and not isinstance(given, Moment):
        return given
    owner, point, path = name.partition(".")
    view = figures.get(owner)
    if point and isinstance(view, Moment):
        return Quantity.recorded(view, path)
    return Quantity.recorded(step, name)


def seconds_to_say(text: str) -> float:
    """How long a text takes to say, at 2.6 words a second; figures count digit by digit."""
    words = 0
    for word in text.split():
        figure = re.search(r"[+−]?\d[\d,.]*", word)
        spoken = figure.group().replace(",", "").rstrip(".") if figure else ""
        # "−0.41" is five words; from five digits on, numbers are said in thousands.
        words += min(max(len(spoken), 1), 5)
    return words / WORDS_PER_SECOND


@dataclass(frozen=True)
class Subtitle:
    """At most two lines of text, and when they are on (seconds since the film began)."""

    start: float
    end: float
    text: str


def subtitles(text: str, start: float, end: float, frame_rate: float) -> list[Subtitle]:
    """Cut a text into subtitles that follow each other from `start` to `end`.

    Each has at most two lines of 42 characters, ends with a sentence where it can, and stays for
    its share of the words, in whole frames.
    """
    blocks = _blocks(text)
    shares = [seconds_to_say(block) for block in blocks]
    result, now = [], start
    for index, block in enumerate(blocks):
        until = start + (end - start) * sum(shares[: index + 1]) / sum(shares)
        until = round(until * frame_rate) / frame_rate
        result.append(Subtitle(now, until, _lines(block)))
        now = until
    return result


def _blocks(text: str) -> list[str]:
    """The text in pieces that fit two lines: whole sentences first, long ones cut evenly."""
    blocks: list[str] = []
    for sentence in re.split(r"(?<=[.!?…:;])\s+", " ".join(text.split())):
        if blocks and _fits(f"{blocks[-1]} {sentence}"):
            blocks[-1] += f" {sentence}"
        else:
            blocks += _cut(sentence)
    return [block for block in blocks if block]


def _cut(sentence: str) -> list[str]:
    """A sentence in as few pieces as fit, of about the same length."""
    pieces = 1
    while True:
        width = -(-len(sentence) // pieces)
        for slack in range(0, LINE_LENGTH, 3):
            cut = textwrap.wrap(sentence, width + slack)
            if len(cut) <= pieces and all(_fits(piece) for piece in cut):
                return cut
        pieces += 1


def _fits(text: str) -> bool:
    return len(textwrap.wrap(text, LINE_LENGTH)) <= LINES


def _lines(text: str) -> str:
    """One line where it fits, else two of about the same length."""
    if len(text) <= LINE_LENGTH:
        return text
    for width in range(len(text) // 2, LINE_LENGTH):
        lines = textwrap.wrap(text, width)
        if len(lines) <= LINES and all(len(line) <= width for line in lines):
            return "\n".join(lines)
    return "\n".join(textwrap.wrap(text, LINE_LENGTH))
