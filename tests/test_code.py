"""One line of a listing is bright, with the marker at its left."""

import pytest
from manim import UP, ManimColor, tempconfig

from scenes.kit.code import Listing
from scenes.kit.style import BLAME, DIM, TEXT
from scenes.kit.typeset import CodeLine

SOURCE = "for x in images:\n    delta = o - y\n\n    W -= rate * delta"


@pytest.fixture(autouse=True, scope="module")
def _media(tmp_path_factory):
    with tempconfig({"media_dir": str(tmp_path_factory.mktemp("media")), "verbosity": "ERROR"}):
        yield


def lit(listing):
    return [n for n, line in listing.lines.items() if TEXT in [p.get_fill_color() for p in line]]


def test_one_line_is_bright_and_marked():
    listing = Listing(SOURCE, colours={"delta": BLAME}).shift(UP)
    assert lit(listing) == [0, 1, 3]
    assert listing.marker.get_fill_opacity() == 0
    listing.set_line(3)
    assert lit(listing) == [3]
    assert {part.get_fill_color() for part in listing.lines[3]} == {TEXT, BLAME}
    assert listing.lines[0][0].get_fill_color() == DIM
    # Dimmed, but still told from the rest.
    assert {p.get_fill_color() for p in listing.lines[1]}.isdisjoint({TEXT, BLAME})
    assert len({p.get_fill_color() for p in listing.lines[1]}) == 2
    line = listing.lines[3]
    assert listing.marker.get_y() == pytest.approx(line.baseline + line.x_height / 2)
    assert listing.marker.get_right()[0] < listing.lines[0].get_left()[0]
    assert listing.marker.get_fill_opacity() == 1
    assert lit(listing.set_line(None)) == [0, 1, 3]


def test_the_light_goes_to_another_line():
    listing = Listing(SOURCE).set_line(0)
    start = listing.marker.get_y()
    animation = listing.animate_line(1, rate_func=lambda t: t)
    animation.begin()
    animation.interpolate(0.5)
    assert lit(listing) == []
    halfway = listing.marker.get_y()
    animation.finish()
    assert lit(listing) == [1]
    assert halfway == pytest.approx((start + listing.marker.get_y()) / 2)


def test_a_line_costs_one_mobject_for_each_colour():
    listing = Listing(SOURCE, colours={"delta": BLAME})
    assert [len(line) for line in listing.lines.values()] == [1, 2, 2]
    # All outlines are still there: holes of letters are outlines of their own.
    plain, flat = CodeLine("delta = o"), Listing("delta = o").lines[0]
    assert len(flat[0].get_subpaths()) == sum(len(glyph.get_subpaths()) for glyph in plain)


def test_there_is_no_light_without_code():
    for number in (2, 4, -1):
        with pytest.raises(ValueError, match="no code in line"):
            Listing(SOURCE).set_line(number)
        with pytest.raises(ValueError, match="no code in line"):
            Listing(SOURCE).animate_line(number)


def test_indents_stay():
    listing = Listing(SOURCE)
    left = {number: line.get_left()[0] for number, line in listing.lines.items()}
    assert left[1] - left[0] == pytest.approx(4 * 0.602 * 0.22 / 0.547, abs=0.05)


def test_colours_are_colours():
    # Any that Manim takes, on that piece and on no other.
    listing = Listing("a b", colours={"b": "#009E73"}).set_line(0)
    parts = {part.get_fill_color(): part for part in listing.lines[0]}
    assert parts.keys() == {TEXT, ManimColor("#009E73")}
    assert parts[TEXT].get_right()[0] < parts[ManimColor("#009E73")].get_left()[0]


def test_a_coloured_piece_takes_the_room_it_took_before():
    plain, coloured = CodeLine("delta = o"), CodeLine("delta = o", colours={"delta": BLAME})
    assert coloured.width == pytest.approx(plain.width, rel=1e-6)
