"""Home: box summary, rails graph, and the detail of what is selected."""

from __future__ import annotations

from contextlib import suppress

from textual.app import ComposeResult
from textual.css.query import NoMatches
from textual.widgets import Input

from nebtui.analysis import services
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.graph import row_ids
from nebtui.tui.changed_rows import ChangedRows
from nebtui.tui.first_frame import BESIDE
from nebtui.tui.graph_model import matching, notes, scene_of, warned
from nebtui.tui.keys import bindings
from nebtui.tui.rested import SLIGHT, Rested
from nebtui.tui.screens.acting import CHANGING
from nebtui.tui.screens.detailed import DetailedScreen
from nebtui.tui.screens.explained import ExplainedScreen
from nebtui.tui.session import Session
from nebtui.tui.widgets.box_lines import BoxLines
from nebtui.tui.widgets.foreign import is_foreign, why_refused
from nebtui.tui.widgets.keys_footer import KeysFooter
from nebtui.tui.widgets.panes import Panes
from nebtui.tui.widgets.playback import Playback
from nebtui.tui.widgets.rails import Rails
from nebtui.tui.widgets.running import Running
from nebtui.tui.widgets.summary import Summary


class HomeScreen(ExplainedScreen, DetailedScreen):
    """Everything of the box on one screen; every fix starts here."""

    BINDINGS = bindings("everywhere", "moving", "fixing", "acting")
    AUTO_FOCUS = "Rails"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-below"), (BESIDE, "-beside")]
        self._drawn: tuple[object, ...] = ()
        """What is told of the box, as it was shown last; `_asked`: what a person chose."""
        self._asked: tuple[object, ...] = ()
        self._changed = ChangedRows(session)
        self._whole = Rested(self, self._draw)
        self._detail = Rested(self, self._show_detail, SLIGHT)
        self._led = ""
        self._settled = False
        """The first complete picture was shown."""

    def compose(self) -> ComposeResult:
        if self.session.beside:
            yield BoxLines(self.session)
        yield Summary()
        yield Running(ascii=self.session.ascii)
        yield Panes(ascii=self.session.ascii)
        yield Input(
            placeholder="a name, net:X state:X image:X project:X, ! inverse; esc shows all",
            id="filter",
        )
        yield Playback(self.session)
        yield KeysFooter(self.rank)

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self.show()

    def show(self) -> None:
        """Show the session's snapshot and findings; widgets repaint only what changed."""
        # A snapshot may arrive before the screen is made, and while it is taken down widget by
        # widget.
        with suppress(NoMatches):
            self._show()

    def _show(self) -> None:
        session = self.session
        snapshot = session.snapshot
        facts = (snapshot.generation, snapshot.engine_problem, snapshot.gpus, snapshot.throughput)
        told = (
            *facts,
            session.findings,
            session.failures,
            snapshot.failures,
            session.recording,
            notes(session),
            session.said,
        )
        asked = (
            *(self.app.size.width, session.locked, self._filter, session.marked),
            *(self._live.by, self._live.order()),
        )
        if asked != self._asked:
            self._asked = asked
            self._whole.do()
        elif told != self._drawn:
            if self._whole.costly:
                self.query_one(Rails).rewrite(self._changed.groups())
            self._whole.ask()
        self._drawn = told
        if self._live.anew():
            self.query_one(Rails).measure(self._live.figures)
        self._detail.ask()

    def on_screen_resume(self) -> None:
        """What happened while another box or page was in front."""
        self.show()
        if self.session.beside:
            self.show_boxes()

    def on_screen_suspend(self) -> None:
        """Its figures may not be seen any more."""
        self._look()

    def _look(self) -> None:
        rows = self.query_one(Rails).rows_in_window if self.in_view else ()
        self._live.look(rows, self._selected if self.in_view else None)

    def lead_to(self, row: str) -> None:
        """The cursor goes to this row once it is drawn."""
        self._led, self._asked = row, ()
        if self.is_mounted:
            self.show()

    def on_resize(self) -> None:
        """What a line has room for depends on its width."""
        self.show()

    def _draw(self) -> None:
        """The summary and the graph: what mere readings of CPU and memory do not change."""
        self._changed.drawn()
        session = self.session
        snapshot = session.snapshot
        keys: list[ServiceKey | ProjectKey] = [*snapshot.projects]
        keys += [
            key for project in snapshot.projects for key in services.service_keys(snapshot, project)
        ]
        self._live.keys = {row_ids.identity(key): key for key in keys}
        self.query_one(Summary).show(session)
        rails = self.query_one(Rails)
        rails.warned = warned(session)
        rails.measure(self._live.figures, self._live.by)
        scene = scene_of(session)
        room = self.query_one(Panes).size.height
        if snapshot.settled and not self._settled and room:
            self._settled = True
            rails.fold_calm(scene, room)
        rails.narrowed = bool(self._filter)
        rails.show(self._live.arranged(matching(snapshot, scene, self._filter)))
        if self._led in rails.ids:
            rails.reach(self._led)
            self._led = ""
        rails.set_class(session.snapshot.stale_since is not None, "-stale")

    def on_divider_released(self) -> None:
        """A double click on the divider."""
        self._share()

    def on_panes_resized(self) -> None:
        """What the detail shows depends on its room."""
        self.show()

    def _show_detail(self) -> None:
        super()._show_detail()
        self._look()

    def on_rails_selected(self, message: Rails.Selected) -> None:
        self.visited(message.id)
        self._follow_cursor()
        self._show_detail()

    def _follow_cursor(self) -> None:
        """What keys act on is what the cursor stands on now."""
        row = self.query_one(Rails).selected or ""
        self._hinted = None
        self._selected = self._live.keys.get(row)
        foreign = row if is_foreign(row) else ""
        if foreign != self._foreign:
            self._foreign = foreign
            self.refresh_bindings()

    def on_rails_opened(self, message: Rails.Opened) -> None:
        self.action_detail()

    def action_rails(self, name: str) -> None:
        """Hand a moving key to the graph, or to the list while that has the focus."""
        focused = self.focused
        moves = name in ("cursor_up", "cursor_down", "first", "last")
        if moves and focused is not None and focused.id in ("findings", "tasks"):
            getattr(focused, f"action_{name}")()
            return
        rails = self.query_one(Rails)
        before = rails.selected
        getattr(rails, f"action_{name}")()
        if rails.selected != before:
            # The message of it may come after the next key, which would act on the row before.
            self._follow_cursor()

    def action_filter(self) -> None:
        """Open the filter line."""
        line = self.query_one("#filter", Input)
        line.display = True
        # Not focus(): that waits its turn, and the keys typed meanwhile would be commands.
        self.set_focus(line)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._filter = event.value
        self.show()

    def action_back(self) -> None:
        """Clear the filter, else leave the list, else the selection."""
        line = self.query_one("#filter", Input)
        if line.display:
            line.value, line.display = "", False
            self.set_focus(self.query_one(Rails))
        elif self.focused is not self.query_one(Rails):
            self.set_focus(self.query_one(Rails))
        else:
            if self._first is not None:
                self.app.clear_notifications()  # what it asks for is not waited for any more
            self._selected = self._first = None
            self._foreign = ""
            self.refresh_bindings()
            self._show_detail()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changing keys are dimmed on a container that no project made, those for fixes on a stack
        too; a slash in the filter line is a slash."""
        if action == "filter" and self.focused is self.query_one("#filter"):
            return False
        fixing = action in ("fix_key", "fix", "fix_all")
        if self.session.player is not None and (fixing or action in (*CHANGING, "undo", "lock")):
            return False
        if self._foreign and (fixing or (action in CHANGING and not why_refused(self._foreign))):
            return None
        return True
