"""Values become colours as the docstrings say, and the colours can be told apart."""

from itertools import combinations

import numpy as np
import pytest
from colours import colour_difference

from scenes.kit import encoding
from scenes.kit.style import (
    ACTIVATION,
    BACKGROUND,
    BLAME,
    MEANINGS,
    NEGATIVE,
    POSITIVE,
    TRUTH,
)

VISIONS = ("normal", "protanopia", "deuteranopia")


def test_strength_is_a_power_of_the_share_of_the_scale() -> None:
    got = encoding.strength([-4.0, -1.0, 0.0, 1.0, 2.0], scale=2.0, gamma=2.0)
    np.testing.assert_allclose(got, [1.0, 0.25, 0.0, 0.25, 1.0])


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_not_above_zero_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        encoding.strength([1.0], scale)


def test_scale_is_a_quantile_of_the_magnitudes_and_never_zero() -> None:
    values = [-8.0, 1.0, 2.0, 3.0, 4.0]
    assert encoding.get_scale(values) == 8.0
    assert encoding.get_scale(values, quantile=0.5) == 3.0
    assert encoding.get_scale(np.zeros((2, 3))) == 1.0
    assert encoding.get_scale([]) == 1.0


def test_signed_colours_start_at_the_ground_and_end_at_their_sign() -> None:
    got = encoding.signed_colours([-3.0, 0.0, 3.0], scale=3.0)
    want = [encoding.get_rgb(colour) for colour in (NEGATIVE, BACKGROUND, POSITIVE)]
    np.testing.assert_allclose(got, want)


def test_activation_colours_are_half_way_at_a_half_and_cut_off_outside() -> None:
    got = encoding.activation_colours([[-1.0, 0.0], [0.5, 2.0]])
    low, high = encoding.get_rgb(BACKGROUND), encoding.get_rgb(ACTIVATION)
    np.testing.assert_allclose(got, [[low, low], [(low + high) / 2, high]])


def test_widths_and_opacities_reach_from_least_to_most() -> None:
    np.testing.assert_allclose(encoding.widths([0.0, -1.0, 2.0], 2.0, widest=6.0), [0.0, 3.0, 6.0])
    np.testing.assert_allclose(encoding.opacities([0.0, 1.0], 2.0, faintest=0.2), [0.2, 0.6])


def test_pixels_are_rounded_to_the_nearest_byte() -> None:
    got = encoding.to_rgba([[0.0, 0.5, 1.0], [0.499, 2.0, -1.0]], [1.0, 0.25])
    assert got.dtype == np.uint8
    assert got.tolist() == [[0, 128, 255, 255], [127, 255, 0, 64]]


def test_light_of_one_sign_has_the_pure_colour_and_level_light_is_grey() -> None:
    palette = encoding.sign_palette()
    light, dark = np.array([[0.7]]), np.array([[0.0]])
    opaque = round(255 * (1 - np.exp(-1.4)))
    for positive, negative, colour in (
        (light, dark, POSITIVE),
        (dark, light, NEGATIVE),
        (light, light, encoding.LEVEL),
    ):
        pixel = encoding.light_pixels(positive, negative, 2.0, palette)[0, 0]
        np.testing.assert_allclose(pixel[:3], encoding.get_rgb(colour) * 255, atol=1.0)
        assert pixel[3] == opaque


def test_no_light_is_transparent_and_more_light_is_never_darker() -> None:
    light = np.linspace(0.0, 20.0, 500)[None]
    alpha = encoding.light_pixels(light, 0 * light, 1.0, encoding.sign_palette())[0, :, 3]
    assert alpha[0] == 0
    assert alpha[-1] == 255
    assert np.all(np.diff(alpha.astype(int)) >= 0)


def test_legends_show_the_colours_that_values_are_drawn_in() -> None:
    for entry in encoding.signed_legend(0.5, gamma=2.0):
        want = encoding.signed_colours([entry.value], 0.5, gamma=2.0)[0]
        assert entry.colour == pytest.approx(tuple(want))
    assert [entry.value for entry in encoding.activation_legend(3.0)] == [0.0, 1.5, 3.0]


def test_lab_agrees_with_published_values() -> None:
    # sRGB primaries in CIELAB (D65), Lindbloom's calculator.
    np.testing.assert_allclose(
        encoding.to_lab([[1, 0, 0], [0, 0, 1], [1, 1, 1]]),
        [[53.24, 80.09, 67.20], [32.30, 79.19, -107.86], [100.0, 0.0, 0.0]],
        atol=0.02,
    )


@pytest.mark.parametrize("vision", VISIONS)
def test_greys_look_grey_to_every_eye(vision: str) -> None:
    grey = np.full((3, 3), [[0.1], [0.5], [0.9]])
    np.testing.assert_allclose(encoding.simulate(grey, vision), grey, atol=2e-3)


def test_red_and_green_of_one_lightness_come_close_for_a_deuteranope() -> None:
    red, green = "#C85A50", "#7F8C3A"
    assert colour_difference(red, green) > 40
    assert colour_difference(red, green, "deuteranopia") < 15


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_that_carry_meaning_can_be_told_apart(vision: str) -> None:
    meanings = {"blame": BLAME, "truth": TRUTH, "activation": ACTIVATION}
    meanings |= {"positive": POSITIVE, "negative": NEGATIVE, "ground": BACKGROUND}
    for (one, first), (two, second) in combinations(meanings.items(), 2):
        difference = colour_difference(first, second, vision)
        assert difference > 15, f"{one} and {two} are only {difference:.0f} apart ({vision})"


@pytest.mark.parametrize("vision", VISIONS)
def test_neither_sign_looks_like_level_light(vision: str) -> None:
    for colour in (POSITIVE, NEGATIVE):
        assert colour_difference(colour, encoding.LEVEL, vision) > 30


def test_every_meaning_is_visible_on_the_ground() -> None:
    for name, colour in MEANINGS.items():
        assert colour_difference(colour, BACKGROUND) > 40, name


def test_contrasts_of_known_pairs() -> None:
    # WCAG's own ends, and the grey that just fails on white.
    black, white, grey = ([shade] * 3 for shade in (0.0, 1.0, 0x77 / 255))
    got = encoding.contrasts([white, black, grey, grey], [black, white, white, grey])
    np.testing.assert_allclose(got, [21.0, 21.0, 4.48, 1.0], atol=0.005)
