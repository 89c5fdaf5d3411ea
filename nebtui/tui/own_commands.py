"""Runs a command of the user's own on what is selected."""

from __future__ import annotations

import shlex
from typing import Any

from textual.app import App

from nebtui.action import RunProgram
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.tui.locked import why_locked
from nebtui.tui.outside import aside, standing
from nebtui.tui.runs import Runs
from nebtui.tui.session import Session
from nebtui.user_commands import UserCommand


def places(snapshot: Snapshot, selected: ServiceKey | ProjectKey | None) -> dict[str, str]:
    """What a selection has for the places of a command; a place that it has nothing for is
    absent."""
    if selected is None:
        return {}
    project = selected.project if isinstance(selected, ServiceKey) else selected
    found = {"project": project.name, "folder": project.working_dir}
    if place := standing(snapshot, selected):
        found |= {"file": place.file, "line": str(place.line)}
    if isinstance(selected, ServiceKey):
        containers = snapshot.containers_of(selected)
        found["service"] = selected.service
        found |= (
            {"container": containers[0].name, "image": containers[0].image} if containers else {}
        )
    return found


def run_own(
    app: App[Any],
    session: Session,
    runs: Runs,
    command: UserCommand,
    selected: ServiceKey | ProjectKey | None,
) -> None:
    """Run it, or tell why not: locked, another kind of box, nothing for one of its places."""
    values = places(session.snapshot, selected)
    missing = [place for place in command.needs() if place not in values]
    if session.locked:
        why_not = why_locked(session)
    elif session.host.kind != "live":
        why_not = "this box is not a live one"
    elif missing:
        why_not = f"select what has a {missing[0]}"
    else:
        argv = command.filled(values)
        if not command.terminal:
            runs.ask((RunProgram(command.name, argv, values.get("folder", "")),))
            return
        code = aside(app, argv, f"{command.name}: {shlex.join(argv)}")
        why_not = f"ended with {code}" if code else ""
    if why_not:
        app.notify(why_not, title=command.name, severity="warning", markup=False, timeout=5)
