"""Figures in a text keep their origin, whatever the text goes through."""

import copy

import pytest

from scenes.kit.ledger import Quantity
from scenes.kit.phrase import Phrase, figures_in, in_words, phrase, typed_in, with_article

SEVEN = Quantity("label", 7.0, 41, path="label")
MANY = Quantity("layer_size(trace, 0)", 15_680.0)


def test_a_phrase_is_a_string_that_knows_its_figures():
    made = phrase("neuron {} of {:,.0f}: {:+.2f}", SEVEN, MANY, Quantity("loss", -0.5, 3))
    assert made == "neuron 7 of 15,680: −0.50"
    assert isinstance(made, str)
    assert [(quantity.source, text) for quantity, text in made.figures] == [
        ("label", "7"),
        ("layer_size(trace, 0)", "15,680"),
        ("loss", "−0.50"),
    ]
    assert made.typed == "neuron □ of □: □"
    assert copy.deepcopy([made])[0] is made


def test_phrases_are_parts_of_others_and_strings_stay_typed():
    name = phrase("class {}", SEVEN)
    made = phrase("{}, not {}", name, "class 9")
    assert (made, made.typed) == ("class 7, not class 9", "class □, not class 9")
    assert made.figures == ((SEVEN, "7"),)
    for joined in ("np.eye(" + name + ")[0]", phrase("np.eye({})[0]", name)):
        assert joined == "np.eye(class 7)[0]"
        assert typed_in(joined) == "np.eye(class □)[0]"
        assert figures_in(joined) == name.figures


def test_a_figure_can_be_a_word_with_its_article():
    made = phrase("{:a} in {:word} places", Quantity("label", 8.0, 0), SEVEN)
    assert made == "an eight in seven places"
    assert [text for _, text in made.figures] == ["an eight", "seven"]
    said = with_article(in_words(phrase("{}", SEVEN))).capitalize()
    assert (said, typed_in(said)) == ("A seven", "A □")
    assert figures_in(said) == ((SEVEN, "seven"),)


def test_what_is_no_phrase_has_only_typed_figures():
    assert (figures_in("neuron 7"), typed_in("neuron 7")) == ((), "neuron 7")
    assert in_words("7") == "seven"
    assert not isinstance(in_words("7"), Phrase)
    # A part of a phrase may cut a figure.
    assert not isinstance(phrase("class {}", SEVEN)[:3], Phrase)


@pytest.mark.parametrize(
    ("template", "parts", "message"),
    [
        ("{} of {}", (SEVEN,), "does not go with 1"),
        ("{}", (SEVEN, MANY), "does not go with 2"),
        ("{label}", (SEVEN,), "does not go with"),
        ("{:word}", (MANY,), "no word"),
        ("{:.2f}", ("a text",), "takes no format"),
    ],
)
def test_parts_that_do_not_fit_are_refused(template, parts, message):
    with pytest.raises(ValueError, match=message):
        phrase(template, *parts)
