"""A box without a nebtui, behind a real sshd: it is sent this one, which serves; a file that was
changed there is not run, and a Python that is too old gets none."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from nebtui import __version__
from nebtui.cli.sending import BoxSender
from nebtui.facts.boxes import CarriedFile
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.carried.archive import archive, contents
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.live import LiveHost
from nebtui.hosts.offers import offer
from nebtui.hosts.remote.chosen import FarHost
from nebtui.hosts.remote.far_shell import PYTHONS
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.remote.over_ssh import nebtui_there, remote_host
from nebtui.hosts.remote.sending import send
from nebtui.keep.sent import recall_sent, remember_sent
from nebtui.store import Follower
from tests.engine.far_box import FarBox, ssh_environ, started_box

URL = "ssh://far8"


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarBox]:
    """A far box on which no nebtui is installed."""
    with started_box(tmp_path_factory.mktemp("far"), 8) as box:
        yield box


@pytest.fixture
def environ(far: FarBox, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Where `ssh far8` gets there; its home is empty, and its only Python this one."""
    folder = far.folder / "bin"
    folder.mkdir(exist_ok=True)
    for name in PYTHONS:
        (folder / name).symlink_to(os.path.realpath(sys.executable))
    yield ssh_environ(tmp_path, far)
    for name in PYTHONS:
        (folder / name).unlink()
    subprocess.run(["rm", "-rf", far.home / ".cache"], check=True)


def aged(far: FarBox, said: str) -> None:
    """Every Python there is one that says so, and that it is too old."""
    for name in PYTHONS:
        (far.folder / "bin" / name).unlink()
        (far.folder / "bin" / name).write_text(f"#!/bin/sh\necho {said}\nexit 1\n")
        (far.folder / "bin" / name).chmod(0o755)


def far_host(environ: Mapping[str, str], state: str) -> FarHost:
    """The box as a command looks at it."""

    def both() -> tuple[RemoteHost, LiveHost]:
        live = LiveHost((), (), environ, endpoint=Endpoint(URL), named=True)
        return remote_host(URL, environ, sent=recall_sent(state)), live

    return FarHost(*both(), both, send="nebtui hosts --send far8")


def explained(seen: Snapshot) -> bool:
    """It is said that no nebtui serves there."""
    return any("No nebtui serves" in told for told in seen.engine.missing) if seen.engine else False


def sent(environ: Mapping[str, str], state: str) -> CarriedFile:
    """Have one sent there."""
    sender = BoxSender(URL, environ, state)
    file = sender.made()
    assert isinstance(file, CarriedFile)
    assert sender.send(file) == ""
    return file


def nebtui(environ: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One run of the command line, in a folder without compose files."""
    (folder / "empty").mkdir(exist_ok=True)
    own = {**environ, "NEBTUI_STATE": str(folder / "state"), "NEBTUI_CONFIG": str(folder / "none")}
    return subprocess.run(
        (sys.executable, "-m", "nebtui", *words),
        env={**own, "PYTHONPATH": os.getcwd()},
        cwd=folder / "empty",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_one_is_offered_sent_and_serves(
    far: FarBox, environ: dict[str, str], tmp_path: Path
) -> None:
    """The box is seen by its engine first; once it is sent, by the nebtui there, without a new
    host; nobody else there can read the file."""
    state = str(tmp_path / "state")
    host = far_host(environ, state)
    sender = BoxSender(URL, environ, state, host)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        engine = follower.snapshot.engine
        assert engine is not None
        assert "`nebtui hosts --send far8` sends it one file" in engine.missing[-1]
        assert sender.offered
        file = sender.made()
        assert isinstance(file, CarriedFile)
        assert file.digest in sender.consequence(file)[1]
        assert sender.send(file) == ""
        assert follower.until(lambda seen: seen.settled and not explained(seen), 60)
        assert host.kind == "remote"
        assert not sender.offered
    finally:
        follower.stop()
        host.close()
    kept = far.home / ".cache/nebtui"
    (there,) = kept.iterdir()
    assert there.name == file.name
    assert (kept.stat().st_mode & 0o777, there.stat().st_mode & 0o777) == (0o700, 0o600)


def test_an_older_one_is_updated_after_a_yes(
    far: FarBox, environ: dict[str, str], tmp_path: Path
) -> None:
    """It serves as long as nobody wants the newer one; a no is kept for that version; then the
    newer one serves, without a new host, and the older file stays."""
    state = str(tmp_path / "state")
    texts = {**contents(), "nebtui/__init__.py": b'__version__ = "0.0.9"\n'}
    data = archive(texts)
    file = CarriedFile("0.0.9", hashlib.sha256(data).hexdigest(), len(data))
    assert send(URL, environ, file, data) == ""
    remember_sent(state, file)
    _, gives = offer(Endpoint(URL), environ, file, "nebtui hosts --send far8")
    told = f"; `nebtui hosts --send far8` sends the newer {__version__}"
    assert (gives[-1].state, gives[-1].message) == ("ok", f"0.0.9 serves on far8{told}")
    host = far_host(environ, state)
    sender = BoxSender(URL, environ, state, host)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        assert (host.kind, host.version, sender.older) == ("remote", "0.0.9", "0.0.9")
        assert sender.offered
        sender.decline()
        assert (sender.offered, sender.possible) == (False, True)
        assert not BoxSender(URL, environ, state, host).offered
        newer = sender.made()
        assert isinstance(newer, CarriedFile)
        assert "nebtui 0.0.9 serves there now" in sender.consequence(newer)[0]
        assert host.version == "0.0.9"
        assert sender.send(newer) == ""
        assert follower.until(lambda seen: seen.settled and host.version == __version__, 60)
        assert (host.kind, sender.older, sender.possible) == ("remote", "", False)
    finally:
        follower.stop()
        host.close()
    names = {there.name for there in (far.home / ".cache/nebtui").iterdir()}
    assert names == {file.name, newer.name}


def test_a_file_that_was_changed_there_is_not_run(
    far: FarBox, environ: dict[str, str], tmp_path: Path
) -> None:
    """It is told, the box is seen by its engine, and sending it again mends it."""
    state = str(tmp_path / "state")
    file = sent(environ, state)
    assert nebtui_there(URL, environ, file).version == file.version
    with (far.home / ".cache/nebtui" / file.name).open("ab") as there:
        there.write(b"#")
    answer = nebtui_there(URL, environ, file)
    assert answer.version == ""
    assert answer.absence is not None
    assert "has changed since, and is not run" in answer.absence.why
    host = far_host(environ, state)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        engine = follower.snapshot.engine
        assert engine is not None
        assert "has changed since, and is not run" in engine.missing[-1]
    finally:
        follower.stop()
        host.close()
    sent(environ, state)
    assert nebtui_there(URL, environ, file).version == file.version


@pytest.mark.parametrize(
    ("said", "why"), [("3.9", "its Python is 3.9: a nebtui needs 3.11"), ("", "it has no Python")]
)
def test_a_python_that_is_too_old_gets_none(
    far: FarBox, environ: dict[str, str], tmp_path: Path, said: str, why: str
) -> None:
    """The engine's API alone, and that is said."""
    aged(far, said)
    told = nebtui(environ, tmp_path, "hosts", "--send", URL, "--yes")
    assert told.returncode == 2
    assert why in told.stderr
    host = far_host(environ, str(tmp_path / "state"))
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        engine = follower.snapshot.engine
        assert engine is not None
        assert why in engine.missing[-1]
        assert "--send" not in engine.missing[-1]
        assert not host.sendable
    finally:
        follower.stop()
        host.close()
    assert not (far.home / ".cache").exists()


def test_the_command_line(far: FarBox, environ: dict[str, str], tmp_path: Path) -> None:
    """Nothing is sent before a yes, nor with --read-only; then the box is seen as from there."""
    for words, why in (
        (("--send", URL), "say --yes where nobody can be asked"),
        (("--send", URL, "--yes", "--read-only"), "--read-only: nothing is sent"),
        (("--send", "default", "--yes"), "is not reached by ssh"),
    ):
        told = nebtui(environ, tmp_path, "hosts", *words)
        assert told.returncode == 2
        assert why in told.stderr
    assert not (far.home / ".cache").exists()
    told = nebtui(environ, tmp_path, "hosts", "--send", URL, "--yes")
    assert (told.returncode, told.stdout.split()[2:]) == (0, ["serves", "on", URL, "now"])
    assert "One file is copied to far8, and nothing else is changed there" in told.stderr
    told = nebtui(environ, tmp_path, "hosts", "--send", URL, "--yes")
    assert (told.returncode, told.stderr) == (0, "")
    assert "already: nothing is sent" in told.stdout
    status = nebtui(environ, tmp_path, "status", "--host", URL, "--format", "json")
    assert (status.returncode, status.stderr) == (0, "")
