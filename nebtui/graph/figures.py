"""What a row tells of its containers now: use of CPU and memory, and since when they run."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.text.units import short_age, short_percent, short_size

RUNS = ("running", "paused")
"""States with a process: what a stopped or looping container used once is no figure of now."""
TIGHT = 0.9
"""Share of its limit from which on the memory of a service is worth a look."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The texts of one row's live columns; `–` where nobody could read it."""

    cpu: str = "–"
    memory: str = "–"
    limit: str = ""
    """`2.0G` where the memory has a limit."""
    uptime: str = "–"
    tight: bool = False
    """The memory is near its limit."""


def figures_of(snapshot: Snapshot, containers: Iterable[Container], now: float) -> Figures:
    """The figures of all running replicas together, the age of the youngest. `now`: the box's
    time."""
    running = [c for c in containers if c.state in RUNS]
    used, limit = memory_of(snapshot, running), limit_of(running)
    started = [c.inspection.started for c in running if c.inspection and c.inspection.started]
    return Figures(
        cpu=short_percent(cpu_of(snapshot, running)),
        memory=short_size(used),
        limit=short_size(limit) if limit else "",
        uptime=short_age(now - max(started)) if started else "–",
        tight=bool(limit and used is not None and used >= limit * TIGHT),
    )


def cpu_of(snapshot: Snapshot, containers: Iterable[Container]) -> float | None:
    """CPU in percent of one core, of all that run; None where none of them was measured."""
    known = [
        sample.cpu
        for c in containers
        if c.state in RUNS and (sample := snapshot.samples.get(c.id)) and sample.cpu is not None
    ]
    return sum(known) if known else None


def memory_of(snapshot: Snapshot, containers: Iterable[Container]) -> int | None:
    """Memory in bytes, of all that run; None where none of them was measured."""
    known = [
        sample.memory
        for c in containers
        if c.state in RUNS and (sample := snapshot.samples.get(c.id)) and sample.memory is not None
    ]
    return sum(known) if known else None


def limit_of(containers: Iterable[Container]) -> int | None:
    """The bytes that they may use together; None where one of them has no limit, or there is
    none."""
    limits = [c.inspection.limits.memory if c.inspection else None for c in containers]
    given = [limit for limit in limits if limit]
    return sum(given) if given and len(given) == len(limits) else None
