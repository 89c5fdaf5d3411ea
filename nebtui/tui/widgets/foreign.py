"""What the detail pane says of what no Compose project made: containers of `docker run`, and the
services of Swarm stacks. The verbs of Compose do nothing to these."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.generic_resources import wanted
from nebtui.analysis.stacks import StackService
from nebtui.analysis.task_errors import node_name, plain_error
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmTask
from nebtui.graph.row_facts import port_words
from nebtui.graph.row_ids import outsider
from nebtui.graph.stacks import stack_row, stack_service
from nebtui.text.units import moment
from nebtui.tui.widgets import tabs
from nebtui.tui.widgets.markup import joined, lines

MOST_TASKS = 20
"""Tasks that are shown, the newest of each replica first."""


def is_foreign(row: str) -> bool:
    """Whether a row stands for something that no Compose project made."""
    return outsider(row) is not None or stack_row(row) is not None


def why_refused(row: str) -> str:
    """Why the verbs of Compose do nothing to a row of a stack, and what does; "" for all others."""
    named = stack_row(row)
    if named is None:
        return ""
    stack, service = named
    whole = f"{stack}_{service}" if stack else service
    if not service:
        told = f"docker stack deploy, docker stack rm {stack}" if stack else "docker service"
        return f"Swarm runs this stack, not Compose; by hand: {told}"
    return f"Swarm runs {whole}, not Compose; by hand: docker service update {whole}"


def foreign_page(snapshot: Snapshot, row: str, now: float) -> tuple[Content, Content]:
    """The heading and the lines for such a row; `now` in Unix seconds."""
    if stack_row(row) is None:
        container = snapshot.containers.get(outsider(row) or "")
        name = container.name if container else "outside Compose"
        text = "made by docker run or another tool: nebtui shows it and changes nothing of it"
        return _heading(name, text), lines(tabs.stranger(container) if container else [])
    service = stack_service(snapshot, row)
    text = "run by Docker Swarm, not by Compose"
    if service is None:
        return _heading((stack_row(row) or ("", ""))[0] or "Swarm", text), Content("")
    return _heading(service.name, text), lines(_service(snapshot.swarm, service, now))


def _heading(name: str, text: str) -> Content:
    return joined((name, "title"), (f"  {text}", "dim"))


def _service(swarm: Swarm | None, service: StackService, now: float) -> list[Content]:
    known = service.known
    state = " · ".join(part for part in (service.verdict.state, service.verdict.why) if part)
    rows = [
        ("state", state),
        ("image", known.image if known else service.containers[0].image),
        ("networks", ", ".join(service.networks)),
        ("ports", port_words(known.ports) if known else ""),
        ("reserves", wanted(swarm, known) if swarm and known else ""),
        ("nodes", ", ".join(service.troubles)),
    ]
    if swarm is None or known is None:
        rows += [("task", f"{one.name}  {one.status or one.state}") for one in service.containers]
        return [joined((f"{name:<12}", "dim"), text) for name, text in rows if text]
    told = [joined((f"{name:<12}", "dim"), text) for name, text in rows if text]
    tasks = sorted(known.tasks, key=lambda one: (one not in known.current, one.slot, -one.at))
    for task in tasks[:MOST_TASKS]:
        error = plain_error(swarm, known, task)
        tone = "bad" if error else "dim" if task not in known.current else ""
        told.append(joined(("task        ", "dim"), (_task(swarm, task, now), tone), f"  {error}"))
    if (more := len(tasks) - MOST_TASKS) > 0:
        told.append(joined(("task        ", "dim"), (f"and {more} more", "dim")))
    return told


def _task(swarm: Swarm, task: SwarmTask, now: float) -> str:
    """`2 on n1  running since 12:03:11`."""
    where = f"on {node_name(swarm, task.node)}" if task.node else "on no node"
    number = f"{task.slot} " if task.slot else ""
    return f"{number}{where}  {task.state} since {moment(task.at, now)}"
