"""Who answers a name, on which networks, and whether a service that names it can reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nebtui.analysis.references import HOST_GATEWAY, Reference, references
from nebtui.facts.declared import Project, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Resolution:
    """A reference and who answers it. `reached`: owners that share a network with the source; `others`: owners that do
    not. Both empty = nobody on this box answers the name."""

    reference: Reference
    reached: tuple[ServiceKey, ...]
    others: tuple[ServiceKey, ...]

    @property
    def reachable(self) -> bool | None:
        """True, False, or None where nobody on this box owns the name."""
        return True if self.reached else False if self.others else None


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a box: who answers each (lower case), and the networks each service is on (engine names)."""

    owners: Mapping[str, tuple[ServiceKey, ...]]
    networks: Mapping[ServiceKey, frozenset[str]]
    variants: frozenset[ServiceKey] = frozenset()


def names_of(snapshot: Snapshot, key: ServiceKey, service: Service) -> tuple[str, ...]:
    """Every name that can mean a service: its own, container_name, hostname, aliases, `project-service-N`."""
    found = [service.name, service.container_name, service.hostname]
    found += [alias for join in service.networks.values() for alias in join.aliases]
    containers = snapshot.containers_of(key)
    for container in containers:
        found.append(container.name)
        found += [a for at in container.attachments for a in at.aliases if a != container.short_id]
    if not service.container_name:
        found.append(f"{key.project.name}-{service.name}-1")
    return tuple(dict.fromkeys(name.lower() for name in found if name))


def declared_networks(project: Project, service: Service) -> frozenset[str]:
    """The engine names of the networks a service declares; a `service:X` network mode borrows X's."""
    lenders = {service.name}
    while (mode := service.network_mode or "").startswith("service:"):
        other = project.services.get(mode.removeprefix("service:"))
        if other is None or other.name in lenders:
            return frozenset()
        lenders.add(other.name)
        service = other
    declared = (project.networks.get(name) for name in service.networks)
    return frozenset(network.name for network in declared if network)


def observed_networks(snapshot: Snapshot, key: ServiceKey) -> frozenset[str]:
    """The networks its running containers are on."""
    running = (c for c in snapshot.containers_of(key) if c.state == "running")
    return frozenset(name for c in running for name in c.networks) - {"host", "none"}


def names(snapshot: Snapshot) -> Names:
    """Build the index once for a snapshot. Networks are those declared, and those joined by hand while running."""
    owners: dict[str, list[ServiceKey]] = {}
    networks: dict[ServiceKey, frozenset[str]] = {}
    variants = set()
    for key, service in snapshot.services():
        project = snapshot.projects[key.project]
        networks[key] = declared_networks(project, service) | observed_networks(snapshot, key)
        if project.variant:
            variants.add(key)
        for name in names_of(snapshot, key, service):
            owners.setdefault(name, []).append(key)
    return Names({name: tuple(keys) for name, keys in owners.items()}, networks, frozenset(variants))


def answering(index: Names, source: ServiceKey, name: str) -> tuple[ServiceKey, ...]:
    """Owners of a name that a service could mean: a variant project is an island."""
    found = index.owners.get(name.lower(), ())
    if source in index.variants:
        return tuple(k for k in found if k.project == source.project)
    return tuple(k for k in found if k.project == source.project or k not in index.variants)


def resolve(index: Names, reference: Reference) -> Resolution:
    """Who answers a reference: owners that share a network with the source, and the others."""
    source = reference.source
    mine = index.networks.get(source, frozenset())
    owners = [k for k in answering(index, source, reference.host) if k != source]
    reached = tuple(k for k in owners if mine & index.networks.get(k, frozenset()))
    return Resolution(reference, reached, tuple(k for k in owners if k not in reached))


def resolutions(snapshot: Snapshot, index: Names) -> Iterator[Resolution]:
    """Every reference that counts: certain ones, and those whose name somebody owns; a service's own name left out."""
    for key, service in snapshot.services():
        own = {key.service, service.container_name, service.hostname}
        for reference in references(key, service):
            if reference.host in own or reference.host == HOST_GATEWAY:
                continue
            resolution = resolve(index, reference)
            if resolution.reachable is not None or reference.certain:
                yield resolution
