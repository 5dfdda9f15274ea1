"""The look: every colour that text may have can be read, and colours stay apart."""

from dataclasses import fields
from itertools import combinations

import pytest
from colours import colour_difference

from scenes.kit.encoding import contrasts, get_rgb, to_lab
from scenes.kit.settings import THEMES as NAMES
from scenes.kit.style import BACKGROUND, FAINT, MEANINGS, SMALL, THEME, THEMES


def contrast(colour, background=BACKGROUND):
    return contrasts(get_rgb(colour), get_rgb(background))


def test_a_theme_is_chosen_by_a_name_that_settings_know():
    assert tuple(THEMES) == NAMES


def meanings(theme):
    """The colours of a theme that text may have, by name."""
    return {
        field.name: getattr(theme, field.name)
        for field in fields(theme)
        if field.name not in ("background", "faint")
    }


def test_the_colours_are_those_of_a_theme():
    assert THEME in THEMES.values()
    assert set(MEANINGS) == set(meanings(THEME))
    assert meanings(THEME) == MEANINGS
    assert (THEME.background, THEME.faint) == (BACKGROUND, FAINT)


@pytest.mark.parametrize("name", THEMES)
def test_text_of_every_meaning_can_be_read(name):
    theme = THEMES[name]
    for meaning, colour in meanings(theme).items():
        assert contrast(colour, theme.background) >= 4.5, meaning


@pytest.mark.parametrize("name", THEMES)
def test_lines_in_the_background_stay_behind_text(name):
    theme = THEMES[name]
    least = min(contrast(colour, theme.background) for colour in meanings(theme).values())
    assert contrast(theme.faint, theme.background) < least / 2


@pytest.mark.parametrize("name", THEMES)
def test_no_two_meanings_share_a_colour(name):
    for one, other in combinations(meanings(THEMES[name]).values(), 2):
        assert abs(one.to_rgb() - other.to_rgb()).max() > 0.05


@pytest.mark.parametrize("eye", ["normal", "protanopia", "deuteranopia"])
@pytest.mark.parametrize("name", THEMES)
def test_colours_with_a_meaning_stay_apart_for_every_eye(name, eye):
    theme = THEMES[name]
    coloured = (theme.positive, theme.negative, theme.activation, theme.blame, theme.truth)
    for one, other in combinations(coloured, 2):
        assert colour_difference(one, other, eye) > 10


@pytest.mark.parametrize("name", THEMES)
def test_signs_are_told_apart_in_grey_print(name):
    theme = THEMES[name]
    positive, negative = to_lab([get_rgb(theme.positive), get_rgb(theme.negative)])[:, 0]
    assert positive - negative > 9


def test_smallest_text_can_be_read_at_480p():
    assert SMALL >= 0.22
