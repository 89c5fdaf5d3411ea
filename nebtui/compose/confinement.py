"""What a service's body says about limits, rights and logs, in any form Compose accepts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nebtui.compose.gpu_requests import items, mapping, size, text_of, whole
from nebtui.compose.syntax.short_forms import text, truth
from nebtui.facts.isolation import Isolation
from nebtui.facts.limits import UNLIMITED, Limits, LogDriver

Raw = Mapping[str, Any]
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_CORES = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)
_PERIOD = 100_000
"""Microseconds of `cpu_period` where it is not given."""


def limits(body: Raw) -> Limits:
    """The limits and reservations of a service; 0 is none, as the engine has it."""
    resources = mapping(mapping(body.get("deploy")).get("resources"))
    limit, reserved = (mapping(resources.get(key)) for key in ("limits", "reservations"))
    swap = whole(body.get("memswap_limit"))
    pids = whole(limit.get("pids")) or whole(body.get("pids_limit"))
    return Limits(
        memory=size(limit.get("memory")) or size(body.get("mem_limit")) or None,
        memory_and_swap=UNLIMITED if swap == -1 else size(body.get("memswap_limit")) or None,
        reserved_memory=size(reserved.get("memory")) or size(body.get("mem_reservation")) or None,
        cpus=_number(limit.get("cpus")) or _number(body.get("cpus")) or _share(body),
        reserved_cpus=_number(reserved.get("cpus")) or None,
        pids=pids if pids and pids > 0 else None,
    )


def _number(value: Any) -> float:
    """Cores; 0 for what is no number."""
    written = text_of(value).strip()
    return float(written) if _NUMBER.fullmatch(written) else 0.0


def _share(body: Raw) -> float | None:
    """Cores of a quota, or of the cores that it is pinned to."""
    quota, period = whole(body.get("cpu_quota")), whole(body.get("cpu_period")) or _PERIOD
    if quota is not None and quota > 0 and period > 0:
        return quota / period
    pinned = 0
    for part in text_of(body.get("cpuset")).split(","):
        if match := _CORES.fullmatch(part.strip()):
            pinned += max(0, int(match[2] or match[1]) - int(match[1]) + 1)
    return float(pinned) or None


def isolation(body: Raw) -> Isolation:
    """The rights and namespaces of a service."""
    return Isolation(
        read_only=truth(body.get("read_only", False)),
        privileged=truth(body.get("privileged", False)),
        cap_add=capabilities(items(body.get("cap_add"))),
        cap_drop=capabilities(items(body.get("cap_drop"))),
        pid=text_of(body.get("pid")),
        security_opt=tuple(map(text, items(body.get("security_opt")))),
        tmpfs=(*map(text, items(body.get("tmpfs"))), *_mounted(body)),
    )


def capabilities(names: list[Any]) -> tuple[str, ...]:
    """The names of capabilities as the kernel writes them, without `CAP_`."""
    return tuple(text_of(name).strip().upper().removeprefix("CAP_") for name in names)


def _mounted(body: Raw) -> list[str]:
    """The tmpfs mounts among `volumes`, written like the entries of `tmpfs`."""
    result = []
    for item in items(body.get("volumes")):
        long = mapping(item)
        if text_of(long.get("type")) != "tmpfs":
            continue
        bytes_ = size(mapping(long.get("tmpfs")).get("size"))
        result.append(text_of(long.get("target")) + (f":size={bytes_}" if bytes_ else ""))
    return result


def log_driver(body: Raw) -> LogDriver:
    """Where its output goes."""
    logging = mapping(body.get("logging"))
    options = mapping(logging.get("options"))
    return LogDriver(
        text_of(logging.get("driver")), {str(key): text(value) for key, value in options.items()}
    )
