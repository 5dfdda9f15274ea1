"""Shapes are those of numpy, and each number of a shape is found among the glyphs."""

import numpy as np
import pytest
from manim import Scene, tempconfig

from scenes.kit.shape_box import ShapeBox, ShapeText, get_result
from scenes.kit.style import BLAME, DIM, TRUTH


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


@pytest.mark.parametrize(
    ("parts", "result"),
    [
        (((20, 784), "@", (784, 1), "+", (20, 1)), (20, 1)),
        (((20, 784), "@", (784,), "+", (20,)), (20,)),
        (((64, 784), "@", (784, 128), "+", (128,)), (64, 128)),
        (((10, 1), "+", (10,)), (10, 10)),  # the quiet mistake
        (((10, 1), "@", (1, 20)), (10, 20)),
        (((10,), "-", (10,)), (10,)),
        (((20,), "+", (20, 784), "@", (784,)), (20,)),
        (((784,), "@", (784,)), ()),
    ],
)
def test_the_result_is_that_of_numpy(parts, result):
    box = ShapeBox(*parts)
    assert (box.result, box.error) == (result, None)
    assert box.shapes[-1] == result
    assert "".join(line.source for line in box.code).endswith(f"→ {result}")


def test_numpy_says_why_shapes_do_not_fit():
    box = ShapeBox((784,), "@", (20, 784))
    with pytest.raises(ValueError, match="mismatch") as complaint:
        np.zeros(784) @ np.zeros((20, 784))
    assert box.error == str(complaint.value)
    assert box.result is None
    assert box.code[0].source.endswith("ValueError")
    with pytest.raises(ValueError, match="nothing cancels"):
        box.animate_cancel()


def test_no_work_is_done_for_large_shapes():
    # In earnest this would be 10^18 products.
    assert get_result([(10**6, 10**6), (10**6, 10**6)], ["@"]) == (10**6, 10**6)


def digits(box, shape, axis):
    """The number of an axis, read off the place of its glyphs in the line."""
    line = next(line for line in box.code if box.axis(shape, axis)[0] in line.submobjects)
    text = line.source.replace(" ", "")
    return "".join(text[line.submobjects.index(glyph)] for glyph in box.axis(shape, axis))


@pytest.mark.parametrize("width", [30.0, 6.0, 1.0])
def test_every_number_is_found_also_over_several_lines(width):
    box = ShapeBox((64, 784), "@", (784, 128), "+", (128,), width=width)
    for number, shape in enumerate([(64, 784), (784, 128), (128,), (64, 128)]):
        for axis, size in enumerate(shape):
            assert digits(box, number, axis) == str(size)
    assert len(box.code) == {30.0: 1, 6.0: 2, 1.0: 4}[width]
    assert ShapeText((10, 20)).axis(-1).get_center()[0] > 0


def test_inner_numbers_meet():
    box = ShapeBox((20, 784), "@", (784, 1))
    left, right = box.inner()
    assert digits(box, 0, -1) == digits(box, 1, 0) == "784"
    assert left[0] is box.axis(0, 1)[0]
    assert right[0] is box.axis(1, 0)[0]
    assert ShapeBox((20, 784), "@", (784,)).inner()[1] is not None
    with pytest.raises(ValueError, match="0 matrix products"):
        ShapeBox((10,), "+", (10,)).inner()


@pytest.mark.parametrize(("right", "colour"), [((784, 1), TRUTH), ((28, 28), BLAME)])
def test_a_match_is_green_and_a_mismatch_is_not(right, colour):
    box = ShapeBox((20, 784), "@", right)
    animation = box.animate_match()
    animation.begin()
    animation.finish()
    assert box.inner()[0].get_fill_color() == colour
    assert len(box.strokes) == 2


def test_cancelling_brings_the_result_that_was_left_blank():
    box = ShapeBox((20, 784), "@", (784, 1), answered=False)
    assert box.axis(-1, 0).family_members_with_points()[0].get_fill_opacity() == 0
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(box)
        scene.play(box.animate_cancel())
    assert box.inner()[0].get_fill_color() == DIM
    assert all(glyph.get_fill_opacity() == 1 for axis in (0, 1) for glyph in box.axis(-1, axis))


def test_names_stand_above_their_shapes():
    box = ShapeBox((20, 784), "@", (784, 1), names=("W1", "x", "z1"))
    assert [name.source for name in box.names] == ["W1", "x", "z1"]
    for index, name in enumerate(box.names):
        shape = box.shape(index)
        assert name.get_bottom()[1] > shape.get_top()[1]
        assert name.get_x() == pytest.approx(shape.get_x())


def test_the_text_of_a_shape_is_that_of_python():
    text = ShapeText(np.zeros((784, 1)).shape)
    assert (text.source, text.shape) == ("(784, 1)", (784, 1))
    assert ShapeText((784,)).source == "(784,)"


def test_shapes_need_operators_between_them():
    with pytest.raises(ValueError, match="operator between"):
        ShapeBox((1, 2), (2, 3))
    with pytest.raises(KeyError, match="none of"):
        ShapeBox((1, 2), "%", (2, 3))
