"""What the detail pane shows of a service's log: its last lines on tab 3, the very last one on the
why tab of a service that is not well."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from nebtui.analysis.logs.entry import entry_of
from nebtui.facts.logs import LogLine
from nebtui.text.units import clock_time
from nebtui.tui.widgets.markup import joined, pressed

EVERY = 0.25
"""Seconds between two looks at the log that is on screen."""
SHOWN = 30
LONGEST = 1000
"""Characters of a line here; the logs screen and `nebtui logs` have more."""


def log_lines(lines: Sequence[LogLine]) -> list[Content]:
    """The last lines, newest last, and the key that shows all."""
    if not lines:
        return [joined(("nothing was written yet", "dim"))]
    hint = joined(("shows all, searches and follows", "dim"))
    shown = [log_line(line) for line in lines[-SHOWN:]]
    return [*shown, pressed("l ", "info", "screen.logs") + hint]


def log_line(line: LogLine) -> Content:
    """Time and text; a note of ours is marked."""
    text = line.text[:LONGEST]
    if line.source == "note":
        return joined((f"! {text}", "warn"))
    return joined((f"{clock_time(line.at / 1e9)}  ", "dim"), text)


def last_words(line: LogLine | None) -> list[Content]:
    """The row of the why tab; none where nothing was written."""
    if line is None:
        return []
    when = clock_time(line.at / 1e9)
    text = line.text[:LONGEST]
    what = "last error  " if entry_of(line.text).level == "error" else "last line   "
    return [joined((what, "dim"), f"{text}  ", (f"{when} · l shows all", "dim"))]
