"""Reading a trace: replayed weights, steps and their paths, and every way it can be damaged."""

import contextlib
import json
import math
import os
import shutil
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.__main__ import main
from network.datasets import FILES, read_idx
from network.errors import PathError, TraceError
from network.folder import find_stranger, header_digest
from network.functions import ACTIVATIONS
from network.recipes import RECIPES, Recipe
from network.step import Step
from network.trace import ENTRIES, Trace
from network.training import train
from tests.small_runs import batches, command_in, online, read_files, write_dataset

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("trace") / "digits")


@pytest.fixture(scope="module")
def full(data):
    """A full trace, not to be changed."""
    return Trace.open(train(online(data), data.with_name("full"), snapshot_every=16).path)


@pytest.fixture(scope="module")
def sparse(data):
    """A sparse trace, not to be changed."""
    return Trace.open(train(batches(data), data.with_name("sparse")).path)


@pytest.fixture
def copy(full, tmp_path):
    """A trace to be damaged."""
    return shutil.copytree(full.path, tmp_path / "copy")


# Replay


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"update_order": "output-first"},
        {"schedule": "cosine", "shuffle": True, "seed": 3},
        {"activations": ("relu", "softmax"), "initialisation": "he", "learning_rate": 0.01},
        {"sizes": (784, 20, 12, 10), "activations": ("sigmoid",) * 3, "loss": "squared-error"},
    ],
    ids=["published", "output-first", "schedule", "relu-softmax", "deeper"],
)
def test_replayed_weights_are_those_of_training_bit_for_bit(tmp_path, changes):
    data = write_dataset(tmp_path / "digits", train=90, size=(28, 28))
    recipe = RECIPES["sigmoid-online"].change(dataset=str(data), epochs=2, **changes)
    stored = Trace.open(train(recipe, tmp_path / "stored", snapshot_every=1).path)
    assert len(stored.snapshots) == 181
    for every in (7, 1000):
        result = train(recipe, tmp_path / f"every-{every}", snapshot_every=every)
        replayed = Trace.open(result.path)
        assert len(replayed.snapshots) == {7: 27, 1000: 2}[every]
        for step in range(181):
            same = replayed.parameters(step).tobytes() == stored._snapshot(step).tobytes()
            assert same, f"before step {step}, snapshots every {every}"
        assert replayed.parameters().tobytes() == result.network.flat.tobytes()
        assert replayed.network().flat.tobytes() == result.network.flat.tobytes()


def test_each_step_begins_with_the_weights_that_the_one_before_ended_with(full):
    steps = [full[number] for number in range(full.steps)]
    for before, after in pairwise(steps):
        for layer in (1, 2):
            assert before.W_after[layer].tobytes() == after.W[layer].tobytes()
            assert before.b_after[layer].tobytes() == after.b[layer].tobytes()
            assert before.W_after[layer].tobytes() != before.W[layer].tobytes()


@pytest.mark.parametrize("changes", [{}, {"activations": ("relu", "softmax")}])
def test_activations_computed_from_the_weights_are_the_recorded_ones(tmp_path, changes):
    data = write_dataset(tmp_path / "digits", train=40, size=(28, 28))
    recipe = RECIPES["sigmoid-online"].change(dataset=str(data), epochs=1, **changes)
    trace = Trace.open(train(recipe, tmp_path / "out").path)
    for number in range(trace.steps):
        step = trace[number]
        for layer, name in enumerate(recipe.activations, start=1):
            a = ACTIVATIONS[name].forward(step.z[layer])
            assert a.tobytes() == trace.arrays[f"a{layer}"][number, 0].tobytes()


def test_a_sparse_trace_has_the_weights_around_each_recorded_step(data, sparse):
    everything = Trace.open(train(online(data), data.with_name("all")).path)
    some = Trace.open(train(online(data), data.with_name("some"), "sparse").path)
    assert 10 < len(some.recorded) < some.steps
    for number in some.recorded:
        for name, value in everything[number].values.items():
            assert np.array_equal(some[number].values[name], value), (number, name)
    assert sparse.parameters().tobytes() == sparse.parameters(sparse.steps).tobytes()
    with pytest.raises(TraceError, match=r"no weights before step 12: .* before 11 and 14$"):
        sparse.parameters(12)


# A step against an independent computation


def activate(name: str, z: np.ndarray) -> np.ndarray:
    if name == "softmax":
        shifted = np.exp(z - z.max(axis=1, keepdims=True))
        return shifted / shifted.sum(axis=1, keepdims=True)
    return {
        "identity": z,
        "sigmoid": (1 + np.tanh(z / 2)) / 2,
        "relu": np.where(z > 0, z, 0),
    }[name]


def pull_back(name: str, a: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """dC/dz from dC/da."""
    if name == "softmax":
        jacobian = np.stack([np.diag(row) - np.outer(row, row) for row in a])
        return np.einsum("bij,bj->bi", jacobian, slope)
    return slope * {"identity": 1, "sigmoid": a * (1 - a), "relu": a > 0}[name]


def rate_of(recipe: Recipe, step: int, steps: int) -> float:
    share = {
        "constant": 1,
        "cosine": (1 + math.cos(math.pi * step / steps)) / 2,
        "decay": 1 / (1 + 9 * step / steps),
    }
    return recipe.learning_rate * share[recipe.schedule]


def as_rows(step: Step) -> dict[str, Any]:
    """Every value in float64, those of images with a batch axis whether or not the step has one."""
    alone = step.x.ndim == 1
    per_image = ("index", "x", "label", "y", "z", "a", "delta", "loss", "error", "prediction")
    rows = {}
    for name, value in step.values.items():
        array = np.asarray(value, np.float64)
        rows[name] = array[None] if alone and name.rstrip("0123456789") in per_image else array
    return rows


def assert_close(actual: np.ndarray, expected: np.ndarray, what: str) -> None:
    size = max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(actual, expected, rtol=2e-4, atol=3e-6 * size, err_msg=what)


def check_run(trace: Trace, folder: Path) -> None:
    """Every recorded step against the formulas, written once more, in float64."""
    recipe, steps = trace.recipe, trace.header["planned_steps"]
    pixels, labels = (read_idx(folder / name) for name in FILES[:2])
    n = len(pixels) - recipe.holdout
    batch = recipe.batch_size or n
    per_epoch = n // batch
    assert (trace.batch, steps) == (batch, per_epoch * recipe.epochs)
    started = recipe.new_network()
    velocity: dict[str, np.ndarray] = {}
    previous = -1
    for number in trace.recorded:
        whole = trace[number]
        step = as_rows(whole)
        epoch, place = divmod(number, per_epoch)
        assert (whole.step, whole.epoch) == (number, epoch)
        order = np.arange(n)
        if recipe.shuffle:
            order = np.random.default_rng([recipe.seed, 1 + epoch]).permutation(n)
        index = order[place * batch : (place + 1) * batch]
        assert step["index"].tolist() == index.tolist()
        assert step["label"].tolist() == labels[index].tolist()
        assert np.array_equal(step["y"], np.eye(recipe.sizes[-1])[labels[index]])
        assert np.array_equal(step["x"], (pixels[index] / np.float32(255)).reshape(batch, -1))
        rate = rate_of(recipe, number, steps)
        assert step["learning_rate"] == pytest.approx(rate)

        below, last = step["x"], len(recipe.activations)
        for layer, name in enumerate(recipe.activations, start=1):
            z, a = step[f"z{layer}"], step[f"a{layer}"]
            assert_close(z, below @ step[f"W{layer}"].T + step[f"b{layer}"], f"z{layer}")
            kept = activate(name, z)
            if layer < last and recipe.dropout and recipe.dropout[layer - 1]:
                kept = kept * (a != 0) / (1 - recipe.dropout[layer - 1])
            assert_close(a, kept, f"a{layer}")
            below = a
        out, y = step[f"a{last}"], step["y"]
        assert_close(step["error"], ((out - y) ** 2).mean(axis=1), "error")
        loss = step["error"]
        if recipe.loss == "cross-entropy":
            z = step[f"z{last}"]
            if recipe.activations[-1] == "sigmoid":
                loss = np.logaddexp(0, np.where(y == 1, -z, z)).sum(axis=1)
            else:
                loss = -np.log(activate("softmax", z)[y == 1])
        assert_close(step["loss"], loss, "loss")
        assert step["prediction"].tolist() == out.argmax(axis=1).tolist()

        slope = 2 / out.shape[1] * (out - y)
        blame = out - y
        if recipe.loss == "squared-error":
            blame = pull_back(recipe.activations[-1], out, slope)
        assert_close(step[f"delta{last}"], blame, f"delta{last}")
        for layer in range(last, 0, -1):
            delta, a = step[f"delta{layer}"], step[f"a{layer - 1}" if layer > 1 else "x"]
            assert_close(step[f"dW{layer}"], delta.T @ a / batch, f"dW{layer}")
            db = delta.mean(axis=0)
            if recipe.bias_gradient == "scalar":
                db = np.full_like(db, db.sum())
            assert_close(step[f"db{layer}"], db, f"db{layer}")
            if layer > 1:
                name = recipe.activations[layer - 2]
                after = "_after" if recipe.update_order == "output-first" else ""
                slope = delta @ step[f"W{layer}{after}"]
                p = recipe.dropout[layer - 2] if recipe.dropout else 0
                kept = a * (1 - p)
                slope = slope * (a != 0) / (1 - p) if p else slope
                far = (np.abs(step[f"z{layer - 1}"]) > 1e-5) | (name != "relu")
                expected = pull_back(name, kept, slope)
                assert_close(step[f"delta{layer - 1}"] * far, expected * far, f"delta{layer - 1}")

        for layer, (W, b) in enumerate(((layer.W, layer.b) for layer in started.layers), start=1):
            if number == 0:
                assert np.array_equal(step[f"W{layer}"], W)
                assert np.array_equal(step[f"b{layer}"], b)
            for name in (f"W{layer}", f"b{layer}"):
                gradient = step[f"d{name}"]
                if name[0] == "W":
                    gradient = gradient + recipe.weight_decay * step[name]
                changed = step[f"{name}_after"] - step[name]
                if number == previous + 1:
                    expected = recipe.momentum * velocity.get(name, 0) - rate * gradient
                    assert_close(changed, expected, f"{name}_after")
                velocity[name] = changed
        previous = number


@st.composite
def recipes(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of small networks of every kind; the dataset is put in by the test."""
    size = draw(st.sampled_from([(2, 3), (3, 3), (1, 4)]))
    hidden = draw(st.lists(st.integers(1, 5), max_size=2))
    dropout = draw(st.sampled_from([(), tuple([0.4, 0.0][: len(hidden)])]))
    # An activation of identity may be 0 without having been dropped.
    names = ["sigmoid", "relu"] if any(dropout) else sorted(ACTIVATIONS)
    output, loss = draw(
        st.sampled_from(
            [("sigmoid", "cross-entropy"), ("softmax", "cross-entropy")]
            + [(name, "squared-error") for name in sorted(ACTIVATIONS)]
        )
    )
    return {
        "size": size,
        "sizes": (size[0] * size[1], *hidden, 10),
        "activations": (*(draw(st.sampled_from(names)) for _ in hidden), output),
        "loss": loss,
        "dropout": dropout,
        "learning_rate": draw(st.sampled_from([0.1, 0.02])),
        "epochs": draw(st.integers(1, 3)),
        "batch_size": draw(st.sampled_from([0, 1, 1, 3, 5])),
        "shuffle": draw(st.booleans()),
        "initialisation": draw(st.sampled_from(["uniform", "he", "glorot"])),
        "bias_initialisation": draw(st.sampled_from(["zero", "uniform"])),
        "schedule": draw(st.sampled_from(["constant", "cosine", "decay"])),
        "momentum": draw(st.sampled_from([0.0, 0.0, 0.5])),
        "weight_decay": draw(st.sampled_from([0.0, 0.0, 0.1])),
        "update_order": draw(st.sampled_from(["gradients-first", "output-first"])),
        "bias_gradient": draw(st.sampled_from(["per-neuron", "per-neuron", "scalar"])),
        "holdout": draw(st.sampled_from([0, 4])),
        "seed": draw(st.integers(0, 2**40)),
    }


@settings(max_examples=60, deadline=None)
@given(chosen=recipes(), every=st.integers(1, 20), sparse=st.booleans())
def test_what_is_read_is_what_the_formulas_say(tmp_path_factory, chosen, every, sparse):
    folder = tmp_path_factory.mktemp("run")
    size = chosen.pop("size")
    data = write_dataset(folder / "digits", train=14, test=3, size=size, seed=chosen["seed"])
    recipe = Recipe(name="any", summary="", dataset=str(data), **chosen)
    record = "sparse" if sparse or not recipe.online else "full"
    result = train(recipe, folder / "out", record, snapshot_every=every)
    trace = Trace.open(folder / "out")
    assert trace.recipe == recipe
    assert trace.record == record
    assert trace.parameters().tobytes() == result.network.flat.tobytes()
    assert trace.epochs == result.epochs
    assert np.array_equal(trace.arrays["confusion"], result.confusion)
    check_run(trace, data)
    shutil.rmtree(folder)


# Steps and their paths


def test_steps_are_counted_from_either_end(full):
    assert len(full) == full.steps == 120
    assert (full[0].step, full[-1].step, full[-120].step, full[119].epoch) == (0, 119, 0, 1)
    for number in (120, -121, 10**9):
        with pytest.raises(TraceError, match=f"has steps 0 to 119, not {number}$"):
            full[number]
    with pytest.raises(TraceError, match="has steps 0 to 120, not 121"):
        full.parameters(121)


def test_a_path_gives_the_value_of_every_quantity(full, sparse):
    shapes = {
        **dict.fromkeys(("step", "epoch", "index", "label", "loss", "error"), ()),
        **dict.fromkeys(("prediction", "learning_rate"), ()),
        **{"x": (25,), "y": (10,)},
        **{f"{name}1": (6,) for name in ("z", "a", "delta", "b", "db")},
        **{f"{name}2": (10,) for name in ("z", "a", "delta", "b", "db")},
        **{"W1": (6, 25), "dW1": (6, 25), "W1_after": (6, 25), "b1_after": (6,)},
        **{"W2": (10, 6), "dW2": (10, 6), "W2_after": (10, 6), "b2_after": (10,)},
        "a0": (25,),
    }
    step = full[77]
    assert {name: np.shape(value) for name, value in step.values.items()} == shapes
    for whole in (step, sparse[9]):
        for name, value in whole.values.items():
            assert whole[name] is value
            array = np.asarray(value)
            for place in np.ndindex(array.shape):
                if place:
                    assert whole[f"{name}[{','.join(map(str, place))}]"] == array[place]
                    assert np.array_equal(whole[f" {name}[{place[0]}] "], array[place[0]])
    attributes = ("z", "a", "delta", "dW", "db", "W", "b", "W_after", "b_after")
    assert step["delta2[3]"] == step.delta[2][3] == full.arrays["delta2"][77, 0, 3]
    for name in attributes:
        kind, _, after = name.partition("_")
        assert step[f"{kind}2_{after}".rstrip("_")] is getattr(step, name)[2]


def test_pictures_are_addressed_by_row_and_column(tmp_path):
    data = write_dataset(tmp_path / "digits", train=12, size=(28, 28))
    recipe = RECIPES["sigmoid-online"].change(dataset=str(data), epochs=1)
    step = Trace.open(train(recipe, tmp_path / "one").path)[11]
    row, column = np.argwhere(step.image > 0)[5]
    pixel = row * 28 + column
    assert step[f"x[{row},{column}]"] == step[f"x[{pixel}]"] == step.x[pixel] > 0
    assert step["x[14,9]"] == step.x[14 * 28 + 9] == step.image[14, 9]
    assert step["W1[3,14,9]"] == step["W1[3,401]"] == step.W[1][3, 14 * 28 + 9]
    assert step[f"dW1[3, {row}, {column}]"] == step.dW[1][3, pixel] != 0
    assert step["W1_after[3,27,27]"] == step.W_after[1][3, 783]
    many = Trace.open(train(recipe.change(batch_size=4), tmp_path / "four").path)[0]
    assert many[f"x[2,{row},{column}]"] == many.x[2, pixel] == many.example(2)[f"x[{pixel}]"]
    for path in ("x[28,0]", "x[0,28]", "W1[3,28,0]", "W1[20,0,0]"):
        with pytest.raises(PathError, match=r"is out of range: axis \d has indices 0 to (27|19)$"):
            step[path]
    with pytest.raises(PathError, match="too many indices"):
        step["W2[3,4,5]"]


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("delta3[3]", "has no 'delta3': it has step, epoch, index, x, "),
        ("w1", "has no 'w1'"),
        ("W1_before", "is no path"),
        ("", r"^'' is no path: write a name and indices, like delta2\[3\]$"),
        ("W2[", "is no path"),
        ("W2[]", "is no path"),
        ("W2[1,]", "is no path"),
        ("W2[1][2]", "is no path"),
        ("W2[1:3]", "is no path"),
        ("W2[1.5]", "is no path"),
        ("W2[٣]", "is no path"),
        ("W2[" + "9" * 5000 + "]", "is no path"),
        ("a2[10]", r"out of range: axis 0 has indices 0 to 9$"),
        ("a2[-1]", r"out of range: axis 0 has indices 0 to 9$"),
        ("W2[9,6]", r"out of range: axis 1 has indices 0 to 5$"),
        ("W2[10,0]", r"out of range: axis 0 has indices 0 to 9$"),
        ("x[5,0]", r"out of range: axis 0 has indices 0 to 4$"),
        ("a2[1,2]", r"too many indices: the shape is \(10,\)$"),
        ("loss[0]", r"too many indices: the shape is \(\)$"),
        ("x[0,0,0]", "too many indices"),
        ("__class__", "is no path"),
        ("values", "has no 'values'"),
        ("example(0)", "is no path"),
    ],
)
def test_paths_that_name_nothing_are_clear_errors(full, path, fault):
    with pytest.raises(PathError, match=fault) as caught:
        full[0][path]
    assert "\n" not in str(caught.value)
    assert not str(caught.value).startswith("'\"")  # as KeyError alone would show it


@settings(max_examples=300, deadline=None)
@given(path=st.one_of(st.text(), st.from_regex(r"[A-Za-z]+\d*(_after)?\[[-0-9, ]*\]?")))
def test_no_path_raises_anything_else(full, path):
    with contextlib.suppress(PathError):
        full[0][path]


def test_an_example_of_a_batch_is_that_image_alone(sparse):
    whole = sparse[5]
    assert (whole.batch, whole.x.shape, whole.layers) == (7, (7, 25), 3)
    assert whole.image.shape == (7, 5, 5)
    for row in range(7):
        one = whole.example(row)
        assert (one.batch, one.image.shape) == (1, (5, 5))
        assert one.index == whole.index[row]
        assert one["a3[4]"] == whole[f"a3[{row},4]"] == one.a[3][4]
        assert one["delta1[2]"] == whole[f"delta1[{row},2]"]
        assert one.loss == whole.loss[row]
        assert one.prediction == int(np.argmax(whole.a[3][row]))
        assert one.W[1] is whole.W[1]
        assert one.dW[1] is whole.dW[1]
        assert one.example(0) is one
    for row in (-1, 7):
        with pytest.raises(PathError, match=f"step 5 saw 7 images: there is no row {row}"):
            whole.example(row)
    assert isinstance(one.label, int)
    assert np.mean(whole.loss) == pytest.approx(sparse.arrays["loss"][5], rel=1e-5)
    assert np.mean(whole.error) == pytest.approx(sparse.arrays["error"][5], rel=1e-5)


def test_steps_that_were_not_recorded_name_the_nearest(sparse):
    assert sparse.recorded == [*range(11), 14, 15, 21, 23, 31, 32, 39, 47]
    for number in range(sparse.steps):
        if number in sparse.recorded:
            assert sparse[number].step == number
        else:
            with pytest.raises(TraceError, match=f"did not record step {number}: ") as caught:
                sparse[number]
            lower = max(step for step in sparse.recorded if step < number)
            upper = min(step for step in sparse.recorded if step > number)
            assert str(caught.value).endswith(f"the nearest are {lower} and {upper}")


def test_a_step_cannot_be_changed(full):
    step = full[3]
    with pytest.raises(AttributeError):
        step.loss = 0  # type: ignore[misc]
    with pytest.raises(TypeError):
        step.a[1] = step.a[2]  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        full.arrays["a1"][0] = 0


# Damage


def edit(change: Change, sign: bool = True) -> Callable[[Path], str]:
    """A damage: trace.json changed, and signed anew so that the change is judged by itself."""

    def damage(folder: Path) -> str:
        path = folder / "trace.json"
        header = json.loads(path.read_text())
        change(header)
        if sign and "sha256" in header:
            header["sha256"] = header_digest(header)
        path.write_text(json.dumps(header))
        return "trace.json"

    return damage


def put(name: str, write: Callable[[bytes], bytes]) -> Callable[[Path], str]:
    """A damage: the bytes of a file changed."""

    def damage(folder: Path) -> str:
        (folder / name).write_bytes(write((folder / name).read_bytes()))
        return name

    return damage


def save(name: str, write: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], str]:
    """A damage: another array in a file."""

    def damage(folder: Path) -> str:
        np.save(folder / name, write(np.load(folder / name)))
        return name

    return damage


def remove(name: str) -> Callable[[Path], str]:
    def damage(folder: Path) -> str:
        (folder / name).unlink()
        return name

    return damage


def folder_instead(name: str) -> Callable[[Path], str]:
    def damage(folder: Path) -> str:
        (folder / name).unlink()
        (folder / name).mkdir()
        return name

    return damage


def set_in(*path: Any) -> Callable[[Path], str]:
    """A damage: the value (last) at a path of trace.json."""

    def change(header: Any) -> None:
        for key in path[:-2]:
            header = header[key]
        header[path[-2]] = path[-1]

    return edit(change)


def flip(position: int) -> Callable[[bytes], bytes]:
    def write(content: bytes) -> bytes:
        changed = bytearray(content)
        changed[position] ^= 1
        return bytes(changed)

    return write


DAMAGES: Mapping[str, tuple[Callable[[Path], str], str]] = {
    "format 2": (set_in("format", 2), r"of format 2, and this glassnet reads format 1"),
    "format 0": (set_in("format", "1"), r"of format '1', and this"),
    "no format": (edit(lambda header: header.pop("format")), "of format None"),
    "no json": (remove("trace.json"), "is no trace, it has no trace.json"),
    "empty json": (put("trace.json", lambda content: b""), "is damaged"),
    "half a json": (put("trace.json", lambda content: content[: len(content) // 2]), "is damaged"),
    "json not text": (put("trace.json", lambda content: b"\xff" + content), "is damaged"),
    "json too deep": (put("trace.json", lambda content: b"[" * 10**5), "is damaged"),
    "json a list": (put("trace.json", lambda content: b"[" + content + b"]"), "of format None"),
    "json a number": (put("trace.json", lambda content: b"1"), "of format None"),
    "json changed": (edit(lambda h: h["recipe"].update(seed=1), False), "it was changed since"),
    "seed changed": (put("trace.json", lambda c: c.replace(b'"seed": 0', b'"seed": 4')), "changed"),
    "no array": (remove("a1.npy"), "is missing"),
    "cut array": (put("a1.npy", lambda content: content[:-1]), "is damaged or truncated"),
    "half array": (put("W1.npy", lambda content: content[:200]), "is damaged or truncated"),
    "cut in its header": (put("b2.npy", lambda content: content[:50]), "damaged or truncated"),
    "empty array": (put("index.npy", lambda content: b""), "is damaged or truncated"),
    "no array at all": (put("loss.npy", lambda content: b"hello" * 99), "damaged or truncated"),
    "a zip": (put("loss.npy", lambda content: b"PK\3\4" + content), "damaged or truncated"),
    "a flipped value": (put("delta2.npy", flip(-3)), "was changed since training"),
    "a flipped index": (put("index.npy", flip(128)), "was changed since training"),
    "a flipped count": (put("confusion.npy", flip(-8)), "was changed since training"),
    "bytes behind": (put("error.npy", lambda content: content + b"\0"), "was changed since"),
    "another shape": (save("a2.npy", lambda a: a[:-1]), r"holds float32 \(119, 1, 10\), and tr"),
    "another dtype": (save("W2.npy", lambda a: a.astype(float)), r"holds float64 \(9, 10, 6\)"),
    "another order": (save("W1.npy", np.asfortranarray), "was changed since training"),
    "objects": (save("b1.npy", lambda a: a.astype(object)), "is damaged or truncated"),
    "a folder for an array": (folder_instead("b1.npy"), "b1.npy"),
    **{
        f"no {entry}": (edit(lambda header, e=entry: header.pop(e)), f"it lacks {entry}")
        for entry in ENTRIES
        if entry != "format"
    },
    "no names": (set_in("arrays", {}), "its arrays does not fit"),
    "arrays a number": (set_in("arrays", 3), "trace.json is damaged"),
    "array a number": (set_in("arrays", "a1", 3), "trace.json is damaged"),
    "array elsewhere": (edit(lambda h: h["arrays"].update({"../a1": {}})), "its arrays does not"),
    "no shape": (edit(lambda header: header["arrays"]["a1"].pop("shape")), "is damaged"),
    "shape in json": (set_in("arrays", "a1", "shape", [120, 1, 7]), r"a1 is float32 \[120, 1, 7\]"),
    "dtype in json": (set_in("arrays", "a1", "dtype", "float64"), "a1 is float64"),
    "no hash": (edit(lambda header: header["arrays"]["a1"].pop("sha256")), "damaged"),
    "hash a number": (set_in("arrays", "a1", "sha256", 3), "its arrays does not fit"),
    "another hash": (set_in("arrays", "a1", "sha256", "0" * 64), "was changed since training"),
    "fewer steps": (set_in("steps", 119), "its snapshots does not fit"),
    "steps a word": (set_in("steps", "x"), "trace.json is damaged"),
    "steps null": (set_in("steps", None), "trace.json is damaged"),
    "steps a list": (set_in("steps", [120]), "trace.json is damaged"),
    "steps broken": (set_in("steps", 120.0), "trace.json is damaged"),
    "no steps left": (set_in("steps", 0), "trace.json is damaged"),
    "steps negative": (set_in("steps", -120), "trace.json is damaged"),
    "more steps planned": (set_in("planned_steps", 121), "its planned_steps does not fit"),
    "fewer planned": (set_in("planned_steps", 60), "its steps does not fit"),
    "another batch": (set_in("batch", 2), "its batch does not fit"),
    "batch true": (set_in("batch", True), "its batch does not fit"),
    "record none": (set_in("record", "none"), "its record does not fit"),
    "record sparse": (set_in("record", "sparse"), "is damaged"),
    "other layers": (set_in("layer_sizes", [25, 7, 10]), "its layer_sizes does not fit"),
    "layers a number": (set_in("layer_sizes", 3), "trace.json is damaged"),
    "layers null": (set_in("layer_sizes", None), "trace.json is damaged"),
    "float64": (set_in("dtype", "float64"), "its dtype does not fit"),
    "snapshots falling": (edit(lambda h: h["snapshots"].reverse()), "its snapshots does not fit"),
    "snapshot twice": (set_in("snapshots", 3, 32), "its snapshots does not fit"),
    "snapshot beyond": (set_in("snapshots", -1, 121), "its snapshots does not fit"),
    "snapshot words": (set_in("snapshots", ["a"] * 9), "its snapshots does not fit"),
    "no snapshots": (set_in("snapshots", []), "trace.json is damaged"),
    "snapshots a number": (set_in("snapshots", 9), "trace.json is damaged"),
    "snapshots broken": (set_in("snapshots", 1, 16.5), "its snapshots does not fit"),
    "epochs a number": (set_in("epochs", 2), "trace.json is damaged"),
    "epoch a number": (set_in("epochs", 0, 2), "trace.json is damaged"),
    "epoch without loss": (edit(lambda h: h["epochs"][0].pop("test_loss")), "its epochs does not"),
    "an epoch fewer": (edit(lambda h: h["epochs"].pop()), "confusion is int64"),
    "dataset a word": (set_in("dataset", "mnist"), "trace.json is damaged"),
    "dataset a number": (set_in("dataset", "sha256", 1), "its dataset does not fit"),
    "diverged": (set_in("diverged_at", 7), "its diverged_at does not fit"),
    "recipe a word": (set_in("recipe", "sigmoid-online"), "trace.json is damaged"),
    "recipe null": (set_in("recipe", None), "trace.json is damaged"),
    "unknown setting": (set_in("recipe", "colour", "red"), "unexpected keyword argument 'colour'"),
    "odd setting": (set_in("recipe", "a\r\n", 1), "unexpected keyword argument"),
    "unknown value": (set_in("recipe", "loss", "hope"), "unknown loss 'hope'"),
    "value a word": (set_in("recipe", "momentum", "much"), "trace.json is damaged"),
    "value a map": (set_in("recipe", "sizes", {"a": 1}), "trace.json is damaged"),
    "epochs broken": (set_in("recipe", "epochs", 2.0), "epochs must be a whole number, not 2.0"),
    # What makes no sense, though it is of the right length.
    "format true": (set_in("format", True), "of format True, and this"),
    "steps of 400 digits": (set_in("steps", 10**400), "its steps are more than there can be"),
    "steps negative of 400 digits": (set_in("steps", -(10**400)), "more than there can be"),
    "steps of 21 digits": (set_in("steps", 10**20), "trace.json is damaged"),
    "all steps of 21 digits": (
        edit(lambda h: h.update(steps=10**20, planned_steps=10**20)),
        "its steps are more than there can be",
    ),
    "planned 400 digits": (set_in("planned_steps", 10**400), "its planned_steps does not fit"),
    "more planned, not diverged": (set_in("planned_steps", 240), "its diverged_at does not fit"),
    "diverged, planned 400 digits": (
        edit(lambda h: h.update(planned_steps=10**400, diverged_at=120)),
        "its planned_steps does not fit",
    ),
    "diverged at true": (set_in("diverged_at", None), "its diverged_at does not fit"),
    "batch of 400 digits": (set_in("batch", 10**400), "its batch does not fit"),
    "holdout of 21 digits": (set_in("recipe", "holdout", 10**20), "holdout is at most"),
    "batch size of 21 digits": (set_in("recipe", "batch_size", 10**20), "batch size is at most"),
    "dataset of a recipe a list": (set_in("recipe", "dataset", []), "dataset must be a text"),
    "name null": (set_in("recipe", "name", None), "name must be a text, not None"),
    "summary a number": (set_in("recipe", "summary", 1), "summary must be a text"),
    "shuffle a number": (set_in("recipe", "shuffle", 1), "shuffle must be true or false"),
    "seed true": (set_in("recipe", "seed", True), "seed must be a whole number"),
    "sizes broken": (set_in("recipe", "sizes", [25, 6.0, 10]), "sizes must be whole numbers"),
    "activations numbers": (set_in("recipe", "activations", [1, 2]), "activations must be texts"),
    "bias gradient null": (set_in("recipe", "bias_gradient", None), "bias gradient must be a"),
    "versions null": (set_in("versions", None), "trace.json is damaged"),
    "versions a list": (set_in("versions", []), "trace.json is damaged"),
    "a version null": (set_in("versions", "numpy", None), "its versions does not fit"),
    "accuracy null": (set_in("epochs", 0, "test_accuracy", None), "trace.json is damaged"),
    "accuracy above 1": (set_in("epochs", 0, "test_accuracy", 2), "its epochs does not fit"),
    "accuracy true": (set_in("epochs", 1, "train_accuracy", True), "its epochs does not fit"),
    "loss a word": (set_in("epochs", 0, "test_loss", "low"), "its epochs does not fit"),
    "loss no number": (set_in("epochs", 0, "train_loss", float("nan")), "its epochs does not"),
    "seconds null": (set_in("epochs", 0, "seconds", None), "its epochs does not fit"),
    "another epoch": (set_in("epochs", 0, "epoch", 1), "its epochs does not fit"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_one_line_that_names_the_file_and_the_cure(copy, data, capsys, name):
    damage, fault = DAMAGES[name]
    file = damage(copy)
    with pytest.raises(TraceError, match=fault) as caught:
        Trace.open(copy)
    message = str(caught.value)
    if name not in ("no json", "another hash"):
        assert str(copy / file) in message
    if name == "a folder for an array":
        assert "--force" not in message
        return
    words = command_in(message)
    assert words[0] == "train"
    assert words[words.index("--out") + 1] == str(copy)
    # What has a file that does not look like a trace's is not replaced: somebody may want it.
    refused = find_stranger(copy)
    assert words[-1] == "--force" or refused
    if refused:
        assert "move it away, then python -m network train" in message
        assert main([*words, "--quiet", "--force"]) != 0
        copy.rename(copy.with_name("moved"))
    # The cure cures. Where the recipe cannot be read any more, it is for the reader to fill in.
    if words[1] == "RECIPE":
        words[1:2] = ["sigmoid-online", "--sizes", "25,6,10", "--dataset", str(data)]
    assert main([*words, "--quiet"]) == 0, capsys.readouterr().err
    assert Trace.open(copy).sizes == (25, 6, 10)


@pytest.mark.parametrize(
    "recorded",
    [
        lambda steps: [*steps[1:], 48],
        lambda steps: [1, *steps[1:]],
        lambda steps: steps[::-1],
        lambda steps: [*steps[:-1], 48],
        lambda steps: [*steps[:-1], "47"],
        lambda steps: [*steps[:-1], None],
        lambda steps: [0] * len(steps),
        lambda steps: [],
        lambda steps: len(steps),
    ],
)
def test_recorded_steps_that_cannot_be_are_damage(sparse, tmp_path, recorded):
    folder = shutil.copytree(sparse.path, tmp_path / "sparse")
    set_in("recorded", recorded(sparse.recorded))(folder)
    with pytest.raises(TraceError, match=r"trace\.json is damaged"):
        Trace.open(folder)


def test_the_recipe_in_the_cure_is_the_trace_s_own(copy, full):
    (copy / "a1.npy").unlink()
    with pytest.raises(TraceError) as caught:
        Trace.open(copy)
    assert "--record" not in str(caught.value)
    words = command_in(str(caught.value))
    assert main([*words, "--quiet"]) == 0
    assert Trace.open(copy).recipe == full.recipe
    assert Trace.open(copy).parameters().tobytes() == full.parameters().tobytes()


def test_what_is_no_folder_is_no_trace(tmp_path, full):
    with pytest.raises(TraceError, match=r"no trace at .*: make it with python -m network train"):
        Trace.open(tmp_path / "sigmoid-online")
    with pytest.raises(TraceError, match=r"no trace at .*nothing: there is no such folder$"):
        Trace.open(tmp_path / "nothing")
    near = full.path.with_name(f"{full.path.name}e")
    with pytest.raises(TraceError, match=rf"no trace at .*: did you mean {full.path.name}\?$"):
        Trace.open(near)
    (tmp_path / "file").write_bytes(b"a file")
    with pytest.raises(TraceError, match=r"file is a file: a trace is a folder with a trace\.json"):
        Trace.open(tmp_path / "file")
    with pytest.raises(TraceError, match=r"json is a file"):
        Trace.open(full.path / "trace.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TraceError, match=r"is no trace, it has no trace\.json"):
        Trace.open(tmp_path / "empty")
    (tmp_path / "begun.partial").mkdir()
    with pytest.raises(TraceError, match=r"was not finished: go on with .* --resume$"):
        Trace.open(tmp_path / "begun")


def test_published_traces_are_made_by_their_name_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSNET_DATA", str(tmp_path))
    with pytest.raises(TraceError, match=r"make it with python -m network train dropout-mlp$"):
        Trace.open(tmp_path / "traces" / "dropout-mlp")


def assert_same(one: Trace, other: Trace) -> None:
    """All that a trace holds, but for what the clock measured."""
    for entry in {*one.header, *other.header} - {"epochs"}:
        assert one.header[entry] == other.header[entry]
    assert header_digest(one.header) == header_digest(other.header)
    assert one.recipe == other.recipe
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        assert array.tobytes() == other.arrays[name].tobytes()


def open_or_fault(folder: Path, verify: bool = True) -> tuple[Trace | None, str]:
    """The trace, or the one line that says what is wrong with it; any other error is one."""
    try:
        return Trace.open(folder, verify), ""
    except TraceError as error:
        fault = str(error)
    assert len(fault.splitlines()) == 1
    return None, fault


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_an_error_or_changes_nothing(tmp_path_factory, sparse, data):
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    if not folder.exists():
        shutil.copytree(sparse.path, folder)
    # As often trace.json as all the arrays together: there, more can go wrong.
    names = sorted(file.name for file in folder.glob("*.npy"))
    name = data.draw(st.one_of(st.just("trace.json"), st.sampled_from(names)))
    content = (sparse.path / name).read_bytes()
    kind = data.draw(st.sampled_from(["flip", "flip", "flip in the header", "cut", "put in"]))
    last = min(len(content), 128) if kind == "flip in the header" else len(content)
    place = data.draw(st.integers(0, last - 1))
    if kind == "cut":
        changed = content[:place]
    elif kind == "put in":
        changed = content[:place] + data.draw(st.binary(min_size=1, max_size=9)) + content[place:]
    else:
        other = content[place] ^ data.draw(st.integers(1, 255))
        changed = content[:place] + bytes([other]) + content[place + 1 :]
    (folder / name).write_bytes(changed)
    try:
        trace, fault = open_or_fault(folder)
        if trace:
            assert_same(trace, sparse)
        else:
            assert str(folder) in fault
        # Unverified, other values may be read, but nothing else may happen.
        open_or_fault(folder, verify=False)
    finally:
        (folder / name).write_bytes(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 200) | st.floats() | st.sampled_from(["", "full"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_signed_nonsense_raises_anything_else(tmp_path_factory, sparse, data):
    folder = tmp_path_factory.getbasetemp() / "nonsense"
    if not folder.exists():
        shutil.copytree(sparse.path, folder)
    header = json.loads((sparse.path / "trace.json").read_text())
    place: Any = header
    while True:
        key = data.draw(st.sampled_from([*place] if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not (isinstance(inner, dict | list) and inner) or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(VALUES)
    header["sha256"] = header_digest(header)
    (folder / "trace.json").write_text(json.dumps(header))
    trace, _ = open_or_fault(folder)
    if trace:
        assert len(trace.arrays["error"]) == trace.steps


def test_a_hash_is_what_notices_a_changed_value(copy, full):
    put("a1.npy", flip(-1))(copy)
    unverified = Trace.open(copy, verify=False)
    assert not np.array_equal(unverified.arrays["a1"], full.arrays["a1"])
    with pytest.raises(TraceError):
        Trace.open(copy)


def test_another_dataset_under_the_same_name_is_told(tmp_path):
    data = write_dataset(tmp_path / "digits")
    trace = Trace.open(train(online(data), tmp_path / "out").path)
    assert len(trace.dataset.train) == 60
    write_dataset(data, seed=1)
    changed = Trace.open(trace.path)
    with pytest.raises(TraceError, match=r"was trained on other data than .* is now") as caught:
        changed[0]
    assert str(data) in str(caught.value)
    assert main([*command_in(str(caught.value)), "--quiet"]) == 0
    assert Trace.open(trace.path)[0].batch == 1
    shutil.rmtree(data)
    with pytest.raises(TraceError, match=r"was trained on .*, which is not there: put it back"):
        Trace.open(trace.path)[0]


def test_a_trace_is_known_by_its_digest(data, full, tmp_path):
    again = train(online(data), tmp_path / "again", snapshot_every=16)
    assert Trace.open(again.path).digest == full.digest
    other = train(online(data, seed=1), tmp_path / "other", snapshot_every=16)
    assert Trace.open(other.path).digest != full.digest


def test_opening_and_reading_changes_no_file(full):
    before = read_files(full.path)
    Trace.open(full.path)[50]
    assert read_files(full.path) == before


def test_numpy_and_json_alone_can_read_it(full):
    header = json.loads((full.path / "trace.json").read_text(), parse_constant=pytest.fail)
    assert {file.stem for file in full.path.glob("*.npy")} == set(header["arrays"])
    for name, about in header["arrays"].items():
        array = np.load(full.path / f"{name}.npy", allow_pickle=False)
        assert (list(array.shape), str(array.dtype)) == (about["shape"], about["dtype"])
    assert header["arrays"]["index"] == {
        "shape": [120, 1],
        "dtype": "int32",
        "sha256": header["arrays"]["index"]["sha256"],
    }


@pytest.mark.parametrize("step", [1.0, slice(0, 3), "0", None, True, np.float32(1), (0,)])
def test_a_step_is_a_whole_number(copy, step):
    trace = Trace.open(copy)
    with pytest.raises(TraceError, match="a step is a whole number"):
        trace[step]
    assert trace[np.int64(3)].step == 3


@pytest.mark.parametrize("path", [None, 3, ("a2", 3), ""])
def test_a_path_is_a_text(copy, path):
    trace = Trace.open(copy)
    with pytest.raises(PathError, match="is no path"):
        trace[0][path]


def test_a_learning_rate_beyond_all_floats_is_damage(copy):
    set_in("recipe", "learning_rate", 10**400)(copy)
    with pytest.raises(TraceError, match="damaged") as caught:
        Trace.open(copy)
    assert len(str(caught.value).replace(str(copy), "")) < 330


@pytest.mark.skipif(os.name != "posix", reason="permissions and links of POSIX")
def test_a_file_that_cannot_be_read_is_not_called_damaged(copy):
    (copy / "a1.npy").unlink()
    (copy / "a1.npy").symlink_to("a1.npy")
    with pytest.raises(TraceError, match=r"a1\.npy cannot be read: its links lead in a circle"):
        Trace.open(copy)
