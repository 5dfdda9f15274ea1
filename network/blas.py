"""On what the bits of a training depend beside the recipe: the library that multiplies matrices.

numpy's result of a product depends on the number of BLAS threads and on the kernel that its BLAS
chose for this processor. Training always uses one thread, whoever asks for it, and the trace names
library, kernel and threads.
"""

import contextlib
import ctypes
import functools
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

UNKNOWN = "unknown"


@functools.cache
def _openblas() -> ctypes.CDLL | None:
    """The OpenBLAS that came with numpy; None if numpy was built with another library."""
    package = Path(np.__file__).parent
    for folder in (package.with_name("numpy.libs"), package / ".dylibs", package / ".libs"):
        for file in sorted(folder.glob("*openblas*")):
            with contextlib.suppress(OSError):
                return ctypes.CDLL(str(file))
    return None


def _function(name: str, *argument_types: Any, result: Any = ctypes.c_int) -> Any:
    """A function of OpenBLAS, whatever its builder put around the name; None if it has none."""
    library = _openblas()
    for before, after in itertools.product(("scipy_", ""), ("64_", "")):
        function = getattr(library, f"{before}openblas_{name}{after}", None)
        if function is not None:
            function.argtypes, function.restype = argument_types, result
            return function
    return None


def blas_versions() -> dict[str, str | int]:
    """Library, kernel and threads now: ``{"blas": "scipy-openblas 0.3.30", ...}``."""
    about = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    kernel, threads = (
        _function("get_corename", result=ctypes.c_char_p),
        _function("get_num_threads"),
    )
    return {
        "blas": " ".join(filter(None, (about.get("name"), about.get("version")))) or UNKNOWN,
        "blas_kernel": kernel().decode() if kernel else UNKNOWN,
        "blas_threads": int(threads()) if threads else UNKNOWN,
    }


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Multiply in one thread within the block, where numpy's library lets itself be told.

    Products this small gain nothing from a second one, and on a busy machine threads that wait for
    each other take many times as long.
    """
    get, put = _function("get_num_threads"), _function("set_num_threads", ctypes.c_int, result=None)
    if get is None or put is None:
        yield
        return
    before = get()
    put(1)
    try:
        yield
    finally:
        put(before)
