"""Data sets: reading IDX, checking hashes, fetching. The only server is on 127.0.0.1."""

import errno
import gzip
import hashlib
import http.server
import io
import math
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from network import datasets, idx
from network import download as download_module
from network.classes import numbered
from network.datasets import (
    DATASETS,
    FILES,
    Dataset,
    Spec,
    Split,
    data_folder,
    load,
    one_hot,
    read_idx,
    split_validation,
    write_idx,
)
from network.download import download
from network.errors import DatasetError, SettingsError, TraceError
from network.recipes import RECIPES
from network.report import describe_dataset
from network.trace import Trace
from network.training import train
from tests.small_runs import write_dataset

REPOSITORY = Path(__file__).parents[1]
Array = NDArray[np.uint8]


def pack(array: Array, magic: bytes = b"\0\0\x08") -> bytes:
    """An IDX file by hand, so that write_idx is not judged by itself."""
    sizes = b"".join(struct.pack(">I", size) for size in array.shape)
    return magic + bytes([array.ndim]) + sizes + array.tobytes()


def make_arrays(seed: int = 0) -> tuple[Array, Array, Array, Array]:
    generator = np.random.default_rng(seed)
    return (
        generator.integers(0, 256, (20, 5, 4), np.uint8),
        generator.integers(0, 10, 20, np.uint8),
        generator.integers(0, 256, (6, 5, 4), np.uint8),
        generator.integers(0, 10, 6, np.uint8),
    )


ARRAYS = make_arrays()
PACKED = dict(zip(FILES, map(pack, ARRAYS), strict=True))


def fill(folder: Path, packed: dict[str, bytes] = PACKED, compress: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in packed.items():
        if compress:
            (folder / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))
        else:
            (folder / name).write_bytes(data)
    return folder


def get_fault(call: Callable[[], object], kind: type[Exception] = DatasetError) -> str:
    """The message of the one error that `call` must raise: one line."""
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    return message


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without network, apart from 127.0.0.1; no proxy either."""
    real = socket.getaddrinfo

    def only_local(host: Any, *rest: Any, **options: Any) -> Any:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", only_local)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("GLASSNET_DATA", raising=False)


# ---------------------------------------------------------------------- MNIST as committed


def test_mnist_is_here_and_is_the_published_one() -> None:
    mnist = load("mnist", download=False)
    assert mnist.train.pixels.shape == (60_000, 28, 28)
    assert mnist.test.pixels.shape == (10_000, 28, 28)
    assert mnist.train.pixels.dtype == mnist.train.labels.dtype == np.uint8
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(mnist.train.labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert mnist.train.pixels.max() == 255
    assert mnist.classes == tuple("0123456789")
    assert mnist.origin == str(REPOSITORY / "data" / "mnist")


def test_the_hashes_are_of_the_committed_files() -> None:
    """By another road than the reader's: unpack, hash."""
    for name, digest in zip(FILES, DATASETS["mnist"].sha256, strict=True):
        data = gzip.decompress((REPOSITORY / "data" / "mnist" / f"{name}.gz").read_bytes())
        assert hashlib.sha256(data).hexdigest() == digest


def test_the_hash_of_a_known_set_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = hashlib.sha256("".join(DATASETS["mnist"].sha256).encode()).hexdigest()
    monkeypatch.setattr(datasets, "read_hashed", None)
    mnist = load("mnist")
    assert mnist.sha256 == expected
    assert mnist.classes[3] == "3"


def test_only_what_is_asked_for_is_read_and_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[str] = []
    real = idx.read_hashed

    def spy(path: Path, **options: Any) -> Any:
        seen.append(path.name)
        return real(path, **options)

    monkeypatch.setattr(datasets, "read_hashed", spy)
    mnist = load("mnist")
    assert mnist.train is mnist.train
    assert seen == ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]
    seen.clear()
    assert len(load("mnist").test) == 10_000
    assert seen == ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]
    seen.clear()
    mine = load(fill(tmp_path))
    assert (mine.sha256, mine.classes, mine.train, mine.test) == (
        mine.sha256,
        mine.classes,
        mine.train,
        mine.test,
    )
    assert seen == [f"{name}.gz" for name in FILES]


def test_both_known_sets_are_named_and_hashed_apart() -> None:
    assert list(DATASETS) == ["mnist", "fashion-mnist"]
    hashes = [digest for spec in DATASETS.values() for digest in spec.sha256]
    assert len(set(hashes)) == 8
    assert all(len(digest) == 64 and int(digest, 16) for digest in hashes)
    fashion = DATASETS["fashion-mnist"]
    assert fashion.classes[0] == "T-shirt/top"
    assert fashion.classes[9] == "Ankle boot"
    assert len(fashion.mirrors) >= 2
    assert all(mirror.startswith("https://") for mirror in fashion.mirrors)


def test_readme_tells_every_hash_and_licence() -> None:
    text = (REPOSITORY / "data" / "README.md").read_text("utf-8")
    for spec in DATASETS.values():
        for name, digest in zip(FILES, spec.sha256, strict=True):
            assert f"{digest}  {name}" in text
        set_digest = hashlib.sha256("".join(spec.sha256).encode()).hexdigest()
        assert set_digest in text
    for words in ("CC BY-SA 3.0", "MIT", "LeCun", "Zalando", "traces/"):
        assert words in text


# ------------------------------------------------------------------------------- splits


def test_images_are_pixels_over_255_to_the_bit() -> None:
    split = Split(*ARRAYS[:2])
    assert split.images.shape == (20, 20)
    assert split.images.dtype == np.float32
    assert np.array_equal(
        split.images, ARRAYS[0].reshape(20, 20).astype(np.float32) / np.float32(255)
    )
    for index in range(len(split)):
        assert split.image(index).tobytes() == split.images[index].tobytes()
    every = Split(np.arange(256, dtype=np.uint8).reshape(1, 16, 16), np.zeros(1, np.uint8))
    assert every.images[0, 0] == 0
    assert every.images[0, 255] == 1


def test_one_image_does_not_convert_all() -> None:
    split = Split(*ARRAYS[:2])
    split.image(3)
    assert "images" not in vars(split)


def test_arrays_are_read_only(tmp_path: Path) -> None:
    train = load(fill(tmp_path)).train
    for array in (train.pixels, train.labels, train.images, train.image(0)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        read_idx(tmp_path / f"{FILES[0]}.gz")[0] = 1
    mine = np.zeros((1, 2, 2), np.uint8)
    split = Split(mine, np.zeros(1, np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        split.pixels[0] = 1
    mine[0] = 1  # the caller's own array stays the caller's


def test_a_split_that_cannot_be_is_refused() -> None:
    pixels, labels = ARRAYS[:2]
    assert "19 labels" in get_fault(lambda: Split(pixels, labels[:19]))
    assert "float64" in get_fault(lambda: Split(pixels.astype(float), labels))
    assert "3 dimensions" in get_fault(lambda: Split(pixels[0], labels))


def test_validation_holds_out_the_last() -> None:
    split = Split(*ARRAYS[:2])
    rest, held = split_validation(split, 6)
    assert (len(rest), len(held)) == (14, 6)
    assert np.array_equal(rest.labels, ARRAYS[1][:14])
    assert np.array_equal(held.pixels, ARRAYS[0][14:])
    assert len(split_validation(split, 0)[0]) == 20
    for n in (-1, 20, 21):
        assert str(n) in get_fault(lambda n=n: split_validation(split, n), SettingsError)  # type: ignore[misc]


def test_one_hot_by_hand() -> None:
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    y = one_hot(ARRAYS[1])
    assert y.dtype == np.float32
    assert y.shape == (20, 10)
    assert np.array_equal(y.argmax(axis=1), ARRAYS[1])
    assert np.array_equal(y.sum(axis=1), np.ones(20))


def test_one_hot_refuses_what_is_no_label() -> None:
    assert "label 10 at index 1" in get_fault(lambda: one_hot([3, 10]))
    assert "label -1 at index 0" in get_fault(lambda: one_hot([-1]))
    assert "0 … 2" in get_fault(lambda: one_hot([3], 3))
    assert "float64" in get_fault(lambda: one_hot([0.5]))
    get_fault(lambda: one_hot([0], 0), SettingsError)


# ---------------------------------------------------------------------- names and folders


def test_names_and_aliases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = fill(tmp_path / "here")
    spec = replace(DATASETS["fashion-mnist"], elsewhere=(place,))
    monkeypatch.setattr(datasets, "DATASETS", {**DATASETS, "fashion-mnist": spec})
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "none"))
    for name in ("fashion-mnist", "fashion", "Fashion_MNIST", " fashion mnist "):
        assert load(name).name == "fashion-mnist"
        assert load(name).origin == str(place)


def test_unknown_names_are_told_what_is_known(tmp_path: Path) -> None:
    message = get_fault(lambda: load("mnits"), SettingsError)
    assert "did you mean 'mnist'?" in message
    assert "fashion-mnist" in message
    assert "folder" in message
    assert "did you mean 'fashion-mnist'" in get_fault(lambda: load("fashin"), SettingsError)
    for odd in ("", "a\0b", "two\nlines", "x" * 5000, "\udcff", tmp_path / "none"):
        get_fault(lambda odd=odd: load(odd), SettingsError)  # type: ignore[misc]
    (tmp_path / "file").touch()
    assert "is a file" in get_fault(lambda: load(tmp_path / "file"), SettingsError)


def test_data_folder_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert data_folder() == REPOSITORY / "data"
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    # The committed MNIST is found all the same, unless that folder has a MNIST of its own.
    assert load("mnist").origin == str(REPOSITORY / "data" / "mnist")
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / f"{FILES[0]}.gz").write_bytes(b"x")
    message = get_fault(lambda: load("mnist"))
    assert str(tmp_path / "mnist") in message
    monkeypatch.setenv("GLASSNET_DATA", "")
    assert data_folder() == REPOSITORY / "data"


@pytest.mark.parametrize("compress", [False, True])
def test_a_folder_of_idx_files(tmp_path: Path, compress: bool) -> None:
    mine = load(fill(tmp_path, compress=compress))
    for array, expected in zip(
        (mine.train.pixels, mine.train.labels, mine.test.pixels, mine.test.labels),
        ARRAYS,
        strict=True,
    ):
        assert np.array_equal(array, expected)
    digests = [hashlib.sha256(data).hexdigest() for data in PACKED.values()]
    assert mine.sha256 == hashlib.sha256("".join(digests).encode()).hexdigest()
    assert mine.classes == numbered(10)
    assert load(mine.name).sha256 == mine.sha256
    assert Path(mine.name).is_absolute()


def test_a_relative_folder_is_found_again_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    mine = load("mine")
    monkeypatch.chdir("/")
    assert len(load(mine.name).train) == len(mine.train) == 20


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("-idx", ".idx"),
        lambda name: name.replace("-idx", ".idx") + ".gz",
        lambda name: name.replace("t10k", "test"),
        lambda name: name + ".gz",  # not gzipped, for all its name: the content decides
    ],
)
def test_the_usual_names(tmp_path: Path, rename: Callable[[str], str]) -> None:
    fill(tmp_path, {rename(name): data for name, data in PACKED.items()}, compress=False)
    assert np.array_equal(load(tmp_path).test.pixels, ARRAYS[2])


def test_gzip_under_a_plain_name_and_files_wrapped_in_folders(tmp_path: Path) -> None:
    """One widespread archive of MNIST unpacks to ``x.idx3-ubyte`` and a folder ``x-idx3-ubyte``."""
    for name, data in PACKED.items():
        (tmp_path / name).mkdir()
        (tmp_path / name.replace("-idx", ".idx")).write_bytes(gzip.compress(data))
    assert np.array_equal(load(tmp_path).train.labels, ARRAYS[1])


def test_at_least_ten_classes(tmp_path: Path) -> None:
    few = load(
        fill(tmp_path, {**PACKED, FILES[1]: pack(ARRAYS[1] // 2), FILES[3]: pack(ARRAYS[3] // 2)})
    )
    assert few.classes == numbered(10)
    labels = ARRAYS[3].copy()
    labels[2] = 25
    mine = load(fill(tmp_path, {**PACKED, FILES[3]: pack(labels)}))
    assert mine.classes == numbered(26)
    assert "label 25 at index 2" in get_fault(lambda: one_hot(mine.test.labels))


def test_a_known_set_in_any_folder_keeps_its_class_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = [hashlib.sha256(data).hexdigest() for data in PACKED.values()]
    spec = replace(
        DATASETS["mnist"],
        name="pets",
        sha256=(digests[0], digests[1], digests[2], digests[3]),
        classes=tuple("abcdefghij"),
    )
    monkeypatch.setattr(datasets, "DATASETS", {"pets": spec})
    assert load(fill(tmp_path)).classes == tuple("abcdefghij")


# --------------------------------------------------------------------- what can be wrong


def spoil_and_load(folder: Path, name: str, data: bytes) -> str:
    """The fault of a folder whose file `name` holds `data`."""
    fill(folder, {**PACKED, name: data}, compress=False)
    mine = load(folder)
    message = get_fault(lambda: (mine.train, mine.test))
    assert str(folder / name) in message
    return message


IMAGES, LABELS = PACKED[FILES[0]], PACKED[FILES[1]]
GZIPPED = gzip.compress(IMAGES, mtime=0)


@pytest.mark.parametrize(
    ("number", "data", "fault"),
    [
        (0, b"", "is empty"),
        (0, gzip.compress(b""), "not an IDX file"),
        (0, b"\0\0", "not an IDX file"),
        (0, b"<!DOCTYPE html>", "not an IDX file"),
        (0, pack(ARRAYS[0], b"\0\1\x08"), "not an IDX file"),
        (0, pack(ARRAYS[0], b"\0\0\x0d"), "32-bit floats"),
        (0, pack(ARRAYS[0], b"\0\0\x0a"), "not an IDX file"),
        (0, IMAGES[:13], "cut off within its header"),
        (0, IMAGES[:-1], "cut off"),
        (0, gzip.compress(IMAGES[:-1]), "has 399 of 400 bytes"),
        (0, IMAGES + b"\0", "more bytes"),
        (0, gzip.compress(IMAGES + b"\0"), "more bytes"),
        (0, GZIPPED[:-1], "gzip stream is damaged"),
        (0, GZIPPED[:-9], "gzip stream is damaged"),
        (0, GZIPPED[:5], "gzip stream is damaged"),
        (0, GZIPPED[:-6] + bytes([GZIPPED[-6] ^ 1]) + GZIPPED[-5:], "gzip stream is damaged"),
        (0, GZIPPED + b"rubbish", "gzip stream is damaged"),
        (0, LABELS, "holds labels (1 dimension), where images (3 dimensions) belong"),
        (1, IMAGES, "holds images (3 dimensions), where labels (1 dimension) belong"),
        (0, pack(ARRAYS[0][:, :, 0]), "data of 2 dimensions"),
        (0, b"\0\0\x08\0", "data of 0 dimensions"),
        (0, pack(ARRAYS[0][:0]), "holds no data"),
        (1, pack(ARRAYS[1][:19]), "19 labels for the 20 images"),
        (0, pack(ARRAYS[0][:18]), None),
        (2, pack(ARRAYS[2][:, :4]), "4 × 4 pixels, but those to learn from have 5 × 4"),
    ],
)
def test_every_wrong_file_is_one_clear_line(
    tmp_path: Path, number: int, data: bytes, fault: str | None
) -> None:
    if fault is None:  # which of the two has the wrong number nobody can know; the labels are named
        fill(tmp_path, {**PACKED, FILES[number]: data}, compress=False)
        message = get_fault(lambda: load(tmp_path).train)
        assert FILES[0] in message
        assert FILES[1] in message
    else:
        assert fault in spoil_and_load(tmp_path, FILES[number], data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / f"{FILES[3]}.gz").unlink()
    message = get_fault(lambda: load(tmp_path))
    assert str(tmp_path) in message
    assert FILES[3] in message
    assert "no such file" in get_fault(lambda: read_idx(tmp_path / "none"))


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    assert "is a folder" in get_fault(lambda: read_idx(tmp_path))
    (tmp_path / "loop").symlink_to("loop")
    assert "cannot be read" in get_fault(lambda: read_idx(tmp_path / "loop"))
    assert "cannot be read" in get_fault(lambda: read_idx("a\0b\nc"))
    os.mkfifo(tmp_path / "pipe")
    assert "not a plain file" in get_fault(lambda: read_idx(tmp_path / "pipe"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a stand-in, since permissions do not stop root."""
    fill(tmp_path)

    def refuse(*rest: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(idx, "open", refuse, raising=False)
    assert "Permission denied" in get_fault(lambda: load(tmp_path).train)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(
    "shape", [(2**32 - 1,) * 3, (60_000, 28, 28), (2**20, 2**10, 1), (1,) * 200]
)
def test_absurd_sizes_cost_no_memory(
    tmp_path: Path, shape: tuple[int, ...], compress: bool
) -> None:
    data = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    data += bytes(min(math.prod(shape), 40))
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(data) if compress else data)
    tracemalloc.start()
    try:
        get_fault(lambda: read_idx(path))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(IMAGES + bytes(1 << 25), 1))
    tracemalloc.start()
    try:
        assert "more bytes" in get_fault(lambda: read_idx(path))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def mutate(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` with a few bytes flipped, cut out, put in or appended."""
    result = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        # Most faults sit in the header, so half of the hits go there.
        where = draw(st.integers(0, 24) | st.integers(0, max(0, len(result) - 1)))
        where = min(where, max(0, len(result) - 1))
        kind = draw(st.sampled_from(["flip", "set", "cut", "drop", "insert", "append"]))
        if kind == "flip" and result:
            result[where] ^= 1 << draw(st.integers(0, 7))
        elif kind == "set" and result:
            result[where] = draw(st.sampled_from([0, 1, 3, 8, 0x1F, 0x8B, 0xFF]))
        elif kind == "cut":
            del result[where:]
        elif kind == "drop":
            del result[where : where + draw(st.integers(1, 8))]
        elif kind == "insert":
            result[where:where] = draw(st.binary(min_size=1, max_size=8))
        else:
            result += draw(st.binary(min_size=1, max_size=20))
    return bytes(result)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[int, bool, bytes]:
    number = draw(st.integers(0, 3))
    compress = draw(st.booleans())
    data = PACKED[FILES[number]]
    if not compress:
        return number, compress, mutate(draw, data)
    if draw(st.booleans()):  # damage within an undamaged gzip stream gets past its checksum
        return number, compress, gzip.compress(mutate(draw, data), mtime=0)
    return number, compress, mutate(draw, gzip.compress(data, mtime=0))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


@given(case=damaged())
@settings(max_examples=600, deadline=None)
def test_damage_is_harmless_or_one_clear_line(fuzzed: Path, case: tuple[int, bool, bytes]) -> None:
    number, _, data = case
    fill(fuzzed, {**PACKED, FILES[number]: data}, compress=False)
    try:
        mine = load(fuzzed)
        arrays = (mine.train.pixels, mine.train.labels, mine.test.pixels, mine.test.labels)
        assert len(mine.classes) >= 10
        assert len(mine.sha256) == 64
    except DatasetError as error:
        fault = str(error)
    else:
        fault = str(fuzzed)
        for array, expected in zip(arrays, ARRAYS, strict=True):
            assert array.dtype == np.uint8
            assert array.shape == expected.shape
    assert str(fuzzed) in fault
    assert fault.isprintable()


@given(case=damaged())
@settings(max_examples=300, deadline=None)
def test_damage_to_a_known_set_never_gets_through(
    fuzzed: Path, case: tuple[int, bool, bytes]
) -> None:
    number, _, data = case
    path = fuzzed / "one"
    path.write_bytes(data)
    try:
        array, _ = datasets._read_known(path, TINY, number)
    except DatasetError:
        return
    assert np.array_equal(array, ARRAYS[number])


@given(data=st.binary(max_size=200) | st.binary(max_size=200).map(lambda x: b"\0\0\x08" + x))
@settings(max_examples=300, deadline=None)
def test_any_bytes_at_all(fuzzed: Path, data: bytes) -> None:
    path = fuzzed / "any"
    path.write_bytes(data)
    try:
        array = read_idx(path)
    except DatasetError:
        return
    assert pack(array) == data


@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    compress=st.booleans(),
    seed=st.integers(0, 100),
)
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read(fuzzed: Path, shape: list[int], compress: bool, seed: int) -> None:
    array = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    path = fuzzed / "written"
    write_idx(path, array, compress=compress)
    written = path.read_bytes()
    assert (gzip.decompress(written) if compress else written) == pack(array)
    assert np.array_equal(read_idx(path), array)


def test_writing_compresses_by_name_and_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    write_idx(tmp_path / "x.gz", ARRAYS[1])
    first = (tmp_path / "x.gz").read_bytes()
    assert first[:2] == b"\x1f\x8b"
    assert "int64" in get_fault(lambda: write_idx(tmp_path / "y", np.arange(3)))  # type: ignore[arg-type]
    assert "cannot hold" in get_fault(lambda: write_idx(tmp_path / "y", ARRAYS[1][:0]))
    assert "cannot be written" in get_fault(lambda: write_idx(tmp_path / "none" / "y", ARRAYS[1]))
    assert [path.name for path in tmp_path.iterdir()] == ["x.gz"]


# ------------------------------------------------------------------------------ fetching


def make_spec(*mirrors: str, packed: dict[str, bytes] = PACKED) -> Spec:
    digests = [hashlib.sha256(packed[name]).hexdigest() for name in FILES]
    return Spec(
        name="tiny",
        title="Tiny",
        classes=tuple("0123456789"),
        sha256=(digests[0], digests[1], digests[2], digests[3]),
        credit="nobody",
        page="https://example.org/tiny",
        mirrors=mirrors,
        counts=(20, 6),
        size=(5, 4),
    )


TINY = make_spec()
ZIPPED = {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in PACKED.items()}
FIRST = f"{FILES[0]}.gz"


@dataclass
class Server:
    """A publisher on 127.0.0.1; the first folder of the address says how it behaves."""

    address: str = ""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    def get_mirror(self, manner: str) -> str:
        return f"{self.address}/{manner}"

    def get_requests(self, name: str) -> list[tuple[str, str | None]]:
        """(manner, Range) of each request for `name`."""
        return [(manner, asked) for manner, file, asked in self.requests if file == name]


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *rest: Any) -> None:
            pass

        def do_GET(self) -> None:
            manner, name = self.path.strip("/").split("/")
            asked = self.headers["Range"]
            state.requests.append((manner, name, asked))
            times = len(state.get_requests(name))
            data = ZIPPED[name]
            if manner == "wrong":
                data = gzip.compress(pack(make_arrays(seed=1)[FILES.index(name[:-3])]))
            elif manner == "page":
                data = b"<html>please log in</html>"
            elif manner == "missing":
                self.send_error(404)
                return
            elif manner == "silent":
                time.sleep(1)
                return
            elif manner == "slow":
                time.sleep(0.2)
            start = 0
            if asked and manner != "no-range":
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(data):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            else:
                self.send_response(200)
            if manner == "endless":
                self.end_headers()
                try:
                    for _ in range(100):
                        self.wfile.write(bytes(1 << 16))
                except OSError:  # the client has hung up, as it should
                    state.requests.append(("hung up", name, None))
                return
            data = data[start:]
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            breaks = manner == "always-breaks" or (manner in ("breaks", "no-range") and times == 1)
            self.wfile.write(data[: len(data) // 2] if breaks else data)

    publisher = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=publisher.serve_forever, args=(0.01,))
    thread.start()
    state.address = f"http://127.0.0.1:{publisher.server_address[1]}"
    yield state
    publisher.shutdown()
    thread.join()
    publisher.server_close()


Offer = Callable[..., Path]


@pytest.fixture
def offer(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Make "tiny" a known set with these mirrors, not here yet; gives the folder it goes to."""

    def set_mirrors(*manners: str, elsewhere: tuple[Path, ...] = ()) -> Path:
        spec = make_spec(*(server.get_mirror(manner) for manner in manners))
        spec = replace(spec, elsewhere=elsewhere)
        monkeypatch.setattr(datasets, "DATASETS", {**DATASETS, "tiny": spec})
        monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "data"))
        return tmp_path / "data" / "tiny"

    return set_mirrors


def assert_whole(folder: Path) -> None:
    """All four files, to the bit, and nothing else."""
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == ZIPPED


def test_fetched_once_then_kept(
    offer: Offer, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = offer("good")
    tiny = load("tiny")
    assert_whole(folder)
    assert np.array_equal(tiny.train.pixels, ARRAYS[0])
    assert np.array_equal(tiny.test.labels, ARRAYS[3])
    assert tiny.origin == str(folder)
    bar = capsys.readouterr().err
    assert FIRST in bar
    assert "100%" in bar
    load("tiny")
    assert len(server.requests) == 4


def test_quiet_is_quiet(offer: Offer, capsys: pytest.CaptureFixture[str]) -> None:
    assert_whole_after = offer("good")
    load("tiny", quiet=True)
    assert_whole(assert_whole_after)
    assert capsys.readouterr() == ("", "")


def test_a_set_that_is_elsewhere_is_not_fetched(
    offer: Offer, server: Server, tmp_path: Path
) -> None:
    place = fill(tmp_path / "system")
    folder = offer("good", elsewhere=(tmp_path / "none", place))
    assert load("tiny").origin == str(place)
    assert server.requests == []
    fill(folder)
    assert load("tiny").origin == str(folder)  # one's own comes first


def test_only_what_is_missing_is_fetched(offer: Offer, server: Server) -> None:
    folder = offer("good")
    fill(folder)
    (folder / FIRST).unlink()
    (folder / f"{FILES[2]}.gz").rename(folder / FILES[2])  # by another of its names
    load("tiny", quiet=True)
    (folder / FILES[2]).rename(folder / f"{FILES[2]}.gz")
    assert_whole(folder)
    assert [name for _, name, _ in server.requests] == [FIRST]


@pytest.mark.parametrize("bad", ["missing", "wrong", "page", "always-breaks", "endless"])
def test_the_second_mirror_helps_out(offer: Offer, server: Server, bad: str) -> None:
    folder = offer(bad, "good")
    load("tiny", quiet=True)
    assert_whole(folder)
    assert {"good", bad} <= {manner for manner, _, _ in server.requests}


def test_a_mirror_that_is_not_there(offer: Offer, server: Server) -> None:
    folder = offer("good")
    spec = datasets.DATASETS["tiny"]
    with socket.socket() as unused:  # bound but not listening: refuses
        unused.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{unused.getsockname()[1]}/x"
        object.__setattr__(spec, "mirrors", ("https://nowhere.invalid/", refusing, *spec.mirrors))
        load("tiny", quiet=True)
    assert_whole(folder)


def test_a_broken_download_is_resumed(offer: Offer, server: Server) -> None:
    folder = offer("breaks")
    load("tiny", quiet=True)
    assert_whole(folder)
    half = len(ZIPPED[FIRST]) // 2
    assert server.get_requests(FIRST) == [("breaks", None), ("breaks", f"bytes={half}-")]


def test_a_server_that_cannot_resume_starts_again(offer: Offer, server: Server) -> None:
    folder = offer("no-range")
    load("tiny", quiet=True)
    assert_whole(folder)
    half = len(ZIPPED[FIRST]) // 2
    assert server.get_requests(FIRST) == [("no-range", None), ("no-range", f"bytes={half}-")]


def test_an_earlier_part_is_gone_on_with(offer: Offer, server: Server) -> None:
    folder = offer("good")
    folder.mkdir(parents=True)
    (folder / f"{FIRST}.part").write_bytes(ZIPPED[FIRST][:100])
    load("tiny", quiet=True)
    assert_whole(folder)
    assert server.get_requests(FIRST) == [("good", "bytes=100-")]


@pytest.mark.parametrize("length", [100, 10_000])
def test_an_earlier_part_of_something_else_is_dropped(
    offer: Offer, server: Server, length: int
) -> None:
    folder = offer("good")
    folder.mkdir(parents=True)
    (folder / f"{FIRST}.part").write_bytes(bytes(length))
    load("tiny", quiet=True)
    assert_whole(folder)
    assert server.get_requests(FIRST) == [("good", f"bytes={length}-"), ("good", None)]


def test_an_earlier_part_that_is_whole(offer: Offer, server: Server) -> None:
    """Killed after the last byte, before the check."""
    folder = offer("good")
    folder.mkdir(parents=True)
    (folder / f"{FIRST}.part").write_bytes(ZIPPED[FIRST])
    load("tiny", quiet=True)
    assert_whole(folder)
    assert len(server.get_requests(FIRST)) == 1


def test_the_wrong_file_is_not_kept(offer: Offer) -> None:
    folder = offer("wrong")
    message = get_fault(lambda: load("tiny", quiet=True))
    assert "SHA-256" in message
    assert FIRST in message
    assert list(folder.iterdir()) == []


def test_no_mirror_gives_it(offer: Offer, server: Server) -> None:
    folder = offer("missing", "page")
    message = get_fault(lambda: load("tiny", quiet=True))
    assert "HTTP 404" in message
    assert "not an IDX file" in message
    assert list(folder.iterdir()) == []


def test_no_network_says_what_to_do_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(DATASETS["fashion-mnist"], elsewhere=())
    monkeypatch.setattr(datasets, "DATASETS", {"fashion-mnist": spec})
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path))
    message = get_fault(lambda: load("fashion", quiet=True))
    assert "name resolution" in message
    for mirror in spec.mirrors:
        assert mirror.split("/")[2] in message
    assert "https://github.com/zalandoresearch/fashion-mnist" in message
    assert str(tmp_path / "fashion-mnist") in message
    assert "by hand" in message


def test_a_silent_server_is_given_up(server: Server, tmp_path: Path) -> None:
    start = time.monotonic()
    message = get_fault(
        lambda: download(
            [FIRST],
            tmp_path,
            [server.get_mirror("silent")],
            lambda path, name: None,
            most_bytes=1000,
            quiet=True,
            timeout=0.1,
        )
    )
    assert "no answer in time" in message
    assert time.monotonic() - start < 0.9


def test_an_endless_answer_is_cut_off(offer: Offer, server: Server) -> None:
    folder = offer("endless")
    assert "sends more than" in get_fault(lambda: load("tiny", quiet=True))
    assert list(folder.iterdir()) == []


class FullDisk(io.BytesIO):
    def write(self, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk(offer: Offer, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = offer("good", "good")
    monkeypatch.setattr(download_module, "open", lambda *rest: FullDisk(), raising=False)
    message = get_fault(lambda: load("tiny", quiet=True))
    assert "No space left on device" in message
    assert str(folder) in message
    assert len(server.requests) == 1  # another mirror would not help
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made(offer: Offer) -> None:
    folder = offer("good")
    folder.parent.write_bytes(b"a file is in the way")
    message = get_fault(lambda: load("tiny", quiet=True))
    assert "GLASSNET_DATA" in message
    assert str(folder) in message


def test_an_interrupt_leaves_only_the_part(
    offer: Offer, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = offer("good")
    real = download_module._next_chunk
    chunks: list[bytes] = []

    def interrupted(response: Any) -> bytes:
        if len(chunks) == 2:
            raise KeyboardInterrupt
        chunks.append(real(response))
        return chunks[-1]

    with monkeypatch.context() as patch:
        patch.setattr(download_module, "_CHUNK", 64)
        patch.setattr(download_module, "_next_chunk", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load("tiny", quiet=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        f"{FIRST}.part": ZIPPED[FIRST][:128]
    }
    load("tiny", quiet=True)
    assert_whole(folder)
    assert server.get_requests(FIRST)[1] == ("good", "bytes=128-")


FETCH = """
import sys
from pathlib import Path
from network.download import download
download(sys.argv[3:], Path(sys.argv[1]), [sys.argv[2]], lambda path, name: None,
         most_bytes=10000)
"""


def test_two_processes_share_one_download(server: Server, tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", FETCH, tmp_path, server.get_mirror("slow"), *ZIPPED],
            cwd=REPOSITORY,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=20)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert_whole(tmp_path)
    assert len(server.requests) == 4


def test_without_locks_nobody_shares_a_part(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
    folder = offer("good")
    folder.mkdir(parents=True)
    other = folder / f"{FIRST}.part"
    other.write_bytes(b"somebody else's")
    load("tiny", quiet=True)
    assert other.read_bytes() == b"somebody else's"
    other.unlink()
    assert_whole(folder)


def test_not_here_and_not_to_be_fetched(offer: Offer, server: Server) -> None:
    folder = offer("good")
    message = get_fault(lambda: load("tiny", download=False))
    assert "Tiny is not in" in message
    assert str(folder) in message
    assert "https://example.org/tiny" in message
    assert server.requests == []


def test_damage_to_a_fetched_set_says_how_to_mend_it(offer: Offer) -> None:
    folder = offer("good")
    load("tiny", quiet=True)
    data = bytearray(ARRAYS[0].tobytes())
    data[7] ^= 1
    spoiled = np.frombuffer(bytes(data), np.uint8).reshape(ARRAYS[0].shape)
    (folder / FIRST).write_bytes(gzip.compress(pack(spoiled)))
    message = get_fault(lambda: load("tiny").train)
    assert str(folder / FIRST) in message
    assert "SHA-256" in message
    assert "delete it" in message
    (folder / FIRST).unlink()
    assert len(load("tiny", quiet=True).train) == 20


def test_another_sets_file_in_a_known_set(offer: Offer, tmp_path: Path) -> None:
    place = fill(tmp_path / "system", {**PACKED, FILES[1]: pack(ARRAYS[3])})
    offer("good", elsewhere=(place,))
    message = get_fault(lambda: load("tiny").train)
    assert "its header says 6, not 20" in message
    assert str(place) in message


def test_damaged_mnist_is_restored_from_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fill(tmp_path / "mnist")
    monkeypatch.setattr(datasets, "_OWN_DATA", tmp_path)
    message = get_fault(lambda: load("mnist").train)
    assert str(own) in message
    assert "git checkout -- data/mnist" in message


# ----------------------------------------------------------------------------- describing


def test_describe_what_is_here(offer: Offer, server: Server) -> None:
    folder = fill(offer("good"))
    for text in (describe_dataset("tiny"), describe_dataset(load("tiny"))):
        assert "20 images of 5 × 4" in text
        assert "6 images of 5 × 4" in text
        assert str(folder) in text
        assert load("tiny").sha256 in text
        assert all(digest in text for digest in TINY.sha256)
        assert "checked" in text
        train, test = (int((ARRAYS[number] == 3).sum()) for number in (1, 3))
        assert ["3", str(train), str(test)] in [line.split() for line in text.splitlines()]
    assert server.requests == []


def test_describe_what_is_not_here_fetches_nothing(offer: Offer, server: Server) -> None:
    folder = offer("good")
    text = describe_dataset("tiny")
    assert "not on this machine" in text
    assert server.get_mirror("good") in text
    assert str(folder) in text
    assert server.requests == []
    assert not folder.exists()


def test_describe_a_folder_and_faults(tmp_path: Path) -> None:
    folder = fill(tmp_path / "mine")
    text = describe_dataset(folder)
    assert str(folder) in text
    assert load(folder).sha256 in text
    assert "checked" not in text
    (folder / FIRST).write_bytes(b"")
    assert "is empty" in get_fault(lambda: describe_dataset(folder))
    get_fault(lambda: describe_dataset("nothing"), SettingsError)


# In memory


def in_memory(name: str = "corners", n: int = 40, **options: Any) -> Dataset:
    rng = np.random.default_rng(0)
    splits = []
    for count in (n, 10):
        labels = rng.integers(0, 2, count).astype(np.uint8)
        pixels = np.zeros((count, 2, 3), np.uint8)
        pixels[np.arange(count), 0, 2 * labels] = 255
        splits.append(Split(pixels, labels))
    return Dataset(name, *splits, **options)


def test_a_set_in_memory_trains_and_is_recorded_as_any_other(tmp_path: Path) -> None:
    dataset = in_memory(classes=("left", "right"))
    recipe = RECIPES["sigmoid-online"].change(
        sizes=(6, 3, 2), learning_rate=0.5, epochs=20, dataset="corners"
    )
    train(recipe, tmp_path / "trace", dataset=dataset)
    trace = Trace.open(tmp_path / "trace", dataset=dataset)
    assert trace.epochs[-1]["test_accuracy"] == 1.0
    assert trace[3].image.shape == (2, 3)
    assert trace[3]["x[0,2]"] == trace[3].label
    assert trace.see(("test", 0)).right
    assert trace.dataset.classes == ("left", "right")
    with pytest.raises(TraceError, match="was trained on corners, which is not there"):
        _ = Trace.open(tmp_path / "trace").dataset
    with pytest.raises(TraceError, match="was trained on other data"):
        _ = Trace.open(tmp_path / "trace", dataset=in_memory(n=41)).dataset


def test_a_set_in_memory_has_the_hashes_that_its_files_would_have(tmp_path: Path) -> None:
    dataset = in_memory()
    for number, array in enumerate(
        array for split in (dataset.train, dataset.test) for array in (split.pixels, split.labels)
    ):
        write_idx(tmp_path / FILES[number], array)
    assert load(tmp_path).sha256 == dataset.sha256
    assert "corners" in describe_dataset(dataset)
    assert dataset.classes == ("class 0", "class 1")


def test_splits_that_do_not_go_together_are_refused() -> None:
    train_split, test_split = in_memory().train, in_memory().test
    wide = Split(np.zeros((1, 3, 3), np.uint8), np.zeros(1, np.uint8))
    with pytest.raises(DatasetError, match="have 2 × 3 pixels, and those to be judged by 3 × 3"):
        Dataset("odd", train_split, wide)
    with pytest.raises(DatasetError, match="2 labels, and names for 1"):
        Dataset("odd", train_split, test_split, ["left"])


# What people have in place of four IDX files of bytes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>Not found</html>", "is a web page, not an IDX file"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "is a pointer of Git LFS"),
        (gzip.compress(gzip.compress(b"\0\0\x08\1\0\0\0\1\0")), "is gzipped twice"),
        (b"PK\3\4 and so on", "is a zip archive"),
        (b"\x93NUMPY\1\0", "is a file of numpy"),
        (bytes([0, 0, 12, 2, 0, 0, 0, 5, 0, 0, 0, 8]), "32-bit integers in 8 columns, QMNIST's"),
        (bytes([0, 0, 13, 3]) + bytes(12), "32-bit floats, where bytes from 0 to 255 belong"),
        (bytes([0, 0, 11, 1]) + bytes(4), "holds 16-bit integers, where unsigned bytes belong"),
    ],
)
def test_what_is_there_is_named_and_what_to_do(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DatasetError, match=re.escape(message)) as caught:
        read_idx(tmp_path / "file")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["emnist-letters-train-images-idx3-ubyte.gz"], "EMNIST, whose images are transposed"),
        (["qmnist-train-images-idx3-ubyte"], "it holds QMNIST"),
        (["mnist_train.csv", "mnist_test.csv"], "it holds mnist_test.csv, mnist_train.csv; a set"),
        ([], "a set is four IDX files"),
        (["emnist/", "qmnist-images/"], "it holds folders and no file; a set is four IDX files"),
        (["emnist/", "mine.csv"], "it holds mine.csv; a set is four IDX files"),
    ],
)
def test_a_folder_of_other_files_says_what_is_in_it(
    tmp_path: Path, names: list[str], message: str
) -> None:
    for name in names:
        if name.endswith("/"):
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name).touch()
    with pytest.raises(DatasetError, match=message):
        load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions as on POSIX")
@pytest.mark.parametrize("mode", [0o000, 0o444, 0o311])
@pytest.mark.parametrize("below", [False, True])
def test_a_folder_that_may_not_be_read_says_why(mode: int, below: bool) -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        folder = write_dataset(Path(above) / "folder" / "digits")
        closed = folder.parent if below else folder
        closed.chmod(mode)
        if below and mode == 0o311:
            mode = 0o000  # nothing keeps what is below from being reached
            closed.chmod(mode)
        try:
            if user == 0:
                os.seteuid(65534)  # root may do everything
            with pytest.raises(DatasetError, match="the folder cannot be read: there is") as caught:
                load(folder)
        finally:
            os.seteuid(user)
            closed.chmod(0o755)
    if below or mode == 0o444:
        assert str(caught.value).endswith(f"there is no permission to enter {closed}")


def test_pixels_of_zero_and_one_are_not_divided(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "whole")
    binary = tmp_path / "binary"
    binary.mkdir()
    for number, name in enumerate(FILES):
        array = read_idx(folder / name)
        write_idx(binary / name, array if number % 2 else (array > 100).astype(np.uint8))
    dataset = load(binary)
    assert dataset.white == 1
    assert set(np.unique(dataset.train.images)) == {0.0, 1.0}
    np.testing.assert_array_equal(dataset.test.image(3), dataset.test.images[3])
    (note,) = dataset.notes
    assert "pixels are 0 and 1, so they are not divided by 255" in note
    assert "not divided by 255" in describe_dataset(dataset)
    assert load(folder).white == 255
    assert load(folder).notes == ()


@pytest.mark.parametrize(
    ("learning", "judging", "white"),
    [
        ([0, 1], [0, 1], 1),
        ([0, 1], [0, 255], 255),
        ([0, 255], [0, 1], 255),
        ([0, 0], [0, 1], 1),
        ([0, 0], [0, 0], 255),
        ([0, 0], [0, 7], 255),
        ([1, 1], [0, 0], 1),
    ],
)
def test_both_sets_say_what_white_is(
    tmp_path: Path, learning: list[int], judging: list[int], white: int
) -> None:
    for number, values in ((0, learning), (2, judging)):
        pixels = np.array([[[value] * 5] * 5 for value in values], np.uint8)
        write_idx(tmp_path / FILES[number], pixels)
        write_idx(tmp_path / FILES[number + 1], np.array([0, 1], np.uint8))
    dataset = load(tmp_path)
    assert dataset.white == white
    assert dataset.test.images.max() == np.float32(max(judging)) / np.float32(white)
    assert bool(dataset.notes) == (white == 1)
