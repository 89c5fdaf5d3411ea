"""The far side: what it tells, what it does for whom, and when it ends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nebtui.action import Probe, Restart, Up
from nebtui.facts.codec import encode_fact
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest, ShownFigures
from nebtui.hosts.clock import MachineClock
from nebtui.hosts.remote.lines import encoded_action
from tests import builders
from tests.hosts.remote.pipe import Pipe, ServedHost

REAL = ProjectKey("ai", "/home/alice/ai", ("/home/alice/ai/compose.yaml",))
TOLD = ProjectKey("ai", "/home/user/ai", ("/home/user/ai/compose.yaml",))
SECRET = "hunter2-Zm9vYmFy"


def picture() -> Snapshot:
    """A project in a home folder, with a secret, and a container of it."""
    web = Service("web", image="nginx:1", environment={"PASSWORD": SECRET})
    project = replace(builders.project("ai", web), key=REAL)
    running = builders.container("ai/web")
    return builders.box(project, running)


@pytest.fixture
def host() -> ServedHost:
    """The box that is served."""
    mine = ServiceKey(REAL, "web")
    lines = tuple(LogLine(n, mine, "c", "stdout", f"line {n}") for n in range(1, 1201))
    return ServedHost(picture(), lines)


@pytest.fixture
def pipe(host: ServedHost) -> Iterator[Pipe]:
    """Its pipe, after the first picture."""
    pipe = Pipe(host)
    pipe.heard(lambda data: data.get("serve") == 1)
    yield pipe
    pipe.close()
    assert host.closed


def asked(number: int, action: Any) -> dict[str, Any]:
    """A request to do something."""
    return {"id": number, "do": encoded_action(action)}


def test_what_is_told_is_what_a_recording_holds(pipe: Pipe) -> None:
    """Projects, containers, the end of the first picture; no secret, no name of a home folder."""
    told = json.dumps(pipe.settled())
    assert "ProjectSeen" in told
    assert "/home/user/ai/compose.yaml" in told
    assert SECRET not in told
    assert "alice" not in told


def test_an_action_is_done_on_the_real_project(pipe: Pipe, host: ServedHost) -> None:
    """Asked for by the names that were told, without home folders."""
    pipe.settled()
    pipe.say(asked(7, Up(TOLD, ("web",), scale=(("web", 2),))))
    assert pipe.answer(7)["progress"] == {"text": "done", "done": True}
    assert host.done == [Up(REAL, ("web",), scale=(("web", 2),))]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (encoded_action(Restart(REAL)), "no project ai"),
        (encoded_action(Restart(ProjectKey("other", "/x"))), "no project other"),
        (encoded_action(Restart(TOLD, ("--help",))), "no service --help"),
        (encoded_action(Up(TOLD, scale=(("gone", 2),))), "no service gone"),
        (encoded_action(Probe("stranger", ("sh",))), "no such container"),
        ({"c": "AskRegistry", "image": "evil:1"}, "Nothing here has that image"),
        ({"c": "RunProgram", "name": "x", "argv": ["touch", "/x"]}, "nothing that the nebtui here"),
        ({"c": "Down", "project": encode_fact(TOLD), "dry": True}, "nothing that the nebtui here"),
        ("Up", "nothing that the nebtui here"),
    ],
)
def test_what_is_refused(pipe: Pipe, host: ServedHost, wanted: object, why: str) -> None:
    """What is not on the box, is no action, or holds what is not known; nothing is done."""
    pipe.settled()
    pipe.say({"id": 1, "do": wanted})
    told = pipe.answer(1)["progress"]
    assert why in told["text"]
    assert (told["done"], told["exit_code"]) == (True, 1)
    assert host.done == []


def test_served_read_only(host: ServedHost) -> None:
    """Nothing is done; logs are given."""
    pipe = Pipe(host, read_only=True)
    pipe.settled()
    pipe.say(asked(1, Restart(TOLD)))
    assert "--read-only" in pipe.answer(1)["progress"]["text"]
    pipe.say({"id": 2, "logs": encode_fact(LogRequest((ServiceKey(TOLD, "web"),)))})
    pipe.say({"id": 2, "more": 1})
    assert len(pipe.answer(2)["lines"]) == 1
    pipe.close()
    assert host.done == []


def test_a_log_comes_as_far_as_it_is_asked_for(pipe: Pipe, host: ServedHost) -> None:
    """No line without room for it; between them what happens is told; at last its end."""
    pipe.settled()
    pipe.say({"id": 3, "logs": encode_fact(LogRequest((ServiceKey(TOLD, "web"),), tail=None))})
    pipe.say(asked(4, Restart(TOLD)))
    assert pipe.heard(lambda data: "id" in data)["id"] == 4  # nothing of the log before it
    lines: list[Any] = []
    for more in (500, 700, 1):
        pipe.say({"id": 3, "more": more})
        wanted = min(1200, len(lines) + more)
        while len(lines) < wanted:
            lines += pipe.answer(3)["lines"]
        assert len(lines) == wanted
    assert pipe.answer(3) == {"id": 3, "end": True}
    assert [line["text"] for line in lines] == [f"line {n}" for n in range(1, 1201)]
    assert lines[0]["service"]["project"]["working_dir"] == TOLD.working_dir
    assert host.asked == [LogRequest((ServiceKey(REAL, "web"),), tail=None)]


def test_a_log_of_what_is_not_there(pipe: Pipe, host: ServedHost) -> None:
    """Told as an error; a log that is none too."""
    pipe.settled()
    pipe.say({"id": 1, "logs": encode_fact(LogRequest((ServiceKey(TOLD, "gone"),)))})
    assert "no service gone" in pipe.answer(1)["error"]
    pipe.say({"id": 2, "logs": {"services": "all"}})
    assert "nothing that the nebtui here knows" in pipe.answer(2)["error"]
    assert host.asked == []


def test_looking_again(pipe: Pipe, host: ServedHost) -> None:
    """Only at containers and files of the box, by the names that were told."""
    pipe.settled()
    pipe.say({"follow": ["ai-web-1", "stranger", 3]})
    pipe.say({"reread": [TOLD.files[0], "/etc/shadow"]})
    pipe.say(asked(1, Restart(TOLD)))
    pipe.answer(1)
    assert host.followed == ("ai-web-1",)
    assert host.read == (REAL.files[0],)


def test_what_is_looked_at(pipe: Pipe, host: ServedHost) -> None:
    """Everything until somebody tells; what is no list of containers means all of them."""
    pipe.settled()
    assert host.measured == ShownFigures()
    pipe.say({"measure": {"usage": ["a", "b"], "network": []}})
    pipe.say(asked(1, Restart(TOLD)))
    pipe.answer(1)
    assert host.measured == ShownFigures(frozenset({"a", "b"}), frozenset())
    pipe.say({"measure": {"usage": 7}})
    pipe.say(asked(2, Restart(TOLD)))
    pipe.answer(2)
    assert host.measured == ShownFigures()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.binary(max_size=60)
        | st.sampled_from(
            (
                *(b'{"id":1}', b'{"id":true,"do":{}}', b'{"id":1,"stop":1}', b"{}", b"\xff"),
                *(b'{"follow":{}}', b'{"reread":[[]]}', b'{"id":1,"do":[]}', b'{"logs":1,"id":9}'),
                *(b"[" * 5000, b'{"id":1e400}', b'{"beat":null}', b'{"id":1,"more":"x"}'),
            )
        ),
        max_size=5,
    )
)
def test_nonsense_is_passed_over(lines: list[bytes]) -> None:
    """Whatever is asked, what is asked rightly after it is answered; nothing else was done."""
    host = ServedHost(picture())
    pipe = Pipe(host)
    pipe.settled()
    for line in lines:
        pipe.write(line.replace(b"\n", b"") + b"\n")
    pipe.say(asked(77, Restart(TOLD)))
    assert pipe.answer(77)["progress"]["done"]
    assert host.done == [Restart(REAL)]
    pipe.close()


def test_a_request_without_end(host: ServedHost) -> None:
    """The far side ends before it fills its memory."""
    pipe = Pipe(host)
    pipe.settled()
    for _ in range(17):
        pipe.write(b"x" * 60_000)
    assert pipe.ended()
    pipe.close()


def test_nobody_there_any_more(host: ServedHost) -> None:
    """A near side that says nothing for four beats is gone, though its pipe stands."""
    pipe = Pipe(host, clock=MachineClock(steady=lambda: time.monotonic() * 100))
    assert pipe.ended()
    assert host.closed
    pipe.close()


def test_one_who_takes_nothing(host: ServedHost) -> None:
    """A near side that is frozen, with its pipe full, does not keep the far side for ever."""
    many = tuple(replace(line, text="x" * 5000) for line in host.logs(LogRequest(())).take(1200))
    full = ServedHost(picture(), many)
    pipe = Pipe(full, clock=MachineClock(steady=lambda: time.monotonic() * 100))
    pipe.say({"id": 1, "logs": encode_fact(LogRequest((ServiceKey(TOLD, "web"),)))})
    pipe.say({"id": 1, "more": 100_000})
    assert pipe.ended()
    assert full.closed
    pipe.close()
