"""A reservation is above the limit of the same thing.

What: reserved memory (`mem_reservation`, `deploy.resources.reservations`) is more than the memory
limit, or reserved CPUs are more than the CPU limit. Where both are equal nothing is left to use in
a burst, and that is advice.
Why it bites: the engine refuses the container ("Minimum memory limit can not be less than memory
reservation limit"); Compose itself says nothing. CPUs are only reserved on Swarm, which refuses the
service.
Evidence: both numbers with their lines.
Fix: the reservation becomes half of the limit. Unsafe: which of the two was meant is not known.
Source: measured on Engine 20.10; docs.docker.com/reference/compose-file/deploy.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.compose.editor.verbs import Set
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.rules.limit_keys import (
    Limited,
    limit_origin,
    reservation_key,
    written_size,
)
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    Fix,
    NoFixError,
    Options,
    Recreate,
    Rule,
    layer_for,
    service_of,
)
from nebtui.text.units import size

NAME = "reservation-over-limit"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is reserved of something, and its limit."""

    what: Limited
    reserved: float
    limit: float

    def shown(self, number: float) -> str:
        """An amount as people read it."""
        return size(number) if self.what == "memory" else f"{number:g} CPUs"


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and thing."""
    for key, service in snapshot.services():
        for one in reservations(service):
            if one.reserved >= one.limit:
                yield _finding(key, service, one)


def reservations(service: Service) -> Iterator[Reservation]:
    """What has both a reservation and a limit."""
    limits = service.limits
    if limits.reserved_memory and limits.memory:
        yield Reservation("memory", limits.reserved_memory, limits.memory)
    if limits.reserved_cpus and limits.cpus:
        yield Reservation("cpus", limits.reserved_cpus, limits.cpus)


def _finding(key: ServiceKey, service: Service, one: Reservation) -> Finding:
    origin = service.origin(*reservation_key(service, one.what))
    equal = one.reserved == one.limit
    reserved, limit = one.shown(one.reserved), one.shown(one.limit)
    memory = one.what == "memory"
    above = "the engine refuses it" if memory else "Swarm refuses it"
    return Finding(
        rule=NAME,
        severity="advice" if equal else "error" if memory else "warning",
        project=key.project,
        service=key.service,
        subject=one.what,
        message=f"reserves all that it may use, {limit}"
        if equal
        else f"reserves {reserved} and may use {limit}: {above}",
        evidence=(
            f"reserved: {reserved} ({origin})",
            f"limit: {limit} ({limit_origin(service, one.what)})",
        ),
        applicability="unsafe",
        origin=origin,
        fix=f"reserve {one.shown(_half(one))}",
        blocks=0 if equal or not memory else 1,
    )


def _half(one: Reservation) -> float:
    return one.limit // 2 if one.what == "memory" else one.limit / 2


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Reserve half of the limit."""
    key, service = service_of(snapshot, finding)
    one = next((r for r in reservations(service) if r.what == finding.subject), None)
    if one is None:
        raise NoFixError("nothing is reserved any more")
    path = reservation_key(service, one.what)
    layer = layer_for(snapshot.projects[key.project], service, *path)
    half = _half(one)
    value = written_size(int(half)) if one.what == "memory" else f"{half:g}"
    return Fix(
        title=f"let {key} reserve half of its limit",
        applicability="unsafe",
        edits=(FileEdit(layer.file, Set((*layer.path, *path), value)),),
        recreate=(Recreate(key.project, (key.service,)),),
    )


RULE = Rule(
    name=NAME,
    severity="error",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
)
