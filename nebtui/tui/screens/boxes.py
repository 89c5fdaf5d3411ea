"""All boxes of the run below each other: the graph of each under its heading, and what one needs of
another."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from nebtui.analysis.fleet import BoxFacts, Crossing, called, crossings
from nebtui.graph.boxes import BoxGraph, all_boxes, box_of, of_box
from nebtui.tui.box_line import box_words, tone_of
from nebtui.tui.graph_model import scene_of, warned
from nebtui.tui.keys import bindings
from nebtui.tui.session import Session
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.rails import Rails

EVERY = 1.0


class BoxesScreen(Screen[tuple[str, str] | None]):
    """Ends with the name of the box that was chosen, and the id of the row on it ("" = the box);
    None where none was."""

    BINDINGS = bindings("everywhere", "all boxes", leave=True)
    AUTO_FOCUS = "Rails"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._crossed_at: tuple[object, ...] = ()
        self._crossings: tuple[Crossing, ...] = ()

    def compose(self) -> ComposeResult:
        yield Rails(ascii=self.session.ascii)
        yield KeysFooter()

    def on_mount(self) -> None:
        self.show()
        self.query_one(Rails).select(of_box(self.session.name, ""))
        self.set_interval(EVERY, self.show)

    def show(self) -> None:
        """Show all of them as they are now."""
        rails = self.query_one(Rails)
        rails.warned = frozenset(
            of_box(one.name, id) for one in self.session.beside for id in warned(one)
        )
        rails.show(all_boxes([_graph(one) for one in self.session.beside], self._across()))

    def _across(self) -> tuple[Crossing, ...]:
        """What services need of other boxes; looked for anew where a box is another one."""
        every = self.session.beside
        now = tuple((one.snapshot.generation, one.known_as) for one in every)
        if now != self._crossed_at:
            self._crossed_at = now
            self._crossings = crossings(
                [
                    BoxFacts(one.name, one.snapshot, called(one.name, one.snapshot, one.known_as))
                    for one in every
                ]
            )
        return self._crossings

    def on_rails_opened(self, message: Rails.Opened) -> None:
        self.dismiss(box_of(message.id))

    def action_rails(self, name: str) -> None:
        """Hand a moving key to the graph."""
        getattr(self.query_one(Rails), f"action_{name}")()

    def action_box(self, number: int) -> None:
        """Go to the box of this number, counted from 1 in their order."""
        if number <= len(self.session.beside):
            self.dismiss((self.session.beside[number - 1].name, ""))

    def action_next_heading(self, by: int) -> None:
        """To the next box, or the one before."""
        rails = self.query_one(Rails)
        names = [one.name for one in self.session.beside]
        here = box_of(rails.selected or "")[0]
        at = names.index(here) if here in names else 0
        rails.select(of_box(names[(at + by) % len(names)], ""))

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_copy(self) -> None:
        """Copy the drawing."""
        self.app.copy_to_clipboard(self.query_one(Rails).text())
        self.notify("copied", timeout=2)


def _graph(session: Session) -> BoxGraph:
    told = " · ".join(text for text, _ in box_words(session))
    return BoxGraph(session.name, told, tone_of(session), scene_of(session))
