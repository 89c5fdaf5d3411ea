"""Findings drawn at random from real files, to be judged by hand: `python -m tests.bench.judge
FOLDER [--number 60] [--seed 1]`.

Stratified by rule: each rule gives its share, at least two. Each finding is printed with its file's
lines around it, and, where a fix is offered, with its diff.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from pathlib import Path

from nebtui import rules
from nebtui.compose import model
from nebtui.compose.discovery import search
from nebtui.facts.changes import ProjectSeen, Settled
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.batch import plan_one
from nebtui.fixing.file_change import diff
from nebtui.rules.rule import Finding, Options
from nebtui.store import fold
from tests.fakes import FakeHost

ENVIRON = {"HOME": "/home/somebody", "USER": "somebody", "PATH": "/usr/bin"}
"""What every shell has."""


def box(folder: str) -> Snapshot:
    """The projects of a folder as files alone tell them."""
    snapshot = Snapshot()
    for candidate in search.search((folder,), depth=None, environ={}):
        snapshot = fold(snapshot, ProjectSeen(model.read_only(candidate, ENVIRON)))
    return fold(snapshot, Settled())


def drawn(found: tuple[Finding, ...], number: int, seed: int) -> list[Finding]:
    """So many findings, each rule with its share and at least two."""
    chance = random.Random(seed)
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_rule[finding.rule].append(finding)
    result: list[Finding] = []
    for _, many in sorted(by_rule.items()):
        share = max(2, round(number * len(many) / len(found)))
        result += chance.sample(many, min(share, len(many)))
    return result[:number] if len(result) > number * 1.2 else result


def show(snapshot: Snapshot, finding: Finding, number: int) -> None:
    """One finding with all that a judge needs."""
    print(
        f"\n=== {number}. {finding.severity} {finding.rule} {finding.at} ({finding.applicability})"
    )
    print(f"    {finding.message}")
    for line in finding.evidence:
        print(f"    - {line}")
    if finding.also:
        print(f"    also {', '.join(map(str, finding.also[:8]))}")
    print(f"    fix: {finding.fix}")
    if finding.origin:
        lines = Path(finding.origin.file).read_text(errors="replace").splitlines()
        first = max(0, finding.origin.line - 12)
        print(f"    {finding.origin}")
        for at, text in enumerate(lines[first : finding.origin.line + 14], first + 1):
            print(f"    {'>' if at == finding.origin.line else ' '}{at:5} {text}")
    if finding.applicability != "display":
        planned = plan_one(snapshot, finding, Options(), FakeHost(snapshot))
        print(f"    plan: {planned.reason or planned.proof.failure or 'proved'}")
        for line in diff(planned.patch.files, lambda path: path) if planned.patch else ():
            print(f"    {line}")


def main() -> None:
    """Draw and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--number", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    snapshot = box(arguments.folder)
    found = rules.find(snapshot)
    print(f"{len(snapshot.projects)} projects, {len(found)} findings")
    for rule, number in Counter(f.rule for f in found).most_common():
        print(f"  {number:5} {rule}")
    for number, finding in enumerate(drawn(found, arguments.number, arguments.seed), 1):
        show(snapshot, finding, number)


if __name__ == "__main__":
    main()
