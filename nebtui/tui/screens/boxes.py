"""All boxes of the run below each other: the graph of each under its heading, and what one needs of
another."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.screen import Screen

from nebtui.analysis.reach_probe import TriedConnection
from nebtui.facts.crossing import Crossing
from nebtui.fixing.trying import tried_crossing
from nebtui.graph.boxes import BoxGraph, all_boxes, box_of, of_box
from nebtui.graph.row_ids import identity
from nebtui.tui.background import background
from nebtui.tui.box_line import box_words, tone_of
from nebtui.tui.graph_model import scene_of, warned
from nebtui.tui.keys import bindings
from nebtui.tui.session import Session
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.rails import Rails

EVERY, REST = 1.0, 5.0
"""Seconds between two drawings, and how much longer than one took: that of a hundred boxes with a
hundred services each takes half a second, and keys come between."""


class BoxesScreen(Screen[tuple[str, str] | None]):
    """Ends with the name of the box that was chosen, and the id of the row on it ("" = the box);
    None where none was."""

    BINDINGS = bindings("everywhere", "all boxes", leave=True)
    AUTO_FOCUS = "Rails"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._tried: dict[Crossing, TriedConnection] = {}
        self._graphs: dict[str, tuple[tuple[object, ...], BoxGraph]] = {}
        self._drawn: tuple[object, ...] = ()
        self._trying = False
        self._folded = False
        """What is calm was closed, once there is a picture of each."""

    def compose(self) -> ComposeResult:
        yield Rails(ascii=self.session.ascii)
        yield KeysFooter()

    def on_mount(self) -> None:
        self.show()
        self.query_one(Rails).select(of_box(self.session.name, ""))
        self.set_timer(EVERY, self._show_again)

    def _show_again(self) -> None:
        begun = time.monotonic()
        self.show()
        self.set_timer(max(EVERY, REST * (time.monotonic() - begun)), self._show_again)

    def show(self) -> None:
        """Show all of them as they are now."""
        across = tuple(one for session in self.session.beside for one in session.snapshot.outgoing)
        graphs = [self._graph(one) for one in self.session.beside]
        settled = all(one.snapshot.settled for one in self.session.beside)
        drawn = (graphs, across, dict(self._tried), settled)
        if drawn == self._drawn:
            return  # readings alone change nothing of this
        self._drawn = drawn
        scene = all_boxes(graphs, across, self._tried)
        rails = self.query_one(Rails)
        rails.warned = frozenset(
            of_box(one.name, id) for one in self.session.beside for id in warned(one)
        )
        if settled and not self._folded:
            self._folded = True
            rails.fold_calm(scene, self.app.size.height)
        rails.show(scene)

    def _graph(self, session: Session) -> BoxGraph:
        """The graph of a box; the same object as before while nothing that it is made of has
        changed."""
        snapshot = session.snapshot
        words = tuple(box_words(session))
        parts = (
            *(snapshot.generation, snapshot.engine_problem, snapshot.gpus, snapshot.throughput),
            *(session.findings, session.said, session.doing, session.watched, session.marked),
            *(words, tone_of(session)),
        )
        known = self._graphs.get(session.name)
        if known is None or known[0] != parts:
            told = " · ".join(text for text, _ in words)
            graph = BoxGraph(session.name, told, tone_of(session), scene_of(session))
            known = self._graphs[session.name] = (parts, graph)
        return known[1]

    def action_try_it(self) -> None:
        """Connect to the other boxes from inside the selected service, off the screen's thread."""
        box, row = box_of(self.query_one(Rails).selected or "")
        session = next((one for one in self.session.beside if one.name == box), None)
        asks = session.snapshot.outgoing if session else ()
        mine = tuple(one for one in asks if identity(one.source) == row)
        if session is None or not mine or self._trying or session.player is not None:
            why = "it names no other box" if not mine else "not now"
            self.notify(why, title="not tried", markup=False, timeout=4)
            return
        self._trying = True
        self.notify(f"trying {len(mine)} …", markup=False, timeout=2)
        host, snapshot = session.host, session.snapshot

        def ended(tried: dict[Crossing, TriedConnection]) -> None:
            self._trying = False
            self._tried |= tried
            if self.is_attached:
                self.show()

        background(
            self.app, lambda: {one: tried_crossing(host, snapshot, one) for one in mine}, ended
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is tried from inside a container while the app is locked."""
        return None if self.session.locked and action == "try_it" else True

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
