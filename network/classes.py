"""What classes are called: by a published set, by ``classes.txt`` in a folder, else by number.

A number is no digit: of a set that nothing is known of, label 7 is "class 7". Only MNIST, and a set
that says so itself, has classes called "7".
"""

import stat
from pathlib import Path

from network.errors import DatasetError, printable
from network.files import reason_of

NAMES = "classes.txt"
"""The file in a folder of IDX files that has a name on each line, that of label 0 first."""

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""What classes that are called by digits are called in words."""

LONGEST = 30
"""Letters that a name may have: more no picture has room for."""

_MOST_BYTES = 1 << 16  # 256 names, of letters of four bytes


def numbered(count: int) -> tuple[str, ...]:
    """Names of classes of which only the labels are known: "class 0", "class 1", ..."""
    return tuple(f"class {label}" for label in range(count))


def read_names(folder: Path, count: int) -> tuple[str, ...] | None:
    """The names in a folder's ``classes.txt``; None if it has no such file.

    Parameters
    ----------
    count
        How many classes the labels need: there may be more names, for a small sample need not
        contain every class.

    Raises
    ------
    DatasetError
        If the file cannot be read, or is no list of names; one line that says what to write.
    """
    path = folder / NAMES
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _fault(path, "is no file")
        if status.st_size > _MOST_BYTES:
            raise _fault(path, "is too long for a list of names")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _fault(path, f"cannot be read ({reason_of(error)})") from error
    except UnicodeDecodeError as error:
        raise _fault(path, "is not in UTF-8: save it in that encoding") from error
    names = tuple(line.strip() for line in text.rstrip().splitlines())
    if not names:
        raise _fault(path, "is empty: write a name for each class, one a line")
    for line, name in enumerate(names, start=1):
        if not name:
            raise _fault(path, f"line {line} is empty: write a name for each class, one a line")
        if len(name) > LONGEST:
            shown = printable(name[:LONGEST])
            raise _fault(
                path,
                f"the name on line {line} is too long, {len(name):,} letters: {shown}…; "
                f"{LONGEST} have room in a picture",
            )
        if not name.isprintable():
            raise _fault(path, f"line {line} has letters that cannot be printed")
        if name in names[: line - 1]:
            raise _fault(path, f"two classes are called {name!r}")
    if len(names) < count:
        raise _fault(
            path,
            f"has {len(names)} {'name' if len(names) == 1 else 'names'}, and labels go up to "
            f"{count - 1}: write {count}, one a line, that of label 0 first",
        )
    if len(names) > 256:
        raise _fault(path, f"has {len(names):,} names, and there are no more than 256 labels")
    return names


def _fault(path: Path, text: str) -> DatasetError:
    return DatasetError(f"{printable(path)}: {text}")
