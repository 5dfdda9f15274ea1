"""What the folder of a trace holds: by this a trace is told from what is somebody's.

Nothing is deleted in which there is anything but a trace's own files, known by their names and by
how they begin, and of which no header or checkpoint of ours says that it is a trace: arrays of
somebody's own may well be called ``index.npy`` and ``loss.npy``.
"""

import json
import re
from pathlib import Path

HEADER = "trace.json"
CHECKPOINT = "checkpoint.npz"
PARTIAL_SUFFIX = ".partial"
_OWN_FILE = re.compile(
    r"(index|error|loss|confusion|(a|delta|W|b)\d+)\.npy|(trace|\.[0-9a-f]{12})\.json"
    r"|checkpoint\.npz(\.new)?"
)
_HEADER_START = re.compile(rb'\{\s*"format":\s*"?\d+"?,\s*"recipe":')
_ARRAY_START = b"\x93NUMPY"
# A zip file, and the name of its first member: what a checkpoint tells about itself.
_CHECKPOINT_START = b"PK\x03\x04"
_CHECKPOINT_MEMBER = slice(30, 39), b"about.npy"


def is_taken(folder: Path) -> bool:
    """Whether there is anything but an empty folder."""
    if folder.is_symlink() or not folder.is_dir():
        return folder.is_symlink() or folder.exists()
    return next(folder.iterdir(), None) is not None


def find_stranger(folder: Path) -> str | None:
    """The name of a file in a folder by which it is no trace, whole or not; None if it is one."""
    files = sorted(folder.iterdir())
    strangers = [file for file in files if not is_own(file)]
    if not strangers and any(file.name in (HEADER, CHECKPOINT) for file in files):
        named = _arrays_of(folder / HEADER)
        strangers = [
            file for file in files if named and file.suffix == ".npy" and file.stem not in named
        ]
    elif not strangers:
        # Killed before its first checkpoint there are no values in its arrays yet.
        strangers = [file for file in files if _holds(file)]
    return strangers[0].name if strangers else None


def is_own(file: Path) -> bool:
    """Whether a file is one of a trace, by its name and by how it begins.

    One that was cut off when a process was killed may be shorter than its beginning.
    """
    if not _OWN_FILE.fullmatch(file.name) or file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as opened:
        start = opened.read(64)
    if file.suffix == ".json":
        return not start or _HEADER_START.match(start) is not None
    if file.suffix == ".npy":
        return start.startswith(_ARRAY_START) or _ARRAY_START.startswith(start)
    place, member = _CHECKPOINT_MEMBER
    return (start.startswith(_CHECKPOINT_START) or _CHECKPOINT_START.startswith(start)) and (
        member.startswith(start[place])
    )


def _holds(file: Path) -> bool:
    """Whether there is anything to lose in a file that `is_own`: of an array, any value."""
    size = file.stat().st_size
    if file.suffix != ".npy":
        return size > 0 and file.suffix != ".new"
    with file.open("rb") as opened:
        start = opened.read(10)
    return size > 10 + int.from_bytes(start[8:], "little")


def _arrays_of(header: Path) -> set[str]:
    """The arrays that a header names; none if it cannot be read."""
    try:
        return set(json.loads(header.read_text(encoding="utf-8"))["arrays"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()
