"""The picture of all edges is what drawing each edge alone and adding up would give."""

from collections.abc import Iterator
from math import erf

import numpy as np
import pytest
from manim import Animation, Camera, linear, tempconfig
from manim.utils.hashing import get_json

from scenes.kit.edges import Bundles, EdgeRaster, get_tails_and_tips
from scenes.kit.weight_field import WeightField

STARTS = np.column_stack([np.full(6, -2.0), np.linspace(1.5, -1.5, 6)])
ENDS = np.column_stack([np.full(3, 1.5), np.linspace(1.0, -1.0, 3)])
WEIGHTS = np.random.default_rng(5).normal(size=(3, 6)).astype(np.float32)


@pytest.fixture(autouse=True)
def small_film() -> Iterator[None]:
    """A film of 427 × 240 pixels: 30 pixels to the unit."""
    with tempconfig({"pixel_width": 427, "pixel_height": 240, "frame_rate": 15}):
        yield


def draw_alone(tail: np.ndarray, tip: np.ndarray, shape: tuple[int, int], sigma: float):
    """One line with a Gaussian profile and Gaussian ends, by its formula, pixel by pixel."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    length = np.hypot(*(tip - tail))
    u, v = (tip - tail) / length
    along = (x - tail[0]) * u + (y - tail[1]) * v
    across = (y - tail[1]) * u - (x - tail[0]) * v
    step = np.vectorize(lambda a: 0.5 * (1.0 + erf(a / sigma / 2**0.5)))
    ends = step(along) - step(along - length)
    return np.exp(-(across**2) / (2 * sigma**2)) * ends


def some_edges(count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    tails = generator.uniform([8, 10], [14, 50], (count, 2))
    tips = generator.uniform([40, 10], [52, 50], (count, 2))
    return tails, tips


def test_each_edge_is_a_line_with_a_round_profile() -> None:
    shape, sigma = (60, 60), 1.3
    tails, tips = some_edges()
    # Level, steep, and very steep, by hand.
    tails[:3] = [[10.2, 20.7], [25.0, 8.0], [30.0, 8.0]]
    tips[:3] = [[50.1, 20.7], [40.0, 50.0], [34.0, 52.0]]
    raster = EdgeRaster(tails, tips, shape, sigma)
    for index, (tail, tip) in enumerate(zip(tails, tips, strict=True)):
        got = raster.project(np.eye(len(tails))[index])
        np.testing.assert_allclose(got, draw_alone(tail, tip, shape, sigma), atol=0.06)


def test_all_edges_together_are_the_sum_of_edges_drawn_alone() -> None:
    shape, sigma = (60, 60), 1.3
    tails, tips = some_edges(40)
    strengths = np.random.default_rng(3).random(40)
    got = EdgeRaster(tails, tips, shape, sigma).project(strengths)
    want = sum(
        s * draw_alone(tail, tip, shape, sigma)
        for s, tail, tip in zip(strengths, tails, tips, strict=True)
    )
    assert np.abs(got - want).max() < 0.04 * want.max()


def test_light_is_linear_before_the_tone_curve() -> None:
    tails, tips = some_edges()
    raster = EdgeRaster(tails, tips, (60, 60))
    a, b = np.random.default_rng(4).random((2, len(tails)))
    np.testing.assert_allclose(
        raster.project(2.0 * a + 3.0 * b),
        2.0 * raster.project(a) + 3.0 * raster.project(b),
        atol=1e-4,
    )


@pytest.mark.parametrize("axis", [0, 1])
def test_mirrored_edges_give_the_mirrored_picture(axis: int) -> None:
    tails, tips = some_edges()
    strengths = np.random.default_rng(4).random(len(tails))
    picture = EdgeRaster(tails, tips, (60, 60)).project(strengths)
    if axis == 0:
        mirrored = EdgeRaster(tails * [1, -1] + [0, 60], tips * [1, -1] + [0, 60], (60, 60))
    else:
        mirrored = EdgeRaster(tips * [-1, 1] + [60, 0], tails * [-1, 1] + [60, 0], (60, 60))
    np.testing.assert_allclose(mirrored.project(strengths), np.flip(picture, axis), atol=1e-5)


def test_steep_edges_are_as_bright_per_length_as_level_ones() -> None:
    tails = np.array([[10.0, 30.0], [10.0, 10.0], [20.0, 8.0]])
    tips = np.array([[50.0, 30.0], [50.0, 50.0], [30.0, 52.0]])
    raster = EdgeRaster(tails, tips, (60, 60), sigma=0.8)
    light = np.array([raster.project(row).sum() for row in np.eye(3)])
    lengths = np.hypot(*(tips - tails).T)
    np.testing.assert_allclose(light / lengths, 0.8 * np.sqrt(2 * np.pi), rtol=6e-3)


def test_an_even_fan_has_no_beads() -> None:
    """Parallel lines closer than a pixel must merge into an even surface: no aliasing."""
    y = np.linspace(5.0, 75.0, 211)
    tails = np.column_stack([np.full(211, 5.0), y])
    tips = np.column_stack([np.full(211, 55.0), y + 17.3])
    picture = EdgeRaster(tails, tips, (100, 60)).project(np.ones(211))
    inside = picture[35:65, 20:40]
    assert inside.std() < 0.01 * inside.mean()


def test_mean_light_needs_no_picture() -> None:
    tails, tips = some_edges()
    raster = EdgeRaster(tails, tips, (60, 60))
    strengths = np.random.default_rng(4).random(len(tails))
    assert raster.mean_light(strengths) == pytest.approx(
        float(raster.project(strengths).mean()), rel=1e-4
    )


def test_an_edge_from_right_to_left_is_refused() -> None:
    with pytest.raises(ValueError, match="left to right"):
        WeightField(ENDS, STARTS)


def test_edges_end_on_the_side_of_the_neuron_that_faces_them() -> None:
    tails, tips = get_tails_and_tips(STARTS, ENDS, end_radius=0.2, spread=1.0)
    centres = np.repeat(ENDS, len(STARTS), axis=0)
    np.testing.assert_allclose(np.hypot(*(tips - centres).T), 0.2)
    assert np.all(np.sum((tips - centres) * (tails - centres), axis=1) > 0)
    straight = get_tails_and_tips(STARTS, ENDS, end_radius=0.2)[1]
    assert np.abs(tips - straight).max() > 0.05


def test_where_an_edge_ends_has_nothing_to_do_with_its_weight() -> None:
    """With a recipe's seed, weights of one sign once all ended on the upper side."""
    starts, ends = np.zeros((784, 2)), np.ones((20, 2))
    tips = get_tails_and_tips(starts, ends, end_radius=1.0, spread=1.0)[1]
    for seed in range(20):
        weights = np.random.default_rng(seed).uniform(-0.5, 0.5, 15_680)
        assert abs(np.corrcoef(weights, tips[:, 1])[0, 1]) < 0.05


def test_bundles_leave_out_no_edge() -> None:
    bundles = Bundles(784, 512, most=20_000)
    assert 15_000 < bundles.lines <= 20_000
    strengths = np.random.default_rng(1).random((512, 784))
    assert bundles.add_up(strengths).sum() == pytest.approx(strengths.sum())
    assert bundles.add_up(strengths).shape == (bundles.lines,)
    lone = np.zeros((512, 784))
    lone[300, 500] = 1.0
    assert np.count_nonzero(bundles.add_up(lone)) == 1
    rows = np.column_stack([np.arange(784), np.arange(784)])
    assert bundles.get_starts(rows)[0, 0] == pytest.approx(2.5)  # pixels 0 to 5


def test_few_edges_are_not_bundled() -> None:
    bundles = Bundles(784, 20, most=20_000)
    assert bundles.lines == 15_680
    places = np.random.default_rng(1).normal(size=(784, 2))
    np.testing.assert_array_equal(bundles.get_starts(places), places)


def test_zero_weights_are_transparent() -> None:
    assert not WeightField(STARTS, ENDS).get_pixel_array()[..., 3].any()


def test_the_sign_changes_the_hue_and_not_the_light() -> None:
    field = WeightField(STARTS, ENDS, np.abs(WEIGHTS))
    above = field.get_pixel_array()
    below = field.set_weights(-np.abs(WEIGHTS)).get_pixel_array()
    np.testing.assert_array_equal(above[..., 3], below[..., 3])
    lit = above[..., 3] > 40
    assert np.all(above[lit, 2] > above[lit, 0])  # blue
    assert np.all(below[lit, 0] > below[lit, 2])  # orange


def test_an_edge_lies_where_its_ends_are_in_the_scene() -> None:
    weights = np.zeros((3, 6))
    weights[2, 1] = 1.0
    field = WeightField(STARTS, ENDS, weights, glow=0.0)
    alpha = field.get_pixel_array()[..., 3].astype(float)
    upper_left, upper_right, lower_left, _ = field.points
    rows, columns = alpha.shape
    for share in (0.25, 0.5, 0.75):
        point = STARTS[1] + share * (ENDS[2] - STARTS[1])
        column = (point[0] - upper_left[0]) / (upper_right - upper_left)[0] * columns
        row = (upper_left[1] - point[1]) / (upper_left - lower_left)[1] * rows
        brightest = np.average(np.arange(rows) + 0.5, weights=alpha[:, int(column)])
        assert brightest == pytest.approx(row, abs=0.5)


def test_a_stronger_edge_is_brighter_by_the_stated_law() -> None:
    field = WeightField(STARTS, ENDS, scale=2.0, exposure=1.0, gamma=2.0, glow=0.0)
    light = []
    for value in (0.5, 1.0, 2.0, 4.0):
        weights = np.zeros((3, 6))
        weights[1, 2] = value
        alpha = field.set_weights(weights).get_pixel_array()[..., 3].max() / 255
        light.append(-np.log1p(-alpha))
    np.testing.assert_allclose(np.divide(light, light[2]), [1 / 16, 1 / 4, 1, 1], atol=0.03)


def test_a_crowd_and_a_lone_edge_are_both_well_exposed() -> None:
    starts = np.column_stack([np.full(784, -2.0), np.linspace(2.0, -2.0, 784)])
    ends = np.column_stack([np.full(20, 1.5), np.linspace(1.8, -1.8, 20)])
    weights = np.random.default_rng(0).uniform(-0.5, 0.5, (20, 784))
    field = WeightField(starts, ends, weights)
    inside = field.get_pixel_array()[60:-60, 30:-30, 3] / 255
    assert 0.3 < np.median(inside) < 0.8
    assert np.mean(inside > 0.95) < 0.02
    lone = np.zeros((20, 784))
    lone[3, 400] = 0.5
    assert field.set_weights(lone).get_pixel_array()[..., 3].max() > 0.7 * 255


def test_highlight_leaves_the_edges_of_one_neuron() -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS, scale=3.0, exposure=1.0)
    alone = np.zeros_like(WEIGHTS)
    alone[1] = WEIGHTS[1]
    want = WeightField(STARTS, ENDS, alone, scale=3.0, exposure=1.0).get_pixel_array()
    all_of_them = field.get_pixel_array()
    np.testing.assert_array_equal(field.set_highlight(end=1, rest=0.0).get_pixel_array(), want)
    np.testing.assert_array_equal(field.values, WEIGHTS)
    field.set_highlight()
    np.testing.assert_array_equal(field.get_pixel_array(), all_of_them)


def test_weights_change_linearly_and_arrive_exactly() -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS, scale=2.0)
    last = WEIGHTS[::-1] * np.float32(0.3)
    animation = begun(field.animate_weights(last, scale=0.5, rate_func=linear))
    animation.interpolate(0.5)
    np.testing.assert_allclose(field.values, (WEIGHTS + last) / 2, rtol=1e-6)
    assert field.scale_value == pytest.approx(1.0)
    animation.finish()
    np.testing.assert_array_equal(field.values, last)
    want = WeightField(STARTS, ENDS, last, scale=0.5).get_pixel_array()
    np.testing.assert_array_equal(field.get_pixel_array(), want)


def test_manims_own_animate_works_too() -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS)
    animation = begun(field.animate(rate_func=linear).set_weights(-WEIGHTS).build())
    animation.interpolate(0.25)
    np.testing.assert_allclose(field.values, WEIGHTS / 2, rtol=1e-6)
    animation.finish()
    np.testing.assert_array_equal(field.values, -WEIGHTS)


@pytest.mark.parametrize("backward", [False, True])
def test_values_travel_along_the_edges(backward: bool) -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS)
    old = field.get_pixel_array().copy()
    values = WEIGHTS[::-1] * np.float32(-0.7)
    new = WeightField(STARTS, ENDS, values, scale=field.scale_value).get_pixel_array()
    flow = begun(field.animate_flow(values, backward=backward, rate_func=linear))
    np.testing.assert_array_equal(field.get_pixel_array(), old)
    flow.interpolate(0.5)
    width = old.shape[1]
    first, last = slice(0, int(0.35 * width)), slice(int(0.65 * width), width)
    come, to_come = (last, first) if backward else (first, last)
    picture = field.get_pixel_array()
    # Two roundings on the way: one level of 256.
    np.testing.assert_allclose(picture[:, come, 3], new[:, come, 3].astype(int), atol=1)
    np.testing.assert_allclose(picture[:, to_come, 3], old[:, to_come, 3].astype(int), atol=1)
    flow.finish()
    np.testing.assert_array_equal(field.get_pixel_array(), new)
    np.testing.assert_array_equal(field.values, values)


def test_without_values_the_flow_starts_from_the_dark() -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS)
    picture = field.get_pixel_array().copy()
    flow = begun(field.animate_flow())
    assert not field.get_pixel_array()[..., 3].any()
    flow.finish()
    np.testing.assert_array_equal(field.get_pixel_array(), picture)


def test_dimming_multiplies_the_opacity_and_can_be_undone() -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS)
    full = field.get_pixel_array().copy()
    animation = begun(field.animate_dim(0.5, rate_func=linear))
    animation.finish()
    np.testing.assert_allclose(field.get_pixel_array()[..., 3], full[..., 3] * 0.5, atol=0.51)
    np.testing.assert_array_equal(field.set_dim(1.0).get_pixel_array(), full)


@pytest.mark.parametrize("size", [(427, 240), (854, 480), (1920, 1080)])
def test_manim_draws_the_picture_pixel_for_pixel(size: tuple[int, int]) -> None:
    with tempconfig({"pixel_width": size[0], "pixel_height": size[1]}):
        field = WeightField(STARTS, ENDS, WEIGHTS)
        camera = Camera(background_color="#000000")
        camera.capture_mobjects([field])
        picture = field.get_pixel_array()
        column, row = camera.points_to_pixel_coords(field, field.points)[0]
        height, width = picture.shape[:2]
        drawn = camera.pixel_array[row : row + height, column : column + width]
        alpha = picture[..., 3:] / 255
        np.testing.assert_allclose(drawn[..., :3], picture[..., :3] * alpha, atol=1.01)
        assert camera.pixel_array[..., :3].sum(dtype=int) == drawn[..., :3].sum(dtype=int)


def test_the_same_in_is_the_same_out() -> None:
    one = WeightField(STARTS, ENDS, WEIGHTS).get_pixel_array()
    other = WeightField(STARTS, ENDS, WEIGHTS).get_pixel_array()
    np.testing.assert_array_equal(one, other)


def test_a_copy_shares_the_raster_and_goes_its_own_way() -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS)
    picture = field.get_pixel_array().copy()
    copy = field.copy()
    assert copy._raster is field._raster
    copy.set_weights(-WEIGHTS)
    np.testing.assert_array_equal(field.get_pixel_array(), picture)
    assert not np.array_equal(copy.get_pixel_array(), picture)


def test_manims_cache_sees_weights_and_nothing_large() -> None:
    field = WeightField(STARTS, ENDS, WEIGHTS)
    before = get_json(field)
    assert len(before) < 10_000
    assert get_json(WeightField(STARTS, ENDS, WEIGHTS)) == before
    assert get_json(field.set_weights(-WEIGHTS)) != before
    assert get_json(field.set_weights(WEIGHTS)) == before
    assert get_json(field.set_highlight(end=1)) != before


def test_manims_cache_sees_where_the_edges_are() -> None:
    """The matrix is out of its sight, and the box of these two fields is the same."""
    one, other = (
        WeightField(STARTS, ends, WEIGHTS, exposure=1.0) for ends in (ENDS, ENDS[[0, 2, 1]])
    )
    np.testing.assert_array_equal(one.points, other.points)
    assert get_json(one) != get_json(other)


def test_drawing_a_frame_does_not_change_what_the_cache_sees() -> None:
    """If it did, a cached play would make all later ones miss."""
    field = WeightField(STARTS, ENDS, WEIGHTS)
    before = get_json(field)
    field.get_pixel_array()
    assert get_json(field) == before


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3, 6\).*\(6, 3\)"):
        WeightField(STARTS, ENDS, WEIGHTS.T)


def begun(animation: Animation) -> Animation:
    animation.begin()
    return animation
