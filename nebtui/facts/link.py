"""One link of a chain that has to hold: from the driver to a container, from nebtui to the
engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from nebtui.light_dataclass import dataclass

LinkState = Literal["ok", "broken", "unknown"]
GLYPHS: Mapping[LinkState, str] = {"ok": "✓", "broken": "✗", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class Link:
    """Whether one link holds, what was seen, and what to do where it does not."""

    name: str
    state: LinkState
    message: str
    remedy: str = ""
