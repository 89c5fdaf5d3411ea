"""The collector of the swarm that the engine manages: services, tasks and nodes, asked again after
events, and every few seconds while a service has not all of its replicas. Tasks have no events, and
containers have them only on their own node: where there are other nodes they are looked after too,
less often. An engine that manages none is asked nothing."""

from __future__ import annotations

import threading
from dataclasses import replace

from nebtui.facts.changes import SwarmSeen
from nebtui.facts.swarm import Swarm
from nebtui.hosts.engine import swarm_payloads
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.inspections import Payload
from nebtui.hosts.shared import Emit, SharedState

APART = 0.5
"""Seconds between two looks: a deployment makes many events at once."""
AGAIN = 3.0
"""Seconds between two looks while a service is short of replicas."""
CALM = 10.0
"""The same while none is, but tasks run on other nodes."""


class SwarmCollector:
    """Runs in one thread until stopped; the first look is that of whoever follows the engine."""

    def __init__(self, client: EngineClient, shared: SharedState, emit: Emit) -> None:
        self._client = client
        self._shared = shared
        self._emit = emit
        self._manages = False
        self._here = ""
        self._looking = threading.Lock()
        self._asked = threading.Event()
        self._afresh = threading.Event()
        self._stop = threading.Event()

    def run(self) -> None:
        """Look after whatever may have changed it, until `stop`."""
        while not self._stop.is_set():
            asked = self._asked.wait(self._apart())
            if self._stop.wait(APART if asked else 0.0):
                return
            self._asked.clear()
            try:
                self.look()
            except EngineError:
                # The engine is lost: its collector tells why, and begins anew when it is back.
                continue

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()
        self._asked.set()

    def begin(self, info: Payload) -> None:
        """Look now, if the engine of this `GET /info` manages a swarm; raises EngineError where it
        is lost."""
        self._note(info)
        self.look()
        self._asked.set()  # whether it is short of replicas is known from here on

    def ask(self, *, node: bool = False) -> None:
        """Something happened that may have changed it; `node`: to a node, and the engine itself may
        have become one."""
        if node:
            self._afresh.set()
        if node or self._manages:
            self._asked.set()

    def look(self) -> None:
        """Tell the swarm as it is now; raises EngineError where the engine is lost."""
        with self._looking:
            if self._afresh.is_set():
                self._afresh.clear()
                self._note(self._client.info())
            now = self._told() if self._manages else None
            if now != self._shared.snapshot.swarm:
                self._emit(SwarmSeen(now))

    def _note(self, info: Payload) -> None:
        self._manages, self._here = swarm_payloads.manages(info), swarm_payloads.here(info)

    def _told(self) -> Swarm | None:
        """The swarm; with the reason where the manager refuses to tell of it (no quorum), None
        where it is a manager no more."""
        client = self._client
        try:
            return swarm_payloads.swarm(
                client.services(), client.tasks(), client.nodes(), self._here
            )
        except EngineError as problem:
            self._note(client.info())
            known = self._shared.snapshot.swarm or Swarm()
            return replace(known, problem=str(problem)) if self._manages else None

    def _apart(self) -> float | None:
        """Seconds until the next look that nobody asks for: soon while a replica is missing, or
        nobody could tell; None = it can wait for an event."""
        swarm = self._shared.snapshot.swarm if self._manages else None
        if swarm is None:
            return None
        short = any(one.running + one.finished < one.wanted for one in swarm.services)
        if short or swarm.problem:
            return AGAIN
        return CALM if swarm.services and len(swarm.nodes) > 1 else None
