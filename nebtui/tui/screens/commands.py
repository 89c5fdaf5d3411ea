"""Command log: what nebtui ran on this box, the way a person could run it, and what it said."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from nebtui.compose.secrets import mask
from nebtui.tui.keys import bindings
from nebtui.tui.session import CommandRun, Session
from nebtui.tui.widgets.words import line, lines


class CommandsScreen(Screen[None]):
    """The newest command is at the bottom."""

    BINDINGS = bindings("everywhere")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(id="log")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        """Show the commands so far."""
        found = [content for run in self.session.commands for content in _run(run)]
        told = found or [line(("nothing was run yet", "dim"))]
        self.query_one("#log", Static).update(lines(told))
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def action_copy(self) -> None:
        """Copy the last command."""
        if self.session.commands:
            self.app.copy_to_clipboard(self.session.commands[-1].command)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")


def _run(run: CommandRun) -> list[Content]:
    end = {None: ("running…", "warn"), 0: ("done", "ok")}.get(run.exit_code, (f"exit {run.exit_code}", "bad"))
    return [
        line(("$ ", "dim"), (run.command, "info")),
        *(line("  ", mask(text)) for text in run.lines),
        line(end),
        line(""),
    ]
