"""Command log: what nebtui ran on this box, the way a person could run it, and what it said."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.content import Content

from nebtui.text.mask import mask
from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.session import CommandRun, Session
from nebtui.tui.widgets.markup import joined, lines

EVERY = 0.25


class CommandsScreen(DocumentScreen):
    """The newest command is at the bottom."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._shown: tuple[object, ...] = ()

    def on_mount(self) -> None:
        self.set_interval(EVERY, self._follow)

    def _follow(self) -> None:
        """What came since; a person who reads above is left there."""
        runs = self.session.commands
        now = (len(runs), len(runs[-1].lines) if runs else 0, runs[-1].exit_code if runs else 0)
        if now != self._shown:
            self._shown = now
            self.show()

    def show(self) -> None:
        """Show the commands so far, the newest in sight."""
        scroll = self.query_one(VerticalScroll)
        at_end = scroll.scroll_offset.y >= scroll.max_scroll_y
        super().show()
        if at_end:
            scroll.scroll_end(animate=False)

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
