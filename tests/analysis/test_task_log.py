"""Why a task of a swarm has no log."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.task_log import tasks_called, why_no_log
from tests.swarms import ONE, TWO, service, swarm, task


def test_a_node_that_is_lost_has_the_log() -> None:
    """Whatever its task is told to be; of one that was never made there is none anywhere."""
    down = swarm(nodes=(replace(ONE, state="down"), TWO))
    web = service("shop_web")
    for state in ("running", "complete", "failed"):
        assert why_no_log(down, web, task(1, state)) == (
            "what task 1 wrote is on its node: node n1 is down"
        )
    assert "no container was made" in why_no_log(down, web, task(1, "rejected"))
    assert why_no_log(swarm(), web, task(1)) == ""


def test_a_drained_node_can_be_asked() -> None:
    """It only takes no tasks."""
    drained = swarm(nodes=(replace(ONE, availability="drain"),))
    told = why_no_log(drained, service("shop_web"), task(1, "failed", error="boom"))
    assert told == (
        "task 1 is failed: boom on node n1; it wrote nothing, or its container is removed"
    )


def test_a_task_is_called_by_replica_node_or_id() -> None:
    """All attempts at a replica, all on a node, one by the start of its id; the exact name of a
    node comes before ids."""
    first, again = task(1, "failed", at=1.0), replace(task(1, node="id-2", at=2.0), id="9f00aa")
    other = replace(task(2, node="id-2"), id="n2-looks-like-one")
    web = service("shop_web", first, again, other)
    told = swarm(web)
    assert tasks_called(told, web, "1") == (first, again)
    assert tasks_called(told, web, "n2") == (again, other)
    assert tasks_called(told, web, "9f00") == (again,)
    for none in ("", "9f0", "3", "0", "²", "nowhere", "9" * 30):
        assert tasks_called(told, web, none) == ()
    every = service("shop_all", task(0), mode="global")
    assert tasks_called(told, every, "0") == ()
