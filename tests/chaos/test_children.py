"""A Compose process has limits and ends with nebtui, and nothing boundless is given to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nebtui.compose.binary import child
from nebtui.compose.binary.command import ComposeCommand, find_compose
from nebtui.compose.binary.config import config
from nebtui.compose.binary.validate import validate
from nebtui.compose.discovery.candidate import Candidate
from nebtui.compose.model import load
from nebtui.facts.declared import ProjectKey

ENVIRON = dict(os.environ)


@pytest.fixture
def compose() -> ComposeCommand:
    """The Compose of this machine."""
    found = find_compose(ENVIRON)
    if found is None:
        pytest.skip("no Compose here")
    return found


def project(folder: Path, text: str) -> Candidate:
    """A project of one file."""
    (folder / "compose.yaml").write_text(text)
    return Candidate(ProjectKey("p", str(folder), (str(folder / "compose.yaml"),)))


@pytest.mark.parametrize(
    "text",
    [
        "include: [/dev/zero]\nservices: {a: {image: b}}\n",
        "services: {a: {extends: {file: /dev/zero, service: a}}}\n",
        "services: {a: {image: b, env_file: [/dev/zero]}}\n",
        "services: {a: {image: b, label_file: /dev/zero}}\n",
        "include: [PIPE]\nservices: {a: {image: b}}\n",
        "services: {a: {image: b, env_file: PIPE}}\n",
        "include: [HUGE]\nservices: {a: {image: b}}\n",
    ],
)
def test_what_has_no_end_is_never_given_to_compose(
    tmp_path: Path, text: str, compose: ComposeCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Devices, pipes and huge files stop at our own reader, in a first look and in a proof."""
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "huge", "wb") as huge:
        huge.truncate(20_000_000_000)
    named = text.replace("PIPE", str(tmp_path / "pipe")).replace("HUGE", str(tmp_path / "huge"))
    monkeypatch.setattr(child, "run", lambda *_: pytest.fail("Compose was started"))
    found = load(project(tmp_path, named), compose, ENVIRON)
    assert found.problem is not None
    assert "not a regular file" in found.problem.message or "larger" in found.problem.message
    assert not validate(found, {}, compose, ENVIRON).config


def test_a_child_has_a_limit_of_memory(tmp_path: Path, compose: ComposeCommand) -> None:
    """Asked about a device all the same, Compose ends at its limit and the machine does not."""
    candidate = project(tmp_path, "include: [/dev/zero]\nservices: {a: {image: b}}\n")
    answer = config(compose, candidate.key, (), ENVIRON)
    assert answer.config is None
    assert "more memory or time than it may" in answer.error


def test_a_child_has_a_limit_of_output() -> None:
    """What it prints beyond 64 MiB ends it."""
    done = child.run(("yes",), "", ENVIRON, "/", 60.0)
    assert done.code is not None
    assert done.code != 0
    assert len(done.out) <= 64 << 20


def test_a_child_that_does_not_end_is_killed_with_its_own_children(tmp_path: Path) -> None:
    """A process that waits for ever, and what it started, are gone after the time it has."""
    script = f"sleep 1000 & echo $! > {tmp_path}/inner; wait"
    done = child.run(("sh", "-c", script), "", ENVIRON, "/", 0.5)
    assert done.code is None
    inner = int((tmp_path / "inner").read_text())
    deadline = time.monotonic() + 10  # it is killed at once, and gone when the kernel gets to it
    while sleeps(inner):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def sleeps(pid: int) -> bool:
    """Whether a process is still the sleep that was started."""
    try:
        return b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_dies_with_nebtui(tmp_path: Path, number: int) -> None:
    """However nebtui ends, the process it asked does not go on."""
    code = (
        "import os, sys; from nebtui.compose.binary import child; "
        f"child.run(('sh','-c','echo $$ > {tmp_path}/pid; exec sleep 1000'), '', "
        "os.environ, '/', 900)"
    )
    parent = subprocess.Popen((sys.executable, "-c", code), cwd=Path(__file__).parents[2])
    pause = threading.Event()
    for _ in range(1000):
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip():
            break
        pause.wait(0.01)
    pid = int((tmp_path / "pid").read_text())
    parent.send_signal(number)
    parent.wait(10)
    for _ in range(1000):
        if not Path(f"/proc/{pid}/comm").exists():
            break
        pause.wait(0.01)
    assert not Path(f"/proc/{pid}/comm").exists()
