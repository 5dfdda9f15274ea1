"""Pictures are held to the recording: whatever is drawn otherwise is found."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from manim import RIGHT, UP, ImageMobject, VMobject

from network.trace import Trace
from network.training import train
from scenes.film.check import check
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import findings
from scenes.kit.allow import allow
from scenes.kit.bars import Bars
from scenes.kit.chapter import Chapter
from scenes.kit.claims import averaged, claim, claim_length, claim_points
from scenes.kit.diagram import CellColumn, NetworkDiagram, NeuronColumn, average_rows
from scenes.kit.digit import Picture
from scenes.kit.ledger import Quantity, Values
from scenes.kit.legend import Legend
from scenes.kit.matrix import HeatMatrix
from scenes.kit.motion import Change
from scenes.kit.plot import Plane, Scale
from scenes.kit.typeset import Words
from tests.small_runs import online, write_dataset

SCENES = Path(__file__).parents[1] / "scenes"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def faults(run):
    """What is wrong with mobjects, as one reads it."""
    return lambda *mobjects: [fault.what for fault in find_false_pictures(mobjects, run[1])]


@pytest.fixture
def step(run):
    return run[0][41]


@pytest.fixture
def other(run):
    return run[0][58]


# Pictures


def another_picture(picture, other):
    picture.pixel_array = Picture(other, "x").pixel_array


def turned(picture, other):
    picture.pixel_array = picture.pixel_array.swapaxes(0, 1)


def mirrored(picture, other):
    picture.points = picture.points[[1, 0, 3, 2]]


def upside_down(picture, other):
    picture.rotate(np.pi)


def one_pixel(picture, other):
    picture.pixel_array[2, 3, :3] = 255 - picture.pixel_array[2, 3, :3]


def brighter(picture, other):
    picture.pixel_array[..., :3] = np.minimum(255, picture.pixel_array[..., :3] * 1.2)


@pytest.mark.parametrize(
    "plant", [another_picture, turned, mirrored, upside_down, one_pixel, brighter]
)
def test_another_picture_than_the_recorded_one_is_found(faults, step, other, plant):
    picture = Picture(step, "x").shift(2 * RIGHT).scale(0.7)
    assert faults(picture) == []
    plant(picture, other)
    assert len(faults(picture)) == 1


@pytest.mark.parametrize(
    "plant",
    [
        lambda p: p.set_values(Values("x", p.values + 0.1, 41)),
        lambda p: p.set_values(Values("W1[2]", -p.values, 41)),
        lambda p: p.set_values(Values("W1[3]", p.values, 41)),
        lambda p: p.set_values(Values("W1[2]", p.values, 42)),
        lambda p: p.set_values(Values("made_up(trace)", p.values, None)),
    ],
)
def test_values_that_are_not_those_of_their_source_are_found(faults, step, plant):
    picture = Picture(step, "W1[2]", signed=True)
    assert faults(picture) == []
    plant(picture)
    assert len(faults(picture)) == 1


def test_a_picture_goes_to_another_moment_and_claims_nothing_on_its_way(faults, run, step):
    trace, _ = run
    picture = Picture(step, "x")
    view = trace.see(("test", 3))
    animation = picture.animate_to(view, "x")
    animation.begin()
    animation.interpolate(0.5)
    assert faults(picture) == ["a picture that is of nothing in the recording"]
    animation.interpolate(1.0)
    animation.finish()
    assert faults(picture) == []
    np.testing.assert_array_equal(picture.values.ravel(), view.x)
    assert faults(picture.copy().shift(UP)) == []


def test_a_bare_array_is_no_picture_and_an_unclaimed_one_is_found(faults, step):
    for bare in (step.x, step.x.reshape(5, 5), 7, lambda moment: step.x):
        with pytest.raises(TypeError, match="a picture"):
            Picture(bare)
    drawn = ImageMobject(np.zeros((4, 4), np.uint8))
    assert faults(drawn) == ["a picture that is of nothing in the recording"]
    assert faults(allow(drawn, "picture", because="a drawing")) == []
    assert faults(drawn.copy().set_opacity(0)) == []


def test_a_figure_that_was_typed_is_found(faults):
    assert len(faults(Words("about 0.1234 more"))) == 1
    assert len(faults(Words("one of 20"))) == 1
    assert faults(Words("one of them")) == []
    allowed = allow(Words("1984"), "figure", because="a year")
    assert faults(allowed, Words("1984").set_opacity(0)) == []


def test_a_legend_is_even_from_end_to_end(faults):
    legend = Legend("weight", 0.49, gamma=2.0)
    assert faults(legend) == []
    legend.bar.pixel_array = legend.bar.pixel_array[:, ::-1]
    assert len(faults(legend)) == 1


# Heat maps


@pytest.mark.parametrize(
    "plant",
    [
        lambda m: m.image.set_values(Values("x", -m.values, None)),
        lambda m: setattr(m.image, "pixel_array", m.image.pixel_array[::-1]),
        lambda m: setattr(m.image, "pixel_array", m.image.pixel_array[..., [2, 1, 0, 3]]),
        lambda m: setattr(m.image, "pixel_array", m.image.pixel_array[:, 1:]),
    ],
)
def test_a_heat_map_turned_round_is_found(faults, step, plant):
    matrix = HeatMatrix(Values.of(step, findings.pushes, 2))
    assert faults(matrix) == []
    matrix.image.set_light(np.linspace(0.2, 1, 60).reshape(10, 6))
    matrix.image.set_grown(0.6)
    assert faults(matrix) == []
    plant(matrix)
    assert faults(matrix) != []


def test_cells_finer_than_pixels_are_averaged_as_they_are_drawn():
    cells = np.random.default_rng(0).random((23, 1, 3))
    for rows in (1, 5, 22, 23):
        ours, theirs = averaged(cells, (rows, 1)), average_rows(cells, rows)
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


# Bars, lengths, curves


@pytest.mark.parametrize(
    "plant",
    [
        lambda b, o: b.bars[3].stretch(1.1, 0, about_edge=-RIGHT),
        lambda b, o: b.bars[3].stretch(0.5, 0, about_edge=-RIGHT),
        lambda b, o: b.bars[2].shift(0.1 * RIGHT),
        lambda b, o: b.marks[-1].shift(0.3 * RIGHT),
        lambda b, o: b._draw(np.asarray(o.a[2], float), 1.0) or b._claim(),
        lambda b, o: b.bars[0].match_points(b.bars[1]),
    ],
)
def test_a_bar_that_is_not_as_long_as_its_value_is_found(faults, step, other, plant):
    bars = Bars.of(step, "a2", "abcdefghij").shift(RIGHT).scale(0.9)
    assert faults(bars) == []
    plant(bars, other)
    assert faults(bars) != []


def test_bars_of_both_signs_and_their_outlines_keep_to_their_values(faults, run, step):
    bars = Bars.of(step, "delta2")
    outlines = bars.bars.copy()
    assert faults(bars, outlines) == []
    bars.set_view(run[0][77])
    assert faults(bars) == []
    animation = bars.animate_growth()
    animation.begin()
    animation.interpolate(0.5)
    assert faults(bars) == []  # on their way they claim nothing
    animation.interpolate(1.0)
    assert faults(bars) == []
    bars.bars[4].flip()
    bars.bars[4].shift(0.4 * RIGHT)
    assert len(faults(bars)) == 1


def test_a_length_is_measured_from_its_zero_and_changes_with_its_claim(faults, step, other):
    quantities = [Quantity.recorded(one, "delta2[3]") for one in (step, other)]
    lengths = []
    for quantity in quantities:
        end = 2.0 * quantity.value
        bar = VMobject().set_points_as_corners([[0, 0, 0], [end, 0, 0], [end, 1, 0]])
        lengths.append(claim_length(bar, quantity, 2.0, zero=lambda: np.zeros(3)))
    assert faults(*lengths) == []
    first, last = lengths
    mirrored = first.copy()
    mirrored.points[:, 0] *= -1
    assert len(faults(mirrored)) == 1
    change = Change(first, last)
    change.begin()
    change.interpolate(0.5)
    assert faults(first) == []
    change.interpolate(1.0)
    claim(first, *last.claims)
    assert faults(first) == []
    first.scale(1.3)
    assert len(faults(first)) == 1


@pytest.mark.parametrize(
    "plant", [lambda c: c.shift(0.05 * UP), lambda c: c.stretch(0.9, 1), lambda c: c.flip()]
)
def test_a_curve_that_was_moved_or_bent_is_found(faults, run, plant):
    trace, _ = run
    shown = Values.of(findings.mean_errors, trace, 10)
    plane = Plane(Scale(0, 11), Scale(0, 1), 5, 3)

    def points(values):
        return plane.to_scene(np.arange(len(values)), values)

    curve = claim_points(VMobject().set_points_as_corners(points(shown.values)), shown, points)
    assert faults(curve) == []
    plant(curve)
    assert len(faults(curve)) == 1


# Diagrams


@pytest.mark.parametrize(
    "plant",
    [
        lambda c: c.circles[2].set_fill(c.circles[3].get_fill_color()),
        lambda c: c.circles[1].shift(1.5 * UP),
        lambda c: c.set_values(Values("a1", c.values[::-1], 41)),
        lambda c: c.circles[4].set_stroke(width=0.0),
        lambda c: c.signs[int(np.argmax(c.blame))].set_stroke(opacity=0),
    ],
)
def test_a_neuron_that_shines_or_is_blamed_otherwise_is_found(faults, step, plant):
    column = NeuronColumn(6, 3.0).set_values(Values.of(step, "a1"))
    column.set_blame(Values.of(step, "delta1"))
    assert faults(column) == []
    plant(column)
    assert faults(column) != []


def test_a_strip_of_cells_shows_activations_and_blame(faults, step):
    strip = CellColumn(25, 3.0).set_values(Values.of(step, "x"))
    assert faults(strip) == []
    hidden = CellColumn(6, 3.0).set_values(Values.of(step, "a1"))
    hidden.set_blame(Values.of(step, "delta1"))
    assert faults(hidden) == []
    hidden.pixel_array = hidden.pixel_array[::-1]
    assert len(faults(hidden)) == 2
    strip.pixel_array = np.roll(strip.pixel_array, 1, axis=0)
    assert len(faults(strip)) == 1


@pytest.mark.parametrize(
    "plant",
    [
        lambda values: -values,
        lambda values: values[::-1],
        lambda values: np.roll(values, 1, axis=1),
        lambda values: values * 0.5,
    ],
)
def test_edges_of_the_wrong_neurons_or_sign_are_found(faults, run, step, plant):
    diagram = NetworkDiagram(findings.layer_sizes(run[0])[:2], {1: Values.of(step, "W1")})
    diagram.set_activations(0, Values.of(step, "x")).set_activations(1, Values.of(step, "a1"))
    assert faults(diagram) == []
    shown = Values.of(step, findings.products, 1)
    diagram.set_weights(1, shown)
    assert faults(diagram) == []
    diagram.field(1).set_highlight(end=2)
    assert faults(diagram) == []
    lie = Values(shown.source, plant(shown.values), shown.step, shown.module)
    diagram.set_weights(1, lie)
    assert len(faults(diagram)) == 1


def test_sizes_below_a_diagram_are_readings(faults, run):
    sizes = findings.layer_sizes(run[0])
    labels = NetworkDiagram(sizes, edges=False).size_labels
    assert [words.shown[0][0].source for words in labels] == [
        f"layer_size(trace, {layer})" for layer in range(3)
    ]
    typed = NetworkDiagram([int(size.value) for size in sizes], edges=False).size_labels
    assert (len(faults(labels)), len(faults(typed))) == (0, 3)


# In a chapter's own code

# What, in which chapter, after which line (or in its place), and what is planted there.
PLANTED = {
    "another image": (
        *("bias", 'self.digit = Picture(view, "x", size=stage.PICTURE.width)'),
        "{}; self.digit.pixel_array = self.digit.pixel_array[::-1]; self.digit",
    ),
    "a bar too long": (
        *("bias", "self.play(outputs.animate_growth(), run_time=STEADY)"),
        "{}; outputs.bars[2].stretch_to_fit_width(1.0)",
    ),
    "a curve shifted": (
        *("bias", "self.play(curve.animate_bias())"),
        "{}; curve.curve.shift(0.1 * RIGHT)",
    ),
    "a threshold elsewhere": (
        *("bias", "self.play(FadeIn(self.curve.flag, shift=0.3 * DOWN), run_time=STEADY)"),
        "{}; self.curve.flag[0].shift(0.1 * RIGHT)",
    ),
    "a neuron that shines too much": (
        *("bias", "self.play(curve.trail.animate_arrival())"),
        "{}; curve.trail.neuron.set_fill(TEXT)",
    ),
    "an input in another light": (
        *("bias", "self.play(*inputs.animate_weights(close.weights), run_time=1.5 * STEADY)"),
        "{}; inputs.squares[0].set_fill(BLAME)",
    ),
    "a dot of another image": (
        *("bias", "dots = self.dots = TestDots(self.trace, findings.read_dots)"),
        "{}; dots.pixel_array[0, 3, :3] = 255 - dots.pixel_array[0, 3, :3]",
    ),
    "counts of one another": (
        *("bias", "tally.add_line(words, share, findings.count_read, trace, biases)"),
        "tally.add_line(words, share, findings.count_read, trace, not biases)",
    ),
    "a figure of another image": (
        *("bias", 'self.bias = Number(self.end, self.at("b")'),
        'self.bias = Number(self.trace.see(("test", 5)), self.at("b")',
    ),
    "a distance too short": (
        *("one_hot", "self.short = self.measure(self.near, LIFTS[0])"),
        "{}; self.short.length.stretch(0.8, 0)",
    ),
    "a row of a table": (
        *("one_hot", "numbers = Values.of(number_distances, self.count)"),
        "{}; numbers.values[2] = numbers.values[7]",
    ),
    "a one in another place": (
        *("one_hot", "self.play(self.row.animate_upright(self.label_place), run_time=1.5)"),
        "{}; self.row.filled.move_to(self.row.squares[self.near])",
    ),
    "a numeral of another class": (
        *("one_hot", "self.line = NumberLine(first.centre, last.centre, self.count)"),
        "{}; a, b = self.line.numerals[2:4]; x = a.get_x(); a.match_x(b); b.set_x(x)",
    ),
    "a way to go that ends too soon": (
        *("one_hot", "ways = self.table.ways(self.story, UNIT)"),
        # When they have grown: then they are as drawn.
        "ways = self.table.ways(self.story, UNIT); self.hold = lambda *_: "
        "(ways[3].stretch(0.8, 0), OneHot.hold(self))",
    ),
    "a typed class": (
        "one_hot",
        "self.classes = class_names(self.trace)",
        "self.classes = self.trace.classes",
    ),
    "code of another size": ("one_hot", 'phrase("np.eye({})", self.ten)', '"np.eye(12)"'),
    "a random picture": (
        *("one_hot", "self.play(FadeIn(self.digit, scale=0.9), run_time=QUICK)"),
        "{}; import manim, numpy as np; noise = np.random.default_rng(0).random((28, 28)); "
        "self.add(manim.ImageMobject(np.uint8(noise * 255)).to_corner())",
    ),
    "gaps half as long": (
        "backprop",
        "self.add(blames.axis)",
        "{}; blames.gaps[-1].stretch(0.5, 0)",
    ),
    "a stroke where no output should be": (
        *("backprop", "self.play(Create(blames.box), run_time=QUICK)"),
        "{}; blames.targets.points[8:16, 0] += 0.4",
    ),
    "a heat map of the wrong sign": (
        *("backprop", "product, words = self.outer_product()"),
        "{}; lie = -product.product.values; product.product.image.set_values("
        'Values("pushes(trace[0], 2)", lie, None, "scenes.kit.findings"))',
    ),
    "a factor of another neuron": (
        *("backprop", 'Number(step, f"a{layer - 1}[{j}]", colour=ACTIVATION, **look),'),
        'Number(step, f"a{layer - 1}[{j - 1}]", colour=ACTIVATION, **look),',
    ),
    "a sum that does not close": (
        *("backprop", "way = WeightStep(step, layer, cell, self.online)"),
        '{}; way.sum.numbers[2].set_quantity(Quantity.of(step, "W2[0,0]"))',
    ),
    "pictures of the wrong sign": (
        *("backprop", "self.play(FadeIn(wall.numbers[1:], wall.note), run_time=QUICK)"),
        "{}; wall.pictures[2].pixel_array = wall.pictures[2].pixel_array[..., [2, 1, 0, 3]]",
    ),
    "an output of another class": (
        *("backprop", "self.play(again.bars.animate_to(after), run_time=SLOW)"),
        "{}; again.bars[1].match_points(again.bars[2])",
    ),
    "a tick too few": (
        *("backprop", "self.play(FadeIn(again.ticks, again.errors[1]), run_time=STEADY)"),
        "{}; again.ticks.remove(again.ticks[0])",
    ),
    "an error that falls faster": (
        *("backprop", 'curve = RunCurve(trace, mean_errors, mean_error, "mean error")'),
        "{}; curve.line.stretch(0.9, 1)",
    ),
    "a figure typed into the formula": (
        *("backprop", 'self.heading = Heading("{{delta_o : blame}} ='),
        'self.heading = Heading("{{delta_o : blame}} = 0.1234',
    ),
    "edges of other neurons": (
        *("forward", "shown = Values.of(self.story, products, layer)"),
        "{}; shown.values[:] = shown.values[::-1]",
    ),
    "sums too large": (
        *("forward", "self.play(bars.animate_growth(), run_time=SLOW)"),
        "{}; bars.positive.stretch(1.2, 0, about_edge=-np.eye(3)[0])",
    ),
    "products of the weights alone": (
        *("forward", "self.play(close.animate_products())"),
        "{}; close.products.pixel_array = close.weights.pixel_array",
    ),
    "a dot beside its curve": (
        *("forward", "self.play(trail.animate_arrival())"),
        "{}; trail.dot.shift(0.1 * UP)",
    ),
    "dots of larger sums": (
        *("forward", 'self.play(cloud.animate_to("curve"))'),
        "{}; cloud.shift(0.1 * np.eye(3)[0])",
    ),
    "a box around another answer": (
        *("forward", "self.play(Create(outputs.answer), run_time=STEADY)"),
        "{}; outputs.answer.shift(outputs.row_pitch * DOWN)",
    ),
    "a legend turned round": (
        *("forward", "self.play(FadeIn(EdgeLegends(end)), "),
        "legends = EdgeLegends(end); bar = legends[0][0]; "
        "bar.pixel_array = bar.pixel_array[:, ::-1]; "
        "self.play(FadeIn(legends), ",
    ),
    "outputs of another step": (
        *("forward", "self.outputs = Outputs(trace, step)"),
        "self.outputs = Outputs(trace, trace[77])",
    ),
    "a typed figure": (
        "forward",
        'phrase("one of {:,.0f} inputs"',
        'phrase("0.1234 of {:,.0f} inputs"',
    ),
    "the picture of another step": (
        *("backprop", 'self.digit = Picture(step, "x", '),
        'self.digit = Picture(self.trace[77], "x", ',
    ),
}


RULES = ("picture", "moment", "relation", "figure")


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_planted_in_a_chapter_is_found(name, tmp_path):
    chapter, old, new = PLANTED[name]
    source = (SCENES / f"{chapter}.py").read_text(encoding="utf-8")
    assert source.count(old) == 1, f"{source.count(old)} places"
    path = tmp_path / f"{chapter}.py"
    path.write_text(
        source.replace(old, new.replace("{}", old) if new.startswith("{}") else new),
        encoding="utf-8",
    )
    # Under the name by which the chapter finds its words.
    spec = importlib.util.spec_from_file_location(f"planted.{chapter}", path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    assert spec.loader is not None
    spec.loader.exec_module(module)
    (planted,) = (
        member
        for member in vars(module).values()
        if isinstance(member, type)
        and issubclass(member, Chapter)
        and member.__module__ == spec.name
    )
    found = [finding for finding in check(planted, pixels=False) if finding.rule in RULES]
    assert found, name
