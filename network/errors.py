"""The one family of errors that glassnet raises on purpose.

Each message is one line for a person: what is wrong, and what to do about it.
The command lines print it and exit with the error's `exit_code`; no traceback.
"""

from __future__ import annotations  # the doctor speaks with Pythons too old for the rest, too

import contextlib
import re
import sys

_PLACE = re.compile(r"[/\\]|\.[a-z]")
"""What is in the name of a file and in an address."""

MOST_CHARACTERS = 300
"""The most that a message has: what it quotes may be a file of any length."""


class GlassnetError(Exception):
    """Something a user can understand and mend; `str(error)` is one line, and no long one."""

    exit_code = 1

    def __init__(self, message: object = "") -> None:
        super().__init__(_short(" ".join(str(message).split("\n"))))


def printable(text: object) -> str:
    """Give `text` on one line, whatever odd characters a file name may have."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


def tell(text: object) -> None:
    """Say something on standard error, where anybody listens; that nobody does stops nothing."""
    if sys.stderr is not None:
        # A pipe may have been closed, a terminal too, a disk be full.
        with contextlib.suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)


def _short(text: str) -> str:
    """A message of at most 300 characters, not counting paths and addresses, which stay whole.

    What is wrong stands in its beginning, what to do in its end.
    """
    if len(text) <= MOST_CHARACTERS:
        return text
    words = [
        word if len(word) <= 60 or _PLACE.search(word) else f"{word[:20]}…{word[-20:]}"
        for word in text.split(" ")
    ]
    text = " ".join(words)
    if len(" ".join(word for word in words if not _PLACE.search(word))) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2 - 1
    return f"{text[:half]} … {text[-half + 1 :]}"


class SettingsError(GlassnetError):
    """An unknown name or a value out of range, given by the user."""

    exit_code = 2


class DatasetError(GlassnetError):
    """A dataset file that is missing, damaged or not what it claims to be."""


class DivergenceError(GlassnetError):
    """Training produced NaN or infinity; the message says at which step."""


class TraceError(GlassnetError):
    """A trace that cannot be read, written or resumed."""


class PlaceError(TraceError):
    """A place where no trace can be put: it is somebody's, or may not be written."""

    exit_code = 2


class StepError(TraceError):
    """A step that a run does not have, or that was not recorded."""

    exit_code = 2


class PathError(TraceError, KeyError):
    """A path such as ``delta2[3]`` that names nothing in a step."""

    # KeyError would show the message in quotes.
    __str__ = Exception.__str__
