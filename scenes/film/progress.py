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
        How long each chapter's film will be, about; None for what is there already.
    """

    def __init__(self, seconds: Mapping[str, float | None]) -> None:
        self._begun: dict[str, float] = {}
        for name, length in seconds.items():
            if length is None:
                self._say(f"{name}: unchanged")

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

    def __init__(self, seconds: Mapping[str, float | None], bars: Bars) -> None:
        self._bars = bars
        self._seconds = {name: length or 0.0 for name, length in seconds.items()}
        self._film = bars.add_task("film", total=sum(self._seconds.values()), state="")
        self._tasks: dict[str, TaskID] = {}
        for name, length in seconds.items():
            state = "unchanged" if length is None else "waiting"
            self._tasks[name] = bars.add_task(
                f"  {name}", total=length or 1.0, completed=length is None, state=state, start=False
            )

    def begin(self, name: str) -> None:
        self._bars.start_task(self._tasks[name])
        self._bars.update(self._tasks[name], state="filming")

    def advance(self, name: str, seconds: float) -> None:
        # What is expected is a guess: a bar is not full before its chapter is done.
        self._show(name, min(seconds, 0.98 * self._seconds[name]))

    def end(self, name: str, well: bool) -> None:
        if well:
            self._show(name, self._seconds[name])
        self._bars.update(self._tasks[name], state="done" if well else "failed")
        self._bars.stop_task(self._tasks[name])

    def _show(self, name: str, seconds: float) -> None:
        task = self._tasks[name]
        before = self._bars.tasks[task].completed
        self._bars.update(task, completed=seconds)
        self._bars.advance(self._film, seconds - before)


@contextmanager
def show_progress(seconds: Mapping[str, float | None]) -> Iterator[Progress]:
    """Give what the film's progress is told to; see `Progress` for the parameter."""
    console = Console(stderr=True)
    if not any(seconds.values()) or not console.is_terminal:
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
