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
from dataclasses import dataclass
from types import MappingProxyType

from nebtui.analysis.stack_file import Path, gated, is_stack, opened
from nebtui.facts.declared import Port, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Fix, NoFixError, Options, Recreate, Rule, service_of
from nebtui.rules.swarm_words import Rewording, edits, rewording

NAME = "ignored-by-swarm"
BY_HAND = "by hand"
"""The subject of what has no word that means the same."""
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

    path: Path
    told: str
    opens: bool = False
    """Others reach what they were not to."""

    def line(self, service: Service) -> str:
        """The key with its place, and what is told of it."""
        origin = service.origin(*self.path)
        name = self.path[0] if self.path[0] == "ports" else " ".join(self.path)
        return f"{name}{f' ({origin})' if origin else ''}: {self.told}"


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
            Ignored(one.path, f"ignored; in Swarm's words {one.words}").line(service)
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
    worded = {one.path for one in _rewordings(snapshot, service)}
    weighty = tuple(one for one in _weighty(service) if one.path not in worded)
    found = (*weighty, *_harmless(service))
    if not found:
        return
    opens = any(one.opens for one in found)
    keys = dict.fromkeys(one.path[0] for one in found)
    yield Finding(
        rule=NAME,
        severity="error" if opens else "warning" if weighty else "advice",
        project=key.project,
        service=key.service,
        subject=BY_HAND,
        message=found[0].told if opens else f"says {', '.join(keys)}, which Swarm does not take",
        evidence=tuple(one.line(service) for one in found),
        applicability="display",
        origin=service.origin(*found[0].path),
        fix="take the port away and reach it by a network of the stack, or close it in the firewall"
        if opens
        else "write it in Swarm's words, see the manual",
    )


def _weighty(service: Service) -> Iterator[Ignored]:
    """What makes the service behave in another way than its file says."""
    for number, port in opened(service):
        yield Ignored(("ports", str(number)), _opened(port), opens=True)
    for name in sorted(IGNORED):
        if service.stands(name):
            yield Ignored((name,), "ignored")
    for network in service.networks:
        for name in ADDRESSES:
            if service.stands("networks", network, name):
                told = "ignored: Swarm gives the addresses"
                yield Ignored(("networks", network, name), told)


def _opened(port: Port) -> str:
    return (
        f"publishes {port.published} on {port.host_ip}, and Swarm opens it on all addresses of "
        "every node"
    )


def _harmless(service: Service) -> Iterator[Ignored]:
    for name, told in HARMLESS.items():
        if service.stands(name):
            yield Ignored((name,), told)
    for name in service.depends_on:
        if service.stands("depends_on", name) and not gated(service, name):
            yield Ignored(("depends_on", name), "Swarm starts all services at once")


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Swarm's words for all that has some."""
    key, service = service_of(snapshot, finding)
    ours = _rewordings(snapshot, service)
    if finding.subject or not ours:
        raise NoFixError(finding.fix or "Swarm has no word for it: it takes a decision")
    return Fix(
        title=f"write {key} in Swarm's words",
        applicability="safe",
        edits=tuple(
            edit for one in ours for edit in edits(snapshot.projects[key.project], service, one)
        ),
        recreate=(Recreate(key.project, (key.service,)),),
    )


RULE = Rule(name=NAME, severity="warning", key="f", manual=__doc__, find=find, fix=fix)
