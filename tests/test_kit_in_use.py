"""All of the kit is used: by a chapter, by the film, or by a line of the gallery or of the docs."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from pathlib import Path

import scenes.kit
from tools.gallery import EXAMPLES

ROOT = Path(__file__).parents[1]


def places_of_names():
    """Where each name is read: (file, line), of all that is not a test."""
    found = defaultdict(set)
    for file in (*ROOT.glob("scenes/**/*.py"), *ROOT.glob("tools/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                found[node.id].add((file, node.lineno))
            elif isinstance(node, ast.Attribute):
                found[node.attr].add((file, node.lineno))
    for number, line in enumerate(EXAMPLES.values()):
        for name in re.findall(r"\w+", line):
            found[name].add((ROOT / "tools" / "gallery.py", -number))
    for file in (ROOT / "docs").glob("*.md"):
        for block in re.findall(
            r"```python\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL
        ):
            for name in re.findall(r"\w+", block):
                found[name].add((file, 0))
    return found


def things_of_the_kit():
    """Public functions and classes: (name, module, what it is)."""
    for module in pkgutil.iter_modules(scenes.kit.__path__):
        loaded = importlib.import_module(f"scenes.kit.{module.name}")
        for name, thing in vars(loaded).items():
            own = getattr(thing, "__module__", None) == loaded.__name__
            if name.startswith("_") or not own:
                continue
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield name, loaded, thing


def test_nothing_of_the_kit_is_unused():
    places = places_of_names()
    unused = []
    for name, module, thing in things_of_the_kit():
        lines, first = inspect.getsourcelines(thing)
        own = {(Path(module.__file__), line) for line in range(first, first + len(lines))}
        if not places[name] - own:
            unused.append(f"{module.__name__}: {getattr(thing, '__qualname__', name)}")
    assert unused == [], "use it, or take it out"
