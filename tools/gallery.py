"""The gallery of the kit: one small picture of each thing that chapters are made of.

``make gallery`` draws them into ``docs/gallery/`` and writes the page ``docs/gallery.md``. What is
seen is of step 4,711 of the default run, made by the very line that stands below it. A thing of the
kit that has no line here is a failed test.
"""

import importlib
import inspect
import pkgutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import manim
import numpy as np
from manim import Animation, Camera, Mobject, config, tempconfig
from PIL import Image

import scenes.kit.style
from network.functions import activate
from network.trace import Trace
from network.training import ensure_trace
from scenes.film.rehearsal import QUIET
from scenes.kit.style import BACKGROUND

ROOT: Final = Path(__file__).parents[1]
STEP: Final = 4711

_BASES: Final = {"Parts"}  # what only others are made of
_MARGIN: Final = 14  # pixels around what is drawn

EXAMPLES: Final = {
    "Words": 'Words("what a neuron says")',
    "Formula": 'Formula("{{delta_o : blame}} = o - l", colours={"blame": BLAME})',
    "CodeLine": 'CodeLine("a = sigmoid(W @ x + b)", colours={"a": ACTIVATION})',
    "Number": 'Number(step, "delta2[3]", sign=True, decimals=3)',
    "Mark": "Mark(0.25, sign=True)",
    "MomentBadge": "MomentBadge(step)",
    "Picture": 'Picture(end, "W1[13]", size=2.5, signed=True)',
    "Digit": 'Digit(Values.of(step, "x"), size=2.5)',
    "PixelImage": "PixelImage(step.a[1].reshape(4, 5), width=2.5, height=2)",
    "Pixels": 'Pixels.of(Picture(step, "x", size=2.5))',
    "Bars": 'Bars.of(step, "a2", trace.dataset.classes)',
    "Legend": 'Legend("weight", 0.8)',
    "BlameLegend": "BlameLegend(0.5)",
    "LessAndMore": "LessAndMore()",
    "NeuronColumn": 'NeuronColumn(10, 4.0).set_values(Values.of(step, "a2"))',
    "CellColumn": 'CellColumn(784, 4.0).set_values(Values.of(step, "a0"))',
    "WeightField": 'NetworkDiagram(trace.sizes, {2: Values.of(end, "W2")}).field(2)',
    "NetworkDiagram": (
        'NetworkDiagram(trace.sizes, {1: Values.of(end, "W1"), 2: Values.of(end, "W2")}, '
        "width=4, height=3)"
    ),
    "HeatImage": "HeatImage(end.W[2], width=3, height=1.5, signed=True)",
    "HeatMatrix": 'HeatMatrix(Values.of(step, "dW2"), row_name="outputs", column_name="hidden")',
    "ShapeText": "ShapeText(step.W[1].shape)",
    "ShapeBox": 'ShapeBox((20, 784), "@", (784,), names=("W1", "x"))',
    "Listing": 'Listing("for x in images:", "    a = sigmoid(W @ x + b)").set_line(1)',
    "Account": 'Account("neuron 3", ("blame", Number(step, "delta2[3]")), width=3.0)',
    "Equation": (
        'Equation("a * b = c", Number(step, "W1[13,193]"), Number(step, "x[193]"), '
        "Number(weight_times_input, step, 1, 13, 193))"
    ),
    "Heading": 'Heading("{{delta_o : blame}} = {{o : output}} - {{l : label}}")',
    "ClassTable": "ClassTable(trace.dataset.classes, step.label)",
    "FigureColumn": 'ClassTable(trace.dataset.classes).figures(step, "delta2", 0, sign=True)',
    "BarColumn": 'ClassTable(trace.dataset.classes).bars(step, "delta2", 3.0, BLAME)',
    "Bar": 'Bar(Quantity.of(step, "a2[3]"), 3.0, np.zeros(3), ACTIVATION)',
    "Targets": "ClassTable(trace.dataset.classes).targets(step, 2.0)",
    "Ticks": ("ClassTable(trace.dataset.classes).ticks(trace.see(step.picture, at=0), end, 0.0)"),
    "OutputBlame": "OutputBlame(step, ClassTable(trace.dataset.classes, step.label))",
    "Comparison": (
        "Comparison(trace.see(step.picture, at=0), end, "
        "ClassTable(trace.dataset.classes, step.label))"
    ),
    "Places": "Places.of_moment(step, cell=0.5, colour=TRUTH)",
    "NumberLine": "NumberLine(np.zeros(3), np.array([6.0, 0, 0]), 10)",
    "Length": (
        "Length(np.zeros(3), np.array([3.0, 0, 0]), np.array([0, 0.05, 0]), "
        "Quantity.of(number_distance, 8, 5), 1.0)"
    ),
    "Measure": (
        "NumberLine(np.zeros(3), np.array([6.0, 0, 0]), 10)"
        ".measure(8, 5, Quantity.of(number_distance, 8, 5), 0.4)"
    ),
    "ColumnDistance": "ColumnDistance(10, 8, 5)",
    "LabelTable": "LabelTable(10, 0.0, step.label)",
    "PairTable": (
        'PairTable(Words("as numbers"), Values.of(number_distances, 10), '
        "(Mark(0), Mark(9)), WIDE, LEFT)"
    ),
    "Missing": "Missing(1.5)",
    "WeightStep": "WeightStep(step, 2, (5, 11), online=True)",
    "Gallery": 'Gallery(step, push_picture, "delta1", most=6, colour=BLAME)',
    "RunCurve": 'RunCurve(trace, mean_errors, mean_error, "mean error")',
    "OuterProduct": 'OuterProduct(Values.of(step, "delta2"), Values.of(step, "a1"))',
    "NumberColumn": 'NumberColumn.of(step, "a1", most=6)',
    "NumberGrid": 'NumberGrid.of(step, "dW2", rows=[4, 5, 6], columns=[0, 1, 2])',
    "SumCurve": "SumCurve(trace, step, 1, 6.0)",
    "Trail": (
        'Trail(SumCurve(trace, step, 1, 6.0), Quantity.of(step, "z1[13]"), '
        'Quantity.of(step, "a1[13]"), "neuron")'
    ),
    "NeuronCurve": (
        "NeuronCurve(trace, end, trace.see(step.picture, biases=False), 1, 13)"
        '.set_state({"bias": 1.0})'
    ),
    "SumBars": (
        "SumBars(SumCurve(trace, step, 1, 9.0), step, 1, "
        "NetworkDiagram(trace.sizes, height=4.0).layer(1).get_centres())"
    ),
    "Cloud": 'Cloud(SumCurve(trace, step, 1, 9.0), step, 1, np.zeros((20, 3))).set_place("curve")',
    "CloseUp": "CloseUp(trace, step, 13)",
    "Inputs": "Inputs(end, 13)",
    "LayerCode": "LayerCode(trace, step, 1)",
    "Outputs": "Outputs(trace, end)",
    "TestDots": "TestDots(trace, read_dots)",
    "Tally": (
        'Tally(Region(-3, 4, -2, 2), "read correctly").add_line("with biases", '
        "Number(accuracy_on_test, trace, decimals=1, after=' %'), count_read, trace)"
    ),
    "EdgeLegend": 'EdgeLegend("weight × input", 0.49)',
    "EdgeLegends": "EdgeLegends(end)",
    "Plane": "Plane(Scale(0, 1), Scale(0, 1), 3.0, 2.0)",
    "CurvePoint": (
        "Plot((-8, 8), (0, 1), width=4, height=2).get_point("
        "np.linspace(-8, 8), activate('sigmoid', np.linspace(-8, 8)), step.z[1][13])"
    ),
    "Plot": 'Plot((-8, 8), (0, 1), width=4, height=2, x_name="sum", y_name="activation")',
}
"""By the name of each class the line that makes the one in the picture."""


def find_things() -> Iterator[tuple[str, type[Mobject]]]:
    """All mobjects of the kit: the module, and the class."""
    for module in pkgutil.iter_modules(scenes.kit.__path__):
        names = vars(importlib.import_module(f"scenes.kit.{module.name}"))
        for name, kind in names.items():
            here = inspect.isclass(kind) and kind.__module__ == f"scenes.kit.{module.name}"
            if (
                here
                and issubclass(kind, Mobject)
                and name == kind.__name__  # not by an older name
                and not name.startswith("_")
                and name not in _BASES
            ):
                yield module.name, kind


def make(line: str, trace: Trace) -> Any:
    """What a line of the gallery makes: it may use all of the kit, `step`, `end` and `trace`."""
    names: dict[str, Any] = {**vars(manim), **vars(scenes.kit.style), "activate": activate}
    for module in pkgutil.iter_modules(scenes.kit.__path__):
        own = vars(importlib.import_module(f"scenes.kit.{module.name}"))
        home = f"scenes.kit.{module.name}"
        names |= {k: v for k, v in own.items() if getattr(v, "__module__", None) == home}
    step = trace[STEP]
    names |= {"np": np, "trace": trace, "step": step, "end": trace.see(step.picture)}
    return eval(line, names)


def draw(made: Mobject | Animation) -> Image.Image:
    """A picture of a mobject, or of an animation half-way, as the film would show it."""
    if isinstance(made, Animation):
        made.begin()
        made.interpolate(0.5)
    mobject: Any = made.mobject if isinstance(made, Animation) else made
    camera = Camera(background_color=BACKGROUND)
    empty = camera.pixel_array[..., :3].copy()
    camera.capture_mobjects([mobject])
    frame = camera.pixel_array[..., :3]
    places = np.argwhere((frame != empty).any(axis=2))
    if not len(places):
        raise ValueError(f"{mobject} is not to be seen")
    first, last = places.min(axis=0) - _MARGIN, places.max(axis=0) + _MARGIN + 1
    (top, left), (bottom, right) = np.maximum(first, 0), np.minimum(last, frame.shape[:2])
    return Image.fromarray(frame[top:bottom, left:right])


def write(folder: Path, trace: Trace) -> list[Path]:
    """Draw all examples into ``gallery/`` in a folder, and write the page ``gallery.md``."""
    (folder / "gallery").mkdir(parents=True, exist_ok=True)
    lines = [
        "# The kit, in pictures",
        "",
        "What chapters are made of (`scenes/kit/`), each with the line that makes it. It is all of",
        f"step {STEP:,} of the default run, or (`end`) of the network after it.",
        "`make gallery` draws this page anew.",
    ]
    written, module_before = [], ""
    for module, kind in find_things():
        if module != module_before:
            docs = inspect.getdoc(importlib.import_module(f"scenes.kit.{module}")) or ""
            lines += ["", f"## {module}.py", "", docs.partition("\n")[0]]
            module_before = module
        line = EXAMPLES[kind.__name__]
        picture = folder / "gallery" / f"{kind.__name__}.png"
        # A palette is enough for so few colours, and a third of the size.
        draw(make(line, trace)).quantize(128).save(picture, optimize=True)
        written.append(picture)
        lines += ["", f"![{kind.__name__}](gallery/{picture.name})", "", "```python", line, "```"]
    page = folder / "gallery.md"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [*written, page]


def main() -> None:
    """Draw the gallery into docs/, and take away pictures of what is no longer there."""
    trace = Trace.open(ensure_trace("sigmoid-online"))
    settings = {"quality": "medium_quality", "dry_run": True, **QUIET}
    with tempfile.TemporaryDirectory() as media, tempconfig(settings):
        config.media_dir = media
        written = write(ROOT / "docs", trace)
    for old in {*(ROOT / "docs" / "gallery").glob("*.png")} - {*written}:
        old.unlink()
    print(f"docs/gallery.md: {len(written) - 1} pictures")


if __name__ == "__main__":
    main()
