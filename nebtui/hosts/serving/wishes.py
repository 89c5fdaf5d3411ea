"""What is to be fixed, asked from elsewhere, as this box itself finds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nebtui import rules
from nebtui.analysis.fleet import supposed
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.proposal import Proposal, Wish
from nebtui.hosts.remote.fix_lines import ProposalLine, SkippedLine, WishLine, proposal_line
from nebtui.hosts.serving.wanted import RefusedError, ToldBox
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Finding, FindingKey
from nebtui.rules.unreachable_box_service import called_port

GONE = "the nebtui there does not find it, or not any more"


@dataclass(frozen=True, slots=True)
class FoundWish:
    """A wish on this box. `places`: of its findings among those that were asked for; `gone`: the
    places of those that are not found."""

    wish: Wish
    places: Mapping[FindingKey, int]
    gone: tuple[int, ...]

    def answered(self, proposal: Proposal) -> ProposalLine:
        """A proposal for it as it is answered."""
        line = proposal_line(proposal, self.places)
        missing = tuple(SkippedLine(place, GONE) for place in self.gone)
        return replace(line, left=(*line.left, *missing))


def asked_picture(line: WishLine, told: ToldBox) -> Snapshot:
    """This box as it is, with the calls of other boxes that the findings asked for are about: only
    who looks at both boxes sees those. That it is so here is found out here."""
    calls = (called_port(key) for key in line.findings)
    ports = [(found, call[1]) for call in calls if call and (found := _here(call[0], told))]
    return supposed(told.snapshot, ports) if ports else told.snapshot


def _here(key: ServiceKey, told: ToldBox) -> ServiceKey | None:
    try:
        return told.service(key)
    except RefusedError:
        return None


def found_wish(line: WishLine, told: ToldBox, picture: Snapshot) -> FoundWish:
    """What is asked for, by what is found on the picture of this box; RefusedError where that is
    none of it."""
    wish = Wish(
        (),
        told.service(line.sandbox) if line.sandbox else None,
        line.many,
        told.service(line.to) if line.to else None,
        *(line.override, line.unsafe, line.trials),
    )
    if wish.sandbox is not None:
        return FoundWish(wish, {}, ())
    by_name = _found(line, told, picture)
    found = {place: by_name.get(key) for place, key in enumerate(line.findings)}
    kept = {place: finding for place, finding in found.items() if finding is not None}
    gone = tuple(place for place in found if place not in kept)
    if not kept or (not line.many and len(found) != 1):
        raise RefusedError(f"Nothing can be fixed: {GONE}.")
    places = {finding.key: place for place, finding in kept.items()}
    return FoundWish(replace(wish, findings=tuple(kept.values())), places, gone)


def _found(line: WishLine, told: ToldBox, picture: Snapshot) -> dict[FindingKey, Finding | None]:
    """The findings of the rules that are named, by every key under which they can have been told;
    None where two could be meant."""
    named = {key.rule for key in line.findings}
    among = tuple(rule for rule in rules.every() if rule.name in named)
    result: dict[FindingKey, Finding | None] = {}
    for finding in rules.examine(picture, among=among).findings:
        for key in _told_keys(finding, told):
            known = result.setdefault(key, finding)
            if known is None or known.key != finding.key:
                result[key] = None
    return result


def _told_keys(finding: Finding, told: ToldBox) -> set[FindingKey]:
    """What was told hides home folders and secrets, also in what a finding is about."""
    project = told.told(finding.project) if finding.project else None
    service = told.name(finding.service) if finding.service else finding.service
    subject = finding.subject
    return {
        FindingKey(finding.rule, project, service, one)
        for one in (subject, told.name(subject), told.sentence(subject))
    }
