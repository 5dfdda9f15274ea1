"""Places come from the stage: no chapter has a coordinate of its own that another one has, too."""

import ast
from itertools import combinations
from pathlib import Path

import pytest

CHAPTERS = sorted((Path(__file__).parents[1] / "scenes").glob("[!_]*.py"))
DIRECTIONS = {"UP", "DOWN", "LEFT", "RIGHT"}
PLACING = {"move_to", "set_x", "set_y"}


def coordinates(source: str) -> set[str]:
    """The literal places in a module: ``move_to(1.5 * UP)``, ``HEAD = 2.5 * UP``, ``(1, 2.5, 0)``.

    Not what is moved or set beside something: that is no place.
    """
    tree, found = ast.parse(source), set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[place, *_]) if name in PLACING:
                found |= {f"{axis(name)}{text}" for text in literals(place)}
            case ast.Assign(value=place) | ast.AnnAssign(value=ast.expr() as place):
                # At the top, a place that has a name.
                if node in tree.body and names_in(place) & DIRECTIONS:
                    found |= literals(place)
    return found


def literals(place: ast.expr) -> set[str]:
    """What of a place is written in numbers: all of it, or some of its coordinates."""
    if isinstance(place, ast.Tuple | ast.List):
        parts = zip("xyz", place.elts, strict=False)
        return {f"{axis}={ast.unparse(part)}" for axis, part in parts if is_number(part)}
    if names_in(place) <= DIRECTIONS and not is_zero(place):
        return {ast.unparse(place)}
    return set()


def axis(name: str) -> str:
    return f"{name[-1]}=" if name.startswith("set_") else ""


def names_in(tree: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def is_number(tree: ast.expr) -> bool:
    """A figure, also a negative one; 0 is the middle of the frame, and no choice."""
    return not names_in(tree) and not is_zero(tree) and isinstance(ast.literal_eval(tree), float)


def is_zero(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and tree.value == 0


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("it.move_to(1.5 * UP)", {"1.5 * UP"}),
        ("HEAD: Final = 2.5 * UP + 3 * LEFT", {"2.5 * UP + 3 * LEFT"}),
        ("PLACE = -3.25 * LEFT", {"-3.25 * LEFT"}),
        ("it.move_to((x, -2.5, 0))", {"y=-2.5"}),
        ("it.move_to([1.5, self.rows.y(2), 0])", {"x=1.5"}),
        ("it.set_y(-2.1).set_x(place)", {"y=-2.1"}),
        ("it.move_to(stage.BODY.centre)", set()),
        ("it.shift(0.5 * LEFT)\nfade(it, shift=0.3 * UP)", set()),
        ("def f():\n    way = 0.5 * LEFT", set()),
    ],
)
def test_places_are_told_from_ways(source, found):
    assert coordinates(source) == found


@pytest.mark.parametrize(
    ("one", "other"), list(combinations(CHAPTERS, 2)), ids=lambda path: path.stem
)
def test_no_two_chapters_have_the_same_coordinate(one, other):
    ours, theirs = (coordinates(path.read_text(encoding="utf-8")) for path in (one, other))
    assert ours & theirs == set()


def test_all_chapters_are_looked_at():
    assert {path.stem for path in CHAPTERS} >= {"backprop", "bias", "forward", "one_hot"}
