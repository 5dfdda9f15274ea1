"""Named values below the picture, and notes at the foot."""

import pytest
from kit_fakes import fake_step

from scenes.kit import stage
from scenes.kit.notes import at_foot, in_aside
from scenes.kit.number import Number
from scenes.kit.style import SMALL
from scenes.kit.typeset import Words


def test_values_stand_beside_their_names_below_the_picture():
    number = Number(fake_step(0), "a2[3]", x_height=SMALL)
    lines = in_aside(("error", number), ("label", Words("five", x_height=SMALL)))
    assert lines[0][1] is number
    for line in lines:
        name, value = line
        assert name.get_left()[0] == pytest.approx(stage.ASIDE.left)
        assert value.baseline == pytest.approx(name.baseline, abs=1e-6)
        assert name.get_right()[0] < value.get_left()[0]
        assert stage.ASIDE.bottom < line.get_bottom()[1]
        assert line.get_top()[1] < stage.ASIDE.top + 1e-6
    assert lines[1].get_top()[1] < lines[0].get_bottom()[1]


def test_notes_stand_side_by_side_at_the_foot():
    notes = at_foot(Words("momentum", x_height=SMALL), Words("decay", x_height=SMALL))
    assert notes[0].get_left()[0] == pytest.approx(stage.FOOT.left)
    assert notes[0].get_right()[0] < notes[1].get_left()[0]
    for note in notes:
        assert stage.FOOT.bottom <= note.get_bottom()[1] < note.get_top()[1] <= stage.FOOT.top
    assert len(at_foot()) == 0
