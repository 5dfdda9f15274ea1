"""The film of several chapters, and all that is published with it.

Everything is made in a folder of its own and moved to its place when all of it is whole: an
interrupted run leaves the last film as it was.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av

from network.files import write_whole
from network.trace import file_digest
from scenes.film.folder import Folder
from scenes.film.join import Contents, Mark, join, poster
from scenes.film.page import render_page
from scenes.film.record import SUFFIXES, versions
from scenes.film.subtitles import chapter_list, subtitles_of, to_srt, to_vtt, transcript
from scenes.film.timeline import Take, describe

FORMAT = 1
TITLE = "glassnet: how a neural network learns to read digits"


def published_names(edition: str) -> list[str]:
    """The files that `publish` makes; the manifest last: it vouches for the others."""
    film = [f"glassnet-{edition}{suffix}" for suffix in (".mp4", ".srt", ".vtt", ".png")]
    return [*film, "chapters.txt", "transcript.md", "index.html", "manifest.json"]


def published_film(folder: Path) -> tuple[str, list[str]]:
    """The name of the film that a folder's page shows, and its chapters; empty if there is none."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        names = [str(chapter["name"]) for chapter in manifest["chapters"]]
        film = str(manifest["film"])
    except (OSError, ValueError, LookupError, TypeError):
        return "", []
    return (film, names) if (folder / film).is_file() else ("", [])


def publish(takes: Sequence[Take], quality: str, edition: str, folder: Folder) -> Path:
    """Make the film of filmed chapters in a folder, and everything beside it; gives its path.

    Parameters
    ----------
    takes
        The chapters in order, their films inside `folder`.
    quality
        As ``480p``.
    edition
        What the film is called after: the quality, and the theme if it is not the usual one.
    folder
        Where it goes.

    Raises
    ------
    scenes.film.join.FilmError
        If the chapters cannot be joined.
    scenes.film.folder.TakenError
        If a file that is not ours is in the way.
    OSError
        If something cannot be written.
    """
    out, new = folder.path, folder.new / "film"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    film = new / f"glassnet-{edition}.mp4"
    chapters = describe(takes)
    subtitles = subtitles_of(chapters)
    marks = [Mark(chapter["title"], chapter["start"], chapter["end"]) for chapter in chapters]
    metadata = {"title": TITLE, "comment": _provenance(chapters)}
    frames = join([take.film for take in takes], film, Contents(marks, subtitles, metadata))
    rate = takes[0].frame_rate
    ends = [beat["end"] - 0.5 / rate for chapter in chapters for beat in chapter["beats"]]
    poster(film, ends).save(film.with_suffix(".png"))
    write_whole(film.with_suffix(".srt"), to_srt(subtitles))
    write_whole(film.with_suffix(".vtt"), to_vtt(subtitles))
    write_whole(new / "chapters.txt", chapter_list(chapters))
    write_whole(new / "transcript.md", transcript(TITLE, chapters))
    for chapter, take in zip(chapters, takes, strict=True):
        chapter["film"] = take.film.relative_to(out).as_posix()
    manifest = {
        "format": FORMAT,
        "title": TITLE,
        "film": film.name,
        "poster": film.with_suffix(".png").name,
        "quality": quality,
        **_look(film),
        "duration": round(frames / rate, 6),
        "frames": frames,
        "versions": versions(),
        "chapters": chapters,
    }
    write_whole(new / "index.html", render_page(manifest))
    manifest["files"] = _list_files(new, out, takes)
    write_whole(
        new / "manifest.json",
        json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
    )
    folder.place(f"film-{edition}", {name: new / name for name in published_names(edition)})
    new.rmdir()
    return out / film.name


def _provenance(chapters: Sequence[dict[str, Any]]) -> str:
    """What a film was made with, and from which recordings, in one line."""
    made = ", ".join(f"{name} {version}" for name, version in versions().items())
    stories = {
        f"recipe {chapter['recipe']}, step {chapter['step']}, trace sha256 {chapter['digest']}"
        for chapter in chapters
    }
    return f"Made with {made}. Shows {'; '.join(sorted(stories))}."


def _look(film: Path) -> dict[str, Any]:
    """Size and frame rate of a film."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        rate = stream.average_rate or 0
        return {"width": stream.width, "height": stream.height, "frame_rate": float(rate)}


def _list_files(new: Path, out: Path, takes: Sequence[Take]) -> list[dict[str, Any]]:
    """Path, size and hash of every file of the film; those in `new` are about to be in `out`."""
    files = {path.name: path for path in sorted(new.iterdir())}
    for take in takes:
        for suffix in SUFFIXES:
            path = take.film.with_suffix(suffix)
            files[path.relative_to(out).as_posix()] = path
    return [
        {"path": name, "bytes": path.stat().st_size, "sha256": file_digest(path)}
        for name, path in files.items()
    ]
