"""The log of a service of a swarm: whose each line is, what the engine says instead, nothing
twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nebtui.facts.changes import SwarmSeen
from nebtui.facts.logs import LogLine
from nebtui.host import LogRequest
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.engine.log_lines import LogDecoder, RawLine
from nebtui.hosts.logs.following import ServiceLogs
from tests.hosts.test_collectors import ChangeLog
from tests.swarms import service, swarm, task

DETAILS = "com.docker.swarm.node.id=n1,com.docker.swarm.service.id=s1,com.docker.swarm.task.id={}"
SPEC = {
    "Labels": {"com.docker.stack.namespace": "shop"},
    "TaskTemplate": {"ContainerSpec": {"TTY": False}},
}
RUNNING = task(1, container="c1")


class Reply(list[list[RawLine]]):
    """One answer: pieces of lines."""

    def close(self) -> None:
        """Nothing is open."""


class SwarmEngine(EngineClient):
    """Answers with these lines, then with those that follow."""

    def __init__(self, *answers: Reply, problem: EngineError | None = None) -> None:
        super().__init__(Endpoint(), {})
        self.answers = list(answers)
        self.problem = problem
        self.asked: list[tuple[str, int, int | None, bool]] = []

    def service(self, name: str) -> dict[str, Any]:
        if self.problem:
            raise self.problem
        return {"Spec": SPEC}

    def service_logs(  # type: ignore[override]
        self, service: str, terminal: bool, since: int, tail: int | None, *, follow: bool, task: str
    ) -> Reply:
        self.asked.append((task or service, since, tail, follow))
        return self.answers.pop(0) if self.answers else Reply()


def line(at: int, words: str, task_id: str = RUNNING.id) -> RawLine:
    """A line as the manager sends it."""
    return RawLine(at, "stdout", f"{DETAILS.format(task_id)} {words}")


def read(engine: SwarmEngine, **more: Any) -> list[LogLine]:
    """All that a request without following gives."""
    log = ChangeLog()
    log(SwarmSeen(swarm(service("shop_web", RUNNING, task(2)))))
    request = LogRequest((), follow=False, swarm=("shop_web",), **more)
    stream = ServiceLogs(cast("EngineClient", engine), log.shared, request)
    return list(_taken(stream))


def _taken(stream: ServiceLogs) -> Iterator[LogLine]:
    deadline = time.monotonic() + 20
    while not stream.ended:
        assert time.monotonic() < deadline
        yield from stream.take(100)
        stream.wait(0.05)


def test_whose_a_line_is() -> None:
    """Its details go, and name the container of its task, else the task; the service is the
    stack's, by its short name."""
    engine = SwarmEngine(Reply([[line(1, "a = b"), line(2, "two words", "t9")], [line(3, "")]]))
    found = read(engine)
    assert [(one.text, one.container) for one in found] == [
        *(("a = b", "c1"), ("two words", "t9"), ("", "c1")),
    ]
    assert {str(one.service) for one in found} == {"shop/web"}
    assert engine.asked == [("shop_web", 0, 100, False)]


def test_what_the_engine_says_instead_is_a_note() -> None:
    """A node that is gone, in the engine's words, once."""
    told = RawLine(0, "note", "Error grabbing logs: incomplete log stream: node n2 is down")
    found = read(SwarmEngine(Reply([[line(1, "x"), told, told]])))
    assert [(one.source, one.text) for one in found] == [
        ("stdout", "x"),
        ("note", "incomplete log stream: node n2 is down"),
    ]


WEB = service("shop_web", RUNNING, task(2, "rejected", "id-2", error="No such image: x"),
              task(3, "pending", ""), task(4, "complete"))  # fmt: skip


def read_task(engine: SwarmEngine, number: int, *, follow: bool = False) -> list[LogLine]:
    """All that a request for one task of it gives."""
    log = ChangeLog()
    log(SwarmSeen(swarm(WEB)))
    request = LogRequest((), follow=follow, tasks=(("shop_web", WEB.tasks[number].id),))
    stream = ServiceLogs(cast("EngineClient", engine), log.shared, request)
    return list(_taken(stream))


def test_a_single_task() -> None:
    """Its own lines, by its id; of one that has ended nothing is waited for."""
    engine = SwarmEngine(Reply([[line(1, "hello", WEB.tasks[3].id)]]))
    found = read_task(engine, 3, follow=True)
    assert [(one.text, str(one.service)) for one in found] == [("hello", "shop/web")]
    assert engine.asked == [(WEB.tasks[3].id, 0, 100, False)]


@pytest.mark.parametrize(
    ("number", "notes"),
    [
        (0, []),
        (1, ["task 2 is rejected: image not found on node n2; no container was made for "
             "it, so it has no log"]),
        (2, ["task 3 is pending; it has no container yet, so it has no log"]),
        (3, ["task 4 is complete; it wrote nothing, or its container is removed"]),
    ],
)  # fmt: skip
def test_a_task_without_a_log_has_a_reason(number: int, notes: list[str]) -> None:
    """In place of the engine's sentence, where it has one."""
    told = RawLine(0, "note", "Error grabbing logs: task x has not been scheduled")
    found = read_task(SwarmEngine(Reply([[told]])), number)
    assert [(one.source, one.text) for one in found] == [("note", note) for note in notes]


def test_the_engines_sentence_names_nodes_as_people_do() -> None:
    """Without what it is wrapped in."""
    told = RawLine(
        0,
        "note",
        "Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some"
        " logs could not be retrieved for the following reasons: node id-2 is not available",
    )
    (found,) = read(SwarmEngine(Reply([[told]])))
    assert found.text == "incomplete log stream: node n2 is not available"


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (EngineError("the engine refused: This node is not a swarm manager."), 1),
        (NotFoundError("It is gone."), 0),
    ],
)
def test_an_engine_that_refuses(problem: EngineError, told: int) -> None:
    """Its sentence as a line; a service that is gone ends the log."""
    found = read(SwarmEngine(problem=problem))
    assert [one.source for one in found] == ["note"] * told
    assert all("not a swarm manager" in one.text for one in found)


def test_a_log_that_follows_goes_on_without_a_line_twice() -> None:
    """What was read is passed over when the same lines come again."""
    log = ChangeLog()
    engine = SwarmEngine(
        Reply([[line(5_000_000, "one"), line(6_000_000, "two")]]),
        Reply([[line(6_000_000, "two"), line(7_000_000, "three")]]),
    )
    request = LogRequest((), tail=10, swarm=("shop_web",))
    stream = ServiceLogs(cast("EngineClient", engine), log.shared, request)
    found: list[str] = []
    deadline = time.monotonic() + 20
    while len(found) < 3 and time.monotonic() < deadline:
        found += [one.text for one in stream.take(100)]
        stream.wait(0.05)
    stream.close()
    assert found == ["one", "two", "three"]
    assert [(tail, follow) for _, _, tail, follow in engine.asked] == [(10, False), (None, True)]
    assert not any(one.name == "log" and one.is_alive() for one in _ending())


def _ending() -> list[threading.Thread]:
    """The readers, once those that were told to end had a moment for it."""
    for one in threading.enumerate():
        if one.name == "log":
            one.join(5)
    return threading.enumerate()


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60).filter(lambda words: "task.id" not in words))
def test_details_that_are_none_leave_the_line_as_it_is(words: str) -> None:
    """Whatever stands before its first space."""
    (found,) = read(SwarmEngine(Reply([[RawLine(1, "stderr", words)]])))
    assert (found.text, found.container, found.source) == (words, "", "stderr")


def test_the_engines_own_words_are_no_broken_log() -> None:
    """The third stream is the engine's: a note, beside both of the container."""
    frame = b"\x03\0\0\0\0\0\0\x1aError grabbing logs: boom\n"
    (found,) = LogDecoder(terminal=False).feed(frame)
    assert (found.source, found.text) == ("note", "Error grabbing logs: boom")
    with pytest.raises(EngineError):
        LogDecoder(terminal=False).feed(b"\x04" + frame[1:])
