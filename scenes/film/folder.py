"""The folder that films go to: what in it is ours and may be replaced, and what is somebody's.

Whatever we put there is vouched for in ``.glassnet/made/``, by name and hash, before it gets its
name: so a process that is killed half-way leaves nothing that the next one would not know. A file
that nobody vouches for, or that was changed since, is never touched. ``.glassnet/`` has a mark of
its own, Manim's clips and what is being made.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from network.errors import SettingsError
from network.files import reason_of, write_whole
from network.locking import lock, open_lock
from network.trace import file_digest
from scenes.film.files import OutputError, making

PRIVATE: Final = ".glassnet"
MARK: Final = "mark.json"
MANIFEST: Final = "manifest.json"
_MARKED: Final = {"made by": "glassnet", "for": "films", "format": 1}
_BEGUN: Final = re.compile(r"lock|\.[0-9a-f]{12}\.json")
"""What is in the private folder before it is marked."""


class TakenError(OutputError):
    """A file where ours would go that is not ours, or no longer as we made it."""

    exit_code = 2


class Folder:
    """A folder for films.

    Parameters
    ----------
    path
        The folder; it need not exist.

    Attributes
    ----------
    path
        Its absolute path.
    clips, new
        Where Manim's clips are kept, and where files are made before they are moved.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._private = self.path / PRIVATE
        self.clips = self._private / "clips"
        self.new = self._private / "new"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder, and be the only one that renders into it.

        Raises
        ------
        SettingsError
            If there can be no such folder.
        TakenError
            If what we would keep our own things in is somebody else's.
        OutputError
            If another process is rendering there.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(making(self._private, MARK, "lock"))
                self._own()
                file = stack.enter_context(open_lock(self._private / "lock"))
            except OSError as error:
                raise SettingsError(f"--out {shown(self.path)}: {reason_of(error)}") from error
            if not lock(file):
                raise OutputError(
                    f"another render is writing into {shown(self.path)}: wait for it, or choose "
                    "another --out"
                )
            yield

    def _own(self) -> None:
        """Mark the private folder, unless it is marked; not one that is somebody else's."""
        mark = self._private / MARK
        if _read(mark) == _MARKED:
            return
        strangers = [path.name for path in self._private.iterdir()]
        if self._private.is_symlink() or not all(map(_BEGUN.fullmatch, strangers)):
            raise TakenError(
                f"{shown(self._private)} is not of glassnet: move it away, or choose another --out"
            )
        write_whole(mark, json.dumps(_MARKED))

    def is_new(self) -> bool:
        """Whether nothing has been rendered into it yet, by this version."""
        return not os.path.lexists(self._private)

    def check(self, names: Iterable[str]) -> None:
        """Raise TakenError if a file that we are going to write is there and not ours.

        Parameters
        ----------
        names
            Paths from the folder on, with slashes.
        """
        vouched = self._vouched()
        for name in names:
            path = self.path / name
            for above in reversed(path.relative_to(self.path).parents[:-1]):
                folder = self.path / above
                if os.path.lexists(folder) and not folder.is_dir():
                    raise TakenError(
                        f"{shown(folder)} is in the way, where a folder has to be: move it away, "
                        "or choose another --out; nothing was changed"
                    )
            if not os.path.lexists(path):
                continue
            ours = path.is_file() and not path.is_symlink()
            try:
                ours = ours and file_digest(path) in vouched.get(name, ())
            except OSError as error:
                raise TakenError(f"{shown(path)} cannot be read: {reason_of(error)}") from error
            if not ours:
                raise TakenError(
                    f"{shown(path)} is not of glassnet, or was changed since: move it away, or "
                    "choose another --out; nothing was changed"
                )

    def place(self, group: str, files: Mapping[str, Path]) -> None:
        """Give files that have been made their names here, one after the other.

        Parameters
        ----------
        group
            What they are together; whoever places the same group again replaces them.
        files
            Where each is now, by its name from the folder on, in the order of moving.

        Raises
        ------
        TakenError
            If there is something that is not ours in the place of one.
        OSError
            If they cannot be moved.
        """
        self.check(files)
        made = self._private / "made" / f"{group}.json"
        made.parent.mkdir(exist_ok=True)
        digests = {name: file_digest(path) for name, path in files.items()}
        before = {
            name: file_digest(self.path / name) for name in files if (self.path / name).exists()
        }
        # Until all are moved, both are ours.
        both = {name: [digest, before.get(name, digest)] for name, digest in digests.items()}
        write_whole(made, json.dumps(both, ensure_ascii=False))
        for name, path in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, self.path / name)
        ours = {name: [digest] for name, digest in digests.items()}
        write_whole(made, json.dumps(ours, ensure_ascii=False))

    def _vouched(self) -> dict[str, set[str]]:
        """The hashes that our files may have, by name."""
        vouched: dict[str, set[str]] = {}
        for made in sorted((self._private / "made").glob("*.json")):
            for name, digests in _read(made).items():
                if isinstance(digests, list):
                    vouched.setdefault(name, set()).update(map(str, digests))
        # Folders of earlier versions have only these; so has one whose private folder was deleted.
        for book in (self.path / MANIFEST, *sorted(self.path.glob("chapters/*/*.record.json"))):
            for name, digest in self._told(book).items():
                vouched.setdefault(name, set()).add(digest)
        return vouched

    def _told(self, book: Path) -> dict[str, str]:
        """The files that a manifest or a record lists, with their hashes.

        Itself among them, if it is as we write it and all that is there of its files is as listed.
        """
        content = _read(book)
        try:
            if book.name == MANIFEST:
                told = {file["path"]: str(file["sha256"]) for file in content["files"]}
            else:
                place = book.parent.relative_to(self.path)
                told = {
                    (place / name).as_posix(): str(content["made"][name])
                    for name in content["made"]
                }
            there = [name for name in told if (self.path / name).is_file()]
            whole = all(file_digest(self.path / name) == told[name] for name in there)
            if there and whole and book.read_text(encoding="utf-8") == _as_written(content):
                told[book.relative_to(self.path).as_posix()] = file_digest(book)
        except (KeyError, TypeError, AttributeError, OSError):
            return {}
        return told


def shown(path: Path) -> str:
    """A path as short as it can be typed here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _as_written(content: dict[str, Any]) -> str:
    """The text of a manifest or a record."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _read(path: Path) -> dict[str, Any]:
    """What a file of ours says; nothing if there is none, or it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
