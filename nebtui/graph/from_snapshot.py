"""From a snapshot to the model of the rails graph: groups, rows with their verdicts, edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nebtui.analysis.drift import drift
from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.reachability import (
    Names,
    Resolution,
    declared_networks,
    names,
    observed_networks,
    resolutions,
)
from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import (
    files_elsewhere,
    outside_word,
    outside_words,
    projects,
    service_keys,
    tally,
)
from nebtui.analysis.talks import talks
from nebtui.analysis.throughput.summary import SpeedWords, samples_of, words
from nebtui.analysis.verdict import WORDS, Readiness
from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.observed import Container
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.row_facts import with_facts
from nebtui.graph.scene import Edge, GraphModel, Group, NetworkLine, Row


def identity(key: ServiceKey | ProjectKey) -> str:
    """A row id that no other project's row has."""
    project = key.project if isinstance(key, ServiceKey) else key
    stem = "\0".join((project.name, project.working_dir, *project.files))
    return f"{stem}\1{key.service}" if isinstance(key, ServiceKey) else stem


OUTSIDE = "\0outside"
"""Id of the group of containers that no project made; those of its rows begin with it."""
ENGINES_OWN = frozenset({"bridge", "host", "none"})


def outsider(row: str) -> str | None:
    """The container behind a row of that group, "" for the group itself, None for other rows."""
    return row.removeprefix(OUTSIDE).lstrip("\1") if row.startswith(OUTSIDE) else None


def graph_model(
    snapshot: Snapshot,
    ungated: Iterable[tuple[ServiceKey, str]] = (),
    notes: Mapping[ServiceKey, str] | None = None,
    alerts: Mapping[ServiceKey, str] | None = None,
    said: Mapping[ServiceKey, LogLine] | None = None,
) -> GraphModel:
    """The rails graph of a snapshot. `ungated`: (service, dependency) pairs that are start-up
    races; `notes`: what is done to a service now, or waits to be; `alerts`: what is wrong with a
    service, in words; `said`: what those that are not well wrote last."""
    races = frozenset(ungated)
    index = names(snapshot)
    found = resolutions(snapshot)
    groups = tuple(
        _group(snapshot, index, key, notes or {}, alerts or {}, said or {})
        for key in projects(snapshot)
    )
    groups = (*groups, *_outside(snapshot))
    return GraphModel(
        tuple(_networks(snapshot, groups)), groups, tuple(_edges(snapshot, found, races))
    )


def _group(
    snapshot: Snapshot,
    index: Names,
    key: ProjectKey,
    notes: Mapping[ServiceKey, str],
    alerts: Mapping[ServiceKey, str],
    said: Mapping[ServiceKey, LogLine],
) -> Group:
    project = snapshot.projects[key]
    plain = {
        k: replace(_row(snapshot, k, alerts.get(k, "")), said=_words(said.get(k)))
        for k in service_keys(snapshot, key)
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
    variant = f" · variant {_short_file(project)}" if project.variant else ""
    return Group(identity(key), project.name, text + variant, tone, rows)


def _words(line: LogLine | None) -> str:
    """A line of a log in short: what it tells, without its time and level."""
    return (entry_of(line.text).message or line.text).strip() if line else ""


def _noted(row: Row, note: str, alert: str) -> Row:
    """The row with what is done to its service, beside what else is wrong with it."""
    told = f"{note} · {alert}" if alert else note
    return replace(row, note=told, note_tone="bad" if alert else "warn", said="")


def _outside(snapshot: Snapshot) -> Iterator[Group]:
    """The containers of no project: last, dim, without edges."""
    found = snapshot.outside
    if found:
        text = f"{len(found)} container{'' if len(found) == 1 else 's'} without a project"
        rows = tuple(_outside_row(container) for container in found)
        yield Group(OUTSIDE, "outside Compose", text, "dim", rows)


def _outside_row(container: Container) -> Row:
    word = outside_word(container)
    networks = tuple(sorted(set(container.networks) - ENGINES_OWN))
    row = Row(
        id=f"{OUTSIDE}\1{container.id}",
        name=container.name,
        glyph=WORDS[word].glyph,
        state=word,
        tone="dim",
        networks=networks,
        note=outside_words(container),
    )
    return with_facts(row, (container,))


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
    declared = _declared(snapshot, key)
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


def _networks(snapshot: Snapshot, groups: tuple[Group, ...]) -> Iterator[NetworkLine]:
    users: dict[str, set[str]] = {}
    for group in groups:
        for row in group.rows:
            for name in row.networks:
                users.setdefault(name, set()).add(group.id)
    external = {
        d.name for p in snapshot.projects.values() for d in p.networks.values() if d.external
    }
    for name in sorted(users):
        missing = name in external and snapshot.engine is not None and name not in snapshot.networks
        yield NetworkLine(
            name, name, len(users[name]) > 1 or name in external, name in external, missing
        )


def _edges(
    snapshot: Snapshot, found: tuple[Resolution, ...], races: frozenset[tuple[ServiceKey, str]]
) -> Iterator[Edge]:
    drawn: set[tuple[ServiceKey, ServiceKey]] = set()
    for resolution in found:
        source = resolution.reference.source
        for owner in resolution.others if not resolution.reached else ():
            drawn.add((source, owner))
            declared = _declared(snapshot, source) & _declared(snapshot, owner)
            # Joined in the files, and what runs is older: the next `up` mends it.
            tone = "warn" if declared else "bad"
            yield Edge(
                identity(source),
                identity(owner),
                "references",
                tone,
                broken=not declared,
                calm=True,
            )
    for key, service in snapshot.services():
        for dependency in service.depends_on.values():
            target = ServiceKey(key.project, dependency.service)
            race = (key, dependency.service) in races
            if (key, target) not in drawn:
                drawn.add((key, target))
                tone = (
                    "warn" if race else "ok" if dependency.condition != "service_started" else "dim"
                )
                yield Edge(identity(key), identity(target), "depends", tone, calm=race)
    for resolution in found:
        for owner in resolution.reached:
            pair = (resolution.reference.source, owner)
            if pair not in drawn:
                drawn.add(pair)
                live = _live(snapshot, *pair)
                tone = {True: "ok", False: "warn", None: "dim"}[live]
                yield Edge(
                    identity(pair[0]), identity(owner), "references", tone, calm=live is False
                )
    yield from _talk_edges(snapshot, drawn)


def _talk_edges(snapshot: Snapshot, drawn: set[tuple[ServiceKey, ServiceKey]]) -> Iterator[Edge]:
    """The connections between services that no file names."""
    for talk in talks(snapshot):
        if (talk.source, talk.target) not in drawn:
            drawn.add((talk.source, talk.target))
            yield Edge(identity(talk.source), identity(talk.target), "talks", "info")


def _declared(snapshot: Snapshot, key: ServiceKey) -> frozenset[str]:
    service = snapshot.service(key)
    return declared_networks(snapshot.projects[key.project], service) if service else frozenset()


def _live(snapshot: Snapshot, source: ServiceKey, target: ServiceKey) -> bool | None:
    """True if the running containers of both ends share a network now, False if not, None where one
    does not run."""
    ends = [observed_networks(snapshot, key) for key in (source, target)]
    return bool(ends[0] & ends[1]) if all(ends) else None
