"""Collectors without an engine: Compose is asked for changed files only, and late inspections of
removed containers are ignored."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nebtui.compose.discovery.candidate import Candidate
from nebtui.facts.changes import (
    Change,
    ContainerGone,
    ContainerSeen,
    ContainersListed,
    ProjectGone,
    ProjectSeen,
    Settled,
)
from nebtui.facts.declared import ProjectKey
from nebtui.facts.observed import Container
from nebtui.facts.project import Project
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.inspector import Inspector
from nebtui.hosts.projects.collector import ProjectCollector
from nebtui.hosts.sampling.budget import CpuBudget
from nebtui.hosts.shared import SharedState, StartupBarrier


class ChangeLog:
    """Collects changes and lets a test wait for one."""

    def __init__(self) -> None:
        self.shared = SharedState()
        self.changes: list[Change] = []
        self._changed = threading.Condition()

    def __call__(self, change: Change) -> None:
        with self._changed:
            self.shared.apply(change)
            self.changes.append(change)
            self._changed.notify_all()

    def wait(self, wanted: Callable[[list[Change]], bool]) -> None:
        """Until the changes are as wanted, at most ten seconds."""
        with self._changed:
            assert self._changed.wait_for(lambda: wanted(self.changes), 10), self.changes


class StubCatalogue:
    """One project of one file; counts how often each view was asked for."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.asked: Counter[str] = Counter()

    def search(self) -> list[Candidate]:
        """The file, if it is there."""
        self.asked["search"] += 1
        if not self.file.exists():
            return []
        return [
            Candidate(
                ProjectKey("shop", str(self.file.parent), (str(self.file),)), frozenset({"search"})
            )
        ]

    def join(
        self,
        searched: list[Candidate],
        containers: tuple[Container, ...],
        *,
        elsewhere: bool = False,
    ) -> list[Candidate]:
        """The searched ones, and one for each label."""
        labelled = {c.project for c in containers if c.project}
        return searched + [Candidate(ProjectKey(name, "/")) for name in sorted(labelled)]

    def quick(self, candidate: Candidate) -> Project:
        """The reader's view."""
        self.asked["quick"] += 1
        return Project(candidate.key, view="reader", files_read=candidate.key.files)

    def full(self, candidate: Candidate) -> Project | None:
        """Compose's view, with the file's text as a fact."""
        self.asked["full"] += 1
        env = {"text": self.file.read_text()} if candidate.key.files and self.file.exists() else {}
        return Project(candidate.key, view="compose", files_read=candidate.key.files, env=env)


@pytest.fixture
def stub(tmp_path: Path) -> StubCatalogue:
    """A catalogue with one file."""
    file = tmp_path / "compose.yaml"
    file.write_text("one")
    return StubCatalogue(file)


@pytest.fixture
def log() -> ChangeLog:
    """What was log."""
    return ChangeLog()


@pytest.fixture
def collector(
    stub: StubCatalogue, log: ChangeLog, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ProjectCollector]:
    """A running collector with short rounds; it is ended afterwards."""
    monkeypatch.setattr("nebtui.hosts.projects.collector.EVERY", 0.02)
    collector = ProjectCollector(
        stub, log.shared, StartupBarrier(log, frozenset({"projects"})), log
    )
    thread = threading.Thread(target=collector.run, daemon=True)
    thread.start()
    yield collector
    collector.stop()
    thread.join(1)
    assert not thread.is_alive()


def views(changes: list[Change]) -> list[str]:
    """The views of the projects log, in order."""
    return [change.project.view for change in changes if isinstance(change, ProjectSeen)]


def test_the_quick_view_comes_first_and_only_once(
    collector: ProjectCollector, log: ChangeLog, stub: StubCatalogue
) -> None:
    """Our reader's view is log at once, then Compose's; later changes tell Compose's only."""
    log.wait(lambda changes: any(isinstance(change, Settled) for change in changes))
    assert views(log.changes) == ["reader", "compose"]
    stub.file.write_text("another")
    log.wait(lambda changes: len(views(changes)) == 3)
    assert views(log.changes)[2] == "compose"
    assert stub.asked["quick"] == 1


def test_compose_is_not_asked_on_a_timer(
    collector: ProjectCollector, log: ChangeLog, stub: StubCatalogue
) -> None:
    """Rounds without a changed file ask nobody; `reread` of a file asks for its project."""
    log.wait(lambda changes: any(isinstance(change, Settled) for change in changes))
    rounds = stub.asked["search"]
    log(ContainersListed((Container("a", "x", project="other"),)))
    log.wait(lambda changes: len(views(changes)) == 4)
    assert (stub.asked["full"], stub.asked["search"]) == (2, rounds)
    stub.file.write_text("ONE")
    collector.reread((str(stub.file),))
    log.wait(lambda changes: len(views(changes)) == 5)
    assert stub.asked["full"] == 3


def test_a_file_that_goes_takes_its_project_along(
    collector: ProjectCollector, log: ChangeLog, stub: StubCatalogue
) -> None:
    """When a folder's compose files change the search is repeated; what is in no source any more is
    gone."""
    log.wait(lambda changes: any(isinstance(change, Settled) for change in changes))
    stub.file.unlink()
    log.wait(lambda changes: any(isinstance(change, ProjectGone) for change in changes))


def test_a_removed_container_stays_removed(log: ChangeLog) -> None:
    """An inspection that was under way when the container was removed does not bring it back."""

    class Client(EngineClient):
        """Answers only after the container was removed."""

        def inspect(self, container: str) -> dict[str, Any]:
            inspector.remove(container)
            return {"Id": container, "State": {"Status": "running"}}

    inspector = Inspector(Client(Endpoint(), {}), log.shared, log)
    inspector.inspect("a")
    assert [type(change) for change in log.changes] == [ContainerGone]
    assert not any(isinstance(change, ContainerSeen) for change in log.changes)


def test_settled_comes_once_and_last(log: ChangeLog) -> None:
    """`Settled` is log when the last part was reached, and never again."""
    startup = StartupBarrier(log, frozenset({"engine", "projects"}))
    startup.mark_done("engine")
    assert log.changes == []
    startup.mark_done("projects")
    startup.mark_done("projects")
    assert log.changes == [Settled()]


def test_a_dead_mount_does_not_hold_up_the_rest(
    log: ChangeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only host paths are missing from the picture they are not waited for long."""
    monkeypatch.setattr("nebtui.hosts.shared.PATIENCE", 0.01)
    startup = StartupBarrier(log, frozenset({"engine", "paths"}))
    startup.mark_done("engine")
    log.wait(lambda changes: changes == [Settled()])


def test_an_allowance_bounds_work_to_its_share() -> None:
    """Work that took 0.1 s at a share of a tenth is followed by a pause of a second."""
    allowance = CpuBudget(0.1)
    assert allowance.has_some(1.0)
    allowance.spend(0.2)
    assert not allowance.has_some(1.5)
    assert allowance.has_some(2.5)
