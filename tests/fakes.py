"""A host for pure tests: real files in a temporary folder, networks in memory, no engine and no
Compose."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Literal

from nebtui.action import Action, Cancel, CreateNetwork, Probe, Progress, RemoveNetwork, Up
from nebtui.compose.model import with_texts
from nebtui.facts.changes import (
    Change,
    ContainerSeen,
    EngineLost,
    EngineSeen,
    GpuStackSeen,
    HostPortsSeen,
    ImageSeen,
    NetworksListed,
    PathsSeen,
    ProjectSeen,
    Sampled,
    Settled,
    SwarmSeen,
)
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.validation import Validation
from nebtui.host import LogRequest, LogStream, ShownFigures
from nebtui.hosts.logs.fixed import no_log


class FakeHost:
    """Gives one snapshot, and remembers what it was asked to do."""

    kind: Literal["recorded"] = "recorded"
    writable = True
    files_away = ""

    def __init__(
        self, snapshot: Snapshot, probes: Mapping[tuple[str, ...], int] | None = None
    ) -> None:
        self.snapshot = snapshot
        self.probes = probes or {}
        self.done: list[Action] = []
        self.networks: set[str] = set(snapshot.networks)
        self.closed = False
        self.followed: tuple[str, ...] = ()
        self.measured = ShownFigures()

    def now(self) -> float:
        return time.time()

    def changes(self) -> Iterator[Change]:
        if self.snapshot.engine_problem:
            yield EngineLost(self.snapshot.engine_problem)
        if self.snapshot.engine is not None:
            yield EngineSeen(self.snapshot.engine)
        yield NetworksListed(tuple(self.snapshot.networks.values()))
        yield SwarmSeen(self.snapshot.swarm)
        for project in self.snapshot.projects.values():
            yield ProjectSeen(project)
        for container in self.snapshot.containers.values():
            yield ContainerSeen(container)
        for image in self.snapshot.images.values():
            yield ImageSeen(image)
        yield PathsSeen(tuple(self.snapshot.paths.values()))
        if (ports := self.snapshot.host_ports) is not None:
            yield HostPortsSeen(
                tuple(port for port, wide in ports.items() if wide),
                tuple(port for port, wide in ports.items() if not wide),
            )
        if self.snapshot.gpu_stack is not None:
            yield GpuStackSeen(self.snapshot.gpu_stack)
            yield Sampled(self.now(), gpus=tuple(self.snapshot.gpus.values()))
        yield Settled()

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        self.done.append(action)
        code, text = 0, "done"
        if isinstance(action, CreateNetwork):
            self.networks.add(action.name)
        elif isinstance(action, RemoveNetwork):
            self.networks.discard(action.name)
        elif isinstance(action, Probe):
            code = self.probes.get(action.argv, 1)
            text = f"exit {code}"
        yield Progress(text, done=True, exit_code=code)

    def command(self, action: Action) -> tuple[str, ...]:
        if isinstance(action, CreateNetwork):
            return ("docker", "network", "create", action.name)
        return (
            ("docker", "compose", "up", "-d", *action.services)
            if isinstance(action, Up)
            else ("docker",)
        )

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        return with_texts(project, texts, {})

    def reread(self, paths: tuple[str, ...]) -> None:
        """Nothing follows the files here."""

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        return Validation()

    def follow(self, containers: tuple[str, ...]) -> None:
        self.followed = containers

    def measure(self, shown: ShownFigures) -> None:
        self.measured = shown

    def logs(self, request: LogRequest) -> LogStream:
        return no_log("Nothing runs here.", self.now())

    def close(self) -> None:
        self.closed = True
