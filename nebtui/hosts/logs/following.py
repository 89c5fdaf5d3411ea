"""The logs of services on the live box: each container that a service has, or gets later, is read
by a thread, over its restarts."""

from __future__ import annotations

import threading
from dataclasses import replace

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.observed import Container
from nebtui.facts.swarm import ENDED
from nebtui.host import LogRequest
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.logs.buffer import LogBuffer
from nebtui.hosts.logs.place import LogPlace
from nebtui.hosts.logs.reading import LogReader
from nebtui.hosts.logs.swarm_reading import SwarmLogReader
from nebtui.hosts.shared import SharedState
from nebtui.light_dataclass import dataclass

LOOK = 0.1
"""Seconds between two looks for containers that came or started."""
AGAIN = 1.0
"""Seconds before a running container whose log ended (the engine was lost) is read again."""
SWARM_AGAIN = 5.0
"""The same for a service of a swarm: its log ends when its manager changes, or refuses it."""
MOST = 200
"""Containers read at once: each takes a thread and a connection."""

Run = tuple[object, ...]


@dataclass(slots=True)
class Reading:
    """A container that is read, or was."""

    reader: LogReader | SwarmLogReader
    thread: threading.Thread
    run: Run
    """What the container's state was when the thread began."""
    ended: float | None = None
    """When the thread was found to have ended, on the clock that never jumps."""


class ServiceLogs:
    """The stream of one request. A watching thread starts the readers."""

    def __init__(
        self,
        client: EngineClient,
        shared: SharedState,
        request: LogRequest,
        clock: MachineClock = MACHINE,
    ) -> None:
        self._client = client
        self._shared = shared
        self._request = replace(request, follow=False) if _over(request, shared) else request
        self._clock = clock
        self._buffer = LogBuffer(clock.steady, patient=request.patient)
        self._readings: dict[str, Reading] = {}
        self._stopped = threading.Event()
        self._first = True
        threading.Thread(target=self._watch, name="logs", daemon=True).start()

    def _watch(self) -> None:
        """Look for containers to read until closed; without `follow` until all are read."""
        self._look()
        if not self._request.follow:
            for reading in self._readings.values():
                reading.thread.join()
            self._buffer.finish()
            return
        while not self._stopped.wait(LOOK):
            self._look()
        for reading in self._readings.values():  # one may have been started while it was closed
            reading.reader.stop()

    def _look(self) -> None:
        """Start a reader for each container that is new or has run since it was read."""
        present: set[str] = set()
        for service in self._request.services:
            for container in self._shared.snapshot.containers_of(service):
                present.add(container.id)
                reading = self._readings.get(container.id)
                if reading is None and len(self._readings) < MOST:
                    self._start(container, service)
                elif reading is not None and self._is_due(reading, container):
                    reading.run, reading.ended = _run_of(container), None
                    reading.thread = self._thread(reading.reader, None)
        for name, task in (*((name, "") for name in self._request.swarm), *self._request.tasks):
            present.add(task or name)
            self._look_at_swarm(name, task)
        for gone in self._readings.keys() - present:
            if not self._readings[gone].thread.is_alive():
                del self._readings[gone]
        self._first = False

    def _look_at_swarm(self, name: str, task: str) -> None:
        """Start a reader for a service of the swarm, or one task of it, again a while after its log
        ended."""
        key = task or name
        reading = self._readings.get(key)
        if reading is None and len(self._readings) < MOST:
            place, tail = self._begin()
            reader = SwarmLogReader(self._client, self._shared, self._buffer, name, place, task)
            self._buffer.expect(key)
            self._readings[key] = Reading(reader, self._thread(reader, tail), ())
        elif reading is not None and not reading.thread.is_alive():
            if reading.ended is None:
                reading.ended = self._clock.steady()
            if self._clock.steady() - reading.ended >= SWARM_AGAIN:
                reading.ended = None
                reading.thread = self._thread(reading.reader, None)

    def _begin(self) -> tuple[LogPlace, int | None]:
        """Where one that is there at the beginning is read from, and how many of its last lines."""
        request = self._request
        if request.tail == 0:
            return LogPlace(int(self._clock.now() * 1e9)), None
        return LogPlace(int((request.since or 0.0) * 1e9)), request.tail

    def _start(self, container: Container, service: ServiceKey) -> None:
        """Read a container for the first time: one that is created later from its beginning."""
        place, tail = self._begin() if self._first else (LogPlace(), None)
        reader = LogReader(self._client, self._buffer, container.id, service, place)
        self._buffer.expect(container.id)
        thread = self._thread(reader, tail)
        self._readings[container.id] = Reading(reader, thread, _run_of(container))

    def _thread(self, reader: LogReader | SwarmLogReader, tail: int | None) -> threading.Thread:
        follow = self._request.follow
        thread = threading.Thread(target=reader.run, args=(tail, follow), name="log", daemon=True)
        thread.start()
        return thread

    def _is_due(self, reading: Reading, container: Container) -> bool:
        """Whether a container is to be read again: it ran since, or still runs although its log
        ended a while ago."""
        if reading.thread.is_alive():
            return False
        if reading.ended is None:
            reading.ended = self._clock.steady()
        waited = self._clock.steady() - reading.ended >= AGAIN
        running = container.state in ("running", "paused")
        return reading.run != _run_of(container) or (running and waited)

    def take(self, most: int) -> tuple[LogLine, ...]:
        """The next lines that are there."""
        return self._buffer.take(most)

    def wait(self, seconds: float) -> None:
        """Block until there may be something to take."""
        self._buffer.wait(seconds)

    @property
    def ended(self) -> bool:
        """Whether all was taken and nothing will come."""
        return self._buffer.ended

    def close(self) -> None:
        """End the threads; one that waits for a silent engine is left behind, it is a daemon."""
        self._stopped.set()
        self._buffer.close()
        for reading in tuple(self._readings.values()):
            reading.reader.stop()


def _over(request: LogRequest, shared: SharedState) -> bool:
    """Nothing but tasks is asked for, all of which have ended: nothing will be written."""
    swarm = shared.snapshot.swarm
    if request.services or request.swarm or swarm is None:
        return False
    ended = {t.id for one in swarm.services for t in one.tasks if t.state in ENDED}
    return bool(request.tasks) and {task for _, task in request.tasks} <= ended


def _run_of(container: Container) -> Run:
    """What changes when a container is started or ends."""
    inspection = container.inspection
    if inspection is None:
        return (container.state,)
    return (container.state, inspection.started, inspection.finished, inspection.restart_count)
