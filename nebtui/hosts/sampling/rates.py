"""From successive readings of counters to figures a second; a first reading has none, a restart
starts afresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

from nebtui.facts.observed import Container
from nebtui.facts.samples import ContainerSample
from nebtui.hosts.json_values import as_int, mapping
from nebtui.hosts.kernel.cgroup import Cgroup, CgroupReader
from nebtui.hosts.kernel.kept_files import KeptFiles
from nebtui.hosts.kernel.procfs import owns, traffic
from nebtui.light_dataclass import dataclass

CACHE_EVERY = 10.0
"""Seconds between two looks at the file cache (`memory.stat`, the costliest of the files)."""


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
        self._files = KeptFiles()
        self._folders: dict[tuple[str, int], Cgroup | None] = {}
        self._last: dict[str, CounterReading] = {}
        self._cache: dict[tuple[str, int], tuple[float, int]] = {}
        """When the file cache was read last, and what it was."""

    def read(
        self,
        containers: Iterable[Container],
        at: float,
        clock: float,
        network: Set[str] | None = None,
    ) -> tuple[ContainerSample, ...]:
        """One sample of each of these running, inspected containers from the kernel's files.
        `network`: the ids of those whose network is counted, None = of all."""
        readings = []
        for container in containers:
            inspection = container.inspection
            # In the host's network namespace the counters are the whole machine's.
            if inspection is not None:
                counted = network is None or container.id in network
                counted = counted and inspection.network_mode != "host"
                readings.append(self._reading(container.id, inspection.pid, at, clock, counted))
        return tuple(self.single(reading) for reading in readings if reading is not None)

    def single(self, reading: CounterReading) -> ContainerSample:
        """The sample of one reading."""
        found = sample(self._last.get(reading.container), reading)
        self._last[reading.container] = reading
        return found

    def keep(self, present: Set[str]) -> None:
        """Forget all containers but these, and close their files."""
        if self._last.keys() <= present:
            return
        self._last = {id: reading for id, reading in self._last.items() if id in present}
        self._folders = {key: found for key, found in self._folders.items() if key[0] in present}
        self._cache = {key: found for key, found in self._cache.items() if key in self._folders}
        folders = [folder for folder in self._folders.values() if folder is not None]
        self._files.keep({one for folder in folders for one in (folder.cpu, folder.memory)})

    def close(self) -> None:
        """Close the files that are open."""
        self._files.close()

    def _reading(
        self, container: str, pid: int, at: float, clock: float, counted: bool
    ) -> CounterReading | None:
        """The container's counters now; None if its process is gone or not in this machine's
        /proc."""
        key = (container, pid)
        if self._folders.get(key) is None:
            if not owns(pid, container, self._cgroups.proc):
                return None
            self._folders[key] = self._cgroups.find(pid)
        folder = self._folders[key]
        cpu, memory = self._usage(key, folder, clock) if folder else (None, None)
        rx, tx = (traffic(pid, self._cgroups.proc) if counted else None) or (None, None)
        if cpu is None and memory is None and rx is None:
            del self._folders[key]
            return None
        return CounterReading(container, at, clock, cpu, memory, rx, tx)

    def _usage(
        self, key: tuple[str, int], folder: Cgroup, clock: float
    ) -> tuple[int | None, int | None]:
        """(CPU nanoseconds, bytes of memory without the file cache)."""
        cpu = self._cgroups.cpu(folder, self._files.read)
        used = self._cgroups.used(folder, self._files.read)
        if used is None:
            return cpu, None
        read_at, cache = self._cache.get(key, (float("-inf"), 0))
        if not 0.0 <= clock - read_at < CACHE_EVERY:
            cache = self._cgroups.cache(folder)
            self._cache[key] = clock, cache
        return cpu, max(0, used - cache)
