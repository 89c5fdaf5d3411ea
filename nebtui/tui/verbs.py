"""What a verb's key asks of the host, for the marked services or what is selected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from nebtui.action import BuildImages, Down, ProjectAction, Pull, Restart, Stop
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.recreate import up_action

Verb = Literal["up", "stop", "restart", "recreate", "pull", "build", "down"]


def grouped(
    chosen: Iterable[ServiceKey | ProjectKey],
) -> dict[ProjectKey, tuple[str, ...]]:
    """The services of a choice by project, () where a project as a whole is among it."""
    result: dict[ProjectKey, list[str]] = {}
    whole = set()
    for one in chosen:
        if isinstance(one, ServiceKey):
            result.setdefault(one.project, []).append(one.service)
        else:
            result.setdefault(one, [])
            whole.add(one)
    return {key: () if key in whole else tuple(names) for key, names in result.items()}


def asked(
    snapshot: Snapshot, verb: Verb, chosen: Iterable[ServiceKey | ProjectKey]
) -> tuple[ProjectAction, ...]:
    """The actions of a verb, one project after the other."""
    return tuple(
        action
        for project, services in grouped(chosen).items()
        for action in _actions(snapshot, verb, project, services)
    )


def _actions(
    snapshot: Snapshot, verb: Verb, project: ProjectKey, services: tuple[str, ...]
) -> tuple[ProjectAction, ...]:
    match verb:
        case "up":
            return (up_action(snapshot, project, services),)
        case "stop":
            return (Stop(project, services),)
        case "restart":
            return (Restart(project, services),)
        case "recreate":
            return (up_action(snapshot, project, services, force=True),)
        case "pull":
            return (Pull(project, services), _with_new_images(snapshot, project, services))
        case "build":
            return (BuildImages(project, services), _with_new_images(snapshot, project, services))
        case "down":
            return (Down(project, services),)


def _with_new_images(
    snapshot: Snapshot, project: ProjectKey, services: tuple[str, ...]
) -> ProjectAction:
    return replace(up_action(snapshot, project, services), after_images=True)


def refused(snapshot: Snapshot, actions: Iterable[ProjectAction], *, files: bool) -> str:
    """Why these are not run: nothing is selected, or nobody confirmed the files that they need; ""
    if they are."""
    actions = tuple(actions)
    projects = snapshot.projects
    doubtful = [p for a in actions if (p := projects.get(a.project)) and not p.confirmed]
    if files and doubtful:
        return (
            f"the files of {doubtful[0].name} are known from a container's label only and "
            "were not confirmed"
        )
    return "" if actions else "select a project or a service"
