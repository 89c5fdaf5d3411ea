"""A part of nebtui that fails costs itself and nothing else: it is named, and the rest goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from nebtui import rules
from nebtui.cli import main
from nebtui.compose.syntax.interpolate import TemplateError, interpolate
from nebtui.facts.changes import Change, CollectorFailed, EngineLost, ProjectSeen, Settled
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts import collectors
from nebtui.hosts.collectors import CollectorGroup
from nebtui.rules.rule import Finding, Rule
from nebtui.store import settle
from nebtui.store.folding import folded
from tests.fakes import FakeHost


@dataclass
class ProjectCollector:
    """Fails some times, then does its part. The group looks up its part by the class's name."""

    group: CollectorGroup
    failures: int
    runs: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Raise, or complete the part."""
        self.runs += 1
        if self.runs <= self.failures:
            raise RecursionError("nested 500 deep")
        self.group.startup.mark_done("projects")
        self.stopped.wait()

    def stop(self) -> None:
        self.stopped.set()


def test_a_collector_that_fails_is_named_and_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its part of the first picture does not keep the others waiting, and it gets another try."""
    monkeypatch.setattr(collectors, "FIRST_PAUSE", 0.0)
    group = CollectorGroup(frozenset({"projects"}))
    collector = ProjectCollector(group, failures=2)
    seen: list[Change] = []
    stream = group.changes((collector,))
    for change in stream:
        seen.append(change)
        if sum(isinstance(c, CollectorFailed) for c in seen) == 2 and Settled() in seen:
            break
    while collector.runs < 3:
        threading.Event().wait(0.01)
    group.close()
    failed = next(c for c in seen if isinstance(c, CollectorFailed))
    assert failed.name == "ProjectCollector"
    assert "RecursionError: nested 500 deep" in failed.reason
    assert "started again" in failed.reason


@pytest.mark.parametrize("verb", [("doctor",), ("doctor", "--no-engine"), ("status",)])
def test_the_command_line_names_a_collector_that_failed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: tuple[str, ...],
) -> None:
    """`doctor` takes a look too, and what failed in it is a broken link with a name."""

    def fail(_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("NEBTUI_STATE", str(tmp_path / "state"))
    assert main([*verb]) in (0, 1, 2)
    before = capsys.readouterr()
    assert "met an error" not in before.out + before.err
    monkeypatch.setattr("nebtui.hosts.projects.collector.ProjectCollector.run", fail)
    assert main([*verb]) in (1, 2)
    told = capsys.readouterr()
    assert "ProjectCollector met an error (KeyError: 'surprise')" in told.out + told.err


class Silent(FakeHost):
    """A host that gives one change and then nothing, ever."""

    def changes(self) -> Iterator[Change]:
        yield EngineLost("gone")
        threading.Event().wait()


def test_a_first_look_that_never_ends_is_given_up() -> None:
    """A host that is silent does not keep a command for ever; what is there is said to be
    incomplete."""
    snapshot = settle(Silent(Snapshot()), timeout=0.05)
    assert not snapshot.settled
    assert snapshot.engine_problem == "gone"
    assert "incomplete" in snapshot.failures["first look"]


def test_a_change_that_cannot_be_folded_is_skipped_and_named() -> None:
    """What was known stays, and the next change is taken in."""
    odd: Any = object()
    snapshot = folded(Snapshot(settled=True), odd)
    assert snapshot.settled
    assert "object could not be taken in" in snapshot.failures["store"]
    assert folded(snapshot, EngineLost("x")).engine_problem == "x"


def finding(rule: str, project: ProjectKey) -> Finding:
    """A finding of a test's rule."""
    return replace(TEMPLATE, rule=rule, project=project)


GOOD, BAD = ProjectKey("good", "/g", ("/g/c.yaml",)), ProjectKey("bad", "/b", ("/b/c.yaml",))
TEMPLATE = Finding("x", "error", GOOD, "s", "", "m", (), "display")


def test_a_rule_that_fails_costs_its_findings_where_it_fails() -> None:
    """The other rule's findings stand, and its own of the other projects."""

    def brittle(snapshot: Snapshot) -> Iterator[Finding]:
        for key in snapshot.projects:
            if key == BAD:
                raise KeyError("surprise")
            yield finding("brittle", key)

    def sound(snapshot: Snapshot) -> Iterator[Finding]:
        yield from (finding("sound", key) for key in snapshot.projects)

    among = [
        Rule(name=name, severity="error", key="", manual="m", find=check)
        for name, check in (("brittle", brittle), ("sound", sound))
    ]
    snapshot = Snapshot()
    for key in (GOOD, BAD):
        snapshot = folded(snapshot, ProjectSeen(Project(key, services={"s": Service("s")})))
    examined = rules.examine(snapshot, among=among)
    assert {(f.rule, f.project) for f in examined.findings} == {
        ("brittle", GOOD),
        ("sound", GOOD),
        ("sound", BAD),
    }
    (failure,) = examined.failures
    assert failure.startswith("rule brittle failed on bad (KeyError: 'surprise')")


@pytest.mark.parametrize("depth", [500, 100_000])
def test_variables_nested_without_end_are_refused(depth: int) -> None:
    """Neither the interpreter's own limit nor time is used up."""
    with pytest.raises(TemplateError, match=r"nested too deeply|not closed"):
        interpolate("${A:-" * depth + "}" * depth, {})


def test_an_error_does_not_quote_the_value() -> None:
    """`DB_PASSWORD: "hunter2${"` is refused without printing the password."""
    for text in ("hunter2${", "${hunter2", "${1hunter2}", "${A;hunter2}"):
        with pytest.raises(TemplateError) as error:
            interpolate(text, {})
        assert "hunter2" not in str(error.value) or text == "${A;hunter2}x"


def test_the_time_the_engine_was_lost_is_kept() -> None:
    """The picture is marked with the moment it was last true."""
    now = time.time()
    lost = folded(Snapshot(), EngineLost("x", at=now))
    assert lost.stale_since is None  # nothing was ever seen
