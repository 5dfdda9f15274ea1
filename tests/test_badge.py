"""The stage's regions, and the badge that says which moment of the run is on screen."""

import itertools

import pytest
import small_runs
from manim import FadeIn, Square, config, tempconfig

from network.trace import Trace
from network.training import train
from scenes.kit import stage
from scenes.kit.badge import MomentBadge
from scenes.kit.chapter import Chapter
from scenes.kit.number import Number
from scenes.kit.style import MARGIN

WORDS = """
[test_badge.first]
text = "Before."
[test_badge.second]
text = "After."
[test_badge.third]
text = "All."
"""


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    base = tmp_path_factory.mktemp("badge")
    recipe = small_runs.online(small_runs.write_dataset(base / "data"))
    return Trace.open(train(recipe, base / "trace").path)


@pytest.fixture
def told(trace, tmp_path):
    (tmp_path / "en.toml").write_text(WORDS, encoding="utf-8")

    def tell(construct):
        class Told(Chapter):
            title = "Backpropagation"
            narration = tmp_path / "en.toml"

            def open_trace(self, settings):
                return trace

        Told.construct = construct
        quiet = {"dry_run": True, "disable_caching": True, "verbosity": "ERROR"}
        with tempconfig({**quiet, "media_dir": str(tmp_path), "quality": "low_quality"}):
            chapter = Told(skip_animations=True)
            chapter.render()
        return chapter

    return tell


REGIONS = ("TITLE", "MOMENT", "HEAD", "PICTURE", "ASIDE", "BODY", "FOOT")


def test_no_region_leaves_the_margins_or_lies_on_another():
    regions = {name: getattr(stage, name) for name in REGIONS}
    for region in regions.values():
        assert -config.frame_width / 2 + MARGIN - 1e-2 <= region.left < region.right
        assert region.right <= config.frame_width / 2 - MARGIN + 1e-2
        assert -config.frame_height / 2 + MARGIN <= region.bottom < region.top
        assert region.top <= config.frame_height / 2 - MARGIN
    for (name, one), (other, two) in itertools.combinations(regions.items(), 2):
        across = min(one.right, two.right) - max(one.left, two.left)
        up = min(one.top, two.top) - max(one.bottom, two.bottom)
        assert min(across, up) <= 1e-9, f"{name} lies on {other}"


@pytest.mark.parametrize("count", [2, 3, 10, 12])
def test_rows_of_classes_fit_the_body(count):
    rows = stage.rows(count)
    assert stage.BODY.bottom <= rows.bottom < rows.top <= stage.BODY.top
    assert rows.y(0) - rows.y(1) == pytest.approx(rows.pitch)
    assert rows.height == pytest.approx(rows.top - rows.bottom)


def test_parts_of_a_region_by_shares():
    left, right = stage.BODY.columns(2)
    assert left.right == pytest.approx(right.left)
    assert (left.left, right.right) == (stage.BODY.left, pytest.approx(stage.BODY.right))
    assert left.centre[1] == pytest.approx(stage.BODY.centre[1])
    upper = stage.BODY.part(bottom=0.5)
    assert upper.bottom == pytest.approx(stage.BODY.centre[1])


def test_it_says_which_network_is_shown(trace):
    picture = ("train", 0)
    said = {
        "before training": [trace[0], trace.see(picture, at=0)],
        "step 3": [trace[3]],
        "after 1 step": [trace.see(picture, at=1)],
        f"after {trace.steps} steps": [trace.see(picture)],
        f"after {trace.steps} steps no biases": [trace.see(picture, biases=False)],
        "the whole run": [trace],
        "": [None],
    }
    for words, moments in said.items():
        for moment in moments:
            assert MomentBadge(moment).says == words
    (number,) = [part for part in MomentBadge(trace[3]) if isinstance(part, Number)]
    assert (number.quantity.source, number.quantity.step) == ("step", 3)
    badge = MomentBadge(trace[3])
    assert badge.get_left()[0] == pytest.approx(stage.MOMENT.left, abs=0.02)


def test_it_follows_the_beats(told, trace):
    seen = []

    def construct(self):
        with self.beat("first"):
            self.play(FadeIn(Square()))
            seen.append(self.badge.says)
        with self.beat("second", moment=trace.see(("train", 0))):
            self.hold(0.2)  # a badge does not jump: it waits for a movement
            seen.append(self.badge.says)
            self.play(FadeIn(Square()))
            seen.append(self.badge.says)
        with self.beat("third"):
            self.play(FadeIn(Square()))
            self.now_at(trace.see(("train", 0), at=2))
            seen.append(self.badge.says)
            self.play(FadeIn(Square()))
            seen.append(self.badge.says)
        assert [type(one).__name__ for one in self.mobjects].count("MomentBadge") == 1

    chapter = told(construct)
    after = f"after {trace.steps} steps"
    assert seen == ["before training", "before training", after, after, "after 2 steps"]
    assert {beat: badge.says for beat, badge in chapter.badges.items()} == {
        "first": "before training",
        "second": after,
        "third": "after 2 steps",
    }
