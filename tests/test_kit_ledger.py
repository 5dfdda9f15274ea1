"""The ledger: where figures come from, how they are written, what is kept of them."""

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit_fakes import FakeTrace, fake_step

from network.errors import PathError
from scenes.kit.ledger import Ledger, Quantity, written


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (-0.414, ".2f", "−0.41"),
        (-0.001, ".2f", "0.00"),
        (-0.001, "+.2f", "0.00"),
        (0.001, "+.2f", "0.00"),
        (0.005001, "+.2f", "+0.01"),
        (2.0, "+.1f", "+2.0"),
        (180000.0, ",.0f", "180,000"),
        (5.0, "d", "5"),
        (float("nan"), ".2f", "NaN"),
        (float("inf"), "+.2f", "+∞"),
        (float("-inf"), ".2f", "−∞"),
    ],
)
def test_values_are_written_for_people(value, spec, text):
    assert written(value, spec) == text


@given(st.floats(-1e6, 1e6), st.integers(0, 5))
def test_what_is_written_is_the_rounded_value(value, decimals):
    text = written(value, f"+.{decimals}f")
    assert "-" not in text
    assert float(text.replace("−", "-")) == round(value, decimals)


def test_a_recorded_quantity_is_the_value_at_its_path():
    step = fake_step(7)
    quantity = Quantity.recorded(step, "W2[3,1]")
    assert quantity == Quantity("W2[3,1]", float(step.W[2][3, 1]), 7)


def test_a_path_to_nothing_or_to_an_array_is_an_error():
    with pytest.raises(PathError, match="delta9"):
        Quantity.recorded(fake_step(0), "delta9[3]")
    with pytest.raises(PathError, match="10 numbers"):
        Quantity.recorded(fake_step(0), "delta2")


def share_of_steps(trace, count):
    return count / trace.steps


def test_a_derived_quantity_names_its_function_and_arguments():
    trace = FakeTrace(steps=100)
    assert Quantity.derived(share_of_steps, trace, 25) == Quantity(
        "share_of_steps(trace, 25)", 0.25
    )
    bound = Quantity.derived(partial(share_of_steps, count=50), trace)
    assert bound == Quantity("share_of_steps(trace, count=50)", 0.5)
    with pytest.raises(TypeError, match="name"):
        Quantity.derived(lambda trace: 0.93, trace)


def test_a_figure_is_kept_once_a_beat_until_its_text_changes():
    ledger = Ledger()
    quantity = Quantity("a2[5]", 0.594, 0)
    for beat, text in (("one", "0.59"), ("one", "0.59"), ("one", "0.594"), ("two", "0.59")):
        ledger.note(quantity, text, beat=beat, start=1.0, end=2.0, place="screen")
    assert [(r.beat, r.text) for r in ledger.readings] == [
        ("one", "0.59"),
        ("one", "0.594"),
        ("two", "0.59"),
    ]


def test_equal_values_of_other_paths_and_steps_are_figures_of_their_own():
    ledger = Ledger()
    origins = [("a2[5]", 0), ("a2[6]", 0), ("a2[5]", 1)]
    for source, step in origins:
        quantity = Quantity(source, 0.5, step)
        ledger.note(quantity, "0.50", beat="one", start=1.0, end=2.0, place="screen")
    assert [(reading.source, reading.step) for reading in ledger.readings] == origins


def test_a_value_that_is_not_finite_is_still_json():
    ledger = Ledger()
    nan = float("nan")
    ledger.note(Quantity("loss", nan, 3), "NaN", beat=None, start=0.12345, end=1.0, place="screen")
    ledger.note(Quantity("loss", nan, 3), "NaN", beat=None, start=0.5, end=2.0, place="screen")
    (row,) = [reading.as_json() for reading in ledger.readings]
    assert json.loads(json.dumps(row, allow_nan=False)) == {
        "beat": None,
        "time": 0.123,
        "end": 2.0,
        "place": "screen",
        "step": 3,
        "source": "loss",
        "module": None,
        "value": "nan",
        "text": "NaN",
    }


def test_a_figure_has_a_row_for_each_stretch_of_time_that_it_is_shown():
    ledger = Ledger()
    for start, end in ((1, 2), (2, 3), (2.5, 2.5), (4, 5), (5, 6)):
        quantity = Quantity("a2[5]", 0.594, 0)
        ledger.note(quantity, "0.59", beat="one", start=start, end=end, place="screen")
    assert [(row.time, row.end) for row in ledger.readings] == [(1, 3), (4, 6)]
