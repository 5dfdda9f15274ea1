"""From chapters to the film: filmed side by side, joined, and all that is published with it.

Each chapter is filmed in a process of its own (`scenes.film.filming`), unless the record of its
last film still holds. Films of chapters are in ``chapters/<quality>/`` of the output folder,
Manim's clips in ``.cache/``. When all chapters are there, `scenes.film.publish` makes the film.
"""

import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from network.errors import GlassnetError, SettingsError, TraceError
from network.locking import lock
from network.trace import Trace
from scenes.film.doctor.machine import count_cores
from scenes.film.files import OutputError, writing
from scenes.film.filming import Job, film
from scenes.film.progress import show_progress
from scenes.film.publish import publish
from scenes.film.record import Record
from scenes.film.rehearsal import chapter_names, find_chapters, quality_name
from scenes.film.subtitles import short_time
from scenes.film.timeline import Take
from scenes.kit.chapter import Chapter
from scenes.kit.narration import Narration, seconds_to_say
from scenes.kit.settings import Settings

LAST_LINES = 8
"""How much of a failed chapter's error is shown."""

LOCK = ".lock"


def render(names: Sequence[str], quality: str, jobs: int | None, out: Path) -> int:
    """Render chapters and make the film of them; the exit code.

    Parameters
    ----------
    names
        The chapters, by name or file; all when none.
    quality
        Manim's letter.
    jobs
        How many processes at once; one per core if not given.
    out
        The folder that everything goes to.

    Raises
    ------
    network.errors.GlassnetError
        If what is asked for cannot be, or nothing can be written there.
    """
    begun = time.monotonic()
    out = out.absolute()
    folder = out / "chapters" / quality_name(quality)
    chapters, failed = _load(names)
    with _alone_in(out):
        digests = _open_traces(chapters, failed)
        waiting = {
            name: _job(name, chapters[name], folder)
            for name, digest in digests.items()
            if not Record(name, folder).holds(chapters[name], quality, digest)
        }
        kept = len(digests) - len(waiting)
        lengths = {name: waiting[name].seconds if name in waiting else None for name in digests}
        with show_progress(lengths) as progress:
            failed |= film(
                list(waiting.values()),
                quality,
                jobs or count_cores(),
                out / ".cache",
                folder,
                progress,
            )
        if failed:
            _complain(failed, [name for name in chapters if name not in failed])
            return 1
        takes = [Take.load(folder / f"{name}.mp4") for name in chapters]
        with writing(out):
            path = publish(takes, quality_name(quality), out)
    print(_summary(takes, kept, time.monotonic() - begun), file=sys.stderr)
    print(shown(path), flush=True)
    return 0


def _summary(takes: Sequence[Take], kept: int, seconds: float) -> str:
    count = "1 chapter" if len(takes) == 1 else f"{len(takes)} chapters"
    length = short_time(sum(take.frames / take.frame_rate for take in takes))
    unchanged = f", {kept} unchanged" if kept else ""
    return f"{count}, {length} long{unchanged} ({seconds:.0f} s)"


def _load(names: Sequence[str]) -> tuple[dict[str, type[Chapter]], dict[str, Sequence[str]]]:
    """The chapters in the order of the film, by name; and the errors of those that do not load."""
    chapters: dict[str, type[Chapter]] = {}
    failed: dict[str, Sequence[str]] = {}
    for wanted in names or chapter_names():
        name = Path(wanted).stem
        try:
            (chapter,) = find_chapters([wanted])
        except GlassnetError:
            raise
        except Exception as error:
            failed[name] = "".join(traceback.format_exception(error)).splitlines()
            continue
        if chapters.setdefault(name, chapter) is not chapter:
            raise SettingsError(f"two chapters are called {name!r}: rename one of the files")
    return chapters, failed


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Be the only one that renders into a folder."""
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        file = (out / LOCK).open("a+b")
    with file:
        if not lock(file):
            raise OutputError(
                f"another render is writing into {shown(out)}: wait for it, or choose another --out"
            )
        yield


def _open_traces(
    chapters: Mapping[str, type[Chapter]], failed: dict[str, Sequence[str]]
) -> dict[str, str]:
    """The digest of each chapter's recording, trained first where it is missing.

    Chapters whose recording cannot be used go into `failed`.
    """
    settings = Settings.from_environment()
    traces: dict[str, Trace | GlassnetError] = {}
    digests = {}
    for name, chapter in chapters.items():
        trace = traces.get(chapter.recipe)
        if trace is None:
            try:
                trace = chapter.open_trace(settings)
            except TraceError as error:
                trace = error
            traces[chapter.recipe] = trace
        if isinstance(trace, GlassnetError):
            failed[name] = [str(trace)]
            continue
        chapter.choose_step(trace, settings)
        digests[name] = trace.digest
    return digests


def _job(name: str, chapter: type[Chapter], folder: Path) -> Job:
    """What is known of a chapter's film before it is made: the last one's length, or its words'."""
    source = sys.modules[chapter.__module__].__file__
    assert source is not None
    seconds = 0.0
    with suppress(OSError, ValueError, KeyError):
        seconds = Take.load(folder / f"{name}.mp4").timeline["duration"]
    if not seconds:
        with suppress(GlassnetError):
            beats = Narration.load(chapter.narration, name).beats.values()
            seconds = sum(seconds_to_say(next(iter(beat.values()))) for beat in beats)
    return Job(name, source, seconds)


def _complain(failed: Mapping[str, Sequence[str]], done: Sequence[str]) -> None:
    """Say which chapters are missing, and why."""
    for name, lines in failed.items():
        print(f"\n{name} failed:", file=sys.stderr)
        for line in lines[-LAST_LINES:]:
            print(f"    {line}", file=sys.stderr)
    kept = f"; {', '.join(done)} kept" if done else ""
    print(
        f"\nglassnet: no film, because {_and(list(failed))} failed{kept}. "
        "Mend it, then render again: only what is missing is rendered",
        file=sys.stderr,
    )


def _and(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def shown(path: Path) -> str:
    """A path as short as it can be typed here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
