"""Which services should have limits of their own: those that load models, those that keep data."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nebtui.analysis.health import one_shot
from nebtui.analysis.sandbox import labelled, untrusted
from nebtui.analysis.server import inference, server_of
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

STORES = frozenset({"database", "vector-store", "cache", "search", "storage", "queue"})
"""Roles of servers whose data outlives a request."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """The services of one project that lack something: those that should have it, with why, and
    the others."""

    project: ProjectKey
    own: tuple[tuple[Service, str], ...]
    others: tuple[Service, ...]


def importance(snapshot: Snapshot, key: ServiceKey, service: Service) -> str:
    """Why a service should have limits of its own, "" where nothing says so, and for a job. A
    marked sandbox has a rule of its own."""
    if labelled(service) or one_shot(snapshot, key, service):
        return ""
    if serves := inference(service):
        return f"serves models: {serves}"
    known = server_of(service)
    if known and known.role in STORES:
        return f"keeps data: {known.name}"
    return untrusted(service)


def lacking(snapshot: Snapshot, lacks: Callable[[ServiceKey, Service], bool]) -> Iterator[Lacking]:
    """The projects with a service that lacks something; parts of other projects, and marked
    sandboxes, left out."""
    for key, project in snapshot.projects.items():
        if project.overlay:
            continue
        found = [
            service
            for service in project.services.values()
            if not labelled(service) and lacks(ServiceKey(key, service.name), service)
        ]
        if found:
            judged = [(s, importance(snapshot, ServiceKey(key, s.name), s)) for s in found]
            own = tuple((service, why) for service, why in judged if why)
            yield Lacking(key, own, tuple(service for service, why in judged if not why))
