"""What Swarm ignores in a file that is deployed as a stack.

What: keys of a service that `docker stack deploy` leaves out or refuses, in a compose file whose
project has the name of a stack, with its services; or has what only Swarm reads, such as
`deploy.placement` or `update_config`, on a manager where Compose runs none of it.
Why it bites: without the gates of `depends_on` all services start at once, in no order; `build`
builds nothing; `restart` counts as `deploy.restart_policy` only; a folder of this machine is not on
the other nodes, and a task that lands there is rejected.
Evidence: each key with its line, and what Swarm does instead.
A GPU request in Compose's words (`devices`, `gpus`, `runtime`) refuses the whole file: Swarm counts
generic resources that its nodes are told to have.
Fix: none, it takes a decision: an image in a registry, `deploy.restart_policy`, a volume that all
nodes reach or a constraint, a program that waits for what it needs by itself.
Source: docker/cli, cli/compose/types (UnsupportedProperties, DeprecatedProperties,
ForbiddenProperties), config_schema_v3.13.json,
measured with Docker 28.2; docs.docker.com/reference/cli/docker/service/create (generic resources).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nebtui.analysis.stack_file import GPU_REQUESTS, REFUSED, gated, is_stack
from nebtui.analysis.swarm_verdict import services_of
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmService
from nebtui.rules.rule import Finding, Rule

NAME = "ignored-by-swarm"
HARMLESS: Mapping[str, str] = MappingProxyType(
    {
        "build": "Swarm builds nothing: the image has to be in a registry, or on each node",
        "container_name": "Swarm names containers itself",
        "expose": "ignored: services on one network reach each other's ports anyway",
    }
)
"""Keys without which a service does the same."""
# fmt: off
IGNORED = frozenset({
    "cgroup_parent", "devices", "domainname", "external_links", "ipc", "links", "mac_address",
    "network_mode", "pid", "privileged", "security_opt", "shm_size", "userns_mode",
})
"""Keys that are ignored, and mean something."""
# fmt: on
EVERYWHERE = ("/dev", "/etc/localtime", "/etc/timezone", "/proc", "/run", "/sys", "/var/run")
"""Folders and files that each Linux machine has."""
AS_SWARM = frozenset({"always", "unless-stopped"})
"""What Swarm does by itself where the file has no `deploy.restart_policy`."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A key below a service, and what Swarm does instead."""

    path: tuple[str, ...]
    told: str

    @property
    def key(self) -> str:
        """The key as people call it."""
        return ".".join(self.path) if self.path[0] == "deploy" else self.path[0]

    def line(self, service: Service) -> str:
        """The key with its place, and what is told of it."""
        short = self.path[0] in ("volumes", "deploy")
        name = self.key if short else " ".join(self.path)
        origin = service.origin(*self.path)
        return f"{name}{f' ({origin})' if origin else ''}: {self.told}"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding for each service of a stack that a manager tells of; a warning where the service
    behaves in another way than its file says."""
    swarm = snapshot.swarm
    for key in _of_stacks(snapshot) if swarm else ():
        service = snapshot.service(key)
        if swarm is None or service is None:
            continue
        weighty = tuple(_weighty(swarm, service, services_of(snapshot, key.project)))
        found = (*weighty, *_harmless(service))
        if not found:
            continue
        yield Finding(
            rule=NAME,
            severity="warning" if weighty else "advice",
            project=key.project,
            service=key.service,
            subject="",
            message="says "
            + ", ".join(dict.fromkeys(one.key for one in found))
            + ", which Swarm does not take",
            evidence=tuple(one.line(service) for one in found),
            applicability="display",
            origin=service.origin(*found[0].path),
            fix="write it in Swarm's words, see the manual",
        )


def _of_stacks(snapshot: Snapshot) -> Iterator[ServiceKey]:
    """The services of stacks that were deployed from files, and of files that are meant to be."""
    for key, project in snapshot.projects.items():
        if deployed := services_of(snapshot, key):
            yield from (ServiceKey(key, name) for name in sorted(deployed))
        elif is_stack(snapshot, key):
            yield from (ServiceKey(key, name) for name in sorted(project.services))


def _weighty(
    swarm: Swarm, service: Service, deployed: Mapping[str, SwarmService]
) -> Iterator[Ignored]:
    """What makes the service behave in another way than its file says."""
    for name, gate in service.depends_on.items():
        if gated(service, name):
            told = f"{gate.condition}: Swarm waits for nobody, and refuses a condition"
            yield Ignored(("depends_on", name), told)
    restart = service.restart
    if restart and restart not in AS_SWARM and not service.stands("deploy", "restart_policy"):
        told = f"{restart}: ignored, Swarm starts it again whatever its exit code is"
        yield Ignored(("restart",), told)
    for name in sorted(IGNORED | REFUSED):
        if service.stands(name):
            told = "ignored" if name in IGNORED else "`docker stack deploy` refuses the file"
            yield Ignored((name,), told)
    for path in GPU_REQUESTS:
        if service.stands(*path):
            yield Ignored(path, _in_swarms_words(service))
    if len(swarm.nodes) > 1 and not _on_one_node(service, deployed):
        for mount in service.mounts:
            if mount.type == "bind" and not _everywhere(mount.source):
                told = f"{mount.source} is a folder of this machine: tasks on others are rejected"
                yield Ignored(("volumes", mount.target), told)


def _in_swarms_words(service: Service) -> str:
    """What a GPU request reads like there; it counts what the nodes are told to have."""
    counts = [one.count for one in service.gpus if one.count and one.count > 0]
    number = counts[0] if counts else max((len(one.ids) for one in service.gpus), default=0) or 1
    return (
        "`docker stack deploy` refuses the file; for Swarm: deploy.resources.reservations."
        f"generic_resources: [{{discrete_resource_spec: {{kind: gpu, value: {number}}}}}], and "
        "`node-generic-resources` in the daemon.json of each node with GPUs"
    )


def _everywhere(source: str) -> bool:
    """Whether each Linux machine has it."""
    return any(source == place or source.startswith(f"{place}/") for place in EVERYWHERE)


def _harmless(service: Service) -> Iterator[Ignored]:
    for name, told in HARMLESS.items():
        if service.stands(name):
            yield Ignored((name,), told)
    for name in service.depends_on:
        if not gated(service, name):
            yield Ignored(("depends_on", name), "Swarm starts all services at once")
    if service.restart in AS_SWARM and not service.stands("deploy", "restart_policy"):
        yield Ignored(("restart",), "ignored, which changes nothing: Swarm does so anyway")


def _on_one_node(service: Service, deployed: Mapping[str, SwarmService]) -> bool:
    """Its constraints name the node it runs on; before it is deployed, that it has some."""
    if service.name not in deployed:
        return service.stands("deploy", "placement", "constraints")
    return any(
        "!" not in one and one.startswith(("node.hostname", "node.id"))
        for one in deployed[service.name].constraints
    )


RULE = Rule(name=NAME, severity="warning", key="", manual=__doc__, find=find)
