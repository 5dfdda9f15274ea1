"""What a viewer can change from outside: the recipe, the step and the trace, by environment.

The `manim` command takes no options of ours, so chapters read ``GLASSNET_RECIPE``,
``GLASSNET_STEP`` and ``GLASSNET_TRACE``. Whatever is wrong with them is said in one line, before
anything is trained or drawn.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from network.errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """The viewer's choices; None leaves a choice to the chapter."""

    recipe: str | None = None
    step: int | None = None
    trace: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; an empty value counts as unset.

        Raises
        ------
        network.errors.SettingsError
            If a value cannot be what it should be.
        """
        step = environment.get("GLASSNET_STEP", "").strip()
        trace = environment.get("GLASSNET_TRACE", "").strip()
        if step and not (step.isascii() and step.isdigit() and len(step) < 16):
            raise SettingsError(f"GLASSNET_STEP={step}: a step is a whole number from 0 on")
        if trace and not Path(trace).is_dir():
            raise SettingsError(f"GLASSNET_TRACE={trace}: there is no such folder")
        return cls(
            recipe=environment.get("GLASSNET_RECIPE", "").strip() or None,
            step=int(step) if step else None,
            trace=Path(trace) if trace else None,
        )
