"""What of a session the graph shows: the box with what was found and written, narrowed to a
text."""

from __future__ import annotations

from dataclasses import replace

from nebtui import rules
from nebtui.analysis import query, services
from nebtui.facts.declared import ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.graph import from_snapshot, row_ids
from nebtui.graph.scene import GraphModel, Group, Row
from nebtui.graph.stacks import stack_service
from nebtui.tui.session import Session

MARK = ">"


def scene_of(session: Session) -> GraphModel:
    """The whole box with its races, its errors and what is written and does not run yet."""
    found = session.findings
    scene = from_snapshot.graph_model(
        session.snapshot, rules.races(found), notes(session), rules.alerts(found), session.said
    )
    return replace(scene, groups=tuple(marked_group(session, group) for group in scene.groups))


def marked_group(session: Session, group: Group) -> Group:
    """The group, in which rows that the next verb is for have a sign before their names."""
    if not session.marked:
        return group
    marked = {row_ids.identity(key) for key in session.marked}
    rows = tuple(replace(r, name=f"{MARK} {r.name}") if r.id in marked else r for r in group.rows)
    return replace(group, rows=rows)


def notes(session: Session) -> dict[ServiceKey, str]:
    """What is done to services now, and which files were written that do not run yet."""
    told = dict.fromkeys(pending(session), "written · needs `up`")
    return {**told, **session.doing}


def warned(session: Session) -> frozenset[str]:
    """The rows and groups that an error or a warning is about."""
    return frozenset(
        row_ids.identity(key)
        for finding in session.findings
        if finding.severity != "advice" and (key := finding.at or finding.project)
    )


def pending(session: Session) -> frozenset[ServiceKey]:
    """The services of written patches whose containers are still the old ones."""
    found = set()
    for item in session.watched:
        for recreate in item.patch.recreate:
            keys = [ServiceKey(recreate.project, name) for name in recreate.services]
            found |= {
                k
                for k in keys
                if any(c.created < item.written_at for c in session.snapshot.containers_of(k))
            }
    return frozenset(found)


def matching(snapshot: Snapshot, scene: GraphModel, text: str) -> GraphModel:
    """The scene with only the rows that a filter means, and their groups."""
    terms = query.parsed(text)
    if not terms:
        return scene
    keys = {row_ids.identity(key): key for key in services.keys_of(snapshot, None)}
    groups = []
    for group in scene.groups:
        subjects = {row.id: _subject(snapshot, keys, row, group) for row in group.rows}
        rows = tuple(row for row in group.rows if query.meant(terms, subjects[row.id]))
        itself = query.Subject("", group.title.lower())
        if rows or (not group.rows and query.meant(terms, itself)):
            groups.append(replace(group, rows=rows))
    kept = {row.id for group in groups for row in group.rows}
    edges = tuple(e for e in scene.edges if e.source in kept and e.target in kept)
    used = {name for group in groups for row in group.rows for name in row.networks}
    return GraphModel(tuple(n for n in scene.networks if n.name in used), tuple(groups), edges)


def _subject(
    snapshot: Snapshot, keys: dict[str, ServiceKey], row: Row, group: Group
) -> query.Subject:
    if of_stack := stack_service(snapshot, row.id):
        return query.stack_subject(of_stack)
    container = snapshot.containers.get(row_ids.outsider(row.id) or "")
    if container is not None:
        return query.container_subject(container, group.title)
    key = keys.get(row.id)
    named = query.Subject(row.name.lower(), group.title.lower())
    return query.service_subject(snapshot, key) if key else named
