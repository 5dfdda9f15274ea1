"""Typesetting: exact sizes, known baselines, coloured parts, no system font."""

from types import SimpleNamespace

import pytest
import typst
from manim import LEFT, RIGHT, UP, Square, tempconfig

from scenes.kit import typeset
from scenes.kit.style import BLAME, TEXT, TRUTH
from scenes.kit.typeset import (
    CodeLine,
    FontError,
    Formula,
    Words,
    code_block,
    embedded_fonts,
    row,
    stack,
    without_labels,
)


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


def colours(mobject):
    return [part.get_fill_color().to_hex() for part in mobject.family_members_with_points()]


@pytest.mark.parametrize("kind", [Words, CodeLine])
@pytest.mark.parametrize("x_height", [0.22, 0.4])
def test_a_lower_case_x_is_as_high_as_asked(kind, x_height):
    assert kind("x", x_height=x_height).height == pytest.approx(x_height, rel=0.01)


def test_formulas_are_set_at_the_size_of_words():
    assert Formula("H", x_height=0.3).height == pytest.approx(
        Words("H", x_height=0.3).height, rel=0.02
    )


@pytest.mark.parametrize("make", [Words, CodeLine, Formula])
def test_the_baseline_stays_with_what_stands_on_it(make):
    high, low = make("x"), make("p")
    assert high.baseline == pytest.approx(high.get_bottom()[1], abs=0.02)
    assert low.baseline > low.get_bottom()[1] + 0.09
    depth = low.baseline - low.get_bottom()[1]
    low.shift(3 * UP).scale(2)
    assert low.baseline - low.get_bottom()[1] == pytest.approx(2 * depth)


def test_a_row_stands_on_the_first_ones_baseline():
    words, formula, code = Words("gap").shift(UP), Formula("sum_k x_k"), CodeLine("y @ W")
    square = Square(0.1)
    row(words, formula, code, square, gap=0.3)
    assert formula.baseline == pytest.approx(words.baseline)
    assert code.baseline == pytest.approx(words.baseline)
    assert square.get_y() == pytest.approx(words.get_y())
    assert formula.get_left()[0] - words.get_right()[0] == pytest.approx(0.3)
    assert words.get_y() == pytest.approx(1.0)


def test_a_stack_goes_down_along_an_edge():
    one, two = Words("one"), Words("twenty-two")
    stack(one, two, gap=0.4, edge=LEFT)
    assert one.get_bottom()[1] - two.get_top()[1] == pytest.approx(0.4)
    assert one.get_left()[0] == pytest.approx(two.get_left()[0])


def test_nothing_of_the_measuring_is_left_over():
    assert len(Words("abc").submobjects) == 3
    assert len(Formula("a + b").submobjects) == 3
    assert Words("abc").get_center() == pytest.approx([0, 0, 0])


def test_a_leading_minus_stays_a_sign():
    gap = Formula("-x")
    minus, x = gap.submobjects
    binary = Formula("a - x").submobjects
    assert x.get_left()[0] - minus.get_right()[0] < (
        binary[2].get_left()[0] - binary[1].get_right()[0] - 0.05
    )


def test_labelled_parts_of_a_formula_take_their_colour():
    formula = Formula("{{ delta : blame }} = o - {{ l : truth }}", colours={"blame": BLAME})
    formula.select("truth").set_color(TRUTH)
    text = TEXT.to_hex()
    assert colours(formula) == [BLAME.to_hex(), text, text, text, TRUTH.to_hex()]


def test_words_are_coloured_wherever_they_stand():
    words = Words("a b a", colours={"a": BLAME})
    assert colours(words) == [BLAME.to_hex(), TEXT.to_hex(), BLAME.to_hex()]
    code = CodeLine("d = o - l", colours={"o - l": BLAME})
    assert colours(code) == 2 * [TEXT.to_hex()] + 3 * [BLAME.to_hex()]
    with pytest.raises(ValueError, match="'c' is to be coloured"):
        Words("a b", colours={"c": BLAME})


def test_nothing_in_words_is_markup():
    assert len(Words('*_$#[]<>"\\`@/').submobjects) == 13


def test_blanks_in_code_are_kept():
    first, second = CodeLine("x    x").submobjects
    letter = CodeLine("xx").submobjects
    advance = letter[1].get_x() - letter[0].get_x()
    assert second.get_x() - first.get_x() == pytest.approx(5 * advance, rel=1e-3)


def test_a_code_block_is_indented_and_spaced():
    block = code_block("for x:", "", "    for y:", "x", colours={"for": BLAME}, x_height=0.3)
    assert len(block) == 3
    outer, inner, last = block
    letter = CodeLine("xx", x_height=0.3).submobjects
    advance = letter[1].get_x() - letter[0].get_x()
    assert inner.get_left()[0] - outer.get_left()[0] == pytest.approx(4 * advance, rel=1e-3)
    assert outer.baseline - inner.baseline == pytest.approx(2 * (inner.baseline - last.baseline))
    assert colours(outer)[:3] == colours(inner)[:3] == 3 * [BLAME.to_hex()]
    assert block.get_center() == pytest.approx([0, 0, 0])


def test_lines_are_broken_evenly():
    # Filling up the first line would leave two or three words for the second.
    words = Words("ox " * 11 + "ox", width=8.0, centred=True)
    upper = [letter for letter in words.submobjects if letter.get_y() > 0]
    assert len(upper) == len(words) / 2 == 12
    assert words.width <= 8.0


def test_only_the_fonts_in_the_wheel_are_used(monkeypatch):
    assert {font.path for font in embedded_fonts().fonts()} == {None}
    assert {"New Computer Modern", "DejaVu Sans Mono"} <= set(embedded_fonts().families())
    handed_over = []
    compile_typst = typst.compile

    def watched(*args, **kwargs):
        handed_over.append(kwargs.get("font_paths"))
        return compile_typst(*args, **kwargs)

    monkeypatch.setattr(typst, "compile", watched)
    Words("seen by nobody before")
    CodeLine("seen_by_nobody = before")
    Formula("{{ n : part }} + o b o d y")
    assert len(handed_over) == 4
    assert all(fonts is embedded_fonts() for fonts in handed_over)


def test_other_fonts_are_noticed_by_the_cache(monkeypatch):
    before = Words("cached").file_name
    assert Words("cached").file_name == before
    monkeypatch.setattr(typeset.typst, "__version__", "99")
    assert Words("cached").file_name != before


def test_copies_are_cheap():
    # Manim keeps the parsed SVG of each glyph: copied with every animation, it took 100 ms.
    line = Words("every letter is a mobject").shift(RIGHT)
    assert not any("path_obj" in vars(glyph) for glyph in line.submobjects)
    assert line.id_to_vgroup_dict == {}


def test_a_font_that_typst_lacks_is_one_line(monkeypatch):
    families = ["Libertinus Serif", "New Computer Modern", "New Computer Modern Math"]
    monkeypatch.setattr(typst, "Fonts", lambda **_: SimpleNamespace(families=lambda: families))
    with pytest.raises(FontError, match=r"without the font DejaVu Sans Mono: install[^\n]*$"):
        embedded_fonts.__wrapped__()


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("{{delta_o : blame}} = o", "delta_o = o"),
        ("{{ W_2 : part-1 }} {{h^top:a}} + b", "W_2 h^top + b"),
        ("f: x -> y", "f: x -> y"),
        ("{{f: x : map}}", "f: x"),
    ],
)
def test_a_formula_without_its_labels(source, plain):
    assert without_labels(source) == plain
