"""The rows of the graph whose containers changed since all of it was drawn: of a thousand services
one event concerns one, and that one need not wait for the others."""

from __future__ import annotations

from nebtui import rules
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.project_groups import project_group
from nebtui.graph.scene import Group
from nebtui.tui.graph_model import marked_group, notes
from nebtui.tui.session import Session

MOST = 10
"""Containers: with more of them all is drawn anew."""


class ChangedRows:
    """Reads the session's newest snapshot; used by one screen."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._drawn = Snapshot()
        self._alerts: tuple[object, dict[ServiceKey, str]] = ((), {})

    def drawn(self) -> None:
        """All rows are as the snapshot is now."""
        self._drawn = self._session.snapshot

    def groups(self) -> tuple[Group, ...]:
        """The groups of projects in which containers changed since; () for none, or too many."""
        session, snapshot = self._session, self._session.snapshot
        before = self._drawn.containers
        changed = [c for id, c in snapshot.containers.items() if before.get(id) is not c]
        if not changed or len(changed) > MOST:
            return ()
        if self._alerts[0] is not session.findings:
            self._alerts = session.findings, rules.alerts(session.findings)
        told, alerts = notes(session), self._alerts[1]
        keys = dict.fromkeys(key for c in changed if (key := snapshot.project_of(c)))
        groups = (project_group(snapshot, key, told, alerts, session.said) for key in keys)
        return tuple(marked_group(session, group) for group in groups)
