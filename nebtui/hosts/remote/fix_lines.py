"""What is asked and answered about fixes, as it stands on a line between two nebtui.

    {"id": 3, "plan": {wish}}                   {"id": 3, "plan": {proposal}}
    {"id": 4, "write": {wish}, "digest": "…"}   {"id": 4, "written": {entry}}
    {"id": 5, "journal": true}                  {"id": 5, "journal": {"entries": […], …}}
    {"id": 6, "undoing": 12}                    {"id": 6, "undoing": {"files": […], …}}
    {"id": 7, "undo": 12}                       {"id": 7, "undone": [sentence, …]}
    {"id": 8, "recover": true}                  {"id": 8, "recovered": [sentence, …]}

Each may be answered with {"id": …, "error": sentence} instead. A wish names findings by their keys
and services, as they were told, and nothing else: no path, no text to be written. A proposal names
the findings by their places in the wish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from nebtui.facts.codec import decode_fact, encode_fact
from nebtui.facts.declared import ServiceKey
from nebtui.fixing.checks import Check, Proof
from nebtui.fixing.file_change import FileDiff
from nebtui.fixing.proposal import Proposal, Skipped, Wish
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Applicability, Finding, FindingKey, Recreate

VERBS = ("plan", "write", "journal", "undoing", "undo", "recover")
FIX = "fix"
"""The feature of a far side that answers them."""
FIX_CALLED = "fix called"
"""And that mends what only other boxes call, which it does not see itself."""
MOST_FINDINGS, LONGEST_WISH = 1_000, 900_000
"""Findings, and bytes, of one wish."""
MOST_ITEMS, MOST_TEXT = 20_000, 10_000
"""Items of one list and characters of one text; a diff that has more is read where the file is."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WishLine:
    """A wish as it is asked for."""

    findings: tuple[FindingKey, ...] = ()
    sandbox: ServiceKey | None = None
    many: bool = False
    to: ServiceKey | None = None
    override: bool = False
    unsafe: bool = True
    trials: bool = True


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A finding that stays, by its place in the wish."""

    finding: int
    reason: str
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal as it is answered."""

    title: str = ""
    findings: tuple[int, ...] = ()
    applicability: Applicability = "display"
    effect: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    files: tuple[FileDiff, ...] = ()
    networks: tuple[str, ...] = ()
    recreate: tuple[Recreate, ...] = ()
    notes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    left: tuple[SkippedLine, ...] = ()
    reason: str = ""
    owners: tuple[ServiceKey, ...] = ()
    digest: str = ""
    newest: int = 0


def wish_line(wish: Wish) -> dict[str, Any]:
    """A wish as it is asked for."""
    line = WishLine(
        tuple(finding.key for finding in wish.findings),
        *(wish.sandbox, wish.many, wish.to, wish.override, wish.unsafe, wish.trials),
    )
    return encode_fact(line)


def read_wish(data: object) -> WishLine | None:
    """What is asked for; None where it is none, or holds what is not known: a newer nebtui may mean
    another thing with it."""
    if not isinstance(data, dict) or data.keys() - {field.name for field in fields(WishLine)}:
        return None
    line = decode_fact(WishLine, data)
    return line if line and len(line.findings) <= MOST_FINDINGS else None


def proposal_line(proposal: Proposal, places: Mapping[FindingKey, int]) -> ProposalLine:
    """A proposal as it is answered. `places`: of the findings in the wish."""
    left = (
        SkippedLine(places[one.finding.key], one.reason, one.unsafe)
        for one in proposal.left
        if one.finding.key in places
    )
    return ProposalLine(
        proposal.title,
        tuple(places[one.key] for one in proposal.findings if one.key in places),
        proposal.applicability,
        proposal.effect,
        proposal.fixes,
        proposal.files,
        proposal.networks,
        proposal.recreate,
        proposal.notes,
        proposal.proof.checks,
        tuple(left),
        proposal.reason,
        proposal.owners,
        proposal.digest,
        proposal.newest,
    )


def read_proposal(data: object, findings: tuple[Finding, ...]) -> Proposal | None:
    """The proposal for a wish with these findings; None where the answer is none."""
    line = read_answer(ProposalLine, data)
    if line is None:
        return None
    left = (one.finding for one in line.left)
    if any(not 0 <= place < len(findings) for place in (*line.findings, *left)):
        return None
    return Proposal(
        line.title,
        tuple(findings[place] for place in line.findings),
        line.applicability,
        line.effect,
        line.fixes,
        line.files,
        line.networks,
        line.recreate,
        line.notes,
        Proof(line.checks),
        tuple(Skipped(findings[one.finding], one.reason, one.unsafe) for one in line.left),
        line.reason,
        line.owners,
        line.digest,
        line.newest,
    )


def read_answer(kind: type[T], data: object) -> T | None:
    """An answer of some class; None where it is none, or more than anybody could look at."""
    return decode_fact(kind, data) if fits(data) else None


def read_sentences(data: object) -> tuple[str, ...] | None:
    """Sentences; None where the answer is none."""
    if not isinstance(data, list) or not fits(data):
        return None
    return tuple(data) if all(isinstance(one, str) for one in data) else None


def fits(data: object) -> bool:
    """Whether a person could look at it: no endless list, no endless text."""
    waiting = [data]
    items = 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and len(one) > MOST_TEXT:
            return False
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
            items += len(one)
        if items > MOST_ITEMS:
            return False
    return True
