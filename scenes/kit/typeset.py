"""Words, formulas and lines of code, all set by Typst.

The fonts are those inside the typst wheel (New Computer Modern, DejaVu Sans Mono); the system's
fonts are shut out, so the frames are the same on every machine. Sizes are x-heights in scene
units. Every mobject here knows its `baseline`, and `row` lines several up on it.
"""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Any, Final, cast

import numpy as np
import typst
from manim import DOWN, RIGHT, UP, MathTypst, ParsableManimColor, Typst, VGroup, VMobject

from network.errors import GlassnetError
from scenes.kit.ledger import Quantity
from scenes.kit.phrase import figures_in
from scenes.kit.style import BODY, GAP, TEXT
from scenes.kit.typed import Parts

FONTS: Final = ("New Computer Modern", "New Computer Modern Math", "DejaVu Sans Mono")
"""What words, formulas and code are set in."""

# From the fonts' own tables: sxHeight in em.
X_HEIGHT_OF_WORDS: Final = 0.431
X_HEIGHT_OF_CODE: Final = 0.547

# Manim sets Typst at 10 pt and scales by font_size / 960 units a point: 96 to the em.
_FONT_SIZE_PER_EM: Final = 96.0

# From baseline to baseline, in x-heights.
_LINE_HEIGHT: Final = 2.6

# Average advance of a letter in English text set in New Computer Modern, rounded up.
_EM_PER_LETTER: Final = 0.47

SPECK: Final = "#box(width: 0pt, rect(width: 0.02pt, height: 0.02pt, fill: black, stroke: none))"
"""Typst source of a speck that takes no room: it shows where the pen and the baseline are."""


class FontError(GlassnetError):
    """A font that is not there."""


@cache
def embedded_fonts() -> typst.Fonts:
    """The fonts inside the typst wheel, and no others.

    Handed to Manim as its `font_paths`, which goes to the compiler as it is: Manim has no switch
    of its own for the system's fonts. Made once, it also saves the search: 1 ms a compile.

    Raises
    ------
    FontError
        If one that we use is not there: Typst itself would take another without a word.
    """
    fonts = typst.Fonts(include_system_fonts=False)
    missing = sorted(set(FONTS) - set(fonts.families()))
    if missing:
        raise FontError(
            f"typst {_version()} comes without the font {' and '.join(missing)}: "
            "install the version that constraints.txt names"
        )
    return fonts


def typst_options() -> dict[str, Any]:
    """What Manim's Typst mobjects are made with: our fonts alone, and no cache.

    The cache's copies cost more than parsing again.

    Raises
    ------
    FontError
        As of `embedded_fonts`.
    """
    # Loosely typed: Manim's stubs say that a list of folders is all that font_paths can be.
    return {"font_paths": embedded_fonts(), "use_svg_cache": False}


def _version() -> str:
    return str(typst.__version__)  # type: ignore[attr-defined]  # left out of its stubs


def _preamble(font: str, *rules: str) -> str:
    # Manim's cache goes by the source text only: the version makes it notice other fonts.
    return "\n".join(
        (
            f"// fonts: embedded in typst {_version()}",
            f'#set text(font: "{font}", lang: "en", hyphenate: false)',
            '#show math.equation: set text(font: "New Computer Modern Math")',
            *rules,
        )
    )


def words_preamble() -> str:
    """The Typst rules for words, which the glyphs of numbers share."""
    return _preamble("New Computer Modern")


class _Typeset:
    """What all typeset mobjects share: a baseline that survives moving and scaling."""

    _baseline_share: float
    _x_height_share: float
    _indent: float
    source: str
    x_height: float

    def __repr__(self) -> str:
        # Manim's progress bar shows it.
        return f"{type(self).__name__}({self.source!r})"

    @property
    def shown(self) -> tuple[tuple[Quantity, str], ...]:
        """The figures in it that are readings; none while it is transparent."""
        figures = figures_in(self.source)
        seen = figures and any(part.get_fill_opacity() > 0 for part in cast(VMobject, self))
        return figures if seen else ()

    @property
    def baseline(self) -> float:
        """Height of the (first) line's baseline in the scene, in scene units."""
        mobject = cast(VMobject, self)
        return float(mobject.get_bottom()[1] + self._baseline_share * mobject.height)

    @property
    def x_height_now(self) -> float:
        """Height of a lower-case x after all scaling, in scene units."""
        return self._x_height_share * float(cast(VMobject, self).height)

    def _settle(self, index: int) -> None:
        """Read the baseline off the speck, take it out, and drop what only the import needed."""
        mobject = cast(Typst, self)
        speck = mobject.submobjects[index]
        baseline = speck.get_bottom()[1]
        left = speck.get_left()[0]
        mobject.remove(speck)
        if not mobject.submobjects:
            raise ValueError("there is nothing to typeset")
        self._baseline_share = float((baseline - mobject.get_bottom()[1]) / mobject.height)
        self._x_height_share = self.x_height / float(mobject.height)
        self._indent = float(mobject.get_left()[0] - left)
        for made in _noted:
            made.append(mobject)
        mobject.center()
        # Parsed SVG and a group for every element would be copied and hashed again with each
        # animation: 100 ms for a line of 60 letters, against 10 ms without.
        for glyph in mobject.submobjects:
            vars(glyph).pop("path_obj", None)
        labelled = {name for names in mobject._label_aliases.values() for name in names}
        mobject.id_to_vgroup_dict = {
            name: group for name, group in mobject.id_to_vgroup_dict.items() if name in labelled
        }


_noted: list[list[Typst]] = []


@contextmanager
def noting() -> Iterator[list[Typst]]:
    """Give a list in which all is noted that is typeset until the block is left.

    A glyph does not know what it was typeset in, and a chapter may show glyphs without the whole.
    """
    _noted.append([])
    try:
        yield _noted[-1]
    finally:
        _noted.pop()


class Words(_Typeset, Typst):
    """Plain words in one line, or in several when a width is given.

    Parameters
    ----------
    words
        Plain text: nothing in it is markup. A straight apostrophe becomes a curly one.
    x_height
        Height of a lower-case x.
    colour
        Colour of the words.
    colours
        Other colours for certain words or phrases in it, each by its own text.
    width
        Width in scene units at which lines are broken, so that all are about as long.
    centred
        Whether the lines are centred below each other.
    """

    def __init__(
        self,
        words: str,
        *,
        x_height: float = BODY,
        colour: ParsableManimColor = TEXT,
        colours: Mapping[str, ParsableManimColor] | None = None,
        width: float | None = None,
        centred: bool = False,
        **options: Any,
    ) -> None:
        colours = colours or {}
        self.source = words
        self.x_height = x_height
        em = x_height / X_HEIGHT_OF_WORDS
        words = words.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        if width is not None:
            words = _broken(words, width / em)
        body = SPECK + _marked(words, colours)
        if centred:
            body = f"#align(center)[{body}]"
        super().__init__(
            body,
            font_size=em * _FONT_SIZE_PER_EM,
            typst_preamble=words_preamble(),
            color=colour,
            **typst_options(),
            **options,
        )
        self._settle(0)
        for index, part_colour in enumerate(colours.values()):
            self.select(f"part-{index}").set_color(part_colour)


class Formula(_Typeset, MathTypst):
    """A formula from one Typst string, with labelled parts.

    ``Formula("{{ delta_o : blame }} = {{ o : activation }} - l", colours={"blame": BLAME})``; take
    a part with ``select("blame")``.

    Parameters
    ----------
    source
        Typst mathematics, without the dollar signs; parts as ``{{ body : label }}``.
    x_height
        Height of a lower-case x.
    colour
        Colour of the formula.
    colours
        Colours of the labelled parts, by label.
    """

    def __init__(
        self,
        source: str,
        *,
        x_height: float = BODY,
        colour: ParsableManimColor = TEXT,
        colours: Mapping[str, ParsableManimColor] | None = None,
        **options: Any,
    ) -> None:
        self.source = source
        self.x_height = x_height
        super().__init__(
            # Last: in front, it would turn a leading minus into a subtraction.
            f"{source} {SPECK}",
            font_size=x_height / X_HEIGHT_OF_WORDS * _FONT_SIZE_PER_EM,
            typst_preamble=words_preamble(),
            color=colour,
            **typst_options(),
            **options,
        )
        self._settle(-1)
        for label, part_colour in (colours or {}).items():
            self.select(label).set_color(part_colour)


class CodeLine(_Typeset, Typst):
    """One line of code in a fixed-width font, blanks kept; see `code_block` for several.

    Parameters
    ----------
    code
        The line.
    x_height
        Height of a lower-case x.
    colour
        Colour of the code.
    colours
        Other colours for certain pieces of it, each by its own text, such as ``{"delta": BLAME}``.
    """

    def __init__(
        self,
        code: str,
        *,
        x_height: float = BODY,
        colour: ParsableManimColor = TEXT,
        colours: Mapping[str, ParsableManimColor] | None = None,
        **options: Any,
    ) -> None:
        colours = colours or {}
        self.source = code
        self.x_height = x_height
        super().__init__(
            SPECK + _marked(code, colours),
            font_size=x_height / X_HEIGHT_OF_CODE * _FONT_SIZE_PER_EM,
            typst_preamble=_preamble("DejaVu Sans Mono", "#set text(ligatures: false)"),
            color=colour,
            **typst_options(),
            **options,
        )
        self._settle(0)
        for index, part_colour in enumerate(colours.values()):
            self.select(f"part-{index}").set_color(part_colour)


def _marked(words: str, parts: Mapping[str, object]) -> str:
    """The words as Typst source, the given parts in boxes labelled ``part-0`` and so on."""
    pieces: list[tuple[str, int | None]] = [(words, None)]
    for index, part in enumerate(parts):
        found = []
        for piece, label in pieces:
            if label is not None or part not in piece:
                found.append((piece, label))
                continue
            for number, rest in enumerate(piece.split(part)):
                found += [(part, index)] if number else []
                found += [(rest, None)] if rest else []
        if all(label != index for _, label in found):
            raise ValueError(f"{part!r} is to be coloured, but is not in {words!r}")
        pieces = found
    return "".join(
        f"#{_quoted(piece)}" if label is None else f"#box[#{_quoted(piece)}]<part-{label}>"
        for piece, label in pieces
    )


def _broken(words: str, width: float) -> str:
    """The words in as few lines as fit into `width` em, all about equally long."""
    longest = max(int(width / _EM_PER_LETTER), 1)
    count = len(textwrap.wrap(words, longest))
    while longest > 1 and len(textwrap.wrap(words, longest - 1)) == count:
        longest -= 1
    return "\n".join(textwrap.wrap(words, longest, break_long_words=False))


def _quoted(words: str) -> str:
    """A Typst string: the same escapes as in JSON are all that plain text needs."""
    return json.dumps(words, ensure_ascii=False)


def without_labels(source: str) -> str:
    """A formula's source without the labels of its parts: ``delta`` for ``{{ delta : blame }}``."""
    return re.sub(r"\{\{\s*(.*?)\s*:\s*[\w-]+\s*\}\}", r"\1", source)


def row(*parts: VMobject, gap: float = GAP) -> VGroup:
    """Mobjects side by side on one baseline, the first one staying where it is.

    Parameters
    ----------
    parts
        Words, formulas, code and numbers; a mobject without a baseline is centred on the line.
    gap
        Space between two neighbours, in scene units.
    """
    first = parts[0]
    line = getattr(first, "baseline", None)
    for left, right in pairwise(parts):
        right.next_to(left, RIGHT, buff=gap)
        baseline = getattr(right, "baseline", None)
        if line is not None and baseline is not None:
            right.shift(np.array([0.0, line - baseline, 0.0]))
        else:
            right.match_y(first)
    return VGroup(*parts)


def stack(*parts: VMobject, gap: float = GAP, edge: np.ndarray | None = None) -> VGroup:
    """Mobjects below each other, aligned at an edge (``LEFT``, ``RIGHT``) or centred."""
    group = VGroup(*parts)
    return group.arrange(DOWN, buff=gap, aligned_edge=np.zeros(3) if edge is None else edge)


def code_block(
    *lines: str, colours: Mapping[str, ParsableManimColor] | None = None, **look: Any
) -> Parts[CodeLine]:
    """Lines of code below each other, indented as they are written.

    Parameters
    ----------
    lines
        The lines; an empty one leaves a gap.
    colours
        Other colours for certain pieces, in whichever lines have them.
    look
        As for `CodeLine`.

    Returns
    -------
    Parts
        A `CodeLine` for each line that is not empty.
    """
    block: Parts[CodeLine] = Parts()
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        here = {piece: colour for piece, colour in (colours or {}).items() if piece in line}
        mobject = CodeLine(line, colours=here, **look)
        height = -number * _LINE_HEIGHT * mobject.x_height
        mobject.shift(
            (mobject._indent - mobject.get_left()[0]) * RIGHT + (height - mobject.baseline) * UP
        )
        block.add(mobject)
    return block.center()
