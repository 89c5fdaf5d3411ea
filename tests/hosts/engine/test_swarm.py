"""The swarm that an engine manages: its JSON as facts, and when it is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nebtui.facts.changes import SwarmSeen
from nebtui.facts.observed import PortBinding
from nebtui.facts.swarm import GenericResource, Swarm, SwarmNode
from nebtui.hosts.engine import swarm_payloads
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.swarm import SwarmCollector
from tests.hosts.test_collectors import ChangeLog

MANAGER = {"Swarm": {"ControlAvailable": True, "LocalNodeState": "active"}}
WORKER = {"Swarm": {"ControlAvailable": False, "LocalNodeState": "active"}}
SERVICE: dict[str, Any] = {
    "ID": "s1",
    "Spec": {
        "Name": "shop_web",
        "Labels": {"com.docker.stack.namespace": "shop"},
        "TaskTemplate": {
            "ContainerSpec": {"Image": "web:1@sha256:00"},
            "Resources": {
                "Reservations": {
                    "MemoryBytes": 1024,
                    "NanoCPUs": 500_000_000,
                    "GenericResources": [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 2}}],
                }
            },
            "Placement": {"Constraints": ["node.role == worker"], "MaxReplicas": 2},
            "Networks": [{"Target": "net1", "Aliases": ["web"]}],
        },
        "Mode": {"Replicated": {"Replicas": 2}},
    },
    "UpdateStatus": {"State": "paused", "Message": "update paused due to …"},
    "Endpoint": {
        "Ports": [
            {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"},
            {"Protocol": "tcp", "TargetPort": 81, "PublishedPort": 8081, "PublishMode": "host"},
        ]
    },
}
TASK: dict[str, Any] = {
    "ID": "t1",
    "ServiceID": "s1",
    "NodeID": "n1",
    "Slot": 1,
    "DesiredState": "running",
    "Status": {
        "Timestamp": "2026-11-22T23:00:00.5Z",
        "State": "rejected",
        "Err": "No such image: web:1",
        "ContainerStatus": {"ContainerID": "c1"},
    },
}
NODE: dict[str, Any] = {
    "ID": "n1",
    "Spec": {"Role": "manager", "Availability": "drain"},
    "Description": {
        "Hostname": "one",
        "Resources": {
            "NanoCPUs": 2_000_000_000,
            "MemoryBytes": 4096,
            "GenericResources": [
                {"NamedResourceSpec": {"Kind": "gpu", "Value": "GPU-1"}},
                {"NamedResourceSpec": {"Kind": "gpu", "Value": "GPU-2"}},
                {"DiscreteResourceSpec": {"Kind": "fpga", "Value": 4}},
                {"DiscreteResourceSpec": {"Kind": 7}},
                {},
            ],
        },
    },
    "Status": {"State": "ready"},
}


class StubClient(EngineClient):
    """An engine with the swarm above; counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(Endpoint(), {})
        self.asked: list[str] = []
        self.told = MANAGER
        self.running = "running"
        self.problem = ""

    def info(self) -> dict[str, Any]:
        self.asked.append("info")
        return self.told

    def services(self) -> list[Any]:
        self.asked.append("services")
        if self.problem:
            raise EngineError(self.problem)
        return [SERVICE]

    def tasks(self) -> list[Any]:
        state = {**TASK["Status"], "State": self.running}
        return [{**TASK, "ID": f"t{n}", "Slot": n, "Status": state} for n in (1, 2)]

    def nodes(self) -> list[Any]:
        return [NODE]


@pytest.fixture
def client() -> StubClient:
    """A manager."""
    return StubClient()


@contextmanager
def running(client: StubClient, log: ChangeLog) -> Iterator[SwarmCollector]:
    """A collector in its thread; it is ended afterwards."""
    collector = SwarmCollector(client, log.shared, log)
    thread = threading.Thread(target=collector.run, daemon=True)
    thread.start()
    yield collector
    collector.stop()
    thread.join(5)
    assert not thread.is_alive()


def swarms(log: ChangeLog) -> list[Swarm | None]:
    """What was told, in order."""
    return [change.swarm for change in log.changes if isinstance(change, SwarmSeen)]


def test_its_json_as_facts() -> None:
    """Every figure that is shown comes from its place."""
    told = swarm_payloads.swarm([SERVICE], [TASK], [NODE])
    (service,), (task,) = told.services, told.services[0].tasks
    assert (service.name, service.stack, service.image) == ("shop_web", "shop", "web:1@sha256:00")
    assert (service.mode, service.replicas, service.wanted) == ("replicated", 2, 2)
    assert (service.memory, service.cpus, service.networks) == (1024, 0.5, ("net1",))
    assert service.ports == (PortBinding(80, 8080), PortBinding(81, 8081))
    assert (service.own_ports, service.generic) == ((8081,), (GenericResource("gpu", 2),))
    assert (service.constraints, service.max_per_node) == (("node.role == worker",), 2)
    assert (service.update, service.update_told) == ("paused", "update paused due to …")
    assert (task.state, task.node, task.slot, task.container) == ("rejected", "n1", 1, "c1")
    assert (task.error, task.at) == ("No such image: web:1", 1795388400.5)
    has = (GenericResource("fpga", 4), GenericResource("gpu", 2))
    assert told.nodes == (SwarmNode("n1", "one", "manager", "drain", "ready", 2.0, 4096, has),)


@pytest.mark.parametrize(
    ("mode", "named", "replicas"),
    [
        ({"Global": {}}, "global", None),
        ({"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 4}}, "replicated-job", 4),
        ({"GlobalJob": {}}, "global-job", None),
        ({"Replicated": {}}, "replicated", 1),
        ({}, "replicated", 1),
    ],
)
def test_modes(mode: dict[str, Any], named: str, replicas: int | None) -> None:
    """Each mode has its word, and its number where it has one."""
    item = {**SERVICE, "Spec": {**SERVICE["Spec"], "Mode": mode}}
    found = swarm_payloads.service(item, [])
    assert (found.mode, found.replicas) == (named, replicas)


def test_the_past_of_a_service_is_bounded() -> None:
    """All tasks that are wanted now are kept, of those that ended the newest."""
    old = [{**TASK, "ID": f"o{n}", "DesiredState": "shutdown",
            "Status": {**TASK["Status"], "Timestamp": f"2026-11-22T22:{n % 60:02}:00Z"}}
           for n in range(80)]  # fmt: skip
    now = [{**TASK, "ID": f"n{n}"} for n in range(80)]
    kept = swarm_payloads.swarm([SERVICE], [*old, *now], []).services[0].tasks
    assert sum(task.id.startswith("n") for task in kept) == 80
    assert sum(task.id.startswith("o") for task in kept) == swarm_payloads.MOST_PAST
    assert [task.at for task in kept] == sorted((task.at for task in kept), reverse=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from([*SERVICE, *SERVICE["Spec"], "Mode"]), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.sampled_from([*SERVICE, *TASK, *NODE]), JSON))
def test_any_json_is_read(item: dict[str, Any]) -> None:
    """Whatever an engine answers there is no error."""
    told = swarm_payloads.swarm([item], [item], [item])
    assert len(told.services) == len(told.nodes) == 1
    assert not swarm_payloads.manages({"Swarm": item})


def test_no_manager_is_asked_nothing(client: StubClient) -> None:
    """A worker, or an engine without a swarm: no call, whatever its containers do."""
    log = ChangeLog()
    collector = SwarmCollector(client, log.shared, log)
    for info in (WORKER, {}, {"Swarm": {"LocalNodeState": "inactive"}}):
        collector.begin(info)
        collector.ask()
        collector.look()
    assert client.asked == []
    assert log.changes == []


def test_a_manager_is_looked_at_again_only_when_asked(
    client: StubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look is told at once; one in which nothing changed is told to nobody."""
    monkeypatch.setattr("nebtui.hosts.engine.swarm.APART", 0.0)
    log = ChangeLog()
    with running(client, log) as collector:
        collector.begin(MANAGER)
        (told,) = swarms(log)
        assert told is not None
        assert told.services[0].running == 2
        client.running = "failed"
        collector.ask()
        log.wait(lambda _: len(swarms(log)) == 2)


def test_missing_replicas_are_looked_for_again(
    client: StubClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks have no events: while one is missing nobody has to ask."""
    monkeypatch.setattr("nebtui.hosts.engine.swarm.APART", 0.0)
    monkeypatch.setattr("nebtui.hosts.engine.swarm.AGAIN", 0.01)
    client.running = "starting"
    log = ChangeLog()
    with running(client, log) as collector:
        collector.begin(MANAGER)
        client.running = "running"
        log.wait(lambda _: len(swarms(log)) == 2)
    counts = [one.services[0].running if one else None for one in swarms(log)]
    assert counts == [0, 2]


def test_other_nodes_are_looked_after(client: StubClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to a container there is no event here: nobody has to ask."""
    monkeypatch.setattr("nebtui.hosts.engine.swarm.APART", 0.0)
    monkeypatch.setattr("nebtui.hosts.engine.swarm.CALM", 0.01)
    monkeypatch.setattr(client, "nodes", lambda: [NODE, {**NODE, "ID": "n2"}])
    log = ChangeLog()
    with running(client, log) as collector:
        collector.begin(MANAGER)
        client.running = "failed"
        log.wait(lambda _: len(swarms(log)) == 2)


def test_without_a_quorum_the_last_picture_stands(client: StubClient) -> None:
    """The manager's own sentence is told beside it."""
    log = ChangeLog()
    collector = SwarmCollector(client, log.shared, log)
    collector.begin(MANAGER)
    client.problem = "The swarm does not have a leader."
    collector.look()
    before, after = swarms(log)
    assert before is not None
    assert after is not None
    assert (after.problem, after.services) == (client.problem, before.services)


def test_an_engine_joins_and_leaves(client: StubClient) -> None:
    """An event of a node has it asked afresh; one that refuses because it left has no swarm."""
    log = ChangeLog()
    collector = SwarmCollector(client, log.shared, log)
    collector.begin({})
    collector.ask(node=True)
    collector.look()
    assert client.asked == ["info", "services"]
    client.problem, client.told = "This node is not a swarm manager.", WORKER
    collector.look()
    assert swarms(log)[1] is None
    client.asked.clear()
    collector.look()
    assert client.asked == []
