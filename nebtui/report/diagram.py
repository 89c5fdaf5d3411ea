"""The graph of the box as nodes and lines with plain labels, for the languages that draw it."""

from __future__ import annotations

from dataclasses import dataclass

from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import network_members, projects, service_keys
from nebtui.analysis.verdict import WORDS
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
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
    """A project with its services."""

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


def diagram(snapshot: Snapshot) -> Diagram:
    """Every service of the snapshot, those included that a `depends_on` names and no file has."""
    edges = tuple(dict.fromkeys(service_edges(snapshot)))
    keys = [key for project in projects(snapshot) for key in service_keys(snapshot, project)]
    keys += [end for edge in edges for end in (edge.source, edge.target)]
    services = {key: f"s{number}" for number, key in enumerate(dict.fromkeys(keys))}
    members = network_members(snapshot)
    networks = {name: f"n{number}" for number, name in enumerate(members)}
    clusters = tuple(
        DiagramCluster(
            f"p{number}",
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
    shown = tuple(DiagramNode(networks[name], label(name)) for name in members)
    return Diagram(clusters, shown, tuple(lines))


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
