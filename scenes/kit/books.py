"""The books beside a film: readings, timeline and subtitles, of which only our own are replaced.

Somebody's film may well have the name that ``-o`` gives, with subtitles of its own beside it. So
readings and timeline are signed with their own hash, and the timeline has that of the subtitles,
too; what is not signed, or was changed since, is never written over.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from network.errors import SettingsError
from network.files import denied, reason_of, write_whole

READINGS: Final = ".readings.json"
TIMELINE: Final = ".timeline.json"
SUBTITLES: Final = ".srt"


def check_free(film: Path) -> None:
    """Raise SettingsError if a book would go where there is anything but an unchanged one of ours.

    So it does where nothing can be written.

    Parameters
    ----------
    film
        The film that they are beside.
    """
    if why := denied(film.with_name(".glassnet-new")):
        raise SettingsError(f"{film} cannot be written: there is no permission{why}")
    for suffix in (READINGS, TIMELINE, SUBTITLES):
        path = film.with_suffix(suffix)
        if not os.path.lexists(path):
            continue
        try:
            ours = not path.is_symlink() and path.is_file() and _is_ours(path, suffix)
        except OSError as error:
            raise SettingsError(f"{path} cannot be read: {reason_of(error)}") from error
        if not ours:
            raise SettingsError(
                f"{path} is not of glassnet, or was changed since: move it away, or give the film "
                "another name with -o"
            )


def keep_books(
    film: Path, readings: Mapping[str, Any], timeline: Mapping[str, Any], subtitles: str
) -> None:
    """Write the books of a film, whole or not at all.

    Raises
    ------
    SettingsError
        As of `check_free`.
    """
    check_free(film)
    film.parent.mkdir(parents=True, exist_ok=True)
    # The timeline before the subtitles: killed in between, there are none that nobody vouches for.
    film.with_suffix(SUBTITLES).unlink(missing_ok=True)
    _write(film.with_suffix(TIMELINE), {**timeline, "subtitles": _hash(subtitles.encode())})
    if subtitles:
        write_whole(film.with_suffix(SUBTITLES), subtitles)
    _write(film.with_suffix(READINGS), readings)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    signed = {**content, "sha256": _signature(content)}
    write_whole(path, json.dumps(signed, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _is_ours(path: Path, suffix: str) -> bool:
    if suffix == SUBTITLES:
        told = _read(path.with_suffix(TIMELINE)).get("subtitles")
        return bool(told == _hash(path.read_bytes()))
    return bool(_read(path))


def _read(path: Path) -> dict[str, Any]:
    """What a signed book says; nothing if there is none, or it was changed."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    told = {name: value for name, value in content.items() if name != "sha256"}
    return told if content.get("sha256") == _signature(told) else {}


def _signature(content: Mapping[str, Any]) -> str:
    return _hash(json.dumps(content, sort_keys=True).encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
