"""What the detail pane says of what no Compose project made: containers of `docker run`, the
services of Swarm stacks, and nodes. The verbs of Compose do nothing to these."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.generic_resources import wanted
from nebtui.analysis.stacks import StackService
from nebtui.analysis.swarm_nodes import loads, node_name, node_word
from nebtui.analysis.task_errors import plain_error
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmTask
from nebtui.graph.row_facts import port_words
from nebtui.graph.row_ids import outsider
from nebtui.graph.stacks import stack_row, stack_service
from nebtui.graph.swarm_nodes import node_row, node_words
from nebtui.text.units import moment
from nebtui.tui.widgets import tabs
from nebtui.tui.widgets.markup import joined, lines

MOST_TASKS = 20
"""Tasks that are shown, the newest of each replica first."""


def is_foreign(row: str) -> bool:
    """Whether a row stands for something that no Compose project made."""
    return any(of(row) is not None for of in (outsider, stack_row, node_row))


def why_refused(row: str) -> str:
    """Why the verbs of Compose do nothing to a row of a swarm, and what does; "" for all others."""
    if (node := node_row(row)) is not None:
        told = f"docker node update --availability drain {node[:12] or 'NODE'}"
        return f"this is a node of the swarm, not of Compose; by hand: {told}"
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
    if (node := node_row(row)) is not None:
        return _node_page(snapshot.swarm or Swarm(), node, now)
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
        ("update", service.update),
        ("nodes", ", ".join(service.troubles)),
    ]
    if swarm is None or known is None:
        rows += [("task", f"{one.name}  {one.status or one.state}") for one in service.containers]
        return [joined((f"{name:<12}", "dim"), text) for name, text in rows if text]
    told = [joined((f"{name:<12}", "dim"), text) for name, text in rows if text]
    tasks = sorted(known.tasks, key=lambda one: (one not in known.current, one.slot, -one.at))
    for task in tasks[:MOST_TASKS]:
        error = plain_error(swarm, known, task)
        past = task not in known.current
        tone = "bad" if error and task.state != "shutdown" else "dim" if past else ""
        told.append(joined(("task        ", "dim"), (_task(swarm, task, now), tone), f"  {error}"))
    if (more := len(tasks) - MOST_TASKS) > 0:
        told.append(joined(("task        ", "dim"), (f"and {more} more", "dim")))
    return told


def _node_page(swarm: Swarm, identity: str, now: float) -> tuple[Content, Content]:
    """A node with the tasks that were given to it and have not ended."""
    load = next((one for one in loads(swarm) if one.node.id == identity), None)
    heading = _heading(node_name(swarm, identity) or "Swarm", "a node of the swarm")
    if load is None:
        return _heading("Swarm", "the nodes of the swarm"), Content("")
    told = [joined(("state       ", "dim"), f"{node_word(load.node)} · {node_words(swarm, load)}")]
    here = [(one, t) for one in swarm.services for t in one.current if t.node == identity]
    for service, task in here[:MOST_TASKS]:
        error = plain_error(swarm, service, task)
        name = f"{service.name}{f'.{task.slot}' if task.slot else ''}"
        words = f"{name}  {task.state} since {moment(task.at, now)}"
        told.append(joined(("task        ", "dim"), (words, "bad" if error else ""), f"  {error}"))
    if (more := len(here) - MOST_TASKS) > 0:
        told.append(joined(("task        ", "dim"), (f"and {more} more", "dim")))
    return heading, lines(told)


def _task(swarm: Swarm, task: SwarmTask, now: float) -> str:
    """`2 on n1  running since 12:03:11`."""
    where = f"on {node_name(swarm, task.node)}" if task.node else "on no node"
    number = f"{task.slot} " if task.slot else ""
    return f"{number}{where}  {task.state} since {moment(task.at, now)}"
