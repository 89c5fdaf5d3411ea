"""Containers that no project made: in status, check and the graph, last and never judged."""

from __future__ import annotations

import json
from argparse import Namespace

from nebtui.cli.common import strangers
from nebtui.facts import changes
from nebtui.facts.declared import Service
from nebtui.facts.observed import Attachment, Container, PortBinding
from nebtui.graph.cursor import next_broken
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.row_ids import OUTSIDE, outsider
from nebtui.report import json_output, text_output
from tests.builders import box, container, project

LOOSE = Container(
    "9" * 64,
    "web",
    "nginx:1",
    state="running",
    status="Up 2 hours (unhealthy)",
    health="unhealthy",
    attachments=(Attachment("bridge", "172.17.0.2"), Attachment("shared", "172.18.0.9")),
    ports=(PortBinding(80, 8081, "0.0.0.0"), PortBinding(80, 8081, "::")),
)
GONE = Container("8" * 64, "job", "busybox", state="exited", status="Exited (0) 3 days ago")
BOX = box(
    project("core", Service("store", image="redis:7")),
    container("core/store", "running"),
    changes.ContainerSeen(LOOSE),
    changes.ContainerSeen(GONE),
)


def test_status_has_a_group_of_its_own_at_the_end() -> None:
    """State, image and ports, each once; a box without such containers has no such group."""
    lines = list(text_output.status(BOX, outside=BOX.outside))
    at = lines.index("outside Compose")
    assert lines[at + 1].split() == [
        "○",
        "job",
        "absent",
        "Exited",
        "(0)",
        "3",
        "days",
        "ago",
        "busybox",
    ]
    expected = "▲ web degraded Up 2 hours (unhealthy) nginx:1 8081→80/tcp"
    assert lines[at + 2].split() == expected.split()
    assert len(lines) == at + 3
    assert "outside Compose" not in list(text_output.status(BOX))


def test_the_json_names_them() -> None:
    """`status` and `check` have the same additional key."""
    told = json.loads(json.dumps(json_output.status(BOX, BOX.outside)))["outside"]
    assert [one["name"] for one in told] == ["job", "web"]
    assert told[1]["health"] == "unhealthy"
    assert told[1]["networks"] == ["bridge", "shared"]
    assert told[1]["ports"][0] == {
        "port": 80,
        "published": 8081,
        "protocol": "tcp",
        "host_ip": "0.0.0.0",
    }
    assert json_output.check([], [], [], BOX.outside)["outside"] == told


def test_check_says_how_little_of_them_is_checked() -> None:
    """One line, however many there are; a narrowed question leaves them out."""
    assert list(text_output.hardly_checked(BOX.outside)) == [
        "outside Compose, checked for host.docker.internal alone: job, web"
    ]
    assert list(text_output.hardly_checked(())) == []
    assert next(text_output.hardly_checked((LOOSE,) * 7)).endswith("and 2 more")
    assert strangers(BOX, Namespace(project=None, paths=())) == BOX.outside
    assert strangers(BOX, Namespace(project="core", paths=())) == ()


def test_the_graph_has_them_last_and_dim() -> None:
    """Their group follows the projects, has no edges, and what is unhealthy there is not broken."""
    scene = graph_model(BOX)
    group = scene.groups[-1]
    assert (group.id, group.title, group.tone) == (OUTSIDE, "outside Compose", "dim")
    assert [row.name for row in group.rows] == ["job", "web"]
    assert group.rows[1].networks == ("shared",)
    assert {row.tone for row in group.rows} == {"dim"}
    assert outsider(group.rows[0].id) == GONE.id
    assert outsider(OUTSIDE) == ""
    assert outsider("core") is None
    assert next_broken(scene, None) not in {row.id for row in group.rows}


def test_warnings_are_visited_where_nothing_is_broken() -> None:
    """Lines with a warning, in the order they are shown; none where all is well."""
    scene = graph_model(box(project("a", Service("x"), Service("y"))))
    x, y = (row.id for row in scene.groups[0].rows)
    assert next_broken(scene, None) is None
    assert next_broken(scene, None, frozenset({y, "nobody"})) == y
    assert next_broken(scene, y, frozenset({x, y})) == x
    assert next_broken(scene, x, frozenset({scene.groups[0].id})) == scene.groups[0].id


def test_what_a_container_is_called_steers_no_terminal() -> None:
    """Names, images and the engine's sentence are printed without control characters."""
    bad = "\x1b[31mred\x9b2J\r\n"
    hostile = Container("7" * 64, bad, bad, state="running", status=bad)
    seen = box(project("core", Service("store")), changes.ContainerSeen(hostile))
    lines = [
        *text_output.status(seen, outside=seen.outside),
        *text_output.hardly_checked(seen.outside),
    ]
    told = "".join(lines)
    assert "red" in told
    assert all(character.isprintable() for character in told)
