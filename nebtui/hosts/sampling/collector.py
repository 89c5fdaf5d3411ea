"""The collector that reads the kernel: samples, main processes and the ports that they listen on,
each as often as somebody looks at it."""

from __future__ import annotations

import threading
from dataclasses import replace

from nebtui.analysis.startup.ports import expected_ports
from nebtui.facts.changes import ProcessesSeen, Sampled
from nebtui.facts.observed import Container
from nebtui.facts.process import Process
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.kernel import procfs
from nebtui.hosts.kernel.cgroup import CgroupReader
from nebtui.hosts.sampling.budget import CpuBudget
from nebtui.hosts.sampling.rates import Sampler, reading_from_stats
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

TICK = 0.25
"""Seconds between two rounds where containers change faster."""
SAMPLE_EVERY, UNSEEN_EVERY = 1.0, 5
"""Seconds between two rounds, and between those in which containers are read that nobody looks
at."""
YOUNG = 60.0
"""Seconds after its start in which a container's main process may still become another user."""
YOUNG_EVERY, CALM_EVERY, UNSEEN_PROCESS_EVERY = 2.0, 10.0, 30.0
"""Seconds between two looks at the process of a young container, of an older one, and of an older
one that nobody looks at."""
AWAITED_EVERY, LISTENING_EVERY = 10.0, 30.0
"""Seconds between two looks at the ports of a container that does not listen on all it was expected
to, and of any other: connections stay in the tables for 60 s."""
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
        self._bell = shared.bell()
        self._stop = threading.Event()
        self._processes: dict[str, Process] = {}
        self._due: dict[str, float] = {}
        self._ports_read: dict[str, float] = {}
        self._allowance = CpuBudget(PORTS_SHARE)
        self._turn = 0

    def run(self) -> None:
        """Read until `stop`, from the moment the engine answered."""
        if not self._startup.wait("engine"):
            return
        next_sample = 0.0
        while not self._stop.is_set():
            self._bell.clear()
            now = self._clock.steady()
            running = self._shared.running()
            self._read_processes(running, now)
            self._startup.mark_done("processes")
            if now >= next_sample:
                next_sample = now + SAMPLE_EVERY
                self._sample(running, now)
            pause = max(0.0, next_sample - self._clock.steady())
            if self._bell.wait(pause if running else None):
                self._stop.wait(max(0.0, now + TICK - self._clock.steady()))
        self._sampler.close()

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()
        self._bell.set()

    def _sample(self, running: tuple[Container, ...], now: float) -> None:
        """One round from files; where they are not visible, one container a round from the
        engine."""
        engine = self._shared.engine
        if engine is None:
            return
        self._sampler.keep({container.id for container in running})
        shown = self._shared.shown
        unseen = self._turn % UNSEEN_EVERY == 0
        self._turn += 1
        due = [c for c in running if unseen or shown.usage is None or c.id in shown.usage]
        at = self._clock.now()
        if due and engine.local:
            samples = self._sampler.read(due, at, now, shown.network)
            self._emit(Sampled(at, containers=samples))
        elif due:
            self._ask(due[self._turn % len(due)])

    def _ask(self, container: Container) -> None:
        try:
            stats = self._client.stats(container.id)
        except EngineError:
            return  # the collector of the engine tells why
        reading = reading_from_stats(container.id, stats, self._clock.now(), self._clock.steady())
        self._emit(Sampled(reading.at, containers=(self._sampler.single(reading),)))

    def _read_processes(self, running: tuple[Container, ...], now: float) -> None:
        """Main processes: those that are new, and those that are due again."""
        found: dict[str, Process] = {}
        self._due = {c.id: self._due[c.id] for c in running if c.id in self._due}
        for container in sorted(running, key=self._urgency):
            before = self._processes.get(container.id)
            pid = container.inspection.pid if container.inspection else 0
            known = before is not None and before.pid == pid
            if before is not None and known and now < self._due.get(container.id, 0.0):
                found[container.id] = before
            elif pid:
                self._due[container.id] = now + self._pause(container)
                process = self._read(container, pid, before)
                if process is not None:
                    found[container.id] = process
        fresh = tuple(p for key, p in found.items() if self._processes.get(key) != p)
        self._processes = found
        if fresh:
            self._emit(ProcessesSeen(fresh))

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
            awaited = expected_ports(self._shared.snapshot, container)
            whole = awaited <= set(before.listening or ())
            every = LISTENING_EVERY if whole else AWAITED_EVERY
            old = now - self._ports_read.get(container.id, 0.0) >= every
            due = old and self._allowance.has_some(now)
        process = procfs.process(pid, container.id, self._cgroups.proc, listening=due)
        if due:
            self._ports_read[container.id] = now
            self._allowance.spend(self._clock.steady() - now)
        elif process is not None and before is not None:
            # What was seen to begin since is in the shared facts.
            known = self._shared.snapshot.processes.get(container.id, before)
            process = replace(process, listening=known.listening, peers=before.peers)
        return process

    def _pause(self, container: Container) -> float:
        """Seconds until its process is read again."""
        if self._clock.now() - _started(container) < YOUNG:
            return YOUNG_EVERY
        seen = self._shared.shown.usage
        return CALM_EVERY if seen is None or container.id in seen else UNSEEN_PROCESS_EVERY

    def _urgency(self, container: Container) -> float:
        """Who is read first while there is an allowance: those not looked at for longest."""
        return self._ports_read.get(container.id, 0.0)


def _started(container: Container) -> float:
    """When it started, in Unix seconds; 0 where that is not known."""
    return (container.inspection.started if container.inspection else None) or 0.0


def in_host_network(container: Container) -> bool:
    """True for `network_mode: host`."""
    return container.inspection is not None and container.inspection.network_mode == "host"
