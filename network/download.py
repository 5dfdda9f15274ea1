"""Fetch files over the network: mirrors in turn, broken connections resumed, contents checked.

A side entrance to the way of the data, for the sets that are too large to be committed. A
file gets its name only once it is whole and checked; until then it is a ``.part`` beside it.
"""

import http.client
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tqdm import tqdm

from network.errors import DatasetError, printable

_CHUNK = 1 << 15
_TRIES = 5
_TIMEOUT = 20.0


class _BrokenConnection(Exception):
    """The network's fault: another try or another mirror may do better."""


def download(
    names: Sequence[str],
    folder: Path,
    mirrors: Sequence[str],
    check: Callable[[Path, str], None],
    *,
    most_bytes: int,
    quiet: bool = False,
    timeout: float = _TIMEOUT,
) -> None:
    """Fetch the files `names` from the first of `mirrors` that has them, into `folder`.

    Files that are there already are left alone. A second process that wants the same files
    waits for the first and then finds them.

    Parameters
    ----------
    mirrors
        Addresses of folders, tried in turn.
    check
        Called as ``check(path, name)`` with what came; raises `DatasetError` if it is not
        the file. It decides alone: addresses and lengths prove nothing.
    most_bytes
        No file is longer; a server that sends more is cut off.
    timeout
        Seconds that a server may keep silent.

    Raises
    ------
    DatasetError
        No mirror gave the file, or it cannot be written; one line with each one's fault.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder, quiet) as alone:
            for name in names:
                target = folder / name
                if target.exists():
                    continue
                # Without a lock nobody may share the unfinished file, so it cannot be resumed.
                part = folder / (f"{name}.part" if alone else f"{name}.{os.getpid()}.part")
                _fetch(name, part, mirrors, check, most_bytes, quiet, timeout)
                os.replace(part, target)
    except OSError as error:
        raise DatasetError(
            f"{printable(folder)}: cannot be written to ({error.strerror or error}); make room"
            " or set GLASSNET_DATA to another folder"
        ) from error


def _fetch(
    name: str,
    part: Path,
    mirrors: Sequence[str],
    check: Callable[[Path, str], None],
    most_bytes: int,
    quiet: bool,
    timeout: float,
) -> None:
    """Leave the whole, checked file in `part`, or raise."""
    faults = []
    for mirror in mirrors:
        fault = ""
        for _ in range(_TRIES):
            before = _size(part)
            try:
                _receive(f"{mirror.rstrip('/')}/{name}", part, most_bytes, quiet, timeout)
                check(part, name)
            except _BrokenConnection as error:
                fault = str(error)
                if _size(part) <= before:  # it brought nothing new: the next mirror may
                    break
            except DatasetError as error:
                fault = str(error).removeprefix(f"{printable(part)}: ")
                part.unlink(missing_ok=True)
                # What was resumed may have had a bad beginning, so it gets a fresh try here.
                if before == 0:
                    break
            else:
                return
        faults.append(f"{urlsplit(mirror).netloc}: {fault}")
    raise DatasetError(f"cannot fetch {name} ({'; '.join(faults)})")


def _receive(address: str, part: Path, most_bytes: int, quiet: bool, timeout: float) -> None:
    """Append what `part` lacks, or write it anew if the server cannot resume.

    Faults of the network become `_BrokenConnection`, so an `OSError` is one of the disk.
    """
    have = _size(part)
    request = Request(address, headers={"User-Agent": "glassnet"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = urlopen(request, timeout=timeout)
    except HTTPError as error:
        error.close()
        if error.code == 416 and have:
            return  # nothing is left to send: the part is whole, or the check will say it is not
        raise _BrokenConnection(f"HTTP {error.code} {printable(error.reason)}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _BrokenConnection(_reason(error)) from error

    with response:
        content_range = response.headers.get("Content-Range", "")
        if response.status != 206 or not content_range.startswith(f"bytes {have}-"):
            have = 0
        length = response.headers.get("Content-Length", "")
        total = have + int(length) if length.isascii() and length.isdigit() else None
        with (
            open(part, "ab" if have else "wb") as file,
            tqdm(
                desc=address.rpartition("/")[2],
                total=total,
                initial=have,
                unit="B",
                unit_scale=True,
                disable=quiet,
            ) as bar,
        ):
            while chunk := _next_chunk(response):
                have += len(chunk)
                if have > most_bytes:
                    raise DatasetError(f"sends more than {most_bytes:,} bytes: not this file")
                file.write(chunk)
                bar.update(len(chunk))
    # http.client ends quietly when a connection breaks, so the length is checked here.
    if total is not None and have < total:
        raise _BrokenConnection(f"the connection ended after {have:,} of {total:,} bytes")


def _next_chunk(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _BrokenConnection(_reason(error)) from error


@contextmanager
def _alone_in(folder: Path, quiet: bool) -> Iterator[bool]:
    """Hold a lock on `folder`, waiting for whoever has it; False where there are no locks.

    The lock is on the folder itself: it leaves no file behind, and a killed process
    releases it.
    """
    descriptor = -1
    try:
        try:
            import fcntl  # not on Windows

            descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not quiet:
                    print(
                        f"waiting for another process that fetches into {printable(folder)}",
                        file=sys.stderr,
                    )
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            alone = True
        except (ImportError, OSError):  # some network disks refuse
            alone = False
        yield alone
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    """Say in a few words what the network did."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, OSError) and cause.strerror:
        return printable(cause.strerror)
    return printable(cause) or type(cause).__name__
