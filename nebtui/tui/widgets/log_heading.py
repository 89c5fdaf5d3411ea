"""The line above a log: whose it is, how many lines, and what is done with them."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.logs.level import LogLevel
from nebtui.tui.widgets.log_lines import LogLines
from nebtui.tui.widgets.markup import joined

LEVELS: dict[LogLevel | None, str] = {
    None: "",
    "warning": "warnings and errors",
    "error": "errors",
}
"""What is shown, in the order in which the key goes through them."""


def heading(title: str, view: LogLines, *, paused: bool, ended: bool) -> Content:
    """The line. `ended`: nothing will come any more."""
    page = view.page
    held, shown = len(page.held), len(page.shown)
    count = f"{held:,} line{'' if held == 1 else 's'}"
    if shown < held:
        count = f"{shown:,} of {count}"
    if page.dropped:
        count += f" (of {held + page.dropped:,} seen)"
    mode = "ended" if ended and not paused else "follows"
    if paused:
        mode = "paused: p goes on"
    elif not view.following:
        mode = "stands still: f follows"
    pattern = view.pen.pattern
    only = "only " if page.filter.pattern else ""
    words = (
        LEVELS.get(page.filter.least, ""),
        "wrapped" if view.wrapped else "",
        "as written" if page.raw else "",
        f"{only}/{pattern.pattern}" if pattern else "",
    )
    modes = " · ".join((mode, *filter(None, words)))
    return joined((title, "title"), f"   {count}", (f"   {modes}", "dim"))
