"""Where traces are kept, and what to type to make one: what errors name as the way out."""

import dataclasses
import shlex
from pathlib import Path
from typing import Any

from network.datasets import data_folder
from network.errors import GlassnetError
from network.folder import find_stranger
from network.recipes import RECIPES, Recipe


def traces_folder() -> Path:
    """Where traces are kept."""
    return data_folder() / "traces"


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
            text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            words += [f"--{option}", text]
    if record == "sparse" and recipe and recipe.online:
        words += ["--record", record]
    if not recipe or folder.absolute() != (traces_folder() / recipe.label).absolute():
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
