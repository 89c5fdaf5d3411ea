"""The part of home that shows what is selected: the detail pane, its tabs, and how one goes
there."""

from __future__ import annotations

from nebtui.analysis.readiness import readiness
from nebtui.facts.declared import ServiceKey
from nebtui.graph.stacks import stack_service
from nebtui.tui.screens.opening import OpeningScreen
from nebtui.tui.widgets.detail import Detail
from nebtui.tui.widgets.foreign import foreign_page
from nebtui.tui.widgets.legend import Legend
from nebtui.tui.widgets.panes import Panes
from nebtui.tui.widgets.rails import Rails
from nebtui.tui.widgets.task_list import task_lines


class DetailedScreen(OpeningScreen):
    """A screen with a detail pane beside or below its graph."""

    _detailed: tuple[object, str] = (None, "")
    """What the detail is of."""

    def on_detail_grown(self) -> None:
        """It may need more room."""
        self._share()

    def _share(self) -> None:
        beside, settled = self.has_class("-beside"), self.session.snapshot.settled
        self.query_one(Panes).share(beside=beside, settled=settled)

    def _show_detail(self) -> None:
        detail, rails = self.query_one(Detail), self.query_one(Rails)
        self.query_one(Legend).display = rails.selected is None and bool(rails.ids)
        if self._foreign:
            self._show_foreign(detail)
        elif self._filter and not self.query_one(Rails).ids:
            detail.show_no_match(self.session.snapshot, self._filter)
        else:
            detail.show(self.session, self._selected, self._concerned())
        self._detailed = (self._selected, self._foreign)
        self._share()
        self.offer()

    def catch_up(self) -> None:
        """Show the detail of what the cursor stands on, where it is still that of another row."""
        if self._detailed != (self._selected, self._foreign):
            self._show_detail()

    def _show_foreign(self, detail: Detail) -> None:
        session = self.session
        heading, facts = foreign_page(session.snapshot, self._foreign)
        service = stack_service(session.snapshot, self._foreign)
        if detail.tab == "log" and service is not None and service.known is not None:
            detail.show_swarm_log(session, heading, service.known.name)
        else:
            tasks = task_lines(session.snapshot, self._foreign, session.now())
            detail.show_page(heading, facts, tasks)

    def action_detail(self) -> None:
        """Go to the findings or tasks, of a service that waits to the one it waits on, after a key
        that did nothing to where it would; from the filter to the graph, from a task to its log."""
        if self.focused is self.query_one("#filter"):
            self.set_focus(self.query_one(Rails))
            return
        goal = self._hinted or self._awaited()
        if self.focused is self.query_one(Rails) and goal is not None:
            self.go(goal)
            return
        self.catch_up()
        if not self.show_task_log():
            self.set_focus(self.query_one(self.query_one(Detail).part))

    def _awaited(self) -> ServiceKey | None:
        """The service that the selected one waits on, None where it waits on none."""
        if not isinstance(self._selected, ServiceKey):
            return None
        waiting = readiness(self.session.snapshot, self._selected).waiting_on
        return ServiceKey(self._selected.project, waiting[0]) if waiting else None

    def action_tab(self, name: str) -> None:
        """Switch the tab of the detail pane."""
        if not isinstance(self._selected, ServiceKey) and not (self._foreign and name == "log"):
            self.notify("the tabs are those of a service: select one", timeout=3)
        self.query_one(Detail).tab = name
        self._show_detail()
