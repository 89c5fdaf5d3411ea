"""Promises of the columns of figures: the most useful first, and never wider than the line."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from nebtui.facts import changes
from nebtui.facts.declared import Service
from nebtui.facts.limits import Limits
from nebtui.facts.observed import Inspection, PortBinding
from nebtui.facts.samples import ContainerSample
from nebtui.graph.columns import columns_for
from nebtui.graph.figures import Figures, figures_of
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.layout import GraphModel, draw
from nebtui.graph.ordering import ordered
from nebtui.graph.row_facts import published_ports, short_image
from tests.builders import box, container, project
from tests.graph.scenes import sample

USEFUL = ("cpu", "memory", "uptime", "restarts", "ports", "image")
KNOWN = Figures("3.1%", "412M", "2.0G", "14m")


def running(scene: GraphModel) -> GraphModel:
    """The scene as that of a box on which everything runs but what is absent."""
    groups = (
        replace(
            group,
            rows=tuple(
                replace(
                    row,
                    runs=row.state != "absent",
                    limited=True,
                    restarts=at % 3,
                    ports="18000→8000" if at == 1 else "",
                    image="chroma:1.5.9",
                )
                for at, row in enumerate(group.rows)
            ),
        )
        for group in scene.groups
    )
    return replace(scene, groups=tuple(groups))


def text_of(width: int, id: str, **asked: object) -> str:
    """The line of a row of the running scene with all figures known."""
    scene = running(sample())
    known = {row.id: KNOWN for group in scene.groups for row in group.rows}
    how = {"selected": None, "all_edges": False, "ascii": False, "figures": known, **asked}
    drawing = draw(scene, width=width, **how)  # type: ignore[arg-type]
    return "".join(segment.text for segment in drawing.lines[drawing.row_of[id]])


@pytest.mark.parametrize(
    ("width", "there"),
    [
        (80, ()),
        (110, ("3.1%", "412M/2.0G")),
        (130, ("3.1%", "412M/2.0G", "14m", "×1")),
        (150, ("3.1%", "412M/2.0G", "14m", "×1", "18000→8000")),
        (200, ("3.1%", "412M/2.0G", "14m", "×1", "18000→8000", "chroma:1.5.9")),
    ],
)
def test_columns_by_width(width: int, there: tuple[str, ...]) -> None:
    """The wider the line, the more of a running service is told, the most useful first."""
    text = text_of(width, "core/redis")
    every = ("3.1%", "412M/2.0G", "14m", "×1", "18000→8000", "chroma:1.5.9")
    found = tuple(part for part in every if part in text and (part != "×1" or "d ×1" not in text))
    assert found == there


@settings(max_examples=100, deadline=None)
@given(st.integers(12, 260), st.integers(0, 60), st.integers(0, 40), st.integers(0, 80))
def test_never_wider_and_most_useful_first(width: int, rails: int, arcs: int, hint: int) -> None:
    """Whatever rails, arcs and hints take: the columns end within the line where the rails leave
    room, and none is there before a more useful one."""
    columns = columns_for(running(sample()), width, rails, arcs, hint, figures=True)
    sizes = [getattr(columns, name) for name in USEFUL]
    assert [bool(size) for size in sizes] == sorted((bool(size) for size in sizes), reverse=True)
    if rails <= width:
        assert columns.text - 1 + columns.arcs <= max(width, rails)


@settings(max_examples=60, deadline=None)
@given(st.integers(12, 240), st.booleans(), st.sampled_from(["", "cpu", "memory"]))
def test_lines_fit(width: int, ascii: bool, by: str) -> None:
    """No line with figures is wider than asked, and ASCII is ASCII."""
    scene = running(sample())
    figures = {"core/redis": KNOWN}
    drawing = draw(
        scene, width=width, selected=None, all_edges=True, ascii=ascii, figures=figures, by=by
    )
    for line in drawing.lines:
        text = "".join(segment.text for segment in line)
        assert cell_len(text) <= width
        assert text.isascii() or not ascii


def test_unknown_and_stopped() -> None:
    """What runs and was not measured has a dash in each live column, what does not run has
    nothing; without figures there are no such columns."""
    unknown = text_of(200, "core/redis", figures={})
    assert unknown.count("–") == 3
    assert "0%" not in unknown
    stopped = text_of(200, "infer/sandbox")
    assert not {"3.1%", "412M", "14m", "–"} & set(stopped.replace("/", " ").split())
    assert "3.1%" not in text_of(200, "core/redis", figures=None)


def test_restarts_stand_once() -> None:
    """Restarts stand in their column, or in words where that has no room."""
    assert "restarted ×1" in text_of(80, "core/redis")
    wide = text_of(200, "core/redis")
    assert wide.count("×1") == 1
    assert "restarted" not in wide


def test_figures_of_replicas() -> None:
    """Replicas count together: use, limit, the age of the youngest; what is stopped counts not at
    all."""
    limited = Inspection(started=40.0, limits=Limits(memory=100 * 1024**2))
    later = replace(limited, started=100.0)
    first = container("a/web", inspection=limited)
    second = container("a/web", number=2, inspection=later)
    third = container("a/web", "exited", number=3, inspection=later)
    samples = tuple(ContainerSample(c.id, 1.0, 1.5, 95 * 1024**2) for c in (first, second, third))
    snapshot = box(project("a", Service("web")), changes.Sampled(1.0, containers=samples))
    told = figures_of(snapshot, (first, second, third), 400.0)
    assert told == Figures("3.0%", "190M", "200M", "5m", tight=True)
    assert figures_of(snapshot, (third,), 400.0) == Figures()


def test_facts_of_a_row() -> None:
    """A row knows its published ports, each once, and the short name of its image, declared where
    there is no container."""
    ports = (PortBinding(80, 8080, "0.0.0.0"), PortBinding(80, 8080, "::"), PortBinding(53))
    web = container("a/web", image="registry.example/team/web:2", ports=ports)
    services = (Service("web"), Service("db", image="postgres:17"))
    rows = graph_model(box(project("a", *services), web)).groups[0].rows
    assert [(row.runs, row.ports, row.image) for row in rows] == [
        (True, "8080→80", "web:2"),
        (False, "", "postgres:17"),
    ]
    assert published_ports([container("a/x", ports=(PortBinding(53, 53, protocol="udp"),))]) == (
        "53/udp"
    )
    assert short_image("x/y@sha256:0123456789ab") == "y@0123456"
    assert short_image("sha256:0123456789abcdef") == "0123456789ab"


def test_ordered() -> None:
    """The greatest first, in each group and among the groups; what was not measured stays
    behind."""
    scene = ordered(sample(), {"infer/embed": 90.0, "core/api": 5.0, "core/redis": 7.0})
    assert [group.id for group in scene.groups] == ["infer", "core", "gantry"]
    names = [row.name for row in scene.groups[1].rows]
    assert names == ["redis", "api", "postgres", "chroma", "ingest"]
