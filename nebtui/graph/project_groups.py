"""The groups of the rails graph that are Compose projects, a row for each service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nebtui.analysis.drift import drift
from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.reachability import declared_of, observed_networks
from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import files_elsewhere, service_keys, tally
from nebtui.analysis.stacks import stack_title
from nebtui.analysis.swarm_verdict import deployed_as
from nebtui.analysis.throughput.summary import SpeedWords, samples_of, words
from nebtui.analysis.verdict import WORDS, Readiness
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.row_facts import with_facts
from nebtui.graph.row_ids import identity
from nebtui.graph.scene import Group, Row

Kept = dict[ProjectKey, tuple[tuple[object, ...], Group]]
"""Of each project: what its group was made of, and the group."""


def project_group(
    snapshot: Snapshot,
    key: ProjectKey,
    notes: Mapping[ServiceKey, str],
    alerts: Mapping[ServiceKey, str],
    said: Mapping[ServiceKey, LogLine],
) -> Group:
    """The group of a project; the one made last while nothing that it is made of has changed: one
    event on a box of a thousand services makes one group anew."""
    keys = service_keys(snapshot, key)
    told = tuple((notes.get(k), alerts.get(k), said.get(k)) for k in keys)
    parts = (*_parts(snapshot, key), keys, told)
    kept = snapshot.derived(_kept)
    known = kept.get(key)
    if known is not None and known[0] == parts:
        return known[1]
    if len(kept) > 2 * len(snapshot.projects):
        kept.clear()  # most of these are gone
    group = _group(snapshot, key, keys, notes, alerts, said)
    kept[key] = (parts, group)
    return group


def _kept(snapshot: Snapshot) -> Kept:
    return {}


def _parts(snapshot: Snapshot, key: ProjectKey) -> tuple[object, ...]:
    """All that the rows of a project are made of, but what is told of its services. Comparing them
    costs nothing while they are the same objects."""
    containers = snapshot.by_project.get(key.name, ())
    by_container = (snapshot.processes, snapshot.histories, snapshot.throughput)
    own = tuple(found.get(c.id) for c in containers for found in by_container)
    shared = (snapshot.engine, snapshot.networks, snapshot.images, snapshot.gpus)
    swarm = snapshot.swarm if deployed_as(snapshot, key) else None
    return (snapshot.projects[key], containers, own, *shared, swarm)


def _group(
    snapshot: Snapshot,
    key: ProjectKey,
    keys: tuple[ServiceKey, ...],
    notes: Mapping[ServiceKey, str],
    alerts: Mapping[ServiceKey, str],
    said: Mapping[ServiceKey, LogLine],
) -> Group:
    project = snapshot.projects[key]
    plain = {
        k: replace(_row(snapshot, k, alerts.get(k, "")), said=_words(said.get(k))) for k in keys
    }
    rows = tuple(
        _noted(row, notes[k], alerts.get(k, "")) if k in notes else row for k, row in plain.items()
    )
    if project.problem and not files_elsewhere(snapshot, key):
        file = project.problem.file.rpartition("/")[2]
        place = f"{file}:{project.problem.line}" if project.problem.line else file
        return Group(identity(key), project.name, f"{place} {project.problem.message}", "bad", rows)
    counted = tally(snapshot, plain)
    if not counted.meant:
        number = f"{len(rows)} service{'' if len(rows) == 1 else 's'}"
        text = f"{number}, {'not started' if snapshot.engine else 'files only'}"
    else:
        text = " · ".join((counted.text, *(part for part, _ in counted.parts)))
    tone = counted.tone if counted.meant else "dim"
    in_swarm = bool(deployed_as(snapshot, key))
    text = f"deployed as {stack_title(key.name)}" if in_swarm else text
    variant = f" · variant {_short_file(project)}" if project.variant else ""
    # The stack's own group has its rows, with their tasks.
    return Group(identity(key), project.name, text + variant, tone, rows, collapsed=in_swarm)


def _words(line: LogLine | None) -> str:
    """A line of a log in short: what it tells, without its time and level."""
    return (entry_of(line.text).message or line.text).strip() if line else ""


def _noted(row: Row, note: str, alert: str) -> Row:
    """The row with what is done to its service, beside what else is wrong with it."""
    told = f"{note} · {alert}" if alert else note
    return replace(row, note=told, note_tone="bad" if alert else "warn", said="")


def _short_file(project: Project) -> str:
    return project.key.files[0].rpartition("/")[2] if project.key.files else ""


def _row(snapshot: Snapshot, key: ServiceKey, alert: str) -> Row:
    verdict = readiness(snapshot, key)
    ids = [c.id for c in snapshot.containers_of(key)]
    speed = words(samples_of(snapshot, key))
    gpus = [
        g.utilization
        for g in snapshot.gpus.values()
        if g.utilization is not None and set(ids) & set(g.containers)
    ]
    declared = declared_of(snapshot, key)
    connected = observed_networks(snapshot, key)
    networks = declared | connected
    note, note_tone = _note(snapshot, key, verdict, alert, speed)
    row = Row(
        id=identity(key),
        name=key.service,
        glyph=WORDS[verdict.word].glyph,
        state=verdict.state,
        tone=WORDS[verdict.word].tone,
        networks=tuple(sorted(networks)),
        degraded=verdict.word == "degraded",
        hollow=declared - connected,
        gpu=float(max(gpus)) if gpus else None,
        rate=speed.rate,
        rate_tone=speed.rate_tone,
        note=note,
        note_tone=note_tone,
    )
    service = snapshot.service(key)
    return with_facts(row, snapshot.containers_of(key), (service and service.image) or "")


def _note(
    snapshot: Snapshot, key: ServiceKey, verdict: Readiness, alert: str, speed: SpeedWords
) -> tuple[str, str]:
    """The one thing worth saying of a service, and its tone: what happens to it now, else what is
    known to be wrong with it, else how fast it is."""
    if verdict.word in ("failed", "degraded", "waiting"):
        return verdict.why, WORDS[verdict.word].tone
    if alert:
        return alert, "bad"
    differs = drift(snapshot, key)
    if differs and differs.certain:
        return f"file ≠ running: {differs.fields[0]}", "warn"
    return speed.note, speed.note_tone
