"""Tells whether `.venv` still holds what pip once put there, whole and fitting the settings.

`tools/setup.sh` runs this file with the Python of `.venv`, isolated and without any package, before
it trusts a `.venv` and after it has installed one. The answer is the exit code, the reason goes to
standard output:

====  ======================================================================================
0     ready: stamped for these settings, and every file that pip noted is there
10    stale: no (fitting) stamp; installing over it is enough
20    broken: files are missing or cut short, or it was made in another place; make it anew
====  ======================================================================================

With ``--stamp`` a set-up that was found whole is noted down as ready.
"""

import csv
import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

READY, STALE, BROKEN = 0, 10, 20
SETTINGS = ("pyproject.toml", "constraints.txt", "tools/setup.sh", "tools/installed.py")
LINKED_TO_THE_SYSTEM = ("cairo", "manimpango")


def settings_key(root: Path, python: str = sys.version) -> str:
    """All that a set-up depends on, as one hash: the settings files, where it is, which Python."""
    key = hashlib.sha256(f"{os.path.realpath(root)}\n{python}\n".encode())
    for name in SETTINGS:
        key.update(hashlib.sha256((root / name).read_bytes()).digest())
    return key.hexdigest()


def packages_in(site: Path) -> dict[str, str]:
    """Name and version of what is installed, as pip's ``name-version.dist-info`` folders say."""
    folders = (entry.name for entry in os.scandir(site) if entry.name.endswith(".dist-info"))
    pairs = (folder.removesuffix(".dist-info").rpartition("-") for folder in folders)
    return {name: version for name, _, version in pairs}


def damage_in(site: Path) -> Iterator[str]:
    """What is missing or has another size than pip wrote into the RECORD of its package."""
    for folder in sorted(site.glob("*.dist-info")):
        try:
            with open(folder / "RECORD", encoding="utf-8", newline="") as lines:
                record = list(csv.reader(lines))
        except OSError:
            yield f"{folder.name} has no RECORD"
            continue
        for path, _, size in record:
            if path.endswith(".pyc"):
                continue
            try:
                found = os.stat(os.path.join(site, path)).st_size
            except OSError:
                yield f"{path} is missing"
                continue
            if size and int(size) != found:
                yield f"{path} has {found} bytes instead of {size}"


def moved_from(scripts: Path) -> str | None:
    """The folder that the scripts were written for, where it is not the one that they are in."""
    for script in sorted(scripts.iterdir()):
        if script.is_symlink() or not script.is_file():
            continue
        with open(script, "rb") as file:
            if file.read(2) != b"#!":
                continue
            # A long or blank-holding path hides in the second line: '''exec' "/a b/bin/python" ...
            opening = os.fsdecode(file.read(4096)).split("\n")[:2]
        interpreter = next((line for line in opening if "/bin/python" in line), None)
        if interpreter is None:
            continue
        at = interpreter.index("/")
        folder = interpreter[at : interpreter.rindex("/bin/python")] + "/bin"
        if not os.path.isdir(folder) or not os.path.samefile(folder, scripts):
            return folder
    return None


def unloadable() -> str | None:
    """The first package that a missing system library keeps from loading, and why."""
    for name in LINKED_TO_THE_SYSTEM:
        try:
            __import__(name)
        except ImportError as error:
            return f"{name} does not load: {error}"
    return None


def judge(root: Path, prefix: Path, site: Path, stamp: Path) -> tuple[int, str]:
    """Whether the set-up in `prefix` is ready, stale or broken, and the reason in one line."""
    moved = moved_from(prefix / "bin")
    if moved is not None:
        return BROKEN, f"it was made for {moved}"
    for damage in damage_in(site):
        return BROKEN, damage
    try:
        noted = json.loads(stamp.read_text(encoding="utf-8"))
        key, wanted = noted["key"], noted["packages"]
    except (OSError, ValueError, KeyError, TypeError):
        return STALE, "it has not been set up to the end"
    if key != settings_key(root):
        return STALE, "its settings have changed"
    there = packages_in(site)
    for name, version in wanted.items():
        if there.get(name) != version:
            return STALE, f"{name} {version} is missing, {there.get(name, 'nothing')} is there"
    missing = unloadable()
    return (STALE, missing) if missing else (READY, "ready")


def main() -> int:
    """Judge the environment that runs this; with ``--stamp``, note a whole one down as ready."""
    root, prefix = Path(__file__).resolve().parents[1], Path(sys.prefix)
    site, stamp = Path(sysconfig.get_path("purelib")), prefix / "glassnet.json"
    code, reason = judge(root, prefix, site, stamp)
    if code == STALE and "--stamp" in sys.argv[1:]:
        half = stamp.with_suffix(".half")
        noted = {"key": settings_key(root), "packages": packages_in(site)}
        half.write_text(json.dumps(noted, indent=1), encoding="utf-8")
        half.replace(stamp)
        code, reason = judge(root, prefix, site, stamp)
    print(reason)
    return code


if __name__ == "__main__":
    sys.exit(main())
