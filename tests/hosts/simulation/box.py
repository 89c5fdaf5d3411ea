"""A simulated host on a clock that the test moves, and what can be seen of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nebtui import rules
from nebtui.action import Up
from nebtui.analysis.readiness import readiness
from nebtui.demo import box
from nebtui.facts.changes import Change, Sampled
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing import watch, writing
from nebtui.fixing.batch import plan_all
from nebtui.fixing.patch import Patch
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry
from nebtui.rules.rule import Finding, Options
from nebtui.store import fold
from tests.clock import HandClock

START = 1_780_000_000.0
RACED = 45.0
"""Seconds after which a start that one sees is over."""

SCRIPTED = frozenset(
    {
        "isolated-networks",
        "ambiguous-name",
        "missing-network",
        "missing-host-gateway",
        "foreign-user",
        "ungated-dependency",
        "missing-healthcheck",
        "open-sandbox",
    }
)
"""The rules whose findings the demo's scripts are made for; what others say of its files is their
tests' matter."""


class Watching:
    """A host on a hand-moved clock, and the snapshot that its changes give."""

    def __init__(self, scenario: str, folder: Path, seed: int = 7, *, raced: bool = True) -> None:
        """`raced`: a scenario whose start one sees has had the time for it."""
        self.clock = HandClock(START)
        self.host = SimulatedHost(scenario, str(folder / "box"), seed, clock=self.clock)
        self.stream: Iterator[Change] = self.host.changes()
        self.snapshot = Snapshot()
        self.seen: list[Change] = []
        self.journal = Journal(str(folder / "state"))
        while not self.snapshot.settled:
            self._next()
        if box().scenarios[scenario].starts_in is not None and raced:
            self.wait(RACED)

    def _next(self) -> Change:
        change = next(self.stream)
        self.seen.append(change)
        self.snapshot = fold(self.snapshot, change)
        return change

    def wait(self, seconds: float) -> None:
        """Let whole seconds pass: the reading of the last one ends the round."""
        self.clock.advance(seconds)
        while not (isinstance(change := self._next(), Sampled) and change.at >= self.clock.now()):
            pass

    def key(self, place: str) -> ServiceKey:
        """The service of that `project/service`."""
        return next(key for key, _ in self.snapshot.services() if str(key) == place)

    def container(self, place: str) -> Container:
        """Its container."""
        return self.snapshot.containers_of(self.key(place))[0]

    def word(self, place: str) -> str:
        """Its readiness."""
        return readiness(self.snapshot, self.key(place)).word

    def findings(self) -> tuple[Finding, ...]:
        """What the rules say that the demo is made for."""
        return tuple(f for f in rules.find(self.snapshot) if f.rule in SCRIPTED)

    def fix(self, rule: str, place: str) -> tuple[Patch, Entry]:
        """Plan, prove and write the fix of one finding."""
        wanted = [f for f in self.findings() if (f.rule, str(f.at)) == (rule, place)]
        planned = plan_all(self.snapshot, wanted, Options(), self.host, unsafe=True)
        assert planned.patch is not None, planned.left
        return planned.patch, writing.write(planned.patch, self.host, self.journal, self.host.now)

    def up(self, patch: Patch) -> list[str]:
        """Bring up what a patch names."""
        lines: list[str] = []
        for recreate in patch.recreate:
            progress = list(self.host.do(Up(recreate.project, recreate.services, recreate.force)))
            assert progress[-1].done
            assert progress[-1].exit_code == 0
            lines += [line.text for line in progress]
        return lines

    def verdict(self, patch: Patch, entry: Entry) -> watch.Verdict:
        """What of a written patch is seen."""
        return watch.verdict(
            self.snapshot, watch.Watched(patch, entry.time, entry.number), self.host.now()
        )

    def found(self) -> set[tuple[str, str]]:
        """The findings as (rule, project/service)."""
        return {(f.rule, str(f.at)) for f in self.findings()}
