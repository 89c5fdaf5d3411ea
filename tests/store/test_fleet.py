"""A store for each box: who hears what, and the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from nebtui.facts.changes import Change
from nebtui.facts.observed import Engine
from nebtui.facts.snapshot import Snapshot
from nebtui.store import Fleet
from tests.fakes import FakeHost


def test_pictures_come_with_the_name_of_their_box() -> None:
    """Facts of one never reach the other, and all hosts are closed at the end."""
    hosts = {
        name: FakeHost(Snapshot(engine=Engine(name, "26", "1.45", ""))) for name in ("one", "two")
    }
    heard: dict[str, Snapshot] = {}
    both = threading.Event()

    def listen(box: str, snapshot: Snapshot) -> None:
        heard[box] = snapshot
        if len(heard) == 2 and all(seen.settled for seen in heard.values()):
            both.set()

    fleet = Fleet(hosts, listen)
    fleet.start()
    assert both.wait(10)
    assert {name: seen.engine.name for name, seen in heard.items() if seen.engine} == {
        "one": "one",
        "two": "two",
    }
    fleet.close()
    assert all(host.closed for host in hosts.values())


class BrokenHost(FakeHost):
    """Its changes end with an error of nebtui's own."""

    def changes(self) -> Iterator[Change]:
        yield from ()
        raise RuntimeError("a mistake")


def test_a_box_that_cannot_be_read_on_is_told() -> None:
    """Its line would be `asking…` for ever; the other box is read."""
    heard: dict[str, str] = {}
    told = threading.Event()

    def listen(box: str, snapshot: Snapshot) -> None:
        heard[box] = snapshot.engine_problem or ""
        if heard.get("broken"):
            told.set()

    fleet = Fleet({"broken": BrokenHost(Snapshot()), "good": FakeHost(Snapshot())}, listen)
    fleet.start()
    assert told.wait(10)
    fleet.close()
    assert heard["broken"].startswith("nebtui stopped reading this box (RuntimeError)")
