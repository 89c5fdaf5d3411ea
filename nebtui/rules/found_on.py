"""A finding, and the box it was found on."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Finding


@dataclass(frozen=True, slots=True)
class FoundOn:
    """`box`: as `--host` named it among several, "" where only one is looked at. `here`: the files
    of its project are on this machine's disk."""

    box: str
    finding: Finding
    here: bool = True

    @property
    def whose(self) -> str:
        """The service, else the project, behind the name of its box."""
        who = str(self.finding.at or self.finding.project or "")
        return f"{self.box}: {who}" if self.box else who
