"""Whether a service runs untrusted code, what its container lacks for that, and whom a cut from the
network would hit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.reachability import declared_networks, resolutions
from nebtui.analysis.references import HOST_GATEWAY, references
from nebtui.analysis.server import server_of
from nebtui.facts.declared import Mount, Service, ServiceKey
from nebtui.facts.isolation import Isolation
from nebtui.facts.limits import Limits
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

LABEL, SANDBOX = "nebtui.role", "sandbox"
_SOCKET = re.compile(r"(?:^|/)(?:docker|podman|containerd|crio)\.sock$")
_SOCKET_FOLDERS = frozenset({"/", "/run", "/var/run", "/var"})
_RIGHTS = frozenset({"privileged", "cap_add", "cap_drop", "devices", "security_opt", "read_only"})
"""The keys that give or take what it needs who encloses programs itself."""
_ROUTED = re.compile(r"^(?:traefik\.|caddy|nginx-proxy|virtual\.host)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gap:
    """One way in which a container is not closed off. `key`: the compose key that decides it."""

    key: str
    missing: str
    """What it should have, as a person would write it; "" where it has too much."""
    excess: str = ""
    """What it has too much."""


def labelled(service: Service) -> bool:
    """Its author marked it as a sandbox."""
    return service.labels.get(LABEL, "").strip().lower() == SANDBOX


def untrusted(service: Service) -> str:
    """Why this service runs untrusted code, "" where nothing says so. A name with `sandbox` in it
    says nothing: it as often means a test environment."""
    if labelled(service):
        return f"label {LABEL}: {SANDBOX}"
    known = server_of(service)
    return f"{known.name} runs code of others" if known and known.role == SANDBOX else ""


def encloses(service: Service) -> str:
    """How this service encloses each program that it runs, by rights that closing its container
    would take; "" where nothing is known of it."""
    known = server_of(service)
    return known.encloses if known else ""


def gaps(
    service: Service,
    isolation: Isolation,
    limits: Limits,
    ipc: str | None,
    devices: tuple[str, ...],
) -> tuple[Gap, ...]:
    """What a container of this service lacks, and what it has too much, its network and mounts left
    out."""
    found = (*_rights(isolation, ipc, devices), *_lacking(isolation, limits))
    kept = _RIGHTS if encloses(service) else ()
    return tuple(gap for gap in found if gap.key not in kept)


def of_service(service: Service) -> tuple[Gap, ...]:
    """The gaps of a service as it is declared."""
    return gaps(service, service.isolation, service.limits, service.ipc, service.devices)


def _rights(isolation: Isolation, ipc: str | None, devices: tuple[str, ...]) -> Iterator[Gap]:
    if isolation.privileged:
        yield Gap("privileged", "", "privileged")
    if isolation.cap_add:
        yield Gap("cap_add", "", f"added rights {', '.join(isolation.cap_add)}")
    if devices:
        yield Gap("devices", "", f"devices {', '.join(devices)}")
    if ipc == "host":
        yield Gap("ipc", "", "the host's shared memory")
    if isolation.pid == "host":
        yield Gap("pid", "", "the host's processes")
    for option in isolation.security_opt:
        if re.fullmatch(r"(?:seccomp|apparmor|label)[:=](?:unconfined|disable)", option):
            yield Gap("security_opt", "", option)


def _lacking(isolation: Isolation, limits: Limits) -> Iterator[Gap]:
    if not isolation.read_only:
        yield Gap("read_only", "a read-only root")
    for entry in isolation.tmpfs:
        if lacking := tmpfs_lacks(entry):
            yield Gap("tmpfs", f"{lacking} on {entry.partition(':')[0]}")
    if limits.memory is None:
        yield Gap("mem_limit", "a memory limit")
    if limits.memory is None or limits.memory_and_swap != limits.memory:
        yield Gap("memswap_limit", "no swap (memswap_limit = mem_limit)")
    if limits.cpus is None:
        yield Gap("cpus", "a CPU limit")
    if limits.pids is None:
        yield Gap("pids_limit", "a process limit")
    if "ALL" not in isolation.cap_drop:
        yield Gap("cap_drop", "cap_drop ALL")
    if not isolation.no_new_privileges:
        yield Gap("security_opt", "no-new-privileges")


def tmpfs_lacks(entry: str) -> str:
    """What an entry of `tmpfs` lacks: a size, or what it switched off (the engine mounts it noexec
    and nosuid by itself: measured on Engine 20.10); "" for nothing."""
    options = entry.partition(":")[2].split(",")
    lacking = [name for name in ("exec", "suid") if name in options]
    if not any(option.startswith("size=") for option in options):
        return ", ".join([*(f"no{name}" for name in lacking), "a size"])
    return ", ".join(f"no{name}" for name in lacking)


def engine_socket(service: Service) -> Mount | None:
    """The mount through which it can command the container engine: its socket, or a folder with
    it; None for none."""
    for mount in service.mounts:
        source = re.sub(r"/+", "/", mount.source).rstrip("/") or "/"
        if mount.type == "bind" and (_SOCKET.search(source) or source in _SOCKET_FOLDERS):
            return mount
    return None


def writable_mounts(service: Service) -> tuple[Mount, ...]:
    """The mounts it may write, memory left out."""
    return tuple(m for m in service.mounts if not m.read_only and m.type in ("bind", "volume"))


def offline(project: Project, service: Service) -> bool:
    """It has no way out: no network at all, or internal ones only."""
    if service.network_mode:
        return service.network_mode == "none"
    names = declared_networks(project, service)
    mine = [network for network in project.networks.values() if network.name in names]
    return bool(mine) and all(network.internal for network in mine)


def cut_off(snapshot: Snapshot, key: ServiceKey, service: Service) -> tuple[str, ...]:
    """Whom and what `network_mode: none` would cut off, one half sentence each."""
    project = snapshot.projects[key.project]
    result = [f"it publishes port {port.published or port.target}" for port in service.ports]
    result += [f"it is routed to (label {name})" for name in service.labels if _ROUTED.match(name)]
    result += [f"it is exposed to others on port {port}" for port in service.expose]
    for resolution in resolutions(snapshot):
        reference = resolution.reference
        if key in (*resolution.reached, *resolution.others):
            result.append(f"{reference.source} names it ({reference.origin})")
        if reference.source == key:
            result.append(f"it names {reference.host} ({reference.origin})")
    gateway = (r for r in references(key, service) if r.host == HOST_GATEWAY)
    result += [f"it calls the host ({reference.origin})" for reference in gateway]
    for other in project.services.values():
        if other.network_mode == f"service:{service.name}":
            result.append(f"{other.name} shares its network")
    return tuple(dict.fromkeys(result))
