"""The stack that the tests of a real Swarm deploy, and what is awaited of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from nebtui.analysis.stacks import StackService, stacks
from nebtui.facts.snapshot import Snapshot
from nebtui.store import fold_all
from tests.engine.test_live import Watched

HERE = "nebtui-test/here:1"
"""An image that the last node does not have."""
TAKEN = 18081
"""A port that a program of the last node listens on."""
STACK = """\
version: "3.8"
x-quick: &quick {stop_grace_period: 0s, image: {image}}
services:
  web:
    <<: *quick
    command: [sh, -c, "echo up; echo oops >&2; exec sleep 1000"]
    container_name: web
    ports: ["18080:80"]
    deploy: {replicas: 2, placement: {max_replicas_per_node: 1}}
  roomy:
    <<: *quick
    command: [sleep, "1000"]
    deploy: {replicas: 3}
  picky:
    <<: *quick
    command: [sleep, "1000"]
    deploy: {placement: {constraints: [node.labels.gpu == true]}}
  greedy:
    <<: *quick
    command: [sleep, "1000"]
    deploy: {resources: {reservations: {memory: 900G}}}
  one_gpu:
    <<: *quick
    command: [sleep, "1000"]
    deploy: {resources: {reservations: {generic_resources: [
      {discrete_resource_spec: {kind: gpu, value: 1}}]}}}
  two_gpus:
    <<: *quick
    command: [sleep, "1000"]
    deploy: {resources: {reservations: {generic_resources: [
      {discrete_resource_spec: {kind: gpu, value: 2}}]}}}
  lost:
    image: nebtui-test/nowhere:1
  partial:
    <<: *quick
    image: {here}
    command: [sleep, "1000"]
    deploy: {mode: global}
  agent:
    <<: *quick
    command: [sleep, "1000"]
    ports: [{target: 80, published: {taken}, mode: host}]
    deploy: {mode: global}
  local:
    <<: *quick
    command: [sleep, "1000"]
    volumes: ["/srv/nebtui-test-nowhere:/data"]
    deploy: {mode: global}
  migrate:
    <<: *quick
    command: ["true"]
    deploy: {restart_policy: {condition: on-failure}}
  failing:
    <<: *quick
    command: [sh, -c, "echo bye; exit 3"]
"""


def written(image: str) -> str:
    """The text of its file, with the image of the tests."""
    told = {"{image}": image, "{here}": HERE, "{taken}": str(TAKEN)}
    text = STACK
    for name, value in told.items():
        text = text.replace(name, value)
    return text


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
        told = {name: (one.verdict, one.notes) for name, one in services(snapshot).items()}
        assert time.monotonic() < deadline, f"{told}"[:3000]
        watched.wait(lambda _: True, at, 95.0)
