"""Stacks of Docker Swarm: verdicts from replicas, reasons in plain words, nodes that take none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.stacks import StackService, stacks
from nebtui.analysis.swarm_verdict import newest_errors, verdict
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
    assert newest_errors(swarm(one), one) == ""
    again = replace(one, tasks=(*one.tasks, task(2, "failed", error="first", at=10.0),
                                task(2, "rejected", error="second", at=20.0)))  # fmt: skip
    assert newest_errors(swarm(again), again) == "second on node n1"


def test_what_keeps_the_wanted_one_says_more_than_what_ended() -> None:
    """However new the end is; and what a node could not tidy up is no reason at all."""
    waits = task(1, "pending", "", error=NO_NODE, at=10.0)
    ended = task(1, "failed", error="boom", at=20.0)
    swept = task(1, "shutdown", error="error while removing network", at=30.0)
    one = service("shop_web", waits, ended, swept, replicas=1)
    assert newest_errors(swarm(one), one).startswith("no suitable node")
    again = replace(one, tasks=(task(1, "ready", at=10.0), swept))
    assert verdict(swarm(again), again).why == "1 about to start"
    assert newest_errors(swarm(again), replace(again, tasks=(*again.tasks, ended))) == (
        "boom on node n1"
    )


def test_a_reason_with_all_of_its_nodes() -> None:
    """Once for each, of nodes that take a task now; many reasons are counted."""
    missing = [task(0, "rejected", f"id-{n}", error="No such image: x", desired="ready", at=n)
               for n in (1, 2)]  # fmt: skip
    drained = task(0, "rejected", "id-9", error="No such image: x", at=9.0)
    one = service("shop_all", *missing, drained, mode="global", replicas=None)
    assert newest_errors(swarm(one), one) == "image not found on nodes n1, n2"
    assert (one.wanted, one.running) == (2, 0)
    many = [task(n, "failed", error=f"boom {n}", at=n) for n in (1, 2, 3, 4)]
    four = service("shop_web", *many, replicas=4)
    assert newest_errors(swarm(four), four) == ("boom 4 on node n1; boom 3 on node n1; and 2 more")
    wide = [replace(ONE, id=f"i{n}", name=f"m{n}") for n in range(6)]
    tasks = [task(0, "rejected", node.id, error="No such image: x", desired="ready")
             for node in wide]  # fmt: skip
    six = service("shop_all", *tasks, mode="global", replicas=None)
    assert newest_errors(swarm(six, nodes=tuple(wide)), six) == "image not found on 6 nodes"


def test_one_that_ends_well_is_done() -> None:
    """A step that is run once, as a service: its replica is no missing one."""
    done = task(1, "complete", desired="shutdown", at=5.0)
    one = service("shop_migrate", done, replicas=1)
    assert (verdict(swarm(one), one).word, verdict(swarm(one), one).state) == (
        "completed",
        "done 1/1",
    )
    again = replace(one, tasks=(done, task(1, "running", at=6.0)))
    assert (again.finished, verdict(swarm(again), again).word) == (0, "ready")
    failed = replace(one, tasks=(done, task(1, "failed", error="boom", at=6.0)))
    assert (failed.finished, verdict(swarm(failed), failed).word) == (0, "failed")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("", ""),
        ("completed", ""),
        ("updating", "update in progress"),
        ("paused", "update paused, the other tasks are as before: exit 3 on node n1"),
        ("rollback_completed", "update failed and was rolled back: exit 3 on node n1"),
    ],
)
def test_what_an_update_has_come_to(state: str, told: str) -> None:
    """With the reason of the task that stopped it; a service that is well may wait half way."""
    stopped = task(1, "failed", error="task: non-zero exit (3)")
    stopped = replace(stopped, id="oo0niz3b")
    why = "update paused due to failure or early termination of task oo0niz3b"
    one = service("shop_web", task(1), stopped, replicas=1, update=state,
                  update_told=why if state != "updating" else "update in progress")  # fmt: skip
    found = only(seen(swarm(one)))
    assert (found.verdict.word, found.update) == ("ready", told)
    assert found.notes == ((told,) if told else ())


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
        ("no suitable node (host-mode port already in use on 1 node)", {"own_ports": (80,)},
         "no suitable node (port 80 in use on each)"),
        ("no suitable node (max replicas per node limit exceed; unsupported platform on 1 node)",
         {"max_per_node": 2}, "no suitable node (the others have as many as "
         "max_replicas_per_node 2 allows; unsupported platform on 1 node)"),
        (f"starting container failed: container {'0f' * 32}: endpoint join on GW Network failed: "
         "driver failed programming external connectivity on endpoint gateway_1 (00): Error "
         "starting userland proxy: listen tcp4 0.0.0.0:18082: bind: address already in use", {},
         "port 18082 in use on node n1"),
        (f"starting container failed: container {'0f' * 32}: no room", {}, "no room on node n1"),
        (NO_NODE, {"constraints": ("node.labels.gpu == true", "node.role == worker")},
         "no suitable node (no node meets node.labels.gpu == true and node.role == worker)"),
        ("no suitable node (insufficient resources on 2 nodes)", {"memory": 64 * GIB},
         "no suitable node (insufficient memory: it reserves 64 GiB, no node has more than "
         "8.0 GiB)"),
        ("no suitable node (insufficient resources on 2 nodes)", {"cpus": 99.0},
         "no suitable node (insufficient CPUs: it reserves 99, no node has more than 4)"),
        ("no suitable node (insufficient resources on 2 nodes)", {"cpus": 1.0, "memory": 7 * GIB},
         "no suitable node (insufficient resources: it reserves 7.0 GiB and 1 CPU, free are "
         "8.0 GiB and 4 CPUs on n1, 8.0 GiB and 4 CPUs on n2)"),
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
    assert (a.notes, b.notes) == (both, ())
    error = "1 node not available for new tasks"
    assert plain_error(swarm(nodes=(drained,)), moved, task(1, error=error)) == "node n1 is drained"
    assert plain_error(swarm(), moved, task(1, error=error)) == f"{error} on node n1"
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
