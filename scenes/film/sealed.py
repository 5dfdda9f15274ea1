"""Single files that tell by themselves that we made them and that nobody has changed them since.

A handout or a sheet may lie anywhere, beside anything. A PDF ends on a comment with the hash of all
before it; a PNG has the hash of its pixels in a text chunk. Notes written into either change the
hash, and what was changed is not ours to replace.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

from PIL import Image, PngImagePlugin, UnidentifiedImageError

from network.files import reason_of, replacing, write_whole
from scenes.film.files import OutputError

_SEAL: Final = b"\n%glassnet sha256 "
_KEY: Final = "glassnet-sha256"


class ChangedError(OutputError):
    """A file of that name that is not ours, or no longer as we made it."""

    exit_code = 2


def check_free(path: Path) -> None:
    """Raise ChangedError unless nothing is at `path`, or an unchanged PDF or PNG of ours."""
    if not os.path.lexists(path):
        return
    try:
        ours = not path.is_symlink() and path.is_file() and _is_sealed(path)
    except OSError as error:
        raise ChangedError(f"--out: {path} cannot be read: {reason_of(error)}") from error
    if not ours:
        raise ChangedError(
            f"--out: {path} is not of glassnet, or was changed since: move it away, or choose "
            "another name; nothing was changed"
        )


def write_pdf(path: Path, pdf: bytes) -> None:
    """Write a PDF, sealed, whole or not at all."""
    write_whole(path, pdf.rstrip(b"\n") + _SEAL + _hash(pdf.rstrip(b"\n")) + b"\n")


def write_png(path: Path, picture: Image.Image) -> None:
    """Write a PNG, sealed, whole or not at all."""
    seal = PngImagePlugin.PngInfo()
    seal.add_text(_KEY, _hash(picture.tobytes()).decode())
    with replacing(path) as beside:
        picture.save(beside, "png", pnginfo=seal)


def _is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"%PDF"):
        content, _, seal = path.read_bytes().rpartition(_SEAL)
        return seal.strip() == _hash(content)
    try:
        with Image.open(path, formats=["png"]) as picture:
            return picture.info.get(_KEY) == _hash(picture.tobytes()).decode()
    except (UnidentifiedImageError, SyntaxError, ValueError):
        return False


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
