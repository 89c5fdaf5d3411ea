"""What was written, or undone, and waits to be brought up."""

from __future__ import annotations

from nebtui.action import DeployStack, Up
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.fixing.recreate import up_actions
from nebtui.rules.rule import Recreate
from nebtui.tui.session import Session
from nebtui.tui.widgets.findings import related


def ups(session: Session, selected: ServiceKey | ProjectKey | None) -> list[Up | DeployStack]:
    """What was written for a selection, or undone; [] where nothing was."""
    snapshot = session.snapshot
    written = [w for w in session.watched if related(w.patch.findings, selected)]
    asked = [one for w in written for one in up_actions(snapshot, w.patch.recreate)]
    if not asked:
        asked = list(up_actions(snapshot, (r for r in session.undone if _meant(r, selected))))
    return asked


def _meant(undone: Recreate, selected: ServiceKey | ProjectKey | None) -> bool:
    """A selection asks for what was undone: the box as a whole, its project, one of its
    services."""
    if isinstance(selected, ServiceKey):
        return selected.project == undone.project and (
            not undone.services or selected.service in undone.services
        )
    return selected in (None, undone.project)
