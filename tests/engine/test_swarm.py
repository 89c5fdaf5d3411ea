"""A real Swarm of three nodes: a stack deployed, tasks that no node takes or that one refuses
explained, a node drained, a node lost, the swarm left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.action import DeployStack, Restart, Up, UpdateService
from nebtui.analysis.generic_resources import supply
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.from_snapshot import graph_model
from nebtui.host import LogRequest
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.live import LiveHost
from nebtui.report import text_output
from nebtui.tui.swarm_verbs import where_it_runs
from tests.engine.conftest import make_image, without
from tests.engine.swarm_member import SwarmMember, Switch
from tests.engine.swarm_stack import HERE, TAKEN, services, until, written
from tests.engine.test_live import Watched, is_settled

pytestmark = pytest.mark.engine
Members = tuple[SwarmMember, SwarmMember, SwarmMember]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    """A manager and two workers, the last of which lacks an image and has a port in use; skipped
    where the kernel lets no swarm be made."""
    if why := SwarmMember.why_not():
        without(why)
    switch = Switch()
    one, two, three = (SwarmMember(tmp_path_factory.mktemp(f"node{n}"), n) for n in (1, 2, 3))
    listening = None
    try:
        for each in (one, two, three):
            switch.plug(each)
            image = make_image(each.start())
            if each is not three:
                each.docker("tag", image, HERE)
        try:
            one.docker("swarm", "init", "--advertise-addr", one.address)
            # A lost node is told after three of these, 15 s without it.
            one.docker("swarm", "update", "--dispatcher-heartbeat", "1s")
            token = one.docker("swarm", "join-token", "--quiet", "worker")
            for worker in (two, three):
                worker.docker("swarm", "join", "--token", token, f"{one.address}:2377")
        except AssertionError as problem:
            pytest.skip(f"no swarm can be made here: {problem}")
        server = f"import socket, time; s = socket.create_server(('', {TAKEN})); time.sleep(900)"
        listening = subprocess.Popen(three.inside(sys.executable, "-c", server))
        yield one, two, three
    finally:
        if listening is not None:
            listening.kill()
            listening.wait(10)
        for each in (one, two, three):
            each.close()
        switch.close()


@pytest.fixture(scope="module")
def folder(members: Members, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the stack `shop`, which was deployed from there."""
    folder = tmp_path_factory.mktemp("stacks") / "shop"
    folder.mkdir()
    file = folder / "compose.yaml"
    file.write_text(written("nebtui-test/busybox:1"))
    deploy = ("stack", "deploy", "--resolve-image", "never", "-c", str(file), "shop")
    members[0].docker(*deploy)
    return folder


@pytest.fixture
def watched(members: Members, folder: Path) -> Iterator[Watched]:
    """The manager, followed from its first picture on."""
    url = members[0].url
    own = {**os.environ, "DOCKER_HOST": url}
    host = LiveHost((str(folder),), (), own, endpoint=Endpoint(url), named=True)
    collected = Watched(host)
    try:
        collected.wait(is_settled)
        yield collected
    finally:
        collected.close()


TOLD = {
    "web": ("ready 2/2", "on node"),
    "roomy": ("ready 3/3", "on node"),
    "picky": ("failed 0/1", "no suitable node (no node meets node.labels.gpu == true)"),
    "greedy": ("failed 0/1", "no suitable node (insufficient memory: it reserves 900 GiB, no node"),
    "one_gpu": ("ready 1/1", "on node1"),
    "two_gpus": (
        "failed 0/1",
        "no suitable node (insufficient gpu: it reserves 2, no node has more than 1)",
    ),
    "lost": ("failed 0/1", "image not found on node node"),
    "partial": ("degraded 2/3", "image not found on node node3"),
    "agent": ("degraded 2/3", f"port {TAKEN} in use on node node3"),
    "local": ("failed 0/3", "no folder /srv/nebtui-test-nowhere on nodes node1, node2, node3"),
    "migrate": ("done 1/1", "ended well, and is not started again"),
    "failing": ("failed 0/1", "exit 3 on node node"),
}
"""What each service of the stack comes to, and the beginning of why."""


def test_a_stack_with_its_reasons(watched: Watched) -> None:
    """Replicas and their nodes; what no node meets or has, an image or a folder that a node lacks,
    a port in use there, a program that ends: each in plain words. Its containers are no strangers,
    its network is a rail."""

    def all_told(snapshot: Snapshot) -> bool:
        found = {name: one.verdict for name, one in services(snapshot).items()}
        return all(
            name in found and found[name].state == state and found[name].why.startswith(why)
            for name, (state, why) in TOLD.items()
        )

    snapshot = until(watched, all_told)
    assert snapshot.outside == ()
    assert snapshot.swarm is not None
    assert [str(one) for one in supply(snapshot.swarm)] == ["0 of 1 on node1"]
    group, nodes = [one for one in graph_model(snapshot).groups if "Swarm" in one.title]
    web = next(row for row in group.rows if row.name == "web")
    assert (web.networks, web.ports) == (("shop_default",), "18080→80")
    assert nodes.subtitle == "3/3 ready"
    assert [(row.name, row.note.partition(" ")[0]) for row in nodes.rows] == [
        *(("node1", "manager"), ("node2", "worker"), ("node3", "worker")),
    ]
    lines = [line.strip() for line in text_output.status(snapshot)]
    assert any(line.startswith("▲ agent     degraded 2/3  port 18081") for line in lines)


ABOUT_FILES = frozenset({"refused-by-swarm", "ignored-by-swarm", "data-on-one-node"})


def test_what_its_file_says_in_vain(watched: Watched) -> None:
    """The file that the stack was deployed from is found by its folder's name."""
    snapshot = until(watched, lambda box: bool(services(box)) and bool(box.projects))
    found = {(f.rule, f.service): f for f in rules.find(snapshot) if f.rule in ABOUT_FILES}
    assert set(found) == {("ignored-by-swarm", "web"), ("data-on-one-node", "local")}
    web, local = found["ignored-by-swarm", "web"], found["data-on-one-node", "local"]
    assert (web.severity, "container_name" in web.message) == ("advice", True)
    assert "a node without it rejects the task" in local.evidence[0]
    assert local.applicability == "display"  # one on each node: no constraint mends that


def test_what_its_tasks_write(watched: Watched, tmp_path: Path) -> None:
    """From all nodes, through the manager: each line with the container of its task; the verb has
    the same, and a worker's engine refuses with its sentence."""
    box = until(watched, lambda box: services(box).get("web") is not None
                and services(box)["web"].verdict.state == "ready 2/2")  # fmt: skip
    stream = watched.host.logs(LogRequest((), None, follow=False, swarm=("shop_web",)))
    found: list[LogLine] = []
    deadline = time.monotonic() + 60
    while not stream.ended and time.monotonic() < deadline:
        found += stream.take(100)
        stream.wait(0.1)
    known = services(box)["web"].known
    assert known is not None
    assert {task.container for task in known.current} <= {line.container for line in found}
    assert {(line.source, line.text) for line in found} == {("stdout", "up"), ("stderr", "oops")}
    assert {str(line.service) for line in found} == {"shop/web"}


def logs(member: SwarmMember, name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the verb prints of a service or a task."""
    environ = {**os.environ, "NEBTUI_STATE": str(folder / "state"), "PYTHONPATH": os.getcwd(),
               "NEBTUI_CONFIG": str(folder / "none")}  # fmt: skip
    argv = (sys.executable, "-m", "nebtui", "logs", "--host", member.url, "--no-follow", name)
    return subprocess.run(
        argv, env=environ, cwd=folder, capture_output=True, text=True, timeout=90, check=False
    )


def test_the_verb_has_it_too(members: Members, tmp_path: Path) -> None:
    """By stack and service; a worker knows no stack of that name that it could ask for."""
    manager, worker = (logs(one, "shop/web", tmp_path) for one in members[:2])
    assert manager.returncode == 0, manager.stderr
    assert {*manager.stdout.splitlines()} == {"shop/web | up", "shop/web | oops"}
    assert (worker.returncode, worker.stdout) == (2, "")


def test_what_single_tasks_write(members: Members, watched: Watched, tmp_path: Path) -> None:
    """One that runs, those that ended, one that was rejected: that, and why it has no log."""
    until(watched, lambda box: services(box)["web"].verdict.state == "ready 2/2")
    one = logs(members[0], "shop/web.1", tmp_path)
    assert sorted(one.stdout.splitlines()) == ["shop/web | oops", "shop/web | up"]
    ended = logs(members[0], "shop/failing.1", tmp_path)
    assert {*ended.stdout.splitlines()} == {"shop/failing | bye"}
    refused = logs(members[0], "shop/partial.node3", tmp_path)
    assert (refused.returncode, refused.stdout) == (0, "")
    assert "rejected: image not found on node node3; no container was made" in refused.stderr
    nobody = logs(members[0], "shop/web.9", tmp_path)
    assert (nobody.returncode, nobody.stderr) == (2, "nebtui: shop/web has no task 9\n")


def test_a_task_that_ends_on_another_node(members: Members, watched: Watched) -> None:
    """Which no event of the manager tells."""
    box = until(watched, lambda box: services(box)["roomy"].verdict.state == "ready 3/3")
    known = services(box)["roomy"].known
    assert known is not None
    names = {node.id: node.name for node in box.swarm.nodes} if box.swarm else {}
    task = next(one for one in known.current if names[one.node] == "node2")
    members[1].docker("kill", task.container)

    def replaced(snapshot: Snapshot) -> bool:
        now = services(snapshot)["roomy"]
        ids = {one.id for one in now.known.current} if now.known else {task.id}
        return task.id not in ids and now.verdict.state == "ready 3/3"

    until(watched, replaced)


def test_a_drained_node(members: Members, watched: Watched) -> None:
    """Where its tasks have room elsewhere they move; where each node has all that it may, one is
    missing, and that is why. Back when it is active again."""
    until(watched, lambda box: services(box)["web"].verdict.state == "ready 2/2")
    members[0].docker("service", "scale", "--detach", "shop_web=3")
    until(watched, lambda box: services(box)["web"].verdict.state == "ready 3/3")
    members[0].docker("node", "update", "--availability", "drain", "node2")

    def moved(snapshot: Snapshot) -> bool:
        web, roomy = services(snapshot)["web"], services(snapshot)["roomy"]
        return (
            web.verdict.state == "degraded 2/3"
            and web.verdict.why.endswith("_node 1 allows; node node2 is drained)")
            and web.notes == ()
            and roomy.verdict.state == "ready 3/3"
            and "node2" not in roomy.verdict.why
            and roomy.notes == ("node node2 is drained",)
            and services(snapshot)["agent"].verdict.state == "degraded 1/2"
        )

    box = until(watched, moved)
    assert any(line.split()[:3] == ["○", "node2", "drained"] for line in text_output.status(box))
    members[0].docker("node", "update", "--availability", "active", "node2")
    until(watched, lambda box: services(box)["web"].verdict.state == "ready 3/3")
    members[0].docker("service", "scale", "--detach", "shop_web=2")


def test_deployed_again_from_its_file(members: Members, watched: Watched, folder: Path) -> None:
    """What the file says since is what Swarm does: asked for as the project's up."""
    box = until(watched, lambda box: bool(services(box)) and bool(box.projects))
    (key,) = box.projects
    file = folder / "compose.yaml"
    file.write_text(file.read_text().replace("replicas: 2", "replicas: 3").replace(
        "max_replicas_per_node: 1", "max_replicas_per_node: 2"))  # fmt: skip
    (action,) = where_it_runs(box, (Up(key),))
    assert action == DeployStack(key)
    told = ("docker", "--host", members[0].url, "stack", "deploy", "-c", str(file), "shop")
    assert watched.host.command(action) == told
    *_, last = watched.host.do(action)
    assert last.exit_code == 0, last.text
    until(watched, lambda box: services(box)["web"].verdict.state == "ready 3/3")


def test_a_restart_replaces_the_tasks(watched: Watched) -> None:
    """Asked for as a restart of the project's service: Swarm's, and nothing of Compose."""
    box = until(
        watched, lambda box: services(box)["web"].verdict.word == "ready" and bool(box.projects)
    )
    (key,) = box.projects

    def running(snapshot: Snapshot) -> set[str]:
        known = services(snapshot)["web"].known
        assert known is not None
        return {task.id for task in known.current if task.state == "running"}

    before = running(box)
    (action,) = where_it_runs(box, (Restart(key, ("web",)),))
    assert action == UpdateService(key, ("web",), "shop_web")
    *_, last = watched.host.do(action)
    assert last.exit_code == 0, last.text

    def anew(snapshot: Snapshot) -> bool:
        now = running(snapshot)
        return len(now) == len(before) and not now & before

    until(watched, anew)


@pytest.mark.parametrize("number", [0, 1])
def test_status_on_each_side(members: Members, folder: Path, tmp_path: Path, number: int) -> None:
    """A manager tells all of it; a worker is asked nothing of the swarm and knows its own."""
    environ = {**os.environ, "NEBTUI_STATE": str(tmp_path / "state"), "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        (sys.executable, "-m", "nebtui", "status", "--format", "json", "--host",
         members[number].url),
        env={**environ, "NEBTUI_CONFIG": str(tmp_path / "none")},
        cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert told["outside"] == []
    assert told["swarm"]["manager"] is (number == 0)
    assert len(told["swarm"]["nodes"]) == (3 if number == 0 else 0)


def test_a_node_that_is_lost_and_a_swarm_that_is_left(members: Members, watched: Watched) -> None:
    """A worker that died is told among the nodes and on the rows it concerns, its tasks run
    elsewhere; a manager that leaves has no swarm."""
    until(watched, lambda box: "node3" in services(box)["roomy"].verdict.why)
    members[2].kill()

    def down(snapshot: Snapshot) -> bool:
        found = services(snapshot)
        return (
            found["roomy"].notes == ("node node3 is down",)
            and found["roomy"].verdict.state == "ready 3/3"
            and "node3" not in found["roomy"].verdict.why
            and found["partial"].verdict.state == "ready 2/2"
        )

    box = until(watched, down)
    (group,) = [one for one in graph_model(box).groups if one.title == "nodes (Swarm)"]
    assert (group.subtitle, group.tone) == ("2/3 ready · 1 down", "bad")
    told = [(row.name, row.state, row.note) for row in group.rows if row.state != "ready"]
    assert told == [("node3", "down", "worker · 0 tasks")]
    members[0].docker("swarm", "leave", "--force")
    until(watched, lambda box: box.swarm is None)
