"""The way of the data has one direction: which module may import which, and who touches files."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NETWORK = sorted((ROOT / "network").rglob("*.py"))
SCENES = sorted((ROOT / "scenes").rglob("*.py"))
KIT = sorted((ROOT / "scenes" / "kit").rglob("*.py"))
CHAPTERS = sorted({*(ROOT / "scenes").glob("[!_]*.py")})

# What a chapter shows is learned from the trace; these compute, or name, without a run.
FOR_SCENES = {
    *(
        "command_line",
        "datasets",
        "errors",
        "files",
        "functions",
        "locking",
        "model",
        "moment",
        "recipes",
        "remedy",
        "schedules",
    ),
    *("step", "trace", "view"),
}
# The base of all chapters trains the trace when it is missing, and shows how far that is.
FOR_CHAPTER_BASE = {"network.training.ensure_trace", "network.progress.show_progress"}

FILE_CALLS = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "touch", "mkdir", "rename"),
    *("unlink", "rmdir", "iterdir", "glob", "rglob", "symlink_to", "load", "save", "savez"),
    *("savetxt", "loadtxt", "memmap", "open_memmap", "fromfile", "tofile", "genfromtxt", "imread"),
}
OS_CALLS = {
    *("replace", "remove", "renames", "makedirs", "removedirs", "listdir", "scandir", "walk"),
    *("link", "symlink", "truncate", "system", "popen"),
}
FILE_MODULES = {"io", "mmap", "pickle", "shutil", "sqlite3", "subprocess", "tempfile", "zipfile"}
# The kit is handed arrays and steps. Only the base of all chapters opens the trace, finds the words
# and keeps the books beside the film; only the narration reads its words.
KIT_EXCEPTIONS = {
    "chapter.py": {
        *("shutil", "Trace.open", "Narration.load"),
    },
    # Only its own are replaced.
    "books.py": {
        *("film.parent.mkdir", "film.with_suffix(SUBTITLES).unlink"),
        *("path.read_text", "path.read_bytes"),
    },
    "session.py": {
        *("folder.mkdir", "mark.open", "mark.read_text", "mark.write_text", "mark.unlink"),
        *("os.replace", "av.open", "media.glob", "clip.unlink", "text.unlink"),
        "text.with_suffix('.typ').read_bytes",
    },
    "narration.py": {"path.read_text"},
}


def imports(source: str, package: str = "") -> set[str]:
    """Everything that a module imports, with full names: "numpy", "network.trace.Trace"."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(parts if node.level else []), *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found.add("import_module")
        elif isinstance(node, ast.Name) and node.id in ("__import__", "exec", "eval"):
            found.add(node.id)
    return found


def imports_of(path: Path) -> set[str]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return imports(path.read_text(encoding="utf-8"), package)


def file_uses(source: str) -> Iterator[str]:
    """What of a module touches files: modules that do, and calls."""
    for name in imports(source):
        if name.split(".")[0] in FILE_MODULES:
            yield name.split(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            method = called.rpartition(".")[2]
            if method in FILE_CALLS or (called == f"os.{method}" and method in OS_CALLS):
                yield called


def allowed_in_network(name: str) -> bool:
    top = name.split(".")[0]
    return top in {"network", "numpy", "tqdm"} or top in sys.stdlib_module_names


@pytest.mark.parametrize("path", NETWORK, ids=lambda path: path.stem)
def test_network_needs_numpy_and_tqdm_only(path):
    assert [name for name in imports_of(path) if not allowed_in_network(name)] == []


def test_network_runs_without_manim_and_scenes():
    """Also what the imports import: nothing of the video is loaded."""
    code = "import sys, network.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert {"network", "numpy", "tqdm"} <= loaded
    assert not loaded & {"manim", "scenes", "PIL", "scipy", "sklearn", "av", "cairo", "typst"}


@pytest.mark.parametrize("path", SCENES, ids=lambda path: "/".join(path.parts[-2:]))
def test_scenes_learn_about_a_run_through_the_trace_only(path):
    names = {name for name in imports_of(path) if name.split(".")[0] == "network"}
    if path == ROOT / "scenes" / "kit" / "chapter.py":
        names -= FOR_CHAPTER_BASE
    parts = {name.split(".")[1] if "." in name else "" for name in names}
    assert parts <= FOR_SCENES


@pytest.mark.parametrize("path", KIT, ids=lambda path: path.stem)
def test_the_kit_opens_no_files(path):
    uses = set(file_uses(path.read_text(encoding="utf-8")))
    assert uses <= KIT_EXCEPTIONS.get(path.name, set())


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapters_import_the_kit_and_never_each_other(path):
    others = {other.stem for other in CHAPTERS}
    for name in imports_of(path):
        top, _, rest = name.partition(".")
        assert top != "scenes" or rest.split(".")[0] == "kit", name
        # Manim puts the folder of the chapter on sys.path: this would find it too.
        assert top not in others | {"kit", "film"}, name


@pytest.mark.parametrize("path", KIT, ids=lambda path: path.stem)
def test_the_kit_knows_no_chapter(path):
    names = {name for name in imports_of(path) if name.split(".")[0] == "scenes"}
    assert all(name.split(".")[1] == "kit" for name in names)


def test_no_name_in_scenes_hides_a_module():
    """Manim puts scenes/ first on sys.path: scenes/code.py would be what ``import code`` finds."""
    entries = [path for path in (ROOT / "scenes").iterdir() if path.suffix in ("", ".py")]
    names = {path.stem for path in entries} - {"__init__", "__main__", "__pycache__"}
    assert {"backprop", "kit"} <= names
    taken = sys.stdlib_module_names | metadata.packages_distributions().keys()
    assert {"code", "numpy", "manim"} <= taken
    assert names & taken == set()
    assert names & {path.name for path in ROOT.iterdir()} == set()


def test_everything_is_looked_at():
    assert {path.stem for path in NETWORK} >= {"trace", "training", "recording", "__main__"}
    assert {path.stem for path in KIT} >= {"chapter", "number", "narration"}
    assert "backprop" in {path.stem for path in CHAPTERS}
    assert {path.name for path in KIT} >= KIT_EXCEPTIONS.keys()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import manim", {"manim"}),
        ("import manim.mobject as m, numpy", {"manim.mobject", "numpy"}),
        ("def f():\n    from manim import Scene", {"manim.Scene"}),
        ("from scenes import backprop", {"scenes.backprop"}),
        ("from . import forward", {"scenes.kit.forward"}),
        ("from ..bias import Bias", {"scenes.bias.Bias"}),
        ("from .style import X", {"scenes.kit.style.X"}),
        ("import importlib\nimportlib.import_module('manim')", {"importlib", "import_module"}),
        ("__import__('manim')", {"__import__"}),
        ("try:\n    import av\nexcept ImportError:\n    pass", {"av"}),
    ],
)
def test_imports_are_found_wherever_they_stand(source, names):
    assert imports(source, "scenes.kit") == names
    assert all(allowed_in_network(name) for name in names) == (names == {"importlib"})


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("open('a')", {"open"}),
        ("with path.open() as file: pass", {"path.open"}),
        ("np.load(name)", {"np.load"}),
        ("x = Path('a').read_text()", {"Path('a').read_text"}),
        ("import tempfile", {"tempfile"}),
        ("os.replace(a, b)", {"os.replace"}),
        ("os.path.join(a, b); os.environ.get('A'); os.getpid(); a.replace('-', '+')", set()),
    ],
)
def test_what_touches_files_is_found(source, uses):
    assert set(file_uses(source)) == uses
