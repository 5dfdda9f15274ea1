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
def noticing_a_full_disk(path: Path) -> Iterator[None]:
    """Turn a full disk into one line for people, also where other errors stand for it.

    Raises
    ------
    OutputError
        In place of an error that is, or has come of, one of writing to a full disk.
    """
    try:
        yield
    except Exception as error:
        beneath: BaseException | None = error
        while beneath is not None:
            if isinstance(beneath, OSError) and beneath.errno in _FULL:
                raise OutputError(
                    f"the disk is full: could not write into {path}; make room and try again"
                ) from error
            beneath = beneath.__cause__ or beneath.__context__
        raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what keeps the block from writing to `path` into one line for people.

    Raises
    ------
    OutputError
        In place of an OSError.
    """
    try:
        with noticing_a_full_disk(path):
            yield
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"cannot write {error.filename or path}: {reason}") from error
