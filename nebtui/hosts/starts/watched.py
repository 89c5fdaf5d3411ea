"""One container whose start is watched: its counters and ports since the last look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from nebtui.facts.event import ContainerEvent
from nebtui.light_dataclass import dataclass

TOLD_EVERY = 0.5
"""Seconds over which connections are added up before they are told."""
COUNTERS = {"refused": "OutRsts", "failed": "AttemptFails"}
"""The event of each counter of `/proc/PID/net/snmp`."""


@dataclass(slots=True)
class WatchedStart:
    """A process from its start on; its network namespace is new, so its counters begin at zero."""

    container: str
    pid: int
    started: float
    wanted: frozenset[int]
    """Ports that it declares, exposes or tests; () = any will do."""
    counted_at: float = 0.0
    ports_at: float = 0.0
    listening: frozenset[int] = frozenset()
    _counts: dict[str, int] = field(default_factory=dict)
    _pending: dict[str, tuple[float, float, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counted_at = self.ports_at = self.started

    @property
    def complete(self) -> bool:
        """Everything it is known to listen on listens."""
        return self.wanted <= self.listening if self.wanted else bool(self.listening)

    @property
    def awaited(self) -> bool:
        """A port that it is known to listen on does not listen yet."""
        return not self.wanted <= self.listening

    def count(self, counters: dict[str, int], now: float) -> Iterator[ContainerEvent]:
        """What the counters moved by since the last look, told every half second."""
        for action, name in COUNTERS.items():
            value = counters.get(name)
            if value is None:
                continue
            moved = value - self._counts.get(action, 0)
            self._counts[action] = value
            if moved > 0:
                since, _, before = self._pending.get(action, (self.counted_at, now, 0))
                self._pending[action] = (since, now, before + moved)
        self.counted_at = now
        if any(now - since >= TOLD_EVERY for since, _, _ in self._pending.values()):
            yield from self.tell()

    def tell(self) -> Iterator[ContainerEvent]:
        """What was counted and not told yet."""
        for action, (since, at, count) in self._pending.items():
            yield ContainerEvent(at, self.container, action, count=count, since=since)
        self._pending = {}

    def listen(self, ports: frozenset[int], now: float) -> Iterator[ContainerEvent]:
        """The ports that listen and did not at the last look; what was refused before is told
        first."""
        new = ports - self.listening
        if new:
            yield from self.tell()
            opened = tuple(sorted(new))
            yield ContainerEvent(
                now, self.container, "listening", ports=opened, since=self.ports_at
            )
            self.listening |= new
        self.ports_at = now
