"""GPUs: devices as meters with their history, processes below by service, and the services that are
on none."""

from __future__ import annotations

from textual.content import Content

from nebtui.tui.screens.document import DocumentScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.gpus import everything


class GpuScreen(DocumentScreen):
    """Repainted once a second, which is how often devices are read."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1.0, self.show)

    def body(self) -> Content:
        """The devices as they are now."""
        return everything(self.session.snapshot, ascii=self.session.ascii, width=self.size.width)
