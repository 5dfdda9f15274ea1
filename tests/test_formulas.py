"""The formulas and the lines of code that are read off a frame."""

import pytest
from manim import DOWN, RIGHT, UP, VGroup

from scenes.film.handout.formulas import read_code, read_formulas
from scenes.film.layout import Screen
from scenes.kit.figures import Figure
from scenes.kit.ledger import Quantity
from scenes.kit.shape_box import ShapeText
from scenes.kit.typeset import CodeLine, Formula, noting, row


def number(**look):
    return Figure(Quantity("z1[0]", 1.22, 0), **look)


def texts(formulas):
    """Formulas as ``read_formulas`` gives them: parts joined by blanks, lines by ``|``."""
    return [
        " | ".join(" ".join(part["alt"] for part in line) for line in lines) for lines in formulas
    ]


def test_what_stands_on_one_line_is_one_formula():
    left = row(Formula("w dot x"), Formula("="), number())
    name = Formula("x").shift(2 * DOWN)
    apart = number().next_to(left, RIGHT, buff=1.5)
    assert texts(read_formulas(Screen.of([name, apart, *left]))) == [f"w dot x = {left[2].text}"]


def test_lines_that_go_on_with_a_relation_belong_together():
    root, equals = Formula("sqrt(1 + 1)"), Formula("= sqrt(2)").shift(0.9 * DOWN)
    about = number(before="≈ ").shift(1.8 * DOWN)
    other = Formula("a = b").shift(5 * RIGHT)
    lonely = number(before="≈ ").shift(5 * RIGHT + 4 * DOWN)
    assert sorted(texts(read_formulas(Screen.of([about, other, lonely, equals, root])))) == [
        "a = b",
        f"sqrt(1 + 1) | = sqrt(2) | {about.text}",
    ]


def test_signs_and_names_alone_are_no_formula():
    pictures = [Formula(s).shift(2 * n * RIGHT) for n, s in enumerate(("x", "times", "w", "="))]
    product = row(number(), Formula("times"), number()).shift(2 * DOWN)
    unfinished = row(Formula("x"), Formula("=")).shift(4 * DOWN)
    assert read_formulas(Screen.of([*pictures, *product, *unfinished])) == []


def test_a_formula_is_there_when_all_its_parts_are_however_they_came():
    with noting() as made:
        formula, alone, empty = (Formula(source) for source in ("a = {{b : b}}", "c = d", "e = f"))
    assert made == [formula, alone, empty]
    empty.remove(*empty)
    screen = Screen.of([VGroup(*formula), *alone[:2]])
    assert texts(read_formulas(screen, made)) == ["a = b"]
    assert read_formulas(screen) == []


def test_code_stands_in_columns_with_its_shapes_below():
    line = CodeLine("z = W @ x")
    shape = ShapeText((3, 2)).next_to(line, DOWN, buff=0.2).align_to(line[2], RIGHT)
    far = ShapeText((9,)).shift(3 * DOWN)
    above = ShapeText((8,)).next_to(line, UP, buff=0.2)
    tail = CodeLine("+ b").next_to(line, RIGHT, buff=0.2).match_y(line)
    code = read_code(Screen.of([shape, far, tail, above, line]))
    assert len(code) == 2
    assert code[0] == "z = W @ x + b"
    assert code[1].strip() == "(3, 2)"
    assert read_code(Screen.of([far])) == []


@pytest.mark.parametrize(("count", "read"), [(5, ["z = W @ x"]), (3, ["z = W"]), (0, [])])
def test_code_is_read_as_far_as_it_is_seen(count, read):
    line = CodeLine("z = W @ x")
    assert read_code(Screen.of([VGroup(*line[:count])]), [line]) == read
