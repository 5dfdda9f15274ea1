"""Locks on files: at most one process at a time, and a killed one lets go by itself."""

import errno
import os
import sys
from pathlib import Path
from typing import BinaryIO


def open_lock(path: Path) -> BinaryIO:
    """Open a file to lock, made if there is none; one that is somebody's is not changed.

    Raises
    ------
    OSError
        If that cannot be, or it is a link: what it leads to would be made.
    """
    a_link = OSError(errno.EMLINK, "it is a link", str(path))
    if path.is_symlink():
        raise a_link
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        return open(os.open(path, flags, 0o666), "r+b", buffering=0)
    except OSError as error:
        raise a_link if error.errno == errno.ELOOP and path.is_symlink() else error from None


if sys.platform == "win32":
    import msvcrt

    def lock(file: BinaryIO, wait: bool = False) -> bool:
        """Take the lock of an open file until it is closed; False if another process has it."""
        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False

else:
    import fcntl

    def lock(file: BinaryIO, wait: bool = False) -> bool:
        """Take the lock of an open file until it is closed; False if another process has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
