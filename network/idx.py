"""Read and write IDX, the file format of MNIST: a short header, then plain bytes.

The first step of the way of the data: file → uint8 array. Files come from anywhere, so
nothing in a header is believed before the bytes are there; whatever is wrong with a file
is one `DatasetError` of one line that names the file and the fault.
"""

import gzip
import hashlib
import math
import os
import stat
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from network.errors import DatasetError, printable
from network.files import write_whole

Bytes = NDArray[np.uint8]

_GZIP_MAGIC = b"\x1f\x8b"
_TYPES = {
    0x08: "unsigned bytes",
    0x09: "signed bytes",
    0x0B: "16-bit integers",
    0x0C: "32-bit integers",
    0x0D: "32-bit floats",
    0x0E: "64-bit floats",
}
_CHUNK = 1 << 18
# Deflate cannot shrink anything further than 1032 : 1, so a small file that promises more
# than this is lying, and need not be unpacked to know it.
_DEFLATE_LIMIT = 1032
# Larger than any set of this kind (EMNIST, the largest, has 0.6 GB).
_MOST_BYTES = 1 << 31


def read_idx(path: str | Path) -> Bytes:
    """Read one IDX file of unsigned bytes, gzipped or not (its content decides, not its name).

    Returns
    -------
    uint8 array, read-only, of the shape that the header gives; no dimension is 0.

    Raises
    ------
    DatasetError
        The file is missing, unreadable, damaged or not IDX; one line that names file and fault.
    """
    return read_hashed(path)[0]


def read_hashed(
    path: str | Path,
    *,
    dimensions: int | None = None,
    shape: tuple[int, ...] | None = None,
    sha256: str | None = None,
) -> tuple[Bytes, str]:
    """Read one IDX file as `read_idx` does, and give the SHA-256 of its uncompressed bytes too.

    Parameters
    ----------
    dimensions, shape
        What the header must say. Checked before anything is read beyond the header.
    sha256
        What the hex digest of the uncompressed bytes, header included, must be.
    """
    path = Path(path)
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise _fault(path, "is a folder, not an IDX file")
        if not stat.S_ISREG(status.st_mode):
            # Opening a pipe would wait for a writer for ever.
            raise _fault(path, "is not a plain file")
        if status.st_size == 0:
            raise _fault(path, "is empty")
        with open(path, "rb") as file:
            packed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
            most = status.st_size * (_DEFLATE_LIMIT if packed else 1)
            array, digest = _read_stream(path, stream, most, dimensions, shape)
    except FileNotFoundError as error:
        raise _fault(path, "no such file") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _fault(path, f"its gzip stream is damaged ({error})") from error
    except MemoryError as error:
        raise _fault(path, "does not fit into this machine's memory") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise _fault(path, f"cannot be read ({reason or error})") from error
    if sha256 is not None and digest != sha256:
        raise _fault(path, f"its SHA-256 is {digest}, not the published {sha256}")
    return array, digest


def _read_stream(
    path: Path,
    stream: BinaryIO,
    most: int,
    dimensions: int | None,
    shape: tuple[int, ...] | None,
) -> tuple[Bytes, str]:
    """Read header and body from `stream`, which can hold at most `most` bytes."""
    head = stream.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _TYPES:
        raise _fault(path, _what_else(head, head + stream.read(60)))
    if head[2] != 0x08:
        raise _fault(path, _how_to_make_bytes(head, stream))
    sizes = stream.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise _fault(path, "is cut off within its header")
    found = struct.unpack(f">{head[3]}I", sizes)
    if dimensions is not None and len(found) != dimensions:
        kinds = {1: "labels (1 dimension)", 3: "images (3 dimensions)"}
        raise _fault(
            path,
            f"holds {kinds.get(len(found), f'data of {len(found)} dimensions')},"
            f" where {kinds.get(dimensions, f'{dimensions} dimensions')} belong",
        )
    if shape is not None and found != shape:
        raise _fault(path, f"its header says {times(found)}, not {times(shape)}")
    expected = math.prod(found)
    if not found or expected == 0:
        raise _fault(path, f"holds no data (its header says {times(found) or 'no dimensions'})")
    if expected > _MOST_BYTES:
        raise _fault(path, f"its header says {times(found)}, which is absurd")
    if 4 + len(sizes) + expected > most:
        raise _fault(path, f"is cut off: {times(found)} bytes do not fit into its length")

    # Memory that is never written to costs nothing, so a stream that breaks off early is cheap.
    array = np.empty(expected, np.uint8)
    digest = hashlib.sha256(head + sizes)
    filled = 0
    while filled < expected:
        chunk = stream.read(min(_CHUNK, expected - filled))
        if not chunk:
            raise _fault(path, f"is cut off: it has {filled:,} of {expected:,} bytes of data")
        array[filled : filled + len(chunk)] = np.frombuffer(chunk, np.uint8)
        digest.update(chunk)
        filled += len(chunk)
    # For gzip, reading on to the end is also what checks the checksum.
    if stream.read(1):
        raise _fault(path, f"has more bytes than the {times(found)} that its header says")
    array = array.reshape(found)
    array.setflags(write=False)
    return array, digest.hexdigest()


def _what_else(head: bytes, start: bytes) -> str:
    """What a file is that is no IDX file, as far as its first bytes tell, and what to do."""
    text = start.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "is a web page, not an IDX file: get the file itself from where it was linked"
    if text.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS, not the file: git lfs pull fetches it"
    if head.startswith(_GZIP_MAGIC):
        return "is gzipped twice: unpack it once"
    if head.startswith(b"PK"):
        return "is a zip archive, not an IDX file: unpack it"
    if head.startswith(b"\x93NUM"):
        return "is a file of numpy, not an IDX file: write it with network.datasets.write_idx"
    return f"is not an IDX file (it begins with {head.hex(' ') or 'nothing'})"


def _how_to_make_bytes(head: bytes, stream: BinaryIO) -> str:
    """What an IDX file of other numbers holds, and how to make bytes of it."""
    kind = _TYPES[head[2]]
    sizes = stream.read(4 * head[3])
    if head[2] == 0x0C and head[3] == 2 and len(sizes) == 8:
        _, columns = struct.unpack(">2I", sizes)
        of = "QMNIST's: " if columns == 8 else ""
        return (
            f"its labels are {kind} in {columns} columns, {of}write the first column with "
            "network.datasets.write_idx, as uint8"
        )
    if head[2] in (0x0D, 0x0E):
        return (
            f"holds {kind}, where bytes from 0 to 255 belong: multiply by 255 if they end at 1, "
            "and write them with network.datasets.write_idx, as uint8"
        )
    return (
        f"holds {kind}, where unsigned bytes belong: write them with network.datasets.write_idx, "
        "as uint8"
    )


def to_idx(array: Bytes) -> bytes:
    """The bytes of an uncompressed IDX file of `array`, uint8."""
    head = bytes([0, 0, 0x08, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


def write_idx(path: str | Path, array: Bytes, *, compress: bool | None = None) -> None:
    """Write `array` as an IDX file, whole or not at all; the same array gives the same bytes.

    Parameters
    ----------
    array
        uint8, of any shape without a 0: labels are (n,), images (n, rows, cols).
    compress
        Whether to gzip; by default if the name ends in ``.gz``.

    Raises
    ------
    DatasetError
        The array is not one that `read_idx` would read again, or the disk refuses.
    """
    path = Path(path)
    if array.dtype != np.uint8 or array.size == 0 or not 1 <= array.ndim <= 64:
        raise _fault(
            path, f"cannot hold {array.dtype} of shape {array.shape}; uint8 data is needed"
        )
    data = to_idx(array)
    if compress if compress is not None else path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    try:
        write_whole(path, data)
    except OSError as error:
        raise _fault(path, f"cannot be written ({error.strerror or error})") from error


def _fault(path: Path, text: str) -> DatasetError:
    return DatasetError(f"{printable(path)}: {printable(text)}")


def times(shape: tuple[int, ...]) -> str:
    """Write a shape as in 60000 × 28 × 28, cut short when a damaged header claims too many."""
    return " × ".join(map(str, shape[:6])) + (" × …" if len(shape) > 6 else "")
