"""The JSON of `check`, `status` and `graph`; its shape is a contract (`report.contract`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nebtui.analysis.services import (
    network_members,
    out_of_memory,
    projects,
    service_keys,
)
from nebtui.facts.crossing import Crossing
from nebtui.facts.observed import Container
from nebtui.facts.project import Problem, Project
from nebtui.facts.snapshot import Snapshot
from nebtui.report.contract.box import (
    EngineJson,
    StatusesJson,
    StatusJson,
)
from nebtui.report.contract.containers import LooseContainerJson
from nebtui.report.contract.crossings import CrossingJson
from nebtui.report.contract.findings import CheckJson, ChecksJson, FindingJson
from nebtui.report.contract.network_graph import EdgeJson, GraphJson, GraphsJson
from nebtui.report.edges import ServiceEdge, service_edges
from nebtui.report.gpu_output import device
from nebtui.report.service_output import service_json
from nebtui.report.stacks_output import port_json, swarm_json
from nebtui.rules.rule import Finding


def check(
    projects: Collection[Project],
    findings: Iterable[Finding],
    errors: Iterable[Problem],
    outside: Iterable[Container] = (),
    host: str | None = None,
) -> CheckJson:
    """`check --format json` of the projects looked at; `outside`: containers of no project, which
    are named and not judged; `host`: as `--host` named the box."""
    return {
        "version": 1,
        "projects": len(projects),
        "services": sum(len(p.services) for p in projects),
        "findings": [_finding(finding) for finding in findings],
        "errors": [{"file": e.file, "line": e.line or None, "message": e.message} for e in errors],
        "outside": [_outside(container) for container in outside],
        "host": host,
    }


def _outside(container: Container) -> LooseContainerJson:
    return {
        "name": container.name,
        "image": container.image,
        "state": container.state,
        "health": container.health,
        "networks": list(container.networks),
        "ports": [port_json(p) for p in container.ports],
    }


def _finding(finding: Finding) -> FindingJson:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "project": finding.project.name if finding.project else None,
        "service": finding.service,
        "file": finding.origin.file if finding.origin else None,
        "line": finding.origin.line if finding.origin else None,
        "message": finding.message,
        "evidence": list(finding.evidence),
        "applicability": finding.applicability,
        "fix": finding.fix,
        "place": finding.place,
        "also": [str(key) for key in finding.also],
    }


def status(
    snapshot: Snapshot,
    outside: Iterable[Container] = (),
    now: float | None = None,
    host: str | None = None,
    *,
    whole: bool = True,
) -> StatusJson:
    """`status --format json`; `outside`: containers of no project; `now` in Unix seconds, for the
    uptimes (None = they are not told); `host`: as `--host` named the box; `whole`: with what no
    project made, the swarm."""
    killed = frozenset(out_of_memory(snapshot))
    return {
        "version": 1,
        "host": host,
        "problem": snapshot.engine_problem or None,
        "engine": _engine(snapshot),
        "gpus": [device(snapshot, gpu) for gpu in snapshot.gpus.values()],
        "projects": [
            {
                "name": key.name,
                "files": list(key.files),
                "sources": sorted(snapshot.projects[key].sources),
                "view": snapshot.projects[key].view,
                "problem": _problem(
                    snapshot.projects[key].problem or snapshot.projects[key].warning
                ),
                "services": [
                    service_json(snapshot, k, killed, now) for k in service_keys(snapshot, key)
                ],
            }
            for key in projects(snapshot)
        ],
        "swarm": swarm_json(snapshot) if whole else None,
        "outside": [_outside(container) for container in outside],
    }


def _engine(snapshot: Snapshot) -> EngineJson | None:
    engine = snapshot.engine
    if engine is None:
        return None
    return {
        "name": engine.name,
        "version": engine.version,
        "api_version": engine.api_version,
        "endpoint": engine.endpoint,
        "problem": snapshot.engine_problem or None,
    }


def _problem(problem: Problem | None) -> str | None:
    return (
        f"{problem.file}{f':{problem.line}' if problem.line else ''}: {problem.message}"
        if problem
        else None
    )


def crossing_json(one: Crossing) -> CrossingJson:
    """What a service of one box needs of another."""
    return {
        "from": f"{one.box} {one.source}",
        "host": one.host,
        "port": one.port,
        "box": one.other,
        "target": str(one.target) if one.target else None,
        "answer": one.answer,
        "message": one.told,
    }


def _crossings(found: Iterable[Crossing]) -> list[CrossingJson]:
    return [crossing_json(one) for one in found]


def statuses(rows: list[StatusJson], found: Iterable[Crossing]) -> StatusesJson:
    """`status --format json` of several boxes."""
    return {"version": 1, "hosts": rows, "crossings": _crossings(found)}


def checks(rows: list[CheckJson], found: Iterable[Crossing]) -> ChecksJson:
    """`check --format json` of several boxes."""
    return {"version": 1, "hosts": rows, "crossings": _crossings(found)}


def graphs(rows: list[GraphJson], found: Iterable[Crossing]) -> GraphsJson:
    """`graph --format json` of several boxes."""
    return {"version": 1, "hosts": rows, "crossings": _crossings(found)}


def graph(snapshot: Snapshot, host: str | None = None, *, whole: bool = True) -> GraphJson:
    """`graph --format json`; `host`: as `--host` named the box; `whole`: with the stacks of
    Swarm."""
    return {
        "version": 1,
        "networks": [
            {"name": name, "external": external, "members": [str(k) for k in members]}
            for name, (external, members) in network_members(snapshot).items()
        ],
        "edges": [_edge(edge) for edge in service_edges(snapshot)],
        "swarm": swarm_json(snapshot) if whole else None,
        "host": host,
    }


def _edge(edge: ServiceEdge) -> EdgeJson:
    return {
        "from": str(edge.source),
        "to": str(edge.target),
        "kind": edge.kind,
        "gate": edge.gate,
        "reachable": edge.reachable,
    }
