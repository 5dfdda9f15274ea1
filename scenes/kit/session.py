"""One run of Manim: what its options ask of a chapter, what a chapter cannot do, and one at a time.

What can be known before anything is drawn is said before, in one line.
"""

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import av
from manim import config
from manim.constants import RendererType
from manim.scene.scene_file_writer import SceneFileWriter
from tqdm import tqdm

from network.errors import GlassnetError, SettingsError
from network.files import reason_of
from network.locking import lock
from scenes.kit.settings import Settings

_ROOM_FOR_ENDS: Final = len(".0000.timeline.json.tmp")
_FILMS: Final = (".mp4", ".mov", ".webm", ".gif", ".png")
_LONGEST_NAME: Final = 255  # bytes, on every file system that is in use


class Writer(SceneFileWriter):
    """Manim's writer, in folders with an apostrophe too: it names clips to FFmpeg unescaped."""

    @staticmethod
    def _concat_manifest_bytes(input_files: list[str]) -> bytes:
        # Not by way of Manim's own: it would turn these backslashes too on Windows.
        paths = (Path(file).as_posix().replace("'", r"'\''") for file in input_files)
        return "".join(f"file 'file:{path}'\n" for path in paths).encode()


def check_options() -> None:
    """Refuse what chapters cannot do.

    Raises
    ------
    SettingsError
        If another renderer is asked for, a name that no file can have, or no animation at all.
    """
    if config.renderer != RendererType.CAIRO:
        raise SettingsError("chapters are drawn by Manim's Cairo renderer: leave --renderer away")
    name = Path(str(config.output_file or "")).name
    if len(os.fsencode(name)) + _ROOM_FOR_ENDS > _LONGEST_NAME:
        raise SettingsError(
            f"a name of {len(name)} characters is too long for a film: choose another with -o"
        )
    first, last = config.from_animation_number, config.upto_animation_number
    if first > last:
        raise SettingsError(f"-n {first},{last}: the first animation comes after the last")
    check_folder(Path(config.media_dir))


def check_folder(media: Path) -> None:
    """Raise SettingsError unless Manim can film into a folder, given as its media_dir is.

    FFmpeg's list has one line a clip, and no quoting of its own lets a name have two. Manim fills
    in whatever is in braces, again and again: ``{media_dir}`` keeps it busy for ever.
    """
    if any(letter in str(media.absolute()) for letter in "\n\r"):
        raise SettingsError("Manim cannot film into a folder whose name has a line break")
    if any(letter in str(media) for letter in "{}"):
        raise SettingsError(f"{media}: Manim cannot film into a folder with braces in its name")


def film_name(name: str, recipe: str, step: int, settings: Settings, given: str | Path = "") -> str:
    """What a film is called: as given, or by its recipe and step where not the chapter's own.

    ``Backprop``, ``Backprop-step4711``, ``Backprop-relu-softmax-sgd``; a part that ``-n`` asks
    for says so too, whoever gave the name, since the books beside the whole film are not its own.
    """
    film = Path(given or _told_of(name, recipe, step, settings))
    if is_part():
        last = config.upto_animation_number
        part = f"-n{config.from_animation_number}" + (f"-{last}" if math.isfinite(last) else "")
        suffix = film.suffix if film.suffix in _FILMS else ""
        film = film.with_name(f"{film.name.removesuffix(suffix).removesuffix(part)}{part}{suffix}")
    return str(film)


def _told_of(name: str, recipe: str, step: int, settings: Settings) -> str:
    """A chapter's name, with the recipe, the step and the theme that are not its own."""
    parts = [name]
    if settings.trace is not None:
        parts.append(settings.trace.resolve().name)
    elif settings.recipe not in (None, recipe):
        parts.append(str(settings.recipe))
    if settings.step not in (None, step):
        parts.append(f"step{settings.step}")
    if settings.variant:
        parts.append(settings.theme)
    return "-".join(parts)


def is_part() -> bool:
    """Whether only some of the chapter's animations are filmed (``manim -n``)."""
    return config.from_animation_number > 0 or math.isfinite(config.upto_animation_number)


@contextmanager
def alone() -> Iterator[None]:
    """Be the only one that films into the media folder: two would lose each other's pictures.

    What one before has left half-written, that was killed, is taken away first.

    Raises
    ------
    SettingsError
        If there can be no such folder.
    GlassnetError
        If another process is filming there.
    """
    folder = Path(config.media_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("a+b")
    except OSError as error:
        raise SettingsError(f"--media_dir {folder}: {reason_of(error)}") from error
    with file:
        if not lock(file):
            raise GlassnetError(
                f"another manim is filming into {folder}: wait for it, or choose another "
                "--media_dir"
            )
        unfinished = folder / ".unfinished"
        if unfinished.exists():
            _mend(folder)
        unfinished.touch()
        yield
        unfinished.unlink()


def _mend(media: Path) -> None:
    """Delete clips and texts that cannot be read: Manim believes whatever has the right name."""
    for clip in media.rglob("partial_movie_files/**/*"):
        if clip.suffix in _FILMS:
            try:
                av.open(str(clip)).close()
            except av.error.FFmpegError:
                clip.unlink()
    for text in media.glob("Tex/*.svg"):
        try:
            ElementTree.parse(text)
        except ElementTree.ParseError:
            text.unlink()


class TimeBar(tqdm):  # type: ignore[misc]  # it has no types
    """A bar whose film may turn out longer than thought: tqdm forgets its total then."""

    total: float

    def update(self, n: float | None = 1) -> bool | None:
        """Count on, and stretch the whole where that is more."""
        self.total = max(self.total, self.n + (n or 0))
        return super().update(n)


@contextmanager
def show_time(name: str, seconds: float) -> Iterator[TimeBar]:
    """Give a bar of the seconds filmed, on a terminal, unless Manim shows its own."""
    listens = sys.stderr is not None and sys.stderr.isatty()
    own = config.progress_bar == "none" and listens
    shape = "{desc} {percentage:3.0f}%|{bar}| {n:.0f} of about {total:.0f} s"
    with TimeBar(
        desc=name, total=max(seconds, 1.0), bar_format=shape, disable=not own, leave=False
    ) as bar:
        yield bar
