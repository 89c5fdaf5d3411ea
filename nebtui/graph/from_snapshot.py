"""From a snapshot to the model of the rails graph: groups, networks, edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nebtui.analysis.reachability import resolutions
from nebtui.analysis.services import outside_word, outside_words, projects
from nebtui.analysis.verdict import WORDS
from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.edges import edges
from nebtui.graph.project_groups import project_group
from nebtui.graph.row_facts import with_facts
from nebtui.graph.row_ids import OUTSIDE
from nebtui.graph.scene import GraphModel, Group, NetworkLine, Row
from nebtui.graph.stacks import stack_groups
from nebtui.graph.swarm_nodes import node_groups

ENGINES_OWN = frozenset({"bridge", "host", "none"})


def graph_model(
    snapshot: Snapshot,
    ungated: Iterable[tuple[ServiceKey, str]] = (),
    notes: Mapping[ServiceKey, str] | None = None,
    alerts: Mapping[ServiceKey, str] | None = None,
    said: Mapping[ServiceKey, LogLine] | None = None,
) -> GraphModel:
    """The rails graph of a snapshot. `ungated`: (service, dependency) pairs that are start-up
    races; `notes`: what is done to a service now, or waits to be; `alerts`: what is wrong with a
    service, in words; `said`: what those that are not well wrote last."""
    races = frozenset(ungated)
    found = resolutions(snapshot)
    groups = tuple(
        project_group(snapshot, key, notes or {}, alerts or {}, said or {})
        for key in projects(snapshot)
    )
    groups = (*groups, *stack_groups(snapshot), *node_groups(snapshot), *_outside(snapshot))
    return GraphModel(
        tuple(_networks(snapshot, groups)), groups, tuple(edges(snapshot, found, races))
    )


def _outside(snapshot: Snapshot) -> Iterator[Group]:
    """The containers of no project: last, dim, without edges."""
    found = snapshot.outside
    if found:
        text = f"{len(found)} container{'' if len(found) == 1 else 's'} without a project"
        rows = tuple(_outside_row(container) for container in found)
        yield Group(OUTSIDE, "outside Compose", text, "dim", rows)


def _outside_row(container: Container) -> Row:
    word = outside_word(container)
    networks = tuple(sorted(set(container.networks) - ENGINES_OWN))
    row = Row(
        id=f"{OUTSIDE}\1{container.id}",
        name=container.name,
        glyph=WORDS[word].glyph,
        state=word,
        tone="dim",
        networks=networks,
        note=outside_words(container),
    )
    return with_facts(row, (container,))


def _networks(snapshot: Snapshot, groups: tuple[Group, ...]) -> Iterator[NetworkLine]:
    users: dict[str, set[str]] = {}
    for group in groups:
        for row in group.rows:
            for name in row.networks:
                users.setdefault(name, set()).add(group.id)
    external = {
        d.name for p in snapshot.projects.values() for d in p.networks.values() if d.external
    }
    for name in sorted(users):
        missing = name in external and snapshot.engine is not None and name not in snapshot.networks
        yield NetworkLine(
            name, name, len(users[name]) > 1 or name in external, name in external, missing
        )
