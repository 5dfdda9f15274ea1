"""Figures that agree as shown, and say so by themselves as soon as they stand on screen."""

import pytest
from kit_fakes import FakeTrace
from manim import RIGHT, UP, FadeIn, FadeOut, VGroup, tempconfig

from scenes.kit.account import Account
from scenes.kit.chapter import Chapter
from scenes.kit.equation import Equation, agree, equalities_of, equate
from scenes.kit.ledger import Quantity
from scenes.kit.number import Number
from scenes.kit.shown import fault_in
from scenes.kit.typeset import Formula


def numbers(*values: float, **look: bool) -> list[Number]:
    return [Number(Quantity(f"v{k}(trace)", value), **look) for k, value in enumerate(values)]


@pytest.mark.parametrize(
    ("relation", "values", "tried", "sign", "texts"),
    [
        ("a * b = c", (0.5, 0.5, 0.25), (2, 3), "=", ("0.50", "0.50", "0.25")),
        # With two decimals 0.41 × 0.21 would be 0.09, beside 0.08.
        ("-a * b = c", (-0.414, 0.2051, 0.08491), (2, 3), "=", ("−0.414", "0.205", "0.085")),
        ("a * b = c", (0.243, -1.707, -0.414), (3,), "≈", ("0.243", "−1.707", "≈−0.414")),
        ("a + b = c", (0.12884, 0.00411, 0.13295), (4, 5), "=", ("0.12884", "0.00411", "0.13295")),
        ("a + b = c", (0.1, 0.1, 0.25), (2, 3), "≈", ("0.10", "0.10", "≈0.25")),
    ],
)
def test_as_few_decimals_as_make_figures_agree(relation, values, tried, sign, texts):
    shown = numbers(*values)
    assert agree(relation, shown, decimals=tried) == sign
    assert tuple(number.text for number in shown) == texts
    (equality,) = equalities_of(shown[-1])
    assert equality.numbers == tuple(shown)
    if values[-1] != 0.25 or sign == "=":  # 0.1 + 0.1 is not even about 0.25
        assert fault_in(equality.relation, texts) is None


def test_what_has_to_be_seen_is_not_rounded_to_zero():
    shown = numbers(0.5, 0.00002, 0.50002)
    assert agree("a + b = c", shown, decimals=(4, 5, 6), seen="b") == "="
    assert shown[1].text == "0.00002"
    nothing = numbers(0.5, 0.0, 0.5)
    agree("a + b = c", nothing, decimals=(4, 5, 6), seen="b")
    assert nothing[1].text == "0.000000"


def test_several_cases_have_as_many_decimals():
    cases = numbers(0.5, 0.5, 0.25), numbers(0.414, 0.2051, 0.08491)
    assert agree("a * b = c", *cases, decimals=(2, 3)) == "="
    assert {len(number.text.partition(".")[2]) for case in cases for number in case} == {3}


def test_an_equation_has_its_signs_between_its_figures():
    equation = Equation("a * b = c", *numbers(0.5, 0.5, 0.25))
    parts = sorted([*equation.numbers, *equation.signs], key=lambda part: part.get_center()[0])
    assert [type(part).__name__ for part in parts] == ["Number", "Formula"] * 2 + ["Number"]
    assert [sign.source for sign in equation.signs] == ["times", "="]
    assert len({round(number.baseline, 6) for number in equation.numbers}) == 1
    rough = Equation("a * b = c", *numbers(0.243, -1.707, -0.414), decimals=(3,))
    assert [sign.source for sign in rough.signs] == ["times", "approx"]
    assert [number.text for number in rough.numbers] == ["0.243", "−1.707", "−0.414"]
    assert equalities_of(rough.numbers[-1])[0].relation == "a * b ≈ c"
    # Before a number that shows its sign there is no second one.
    signed = Equation("a + b = c", *numbers(0.5, 0.25, 0.75, sign=True))
    assert [sign.source for sign in signed.signs] == ["="]


def test_an_equation_is_spread_over_places():
    places = [k * 2 * RIGHT + UP for k in range(3)]
    equation = Equation("a * b = c", *numbers(0.5, 0.5, 0.25)).spread(places)
    for number, place in zip(equation.numbers, places, strict=True):
        assert number.get_center()[0] == pytest.approx(place[0])
    for sign, x in zip(equation.signs, (1, 3), strict=True):
        assert sign.get_center() == pytest.approx([x, 1, 0])


def test_an_account_chooses_its_decimals_and_may_have_formulas_for_names():
    lines = numbers(-0.414, 0.2051, 0.08491)
    names = ("blame", Formula("h"), "push")
    account = Account("neuron", *zip(names, lines, strict=True), relation="-a * b = c")
    assert [number.text for number in lines] == ["−0.414", "0.205", "0.085"]
    assert account.numbers[1].baseline == pytest.approx(names[1].baseline, abs=1e-6)
    assert len({round(number.point[0], 6) for number in lines}) == 1


def test_letters_and_figures_go_together_and_stand_still():
    a, b, c = numbers(1, 2, 3)
    with pytest.raises(ValueError, match="does not go with 2 figures"):
        equate(a, "a + b = c", a, b)
    b.set_between(1.5)
    with pytest.raises(ValueError, match="on its way"):
        agree("a + b = c", (a, b, c))


@pytest.fixture
def told(tmp_path):
    (tmp_path / "en.toml").write_text(
        "".join(f'[test_equation.{name}]\ntext = "Hm."\n' for name in ("one", "two")), "utf-8"
    )

    def tell(construct):
        class Told(Chapter):
            narration = tmp_path / "en.toml"

            def open_trace(self, settings):
                return FakeTrace(steps=100)

        Told.construct = construct
        quiet = {"dry_run": True, "disable_caching": True, "verbosity": "ERROR"}
        with tempconfig({**quiet, "media_dir": str(tmp_path), "quality": "low_quality"}):
            chapter = Told(skip_animations=True)
            chapter.render()
        return [(r.beat, r.relation, r.texts) for r in chapter.ledger.relations]

    return tell


def test_the_chapter_notes_what_agrees_when_all_of_it_is_shown(told):
    def construct(self):
        a, b, c = Equation("a + b = c", *numbers(0.5, 0.25, 0.75)).numbers
        with self.beat("one"):
            self.play(FadeIn(VGroup(a, b)))
            self.play(FadeIn(c))
            assert len(self.ledger.relations) == 1
            self.hold()
            self.play(FadeOut(a))
        with self.beat("two"):
            self.play(FadeIn(a))

    texts = ("0.50", "0.25", "0.75")
    assert told(construct) == [("one", "a + b = c", texts), ("two", "a + b = c", texts)]


def test_what_is_not_wholly_shown_is_not_noted(told):
    def construct(self):
        a, b, c = Equation("a + b = c", *numbers(0.5, 0.25, 0.75)).numbers
        with self.beat("one"):
            self.play(FadeIn(a.copy(), b.copy(), c.copy()))  # of the copies nobody said it
            self.add(a, c)
            self.add(b.set_opacity(0.5))
            self.hold()
            b.set_opacity(1).set_between(0.3)
            self.hold()

    assert told(construct) == []
