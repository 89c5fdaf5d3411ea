"""A real registry on this machine: whether it has a newer image than the engine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from nebtui.action import AskRegistry, Progress
from nebtui.analysis.upstream import upstream
from nebtui.facts.changes import ImageSeen
from nebtui.hosts.actions import through_engine
from nebtui.hosts.engine import payloads
from nebtui.hosts.engine.client import EngineClient
from tests.builders import box
from tests.engine.box import wait_for

pytestmark = pytest.mark.engine

CONFIG = """\
version: 0.1
storage: {filesystem: {rootdir: ROOT}}
http: {addr: "127.0.0.1:PORT"}
"""


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """The address of an empty registry."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("Debian's docker-registry is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = CONFIG.replace("ROOT", str(tmp_path / "data")).replace("PORT", str(port))
    (tmp_path / "config.yml").write_text(text)
    argv = [program, "serve", str(tmp_path / "config.yml")]
    running = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_for(answers, "the registry")
        yield f"localhost:{port}"
    finally:
        running.kill()
        running.wait()


def asked(engine: EngineClient, name: str) -> str:
    """What is told of an image that the engine has."""
    last: Progress = [*through_engine(engine, AskRegistry(name))][-1]
    snapshot = box(ImageSeen(payloads.image(engine.image(name))))
    problem = last.text if last.exit_code else ""
    return upstream(snapshot, name, "" if problem else last.text, problem)


def test_a_newer_image_in_the_registry_is_told(
    engine: EngineClient, busybox_image: str, registry: str
) -> None:
    """The same after a push, a newer one after somebody else's, and not known once it is gone."""
    low = docker.APIClient(base_url=engine.endpoint.url, version="auto")
    repository = f"{registry}/nebtui-{os.getpid()}"
    name = f"{repository}:1"
    made = low.create_container(busybox_image, ["true"])["Id"]
    try:
        low.tag(busybox_image, repository, "1")
        low.push(repository, "1")
        assert asked(engine, name) == f"{name} is the registry's newest"
        other = low.commit(made, repository, "2", message="somebody else's")["Id"]
        low.tag(other, repository, "1", force=True)
        low.push(repository, "1")
        low.remove_image(name)
        low.tag(busybox_image, repository, "1")
        assert asked(engine, name) == f"{name}: the registry has a newer one"
        low.remove_image(name)
        low.tag(other, repository, "1")
        assert asked(engine, name) == f"{name} is the registry's newest"
    finally:
        low.remove_container(made, force=True)
        for tag in ("1", "2"):
            low.remove_image(f"{repository}:{tag}", force=True)
    assert "is not known" in upstream(box(), name, "", "gone")
