"""`record`, `replay` and `--recording` as a person meets them: files, pipes, a terminal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nebtui.cli.record import _record, start
from nebtui.facts.changes import Change, Settled
from nebtui.facts.declared import Service
from tests.builders import box, project
from tests.cli.sandbox import CliSandbox
from tests.cli.test_ending import ENTER, read_until
from tests.fakes import FakeHost

GOLDEN = str(next((Path(__file__).parents[1] / "recordings").glob("recording-*.jsonl")))
SHOP = "services:\n  web:\n    image: nginx:1.27\n    environment:\n      GREETING: hunter2canary\n"


def test_files_are_recorded_and_shown_elsewhere(sandbox: CliSandbox) -> None:
    """Recorded for a second, read where the files are not; values stay behind."""
    sandbox.write({"shop/compose.yaml": SHOP})
    done = sandbox.run("record", "box.gz", "--no-engine", "--for", "1.5")
    assert (done.status, done.out) == (0, "")
    assert done.err.startswith("nebtui: recorded ")
    (sandbox.work / "shop/compose.yaml").unlink()
    told = sandbox.run("status", "--recording", "box.gz")
    assert "web" in told.out
    again = sandbox.run("record", "box.gz", "--no-engine", "--for", "1")
    assert (again.status, again.err) == (2, "nebtui: box.gz is there already: name another file\n")


def test_no_value_is_in_the_file(sandbox: CliSandbox) -> None:
    """Whoever reads a recording finds the names of variables and not what they hold."""
    sandbox.write({"shop/compose.yaml": SHOP, "shop/.env": "GREETING=hunter2canary\n"})
    sandbox.run("record", "box.jsonl", "--no-engine", "--for", "1.5")
    text = (sandbox.work / "box.jsonl").read_text()
    assert "GREETING" in text
    assert "hunter2canary" not in text


@pytest.mark.parametrize("verb", ["check", "status", "graph", "startup"])
def test_a_recording_is_looked_at(verb: str, sandbox: CliSandbox) -> None:
    """Without an engine and without its files, as it was at its end."""
    done = sandbox.run(verb, "--recording", GOLDEN)
    assert done.status in (0, 1)
    assert "conductor" in done.out
    assert done.err == ""


def test_what_is_no_recording_is_refused_in_one_line(sandbox: CliSandbox) -> None:
    """Exit 2, and the name of the file."""
    sandbox.write({"x": b"\x00\xff" * 100, "cut": b"\x1f\x8b\x08\x00"})
    for name in ("x", "cut", "absent", "."):
        for words in (("replay", name), ("check", "--recording", name)):
            done = sandbox.run(*words)
            assert (done.status, len(done.lines)) == (2, 1), (words, done)
            assert name in done.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("check", "--no-engine", "--recording", GOLDEN), "leave out one"),
        (("replay", "--no-engine", GOLDEN), "leave it out"),
        (("startup", "--up", "x", "--recording", GOLDEN), "cannot be started"),
        (("record", "--project", "x", "out"), "whole box"),
        (("record", "--for", "-1", "out"), "--for"),
        (("replay", "--at", "soon", GOLDEN), "--at"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: tuple[str, ...], why: str, sandbox: CliSandbox
) -> None:
    """One line that names it, before anything is read or made."""
    sandbox.write({"shop/compose.yaml": SHOP})
    done = sandbox.run(*words)
    assert (done.status, len(done.lines)) == (2, 1)
    assert why in done.err
    assert not (sandbox.work / "out").exists()


def test_a_reader_that_goes_away_ends_the_recording(sandbox: CliSandbox) -> None:
    """`record - | head`: no traceback."""
    sandbox.write({"shop/compose.yaml": SHOP})
    command = f"{sys.executable} -m nebtui record - --no-engine | head -1"
    done = subprocess.run(
        ("sh", "-c", command), cwd=sandbox.work, env=sandbox.environ, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.startswith(b'{"nebtui":')
    assert b"Traceback" not in done.stderr


def test_a_pipe_is_replayed_on_the_terminal(sandbox: CliSandbox) -> None:
    """`record - | replay -`: the screen shows the other box while it is recorded, and the keys come
    from the terminal, not from the pipe."""
    sandbox.write({"shop/compose.yaml": SHOP})
    nebtui = f"{sys.executable} -m nebtui"
    command = f"{nebtui} record - --no-engine 2>/dev/null | {nebtui} replay -"
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(sandbox.work)
        os.execve("/bin/sh", ("sh", "-c", command), sandbox.environ)
    try:
        assert ENTER in read_until(screen, ENTER, 30)
        assert b"web" in read_until(screen, b"web", 30)
        os.write(screen, b" ")
        assert b"paused" in read_until(screen, b"paused", 30)
        os.write(screen, b"q")
        read_until(screen, b"never", 30)  # until nobody holds the terminal any more
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        os.close(screen)


class SlowHost(FakeHost):
    """A box whose first picture takes a while; it ends when it is closed."""

    def __init__(self) -> None:
        super().__init__(box(project("shop", Service("db"))))
        self.complete = threading.Event()
        self.ended = threading.Event()
        self.complete_when_closed = False

    def changes(self) -> Iterator[Change]:
        for change in super().changes():
            if isinstance(change, Settled):
                self.complete.set()
            yield change
        self.ended.wait(30)

    def close(self) -> None:
        self.complete_when_closed = self.complete.is_set()
        self.ended.set()


def test_the_seconds_begin_with_the_first_complete_picture(tmp_path: Path) -> None:
    """On a busy box it takes longer than they last; the recording is not empty."""
    host, file = SlowHost(), tmp_path / "box.jsonl"
    recorder = start(str(file), host)
    _record(host, recorder, 0.0)
    recorder.close()
    assert host.complete_when_closed
    assert b"Settled" in file.read_bytes()
