"""GPUs and other things that nodes of a swarm have: what is free, and what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui.analysis.generic_resources import lacking, reserved, supply, wanted
from nebtui.analysis.task_errors import plain_error
from nebtui.facts.swarm import GenericResource, Swarm
from tests.swarms import ONE, TWO, service, swarm, task

NODES = (
    replace(ONE, generic=(GenericResource("gpu", 2),)),
    replace(TWO, generic=(GenericResource("fpga", 4), GenericResource("gpu", 1))),
)
TAKER = service(
    "llm_a",
    task(1),
    task(2, "failed"),
    task(3, "pending", ""),
    generic=(GenericResource("gpu", 1),),
)
FULL = "no suitable node (insufficient resources on 2 nodes)"


def box(**more: object) -> Swarm:
    """With a service that has one of the GPUs of n1, and another one that wants some."""
    return swarm(TAKER, service("llm_b", task(1, "pending", "", error=FULL), **more), nodes=NODES)


def test_what_is_free() -> None:
    """Of each kind on each node; tasks that ended, and those that no node has, hold nothing."""
    assert [str(one) for one in supply(box())] == ["1 of 2 on n1", "4 of 4 on n2", "1 of 1 on n2"]


@pytest.mark.parametrize(
    ("generic", "why"),
    [
        (
            GenericResource("gpu", 2),
            "insufficient gpu: it reserves 2, free are 1 of 2 on n1, 1 of 1 on n2",
        ),
        (GenericResource("gpu", 3), "insufficient gpu: it reserves 3, no node has more than 2"),
        (
            GenericResource("tpu", 1),
            "no node has tpu, it reserves 1: `node-generic-resources` in the daemon.json of a node "
            "says what it has",
        ),
    ],
)
def test_what_is_missing_is_named(generic: GenericResource, why: str) -> None:
    """Instead of the scheduler's "insufficient resources on 2 nodes"."""
    told = box(generic=(generic,))
    one = told.services[1]
    assert list(lacking(told, one)) == [why]
    assert plain_error(told, one, one.tasks[0]) == f"no suitable node ({why})"


def test_nothing_missing_is_not_made_up() -> None:
    """Where each kind alone would do, what is reserved is named beside what is left."""
    told = box(generic=(GenericResource("gpu", 1), GenericResource("fpga", 4)), memory=2**30)
    one = told.services[1]
    assert list(lacking(told, one)) == []
    assert plain_error(told, one, one.tasks[0]) == (
        "no suitable node (insufficient resources: it reserves 1.0 GiB and 1 gpu and 4 fpga, free "
        "are 8.0 GiB and 1 gpu and 0 fpga on n1, 8.0 GiB and 1 gpu and 4 fpga on n2)"
    )


def test_what_is_wanted_beside_what_there_is() -> None:
    """For the page of a service."""
    told = box(generic=(GenericResource("gpu", 2),))
    assert wanted(told, told.services[1]) == "2 gpu; free are 1 of 2 on n1, 1 of 1 on n2"
    two = replace(told.services[1], generic=(GenericResource("fpga", 1), GenericResource("gpu", 1)))
    assert wanted(told, two) == (
        "1 fpga and 1 gpu; free are gpu 1 of 2 on n1, fpga 4 of 4 on n2, gpu 1 of 1 on n2"
    )
    assert wanted(told, replace(two, generic=())) == reserved(replace(two, generic=())) == ""
    assert wanted(told, replace(two, generic=(GenericResource("tpu", 1),))) == "1 tpu"
