"""GPUs: devices as meters with their history, processes below by service, and the services that are on none."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Static

from nebtui.tui.keys import bindings
from nebtui.tui.session import Session
from nebtui.tui.widgets.gpus import everything


class GpuScreen(Screen[None]):
    """Repainted once a second, which is how often devices are read."""

    BINDINGS = bindings("everywhere")

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(id="gpus")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.show()
        self.set_interval(1.0, self.show)

    def show(self) -> None:
        """Show the devices as they are now."""
        width = self.size.width
        self.query_one("#gpus", Static).update(everything(self.session.snapshot, ascii=self.session.ascii, width=width))

    def action_back(self) -> None:
        """Leave."""
        self.dismiss()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_copy(self) -> None:
        """Copy what the screen says."""
        told = everything(self.session.snapshot, ascii=self.session.ascii, width=self.size.width)
        self.app.copy_to_clipboard(told.plain)
        self.notify("copied", timeout=2)
