"""One run of Manim: what its options ask of a chapter, what a chapter cannot do, and one at a time.

What can be known before anything is drawn is said before, in one line. What a run that was killed
left half-written is taken away by the next: nothing but what it is known to have begun itself.
"""

import hashlib
import json
import math
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import av
from manim import config
from manim._config.video_encoder import VideoEncoderSpec
from manim.constants import RendererType
from manim.scene.scene_file_writer import SceneFileWriter
from manim.scene.video_segment_encoder import VideoSegmentEncoder
from tqdm import tqdm

from network.errors import GlassnetError, SettingsError, printable
from network.files import reason_of
from network.locking import lock, open_lock
from scenes.kit.settings import Settings

_ROOM_FOR_ENDS: Final = len(".0000.timeline.json.tmp")
_FILMS: Final = (".mp4", ".mov", ".webm", ".gif", ".png")
_LONGEST_NAME: Final = 255  # bytes, on every file system that is in use


_MARK: Final = ".glassnet-unfinished"
_MARKED: Final = '"Of glassnet: a film is being made; below are the clips that were begun."\n'
_BEGUN: Final = re.compile(r"\.glassnet-[0-9a-f]{12}\.(mp4|mov|webm)")
_CLIP: Final = re.compile(r"[0-9a-f]{64}\.(mp4|mov|webm)")


class _WholeClip(VideoSegmentEncoder):
    """A clip that gets its name when it is whole: Manim believes whatever has the right name."""

    def __init__(self, *, target: Path, spec: VideoEncoderSpec) -> None:
        self._beside = target.with_name(f".glassnet-{secrets.token_hex(6)}{target.suffix}")
        _note_begun(self._beside, target)
        super().__init__(target=self._beside, spec=spec)
        # By this Manim knows which clips are being made.
        self.target = target

    def finish(self) -> None:
        """Close the clip and give it its name."""
        super().finish()
        os.replace(self._beside, self.target)

    def abort(self) -> None:
        """Close the clip and remove it."""
        self.target = self._beside
        super().abort()


class Writer(SceneFileWriter):
    """Manim's writer, whose clips are whole or not there, and which writes no subtitles.

    It works in folders with an apostrophe too: Manim names clips to FFmpeg unescaped.
    """

    def write_subcaption_file(self) -> None:
        """Leave it to the chapter, which keeps its books together."""

    def _create_segment_encoder(self, target: Path) -> VideoSegmentEncoder:
        assert self.video_encoder is not None
        return _WholeClip(target=target, spec=self.video_encoder)

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
    given = str(config.output_file or "")
    if any(letter in given for letter in "{}\n\r"):
        raise SettingsError(
            f"{printable(given)}: a film cannot have braces or a line break in its name: "
            "choose another with -o"
        )
    name = Path(given).name
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
        If there can be no such folder, or a file of somebody's has the name of our mark in it.
    GlassnetError
        If another process is filming there.
    """
    folder = Path(config.media_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open_lock(folder / ".lock")
    except OSError as error:
        raise SettingsError(
            f"--media_dir: {error.filename or folder}: {reason_of(error)}"
        ) from error
    with file:
        if not lock(file):
            raise GlassnetError(
                f"another manim is filming into {folder}: wait for it, or choose another "
                "--media_dir"
            )
        mark = folder / _MARK
        try:
            if os.path.lexists(mark):
                _mend(folder, mark)
            mark.write_text(_MARKED, encoding="utf-8")
        except OSError as error:
            raise SettingsError(
                f"--media_dir: {mark} cannot be written: {reason_of(error)}"
            ) from error
        yield
        mark.unlink()


def _note_begun(*clips: Path) -> None:
    """Write down which clips are begun, so that they are known should they be left half-written."""
    mark = Path(config.media_dir) / _MARK
    if mark.exists():  # not where Manim films for somebody else than a chapter
        with mark.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(str(clip.absolute())) + "\n" for clip in clips)


def _mend(media: Path, mark: Path) -> None:
    """Delete the clips that were begun and not finished, and texts that cannot be read."""
    told = "" if mark.is_symlink() else mark.read_text(encoding="utf-8", errors="replace")
    if mark.is_symlink() or not (told.startswith(_MARKED) or _MARKED.startswith(told)):
        raise SettingsError(
            f"{mark} is not of glassnet: move it away, or choose another --media_dir"
        )
    for line in told.splitlines()[1:]:
        with suppress(ValueError, OSError):  # the last line may be half a one
            clip = Path(str(json.loads(line)))
            # One that has its name is damaged where the whole machine went down.
            if _BEGUN.fullmatch(clip.name) or (_CLIP.fullmatch(clip.name) and not _opens(clip)):
                clip.unlink(missing_ok=True)
    for text in media.glob("Tex/*.svg"):
        if _is_compiled(text):
            try:
                ElementTree.parse(text)
            except ElementTree.ParseError:
                text.unlink()


def _opens(clip: Path) -> bool:
    try:
        av.open(str(clip)).close()
    except av.error.FFmpegError:
        return False
    return True


def _is_compiled(text: Path) -> bool:
    """Whether Manim made a picture of text: both have the hash of their source as a name."""
    try:
        source = text.with_suffix(".typ").read_bytes()
    except OSError:
        return False
    return hashlib.sha256(source).hexdigest().startswith(text.stem) and len(text.stem) == 16


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
