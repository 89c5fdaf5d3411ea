"""The tasks of what is selected of a swarm, a service or a node; one is chosen for its log."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from nebtui.analysis.stacks import StackService
from nebtui.analysis.swarm_nodes import node_name
from nebtui.analysis.task_errors import plain_error
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import ENDED, Swarm, SwarmService, SwarmTask
from nebtui.graph.stacks import stack_service
from nebtui.graph.swarm_nodes import node_row
from nebtui.light_dataclass import dataclass
from nebtui.text.units import moment
from nebtui.tui.widgets.markup import joined

MOST_TASKS = 20
"""Tasks that are shown, the newest of each replica first."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as a line."""

    service: SwarmService
    task: SwarmTask
    content: Content

    def title(self, swarm: Swarm | None) -> str:
        """What its log is called: `shop_web.2 on n1`."""
        node = node_name(swarm, self.task.node) if swarm and self.task.node else ""
        return f"{_name(self.service, self.task)}{f' on {node}' if node else ''}"


class TaskList(OptionList):
    """Nothing where there are none; the one under the cursor stays the same task."""

    def __init__(self) -> None:
        super().__init__(id="tasks")
        self._shown: tuple[TaskLine, ...] = ()
        self.display = False

    def show(self, found: tuple[TaskLine, ...]) -> None:
        """Show these; those beyond the first ones are counted."""
        if found == self._shown:
            return
        chosen = self.chosen
        listed = found[:MOST_TASKS]
        self.clear_options()
        self.add_options([Option(one.content) for one in listed])
        if more := len(found) - len(listed):
            self.add_option(Option(_labelled((f"and {more} more", "dim")), disabled=True))
        ids = [one.task.id for one in listed]
        if ids:
            known = chosen is not None and chosen.task.id in ids
            self.highlighted = ids.index(chosen.task.id) if known and chosen else 0
        self._shown = found
        self.display = bool(found)
        if not found and self.has_focus:
            self.blur()

    @property
    def chosen(self) -> TaskLine | None:
        """The one under the cursor, None where there are none."""
        at = self.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None


def task_lines(snapshot: Snapshot, row: str, now: float) -> tuple[TaskLine, ...]:
    """The tasks of a row of a swarm, those that are wanted now first; of a node only those. () for
    other rows, and where no manager tells of them."""
    swarm = snapshot.swarm
    if swarm is None:
        return ()
    if (node := node_row(row)) is not None:
        return tuple(
            _line(swarm, service, task, now, whole=True)
            for service in swarm.services
            for task in service.current
            if node and task.node == node
        )
    service = stack_service(snapshot, row)
    return _of_service(swarm, service, now) if service else ()


def _of_service(swarm: Swarm, service: StackService, now: float) -> tuple[TaskLine, ...]:
    known = service.known
    if known is None:
        return ()
    tasks = sorted(known.tasks, key=lambda one: (one.past, one.slot, -one.at))
    return tuple(_line(swarm, known, task, now, whole=False) for task in tasks)


def _line(
    swarm: Swarm, service: SwarmService, task: SwarmTask, now: float, *, whole: bool
) -> TaskLine:
    """`2 on n1  running since 12:03:11`; `whole`: by its service instead of its node."""
    where = f"on {node_name(swarm, task.node)}" if task.node else "on no node"
    name = _name(service, task) if whole else f"{f'{task.slot} ' if task.slot else ''}{where}"
    error = plain_error(swarm, service, task)
    tone = "bad" if error and task.state != "shutdown" else "dim" if task.past else ""
    ends = ", is to end" if task.past and task.state not in ENDED else ""
    words = f"{name}  {task.state} since {moment(task.at, now)}{ends}"
    return TaskLine(service, task, _labelled((words, tone), f"  {error}" if error else ""))


def _labelled(*parts: str | tuple[str, str]) -> Content:
    return joined(("task        ", "dim"), *parts)


def _name(service: SwarmService, task: SwarmTask) -> str:
    return f"{service.name}{f'.{task.slot}' if task.slot else ''}"
