"""What `U` brings up."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.fixing.recreate import up_action, up_actions
from nebtui.host import Up
from nebtui.rules.rule import Recreate
from nebtui.tui.session import Session
from nebtui.tui.widgets.findings import related


def ups(session: Session, selected: ServiceKey | ProjectKey | None) -> list[Up]:
    """What was written for a selection, or undone, else the selection itself; [] for the box as a
    whole."""
    snapshot = session.snapshot
    written = [w for w in session.watched if related(w.patch.findings, selected)]
    asked = [one for w in written for one in up_actions(snapshot, w.patch.recreate)]
    if not asked:
        asked = list(up_actions(snapshot, (r for r in session.undone if _meant(r, selected))))
    if not asked and isinstance(selected, ServiceKey):
        return [up_action(snapshot, selected.project, (selected.service,))]
    if not asked and isinstance(selected, ProjectKey):
        return [up_action(snapshot, selected)]
    return asked


def refused(session: Session, asked: list[Up]) -> str:
    """Why this is not run: nothing is selected, or nobody confirmed the files; "" if it is."""
    projects = session.snapshot.projects
    doubtful = [p for u in asked if (p := projects.get(u.project)) and not p.confirmed]
    if doubtful:
        return (
            f"the files of {doubtful[0].name} are known from a container's label only and "
            "were not confirmed"
        )
    return "" if asked else "select a project or a service to bring up"


def _meant(undone: Recreate, selected: ServiceKey | ProjectKey | None) -> bool:
    """A selection asks for what was undone: the box as a whole, its project, one of its
    services."""
    if isinstance(selected, ServiceKey):
        return selected.project == undone.project and (
            not undone.services or selected.service in undone.services
        )
    return selected in (None, undone.project)
