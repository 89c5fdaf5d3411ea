"""Help: every key with what it does, from the one table of keys."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.readiness import GLYPHS
from nebtui.tui.keys import KEYS
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.widgets.markup import joined, lines

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


class HelpScreen(DocumentScreen):
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
        found += [joined(""), joined((where, "title"))]
        found += [
            joined(f"  {k.display:<8}", (f"{k.label:<14}", "info"), (k.help, "dim"))
            for k in KEYS
            if k.where == where
        ]
    found += [joined(""), joined(("readiness", "title"))]
    return found + [
        joined(f"  {GLYPHS[w]}       ", (f"{w:<14}", "info"), (told, "dim"))
        for w, told in MEANINGS.items()
    ]
