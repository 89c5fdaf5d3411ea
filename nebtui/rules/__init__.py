"""The findings of a snapshot in the order a person should see them. The rules themselves
(`rules.table`) are loaded by the first question: a tenth of a second that the first paint does not
wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nebtui.facts.declared import ServiceKey
from nebtui.facts.empty import empty
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.rules.guarded import examined
from nebtui.rules.in_swarm import told_for_swarm
from nebtui.rules.rule import SEVERITIES, UNGATED, Finding, Rule

if TYPE_CHECKING:
    from nebtui.rules.installed import InstalledRules


def every() -> tuple[Rule, ...]:
    """nebtui's rules, then those of other packages."""
    from nebtui.rules.table import RULES

    return (*RULES, *_others().rules)


def _others() -> InstalledRules:
    from nebtui.rules.installed import installed
    from nebtui.rules.table import RULES

    return installed(frozenset(rule.name for rule in RULES))


def rule(name: str) -> Rule:
    """The rule of a name; KeyError if there is none."""
    return {r.name: r for r in every()}[name]


@dataclass(frozen=True, slots=True)
class Examination:
    """What the rules find, and which of them failed where, one sentence each."""

    findings: tuple[Finding, ...] = ()
    failures: tuple[str, ...] = ()


def find(snapshot: Snapshot, allow: Iterable[str] = ()) -> tuple[Finding, ...]:
    """All findings, worst first, then those that block most services. `allow`: rules the settings
    switch off."""
    return examine(snapshot, allow).findings


def examine(
    snapshot: Snapshot, allow: Iterable[str] = (), among: Iterable[Rule] | None = None
) -> Examination:
    """The findings in order, and the rules that failed: a mistake in one of them costs its findings
    where it fails, and no others. `among` None = all, with those that could not be loaded."""
    off = frozenset(allow)
    rules = tuple(one for one in (every() if among is None else among) if one.name not in off)
    findings, failures = _all(rules, snapshot)
    failures += _others().failures if among is None else ()
    if snapshot.containers:
        of_files, more = _all(rules, files_only(snapshot))
        from nebtui.rules.places import placed

        findings, failures = placed(snapshot, findings, of_files), [*failures, *more]
    meant = told_for_swarm(snapshot, findings)
    kept = (f for f in meant if not _allowed(snapshot, f))
    return Examination(tuple(sorted(grouped(kept), key=_order)), tuple(dict.fromkeys(failures)))


def files_only(snapshot: Snapshot) -> Snapshot:
    """The box without what runs: what a look at the files finds, with images and networks as they
    are. The same snapshot as long as neither changes."""
    return snapshot.derived(_without_containers, snapshot.projects, snapshot.images,
                            snapshot.networks, snapshot.paths, snapshot.engine,
                            snapshot.swarm, snapshot.outgoing, snapshot.incoming)  # fmt: skip


def _without_containers(snapshot: Snapshot) -> Snapshot:
    nothing: Mapping[Any, Any] = empty()
    return replace(
        snapshot,
        containers=nothing,
        processes=nothing,
        histories=nothing,
        samples=nothing,
        throughput=nothing,
        gpu_access=nothing,
        host_ports=None,
        _memo={},
    )


def _all(rules: Iterable[Rule], snapshot: Snapshot) -> tuple[list[Finding], list[str]]:
    findings: list[Finding] = []
    failures: list[str] = []
    for one in rules:
        found, failed = examined(one, snapshot)
        findings += found
        failures += failed
    return findings, failures


def grouped(findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding for each cause and line: services that have it through one line (an anchor, a
    merged map, a file that several projects include) stand in the first one's `also`."""
    lines: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        place = finding.origin if finding.origin is not None else finding.key
        lines.setdefault((finding.rule, place, finding.subject, finding.place), []).append(finding)
    for first, *others in lines.values():
        named = [
            *first.also,
            *(at for f in others if (at := f.at)),
            *(k for f in others for k in f.also),
        ]
        also = tuple({str(key): key for key in named if str(key) != str(first.at)}.values())
        yield replace(first, also=also) if also else first


def races(found: Iterable[Finding]) -> tuple[tuple[ServiceKey, str], ...]:
    """(service, dependency) of every start that waits for nothing, for the graph."""
    return tuple((f.at, f.subject) for f in found if f.rule == UNGATED and f.at)


def alerts(found: Iterable[Finding]) -> dict[ServiceKey, str]:
    """The worst error of each service that has one, in its own words, for its row in the graph."""
    text: dict[ServiceKey, str] = {}
    for finding in found:
        if finding.severity == "error" and finding.at:
            text.setdefault(finding.at, finding.message)
    return text


def _order(finding: Finding) -> tuple[int, int, str, str, str, str]:
    project = finding.project.name if finding.project else ""
    return (
        SEVERITIES.index(finding.severity),
        -finding.blocks,
        project,
        finding.service or "",
        finding.rule,
        finding.subject,
    )


def _allowed(snapshot: Snapshot, finding: Finding) -> bool:
    """True if a `# nebtui: allow RULE` comment stands on, or directly above, the line of the
    finding or its service."""
    project = snapshot.projects.get(finding.project) if finding.project else None
    if project is None or not project.allows:
        return False
    mine = (allow for allow in project.allows if allow.rule == finding.rule)
    return any(_covers(project, allow.file, allow.line, finding) for allow in mine)


def _covers(project: Project, file: str, line: int, finding: Finding) -> bool:
    service = project.services.get(finding.service or "")
    origins = [finding.origin, service.origin() if service else None]
    return any(o is not None and o.file == file and o.line in (line, line + 1) for o in origins)
