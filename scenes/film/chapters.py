"""Which chapters there are, and their classes; those that do not load are told of in one way."""

import difflib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from network.command_line import complain
from network.errors import GlassnetError, SettingsError
from network.files import reason_of
from network.trace import Trace
from scenes import LECTURE
from scenes.kit.chapter import Chapter

SCENES = Path(__file__).parents[1]

LAST_LINES = 8
"""How much of a failed chapter's error is shown."""


def chapter_names() -> list[str]:
    """The chapters that there are: in the order of the lecture, then those it does not name."""
    there = sorted(path.stem for path in SCENES.glob("*.py") if path.stem[0] != "_")
    return sorted(there, key=lambda name: LECTURE.index(name) if name in LECTURE else len(LECTURE))


def find_chapters(names: Sequence[str] = ()) -> list[type[Chapter]]:
    """The chapters of these names (``backprop``) or files (``/tmp/demo.py``).

    Without any: all there are, in the order of `scenes.LECTURE`.

    Raises
    ------
    SettingsError
        If a name or file is none.
    """
    known = chapter_names()
    found = []
    for name in names or known:
        path = Path(name)
        try:
            if path.suffix == ".py" and path.is_file():
                path.open("rb").close()
        except OSError as error:
            raise SettingsError(f"{name} cannot be read: {reason_of(error)}") from error
        if path.suffix == ".py" and path.is_file() and path.resolve().parent != SCENES:
            found.append(_chapter_of(_load(path), name))
            continue
        # A folder in front: a file is meant, and not a chapter of ours of the same name.
        placed = path.name != name
        if path.stem not in known or (placed and not path.is_file()):
            near = difflib.get_close_matches(path.stem, known, n=1)
            meant = f"did you mean {near[0]!r}? " if near and not placed else ""
            what = f"no chapter {name!r}: "
            if placed or path.suffix == ".py":
                what = f"{name}: there is no such file; " + "or " * bool(meant)
            raise SettingsError(f"{what}{meant}there are {', '.join(known)}")
        found.append(_chapter_of(importlib.import_module(f"scenes.{path.stem}"), name))
    return found


def _load(path: Path) -> ModuleType:
    """A module from a file outside `scenes`."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _chapter_of(module: ModuleType, name: str) -> type[Chapter]:
    for member in vars(module).values():
        if (
            isinstance(member, type)
            and issubclass(member, Chapter)
            and member.__module__ == module.__name__
        ):
            return member
    raise SettingsError(f"{name} has no Chapter in it")


def load_chapters(
    names: Sequence[str] = (),
) -> tuple[dict[str, type[Chapter]], dict[str, Sequence[str]]]:
    """Chapters by name, in the order asked for, each once; and the errors of those that fail.

    Raises
    ------
    GlassnetError
        If a name or file is none, or two files have one name.
    """
    chapters: dict[str, type[Chapter]] = {}
    failed: dict[str, Sequence[str]] = {}
    for wanted in names or chapter_names():
        name = Path(wanted).stem
        try:
            with no_sudden_end():
                (chapter,) = find_chapters([wanted])
        except (GlassnetError, KeyboardInterrupt):
            raise
        # Whatever an author's file raises, or that it calls exit().
        except BaseException as error:
            failed[name] = _lines_of(error)
            continue
        if chapters.setdefault(name, chapter).__module__ != chapter.__module__ or (
            _file_of(chapters[name]) != _file_of(chapter)
        ):
            raise SettingsError(f"two chapters are called {name!r}: rename one of the files")
    return chapters, failed


@contextmanager
def no_sudden_end() -> Iterator[None]:
    """Let `os._exit` raise `SystemExit` as `exit` does: what others wait for must not end."""
    end, process = os._exit, os.getpid()

    def tell_of_it(status: int) -> NoReturn:
        if os.getpid() != process:  # of a child it is the proper end
            end(status)
        raise SystemExit(f"os._exit({status}) ends the whole process")

    os._exit = tell_of_it
    try:
        yield
    finally:
        os._exit = end


def _lines_of(error: BaseException) -> list[str]:
    """An error as Python tells it, without the steps that led to the author's file."""
    told = traceback.TracebackException.from_exception(error)
    ours = (__file__, importlib.__file__)
    told.stack[:] = [
        frame
        for frame in told.stack
        if frame.filename not in ours and not frame.filename.startswith("<frozen")
    ]
    return "".join(told.format()).splitlines()


def tell_failed(failed: Mapping[str, Sequence[str]]) -> None:
    """Say on standard error which chapters failed, and the last lines of each error."""
    for name, lines in failed.items():
        print(f"\n{name} failed:", file=sys.stderr)
        for line in lines[-LAST_LINES:]:
            print(f"    {line}", file=sys.stderr)


def choose_suited(
    chapters: Mapping[str, type[Chapter]], traces: Mapping[str, Trace], named: bool
) -> dict[str, type[Chapter]]:
    """The chapters that suit their runs; of each of the others, a line says why not.

    Parameters
    ----------
    traces
        The runs that they are to tell of, by the same names.
    named
        Whether somebody asked for these very chapters: then none is left out.

    Raises
    ------
    SettingsError
        If none is left, or one that was asked for does not suit.
    """
    reasons = {name: chapter.suits(traces[name]) for name, chapter in chapters.items()}
    unsuited = {name: why for name, why in reasons.items() if why}
    wrong = len(unsuited) == len(chapters) or named
    lines = [
        f"{name} does not suit this run{'' if wrong else ', and is left out'}: {why}"
        for name, why in unsuited.items()
    ]
    if lines and wrong:
        *others, last = lines
        for line in others:
            complain(line)
        raise SettingsError(last)
    for line in lines:
        complain(line)
    return {name: chapter for name, chapter in chapters.items() if name not in unsuited}


def _file_of(chapter: type[Chapter]) -> str | None:
    return sys.modules[chapter.__module__].__file__
