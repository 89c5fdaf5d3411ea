"""What one machine asks of another, on two real engines: the finding is there as long as the
connection is refused, and gone when it is not."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.far_box import FarBox, ssh_environ, started_box
from tests.engine.test_serve import nebtui

ASKS = """\
services:
  web:
    image: nebtui-test/busybox:1
    command: [sleep, "1000"]
    environment: {{MODEL: "http://{address}:18088/v1"}}
"""
ANSWERS = """\
services:
  model:
    image: nebtui-test/busybox:1
    command: [sleep, "1000"]
    ports:
      - "{published}"
"""
LOOPBACK, EVERYWHERE = "127.0.0.1:18088:80", "18088:80"
RULE = "unreachable-box-service"


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory, busybox_image: str) -> Iterator[FarBox]:
    """A far box on which nebtui is installed; both engines have the image."""
    with started_box(tmp_path_factory.mktemp("far"), 44, nebtui=True) as box:
        yield box


def up(compose: str, file: Path, **environ: str) -> None:
    """Bring a project up where it belongs."""
    argv = [compose, "-p", f"h3x-{file.parent.name}", "-f", str(file), "up", "-d"]
    own = {**os.environ, **environ}
    subprocess.run(argv, env=own, check=True, capture_output=True, timeout=120)


def down(compose: str, file: Path, **environ: str) -> None:
    """Remove it."""
    argv = [compose, "-p", f"h3x-{file.parent.name}", "-f", str(file), "down", "--timeout", "0"]
    own = {**os.environ, **environ}
    subprocess.run(argv, env=own, check=True, capture_output=True, timeout=120)


def refused(far: FarBox) -> bool:
    """Whether nobody answers there from here."""
    with socket.socket() as tried:
        tried.settimeout(5)
        return tried.connect_ex((far.address, 18088)) != 0


def found(environ: dict[str, str], folder: Path, far: FarBox) -> str:
    """What `check` prints of this box and that one."""
    told = nebtui(environ, folder, "check", "--host", "default", box=f"ssh://{far.name}")
    assert told.returncode in (0, 1), told.stderr
    return told.stdout


def test_a_port_on_loopback_is_found_from_both_sides(
    far: FarBox, compose: str, tmp_path: Path
) -> None:
    """The line that asks and the line that answers nobody; with another port line neither."""
    environ = ssh_environ(tmp_path, far)
    asks, answers = tmp_path / "asks/compose.yaml", tmp_path / "answers/compose.yaml"
    for file in (asks, answers):
        file.parent.mkdir()
    asks.write_text(ASKS.format(address=far.address))
    there = {"DOCKER_HOST": far.url}
    try:
        up(compose, asks)
        answers.write_text(ANSWERS.format(published=LOOPBACK))
        up(compose, answers, **there)
        assert refused(far)
        told = found(environ, tmp_path, far)
        assert "asks/compose.yaml:5: E unreachable-box-service" in told
        assert "answers/compose.yaml:6: E unreachable-box-service" in told
        answers.write_text(ANSWERS.format(published=EVERYWHERE))
        up(compose, answers, **there)
        assert not refused(far)
        assert RULE not in found(environ, tmp_path, far)
    finally:
        down(compose, asks)
        down(compose, answers, **there)
