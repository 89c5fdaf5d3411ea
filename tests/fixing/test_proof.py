"""What a patch may bring: nothing as bad as what it mends."""

from __future__ import annotations

import pytest

from nebtui import rules
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing import proof
from nebtui.fixing.patch import Patch
from nebtui.rules.rule import Finding, Severity


def found(rule: str, severity: Severity) -> Finding:
    return Finding(rule, severity, None, "web", "", "is wrong", (), "safe")


@pytest.mark.parametrize(
    ("mended", "brought", "proved", "told"),
    [
        ("error", None, True, "finding gone, none new"),
        ("error", "warning", True, "then seen, other: web is wrong"),
        ("error", "error", False, "it would bring other"),
        ("warning", "warning", False, "it would bring other"),
        ("advice", "warning", False, "it would bring other"),
        ("warning", "advice", True, "finding gone, none new"),
    ],
)
def test_nothing_as_bad_is_new(
    monkeypatch: pytest.MonkeyPatch,
    mended: Severity,
    brought: Severity | None,
    proved: bool,
    told: str,
) -> None:
    """A lesser finding that comes to light is told and does not stop the fix; an equal one does."""
    before, after = Snapshot(), Snapshot()
    first = found("this", mended)
    later = {id(before): (first,), id(after): (found("other", brought),) if brought else ()}
    monkeypatch.setattr(rules, "find", lambda snapshot: later[id(snapshot)])
    check = proof._findings(before, after, Patch("t", (first,), "safe", ()))
    assert check.ok is proved
    assert told in check.message


def test_a_finding_that_stays_is_not_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding itself has to be gone."""
    first = found("this", "error")
    monkeypatch.setattr(rules, "find", lambda snapshot: (first,))
    check = proof._findings(Snapshot(), Snapshot(), Patch("t", (first,), "safe", ()))
    assert (check.ok, "would stay" in check.message) == (False, True)
