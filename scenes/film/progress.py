"""How far the film is: bars on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Says when chapters begin and end; this one in plain lines.

    Parameters
    ----------
    seconds
        How long each chapter's film will be, about.
    """

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self._seconds = dict(seconds)
        self._begun: dict[str, float] = {}

    def begin(self, name: str) -> None:
        """A chapter is being filmed."""
        self._begun[name] = time.monotonic()
        self._say(f"{name}: filming")

    def advance(self, name: str, seconds: float) -> None:
        """So many seconds of it have been filmed."""

    def end(self, name: str, well: bool) -> None:
        """It is done, or has failed."""
        took = time.monotonic() - self._begun[name]
        self._say(f"{name}: {'done' if well else 'failed'} ({took:.0f} s)")

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)


class _Bars(Progress):
    """A bar for the film, and one for each chapter."""

    def __init__(self, seconds: Mapping[str, float], bars: Bars) -> None:
        super().__init__(seconds)
        self._bars = bars
        self._film = bars.add_task("film", total=sum(seconds.values()) or None, state="")
        self._tasks: dict[str, TaskID] = {
            name: bars.add_task(f"  {name}", total=length or None, state="waiting", start=False)
            for name, length in seconds.items()
        }

    def begin(self, name: str) -> None:
        self._bars.start_task(self._tasks[name])
        self._bars.update(self._tasks[name], state="filming")

    def advance(self, name: str, seconds: float) -> None:
        # What is expected is a guess: a bar is not full before its chapter is done.
        self._set(name, min(seconds, 0.98 * self._seconds[name]))

    def end(self, name: str, well: bool) -> None:
        self._set(name, self._seconds[name])
        self._bars.update(self._tasks[name], state="done" if well else "failed")
        self._bars.stop_task(self._tasks[name])

    def _set(self, name: str, seconds: float) -> None:
        self._bars.update(self._tasks[name], completed=seconds)
        done = sum(task.completed for task in self._bars.tasks if task.id in self._tasks.values())
        self._bars.update(self._film, completed=done)


@contextmanager
def show_progress(seconds: Mapping[str, float]) -> Iterator[Progress]:
    """Give what the film's progress is told to; see `Progress` for the parameter."""
    console = Console(stderr=True)
    if not seconds or not console.is_terminal:
        yield Progress(seconds)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Bars(*columns, console=console) as bars:
        yield _Bars(seconds, bars)
