"""The look: every colour that text may have can be read, and colours stay apart."""

from itertools import combinations

import pytest

from scenes.kit.encoding import contrasts, get_rgb
from scenes.kit.style import BACKGROUND, FAINT, MEANINGS, SMALL


def contrast(colour, background=BACKGROUND):
    return contrasts(get_rgb(colour), get_rgb(background))


@pytest.mark.parametrize("meaning", MEANINGS)
def test_text_of_every_meaning_can_be_read(meaning):
    assert contrast(MEANINGS[meaning], BACKGROUND) >= 4.5


def test_lines_in_the_background_stay_behind_text():
    assert contrast(FAINT) < min(contrast(colour) for colour in MEANINGS.values()) / 2


def test_no_two_meanings_share_a_colour():
    for one, other in combinations(MEANINGS.values(), 2):
        assert abs(one.to_rgb() - other.to_rgb()).max() > 0.05


def test_smallest_text_can_be_read_at_480p():
    assert SMALL >= 0.22
