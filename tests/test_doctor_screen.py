"""How results of the doctor look: marks, commands, widths, colours, letters."""

import io
import re
import shlex
import sys

from scenes.film.doctor.screen import Result, Screen, State


def show(*results, stream=None):
    """The screen with these results."""
    stream = stream or io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    screen = Screen(stream)
    for result in results:
        screen.show("name", result)
    stream.seek(0)
    return stream.read()


def test_under_a_fault_stands_what_mends_it_once():
    assert show(
        Result(State.FAULT, "13.0", "make setup"),
        Result(State.FAULT, "missing", "make setup"),
        Result(State.NOTE, "none"),
        Result(State.FINE, "here"),
    ) == (
        "✗ name           13.0:\n    make setup\n✗ name           missing: mended as above\n"
        "! name           none\n✓ name           here\n"
    )


def test_lines_are_never_wider_than_the_screen(monkeypatch):
    command = (
        "python -m pip install --force-reinstall --no-deps --only-binary=av "
        "-c constraints.txt 'a folder/with blanks' av\nmake setup"
    )
    for columns in (*range(45, 81), 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = show(Result(State.FAULT, "long " * 40, command))
        assert max(map(len, shown.splitlines())) <= min(columns, 80)
        # As the shell reads it.
        mend = shown[shown.index("python") :].replace("\\\n", "")
        assert [shlex.split(line) for line in mend.splitlines()] == [
            shlex.split(line) for line in command.splitlines()
        ], columns


def test_letters_that_the_terminal_lacks_are_spelled():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    results = [Result(state, "854 × 480 …", "rm 'é'") for state in State]
    assert show(*results, stream=stream).splitlines() == [
        "ok name           854 x 480 ...:",
        "    rm '\\xe9'",
        "!  name           854 x 480 ...: mended as above",
        "X  name           854 x 480 ...: mended as above",
    ]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def test_colours_are_for_terminals_and_for_those_who_want_them(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    results = [Result(State.FINE, "here"), Result(State.FAULT, "[red]missing", "make setup")]
    plain = show(*results)
    assert "\x1b" not in plain
    coloured = show(*results, stream=Terminal())
    assert coloured.startswith("\x1b[32m✓\x1b[0m name")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert show(*results) == plain
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("NO_COLOR", "1")
    assert re.findall(r"\x1b\[\d*;?3\d", show(*results, stream=Terminal())) == []
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert show(*results, stream=Terminal()) == plain
