"""A picture of values shows each value as one sharp cell, where the queries say it is."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from manim import RIGHT, Camera, linear, tempconfig
from manim.constants import RESAMPLING_ALGORITHMS

from scenes.kit.digit import Digit, PixelImage
from scenes.kit.encoding import activation_colours, get_rgb, signed_colours
from scenes.kit.ledger import Values
from scenes.kit.style import BACKGROUND, NEGATIVE, POSITIVE

PIXELS = np.random.default_rng(1).random(784).astype(np.float32)


@pytest.fixture(autouse=True)
def small_film() -> Iterator[None]:
    """A film of 428 × 240 pixels."""
    with tempconfig({"pixel_width": 428, "pixel_height": 240}):
        yield


def test_pixels_are_the_activation_colours_row_by_row() -> None:
    digit = Digit(PIXELS)
    want = np.rint(activation_colours(PIXELS.reshape(28, 28)) * 255)
    np.testing.assert_array_equal(digit.pixel_array[..., :3], want)
    np.testing.assert_array_equal(digit.values, PIXELS.reshape(28, 28))


def test_signed_pictures_scale_to_their_largest_magnitude() -> None:
    weights = (PIXELS - 0.7) * 3.0
    digit = Digit(weights, signed=True)
    assert digit.scale_value == pytest.approx(np.abs(weights).max())
    want = np.rint(signed_colours(weights.reshape(28, 28), digit.scale_value) * 255)
    np.testing.assert_array_equal(digit.pixel_array[..., :3], want)


def test_cells_are_drawn_sharp_and_where_the_queries_say() -> None:
    values = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    image = PixelImage(values, width=3.0, height=2.0, signed=True, frame=False).shift(RIGHT)
    camera = Camera(background_color=BACKGROUND)
    camera.capture_mobjects([image])
    colours = {1.0: POSITIVE, -1.0: NEGATIVE, 0.0: BACKGROUND}
    for (row, column), value in np.ndenumerate(values):
        centre = image.get_cell_centre(row, column)
        for corner in ([0.4, 0.4, 0], [-0.4, -0.4, 0], [0, 0, 0]):
            x, y = camera.points_to_pixel_coords(image, np.array([centre + corner]))[0]
            want = get_rgb(colours[value]) * 255
            np.testing.assert_allclose(camera.pixel_array[y, x, :3], want, atol=1.0)


def test_all_centres_are_those_of_the_cells_even_after_moving() -> None:
    digit = Digit(PIXELS, size=2.8).shift(2 * RIGHT).scale(0.5)
    centres = digit.get_cell_centres()
    assert centres.shape == (784, 3)
    np.testing.assert_allclose(centres[28 * 3 + 5], digit.get_cell_centre(3, 5))
    np.testing.assert_allclose(centres[0], [2 - 0.7 + 0.025, 0.7 - 0.025, 0])
    np.testing.assert_allclose(centres[-1], [2 + 0.7 - 0.025, -0.7 + 0.025, 0])
    assert digit.pixel_size == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("size", "sides"), [((28, 14), (1.0, 2.0)), ((14, 28), (2.0, 1.0)), ((32, 32), (2.0, 2.0))]
)
def test_pixels_stay_square_whatever_the_shape_of_the_image(
    size: tuple[int, int], sides: tuple[float, float]
) -> None:
    pixels = np.linspace(0, 1, size[0] * size[1], dtype=np.float32)
    view: Any = SimpleNamespace(size=size)
    digit = Digit(Values("x", pixels, moment=view), size=2.0)
    assert digit.values.shape == size
    np.testing.assert_array_equal(digit.values.ravel(), pixels)
    assert (digit.width, digit.height) == pytest.approx(sides)
    assert digit.frame.width == pytest.approx(sides[0])
    np.testing.assert_array_equal(Digit(pixels.reshape(size)).values.shape, size)
    # What is of a moment but no picture of it, such as the dots of a field, may be a square.
    assert Digit(Values("x", np.zeros(9), moment=view)).values.shape == (3, 3)


def test_the_frame_goes_along() -> None:
    digit = Digit(PIXELS, size=2.0).shift(3 * RIGHT).scale(0.5)
    np.testing.assert_allclose(digit.frame.get_center(), [3, 0, 0], atol=1e-9)
    assert digit.frame.width == pytest.approx(1.0)
    assert not Digit(PIXELS, frame=False).submobjects


def test_values_change_linearly_and_arrive_exactly() -> None:
    digit = Digit(PIXELS)
    last = PIXELS[::-1]
    animation = digit.animate_values(last, rate_func=linear)
    animation.begin()
    animation.interpolate(0.5)
    np.testing.assert_allclose(digit.values.ravel(), (PIXELS + last) / 2, rtol=1e-6)
    animation.finish()
    np.testing.assert_array_equal(digit.values.ravel(), last)
    np.testing.assert_array_equal(digit.pixel_array, Digit(last).pixel_array)


def test_a_new_scale_changes_the_colours_and_the_old_one_is_kept_without() -> None:
    digit = Digit(PIXELS - 0.5, signed=True, scale=0.5)
    full = digit.pixel_array.copy()
    digit.set_values(2 * digit.values, scale=1.0)
    np.testing.assert_array_equal(digit.pixel_array, full)
    digit.set_values(digit.values / 2)
    assert digit.scale_value == 1.0
    assert not np.array_equal(digit.pixel_array, full)


def test_a_faded_digit_stays_faded_when_its_values_change() -> None:
    digit = Digit(PIXELS).set_opacity(0.5).set_values(PIXELS[::-1])
    assert set(np.unique(digit.pixel_array[..., 3])) == {127}
    assert digit.frame.get_stroke_opacity() == 0.5
    assert set(np.unique(digit.set_opacity(1.0).pixel_array[..., 3])) == {255}


def test_pictures_are_not_smoothed() -> None:
    assert Digit(PIXELS).resampling_algorithm == RESAMPLING_ALGORITHMS["nearest"]


def test_what_is_not_a_square_is_refused() -> None:
    with pytest.raises(ValueError, match="783"):
        Digit(np.zeros(783))
