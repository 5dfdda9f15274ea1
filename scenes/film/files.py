"""What is written by films, and what keeps it from being written, in one line for people."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
def making(folder: Path, *own: str) -> Iterator[None]:
    """Make a folder; if the block fails, what was made of it goes again, unless more is in it.

    Parameters
    ----------
    own
        Files of ours in it that are no reason to keep it.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    made: list[Path] = []
    for path in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        with suppress(FileExistsError):  # another process was faster
            path.mkdir()
            made.insert(0, path)
    folder.mkdir(exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            if made and {path.name for path in folder.iterdir()} <= set(own):
                for name in own:
                    (folder / name).unlink(missing_ok=True)
                for path in made:
                    path.rmdir()
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
