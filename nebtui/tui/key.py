"""One key: what it does, where, and how people read it."""

from __future__ import annotations

from typing import Literal

from nebtui.light_dataclass import dataclass

Where = Literal[
    "everywhere",
    "moving",
    "fixing",
    "acting",
    "review",
    "undo",
    "confirm",
    "timeline",
    "logs",
    "reach",
    "replay",
    "tour",
    "boxes",
    "all boxes",
]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: `keys` as Textual names them, `display` as people read them, `action` of the screen
    it belongs to."""

    id: str
    keys: str
    display: str
    action: str
    label: str
    help: str
    where: Where
    show: bool = False
    priority: bool = False
    """Handled before the focused widget gets it: keys typed right after it must already find the
    new focus."""
