"""Locks on files: at most one process at a time, and a killed one lets go by itself."""

import sys
from typing import BinaryIO

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
