"""Command log: what nebtui ran on this box, the way a person could run it, and what it said."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.content import Content

from nebtui.text.mask import mask
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.session import CommandRun, Session
from nebtui.tui.widgets.markup import joined, lines


class CommandsScreen(DocumentScreen):
    """The newest command is at the bottom."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def show(self) -> None:
        """Show the commands so far, the newest in sight."""
        super().show()
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def body(self) -> Content:
        """The commands so far with what they said."""
        result = [content for run in self.session.commands for content in _run(run)]
        return lines(result or [joined(("nothing was run yet", "dim"))])

    def action_copy(self) -> None:
        """Copy the last command."""
        if self.session.commands:
            self.app.copy_to_clipboard(self.session.commands[-1].command)
            self.notify("copied the last command", timeout=2)


def _run(run: CommandRun) -> list[Content]:
    end = {None: ("running…", "warn"), 0: ("done", "ok")}.get(
        run.exit_code, (f"exit {run.exit_code}", "bad")
    )
    return [
        joined(("$ ", "dim"), (run.command, "info")),
        *(joined("  ", mask(text)) for text in run.lines),
        joined(end),
        joined(""),
    ]
