"""Who answers a name, on which networks, and whether a service that names it can reach it."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from dataclasses import field

from nebtui.analysis.references import (
    HOST_GATEWAY,
    Reference,
    references,
    shared_env_files,
)
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Resolution:
    """A reference and who answers it. `reached`: owners that share a network with the source;
    `others`: owners that do not. Both empty = no service of this box answers the name."""

    reference: Reference
    reached: tuple[ServiceKey, ...]
    others: tuple[ServiceKey, ...]

    @property
    def reachable(self) -> bool | None:
        """True, False, or None where no service of this box owns the name."""
        return True if self.reached else False if self.others else None


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a box: who answers each (lower case), and the networks each service is on
    (engine names)."""

    owners: Mapping[str, tuple[ServiceKey, ...]]
    networks: Mapping[ServiceKey, frozenset[str]]
    variants: frozenset[ServiceKey] = frozenset()
    aliases: Mapping[tuple[str, ServiceKey], frozenset[str]] = field(default_factory=dict)
    """Names that a service has on some networks only."""

    def answers_on(self, name: str, key: ServiceKey) -> frozenset[str]:
        """The networks on which a service answers one of its names."""
        on = self.networks.get(key, frozenset())
        return self.aliases.get((name.lower(), key), on) & on


def names_of(snapshot: Snapshot, key: ServiceKey, service: Service) -> tuple[str, ...]:
    """Every name that means a service on all its networks: its own, container_name, hostname,
    `project-service-N`."""
    result = [service.name, service.container_name, service.hostname]
    result += [container.name for container in snapshot.containers_of(key)]
    if not service.container_name:
        result.append(f"{key.project.name}-{service.name}-1")
    return tuple(dict.fromkeys(name.lower() for name in result if name))


def aliases_of(snapshot: Snapshot, key: ServiceKey, service: Service) -> dict[str, frozenset[str]]:
    """The aliases of a service, each with the networks (engine names) on which it has it."""
    project = snapshot.projects[key.project]
    result: dict[str, frozenset[str]] = {}
    for join in service.networks.values():
        network = project.networks.get(join.network)
        for alias in join.aliases if network else ():
            result[alias.lower()] = result.get(alias.lower(), frozenset()) | {
                network.name if network else ""
            }
    for container in snapshot.containers_of(key):
        for at in container.attachments:
            for alias in at.aliases:
                if alias != container.short_id:
                    result[alias.lower()] = result.get(alias.lower(), frozenset()) | {at.network}
    return result


def declared_networks(project: Project, service: Service) -> frozenset[str]:
    """The engine names of the networks a service declares; a `service:X` network mode borrows
    X's."""
    lenders = {service.name}
    while (mode := service.network_mode or "").startswith("service:"):
        other = project.services.get(mode.removeprefix("service:"))
        if other is None or other.name in lenders:
            return frozenset()
        lenders.add(other.name)
        service = other
    declared = (project.networks.get(name) for name in service.networks)
    return frozenset(network.name for network in declared if network)


def declared_of(snapshot: Snapshot, key: ServiceKey) -> frozenset[str]:
    """The networks that the files put a service on; none where they do not declare it."""
    service = snapshot.service(key)
    return declared_networks(snapshot.projects[key.project], service) if service else frozenset()


def observed_networks(snapshot: Snapshot, key: ServiceKey) -> frozenset[str]:
    """The networks its running containers are on."""
    running = (c for c in snapshot.containers_of(key) if c.state == "running")
    return frozenset(name for c in running for name in c.networks) - {"host", "none"}


def networks_now(snapshot: Snapshot, key: ServiceKey) -> frozenset[str]:
    """The networks that a service is on: of its running containers, also where no file declares it
    (any more) or its file cannot be read, else those declared."""
    return names(snapshot).networks.get(key) or observed_networks(snapshot, key)


def side_by_side(one: ProjectKey, other: ProjectKey) -> bool:
    """Whether the folders of two projects stand in one folder, or are one: a sign that they belong
    to one box. Others may have nothing but a name in common."""
    folders = {os.path.dirname(key.working_dir.rstrip("/")) for key in (one, other)}
    return len(folders) == 1


def names(snapshot: Snapshot) -> Names:
    """Build the index once for a snapshot. Networks are those that a running container is on, else
    those declared. Made once for each set of projects, containers and networks."""
    return snapshot.derived(_names, snapshot.projects, snapshot.containers, snapshot.networks)


def _names(snapshot: Snapshot) -> Names:
    owners: dict[str, list[ServiceKey]] = {}
    networks: dict[ServiceKey, frozenset[str]] = {}
    aliases: dict[tuple[str, ServiceKey], frozenset[str]] = {}
    variants = set()
    for key, service in snapshot.services():
        project = snapshot.projects[key.project]
        # What runs is on the networks it is on, whatever its file says by now.
        networks[key] = observed_networks(snapshot, key) or declared_networks(project, service)
        if project.variant:
            variants.add(key)
        everywhere = names_of(snapshot, key, service)
        partly = {
            n: on for n, on in aliases_of(snapshot, key, service).items() if n not in everywhere
        }
        aliases |= {(name, key): on for name, on in partly.items()}
        for name in (*everywhere, *partly):
            owners.setdefault(name, []).append(key)
    return Names(
        {name: tuple(keys) for name, keys in owners.items()}, networks, frozenset(variants), aliases
    )


def answering(index: Names, source: ServiceKey, name: str) -> tuple[ServiceKey, ...]:
    """Owners of a name that a service could mean. A variant project is an island; of two folders
    whose projects have one name only one can run, for Compose knows them as the same project."""
    found = index.owners.get(name.lower(), ())
    own = tuple(k for k in found if k.project == source.project)
    if source in index.variants:
        return own
    others = (k for k in found if k.project.name != source.project.name and k not in index.variants)
    return (*own, *others)


def resolve(index: Names, reference: Reference) -> Resolution:
    """Who answers a reference: owners that share a network with the source, and the others."""
    source = reference.source
    mine = index.networks.get(source, frozenset())
    owners = [k for k in answering(index, source, reference.host) if k != source]
    reached = tuple(k for k in owners if mine & index.answers_on(reference.host, k))
    return Resolution(reference, reached, tuple(k for k in owners if k not in reached))


def resolutions(snapshot: Snapshot) -> tuple[Resolution, ...]:
    """Every reference that counts: certain ones, and those whose name somebody owns; a service's
    own name left out. Made once for each set of projects, containers and networks."""
    return snapshot.derived(_resolved, snapshot.projects, snapshot.containers, snapshot.networks)


def _resolved(snapshot: Snapshot) -> tuple[Resolution, ...]:
    index = names(snapshot)
    found = (resolve(index, r) for r in snapshot.derived(_named, snapshot.projects))
    return tuple(r for r in found if r.reachable is not None or r.reference.certain)


def _named(snapshot: Snapshot) -> tuple[Reference, ...]:
    """What the files alone tell: every host that a service names, but itself and the machine."""
    shared = {key: shared_env_files(project) for key, project in snapshot.projects.items()}
    return tuple(
        reference
        for key, service in snapshot.services()
        for reference in references(key, service, shared[key.project])
        if reference.host not in (key.service, service.container_name, service.hostname)
        and reference.host != HOST_GATEWAY
    )
