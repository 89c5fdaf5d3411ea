"""A project whose files Swarm runs as a stack: what it is, and what its findings are worth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nebtui import rules
from nebtui.action import DeployStack, Stop, Up
from nebtui.analysis.consequence import consequence, destroys
from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import tally, whole_tally
from nebtui.analysis.swarm_verdict import deployed_as, services_of
from nebtui.facts import changes
from nebtui.facts.declared import Dependency, Origin, Port, Service, ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.from_snapshot import graph_model
from nebtui.rules.in_swarm import BY_HAND, IN_VAIN, told_for_swarm
from nebtui.rules.rule import Finding
from nebtui.tui.header import header
from nebtui.tui.swarm_verbs import where_it_runs
from tests.builders import box, container, project
from tests.swarms import ONE, TWO, service, swarm, task

SHOP = project(
    "shop",
    Service("web", image="x", depends_on={"db": Dependency("db", "service_started")}),
    Service("db", image="x", healthcheck=Healthcheck(test=("CMD", "true"))),
)
WEB = service("shop_web", task(1), task(2, "rejected", error="No such image: x"), replicas=2)
DB = service("shop_db", task(1), replicas=1)
SWARM = changes.SwarmSeen(swarm(WEB, DB))
BOX = box(SHOP, SWARM)
KEYS = tuple(ServiceKey(SHOP.key, name) for name in ("web", "db"))


def test_its_services_are_what_swarm_makes_of_them() -> None:
    """Instead of "not created", in every count."""
    told = [readiness(BOX, key) for key in KEYS]
    assert [(one.state, one.why) for one in told] == [
        ("degraded", "Swarm: degraded 1/2, image not found on node n1"),
        ("ready", "Swarm: ready 1/1, on n1"),
    ]
    counted = tally(BOX, KEYS)
    assert (counted.text, counted.parts) == ("2/2 up", (("1 degraded", "warn"),))
    assert whole_tally(BOX) == counted
    group = graph_model(BOX).groups[0]
    assert (group.subtitle, group.collapsed) == ("deployed as stack shop (Swarm)", True)
    later = box(SHOP, changes.SwarmSeen(swarm(replace(WEB, tasks=(task(1), task(2))), DB)))
    assert whole_tally(later).parts == ()


@pytest.mark.parametrize(
    ("snapshot", "of", "alone"),
    [
        (BOX, True, True),
        (box(SHOP, SWARM, container("shop/db")), True, False),
        (box(SHOP), False, False),
        (box(SHOP, changes.SwarmSeen(swarm(WEB, service("shop_other")))), False, False),
        (box(project("shop2", Service("web")), SWARM), False, False),
    ],
    ids=["deployed", "Compose runs some", "no swarm", "other services", "other name"],
)
def test_which_projects_are_deployed(snapshot: Snapshot, of: bool, alone: bool) -> None:
    """Of the stack's name and with all of its services; one that Compose runs is Compose's."""
    (key,) = snapshot.projects
    assert (bool(services_of(snapshot, key)), bool(deployed_as(snapshot, key))) == (of, alone)


def test_no_gate_is_asked_for_that_a_stack_refuses() -> None:
    """Its file would not be deployed with one; beside Compose it is asked for as ever."""
    assert "ungated-dependency" not in {one.rule for one in rules.find(BOX)}
    assert "ungated-dependency" in {one.rule for one in rules.find(box(SHOP))}
    lost = Finding("missing-network", "error", SHOP.key, "web", "", "m", (), "safe", fix="make it")
    (found,) = told_for_swarm(BOX, [lost])
    assert (found.applicability, found.fix) == ("display", BY_HAND)
    assert [*told_for_swarm(box(SHOP), [lost])] == [lost]
    limit = replace(lost, rule="unlimited-memory", applicability="display")
    (found,) = told_for_swarm(BOX, [limit])
    assert "deploy.resources.limits.memory" in (found.fix or "")
    open_ = replace(lost, rule="open-sandbox")
    (found,) = told_for_swarm(BOX, [open_])
    assert (found.applicability, found.fix) == ("display", IN_VAIN)


PLACED = Service(
    "web",
    image="x",
    depends_on={"db": Dependency("db", "service_healthy"), "c": Dependency("c", "service_started")},
    origins={("deploy", "placement"): Origin("/f", 3), ("mem_limit",): Origin("/f", 4)},
)
NEW = project("new", PLACED, Service("db"), Service("c"))


def test_a_file_for_swarm_is_deployed_by_its_first_up() -> None:
    """Its consequences first: what Swarm refuses of it, then what is made. On a box without a
    manager, or where Compose runs it, up is Compose's."""
    up, manager = Up(NEW.key), changes.SwarmSeen(swarm())
    alone = box(NEW, manager)
    assert where_it_runs(alone, (up,)) == (DeployStack(NEW.key),)
    assert consequence(alone, DeployStack(NEW.key)) == (
        "REFUSED by Swarm: it takes no web: depends_on.db, web: mem_limit; "
        "creates web, db, c as a stack of Swarm"
    )
    assert destroys(alone, DeployStack(NEW.key))
    other = box(project("plain", Service("web")), manager)
    (plain,) = other.projects
    for box_, key in ((box(NEW), NEW.key), (other, plain),
                      (box(NEW, manager, container("new/db")), NEW.key)):  # fmt: skip
        assert where_it_runs(box_, (Up(key),)) == (Up(key),)
    stopped = where_it_runs(alone, (Stop(NEW.key),))
    assert stopped == (Stop(NEW.key),)


def test_what_a_deployment_opens_is_told_first() -> None:
    """An address before a port means nothing to Swarm; a name at the top refuses the file."""
    kept = Service("web", ports=(Port(5432, "5432", "127.0.0.1"), Port(80, "8080", "0.0.0.0")))
    named = replace(
        project("new", kept), sections={"name": Origin("/f", 1), "services": Origin("/f", 2)}
    )
    told = consequence(box(named, changes.SwarmSeen(swarm())), DeployStack(named.key))
    assert told == (
        "REFUSED by Swarm: it takes no name; OPENS 5432 on all addresses of every node; "
        "creates web as a stack of Swarm"
    )


def test_the_top_line_counts_stacks_and_names_lost_nodes() -> None:
    """Of stacks whose files are here the projects are counted; a drained node is meant so."""

    def told(snapshot: Snapshot) -> str:
        return "".join(text for text, _ in header(snapshot, (), "", locked=False))

    assert "2/2 up  1 degraded  1 project" in told(BOX)
    nodes = (replace(ONE, state="down"), replace(TWO, availability="drain"))
    alone = told(box(changes.SwarmSeen(swarm(WEB, DB, nodes=nodes))))
    assert "Swarm 2/2 up  1 degraded  node n1 is down  0 projects" in alone
    assert "n2" not in alone
    assert "0 services" not in alone
