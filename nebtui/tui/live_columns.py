"""What the rows of the graph tell of their containers now, and the order that it puts them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.observed import Container
from nebtui.graph import row_ids
from nebtui.graph.figures import Figures, cpu_of, figures_of, memory_of
from nebtui.graph.ordering import ordered
from nebtui.graph.scene import GraphModel
from nebtui.graph.stacks import stack_containers
from nebtui.host import ShownFigures
from nebtui.tui.session import Session

ORDERS = ("", "cpu", "memory")
"""What rows are sorted by; "" = they stand as in their files."""
SORT_EVERY = 5
"""Seconds between two looks at the order: rows that change places every second cannot be read."""
STEP = 5
"""Seconds in which no age changes its text."""


class LiveColumns:
    """Reads the session's newest snapshot; used by one screen."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.keys: Mapping[str, ServiceKey | ProjectKey] = {}
        """What the rows of the graph stand for, by id."""
        self.by = ""
        self._weights: dict[str, float] = {}
        self._weighed: tuple[str, int] = ("", 0)
        self._read: tuple[object, ...] = ()
        self._looked = ShownFigures()

    def look(self, rows: Iterable[str], selected: ServiceKey | ProjectKey | None) -> None:
        """Tell the host whose figures are on the screen: those of rows in the window, and of the
        selected service, which has its network beside them. What is recorded needs them all."""
        shown = ShownFigures()
        if not self._session.recording:
            usage = (c.id for row in rows for c in self._containers(row))
            service = selected if isinstance(selected, ServiceKey) else None
            mine = self._session.snapshot.containers_of(service) if service else ()
            network = frozenset(c.id for c in mine)
            shown = ShownFigures(frozenset(usage) | network, network)
        if shown != self._looked:
            self._looked = shown
            self._session.host.measure(shown)

    def cycle(self) -> str:
        """Sort by the next of `ORDERS`; what it is."""
        self.by = ORDERS[(ORDERS.index(self.by) + 1) % len(ORDERS)]
        return self.by

    def figures(self, row: str) -> Figures:
        """What stands in the live columns of a row."""
        session = self._session
        return figures_of(session.snapshot, self._containers(row), session.now())

    def anew(self) -> bool:
        """Whether a figure may be another one than when this was asked last."""
        snapshot, now = self._session.snapshot, int(self._session.now())
        read = (snapshot.samples, snapshot.containers, now // STEP)
        before, self._read = self._read, read
        return len(before) != len(read) or any(
            old is not new and old != new for old, new in zip(before, read, strict=True)
        )

    def order(self) -> tuple[str, ...]:
        """The ids of rows with the greatest figure first; () where they stand as in their
        files."""
        asked = (self.by, int(self._session.now()) // SORT_EVERY)
        if asked != self._weighed:
            self._weighed = asked
            self._weights = self._weigh() if self.by else {}
        return tuple(sorted(self._weights, key=lambda id: -self._weights[id]))

    def arranged(self, scene: GraphModel) -> GraphModel:
        """The scene in this order."""
        return ordered(scene, self._weights) if self.by else scene

    def _weigh(self) -> dict[str, float]:
        snapshot = self._session.snapshot
        figure = cpu_of if self.by == "cpu" else memory_of
        strangers = (f"{row_ids.OUTSIDE}\1{c.id}" for c in snapshot.outside)
        found = {}
        for row in (*self.keys, *stack_containers(snapshot), *strangers):
            weight = figure(snapshot, self._containers(row))
            if weight is not None:
                found[row] = float(weight)
        return found

    def _containers(self, row: str) -> tuple[Container, ...]:
        """The containers behind a row."""
        snapshot, key = self._session.snapshot, self.keys.get(row)
        if isinstance(key, ServiceKey):
            return snapshot.containers_of(key)
        if (of_stack := stack_containers(snapshot).get(row)) is not None:
            return of_stack
        stranger = snapshot.containers.get(row_ids.outsider(row) or "")
        return (stranger,) if stranger else ()
