"""What holds for all tests."""

import os
import signal

from hypothesis import settings

# Threads of BLAS cost more than they gain on matrices this small, most of all when cores are
# shared: a short training run takes 1 s with one thread and up to 30 s with two. OpenBLAS reads
# this when numpy is first imported, which is after this file; commands that tests start inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long one example takes says more about the other processes than about the code.
settings.register_profile("glassnet", deadline=None)
settings.load_profile("glassnet")

# What runs in the background of a shell ignores Ctrl-C, and so does all that it starts. The tests
# of Ctrl-C hold there too.
signal.signal(signal.SIGINT, signal.default_int_handler)
