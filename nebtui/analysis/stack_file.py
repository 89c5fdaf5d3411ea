"""What Docker Swarm makes of a project's files: whether they are meant for it, and what it refuses
in them. Every key was given to `docker stack config` of Docker 28.2, whose schema is docker/cli's
config_schema_v3.13.json."""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.published import ANY, port_origins
from nebtui.analysis.swarm_verdict import deployed_as
from nebtui.facts.declared import Origin, Port, ProjectKey, Service
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot

Path = tuple[str, ...]
# fmt: off
REFUSED = frozenset({
    "annotations", "attach", "blkio_config", "cgroup", "cpu_count", "cpu_percent", "cpu_period",
    "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "develop",
    "device_cgroup_rules", "dns_opt", "driver_opts", "extends", "gpus", "group_add", "label_file",
    "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "models",
    "oom_kill_disable", "pids_limit", "platform", "post_start", "pre_stop", "profiles", "provider",
    "pull_policy", "runtime", "scale", "storage_opt", "use_api_socket", "uts", "volume_driver",
    "volumes_from",
})
# fmt: on
"""Keys of a service for which the whole file is refused."""
SECTIONS = frozenset({"include", "models", "name"})
"""The same at the top of a file."""
_BELOW = {
    "env_file": frozenset({"format", "path", "required"}),
    "networks": frozenset(
        {"gw_priority", "interface_name", "link_local_ips", "mac_address", "priority"}
    ),
    "ports": frozenset({"app_protocol", "host_ip", "name"}),
}
"""The same of the items of a service's keys."""
DEVICES = ("deploy", "resources", "reservations", "devices")
GPU_REQUESTS = (DEVICES, ("gpus",), ("runtime",))
"""How Compose asks for GPUs; `docker stack deploy` refuses each."""
STARTED = "service_started"
SWARMS_OWN = ("placement", "update_config", "rollback_config", "endpoint_mode")
"""Keys below `deploy` that Compose does not read."""


def refused(service: Service) -> Iterator[Path]:
    """The keys of a service for which `docker stack deploy` refuses its file."""
    yield from (("depends_on", name) for name in service.depends_on if gated(service, name))
    yield from (path for path in service.origins if _is_refused(path))


def _is_refused(path: Path) -> bool:
    match path:
        case (key,):
            return key in REFUSED
        case (key, _, below):
            return below in _BELOW.get(key, ())
    return path == DEVICES


def gated(service: Service, name: str) -> bool:
    """Whether it depends on another one by a condition: Swarm takes a list of names only."""
    gate = service.depends_on[name]
    return gate.condition != STARTED or service.stands("depends_on", name, "condition")


def refused_sections(project: Project) -> tuple[str, ...]:
    """The top-level keys for which `docker stack deploy` refuses a project's files."""
    return tuple(name for name in project.sections if name in SECTIONS)


def opened(service: Service) -> Iterator[tuple[Port, Origin | None]]:
    """Published ports with an address, each with its place: Swarm takes no address, and opens them
    on all of every node. (In the long form it refuses the file for one.)"""
    refusing = {service.origin(*path[:2]) for path in service.origins if path[2:] == ("host_ip",)}
    for port, origin in zip(service.ports, port_origins(service), strict=True):
        bound = port.published and port.host_ip.strip("[]") not in ANY
        if bound and origin not in refusing:
            yield port, origin


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
    return not snapshot.has_containers(key)


def may_be_deployed(snapshot: Snapshot, key: ProjectKey) -> bool:
    """Whether a project may be one of a Swarm, here or elsewhere: its files are meant for it, Swarm
    refuses nothing in them, and Compose runs none of it here."""
    if is_stack(snapshot, key):
        return True
    project = snapshot.projects.get(key)
    if project is None or not meant_for_swarm(project) or refused_sections(project):
        return False
    if any(next(refused(service), None) for service in project.services.values()):
        return False
    return not snapshot.has_containers(key)
