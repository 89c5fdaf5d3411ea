"""A fix on another machine's disk, behind a real sshd: shown here, written and undone there, with
Compose and an engine of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from nebtui import rules
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import UnknownOutcomeError, WriteError
from nebtui.fixing.file_change import diff_lines
from nebtui.fixing.proposal import Wish
from nebtui.fixing.recreate import up_actions
from nebtui.fixing.watch import Watched as WrittenPatch
from nebtui.fixing.watch import hashes_of, verdict
from nebtui.hosts.remote.desk import RemoteDesk
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.remote.over_ssh import remote_host
from nebtui.rules.rule import Finding
from nebtui.store import Follower
from tests.engine.far_box import FarBox, ssh_environ, started_box
from tests.engine.test_serve import nebtui

STACK = """\
services:
  # asks a model of the machine itself
  web:
    image: nebtui-test/busybox:1
    command: [sleep, "1000"]
    environment: {OLLAMA: "http://host.docker.internal:11434", PASSWORD: hunter2-Zm9vYmFy}
"""
ADDED = b'    extra_hosts:\n      - "host.docker.internal:host-gateway"\n'
SHOWN = [f"+{line}" for line in ADDED.decode().splitlines()]
RULE = "missing-host-gateway"
URL = "ssh://far43"


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarBox]:
    """A far box on which nebtui is installed."""
    with started_box(tmp_path_factory.mktemp("far"), 43, nebtui=True) as box:
        yield box


@pytest.fixture
def environ(far: FarBox, tmp_path: Path) -> dict[str, str]:
    """Where `ssh far43` gets there."""
    return ssh_environ(tmp_path, far)


@pytest.fixture
def file(far: FarBox, compose: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of a project that runs there."""
    file = tmp_path_factory.mktemp("h2x-mended") / "compose.yaml"
    file.write_text(STACK)
    file.chmod(0o640)
    argv = [compose, "-p", "h2x-mended", "-f", str(file)]
    own = {**os.environ, "DOCKER_HOST": far.url}
    subprocess.run([*argv, "up", "-d"], env=own, check=True, capture_output=True, timeout=120)
    yield file
    down = [*argv, "down", "--timeout", "0"]
    subprocess.run(down, env=own, check=True, capture_output=True, timeout=120)


@dataclass
class LookedAt:
    """The box as it is seen from here."""

    host: RemoteHost
    follower: Follower

    @property
    def desk(self) -> RemoteDesk:
        """Where it is mended."""
        return self.host.desk

    def wish(self) -> Wish:
        """What is found, to be fixed."""
        assert self.follower.until(lambda seen: bool(found(seen)), 30)
        return Wish(found(self.follower.snapshot))


def found(seen: Snapshot) -> tuple[Finding, ...]:
    """What is to be mended."""
    return tuple(finding for finding in rules.find(seen) if finding.rule == RULE)


@contextmanager
def looked_at(environ: dict[str, str], *options: str) -> Iterator[LookedAt]:
    """One connection."""
    host = remote_host(URL, environ, *options)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 60)
        yield LookedAt(host, follower)
    finally:
        follower.stop()
        host.close()


def there(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """The far side's own command line."""
    argv = ("ssh", "far43", "nebtui", *words)
    return subprocess.run(
        argv, env=environ, capture_output=True, text=True, timeout=90, check=False
    )


def test_from_plan_to_seen_and_back(environ: dict[str, str], file: Path) -> None:
    """Shown with Compose's proof, written byte for byte with its mode, brought up and seen to work
    there; undone from here, and the second time by the far side itself."""
    before = file.read_bytes()
    with looked_at(environ) as box:
        wish = box.wish()
        proposal = box.desk.propose(wish)
        assert [line for line in diff_lines(proposal.files) if line[:2] == "+ "] == SHOWN
        assert "hunter2" not in repr(proposal)
        told = [check.message for check in proposal.proof.checks if check.ok]
        assert any("compose config differs in services.web.extra_hosts" in one for one in told)
        assert file.read_bytes() == before
        hashes = hashes_of(box.follower.snapshot, proposal)
        entry = box.desk.write(wish, proposal)
        assert file.read_bytes() == before + ADDED
        assert file.stat().st_mode & 0o777 == 0o640
        written = WrittenPatch(proposal, entry.time, entry.number, hashes)
        assert verdict(box.follower.snapshot, written, box.host.now()).state == "written"
        (up,) = up_actions(box.follower.snapshot, proposal.recreate)
        *_, last = box.host.do(up)
        assert last.exit_code == 0, last.text

        def works(seen: Snapshot) -> bool:
            return verdict(seen, written, box.host.now()).state == "seen"

        assert box.follower.until(works, 60)
        assert box.desk.undo(entry) == ()
        assert file.read_bytes() == before
        assert box.follower.until(lambda seen: bool(found(seen)), 30)
        again = box.wish()
        box.desk.write(again, box.desk.propose(again))
        assert file.read_bytes() == before + ADDED
        undone = there(environ, "undo")
        assert undone.stdout.startswith("undone: "), undone
        assert file.read_bytes() == before


def test_what_is_refused(environ: dict[str, str], file: Path) -> None:
    """A file that changed underneath, and a box that is served read-only: nothing is written."""
    with looked_at(environ) as box:
        wish = box.wish()
        proposal = box.desk.propose(wish)
        file.write_text(f"# mine\n{STACK}")
        with pytest.raises(WriteError, match="nothing was written"):
            box.desk.write(wish, proposal)
    with looked_at(environ, "--read-only") as box:
        wish = box.wish()
        with pytest.raises(WriteError, match="--read-only"):
            box.desk.write(wish, box.desk.propose(wish))
    assert file.read_text() == f"# mine\n{STACK}"


def test_a_cable_that_is_pulled_before_it_is_written(
    far: FarBox, environ: dict[str, str], file: Path
) -> None:
    """Nobody knows what came of it until the cable is back; then the journal there says that it was
    not written, and the file is whole."""
    with looked_at(environ) as box:
        wish = box.wish()
        proposal = box.desk.propose(wish)
        far.cut(off=True)
        try:
            with pytest.raises(UnknownOutcomeError, match="unknown whether") as lost:
                box.desk.write(wish, proposal)
        finally:
            far.cut(off=False)
        assert lost.value.look() is None
        assert file.read_text() == STACK
        assert box.desk.write(wish, box.desk.propose(wish)).state == "written"
        assert file.read_bytes() == STACK.encode() + ADDED


def test_the_command_line(environ: dict[str, str], file: Path, tmp_path: Path) -> None:
    """`fix` and `undo` from here, byte for byte as there."""
    rule = ("--rule", RULE)
    before = file.read_bytes()
    shown = nebtui(environ, tmp_path, "fix", *rule, box=URL)
    assert (shown.returncode, "\n".join(SHOWN) in shown.stdout) == (1, True), shown
    assert "then: ssh far43 docker compose" in shown.stdout
    written = nebtui(environ, tmp_path, "fix", *rule, "--write", box=URL)
    assert (written.returncode, "on far43" in written.stderr) == (0, True), written
    assert file.read_bytes() == before + ADDED
    listed = nebtui(environ, tmp_path, "undo", "--list", box=URL)
    assert listed.stdout == there(environ, "undo", "--list").stdout
    assert nebtui(environ, tmp_path, "undo", box=URL).returncode == 0
    assert file.read_bytes() == before
