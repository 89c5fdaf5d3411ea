"""A real Swarm of two nodes: a stack deployed, tasks that no node takes or starts explained, a node
drained, the swarm left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.action import DeployStack, Restart, Up, UpdateService
from nebtui.analysis.generic_resources import supply
from nebtui.analysis.stacks import StackService, stacks
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.from_snapshot import graph_model
from nebtui.host import LogRequest
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.live import LiveHost
from nebtui.store import fold_all
from nebtui.tui.swarm_verbs import where_it_runs
from tests.engine.conftest import make_image, without
from tests.engine.swarm_member import SwarmMember
from tests.engine.test_live import Watched, is_settled

pytestmark = pytest.mark.engine
STACK = """\
version: "3.8"
services:
  web:
    image: {image}
    command: [sh, -c, "echo up; echo oops >&2; exec sleep 1000"]
    container_name: web
    ports: ["18080:80"]
    deploy: {{replicas: 2, placement: {{max_replicas_per_node: 2}}}}
  picky:
    image: {image}
    command: [sleep, "1000"]
    deploy: {{placement: {{constraints: [node.labels.gpu == true]}}}}
  greedy:
    image: {image}
    command: [sleep, "1000"]
    deploy: {{resources: {{reservations: {{memory: 900G}}}}}}
  one_gpu:
    image: {image}
    command: [sleep, "1000"]
    deploy: {{resources: {{reservations: {{generic_resources: [
      {{discrete_resource_spec: {{kind: gpu, value: 1}}}}]}}}}}}
  two_gpus:
    image: {image}
    command: [sleep, "1000"]
    deploy: {{resources: {{reservations: {{generic_resources: [
      {{discrete_resource_spec: {{kind: gpu, value: 2}}}}]}}}}}}
  lost:
    image: nebtui-test/nowhere:1
  failing:
    image: {image}
    command: [sh, -c, "exit 3"]
"""


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SwarmMember, SwarmMember]]:
    """A manager and a worker; skipped where the kernel lets no swarm be made."""
    if why := SwarmMember.why_not():
        without(why)
    made = [SwarmMember(tmp_path_factory.mktemp(f"node{n}"), n) for n in (1, 2)]
    manager, worker = made
    try:
        manager.join_with(worker)
        for one in made:
            make_image(one.start())
        try:
            manager.docker("swarm", "init", "--advertise-addr", manager.address)
            token = manager.docker("swarm", "join-token", "--quiet", "worker")
            worker.docker("swarm", "join", "--token", token, f"{manager.address}:2377")
        except AssertionError as problem:
            pytest.skip(f"no swarm can be made here: {problem}")
        yield manager, worker
    finally:
        for one in made:
            one.close()


@pytest.fixture(scope="module")
def folder(
    members: tuple[SwarmMember, SwarmMember], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of the stack `shop`, which was deployed from there."""
    folder = tmp_path_factory.mktemp("stacks") / "shop"
    folder.mkdir()
    file = folder / "compose.yaml"
    file.write_text(STACK.format(image="nebtui-test/busybox:1"))
    deploy = ("stack", "deploy", "--resolve-image", "never", "-c", str(file), "shop")
    members[0].docker(*deploy)
    return folder


@pytest.fixture
def watched(members: tuple[SwarmMember, SwarmMember], folder: Path) -> Iterator[Watched]:
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


def services(snapshot: Snapshot) -> dict[str, StackService]:
    """The services of the stack."""
    found = {stack.name: stack.services for stack in stacks(snapshot)}
    return {one.name: one for one in found.get("shop", ())}


def until(watched: Watched, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """The box as soon as this holds of it."""
    snapshot, at, deadline = Snapshot(), 0, time.monotonic() + 90
    while True:
        new = watched.seen[at:]
        snapshot, at = fold_all(snapshot, new), at + len(new)
        if holds(snapshot):
            return snapshot
        told = {name: one.verdict for name, one in services(snapshot).items()}
        assert time.monotonic() < deadline, f"{told}"[:1500]
        watched.wait(lambda _: True, at)


def test_a_stack_with_its_reasons(watched: Watched) -> None:
    """Replicas and their nodes; what no node meets or has, an image that is nowhere, a program that
    ends: each in plain words. Its containers are no strangers, its network is a rail."""
    wanted = {
        "web": ("ready", "on node"),
        "picky": ("failed", "no suitable node (no node meets node.labels.gpu == true)"),
        "greedy": ("failed", "no suitable node (insufficient memory: it reserves 900 GiB"),
        "one_gpu": ("ready", "on node1"),
        "two_gpus": (
            "failed",
            "no suitable node (insufficient gpu: it reserves 2, no node has more than 1)",
        ),
        "lost": ("failed", "image not found on node node"),
        "failing": ("failed", "exit 3 on node node"),
    }

    def all_told(snapshot: Snapshot) -> bool:
        found = services(snapshot)
        return all(
            name in found
            and found[name].verdict.word == word
            and found[name].verdict.why.startswith(why)
            for name, (word, why) in wanted.items()
        )

    snapshot = until(watched, all_told)
    assert services(snapshot)["web"].verdict.state == "ready 2/2"
    assert snapshot.outside == ()
    assert snapshot.swarm is not None
    assert [str(one) for one in supply(snapshot.swarm)] == ["0 of 1 on node1"]
    assert [(node.name, node.role) for node in snapshot.swarm.nodes] == [
        ("node1", "manager"),
        ("node2", "worker"),
    ]
    (group,) = [one for one in graph_model(snapshot).groups if "Swarm" in one.title]
    web = next(row for row in group.rows if row.name == "web")
    assert (web.networks, web.ports) == (("shop_default",), "18080→80")


def test_what_its_file_says_in_vain(watched: Watched) -> None:
    """The file that the stack was deployed from is found by its folder's name."""
    snapshot = until(watched, lambda box: bool(services(box)) and bool(box.projects))
    (found,) = [f for f in rules.find(snapshot) if f.rule == "ignored-by-swarm"]
    assert (found.service, found.severity) == ("web", "advice")
    assert "container_name" in found.message


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


def test_the_verb_has_it_too(members: tuple[SwarmMember, SwarmMember], tmp_path: Path) -> None:
    """By stack and service; a worker knows no stack of that name that it could ask for."""
    environ = {**os.environ, "NEBTUI_STATE": str(tmp_path / "state"), "PYTHONPATH": os.getcwd(),
               "NEBTUI_CONFIG": str(tmp_path / "none")}  # fmt: skip
    manager, worker = (
        subprocess.run(
            (sys.executable, "-m", "nebtui", "logs", "--host", one.url, "--no-follow", "shop/web"),
            env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False,
        )
        for one in members
    )  # fmt: skip
    assert manager.returncode == 0, manager.stderr
    assert {*manager.stdout.splitlines()} == {"shop/web | up", "shop/web | oops"}
    assert (worker.returncode, worker.stdout) == (2, "")


def test_a_drained_node(members: tuple[SwarmMember, SwarmMember], watched: Watched) -> None:
    """Its tasks move, and the row says which node takes none; back when it is active again."""
    until(watched, lambda box: "node2" in services(box)["web"].verdict.why)
    members[0].docker("node", "update", "--availability", "drain", "node2")

    def moved(snapshot: Snapshot) -> bool:
        web = services(snapshot)["web"]
        return web.verdict.why == "on node1 ×2" and web.troubles == ("node node2 is drained",)

    until(watched, moved)
    members[0].docker("node", "update", "--availability", "active", "node2")
    until(watched, lambda box: not services(box)["web"].troubles)


def test_deployed_again_from_its_file(
    members: tuple[SwarmMember, SwarmMember], watched: Watched, folder: Path
) -> None:
    """What the file says since is what Swarm does: asked for as the project's up."""
    box = until(watched, lambda box: bool(services(box)) and bool(box.projects))
    (key,) = box.projects
    file = folder / "compose.yaml"
    file.write_text(file.read_text().replace("replicas: 2", "replicas: 3").replace(
        "max_replicas_per_node: 2", "max_replicas_per_node: 3"))  # fmt: skip
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
def test_status_on_each_side(
    members: tuple[SwarmMember, SwarmMember], folder: Path, tmp_path: Path, number: int
) -> None:
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
    assert len(told["swarm"]["nodes"]) == (2 if number == 0 else 0)


def test_a_node_that_is_lost_and_a_swarm_that_is_left(
    members: tuple[SwarmMember, SwarmMember], watched: Watched
) -> None:
    """A worker that died is told on the rows it concerns; a manager that leaves has no swarm."""
    members[1].kill()

    def down(snapshot: Snapshot) -> bool:
        return any("node2 is down" in text for text in services(snapshot)["failing"].troubles)

    until(watched, down)
    members[0].docker("swarm", "leave", "--force")
    until(watched, lambda box: box.swarm is None)
