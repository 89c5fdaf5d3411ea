"""Where the engine is and why it does not answer: as `docker` decides, told with a remedy."""

from __future__ import annotations

import errno
import hashlib
import json
import socket
from pathlib import Path

import pytest

from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint, explain, find_endpoint
from nebtui.hosts.engine.errors import EngineError


def contexts(folder: Path, name: str, host: str) -> None:
    """A Docker configuration with one context, which is the current one."""
    (folder / "config.json").write_text(json.dumps({"currentContext": name}))
    meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(
        json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}})
    )


def test_docker_host_comes_before_the_context(tmp_path: Path) -> None:
    """DOCKER_HOST wins, then DOCKER_CONTEXT and currentContext, then the default socket."""
    contexts(tmp_path, "rootless", "unix:///run/user/1000/docker.sock")
    config = {"DOCKER_CONFIG": str(tmp_path)}
    assert find_endpoint({**config, "DOCKER_HOST": "tcp://box:2375"}).url == "tcp://box:2375"
    assert find_endpoint(config).socket == "/run/user/1000/docker.sock"
    assert find_endpoint({**config, "DOCKER_CONTEXT": "default"}).socket == "/var/run/docker.sock"
    assert find_endpoint({"DOCKER_CONFIG": str(tmp_path / "none")}).socket == "/var/run/docker.sock"


def test_a_context_that_does_not_exist_is_told(tmp_path: Path) -> None:
    """A current context without metadata gives a sentence instead of another engine."""
    endpoint = find_endpoint({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "gone"})
    with pytest.raises(
        EngineError, match="'gone' does not exist: choose another with `docker context use NAME`"
    ):
        EngineClient(endpoint, {}).version()


def test_no_socket_names_the_rootless_one(tmp_path: Path) -> None:
    """Where no socket is, one of a rootless engine is pointed at, if there is one."""
    said = explain(FileNotFoundError(errno.ENOENT, "none"), Endpoint(), {})
    assert "install Docker or start it" in said
    endpoint = Endpoint(f"unix://{tmp_path}/no.sock")
    (tmp_path / "docker.sock").touch()
    with pytest.raises(EngineError, match=f"export DOCKER_HOST=unix://{tmp_path}/docker.sock"):
        EngineClient(endpoint, {"XDG_RUNTIME_DIR": str(tmp_path)}).containers()


def test_no_socket_where_somebody_named_one(tmp_path: Path) -> None:
    """Docker may well run: it is the name, by --host, DOCKER_HOST or a context, that points
    elsewhere."""
    endpoint = Endpoint(f"unix://{tmp_path}/no.sock")
    for environ in ({}, {"DOCKER_HOST": endpoint.url}):
        with pytest.raises(
            EngineError, match="start the engine that listens there, or name another"
        ):
            EngineClient(endpoint, environ).containers()


def test_permission_denied_names_the_group() -> None:
    """The remedy for a forbidden socket is the group docker."""
    said = explain(PermissionError(13, "Permission denied"), Endpoint(), {})
    assert "sudo usermod -aG docker $USER" in said


def test_refused_connection_says_what_to_start(tmp_path: Path) -> None:
    """A socket file without an engine behind it is told as an engine that does not run."""
    path = str(tmp_path / "dead.sock")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path)
    with pytest.raises(EngineError, match="systemctl start docker"):
        EngineClient(Endpoint(f"unix://{path}"), {}).version()


def test_an_unusable_address_is_told() -> None:
    """A DOCKER_HOST that is no address gives one sentence with what one looks like."""
    with pytest.raises(EngineError, match="cannot be used: no address of an engine"):
        EngineClient(Endpoint("bogus://x"), {}).version()


def test_missing_certificates_are_told(tmp_path: Path) -> None:
    """TLS without its files names the folder that was looked in."""
    endpoint = Endpoint("tcp://127.0.0.1:2376", certificates=str(tmp_path))
    with pytest.raises(EngineError, match="check DOCKER_CERT_PATH"):
        EngineClient(endpoint, {}).version()
