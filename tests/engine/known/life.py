"""The lives of known servers in one Compose project, each with the healthcheck that nebtui offers
for it: up, asked at a closed port, stopped, going on, ended."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nebtui.analysis.suggestion import CLOSED_PORT
from nebtui.facts.healthcheck import Healthcheck
from nebtui.knowledge import about, command, test_at
from tests.engine.box import docker
from tests.engine.conftest import Box
from tests.engine.known.servers import Server

Answer = tuple[int | None, str]
"""Exit code and output of a test; None where it had not ended when its timeout was over."""


@dataclass(slots=True)
class Life:
    """What the known test of a server answered, and what the engine made of it."""

    up: Answer = (None, "not asked")
    closed: Answer = (None, "not asked")
    stopped: Answer = (None, "not asked")
    again: Answer = (None, "not asked")
    ended: Answer = (None, "not asked")
    states: list[str] = field(default_factory=list)
    """The engine's health states, each once, in order."""


def known_test(server: Server, port: int = 0) -> Healthcheck:
    """The table's test for a server, on this port or on its own."""
    entry = about(server.tag)
    assert entry
    test = test_at(entry, port or server.port or entry.ports[0])
    assert test, server.name
    return test


def document(servers: tuple[Server, ...]) -> str:
    """A compose file (as JSON, which is YAML too) of these servers with their known tests."""
    services = {server.name: _service(server) for server in servers}
    return json.dumps({"services": services}, indent=2)


def _service(server: Server) -> Mapping[str, object]:
    test = known_test(server)
    return {
        "image": server.tag,
        "pull_policy": "never",
        "hostname": server.name,
        "command": list(server.command),
        "environment": dict(server.environment),
        "stop_grace_period": "0s",
        # Sooner than the table has it, so that a test need not wait for the engine.
        "healthcheck": {
            "test": list(test.test),
            "interval": "5s" if server.slow else "2s",
            "timeout": f"{test.timeout:.0f}s",
            "retries": 2,
            "start_period": "120s",
        },
    }


def lived(box: Box, server: Server) -> Life:
    """The life of a server whose container was created."""
    container, life, test = f"{box.name}-{server.name}-1", Life(), known_test(server)
    docker("start", container)
    _until(lambda: _state(container, life) == "healthy", 60)
    _until(lambda: _passes(container, test, life, "up"), 15)
    entry = about(server.tag)
    if entry and any("{port}" in word for word in entry.template):
        life.closed = asked(container, known_test(server, CLOSED_PORT))
    if not server.brief:
        _signal(container, "STOP")
        life.stopped = asked(container, test)
        _signal(container, "CONT")
        _until(lambda: _passes(container, test, life, "again"), 20)
    _signal(container, "KILL")
    life.ended = asked(container, test)
    if not server.brief:
        _until(lambda: _state(container, life) == "unhealthy", 40)
    subprocess.run(["docker", "kill", container], capture_output=True, check=False)
    return life


def refused(box: Box, server: Server) -> str:
    """What is wrong with a server whose known test shall fail while it runs, "" for nothing."""
    container = f"{box.name}-{server.name}-1"
    # A server that ended is a zombie without a command line.
    argv = ["docker", "exec", container, "/bin/sh", "-c", "cat /proc/[0-9]*/cmdline"]
    running = subprocess.run(argv, capture_output=True, check=False).stdout.decode()
    if server.command[0] not in running:
        return f"it does not run: {running!r}"
    return "" if asked(container, known_test(server))[0] else "its known test passes"


def _passes(container: str, test: Healthcheck, life: Life, when: str) -> bool:
    answer = asked(container, test)
    setattr(life, when, answer)
    return answer[0] == 0


def asked(container: str, test: Healthcheck) -> Answer:
    """The answer of a test, run by the engine in the container."""
    argv = ["docker", "exec", container, *command(test)]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=test.timeout, check=False)
    except subprocess.TimeoutExpired:
        return None, f"no answer within {test.timeout:.0f} s"
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")[-500:]


def _signal(container: str, name: str) -> None:
    """Send a signal to all processes of a container but PID 1, which is no part of the server."""
    argv = ["docker", "exec", container, "/bin/sh", "-c", f"kill -s {name} -- -1"]
    subprocess.run(argv, capture_output=True, timeout=20, check=False)


def _state(container: str, life: Life) -> str:
    argv = ["docker", "inspect", "-f", "{{.State.Health.Status}}", container]
    state = subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()
    if state and state != (life.states or [""])[-1]:
        life.states.append(state)
    return state


def _until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition, no longer than this: what came of it is looked at later."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.5)
