"""What is known of a machine, and the commands that install what it lacks."""

import dataclasses
import os
import sys

import pytest

from scenes.film.doctor import machine
from scenes.film.doctor.machine import ACTIVATE, BEGIN, EVERYTHING, Machine
from scenes.film.doctor.probe import Load
from tests.whole_machine import WHOLE, change

PIP = f"python -m pip install {EVERYTHING}"


def test_this_machine_is_whole():
    found = Machine.look()
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert found.demands == WHOLE.demands
    assert found.versions == WHOLE.versions
    assert {name: load.error for name, load in found.loads.items()} == dict.fromkeys(
        WHOLE.loads, ""
    )
    # Who is to blame is looked for before manim.
    assert [*found.loads][-2:] == ["manim", "viewer"]


@pytest.mark.parametrize(
    ("prefix", "folder", "installed", "command"),
    [
        (".venv", True, True, "make setup"),
        ("/usr", True, False, ACTIVATE),
        ("/usr", False, False, BEGIN),
        ("other", False, False, PIP),
        ("other", True, False, ACTIVATE),
        ("/usr", True, True, PIP),
    ],
)
def test_packages_come_to_the_python_that_is_used(
    prefix, folder, installed, command, tmp_path, monkeypatch
):
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / prefix))
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    monkeypatch.setattr(machine, "_version", lambda name: "0.1.0" if installed else "")
    if folder:
        (tmp_path / ".venv").mkdir()
    assert machine._setup("python") == command


def test_all_packages_are_replaced_where_they_are():
    assert WHOLE.anew == "rm -rf .venv && make setup"
    elsewhere = dataclasses.replace(WHOLE, setup=PIP)
    assert elsewhere.anew == f"python -m pip install --force-reinstall {EVERYTHING}"


@pytest.mark.parametrize(
    ("installer", "root", "command"),
    [
        ("apt-get", False, "sudo apt-get install it"),
        ("apt-get", True, "apt-get install it"),
        ("brew", False, "brew install it"),
    ],
)
def test_packages_of_the_system_are_installed_as_root(installer, root, command, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000, raising=False)
    assert dataclasses.replace(WHOLE, installer=installer).install("it") == command


@pytest.mark.parametrize(
    ("called", "command"),
    [("{}/.venv/bin/python", ".venv/bin/python"), ("/opt/my py/python", '"/opt/my py/python"')],
)
def test_python_is_called_as_it_was(called, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "orig_argv", [called.format(tmp_path), "-m", "scenes"])
    assert machine.python_command() == command


def test_a_package_is_not_to_blame_for_another_that_is_broken():
    """manim loads the others: what is wrong with them keeps it from loading too."""
    library = "libcairo.so.2: cannot open shared object file: No such file or directory"
    assert change("loads", pycairo=Load(library), manim=Load(library)).cause("manim") == "pycairo"
    missed = Load("No module named 'PIL'", "PIL")
    assert change("loads", pillow=Load("damaged"), manim=missed).cause("manim") == "pillow"
    assert change("loads", av=Load("no"), manim=Load("no")).cause("manim") == "PyAV"
    # What manim misses of a package that does load is its own fault, as are other errors.
    assert change("loads", manim=Load("No module named 'PIL.new'", "PIL")).cause("manim") == ""
    assert change("loads", pycairo=Load(library), manim=Load("odd")).cause("manim") == ""


def test_the_first_package_that_is_broken_is_named_as_people_call_it():
    broken = change("loads", av=Load("odd"), typst=Load("odd"))
    assert broken.broken("numpy", "av", "typst") == "PyAV"
    assert broken.broken("numpy", "manim", "never heard of") == ""
