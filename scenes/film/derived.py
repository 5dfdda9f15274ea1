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

import numpy as np

from network import datasets
from scenes.film.oracle import (
    NOISE,
    Moment,
    Oracle,
    OracleError,
    Seen,
    Value,
    Vector,
    activate,
    blame_of_output,
    slope,
    times,
)
from scenes.kit.ledger import Reading
from scenes.kit.shown import agrees

Function = Callable[..., Any]
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
    """The value of a source: a path into a step or a view, or the call of a function.

    Raises
    ------
    OracleError
        If the oracle does not know how.
    """
    if step is not None:
        return oracle.moment(step).value(source)
    call = ast.parse(source, mode="eval").body
    match call:
        case ast.Subscript(value=ast.Call() as view, slice=ast.Constant(value=str(path))):
            return _seen(oracle, view).value(path)
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


def find_array(oracle: Oracle, source: str, step: int | None) -> np.ndarray:
    """The array of a source, as `find_value` finds one value.

    Raises
    ------
    OracleError
        If the oracle does not know how.
    """
    if step is not None:
        return _array(oracle.moment(step), source)
    call = ast.parse(source, mode="eval").body
    match call:
        case ast.Subscript(value=ast.Call() as view, slice=ast.Constant(value=str(path))):
            return _array(_seen(oracle, view), path)
        case ast.Call(func=ast.Name(id=name)) if name in DERIVED:
            arguments = [_argument(oracle, argument) for argument in call.args]
            keywords = {str(word.arg): _argument(oracle, word.value) for word in call.keywords}
            return np.array(_plain(DERIVED[name](*arguments, **keywords)), dtype=np.float64)
    raise OracleError(f"{source} has no second calculation: write one into scenes/film/derived.py")


def _array(moment: Seen, path: str) -> np.ndarray:
    """An array of a moment, or a single number of it."""
    try:
        return moment.array(path)
    except OracleError:
        return np.array(moment.value(path).value)


def _plain(result: Any) -> Any:
    """Numbers, in lists as they were, without their sizes."""
    if isinstance(result, Value):
        return result.value
    return [_plain(one) for one in result] if isinstance(result, list) else result


def _seen(oracle: Oracle, call: ast.Call) -> Seen:
    """What a call of `Trace.see` sees."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="trace"), attr="see"),
            args=[ast.Tuple(elts=[ast.Constant(value=str(split)), ast.Constant(value=int(index))])],
        ):
            options = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
            return oracle.seen(split, index, **options)
    raise OracleError(f"the oracle cannot see {ast.unparse(call)}")


def _argument(oracle: Oracle, tree: ast.expr) -> Any:
    match tree:
        case ast.Call(func=ast.Attribute(attr="see")):
            return _seen(oracle, tree)
        case ast.Name(id="trace"):
            return oracle
        case ast.Subscript(value=ast.Name(id="trace"), slice=ast.Constant(value=int(step))):
            return oracle.moment(step)
    return ast.literal_eval(tree)


@derived
def outputs_nearer(before: Seen, after: Seen) -> int:
    return sum(nearer(before, after))


@derived
def nearer(before: Seen, after: Seen) -> list[int]:
    marks = []
    for index, (first, last) in enumerate(zip(before.output, after.output, strict=True)):
        wanted = index == before.label
        marks.append(int(abs(last.value - wanted) < abs(first.value - wanted)))
    return marks


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
    mean = blame_of_output("squared-error", step.names[-1], step.output, step.label)[index]
    half = len(step.output) / 2
    return Value(half * mean.value, half * mean.size)


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
    before, after = step.weight(layer, i, j), step.weight_after(layer, i, j)
    # Stored weights are rounded: their difference has the noise of both.
    return Value(after.value - before.value, after.size + before.size)


@derived
def pushes(step: Moment, layer: int) -> list[list[float]]:
    below = [value for value, _ in step.a[layer - 1]]
    return [[-d.value * value for value in below] for d in step.delta[layer]]


@derived
def push_picture(step: Moment, neuron: int) -> list[float]:
    return [-step.delta[1][neuron].value * pixel for pixel in step.x]


@derived
def blamed_edges(step: Moment, layer: int) -> list[list[float]]:
    W = step.layers[layer - 1][0]
    return [[w * d.value for w in row] for row, d in zip(W, step.delta[layer], strict=True)]


@derived
def arriving_blames(trace: Oracle, step: Moment, layer: int) -> list[Value]:
    return step.arriving[layer]


@derived
def products(moment: Seen, layer: int) -> list[list[float]]:
    below = [value for value, _ in moment.a[layer - 1]]
    return [
        [w * value for w, value in zip(row, below, strict=True)]
        for row in moment.layers[layer - 1][0]
    ]


@derived
def products_from(moment: Seen, layer: int, source: int) -> list[list[float]]:
    return [
        [value if index == source else 0.0 for index, value in enumerate(row)]
        for row in products(moment, layer)
    ]


@derived
def products_of(moment: Seen, layer: int, neuron: int) -> list[float]:
    return products(moment, layer)[neuron]


@derived
def sums_of_products(moment: Seen, layer: int) -> list[float]:
    b = moment.layers[layer - 1][1]
    return [z.value - bias for z, bias in zip(moment.z[layer], b, strict=True)]


@derived
def dropout_keeps(trace: Oracle, layer: int) -> float:
    dropout = trace.recipe["dropout"]
    return 1 - dropout[layer - 1] if dropout and layer <= len(dropout) else 1.0


@derived
def activation_curve(trace: Oracle, layer: int, low: float, high: float, count: int) -> list[Any]:
    kept = dropout_keeps(trace, layer)
    sums = [Value(z, 0.0) for z in ramp(low, high, count)]
    answers = activate(trace.recipe["activations"][layer - 1], sums)
    return [answer.value / kept for answer in answers]


@derived
def neuron_curve(trace: Oracle, view: Seen, layer: int, neuron: int, reach: float) -> list[Any]:
    bias = view.layers[layer - 1][1][neuron]
    sums = sorted(min(max(z, -reach), reach) for z in [*ramp(-reach, reach, 121), -bias])
    return activate(view.names[layer - 1], [Value(z + bias, 0.0) for z in sums])


@derived
def mean_errors(trace: Oracle, size: int) -> list[float]:
    starts = range(0, trace.steps - size + 1, size)
    return [mean_error(trace, start, start + size) for start in starts]


@derived
def silence(moment: Seen, layer: int) -> list[float]:
    return [0.0] * len(moment.a[layer])


@derived
def darkness(moment: Seen) -> list[float]:
    return [0.0] * len(moment.x)


@derived
def ramp(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * index / (count - 1) for index in range(count)]


@derived
def magnification(step: Moment) -> float:
    return 1 / step.oracle.rate(step.step)


@derived
def mean_error(trace: Oracle, start: int, stop: int) -> float:
    errors = trace.raw("error")[start:stop].ravel().tolist()
    return math.fsum(errors) / len(errors)


@derived
def count_steps(trace: Oracle) -> int:
    return trace.steps


@derived
def steps_in_block(trace: Oracle, blocks: int) -> int:
    return next(size for size in range(1, trace.steps + 1) if (size + 1) * blocks > trace.steps)


@derived
def first_step(trace: Oracle) -> int:
    return 1


@derived
def weight_times_input(step: Moment, layer: int, neuron: int, source: int) -> Value:
    return times(step.weight(layer, neuron, source), step.a[layer - 1][source])


@derived
def sum_of_products(step: Moment, layer: int, neuron: int) -> Value:
    z, bias = step.z[layer][neuron], step.layers[layer - 1][1][neuron]
    return Value(z.value - bias, z.size)


@derived
def count_lit(step: Moment) -> int:
    return sum(pixel > 0 for pixel in step.x)


@derived
def threshold(view: Seen, layer: int, neuron: int) -> Value:
    value, size = view.value(f"b{layer}[{neuron}]")
    return Value(-value, size)


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
def batch_size(trace: Oracle) -> int:
    return int(trace.raw("index").shape[1])


@derived
def count_values(moment: Seen, path: str) -> int:
    return int(moment.array(path).size)


@derived
def count_shown(moment: Seen, path: str, most: int) -> int:
    return min(moment.array(path).size, most)


@derived
def count_weights(trace: Oracle, layer: int) -> int:
    return sum(len(row) for row in trace.trained[layer - 1][0])


@derived
def figure_in_name(trace: Oracle, label: int, place: int = 0) -> int:
    name = datasets.load(trace.header["dataset"]["name"]).classes[label]
    digits = "".join(c if c.isdecimal() else " " for c in name)
    return int(digits.split()[place])


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
def one_hot_table(classes: int) -> list[list[float]]:
    return [[float(row == column) for column in range(classes)] for row in range(classes)]


@derived
def number_distances(classes: int) -> list[list[float]]:
    return [[float(abs(row - column)) for column in range(classes)] for row in range(classes)]


@derived
def column_distances(classes: int) -> list[list[float]]:
    return [
        [one_hot_distance(classes, row, column) for column in range(classes)]
        for row in range(classes)
    ]


@derived
def read_dots(trace: Oracle, biases: bool = True) -> list[list[float]]:
    return _square([float(right) for right in trace.read(biases)[0]])


@derived
def change_dots(trace: Oracle) -> list[list[float]]:
    pairs = zip(trace.read()[0], trace.read(biases=False)[0], strict=True)
    marks = {(True, True): 0.2, (True, False): -1.0, (False, True): 1.0, (False, False): 0.0}
    return _square([marks[pair] for pair in pairs])


def _square(values: list[float]) -> list[list[float]]:
    side = math.ceil(math.sqrt(len(values)))
    padded = values + [0.0] * (side**2 - len(values))
    return [padded[side * row : side * (row + 1)] for row in range(side)]


@derived
def one_hot_distance(classes: int, label: int, guess: int) -> float:
    return math.sqrt(2) if label != guess else 0.0


@derived
def one_hot_column(classes: int, label: int) -> list[float]:
    return [1.0 if place == label else 0.0 for place in range(classes)]


@derived
def place_difference(classes: int, label: int, guess: int, place: int) -> float:
    return 1.0 if label != guess and place in (label, guess) else 0.0


@derived
def squared_distance(classes: int, label: int, guess: int) -> float:
    return 2.0 if label != guess else 0.0


@derived
def way_to_go(moment: Seen, index: int) -> Value:
    output = moment.output[index]
    return Value(float(index == moment.label) - output.value, output.size)


@derived
def neuron(moment: Seen, layer: int, index: int) -> int:
    if not 0 <= index < len(moment.a[layer]):
        raise OracleError(f"layer {layer} has no neuron {index}")
    return index


@derived
def most_active(step: Moment, layer: int) -> Value:
    return _largest(step.a[layer])


@derived
def least_active(step: Moment, layer: int) -> Value:
    return _largest([Value(-value, size) for value, size in step.a[layer]])


@derived
def most_blamed(step: Moment, layer: int) -> Value:
    return _largest([Value(abs(value), size) for value, size in step.delta[layer]])


@derived
def most_muffled(trace: Oracle, step: Moment, layer: int) -> Value:
    arrived = zip(step.arriving[layer], step.slopes(layer), strict=True)
    return _largest([Value(abs(b.value) if s.value <= 0.025 else -1.0, b.size) for b, s in arrived])


def _largest(values: Vector) -> Value:
    """Which of them is largest, the first of equals; if two are too close to call, any is right."""
    order = sorted(range(len(values)), key=lambda index: -values[index].value)
    first, second = (values[index] for index in order[:2])
    close = 0 < first.value - second.value <= first.noise + second.noise
    return Value(float(order[0]), len(values) / NOISE if close else 0.0)
