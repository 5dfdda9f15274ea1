"""Files that people rely on: written whole or not at all, and errors in one line."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from network.errors import GlassnetError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class OutputError(GlassnetError):
    """Something that cannot be written."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the final name when the block is left without error."""
    beside = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what keeps the block from writing to `path` into one line for people.

    Raises
    ------
    OutputError
        In place of an OSError, wherever in the chain of causes it is.
    """
    try:
        yield
    except Exception as error:
        beneath = _beneath(error)
        if beneath is None:
            raise
        if beneath.errno in _FULL:
            message = f"the disk is full: could not write into {path}; make room and try again"
        else:
            reason = beneath.strerror or beneath
            message = f"cannot write {beneath.filename or path}: {reason}"
        raise OutputError(message) from error


def _beneath(error: BaseException | None) -> OSError | None:
    """The OSError that is, or has led to, an error."""
    while error is not None and not (isinstance(error, OSError) and error.errno):
        error = error.__cause__ or error.__context__
    return error
