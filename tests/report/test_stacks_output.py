"""Stacks of Docker Swarm in `status`, as text and JSON."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace

from nebtui.cli.common import whole
from nebtui.facts import changes
from nebtui.facts.observed import Container
from nebtui.facts.swarm import GenericResource
from nebtui.report import json_output, text_output
from tests.builders import box
from tests.swarms import GIB, ONE, TWO, service, swarm, task

MISSING = "no suitable node (scheduling constraints not satisfied on 2 nodes)"
WEB = service(
    "shop_web",
    task(1),
    task(2, "pending", "", error=MISSING),
    replicas=2,
    constraints=("node.labels.gpu == true",),
)
NODES = (ONE, replace(TWO, availability="drain"))
BOX = box(changes.SwarmSeen(swarm(WEB, nodes=NODES)))


def test_the_text_has_a_block_for_each_stack() -> None:
    """Verdict, reason and nodes; nothing where the question was narrowed."""
    lines = list(text_output.status(BOX))
    at = lines.index("stack shop (Swarm)  1/1 up · 1 degraded")
    assert lines[at + 1] == (
        "  ▲ web  degraded 1/2  no suitable node (no node meets node.labels.gpu == true)  "
        "node n2 is drained"
    )
    assert lines[at + 2 :] == [
        "nodes (Swarm)  1/2 ready · 1 drained",
        "  ● n1  ready        manager · 1 task · free: 4 of 4 CPUs, 8.0 GiB of 8.0 GiB",
        "  ○ n2  drained      worker · 0 tasks",
    ]
    assert not any("shop" in line for line in text_output.status(BOX, whole=False))


def test_the_json_has_tasks_and_nodes() -> None:
    """What the text has as figures, and every task."""
    told = json.loads(json.dumps(json_output.status(BOX)))["swarm"]
    assert (told["manager"], told["problem"]) == (True, None)
    (web,) = told["stacks"][0]["services"]
    assert (web["running"], web["wanted"], web["mode"]) == (1, 2, "replicated")
    assert [(t["slot"], t["node"], t["state"]) for t in web["tasks"]] == [
        (1, "n1", "running"),
        (2, None, "pending"),
    ]
    assert web["tasks"][1]["error"].startswith("no suitable node")
    assert (web["nodes"], web["update"]) == (["node n2 is drained"], None)
    assert told["nodes"][1] == {
        "name": "n2",
        "role": "worker",
        "availability": "drain",
        "state": "ready",
        "tasks": 0,
        "cpus": 4.0,
        "cpus_free": 4.0,
        "memory": 8 * GIB,
        "memory_free": 8 * GIB,
        "generic_resources": [],
    }
    assert json_output.status(BOX, whole=False)["swarm"] is None
    assert json_output.status(box())["swarm"] is None


def test_a_worker_tells_what_runs_here() -> None:
    """By labels; figures that only a manager has are null."""
    labels = {"com.docker.swarm.service.name": "alone"}
    one = Container("c", "alone.1.x", "web:1", state="running", labels=labels)
    told = json_output.status(box(changes.ContainerSeen(one)))["swarm"]
    assert told is not None
    assert (told["manager"], told["stacks"][0]["name"]) == (False, None)
    (service_,) = told["stacks"][0]["services"]
    assert (service_["wanted"], service_["containers"]) == (None, ["alone.1.x"])


def test_a_manager_that_cannot_tell_says_why() -> None:
    """Its sentence stands above the stacks."""
    lost = replace(swarm(WEB), problem="The swarm does not have a leader.")
    assert "swarm: The swarm does not have a leader." in list(
        text_output.status(box(changes.SwarmSeen(lost)))
    )


def test_who_asks_for_one_project_is_told_of_no_swarm() -> None:
    """A name or a path narrows the question."""
    assert whole(Namespace(project=None, paths=()))
    assert not whole(Namespace(project="core", paths=()))
    assert not whole(Namespace(project=None, paths=("x",)))


def test_what_a_service_is_called_steers_no_terminal() -> None:
    """Names and reasons are printed without control characters."""
    bad = "\x1b[31mred\x9b2J\r\n"
    hostile = service(f"{bad}_{bad}", task(1, "failed", error=bad), stack=bad, image=bad)
    lines = "".join(text_output.status(box(changes.SwarmSeen(swarm(hostile)))))
    assert "red" in lines
    assert all(character.isprintable() for character in lines)


def test_generic_resources() -> None:
    """What a service reserves, and what each node has and has left."""
    node = replace(ONE, generic=(GenericResource("gpu", 2),))
    web = service("shop_web", task(1), generic=(GenericResource("gpu", 1),), replicas=1)
    seen = box(changes.SwarmSeen(swarm(web, nodes=(node,))))
    told = json.loads(json.dumps(json_output.status(seen)))["swarm"]
    assert told["nodes"][0]["generic_resources"] == [{"kind": "gpu", "total": 2, "free": 1}]
    assert told["stacks"][0]["services"][0]["reserves"] == [{"kind": "gpu", "count": 1}]
    assert any("reserves 1 gpu; free are 1 of 2 on n1" in line for line in text_output.status(seen))
