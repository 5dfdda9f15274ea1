"""The handout: a PDF to read beside the film and to write on.

`scenes.film.handout.stills` reads each chapter; here all of it becomes plain data for
``document.typ``, which typesets it. What it says of the recording is in
`scenes.film.handout.colophon`.
"""

import io
import json
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import typst
from PIL import Image
from tqdm import tqdm

from network.errors import SettingsError
from network.files import reason_of
from scenes.film.files import noticing_a_full_disk, writing
from scenes.film.handout import colophon
from scenes.film.handout.colophon import prose
from scenes.film.handout.formulas import INKS
from scenes.film.handout.stills import HandoutError, Part, Section, Still, read_chapter
from scenes.film.handout.tables import lay_out
from scenes.film.join import detail
from scenes.film.record import versions
from scenes.film.sealed import check_free, write_pdf
from scenes.film.subtitles import beat_title, short_time
from scenes.kit.chapter import Chapter
from scenes.kit.narration import in_words, with_article
from scenes.kit.settings import Settings
from scenes.kit.typeset import embedded_fonts

TEMPLATE: Final = Path(__file__).with_suffix(".typ")

SUBJECTS: Final = {
    "mnist": " to read handwritten digits",
    "fashion-mnist": " to tell clothes apart",
}
"""What the network learns, by the data."""

SENTENCE: Final = (
    "A handout to the film: of each beat its last picture, its words, its formulas and its "
    "numbers. Nothing in it is made up. Every number comes from a recorded training run and can "
    "be looked up there."
)

READING: Final = (
    "Each beat of the film has its last picture here, with what is said, and the formulas and "
    "lines of code that stand in it. The times beside its name count from the start of the "
    "chapter. Where there is room, it is for your own notes.",
    "Below stand its figures: how each was shown or said, in grey its full value if that has more "
    "digits, and in small letters what it is called. Where a name has an `i`, as in `a2[i]`, the "
    "number at the left is `i`. Layers count from 1; neurons, pixels and classes from 0.",
)

MADE_WITH: Final = ("glassnet", "manim", "numpy", "typst")


def write_handout(chapters: Sequence[type[Chapter]], out: Path) -> Path:
    """Draw and typeset the handout of some chapters, and give its path.

    Parameters
    ----------
    chapters
        In the order of the lecture. Recipe, step and trace are chosen as for a render: by the
        environment.
    out
        The PDF. It is written whole or not at all.

    Raises
    ------
    network.errors.GlassnetError
        If it cannot be written, a font is missing, a chapter stops or a formula does not compile.
    """
    if os.path.isdir(out):  # Path.is_dir raises where a name is too long
        raise SettingsError(f"--out {out} is a folder: name the file, as {out / 'handout.pdf'}")
    if out.suffix.lower() != ".pdf":
        raise SettingsError(f"--out {out}: the handout is a PDF, so its name ends in .pdf")
    # What would keep it from being written at the end is found at the beginning.
    check_free(out)
    try:
        with noticing_a_full_disk(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=out.parent), suppress(FileNotFoundError):
                os.lstat(out)  # its name may be too long
    except OSError as error:
        raise SettingsError(f"--out {out}: {reason_of(error)}") from error
    settings = Settings.from_environment()
    for chapter in chapters:
        chapter.choose_step(chapter.open_trace(settings), settings)
    pdf = typeset([_read(chapter) for chapter in chapters])
    check_free(out)
    with writing(out):
        write_pdf(out, pdf)
    return out


def _read(chapter: type[Chapter]) -> Part:
    """Read a chapter, with a line on stderr: its beats are counted where that can be seen."""
    name, begun = chapter.file_name(), time.monotonic()
    # None: only on a terminal.
    with tqdm(desc=name, bar_format="{desc}: {n} beats ({elapsed})", disable=None) as bar:
        part = read_chapter(chapter, bar.update)
    if bar.disable:
        seconds = time.monotonic() - begun
        print(f"{name}: {len(part.sections)} beats ({seconds:.0f} s)", file=sys.stderr)
    return part


# The data


def _stills(parts: Sequence[Part]) -> dict[str, Still]:
    """All stills by the numbers of their beats, as ``1.2``."""
    return {
        f"{number}.{place}": section.still
        for number, part in enumerate(parts, start=1)
        for place, section in enumerate(part.sections, start=1)
    }


def _describe(parts: Sequence[Part]) -> dict[str, Any]:
    """All that ``document.typ`` sets, but for the pictures themselves."""
    stills = _stills(parts)
    hero = max(stills, key=lambda number: _detail(stills[number]))
    subject = SUBJECTS.get(parts[0].trace.header["dataset"]["name"], "")
    subtitle = f"How a neural network learns{subject}"
    chapters = [_chapter(str(number), part) for number, part in enumerate(parts, start=1)]
    columns = [c for chapter in chapters for beat in chapter["beats"] for c in beat["columns"]]
    # A vector of the recording, if there is one: a function is the harder example.
    sample = max(columns[::-1], key=lambda c: ("(" not in c["name"], len(c["rows"])), default=None)
    runs: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        runs[part.trace.digest].append(part)
    return {
        "name": "glassnet",
        "title": f"glassnet: {subtitle[0].lower()}{subtitle[1:]}",
        "subtitle": subtitle,
        "description": f"{subtitle}: a handout to the film",
        "author": "glassnet contributors",
        "keywords": ["neural network", "backpropagation", *(part.told.title for part in parts)],
        "sentence": SENTENCE,
        "hero": f"{hero}.png",
        "hero_alt": stills[hero].alt,
        "shows": [colophon.in_short(some[0].trace) for some in runs.values()],
        "versions": " · ".join(f"{name} {versions()[name]}" for name in MADE_WITH),
        "sample": sample,
        "footer": " · ".join(sorted({part.trace.recipe.label for part in parts})),
        "reading": READING,
        "colours": [
            {"name": name, "screen": screen.to_hex(), "ink": ink}
            for name, (screen, ink) in INKS.items()
        ],
        "runs": [
            [
                *([("chapters", ", ".join(p.told.title for p in some))] if len(runs) > 1 else []),
                *colophon.in_full(some[0].trace),
            ]
            for some in runs.values()
        ],
        "checking": colophon.how_to_check(parts),
        "python": colophon.python(parts),
        "chapters": chapters,
    }


def _detail(still: Still) -> int:
    with Image.open(io.BytesIO(still.picture)) as picture:
        return detail(picture)


def _chapter(number: str, part: Part) -> dict[str, Any]:
    told, trace = part.told, part.trace
    picture = with_article(in_words(trace.classes[int(told.story.label)]))
    return {
        "id": part.name,
        "number": number,
        "title": told.title or part.name.replace("_", " ").capitalize(),
        "question": prose(told.question),
        "story": f"The story of one step of training: step {part.step:,} of {trace.steps:,} "
        f"(counted from 0) of {trace.recipe.label}. Its picture is training image "
        f"{int(told.story.index):,}, {picture}.",
        "footer": f"{trace.recipe.label}, step {part.step:,} · trace {trace.digest[:12]}",
        "beats": [
            {
                "id": f"{part.name}.{section.beat.name}",
                "number": f"{number}.{place}",
                "picture": f"{number}.{place}.png",
                "prompt": f"In your own words: {prose(told.question)}"
                if section.still.plain and place == len(part.sections) > 1
                else "",
                **_beat(section),
            }
            for place, section in enumerate(part.sections, start=1)
        ],
    }


def _beat(section: Section) -> dict[str, Any]:
    beat, still = section.beat, section.still
    return {
        "title": beat_title(beat.name),
        "time": f"{short_time(beat.start)}–{short_time(beat.end)}",
        "words": prose(beat.narration),
        "alt": still.alt,
        "plain": still.plain,
        "formulas": still.formulas,
        "code": still.code,
        **lay_out(section.entries),
    }


# The PDF


def typeset(parts: Sequence[Part]) -> bytes:
    """The PDF: the same bytes for the same parts.

    Raises
    ------
    HandoutError
        If Typst finds a fault, a font that it would replace among them.
    """
    with tempfile.TemporaryDirectory(prefix="glassnet-") as place, writing(Path(place)):
        folder = Path(place)
        for number, still in _stills(parts).items():
            (folder / f"{number}.png").write_bytes(still.picture)
        data = json.dumps(_describe(parts), ensure_ascii=False)
        (folder / "data.json").write_text(data, encoding="utf-8")
        source = folder / TEMPLATE.name
        shutil.copyfile(TEMPLATE, source)
        try:
            pdf, warnings = typst.compile_with_warnings(
                str(source),
                root=place,
                font_paths=embedded_fonts(),
                format="pdf",
                pdf_standards=["ua-1"],  # so that it can be read out
            )
        except typst.TypstError as error:
            raise HandoutError(_explain(parts, error)) from error
    for warning in warnings:
        if "font" in warning.message:
            raise HandoutError(f"typst would use another font: {warning.message}")
    return bytes(pdf)


def _explain(parts: Sequence[Part], error: typst.TypstError) -> str:
    """What is wrong: the formula that does not compile, if one does not."""
    for part in parts:
        for section in part.sections:
            for term in (t for lines in section.still.formulas for line in lines for t in line):
                if "source" in term and not _compiles(term["source"]):
                    return (
                        f"{part.name}, {section.beat.name}: the formula {term['alt']!r} does not "
                        f"compile ({error.message})"
                    )
    return f"the handout does not compile: {error.message}"


def _compiles(source: str) -> bool:
    """Whether Typst takes a formula, its parts marked as Manim marks them."""
    text = f"#let manimgrp(label, body) = body\n$ {source} $"
    try:
        typst.compile(text.encode(), font_paths=embedded_fonts(), format="pdf")
    except typst.TypstError:
        return False
    return True
