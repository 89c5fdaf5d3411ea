"""The box as people read it: rows, roll-ups, networks and the edges that are drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nebtui.analysis.services import keys_of, network_members, projects, service_keys
from nebtui.facts import changes
from nebtui.facts.declared import Service
from nebtui.facts.gpu import GpuProcess, GpuSample
from nebtui.facts.observed import Inspection, Network
from nebtui.facts.project import Problem
from nebtui.facts.samples import ThroughputSample
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.row_ids import identity
from nebtui.graph.scene import Edge, GraphModel
from tests.builders import at, box, container, joined, project, waits

URL = {"URL": "http://store:80"}
CORE = project("core", Service("store"))
GANTRY = project("gantry", Service("app", environment=URL), Service("ui", depends_on=waits("app")))


def edges(drawn: GraphModel) -> list[tuple[str, str, str, str, bool, bool]]:
    """The edges with names in place of ids."""
    names = {row.id: f"{group.title}/{row.name}" for group in drawn.groups for row in group.rows}
    return [
        (names[e.source], names[e.target], e.kind, e.tone, e.broken, e.calm) for e in drawn.edges
    ]


def one(snapshot: Snapshot, **more: object) -> Edge:
    """The only edge of a box."""
    (edge,) = graph_model(snapshot, **more).edges  # type: ignore[arg-type]
    return edge


def test_a_cut_reference_is_a_broken_edge() -> None:
    """A reference to a service on no shared network is drawn red without being asked for."""
    assert edges(graph_model(box(CORE, GANTRY)))[0] == (
        "gantry/app",
        "core/store",
        "references",
        "bad",
        True,
        True,
    )


def test_a_race_is_a_calm_edge_and_other_dependencies_are_not() -> None:
    """A dependency that is a start-up race is drawn always, a gated one or an open one on
    request."""
    assert (
        one(box(project("a", Service("db"), Service("app", depends_on=waits("db"))))).calm is False
    )
    snapshot = box(project("a", Service("db"), Service("app", depends_on=waits("db"))))
    race = one(snapshot, ungated=[(at("a/app"), "db")])
    assert (race.calm, race.tone, race.kind) == (True, "warn", "depends")
    gated = project(
        "a", Service("db"), Service("app", depends_on=waits("db", condition="service_healthy"))
    )
    assert (one(box(gated)).tone, one(box(gated)).calm) == ("ok", False)


def test_a_pair_is_drawn_once() -> None:
    """A service that depends on another and names it twice has one edge to it."""
    app = Service(
        "app", depends_on=waits("store"), environment={"A": "http://store:1", "B": "http://store:2"}
    )
    assert one(box(project("a", Service("store"), app))).kind == "depends"


def test_an_edge_that_the_file_has_and_the_host_not_yet() -> None:
    """Joined on paper while the running containers share no network: drawn as a warning until they
    do."""
    on_net: dict[str, Any] = {"networks": joined("net")}
    parts = (
        project("core", Service("store", **on_net), external=("net",)),
        project("gantry", Service("app", environment=URL, **on_net), external=("net",)),
    )
    old = (
        container("core/store", "running", "core_default"),
        container("gantry/app", "running", "gantry_default"),
    )
    new = tuple(replace(c, attachments=container("x/x", "running", "net").attachments) for c in old)
    assert (one(box(*parts)).tone, one(box(*parts)).calm) == ("dim", False)
    assert (one(box(*parts, *old)).tone, one(box(*parts, *old)).calm) == ("warn", True)
    assert (one(box(*parts, *new)).tone, one(box(*parts, *new)).broken) == ("ok", False)


def test_a_pending_service_says_so() -> None:
    """A service whose files say something new carries that as its note."""
    drawn = graph_model(box(CORE), notes={at("core/store"): "written · needs `up`"})
    row = drawn.groups[0].rows[0]
    assert (row.note, row.note_tone) == ("written · needs `up`", "warn")


def test_a_pending_service_still_says_what_is_wrong() -> None:
    """What was written does not hide another error."""
    note, alert = {at("core/store"): "written · needs `up`"}, {at("core/store"): "cannot write"}
    row = graph_model(box(CORE), notes=note, alerts=alert).groups[0].rows[0]
    assert (row.note, row.note_tone) == ("written · needs `up` · cannot write", "bad")


def test_what_is_wrong_with_a_service_stands_in_its_row() -> None:
    """An error is said in the row of its service, unless the service itself fails, which is said
    first."""
    told = {at("core/store"): "claims a GPU and computes on the CPU"}
    row = graph_model(box(CORE, container("core/store")), alerts=told).groups[0].rows[0]
    assert (row.note, row.note_tone) == ("claims a GPU and computes on the CPU", "bad")
    ended = replace(container("core/store", "exited"), inspection=Inspection(exit_code=1))
    failed = graph_model(box(CORE, ended), alerts=told).groups[0].rows[0]
    assert (failed.state, failed.note_tone) == ("failed", "bad")
    assert failed.note != row.note


def test_a_project_with_a_problem_is_still_a_group() -> None:
    """A broken file is a row with file, line and reason; what its containers show stays visible."""
    broken = project("core", problem=Problem("/core/compose.yaml", 4, "is not YAML"))
    drawn = graph_model(box(broken, GANTRY, container("core/store")))
    group = next(g for g in drawn.groups if g.title == "core")
    assert (group.subtitle, group.tone) == ("compose.yaml:4 is not YAML", "bad")
    assert [row.name for row in group.rows] == ["store"]
    nowhere = replace(broken, problem=Problem("/core/compose.yaml", 0, "is empty"))
    assert graph_model(box(nowhere)).groups[0].subtitle == "compose.yaml is empty"


def test_roll_ups() -> None:
    """How many of a project are ready, how many failed; and what is said of one that does not
    run."""
    two = project("a", Service("one"), Service("two"))
    up = replace(container("a/one"), health="healthy")
    told = {
        "files": graph_model(box(two, engine=None)).groups[0],
        "absent": graph_model(box(two)).groups[0],
        "half": graph_model(box(two, up)).groups[0],
        "all": graph_model(box(two, up, replace(container("a/two"), health="healthy"))).groups[0],
        "failed": graph_model(box(two, up, container("a/two", "exited", code=1))).groups[0],
        "variant": graph_model(box(replace(two, variant=True))).groups[0],
    }
    assert {k: (g.subtitle, g.tone) for k, g in told.items()} == {
        "files": ("2 services, files only", "dim"),
        "absent": ("2 services, not started", "dim"),
        "half": ("1/2 up · 1 not created", "warn"),
        "all": ("2/2 up", "ok"),
        "failed": ("1/2 up · 1 failed", "bad"),
        "variant": ("2 services, not started · variant compose.yaml", "dim"),
    }


def test_equal_names_of_two_projects_stay_two_rows() -> None:
    """Two projects with equal name and equal service names in two folders have rows and ids of
    their own."""
    first = project("a", Service("db"))
    second = replace(first, key=replace(first.key, working_dir="/b", files=("/b/compose.yaml",)))
    keys = list(keys_of(box(first, second), None))
    assert len({identity(key) for key in keys}) == len(keys) == 2


def test_order_and_services_that_only_containers_know() -> None:
    """Projects by name, variants last; after the declared services those that only the engine
    knows."""
    snapshot = box(
        replace(project("a"), variant=True),
        project("z", Service("one")),
        project("b"),
        container("z/ghost", "exited"),
    )
    assert [key.name for key in projects(snapshot)] == ["b", "z", "a"]
    z = projects(snapshot)[1]
    assert [key.service for key in service_keys(snapshot, z)] == ["one", "ghost"]


def test_readings_of_a_row() -> None:
    """A row shows the busiest of its GPUs, the sum of its replicas' tokens, and how often it was
    restarted."""
    first, second = container("a/llm", restarts=3), container("a/llm", number=2)
    sampled = changes.Sampled(
        1.0,
        gpus=(
            GpuSample(0, "g", 1.0, 40, processes=(GpuProcess(1, container=first.id),)),
            GpuSample(1, "g", 1.0, 90, processes=(GpuProcess(2, container="other"),)),
        ),
        throughput=(ThroughputSample(first.id, 1.0, 10.0), ThroughputSample(second.id, 1.0, 2.5)),
    )
    row = graph_model(box(project("a", Service("llm")), first, second, sampled)).groups[0].rows[0]
    assert (row.gpu, row.rate, row.restarts) == (40.0, "12.5 tok/s", 3)
    quiet = graph_model(box(project("a", Service("llm")), first)).groups[0].rows[0]
    assert (quiet.gpu, quiet.rate) == (None, "")


def test_networks_of_the_picture() -> None:
    """A network is shared where two projects use it; an external one that the host lacks is
    missing."""
    parts = [
        project(name, Service("s", networks=joined("net")), external=("net",))
        for name in ("a", "b")
    ]
    (line,) = graph_model(box(*parts)).networks
    assert (line.name, line.shared, line.external, line.missing) == ("net", True, True, True)
    (there,) = graph_model(box(*parts, Network("1", "net"))).networks
    assert there.missing is False
    assert graph_model(box(*parts, engine=None)).networks[0].missing is False
    assert network_members(box(*parts)) == {"net": (True, (at("a/s"), at("b/s")))}
