"""The collector that reads the kernel: a sample a second, processes and listening ports more often
while they start."""

from __future__ import annotations

import threading
from dataclasses import replace

from nebtui.facts.changes import ProcessesSeen, Sampled
from nebtui.facts.observed import Container, Process
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.kernel import procfs
from nebtui.hosts.kernel.cgroup import CgroupReader
from nebtui.hosts.sampling.rates import Sampler, reading_from_stats
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

TICK = 0.25
SAMPLE_EVERY = 1.0
PROCESSES_EVERY = 2.0
LISTENING_EVERY = 10.0
YOUNG = 60.0
"""A container started less than this many seconds ago is watched closely: its ports may open any
moment."""
PORTS_SHARE = 0.04
"""Share of one core for socket tables: each takes 0.7 to 4 ms, because the kernel walks the whole
machine's."""


class SampleCollector:
    """Runs in one thread until stopped."""

    def __init__(
        self,
        client: EngineClient,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        cgroups: CgroupReader | None = None,
        *,
        clock: MachineClock = MACHINE,
    ) -> None:
        self._clock = clock
        self._client = client
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._cgroups = cgroups or CgroupReader()
        self._sampler = Sampler(self._cgroups)
        self._stop = threading.Event()
        self._processes: dict[str, Process] = {}
        self._ports_read: dict[str, float] = {}
        self._allowance = CpuBudget(PORTS_SHARE)
        self._turn = 0

    def run(self) -> None:
        """Read until `stop`, from the moment the engine answered."""
        if not self._startup.wait("engine"):
            return
        next_sample = next_round = 0.0
        while not self._stop.is_set():
            now = self._clock.steady()
            running = self._shared.running()
            whole_round = now >= next_round
            self._read_processes(running, whole_round)
            self._startup.mark_done("processes")
            if whole_round:
                next_round = now + PROCESSES_EVERY
            if now >= next_sample:
                next_sample = now + SAMPLE_EVERY
                self._sample(running, now)
            self._stop.wait(max(0.0, now + TICK - self._clock.steady()))

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()

    def _sample(self, running: tuple[Container, ...], now: float) -> None:
        """One round from files; where they are not visible, one container a round from the
        engine."""
        engine = self._shared.engine
        if engine is None:
            return
        at = self._clock.now()
        if engine.local:
            self._emit(Sampled(at, containers=self._sampler.read(running, at, now)))
        elif running:
            self._turn += 1
            container = running[self._turn % len(running)]
            try:
                stats = self._client.stats(container.id)
            except EngineError:
                return  # the collector of the engine tells why
            reading = reading_from_stats(
                container.id, stats, self._clock.now(), self._clock.steady()
            )
            self._emit(Sampled(reading.at, containers=(self._sampler.single(reading),)))

    def _read_processes(self, running: tuple[Container, ...], whole_round: bool) -> None:
        """Main processes; between whole rounds only those that start and do not listen yet."""
        found: dict[str, Process] = {}
        for container in sorted(running, key=self._urgency):
            before = self._processes.get(container.id)
            pid = container.inspection.pid if container.inspection else 0
            known = before is not None and before.pid == pid
            if (
                before is not None
                and known
                and not whole_round
                and not self._watched_closely(container, before)
            ):
                found[container.id] = before
            elif pid:
                process = self._read(container, pid, before)
                if process is not None:
                    found[container.id] = process
        if found != self._processes:
            self._processes = found
            self._emit(ProcessesSeen(tuple(found.values())))

    def _read(self, container: Container, pid: int, before: Process | None) -> Process | None:
        """One process. A new one's ports are read at once, later only when due and within the
        allowance."""
        now = self._clock.steady()
        if in_host_network(container):
            # Ports and refusals there are the whole machine's and say nothing about this container.
            process = procfs.process(pid, container.id, self._cgroups.proc, listening=False)
            return replace(process, refused=None, failed=None) if process else None
        if before is None or before.pid != pid:
            due = True
        else:
            old = now - self._ports_read.get(container.id, 0.0) >= LISTENING_EVERY
            due = (
                recently_started(container, self._clock.now()) or old
            ) and self._allowance.has_some(now)
        process = procfs.process(pid, container.id, self._cgroups.proc, listening=due)
        if due:
            self._ports_read[container.id] = now
            self._allowance.spend(self._clock.steady() - now)
        elif process is not None and before is not None:
            process = replace(process, listening=before.listening)
        return process

    def _watched_closely(self, container: Container, process: Process) -> bool:
        """Whether to look again between whole rounds: only at what may be about to listen, and if
        that may be read."""
        return starting(container, process, self._clock.now()) and self._allowance.has_some(
            self._clock.steady()
        )

    def _urgency(self, container: Container) -> tuple[bool, float]:
        """Who is read first while there is an allowance: starting ones, then those not looked at
        for longest."""
        before = self._processes.get(container.id)
        calm = before is not None and not starting(container, before, self._clock.now())
        return calm, self._ports_read.get(container.id, 0.0)


class CpuBudget:
    """Seconds of work that may be done now, so that on average it stays below a share of one
    core."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._credit = 0.0
        self._at = 0.0

    def has_some(self, now: float) -> bool:
        """Whether any is left at this monotonic time; at most one second's worth is saved up."""
        self._credit = min(self._share, self._credit + (now - self._at) * self._share)
        self._at = now
        return self._credit > 0

    def spend(self, seconds: float) -> None:
        """Take away the time that work took; overdrawing delays the next one."""
        self._credit -= seconds


def starting(container: Container, process: Process, now: float) -> bool:
    """True while a young container listens nowhere: the moment it does is what a timeline shows."""
    return (
        not process.listening
        and recently_started(container, now)
        and not in_host_network(container)
    )


def recently_started(container: Container, now: float) -> bool:
    """Started less than a minute ago."""
    started = container.inspection.started if container.inspection else None
    return started is not None and abs(now - started) < YOUNG


def in_host_network(container: Container) -> bool:
    """True for `network_mode: host`."""
    return container.inspection is not None and container.inspection.network_mode == "host"
