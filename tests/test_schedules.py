"""Learning rates over a run: where they begin and end, and that they never rise."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.errors import SettingsError
from network.schedules import SCHEDULES, learning_rate_at

# Share of the learning rate at the beginning, in the middle, and where training ends.
ENDS = {"constant": (1, 1, 1), "cosine": (1, 1 / 2, 0), "decay": (1, 1 / 5.5, 1 / 10)}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_beginning_middle_and_end(schedule: str) -> None:
    beginning, middle, end = ENDS[schedule]
    assert learning_rate_at(schedule, 0.2, 0, 1000) == 0.2 * beginning
    assert learning_rate_at(schedule, 0.2, 500, 1000) == pytest.approx(0.2 * middle)
    assert learning_rate_at(schedule, 0.2, 999, 1000) == pytest.approx(0.2 * end, abs=4e-4)
    assert learning_rate_at(schedule, 0.2, 1000, 1000) == pytest.approx(0.2 * end, abs=1e-15)


@given(st.integers(1, 500), st.floats(1e-6, 10))
def test_rates_are_positive_and_never_rise(steps: int, learning_rate: float) -> None:
    for schedule in SCHEDULES:
        rates = [learning_rate_at(schedule, learning_rate, step, steps) for step in range(steps)]
        assert rates[0] == learning_rate
        assert min(rates) > 0
        assert all(later <= earlier for earlier, later in pairwise(rates))
        if schedule == "constant":
            assert set(rates) == {learning_rate}
        else:
            assert len(set(rates)) == steps


def test_unknown_schedule_names_the_known() -> None:
    with pytest.raises(SettingsError, match=r"^unknown schedule 'linear': use .*cosine[^\n]*$"):
        learning_rate_at("linear", 0.1, 0, 10)
