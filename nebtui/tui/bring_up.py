"""What `U` brings up."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.fixing.recreate import up_action, up_actions
from nebtui.host import Up
from nebtui.tui.session import Session
from nebtui.tui.widgets.detail import related


def ups(session: Session, selected: ServiceKey | ProjectKey | None) -> list[Up]:
    """What was written for a selection, else the selection itself; [] for the box as a whole."""
    snapshot = session.snapshot
    written = [w for w in session.watched if related(w.patch.findings, selected)]
    asked = [one for w in written for one in up_actions(snapshot, w.patch.recreate)]
    if not asked and isinstance(selected, ServiceKey):
        return [up_action(snapshot, selected.project, (selected.service,))]
    if not asked and isinstance(selected, ProjectKey):
        return [up_action(snapshot, selected)]
    return asked
