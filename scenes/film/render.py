"""From chapters to the film: filmed side by side, joined, and all that is published with it.

Each chapter is filmed by a process of its own (`scenes.film.worker`), unless the record of its last
film still holds. Films of chapters are in ``chapters/<quality>/`` of the output folder, Manim's
clips in ``.cache/``. When all chapters are there, `scenes.film.publish` makes the film of them.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Thread

from network.errors import GlassnetError, SettingsError, TraceError
from network.locking import lock
from network.trace import Trace
from scenes.film.files import OutputError, writing
from scenes.film.progress import Progress, show_progress
from scenes.film.publish import publish
from scenes.film.record import PROJECT, Record
from scenes.film.rehearsal import find_chapters, quality_name
from scenes.film.subtitles import short_time
from scenes.film.timeline import Take
from scenes.kit.chapter import Chapter
from scenes.kit.narration import Narration, seconds_to_say
from scenes.kit.settings import Settings

LAST_LINES = 8
"""How much of a failed chapter's error is shown."""

LOCK = ".lock"


@dataclass
class Job:
    """A chapter to be filmed.

    Attributes
    ----------
    name
        Its name, as ``backprop``.
    source
        Its file.
    seconds
        How long its film will be, as far as one can tell.
    process
        Who films it.
    errors
        What that process has said on standard error, the last lines.
    """

    name: str
    source: str
    seconds: float
    process: "Popen[str] | None" = None
    errors: deque[str] = field(default_factory=lambda: deque(maxlen=200))


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
    chapters = _chapters(names)
    out = out.absolute()
    folder = films_folder(out, quality)
    failed: dict[str, Sequence[str]] = {}
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
            failed |= film(list(waiting.values()), quality, jobs or _cores(), out, progress)
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


def film(
    waiting: Sequence[Job],
    quality: str,
    jobs: int,
    out: Path,
    progress: Progress,
) -> dict[str, Sequence[str]]:
    """Film chapters, so many at once; gives the last lines of those that failed.

    Whatever ends this, a Ctrl-C too, ends all processes that it has started.
    """
    # The longest first: nobody has to wait at the end for one that began last.
    waiting = sorted(waiting, key=lambda job: job.seconds)
    events: SimpleQueue[tuple[Job, float | None]] = SimpleQueue()
    running: list[Job] = []
    failed: dict[str, Sequence[str]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                job = waiting.pop()
                _start(job, quality, out, events)
                running.append(job)
                progress.begin(job.name)
            job, seconds = events.get()
            if seconds is not None:
                progress.advance(job.name, seconds)
                continue
            running.remove(job)
            assert job.process is not None
            if job.process.wait() != 0:
                failed[job.name] = list(job.errors) or [f"ended with {job.process.returncode}"]
            progress.end(job.name, job.name not in failed)
    finally:
        _stop(running)
    return failed


def films_folder(out: Path, quality: str) -> Path:
    """Where the films of chapters are, in the output folder."""
    return out / "chapters" / quality_name(quality)


def _chapters(names: Sequence[str]) -> dict[str, type[Chapter]]:
    """The chapters in the order of the film, by name."""
    chapters: dict[str, type[Chapter]] = {}
    for chapter in find_chapters(names):
        name = chapter.__module__.rpartition(".")[2]
        if chapters.setdefault(name, chapter) is not chapter:
            raise SettingsError(f"two chapters are called {name!r}: rename one of the files")
    return chapters


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


def _start(
    job: Job, quality: str, out: Path, events: "SimpleQueue[tuple[Job, float | None]]"
) -> None:
    """Start a chapter's process, and the thread that passes on what it says."""
    folders = [out / ".cache" / job.name, films_folder(out, quality)]
    words = [job.source, quality, *map(str, folders)]
    job.process = Popen(
        [sys.executable, "-m", "scenes.film.worker", *words],
        cwd=PROJECT,  # where manim.cfg is
        # Processes side by side are enough threads.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        # A Ctrl-C in the terminal is for us alone: we end the processes.
        start_new_session=True,
    )
    Thread(target=_listen, args=(job, events), daemon=True).start()


def _listen(job: Job, events: "SimpleQueue[tuple[Job, float | None]]") -> None:
    """Pass on how far a process is, and at its end None."""
    assert job.process is not None
    assert job.process.stdout is not None
    assert job.process.stderr is not None
    errors = job.process.stderr
    listener = Thread(target=lambda: job.errors.extend(line.rstrip() for line in errors))
    listener.start()
    for line in job.process.stdout:
        events.put((job, float(line)))
    listener.join()
    events.put((job, None))


def _stop(jobs: Sequence[Job]) -> None:
    """End the processes of jobs."""
    processes = [job.process for job in jobs if job.process is not None]
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(5)
        except TimeoutExpired:
            process.kill()
            process.wait()


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


def _cores() -> int:
    """How many processes can really run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
