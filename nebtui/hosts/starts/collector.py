"""The collector that watches starts: counters ten times a second and ports three times while a
container is young, both more seldom while it does not listen yet."""

from __future__ import annotations

from collections.abc import Mapping

from nebtui.analysis.startup.ports import expected_ports
from nebtui.analysis.startup.shared_networks import lender_of, shared_networks
from nebtui.facts.changes import EventSeen
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.kernel import procfs
from nebtui.hosts.kernel.cgroup import read
from nebtui.hosts.sampling.budget import CpuBudget
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier
from nebtui.hosts.starts.keeper import StartKeeper
from nebtui.hosts.starts.watched import WatchedStart

TICK = 0.1
SECOND = 1.0
YOUNG = 60.0
"""Seconds after its start in which a container is watched closely."""
LATE = 900.0
"""Seconds after which a container that listens on nothing it was expected to is left alone."""
PORTS_EVERY, PORTS_SELDOM = 0.3, 2.0
"""Seconds between two looks at the ports of a young container, and of an older one."""
SHARE = 0.20
"""Share of one core for the socket tables of starts."""


class StartCollector:
    """Runs in one thread until stopped; sleeps while nothing starts."""

    def __init__(
        self,
        keeper: StartKeeper,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        *,
        proc: str = "/proc",
        clock: MachineClock = MACHINE,
    ) -> None:
        self._keeper = keeper
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._proc = proc
        self._clock = clock
        self._stopped = False
        self._watched: dict[str, WatchedStart] = {}
        self._listed: Mapping[str, Container] = {}
        self._listed_at = float("-inf")
        self._allowance = CpuBudget(SHARE)
        self._bell = shared.bell()

    def run(self) -> None:
        """Watch until `stop`, from the moment that engine and projects are there."""
        if not self._startup.wait("engine", "projects"):
            return
        kept_at = float("-inf")
        while not self._stopped:
            self._bell.clear()
            now, steady = self._clock.now(), self._clock.steady()
            young = self._look(now)
            if steady - kept_at >= SECOND:
                kept_at = steady
                for change in self._keeper.look(self._shared.snapshot, now):
                    self._emit(change)
            self._startup.mark_done("starts")
            busy = self._watched or self._keeper.pending
            pause = TICK if young else SECOND if busy else None
            self._bell.wait(pause)
            if pause is None:
                kept_at = float("-inf")
        self._keeper.close()

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stopped = True
        self._bell.set()

    def _look(self, now: float) -> bool:
        """One look at every start; True if one of them is young."""
        snapshot = self._shared.snapshot
        engine = self._shared.engine
        if engine is None or not engine.local:
            self._watched = {}
            return False
        # Who is watched changes with the containers, or as they grow older.
        if snapshot.containers is not self._listed or not 0 <= now - self._listed_at < SECOND:
            self._listed, self._listed_at = snapshot.containers, now
            # Of one snapshot: what is shared may have a container more by now.
            running = (c for c in self._listed.values() if c.state in ("running", "paused"))
            every = {c.id: self._of(snapshot, c, now) for c in running}
            self._watched = {id: one for id, one in every.items() if one is not None}
        tables: dict[str, frozenset[int]] = {}
        for identity, watched in self._watched.items():
            lender = lender_of(snapshot, snapshot.containers[identity])
            if lender is None:
                self._count(watched, now)
            self._listen(snapshot, watched, lender or identity, tables, now)
        return any(now - watched.started < YOUNG for watched in self._watched.values())

    def _of(self, snapshot: Snapshot, container: Container, now: float) -> WatchedStart | None:
        """What is known of a start; None where it is over, or its namespace is the host's."""
        inspection = container.inspection
        if inspection is None or not inspection.pid or inspection.started is None:
            return None
        age = now - inspection.started
        known = self._watched.get(container.id)
        if known is not None and known.pid == inspection.pid:
            return known if age < (LATE if known.awaited else YOUNG) else None
        if inspection.network_mode == "host" or age > LATE or (age > YOUNG and known is None):
            return None
        if not procfs.owns(inspection.pid, container.id, self._proc):
            return None
        wanted = expected_ports(snapshot, container)
        return WatchedStart(container.id, inspection.pid, inspection.started, wanted)

    def _count(self, watched: WatchedStart, now: float) -> None:
        """The refused and failed connections of a namespace, told of the container that owns
        it."""
        young = now - watched.started < YOUNG
        if not young and now - watched.counted_at < SECOND:
            return
        counters = procfs.tcp_counters(read(f"{self._proc}/{watched.pid}/net/snmp"))
        for event in watched.count(counters, now):
            self._emit(EventSeen(event))

    def _listen(
        self,
        snapshot: Snapshot,
        watched: WatchedStart,
        space: str,
        tables: dict[str, frozenset[int]],
        now: float,
    ) -> None:
        """The ports that are new. Of a namespace that several share each gets those it is expected
        to have, and the owner the rest."""
        young = now - watched.started < YOUNG
        due = now - watched.ports_at >= (PORTS_EVERY if young else PORTS_SELDOM)
        if watched.complete or not due or not self._allowance.has_some(self._clock.steady()):
            return
        if space not in tables:
            began = self._clock.steady()
            tables[space] = frozenset(procfs.listening_ports(watched.pid, self._proc) or ())
            self._allowance.spend(self._clock.steady() - began)
        for event in watched.listen(self._own(snapshot, watched, space, tables[space]), now):
            self._emit(EventSeen(event))

    def _own(
        self, snapshot: Snapshot, watched: WatchedStart, space: str, ports: frozenset[int]
    ) -> frozenset[int]:
        """The ports of a namespace that are this container's. Where several share it: those it is
        expected to have, and for one without expectations what no other is expected to have."""
        sharing = shared_networks(snapshot).get(space)
        if sharing is None:
            return ports
        if watched.wanted:
            return ports & watched.wanted
        others = (other for other in sharing if other.id != watched.container)
        return ports.difference(*(expected_ports(snapshot, other) for other in others))
