"""The collector that notices an engine that has fallen silent: while nothing is heard of it, it is
asked for a sign of life."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nebtui.facts.changes import EngineLost
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

EVERY = 3.0
"""Seconds of silence after which it is asked."""
PATIENCE = 5.0
"""Seconds that a ping may take: with the silence before it a frozen engine is told within 8 s."""


class Heartbeat:
    """Runs in one thread until stopped. `reconnect` ends the connection that waits for events, so
    that the engine is looked for again."""

    def __init__(
        self,
        client: EngineClient,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        reconnect: Callable[[], None],
        *,
        clock: MachineClock = MACHINE,
    ) -> None:
        self._client = client
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._reconnect = reconnect
        self._clock = clock
        self._stop = threading.Event()

    def run(self) -> None:
        """Ask every three seconds in which nothing was heard, while an engine is there."""
        if not self._startup.wait("engine"):
            return
        while not self._stop.wait(EVERY):
            if self._shared.engine is not None:
                self.look()

    def look(self) -> None:
        """Ask once, if it was silent since the last time."""
        silence = self._clock.steady() - self._client.heard
        if silence < EVERY:
            return
        try:
            self._client.ping(PATIENCE)
        except EngineError:
            silence = self._clock.steady() - self._client.heard
            where = self._client.endpoint.socket or self._client.endpoint.url
            self._emit(
                EngineLost(
                    f"The engine at {where} has not answered for {silence:.0f} s: look at its "
                    "log, or restart it.",
                    self._clock.now() - silence,
                )
            )
            self._reconnect()

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()
