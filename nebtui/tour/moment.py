"""What the conditions of a tour are asked of: where the person is, what was done, and the box."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Finding

DeedKind = Literal["written", "seen", "undone"]


@dataclass(frozen=True, slots=True)
class Deed:
    """A patch that was written, was seen to work, or was taken back in this run."""

    kind: DeedKind
    findings: tuple[str, ...]
    """What it mends: `RULE PROJECT/SERVICE` each, as the journal has it."""


@dataclass(frozen=True, slots=True)
class TourMoment:
    """One look over the person's shoulder."""

    snapshot: Snapshot = field(default_factory=Snapshot)
    findings: tuple[Finding, ...] = ()
    judged: bool = False
    """The findings are those of this snapshot."""
    selected: str = ""
    """`PROJECT/SERVICE`, `PROJECT`, or "" for the whole box."""
    screen: str = "home"
    tab: str = "why"
    log_of: frozenset[str] = frozenset()
    """The services whose log is on screen."""
    filter: str = ""
    deeds: tuple[Deed, ...] = ()
    """All of this run, oldest first."""
    before: int = 0
    """How many of them there were when the step began."""
    commands: tuple[str, ...] = ()
    """What the host was asked to do since the step began, as a person would type it."""
    locked: Literal["", "for now", "for good"] = ""
    """Whether nothing can be changed, and whether a key would change that."""
    now: float = 0.0
    began: float = 0.0
    """When the step began; both in Unix seconds of the box."""

    def key(self, name: str) -> ServiceKey | ProjectKey | None:
        """What `PROJECT/SERVICE` or `PROJECT` names on this box; None where it is not there."""
        project, _, service = name.partition("/")
        for key, found in self.snapshot.projects.items():
            if key.name == project and (not service or service in found.services):
                return ServiceKey(key, service) if service else key
        return None
