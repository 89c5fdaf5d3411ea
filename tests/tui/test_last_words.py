"""The last lines of services that are not well: read once for each thing that happens, by nobody
while all is well."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.observed import Container, Inspection
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host, LogRequest, LogStream
from nebtui.hosts.logs.fixed import FixedLog
from nebtui.keep.journal import Journal
from nebtui.settings import Settings
from nebtui.tui.last_words import AGAIN, AT_ONCE, LATELY, LastWords, is_unwell
from nebtui.tui.session import Session
from tests.builders import at, box, container, project
from tests.tui.driver import demo

SHOP = project("shop", Service("api"), Service("db"))
API = at("shop/api")


class OneLog:
    """A host of which only logs and time are asked."""

    def __init__(self, *texts: str) -> None:
        self.asked: list[LogRequest] = []
        self.texts = texts
        self.time = 1_000_000.0

    def now(self) -> float:
        """Moved by hand."""
        return self.time

    def logs(self, request: LogRequest) -> LogStream:
        """The same lines for everyone."""
        self.asked.append(request)
        return FixedLog(
            tuple(
                LogLine(number, key, "c", "stderr", text)
                for key in request.services
                for number, text in enumerate(self.texts)
            )
        )


class Desk:
    """The words of a box whose snapshots are put in by hand."""

    def __init__(self, host: OneLog, state: Path) -> None:
        self.host = host
        self.told = 0
        self._calls: queue.Queue[tuple[Callable[..., None], Any]] = queue.Queue()
        self.session = Session(cast("Host", host), Settings(), Journal(str(state)))
        self.words = LastWords(cast("Any", self), self.session, self._changed)

    def call_later(self, call: Callable[..., None], *given: Any) -> None:
        """What a thread asks of the screen's."""
        self._calls.put((call, *given))

    def _changed(self) -> None:
        self.told += 1

    def see(self, snapshot: Snapshot) -> dict[ServiceKey, str]:
        """Show a snapshot, let what it asks for end, and tell what is said then."""
        self.session.snapshot = snapshot
        self.words.look()
        while self.words._reading:
            call, *given = self._calls.get(timeout=10)
            call(*given)
        return {key: line.text for key, line in self.session.said.items()}


def looping(times: int, generation: int) -> Snapshot:
    """A service that was restarted so often."""
    one = container("shop/api", "restarting", restarts=times, code=1)
    return replace(box(SHOP, one, container("shop/db")), generation=generation)


def test_nothing_is_read_while_all_is_well(tmp_path: Path) -> None:
    """Not even a thread is started for services that run, ended with 0, or were never made."""
    desk = Desk(OneLog("x"), tmp_path)
    done = container("shop/db", "exited", code=0, policy="no")
    for facts in ((SHOP,), (SHOP, container("shop/api")), (SHOP, container("shop/api"), done)):
        assert desk.see(box(*facts)) == {}
        assert desk.words.complete
    assert desk.host.asked == []


def test_a_loop_is_read_again_but_not_all_the_time(tmp_path: Path) -> None:
    """Once for a state however often the box is looked at, again after the next restart when some
    seconds have passed, and forgotten when it is well."""
    desk = Desk(OneLog("start", "KeyError: 'X'", "bye"), tmp_path)
    assert desk.see(looping(1, 1)) == {API: "KeyError: 'X'"}
    assert desk.see(looping(1, 2)) == {API: "KeyError: 'X'"}
    assert len(desk.host.asked) == 1
    desk.host.texts = ("no error",)
    assert desk.see(looping(2, 3)) == {API: "KeyError: 'X'"}
    assert not desk.words.complete
    desk.host.time += AGAIN
    assert desk.see(looping(2, 3)) == {API: "no error"}
    assert desk.words.complete
    (first, _) = desk.host.asked
    assert (first.services, first.follow) == ((API,), False)
    told = desk.told
    assert desk.see(box(SHOP, container("shop/api", health="healthy"))) == {}
    assert desk.told == told + 1


def test_many_at_once_are_read_in_turns(tmp_path: Path) -> None:
    """A box on which everything fails does not open a reader for each service at once."""
    names = [f"s{number}" for number in range(2 * AT_ONCE + 3)]
    broken = project("shop", *map(Service, names))
    ended = (container(f"shop/{name}", "exited", code=1) for name in names)
    desk = Desk(OneLog("x"), tmp_path)
    assert len(desk.see(box(broken, *ended))) == len(names)
    assert [len(request.services) for request in desk.host.asked] == [AT_ONCE, AT_ONCE, 3]


def test_a_log_without_lines_is_asked_for_once(tmp_path: Path) -> None:
    """A service that wrote nothing has no last line, and is not asked again and again."""
    desk = Desk(OneLog(), tmp_path)
    for _ in range(3):
        assert desk.see(looping(1, 7)) == {}
    assert len(desk.host.asked) == 1


def test_who_is_not_well() -> None:
    """Failed, unhealthy, or restarted lately without showing that it serves."""

    def unwell(one: Container) -> bool:
        return is_unwell(box(SHOP, one), API, now=1000.0)

    def again(started: float, **more: Any) -> Container:
        inspection = Inspection(restart_count=3, started=started)
        return container("shop/api", inspection=inspection, **more)

    assert unwell(container("shop/api", "exited", code=1))
    assert unwell(container("shop/api", health="unhealthy"))
    assert unwell(again(990.0))
    assert not unwell(again(990.0, health="healthy"))
    assert not unwell(again(990.0 - LATELY))
    assert not unwell(container("shop/api"))


async def test_the_row_has_it(tmp_path: Path) -> None:
    """On the demo box the rows of what is not well have the words of their logs, named as such."""
    async with demo(tmp_path, (300, 60)) as shown:
        await shown.until(lambda: "log: " in shown.text, "a last line")
        rows = [line for line in shown.text.splitlines() if "log: " in line]
        unwell = ("ingest", "conductor", "tabbyapi", "litellm", "worker")
        assert all(any(name in row for name in unwell) for row in rows)
        assert "log: " not in next(line for line in shown.text.splitlines() if " redis" in line)
