"""What is asked from elsewhere, as this box itself calls it. Only what is on this box can be asked
for: a request names projects and containers as they were told, which is without home folders."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from nebtui.action import (
    Action,
    AskRegistry,
    CreateNetwork,
    Probe,
    ProjectAction,
    RemoveNetwork,
    Up,
)
from nebtui.analysis.redaction import Redaction
from nebtui.facts.changes import Change, ProjectGone, ProjectSeen
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest
from nebtui.rules.rule import Recreate
from nebtui.store import folded

T = TypeVar("T")


UNKNOWN = "This is nothing that the nebtui here knows: it is older, or the other one is wrong."
READ_ONLY = "This box is served with --read-only: nothing is done."


class RefusedError(ValueError):
    """What is asked for is not done: one sentence."""


class ToldBox:
    """This box as it was told so far, and what the names in that mean here. `tell` belongs to one
    thread, the rest to any."""

    def __init__(self) -> None:
        self._redaction = Redaction()
        self._snapshot = Snapshot()
        self._real: dict[ProjectKey, ProjectKey] = {}
        self._files: dict[str, str] = {}
        self._told: dict[ProjectKey, ProjectKey] = {}
        self._written: dict[ProjectKey, Recreate] = {}
        """By a project as it was told: as it is called once what was written is read again."""
        self._redacting = threading.Lock()
        self.whole = threading.Event()
        """Set once everything was told that there is."""

    @property
    def snapshot(self) -> Snapshot:
        """The box as it is here."""
        return self._snapshot

    def tell(self, change: Change) -> Change:
        """A change as it may be told, which is as a recording holds it."""
        told = self.told(change)
        self._snapshot = folded(self._snapshot, change)
        if self._snapshot.settled:
            self.whole.set()
        if isinstance(change, ProjectSeen) and isinstance(told, ProjectSeen):
            before, after = change.project, told.project
            self._real[after.key], self._told[before.key] = before.key, after.key
            names = (*after.key.files, *after.files_read)
            self._files |= zip(names, (*before.key.files, *before.files_read), strict=True)
        elif isinstance(change, ProjectGone) and isinstance(told, ProjectGone):
            self._real.pop(told.key, None)
            self._told.pop(change.key, None)
        return told

    def told(self, fact: T) -> T:
        """Any fact as it may be told."""
        with self._redacting:
            result: T = self._redaction.fact(fact)
            return result

    def sentence(self, text: str) -> str:
        """A sentence as it may be told."""
        with self._redacting:
            return self._redaction.text(text)

    def name(self, text: str) -> str:
        """A name or a path as it was told."""
        with self._redacting:
            return self._redaction.name(text)

    def service(self, told: ServiceKey) -> ServiceKey:
        """A service by what it was told as; RefusedError where there is none."""
        project = self._project(told.project)
        self._all_known(project, (told.service,))
        return ServiceKey(project, told.service)

    def wrote(self, recreate: Iterable[Recreate]) -> None:
        """Projects with files that were just written: they can be brought up before they are read
        again, under the key that they have then."""
        for one in recreate:
            self._written[self.told(one.project)] = one

    def action(self, action: Action) -> Action:
        """The action on this box; RefusedError where it is about what is not on it."""
        match action:
            case ProjectAction():
                project = self._project(action.project)
                scaled = tuple(name for name, _ in action.scale) if isinstance(action, Up) else ()
                self._all_known(project, (*action.services, *scaled))
                return replace(action, project=project)
            case Probe():
                if not self.containers((action.container,)):
                    raise RefusedError("There is no such container here.")
            case AskRegistry():
                if action.image not in self._images():
                    raise RefusedError("Nothing here has that image.")
            case CreateNetwork() | RemoveNetwork():
                pass  # the engine judges names, and only networks of nebtui's own are removed
            case _:
                raise RefusedError("That is nothing that can be asked for from elsewhere.")
        return action

    def log(self, request: LogRequest) -> LogRequest:
        """The request for this box's own services; RefusedError where one is not on it."""
        return replace(request, services=tuple(map(self.service, request.services)))

    def log_line(self, line: LogLine) -> LogLine:
        """The line with its service as it was told."""
        service = line.service
        if service is None:
            return line
        project = self._told.get(service.project, service.project)
        return replace(line, service=ServiceKey(project, service.service))

    def containers(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those that are ids or names of containers here."""
        known = self._snapshot.containers
        called = {container.name for container in known.values()}
        return tuple(name for name in names if name in known or name in called)

    def files(self, names: Iterable[str]) -> tuple[str, ...]:
        """The files of projects that were told by these names."""
        return tuple(self._files[name] for name in names if name in self._files)

    def _project(self, told: ProjectKey) -> ProjectKey:
        project = self._real.get(told)
        if project is not None and project in self._snapshot.projects:
            return project
        if told in self._written:
            return self._written[told].project
        raise RefusedError(f"There is no project {told.name} here.")

    def _all_known(self, project: ProjectKey, services: Iterable[str]) -> None:
        snapshot = self._snapshot
        if project in snapshot.projects:
            declared: Iterable[str] = snapshot.projects[project].services
        else:
            written = (one for one in self._written.values() if one.project == project)
            declared = {name for one in written for name in one.services}
        for name in services:
            if name not in declared and not snapshot.containers_of(ServiceKey(project, name)):
                raise RefusedError(f"{project.name} has no service {name} here.")

    def _images(self) -> set[str]:
        snapshot = self._snapshot
        declared = {service.image for _, service in snapshot.services() if service.image}
        return declared | {container.image for container in snapshot.containers.values()}
