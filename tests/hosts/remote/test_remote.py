"""The near side: a box over a pipe, and everything that can go wrong with the other end of it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nebtui.action import CreateNetwork, RunProgram, Stop, Up
from nebtui.facts import changes
from nebtui.facts.changes import Change, EngineLost, EngineSeen, Rewound, Settled
from nebtui.facts.codec import encode_fact
from nebtui.facts.declared import ProjectKey, Service
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest, LogStream
from nebtui.hosts.clock import MachineClock
from nebtui.hosts.remote import connections
from nebtui.hosts.remote.chosen import FarHost
from nebtui.hosts.remote.host import RemoteHost
from nebtui.hosts.remote.incoming import IncomingPicture
from nebtui.hosts.remote.lines import NonsenseError, greeting_line
from nebtui.recording.lines import change_line
from nebtui.store import Follower, fold_all, settle, unfold
from tests import builders
from tests.fakes import FakeHost

URL = "ssh://me@gpu1:2222"
BY = ("ssh", "-p", "2222", "me@gpu1")
BOX = builders.box(builders.project("ai", Service("web", image="x")), Settled())
HASTY = MachineClock(steady=lambda: time.monotonic() * 100)
"""A second is a hundredth of one."""


def remote(*argv: str, clock: MachineClock = HASTY) -> RemoteHost:
    """The box at the far end of a program."""
    return RemoteHost(argv, dict(os.environ), URL, BY, clock)


def scripted(tmp_path: Path, script: str, said: bytes = b"") -> RemoteHost:
    """The far end is a shell script; `cat "$0"` there says what is given."""
    file = tmp_path / "said"
    file.write_bytes(said)
    return remote("sh", "-c", script, str(file))


def greeted(snapshot: Snapshot = BOX) -> bytes:
    """A greeting, and a whole picture."""
    told = (change_line(0.0, change) for change in unfold(snapshot))
    return greeting_line("gpu1", "m", 1_780_000_000.0) + b"".join(told)


def lost(host: RemoteHost) -> tuple[str, Snapshot]:
    """Why the connection is told to be lost, and what is shown then."""
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: bool(seen.engine_problem) and seen.settled, 20)
        return follower.snapshot.engine_problem, follower.snapshot
    finally:
        follower.stop()
        host.close()


@pytest.fixture(scope="module")
def far() -> Iterator[tuple[RemoteHost, Follower]]:
    """The simulated box at the far end of a real process."""
    argv = (sys.executable, "-m", "tests.hosts.remote.far_side")
    host = remote(*argv, clock=MachineClock())
    follower = Follower(host)
    assert follower.until(lambda seen: seen.settled, 30)
    yield host, follower
    follower.stop()
    host.close()


Far = tuple[RemoteHost, Follower]


def test_the_box_is_seen_whole(far: Far) -> None:
    """Projects, containers, GPUs, with the address by which it is reached from here; its time is
    the far machine's, not ours."""
    host, follower = far
    seen = follower.snapshot
    assert len(seen.projects) > 3
    assert len(seen.containers) > 10
    assert seen.gpus
    assert seen.engine is not None
    assert seen.engine.endpoint == URL
    assert host.version
    newest = max(event.at for history in seen.histories.values() for event in history)
    assert abs(host.now() - newest) < 3600


def test_a_verb_is_done_there(far: Far) -> None:
    """With its progress, and seen afterwards; what is shown for it is the command over ssh."""
    host, follower = far
    running = {c.project for c in follower.snapshot.containers.values() if c.state == "running"}
    project = next(key for key in follower.snapshot.projects if key.name in running)
    *_, last = host.do(Stop(project))
    assert last.done
    assert last.exit_code == 0

    def stopped(seen: Snapshot) -> bool:
        mine = [one for one in seen.containers.values() if one.project == project.name]
        return all(one.state == "exited" for one in mine)

    assert follower.until(stopped, 20)
    argv = host.command(CreateNetwork("a b"))
    assert argv[:5] == (*BY, "docker")
    assert argv[-1] == "'a b'"  # the shell there splits words again


def test_what_is_refused_there_or_here(far: Far) -> None:
    """One sentence, exit code 1."""
    host, _ = far
    (there,) = host.do(Up(ProjectKey("none", "/none")))
    (here,) = host.do(RunProgram("x", ("true",)))
    assert "no project none" in there.text
    assert "run it there" in here.text
    assert (there.exit_code, here.exit_code) == (1, 1)


def test_logs_come_as_they_are_taken(far: Far) -> None:
    """More than fit at once, in the order they were written, and the end."""
    host, follower = far
    services = tuple(key for key, _ in follower.snapshot.services())
    stream = host.logs(LogRequest(services, tail=None, follow=False))
    lines: list[LogLine] = []
    while not stream.ended:
        lines += stream.take(50)
        stream.wait(0.1)
    told = [line for line in lines if line.source != "note"]
    assert told
    assert {line.service for line in told} <= set(services)
    stream.close()


def test_no_file_of_it_is_looked_at_here(far: Far, tmp_path: Path) -> None:
    """A path of the same name here is another file; who wants to mend it is told where."""
    host, follower = far
    project = next(iter(follower.snapshot.projects.values()))
    read = host.read_with(project, {})
    assert read.services == {}
    assert read.problem is not None
    assert "`ssh -t -p 2222 me@gpu1 nebtui`" in read.problem.message
    assert host.validate(project, {}).error == ""
    assert host.files_away


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ('cat "$0"; echo "Permission denied" >&2; exit 255', "ended (Permission denied)"),
        ('cat "$0"; echo nonsense; cat', "no JSON object"),
        ('cat "$0"; echo "[1]"; cat', "no JSON object"),
        ('cat "$0"; printf "{\\"id\\": "; exec sleep 100', "has not answered for 15 s"),
        ('cat "$0"; exec sleep 100', "has not answered for 15 s"),
        ('cat "$0"; tr "\\0" x </dev/zero', "a line of more than"),
        ('cat "$0"; kill -9 $$', "ended (exit status -9)"),
        ('cat "$0"; while :; do echo "Dear user" >&2; done', "has not answered for 15 s"),
    ],
)
def test_a_far_side_that_fails(tmp_path: Path, script: str, why: str) -> None:
    """Told in a sentence; what was seen stays, and is old."""
    told, seen = lost(scripted(tmp_path, script, greeted()))
    assert why in told
    assert "me@gpu1" in told
    assert seen.stale_since is not None
    assert seen.projects.keys() == BOX.projects.keys()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "echo 'Connection refused' >&2; exit 255",
            "cannot be reached by ssh (Connection refused)",
        ),
        ("exec sleep 100", "has not answered for 30 s"),
        ("yes", "200 lines before any greeting"),
        ("cat /dev/zero", "a line of more than"),
    ],
)
def test_a_far_side_that_never_greets(tmp_path: Path, script: str, why: str) -> None:
    """The first picture is complete without it: `status` does not wait for ever."""
    told, seen = lost(scripted(tmp_path, script))
    assert why in told
    assert seen.engine is None


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """No ssh here: told."""
    told, _ = lost(remote("/no/such/ssh"))
    assert "/no/such/ssh cannot be started (No such file or directory)" in told


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo nebtui=none", "none is installed there"),
        ("echo 'nebtui: invalid choice: serve' >&2; exit 2", "invalid choice: serve"),
        ("exit 127", "exit status 127"),
        ('sed s/\\"serve\\":1/\\"serve\\":2/ "$0"; cat', "serves otherwise"),
    ],
)
def test_where_no_nebtui_serves(tmp_path: Path, script: str, why: str) -> None:
    """The box is looked at through its engine alone, and why is said with what is missing."""
    host = FarHost(scripted(tmp_path, script, greeted()), FakeHost(BOX))
    with closing(host):
        seen = settle(host, 20)
        assert host.kind == "recorded"  # what the fake calls itself
        assert host.files_away == ""
    assert seen.projects.keys() == BOX.projects.keys()
    assert seen.engine is not None
    assert why in seen.engine.missing[-1]


def test_words_of_a_shell_before_the_greeting(tmp_path: Path) -> None:
    """A startup file that prints something breaks nothing."""
    host = scripted(tmp_path, 'echo "Welcome to {gpu1}"; cat "$0"; cat', greeted())
    with closing(FarHost(host, FakeHost(builders.box()))) as far:
        assert settle(far, 20).projects.keys() == BOX.projects.keys()
        assert far.kind == "remote"


def test_a_new_connection_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went meanwhile is gone; nobody sees the box empty in between."""
    monkeypatch.setattr(connections, "FIRST_PAUSE", 0.01)
    second = builders.box(builders.project("new", Service("api", image="y")), Settled())
    (tmp_path / "second").write_bytes(greeted(second))
    (tmp_path / "first").write_bytes(greeted())
    script = 'cd "$0"; cat first; if [ -e been ]; then cat; fi; touch been; mv second first'
    host = remote("sh", "-c", script, str(tmp_path), clock=MachineClock())
    follower, empty = Follower(host), []
    try:
        assert follower.until(lambda seen: bool(seen.projects), 20)

        def is_new(seen: Snapshot) -> bool:
            empty.append(not seen.projects)
            return {key.name for key in seen.projects} == {"new"} and not seen.engine_problem

        assert follower.until(is_new, 20)
    finally:
        follower.stop()
        host.close()


def test_nothing_is_shown_of_a_half_picture() -> None:
    """Held back until it is whole, then told as one."""
    told = list(unfold(BOX))
    incoming = IncomingPicture(URL, shown=True)
    *before, last = [list(incoming.take(change)) for change in told]
    assert not any(before)
    assert isinstance(last[0], Rewound)
    assert isinstance(last[-1], Settled)
    again = fold_all(Snapshot(), last)
    assert again.projects == BOX.projects
    assert [list(incoming.take(changes.Sampled(1.0)))] == [[changes.Sampled(1.0)]]


def test_more_than_a_box_can_have() -> None:
    """An invented crowd ends the connection before it fills the memory."""
    incoming = IncomingPicture(URL, shown=False)
    crowd = tuple(builders.container(f"c{number}") for number in range(10_001))
    with pytest.raises(NonsenseError, match="more than 10000 containers"):
        list(incoming.take(changes.ContainersListed(crowd)))


def test_a_far_side_does_not_rewind() -> None:
    """Only a recording does; it would keep the box from being shown."""
    assert not list(IncomingPicture(URL, shown=False).take(Rewound()))


def log_of(tmp_path: Path, *lines: object) -> tuple[RemoteHost, LogStream]:
    """A log that was asked for before anything, and these lines as its first answer."""
    answers = ({"id": 1, "lines": lines}, {"id": 1, "end": True})
    said = greeted() + b"".join(json.dumps(one).encode() + b"\n" for one in answers)
    host = scripted(tmp_path, 'cat "$0"; exec sleep 100', said)
    return host, host.logs(LogRequest((), follow=False))


def test_a_log_that_is_more_than_was_asked_for(tmp_path: Path) -> None:
    """It would fill the memory: the connection ends."""
    host, _ = log_of(tmp_path, *({},) * 501)
    assert "more lines of a log than were asked for" in lost(host)[0]


def test_lines_of_a_log_that_are_none(tmp_path: Path) -> None:
    """They are left out, the others stay."""
    good = encode_fact(LogLine(5, None, "c", "stdout", "good"))
    host, stream = log_of(tmp_path, 1, {"at": "x"}, good, None)
    follower = Follower(host)
    try:
        assert follower.until(lambda seen: seen.settled, 20)
        stream.wait(20)
        assert [line.text for line in stream.take(9)] == ["good"]
    finally:
        follower.stop()
        host.close()


def test_closing_it_is_quick_at_any_time(tmp_path: Path) -> None:
    """Before, while and after it is connected; the program is ended."""
    before = remote("sleep", "100")
    before.close()
    assert not list(before.changes())
    host = scripted(tmp_path, 'cat "$0"; exec sleep 100', greeted())
    iterator: Iterator[Change] = host.changes()
    assert any(isinstance(change, EngineSeen | EngineLost) for change in iterator)
    host.close()
    host.close()
    assert not list(iterator)
