"""Finding and going on home: the filter, the order of the rows, what the palette leads to, back
and forward."""

from __future__ import annotations

from contextlib import suppress

from textual.css.query import NoMatches
from textual.widgets import Input

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.graph import row_ids
from nebtui.tui.live_columns import LiveColumns
from nebtui.tui.screens.fixing import FixingScreen
from nebtui.tui.session import Session
from nebtui.tui.trail import Trail
from nebtui.tui.widgets.rails import Rails


class GoingScreen(FixingScreen):
    """A screen whose cursor is led to a service from elsewhere."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._trail = Trail()
        self._first: ServiceKey | None = None
        """The service that is asked about, until the other one is chosen."""
        self._live = LiveColumns(session)

    def go(self, key: ServiceKey | ProjectKey) -> None:
        """Come back to this screen with the cursor there; a filter that hides it is cleared."""
        self._uncovered()
        rails, row = self.query_one(Rails), row_ids.identity(key)
        if row not in rails.ids:
            self.narrow("")
        rails.select(row)

    def lead(self, key: ServiceKey | ProjectKey | None) -> None:
        """Mark the row that a tour leads to; None for none."""
        with suppress(NoMatches):  # before the first frame, and while the screen is taken down
            self.query_one(Rails).lead(None if key is None else row_ids.identity(key))

    def narrow(self, text: str) -> None:
        """Come back to this screen with a filter, "" for none."""
        self._uncovered()
        line = self.query_one("#filter", Input)
        line.value, line.display = text, bool(text)
        self._filter = text
        self.set_focus(self.query_one(Rails))
        self.show()

    def show(self) -> None:
        """Show the session as it is."""

    def show_manual(self, rule: str) -> None:
        """Show the manual of a rule."""
        from nebtui.tui.screens.manual import ManualScreen

        self.app.push_screen(ManualScreen(self.session, rule))

    def action_reach(self) -> None:
        """Choose the service; with a second one show whether the first reaches it."""
        first, chosen = self._first, self._selected
        if not isinstance(chosen, ServiceKey):
            self.notify("select a service, then another one", title="can it reach?", timeout=4)
        elif first is None:
            self._first = chosen
            text = "select the other service and press c again; esc forgets it"
            self.notify(text, title=f"can {chosen} reach…?", markup=False, timeout=20)
        elif first == chosen:
            self._first = None
            self.notify(f"{chosen} is not asked about any more", markup=False, timeout=3)
        else:
            self._first = None
            self.app.clear_notifications()
            self.show_reach(first, chosen)

    def show_reach(self, source: ServiceKey, target: ServiceKey) -> None:
        """Show whether the one reaches the other."""
        from nebtui.tui.screens.reach import ReachScreen

        self.app.push_screen(ReachScreen(self.session, source, target))

    def _uncovered(self) -> None:
        """Close the screens that lie over this one."""
        while self.app.screen is not self and self in self.app.screen_stack:
            self.app.pop_screen()

    def visited(self, row: str) -> None:
        """The cursor stands on this row now."""
        order = self.query_one(Rails).order
        before = self._trail.here
        near = {row, before} <= {*order} and abs(order.index(row) - order.index(before)) == 1
        if row:
            self._trail.visit(row, near=near)

    def action_past(self, by: int) -> None:
        """Back to where the cursor was before it jumped, or forward again."""
        rails = self.query_one(Rails)
        row = self._trail.go(by)
        while row is not None and row not in rails.ids:
            row = self._trail.go(by)
        if row is None:
            self.notify(f"nowhere to go {'back' if by < 0 else 'forward'} to", timeout=2)
        else:
            rails.select(row)

    def action_sort(self) -> None:
        """Sort by CPU, by memory, or not at all."""
        by = self._live.cycle()
        self.notify(f"sorted by {by}" if by else "in the order of the files", timeout=2)
        self.show()
