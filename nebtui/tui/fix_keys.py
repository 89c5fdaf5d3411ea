"""Which finding a fixing key means."""

from __future__ import annotations

from collections.abc import Iterable

from nebtui import rules
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.rules.rule import Finding

_ORDER = {"safe": 0, "unsafe": 1, "display": 2}


def mended_by(
    key: str, findings: Iterable[Finding], selected: ServiceKey | ProjectKey | None
) -> list[Finding]:
    """The findings that a key mends: the selection's own first, then the safest."""
    mine = [f for f in findings if rules.rule(f.rule).key == key]
    return sorted(mine, key=lambda f: (f.at != selected, _ORDER[f.applicability]))


def nothing_for(
    key: str, findings: Iterable[Finding], selected: ServiceKey | ProjectKey | None
) -> str:
    """That a key mends nothing here, and where on the box it would."""
    place = elsewhere(key, findings)
    hint = f"; {place} has: enter goes there" if place else ""
    return f"{selected or 'this box'} has nothing that {key} would fix{hint}"


def elsewhere(key: str, findings: Iterable[Finding]) -> ServiceKey | ProjectKey | None:
    """Whose finding on the box a key would mend, None where there is none."""
    others = mended_by(key, findings, None)
    return (others[0].at or others[0].project) if others else None
