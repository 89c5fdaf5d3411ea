"""Home's two panes: the graph, and the detail under it or beside it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from nebtui.tui.widgets.detail import Detail
from nebtui.tui.widgets.divider import Divider
from nebtui.tui.widgets.even import Even, EvenVertical
from nebtui.tui.widgets.legend import Legend
from nebtui.tui.widgets.rails import Rails


class Panes(Container, Even):
    """Shares its height between the two by what the detail shows and by its own size alone, so that
    the order in which things are laid out does not matter."""

    class Resized(Message):
        """There is more or less room than before."""

    def __init__(self, *, ascii: bool) -> None:
        super().__init__(id="panes")
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        with EvenVertical(id="graph"):
            yield Rails(ascii=self._ascii)
            yield Legend(ascii=self._ascii)
        yield Divider()
        yield Detail()

    def share(self, *, beside: bool, settled: bool) -> None:
        """Under the graph the detail is as high as it needs to be, up to half, and half while the
        box is still read; the graph has the rest. Beside it both have all of the height."""
        graph, divider = self.query_one("#graph"), self.query_one(Divider)
        if beside:
            # Clearing what is not set would lay everything out anew, each second.
            own = graph.styles.inline
            if own.has_rule("height") or own.has_rule("max_height"):
                graph.styles.height = graph.styles.max_height = None
            divider.dragged = False
        elif self.size.height and not divider.dragged:
            room = self.size.height
            half = room // 2
            detail = self.query_one(Detail).needed(self.size) if settled else half
            graph.styles.max_height = room - min(detail, half)

    def on_resize(self, event: events.Resize) -> None:
        """What lies above or below it came or went, or the terminal has another size."""
        self.post_message(self.Resized())
