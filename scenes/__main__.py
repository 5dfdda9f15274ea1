"""The command line of the film: ``python -m scenes sheet`` and so on.

It turns words into calls and results into lines. Errors that a person can mend are one line on
standard error, exit code 1 (2 for wrong words): see `network.command_line`.
"""

from __future__ import annotations  # the doctor speaks with Pythons too old for the rest, too

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from network.command_line import Parser, complain, guard_streams, run
from scenes.kit.settings import THEMES, VARIABLES

if TYPE_CHECKING:
    from scenes.kit.chapter import Chapter


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    given = {variable: os.environ.get(variable) for variable in VARIABLES.values()}
    try:
        return run(_parser(), arguments, _as_typed)
    finally:
        # What options have chosen is for this command and those that it starts.
        for variable, value in given.items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value


def _parser() -> Parser:
    parser = Parser(
        prog="python -m scenes",
        description="From chapters to a film, a page and a handout.",
        epilog="GLASSNET_RECIPE, GLASSNET_STEP and GLASSNET_TRACE choose what chapters tell of, "
        "and GLASSNET_THEME how they look, as --recipe, --step, --trace and --theme do.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    command = commands.add_parser(
        "render",
        help="the film, with subtitles and a page",
        description="Render chapters in parallel and join them into one film, with subtitles, "
        "a page to watch it (index.html) and a manifest. What has not changed is kept.",
    )
    command.set_defaults(run=_render, makes=True, parser=command)
    _add_chapters(command, "*")
    command.add_argument(
        "-q", "--quality", choices="lmhk", default="l", help="480p, 720p, 1080p or 2160p"
    )
    command.add_argument(
        "-j", "--jobs", type=_positive, metavar="N", help="processes; default: one per core"
    )
    _add_story(command)
    command.add_argument(
        "-o", "--out", type=_place, default=Path("renders"), metavar="DIR", help="default: renders"
    )

    command = commands.add_parser(
        "handout",
        help="a PDF to read and write on",
        description="Typeset a PDF: each beat with its last frame, words, formulas and numbers.",
    )
    command.set_defaults(run=_handout, makes=True, parser=command)
    _add_chapters(command, "*")
    _add_story(command)
    command.add_argument(
        "-o",
        "--out",
        type=_place,
        default=Path("renders/glassnet-handout.pdf"),
        metavar="FILE.pdf",
        help="default: renders/glassnet-handout.pdf",
    )

    command = commands.add_parser(
        "doctor",
        help="whether this machine can make the film",
        description="Say whether this machine can make the film, and what mends it; exit 1 if not.",
    )
    command.set_defaults(run=_doctor, parser=command)

    command = commands.add_parser(
        "check",
        help="find what is wrong with chapters, without filming them",
        description="Find what is wrong with layout, figures, colours and words, in all themes; "
        "exit 1 if so.",
    )
    command.set_defaults(run=_check, parser=command)
    _add_chapters(command, "*")
    _add_story(command)

    command = commands.add_parser(
        "sheet",
        help="a picture of each chapter's beats",
        description="Draw the middle and the last frame of each beat into one picture a chapter.",
    )
    command.set_defaults(run=_sheet, makes=True, parser=command)
    _add_chapters(command, "+")
    _add_story(command)
    command.add_argument("-q", "--quality", choices="lmhpk", default="l", help="as manim's -q")
    command.add_argument(
        "-c",
        "--columns",
        type=_positive,
        default=2,
        metavar="N",
        help="frames beside each other (2)",
    )
    command.add_argument("-w", "--width", type=_positive, metavar="PIXELS", help="of each frame")
    command.add_argument("-o", "--out", type=_place, metavar="DIR", help="default: renders/sheets")
    return parser


def _add_chapters(command: argparse.ArgumentParser, count: str) -> None:
    command.add_argument(
        "chapters", nargs=count, metavar="CHAPTER", help="a name, as backprop, or a Python file"
    )


def _add_story(command: argparse.ArgumentParser) -> None:
    command.add_argument("--recipe", metavar="NAME", help="the run to tell of: a recipe's name")
    command.add_argument("--step", metavar="N", help="the step of it to tell of")
    command.add_argument("--trace", metavar="DIR", help="the trace to read, instead of a recipe's")
    command.add_argument("--theme", choices=THEMES, help="default: dark; of a handout, paper")


def _choose_story(options: argparse.Namespace) -> None:
    """Hand the options on as chapters read them, to those of other processes too."""
    for name, variable in VARIABLES.items():
        value = getattr(options, name)
        if value is not None:
            os.environ[variable] = value


def _as_typed(message: str, options: argparse.Namespace) -> str:
    """What chapters say of their environment, in the words of the options that set it."""
    for name, variable in VARIABLES.items():
        if getattr(options, name, None) is not None:
            message = message.replace(f"{variable}=", f"--{name} ").replace(variable, f"--{name}")
    return message


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _place(text: str) -> Path:
    """A file or folder; an empty name, as from an unset variable, is not the present folder."""
    if not text:
        raise argparse.ArgumentTypeError("it needs a name")
    if "\n" in text or "\r" in text:
        raise argparse.ArgumentTypeError("a name has one line")
    return Path(text)


def _render(options: argparse.Namespace) -> int:
    _choose_story(options)
    from scenes.film.render import render

    return render(options.chapters, options.quality, options.jobs, options.out)


def _handout(options: argparse.Namespace) -> int:
    # What is printed is drawn on white, unless somebody says otherwise.
    if not os.environ.get(VARIABLES["theme"]) and options.theme is None:
        options.theme = "paper"
    chapters, code = _load(options)
    from scenes.film.handout.document import write_handout

    if code:
        return code
    begun = time.monotonic()
    path = write_handout(chapters, options.out)
    print(f"{path} ({time.monotonic() - begun:.0f} s)", flush=True)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from scenes.film.doctor.checks import examine

    return examine()


def _load(options: argparse.Namespace) -> tuple[list[type[Chapter]], int]:
    """The chapters asked for, once each, and 1 if some do not load, of which it is told why.

    Where none is named, those that do not suit their run are told of and left out. Manim takes a
    second to import: it is not, for --help or a wrong word.

    Raises
    ------
    network.errors.GlassnetError
        If there is no such chapter, or not what it shall tell of, or it does not suit that.
    """
    # Before anything of the kit is imported: that is when the theme is read.
    _choose_story(options)
    from scenes.film.chapters import choose_suited, load_chapters, tell_failed
    from scenes.kit.settings import Settings

    chapters, failed = load_chapters(options.chapters)
    tell_failed(failed)
    settings = Settings.from_environment()
    traces = {name: chapter.open_trace(settings) for name, chapter in chapters.items()}
    for name, chapter in chapters.items():
        chapter.choose_step(traces[name], settings)
    suited = choose_suited(chapters, traces, named=bool(options.chapters))
    return list(suited.values()), int(bool(failed))


def _check(options: argparse.Namespace) -> int:
    asked = options.theme or os.environ.get(VARIABLES["theme"])
    chapters, code = _load(options)
    from scenes.film.check import check
    from scenes.film.oracle import Oracle

    oracles: dict[Path, Oracle] = {}
    told: set[str] = set()
    look = f" ({options.theme})" if options.theme not in (None, THEMES[0]) else ""
    for chapter in chapters:
        begun = time.monotonic()
        findings = check(chapter, oracles)
        told |= {str(finding) for finding in findings}
        for finding in findings:
            print(finding)
        count = f"{len(findings)} findings" if len(findings) != 1 else "1 finding"
        name = f"{chapter.file_name()}{look}"
        print(f"{name}: {count} ({time.monotonic() - begun:.0f} s)", flush=True)
        code = 1 if findings else code
    for theme in () if asked or not chapters else THEMES[1:]:
        code = max(code, _check_in(theme, options, told))
    return code


def _check_in(theme: str, options: argparse.Namespace, told: set[str]) -> int:
    """Check in another theme, in a process of its own; say what was not `told`; the exit code."""
    checked = subprocess.run(
        [sys.executable, "-m", "scenes", "check", *options.chapters, "--theme", theme],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
    )
    for line in checked.stdout.splitlines():
        if line not in told:
            print(line, flush=True)
    return checked.returncode


def _sheet(options: argparse.Namespace) -> int:
    chapters, code = _load(options)
    from scenes.film.rehearsal import ChapterError
    from scenes.film.sheet import SHEETS, write_sheet

    for chapter in chapters:
        begun = time.monotonic()
        try:
            path = write_sheet(
                chapter, options.quality, options.columns, options.width, options.out or SHEETS
            )
        except ChapterError as error:
            complain(error)
            code = 1
            continue
        print(f"{path} ({time.monotonic() - begun:.0f} s)", flush=True)
    return code


if __name__ == "__main__":
    guard_streams()
    sys.exit(main())
