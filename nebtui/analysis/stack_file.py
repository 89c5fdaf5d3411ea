"""What Docker Swarm makes of a project's files: whether they are meant for it, and what it refuses
in them. The keys are those of docker/cli, cli/compose/types and its schema 3.13."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.swarm_verdict import deployed_as
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot, belongs

# fmt: off
REFUSED = frozenset({
    "cpu_quota", "cpu_shares", "cpuset", "extends", "mem_limit", "memswap_limit", "volume_driver",
    "volumes_from",
})
# fmt: on
"""Keys for which the whole file is refused."""
GPU_REQUESTS = (("deploy", "resources", "reservations", "devices"), ("gpus",), ("runtime",))
"""How Compose asks for GPUs; `docker stack deploy` refuses each."""
STARTED = "service_started"
SWARMS_OWN = ("placement", "update_config", "rollback_config", "endpoint_mode")
"""Keys below `deploy` that Compose does not read."""


def refused(service: Service) -> Iterator[tuple[str, ...]]:
    """The keys of a service for which `docker stack deploy` refuses its file."""
    yield from (("depends_on", name) for name in service.depends_on if gated(service, name))
    yield from ((name,) for name in sorted(REFUSED) if service.stands(name))
    yield from (path for path in GPU_REQUESTS if service.stands(*path))


def gated(service: Service, name: str) -> bool:
    """Whether it depends on another one by a condition: Swarm takes a list of names only."""
    gate = service.depends_on[name]
    return gate.condition != STARTED or service.stands("depends_on", name, "condition")


def meant_for_swarm(project: Project) -> bool:
    """Whether its files have what only Swarm reads."""
    return any(
        service.stands("deploy", key) for service in project.services.values() for key in SWARMS_OWN
    )


def is_stack(snapshot: Snapshot, key: ProjectKey) -> bool:
    """Whether a project is one of Swarm: deployed, or meant for it where this engine manages a
    swarm and Compose runs none of it."""
    if deployed_as(snapshot, key):
        return True
    project = snapshot.projects.get(key)
    if project is None or snapshot.swarm is None or not meant_for_swarm(project):
        return False
    return not any(belongs(one, key) for one in snapshot.by_project.get(key.name, ()))
