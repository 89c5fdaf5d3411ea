"""The collector that follows the engine: one list first, then inspections, then its events, one
object an event."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import replace

from nebtui.facts.changes import (
    ContainersListed,
    EngineLost,
    EngineSeen,
    EventSeen,
    NetworksListed,
)
from nebtui.facts.event import ContainerEvent
from nebtui.facts.observed import Container, Engine
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine import payloads
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.events import Stream, close_stream, ended_by_close
from nebtui.hosts.engine.inspections import Payload
from nebtui.hosts.engine.inspector import Inspector
from nebtui.hosts.engine.swarm import SwarmCollector
from nebtui.hosts.json_values import mapping, text
from nebtui.hosts.kernel.procfs import owns
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

FIRST_DELAY = 0.5
LAST_DELAY = 5.0
REMEMBERED = 1000
PAST = 600.0
"""Seconds before the first look whose events are asked for."""
UNCHANGING = frozenset({"kill"})
"""Container events after which nothing looks different: the `die` that follows a kill tells."""
NETWORKING = frozenset({"create", "destroy", "connect", "disconnect"})
"""Container events after which Podman's networks are listed again: it has no events of networks
that come and go."""
NO_FILES = (
    "CPU and memory come slowly, one container a second: the engine's processes are not in "
    "this machine's /proc."
)
NO_PROCESSES = (
    "Effective users, listening ports and refused connections are not known: they are "
    "read from /proc."
)
ELSEWHERE = (
    "The engine runs on {name}: its compose files, GPUs and folders are there, and those of this "
    "machine are not taken for them."
)
NO_PATHS = "Owners of bind mounts are not known: the paths are on the engine's machine."


class EngineCollector:
    """Runs in one thread until stopped; loses and finds the engine again with growing pauses."""

    def __init__(
        self,
        client: EngineClient,
        inspector: Inspector,
        swarm: SwarmCollector,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        *,
        clock: MachineClock = MACHINE,
    ) -> None:
        self._clock = clock
        self._newest = 0.0
        self._told: dict[ContainerEvent, None] = {}
        """The newest events: what happened while the engine was lost is asked for with the second
        before."""
        self._client = client
        self._inspector = inspector
        self._swarm = swarm
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._stop = threading.Event()
        self._reconnecting = threading.Event()
        self._stream: Stream | None = None
        self._problem: EngineError | None = None
        """The error of an inspection that ended the connection."""
        self._reason = ""
        self._delay = FIRST_DELAY

    def run(self) -> None:
        """Follow the engine until `stop`."""
        while not self._stop.is_set():
            try:
                self._follow()
                reason = "The engine ended the connection: it stopped or is being restarted."
                if self._reconnecting.is_set():
                    reason = self._reason = ""  # ended here, and told by whoever asked for it
            except EngineError as problem:
                reason = str(problem)
            self._inspector.start_afresh()
            if self._stop.is_set():
                return
            self._reconnecting.clear()
            if reason != self._reason:
                self._reason = reason
                silence = self._clock.steady() - self._client.heard
                self._emit(EngineLost(reason, self._clock.now() - silence))
            self._startup.mark_done("engine")
            self._client.forget()
            self._stop.wait(self._delay)
            self._delay = min(self._delay * 2, LAST_DELAY)

    def stop(self) -> None:
        """End `run` from another thread: a thread that waits for events wakes up at once."""
        self._stop.set()
        if self._stream is not None:
            close_stream(self._stream)

    def reconnect(self) -> None:
        """End the connection that waits for events, from another thread that has told why; it is
        made anew."""
        self._reconnecting.set()
        if self._stream is not None:
            close_stream(self._stream)

    def _follow(self) -> None:
        """One connection: subscribe, list, then events until the stream ends."""
        # Subscribed before the list is asked for, so that nothing between the two is lost; what
        # happened while the engine was lost is asked for too.
        self._problem = None
        stream = self._stream = self._client.events(self._newest or None)
        subscribed = self._clock.now()
        try:
            if not self._stop.is_set():
                self._look(stream, subscribed)
                for event in ended_by_close(stream):
                    if self._stop.is_set():
                        return
                    self._take(mapping(event))
        finally:
            close_stream(stream)
        if self._problem is not None:
            raise self._problem

    def _look(self, stream: Stream, subscribed: float) -> None:
        """The whole picture: the list first, because it alone is enough to draw the box."""
        listed = tuple(payloads.container(item) for item in self._client.containers())
        endpoint, info = self._client.endpoint, self._client.info()
        plain = payloads.engine(self._client.version(), info, endpoint.url)
        engine = located(plain, endpoint, visible=None)
        self._reason, self._delay = "", FIRST_DELAY
        self._inspector.start_afresh()
        self._emit(EngineSeen(engine))
        self._emit(ContainersListed(listed))
        self._list_networks()
        self._swarm.begin(info)
        self._recall({container.id for container in listed}, subscribed)

        def whole(problem: EngineError | None) -> None:
            if problem is not None:
                self._problem = problem
                close_stream(stream)
                return
            better = located(plain, endpoint, visible_here(self._shared.running()))
            if better != engine:
                self._emit(EngineSeen(better))
            self._startup.mark_done("engine")

        # In their own thread: an event of the first seconds does not wait for a hundred of them.
        self._inspector.take_list((container.id for container in listed), whole)

    def _recall(self, listed: set[str], until: float) -> None:
        """What happened to these containers in the minutes before the stream of events began: the
        start that nebtui was opened to look at."""
        if self._newest:
            return  # they follow in the stream
        stream = self._client.events(until - PAST, until)
        try:
            for raw in ended_by_close(stream):
                event = payloads.event(mapping(raw))
                if event is not None and event.container in listed and not self._stop.is_set():
                    self._is_new(event)
                    self._emit(EventSeen(event))
        finally:
            close_stream(stream)

    def _take(self, raw: Payload) -> None:
        """Emit one event, then look again at the one object it concerns."""
        event = payloads.event(raw)
        kind = text(raw.get("Type"))
        self._swarm.ask(node=kind == "node")
        if event is None:
            if kind == "network":
                self._list_networks()
            return
        self._client.hear()
        if not self._is_new(event):
            return  # of the second that was asked for again
        self._emit(EventSeen(event))
        if event.action == "destroy":
            self._inspector.remove(event.container)
        elif event.action not in UNCHANGING:
            self._inspector.ask(event.container)
        if event.action in NETWORKING and payloads.is_podman(self._client.version()):
            self._list_networks()

    def _is_new(self, event: ContainerEvent) -> bool:
        """Whether an event was not told yet. The engine does not tell them in the order of their
        times: a `die` may follow the `disconnect` that came of it."""
        if event in self._told:
            return False
        self._told[event] = None
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        self._newest = max(self._newest, event.at)
        return True

    def _list_networks(self) -> None:
        self._emit(
            NetworksListed(tuple(payloads.network(item) for item in self._client.networks()))
        )


def visible_here(running: Iterable[Container]) -> bool | None:
    """Whether containers' processes are in this machine's /proc; None where no container runs to
    tell by."""
    pids = [(c.inspection.pid, c.id) for c in running if c.inspection and c.inspection.pid]
    return any(owns(pid, identity) for pid, identity in pids) if pids else None


def located(engine: Engine, endpoint: Endpoint, visible: bool | None) -> Engine:
    """The engine with where it runs and what it cannot give. Without a container to tell by, an
    engine on a Unix socket that has this machine's name is local; one with another's is elsewhere
    (a socket forwarded by ssh)."""
    here = engine.name in (os.uname().nodename, "Docker Engine", "Podman") or not engine.linux
    elsewhere = endpoint.remote or (visible is not True and not here)
    on_socket = bool(endpoint.socket)
    local = on_socket and engine.linux and visible is not False and not elsewhere
    missing = () if local else (NO_FILES, NO_PROCESSES, NO_PATHS)
    if elsewhere:
        missing = (ELSEWHERE.format(name=engine.name), *missing)
    return replace(engine, local=local, elsewhere=elsewhere, missing=missing)
