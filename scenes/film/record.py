"""What a chapter's film was made from, so that it is not rendered again without need.

When a film is done, its worker writes down every source file that it had loaded, the words, the
settings, the recording and the libraries, each by its hash or version; and the hashes of the files
that were made. `Record.holds` compares all of that with what is there now.
"""

import hashlib
import json
import platform
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from network.files import write_whole
from network.trace import Trace, file_digest
from scenes.kit.chapter import Chapter
from scenes.kit.settings import Settings

FORMAT = 1
PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("glassnet", "manim", "numpy", "pillow", "typst", "av", "scipy", "pycairo", "manimpango")
"""The libraries on which a frame depends."""

SUFFIXES = (".mp4", ".timeline.json", ".readings.json", ".srt", ".vtt")
"""What is made for each chapter."""


class Record:
    """The record of one chapter's film, ``<chapter>.record.json`` beside it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.path = folder / f"{name}.record.json"
        self.film = folder / f"{name}.mp4"
        self._made = [self.film.with_suffix(suffix) for suffix in SUFFIXES]
        self._words = ""
        self._sources: dict[str, str] = {}

    def begin(self, chapter: type[Chapter]) -> None:
        """Remember words and sources as they are now: they may be edited while a film is made."""
        self._words = _digest_of_words(chapter)
        self._sources = _digests_of_sources(chapter)

    @property
    def made(self) -> list[Path]:
        """All files of the chapter, this record last."""
        return [*self._made, self.path]

    def write(self, chapter: type[Chapter], quality: str, trace: str, new: Path) -> None:
        """Vouch for the film of a chapter that this process has made since `begin`.

        Its files, and then this record, are in the folder `new`, to be moved to their places.
        """
        content = {
            **_settings(chapter, quality, trace),
            "words": self._words,
            # Some are loaded only when they are needed.
            "sources": _digests_of_sources(chapter) | self._sources,
            "made": {path.name: file_digest(new / path.name) for path in self._made},
        }
        write_whole(new / self.path.name, json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    def holds(self, chapter: type[Chapter], quality: str, trace: str) -> bool:
        """Whether the film is there, whole, and would come out the same if made again."""
        content = self._read()
        settings = _settings(chapter, quality, trace)
        try:
            return (
                {key: content.get(key) for key in settings} == settings
                and all(
                    file_digest(PROJECT / path) == digest
                    for path, digest in content["sources"].items()
                )
                and {path.name: file_digest(path) for path in self._made} == content["made"]
            )
        except (OSError, KeyError, AttributeError):
            return False

    def _read(self) -> dict[str, Any]:
        """What the record says; nothing if there is none, or it is damaged."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def identity_of(trace: Trace) -> str:
    """What a film depends on of a run: its digest, and what its classes are called now."""
    names = hashlib.sha256(json.dumps(trace.classes).encode()).hexdigest()
    return f"{trace.digest} {names}"


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a frame depends on."""
    return {"python": platform.python_version()} | {
        package: metadata.version(package) for package in PACKAGES
    }


def _settings(chapter: type[Chapter], quality: str, trace: str) -> dict[str, Any]:
    """All that a film depends on besides sources."""
    settings = Settings.from_environment()
    return {
        "format": FORMAT,
        "quality": quality,
        "step": chapter.step if settings.step is None else settings.step,
        "trace": trace,
        "theme": settings.theme,
        "words": _digest_of_words(chapter),
        "versions": versions(),
    }


def _digest_of_words(chapter: type[Chapter]) -> str:
    """Of the chapter's own words: those of others change without harm."""
    try:
        tables = tomllib.loads(chapter.narration.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        # Rendering will say so better; there is nothing to compare.
        return str(error)
    words = tables.get(chapter.file_name())
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def _digests_of_sources(chapter: type[Chapter]) -> dict[str, str]:
    """The hash of each source, by its name."""
    return {_name(path): file_digest(path) for path in _loaded_sources(chapter)}


def _loaded_sources(chapter: type[Chapter]) -> Iterator[Path]:
    """The project's files that this process has loaded, and the settings of Manim."""
    folders = (PROJECT / "scenes", PROJECT / "network")
    own = sys.modules[chapter.__module__].__file__
    files = {Path(file).resolve() for file in (own, str(PROJECT / "manim.cfg")) if file}
    for module in list(sys.modules.values()):
        path = Path(getattr(module, "__file__", None) or ".").resolve()
        if any(path.is_relative_to(folder) for folder in folders):
            files.add(path)
    yield from sorted(file for file in files if file.is_file())


def _name(path: Path) -> str:
    """A source as the record names it: from the project's folder, where it is in there."""
    return (path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path).as_posix()
