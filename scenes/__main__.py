"""The command line of the film: ``python -m scenes sheet`` and so on.

It turns words into calls and results into lines. Errors that a person can mend are one line on
stderr, exit code 1 (2 for wrong words).
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from network.errors import GlassnetError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except GlassnetError as error:
        print(f"glassnet: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nglassnet: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scenes",
        description="What is done with chapters besides filming them (manim scenes/CHAPTER.py).",
        epilog="GLASSNET_RECIPE, GLASSNET_STEP and GLASSNET_TRACE choose what a chapter tells of.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser(
        "check",
        help="find what is wrong with chapters, without filming them",
        description="Find what is wrong with layout, figures, colours and words; exit 1 if so.",
    )
    command.set_defaults(run=_check)
    _add_chapters(command, "*")

    command = commands.add_parser(
        "sheet",
        help="a picture of each chapter's beats",
        description="Draw the middle and the last frame of each beat into one picture a chapter.",
    )
    command.set_defaults(run=_sheet)
    _add_chapters(command, "+")
    command.add_argument("-q", "--quality", choices="lmhpk", default="l", help="as manim's -q")
    command.add_argument("-c", "--columns", type=_positive, default=2, metavar="N")
    command.add_argument("-w", "--width", type=_positive, metavar="PIXELS", help="of each frame")
    command.add_argument("-o", "--out", type=Path, metavar="DIR", help="default: renders/sheets")
    return parser


def _add_chapters(command: argparse.ArgumentParser, count: str) -> None:
    command.add_argument(
        "chapters", nargs=count, metavar="CHAPTER", help="a name, as backprop, or a Python file"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _check(options: argparse.Namespace) -> int:
    # Manim takes a second to import: not for --help or a wrong word.
    from scenes.film.check import check
    from scenes.film.oracle import Oracle
    from scenes.film.rehearsal import find_chapters

    total = 0
    oracles: dict[Path, Oracle] = {}
    for chapter in find_chapters(options.chapters):
        begun = time.monotonic()
        findings = check(chapter, oracles)
        for finding in findings:
            print(finding)
        count = f"{len(findings)} findings" if len(findings) != 1 else "1 finding"
        name = chapter.__module__.rpartition(".")[2]
        print(f"{name}: {count} ({time.monotonic() - begun:.0f} s)", flush=True)
        total += len(findings)
    return 1 if total else 0


def _sheet(options: argparse.Namespace) -> None:
    # Manim takes a second to import: not for --help or a wrong word.
    from scenes.film.rehearsal import find_chapters
    from scenes.film.sheet import SHEETS, write_sheet

    for chapter in find_chapters(options.chapters):
        begun = time.monotonic()
        path = write_sheet(
            chapter, options.quality, options.columns, options.width, options.out or SHEETS
        )
        print(f"{path} ({time.monotonic() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
