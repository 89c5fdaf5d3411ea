"""A sandbox before and after it was closed, on a real engine: what untrusted code inside can do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.engine.conftest import Box

OPEN = """\
services:
  runner:
    image: {image}
    command: ["sleep", "1d"]
    stop_grace_period: 0s
    labels:
      nebtui.role: sandbox # runs what a model wrote
    mem_limit: 32m
    volumes:
      - ./output:/output
"""

FORKS = "i=0; while [ $i -lt 200 ]; do sleep 3 & i=$((i+1)); done"


def nebtui(box: Box, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in the project's folder, with a state of its own."""
    own = {"NEBTUI_STATE": str(box.folder / "state"), "NEBTUI_CONFIG": str(box.folder / "none")}
    argv = [sys.executable, "-m", "nebtui", *arguments, "--project", box.name]
    environ = {**os.environ, **own, "COMPOSE_PROJECT_NAME": box.name, "NO_COLOR": "1"}
    return subprocess.run(
        argv, cwd=box.folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def sandbox_findings(box: Box) -> list[str]:
    """The messages of the rule for this project."""
    answer = json.loads(nebtui(box, "check", "--all", "--format", "json").stdout)
    return [f["message"] for f in answer["findings"] if f["rule"] == "open-sandbox"]


def inside(box: Box, script: str) -> tuple[int, str]:
    """Exit code and output of a shell text inside the runner."""
    argv = ["docker", "exec", f"{box.name}-runner-1", "sh", "-c", script]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def swap_allowed(box: Box) -> int:
    """Bytes of swap that its control group may use, on either version of control groups."""
    _, out = inside(box, "cat /sys/fs/cgroup/memory.swap.max 2>/dev/null")
    if out.strip():
        return 1 << 60 if out.strip() == "max" else int(out)
    folder = "/sys/fs/cgroup/memory"
    _, out = inside(box, f"cat {folder}/memory.limit_in_bytes {folder}/memory.memsw.limit_in_bytes")
    memory, both = map(int, out.split())
    return both - memory


def test_what_untrusted_code_can_do_before_and_after(project: Callable[[str], Box]) -> None:
    """Open it reaches a network, writes its root, forks and keeps rights; closed by one diff it can
    do none of it, can still write /tmp and its output, and runs on. Undo is whole."""
    box = project(OPEN)
    before = box.file.read_bytes()
    box.run("up", "-d")
    assert inside(box, "ls /sys/class/net")[1].split() == ["eth0", "lo"]
    assert inside(box, "touch /written && cp /bin/busybox /tmp/ && /tmp/busybox true")[0] == 0
    assert "can't fork" not in inside(box, FORKS)[1]
    assert len(sandbox_findings(box)) == 1

    done = nebtui(box, "fix", "--rule", "open-sandbox", "--write", "--unsafe")
    assert done.returncode == 0, done.stderr
    code, output = box.run("up", "-d")
    assert code == 0, output
    assert sandbox_findings(box) == []
    assert_closed(box)

    assert nebtui(box, "undo").returncode == 0
    assert box.file.read_bytes() == before
    assert Path(box.folder, "output", "scene").exists()


def assert_closed(box: Box) -> None:
    """Proved from inside: each flag by what fails."""
    assert inside(box, "ls /sys/class/net")[1].split() == ["lo"]
    assert inside(box, "ping -c 1 -W 1 1.1.1.1")[0] != 0
    code, output = inside(box, "touch /written")
    assert (code, "Read-only file system" in output) == (1, True)
    assert inside(box, "cp /bin/busybox /tmp/")[0] == 0
    assert "Permission denied" in inside(box, "/tmp/busybox true")[1]
    status = inside(box, "cat /proc/self/status")[1]
    assert "NoNewPrivs:\t1" in status
    assert "CapEff:\t0000000000000000" in status
    assert "can't fork" in inside(box, FORKS)[1]
    assert swap_allowed(box) == 0
    assert inside(box, "tail /dev/zero")[0] == 137
    assert inside(box, "touch /output/scene")[0] == 0
