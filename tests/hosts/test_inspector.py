"""In which order containers are inspected, and when a list is whole; without an engine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.inspector import Inspector
from nebtui.hosts.shared import SharedState


class Answering(EngineClient):
    """Keeps who was asked for; `before` is called with each first."""

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        super().__init__(Endpoint(), {})
        self.asked: list[str] = []
        self._before = before

    def inspect(self, container: str) -> dict[str, Any]:
        self.asked.append(container)
        self._before(container)
        return {"Id": container, "Name": f"/{container}", "State": {"Status": "exited"}}


def looked(inspector: Inspector, names: str) -> list[EngineError | None]:
    """How a list of these ended, after it has."""
    ended, over = list[EngineError | None](), threading.Event()

    def whole(problem: EngineError | None) -> None:
        ended.append(problem)
        over.set()

    inspector.take_list(names, whole)
    threading.Thread(target=inspector.run, daemon=True).start()
    assert over.wait(5)
    inspector.stop()
    return ended


def test_who_changed_goes_before_the_rest_of_the_list() -> None:
    """An event during the first look: its container is next, and is not inspected twice."""
    client = Answering(lambda name: inspector.ask("c") if name == "a" else None)
    inspector = Inspector(client, SharedState(), lambda _: None)
    assert looked(inspector, "abcd") == [None]
    assert client.asked == ["a", "c", "b", "d"]


def test_one_that_is_removed_is_not_asked_for() -> None:
    """Neither where it goes while the list is worked through."""
    client = Answering(lambda name: inspector.remove("c") if name == "a" else None)
    inspector = Inspector(client, SharedState(), lambda _: None)
    assert looked(inspector, "abcd") == [None]
    assert client.asked == ["a", "b", "d"]


def test_an_error_ends_the_list() -> None:
    """Whoever asked for it learns why, once; the rest is asked for with the next list."""
    lost = EngineError("The engine is gone.")

    def fail(name: str) -> None:
        if name == "b":
            raise lost

    client = Answering(fail)
    inspector = Inspector(client, SharedState(), lambda _: None)
    assert looked(inspector, "abcd") == [lost]
    assert client.asked == ["a", "b"]


def test_a_list_that_was_given_up_is_never_whole() -> None:
    """Between `start_afresh` and the next list nothing of the old one is told."""
    ended: list[str] = []
    inspector = Inspector(Answering(), SharedState(), lambda _: None)
    inspector.take_list("ab", lambda _: ended.append("old"))
    inspector.start_afresh()
    assert looked(inspector, "c") == [None]
    assert ended == []
