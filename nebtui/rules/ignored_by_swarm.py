"""What Swarm ignores in a file that is deployed as a stack.

What: keys of a service that `docker stack deploy` leaves out, some of them without a word
(`tmpfs`, an address before a published port, a fixed address), in a compose file whose project has
the name of a stack, with its services, or has what only Swarm reads, such as `deploy.placement` or
`update_config`, on a manager where Compose runs none of it. Silent about `restart`, which Swarm
does take, though docker says that it does not; only `no` it reads as `any`.
Why it bites: a port that was bound to 127.0.0.1 is open on all addresses of every node; without its
tmpfs a read-only service cannot write; /dev/shm has 64 MB; all services start at once, in no order;
`build` builds nothing.
Evidence: each key with its line, and what Swarm does instead.
Fix: written in Swarm's words where there are some that mean the same: `shm_size` and `tmpfs` as a
volume of that type, `restart: no` as `deploy.restart_policy`. Safe: Compose makes the same of them.
The rest takes a decision.
Source: each key deployed with Docker 28.2, and `docker service inspect`; docker/cli,
cli/compose/types (UnsupportedProperties, DeprecatedProperties) and cli/compose/convert.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from nebtui.analysis.stack_file import gated, is_stack, opened
from nebtui.facts.declared import Origin, Port, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Finding, Fix, Options, Rule, service_of
from nebtui.rules.swarm_words import BY_HAND, Rewording, reads_as_any, reworded_fix, rewording

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
    "network_mode", "pid", "privileged", "security_opt", "shm_size", "tmpfs", "userns_mode",
})
"""Keys that are ignored, and mean something."""
# fmt: on
ADDRESSES = ("ipv4_address", "ipv6_address")
WORDED = ("restart", "shm_size", "tmpfs")
"""Keys that Swarm may have words for."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A key below a service, and what Swarm does instead."""

    name: str
    """With what it is about: `depends_on db`."""
    told: str
    origin: Origin | None
    opens: bool = False
    """Others reach what they were not to."""

    @property
    def key(self) -> str:
        """The key alone."""
        return self.name.partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.name}{f' ({self.origin})' if self.origin else ''}: {self.told}"


def _ignored(service: Service, told: str, *path: str) -> Ignored:
    return Ignored(" ".join(path), told, service.origin(*path))


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding for what a service says that has Swarm's words, one for the rest; an error where
    a port is open that was not to be, advice where the service does the same without it."""
    for key, project in snapshot.projects.items():
        if is_stack(snapshot, key):
            for name in sorted(project.services):
                service = project.services[name]
                yield from _worded(snapshot, ServiceKey(key, name), service)
                yield from _by_hand(snapshot, ServiceKey(key, name), service)


def _worded(snapshot: Snapshot, key: ServiceKey, service: Service) -> Iterator[Finding]:
    if not (ours := _rewordings(snapshot, service)):
        return
    yield Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject="",
        message=f"says {', '.join(one.path[0] for one in ours)}, which Swarm does not take",
        evidence=tuple(
            str(_ignored(service, f"ignored; in Swarm's words {one.words}", *one.path))
            for one in ours
        ),
        applicability="safe",
        origin=service.origin(*ours[0].path),
        fix=f"write {'; '.join(one.words for one in ours)}",
    )


def _rewordings(snapshot: Snapshot, service: Service) -> list[Rewording]:
    found = (rewording(snapshot, service, (key,)) for key in WORDED if service.stands(key))
    return [one for one in found if one is not None]


def _by_hand(snapshot: Snapshot, key: ServiceKey, service: Service) -> Iterator[Finding]:
    worded = {one.path[0] for one in _rewordings(snapshot, service)}
    weighty = tuple(one for one in _weighty(service) if one.key not in worded)
    found = (*weighty, *_harmless(service))
    if not found:
        return
    opens = any(one.opens for one in found)
    keys = dict.fromkeys(one.key for one in found)
    yield Finding(
        rule=NAME,
        severity="error" if opens else "warning" if weighty else "advice",
        project=key.project,
        service=key.service,
        subject=BY_HAND,
        message=found[0].told if opens else f"says {', '.join(keys)}, which Swarm does not take",
        evidence=tuple(map(str, found)),
        applicability="display",
        origin=found[0].origin,
        fix="take the port away and reach it by a network of the stack, or close it in the firewall"
        if opens
        else "write it in Swarm's words, see the manual",
    )


def _weighty(service: Service) -> Iterator[Ignored]:
    """What makes the service behave in another way than its file says."""
    for port, origin in opened(service):
        yield Ignored("ports", _opened(port), origin, opens=True)
    for name in sorted(IGNORED):
        if service.stands(name):
            yield _ignored(service, "ignored", name)
    if reads_as_any(service):
        yield _ignored(service, "Swarm starts it again whenever it ends", "restart")
    for network in service.networks:
        for name in ADDRESSES:
            if service.stands("networks", network, name):
                told = "ignored: Swarm gives the addresses"
                yield _ignored(service, told, "networks", network, name)


def _opened(port: Port) -> str:
    return (
        f"publishes {port.published} on {port.host_ip}, and Swarm opens it on all addresses of "
        "every node"
    )


def _harmless(service: Service) -> Iterator[Ignored]:
    for name, told in HARMLESS.items():
        if service.stands(name):
            yield _ignored(service, told, name)
    for name in service.depends_on:
        if service.stands("depends_on", name) and not gated(service, name):
            yield _ignored(service, "Swarm starts all services at once", "depends_on", name)


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Swarm's words for all that has some."""
    _, service = service_of(snapshot, finding)
    return reworded_fix(snapshot, finding, _rewordings(snapshot, service))


RULE = Rule(name=NAME, severity="warning", key="f", manual=__doc__, find=find, fix=fix)
