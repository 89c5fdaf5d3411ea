"""Timed readings. A missing figure is None and shown as `–`, never 0."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContainerSample:
    """CPU in percent of one core, memory in bytes without page cache, network in bytes a second."""

    container: str
    at: float
    cpu: float | None = None
    memory: int | None = None
    rx: float | None = None
    tx: float | None = None


@dataclass(frozen=True, slots=True)
class GpuSample:
    """One device: utilisation in percent, memory in bytes, temperature in °C, power in watts."""

    index: int
    name: str
    at: float
    utilization: int | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    temperature: int | None = None
    power: float | None = None
    containers: tuple[str, ...] = ()
    """Ids of the containers whose processes are on the device."""


@dataclass(frozen=True, slots=True)
class ThroughputSample:
    """Generated tokens a second of one container while busy; `busy` None = not known."""

    container: str
    at: float
    tokens_per_second: float | None = None
    busy: bool | None = None
