"""What flies arrives: every pixel in its own cell, every number as what it was."""

import numpy as np
import pytest
from kit_fakes import fake_step
from manim import LEFT, RIGHT, Dot, Scene, VGroup, tempconfig
from manim.utils.hashing import get_json

from scenes.kit.diagram import CellColumn
from scenes.kit.digit import Digit, Picture
from scenes.kit.figures import Figure
from scenes.kit.ledger import Quantity, Values
from scenes.kit.motion import (
    AddUp,
    CopyTo,
    Flicker,
    Multiply,
    Pixels,
    Unroll,
    boxes_of,
)
from scenes.kit.number import Number


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    small = {"pixel_width": 427, "pixel_height": 240, "verbosity": "ERROR"}
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), **small}):
        yield


def play(*animations, before=()):
    """A scene in which some animations were played."""
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(*before)
        for animation in animations:
            scene.play(animation)
    return scene


def picture(**options):
    return Digit(fake_step(1).x, **options)


def figure_of(value, **look):
    return Figure(Quantity("made_up", value), **look)


def middle(pixels):
    """Centre of the light of an image in the scene."""
    light = pixels.get_pixel_array()[..., 3].astype(float)
    left, top = pixels.points[0][:2]
    right, bottom = pixels.points[3][:2]
    rows, columns = light.shape
    x = left + (np.arange(columns) + 0.5) / columns * (right - left)
    y = top + (np.arange(rows) + 0.5) / rows * (bottom - top)
    return (light.sum(0) * x).sum() / light.sum(), (light.sum(1) * y).sum() / light.sum()


def test_pixels_are_painted_where_they_are():
    pixels = Pixels([[1.03, -0.52, 0.5, 0.25]], [[1.0, 0.5, 0.0]])
    assert middle(pixels) == pytest.approx((1.03, -0.52), abs=0.004)
    array = pixels.get_pixel_array()
    assert (array[..., 3] == 255).any()
    seen = array[array[..., 3] > 0][:, :3]
    np.testing.assert_allclose(seen, np.broadcast_to([255, 128, 0], seen.shape), atol=1)
    # As much light as the rectangle has area, at sub-pixel places too.
    per_unit = pixels._density**2
    assert array[..., 3].sum() / 255 == pytest.approx(0.5 * 0.25 * per_unit, rel=0.01)


def test_pixels_can_leave_the_frame():
    for place in ([100.0, 0.0], [7.1, 3.9], [-50.0, 80.0]):
        array = Pixels([[*place, 0.5, 0.5]], [[1.0, 1, 1]]).get_pixel_array()
        assert min(array.shape[:2]) >= 1


def test_pixels_of_a_picture_look_like_it():
    digit = picture(size=2.8)
    pixels = Pixels.of(digit)
    array = pixels.get_pixel_array()
    left, top = pixels.points[0][:2]
    for row, column in ((0, 0), (14, 9), (27, 27)):
        x, y, _ = digit.get_cell_centre(row, column)
        at = int((top - y) * pixels._density), int((x - left) * pixels._density)
        assert array[at][:3] == pytest.approx(digit.pixel_array[row, column, :3], abs=2)


def test_a_picture_unrolls_into_a_column_row_by_row():
    digit, column = picture().shift(3 * LEFT), CellColumn(784, 6.0).shift(2 * RIGHT)
    animation = Unroll(digit, column, lag=0.75)
    animation.begin()
    pixels = animation.mobject
    np.testing.assert_allclose(pixels.boxes, boxes_of(digit))
    animation.interpolate(0.5)
    share = animation.get_shares(0.5)
    assert (np.diff(share) <= 0).all()
    assert share[0] == 1.0
    assert share[-1] == 0.0
    np.testing.assert_allclose(pixels.boxes[0], boxes_of(column)[0])
    np.testing.assert_allclose(pixels.boxes[-1], boxes_of(digit)[-1])
    animation.interpolate(1.0)
    np.testing.assert_allclose(pixels.boxes, boxes_of(column))
    # Which cell is which: the pixel in row 14, column 9 is the 402nd.
    assert pixels.boxes[14 * 28 + 9][1] == pytest.approx(column.get_spot(401).centre[1])


@pytest.mark.parametrize("take", [False, True])
def test_at_the_end_the_column_shows_the_values(take):
    digit, column = picture(), CellColumn(784, 6.0)
    values = digit.values.ravel().copy()
    scene = play(Unroll(digit, column, take=take), before=[digit])
    np.testing.assert_array_equal(column.values.ravel(), values)
    assert column in scene.mobjects
    assert not any(isinstance(mobject, Pixels) for mobject in scene.mobjects)
    assert digit.values.any() != take


def test_a_picture_fits_a_column_of_as_many_cells():
    with pytest.raises(ValueError, match="do not fit"):
        Unroll(picture(), CellColumn(20, 6.0))


def test_copies_of_a_picture_fly_to_others_one_after_another():
    values = fake_step(1).x.reshape(28, 28).copy()
    values[:, ::2] = 0.0
    digit = Digit(values, size=2.0).shift(4 * LEFT)
    others = [Digit(-digit.values, size=1.0, signed=True).shift(k * RIGHT) for k in range(3)]
    animation = CopyTo(digit, others, lag=0.5)
    animation.begin()
    pixels, seen = animation.mobject, digit.values.ravel() > 0
    assert len(pixels.boxes) == 3 * seen.sum() < 3 * 784, "empty cells do not fly"
    np.testing.assert_allclose(pixels.boxes, np.tile(boxes_of(digit)[seen], (3, 1)))
    animation.interpolate(0.5)
    first, _, last = np.split(animation.get_shares(0.5), 3)
    assert (first == 1.0).all()
    assert (last == 0.0).all()
    animation.interpolate(1.0)
    goals = np.concatenate([boxes_of(other)[seen] for other in others])
    np.testing.assert_allclose(pixels.boxes, goals)
    row, column = np.argwhere(digit.values > 0)[0]
    wanted = others[0].pixel_array[row, column, :3]
    np.testing.assert_allclose(pixels.colours[0] * 255, wanted, atol=1)

    scene = play(CopyTo(digit, others), before=[digit])
    assert {digit, *others} <= set(scene.get_mobject_family_members())
    assert not any(isinstance(mobject, Pixels) for mobject in scene.mobjects)
    np.testing.assert_array_equal(digit.values, values)


def test_two_pictures_become_their_product():
    step = fake_step(1)
    first, second = Digit(step.x), Digit(step.W[1][2], signed=True).shift(3 * RIGHT)
    product = Digit(step.x * step.W[1][2], signed=True).shift(6 * RIGHT)
    animation = Multiply(first, second, product)
    animation.begin()
    np.testing.assert_allclose(animation.mobject.boxes[:784], boxes_of(first))
    animation.interpolate(1.0)
    boxes = animation.mobject.boxes
    np.testing.assert_allclose(boxes[:784], boxes[784:])
    np.testing.assert_allclose(boxes[784:], boxes_of(product))
    assert product in play(animation, before=[first, second]).mobjects
    with pytest.raises(ValueError, match="not the product"):
        Multiply(first, second, Digit(step.x + step.W[1][2], signed=True))


def test_pixels_add_up_to_the_number_and_no_other():
    step = fake_step(1)
    products = step.x * step.W[1][2]
    total = float(products.astype(float).sum())
    digit, number = Digit(products, signed=True), figure_of(total + 0.5).shift(4 * RIGHT)
    animation = AddUp(digit, number, start=0.5)
    animation.begin()
    animation.interpolate(0.5)
    share = animation.get_shares(0.5)
    assert 0 < (share >= 1).sum() < 784
    partial = 0.5 + products[share >= 1].sum()
    assert number.text == f"{partial:.2f}".replace("-", "−")
    assert number.shown is None  # nobody recorded this
    scene = play(AddUp(digit, figure_of(total)), before=[digit])
    shown = [mobject for mobject in scene.mobjects if isinstance(mobject, Number)]
    assert [number.shown for number in shown] == [(Quantity("made_up", total), shown[0].text)]
    with pytest.raises(ValueError, match="add up to"):
        AddUp(digit, figure_of(total + 0.5))


def test_the_sum_is_drawn_in_every_frame_though_it_was_there_before():
    step = fake_step(1)
    products = step.x * step.W[1][2]
    digit = Digit(products, signed=True)
    number = figure_of(float(products.astype(float).sum()))
    group = VGroup(number, Dot())
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(digit, group)
        scene.compile_animation_data(AddUp(digit, number))
        scene.begin_animations()
        assert number in scene.get_moving_mobjects(*scene.animations)


def test_manims_hash_reaches_no_more_than_it_must():
    # 784 pixels of four numbers, not images of half a million.
    assert len(get_json(Unroll(picture(), CellColumn(784, 6.0)))) < 500_000


def test_a_picture_flickers_through_others_and_ends_on_the_last():
    step = fake_step(0)
    shown = [Values.of(fake_step(k), "x") for k in (1, 2, 3)]
    picture = Picture(step, "x")
    flicker = Flicker(picture, shown, run_time=1)
    flicker.begin()
    seen = []
    for alpha in (0.1, 0.5, 0.9, 1.0):
        flicker.interpolate(alpha)
        seen.append(picture.values.ravel().copy())
    for values, source in zip(seen, (*shown, shown[-1]), strict=True):
        np.testing.assert_array_equal(values, source.values)
    assert picture.claims[0].shown is shown[-1]
