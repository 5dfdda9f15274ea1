"""How many processes this machine runs at once; by itself, for the doctor asks it too."""

from __future__ import annotations

import os


def count_cores() -> int:
    """How many processes can really run at once."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
