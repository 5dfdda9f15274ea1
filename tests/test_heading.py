"""The formula of the moment stands at the head, lights up, and becomes another formula."""

import pytest
from manim import FadeIn, Scene, VGroup, tempconfig

from scenes.kit import stage
from scenes.kit.heading import COLOURS, Heading
from scenes.kit.style import DIM, TEXT

BLAME = "{{delta_o : blame}} = {{o : output}} - {{l : label}}"
PUSH = '"push" = - {{delta_o : blame}} thin {{h^top : output}}'
CHANGE = (
    'Delta W_(h o) = - eta thin lr(( "mean" med {{delta_o : blame}} thin {{h^top : output}} '
    "+ lambda W )) + mu v"
)
LAYER = "{{h : after}} = {{sigma : function}}({{W_1 : weights}} {{x : before}} + {{b_1 : bias}})"


@pytest.fixture
def scene():
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 5}):
        yield Scene()


@pytest.mark.parametrize("source", [BLAME, PUSH, CHANGE, LAYER, "a / (b / c)"])
def test_it_stands_at_the_head_and_fits(source):
    heading, room = Heading(source), stage.HEAD
    assert room.left - 1e-6 <= heading.get_left()[0]
    assert heading.get_right()[0] <= room.right + 1e-6
    assert heading.get_top()[1] <= room.top + 1e-6
    assert heading.get_bottom()[1] >= room.bottom - 0.1
    assert heading.get_center()[0] == pytest.approx(room.centre[0])


def test_formulas_stand_on_one_baseline():
    lines = {round(Heading(source).formula.baseline, 6) for source in (BLAME, PUSH, LAYER)}
    assert len(lines) == 1


def test_its_parts_have_the_colours_of_their_meaning():
    heading = Heading(BLAME)
    for label in ("blame", "output", "label"):
        (glyph, *_) = heading.formula.select(label)
        assert glyph.get_fill_color() == COLOURS[label]
    with pytest.raises(KeyError):
        Heading("x").set_light("nothing")


def test_it_becomes_another_formula_and_what_both_have_moves(scene):
    heading = Heading(BLAME)
    scene.add(heading)
    start = heading.formula.select("blame").get_center()
    end = Heading(PUSH).formula.select("blame").get_center()
    animation = heading.animate_to(PUSH)
    seen = []

    class Watch(type(animation)):
        def interpolate(self, alpha):
            super().interpolate(alpha)
            # Blame and output move, one after the other by their names.
            seen.append((alpha, self._old[1].get_center()))

    animation.__class__ = Watch
    scene.play(animation)
    assert seen[0][1] == pytest.approx(start, abs=1e-6)
    assert heading.formula.select("blame").get_center() == pytest.approx(end, abs=1e-6)
    between = [place[0] for alpha, place in seen if 0.3 < alpha < 0.7]
    assert between
    assert all(min(start[0], end[0]) < x < max(start[0], end[0]) for x in between)
    assert scene.mobjects == [heading]
    assert heading.source == PUSH
    glyphs = {id(glyph) for glyph in heading.formula.submobjects}
    assert {id(one) for one in scene.get_mobject_family_members() if one.has_points()} == glyphs


def test_what_is_new_comes_when_what_was_old_has_gone(scene):
    heading = Heading("a + b")
    scene.add(heading)
    animation = heading.animate_to("c", run_time=1)
    animation._setup_scene(scene)
    animation.begin()
    for share in (0.1, 0.3, 0.44, 0.46, 0.7, 0.9):
        animation.interpolate(share)
        old, new = (
            max(g.get_fill_opacity() for g in part)
            for part in (animation._old[0], animation._arrived[0])
        )
        assert min(old, new) < 0.02
    assert new > 0.8


def test_formulas_with_nothing_in_common_and_with_all(scene):
    heading = Heading("a + b")
    scene.play(FadeIn(heading))
    for source in ("c", LAYER, LAYER):
        scene.play(heading.animate_to(source))
        assert scene.mobjects == [heading]
        assert heading.source == source


def test_it_lights_up_part_by_part(scene):
    heading = Heading(LAYER, dim=True)
    assert {glyph.get_fill_color() for glyph in heading.formula} == {DIM}
    scene.add(VGroup(heading))
    scene.play(heading.animate_light("weights", "before"))
    lit = {
        label: heading.formula.select(label)[0].get_fill_color() for label in ("weights", "bias")
    }
    assert lit == {"weights": TEXT, "bias": DIM}
    assert heading.formula.select("before")[0].get_fill_color() == COLOURS["before"]
    assert heading in scene.get_mobject_family_members()
    scene.play(heading.animate_to(LAYER.replace("1", "2"), dim=True))
    assert {glyph.get_fill_color() for glyph in heading.formula} == {DIM}
