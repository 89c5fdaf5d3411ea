"""Two services that can run together publish one port of the host.

What: two services of a project, with no profiles that keep them apart, publish the same address and
port; or two services of different projects do, and both are on the engine: one runs and the other
does not.
Why it bites: `up` stops with "port is already allocated", or whichever starts second never does.
Evidence: both declarations; across projects the containers, with what the engine said. Files beside
each other are mostly alternatives: they are compared only where both were started.
Fix: by hand: another port for one of them, or none where only other containers call it.
Source: measured with Compose 2.40 on Engine 20.10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from nebtui.analysis.published import Published, published, same, together
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, Rule

NAME = "port-collision"
_TAKEN = re.compile(r"port is already allocated|address already in use", re.IGNORECASE)


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service and port that an earlier one of its project has, and per service that
    another project's keeps from running."""
    for project in snapshot.projects.values():
        if project.overlay:
            continue  # the profiles may stand in the other file
        taken: list[tuple[Service, Published]] = []
        for service in project.services.values():
            for port in published(service):
                first = next((t for t in taken if _meets(t, service, port)), None)
                if first:
                    yield _within(ServiceKey(project.key, service.name), port, *first)
                taken.append((service, port))
    yield from _across(snapshot)


def _meets(earlier: tuple[Service, Published], service: Service, port: Published) -> bool:
    other, known = earlier
    if other.network_mode == "host" or service.network_mode == "host":
        return False  # nothing is published there
    if not same(known, port) or not together(other, service):
        return False
    # One name for two containers: alternatives, of which only one can exist.
    named = other.container_name and other.container_name == service.container_name
    return not (named and other is not service)


def _within(key: ServiceKey, port: Published, other: Service, known: Published) -> Finding:
    itself = other.name == key.service
    whom = "itself, for another port" if itself else other.name
    return Finding(
        rule=NAME,
        severity="error",
        project=key.project,
        service=key.service,
        subject=f"{port}>{port.target}",
        message=f"publishes port {port}, and so does {whom}: `up` stops at the second",
        evidence=(
            f"{port} to {port.target} ({port.origin})",
            f"{other.name}: {known} to {known.target} ({known.origin})",
        ),
        applicability="display",
        origin=port.origin,
        fix="give one of them another port, or none where only other containers call it",
        target=None if itself else ServiceKey(key.project, other.name),
        blocks=1,
    )


def _across(snapshot: Snapshot) -> Iterator[Finding]:
    started = [
        (key, service, containers)
        for key, service in snapshot.services()
        if service.ports and (containers := snapshot.containers_of(key))
    ]
    for one, other in combinations(started, 2):
        if one[0].project.name == other[0].project.name:
            continue
        for down, up in ((one, other), (other, one)):
            if _runs(up[2]) and not _runs(down[2]):
                yield from _kept_down(down, up)


_Started = tuple[ServiceKey, Service, tuple[Container, ...]]


def _kept_down(down: _Started, up: _Started) -> Iterator[Finding]:
    for mine in published(down[1]):
        theirs = next((port for port in published(up[1]) if same(port, mine)), None)
        if theirs is None:
            continue
        key, _, containers = down
        refused = _refusal(containers)
        yield Finding(
            rule=NAME,
            severity="error" if refused else "warning",
            project=key.project,
            service=key.service,
            subject=f"{mine}>{up[0]}",
            message=f"cannot start while {up[0]} runs: both publish port {mine}",
            evidence=(
                f"{mine} to {mine.target} ({mine.origin})",
                f"{up[0]}: {theirs} to {theirs.target} ({theirs.origin}), {up[2][0].name} runs",
                *((f"{containers[0].name}: {refused} (engine)",) if refused else ()),
            ),
            applicability="display",
            origin=mine.origin,
            fix="give one of them another port, or stop the other one first",
            target=up[0],
            blocks=1,
        )


def _runs(containers: tuple[Container, ...]) -> bool:
    return any(c.state in ("running", "paused") for c in containers)


def _refusal(containers: tuple[Container, ...]) -> str:
    """What the engine said when it did not get the port; "" where it said nothing of the kind."""
    said = (c.inspection.error for c in containers if c.inspection)
    return next((error for error in said if _TAKEN.search(error)), "")


RULE = Rule(
    name=NAME,
    severity="error",
    key="",
    manual=__doc__,
    find=find,
)
