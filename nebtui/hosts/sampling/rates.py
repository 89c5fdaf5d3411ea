"""From successive readings of counters to figures a second; a first reading has none, a restart
starts afresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nebtui.facts.observed import Container, Inspection
from nebtui.facts.samples import ContainerSample
from nebtui.hosts.json_values import as_int, mapping
from nebtui.hosts.kernel.cgroup import Cgroup, CgroupReader
from nebtui.hosts.kernel.procfs import owns, traffic


@dataclass(frozen=True, slots=True)
class CounterReading:
    """Counters of one container at one instant (monotonic seconds `clock`, Unix seconds `at`); None
    = not readable."""

    container: str
    at: float
    clock: float
    cpu: int | None = None
    """Nanoseconds of CPU time used."""
    memory: int | None = None
    rx: int | None = None
    tx: int | None = None


def sample(previous: CounterReading | None, current: CounterReading) -> ContainerSample:
    """The sample between two readings. A counter that went down belongs to a new process: None,
    never negative."""
    elapsed = current.clock - previous.clock if previous else 0.0

    def rate(before: int | None, now: int | None) -> float | None:
        if before is None or now is None or now < before or elapsed <= 0:
            return None
        return (now - before) / elapsed

    last = previous or current
    cpu = rate(last.cpu, current.cpu)
    return ContainerSample(
        container=current.container,
        at=current.at,
        cpu=None if cpu is None else cpu / 1e7,  # nanoseconds a second: 1e9 are 100 % of a core
        memory=current.memory,
        rx=rate(last.rx, current.rx),
        tx=rate(last.tx, current.tx),
    )


def reading_from_stats(
    container: str, stats: Mapping[str, Any], at: float, clock: float
) -> CounterReading:
    """The counters of `GET /containers/ID/stats`, for engines whose files are not visible here."""
    usage = mapping(mapping(stats.get("cpu_stats")).get("cpu_usage"))
    memory = mapping(stats.get("memory_stats"))
    details = mapping(memory.get("stats"))
    cache = as_int(details.get("total_inactive_file")) or as_int(details.get("inactive_file"))
    networks = [mapping(value) for value in mapping(stats.get("networks")).values()]
    return CounterReading(
        container=container,
        at=at,
        clock=clock,
        cpu=as_int(usage.get("total_usage")) if "total_usage" in usage else None,
        memory=max(0, as_int(memory.get("usage")) - cache) if "usage" in memory else None,
        rx=sum(as_int(network.get("rx_bytes")) for network in networks) if networks else None,
        tx=sum(as_int(network.get("tx_bytes")) for network in networks) if networks else None,
    )


class Sampler:
    """Remembers the last reading and the cgroup folder of each container; used by one thread
    only."""

    def __init__(self, cgroups: CgroupReader) -> None:
        self._cgroups = cgroups
        self._folders: dict[tuple[str, int], Cgroup | None] = {}
        self._last: dict[str, CounterReading] = {}

    def read(
        self, containers: tuple[Container, ...], at: float, clock: float
    ) -> tuple[ContainerSample, ...]:
        """One sample of each running, inspected container from the kernel's files."""
        current = [self._reading(c.id, c.inspection, at, clock) for c in containers if c.inspection]
        return self.turn(tuple(reading for reading in current if reading is not None))

    def turn(self, readings: tuple[CounterReading, ...]) -> tuple[ContainerSample, ...]:
        """Samples of a complete round of readings; containers not among them are forgotten."""
        samples = tuple(sample(self._last.get(reading.container), reading) for reading in readings)
        self._last = {reading.container: reading for reading in readings}
        present = set(self._last)
        self._folders = {key: folder for key, folder in self._folders.items() if key[0] in present}
        return samples

    def single(self, reading: CounterReading) -> ContainerSample:
        """The sample of one reading outside the rounds."""
        found = sample(self._last.get(reading.container), reading)
        self._last[reading.container] = reading
        return found

    def _reading(
        self, container: str, inspection: Inspection, at: float, clock: float
    ) -> CounterReading | None:
        """The container's counters now; None if its process is gone or not in this machine's
        /proc."""
        pid = inspection.pid
        key = (container, pid)
        if self._folders.get(key) is None:
            if not owns(pid, container, self._cgroups.proc):
                return None
            self._folders[key] = self._cgroups.find(pid)
        folder = self._folders[key]
        cpu, memory = self._cgroups.read(folder) if folder else (None, None)
        # In the host's network namespace the counters are the whole machine's.
        counted = None if inspection.network_mode == "host" else traffic(pid, self._cgroups.proc)
        rx, tx = counted or (None, None)
        if cpu is None and memory is None and rx is None:
            del self._folders[key]
            return None
        return CounterReading(container, at, clock, cpu, memory, rx, tx)
