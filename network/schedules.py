"""Learning rates that change while training goes on: step -> share of the learning rate."""

import math
from collections.abc import Callable

from network.errors import SettingsError


def constant(step: int, steps: int) -> float:
    """The same rate all along."""
    return 1.0


def cosine(step: int, steps: int) -> float:
    """Half a cosine, from 1 down to 0 after the last step (Loshchilov and Hutter 2017, eq. 5)."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


def decay(step: int, steps: int) -> float:
    """1 / (1 + 9 t/T): big steps first, a tenth of the size at the end."""
    return 1 / (1 + 9 * step / steps)


SCHEDULES: dict[str, Callable[[int, int], float]] = {
    "constant": constant,
    "cosine": cosine,
    "decay": decay,
}


def learning_rate_at(schedule: str, learning_rate: float, step: int, steps: int) -> float:
    """The learning rate that `step` (0 to steps - 1) uses.

    Raises
    ------
    SettingsError
        If there is no such schedule.
    """
    if schedule not in SCHEDULES:
        raise SettingsError(f"unknown schedule {schedule!r}: use {', '.join(SCHEDULES)}")
    return learning_rate * SCHEDULES[schedule](step, steps)
