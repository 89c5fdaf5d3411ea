"""Every case of tests/cases: findings with place and safety, files after the fix, and what no fix
may break."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nebtui import rules
from nebtui.compose.yaml.composer import documents
from nebtui.compose.yaml.values import to_data, unwrapped
from nebtui.fixing.batch import plan_all
from nebtui.fixing.patch import Draft
from nebtui.fixing.proof import apply_on_paper
from nebtui.rules.rule import Finding, Options
from nebtui.rules.table import RULES
from tests.fakes import FakeHost
from tests.rules import cases

CASES = list(cases.load())


def data_of(text: str) -> Any:
    """Plain data of a one-document text."""
    (root,) = documents(text)
    return unwrapped(to_data(root))


def told(finding: Finding, folder: Path) -> str:
    """A finding as the pages write it."""
    place = (
        f"{Path(finding.origin.file).relative_to(folder)}:{finding.origin.line}"
        if finding.origin
        else "-"
    )
    return (
        f"{finding.severity} {finding.rule} {finding.at or finding.project or '-'} {place} "
        f"{finding.applicability}"
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_findings(case: cases.Case, tmp_path: Path) -> None:
    """A page's box has exactly the findings the page lists, and none of other rules than it
    lists."""
    snapshot = cases.snapshot(case, tmp_path)
    listed = {line.split()[1] for line in case.findings} | {case.rule}
    found = [told(f, tmp_path) for f in rules.find(snapshot) if f.rule in listed]
    assert sorted(found) == sorted(case.findings)


@pytest.mark.parametrize("case", [c for c in CASES if c.after], ids=str)
def test_fix(case: cases.Case, tmp_path: Path) -> None:
    """Fixing the page's rule gives the files the page shows, touches no other, and a second run
    changes nothing."""
    snapshot = cases.snapshot(case, tmp_path)
    host = FakeHost(snapshot)
    found = [f for f in rules.find(snapshot) if f.rule == case.rule]
    planned = plan_all(snapshot, found, Options(), host, unsafe=True)
    assert planned.patch is not None, planned.left
    after = {
        str(Path(c.path).relative_to(tmp_path)): (c.after or b"").decode()
        for c in planned.patch.files
    }
    assert after == case.after
    paper = apply_on_paper(Draft(snapshot), planned.patch, host)
    again = plan_all(
        paper.snapshot,
        [f for f in rules.find(paper.snapshot) if f.rule == case.rule],
        Options(),
        host,
    )
    assert again.patch is None


@pytest.mark.parametrize("case", [c for c in CASES if c.after], ids=str)
def test_only_the_meant_service_changes(case: cases.Case, tmp_path: Path) -> None:
    """A fix leaves every service that it does not name with the same meaning."""
    snapshot = cases.snapshot(case, tmp_path)
    planned = plan_all(
        snapshot,
        [f for f in rules.find(snapshot) if f.rule == case.rule],
        Options(),
        FakeHost(snapshot),
        unsafe=True,
    )
    assert planned.patch is not None
    named = {name for r in planned.patch.recreate for name in r.services}
    for name, text in case.after.items():
        if name not in case.files or not name.endswith((".yaml", ".yml")):
            continue
        before, after = data_of(case.files[name])["services"], data_of(text)["services"]
        assert {k: v for k, v in before.items() if k not in named} == {
            k: v for k, v in after.items() if k not in named
        }


def test_every_rule_has_a_page() -> None:
    """Each rule has its page of cases, with a case where it is silent."""
    pages = {case.rule for case in CASES}
    assert pages == {rule.name for rule in RULES}
    silent = {case.rule for case in CASES if not any(case.rule in line for line in case.findings)}
    assert silent == pages
