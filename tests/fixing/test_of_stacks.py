"""A fix of what Swarm runs is deployed, never brought up by Compose, and awaited there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.action import DeployStack, Up
from nebtui.facts import changes
from nebtui.facts.declared import Service
from nebtui.facts.swarm import SwarmService
from nebtui.fixing.batch import plan_all
from nebtui.fixing.effect import effect
from nebtui.fixing.patch import Patch
from nebtui.fixing.recreate import recorded, up_actions
from nebtui.fixing.watch import Watched, verdict
from nebtui.fixing.writing import write
from nebtui.keep.journal import Journal
from nebtui.rules.rule import Options, Recreate
from nebtui.store import fold
from tests.builders import box, container, project
from tests.fakes import FakeHost
from tests.rules import cases
from tests.swarms import service, swarm, task

SHOP = project("shop", Service("web"))
WRITTEN = 100.0


def a_fix(stack: bool) -> Patch:
    """A patch that concerns the web service."""
    return Patch("t", (), "safe", recreate=(Recreate(SHOP.key, ("web",), stack=stack),))


def deployed(**more: object) -> SwarmService:
    """The web service as Swarm runs it."""
    return service("shop_web", task(1), replicas=1, **more)


def test_it_is_deployed_not_brought_up() -> None:
    """One deployment of the whole stack; Compose's own projects as ever."""
    assert up_actions(box(SHOP), a_fix(True).recreate) == (DeployStack(SHOP.key),)
    assert up_actions(box(SHOP), a_fix(False).recreate) == (Up(SHOP.key, ("web",)),)
    assert effect(a_fix(True)) == ("then a deployment replaces the tasks of web",)


@pytest.mark.parametrize(
    ("service", "state", "message"),
    [
        (deployed(changed=99.5), "seen", "deployed as written, its tasks run"),
        (deployed(changed=90.0), "written", "written · needs a deployment (U): shop/web"),
        (
            replace(deployed(changed=120.0), tasks=(task(1, "starting"),)),
            "written",
            "written, not seen yet: shop/web starting 0/1",
        ),
    ],
    ids=["deployed since", "deployed before", "on its way"],
)
def test_what_is_seen_of_it(service: SwarmService, state: str, message: str) -> None:
    """From when it was deployed, and its replicas."""
    found = verdict(
        box(SHOP, changes.SwarmSeen(swarm(service))), Watched(a_fix(True), WRITTEN, 1), 200.0
    )
    assert (found.state, found.message) == (state, message)
    assert found.needs_up == ("needs" in message)


def test_before_it_is_deployed() -> None:
    """Nothing of it is there."""
    found = verdict(box(SHOP), Watched(a_fix(True), WRITTEN, 1), 200.0)
    assert (found.state, "needs a deployment" in found.message) == ("written", True)


def test_the_journal_keeps_who_runs_it(tmp_path: Path) -> None:
    """What is undone is deployed again, too."""
    case = next(one for one in cases.load() if one.rule == "unlimited-cpu" and "stack" in one.title)
    snapshot = cases.snapshot(case, tmp_path)
    host = FakeHost(snapshot)
    findings = [one for one in rules.find(snapshot) if one.rule == case.rule]
    planned = plan_all(snapshot, findings, Options(), host, unsafe=True)
    assert planned.patch is not None
    journal = Journal(str(tmp_path / "state"))
    write(planned.patch, host, journal, lambda: 1.0)
    (entry,) = journal.entries()
    (again,) = up_actions(snapshot, recorded(entry))
    assert isinstance(again, DeployStack)


def test_a_project_that_compose_runs_stays_composes(tmp_path: Path) -> None:
    """A stack of the same name changes nothing for it."""
    case = next(one for one in cases.load() if one.rule == "unlimited-cpu" and "stack" in one.title)
    snapshot = cases.snapshot(case, tmp_path)
    both = fold(snapshot, changes.ContainerSeen(container("a/llm")))
    findings = [one for one in rules.find(both) if one.rule == case.rule]
    planned = plan_all(both, findings, Options(), FakeHost(both), unsafe=True)
    assert planned.patch is not None
    assert [one.stack for one in planned.patch.recreate] == [False]
