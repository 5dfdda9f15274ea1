"""The readings ledger: which figures a film shows, when, and where each comes from.

A `Quantity` is a value with its origin; `written` is the one way in which values become words.
Both the numbers on screen and the figures in the narration go through here, so that the list
written beside the video is complete. No Manim in this module.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from network.errors import PathError
from network.moment import Moment
from network.step import Step
from network.trace import Trace

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Quantity:
    """A value and its origin: a path into a step or a view, or a named function of the trace.

    Attributes
    ----------
    source
        Of a step the path, such as ``delta2[3]``; of a view the line that gives the value,
        ``trace.see(("test", 2339))["a2[3]"]``; else the call, such as ``mean_error(trace, 1)``.
    value
        The value in full precision.
    step
        The step that the path leads into; None for a view's or a function's value.
    module
        The module that the function is in, for who wants to call it again; None for a path.
    path
        The path into the step or view; None for a function's value.
    """

    source: str
    value: float
    step: int | None = None
    module: str | None = field(default=None, compare=False)
    path: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, *source: Any) -> "Quantity":
        """What a figure is given: a moment and a path, or a function and its arguments.

        ``Quantity.of(step, "a2[5]")``, ``Quantity.of(mean_error, trace, 0, 400)``; a quantity is
        itself.

        Raises
        ------
        TypeError
            For a bare value: nobody could tell where it is from.
        network.errors.PathError
            If the path names nothing in the moment.
        """
        match source:
            case (Quantity() as quantity,):
                return quantity
            case (Moment() as moment, str(path)):
                return cls.recorded(moment, path)
            case (function, *arguments) if callable(function):
                return cls.derived(function, *arguments)
        raise TypeError(
            "a figure is given a step or view and a path, or a function with a name and what it "
            f"is called with; not {', '.join(type(one).__name__ for one in source)}"
        )

    @classmethod
    def recorded(cls, moment: Moment, path: str) -> "Quantity":
        """The value at a path of a step or a view.

        Raises
        ------
        network.errors.PathError
            If the path names nothing in it, or a whole array.
        """
        value = moment[path]
        if np.size(value) != 1:
            raise PathError(f"{path!r} is {np.size(value)} numbers: say which, as in {path}[0]")
        if isinstance(moment, Step):
            return cls(path, float(value), int(moment.step), path=path)
        return cls(f'{moment.name}["{path}"]', float(value), path=path)

    @classmethod
    def derived(cls, function: Callable[..., float], *arguments: Any) -> "Quantity":
        """The value of a named function, called with a trace, a step or plain arguments.

        The function's name is the source, so that a reader of the ledger can look it up and call
        it again; a lambda has no name and is refused.
        """
        bound = dict(function.keywords) if isinstance(function, partial) else {}
        plain = function.func if isinstance(function, partial) else function
        name = getattr(plain, "__name__", "")
        if not name.isidentifier():
            raise TypeError(f"a derived figure needs a function with a name, not {function!r}")
        words = [_named(argument) for argument in arguments]
        words += [f"{key}={_named(argument)}" for key, argument in bound.items()]
        source = f"{name}({', '.join(words)})"
        return cls(source, float(function(*arguments)), module=plain.__module__)


@dataclass(frozen=True, eq=False, slots=True)
class Values:
    """An array and its origin: what a picture shows, as a `Quantity` is what a figure shows.

    Attributes
    ----------
    source
        As of a `Quantity`: a path such as ``a2`` or ``W1[13]``, a line such as
        ``trace.see(("test", 7))["x"]``, or a call such as ``pushes(trace[0], 2)``.
    values
        The array.
    step, module
        As of a `Quantity`.
    moment
        The step or view that it is of; None for what is of the whole run, or of none.
    what
        The path, or the function and what it is called with after the moment.

    Manim's cache does not look into it, so what is shown may come from a whole step.
    """

    source: str
    values: np.ndarray
    step: int | None = None
    module: str | None = None
    moment: Moment | None = None
    what: tuple[Any, ...] = ()

    @classmethod
    def of(cls, *source: Any) -> "Values":
        """What a picture is given: a moment and a path, or a function and its arguments.

        ``Values.of(step, "x")``, ``Values.of(view, products, 1)``,
        ``Values.of(mean_errors, trace)``.

        Raises
        ------
        TypeError
            For a bare array: nobody could tell where it is from.
        network.errors.PathError
            If the path names nothing in the moment.
        """
        match source:
            case (Values() as values,):
                return values
            case (Moment() as moment, str(path)):
                line = path if isinstance(moment, Step) else f'{moment.name}["{path}"]'
                step = int(moment.step) if isinstance(moment, Step) else None
                return cls(line, np.asarray(moment[path]), step, None, moment, (path,))
            case (Moment() as moment, function, *arguments) if callable(function):
                return cls._called(moment, function, (moment, *arguments), (function, *arguments))
            case (function, *arguments) if callable(function):
                return cls._called(None, function, tuple(arguments), ())
        raise TypeError(
            "a picture is given a step or view and a path, or a function with a name and what it "
            f"is called with; not {', '.join(type(one).__name__ for one in source)}"
        )

    @classmethod
    def _called(
        cls,
        moment: Moment | None,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        what: tuple[Any, ...],
    ) -> "Values":
        name = getattr(function, "__name__", "")
        if not name.isidentifier():
            raise TypeError(f"a picture needs a function with a name, not {function!r}")
        line = f"{name}({', '.join(map(_named, arguments))})"
        array = np.asarray(function(*arguments))
        return cls(line, array, None, function.__module__, moment, what)

    @classmethod
    def of_one(cls, quantity: Quantity) -> "Values":
        """A single value."""
        return cls(quantity.source, np.array(quantity.value), quantity.step, quantity.module)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Values":
        """What was recorded does not change."""
        return self

    def at(self, moment: Moment) -> "Values":
        """The same of another step or view.

        Raises
        ------
        ValueError
            If it is of no moment.
        """
        if self.moment is None:
            raise ValueError(f"{self.source} is of no one moment, so it cannot go to another")
        return Values.of(moment, *self.what)


def _named(argument: object) -> str:
    if isinstance(argument, Trace):
        return "trace"
    if isinstance(argument, Moment):
        return argument.name
    return repr(argument)


def written(value: float, spec: str = ".2f") -> str:
    """A value in words for the screen: real minus sign, no sign at what rounds to zero.

    Parameters
    ----------
    value
        Any float; NaN and infinities are shown as what they are.
    spec
        Python's format specification, such as ``+.2f`` or ``,.0f``. An integral value also takes
        ``d``.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        sign = MINUS if value < 0 else "+" if spec.startswith("+") else ""
        return f"{sign}∞"
    text = format(int(value) if spec.endswith("d") and value == int(value) else value, spec)
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


_MOMENT = re.compile(r'trace\[\d+\]|trace\.see\(\("\w+", \d+\)[^)]*\)')

_AT = re.compile(r"(?:trace\[|at=)(\d+)")


def moments_in(source: str, step: int | None) -> list[str]:
    """The steps and views that a source is of, by their names: see `network.moment.Moment`."""
    return [f"trace[{step}]"] if step is not None else _MOMENT.findall(source)


def steps_behind_all(source: str, step: int | None, steps: int) -> set[int]:
    """How many steps the networks have behind them that a source is of; `steps` is all there are.

    A step counts as what it found: its change comes after it.
    """
    behind = set()
    for name in moments_in(source, step):
        at = _AT.search(name)
        behind.add(int(at.group(1)) if at else steps)
    return behind


@dataclass
class Reading:
    """One figure that was shown or said: a row of the ledger.

    Attributes
    ----------
    beat
        The beat's name.
    time, end
        From when to when, in seconds since the film began. A figure that comes or goes with an
        animation counts as shown while the animation runs; one that changes does not.
    place
        ``"screen"`` or ``"narration"``; or ``"counting"``, while a number on screen counts to it
        and shows what was never recorded.
    step, source, module, value
        What: see `Quantity`.
    text
        As it was shown.
    """

    beat: str | None
    time: float
    end: float
    place: str
    step: int | None
    source: str
    module: str | None
    value: float
    text: str

    def as_json(self) -> dict[str, Any]:
        """The row as JSON can hold it: a value that is not finite as its name."""
        row = dict(vars(self))
        if not math.isfinite(self.value):
            row["value"] = str(self.value)
        row |= {"time": round(self.time, 3), "end": round(self.end, 3)}
        return row


@dataclass(frozen=True)
class Relation:
    """Figures that are shown together as one sum, product or equality: see `Chapter.relate`.

    Attributes
    ----------
    beat, time
        When it was declared, as in `Reading`.
    relation
        Such as ``a - b = c``; ``≈`` or ``<`` in place of ``=``.
    texts
        The figures as shown, in the order of the letters.
    """

    beat: str | None
    time: float
    relation: str
    texts: tuple[str, ...]


@dataclass
class Drawing:
    """One part of a picture that stands for recorded values: see `scenes.kit.claims`.

    Attributes
    ----------
    beat, time, end
        As of a `Reading`.
    panel
        What kind of mobject it is: "Picture", "WeightField".
    what
        What of it stands for the values: "colours", "length".
    step, source, module
        The values: see `Values`.
    place
        Left, top, width and height, as shares of the frame, when it was last there.
    """

    beat: str | None
    time: float
    end: float
    panel: str
    what: str
    step: int | None
    source: str
    module: str | None
    place: tuple[float, float, float, float]

    def as_json(self) -> dict[str, Any]:
        """The row as JSON can hold it."""
        times = {"time": round(self.time, 3), "end": round(self.end, 3)}
        return vars(self) | times | {"place": [round(share, 4) for share in self.place]}


@dataclass
class Ledger:
    """The readings of one film, in order; a row for each beat that a figure is shown in.

    A figure that goes and comes back within a beat, or changes its text, has a row for each time.
    So it is with the pictures.
    """

    readings: list[Reading] = field(default_factory=list)
    pictures: list[Drawing] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    _latest: dict[tuple[Any, ...], Reading] = field(default_factory=dict)
    _drawn: dict[tuple[Any, ...], Drawing] = field(default_factory=dict)

    def note_picture(
        self,
        panel: str,
        what: str,
        shown: Values,
        *,
        beat: str | None,
        start: float,
        end: float,
        place: tuple[float, float, float, float],
    ) -> None:
        """Note that a part of a picture was there from `start` to `end`, perhaps longer."""
        key = (beat, panel, what, shown.step, shown.source)
        drawing = self._drawn.get(key)
        if drawing is not None and start <= drawing.end:
            drawing.end, drawing.place = max(drawing.end, end), place
            return
        about = (shown.step, shown.source, shown.module)
        self._drawn[key] = drawing = Drawing(beat, start, end, panel, what, *about, place)
        self.pictures.append(drawing)

    def note(
        self,
        quantity: Quantity,
        text: str,
        *,
        beat: str | None,
        start: float,
        end: float,
        place: str,
        at_least: float = 0.0,
    ) -> None:
        """Note that a figure was shown from `start` to `end`, perhaps longer: see `Reading`.

        And for `at_least` so long in all: a frame, if it is known to be in one.
        """
        # A NaN is not equal to itself; the text says all that the value would.
        key = (beat, place, quantity.step, quantity.source, text)
        reading = self._latest.get(key)
        if reading is not None and start <= reading.end:
            reading.end = max(reading.end, end, reading.time + at_least)
            return
        self._latest[key] = reading = Reading(
            beat=beat,
            time=start,
            end=max(end, start + at_least),
            place=place,
            step=quantity.step,
            source=quantity.source,
            module=quantity.module,
            value=quantity.value,
            text=text,
        )
        self.readings.append(reading)
