"""Run a chapter without filming it, and look at it at chosen moments.

A rehearsal goes through a chapter as a render does, play by play, but draws nothing unless its
watcher asks for a frame: it takes seconds where a film takes minutes. `scenes.film.check` and
`scenes.film.sheet` are watchers.
"""

import math
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from manim import CairoRenderer, Mobject, Scene, config, tempconfig
from manim.constants import QUALITIES as QUALITIES_OF_MANIM

from network.errors import GlassnetError
from network.files import is_full_disk
from scenes.film.chapters import no_sudden_end
from scenes.kit.chapter import Beat, BeatTime, Chapter
from scenes.kit.settings import Settings

Pixels = np.ndarray
"""A frame, (height, width, 3), uint8."""

QUALITIES = {
    "l": "low_quality",
    "m": "medium_quality",
    "h": "high_quality",
    "p": "production_quality",
    "k": "fourk_quality",
}
"""Manim's letters for ``-q``."""


QUIET = {"progress_bar": "none", "preview": False, "show_in_file_browser": False}
"""Manim's settings with which it says and opens nothing by itself."""


def frame_rate(quality: str) -> float:
    """Frames a second of a quality."""
    return float(QUALITIES_OF_MANIM[QUALITIES[quality]]["frame_rate"])


def quality_name(quality: str) -> str:
    """What a film of a quality is called: ``480p``."""
    return f"{QUALITIES_OF_MANIM[QUALITIES[quality]]['pixel_height']}p"


def edition_name(quality: str) -> str:
    """What a film is called after, by its quality and its settings: ``480p``, ``480p.paper``."""
    return quality_name(quality) + Settings.from_environment().variant


def chapters_folder(quality: str) -> str:
    """Where the films of chapters are, from the folder of the film on: ``chapters/480p``."""
    return f"chapters/{edition_name(quality)}"


class ChapterError(GlassnetError):
    """What a chapter's own code raises that nobody has thought of.

    Attributes
    ----------
    what
        The error, and the line of the chapter that it came of.
    """

    def __init__(self, chapter: type[Chapter], beat: str | None, error: BaseException) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = line_of(chapter, error) or f"{Path(last.filename).name}:{last.lineno}"
        told = textwrap.shorten(f"{type(error).__name__}: {error}", 200, placeholder=" …")
        self.what = f"{told} ({place})"
        super().__init__(f"{chapter.file_name()}, {beat or 'between beats'}: {self.what}")


def line_of(chapter: type[Chapter], error: BaseException) -> str | None:
    """File and line of the chapter that an error came of, as ``answer.py:31``; None if of none.

    What an author can mend is where the chapter called, not where in a library it ended.
    """
    source = sys.modules[chapter.__module__].__file__
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == source]
    return f"{Path(source).name}:{lines[-1]}" if source and lines else None


class Watcher:
    """Looks on while a chapter is rehearsed; this one sees nothing."""

    def moments(self, start: float, end: float) -> Iterable[float]:
        """When to look during a play from `start` to `end`: seconds of the film, in order."""
        return ()

    def look(self, chapter: Chapter, time: float) -> None:
        """Called at those moments, the scene being as it is then."""

    def before_beat(self, chapter: Chapter, name: str) -> None:
        """Called when a beat is about to begin."""

    def after_play(self, chapter: Chapter) -> None:
        """Called when a play or a wait is over."""

    def after_beat(self, chapter: Chapter, beat: BeatTime) -> None:
        """Called when a beat is over."""


class _Stage(CairoRenderer):
    """A renderer that goes from state to state and draws only on request."""

    def __init__(self, watcher: Watcher) -> None:
        super().__init__(skip_animations=True)
        self._watcher = watcher

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Play as a render does, stopping only where the watcher looks, and at the end."""
        assert isinstance(scene, Chapter)
        start = self.time
        scene.compile_animation_data(*args, **kwargs)
        scene.begin_animations()
        still = scene.is_current_animation_frozen_frame()
        for moment in self._watcher.moments(start, start + _frames(scene.duration, still)):
            if not still:
                self._advance(scene, min(moment - start, scene.duration))
            self._watcher.look(scene, moment)
        if not still:
            self._advance(scene, scene.duration)
            for animation in scene.animations or ():
                animation.finish()
                animation.clean_up_from_scene(scene)
            scene.update_mobjects(0)
        self.time = start + scene.duration
        self.num_plays += 1

    @staticmethod
    def _advance(scene: Scene, time: float) -> None:
        """Go to `time` of the play: in one stride, or by frames where something keeps time."""
        members = (member for mobject in scene.mobjects for member in mobject.get_family())
        if scene.updaters or any(member.has_time_based_updater() for member in members):
            frame = 1 / config.frame_rate
            for moment in np.arange(scene.last_t + frame, time - 1e-9, frame):
                scene.update_to_time(moment)
        scene.update_to_time(time)

    def update_frame(self, *_: Any, **__: Any) -> None:
        """Draw nothing: Manim asks for frames that nobody looks at."""

    def draw(self, mobjects: Iterable[Mobject], families: bool) -> Pixels:
        """A frame with these mobjects, drawn now."""
        self.camera.reset()
        self.camera.capture_mobjects(mobjects, include_submobjects=families)
        return self.camera.pixel_array[..., :3].copy()


def _frames(duration: float, still: bool) -> float:
    """Seconds that Manim films for a play: whole frames, too many rather than too few."""
    frames = duration * config.frame_rate
    return (math.floor(frames) if still else math.ceil(frames - 1e-9)) / config.frame_rate


def draw(
    chapter: Chapter, mobjects: Iterable[Mobject] | None = None, families: bool = True
) -> Pixels:
    """The frame as it is now, or with certain mobjects only; with their families, or without."""
    stage = chapter.renderer
    assert isinstance(stage, _Stage)
    everything = [*chapter.mobjects, *chapter.foreground_mobjects]
    return stage.draw(everything if mobjects is None else mobjects, families)


class _Rehearsed(Chapter):
    """What a chapter's class is mixed with, to tell a watcher."""

    watcher: Watcher
    telling: ClassVar[str | None] = None

    def play(self, *args: Any, **kwargs: Any) -> None:
        super().play(*args, **kwargs)
        self.watcher.after_play(self)

    @contextmanager
    def beat(self, name: str, *args: Any, **figures: Any) -> Iterator[Beat]:
        type(self).telling = name
        self.watcher.before_beat(self, name)
        with super().beat(name, *args, **figures) as beat:
            yield beat

    def end_beat(self, beat: BeatTime) -> None:
        self.watcher.after_beat(self, beat)
        type(self).telling = None
        super().end_beat(beat)


def rehearse(chapter: type[Chapter], watcher: Watcher, quality: str = "l") -> Chapter:
    """Run a chapter from beginning to end under the eyes of a watcher.

    Parameters
    ----------
    chapter
        Its class. Recipe, step and trace are chosen as for a render: by the environment.
    watcher
        Who looks on.
    quality
        Manim's letter. Where every mobject is does not depend on it.

    Raises
    ------
    network.errors.GlassnetError
        Whatever the chapter cannot go on with; unlike in a render it is not printed. What its own
        code raises is a `ChapterError`.
    """
    # The name, and the module by which it finds its words, stay those of the chapter.
    names = {"__module__": chapter.__module__, "watcher": watcher}
    rehearsed: Any = type(chapter.__name__, (_Rehearsed, chapter), names)
    settings = {
        "quality": QUALITIES[quality],
        "dry_run": True,
        "disable_caching": True,
        "verbosity": "ERROR",
        **QUIET,
    }
    # A folder of its own: another process may be half-way through writing the same words.
    with tempfile.TemporaryDirectory(prefix="glassnet-") as media, tempconfig(settings):
        config.media_dir = media
        try:
            scene: Chapter = rehearsed(renderer=_Stage(watcher))
            # Not Chapter.render, which ends the process when something is wrong.
            with no_sudden_end():
                Scene.render(scene)
        except (GlassnetError, KeyboardInterrupt):
            raise
        # An author's code may also call exit(): for others it must not end anything.
        except BaseException as error:
            if isinstance(error, MemoryError) or is_full_disk(error):
                raise
            raise ChapterError(chapter, rehearsed.telling, error) from error
    return scene
