"""Can A reach B: each piece of the path, there or missing, and what mends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui import rules
from nebtui.analysis.reach import Answer, Reach, StepName, reach
from nebtui.analysis.reach_probe import NO_PROGRAM, connected_to, connecting, told, trial
from nebtui.facts.changes import ProcessesSeen
from nebtui.facts.declared import Join, Port, Service
from nebtui.facts.observed import Attachment, Network
from nebtui.facts.process import Peer, Process
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.mending import mending
from tests.builders import at, box, container, joined, project, waits

ASK = {"DB_URL": "http://db:5432"}


def path(made: Snapshot, source: str = "shop/app", target: str = "shop/db") -> Reach:
    """The path between two services."""
    return reach(made, at(source), at(target))


def answers(found: Reach) -> dict[StepName, Answer]:
    """Each step's answer."""
    return {step.name: step.answer for step in found.steps}


def shop(app: dict[str, Any] | None = None, db: dict[str, Any] | None = None) -> Any:
    """A project of an app that names its db."""
    return project(
        "shop", Service("app", environment=ASK, **(app or {})), Service("db", **(db or {}))
    )


def listening(*ports: int) -> ProcessesSeen:
    """The db's process."""
    return ProcessesSeen((Process("shop-db-1", 7, 0, 0, listening=ports),))


RUNS = tuple(container(f"shop/{name}", "running", "shop_default") for name in ("app", "db"))


def test_all_is_there() -> None:
    """A shared network, one meaning of the name, a container that listens, and a gate."""
    found = path(
        box(shop({"depends_on": waits("db", condition="service_healthy")}), *RUNS, listening(5432))
    )
    assert set(answers(found).values()) == {"yes"}
    assert (found.answer, found.host, found.port, found.named) == ("yes", "db", 5432, True)


@pytest.mark.parametrize(
    ("ports", "answer", "words"),
    [
        ((8000,), "no", "shop/db listens on 8000, not on 5432"),
        ((), "no", "it listens on nothing that other containers reach"),
        ((5432, 8000), "yes", "shop/db listens on 5432"),
    ],
)
def test_the_port(ports: tuple[int, ...], answer: Answer, words: str) -> None:
    """What listens is seen in its network namespace; only loopback is nothing."""
    found = path(box(shop(), *RUNS, listening(*ports)))
    step = next(step for step in found.steps if step.name == "port")
    assert (step.answer, step.message) == (answer, words)


def test_a_connection_that_is_there_says_it_all() -> None:
    """The kernel's table counts more than what is known of ports."""
    app, db = (
        replace(one, attachments=(Attachment("shop_default", f"10.0.0.{n}"),))
        for n, one in enumerate(RUNS)
    )
    talking = Process("shop-app-1", 6, 0, 0, peers=(Peer("10.0.0.1", 5432),))
    found = path(box(shop(), app, db, ProcessesSeen((talking,))))
    assert answers(found)["port"] == "yes"
    assert "has a connection" in found.steps[3].message


def test_what_does_not_run_is_brought_up() -> None:
    """No container: the step says so and how."""
    found = path(box(shop(), RUNS[0]))
    step = found.steps[2]
    assert (step.name, step.answer, step.remedy) == ("runs", "no", "bring shop/db up")
    assert found.answer == "no"


def test_without_an_engine_nothing_is_claimed() -> None:
    """On files alone the network and the name are known, the rest is not."""
    made = box(shop(), engine=None)
    found = path(made)
    assert answers(found)["network"] == "yes"
    assert answers(found)["runs"] == "unknown"
    assert found.answer == "unknown"


OTHER = project("rag", Service("db"))


def test_two_projects_are_joined() -> None:
    """No network in common: the rule's own finding where a text names it, and none where that
    refuses; else one made for it."""
    made = box(project("shop", Service("app", environment=ASK)), OTHER)
    found = path(made, "shop/app", "rag/db")
    step = found.steps[0]
    assert (step.answer, found.answer) == ("no", "no")
    own = next(f for f in rules.find(made) if f.rule == "isolated-networks")
    assert mending(found, step, [replace(own, applicability="safe")]) == replace(
        own, applicability="safe"
    )
    assert mending(found, step, [replace(own, applicability="display")]) is None
    found = path(box(shop(), OTHER), "shop/app", "rag/db")
    put = mending(found, found.steps[0], ())
    assert put is not None
    assert (put.rule, put.at, put.target) == ("isolated-networks", at("shop/app"), at("rag/db"))


def test_networks_of_one_project_are_mended_by_hand() -> None:
    """Within a project the remedy names the network to join."""
    parted = project(
        "shop",
        Service("app", networks=joined("default")),
        Service("db", networks=joined("back")),
        external=("back",),
    )
    made = box(parted, Network("1", "back"))
    step = path(made).steps[0]
    assert (step.answer, step.remedy) == ("no", "let shop/app join back")
    assert mending(path(made), step, rules.find(made)) is None


def test_an_absent_external_network() -> None:
    """Both declare it and it does not exist: it is to be created."""
    pair = (Service(name, networks=joined("back")) for name in ("app", "db"))
    found = path(box(project("shop", *pair, external=("back",))))
    assert found.steps[0].rules == ("missing-network",)


def test_a_name_of_two_owners() -> None:
    """Another service answers it on a network of the caller."""
    nets = joined("front")
    one = project("shop", Service("app", environment=ASK, networks=nets), external=("front",))
    two, three = (
        project(name, Service("db", networks=nets), external=("front",)) for name in ("rag", "x")
    )
    found = path(box(one, two, three, Network("1", "front")), "shop/app", "rag/db")
    step = found.steps[1]
    assert (step.answer, step.rules) == ("no", ("ambiguous-name",))
    assert "x/db" in step.message


@pytest.mark.parametrize(
    ("app", "db", "host", "answer"),
    [
        ({"network_mode": "none"}, {}, "db", "no"),
        ({"network_mode": "host"}, {}, "", "no"),
        ({"network_mode": "host"}, {"ports": (Port(5432, "15432"),)}, "127.0.0.1", "yes"),
        ({}, {"network_mode": "host"}, "host.docker.internal", "no"),
        (
            {"extra_hosts": (("host.docker.internal", "host-gateway"),)},
            {"network_mode": "host"},
            "host.docker.internal",
            "yes",
        ),
    ],
)
def test_modes(app: dict[str, Any], db: dict[str, Any], host: str, answer: Answer) -> None:
    """None has no way, the host's network has published ports, and is called by the host's name."""
    found = path(box(shop(app, db)))
    assert found.host == host
    first = {step.answer for step in found.steps[:2]}
    assert ("no" in first) == (answer == "no")


def test_gates() -> None:
    """A start is no part of the answer."""
    for app, answer in (
        ({}, "no"),
        ({"depends_on": waits("db")}, "no"),
        ({"depends_on": waits("db", condition="service_healthy")}, "yes"),
    ):
        found = path(box(shop(app), *RUNS, listening(5432)))
        assert (answers(found)["gate"], found.answer) == (answer, "yes")


@given(st.text(), st.integers(1, 65535))
def test_a_name_is_never_read_by_a_shell(host: str, port: int) -> None:
    """It is an argument of its own, whatever it holds."""
    argv = connecting(host, port)
    assert connected_to(argv) == (host, port)
    assert argv[2] == connecting("db", 1)[2]


@pytest.mark.parametrize(
    ("code", "output", "expected"),
    [
        (0, "", True),
        (1, "bash: connect: Connection refused\n\n", False),
        (124, "", False),
        (NO_PROGRAM, "no bash", None),
        (127, 'exec: "sh": not found', None),
    ],
)
def test_what_a_try_tells(code: int, output: str, expected: bool | None) -> None:
    """An image without a program is no proof of anything."""
    assert told(code, output)[0] is expected


def test_what_cannot_be_tried() -> None:
    """Without a running container, or without a port, there is nothing to try."""
    assert "does not run" in str(trial(box(shop()), path(box(shop()))))
    made = box(project("shop", Service("app"), Service("db")), *RUNS)
    assert "no port" in str(trial(made, path(made)))
    made = box(shop(), *RUNS, listening(5432))
    assert trial(made, path(made)) == ("shop-app-1", "db", 5432)


def test_a_name_that_the_caller_has_itself() -> None:
    """An alias of its own answers first: it would call itself."""
    nets = {"front": Join("front", aliases=("db",))}
    one = project("shop", Service("app", environment=ASK, networks=nets), external=("front",))
    two = project("rag", Service("db", networks=joined("front")), external=("front",))
    found = path(box(one, two, Network("1", "front")), "shop/app", "rag/db")
    assert (found.steps[1].answer, found.answer) == ("no", "no")
    assert "db is a name of shop/app itself" in found.steps[1].message


def test_one_of_several_owners_is_meant() -> None:
    """Where many answer the name the fix joins the one that is asked about."""
    shops = (project(name, Service("db")) for name in ("rag", "x"))
    made = box(project("shop", Service("app", environment=ASK)), *shops)
    found = path(made, "shop/app", "x/db")
    own = next(f for f in rules.find(made) if f.rule == "isolated-networks")
    assert own.target is None
    meant = mending(found, found.steps[0], [replace(own, applicability="unsafe")])
    assert meant is not None
    assert meant.target == at("x/db")
