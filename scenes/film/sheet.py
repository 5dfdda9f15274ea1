"""The contact sheet of a chapter: its beats at a glance, each from the middle and at its end.

The chapter is rehearsed twice: once to learn when its beats are, once to draw those moments.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from network.errors import SettingsError
from network.files import reason_of
from scenes.film.files import making, writing
from scenes.film.rehearsal import Pixels, Watcher, draw, frame_rate, rehearse
from scenes.film.sealed import check_free, write_png
from scenes.kit.chapter import Chapter
from scenes.kit.style import BACKGROUND, DIM, FAINT, TEXT

SHEETS = Path(__file__).parents[2] / "renders" / "sheets"

GAP = 10
CAPTION = 26
LETTERS = 17
"""Space between cells, height of the line above each, and size of its letters: pixels."""


@dataclass(frozen=True)
class Shot:
    """A frame of a chapter, and where it is from.

    Attributes
    ----------
    beat
        The beat's name.
    part
        ``"middle"`` or ``"end"``.
    time
        Seconds since the film began.
    frame
        Its pixels.
    """

    beat: str
    part: str
    time: float
    frame: Pixels


class _Photographer(Watcher):
    """Takes a picture at each of the given times."""

    def __init__(self, times: Iterable[float]) -> None:
        self._times = sorted(times)
        self.frames: dict[float, Pixels] = {}

    def moments(self, start: float, end: float) -> Iterable[float]:
        """The given times."""
        return [time for time in self._times if start <= time < end]

    def look(self, chapter: Chapter, time: float) -> None:
        """Draw the frame."""
        self.frames[time] = draw(chapter)


def shoot(chapter: type[Chapter], quality: str = "l") -> list[Shot]:
    """A frame from the middle of each beat, and its last frame."""
    half = 0.5 / frame_rate(quality)
    wanted = []
    for beat in rehearse(chapter, Watcher(), quality).beats:
        wanted += [(beat.name, "middle", (beat.start + beat.end) / 2)]
        wanted += [(beat.name, "end", beat.end - half)]
    photographer = _Photographer(time for *_, time in wanted)
    rehearse(chapter, photographer, quality)
    # A beat in which nothing is played has no frame.
    return [
        Shot(*want, photographer.frames[want[2]])
        for want in wanted
        if want[2] in photographer.frames
    ]


def lay_out(shots: Sequence[Shot], columns: int = 2, width: int | None = None) -> Image.Image:
    """The shots in a grid, each with a line above it.

    Parameters
    ----------
    shots
        At least one.
    columns
        Cells side by side; with two, a row is a beat.
    width
        Of a cell in pixels; that of the frames if not given.
    """
    height, full = shots[0].frame.shape[:2]
    width = width or full
    height = round(height * width / full)
    rows = -(-len(shots) // columns)
    size = (columns * (width + GAP) + GAP, rows * (height + CAPTION + GAP) + GAP)
    sheet = Image.new("RGB", size, FAINT.to_hex())
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(LETTERS)
    for number, shot in enumerate(shots):
        row, column = divmod(number, columns)
        x, y = GAP + column * (width + GAP), GAP + row * (height + CAPTION + GAP)
        pen.rectangle((x, y, x + width - 1, y + CAPTION - 1), BACKGROUND.to_hex())
        pen.text((x + 8, y + 3), shot.beat, TEXT.to_hex(), font)
        right = f"{shot.part}, {shot.time:.1f} s"
        pen.text((x + width - 8 - pen.textlength(right, font), y + 3), right, DIM.to_hex(), font)
        picture = Image.fromarray(shot.frame)
        if width != full:
            picture = picture.resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(picture, (x, y + CAPTION))
    return sheet


def write_sheet(
    chapter: type[Chapter],
    quality: str = "l",
    columns: int = 2,
    width: int | None = None,
    folder: Path = SHEETS,
) -> Path:
    """Make a chapter's sheet, ``<folder>/<chapter>.png``, and give its path.

    Raises
    ------
    network.errors.GlassnetError
        If there is something else of that name, or nothing can be written there.
    """
    path = folder / f"{chapter.file_name()}.png"
    with ExitStack() as stack:
        try:
            stack.enter_context(making(folder))
        except OSError as error:
            raise SettingsError(f"--out {folder}: {reason_of(error)}") from error
        check_free(path)
        sheet = lay_out(shoot(chapter, quality), columns, width)
        with writing(path):
            write_png(path, sheet)
    return path
