"""What the folder of a trace holds: by this a trace is told from what is somebody's.

Nothing is deleted in which there is anything but a trace's own files, known by their names and by
how they begin.
"""

import re
from pathlib import Path

HEADER = "trace.json"
CHECKPOINT = "checkpoint.npz"
PARTIAL_SUFFIX = ".partial"
_OWN_FILE = re.compile(
    r"(index|error|loss|confusion|(a|delta|W|b)\d+)\.npy|(trace|\.[0-9a-f]{12})\.json"
    r"|checkpoint\.npz(\.new)?"
)


def is_taken(folder: Path) -> bool:
    """Whether there is anything but an empty folder."""
    if folder.is_symlink() or not folder.is_dir():
        return folder.is_symlink() or folder.exists()
    return next(folder.iterdir(), None) is not None


def find_stranger(folder: Path) -> str | None:
    """The name of a file in a folder by which it is no trace, whole or not; None if it is one."""
    names = sorted(file.name for file in folder.iterdir())
    strangers = [name for name in names if not is_own(folder / name)]
    if strangers:
        return strangers[0]
    return None if {HEADER, "index.npy"} & {*names} else next(iter(names), None)


def is_own(file: Path) -> bool:
    """Whether a file is one of a trace, by its name and by how it begins.

    One that was cut off when a process was killed may be shorter than its beginning.
    """
    if not _OWN_FILE.fullmatch(file.name) or file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as opened:
        start = opened.read(64)
    if file.suffix == ".json":
        return b'"format"' in start or len(start) < 16
    magic = b"\x93NUMPY" if file.suffix == ".npy" else b"PK\x03\x04"
    return start.startswith(magic) or magic.startswith(start)
