"""One edge of every kind and tone that a box can have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

from nebtui.facts.changes import ProcessesSeen
from nebtui.facts.crossing import Across, Crossing
from nebtui.facts.declared import Service
from nebtui.facts.observed import Attachment
from nebtui.facts.process import Peer, Process
from nebtui.graph.boxes import BoxGraph, all_boxes
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.scene import Edge
from tests.builders import at, box, container, joined, project, waits

URL = {"URL": "http://store:80"}


def every_edge() -> Iterator[Edge]:
    """References that are cut, not joined yet, reached, and not running; dependencies open, racing
    and gated; a connection that no file names; what crosses from one
    box to another."""
    yield from graph_model(
        box(project("core", Service("store")), project("gantry", Service("app", environment=URL)))
    ).edges
    on_net: dict[str, Any] = {"networks": joined("net")}
    parts = (
        project("core", Service("store", **on_net), external=("net",)),
        project("gantry", Service("app", environment=URL, **on_net), external=("net",)),
    )
    apart = (container("core/store", "running", "a"), container("gantry/app", "running", "b"))
    together = (
        container("core/store", "running", "net"),
        container("gantry/app", "running", "net"),
    )
    for containers in ((), apart, together):
        yield from graph_model(box(*parts, *containers)).edges
    waiting = box(project("a", Service("db"), Service("app", depends_on=waits("db"))))
    yield from graph_model(waiting).edges
    yield from graph_model(waiting, ungated=[(at("a/app"), "db")]).edges
    gate = waits("db", condition="service_healthy")
    yield from graph_model(box(project("a", Service("db"), Service("app", depends_on=gate)))).edges
    app, db = (
        replace(container(f"a/{name}"), attachments=(Attachment("a_default", ip),))
        for name, ip in (("app", "10.0.0.1"), ("db", "10.0.0.2"))
    )
    process = Process(app.id, 7, 0, 0, peers=(Peer("10.0.0.2", 5432),))
    key = at("a/app")
    for answer in get_args(Across):
        crossing = Crossing("one", key, "two", 80, "two", key, answer)
        boxes = [BoxGraph(name, "", "ok", graph_model(waiting)) for name in ("one", "two")]
        yield from all_boxes(boxes, [crossing]).edges
    both = project("a", Service("db"), Service("app"))
    yield from graph_model(box(both, app, db, ProcessesSeen((process,)))).edges
