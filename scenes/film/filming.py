"""Films chapters side by side, each in a process of its own (`scenes.film.worker`).

The processes end with this one, however it ends: they watch their standard input.
"""

import os
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Thread

from scenes.film.progress import Progress
from scenes.film.record import PROJECT

DONE = "done"
"""What a process says last: a chapter's code may end it at any time, with any exit code."""


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
    done
        Whether it has said that all is made.
    errors
        What that process has said on standard error, the last lines.
    """

    name: str
    source: str
    seconds: float
    process: "Popen[str] | None" = None
    done: bool = False
    errors: deque[str] = field(default_factory=lambda: deque(maxlen=200))


def film(
    waiting: Sequence[Job],
    quality: str,
    jobs: int,
    out: Path,
    progress: Progress,
) -> dict[str, Sequence[str]]:
    """Film chapters; whatever ends this, a Ctrl-C too, ends all processes that it has started.

    Parameters
    ----------
    waiting
        The chapters.
    quality
        Manim's letter.
    jobs
        How many at once.
    out
        The folder that films go to.
    progress
        What is told how far they are.

    Returns
    -------
    dict
        For each chapter that failed, the last lines that its process said.
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
            code = job.process.wait()
            if code != 0 or not job.done:
                ended = f"its process ended before its film was made, with code {code}"
                failed[job.name] = list(job.errors) or [ended]
            progress.end(job.name, job.name not in failed)
    finally:
        _stop(running)
    return failed


def _start(
    job: Job,
    quality: str,
    out: Path,
    events: "SimpleQueue[tuple[Job, float | None]]",
) -> None:
    """Start a chapter's process, and the thread that passes on what it says."""
    job.process = Popen(
        [sys.executable, "-m", "scenes.film.worker", job.source, quality, str(out)],
        cwd=PROJECT,  # where manim.cfg is
        # Processes side by side are enough threads.
        env=os.environ | _folders() | {"OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
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


def _folders() -> dict[str, str]:
    """The settings that are folders: a process that works elsewhere needs the whole path."""
    given = {name: os.environ.get(name, "").strip() for name in ("GLASSNET_TRACE", "GLASSNET_DATA")}
    return {name: os.path.abspath(folder) for name, folder in given.items() if folder}


def _listen(job: Job, events: "SimpleQueue[tuple[Job, float | None]]") -> None:
    """Pass on how far a process is, and at its end None."""
    assert job.process is not None
    assert job.process.stdout is not None
    assert job.process.stderr is not None
    errors = job.process.stderr
    listener = Thread(target=lambda: job.errors.extend(line.rstrip() for line in errors))
    listener.start()
    for line in job.process.stdout:
        if line.strip() == DONE:
            job.done = True
            continue
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
