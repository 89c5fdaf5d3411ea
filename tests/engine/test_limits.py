"""Limits, logs, ports, reservations: told before the engine refuses, seen once they are there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.engine.conftest import Box


def nebtui(box: Box, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in the project's folder, with a state of its own."""
    own = {"NEBTUI_STATE": str(box.folder / "state"), "NEBTUI_CONFIG": str(box.folder / "none")}
    argv = [sys.executable, "-m", "nebtui", *arguments, "--project", box.name]
    environ = {**os.environ, **own, "COMPOSE_PROJECT_NAME": box.name, "NO_COLOR": "1"}
    return subprocess.run(
        argv, cwd=box.folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def found(box: Box, rule: str) -> list[dict[str, Any]]:
    """The findings of a rule for this project."""
    answer = json.loads(nebtui(box, "check", "--all", "--format", "json").stdout)
    return [f for f in answer["findings"] if f["rule"] == rule]


def host_config(box: Box, service: str) -> dict[str, Any]:
    """`HostConfig` of a service's container."""
    argv = ["docker", "inspect", f"{box.name}-{service}-1"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    described: dict[str, Any] = json.loads(done.stdout)[0]["HostConfig"]
    return described


def test_a_collision_is_told_before_up_fails(project: Callable[[str], Box]) -> None:
    """Both declarations are named; then the engine refuses the second, in the words that the rule
    knows; with another port both run and nothing is found."""
    text = (
        "services:\n"
        '  one: {image: "{image}", command: [sleep, 1d], ports: ["127.0.0.1:45871:1"]}\n'
        '  two: {image: "{image}", command: [sleep, 1d], ports: ["45871:1"]}\n'
    )
    box = project(text)
    assert [(f["service"], f["line"]) for f in found(box, "port-collision")] == [("two", 3)]
    code, output = box.run("up", "-d")
    assert code != 0
    assert "port is already allocated" in output or "address already in use" in output
    box.file.write_text(box.file.read_text().replace('"45871:1"', '"45872:1"'))
    code, output = box.run("up", "-d")
    assert code == 0, output
    assert found(box, "port-collision") == []


def test_a_port_of_another_project_is_told(project: Callable[[str], Box]) -> None:
    """The one that was refused is an error, with the engine's words; until it was started, the two
    are alternatives."""
    text = 'services:\n  web: {image: "{image}", command: [sleep, 1d], ports: ["45873:1"]}\n'
    first, second = project(text), project(text)
    assert first.run("up", "-d")[0] == 0
    argv = (sys.executable, "-m", "nebtui", "check", "--format", "json", str(first.folder.parent))
    environ = {**os.environ, "NEBTUI_STATE": str(second.folder / "state")}

    def collisions() -> list[tuple[str, str]]:
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
        return [
            (f["severity"], f["project"])
            for f in json.loads(done.stdout)["findings"]
            if f["rule"] == "port-collision"
        ]

    assert collisions() == []
    assert second.run("up", "-d")[0] != 0
    assert collisions() == [("error", second.name)]


def test_a_reservation_over_its_limit_is_refused(project: Callable[[str], Box]) -> None:
    """Compose accepts it, the engine does not; mended it starts."""
    box = project(
        'services:\n  one:\n    image: "{image}"\n    command: [sleep, 1d]\n'
        "    stop_grace_period: 0s\n    mem_limit: 64m\n    mem_reservation: 128m\n"
    )
    assert [f["severity"] for f in found(box, "reservation-over-limit")] == ["error"]
    code, output = box.run("up", "-d")
    assert code != 0
    assert "memory reservation" in output
    done = nebtui(box, "fix", "--rule", "reservation-over-limit", "--write", "--unsafe")
    assert done.returncode == 0, done.stderr
    assert box.run("up", "-d")[0] == 0
    assert host_config(box, "one")["MemoryReservation"] == 32 << 20


def test_limits_are_seen(project: Callable[[str], Box]) -> None:
    """Memory from what was measured, CPUs from the machine, a bounded log: all in `inspect`
    afterwards, and nothing is found any more."""
    box = project(
        "services:\n  store:\n    image: redis:7\n    command: [sleep, 1d]\n"
        "    stop_grace_period: 0s\n"
    )
    tag = subprocess.run(
        ["docker", "tag", "nebtui-test/busybox:1", f"{box.name}/redis:7"], check=False
    )
    assert tag.returncode == 0
    box.file.write_text(box.file.read_text().replace("redis:7", f"{box.name}/redis:7"))
    rules = ("unlimited-memory", "unlimited-cpu", "unbounded-logs")
    try:
        code, output = box.run("up", "-d")
        assert code == 0, output
        assert [len(found(box, rule)) for rule in rules] == [1, 1, 1]
        chosen = [word for rule in rules for word in ("--rule", rule)]
        done = nebtui(box, "fix", *chosen, "--write", "--unsafe")
        assert done.returncode == 0, done.stdout + done.stderr
        code, output = box.run("up", "-d")
        assert code == 0, output
        host = host_config(box, "store")
        assert host["Memory"] == 256 << 20
        assert host["NanoCpus"] == (os.cpu_count() or 0) * 10**9 // 2
        assert host["LogConfig"]["Config"] == {"max-file": "3", "max-size": "10m"}
        assert [found(box, rule) for rule in rules] == [[], [], []]
    finally:
        box.run("down", "--timeout", "0")
        subprocess.run(["docker", "rmi", f"{box.name}/redis:7"], capture_output=True, check=False)
