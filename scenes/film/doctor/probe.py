"""What may raise, hang or kill Python is tried in a process of its own, where it harms nobody.

`ask` starts this file, ``python -m scenes.film.doctor.probe``, as that process, and ends it when it
takes too long. Its standard output is lines of JSON: how each package loads, or what a trial film
holds. What it needs besides the standard library is imported only there.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]

PATIENCE = 60.0
"""Seconds after which the process is ended; loading manim takes 1, or 20 the first time."""

MODULES = {"pillow": "PIL.Image", "pycairo": "cairo", "scipy": "scipy.sparse"}
"""What is imported of a package, where it has another name."""

FONTS = ("New Computer Modern", "New Computer Modern Math", "DejaVu Sans Mono")
ENCODERS = {"libx264": "H.264 video (libx264)", "mov_text": "subtitles (mov_text)"}


@dataclass(frozen=True)
class Load:
    """How a package loads.

    Attributes
    ----------
    error
        Why it does not; empty if it does.
    missed
        The module that it missed.
    fact
        What `FACTS` asks of it.
    """

    error: str = ""
    missed: str = ""
    fact: Any = None


@dataclass(frozen=True)
class Told:
    """What a process told.

    Attributes
    ----------
    lines
        What it wrote.
    code
        Its exit code; None if it had to be ended.
    why
        Why it did not do all that it should, if it did not.
    """

    lines: Sequence[Any]
    code: int | None
    why: str


def ask(*words: str) -> Told:
    """Call `main` with these words in another Python."""
    with subprocess.Popen(
        [sys.executable, "-m", "scenes.film.doctor.probe", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            told, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired as late:
            told, code = (late.stdout or b"").decode(), None
            why = f"not done in {PATIENCE:g} s"
        else:
            code = process.returncode
            why = (_lines(errors) or [f"Python ends with code {code}"])[-1]
            if code < 0:
                why = f"Python breaks off (signal {-code})"
        finally:
            # Nothing happens where it has ended. After Ctrl-C nobody else waits for its end.
            process.kill()
            process.wait()
    return Told([json.loads(line) for line in told.splitlines()], code, why)


def load_all(names: Sequence[str]) -> dict[str, Load]:
    """Load packages one after the other; what came of each, by name."""
    loads: dict[str, Load] = {}
    while len(loads) < len(names):
        told = ask("load", *names[len(loads) :])
        loads.update({name: Load(**load) for name, load in told.lines})
        # Where one breaks off, the next may be whole; where one hangs, others would too.
        lost = names[len(loads) :]
        loads.update(dict.fromkeys(lost if told.code is None else lost[:1], Load(told.why)))
    return loads


def one_line(error: BaseException) -> str:
    """The first line of an error's message; its type where it has none."""
    return (_lines(str(error)) or [type(error).__name__])[0]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


# What runs in the other process


def main(what: str, *words: str) -> None:
    """Load the packages of these names, or film a second in the folder of this name."""
    report = os.fdopen(os.dup(1), "w")
    # Packages print, too.
    os.dup2(2, 1)
    for word in words:
        line = [word, asdict(_load(word))] if what == "load" else film_a_second(word)
        print(json.dumps(line), file=report, flush=True)


def _load(name: str) -> Load:
    try:
        if name in FACTS:
            return Load(fact=FACTS[name]())
        importlib.import_module(MODULES.get(name, name))
    except Exception as error:  # whatever else there is ends this process, and is told too
        root: BaseException = error
        while root.__cause__ is not None:
            root = root.__cause__
        return Load(one_line(root), missed=(getattr(root, "name", None) or "").partition(".")[0])
    return Load()


def _missing_encoders() -> list[str]:
    import av

    return [title for name, title in ENCODERS.items() if name not in av.codecs_available]


def _missing_fonts() -> list[str]:
    import typst

    families = typst.Fonts(include_system_fonts=False).families()
    return [name for name in FONTS if name not in families]


def _cairo_version() -> str:
    import cairo

    return cairo.cairo_version_string()


def _pango_version() -> str:
    import manimpango

    return manimpango.pango_version()


def _has_viewer() -> bool:
    from scenes.kit.chapter import has_viewer

    return has_viewer()


FACTS: dict[str, Callable[[], Any]] = {
    "av": _missing_encoders,
    "typst": _missing_fonts,
    "pycairo": _cairo_version,
    "manimpango": _pango_version,
    "viewer": _has_viewer,
}
"""What is asked, besides whether a package loads; "viewer" asks manim by way of the kit."""


def film_a_second(media: str) -> dict[str, Any]:
    """Film a word for one second as chapters do, read the film again, and give what is in it."""
    import av
    from manim import CairoRenderer, FadeIn, Scene, config, tempconfig

    import scenes.kit.chapter  # noqa: F401 - what every chapter begins with
    from scenes.film.rehearsal import QUIET
    from scenes.kit.session import Writer, check_folder
    from scenes.kit.typeset import Words

    class Second(Scene):
        def construct(self) -> None:
            self.play(FadeIn(Words("glassnet")), run_time=1)

    check_folder(Path(media))
    with tempconfig({"quality": "low_quality", "verbosity": "ERROR", **QUIET}):
        config.media_dir = media
        scene = Second(CairoRenderer(file_writer_class=Writer))
        begun = time.monotonic()
        scene.render()
        seconds = time.monotonic() - begun
        with av.open(scene.renderer.file_writer.final_file_path) as film:
            stream = film.streams.video[0]
            return {
                "codec": f"{stream.codec_context.name} {stream.codec_context.pix_fmt}",
                "size": [stream.width, stream.height],
                "light": [
                    int(frame.to_ndarray(format="gray").max()) for frame in film.decode(stream)
                ],
                "seconds": seconds,
            }


if __name__ == "__main__":
    main(*sys.argv[1:])
