"""What a check found, and how the doctor shows it: in a line, below it the command that mends.

Where rich is there it colours what goes to a terminal. Everything else is the standard library,
so that this works also where rich is what is missing.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from dataclasses import dataclass
from enum import Enum
from typing import Any, TextIO

from network.command_line import spell


class State(Enum):
    """How a check ended."""

    FINE = "✓"
    NOTE = "!"
    FAULT = "✗"


@dataclass(frozen=True)
class Result:
    """What a check found.

    Attributes
    ----------
    state
        Whether it is a fault.
    found
        What there is, in words.
    mend
        The command that mends it, ready to copy; there may be several lines.
    """

    state: State
    found: str
    mend: str = ""


STYLES = {State.FINE: "green", State.NOTE: "yellow", State.FAULT: "bold red"}
NAMES = 15
"""Columns for the names of checks."""


class Screen:
    """Writes lines of at most 80 columns: with colours to a terminal, plain otherwise."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = min(80, shutil.get_terminal_size().columns)
        self._mends: set[str] = set()
        self._console: Any = None
        if stream.isatty():
            try:
                from rich.console import Console

                self._console = Console(file=stream, highlight=False)
            except Exception:  # rich may be what is broken
                self._console = None

    def say(self, sentence: str) -> None:
        """A line of its own, with an empty one above."""
        self._write(("\n" + sentence, "bold"))

    def show(self, name: str, result: Result) -> None:
        """The line of a check, and below it what mends it, unless that has been said."""
        sign = self._spell(result.state.value).ljust(len(self._spell(State.FINE.value)))
        margin = len(sign) + 1 + NAMES
        again = result.mend in self._mends
        end = "" if not result.mend else ": mended as above" if again else ":"
        found = self._spell(result.found) + end
        first, *rest = textwrap.wrap(found, max(self._width - margin, 20), break_on_hyphens=False)
        self._write((sign, STYLES[result.state]), (f" {name:{NAMES}}{first}", ""))
        for line in rest:
            self._write((" " * margin + line, ""))
        if not again:
            self._mends.add(result.mend)
            for command in result.mend.splitlines():
                self._write((self._spell(self._broken(command)), "cyan"))

    def _broken(self, command: str) -> str:
        """A command in lines, as a shell goes on with them: with a backslash, and not in quotes."""
        if sys.platform == "win32":
            return f"    {command}"
        whole = re.sub(r"""(["']).*?\1""", lambda quoted: quoted[0].replace(" ", "\0"), command)
        lines = textwrap.wrap(
            whole,
            self._width - 2,
            initial_indent=" " * 4,
            subsequent_indent=" " * 8,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return " \\\n".join(lines).replace("\0", " ")

    def _spell(self, text: str) -> str:
        """The text in letters that the stream has."""
        return spell(text, self._stream.encoding)

    def _write(self, *parts: tuple[str, str]) -> None:
        if self._console is None:
            print("".join(text for text, _ in parts), file=self._stream, flush=True)
            return
        from rich.text import Text

        self._console.print(Text.assemble(*parts), soft_wrap=True)
