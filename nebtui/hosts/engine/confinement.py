"""`HostConfig` of a container as its limits, rights and log driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nebtui.facts.isolation import Isolation
from nebtui.facts.limits import UNLIMITED, Limits, LogDriver
from nebtui.hosts.json_values import as_int, as_str_dict, mapping, objects, strings, text


def limits(host: Mapping[str, Any]) -> Limits:
    """What the engine was told; 0 is none there."""
    quota, period = as_int(host.get("CpuQuota")), as_int(host.get("CpuPeriod")) or 100_000
    nanocpus, swap = as_int(host.get("NanoCpus")), as_int(host.get("MemorySwap"))
    pids = as_int(host.get("PidsLimit"))
    return Limits(
        memory=as_int(host.get("Memory")) or None,
        memory_and_swap=UNLIMITED if swap < 0 else swap or None,
        reserved_memory=as_int(host.get("MemoryReservation")) or None,
        cpus=nanocpus / 1e9 or (quota / period if quota > 0 < period else 0.0) or None,
        pids=pids if pids > 0 else None,
    )


def isolation(host: Mapping[str, Any]) -> Isolation:
    """Rights and namespaces."""
    mounted = (mount for mount in objects(host.get("Mounts")) if mount.get("Type") == "tmpfs")
    listed = as_str_dict(host.get("Tmpfs")).items()
    return Isolation(
        read_only=host.get("ReadonlyRootfs") is True,
        privileged=host.get("Privileged") is True,
        cap_add=capabilities(host.get("CapAdd")),
        cap_drop=capabilities(host.get("CapDrop")),
        pid=text(host.get("PidMode")),
        security_opt=strings(host.get("SecurityOpt")),
        tmpfs=(
            *(f"{path}:{options}" if options else path for path, options in listed),
            *map(_mounted, mounted),
        ),
    )


def capabilities(names: object) -> tuple[str, ...]:
    """Capabilities in capitals, without `CAP_`."""
    return tuple(name.upper().removeprefix("CAP_") for name in strings(names))


def _mounted(mount: Mapping[str, Any]) -> str:
    size = as_int(mapping(mount.get("TmpfsOptions")).get("SizeBytes"))
    return text(mount.get("Target")) + (f":size={size}" if size else "")


def log_driver(host: Mapping[str, Any]) -> LogDriver | None:
    """`LogConfig`; None where the engine does not tell it."""
    config = mapping(host.get("LogConfig"))
    driver = text(config.get("Type"))
    return LogDriver(driver, as_str_dict(config.get("Config"))) if driver else None
