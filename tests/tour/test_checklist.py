"""Promises of the last page: what a box has, and what to do there first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui import rules
from nebtui.facts.declared import Service
from nebtui.facts.gpu import GpuStack
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.link import Link
from nebtui.facts.samples import GpuSample
from nebtui.facts.snapshot import Snapshot
from nebtui.tour.checklist import Checked, checklist
from tests.builders import ENGINE, box, container, project, waits

LINKS = (Link("driver", "broken", "no driver", "install one"),)
SHARED = box(
    project("core", Service("chroma")),
    project("gantry", Service("conductor", environment={"URL": "http://chroma:8000"})),
)


def of(snapshot: Snapshot) -> dict[str, Checked]:
    """The list by what was looked at."""
    # The facts of these boxes have no file: what a file can be written for is told by others.
    found = tuple(
        replace(f, applicability="safe") if f.severity == "error" else f
        for f in rules.find(snapshot)
    )
    return {item.what: item for item in checklist(snapshot, found)}


def test_nothing_at_all() -> None:
    """No engine, no project: what to do about both, and nothing claimed."""
    found = of(replace(Snapshot(), engine_problem="no socket"))
    assert found["engine"] == Checked("todo", "engine", "no socket",
        "nebtui doctor says what is missing")  # fmt: skip
    assert found["projects"].mark == "todo"
    assert found["projects"].told == "no Compose project was found"
    assert found["GPU"].mark == "none"
    assert found["worst finding"].mark == "none"
    assert found["first fix"].do == ""


def test_a_broken_box() -> None:
    """The worst finding with its manual, and the first fix with its row and key."""
    found = of(SHARED)
    assert found["engine"].told == f"{ENGINE.name}, engine {ENGINE.version}"
    assert found["projects"].told == "2: core, gantry · 2 services, none runs"
    assert found["worst finding"].told.startswith("isolated-networks: gantry/conductor uses")
    assert found["worst finding"].do == "nebtui rule isolated-networks explains it"
    assert found["first fix"].told == "isolated-networks at gantry/conductor"
    assert found["first fix"].do == "nebtui, select gantry/conductor, n"


def test_a_good_box() -> None:
    """Nothing to do is said as that."""
    test = Healthcheck(("CMD", "curl", "-fsS", "http://127.0.0.1/"))
    found = of(box(project("p", Service("a", image="x:1", healthcheck=test)),
        container("p/a", health="healthy")))  # fmt: skip
    assert found["worst finding"] == Checked("ok", "worst finding", "no error and no warning")
    assert found["first fix"].mark == "none"


@pytest.mark.parametrize(
    ("gpus", "stack", "asks", "mark", "words"),
    [
        ({0: GpuSample(0, "RTX 4090", 0.0)}, None, True, "ok", "1: RTX 4090"),
        ({}, GpuStack(links=LINKS), True, "todo", "no driver"),
        ({}, GpuStack(links=LINKS), False, "none", "no service asks"),
        ({}, None, True, "todo", "p/a asks for one"),
    ],
)
def test_gpus(
    gpus: dict[int, GpuSample], stack: GpuStack | None, asks: bool, mark: str, words: str
) -> None:
    """A missing driver is something to do only where a service asks for a GPU."""
    snapshot = replace(box(project("p", Service("a", gpu=asks))), gpus=gpus, gpu_stack=stack)
    item = of(snapshot)["GPU"]
    assert item.mark == mark
    assert words in item.told


def test_a_gate_is_not_first_while_something_is_broken() -> None:
    """The first fix is one of the worst severity."""
    more = project("core", Service("chroma"), Service("x", depends_on=waits("chroma")))
    other = project("gantry", Service("c", environment={"URL": "http://chroma:8000"}))
    found = of(box(more, other))
    assert found["first fix"].told == "isolated-networks at gantry/c"
