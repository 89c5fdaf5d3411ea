"""What containers write: one line at a time. Never kept, never recorded: a log may hold secrets."""

from __future__ import annotations

from typing import Literal

from nebtui.facts.declared import ServiceKey
from nebtui.light_dataclass import dataclass

LogSource = Literal["stdout", "stderr", "note"]
"""Where a line comes from; a note is nebtui's own sentence, at its place among the lines."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line as the engine keeps it, without its line break."""

    at: int
    """Unix nanoseconds by the engine's clock: seconds as a float would not order the lines of a
    microsecond."""
    service: ServiceKey | None
    """Whose it is; None for a note about the whole box."""
    container: str
    """Its id; "" for a note that is about none."""
    source: LogSource
    text: str
    """Hostile: whatever the program wrote."""
