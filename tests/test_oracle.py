"""The oracle agrees with every recorded value, for each kind of recipe, and finds a wrong one."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import small_runs

from network.errors import PathError
from network.trace import Trace
from network.training import train
from scenes.film import derived
from scenes.film.derived import DERIVED, fault_of, find_array, find_value
from scenes.film.oracle import NOISE, Oracle, OracleError, Value
from scenes.kit import findings, labels
from scenes.kit.ledger import Quantity, Reading, Values, written

# What a network can be made of, each with the run that has it.
RUNS = {
    "online": {},
    "online-shuffled-decay": {"shuffle": True, "schedule": "decay"},
    "online-output-first": {"update_order": "output-first"},
    "online-squared-error": {"loss": "squared-error", "activations": ("relu", "sigmoid")},
    "online-squared-softmax": {"loss": "squared-error", "activations": ("sigmoid", "softmax")},
    "online-deep": {
        "sizes": (25, 8, 6, 10),
        "activations": ("sigmoid", "relu", "softmax"),
        "bias_initialisation": "uniform",
    },
    "online-sparse": {"record": "sparse"},
    "batches": {"dropout": (), "momentum": 0.0, "weight_decay": 0.0},
    "batches-decayed": {"dropout": (), "momentum": 0.0, "weight_decay": 0.01},
    "full-batch-scalar-db": {
        "sizes": (25, 10, 10),
        "activations": ("relu", "softmax"),
        "batch_size": 0,
        "dropout": (),
        "momentum": 0.0,
        "weight_decay": 0.0,
        "bias_gradient": "scalar",
    },
    "dropout": {},
}


@pytest.fixture(scope="module", params=RUNS)
def run(request, tmp_path_factory):
    """A trace of a small run, and its oracle."""
    base = tmp_path_factory.mktemp("oracle")
    data = small_runs.write_dataset(base / "data")
    changes = dict(RUNS[request.param])
    record = changes.pop("record", None)
    kind = small_runs.online if request.param.startswith("online") else small_runs.batches
    path = train(kind(data, **changes), base / "trace", record=record, snapshot_every=50).path
    return Trace.open(path), Oracle(path)


def some_paths(step, generator, count=3):
    """For each quantity of a step, a few paths and their values."""
    for name, value in step.values.items():
        shape = np.shape(value)
        for _ in range(count if shape else 1):
            at = tuple(int(generator.integers(size)) for size in shape)
            inside = f"[{','.join(map(str, at))}]" if at else ""
            yield f"{name}{inside}", float(np.asarray(value)[at])


def row(step, source, value, text):
    """A row of the ledger; when and where it was shown is nothing to the oracle."""
    return Reading("beat", 0.0, 1.0, "screen", step, source, None, value, text)


def test_it_agrees_with_every_quantity_of_many_steps(run):
    trace, oracle = run
    generator = np.random.default_rng(0)
    recorded_steps = np.array(trace.recorded)
    chosen = generator.choice(recorded_steps, min(8, len(recorded_steps)), replace=False)
    count = 0
    for number in {trace.recorded[0], trace.recorded[-1], *map(int, chosen)}:
        for path, recorded in some_paths(trace[number].example(0), generator):
            value = oracle.moment(number).value(path)
            assert abs(value.value - recorded) <= max(value.noise, 1e-12), (number, path)
            count += 1
    assert count > 250


def test_its_values_are_close_enough_to_show_six_digits(run):
    trace, oracle = run
    step = trace[trace.recorded[-1]].example(0)
    for path, recorded in some_paths(step, np.random.default_rng(1)):
        if recorded and not path.startswith(("delta", "d", "loss", "error")):
            value = oracle.moment(int(step.step)).value(path)
            assert value.value == pytest.approx(recorded, rel=1e-4), path


def test_a_corrupted_reading_is_found_wherever_it_shows(run):
    trace, oracle = run
    step = trace[trace.recorded[1]].example(0)
    for path, recorded in some_paths(step, np.random.default_rng(2), count=2):
        text = written(recorded, ".4f")
        reading = row(int(step.step), path, recorded, text)
        assert fault_of(reading, oracle) is None, path
        wrong = dataclasses.replace(reading, text=written(recorded + 2e-4, ".4f"))
        assert "the oracle has" in fault_of(wrong, oracle), path


def test_another_step_s_value_is_found(run):
    trace, oracle = run
    one, two = (trace[trace.recorded[at]].example(0) for at in (0, 3))
    last = len(trace.sizes) - 1
    value = float(one.a[last][0])
    reading = row(int(two.step), f"a{last}[0]", value, written(value, ".6f"))
    assert fault_of(reading, oracle) is not None


def _named(name: str) -> Callable[..., Any]:
    """A finding, wherever it lives in the kit."""
    (function,) = {vars(module)[name] for module in (findings, labels) if name in vars(module)}
    return function


DERIVED_CALLS = {
    "outputs_nearer": lambda t, s: tuple(
        t.see(s.picture, at=int(s.step) + more) for more in (0, 1)
    ),
    "loss_slope": lambda t, s: (t, s, int(s.label)),
    "output_slope": lambda t, s: (s, 2),
    "squared_error_blame": lambda t, s: (t, s, 2),
    "arriving_blame": lambda t, s: (t, s, 1, 2),
    "hidden_slope": lambda t, s: (t, s, 1, 2),
    "push": lambda t, s: (s, 1, 2, int(np.argmax(s.x))),
    "weight_change": lambda t, s: (s, 1, 2, int(np.argmax(s.x))),
    "magnification": lambda t, s: (s,),
    "dropout_keeps": lambda t, s: (t, 1),
    "count_steps": lambda t, s: (t,),
    "weight_times_input": lambda t, s: (s, 1, 2, int(np.argmax(s.x))),
    "sum_of_products": lambda t, s: (s, 1, 2),
    "count_lit": lambda t, s: (s,),
    "threshold": lambda t, s: (t.see(("test", 5)), 1, 2),
    "count_read": lambda t, s: (t, False),
    "accuracy_on_test": lambda t, s: (t,),
    "count_lost": lambda t, s: (t,),
    "count_gained": lambda t, s: (t,),
    "count_test_images": lambda t, s: (t,),
    "layer_size": lambda t, s: (t, 1),
    "batch_size": lambda t, s: (t,),
    "neuron": lambda t, s: (s, 1, 2),
    "most_active": lambda t, s: (s, 1),
    "least_active": lambda t, s: (s, 1),
    "most_blamed": lambda t, s: (s, 1),
    "count_shown": lambda t, s: (s, "delta1", 3),
    "steps_in_block": lambda t, s: (t, 7),
    "count_values": lambda t, s: (s, "delta2"),
    "count_weights": lambda t, s: (t, 1),
    "figure_in_name": lambda t, s: (t, 7),
    "count_biases": lambda t, s: (t,),
    "first_of_class": lambda t, s: (t, 3),
    "number_distance": lambda t, s: (5, 9),
    "one_hot_entry": lambda t, s: (10, 5, 5),
    "one_hot_distance": lambda t, s: (10, 5, 9),
    "place_difference": lambda t, s: (10, 5, 9, 5),
    "squared_distance": lambda t, s: (10, 5, 9),
    "way_to_go": lambda t, s: (s, 2),
}


def test_it_sees_what_a_view_sees(run):
    trace, oracle = run
    last = len(trace.sizes) - 1
    for at in (None, trace.recorded[2] + 1):
        for picture, biases in ((("test", 5), True), (("train", 3), False)):
            view = trace.see(picture, at, biases)
            for path in ("x[7]", f"z{last}[3]", "a1[2]", "W1[2,7]", f"b{last}[1]", "y[4]"):
                quantity = Quantity.recorded(view, path)
                value = find_value(oracle, quantity.source, quantity.step)
                assert abs(value.value - quantity.value) <= max(value.noise, 1e-9), quantity
            for path in ("loss", "error", "label", "prediction"):
                value = find_value(oracle, Quantity.recorded(view, path).source, None)
                assert abs(value.value - view[path]) <= max(value.noise, 1e-9), path
    with pytest.raises(OracleError, match="cannot see"):
        find_value(oracle, 'trace.see(image)["a1[2]"]', None)


ARRAY_CALLS = {
    "pushes": lambda t, s: (s, 1),
    "push_picture": lambda t, s: (s, 2),
    "blamed_edges": lambda t, s: (s, 2),
    "arriving_blames": lambda t, s: (t, s, 1),
    "products": lambda t, s: (s, 1),
    "products_from": lambda t, s: (t.see(("test", 3)), 1, 7),
    "products_of": lambda t, s: (t.see(("test", 3), biases=False), 1, 2),
    "sums_of_products": lambda t, s: (s, 1),
    "activation_curve": lambda t, s: (t, 1, -3.0, 3.0, 11),
    "neuron_curve": lambda t, s: (t, t.see(("test", 3)), 1, 2, 4.0),
    "mean_errors": lambda t, s: (t, 4),
    "nearer": lambda t, s: (t.see(("test", 3), at=0), t.see(("test", 3))),
    "silence": lambda t, s: (s, 1),
    "darkness": lambda t, s: (s,),
    "ramp": lambda t, s: (-0.5, 0.5, 9),
    "one_hot_table": lambda t, s: (10,),
    "one_hot_column": lambda t, s: (10, 4),
    "number_distances": lambda t, s: (10,),
    "column_distances": lambda t, s: (10,),
    "read_dots": lambda t, s: (t, False),
    "change_dots": lambda t, s: (t,),
}


def test_each_derived_array_agrees_with_its_second_calculation(run):
    trace, oracle = run
    step = trace[trace.recorded[2]].example(0)
    for name, arguments in ARRAY_CALLS.items():
        shown = Values.of(_named(name), *arguments(trace, step))
        truth = find_array(oracle, shown.source, shown.step)
        np.testing.assert_allclose(truth, shown.values, rtol=1e-4, atol=1e-5, err_msg=name)


def test_whole_arrays_are_those_of_steps_and_views(run):
    trace, oracle = run
    for moment in (trace[trace.recorded[1]].example(0), trace.see(("test", 5), biases=False)):
        for path in ("x", "y", "z1", "a2", "W1", "W1[2]", "b2"):
            shown = Values.of(moment, path)
            truth = find_array(oracle, shown.source, shown.step)
            np.testing.assert_allclose(truth, shown.values, rtol=1e-4, atol=1e-5, err_msg=path)


def test_each_derived_figure_agrees_with_its_second_calculation(run):
    trace, oracle = run
    step = trace[trace.recorded[2]].example(0)
    for name, arguments in DERIVED_CALLS.items():
        function = _named(name)
        quantity = Quantity.derived(function, *arguments(trace, step))
        value = find_value(oracle, quantity.source, quantity.step)
        assert abs(value.value - quantity.value) <= max(value.noise, 1e-9), quantity
        wrong = row(None, quantity.source, 0.0, "0.123456")
        assert fault_of(wrong, oracle), name


def test_the_most_muffled_neuron_is_the_same_if_there_is_one(run):
    trace, oracle = run
    for number in trace.recorded[:6]:
        step = trace[number].example(0)
        found = findings.most_muffled(trace, step, 1)
        if found is not None:
            quantity = Quantity.derived(findings.most_muffled, trace, step, 1)
            value = find_value(oracle, quantity.source, None)
            assert abs(value.value - found) <= value.noise


def test_the_largest_is_one_of_those_that_are_too_close_to_call():
    def largest(*values):
        return derived._largest([Value(value, 1.0) for value in values])

    assert largest(0.1, 0.7, 0.3) == Value(1.0, 0.0)
    assert largest(0.5, 0.7, 0.7) == Value(1.0, 0.0)  # the first of equals, as numpy has it
    assert largest(0.5, 0.7, 0.7 + 1e-7).noise > 2


def test_the_mean_error_is_that_of_the_stored_errors(run):
    trace, oracle = run
    quantity = Quantity.derived(findings.mean_error, trace, 2, 9)
    assert find_value(oracle, quantity.source, None).value == pytest.approx(quantity.value)


def test_what_it_does_not_know_is_said_in_a_line(run):
    _, oracle = run
    moment = oracle.moment(0)
    for path in ("gamma2[3]", "a9[0]", "delta2[1,2]", "a b"):
        with pytest.raises(OracleError):
            moment.value(path)
    reading = row(None, "made_up(trace)", 1.0, "1")
    assert fault_of(reading, oracle).startswith("made_up has no second calculation")
    outside = row(0, "b1[999]", 1.0, "1")
    assert fault_of(outside, oracle).startswith("the oracle fails: IndexError")


def test_it_shares_no_code_with_what_it_judges():
    for module in ("oracle", "derived"):
        source = (derived.__file__).replace("derived.py", f"{module}.py")
        with open(source, encoding="utf-8") as file:
            imports = [
                line
                for line in file
                if line.lstrip().startswith(("from network", "import network"))
            ]
        assert set(imports) <= {"from network import datasets\n"}
    assert NOISE < 1e-5
    assert {*DERIVED_CALLS, *ARRAY_CALLS, "mean_error", "first_step", "most_muffled"} >= set(
        DERIVED
    )


def test_a_picture_s_pixels_and_weights_go_by_row_and_column(run):
    trace, oracle = run
    step = trace[0].example(0)
    moment = oracle.moment(0)
    assert moment.value("x[1,3]").value == pytest.approx(float(step["x[1,3]"]))
    assert moment.value("W1[2,1,3]").value == pytest.approx(float(step["W1[2,1,3]"]))
    with pytest.raises(PathError):
        step["W1[2,1,3,4]"]
    with pytest.raises(OracleError):
        moment.value("W1[2,1,3,4]")
