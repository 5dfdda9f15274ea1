"""Every output at two moments, in the class table, and the error: what a step or a run has done."""

from manim import VGroup

from network.view import View
from scenes.kit.class_table import ClassTable
from scenes.kit.notes import in_aside
from scenes.kit.number import Number
from scenes.kit.style import ACTIVATION, BLAME, SMALL, TEXT


class Comparison(VGroup):
    """Every output before and after, a tick where it came nearer to the truth, and the error.

    Parameters
    ----------
    before, after
        The same image at two moments.
    table
        The rows that it stands in.

    Attributes
    ----------
    bars, outlines
        The outputs, first as before; and what stays when they go to the later moment.
    befores, afters, ticks, heads
        The columns, and what is above the first two.
    errors
        The error at both moments, below the picture.
    """

    def __init__(self, before: View, after: View, table: ClassTable) -> None:
        super().__init__()
        path, widths = f"a{before.layers}", (1.4, 1.3, 0.5)
        unit = table.room - sum(widths) - 1.2
        _, first, last, mark = table.places(unit, *widths)
        self.bars = table.bars(before, path, unit, ACTIVATION)
        self.outlines = self.bars.get_outlines()
        self.befores = table.figures(before, path, first, decimals=3)
        self.afters = table.figures(after, path, last, decimals=3)
        self.ticks = table.ticks(before, after, mark)
        self.heads = VGroup(table.head("before", first), table.head("after", last, TEXT))
        self.errors = in_aside(
            ("error", Number(before, "error", decimals=4, x_height=SMALL)),
            ("now", Number(after, "error", decimals=4, x_height=SMALL)),
            colour=BLAME,
        )
        self.add(self.outlines, self.bars, self.befores, self.afters, self.ticks)
        self.add(self.heads, self.errors)
