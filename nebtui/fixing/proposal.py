"""What is asked to be fixed, and what would be done for it, as a person is shown it: no bytes of
files, so that it can be told to another machine."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui.facts.declared import ServiceKey
from nebtui.fixing.checks import NOTHING_PROVED, Proof
from nebtui.fixing.file_change import FileDiff
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Applicability, Finding, Recreate

NOTHING_SAFE = "nothing here can be fixed safely"
"""Why nothing of many would be done."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be fixed, and how."""

    findings: tuple[Finding, ...] = ()
    sandbox: ServiceKey | None = None
    """Mark this service as a sandbox, or take the mark away, instead."""
    many: bool = False
    """Leave out what cannot be fixed; else the one finding is planned, whatever comes of it."""
    to: ServiceKey | None = None
    """Which service is meant, where several answer a name."""
    override: bool = False
    """Put the changes into the override file."""
    unsafe: bool = True
    """Of many, fix those too that may change running behaviour."""
    trials: bool = True
    """Healthchecks may be run in running containers."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A finding that stays, and why."""

    finding: Finding
    reason: str
    unsafe: bool = False
    """It could be fixed, by somebody who accepts that running behaviour may change."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written and done, what was proved of it, what is left."""

    title: str = ""
    findings: tuple[Finding, ...] = ()
    """Those that it mends."""
    applicability: Applicability = "display"
    effect: tuple[str, ...] = ()
    """What it does, in words."""
    fixes: tuple[str, ...] = ()
    """The title of each fix in it."""
    files: tuple[FileDiff, ...] = ()
    networks: tuple[str, ...] = ()
    """Those that are created."""
    recreate: tuple[Recreate, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof = NOTHING_PROVED
    left: tuple[Skipped, ...] = ()
    reason: str = ""
    """Why nothing would be done; "" where something would."""
    owners: tuple[ServiceKey, ...] = ()
    """Services to choose from before the one finding can be planned."""
    digest: str = ""
    """Of everything that would be written; "" where nothing would."""
    newest: int = 0
    """The number of the newest entry of the journal when it was planned."""

    @property
    def mended(self) -> tuple[str, ...]:
        """The findings in words: `RULE PROJECT/SERVICE`."""
        return mended(self.findings)

    @property
    def writable(self) -> bool:
        """There is something to write, and it is proved."""
        return bool(self.digest) and self.proof.proved


def mended(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Findings in words, as the journal keeps them."""
    return tuple(f"{f.rule} {f.at or f.project or ''}" for f in findings)
