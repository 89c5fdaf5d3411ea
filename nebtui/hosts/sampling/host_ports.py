"""The collector of ports on which programs of the host itself listen: looked at only while a
service names the host, or where services of other boxes may."""

from __future__ import annotations

import threading

from nebtui.facts.changes import HostPortsSeen
from nebtui.hosts.kernel.procfs import host_listeners
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

EVERY = 5.0
HOST = "host.docker.internal"


class HostPortCollector:
    """Runs in one thread until stopped."""

    def __init__(
        self, shared: SharedState, startup: StartupBarrier, emit: Emit, *, always: bool = False
    ) -> None:
        """`always`: also while no service here names the host."""
        self._always = always
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._stop = threading.Event()
        self._seen: HostPortsSeen | None = None

    def run(self) -> None:
        """Look every five seconds, from the moment engine and projects are known."""
        if not self._startup.wait("engine", "projects"):
            return
        while not self._stop.is_set():
            self._look()
            self._startup.mark_done("host ports")
            self._stop.wait(EVERY)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()

    def _look(self) -> None:
        """Tell what listens, where it is other than last time."""
        engine = self._shared.last_engine
        if engine is None or not engine.local or not (self._always or self._named()):
            return  # the engine's containers mean another machine's ports, or nobody asks
        found = host_listeners()
        if found is None:
            return
        seen = HostPortsSeen(tuple(sorted(found[0])), tuple(sorted(found[1])))
        if seen != self._seen:
            self._seen = seen
            self._emit(seen)

    def _named(self) -> bool:
        """Some service names the host."""
        return any(
            HOST in text
            for project in self._shared.projects()
            for service in project.services.values()
            for text in (*service.environment.values(), *service.command, *service.entrypoint)
            if text
        )
