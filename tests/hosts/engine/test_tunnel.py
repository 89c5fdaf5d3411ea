"""One ssh connection carries an engine's socket here; `ssh` is a stand-in that leads to sockets of
this machine."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nebtui.action import CreateNetwork, Probe, ProjectAction, RunProgram, Up
from nebtui.facts.declared import ProjectKey
from nebtui.hosts.actions import on_engine
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.tunnel import SshTunnel
from nebtui.hosts.live import LiveHost
from nebtui.tui.outside import interactive
from tests.chaos.stub_engine import stub_engine

SSH = """\
#!{python}
import os, signal, socket, sys, threading
argv = sys.argv[1:]
with open({log!r}, "a") as log:
    print(*argv, sep="\\t", file=log)
if {fails!r}:
    sys.exit({fails!r})
here, _, far = argv[argv.index("-L") + 1].partition(":")
print("socket=" + {says!r}, flush=True)
server = socket.socket(socket.AF_UNIX)
server.bind(here)
server.listen()
def relay(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass
    for end in (one, other):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
def serve():
    while True:
        near, _ = server.accept()
        away = socket.socket(socket.AF_UNIX)
        try:
            away.connect(far)
        except OSError:
            print("channel 2: open failed: connect failed: open failed", flush=True)
            near.close()
            continue
        for pair in ((near, away), (away, near)):
            threading.Thread(target=relay, args=pair, daemon=True).start()
threading.Thread(target=serve, daemon=True).start()
sys.stdin.read()
os._exit(0)
"""
Environ = dict[str, str]


@pytest.fixture
def ssh(tmp_path: Path) -> Callable[..., Environ]:
    """Makes the environment with a stand-in for ssh. `says`: the socket that the far side names;
    `fails`: what ssh says and ends with."""

    def make(says: str = "", fails: str = "") -> Environ:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "ssh"
        log = str(tmp_path / "calls")
        program.write_text(SSH.format(python=sys.executable, log=log, fails=fails, says=says))
        program.chmod(0o755)
        return {"PATH": str(folder), "HOME": str(tmp_path)}

    return make


def calls(folder: Path) -> list[list[str]]:
    """How ssh was called."""
    return [line.split("\t") for line in (folder / "calls").read_text().splitlines()]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[str]:
    """The path of the socket of a stand-in engine."""
    with stub_engine(tmp_path) as (_, url):
        yield url.removeprefix("unix://")


def test_all_questions_go_over_one_connection(
    tmp_path: Path, ssh: Callable[..., Environ], engine: str
) -> None:
    """However many threads ask; the address given names the socket, and nothing of the address can
    be taken for an option."""
    client = EngineClient(Endpoint(f"ssh://me@GPU1:2222{engine}"), ssh())
    threads = [threading.Thread(target=client.containers) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.version()["ApiVersion"]
    assert client.url_here.startswith("unix:///")
    (argv,) = calls(tmp_path)
    assert argv[-7:-1] == ["-p", "2222", "-l", "me", "--", "GPU1"]
    assert argv[argv.index("-L") + 1].endswith(f":{engine}")
    assert "BatchMode=yes" in argv
    folder = Path(client.url_here.removeprefix("unix://")).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    client.close()
    assert not folder.exists()
    with pytest.raises(EngineError, match="is closed"):
        client.containers()
    assert len(calls(tmp_path)) == 1


def test_the_far_side_s_own_socket_is_found(
    tmp_path: Path, ssh: Callable[..., Environ], engine: str
) -> None:
    """That of a rootless engine: asked once, by a connection that is closed before the next one."""
    client = EngineClient(Endpoint("ssh://gpu1"), ssh(says=f"unix://{engine}"))
    assert client.version()["ApiVersion"]
    usual, found = calls(tmp_path)
    assert usual[usual.index("-L") + 1].endswith(":/var/run/docker.sock")
    assert found[found.index("-L") + 1].endswith(f":{engine}")
    client.forget()
    assert client.version()["ApiVersion"]
    assert len(calls(tmp_path)) == 3
    client.close()


@pytest.mark.parametrize("says", ["tcp://1.2.3.4:1", "unix://", "x" * 5000, "unix://../etc"])
def test_what_the_far_side_says_is_not_believed(
    ssh: Callable[..., Environ], engine: str, says: str
) -> None:
    """Only a socket's path counts; anything else leaves the usual one."""
    tunnel = SshTunnel(f"ssh://gpu1{engine}", ssh(says=says))
    assert tunnel.open() == tunnel.path
    other = SshTunnel("ssh://gpu1", ssh(says=says))
    other.open()
    assert other._far == ""
    tunnel.shut()
    other.shut()


def test_ssh_says_why_it_does_not_get_there(ssh: Callable[..., Environ]) -> None:
    """In its own words, with what to try."""
    environ = ssh(fails="me@gpu1: Permission denied (publickey).")
    with pytest.raises(EngineError) as told:
        EngineClient(Endpoint("ssh://me@gpu1"), environ).version()
    assert "me@gpu1 cannot be reached by ssh (me@gpu1: Permission denied" in str(told.value)
    assert "try `ssh me@gpu1`" in str(told.value)


def test_a_socket_that_nobody_may_open_there(ssh: Callable[..., Environ], tmp_path: Path) -> None:
    """Ssh works, the engine's socket does not: told apart."""
    client = EngineClient(Endpoint(f"ssh://gpu1{tmp_path}/none.sock"), ssh())
    with pytest.raises(EngineError) as told:
        client.version()
    assert "ssh reaches gpu1, but not its engine at" in str(told.value)
    client.close()


@pytest.mark.parametrize("url", ["ssh://-oProxyCommand=touch${IFS}x", "ssh://"])
def test_addresses_that_are_options(ssh: Callable[..., Environ], tmp_path: Path, url: str) -> None:
    """Also of DOCKER_HOST or a context: ssh is not even called."""
    with pytest.raises(EngineError):
        EngineClient(Endpoint(url), ssh()).version()
    assert not (tmp_path / "calls").exists()


def test_without_ssh() -> None:
    """Told with what to install."""
    with pytest.raises(EngineError, match="install openssh-client"):
        EngineClient(Endpoint("ssh://gpu1"), {"PATH": "/nowhere"}).version()


def test_a_connection_that_ends_is_made_again(
    tmp_path: Path, ssh: Callable[..., Environ], engine: str
) -> None:
    """The next question opens another; never two at a time."""
    tunnel = SshTunnel(f"ssh://gpu1{engine}", ssh())
    first = tunnel.open()
    process = tunnel._ssh._process if tunnel._ssh else None
    assert process is not None
    process.kill()
    process.wait(5)
    assert tunnel.path == ""
    assert tunnel.open() != first
    assert len(calls(tmp_path)) == 2
    tunnel.shut()
    deadline = time.monotonic() + 5
    while tunnel.path and time.monotonic() < deadline:
        time.sleep(0.01)
    assert tunnel.path == ""


def test_who_waits_for_a_connection_is_let_go(ssh: Callable[..., Environ], tmp_path: Path) -> None:
    """Closed while ssh still tries: nothing of it is left, and the question ends."""
    environ = ssh()
    program = tmp_path / "bin/ssh"
    program.write_text(f"#!/bin/sh\necho called >> {tmp_path}/calls\nexec sleep 60\n")
    client = EngineClient(
        Endpoint("ssh://gpu1"), environ | {"PATH": f"{tmp_path}/bin:/usr/bin:/bin"}
    )
    ended: list[str] = []

    def ask() -> None:
        try:
            client.version()
        except EngineError as error:
            ended.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while not (tmp_path / "calls").exists():
        time.sleep(0.01)
    client.close()
    thread.join(8)
    assert ended
    assert len(calls(tmp_path)) == 1


PROJECT = ProjectKey("p", "/srv/p", ("/srv/p/compose.yaml",))
SSHED = Endpoint("ssh://me@gpu1")
RACK = Endpoint("tcp://10.0.0.5:2376", context="rack")


@pytest.mark.parametrize(
    ("endpoint", "argv", "shown"),
    [
        (SSHED, "docker network rm x", "docker --host ssh://me@gpu1 network rm x"),
        (RACK, "docker compose up", "docker --context rack compose up"),
        (SSHED, "/x/docker-compose up", "env DOCKER_HOST=ssh://me@gpu1 /x/docker-compose up"),
        (RACK, "/x/docker-compose up", "env DOCKER_CONTEXT=rack /x/docker-compose up"),
    ],
)
def test_commands_name_the_engine(endpoint: Endpoint, argv: str, shown: str) -> None:
    """As the docker command line takes it, Compose's own binary by a variable."""
    assert on_engine(tuple(argv.split()), endpoint) == tuple(shown.split())


def test_only_a_chosen_host_s_commands_name_it(ssh: Callable[..., Environ]) -> None:
    """Those of the engine that `docker` uses anyway stay short; a program of the user's own is what
    they wrote; a shell gets the terminal behind the right word."""
    environ = ssh()
    chosen = LiveHost((), (), environ, endpoint=SSHED, named=True)
    usual = LiveHost((), (), environ, endpoint=SSHED)
    action = CreateNetwork("n")
    assert chosen.command(action)[:3] == ("docker", "--host", "ssh://me@gpu1")
    assert usual.command(action)[:2] == ("docker", "network")
    own = RunProgram("own", ("mytool",), "/")
    assert chosen.command(own) == ("mytool",)
    rack = LiveHost((), (), environ, endpoint=Endpoint("tcp://x:1", context="exec"), named=True)
    assert interactive(rack.command(Probe("exec", ("sh",)))) == (
        *("docker", "--context", "exec", "exec", "-it", "exec", "sh"),
    )
    compose = chosen.command(Up(PROJECT, ()))
    assert isinstance(Up(PROJECT, ()), ProjectAction)
    assert not compose or "ssh://me@gpu1" in " ".join(compose)
