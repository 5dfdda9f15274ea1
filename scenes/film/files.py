"""What is written by films, and what keeps it from being written, in one line for people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from network.errors import GlassnetError
from network.files import is_full_disk, reason_of


class OutputError(GlassnetError):
    """Something that cannot be written."""


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
        if is_full_disk(error):
            raise OutputError(
                f"the disk is full: could not write into {path}; make room and try again"
            ) from error
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
        raise OutputError(f"cannot write {error.filename or path}: {reason_of(error)}") from error
