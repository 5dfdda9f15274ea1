"""Films one chapter in a process of its own: what `scenes.film.render` starts, once per chapter.

``python -m scenes.film.worker CHAPTER QUALITY OUT`` renders into a cache in the folder OUT, then
puts the film and what goes with it in their place there, last of all a record of all that the film
depends on. Lines on standard output say how many seconds have been filmed; whatever else there is
to say goes to standard error. It ends when its standard input does: when whoever started it is
gone.
"""

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from manim import config, tempconfig

from network.errors import GlassnetError
from network.files import write_whole
from scenes.film.chapters import find_chapters
from scenes.film.files import noticing_a_full_disk, writing
from scenes.film.filming import DONE
from scenes.film.folder import Folder
from scenes.film.join import FilmError, count_frames
from scenes.film.record import Record, identity_of
from scenes.film.rehearsal import QUALITIES, QUIET, chapters_folder
from scenes.film.subtitles import to_srt, to_vtt
from scenes.film.timeline import Take
from scenes.kit.books import READINGS, SUBTITLES, TIMELINE
from scenes.kit.chapter import Chapter


class _Reporting(Chapter):
    """What a chapter's class is mixed with, to tell how far it is."""

    report: TextIO

    def play(self, *args: Any, **kwargs: Any) -> None:
        super().play(*args, **kwargs)
        print(f"{self.time:.3f}", file=self.report, flush=True)


def main(name: str, quality: str, folder: Folder) -> int:
    """Film one chapter; the exit code."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    # Manim and chapters print, too.
    report = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        (chapter,) = find_chapters([name])
        record = Record(chapter.file_name(), folder.path / chapters_folder(quality))
        cache = folder.clips / chapter.file_name()
        record.begin(chapter)
        with noticing_a_full_disk(cache):
            scene = film(chapter, quality, cache, report)
        with writing(folder.path):
            new = folder.new / chapter.file_name()
            gather(scene, new, record.film.name)
            record.write(chapter, quality, identity_of(scene.trace), new)
            group = f"{chapters_folder(quality)}/{chapter.file_name()}".replace("/", "-")
            files = {path.relative_to(folder.path).as_posix(): path.name for path in record.made}
            folder.place(group, {name: new / made for name, made in files.items()})
            _forget_unused_clips(scene)
    except GlassnetError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except SystemExit as end:
        if end.code:  # an error that has been told
            raise
        print("it ended before its film did: it calls exit()", file=sys.stderr)
        return 1
    print(DONE, file=report, flush=True)
    return 0


def film(chapter: type[Chapter], quality: str, cache: Path, report: TextIO) -> Chapter:
    """Render a chapter as the manim command does, in a media folder that is this chapter's own."""
    # The name, and the module by which it finds its words, stay those of the chapter.
    names = {"__module__": chapter.__module__, "report": report}
    reporting = type(chapter.__name__, (_Reporting, chapter), names)
    settings = {
        "quality": QUALITIES[quality],
        # Chapters are rendered side by side: a second thread for each would only be in the way.
        "video_encoder_options": {**config.video_encoder_options, "threads": "1"},
        "verbosity": "WARNING",
        **QUIET,
    }
    # Of a run that was killed, or of an earlier version: the folder is ours alone.
    for suffix in (READINGS, TIMELINE, SUBTITLES):
        for book in cache.rglob(f"*{suffix}"):
            book.unlink()
    with tempconfig(settings):
        config.media_dir = cache
        scene: Chapter = reporting()
        scene.render()
    return scene


def gather(scene: Chapter, new: Path, name: str) -> Take:
    """Move the film and its books to a new folder, with subtitles beside them."""
    made = Path(scene.renderer.file_writer.movie_file_path)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    film = new / name
    for kind in (TIMELINE, READINGS, ".mp4"):
        os.replace(made.with_suffix(kind), film.with_suffix(kind))
    take = Take.load(film)
    if count_frames(film) != take.frames:
        raise FilmError(f"{film} is not whole: delete {new.parent}, then render again")
    write_whole(film.with_suffix(SUBTITLES), to_srt(take.subtitles))
    write_whole(film.with_suffix(".vtt"), to_vtt(take.subtitles))
    return take


def _forget_unused_clips(scene: Chapter) -> None:
    """Delete clips of earlier versions, of which there would be ever more."""
    writer = scene.renderer.file_writer
    used = {Path(clip).name for clip in writer.partial_movie_files if clip}
    for clip in Path(writer.partial_movie_directory).glob("*.mp4"):
        if clip.name not in used:
            clip.unlink()


def _end_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    name, quality, out = sys.argv[1:]
    sys.exit(main(name, quality, Folder(Path(out))))
