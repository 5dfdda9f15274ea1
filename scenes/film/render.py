"""From chapters to the film: filmed side by side, joined, and all that is published with it.

Each chapter is filmed in a process of its own (`scenes.film.filming`), unless the record of its
last film still holds. Films of chapters are in ``chapters/<quality>/`` of the output folder. When
all chapters are there, `scenes.film.publish` makes the film. `scenes.film.folder` keeps what is not
ours from being touched.
"""

import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from network.errors import GlassnetError, TraceError
from network.trace import Trace
from scenes.film.chapters import choose_suited, load_chapters, tell_failed
from scenes.film.cores import count_cores
from scenes.film.files import writing
from scenes.film.filming import Job, film
from scenes.film.folder import Folder, shown
from scenes.film.progress import show_progress
from scenes.film.publish import publish, published_film, published_names
from scenes.film.record import Record, identity_of
from scenes.film.rehearsal import chapters_folder, edition_name, quality_name
from scenes.film.subtitles import short_time
from scenes.film.timeline import Take
from scenes.kit.chapter import Chapter
from scenes.kit.session import check_folder
from scenes.kit.settings import Settings


def render(names: Sequence[str], quality: str, jobs: int | None, place: Path) -> int:
    """Render chapters and make the film of them; the exit code.

    Parameters
    ----------
    names
        The chapters, by name or file; all when none.
    quality
        Manim's letter.
    jobs
        How many processes at once; one per core if not given.
    place
        The folder that everything goes to.

    Raises
    ------
    network.errors.GlassnetError
        If what is asked for cannot be, or suits no chapter, or nothing can be written there.
    """
    begun = time.monotonic()
    out = Folder(place)
    films = out.path / chapters_folder(quality)
    check_folder(out.clips)
    chapters, failed = load_chapters(names)
    if out.is_new():
        # Not even a folder of ours is left in one where the film cannot be.
        made = [path for name in chapters for path in Record(name, films).made]
        out.check(path.relative_to(out.path).as_posix() for path in made)
        out.check(published_names(edition_name(quality)))
    with out.alone():
        out.check(published_names(edition_name(quality)))
        chapters, digests = _open_traces(chapters, failed, named=bool(names))
        waiting = {
            name: _job(name, chapters[name], films)
            for name, digest in digests.items()
            if not Record(name, films).holds(chapters[name], quality, digest)
        }
        made = [path for name in waiting for path in Record(name, films).made]
        out.check(path.relative_to(out.path).as_posix() for path in made)
        _tell_replaced(out, edition_name(quality), digests)
        kept = len(digests) - len(waiting)
        lengths = {name: waiting[name].seconds if name in waiting else None for name in digests}
        with show_progress(lengths) as progress:
            failed |= film(
                list(waiting.values()),
                quality,
                jobs or count_cores(),
                out.path,
                progress,
            )
        if failed:
            _complain(failed, [name for name in chapters if name not in failed])
            return 1
        takes = [Take.load(films / f"{name}.mp4") for name in chapters]
        with writing(out.path):
            path = publish(takes, quality_name(quality), edition_name(quality), out)
    for take in takes:
        if take.timeline.get("sound"):
            print(f"{take.name}: its own sound is not in the film", file=sys.stderr)
    print(_summary(takes, kept, time.monotonic() - begun), file=sys.stderr)
    print(shown(path), flush=True)
    return 0


def _tell_replaced(out: Folder, edition: str, names: Collection[str]) -> None:
    """Say that a film of chapters which the new one lacks will be gone, if there is one."""
    film, chapters = published_film(out.path)
    lost = [name for name in chapters if name not in names]
    if lost and film == published_names(edition)[0]:
        count = "1 chapter" if len(chapters) == 1 else f"{len(chapters)} chapters"
        print(
            f"{shown(out.path / film)}: this replaces the film of {count}, {_and(chapters)}; "
            "--out names another folder",
            file=sys.stderr,
        )


def _summary(takes: Sequence[Take], kept: int, seconds: float) -> str:
    count = "1 chapter" if len(takes) == 1 else f"{len(takes)} chapters"
    length = short_time(sum(take.frames / take.frame_rate for take in takes))
    unchanged = f", {kept} unchanged" if kept else ""
    return f"{count}, {length} long{unchanged} ({seconds:.0f} s)"


def _open_traces(
    chapters: Mapping[str, type[Chapter]], failed: dict[str, Sequence[str]], named: bool
) -> tuple[dict[str, type[Chapter]], dict[str, str]]:
    """The chapters that suit their recordings, and the digest of each one's.

    A recording is trained first where it is missing. Chapters whose recording cannot be used go
    into `failed`, and have no digest.
    """
    settings = Settings.from_environment()
    opened: dict[str, Trace | GlassnetError] = {}
    traces: dict[str, Trace] = {}
    for name, chapter in chapters.items():
        trace = opened.get(chapter.recipe)
        if trace is None:
            try:
                trace = chapter.open_trace(settings)
            except TraceError as error:
                trace = error
            opened[chapter.recipe] = trace
        if isinstance(trace, GlassnetError):
            failed[name] = [str(trace)]
            continue
        chapter.choose_step(trace, settings)
        traces[name] = trace
    usable = {name: chapter for name, chapter in chapters.items() if name in traces}
    suited = choose_suited(usable, traces, named)
    told = {name: it for name, it in chapters.items() if name in failed or name in suited}
    return told, {name: identity_of(traces[name]) for name in suited}


def _job(name: str, chapter: type[Chapter], folder: Path) -> Job:
    """What is known of a chapter's film before it is made: the last one's length, or its words'."""
    source = sys.modules[chapter.__module__].__file__
    assert source is not None
    seconds = 0.0
    with suppress(OSError, ValueError, KeyError):
        seconds = Take.load(folder / f"{name}.mp4").timeline["duration"]
    return Job(name, source, seconds or chapter.expected_seconds())


def _complain(failed: Mapping[str, Sequence[str]], done: Sequence[str]) -> None:
    """Say which chapters are missing, and why."""
    tell_failed(failed)
    kept = f"; {', '.join(done)} kept" if done else ""
    print(
        f"\nglassnet: no film, because {_and(list(failed))} failed{kept}. "
        "Mend it, then render again: only what is missing is rendered",
        file=sys.stderr,
    )


def _and(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
