"""What the folder of a trace holds: by this a trace is told from what is somebody's.

Names and beginnings prove nothing: arrays of somebody's own may well be called ``index.npy`` and
``loss.npy``, and lie beside an empty ``trace.json``. So a whole trace is known by its header, and
an unfinished one by a mark that is written before all else. Both are signed by their own hash, and
list the arrays that there may be; what neither lists, or does not fit what they say, is somebody's.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

HEADER = "trace.json"
MARK = ".glassnet.json"
CHECKPOINT = "checkpoint.npz"
PARTIAL_SUFFIX = ".partial"

Layout = Mapping[str, tuple[tuple[int, ...], str]]
"""The shape and the dtype of every array, by name."""

_ARRAY = re.compile(r"index|error|loss|confusion|(a|delta|W|b)\d+")
_OWN_FILE = re.compile(
    rf"({_ARRAY.pattern})\.npy|(trace|\.glassnet|\.[0-9a-f]{{12}})\.json|checkpoint\.npz(\.new)?"
)
_HEADER_START = re.compile(rb'\{\s*"format":\s*"?\d+"?,\s*"recipe":')
_MARK_START = b'{"made by": "glassnet", '
_ARRAY_START = b"\x93NUMPY"
# A zip file, and the name of its first member: what a checkpoint tells about itself.
_CHECKPOINT_START = b"PK\x03\x04"
_CHECKPOINT_MEMBER = slice(30, 39), b"about.npy"


def is_taken(folder: Path) -> bool:
    """Whether there is anything but an empty folder."""
    if folder.is_symlink() or not folder.is_dir():
        return folder.is_symlink() or folder.exists()
    return next(folder.iterdir(), None) is not None


def header_digest(header: dict[str, Any]) -> str:
    """SHA-256 of all that a header or a mark says but this digest and what the clock measured."""
    told = json.dumps({key: value for key, value in header.items() if key != "sha256"})
    timeless = json.loads(told, object_hook=lambda entry: {**entry, "seconds": None})
    return hashlib.sha256(json.dumps(timeless, sort_keys=True).encode()).hexdigest()


def make_mark(layout: Layout) -> bytes:
    """What is in the mark of an unfinished trace with these arrays."""
    arrays = {name: {"shape": shape, "dtype": dtype} for name, (shape, dtype) in layout.items()}
    mark = {"made by": "glassnet", "arrays": arrays}
    return json.dumps(mark | {"sha256": header_digest(mark)}).encode()


def find_stranger(folder: Path) -> str | None:
    """The name of a file in a folder by which it is no trace, whole or not; None if it is one."""
    files = sorted(folder.iterdir())
    if [file.name for file in files] == [MARK] and is_own(files[0]):
        return None  # killed, or out of room, while it was marked
    whole, begun = _arrays_of(folder / HEADER), _arrays_of(folder / MARK)
    listed = {**begun, **whole}
    # The header first: where that is somebody's, so is all the rest.
    for file in sorted(files, key=lambda file: (file.name != HEADER, file.name)):
        if file.suffix == ".npy":
            known = file.stem in listed and _fits(file, *listed[file.stem])
        else:
            # All but the header are only there while it is made.
            known = bool(whole if file.name == HEADER else begun)
        if not (known and is_own(file)):
            return file.name
    return None


def is_own(file: Path) -> bool:
    """Whether a file may be one of a trace, by its name and by how it begins.

    One that was cut off when a process was killed may be shorter than its beginning.
    """
    if not _OWN_FILE.fullmatch(file.name) or file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as opened:
        start = opened.read(64)
    if file.name == MARK:
        return start.startswith(_MARK_START) or _MARK_START.startswith(start)
    if file.suffix == ".json":
        return not start or _HEADER_START.match(start) is not None
    if file.suffix == ".npy":
        return start.startswith(_ARRAY_START) or _ARRAY_START.startswith(start)
    place, member = _CHECKPOINT_MEMBER
    return (start.startswith(_CHECKPOINT_START) or _CHECKPOINT_START.startswith(start)) and (
        member.startswith(start[place])
    )


def in_order_of_deletion(folder: Path) -> list[Path]:
    """All files of a trace's folder; last what says that it is one, so that a rest is known."""
    last = MARK if (folder / MARK).exists() else HEADER
    # First what says that it is whole, or can be gone on with.
    return sorted(
        folder.iterdir(),
        key=lambda file: (file.name == last, file.name not in (HEADER, CHECKPOINT), file.name),
    )


def _arrays_of(book: Path) -> Layout:
    """The arrays that a header or a mark of ours lists; none if it is none of ours, or changed."""
    try:
        told = json.loads(book.read_text(encoding="utf-8"))
        arrays = {
            name: (tuple(about["shape"]), str(about["dtype"]))
            for name, about in told["arrays"].items()
        }
        signed = told["sha256"] == header_digest(told)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
    return arrays if signed and all(map(_ARRAY.fullmatch, arrays)) else {}


def _fits(file: Path, shape: tuple[int, ...], dtype: str) -> bool:
    """Whether a file begins as an array of that shape, with as many rows or fewer.

    A run that diverges has fewer. Of a file that was cut off in its beginning there is nothing to
    lose.
    """
    if not file.is_file():
        return False
    try:
        with file.open("rb") as opened:
            start = opened.read(256)
            if len(start) < 10 or len(start) < 10 + int.from_bytes(start[8:10], "little"):
                return True
            opened.seek(0)
            np.lib.format.read_magic(opened)
            there, by_column, kind = np.lib.format.read_array_header_1_0(opened)
        same = kind == np.dtype(dtype) and not by_column and there[1:] == shape[1:]
        return bool(same and there[0] <= shape[0])
    except Exception:  # what numpy raises for a damaged file has many types
        return False
