"""Stacks of Docker Swarm: verdicts from replicas, reasons in plain words, nodes that take none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.stacks import StackService, newest_error, stacks, verdict
from nebtui.analysis.task_errors import plain_error
from nebtui.facts import changes
from nebtui.facts.observed import Attachment, Container, Network
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.swarm import Swarm, SwarmTask
from nebtui.store import fold_all
from tests.swarms import GIB, ONE, TWO, service, swarm, task

NO_NODE = "no suitable node (scheduling constraints not satisfied on 2 nodes)"


def seen(told: Swarm | None, *more: changes.Change) -> Snapshot:
    """A box that manages this swarm."""
    return fold_all(Snapshot(), [changes.SwarmSeen(told), *more])


def only(snapshot: Snapshot) -> StackService:
    """Its one service."""
    ((found,),) = [stack.services for stack in stacks(snapshot)]
    return found


def here(name: str, state: str = "running", stack: str = "shop") -> Container:
    """A container of a task on this node."""
    labels = {"com.docker.swarm.service.name": f"{stack}_{name}"}
    labels |= {"com.docker.stack.namespace": stack}
    on = (Attachment("ingress"), Attachment("shop_default"))
    return Container(f"c-{name}-{state}", f"{name}.1.x", state=state, labels=labels, attachments=on)


@pytest.mark.parametrize(
    ("tasks", "word", "state", "why"),
    [
        (
            [task(1), task(2), task(3, node="id-2")],
            "ready",
            "ready 3/3",
            "on n1 ×2, n2",
        ),
        ([task(1), task(2, "preparing"), task(3, "assigned")], "starting", "starting 1/3",
         "1 assigned, 1 preparing"),
        ([], "starting", "starting 0/3", ""),
        (
            [task(1, "pending", "", error=NO_NODE)],
            "failed",
            "failed 0/3",
            "no suitable node (no node meets its constraints)",
        ),
        (
            [task(1), task(2), task(3, "starting"), task(3, "failed", error="boom", at=50.0)],
            "degraded",
            "degraded 2/3",
            "boom on node n1",
        ),
    ],
)  # fmt: skip
def test_the_word_comes_from_the_replicas(
    tasks: list[SwarmTask], word: str, state: str, why: str
) -> None:
    """All there: ready, and where; some on their way: starting; with a reason: degraded, failed."""
    one = service("shop_web", *tasks)
    told = verdict(swarm(one), one)
    assert (told.word, told.state, told.why) == (word, state, why)


def test_a_reason_of_a_replica_that_runs_again_is_none() -> None:
    """What failed once and was replaced explains nothing about the replica that is missing."""
    old = task(1, "failed", error="boom", at=500.0)
    one = service("shop_web", task(1), old, task(2, "starting"))
    assert newest_error(swarm(one), one) == ""
    again = replace(one, tasks=(*one.tasks, task(2, "failed", error="first", at=10.0),
                                task(2, "rejected", error="second", at=20.0)))  # fmt: skip
    assert newest_error(swarm(again), again) == "second on node n1"


@pytest.mark.parametrize(
    ("more", "tasks", "state"),
    [
        ({"replicas": 0}, [task(1, "shutdown")], "0/0"),
        ({"mode": "global", "replicas": None}, [], "0/0"),
        ({"mode": "global", "replicas": None}, [task(0), task(0, node="id-2")], "ready 2/2"),
        (
            {"mode": "replicated-job", "replicas": 2},
            [task(1, "complete"), task(2, "complete", desired="complete")],
            "done 2/2",
        ),
        ({"mode": "replicated-job", "replicas": 2}, [task(1, "complete")], "starting 1/2"),
    ],
)
def test_other_modes(more: dict[str, object], tasks: list[SwarmTask], state: str) -> None:
    """Scaled to nothing, one on each node, jobs."""
    one = service("shop_web", *tasks, **more)
    assert verdict(swarm(one), one).state == state


@pytest.mark.parametrize(
    ("error", "more", "told"),
    [
        ("", {}, ""),
        ("task: non-zero exit (1)", {}, "exit 1 on node n1"),
        (
            "task: non-zero exit (137): dockerexec: unhealthy container",
            {},
            "exit 137 on node n1: dockerexec: unhealthy container",
        ),
        ("No such image: shop/web:9", {}, "image not found on node n1"),
        ('invalid mount config for type "bind": bind source path does not exist: /srv/x', {},
         "no folder /srv/x on node n1"),
        ("driver failed programming external connectivity: Bind for 0.0.0.0:8080 failed: "
         "port is already allocated", {}, "port 8080 in use on node n1"),
        ("no suitable node (host-mode port already in use on 1 node)", {},
         "no suitable node (port in use)"),
        (NO_NODE, {"constraints": ("node.labels.gpu == true", "node.role == worker")},
         "no suitable node (no node meets node.labels.gpu == true and node.role == worker)"),
        ("no suitable node (insufficient resources on 2 nodes)", {"memory": 64 * GIB},
         "no suitable node (insufficient memory: it reserves 64 GiB, no node has more than "
         "8.0 GiB)"),
        ("no suitable node (insufficient resources on 2 nodes)", {"cpus": 99.0},
         "no suitable node (insufficient CPUs: it reserves 99, no node has more than 4)"),
        ("no suitable node (insufficient resources on 2 nodes)", {"cpus": 1.0, "memory": 7 * GIB},
         "no suitable node (insufficient resources: 7.0 GiB and 1 CPU are not left on any node)"),
        ("no suitable node (insufficient resources on 2 nodes)", {},
         "no suitable node (insufficient resources)"),
        ("no suitable node (unsupported platform on 2 nodes)", {},
         "no suitable node (unsupported platform on 2 nodes)"),
        ("no suitable node", {}, "no suitable node (none is there)"),
        ("something new", {}, "something new on node n1"),
    ],
)  # fmt: skip
def test_reasons_in_plain_words(error: str, more: dict[str, object], told: str) -> None:
    """The engine's sentences as people say them; one that is not known stands as it is."""
    one = service("shop_web", **more)
    assert plain_error(swarm(one), one, task(1, "failed", error=error)) == told


def test_nodes_that_take_nothing_are_told_on_their_rows() -> None:
    """A drained node concerns who was on it, a node that is down who runs there, and both a task
    that waits for a node."""
    drained, down = replace(ONE, availability="drain"), replace(TWO, state="down")
    error = "no suitable node (2 nodes not available for new tasks)"
    moved = service("shop_a", task(1, node="id-2"), task(1, "shutdown"), replicas=1)
    waiting = service("shop_b", task(1, "pending", "", error=error), replicas=1)
    gone = service("shop_c", task(1, node="id-9"), replicas=1)
    box = seen(swarm(moved, waiting, gone, nodes=(drained, down)))
    a, b, c = stacks(box)[0].services
    both = ("node n1 is drained", "node n2 is down")
    assert (a.troubles, b.troubles, c.troubles) == (both, both, ())
    assert b.verdict.why == "no suitable node (node n1 is drained, node n2 is down)"
    assert c.verdict.why == "on id-9"


def test_stacks_by_name_and_services_without_one_last() -> None:
    """Names as their file calls them; networks by the engine's names."""
    found = stacks(
        seen(
            swarm(service("alone"), service("shop_web", networks=("net-1", "raw"))),
            changes.NetworksListed((Network("net-1", "shop_default", "overlay"),)),
        )
    )
    assert [(stack.name, stack.title) for stack in found] == [
        ("shop", "stack shop (Swarm)"),
        ("", "services without a stack (Swarm)"),
    ]
    assert found[0].services[0].name == "web"
    assert found[0].services[0].networks == ("raw", "shop_default")
    assert found[0].summary == "0/1 up · 1 starting"


def test_containers_here_belong_to_their_service() -> None:
    """Those of a stack are no strangers; a project's own container with such a label stays its."""
    own = service("shop_web", task(1), replicas=1)
    project = replace(here("x"), id="p", project="core")
    box = seen(swarm(own), *map(changes.ContainerSeen, (here("web"), project)))
    assert only(box).containers == (here("web"),)
    assert box.outside == ()


def test_a_worker_knows_its_own_containers() -> None:
    """Without a manager the labels tell the stack, and nothing is said of replicas."""
    one, old = here("web"), here("web", "exited")
    found = only(seen(None, *map(changes.ContainerSeen, (one, old))))
    assert (found.name, found.known, found.networks) == ("web", None, ("shop_default",))
    assert found.verdict.word == "unknown"
    assert found.verdict.why.startswith("1 container of it here")
    assert only(seen(None, changes.ContainerSeen(old))).verdict.word == "absent"
