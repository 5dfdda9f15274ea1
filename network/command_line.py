"""What both command lines share: wrong words are one line, and no stream brings a command down.

`python -m network` and `python -m scenes` end here, whatever their streams are: closed, a pipe
that nobody reads any more, a full disk, or letters that an encoding does not know.
"""

from __future__ import annotations  # the doctor speaks with Pythons too old for the rest, too

import argparse
import codecs
import contextlib
import difflib
import errno
import io
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from network.errors import GlassnetError, SettingsError, printable
from network.files import is_full_disk, reason_of

BROKEN_PIPE = 141
"""What a program ends with that writes to a pipe nobody reads: 128 and the number of SIGPIPE."""

SPELLED = {
    **{"✓": "ok", "✗": "X", "×": "x", "…": "...", "−": "-", "≈": "~", "’": "'", "–": "-"},
    **{"→": "->", "·": ".", "±": "+-", "∞": "inf"},
}
"""How letters are written where an encoding lacks them; all others by their numbers."""

_SPELLING = "glassnet-spelling"


def _spelling(error: UnicodeError) -> tuple[str, int]:
    """What stands for letters that an encoding lacks, as an error handler of `codecs`.

    Different letters stay different, so that a path still says which it is.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    plain = (SPELLED.get(it) or it.encode("ascii", "backslashreplace").decode() for it in letters)
    return "".join(plain), error.end


codecs.register_error(_SPELLING, _spelling)


def spell(text: str, encoding: str) -> str:
    """The text in letters that an encoding has."""
    return text.encode(encoding, _SPELLING).decode(encoding)


def say(text: str) -> None:
    """Print a line where nobody has guarded the streams, as where Manim runs."""
    print(spell(text, getattr(sys.stdout, "encoding", None) or "utf-8"), flush=True)


class LostOutputError(Exception):
    """What was to be printed could not be; no error of the command's, and the end of it."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"cannot write to standard output: {error.strerror or error}")
        self.exit_code = BROKEN_PIPE if error.errno == errno.EPIPE else 1


KINDS = {
    "int": "not a whole number",
    "float": "not a number",
    "list of int": "no list of whole numbers, as 784,20,10",
    "list of float": "no list of numbers, as 0.25,0.25",
}
"""What a word is that argparse calls an invalid value of a type."""

_INVALID = re.compile(r"argument (?:-\w/)?(\S+): invalid ([\w ]+) value: (.*)", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """Wrong words are an error like any other, in one line, without the whole usage.

    An option is typed whole: what is short for one today may be short for two tomorrow.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Raise SettingsError."""
        invalid = _INVALID.fullmatch(message)
        if invalid and invalid.group(2) in KINDS:
            name, kind, word = invalid.groups()
            message = f"{name} {word[1:-1] or word} is {KINDS[kind]}"
        raise SettingsError(f"{message} ({self.prog} --help lists what there is)")

    def parse(self, words: Iterable[str] | None = None) -> argparse.Namespace:
        """Read the words of a command; what is too much is said by the command they are for.

        Each command of the parser sets `run` and `parser`, itself, as defaults.
        """
        options, rest = self.parse_known_args(None if words is None else list(words))
        if rest:
            getattr(options, "parser", self).reject(rest)
        return options

    def reject(self, words: list[str]) -> NoReturn:
        """Raise SettingsError for words that are too much, with the option that was meant."""
        message = f"unknown words: {' '.join(words)}"
        option = next((word.partition("=")[0] for word in words if word.startswith("-")), None)
        if option:
            # All that an option may be called; argparse has no public list.
            known = [name for action in self._actions for name in action.option_strings]
            near = [name for name in known if len(option) > 2 and name.startswith(option)]
            near = near or difflib.get_close_matches(option, known, n=1, cutoff=0.75)
            if near:
                message += f"; did you mean {' or '.join(near[:3])}?"
        self.error(message)


def run(
    parser: Parser,
    words: Iterable[str] | None = None,
    as_typed: Callable[[str, argparse.Namespace], str] | None = None,
) -> int:
    """Run the command that the words name, and give the exit code.

    A `GlassnetError` and an OSError are one line on standard error; without a command all are
    listed.

    Parameters
    ----------
    parser
        What its options set as `run` is the command. If they set `makes`, it makes files, and what
        it prints only tells of them: a closed standard output is no failure then.
    words
        Those of the command line by default.
    as_typed
        Puts an error's message into the words that were typed.
    """
    words = sys.argv[1:] if words is None else list(words)
    options = argparse.Namespace()
    try:
        try:
            options = parser.parse(words)
            options.words = words
            if not hasattr(options, "run"):
                parser.print_help(sys.stderr)
                return 2
            code = int(options.run(options) or 0)
        except SystemExit as end:  # --help was printed
            code = int(end.code or 0)
        if sys.stdout is not None:
            sys.stdout.flush()
        if isinstance(sys.stdout, _Nowhere) and not getattr(options, "makes", False):
            sys.stdout.own_up()
        return code
    except GlassnetError as error:
        complain(as_typed(str(error), options) if as_typed else error)
        return error.exit_code
    except LostOutputError as error:
        _drop(sys.stdout)
        # Whoever closed the pipe has seen enough.
        if error.exit_code != BROKEN_PIPE:
            complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        if sys.stderr is not None and sys.stderr.isatty():
            print(file=sys.stderr)  # after the ^C
        complain("stopped")
        return 130
    except OSError as error:
        name = f" {error.filename}" if error.filename else ""
        if is_full_disk(error):
            complain(f"the disk is full: could not write{name}; make room and try again")
        else:
            complain(f"cannot use{name or ' a file'}: {reason_of(error)}")
        return 1
    except MemoryError:
        complain("this needs more memory than there is")
        return 1


def complain(about: object) -> None:
    """Say on standard error what is wrong, in one line."""
    print(f"glassnet: {printable(about)}", file=sys.stderr)


def guard_streams() -> None:
    """Make standard output and error such that a command can print without a second thought.

    A closed stream leads nowhere (a file that is opened would otherwise take its number). The
    encoding stays, for it is what the terminal or the next program expects; what it does not know
    is spelled, see `spell`. What is lost on standard output raises `LostOutputError`; what is lost
    on standard error is lost.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdout = _guarded(sys.stdout, 1, _Nowhere if sys.stdout is None else _Output)
    sys.stderr = _guarded(sys.stderr, 2, _Errors)


def _guarded(stream: Any, number: int, kind: type[_Guarded]) -> Any:
    if stream is None:
        return kind(open(number, "wb", closefd=False), encoding="utf-8", errors=_SPELLING)
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    encoding, lines = stream.encoding, stream.line_buffering or number == 2
    return kind(
        stream.detach(),
        encoding=encoding,
        errors=_SPELLING,
        line_buffering=lines,
    )


def _drop(stream: Any) -> None:
    """Let Python not try again, when it exits, to write what could not be written."""
    # There may be no file behind it.
    with contextlib.suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Guarded(io.TextIOWrapper):
    """A stream of text of which somebody decides what a failure means."""

    def lost(self, error: OSError) -> None:
        """Do what is to be done when something could not be written."""
        raise NotImplementedError

    def write(self, text: str, /) -> int:
        """Write text."""
        try:
            return super().write(text)
        except OSError as error:
            self.lost(error)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        try:
            super().flush()
        except OSError as error:
            self.lost(error)


class _Output(_Guarded):
    def lost(self, error: OSError) -> None:
        raise LostOutputError(error) from error


class _Nowhere(_Output):
    """Stands for a standard output that is closed, and remembers whether it was written to."""

    _written = False

    def write(self, text: str, /) -> int:
        self._written = True
        return len(text)

    def own_up(self) -> None:
        """Raise LostOutputError if anything was to be printed."""
        if self._written:
            self.lost(OSError(errno.EBADF, "it is closed"))


class _Errors(_Guarded):
    def lost(self, error: OSError) -> None:
        _drop(self)
