"""What is on the frame, and what a careful eye would find wrong with it.

Pieces of text are found among the mobjects, with the boxes, colours and opacities of their glyphs.
Place and size are judged by these boxes; contrast and quiet by the pixels that are drawn behind
them when all text is left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

import numpy as np
from manim import ManimColor, Mobject, Text, Typst, VMobject, config
from manim.mobject.svg.svg_mobject import VMobjectFromSVGPath
from manim.mobject.types.image_mobject import AbstractImageMobject

from scenes.film.rehearsal import Pixels, draw
from scenes.kit.allow import get_allowed
from scenes.kit.arrays import Floats
from scenes.kit.chapter import Chapter
from scenes.kit.encoding import contrasts, simulate, to_lab
from scenes.kit.number import Number
from scenes.kit.style import MARGIN, SMALL
from scenes.kit.typeset import X_HEIGHT_OF_WORDS, CodeLine, Formula, Words, without_labels

LEAST_CONTRAST: Final = 4.5
MOST_WORDS: Final = 40

_INVISIBLE: Final = 0.02
_SOLID: Final = 0.97
_HAIR: Final = 0.01  # scene units: less than a pixel at 720p
_TOUCH: Final = 0.03  # how deep the boxes of two glyphs may reach into each other
_BUSY: Final = 25.0  # ΔE from the most common colour behind a text: FAINT lines are quieter
_SHARE: Final = 0.06  # of the pixels behind a text may be busy
_DIFFERENT: Final = 20.0  # ΔE at which colours look like two
_SAME: Final = 10.0  # ΔE below which a colour-blind eye takes them for one
_CHROMA: Final = 18.0  # below it a colour is a grey


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a frame.

    Attributes
    ----------
    rule
        Which rule it breaks: one of `scenes.kit.allow.Rule`, or "words".
    what, where, mend
        What is wrong, the text it is about, and how to mend it.
    mobjects
        Whose fault it is.
    """

    rule: str
    what: str
    where: str
    mend: str
    mobjects: tuple[Mobject, ...] = ()


@dataclass
class Piece:
    """A piece of text: a `Words`, a `Number` or the like, as far as it is to be seen.

    Attributes
    ----------
    mobject
        What it is.
    glyphs
        Its visible outlines.
    boxes
        (glyphs, 4): left, bottom, right, top.
    colours
        (glyphs, 3) in [0, 1].
    opacities
        (glyphs,).
    allowed
        Rules that it may break.
    place
        Where in the drawing order its last glyph is.
    """

    mobject: Mobject
    glyphs: list[VMobject]
    allowed: frozenset[str]
    place: int = 0
    boxes: Floats = field(init=False)
    colours: Floats = field(init=False)
    opacities: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.boxes = np.array([_box(glyph) for glyph in self.glyphs])
        self.colours = np.array([_colour(glyph) for glyph in self.glyphs])
        self.opacities = np.array([_opacity(glyph) for glyph in self.glyphs])

    @property
    def box(self) -> Floats:
        """All of it: left, bottom, right, top."""
        return np.concatenate([self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)])

    @property
    def name(self) -> str:
        """The text, or what can be said of it."""
        if isinstance(self.mobject, Number):
            return repr(self.mobject.text)
        source = getattr(self.mobject, "source", None) or getattr(self.mobject, "text", None)
        if source is None:
            left, bottom, right, top = self.box
            return f"part of a text at ({(left + right) / 2:.1f}, {(bottom + top) / 2:.1f})"
        source = " ".join(without_labels(str(source)).split())
        return repr(source if len(source) <= 48 else f"{source[:45]}...")

    @property
    def x_height(self) -> float | None:
        """Height of a lower-case x as it is now; None where that is not known."""
        mobject = self.mobject
        if isinstance(mobject, Number):
            return mobject.em * X_HEIGHT_OF_WORDS
        if isinstance(mobject, Words | Formula | CodeLine):
            return mobject.x_height_now
        if isinstance(mobject, Typst):
            return float(mobject.font_size / 96 * X_HEIGHT_OF_WORDS)
        return None

    @property
    def words(self) -> int:
        """How many words there are to read; formulas, code and figures are none."""
        if not isinstance(self.mobject, Words):
            return 0
        return len(re.findall(r"[^\W\d_]{2,}|\b[aAI]\b", self.mobject.source))


@dataclass
class Screen:
    """All that is on the frame: text, and whatever else is drawn, in the order of drawing."""

    pieces: list[Piece]
    others: list[tuple[int, Mobject, frozenset[str]]]

    @classmethod
    def of(cls, mobjects: Iterable[Mobject]) -> "Screen":
        """Take stock of a scene's mobjects."""
        members = list(_walk(mobjects))
        # As the camera does: by z-index, else as they come.
        members.sort(key=lambda member: member[0].z_index)
        texts: dict[int, tuple[Mobject, list[VMobject], set[str], int]] = {}
        others = []
        for place, (mobject, text, allowed) in enumerate(members):
            if text is None:
                if _is_seen(mobject):
                    others.append((place, mobject, allowed))
            elif isinstance(mobject, VMobject) and _is_seen(mobject):
                found = texts.setdefault(id(text), (text, [], set(), 0))
                texts[id(text)] = (text, [*found[1], mobject], found[2] | allowed, place)
        pieces = [Piece(text, glyphs, frozenset(a), at) for text, glyphs, a, at in texts.values()]
        return cls(pieces, others)


def _walk(
    mobjects: Iterable[Mobject],
    text: Mobject | None = None,
    allowed: frozenset[str] = frozenset(),
) -> Iterator[tuple[Mobject, Mobject | None, frozenset[str]]]:
    """Every mobject with points, the text that it is part of, and what it is allowed."""
    for mobject in mobjects:
        may = allowed | get_allowed(mobject)
        whole = text
        if whole is None and isinstance(mobject, Typst | Number | Text):
            whole = mobject
        if len(mobject.points):
            yield mobject, whole, may
        # Glyphs that were taken out of a text: what holds them stands for it.
        loose = whole is None and any(
            isinstance(part, VMobjectFromSVGPath) for part in mobject.submobjects
        )
        yield from _walk(mobject.submobjects, mobject if loose else whole, may)


def _is_seen(mobject: Mobject) -> bool:
    if isinstance(mobject, AbstractImageMobject):
        opacity = getattr(mobject, "_opacity", None)
        return opacity is None or opacity > _INVISIBLE
    return isinstance(mobject, VMobject) and _opacity(mobject) > _INVISIBLE


def _opacity(mobject: VMobject) -> float:
    stroke = mobject.get_stroke_opacity() if mobject.get_stroke_width() > 0 else 0.0
    return float(max(mobject.get_fill_opacity(), stroke))


def _colour(mobject: VMobject) -> Floats:
    filled = mobject.get_fill_opacity() > _INVISIBLE
    colour = mobject.get_fill_color() if filled else mobject.get_stroke_color()
    return np.array(ManimColor(colour).to_rgb())


def _box(mobject: Mobject) -> Floats:
    low, high = mobject.points.min(axis=0), mobject.points.max(axis=0)
    return np.array([low[0], low[1], high[0], high[1]])


# Place and size


def find_faults_of_place(screen: Screen) -> Iterator[Fault]:
    """Text in the margin, on other text, or too small."""
    for piece in screen.pieces:
        yield from _outside(piece)
        yield from _small(piece)
    boxes = np.array([piece.box for piece in screen.pieces]).reshape(-1, 4)
    for one, two in combinations(range(len(boxes)), 2):
        if _overlap(boxes[one], boxes[two]) > _TOUCH:
            yield from _on_each_other(screen.pieces[one], screen.pieces[two])


def find_faults_on_the_way(screen: Screen) -> Iterator[Fault]:
    """What is wrong even in the middle of a movement: text that leaves the frame."""
    for piece in screen.pieces:
        if piece.opacities.max() > 0.5:
            yield from _outside(piece, margin=0.0)


def _outside(piece: Piece, margin: float = MARGIN) -> Iterator[Fault]:
    if "frame" in piece.allowed:
        return
    half = np.array([config.frame_width, config.frame_height]) / 2
    beyond = np.concatenate([-half - piece.box[:2], piece.box[2:] - half])
    side = int(np.argmax(beyond))
    into = beyond[side] + margin
    if into <= _HAIR:
        return
    edge = ("left", "lower", "right", "upper")[side]
    if beyond[side] > 0:
        what = f"text is {beyond[side]:.2f} out of the frame at the {edge} edge"
    else:
        what = f"text is {into:.2f} in the {edge} margin"
    way = ("right", "up", "left", "down")[side]
    yield Fault(
        "frame", what, piece.name, f"move it {into:.2f} {way}, or break the line", (piece.mobject,)
    )


def _small(piece: Piece) -> Iterator[Fault]:
    height = piece.x_height
    if height is None or "height" in piece.allowed or height >= SMALL - 0.002:
        return
    what = f"text is too small: its x-height is {height:.3f}"
    yield Fault("height", what, piece.name, f"set it at {SMALL} or more", (piece.mobject,))


def _overlap(one: Floats, two: Floats) -> float:
    """How deep two boxes reach into each other, in the direction in which it is less."""
    return float((np.minimum(one[2:], two[2:]) - np.maximum(one[:2], two[:2])).min())


def _on_each_other(one: Piece, two: Piece) -> Iterator[Fault]:
    if "overlap" in one.allowed | two.allowed:
        return
    low = np.maximum(one.boxes[:, None, :2], two.boxes[None, :, :2])
    high = np.minimum(one.boxes[:, None, 2:], two.boxes[None, :, 2:])
    depth = (high - low).min(axis=2)
    if depth.max() <= _TOUCH:
        return
    # Two that look the same in the same place are one to the eye: a copy about to fly.
    if one.name == two.name and np.allclose(one.box, two.box, atol=_HAIR):
        return
    across, up = (high - low).reshape(-1, 2)[depth.argmax()]
    way = f"{across:.2f} sideways" if across < up else f"{up:.2f} up or down"
    yield Fault(
        "overlap",
        "text lies on text",
        f"{one.name} and {two.name}",
        f"move them {way} apart",
        (one.mobject, two.mobject),
    )


# Rest: when there is time to read


def find_faults_at_rest(screen: Screen, chapter: Chapter) -> Iterator[Fault]:
    """Too many words, too little contrast, a busy ground, colours that look the same."""
    words = sum(piece.words for piece in screen.pieces)
    if words > MOST_WORDS:
        yield Fault(
            "words",
            f"{words} words are on screen",
            f"the most is {MOST_WORDS}",
            "leave it to the voice, or take away what has been read",
        )
    yield from _colours(screen)
    if not screen.pieces:
        return
    behind = draw(chapter, [mobject for _, mobject, _ in screen.others], families=False)
    for piece in screen.pieces:
        yield from _faint(piece, behind)
        if "overlap" not in piece.allowed:
            yield from _busy(piece, behind)
            yield from _covered(piece, screen, chapter)


def find_half_faded(screen: Screen) -> Iterator[Fault]:
    """Text that is half transparent when a beat ends."""
    for piece in screen.pieces:
        opacity = float(piece.opacities.min())
        if opacity < _SOLID and "faded" not in piece.allowed:
            yield Fault(
                "faded",
                f"text is left at an opacity of {opacity:.2f}",
                piece.name,
                "fade it out, or give it the colour style.DIM",
                (piece.mobject,),
            )


def _cells(boxes: Floats, frame: Pixels, pad: float = 0.0) -> list[tuple[slice, slice]]:
    """The pixels of boxes."""
    height, width = frame.shape[:2]
    scale = width / config.frame_width
    left = (boxes[:, 0] - pad + config.frame_width / 2) * scale
    right = (boxes[:, 2] + pad + config.frame_width / 2) * scale
    top = (config.frame_height / 2 - boxes[:, 3] - pad) * scale
    bottom = (config.frame_height / 2 - boxes[:, 1] + pad) * scale
    return [
        (
            slice(max(int(t), 0), min(int(np.ceil(b)), height)),
            slice(max(int(x), 0), min(int(np.ceil(r)), width)),
        )
        for x, r, t, b in zip(left, right, top, bottom, strict=True)
    ]


def _faint(piece: Piece, behind: Pixels) -> Iterator[Fault]:
    if "contrast" in piece.allowed:
        return
    worst, colour = np.inf, ""
    cells = np.array(_cells(piece.boxes, behind), dtype=object)
    styles = np.round(np.column_stack([piece.colours, piece.opacities]), 3)
    for style in np.unique(styles, axis=0):
        same = (styles == style).all(axis=1)
        pixels = np.concatenate(
            [behind[rows, columns].reshape(-1, 3) for rows, columns in cells[same]]
        )
        if not len(pixels):
            continue  # out of the frame, which is another fault
        # One number a colour: rows of an array take far longer to sort.
        codes, counts = np.unique(pixels.astype(int) @ [65536, 256, 1], return_counts=True)
        ground = codes[:, None] // [65536, 256, 1] % 256 / 255.0
        seen = style[3] * style[:3] + (1 - style[3]) * ground
        ratios = contrasts(seen, ground)
        # The worst quarter counts: a thin bright line is another fault, a busy ground.
        order = np.argsort(ratios)
        at = order[np.searchsorted(np.cumsum(counts[order]), 0.25 * len(pixels))]
        if ratios[at] < worst:
            worst, colour = float(ratios[at]), f"{_hex(seen[at])} on {_hex(ground[at])}"
    if worst < LEAST_CONTRAST:
        yield Fault(
            "contrast",
            f"text has a contrast of only {worst:.1f} : 1 ({colour})",
            piece.name,
            f"{LEAST_CONTRAST} is needed: a lighter colour of style, or a plain ground",
            (piece.mobject,),
        )


def _busy(piece: Piece, behind: Pixels) -> Iterator[Fault]:
    cells = _cells(piece.boxes, behind, pad=_HAIR)
    pixels = np.concatenate([behind[cell].reshape(-1, 3) for cell in cells])
    if not len(pixels) or (pixels == pixels[0]).all():
        return
    ground = to_lab(pixels / 255.0)
    middle = np.median(ground, axis=0)
    share = float((np.linalg.norm(ground - middle, axis=1) > _BUSY).mean())
    if share > _SHARE:
        yield Fault(
            "overlap",
            f"text lies on something busy ({share:.0%} of its ground)",
            piece.name,
            "move it away, or put a plain ground under it",
            (piece.mobject,),
        )


def _covered(piece: Piece, screen: Screen, chapter: Chapter) -> Iterator[Fault]:
    above = [
        mobject
        for place, mobject, _ in screen.others
        if place > piece.place
        and _overlap(_box(mobject), piece.box) > _TOUCH
        and (not isinstance(mobject, VMobject) or mobject.get_fill_opacity() > 0.5)
    ]
    if not above:
        return
    alone, ground = draw(chapter, piece.glyphs, families=False), draw(chapter, [], families=False)
    under = draw(chapter, [*piece.glyphs, *above], families=False)
    over = draw(chapter, above, families=False)
    letters = (alone != ground).any(axis=2)
    share = float((under != over).any(axis=2)[letters].mean()) if letters.any() else 1.0
    # What is wholly covered is hidden on purpose.
    if 0.05 < share < 0.9:
        name = type(above[-1]).__name__
        yield Fault(
            "overlap",
            f"text is half covered by a {name} ({share:.0%} to be seen)",
            piece.name,
            "move it, or add it after what covers it",
            (piece.mobject,),
        )


def _colours(screen: Screen) -> Iterator[Fault]:
    """Colours that are told apart on this frame, but not by every eye."""
    found: dict[str, str] = {}
    for piece in screen.pieces:
        if "colours" not in piece.allowed:
            for colour in piece.colours[piece.opacities > 0.5]:
                found.setdefault(_hex(colour), piece.name)
    for _, mobject, allowed in screen.others:
        if "colours" not in allowed and isinstance(mobject, VMobject) and _opacity(mobject) > 0.5:
            found.setdefault(_hex(_colour(mobject)), f"a {type(mobject).__name__}")
    for one, two in find_confusable(list(found)):
        yield Fault(
            "colours",
            f"colours {one} and {two} look the same to a colour-blind eye",
            f"{found[one]} and {found[two]}",
            "take colours of style",
        )


def find_confusable(colours: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of colours that look different, but not to a deuteranope or to a protanope."""
    if len(colours) < 2:
        return []
    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])
    lab = to_lab(rgb)
    hues = np.linalg.norm(lab[:, 1:], axis=1) > _CHROMA
    rgb, names = rgb[hues], [name for name, hue in zip(colours, hues, strict=True) if hue]
    seen = {eye: to_lab(simulate(rgb, eye)) for eye in ("normal", "deuteranopia", "protanopia")}
    apart = {eye: np.linalg.norm(lab[:, None] - lab[None], axis=2) for eye, lab in seen.items()}
    bad = (apart["normal"] > _DIFFERENT) & (
        (apart["deuteranopia"] < _SAME) | (apart["protanopia"] < _SAME)
    )
    return [(names[i], names[j]) for i, j in combinations(range(len(names)), 2) if bad[i, j]]


def _hex(rgb: Any) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02X}" for part in rgb)
