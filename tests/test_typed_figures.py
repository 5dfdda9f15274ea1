"""No figure in a typed text: what is left of digits is notation, and fits the run."""

import pytest

from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.typed_figures import find_typed, find_typed_in_words
from scenes.kit.ledger import Quantity
from scenes.kit.phrase import phrase
from scenes.kit.shape_box import ShapeBox, ShapeText
from scenes.kit.typeset import CodeLine, Formula, Words
from tests.small_runs import online, write_dataset

SIZE = Quantity("layer_size(trace, 1)", 6.0)


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    """Of a run with 25 pixels, 6 neurons and 10 outputs, one picture a step."""
    folder = tmp_path_factory.mktemp("typed")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Oracle(folder / "trace")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (lambda: Words("about 0.1234 more"), "0.1234"),
        (lambda: Words("one of 20"), "20"),
        (lambda: Words("15,680 edges"), "15,680"),
        (lambda: Words(phrase("{} of 7", SIZE)), "7"),
        (lambda: Words("W2 × h"), None),
        (lambda: Words("W3 × h"), "3"),
        (lambda: Words(phrase("one of {} neurons", SIZE)), None),
        (lambda: Formula("a = 0.7"), "0.7"),
        (lambda: Formula("a_2 = 1"), "1"),
        (lambda: Formula("= sqrt(2)"), "2"),
        (lambda: Formula("h (1 - h) + 3"), "3"),
        (lambda: Formula("W_3 x"), "3"),
        (lambda: Formula("w_1 x_1 + dots.c + w_25 x_25"), "25"),
        (lambda: Formula("delta_(h_3)"), "3"),
        (lambda: Formula("x^3"), "3"),
        (lambda: Formula("a = 1.5 b"), "1.5"),
        (lambda: Formula("{{ W_1 : weights-9 }} x + b_1 = z_1"), None),
        (lambda: Formula("{{ delta_(h_2) : h }} = W_2^top delta_o ⊙ h (1 - h)"), None),
        (lambda: Formula("C = sum (o - l)^2 / 2 dot 1"), None),
        (lambda: Formula("w_1 x_1 + w_" + phrase("{}", SIZE) + " + w_2"), None),
        (lambda: Formula("delta_h = W^top delta_o ⊙ [h > 0]"), None),
        (lambda: Formula("h > 0"), "0"),
        (lambda: Formula("a = #h(3em) + 0 b"), None),
        (lambda: CodeLine("np.eye(10)"), "10"),
        (lambda: CodeLine("np.eye(" + phrase("{}", SIZE) + ")[5]"), "5"),
        (lambda: CodeLine("z3 = W1 @ x"), "3"),
        (lambda: CodeLine("z2 = W2 @ a1 + b2"), None),
        (lambda: ShapeText((6, 25)), None),
        (lambda: ShapeText((6, 26)), "6"),
        (lambda: ShapeText((10,)), None),
    ],
)
def test_typed_figures_are_found_and_notation_is_none(oracle, text, found):
    assert find_typed(text(), oracle) == found


def test_shapes_are_those_of_the_run(oracle):
    (code,) = ShapeBox((6, 25), "@", (25, 1), "+", (6, 1)).code
    assert find_typed(code, oracle) is None
    (code,) = ShapeBox((20, 25), "@", (25, 1)).code
    assert find_typed(code, oracle) == "20"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Each of its 784 weights.", "784"),
        ("Ten outputs, each its own.", "Ten"),
        ("In numpy it is called eye: one row each, zeros, and two more.", None),
        ("often, tenth, nineties", None),
        (phrase("{:word} outputs of {}", SIZE, SIZE), None),
        (phrase("{:word} outputs of nine", SIZE), "nine"),
    ],
)
def test_figures_in_what_is_said_are_filled_in(said, found):
    assert find_typed_in_words(said) == found


def test_the_name_of_a_class_is_no_figure():
    said = "Here is an eight, and it takes it for seven."
    assert find_typed_in_words(said) == "eight"
    assert find_typed_in_words(said, ("three", "Eight")) == "seven"
