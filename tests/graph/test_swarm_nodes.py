"""The nodes of a swarm on the rails graph."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.swarm_nodes import loads, node_trouble, node_word
from nebtui.facts import changes
from nebtui.facts.swarm import GenericResource
from nebtui.graph.cursor import next_broken
from nebtui.graph.from_snapshot import graph_model
from nebtui.graph.swarm_nodes import node_row
from tests.builders import box
from tests.swarms import GIB, ONE, TWO, service, swarm, task

GPU = GenericResource("gpu", 1)
TAKER = service(
    "shop_llm", task(1), task(2, "rejected"), task(3, "assigned"),
    memory=2 * GIB, cpus=0.5, generic=(GPU,),
)  # fmt: skip


def test_a_node_is_a_row() -> None:
    """With its role, what runs there and what no task reserves; a lost one is broken, one that its
    operator drained is not."""
    nodes = (
        replace(ONE, generic=(GenericResource("gpu", 4),)),
        replace(TWO, availability="drain"),
        replace(TWO, id="id-3", name="n3", state="down", availability="drain"),
    )
    scene = graph_model(box(changes.SwarmSeen(swarm(TAKER, nodes=nodes))))
    _, group = scene.groups
    assert (group.title, group.subtitle, group.tone) == (
        "nodes (Swarm)",
        "1/3 ready · 1 down · 1 drained",
        "bad",
    )
    assert [(row.name, row.state, row.tone, row.note) for row in group.rows] == [
        ("n1", "ready", "ok",
         "manager · 1 task · free: 3 of 4 CPUs, 4.0 GiB of 8.0 GiB, 2 of 4 gpu"),
        ("n2", "drained", "dim", "worker · 0 tasks"),
        ("n3", "down", "bad", "worker · 0 tasks"),
    ]  # fmt: skip
    service_row = scene.groups[0].rows[0].id
    assert next_broken(scene, service_row) == group.rows[2].id
    assert [node_row(row.id) for row in group.rows] == ["id-1", "id-2", "id-3"]
    assert (node_row(group.id), node_row(service_row)) == ("", None)


def test_a_swarm_of_one_node_has_no_group_of_nodes() -> None:
    """It is this box."""
    (group,) = graph_model(box(changes.SwarmSeen(swarm(TAKER, nodes=(ONE,))))).groups
    assert group.title == "stack shop (Swarm)"


def test_tasks_on_a_node_that_was_lost_do_not_run() -> None:
    """Swarm tells them to run for ever, and wants them no more."""
    gone = replace(ONE, state="down")
    left = service("shop_web", task(1, desired="shutdown"), task(1, node="id-2"))
    first, second = loads(swarm(left, nodes=(gone, TWO)))
    assert (first.tasks, second.tasks) == (0, 1)
    assert (node_word(gone), node_trouble(swarm(nodes=(gone,)), "id-1")) == (
        "down",
        "node n1 is down",
    )
    assert node_trouble(swarm(), "id-9") == node_trouble(swarm(), "id-1") == ""
