"""Small chapters of a few seconds, and ways to render them, for tests of the film."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

SOURCE = """
from pathlib import Path

from manim import FadeIn, FadeOut, Square, UpdateFromAlphaFunc

from scenes.kit.chapter import Chapter
from scenes.kit.number import Number


class {scene}(Chapter):
    title = {title!r}
    question = "Is it {name}?"
    narration = Path(__file__).with_name("words.toml")

    def construct(self):
        number = Number(self.story, {path!r})
        with self.beat("one"):
            self.play(FadeIn(number), run_time=1)
        {middle}
        with self.beat("two"):
            self.play(FadeOut(number), FadeIn(Square()), run_time=1)
"""

WORDS = """
[{name}.one]
text = "Here is {{{path}}} of the chapter {name}."
[{name}.two]
text = "And now it has gone again."
"""


def write_chapters(
    folder: Path, *names: str, path: str = "delta2[5]", middle: str = ""
) -> list[Path]:
    """Write chapter files and their words; `middle` is done between the two beats."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        scene = name.title().replace("_", "")
        source = SOURCE.format(
            name=name, scene=scene, title=f"{scene} & <so on>", path=path, middle=middle
        )
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    words = folder / "words.toml"
    told = words.read_text(encoding="utf-8") if words.exists() else ""
    new = [WORDS.format(name=name, path=path) for name in names if f"[{name}." not in told]
    words.write_text(told + "".join(new), encoding="utf-8")
    return [folder / f"{name}.py" for name in names]


def render_command(*words: object) -> list[str]:
    """What one types to render."""
    return [sys.executable, "-m", "scenes", "render", *map(str, words)]


def environment(**changes: str) -> dict[str, str]:
    """The environment of a process without settings of ours."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith("GLASSNET_")}
    return plain | changes


def render(*words: object, **changes: str) -> subprocess.CompletedProcess[str]:
    """Render as one types it, and wait for the end."""
    return subprocess.run(
        render_command(*words),
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
