"""Help: every key with what it does, from the one table of keys."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.readiness import GLYPHS
from nebtui.tui.keys import KEYS
from nebtui.tui.screens.page import Page
from nebtui.tui.widgets.words import line, lines

MEANINGS = {
    "absent": "no container, or stopped",
    "waiting": "waits on another service",
    "starting": "its health test has not passed yet",
    "listening": "listens; no health test says more",
    "ready": "its health test passes",
    "completed": "a job that ended with 0",
    "degraded": "runs, but unhealthy or restarted",
    "failed": "exits, or cannot start",
    "unknown": "runs; nothing tells whether it serves",
}


class HelpScreen(Page):
    """Keys by place, then the words and glyphs of readiness."""

    def told(self) -> Content:
        """All of it."""
        return lines(_told())

    def action_help(self) -> None:
        """Leave: the same key opened it."""
        self.dismiss()


def _told() -> list[Content]:
    found: list[Content] = []
    for where in dict.fromkeys(key.where for key in KEYS):
        found += [line(""), line((where, "title"))]
        found += [
            line(f"  {k.display:<8}", (f"{k.label:<14}", "info"), (k.help, "dim"))
            for k in KEYS
            if k.where == where
        ]
    found += [line(""), line(("readiness", "title"))]
    return found + [
        line(f"  {GLYPHS[w]}       ", (f"{w:<14}", "info"), (told, "dim"))
        for w, told in MEANINGS.items()
    ]
