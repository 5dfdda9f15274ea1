"""What a viewer can change from outside: recipe, step, trace and theme, by environment.

The `manim` command takes no options of ours, so chapters read ``GLASSNET_RECIPE``,
``GLASSNET_STEP``, ``GLASSNET_TRACE`` and ``GLASSNET_THEME``. Whatever is wrong with them is said in
one line, before anything is trained or drawn.
"""

from __future__ import annotations  # the command line reads VARIABLES for the doctor, too

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from network.errors import SettingsError

VARIABLES = {name: f"GLASSNET_{name.upper()}" for name in ("recipe", "step", "trace", "theme")}
"""The variables of the environment, by what they choose."""

THEMES = ("dark", "paper")
"""Names of the themes: see `scenes.kit.style`."""


@dataclass(frozen=True)
class Settings:
    """The viewer's choices; None leaves a choice to the chapter."""

    recipe: str | None = None
    step: int | None = None
    trace: Path | None = None
    theme: str = "dark"

    @property
    def variant(self) -> str:
        """What a film is called besides its quality, if it is not in the usual look: ``.paper``."""
        return "" if self.theme == THEMES[0] else f".{self.theme}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; an empty value counts as unset.

        Raises
        ------
        network.errors.SettingsError
            If a value cannot be what it should be.
        """
        given = {name: environment.get(key, "").strip() for name, key in VARIABLES.items()}
        step, trace = given["step"], given["trace"]
        if step and not (step.isascii() and step.isdigit() and len(step) < 16):
            raise SettingsError(f"GLASSNET_STEP={step}: a step is a whole number from 0 on")
        if trace and not Path(trace).is_dir():
            raise SettingsError(f"GLASSNET_TRACE={trace}: there is no such folder")
        theme = given["theme"] or THEMES[0]
        if theme not in THEMES:
            raise SettingsError(f"GLASSNET_THEME={theme}: the themes are {' and '.join(THEMES)}")
        return cls(
            theme=theme,
            recipe=given["recipe"] or None,
            step=int(step) if step else None,
            trace=Path(trace) if trace else None,
        )
