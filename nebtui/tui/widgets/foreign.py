"""What the detail pane says of what no Compose project made: containers of `docker run`, the
services of Swarm stacks, and nodes. The verbs of Compose do nothing to these."""

from __future__ import annotations

from textual.content import Content

from nebtui.analysis.generic_resources import wanted
from nebtui.analysis.stacks import StackService
from nebtui.analysis.swarm_nodes import loads, node_name, node_word
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm
from nebtui.graph.row_facts import port_words
from nebtui.graph.row_ids import outsider
from nebtui.graph.stacks import stack_row, stack_service
from nebtui.graph.swarm_nodes import node_row, node_words
from nebtui.tui.widgets import tabs
from nebtui.tui.widgets.markup import joined, lines


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


def foreign_page(snapshot: Snapshot, row: str) -> tuple[Content, Content]:
    """The heading and the lines for such a row, without its tasks."""
    if (node := node_row(row)) is not None:
        return _node_page(snapshot.swarm or Swarm(), node)
    if stack_row(row) is None:
        container = snapshot.containers.get(outsider(row) or "")
        name = container.name if container else "outside Compose"
        text = "made by docker run or another tool: nebtui shows it and changes nothing of it"
        return _heading(name, text), lines(tabs.stranger(container) if container else [])
    service = stack_service(snapshot, row)
    text = "run by Docker Swarm, not by Compose"
    if service is None:
        return _heading((stack_row(row) or ("", ""))[0] or "Swarm", text), Content("")
    return _heading(service.name, text), lines(_service(snapshot.swarm, service))


def _heading(name: str, text: str) -> Content:
    return joined((name, "title"), (f"  {text}", "dim"))


def _service(swarm: Swarm | None, service: StackService) -> list[Content]:
    known = service.known
    state = " · ".join(part for part in (service.verdict.state, service.verdict.why) if part)
    rows = [
        ("state", state),
        ("image", known.image if known else service.containers[0].image),
        ("networks", ", ".join(service.networks)),
        ("ports", port_words(known.ports) if known else ""),
        ("reserves", wanted(swarm, known) if swarm and known else ""),
        ("update", service.update),
        ("nodes", ", ".join(one for one in service.notes if one in service.troubles)),
    ]
    if swarm is None or known is None:
        rows += [("task", f"{one.name}  {one.status or one.state}") for one in service.containers]
    return [joined((f"{name:<12}", "dim"), text) for name, text in rows if text]


def _node_page(swarm: Swarm, identity: str) -> tuple[Content, Content]:
    """A node; the tasks that were given to it stand below."""
    load = next((one for one in loads(swarm) if one.node.id == identity), None)
    heading = _heading(node_name(swarm, identity) or "Swarm", "a node of the swarm")
    if load is None:
        return _heading("Swarm", "the nodes of the swarm"), Content("")
    told = f"{node_word(load.node)} · {node_words(swarm, load)}"
    return heading, joined(("state       ", "dim"), told)
