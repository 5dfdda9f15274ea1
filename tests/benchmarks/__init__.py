"""How fast and how small: ``make bench`` and ``make results`` run these, no test does."""

import os

# One thread for all: products this small gain nothing from a second, and on a busy machine threads
# that wait for each other take many times as long. Must be set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
