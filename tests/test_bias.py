"""What the chapter on the bias says must fit what the run did."""

import pytest

from scenes.bias import outcome


@pytest.mark.parametrize(
    ("read", "still", "variant"),
    [
        (0.93, 0.92, "text"),
        (0.93, 0.60, "much"),
        (0.93, 0.93, "same"),
        (0.93, 0.94, "fewer"),
        (0.20, 0.10, "unlearned"),
    ],
)
def test_words_for_what_biases_are_good_for(read, still, variant):
    assert outcome(read, still) == variant
