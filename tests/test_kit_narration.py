"""The words: templates filled from the step, time to say them, subtitles cut from them."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit_fakes import fake_step

from scenes.kit.ledger import Quantity
from scenes.kit.narration import (
    LINE_LENGTH,
    LINES,
    WORDS_PER_SECOND,
    Narration,
    NarrationError,
    in_words,
    seconds_to_say,
    subtitles,
    with_article,
)
from scenes.kit.phrase import with_the
from scenes.kit.shown import agrees


@pytest.fixture
def narration(tmp_path):
    def load(toml):
        path = tmp_path / "en.toml"
        path.write_text(toml, encoding="utf-8")
        return Narration.load(path, "backprop")

    return load


def test_figures_come_from_the_step_with_a_real_minus(narration):
    step = fake_step(0)
    told = narration(
        '[backprop.first]\ntext = """The {label:word}: off\n by {delta2[5]:+.1f}, {W2[0,1]}."""'
    ).tell("first", step)
    delta, weight = step.delta[2][5], step.W[2][0, 1]
    assert told.text == f"The five: off by {delta:+.1f}, {weight:.2f}.".replace("-", "−")
    assert "−" in told.text
    assert [(quantity.source, text) for quantity, text in told.figures] == [
        ("label", "five"),
        ("delta2[5]", f"{delta:+.1f}".replace("-", "−")),
        ("W2[0,1]", f"{weight:.2f}".replace("-", "−")),
    ]


def test_words_for_digits_take_their_article(narration):
    words = narration('[backprop.digit]\ntext = "{label:a}, {label:word}, {label:d}"')
    assert words.tell("digit", fake_step(0, label=8)).text == "an eight, eight, 8"
    assert words.tell("digit", fake_step(0, label=1)).text == "a one, one, 1"


def test_a_beat_can_bring_figures_and_choose_a_variant(narration):
    words = narration('[backprop.end]\ntext = "{right:.1f} %"\nnone = "{who} was not"')
    right = Quantity("accuracy(trace)", 93.26)
    told = words.tell("end", fake_step(0), {"right": right})
    assert told.text == "93.3 %"
    assert told.figures == ((right, "93.3"),)
    assert words.tell("end", fake_step(0), {"who": "Nobody"}, "none").text == "Nobody was not"


@pytest.mark.parametrize(
    ("toml", "beat", "message"),
    [
        ('[backprop.a]\ntext = "x"', "b", r"\[backprop.b\] is missing"),
        ("", "b", r"\[backprop.b\] is missing"),
        ('[backprop.a]\nother = "x"', "a", "has no 'text', only other"),
        ('[backprop.a]\ntext = "{nobody}"', "a", r"\{nobody\}"),
        ('[backprop.a]\ntext = "{delta2[99]:.2f}"', "a", r"\{delta2\[99\]:.2f\}"),
        ('[backprop.a]\ntext = "{loss:word}"', "a", "has no word"),
        ('[backprop.a]\ntext = "{loss:qq}"', "a", r"\{loss:qq\}"),
        ('[backprop.a]\ntext = "{loss"', "a", r"\[backprop.a\] text: "),
        (
            '[backprop.a]\ntext = "{who:.2f}"',
            "a",
            r"a\]: \{who:.2f\}: .* no format",
        ),
        ('[backprop.a]\ntext = "{who:word}"', "a", "it is a text, which takes no format"),
        ("[backprop.a]\ntext = 3", "a", "must be a text"),
        ('[backprop]\na = "x"', "a", "must hold a table"),
        ("[backprop", "a", "Expected"),
    ],
)
def test_faults_are_one_line_that_names_the_file(narration, toml, beat, message):
    with pytest.raises(NarrationError, match=message) as caught:
        narration(toml).tell(beat, fake_step(0), {"who": "Nobody"})
    assert "en.toml: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(NarrationError, match="No such file"):
        Narration.load(tmp_path / "de.toml", "backprop")


def test_time_is_that_of_speech():
    assert seconds_to_say("one two three") == pytest.approx(3 / 2.6)
    assert seconds_to_say("off by −0.41.") == pytest.approx((2 + 5) / 2.6)
    assert seconds_to_say("180,000 steps") == pytest.approx((5 + 1) / 2.6)
    assert seconds_to_say("") == 0


@given(
    st.lists(
        st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=30),
        min_size=1,
        max_size=60,
    ),
    st.integers(0, 1000),
    st.integers(60, 900),
)
def test_subtitles_keep_every_word_and_fit(words, start, length):
    text = " ".join(words)
    cut = subtitles(text, start / 15, (start + length) / 15, 15)
    # Words longer than a line may be broken, so letters are what is compared.
    assert re.sub(r"\s", "", "".join(s.text for s in cut)) == re.sub(r"\s", "", text)
    for subtitle in cut:
        lines = subtitle.text.split("\n")
        assert len(lines) <= LINES
        assert all(0 < len(line) <= LINE_LENGTH for line in lines)
    assert cut[0].start == start / 15
    assert cut[-1].end == (start + length) / 15
    for one, following in pairwise(cut):
        assert one.end == following.start
    for subtitle in cut:
        assert subtitle.end * 15 == pytest.approx(round(subtitle.end * 15))


def test_subtitles_end_with_the_sentence_where_they_can():
    text = "It is off by −0.41. Each of the other outputs should have been zero, and none truly is."
    assert [s.text for s in subtitles(text, 0, 7, 15)] == [
        "It is off by −0.41.",
        "Each of the other outputs should\nhave been zero, and none truly is.",
    ]
    assert [s.text for s in subtitles("Wrong. It learns.", 0, 2, 15)] == ["Wrong. It learns."]


def test_a_long_sentence_is_cut_evenly():
    first, second = subtitles("twelve words " * 8, 0, 5, 15)
    assert abs(len(first.text) - len(second.text)) < 15


def test_a_subtitle_stays_for_its_share_of_the_words():
    first, second = subtitles("one two three four. " + "seventeen " * 7 + "eighteen.", 2, 7, 60)
    assert first.text == "one two three four."
    assert (first.start, first.end) == (2, pytest.approx(2 + 5 * 4 / 12))
    assert (second.start, second.end) == (first.end, pytest.approx(7))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("5", "a five"),
        ("8", "an eight"),
        ("1", "a one"),
        ("Ankle boot", "an ankle boot"),
        ("Bag", "a bag"),
        ("class 7", "class 7"),
        ("class 11", "class 11"),
        ("class act", "a class act"),
    ],
)
def test_classes_in_a_sentence(name, said):
    assert with_article(in_words(name)) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [("5", "the five"), ("Ankle boot", "the ankle boot"), ("class 7", "class 7")],
)
def test_classes_that_were_named_before(name, said):
    assert with_the(in_words(name)) == said


def test_numerals_at_the_beginning_of_a_sentence(narration):
    words = narration('[backprop.a]\ntext = "{count:Word} outputs, {count:word} scores."')
    ten = Quantity("layer_size(trace, 2)", 10.0)
    told = words.tell("a", fake_step(0), {"count": ten})
    assert told.text == "Ten outputs, ten scores."
    assert [agrees(text, 10.0) for _, text in told.figures] == [True, True]
    assert not agrees("Eleven", 10.0)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("It is {label:zzz}.", r"\{label:zzz\}: a format is Python's, as \+\.2f, or word, or a"),
        ("It is {label!r}.", r"\{label!r\}: there is no !r in these words"),
        ("It is {label.", "expected '}' before end of string"),
        ("It is label}.", "Single '}' encountered"),
    ],
)
def test_a_format_that_there_is_not_is_found_before_anything_is_told(tmp_path, template, message):
    words = tmp_path / "words.toml"
    words.write_text("[once.one]\ntext = 'Fine {label:d}, {label:word}, {label}.'\n")
    Narration.load(words, "once")
    words.write_text(f'[once.one]\ntext = "{template}"\n')
    with pytest.raises(NarrationError, match=rf"\[once\.one\] text: .*{message}"):
        Narration.load(words, "once")


# Cues


def test_a_cue_is_not_said_and_tells_when_its_word_is(tmp_path):
    words = tmp_path / "en.toml"
    words.write_text('[c.b]\ntext = "One two {>fall} three {label:word}. {>end}Four."\n')
    told = Narration.load(words, "c").tell("b", fake_step(0, label=5))
    assert told.text == "One two three five. Four."
    assert told.cues == {
        "fall": pytest.approx(2 / WORDS_PER_SECOND),
        "end": pytest.approx(4 / WORDS_PER_SECOND),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("One {>} two.", "a cue is named as in"),
        ("One {>Fall} two.", "a cue is named as in"),
        ("One {>fall} two {>fall} three.", "stands there twice"),
    ],
)
def test_a_cue_that_cannot_be_is_refused(tmp_path, text, message):
    words = tmp_path / "en.toml"
    words.write_text(f'[c.b]\ntext = "{text}"\n')
    with pytest.raises(NarrationError, match=message):
        Narration.load(words, "c")
