"""Files that people rely on: written whole or not at all, and what keeps them from it in one line.

The lowest module: it knows nothing of what is written.
"""

from __future__ import annotations  # the doctor speaks with Pythons too old for the rest, too

import errno
import functools
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the final name when the block is left without error.

    It is new, beside the final one, and has its suffix.

    Raises
    ------
    OSError
        If nothing can be written there.
    """
    # Its name is short whatever the final one is, so that whatever can be named can be written.
    beside = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; text in UTF-8."""
    data = content.encode() if isinstance(content, str) else content
    with replacing(path) as beside:
        beside.write_bytes(data)


def is_full_disk(error: BaseException) -> bool:
    """Whether an error is one of writing to a full disk, or has come of one."""
    beneath: BaseException | None = error
    while beneath is not None:
        if isinstance(beneath, OSError) and beneath.errno in _FULL:
            return True
        beneath = beneath.__cause__ or beneath.__context__
    return False


def reason_of(error: OSError) -> str:
    """Why a file cannot be read or written, in words that end a sentence.

    "there is no permission", "it is a folder", "its name is too long". Where it is a folder above
    that may not be entered or written, that one is named.
    """
    if error.errno in (errno.EACCES, errno.EPERM) and error.filename:
        return f"there is no permission{denied(Path(os.fsdecode(error.filename)))}"
    words = {
        errno.EACCES: "there is no permission",
        errno.EPERM: "there is no permission",
        errno.EROFS: "the disk is read-only",
        errno.EISDIR: "it is a folder",
        errno.ENOTDIR: "part of the path is a file, not a folder",
        errno.ELOOP: "its links lead in a circle",
        errno.ENAMETOOLONG: "its name is too long",
        errno.ENOENT: "it is not there",
        errno.EEXIST: "there is a file of that name",
    }
    return words.get(error.errno or 0, error.strerror or str(error))


def denied(path: Path) -> str:
    """Which folder above a file keeps it from being reached or made, in words, if one does."""
    path = Path(os.path.abspath(path))
    folder = next((above for above in path.parents if os.path.isdir(above)), path)
    # As the system judges, which goes by the effective user.
    access = functools.partial(os.access, effective_ids=os.access in os.supports_effective_ids)
    if not access(folder, os.X_OK):
        return f" to enter {folder}"
    if not os.path.lexists(path) and not access(folder, os.W_OK):
        return f" to write into {folder}"
    return ""


def size_in_words(count: int) -> str:
    """Bytes as people write them: "56.9 MB"."""
    for unit, worth in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= worth:
            return f"{count / worth:,.1f} {unit}"
    return f"{count / 1e3:,.0f} kB"
