"""What of a session the graph shows: the box with what was found and written, narrowed to a
text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from nebtui import rules
from nebtui.facts.declared import ServiceKey
from nebtui.graph import from_snapshot
from nebtui.graph.scene import GraphModel, Group
from nebtui.tui.session import Session

MARK = ">"


def scene_of(session: Session) -> GraphModel:
    """The whole box with its races, its errors and what is written and does not run yet."""
    found = session.findings
    scene = from_snapshot.graph_model(
        session.snapshot, rules.races(found), notes(session), rules.alerts(found)
    )
    marked = {from_snapshot.identity(key) for key in session.marked}
    return replace(scene, groups=tuple(_marked(group, marked) for group in scene.groups))


def _marked(group: Group, marked: Collection[str]) -> Group:
    """The rows that the next verb is for have a sign before their names."""
    rows = tuple(replace(r, name=f"{MARK} {r.name}") if r.id in marked else r for r in group.rows)
    return replace(group, rows=rows)


def notes(session: Session) -> dict[ServiceKey, str]:
    """What is done to services now, and which files were written that do not run yet."""
    told = dict.fromkeys(pending(session), "written · needs `up`")
    return {**told, **session.doing}


def warned(session: Session) -> frozenset[str]:
    """The rows and groups that an error or a warning is about."""
    return frozenset(
        from_snapshot.identity(key)
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


def matching(scene: GraphModel, text: str) -> GraphModel:
    """The scene with only the groups and rows that contain a text (name or state word)."""
    wanted = text.strip().lower()
    if not wanted:
        return scene
    groups = []
    for group in scene.groups:
        rows = group.rows
        if wanted not in group.title.lower():
            rows = tuple(
                r for r in rows if wanted in f"{group.title}/{r.name} {r.state} {r.note}".lower()
            )
        if rows or wanted in group.title.lower():
            groups.append(replace(group, rows=rows))
    kept = {row.id for group in groups for row in group.rows}
    edges = tuple(e for e in scene.edges if e.source in kept and e.target in kept)
    used = {name for group in groups for row in group.rows for name in row.networks}
    return GraphModel(tuple(n for n in scene.networks if n.name in used), tuple(groups), edges)
