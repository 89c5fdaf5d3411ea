"""How much a container may use of its host, and where its output goes: as declared, or as the
engine has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from nebtui.light_dataclass import dataclass

UNLIMITED = -1
"""What an unlimited amount of swap is called."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits and reservations; None where there is none."""

    memory: int | None = None
    """Bytes (`mem_limit`, `deploy.resources.limits.memory`)."""
    memory_and_swap: int | None = None
    """Bytes of memory and swap together (`memswap_limit`), -1 = as much swap as there is. None with
    a memory limit = as much swap again, which is the engine's default."""
    reserved_memory: int | None = None
    """Bytes (`mem_reservation`, `deploy.resources.reservations.memory`)."""
    cpus: float | None = None
    """Cores (`cpus`, `deploy.resources.limits.cpus`, a quota, or the size of `cpuset`)."""
    reserved_cpus: float | None = None
    """Cores (`deploy.resources.reservations.cpus`)."""
    pids: int | None = None
    """Processes and threads (`pids_limit`, `deploy.resources.limits.pids`)."""


@dataclass(frozen=True, slots=True)
class LogDriver:
    """`logging`: the driver ("" = the engine's default) and its options."""

    driver: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
