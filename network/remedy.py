"""Where traces are kept, and what to type to make one: what errors name as the way out."""

import contextlib
import dataclasses
import difflib
import shlex
from pathlib import Path
from typing import Any

from network.datasets import data_folder
from network.errors import GlassnetError
from network.folder import HEADER, PARTIAL_SUFFIX, find_stranger
from network.recipes import RECIPES, Recipe


def traces_folder() -> Path:
    """Where traces are kept."""
    return data_folder() / "traces"


def trace_folder(recipe: Recipe) -> Path:
    """Where the trace of a recipe is, or goes, unless somebody says otherwise.

    One that was made when the label had the path of the images in it is found where it is.
    """
    folder, former = (traces_folder() / label for label in (recipe.label, recipe.former_label))
    there = any(Path(f"{former}{suffix}").exists() for suffix in ("", PARTIAL_SUFFIX))
    return former if there and not folder.exists() else folder


def nearest_trace(path: Path) -> str | None:
    """What may have been meant by a path where no trace is: a name beside it, or another path.

    Of a mere name, traces and recipes in their usual folder are thought of, too.
    """
    usual = traces_folder()
    known: dict[str, Path] = {}
    bare = path.name == str(path)
    for folder in (usual, path.parent) if bare else (path.parent,):
        if folder.absolute() == usual.absolute():
            known |= {name: folder / name for name in RECIPES}
        with contextlib.suppress(OSError):
            known |= {it.name: it for it in folder.iterdir() if (it / HEADER).is_file()}
    there = known.get(path.name)
    if there is not None:
        return str(there) if bare and there.exists() else None
    for name in difflib.get_close_matches(path.name, known, n=1):
        return name if known[name].parent == path.parent else str(known[name])
    return None


def train_command(recipe: Recipe | None, folder: Path, record: str | None = None) -> str:
    """The words that train a recipe into a folder; None stands for a recipe that nobody knows."""
    published = RECIPES.get(recipe.name if recipe else folder.name)
    recipe = recipe or published
    words = ["python", "-m", "network", "train", recipe.name if recipe else "RECIPE"]
    for field in dataclasses.fields(recipe) if recipe and published else ():
        value = getattr(recipe, field.name)
        if value != getattr(published, field.name) and field.name != "summary":
            option = field.name.replace("_", "-")
            if isinstance(value, bool):
                words.append(f"--{option}" if value else f"--no-{option}")
                continue
            text = ",".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)
            words += [f"--{option}", text]
    if record == "sparse" and recipe and recipe.online:
        words += ["--record", record]
    if not recipe or folder.absolute() != trace_folder(recipe).absolute():
        words += ["--out", str(folder)]
    return shlex.join(words)


def remake(path: Path, header: Any) -> str:
    """Which command makes a trace anew, as far as its header can tell."""
    try:
        command = train_command(Recipe.from_dict(header["recipe"]), path, header.get("record"))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, GlassnetError):
        command = train_command(None, path)
    try:
        stranger = find_stranger(path)
    except OSError:
        stranger = path.name
    # --force would refuse it.
    return f"move it away, then {command}" if stranger else f"make it anew with {command} --force"
