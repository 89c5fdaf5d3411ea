"""A file of Compose that Swarm refuses, on two real engines: mended, deployed, seen to run as it
says, and taken back."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nebtui import rules
from nebtui.action import DeployStack
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.local_desk import LocalDesk
from nebtui.fixing.proposal import Wish
from nebtui.fixing.recreate import up_actions
from nebtui.fixing.watch import Watched as WrittenPatch
from nebtui.fixing.watch import verdict
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.live import LiveHost
from nebtui.keep.journal import Journal
from nebtui.rules.rule import Finding
from nebtui.store import fold_all
from tests.engine.conftest import make_image, without
from tests.engine.swarm_member import SwarmMember, Switch
from tests.engine.test_live import Watched, is_settled

pytestmark = pytest.mark.engine
RULES = frozenset({"refused-by-swarm", "ignored-by-swarm", "data-on-one-node"})
FILE = """\
name: words
x-quick: &quick {image: "nebtui-test/busybox:1", stop_grace_period: 0s, command: [sleep, "1000"]}
services:
  store:
    <<: *quick
    mem_limit: 64m # enough for all
    mem_reservation: 16m
    cpus: 0.5
    pids_limit: 50
    volumes: ["./kept:/kept"]
    deploy: {update_config: {order: stop-first}}
  web:
    <<: *quick
    depends_on:
      store: {condition: service_started}
    shm_size: 32m
    tmpfs: /scratch:size=1m
  gpu:
    <<: *quick
    deploy:
      resources:
        reservations:
          devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]
  job:
    image: "nebtui-test/busybox:1"
    command: ["true"]
    restart: "no"
"""


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SwarmMember, SwarmMember]]:
    """A manager, which has a GPU in Swarm's words, and a worker."""
    if why := SwarmMember.why_not():
        without(why)
    switch = Switch()
    one, two = (SwarmMember(tmp_path_factory.mktemp(f"words{n}"), n) for n in (1, 2))
    try:
        for each in (one, two):
            switch.plug(each)
            make_image(each.start())
        try:
            one.docker("swarm", "init", "--advertise-addr", one.address)
            token = one.docker("swarm", "join-token", "--quiet", "worker")
            two.docker("swarm", "join", "--token", token, f"{one.address}:2377")
        except AssertionError as problem:
            pytest.skip(f"no swarm can be made here: {problem}")
        yield one, two
    finally:
        for each in (one, two):
            each.close()
        switch.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file, beside the folder that one of its services keeps."""
    folder = tmp_path / "words"
    (folder / "kept").mkdir(parents=True)
    file = folder / "compose.yaml"
    file.write_text(FILE)
    return file


@pytest.fixture
def watched(members: tuple[SwarmMember, SwarmMember], file: Path) -> Iterator[Watched]:
    """The manager, followed from its first picture on."""
    url = members[0].url
    own = {**os.environ, "DOCKER_HOST": url}
    collected = Watched(LiveHost((str(file.parent),), (), own, endpoint=Endpoint(url), named=True))
    try:
        collected.wait(is_settled)
        yield collected
    finally:
        collected.close()


def until(watched: Watched, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """The box as soon as this holds of it."""
    snapshot, at, deadline = Snapshot(), 0, time.monotonic() + 60
    while True:
        new = watched.seen[at:]
        snapshot, at = fold_all(snapshot, new), at + len(new)
        if holds(snapshot):
            return snapshot
        told = [(one.name, one.tasks) for one in snapshot.swarm.services] if snapshot.swarm else []
        assert time.monotonic() < deadline, f"{told}"[:3000]
        watched.wait(lambda _: True, at, 65.0)


def found(snapshot: Snapshot) -> tuple[Finding, ...]:
    """What is found of stacks."""
    return tuple(one for one in rules.find(snapshot) if one.rule in RULES)


def spec(manager: SwarmMember, service: str) -> dict[str, Any]:
    """What Swarm keeps of a service's tasks."""
    told: dict[str, Any] = json.loads(manager.docker("service", "inspect", f"words_{service}"))[0]
    template: dict[str, Any] = told["Spec"]["TaskTemplate"]
    return template


def test_written_in_swarms_words(
    members: tuple[SwarmMember, SwarmMember], watched: Watched, file: Path, tmp_path: Path
) -> None:
    """Swarm refuses the file; written in its words it takes it, with the limits, folders in memory
    and GPU that the file asked for, where the folder is; undone byte for byte."""
    manager = members[0]
    box = until(watched, lambda box: bool(box.projects) and box.swarm is not None
                and len(box.swarm.nodes) == 2)  # fmt: skip
    argv = ("docker", "--host", manager.url, "stack", "deploy", "-c", str(file), "words")
    refused = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode != 0
    assert {(one.rule, one.service, one.applicability) for one in found(box)} == {
        ("refused-by-swarm", None, "safe"),
        ("refused-by-swarm", "store", "safe"),
        ("refused-by-swarm", "web", "unsafe"),
        ("refused-by-swarm", "gpu", "unsafe"),
        ("ignored-by-swarm", "web", "safe"),
        ("ignored-by-swarm", "job", "safe"),
        ("data-on-one-node", "store", "unsafe"),
    }
    desk = LocalDesk(watched.host, Journal(str(tmp_path / "state")), "nebtui-shared", lambda: box)
    wish = Wish(found(box), many=True)
    proposal = desk.propose(wish)
    assert proposal.left == ()
    entry = desk.write(wish, proposal)
    assert "mem_limit" not in file.read_text()
    (action,) = up_actions(box, proposal.recreate)
    assert isinstance(action, DeployStack)
    *_, last = watched.host.do(action)
    assert last.exit_code == 0, last.text
    patch = WrittenPatch(proposal, entry.time, entry.number)
    box = until(watched, lambda box: verdict(box, patch, time.time()).state == "seen")
    (left,) = found(box)  # that Swarm starts all at once stays true
    assert (left.rule, left.service, left.severity) == ("ignored-by-swarm", "web", "advice")
    as_it_runs(manager)
    assert desk.undo(entry) == ()
    assert file.read_text() == FILE


def as_it_runs(manager: SwarmMember) -> None:
    """What the file asked for is what Swarm keeps, and what a task has."""
    store = spec(manager, "store")
    assert store["Resources"] == {
        "Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 64 << 20, "Pids": 50},
        "Reservations": {"MemoryBytes": 16 << 20},
    }
    assert store["Placement"]["Constraints"] == ["node.hostname == node1"]
    assert spec(manager, "job")["RestartPolicy"]["Condition"] == "none"
    (resource,) = spec(manager, "gpu")["Resources"]["Reservations"]["GenericResources"]
    assert resource == {"DiscreteResourceSpec": {"Kind": "gpu", "Value": 1}}
    mounts = {one["Target"]: one for one in spec(manager, "web")["ContainerSpec"]["Mounts"]}
    assert {place: one["TmpfsOptions"]["SizeBytes"] for place, one in mounts.items()} == {
        "/dev/shm": 32 << 20,
        "/scratch": 1 << 20,
    }
