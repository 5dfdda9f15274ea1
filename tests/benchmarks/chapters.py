"""Rendering speed and memory of every chapter, as the ``manim`` command does it, on one core."""

import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAPTERS = ("forward", "bias", "one_hot", "backprop")
QUALITIES = {"l": ("480p15", 0.8), "h": ("1080p60", 5.0)}
ADDED = "And this is one more sentence that only the benchmark says, to make the beat longer."


@dataclass(frozen=True)
class Rendering:
    """One run of ``manim``: wall seconds, peak memory in bytes, seconds of film."""

    seconds: float
    memory: int
    film: float


def render(source: Path, quality: str, media: Path) -> Rendering:
    """Render a scene file into a media folder, on one core where the system can pin one."""
    command = [sys.executable, "-m", "manim", f"-q{quality}", "--media_dir", str(media)]
    command += ["--progress_bar", "none", "--verbosity", "ERROR", str(source)]
    core = getattr(os, "sched_setaffinity", None)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    start = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=(lambda: core(0, {0})) if core else None,
    )
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"rendering {source} failed")
    timelines = sorted(media.rglob("*.timeline.json"))
    film = json.loads(timelines[-1].read_text(encoding="utf-8"))["duration"]
    unit = 1 if sys.platform == "darwin" else 1024
    return Rendering(seconds, usage.ru_maxrss * unit, film)


def _with_a_longer_beat(name: str, folder: Path) -> Path:
    """Write the chapter with one more sentence in its middle beat."""
    narration = folder / "en.toml"
    text = (ROOT / "scenes/narration/en.toml").read_text(encoding="utf-8")
    beats = list(tomllib.loads(text)[name])
    beat = beats[len(beats) // 2]
    head = f"[{name}.{beat}]\n"
    before, _, after = text.partition(head)
    first, _, rest = after.partition('text = "')
    narration.write_text(f'{before}{head}{first}text = "{ADDED} {rest}', encoding="utf-8")
    source = folder / f"{name}.py"
    original = "".join(word.capitalize() for word in name.split("_"))
    source.write_text(
        f"from pathlib import Path\n"
        f"from scenes.{name} import {original} as Original\n"
        f"class {original}(Original):\n"
        f"    narration = Path({str(narration)!r})\n",
        encoding="utf-8",
    )
    return source


def measure() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table."""
    header = ["chapter", "film", "quality", "rendering", "per film second", "aim", "peak memory"]
    rows = []
    for name in CHAPTERS:
        source = ROOT / "scenes" / f"{name}.py"
        for quality, (title, aim) in QUALITIES.items():
            with tempfile.TemporaryDirectory() as folder:
                media = Path(folder) / "media"
                cold = render(source, quality, media)
                rows.append(_row(name, title, cold, f"at most {aim}"))
                if quality == "l":
                    warm = render(source, quality, media)
                    rows.append(_row(f"{name}, again", title, warm, ""))
                    longer = _with_a_longer_beat(name, Path(folder))
                    changed = render(longer, quality, media)
                    rows.append(_row(f"{name}, one beat longer", title, changed, ""))
    return header, rows


def _row(name: str, title: str, result: Rendering, aim: str) -> list[str]:
    return [
        name,
        f"{result.film:.0f} s",
        title,
        f"{result.seconds:.1f} s",
        f"{result.seconds / result.film:.2f}",
        aim,
        f"{result.memory / 1e9:.2f} GB",
    ]
