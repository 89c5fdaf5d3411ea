"""The collector of GPU facts: one thread asks the drivers once a second, another tells, also when
no answer comes."""

from __future__ import annotations

import glob
import os
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from nebtui.facts.changes import GpuAccessSeen, GpuStackSeen, Sampled
from nebtui.facts.gpu import GpuAccess, GpuProcess, GpuSample, GpuStack
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.gpu import processes as processes_of
from nebtui.hosts.gpu.once import joined, numbered
from nebtui.hosts.gpu.source import GpuSource, nvidia_here
from nebtui.hosts.gpu.stack import absent
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

EVERY = 1.0
SILENCE = 1.0
"""Seconds a round may take before the devices count as not answering."""
FIRST_PATIENCE = 3.0
"""Seconds the first round may keep everything else from being settled: without persistence mode a
driver wakes up slowly."""
REACH_EVERY = 5.0

NOT_HERE = GpuStack(problem="the engine is on another machine: its GPUs are not visible from here")
Round = tuple[tuple[GpuSample, ...], tuple[GpuStack, ...]]


def sources(root: str = "/") -> tuple[GpuSource, ...]:
    """The drivers that are here."""
    result: list[GpuSource] = []
    if nvidia_here(root):
        from nebtui.hosts.gpu.nvml import NvmlSource

        result.append(NvmlSource(root))
    if not glob.glob(os.path.join(root, "sys/class/drm/card*")):
        return tuple(result)
    from nebtui.hosts.gpu.sysfs import SysfsSource

    sysfs = SysfsSource(root)
    return (*result, sysfs) if sysfs.cards() else tuple(result)


class GpuCollector:
    """Runs in one thread, with a second one for the drivers; neither does anything where no driver
    is."""

    def __init__(
        self,
        client: EngineClient | None,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        find: Callable[[], tuple[GpuSource, ...]] = sources,
        proc: str = "/proc",
        *,
        clock: MachineClock = MACHINE,
    ) -> None:
        self._clock = clock
        self._client = client
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._find = find
        self._proc = proc
        self._stop = threading.Event()
        self._rounds: queue.SimpleQueue[Round | None] = queue.SimpleQueue()
        self._sources: tuple[GpuSource, ...] = ()
        self._newest: dict[int, GpuSample] = {}
        self._stack: GpuStack | None = None
        self._reached: tuple[GpuAccess, ...] = ()
        self._next_reach = 0.0
        self._names = processes_of.Containers(self._identities, self._asked, self._top, proc, clock)

    def run(self) -> None:
        """Emit the drivers' readings until `stop`."""
        self._sources = self._find()
        if not self._sources:
            self._emit(GpuStackSeen(absent()))
            self._startup.mark_done("gpus")
            return
        threading.Thread(target=self._ask, name="GpuDriver", daemon=True).start()
        if not self._startup.wait("engine"):
            return
        patience = FIRST_PATIENCE
        while not self._stop.is_set():
            try:
                answer = self._rounds.get(timeout=patience)
            except queue.Empty:
                self._silent()
            else:
                if answer is None:
                    return
                self._tell(*answer)
            patience = EVERY + SILENCE
            self._startup.mark_done("gpus")

    def stop(self) -> None:
        """End `run` from another thread; a driver that hangs keeps its own thread, which is a
        daemon."""
        self._stop.set()
        self._rounds.put(None)

    def _ask(self) -> None:
        """The only thread that talks to drivers."""
        while not self._stop.is_set():
            began = self._clock.steady()
            self._rounds.put(
                (numbered(self._sources), tuple(source.stack() for source in self._sources))
            )
            self._stop.wait(max(0.0, began + EVERY - self._clock.steady()))
        for source in self._sources:
            source.close()

    def _tell(self, rows: tuple[GpuSample, ...], stacks: tuple[GpuStack, ...]) -> None:
        if self._shared.elsewhere:
            self._tell_stack(NOT_HERE)
            return
        self._tell_stack(joined(stacks))
        named = tuple(replace(row, processes=self._named(row.processes)) for row in rows)
        if named or self._newest:
            self._emit(Sampled(self._clock.now(), gpus=named))
        self._newest = {row.index: row for row in named}
        if self._clock.steady() >= self._next_reach:
            self._next_reach = self._clock.steady() + REACH_EVERY
            self._tell_reach(named)

    def _tell_stack(self, stack: GpuStack) -> None:
        if stack != self._stack:
            self._stack = stack
            self._emit(GpuStackSeen(stack))

    def _silent(self) -> None:
        """No answer came: the rows stay, without figures, and say so."""
        if self._shared.elsewhere:
            return
        asking = next((one.asking for one in self._sources if one.asking is not None), None)
        if not self._newest:
            first = self._sources[0].stack()
            text = "the GPU driver has not answered since nebtui started"
            self._tell_stack(
                replace(first, problem=text, remedy="look at dmesg; nvidia-smi will hang too")
            )
            return
        now = self._clock.now()
        rows = tuple(silent(row, asking, now) for row in self._newest.values())
        self._emit(Sampled(now, gpus=rows))

    def _named(self, processes: tuple[GpuProcess, ...] | None) -> tuple[GpuProcess, ...] | None:
        if processes is None:
            return None
        return tuple(
            replace(p, container=self._names.of(p.pid), name=processes_of.name(p.pid, self._proc))
            for p in processes
        )

    def _tell_reach(self, rows: tuple[GpuSample, ...]) -> None:
        """What the containers that asked for a GPU have of it."""
        engine = self._shared.engine
        if engine is None or not engine.local:
            return
        on_gpu = [(p.pid, p.container) for row in rows for p in row.processes or () if p.container]
        found = []
        for container in map(self._shared.container, self._asked()):
            pid = container.inspection.pid if container and container.inspection else 0
            if container and pid:
                pids = [one for one, identity in on_gpu if identity == container.id]
                found.append(
                    processes_of.reach(
                        container.id, pid, (*pids, *self._top(container.id)), self._proc
                    )
                )
        if tuple(found) != self._reached:
            self._reached = tuple(found)
            self._emit(GpuAccessSeen(self._reached))

    def _identities(self) -> frozenset[str]:
        return frozenset(c.id for c in self._shared.containers())

    def _asked(self) -> tuple[str, ...]:
        """The running containers that asked for a GPU."""
        return tuple(
            c.id for c in self._shared.running() if c.inspection and c.inspection.created_with_gpu
        )

    def _top(self, container: str) -> Iterable[int]:
        if self._client is None:
            return ()
        try:
            return self._client.top(container)
        except EngineError:
            return ()


def silent(row: GpuSample, asking: int | None, now: float) -> GpuSample:
    """A device whose driver hangs: what it is, nothing of how it is."""
    if asking is None or asking == row.index:
        text = (
            f"has not answered for {max(1, round(now - row.at))} s: look at dmesg; nvidia-smi "
            "will hang too"
        )
    else:
        text = f"not read: GPU {asking} keeps the driver waiting"
    return GpuSample(
        row.index,
        row.name,
        row.at,
        uuid=row.uuid,
        memory_total=row.memory_total,
        xids=row.xids,
        error=text,
    )
