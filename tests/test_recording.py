"""Writing a trace: it changes nothing, is small, and nothing that happens on the way harms it."""

import errno
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import datasets, recipes, recording, training
from network.__main__ import main
from network.blas import blas_versions, one_thread
from network.errors import DivergenceError, PlaceError, SettingsError, TraceError
from network.folder import header_digest
from network.recipes import RECIPES, Recipe
from network.recording import Lock, Recorder, recorded_steps
from network.trace import Trace
from network.training import ensure_trace, train
from tests.small_runs import (
    batches,
    command_in,
    online,
    read_files,
    read_timeless,
    write_dataset,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("recording") / "digits")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


# Recording changes nothing


@pytest.mark.parametrize("record", ["full", "sparse"])
@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (online, {}),
        (online, {"update_order": "output-first"}),
        (online, {"shuffle": True, "schedule": "decay", "loss": "squared-error"}),
        (batches, {}),
        (batches, {"batch_size": 0, "dropout": (), "update_order": "output-first"}),
        (batches, {"batch_size": 1, "bias_gradient": "scalar", "epochs": 1}),
    ],
    ids=["online", "output-first", "shuffled", "batches", "full-batch", "one-with-momentum"],
)
def test_recording_changes_no_bit(data, out, kind, changes, record):
    recipe = kind(data, **changes)
    plain = train(recipe, record="none")
    assert plain.path is None
    if record == "full" and not recipe.online:
        with pytest.raises(SettingsError, match=r"cannot be recorded in full: .*; record it spar"):
            train(recipe, out, record)
        return
    for number, every in enumerate((1, 7, 1000)):
        recorded = train(
            recipe,
            out.with_name(f"out-{number}"),
            record,
            progress=lambda _: None,
            snapshot_every=every,
            checkpoint_seconds=[0, 1, 0][number],
        )
        assert recorded.network.flat.tobytes() == plain.network.flat.tobytes()
        assert Trace.open(recorded.path).parameters().tobytes() == plain.network.flat.tobytes()
        for with_it, without in zip(recorded.epochs, plain.epochs, strict=True):
            assert {**with_it, "seconds": 0} == {**without, "seconds": 0}
        assert np.array_equal(recorded.confusion, plain.confusion)


def test_two_runs_write_the_same_bytes(data, tmp_path):
    for kind in (online, batches):
        one = train(kind(data), tmp_path / f"one-{kind.__name__}").path
        two = train(kind(data), tmp_path / f"two-{kind.__name__}", checkpoint_seconds=0).path
        assert read_timeless(one) == read_timeless(two)
        other = train(kind(data, seed=1), tmp_path / f"other-{kind.__name__}").path
        assert read_timeless(one) != read_timeless(other)


# Size, and which steps


def planned(recipe: Recipe, folder: Path, images: int = 60_000) -> Recorder:
    batch = recipe.batch_size or images
    steps = recipe.epochs * (images // batch)
    about = {"name": "mnist", "sha256": "0" * 64}
    return Recorder(folder, recipe, about, steps, batch, "full" if recipe.online else "sparse")


@pytest.mark.parametrize("name", RECIPES)
def test_published_traces_are_small(tmp_path, name):
    recorder = planned(RECIPES[name], tmp_path / "trace")
    # What is not in the arrays: their headers, the confusion counts, trace.json.
    besides = 128 * 30 + RECIPES[name].epochs * (800 + 400) + 12 * len(recorder.snapshots) + 20_000
    limit = 60e6 if name.startswith("sigmoid-online") else 150e6
    assert recorder.nbytes + besides <= limit
    assert recorder.nbytes > limit / 5  # the budget is used
    assert not list(tmp_path.iterdir())


def test_the_promised_size_is_the_size(data, out):
    for kind in (online, batches):
        recipe = kind(data)
        folder = train(recipe, out.with_name(kind.__name__)).path
        arrays = [path for path in folder.glob("*.npy") if path.stem != "confusion"]
        assert sum(path.stat().st_size - 128 for path in arrays) == planned(recipe, out, 60).nbytes


@settings(deadline=None, max_examples=300)
@given(
    epochs=st.integers(1, 3000),
    per_epoch=st.integers(1, 60_000),
    step_bytes=st.integers(1, 10**9),
    budget=st.integers(1, 10**9),
)
def test_recorded_steps_follow_the_rule(epochs, per_epoch, step_bytes, budget):
    steps = epochs * per_epoch
    chosen = recorded_steps(steps, per_epoch, step_bytes, budget)
    assert chosen == sorted(set(chosen))
    assert (chosen[0], chosen[-1]) == (0, steps - 1)
    fit = max(budget // step_bytes, 2)
    assert len(chosen) <= fit
    assert set(range(min(10, steps, fit - 1))) <= set(chosen)
    ends = set(range(per_epoch - 1, steps, per_epoch))
    spaced = {step for step in chosen if step >= 10} - ends
    everything = recorded_steps(steps, per_epoch, 1, 10**12)
    if fit >= len(everything) + 1000 * epochs:
        assert chosen == everything
    assert ends <= set(everything)
    assert set(range(min(10, steps))) <= set(everything)
    # Between, no gap is longer than a fifth of a decade; they are whole numbers.
    for before, after in pairwise(everything[10:]):
        assert after <= (before + 1) * 10**0.2
    assert len(spaced) <= 5 * math.log10(steps) + 1


@pytest.mark.parametrize("name", [name for name in RECIPES if not RECIPES[name].online])
def test_recorded_steps_of_the_published_networks(tmp_path, name):
    recorder = planned(RECIPES[name], tmp_path / "trace")
    steps, per_epoch = recorder.planned_steps, recorder.planned_steps // RECIPES[name].epochs
    assert recorder.recorded[:10] == [*range(10)]
    assert recorder.recorded[-1] == steps - 1
    assert len(recorder.recorded) > 12
    if name == "relu-softmax-sgd":  # there is room for the end of every epoch
        assert {*range(per_epoch - 1, steps, per_epoch)} <= {*recorder.recorded}


# Stopped and resumed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork; killing is POSIX too")
@pytest.mark.parametrize("kind", ["online", "batches"])
def test_killed_at_any_line_and_resumed_ends_with_the_same_bytes(data, tmp_path, kind):
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_run", str(tmp_path), str(data), kind],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 60


class Stop(BaseException):
    """As from Ctrl-C: nothing catches it."""


def stopping_at(step: int) -> Any:
    def stop(progress: training.Progress) -> None:
        if progress.step >= step:
            raise Stop

    return stop


def stop_at(step: int, recipe: Recipe, out: Path, **options: Any) -> None:
    with pytest.raises(Stop):
        train(recipe, out, progress=stopping_at(step), **{"checkpoint_seconds": 0} | options)


@pytest.mark.parametrize("kind", [online, batches])
def test_what_follows_the_last_checkpoint_is_trained_again(data, tmp_path, out, kind):
    whole = read_timeless(train(kind(data), tmp_path / "whole", snapshot_every=10).path)
    seen = []
    stop_at(20, kind(data), out, snapshot_every=10)
    assert not out.exists()
    with pytest.raises(TraceError, match=r"was not finished: go on with .* --resume"):
        Trace.open(out)
    with pytest.raises(TraceError, match=r"is no trace, it has no trace\.json"):
        Trace.open(out.with_name("out.partial"))
    # Rows without a checkpoint, as a killed process leaves them, do not count.
    for name in ("a1", "W1", "index"):
        with (out.with_name("out.partial") / f"{name}.npy").open("ab") as file:
            file.write(b"half a row" * 30)
    train(kind(data), out, resume=True, snapshot_every=10, progress=lambda p: seen.append(p.step))
    assert 0 < seen[0] - 1 <= 20
    assert read_timeless(out) == whole
    assert not out.with_name("out.partial").exists()


def test_stopped_before_the_first_checkpoint_it_begins_anew(data, tmp_path, out):
    stop_at(20, online(data), out, snapshot_every=10, checkpoint_seconds=1000)
    train(online(data), out, resume=True, snapshot_every=10)
    whole = train(online(data), tmp_path / "whole", snapshot_every=10).path
    assert read_timeless(out) == read_timeless(whole)


def test_nothing_to_resume_is_a_beginning(data, tmp_path, out):
    train(online(data), out, resume=True)
    assert read_timeless(out) == read_timeless(train(online(data), tmp_path / "whole").path)


def test_an_unfinished_run_is_not_overwritten_unasked(data, out):
    stop_at(20, online(data), out)
    before = read_files(out.with_name("out.partial"))
    with pytest.raises(TraceError, match="--resume goes on, --force starts over"):
        train(online(data), out)
    with pytest.raises(TraceError, match=r"begun with other settings.*start over with") as caught:
        train(online(data, seed=1), out, resume=True)
    assert command_in(str(caught.value))[-1] == "--force"
    with pytest.raises(TraceError, match="begun with other settings"):
        train(online(data), out, "sparse", resume=True)
    with pytest.raises(TraceError, match="begun with other settings"):
        train(online(data), out, resume=True, snapshot_every=3)
    write_dataset(data.with_name("others"), seed=1)
    assert read_files(out.with_name("out.partial")) == before
    train(online(data, seed=1), out, force=True)
    assert Trace.open(out).recipe.seed == 1


def test_an_unfinished_run_on_other_data_is_not_resumed(tmp_path, out):
    data = write_dataset(tmp_path / "digits")
    stop_at(20, online(data), out)
    write_dataset(data, seed=1)
    with pytest.raises(TraceError, match="begun with other settings"):
        train(online(data), out, resume=True)


@pytest.mark.parametrize(
    ("name", "keep"),
    [("checkpoint.npz", n) for n in (0, 1, 100, 2000, -1)]
    + [("a1.npy", 300), ("W2.npy", 0), ("loss.npy", None)],
)
def test_a_damaged_unfinished_run_is_told(data, out, name, keep):
    stop_at(100, online(data), out)
    path = out.with_name("out.partial") / name
    content = path.read_bytes()
    path.unlink()
    if keep is not None:
        path.write_bytes(content[:keep])
    with pytest.raises(TraceError, match="is damaged, so the run cannot go on") as caught:
        train(online(data), out, resume=True)
    assert str(path) in str(caught.value)
    assert command_in(str(caught.value))[-1] == "--force"
    train(online(data), out, force=True)
    Trace.open(out)


@settings(deadline=None, max_examples=150)
@given(place=st.integers(0, 10**6), mask=st.integers(1, 255))
def test_a_flipped_byte_in_a_checkpoint_never_ends_in_another_trace(
    tmp_path_factory, data, place, mask
):
    base = tmp_path_factory.getbasetemp() / "checkpoint"
    out = base / "out"
    if not base.exists():
        train(online(data), base / "whole")
        stop_at(100, online(data), out)
        out.with_name("out.partial").rename(base / "kept")
    shutil.copytree(base / "kept", out.with_name("out.partial"))
    path = out.with_name("out.partial") / "checkpoint.npz"
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= mask
    path.write_bytes(content)
    try:
        train(online(data), out, resume=True)
    except TraceError:
        assert not out.exists()
        shutil.rmtree(out.with_name("out.partial"))
    else:
        # There are bytes in a zip file that say nothing, such as dates.
        assert read_timeless(out) == read_timeless(base / "whole")
        shutil.rmtree(out)


@pytest.mark.parametrize("name", ["flat", "confusion", "velocity_W2", "about"])
def test_a_changed_name_in_a_checkpoint_is_damage(data, out, name):
    stop_at(20, batches(data), out)
    path = out.with_name("out.partial") / "checkpoint.npz"
    content = path.read_bytes()
    # In the list at the end of the zip file, which no checksum covers, and where its length is.
    place = content.rindex(f"{name}.npy".encode())
    for changed in (place, place + len(name) + 1, place - 18, place - 46 + 28):
        for mask in (1, 4, 64):
            path.write_bytes(
                content[:changed] + bytes([content[changed] ^ mask]) + content[changed + 1 :]
            )
            with pytest.raises(TraceError, match="is damaged, so the run cannot go on"):
                train(batches(data), out, resume=True)


# A trace that is there


def test_a_trace_is_replaced_only_when_asked_and_only_when_the_new_one_is_whole(data, out):
    train(online(data), out)
    before = read_files(out)
    for resume in (False, True):
        with pytest.raises(TraceError, match="is there already: --force trains it anew"):
            train(online(data, seed=1), out, resume=resume)
    stop_at(40, online(data, seed=1), out, force=True)
    assert read_files(out) == before
    assert Trace.open(out)[0].step == 0
    # The unfinished one can be gone on with, though the old one is there.
    train(online(data, seed=1), out, resume=True)
    assert Trace.open(out).recipe.seed == 1
    assert sorted(path.name for path in out.parent.iterdir()) == [".out.lock", "out"]


@pytest.mark.parametrize("place", ["out", "out.partial"])
def test_what_is_no_trace_is_never_deleted(data, tmp_path, place):
    folder = tmp_path / place
    folder.mkdir()
    (folder / "thesis.txt").write_text("ten years of work")
    (folder / "loss.npy").write_bytes(b"mine")
    for options in ({}, {"force": True}, {"resume": True, "force": True}):
        with pytest.raises(TraceError, match=r"is no trace and not empty"):
            train(online(data), tmp_path / "out", **options)
    (folder / "thesis.txt").unlink()
    with pytest.raises(TraceError, match=r"is no trace and not empty \(it holds loss\.npy\)"):
        train(online(data), tmp_path / "out", force=True)
    assert (folder / "loss.npy").read_bytes() == b"mine"
    shutil.rmtree(folder)
    folder.write_text("a file")
    with pytest.raises(TraceError, match="is neither a folder nor a trace"):
        train(online(data), tmp_path / "out", force=True)
    assert folder.read_text() == "a file"


@pytest.mark.parametrize(
    ("name", "content"),
    [("index.npy", b"my notes"), ("trace.json", b'{"my": "settings of another program"}')],
)
def test_files_that_merely_have_a_trace_s_names_are_not_deleted(data, out, name, content):
    train(online(data), out)
    (out / name).write_bytes(content)
    for options in ({"force": True}, {"force": True, "resume": True}):
        with pytest.raises(TraceError, match=f"it holds {name}"):
            train(online(data), out, **options)
    assert (out / name).read_bytes() == content
    assert (out / "a1.npy").exists()


@pytest.mark.parametrize("place", ["out", "out.partial"])
def test_arrays_of_somebody_s_own_are_no_trace_whatever_their_names(data, tmp_path, place):
    folder = tmp_path / place
    folder.mkdir()
    for name in ("index", "loss", "a1"):
        np.save(folder / f"{name}.npy", np.arange(9))
    before = read_files(folder)
    for options in ({}, {"force": True}, {"resume": True, "force": True}):
        with pytest.raises(TraceError, match=r"it holds a1\.npy"):
            train(online(data), tmp_path / "out", **options)
    assert read_files(folder) == before


OWN: dict[str, dict[str, Any]] = {
    "an empty header": {"trace.json": b"", "loss.npy": np.ones(9), "W1.npy": np.ones((2, 3))},
    "an empty checkpoint": {"checkpoint.npz": b"", "loss.npy": np.ones(9)},
    "a recipe for a cake": {"trace.json": b'{"format": 1, "recipe": "my cake"}'},
    "a header that lists": {
        "trace.json": b'{"format": 1, "recipe": {}, "arrays": '
        b'{"W1": {"shape": [2], "dtype": "f8"}}}',
        "W1.npy": np.ones(2),
    },
    "a checkpoint": {"checkpoint.npz": {"about": np.array("mine"), "W": np.ones(3)}},
    "a checkpoint and arrays": {
        "checkpoint.npz": {"about": np.array("{}"), "W": np.ones(3)},
        "W1.npy": np.ones((2, 3)),
    },
    "an array of nothing": {"W1.npy": np.zeros(0)},
    "an empty file": {"W1.npy": b""},
    "an empty mark beside arrays": {".glassnet.json": b"", "W1.npy": np.ones(3)},
    "a mark of somebody's": {
        ".glassnet.json": b'{"made by": "glassnet", "arrays": {"W1": {"shape": [3]}}}',
        "W1.npy": np.ones(3),
    },
    "half a file": {".0123456789ab.json": b'{"format": 1, "recipe": {'},
}


@pytest.mark.parametrize("place", ["out", "out.partial"])
@pytest.mark.parametrize("kind", OWN)
def test_what_stands_beside_somebody_s_arrays_proves_nothing(data, tmp_path, place, kind):
    folder = tmp_path / place
    folder.mkdir()
    for name, content in OWN[kind].items():
        with (folder / name).open("wb") as file:
            if isinstance(content, dict):
                np.savez(file, **content)
            elif isinstance(content, bytes):
                file.write(content)
            else:
                np.save(file, content)
    before = read_files(folder)
    for options in ({}, {"force": True}, {"resume": True}, {"resume": True, "force": True}):
        with pytest.raises(TraceError, match="is no trace and not empty"):
            train(online(data), tmp_path / "out", **options)
    assert read_files(folder) == before


@pytest.mark.parametrize("place", ["out", "out.partial"])
def test_a_trace_that_its_header_does_not_tell_of_any_more_is_left_alone(data, tmp_path, place):
    folder = train(online(data), tmp_path / "out").path.rename(tmp_path / place)
    content = (folder / "trace.json").read_bytes()
    for changed in (content[:200], content.replace(b'"seed": 0', b'"seed": 4')):
        (folder / "trace.json").write_bytes(changed)
        np.save(folder / "a5.npy", np.arange(9))
        for own in (True, False):
            before = read_files(folder)
            with pytest.raises(TraceError, match=r"it holds \w+.*choose another --out, or move it"):
                train(online(data), tmp_path / "out", force=True)
            assert read_files(folder) == before
            if own:
                (folder / "a5.npy").unlink()


@pytest.mark.parametrize("name", ["W1.npy", "a5.npy", "trace.json", "b1.npy"])
def test_what_was_put_into_an_unfinished_run_is_not_deleted(data, out, name):
    stop_at(100, online(data), out)
    partial = out.with_name("out.partial")
    if name == "trace.json":
        (partial / name).write_text('{"format": 1, "recipe": {"name": "sigmoid-online"}}')
    else:
        # Of another type, of no layer of the network, or of other neurons.
        np.save(partial / name, np.zeros((2, 7), "float32" if name == "b1.npy" else "float64"))
    before = read_files(partial)
    for options in ({"force": True}, {"resume": True}):
        with pytest.raises(TraceError, match=f"it holds {name}"):
            train(online(data), out, **options)
    assert read_files(partial) == before


def test_a_run_killed_while_it_is_marked_or_begun_is_begun_anew(data, tmp_path, out):
    whole = read_timeless(train(online(data), tmp_path / "whole").path)
    stop_at(100, online(data), out, checkpoint_seconds=1000)
    partial = out.with_name("out.partial")
    begun = read_files(partial)
    mark = begun[".glassnet.json"]
    for left in (
        {},
        {".glassnet.json": b""},
        {".glassnet.json": mark[:40]},
        {".glassnet.json": mark},
        {".glassnet.json": mark, "index.npy": b"", "a1.npy": begun["a1.npy"][:50]},
        {".glassnet.json": mark, "checkpoint.npz.new": b"PK"},
        {".glassnet.json": mark, ".0123456789ab.json": b'{"format": 1, "recipe": {'},
    ):
        for options in ({"force": True}, {"resume": True}, {}):
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(out, ignore_errors=True)
            partial.mkdir()
            for name, content in left.items():
                (partial / name).write_bytes(content)
            train(online(data), out, **options)
            assert read_timeless(out) == whole


@pytest.mark.parametrize("kept", [1, 2, 4, 8])
@pytest.mark.parametrize("unfinished", [True, False])
def test_what_is_left_of_a_folder_that_was_being_deleted_is_known(
    data, out, monkeypatch, unfinished, kept
):
    """The last file to go is the one that says what it was."""
    if unfinished:
        stop_at(100, online(data), out)
    else:
        train(online(data), out).path.rename(out.with_name("out.partial"))
    partial = out.with_name("out.partial")
    files = len(list(partial.iterdir()))
    unlink, gone = Path.unlink, []

    def die(path: Path, missing_ok: bool = False) -> None:
        if path.parent == partial:
            if len(gone) == files - kept:
                raise Stop
            gone.append(path)
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", die)
        with pytest.raises(Stop):
            train(online(data, seed=1), out, force=True)
    assert len(list(partial.iterdir())) == kept
    train(online(data, seed=2), out, force=True)
    assert Trace.open(out).recipe.seed == 2


@pytest.mark.parametrize("content", ['{"a":1}', '{"format": "mine"}', "x", '{\n "format": 1}'])
def test_a_header_of_another_program_is_no_trace(data, out, content):
    out.mkdir()
    (out / "trace.json").write_text(content)
    with pytest.raises(TraceError, match=r"it holds trace\.json"):
        train(online(data), out, force=True)
    assert (out / "trace.json").read_text() == content


def test_an_array_that_the_trace_has_not_made_is_not_deleted(data, out):
    train(online(data), out)
    np.save(out / "a7.npy", np.arange(9))
    with pytest.raises(TraceError, match=r"it holds a7\.npy"):
        train(online(data), out, force=True)
    np.testing.assert_array_equal(np.load(out / "a7.npy"), np.arange(9))


def test_a_folder_or_a_link_with_the_name_of_an_array_is_not_deleted(data, tmp_path, out):
    train(online(data), out)
    (out / "a1.npy").unlink()
    (out / "a1.npy").mkdir()
    (out / "a1.npy" / "thesis.txt").write_text("ten years of work")
    with pytest.raises(TraceError, match=r"it holds a1\.npy"):
        train(online(data), out, force=True)
    assert (out / "a1.npy" / "thesis.txt").read_text() == "ten years of work"
    shutil.rmtree(out / "a1.npy")
    (out / "a1.npy").symlink_to(tmp_path)
    with pytest.raises(TraceError, match=r"it holds a1\.npy"):
        train(online(data), out, force=True)


def test_what_stands_where_the_old_trace_would_go_is_left_alone(data, out):
    train(online(data), out)
    beside = out.with_name(".out.old")
    beside.mkdir()
    (beside / "thesis.txt").write_text("ten years of work")
    trained = []
    with pytest.raises(TraceError, match=r"\.out\.old is in the way"):
        train(online(data, seed=1), out, force=True, progress=trained.append)
    beside.rename(out.with_name("aside"))
    stop_at(40, online(data, seed=1), out, force=True)
    out.with_name("aside").rename(beside)
    with pytest.raises(TraceError, match=r"\.out\.old is in the way"):
        train(online(data, seed=1), out, resume=True, progress=trained.append)
    assert not trained
    shutil.rmtree(out.with_name("out.partial"))
    shutil.move(out, out.with_name("elsewhere"))
    train(online(data), out)
    assert (beside / "thesis.txt").read_text() == "ten years of work"


@pytest.mark.parametrize("kill", ["before the new one", "before deletion", "while deleting"])
@pytest.mark.parametrize("options", [{}, {"resume": True}, {"force": True}])
def test_a_trace_that_was_being_replaced_is_gone_at_the_next_run(
    data, tmp_path, out, monkeypatch, kill, options
):
    whole = read_timeless(train(online(data, seed=1), tmp_path / "whole").path)
    train(online(data), out)
    beside = out.with_name(".out.old")
    rename, unlink = Path.rename, Path.unlink

    def die_renaming(path: Path, target: Path) -> Path:
        if path.name == "out.partial":
            raise Stop
        return rename(path, target)

    def die_deleting(path: Path, missing_ok: bool = False) -> None:
        if path.parent == beside and (kill == "before deletion" or path.name == "b1.npy"):
            raise Stop
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        if kill == "before the new one":
            patch.setattr(Path, "rename", die_renaming)
        else:
            patch.setattr(Path, "unlink", die_deleting)
        with pytest.raises(Stop):
            train(online(data, seed=1), out, force=True)
    assert beside.exists()
    if options == {"force": True} or kill == "before the new one":
        train(online(data, seed=1), out, **options)
    else:
        words = ["train", "--dataset", data, "--sizes", "25,6,10", "--epochs", 2, "--seed", 1]
        words += ["--learning-rate", 0.1, "--out", out, *(f"--{option}" for option in options)]
        assert main([str(word) for word in words]) == 0
    assert read_timeless(out) == whole
    assert not beside.exists()


def test_a_copy_that_somebody_keeps_under_that_name_is_left_alone(data, out):
    train(online(data), out)
    beside = shutil.copytree(out, out.with_name(".out.old"))
    with pytest.raises(TraceError, match=r"\.out\.old is in the way"):
        train(online(data), out, force=True)
    shutil.rmtree(out)
    train(online(data), out)
    assert read_timeless(beside) == read_timeless(out)
    # Nor is another one, though a note was left.
    lock = out.with_name(".out.lock")
    lock.write_bytes(b"\0" + b"0" * 64)
    with pytest.raises(TraceError, match=r"\.out\.old is in the way"):
        train(online(data), out, force=True)
    assert read_timeless(beside) == read_timeless(out)


def test_a_run_killed_before_its_name_is_only_renamed(data, out):
    train(online(data), out)
    whole = read_files(out)
    out.rename(out.with_name("out.partial"))
    for options in ({}, {"resume": True}):
        trained = []
        result = train(online(data), out, progress=trained.append, **options)
        assert not trained
        assert read_files(out) == whole
        assert result.epochs == Trace.open(out).epochs
        np.testing.assert_array_equal(result.network.flat, Trace.open(out).parameters())
        out.rename(out.with_name("out.partial"))
    # Of other settings, it is not what was asked for, nor to be lost.
    with pytest.raises(TraceError, match="an unfinished run is at"):
        train(online(data, seed=1), out)
    with pytest.raises(TraceError, match="was begun with other settings or data"):
        train(online(data, seed=1), out, resume=True)
    assert read_files(out.with_name("out.partial")) == whole
    train(online(data, seed=1), out, force=True)
    assert Trace.open(out).recipe.seed == 1


def test_a_plan_for_which_no_disk_is_large_enough_is_told_at_once(data, out):
    begun = time.monotonic()
    with pytest.raises(TraceError, match=r"needs .* TB, and .* are free"):
        train(online(data, epochs=10**9), out)
    assert time.monotonic() - begun < 2
    assert not list(out.parent.iterdir())


def test_a_network_that_no_memory_holds_is_told_at_once(data, out):
    with pytest.raises(SettingsError, match=r"needs .* TB of memory, and .* are there"):
        train(online(data, sizes=(25, 10**9, 10**9, 10), activations=("sigmoid",) * 3), out)
    # One image at a time the parameters of this one are few; all of them are shown at once, too.
    with pytest.raises(SettingsError, match=r"needs .* GB of memory"):
        train(online(data, sizes=(25, 2 * 10**8, 10)), out, record="none")
    with pytest.raises(SettingsError, match="a layer has at most 1,000,000,000 neurons"):
        online(data, sizes=(25, 10**20, 10))
    assert not out.exists()


def test_what_only_its_owner_may_rename_is_told_before_training(data, out, monkeypatch):
    """As in /tmp: everybody makes folders there, and nobody else's can be moved."""
    train(online(data), out)
    out.parent.chmod(0o1777)
    trained = []
    monkeypatch.setattr(os, "geteuid", lambda: 12345, raising=False)
    with pytest.raises(TraceError, match="out cannot be replaced: choose another --out"):
        train(online(data, seed=1), out, force=True, progress=trained.append)
    out.parent.chmod(0o777)
    train(online(data, seed=1), out, force=True)
    assert not trained


def test_links_in_a_circle_are_told(data, tmp_path):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for out in (tmp_path / "circle", tmp_path / "circle" / "below"):
        for options in ({}, {"force": True}):
            with pytest.raises(TraceError, match="its links lead in a circle"):
                train(online(data), out, **options)


def test_a_clock_that_is_set_back_gives_no_negative_seconds(data, out, monkeypatch):
    times = iter(range(10**9, 0, -1))
    monkeypatch.setattr(training.time, "perf_counter", lambda: float(next(times)))
    train(online(data), out)
    assert all(epoch["seconds"] == 0 for epoch in Trace.open(out).epochs)


def test_a_trace_names_what_its_bits_depend_on(data, out):
    train(online(data), out)
    versions = Trace.open(out).header["versions"]
    with one_thread():
        assert versions.items() >= blas_versions().items()
    assert versions["blas_threads"] in (1, "unknown")


def test_another_kernel_goes_on_only_if_told_to(data, tmp_path, out, monkeypatch):
    stop_at(20, online(data), out, snapshot_every=10)
    with monkeypatch.context() as patch:
        patch.setattr(recording, "blas_versions", lambda: {"blas": "other", "blas_kernel": "Old"})
        with pytest.raises(TraceError, match=r"blas kernel \w+, now Old.*--resume --force"):
            train(online(data), out, resume=True, snapshot_every=10)
    train(online(data), out, resume=True, snapshot_every=10)
    stop_at(20, online(data), tmp_path / "two", snapshot_every=10)
    monkeypatch.setattr(recording, "blas_versions", lambda: {"blas": "other", "blas_kernel": "Old"})
    train(online(data), tmp_path / "two", resume=True, force=True, snapshot_every=10)
    kernel = Trace.open(out).header["versions"]["blas_kernel"]
    assert Trace.open(tmp_path / "two").header["versions"]["blas_kernel"] == f"{kernel}, then Old"


def test_a_run_forced_on_under_another_kernel_is_asked_once_and_stays_marked(
    data, tmp_path, monkeypatch
):
    """Forced and stopped again, it goes on under the second kernel, and under no third unasked."""

    def use(kernel):
        monkeypatch.setattr(recording, "blas_versions", lambda: {"blas_kernel": kernel})

    out = tmp_path / "two"
    use("First")
    stop_at(20, online(data), out, snapshot_every=10)
    use("Second")
    stop_at(60, online(data), out, resume=True, force=True, snapshot_every=10)
    use("Third")
    with pytest.raises(TraceError, match="blas kernel First, then Second, now Third"):
        train(online(data), out, resume=True, snapshot_every=10)
    use("Second")
    train(online(data), out, resume=True, snapshot_every=10)
    assert Trace.open(out).header["versions"]["blas_kernel"] == "First, then Second"


def test_a_chapter_s_run_under_another_kernel_names_the_whole_command(data, tmp_path, monkeypatch):
    recipe = online(data).change(name="begun-elsewhere")
    monkeypatch.setitem(RECIPES, "begun-elsewhere", recipe)
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path / "home"))
    out = tmp_path / "home" / "traces" / "begun-elsewhere"
    stop_at(60, recipe, out)
    monkeypatch.setattr(recording, "blas_versions", lambda: {"blas_kernel": "Other"})
    with pytest.raises(TraceError, match="network train begun-elsewhere --resume --force goes on"):
        ensure_trace("begun-elsewhere")


def test_batches_have_the_same_bytes_whoever_asks_for_them(data, tmp_path):
    """`manim` starts with as many BLAS threads as there are cores, the command line with one."""
    code = (
        "import sys; from pathlib import Path; from tests.small_runs import batches; "
        "from network.training import train; "
        "train(batches(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    made = []
    for threads in ("1", "2", "4"):
        folder = tmp_path / threads
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        subprocess.run([sys.executable, "-c", code, data, folder], check=True, env=environment)
        made.append(read_timeless(folder))
    assert made[0] == made[1] == made[2]


def test_a_trace_with_something_else_in_it_is_not_deleted(data, out):
    train(online(data), out)
    (out / "notes").mkdir()
    with pytest.raises(TraceError, match=r"it holds notes\): choose another --out"):
        train(online(data), out, force=True)
    Trace.open(out)


def test_neighbours_are_left_alone(data, out):
    """A copy called out.old was once deleted."""
    for name in ("out.old", "out-1", "out.bak"):
        out.with_name(name).mkdir()
        out.with_name(name).joinpath("trace.json").write_text("a copy")
    for _ in range(2):
        train(online(data), out, force=True)
    for name in ("out.old", "out-1", "out.bak"):
        assert out.with_name(name).joinpath("trace.json").read_text() == "a copy"


def test_an_empty_folder_is_as_good_as_none(data, out):
    out.mkdir()
    train(online(data), out)
    Trace.open(out)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link(data, tmp_path, out):
    (tmp_path / "elsewhere").mkdir()
    out.symlink_to(tmp_path / "elsewhere" / "trace")
    for seed in (0, 1):
        result = train(online(data, seed=seed), out, force=True)
        assert out.is_symlink()
        assert Trace.open(out).recipe.seed == seed
        assert result.path == (tmp_path / "elsewhere" / "trace").resolve()
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "out"}


def test_places_that_cannot_be_written_are_told(data, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(PlaceError, match=r"file.* cannot be used: part of the path is a file"):
        train(online(data), tmp_path / "file" / "out")
    with pytest.raises(PlaceError, match=r"cannot be used: its name is too long"):
        train(online(data), tmp_path / ("x" * 300))
    with pytest.raises(TraceError, match=r"^/ is no trace and not empty"):
        train(online(data), Path("/"), force=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TraceError, match="is no trace and not empty"):
        train(online(data), Path(), force=True)
    train(online(data), Path("a/b/../c"))
    assert Trace.open(tmp_path / "a" / "c").steps == 120


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions as on POSIX")
@pytest.mark.parametrize(
    ("mode", "place", "why"),
    [
        (0o555, "", "cannot be replaced"),
        (0o000, "", "to enter FOLDER|there is no permission"),
        (0o555, "/out", "there is no permission to write into FOLDER"),
        (0o555, "/a/b/out", "there is no permission to write into FOLDER"),
        (0o000, "/out", "there is no permission to enter FOLDER"),
        (0o000, "/a/b/out", "there is no permission to enter FOLDER"),
    ],
)
def test_the_folder_that_may_not_be_written_is_named_before_training(data, mode, place, why):
    user = os.geteuid()
    loaded = datasets.load(data)
    assert len(loaded.train) + len(loaded.test) == 80
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above) / "folder"
        folder.mkdir()
        if not place:
            (folder / "trace.json").touch()
        Path(above).chmod(0o755)
        folder.chmod(mode)
        try:
            if user == 0:
                os.seteuid(65534)  # root may do everything
            with pytest.raises(PlaceError) as caught:
                train(
                    online(data),
                    Path(f"{folder}{place}"),
                    force=True,
                    progress=pytest.fail,
                    dataset=loaded,
                )
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
    assert caught.value.exit_code == 2
    if place:
        assert re.search(why.replace("FOLDER", re.escape(str(folder))) + ";", str(caught.value))
    assert "cannot write" not in str(caught.value)


# A full disk


class Disk:
    """Where so many bytes can still be written."""

    def __init__(self, free: int) -> None:
        self.free, self.written = free, 0

    def open(self, path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if "w" not in mode and "+" not in mode:
            return open(path, mode, *arguments, **options)
        raw = RawFile(path, mode.replace("b", ""), self)
        if "b" not in mode:
            return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
        return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)


class RawFile(io.FileIO):
    """A file on such a disk."""

    def __init__(self, path: Path, mode: str, disk: Disk) -> None:
        super().__init__(path, mode)
        self.disk = disk

    def write(self, content: Any) -> int:
        size = memoryview(content).nbytes
        if self.disk.free < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.disk.free -= size
        self.disk.written += size
        return super().write(content)


@pytest.mark.parametrize("kind", [online, batches])
def test_a_full_disk_is_told_and_nothing_is_lost(data, tmp_path, out, monkeypatch, kind):
    whole = train(kind(data), tmp_path / "whole", snapshot_every=10).path
    train(kind(data, seed=5), out)
    old = read_files(out)

    def train_on(disk: Disk, **options: Any) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", lambda *words, **named: disk.open(*words, **named))
            train(kind(data), out, snapshot_every=10, checkpoint_seconds=0, **options)

    disk = Disk(10**9)
    train_on(disk, force=True)
    assert read_timeless(out) == read_timeless(whole)
    frees = [int(disk.written * share / 20) for share in range(0, 20, 2)]
    # Near the end: while the last arrays are closed, and while trace.json is written.
    last = disk.written - (out / "trace.json").stat().st_size
    for free in [*frees, last - 1500, last - 300, last + 500]:
        shutil.rmtree(out)
        out.mkdir()
        for name, content in old.items():
            (out / name).write_bytes(content)
        with pytest.raises(TraceError, match=r"^the disk is full: .*--resume$") as caught:
            train_on(Disk(free), force=True)
        assert "\n" not in str(caught.value)
        assert read_files(out) == old
        Trace.open(out)
        train(kind(data), out, snapshot_every=10, resume=True, force=True)
        assert read_timeless(out) == read_timeless(whole), free


def test_too_little_room_is_told_before_training(data, out, monkeypatch):
    usage = shutil.disk_usage(out.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000))
    below = out / "a" / "b"
    for place in (out, below):
        with pytest.raises(TraceError, match=r"full: .* needs 19 kB, and 10 kB are free"):
            train(online(data), place)
    assert not list(out.parent.iterdir())


def test_a_disk_that_is_full_at_the_beginning_leaves_nothing(data, out, monkeypatch):
    disk = Disk(900)
    monkeypatch.setattr(Path, "open", lambda *words, **named: disk.open(*words, **named))
    with pytest.raises(TraceError, match="the disk is full"):
        train(online(data), out)
    assert disk.written
    assert not list(out.parent.iterdir())


def test_an_unfinished_run_needs_room_only_for_the_rest(data, tmp_path, out, monkeypatch):
    whole = read_timeless(train(online(data), tmp_path / "whole").path)
    stop_at(60, online(data), out)
    held = sum(file.stat().st_size for file in out.with_name("out.partial").glob("*.npy"))
    usage = shutil.disk_usage(out.parent)
    # 19 kB in all.
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=18_000 - held))
    with pytest.raises(TraceError, match="disk is full"):
        train(online(data), out, resume=True)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=20_000 - held))
    train(online(data), out, resume=True)
    assert read_timeless(out) == whole
    # Whole but for its name it needs none.
    out.rename(out.with_name("out.partial"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    train(online(data), out)
    assert read_timeless(out) == whole


# Two at once


def test_a_second_run_is_told_and_harms_nothing(data, tmp_path, out):
    begun, go_on = threading.Event(), threading.Event()

    def wait(progress: training.Progress) -> None:
        begun.set()
        assert go_on.wait(30)

    first = threading.Thread(
        target=train, args=(online(data), out), kwargs={"progress": wait, "snapshot_every": 10}
    )
    first.start()
    try:
        assert begun.wait(30)
        for options in ({}, {"force": True}, {"resume": True}):
            with pytest.raises(TraceError, match=r"another process is training .*: wait"):
                train(online(data), out, **options)
    finally:
        go_on.set()
        first.join()
    whole = train(online(data), tmp_path / "whole", snapshot_every=10).path
    assert read_timeless(out) == read_timeless(whole)


def test_ensure_trace_waits_for_the_other_and_trains_only_once(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path))
    monkeypatch.setitem(recipes.RECIPES, "waited-for", online(data).change(name="waited-for"))
    begun, go_on = threading.Event(), threading.Event()
    begins = []
    begin = training._begin
    monkeypatch.setattr(training, "_begin", lambda *words: begins.append(1) or begin(*words))

    def wait(progress: training.Progress) -> None:
        begun.set()
        assert go_on.wait(30)

    found: list[Path] = []
    first = threading.Thread(target=lambda: found.append(ensure_trace("waited-for", wait)))
    second = threading.Thread(target=lambda: found.append(ensure_trace("waited-for")))
    first.start()
    assert begun.wait(30)
    second.start()
    second.join(0.3)
    assert second.is_alive()
    assert "waiting for another process" in capsys.readouterr().err
    go_on.set()
    first.join()
    second.join()
    assert found == [tmp_path / "traces" / "waited-for"] * 2
    assert len(begins) == 1
    assert ensure_trace("waited-for") == found[0]
    assert len(begins) == 1


def test_ensure_trace_follows_links_as_the_command_line_does(data, tmp_path, monkeypatch):
    """The traces of a chapter may be on another disk, also before they are made."""
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path))
    monkeypatch.setitem(recipes.RECIPES, "linked", online(data).change(name="linked"))
    (tmp_path / "traces").mkdir()
    (tmp_path / "traces" / "linked").symlink_to(tmp_path / "disk" / "far")
    assert Trace.open(ensure_trace("linked")).recipe.name == "linked"
    assert (tmp_path / "disk" / "far" / "trace.json").exists()
    (tmp_path / "disk" / "far").rename(tmp_path / "disk" / "far.partial")
    (tmp_path / "disk" / "far.partial" / "thesis.txt").write_text("ten years of work")
    with pytest.raises(TraceError, match=r"it holds thesis\.txt"):
        ensure_trace("linked")


def test_ensure_trace_finishes_an_unfinished_run(data, tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path))
    recipe = online(data).change(name="begun")
    monkeypatch.setitem(recipes.RECIPES, "begun", recipe)
    stop_at(120, recipe, tmp_path / "traces" / "begun")
    seen: list[int] = []
    ensure_trace("begun", lambda progress: seen.append(progress.step))
    assert seen == [120]
    whole = train(recipe, tmp_path / "whole").path
    assert read_timeless(tmp_path / "traces" / "begun") == read_timeless(whole)


def test_a_lock_that_was_taken_away_is_none(out):
    """Whoever waits for it has the file that is there, not the one that is gone."""
    first = Lock(out)
    second = Lock(out, wait=True)
    first.__enter__()
    waiting = threading.Thread(target=second.__enter__)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    first.__exit__(Stop, Stop(), None)
    waiting.join(10)
    with pytest.raises(TraceError, match="another process"), Lock(out):
        raise AssertionError
    second.__exit__(None, None, None)


def test_a_lock_is_let_go(out):
    with Lock(out), pytest.raises(TraceError, match="another process"), Lock(out):
        pass
    with pytest.raises(Stop), Lock(out):
        raise Stop
    with Lock(out):
        pass


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_lock_that_is_a_link_is_not_followed(data, tmp_path, out):
    out.with_name(".out.lock").symlink_to(tmp_path / "target")
    with pytest.raises(TraceError, match=r"\.out\.lock cannot be used: it is a link"):
        train(online(data), out)
    assert not (tmp_path / "target").exists()


# Divergence

# Some time in the second of three epochs.
SLOWLY = {
    "activations": ("relu", "identity"),
    "loss": "squared-error",
    "learning_rate": 13.0,
    "epochs": 3,
}


@pytest.mark.parametrize(
    ("kind", "changes", "after"),
    [
        (online, {"activations": ("relu", "softmax"), "learning_rate": 1e20}, 0),
        (online, SLOWLY, 10),
        (batches, {"learning_rate": 1e12}, 0),
        (batches, {"batch_size": 0, "dropout": (), "momentum": 0.0, "learning_rate": 1e14}, 0),
    ],
    ids=["online", "slowly", "batches", "full-batch"],
)
@pytest.mark.parametrize("every", [1, 5, 1000])
def test_divergence_stops_and_what_was_recorded_can_be_read(data, out, kind, changes, after, every):
    recipe = kind(data, **changes)
    with pytest.raises(DivergenceError) as caught:
        train(recipe, out, snapshot_every=every, checkpoint_seconds=0)
    trace = Trace.open(out)
    at, of = trace.header["diverged_at"], trace.header["planned_steps"]
    assert f"training diverged at step {at} of {of}: " in str(caught.value)
    assert f"the learning rate {recipe.learning_rate:g} is too large" in str(caught.value)
    assert f"the steps before it are at {out}" in str(caught.value)
    assert after < at == trace.steps == len(trace) <= of
    assert at - 1 <= (len(trace.epochs) + 1) * (of // recipe.epochs)
    assert len(trace.epochs) * (of // recipe.epochs) <= at
    # No number in it that JSON does not know.
    json.loads((out / "trace.json").read_text(), parse_constant=pytest.fail)
    previous = None
    for number in trace.recorded:
        step = trace[number]
        assert np.isfinite(step.loss).all()
        if previous is not None and previous.step == number - 1:
            for layer in range(1, step.layers + 1):
                assert step.W[layer].tobytes() == previous.W_after[layer].tobytes()
        previous = step
    assert trace.recorded[-1] <= at - 1
    with pytest.raises(DivergenceError, match=f"at step {at} "):
        train(recipe, record="none")
    # The same weights lead to the same end, also when the run is stopped on the way.
    if at > 1:
        whole = read_timeless(out)
        again = out.with_name("again")
        stop_at(1, recipe, again, snapshot_every=every)
        with pytest.raises(DivergenceError):
            train(recipe, again, resume=True, snapshot_every=every)
        assert read_timeless(again) == whole


def test_the_steps_before_a_divergence_are_those_of_a_run_that_ends_there(data, out):
    """A segment that diverges in its middle was once recorded with weights from after it."""
    recipe = online(data, **SLOWLY)
    with pytest.raises(DivergenceError):
        train(recipe, out, snapshot_every=1000)
    coarse = Trace.open(out)
    with pytest.raises(DivergenceError):
        train(recipe, out.with_name("fine"), snapshot_every=1)
    fine = Trace.open(out.with_name("fine"))
    assert fine.steps == coarse.steps > 3
    for step in range(fine.steps + 1):
        assert coarse.parameters(step).tobytes() == fine.parameters(step).tobytes()
    for name in ("index", "error", "loss", "a1", "a2", "delta1", "delta2"):
        assert coarse.arrays[name].tobytes() == fine.arrays[name].tobytes()


# What is in the header


def test_the_header_says_how_the_trace_was_made(data, out):
    header = Trace.open(train(batches(data), out).path).header
    assert header["format"] == 1
    assert Recipe.from_dict(header["recipe"]) == batches(data)
    assert header["dataset"]["name"] == str(data)
    assert header["layer_sizes"] == [25, 8, 6, 10]
    assert (header["dtype"], header["record"]) == ("float32", "sparse")
    assert (header["steps"], header["planned_steps"], header["batch"]) == (48, 48, 7)
    assert header["versions"] == recording.versions()
    assert header["versions"]["numpy"] == np.__version__
    assert [epoch["epoch"] for epoch in header["epochs"]] == [0, 1, 2, 3, 4, 5]
    assert all(epoch["seconds"] >= 0 for epoch in header["epochs"])
    assert header["sha256"] == header_digest(header)
    assert "diverged_at" not in header


def test_what_is_counted_while_training_is_what_the_arrays_say(data, out):
    trace = Trace.open(train(online(data), out).path)
    labels = trace.dataset.train.labels
    for number, epoch in enumerate(trace.epochs):
        rows = slice(60 * number, 60 * number + 60)
        answers = trace.arrays["a2"][rows, 0].argmax(axis=1)
        right = answers == labels[trace.arrays["index"][rows, 0]]
        assert epoch["train_accuracy"] == right.mean()
        assert epoch["train_loss"] == pytest.approx(trace.arrays["loss"][rows].mean())
        judged = training.evaluate(trace.network(60 * number + 60), trace.dataset.test)
        assert (epoch["test_accuracy"], epoch["test_loss"]) == (judged.accuracy, judged.loss)
        assert np.array_equal(trace.arrays["confusion"][number], judged.confusion)
        assert (
            judged.confusion.sum(axis=1).tolist()
            == np.bincount(trace.dataset.test.labels, minlength=10).tolist()
        )
