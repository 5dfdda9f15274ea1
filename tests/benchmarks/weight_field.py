"""How fast 15,680 changing edges are drawn, against the same picture made of Manim lines.

Through Manim's own renderer, without encoding: ``python -m tests.benchmarks.weight_field``.
"""

import logging
from time import perf_counter

import numpy as np
from manim import Line, Scene, VGroup, linear, tempconfig

from scenes.kit.encoding import opacities
from scenes.kit.style import NEGATIVE, POSITIVE
from scenes.kit.weight_field import WeightField
from tests.benchmarks.measure import format_table

SIZES = {(854, 480): 25, (1920, 1080): 7}
"""Width and height of `manim -ql` and `manim -qh` in pixels: frames a second to aim at."""

_FRAME_RATE = 15
_RADIUS = 0.12


def get_frame_rate(size: tuple[int, int], seconds: float = 1.0, lines: bool = False) -> float:
    """Frames per second of a 784 → 20 layer whose weights all change in every frame.

    Parameters
    ----------
    size
        Width and height of the film in pixels.
    seconds
        Length of the animation; 15 frames a second are drawn.
    lines
        Draw one frame with a Manim `Line` per edge instead.
    """
    starts = np.column_stack([np.full(784, -2.0), np.linspace(2.8, -2.8, 784), np.zeros(784)])
    ends = np.column_stack([np.full(20, 1.6), np.linspace(2.6, -2.6, 20), np.zeros(20)])
    first, last = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 20, 784))
    options = {
        "pixel_width": size[0],
        "pixel_height": size[1],
        "frame_rate": _FRAME_RATE,
        "dry_run": True,
        "disable_caching": True,
        "progress_bar": "none",
    }
    logging.getLogger("manim").setLevel(logging.WARNING)
    with tempconfig(options):
        scene = Scene()
        if lines:
            scene.add(_draw_lines(starts, ends, first))
            begin = perf_counter()
            scene.renderer.update_frame(scene)
            return 1.0 / (perf_counter() - begin)
        field = WeightField(starts, ends, first, end_radius=_RADIUS)
        scene.add(field)
        begin = perf_counter()
        scene.play(field.animate_weights(last, run_time=seconds, rate_func=linear))
        return seconds * _FRAME_RATE / (perf_counter() - begin)


def measure() -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table."""
    rows = []
    for size, aim in SIZES.items():
        field, lines = get_frame_rate(size), get_frame_rate(size, lines=True)
        rows.append([f"{size[0]} × {size[1]}", f"{field:.1f}", f"at least {aim}", f"{lines:.2f}"])
    return ["15,680 changing edges, frames a second", "WeightField", "aim", "Manim lines"], rows


def _draw_lines(starts: np.ndarray, ends: np.ndarray, weights: np.ndarray) -> VGroup:
    shown = opacities(weights, 0.5, gamma=2.0)
    return VGroup(
        *(
            Line(
                starts[i],
                ends[j],
                stroke_width=1.0,
                stroke_color=POSITIVE if weights[j, i] > 0 else NEGATIVE,
                stroke_opacity=float(shown[j, i]),
            )
            for j in range(len(ends))
            for i in range(len(starts))
        )
    )


if __name__ == "__main__":
    print(format_table(*measure()))
