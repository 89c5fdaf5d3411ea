"""The readings of the last minutes that a snapshot keeps."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nebtui.facts.samples import ContainerSample, CpuTrend, GpuSample

LOADS = 120
"""Readings kept per GPU: two minutes."""


def loads(
    known: Mapping[int, tuple[int | None, ...]], devices: tuple[GpuSample, ...]
) -> Mapping[int, tuple[int | None, ...]]:
    """The readings of the devices there are, with the newest."""
    return MappingProxyType(
        {g.index: (*known.get(g.index, ()), g.utilization)[-LOADS:] for g in devices}
    )


def trends(
    known: Mapping[str, CpuTrend], samples: tuple[ContainerSample, ...]
) -> dict[str, CpuTrend]:
    """The trends of these containers, each with its newest reading."""
    return {
        s.container: known[s.container].after(s.at, s.cpu)
        if s.container in known
        else CpuTrend.began(s.at, s.cpu)
        for s in samples
    }
