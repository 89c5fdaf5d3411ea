"""A box with what was found on it, for `check` to print."""

from __future__ import annotations

from argparse import Namespace

from nebtui.cli.common import problems, status_of, strangers, visible
from nebtui.facts.declared import ProjectKey
from nebtui.facts.observed import Container
from nebtui.facts.project import Problem, Project
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.light_dataclass import dataclass
from nebtui.rules.found_on import FoundOn
from nebtui.rules.rule import Finding, FindingKey
from nebtui.settings import Settings


@dataclass(frozen=True, slots=True)
class JudgedBox:
    """`name`: "" where only one is looked at. `found`: what the options left of the findings."""

    name: str
    snapshot: Snapshot
    keys: tuple[ProjectKey, ...]
    found: list[FoundOn]
    failures: tuple[str, ...]
    host: Host
    settings: Settings
    arguments: Namespace

    @property
    def projects(self) -> list[Project]:
        """Those that were looked at."""
        return [self.snapshot.projects[key] for key in self.keys]

    @property
    def outside(self) -> tuple[Container, ...]:
        """The containers of no project, where the whole box was asked for."""
        return strangers(self.snapshot, self.arguments)

    @property
    def wrong(self) -> tuple[Problem, ...]:
        """The files that cannot be used."""
        return problems(self.snapshot, self.keys, self.arguments)

    @property
    def shown(self) -> list[Finding]:
        """The findings to be printed."""
        return visible([one.finding for one in self.found], self.arguments)

    @property
    def placed(self) -> list[FoundOn]:
        """The same with their box."""
        keys: set[FindingKey] = {finding.key for finding in self.shown}
        return [one for one in self.found if one.finding.key in keys]

    @property
    def status(self) -> int:
        """The exit status that its findings ask for."""
        return status_of([one.finding for one in self.found], self.arguments.fail_on)
