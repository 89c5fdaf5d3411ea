"""Stacks of Docker Swarm on the rails graph."""

from __future__ import annotations

from dataclasses import replace

from nebtui.facts import changes
from nebtui.facts.observed import Container, Network, PortBinding
from nebtui.graph.cursor import next_broken
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.row_ids import outsider
from nebtui.graph.stacks import stack_containers, stack_row, stack_service
from tests.builders import box
from tests.swarms import ONE, TWO, service, swarm, task

WEB = service("shop_web", task(1), replicas=1, networks=("net-1",), ports=(PortBinding(80, 8080),))
DB = service("shop_db", task(1, "failed", error="task: non-zero exit (3)"), replicas=1)
LABELS = {
    "com.docker.swarm.service.name": "shop_web",
    "com.docker.stack.namespace": "shop",
}
HERE = Container("c1", "shop_web.1.x", "web:1", state="running", labels=LABELS)
BOX = box(
    changes.SwarmSeen(swarm(WEB, DB, nodes=(ONE,))),
    changes.NetworksListed((Network("net-1", "shop_net", "overlay"),)),
    changes.ContainerSeen(HERE),
)


def test_a_stack_is_a_group_and_a_service_a_row() -> None:
    """Word, count, reason, published ports; its overlay network is a rail like any other."""
    scene = graph_model(BOX)
    (group,) = scene.groups
    assert (group.title, group.subtitle, group.tone) == (
        "stack shop (Swarm)",
        "1/2 up · 1 failed",
        "bad",
    )
    db, web = group.rows
    assert (db.name, db.state, db.note, db.tone) == ("db", "failed 0/1", "exit 3 on node n1", "bad")
    assert (web.state, web.note, web.note_tone) == ("ready 1/1", "on n1", "dim")
    assert (web.networks, web.ports, web.image) == (("shop_net",), "8080→80", "web:1")
    assert [network.name for network in scene.networks] == ["shop_net"]
    assert next_broken(scene, None) == db.id


def test_a_row_leads_back_to_its_service() -> None:
    """By its id; a group and the rows of others are none."""
    (group,) = graph_model(BOX).groups
    db, web = group.rows
    assert stack_row(web.id) == ("shop", "web")
    assert stack_row(group.id) == ("shop", "")
    assert (stack_row("core"), outsider(web.id)) == (None, None)
    found = stack_service(BOX, web.id)
    assert found is not None
    assert found.known == WEB
    assert stack_service(BOX, group.id) is None
    assert stack_service(BOX, "core") is None
    assert stack_containers(BOX) == {db.id: (), web.id: (HERE,)}


def test_what_is_amiss_with_a_node_warns_on_a_row_that_is_well() -> None:
    """A node that is down stands beside where it runs."""
    nodes = (replace(TWO, id="id-1", state="down"),)
    told = changes.SwarmSeen(swarm(WEB, nodes=nodes))
    (group,) = graph_model(box(told)).groups
    assert (group.rows[0].note, group.rows[0].note_tone) == ("on n2 · node n2 is down", "warn")


def test_a_swarm_without_a_quorum_says_so() -> None:
    """The group has the manager's sentence; its rows stand as they were told last."""
    lost = replace(swarm(WEB, nodes=(ONE,)), problem="The swarm does not have a leader.")
    (group,) = graph_model(box(changes.SwarmSeen(lost))).groups
    assert group.subtitle == "1/1 up · The swarm does not have a leader."
    assert (group.tone, group.rows[0].state) == ("bad", "ready 1/1")
