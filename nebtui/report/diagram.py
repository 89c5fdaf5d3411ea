"""The graph of a box as nodes and lines with plain labels, for the languages that draw it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import network_members, projects, service_keys
from nebtui.analysis.stacks import StackService, stack_title, stacks
from nebtui.analysis.verdict import WORDS
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.report.edges import EdgeKind, ServiceEdge, service_edges
from nebtui.text.mask import mask
from nebtui.text.terminal import plain, shorten

LONGEST_LABEL = 60
LEGEND = (
    "arrow: depends_on, with its condition; dotted or dashed: names it; thick: is connected to it; "
    "hexagon: network"
)
UNREACHED = "cannot reach"


@dataclass(frozen=True, slots=True)
class DiagramNode:
    """A service or a network. `id` is a letter and a number: what it is called is only a label."""

    id: str
    label: str
    state: str = ""
    """Its verdict in words; "" for a network, and where no engine was asked."""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class DiagramCluster:
    """A project, or a stack of Swarm, with its services."""

    id: str
    label: str
    nodes: tuple[DiagramNode, ...]


@dataclass(frozen=True, slots=True)
class DiagramLine:
    """From one node to another. `kind` is that of the edge, `member` for a service on a network."""

    source: str
    target: str
    kind: EdgeKind | str
    label: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """Projects with their services, the networks beside them, and the lines between both."""

    clusters: tuple[DiagramCluster, ...]
    networks: tuple[DiagramNode, ...]
    lines: tuple[DiagramLine, ...]


def diagram(snapshot: Snapshot, prefix: str = "", *, whole: bool = True) -> Diagram:
    """Every service of the snapshot, those included that a `depends_on` names and no file has, and
    (`whole`) the stacks of Swarm. `prefix`: begins all ids, where several boxes are drawn."""
    edges = tuple(dict.fromkeys(service_edges(snapshot)))
    services = service_ids(snapshot, prefix)
    found = [one for stack in stacks(snapshot) for one in stack.services] if whole else []
    members = network_members(snapshot)
    names = dict.fromkeys((*members, *(name for one in found for name in one.networks)))
    networks = {name: f"{prefix}n{number}" for number, name in enumerate(names)}
    clusters = tuple(
        DiagramCluster(
            f"{prefix}p{number}",
            label(project.name),
            tuple(_node(snapshot, k, i) for k, i in services.items() if k.project == project),
        )
        for number, project in enumerate(projects(snapshot))
    )
    lines = [
        DiagramLine(services[key], networks[name], "member")
        for name, (_, on) in members.items()
        for key in on
    ]
    lines += [_line(edge, services) for edge in edges]
    lines += [
        DiagramLine(f"{prefix}u{at}", networks[name], "member")
        for at, one in enumerate(found)
        for name in one.networks
    ]
    shown = tuple(DiagramNode(networks[name], label(name)) for name in networks)
    return Diagram((*clusters, *_stacks(found, prefix)), shown, tuple(lines))


def service_ids(snapshot: Snapshot, prefix: str = "") -> dict[ServiceKey, str]:
    """The id of each service that is drawn."""
    keys = [key for project in projects(snapshot) for key in service_keys(snapshot, project)]
    keys += [end for edge in service_edges(snapshot) for end in (edge.source, edge.target)]
    return {key: f"{prefix}s{number}" for number, key in enumerate(dict.fromkeys(keys))}


def _stacks(found: Sequence[StackService], prefix: str) -> Iterator[DiagramCluster]:
    """The stacks of Swarm, each as a cluster."""
    by_stack: dict[str, list[DiagramNode]] = {}
    for at, one in enumerate(found):
        bad = WORDS[one.verdict.word].tone == "bad"
        state = label(one.verdict.state)
        node = DiagramNode(f"{prefix}u{at}", label(one.name), state, bad)
        by_stack.setdefault(one.stack, []).append(node)
    for number, (name, nodes) in enumerate(by_stack.items()):
        yield DiagramCluster(f"{prefix}t{number}", label(stack_title(name)), tuple(nodes))


def label(text: str) -> str:
    """A text that a file holds, without what steers a terminal, in one line that can be drawn.
    Masked here: once it is escaped a secret is not recognised any more."""
    return shorten(plain(mask(text)).strip(), LONGEST_LABEL) or "?"


def _node(snapshot: Snapshot, key: ServiceKey, identity: str) -> DiagramNode:
    if key not in service_keys(snapshot, key.project):
        return DiagramNode(identity, label(key.service), "not declared", bad=True)
    if snapshot.engine is None:
        return DiagramNode(identity, label(key.service))
    verdict = readiness(snapshot, key)
    bad = WORDS[verdict.word].tone == "bad"
    return DiagramNode(identity, label(key.service), label(verdict.state), bad)


def _line(edge: ServiceEdge, services: dict[ServiceKey, str]) -> DiagramLine:
    broken = edge.reachable is False
    gate = (edge.gate or "").removeprefix("service_").replace("_", " ")
    text = UNREACHED if broken else gate
    return DiagramLine(
        services[edge.source], services[edge.target], edge.kind, label(text) if text else "", broken
    )
