"""A sandbox for untrusted code is open: to the network, to the host, or without a limit.

What: a service labelled `nebtui.role: sandbox`, or one whose image is known to run code of others,
lacks `network_mode: none`, a read-only root, a size or noexec on its tmpfs, a limit of memory (with
no swap beyond it), of CPUs or of processes, `cap_drop: [ALL]` or `no-new-privileges`; or it has
`privileged`, added rights, devices, the host's ipc, pid or network, an unconfined profile, more
than one place on disk that it may write, or the engine's socket.
Why it bites: what a language model wrote runs there. It can send data away, fill memory and process
table, climb by a set-uid program; with the engine's socket it is root on this host.
Evidence: each key as it stands, or that it does not; who names the service, which a cut from the
network would hit. A service that holds the socket because it starts other containers is no sandbox
itself: label those that it starts.
Fix: all that is missing and all that is too much in one diff: `network_mode: none`, `read_only`
with a /tmp in memory, 2 GB without swap, 2 CPUs and 128 processes where no limit stands,
`cap_drop: [ALL]`, `no-new-privileges`. Unsafe: the program may write or call elsewhere. The network
stays, and is a finding of its own, where somebody names the service or it names somebody; so do the
rights of a server that encloses each program itself (Dify's sandbox, Judge0, Piston); without a
label nothing is offered. Docker has no write-only mount: what is written to the output folder can
be read there again.
Source: docs.docker.com/engine/security; each flag proved from inside a container on Engine 20.10.
"""

from __future__ import annotations

from collections.abc import Iterator

from nebtui.analysis.sandbox import (
    LABEL,
    Gap,
    cut_off,
    encloses,
    engine_socket,
    gaps,
    labelled,
    of_service,
    offline,
    untrusted,
    writable_mounts,
)
from nebtui.facts.declared import Mount, Origin, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.hardening import hardening, key_path
from nebtui.rules.rule import (
    Finding,
    Fix,
    NoFixError,
    Observation,
    Options,
    Recreate,
    Rule,
    service_of,
)

NAME = "open-sandbox"
NETWORK, SOCKET, MOUNTS = "network", "socket", "mounts"
_GAP = Gap("network_mode", "network_mode: none")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per sandbox for what one diff closes, one each for its socket, its network that
    somebody uses, and its mounts."""
    for key, service in snapshot.services():
        why = untrusted(service)
        if not why:
            continue
        if socket := engine_socket(service):
            yield _holds_socket(key, service, why, socket)
            continue  # it manages: without network and rights it could not
        found, cut = _open(snapshot, key, service)
        if found:
            yield _finding(key, service, why, found)
        if cut and labelled(service):
            yield _connected(key, service, why, cut)
        writable = writable_mounts(service)
        if labelled(service) and len(writable) > 1:
            yield _writes(key, service, why, writable)


def _open(
    snapshot: Snapshot, key: ServiceKey, service: Service
) -> tuple[tuple[Gap, ...], tuple[str, ...]]:
    """What one diff can close, and whom a cut from the network would hit where it has one."""
    if offline(snapshot.projects[key.project], service):
        return of_service(service), ()
    cut = cut_off(snapshot, key, service)
    return of_service(service) if cut else (_GAP, *of_service(service)), cut


def _finding(key: ServiceKey, service: Service, why: str, found: tuple[Gap, ...]) -> Finding:
    excess = [gap.excess for gap in found if gap.excess]
    missing = [gap.missing for gap in found if gap.missing]
    has = f"has {', '.join(excess)}" if excess else ""
    lacks = f"lacks {', '.join(missing)}" if missing else ""
    mine = labelled(service)
    return Finding(
        rule=NAME,
        severity="warning" if mine or excess else "advice",
        project=key.project,
        service=key.service,
        subject="",
        message=f"runs untrusted code and {' and '.join(filter(None, (has, lacks)))}",
        evidence=(why, *_stays(service), *dict.fromkeys(_line(service, gap) for gap in found)),
        applicability="unsafe" if mine else "display",
        origin=_place(service, found if excess and not mine else ()),
        fix="close it: one diff for all of them"
        if mine
        else f"label it {LABEL}: sandbox, and nebtui offers the diff",
    )


def _stays(service: Service) -> tuple[str, ...]:
    how = encloses(service)
    told = f"it encloses each program itself ({how}), by rights that are not to be taken from it"
    return (told,) if how else ()


def _line(service: Service, gap: Gap) -> str:
    path = key_path(service, gap)
    name = ".".join(path)
    return f"{name} ({service.origin(*path)})" if service.stands(*path) else f"{name}: not set"


def _place(service: Service, found: tuple[Gap, ...]) -> Origin | None:
    """The label, else the first key that gives too much, else the image."""
    for gap in found:
        if gap.excess and service.stands(gap.key):
            return service.origin(gap.key)
    if service.stands("labels", LABEL):
        return service.origin("labels", LABEL)
    return service.origin("image") or service.origin()


def _holds_socket(key: ServiceKey, service: Service, why: str, socket: Mount) -> Finding:
    origin = service.origin("volumes", socket.target)
    return Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject=SOCKET,
        message="holds the engine's socket: root on this host",
        evidence=(why, f"mounts {socket.source}" + (f" ({origin})" if origin else "")),
        applicability="display",
        origin=origin,
        fix="take the socket away; if it starts the sandboxes, it is none itself: label those",
    )


def _connected(key: ServiceKey, service: Service, why: str, cut: tuple[str, ...]) -> Finding:
    mode = service.network_mode
    on = f"network_mode {mode}" if mode else f"networks {', '.join(service.networks)}"
    return Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject=NETWORK,
        message="runs untrusted code and can reach the network",
        evidence=(why, on, *(f"network_mode: none would cut off: {who}" for who in cut)),
        applicability="display",
        origin=_place(service, ()),
        fix="hand its work over in a mounted folder and set network_mode: none, or put it on a "
        "network with `internal: true`",
    )


def _writes(key: ServiceKey, service: Service, why: str, writable: tuple[Mount, ...]) -> Finding:
    origin = service.origin("volumes", writable[1].target)
    return Finding(
        rule=NAME,
        severity="warning",
        project=key.project,
        service=key.service,
        subject=MOUNTS,
        message=f"runs untrusted code and may write {len(writable)} mounts",
        evidence=(
            why,
            *(f"{m.target} ({service.origin('volumes', m.target)})" for m in writable),
            "Docker has no write-only mount: what it writes it can read again",
        ),
        applicability="display",
        origin=origin,
        fix="leave it one output folder, and mount the others `:ro`",
    )


def fix(snapshot: Snapshot, finding: Finding, options: Options) -> Fix:
    """Close what is open."""
    key, service = service_of(snapshot, finding)
    if finding.subject or not labelled(service):
        raise NoFixError(finding.fix or "it is to be mended by hand")
    found, cut = _open(snapshot, key, service)
    edits, notes = hardening(snapshot.projects[key.project], service, found)
    stays = f"its network stays: {'; '.join(cut)}"
    return Fix(
        title=f"close the sandbox {key}",
        applicability="unsafe",
        edits=edits,
        recreate=(Recreate(key.project, (key.service,)),),
        notes=(*notes, *((stays,) if cut else ())),
    )


def seen(snapshot: Snapshot, finding: Finding) -> Observation:
    """Its containers have what the files say (`HostConfig`)."""
    assert finding.at is not None  # every finding of this rule names a service
    service = snapshot.service(finding.at)
    running = [c for c in snapshot.containers_of(finding.at) if c.state == "running"]
    if service is None or not running:
        return Observation(False, f"{finding.at} does not run")
    for container in running:
        has = container.inspection
        if has is None:
            return Observation(False, f"{container.name} was not inspected yet")
        left = gaps(service, has.isolation, has.limits, has.ipc, has.devices)
        if left:
            return Observation(False, f"{container.name}: {left[0].excess or left[0].missing}")
        if service.network_mode == "none" != has.network_mode:
            return Observation(False, f"{container.name} still has a network")
    return Observation(True)


RULE = Rule(
    name=NAME,
    severity="warning",
    key="x",
    manual=__doc__,
    find=find,
    fix=fix,
    seen=seen,
)
