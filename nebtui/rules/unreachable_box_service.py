"""A service calls another box, and what is to answer there cannot be reached.

What: of several boxes looked at together (`--host`, repeated) a service of one names another by its
name or address with a port. There the port is published on loopback only (127.0.0.1), or only on
another address than the one that is called, or its service does not run, or nothing listens. Where
no container publishes it and programs of that machine cannot be seen (through its engine alone),
that is advice.
Why it bites: "Connection refused", while both boxes look well by themselves.
Evidence: on the box that asks the text with its line; on the box that is asked the published port
with its line, and who asks. A firewall between them is not seen: `t` on the screen of all boxes,
and `nebtui reach --try`, connect from inside the container that asks.
Fix: on the box that has the port, in its file: publish it on all addresses. Where the file is on
that machine's disk, the nebtui there plans, proves and writes it. Unsafe: whoever reaches that
machine reaches the port then. By hand where another program or container of that machine has the
port on another address, as the container would not start, where that is not known, and where no
nebtui serves there.
Source: docs.docker.com/engine/network/port-publishing; measured on two Engines 20.10.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.published import (
    ANY,
    Published,
    other_owner,
    published,
    range_with,
    variables_in,
)
from nebtui.analysis.published_there import LOOPBACK
from nebtui.analysis.services import files_elsewhere
from nebtui.compose.editor.verbs import Unbind
from nebtui.facts.crossing import Across, Crossing
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import (
    FileEdit,
    Finding,
    FindingKey,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
    Severity,
    layer_for,
    service_of,
)

NAME = "unreachable-box-service"
LONGEST_PORT = 5
"""Digits."""
SEVERITY: dict[Across, Severity] = {
    "loopback": "error",
    "elsewhere": "error",
    "nobody": "error",
    "stopped": "warning",
    "unseen": "advice",
}


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service, host and port that it asks for in vain on another box; and one per
    service and port that others ask for, and that it publishes on loopback only."""
    for one in snapshot.outgoing:
        if one.answer in SEVERITY and _is_here(snapshot, one.source):
            yield _asking(one, SEVERITY[one.answer])
    asked: dict[tuple[ServiceKey, int], list[Crossing]] = {}
    for one in snapshot.incoming:
        if one.answer == "loopback" and one.target and _bound(snapshot, one.target, one.port):
            asked.setdefault((one.target, one.port), []).append(one)
    for (key, port), askers in asked.items():
        yield _asked(snapshot, key, port, askers)


def called_port(key: FindingKey) -> tuple[ServiceKey, int] | None:
    """The service and its port that a finding on the box that is called is about, None for any
    other finding."""
    if key.rule != NAME or key.project is None or key.service is None:
        return None
    port = key.subject
    # Keys come from other machines too: Python refuses to read a number of 5000 digits.
    if not (port.isascii() and port.isdecimal() and len(port) <= LONGEST_PORT):
        return None
    return ServiceKey(key.project, key.service), int(port)


def _is_here(snapshot: Snapshot, key: ServiceKey) -> bool:
    """Its project is looked at, and the service declared or running: what only runs is no finding
    of the files."""
    known = key.project in snapshot.projects
    return known and bool(snapshot.service(key) or snapshot.containers_of(key))


def _bound(snapshot: Snapshot, key: ServiceKey, port: int) -> bool:
    """Its file binds the port to loopback, or a container of it has it so."""
    service = snapshot.service(key)
    if key.project not in snapshot.projects or (service and _published(service, port)):
        return key.project in snapshot.projects
    return any(p.host_port == port for c in snapshot.containers_of(key) for p in c.ports)


def _asking(one: Crossing, severity: Severity) -> Finding:
    place = f"{one.host}:{one.port}"
    remedy = {
        "loopback": f"on {one.other}: publish port {one.port} of {one.who} on all addresses",
        "elsewhere": f"call {', '.join(one.only)}, or on {one.other}: publish port {one.port} of "
        f"{one.who} on {one.host} too",
        "stopped": f"on {one.other}: start {one.who}",
        "nobody": f"on {one.other}: start what should listen on port {one.port}, or publish it",
    }.get(one.answer, f"nebtui reach --try, from {one.box} to {one.other}, connects")
    if one.answer == "loopback" and one.target is None:
        remedy = f"on {one.other}: let {one.who} listen on all addresses"
    return Finding(
        rule=NAME,
        severity=severity,
        project=one.source.project,
        service=one.source.service,
        subject=place,
        message=f"calls {place}, which is box {one.other}: {one.told.partition(': ')[0]}",
        evidence=(
            f"{one.text}{f' ({one.origin})' if one.origin else ''}",
            f"{one.other}: {one.told.partition(': ')[0]}",
        ),
        applicability="display",
        origin=one.origin,
        fix=remedy,
        blocks=1,
    )


def _asked(snapshot: Snapshot, key: ServiceKey, port: int, askers: list[Crossing]) -> Finding:
    service = snapshot.service(key)
    mine = _published(service, port) if service else None
    why_not = _away(mine, askers, key) or _why_not(snapshot, key, mine, port)
    named = [one for one in askers if one.box]
    boxes = ", ".join(dict.fromkeys(f"{one.source} of {one.box}" for one in named)) or "a service"
    binding = f"{mine} to {mine.target} ({mine.origin})" if mine else f"127.0.0.1:{port}"
    return Finding(
        rule=NAME,
        severity="error",
        project=key.project,
        service=key.service,
        subject=str(port),
        message=f"publishes port {port} on 127.0.0.1 only, and {boxes} calls it from another box",
        evidence=(
            binding,
            *(
                f"{one.box} {one.source}: {one.text}{f' ({one.origin})' if one.origin else ''}"
                for one in named
            ),
        ),
        applicability="display" if why_not else "unsafe",
        origin=mine.origin if mine else None,
        fix=why_not or f"publish port {port} on all addresses of this box",
        blocks=len(askers),
    )


def _published(service: Service, port: int) -> Published | None:
    """The binding of the port on loopback in its file."""
    found = (p for p in published(service) if (p.port, p.protocol) == (port, "tcp"))
    return next((p for p in found if p.ip.startswith(LOOPBACK)), None)


def _away(mine: Published | None, askers: list[Crossing], key: ServiceKey) -> str:
    """What to do on the machine that has the files, "" where that is this one."""
    away = next((one.away for one in askers if one.away), "")
    if not away or mine is None:
        return ""
    up = f"docker compose -p {key.project.name} up -d {key.service}"
    return f"write {mine.port}:{mine.target} in {mine.origin} there, then `{up}`; {away}"


def _why_not(snapshot: Snapshot, key: ServiceKey, mine: Published | None, port: int) -> str:
    """What to do where the file cannot be mended from here, "" where it can."""
    project = snapshot.projects[key.project]
    up = f"docker compose -p {key.project.name} up -d {key.service}"
    if files_elsewhere(snapshot, key.project):
        there = snapshot.engine.name if snapshot.engine else "the box"
        return f"on {there}: publish {port} without 127.0.0.1 in the file, then `{up}`"
    service = snapshot.service(key)
    if service and (together := range_with(service, port, LOOPBACK)):
        return f"the file has it as one of {together}: write these without 127.0.0.1, then `{up}`"
    if mine is None:
        return f"the file does not bind it to 127.0.0.1, the container is older: `{up}`"
    if service is None or not (mine.origin and project.confirmed) or variables_in(service, mine):
        return f"write {port}:{mine.target} where the port gets its address, then `{up}`"
    if other := other_owner(snapshot, key, port):
        return f"{other}: give one of them another port first, or the container would not start"
    if snapshot.host_ports is None:
        by_hand = f"publish {port}:{mine.target} ({mine.origin}), then `{up}`"
        return f"{by_hand}; that no program of the machine has the port is not seen from here"
    return ""


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Publish it on all addresses."""
    key, service = service_of(snapshot, finding)
    if not finding.subject.isdecimal():
        raise NoFixError(finding.fix or "it is to be mended on the other box")
    port = int(finding.subject)
    mine = _published(service, port)
    if mine is None:
        raise NoFixError(f"port {port} is not bound to 127.0.0.1 any more")
    if why_not := _why_not(snapshot, key, mine, port):
        raise NoFixError(why_not)
    place = next((path for path, at in service.origins.items() if at is mine.origin), ("ports",))
    layer = layer_for(snapshot.projects[key.project], service, *place)
    edit = Unbind((*layer.path, "ports"), mine.ip, port, mine.target)
    return Fix(
        title=f"publish port {port} of {key} on all addresses",
        applicability="unsafe",
        edits=(FileEdit(layer.file, edit),),
        recreate=(Recreate(key.project, (key.service,)),),
        notes=(
            f"whoever reaches this machine reaches port {port} then: a firewall may keep others "
            "out",
        ),
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """A container of it publishes the port beyond loopback."""
    assert finding.at is not None  # every finding of this rule names a service
    port = int(finding.subject)
    running = [c for c in snapshot.containers_of(finding.at) if c.state == "running"]
    if not running:
        return Observation(False, f"{finding.at} does not run")
    bound = [p.host_ip for c in running for p in c.ports if p.host_port == port]
    done = any(ip in ANY or not ip.startswith(LOOPBACK) for ip in bound)
    return Observation(done, "" if done else f"port {port} is published on 127.0.0.1 only")


RULE = Rule(
    name=NAME,
    severity="error",
    key="f",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
