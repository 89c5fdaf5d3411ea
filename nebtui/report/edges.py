"""Who depends on whom, names whom and talks to whom: the edges of every graph that is exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from nebtui.analysis.reachability import resolutions
from nebtui.analysis.talks import talks
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

EdgeKind = Literal["depends", "references", "talks"]


@dataclass(frozen=True, slots=True)
class ServiceEdge:
    """`depends` edges are declared, `references` are read from texts, `talks` are connections that
    the kernel has."""

    source: ServiceKey
    target: ServiceKey
    kind: EdgeKind
    gate: str | None = None
    """The condition of `depends_on`; None for the other kinds."""
    reachable: bool | None = None
    """Whether both share a network; None where that is not asked (`depends`)."""


def service_edges(snapshot: Snapshot) -> Iterator[ServiceEdge]:
    """All edges, kind after kind; a service that names another in two places has two."""
    for key, service in snapshot.services():
        for dependency in service.depends_on.values():
            target = ServiceKey(key.project, dependency.service)
            yield ServiceEdge(key, target, "depends", dependency.condition)
    for found in resolutions(snapshot):
        for owner in found.reached or found.others:
            source = found.reference.source
            yield ServiceEdge(source, owner, "references", None, found.reachable)
    for talk in talks(snapshot):
        yield ServiceEdge(talk.source, talk.target, "talks", None, True)
