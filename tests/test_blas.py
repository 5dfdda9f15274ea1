"""What the bits of a training depend on: it is named, and one thread is one thread."""

import os
import platform
import subprocess
import sys

import pytest

from network import blas
from network.blas import UNKNOWN, blas_versions, one_thread

CODE = "from network.blas import blas_versions; print(blas_versions())"

has_openblas = pytest.mark.skipif(
    blas._openblas() is None, reason="numpy was built with a library that has no threads to set"
)


def threads() -> object:
    return blas_versions()["blas_threads"]


@pytest.fixture
def two_threads():
    before = blas._function("get_num_threads")()
    put = blas._function("set_num_threads", blas.ctypes.c_int, result=None)
    put(2)
    yield
    put(before)


@has_openblas
def test_one_thread_within_the_block_and_as_many_as_before_after_it(two_threads):
    with one_thread():
        assert threads() == 1
    assert threads() == 2
    with pytest.raises(ZeroDivisionError), one_thread():
        _ = 1 / 0
    assert threads() == 2


@has_openblas
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="kernels of x86-64")
@pytest.mark.parametrize("kernel", ["Nehalem", "Haswell"])
def test_the_kernel_that_was_asked_for_is_the_one_that_is_named(kernel):
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "2"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
    )
    assert f"'blas_kernel': '{kernel}', 'blas_threads': 2" in done.stdout


def test_a_library_that_tells_nothing_is_unknown_and_stops_nothing(monkeypatch):
    monkeypatch.setattr(blas, "_openblas", lambda: None)
    monkeypatch.setattr(blas.np, "show_config", lambda mode: {})
    assert blas_versions() == {"blas": UNKNOWN, "blas_kernel": UNKNOWN, "blas_threads": UNKNOWN}
    with one_thread():
        pass
