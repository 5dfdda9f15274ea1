# ruff: noqa: D103 (each function is documented where the film's own of that name is)
"""Derived figures, worked out a second time; and what is wrong with a reading.

A figure that is no recorded value (`scenes.kit.number.Derived`) has the name of a function as its
source. Here each of these functions is written again, under the same name, on the oracle: a
figure whose function is missing here cannot be checked, and that is a finding.

A function gets the arguments of the film's: an `Oracle` for the trace, a `Moment` for a step, and
plain values as they are.
"""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any, TypeVar

from scenes.film.oracle import (
    NOISE,
    Moment,
    Oracle,
    OracleError,
    Value,
    activate,
    best_of,
    blame_of_output,
    error_of,
    slope,
    times,
)
from scenes.film.shown import agrees
from scenes.kit.ledger import Reading

Function = Callable[..., Value | float]
AnyFunction = TypeVar("AnyFunction", bound=Function)

DERIVED: dict[str, Function] = {}


def derived(function: AnyFunction) -> AnyFunction:
    """Register the second calculation of a derived figure."""
    DERIVED[function.__name__] = function
    return function


def fault_of(reading: Reading, oracle: Oracle) -> str | None:
    """What is wrong with a figure that was shown or said; None if it is right."""
    try:
        value = find_value(oracle, reading.source, reading.step)
    except OracleError as error:
        return str(error)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return f"the oracle fails: {type(error).__name__}: {error}"
    if agrees(reading.text, value.value, value.noise, reading.value):
        return None
    return f"the oracle has {value.value:.7g}, the film {reading.value:.7g}"


def find_value(oracle: Oracle, source: str, step: int | None) -> Value:
    """The value of a source: a path into a step, or without a step the call of a function.

    Raises
    ------
    OracleError
        If the oracle does not know how.
    """
    if step is not None:
        return oracle.moment(step).value(source)
    call = ast.parse(source, mode="eval").body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise OracleError(f"{source!r} is neither a path nor a call")
    function = DERIVED.get(call.func.id)
    if function is None:
        raise OracleError(
            f"{call.func.id} has no second calculation: write one into scenes/film/derived.py"
        )
    arguments = [_argument(oracle, argument) for argument in call.args]
    keywords = {str(word.arg): _argument(oracle, word.value) for word in call.keywords}
    result = function(*arguments, **keywords)
    return result if isinstance(result, Value) else Value(float(result), abs(float(result)))


def _argument(oracle: Oracle, tree: ast.expr) -> Any:
    match tree:
        case ast.Name(id="trace"):
            return oracle
        case ast.Subscript(value=ast.Name(id="trace"), slice=ast.Constant(value=int(step))):
            return oracle.moment(step)
    return ast.literal_eval(tree)


@derived
def output_after(trace: Oracle, step: Moment, index: int) -> Value:
    return step.seen_after()[index]


@derived
def error_after(trace: Oracle, step: Moment) -> Value:
    return error_of(step.seen_after(), step.label)


@derived
def output_before(trace: Oracle, step: Moment, index: int) -> Value:
    return step.seen_before()[index]


@derived
def error_before(trace: Oracle, step: Moment) -> Value:
    return error_of(step.seen_before(), step.label)


@derived
def outputs_nearer(trace: Oracle, step: Moment) -> int:
    nearer = 0
    for index, (before, after) in enumerate(zip(step.output, step.seen_after(), strict=True)):
        wanted = index == step.label
        nearer += abs(after.value - wanted) < abs(before.value - wanted)
    return nearer


@derived
def output_slope(step: Moment, index: int) -> Value:
    return slope("sigmoid", step.output[index])


@derived
def loss_slope(trace: Oracle, step: Moment, index: int) -> Value:
    o, size = step.output[index]
    wanted = float(index == step.label)
    if step.names[-1] == "softmax":
        return Value(-wanted / o, size / o**2)
    # For the label the o - 1 above cancels: -1 / o; for the others 1 / (1 - o).
    return Value(-1 / o, size / o**2) if wanted else Value(1 / (1 - o), size / (1 - o) ** 2)


@derived
def squared_error_blame(trace: Oracle, step: Moment, index: int) -> Value:
    return blame_of_output("squared-error", step.names[-1], step.output, step.label)[index]


@derived
def arriving_blame(trace: Oracle, step: Moment, layer: int, index: int) -> Value:
    return step.arriving[layer][index]


@derived
def hidden_slope(trace: Oracle, step: Moment, layer: int, index: int) -> Value:
    return step.slopes(layer)[index]


@derived
def push(step: Moment, layer: int, i: int, j: int) -> Value:
    value, size = times(step.delta[layer][i], step.a[layer - 1][j])
    return Value(-value, size)


@derived
def weight_change(step: Moment, layer: int, i: int, j: int) -> Value:
    before, after = (step.weight(layer, i, j, after=after) for after in (False, True))
    # Stored weights are rounded: their difference has the noise of both.
    return Value(after.value - before.value, after.size + before.size)


@derived
def magnification(step: Moment) -> float:
    return 1 / step.oracle.rate(step.step)


@derived
def mean_error(trace: Oracle, start: int, stop: int) -> float:
    errors = trace.raw("error")[start:stop].ravel().tolist()
    return math.fsum(errors) / len(errors)


@derived
def steps_in_all(trace: Oracle) -> int:
    return trace.steps


@derived
def count_steps(trace: Oracle) -> int:
    return trace.steps


@derived
def first_step(trace: Oracle) -> int:
    return 1


@derived
def weight_times_input(step: Moment, layer: int, neuron: int, source: int) -> Value:
    return times(step.weight(layer, neuron, source, after=False), step.a[layer - 1][source])


@derived
def sum_of_products(step: Moment, layer: int, neuron: int) -> Value:
    z, bias = step.z[layer][neuron], step.layers[layer - 1][1][neuron]
    return Value(z.value - bias, z.size)


@derived
def count_lit(step: Moment) -> int:
    return sum(pixel > 0 for pixel in step.x)


@derived
def trained_output(trace: Oracle, step: Moment, index: int) -> Value:
    return trace.see(trace.trained, step.x)[1][-1][index]


@derived
def trained_answer(trace: Oracle, step: Moment) -> int:
    return best_of(trace.see(trace.trained, step.x)[1][-1])


@derived
def trained_bias(trace: Oracle, layer: int, neuron: int) -> float:
    return trace.trained[layer - 1][1][neuron]


@derived
def trained_weight(trace: Oracle, layer: int, neuron: int, source: int) -> float:
    return trace.trained[layer - 1][0][neuron][source]


@derived
def trained_z(trace: Oracle, step: Moment, layer: int, neuron: int) -> Value:
    return trace.see(trace.trained, step.x)[0][layer][neuron]


@derived
def weighted_sum(trace: Oracle, step: Moment, layer: int, neuron: int) -> Value:
    z = trace.see(trace.trained, step.x)[0][layer][neuron]
    return Value(z.value - trace.trained[layer - 1][1][neuron], z.size)


@derived
def threshold(trace: Oracle, layer: int, neuron: int) -> float:
    return -trace.trained[layer - 1][1][neuron]


@derived
def activation_with_bias(trace: Oracle, step: Moment, layer: int, neuron: int) -> Value:
    return trace.see(trace.trained, step.x)[1][layer][neuron]


@derived
def activation_without_bias(trace: Oracle, step: Moment, layer: int, neuron: int) -> Value:
    return activate(step.names[layer - 1], [weighted_sum(trace, step, layer, neuron)])[0]


@derived
def output_on_test(trace: Oracle, image: int, index: int, biases: bool = True) -> Value:
    layers = [(W, b if biases else [0.0] * len(b)) for W, b in trace.trained]
    return trace.see(layers, trace.test.image(image))[1][-1][index]


@derived
def count_read(trace: Oracle, biases: bool = True) -> Value:
    right, edge = trace.read(biases)
    return _count(sum(right), edge)


@derived
def accuracy_on_test(trace: Oracle, biases: bool = True) -> Value:
    right, edge = trace.read(biases)
    share = 100 / len(right)
    return Value(share * sum(right), share * (edge / NOISE + sum(right)))


@derived
def count_lost(trace: Oracle) -> Value:
    (with_biases, edge1), (without, edge2) = trace.read(), trace.read(biases=False)
    return _count(sum(map(operator.gt, with_biases, without)), edge1 + edge2)


@derived
def count_gained(trace: Oracle) -> Value:
    (with_biases, edge1), (without, edge2) = trace.read(), trace.read(biases=False)
    return _count(sum(map(operator.lt, with_biases, without)), edge1 + edge2)


def _count(count: int, edge: int) -> Value:
    """A count that `edge` images, too close to call, may change."""
    return Value(float(count), edge / NOISE)


@derived
def count_test_images(trace: Oracle) -> int:
    return len(trace.test)


@derived
def layer_size(trace: Oracle, layer: int) -> int:
    return trace.sizes[layer]


@derived
def count_biases(trace: Oracle) -> int:
    return sum(len(b) for _, b in trace.trained)


@derived
def first_of_class(trace: Oracle, label: int) -> int:
    return trace.train.labels.index(label)


@derived
def number_distance(label: int, guess: int) -> int:
    return max(label, guess) - min(label, guess)


@derived
def one_hot_entry(classes: int, label: int, place: int) -> float:
    return 1.0 if label == place else 0.0


@derived
def one_hot_distance(classes: int, label: int, guess: int) -> float:
    return math.sqrt(2) if label != guess else 0.0
