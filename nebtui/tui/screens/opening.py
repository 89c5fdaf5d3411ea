"""The keys of home that open another screen, or take something from it: GPUs, the start, logs, a
name."""

from __future__ import annotations

from textual.widgets import Input

from nebtui.analysis import services
from nebtui.analysis.stacks import StackService, log_key
from nebtui.facts.declared import ServiceKey
from nebtui.graph import row_ids
from nebtui.graph.stacks import logged, stack_identity
from nebtui.host import LogRequest
from nebtui.tui.screens.acting import ActingScreen
from nebtui.tui.widgets.box_lines import BoxLines
from nebtui.tui.widgets.rails import Rails
from nebtui.tui.widgets.summary import remedy
from nebtui.tui.widgets.task_list import TaskList


class OpeningScreen(ActingScreen):
    """A screen from whose selection others are opened."""

    def show_boxes(self) -> None:
        """Show what is known of the other boxes."""
        for line in self.query(BoxLines):
            line.show()

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen("help")

    def action_copy(self) -> None:
        """Copy the selected name; of the box without an engine, the command that helps."""
        problem = self.session.snapshot.engine_problem
        name = str(self._selected) if self._selected else remedy(problem or "")
        if isinstance(self._selected, ServiceKey):
            containers = self.session.snapshot.containers_of(self._selected)
            name = containers[0].name if containers else name
        if name:
            self.app.copy_to_clipboard(name)
            self.notify(f"copied {name}", markup=False, timeout=2)

    def action_gpus(self) -> None:
        """Show the devices and who is on them."""
        from nebtui.tui.screens.gpu import GpuScreen

        self.app.push_screen(GpuScreen(self.session))

    def action_timeline(self) -> None:
        """Show the last starts of the selected project, else of the one that started last."""
        from nebtui.analysis.startup.recent import newest_start
        from nebtui.tui.screens.timeline import TimelineScreen

        selected = self._selected
        project = selected.project if isinstance(selected, ServiceKey) else selected
        project = project or newest_start(self.session.snapshot, self.session.now())
        if project is None:
            self.notify("there is no project that could start", markup=False, timeout=4)
            return
        self.app.push_screen(TimelineScreen(self.session, project))

    def action_logs(self) -> None:
        """Show what the selected service, project or the whole box writes."""
        if self.show_task_log():
            return
        selected, snapshot = self._selected, self.session.snapshot
        if self._foreign:
            found, title = logged(snapshot, self._foreign)
            if not found:
                self.notify(title, markup=False, timeout=4)
            else:
                self._show_log(title, (), found)
            return
        keys = (
            (selected,)
            if isinstance(selected, ServiceKey)
            else services.keys_of(snapshot, selected)
        )
        every = logged(snapshot, "")[0] if selected is None else ()
        self._show_log(str(selected) if selected else "all projects", keys, every)

    def _show_log(
        self, title: str, keys: tuple[ServiceKey, ...], swarm: tuple[StackService, ...]
    ) -> None:
        from nebtui.tui.screens.log_reading import TAIL
        from nebtui.tui.screens.logs import LogsScreen

        names = tuple(one.known.name for one in swarm if one.known)
        request = LogRequest(keys, TAIL, swarm=names)
        every = (*keys, *(one.log_key for one in swarm))
        self.app.push_screen(LogsScreen(self.session, title, every, request), self._go_to)

    def show_task_log(self) -> bool:
        """Show what the task under the cursor wrote; False where the cursor is not on the tasks."""
        from nebtui.tui.screens.log_reading import TAIL
        from nebtui.tui.screens.logs import LogsScreen

        focused = self.focused
        chosen = focused.chosen if isinstance(focused, TaskList) else None
        if chosen is None:
            return False
        title = chosen.title(self.session.snapshot.swarm)
        request = LogRequest((), TAIL, tasks=((chosen.service.name, chosen.task.id),))
        of = (log_key(chosen.service),)
        self.app.push_screen(LogsScreen(self.session, title, of, request), self._go_to)
        return True

    def _go_to(self, service: ServiceKey | None) -> None:
        """Select a service, also one that the filter hides or whose project is closed."""
        if service is None:
            return
        rails, wanted = self.query_one(Rails), self._row_of(service)
        if wanted not in rails.ids and self._filter:
            self.query_one("#filter", Input).value = self._filter = ""
            self.query_one("#filter").display = False
            self.show()
        rails.reach(wanted)

    def _row_of(self, service: ServiceKey) -> str:
        """The row of a service of a project, or of a stack."""
        if service.project in self.session.snapshot.projects:
            return row_ids.identity(service)
        return stack_identity(service.project.name, service.service)
