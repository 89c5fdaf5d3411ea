"""Connections to one engine, pooled, every error explained."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from nebtui.hosts.clock import MachineClock
from nebtui.hosts.engine.endpoint import Endpoint, explain
from nebtui.hosts.engine.errors import ApiError, EngineError, NotFoundError
from nebtui.hosts.engine.inspections import Payload
from nebtui.hosts.json_values import mapping, text

if TYPE_CHECKING:
    from nebtui.hosts.engine.tunnel import SshTunnel
    from nebtui.hosts.engine.wire import Wire

ANSWER_SECONDS = 3.0
"""How long an engine may take to accept and to give a first sign of life."""
READ_SECONDS = 20.0
"""How long any later answer may take; a busy disk makes inspections slow."""
MOST_IDLE = 8
"""Connections that are kept for the next call."""


def _tunnel(url: str, environ: Mapping[str, str]) -> SshTunnel | None:
    """The way to an engine behind ssh, None to any other."""
    if not url.startswith("ssh://"):
        return None
    from nebtui.hosts.engine.tunnel import SshTunnel

    return SshTunnel(url, environ)


class ConnectionPool:
    """Connections to one engine, each used by one thread at a time; what speaks HTTP is imported
    by the first."""

    def __init__(self, endpoint: Endpoint, environ: Mapping[str, str], clock: MachineClock) -> None:
        self.endpoint = endpoint
        self._environ = environ
        self.version: Payload = {}
        """The answer of `GET /version`; empty before the first connection."""
        self._idle: queue.LifoQueue[tuple[int, Wire]] = queue.LifoQueue(MOST_IDLE)
        self._era = 0
        self._clock = clock
        self._tunnel = _tunnel(endpoint.url, environ)
        self.heard = clock.steady()
        """When the engine answered last, on the clock that never jumps."""

    def hear(self) -> None:
        """Note that something came from it now."""
        self.heard = self._clock.steady()

    def forget(self) -> None:
        """Close what is idle, and ask for the version again: another engine may answer then."""
        self.version = {}
        self._era += 1  # those in use are closed when they come back
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait()[1].close()
        if self._tunnel is not None:
            self._tunnel.close()

    def close(self) -> None:
        """Forget the engine for good."""
        if self._tunnel is not None:
            self._tunnel.shut()
        self.forget()

    @property
    def url_here(self) -> str:
        """The address by which programs on this machine reach the engine: over the ssh connection
        that stands, where there is one."""
        path = self._tunnel.path if self._tunnel is not None else ""
        return f"unix://{path}" if path else self.endpoint.url

    @contextmanager
    def use(self) -> Iterator[Wire]:
        """A connection that no other thread uses; every error inside the block becomes an
        EngineError."""
        with self._explained(), self._borrowed() as wire:
            yield wire

    @contextmanager
    def library(self) -> Iterator[Any]:
        """docker-py's low-level client, with the same errors."""
        from nebtui.hosts.engine.library import docker_client

        with self._explained():
            spoken = self._spoken()
            timeout = (ANSWER_SECONDS, READ_SECONDS)
            with docker_client(self.endpoint, self._url(), spoken, timeout) as client:
                yield client

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors become EngineErrors; without one the engine was heard."""
        from nebtui.hosts.engine.http_client import HTTPException

        try:
            yield
            self.hear()
        except (
            ApiError,
            HTTPException,
            OSError,
            ValueError,
            RecursionError,  # JSON nested without end
        ) as error:
            raise self._problem(error) from error

    def _problem(self, error: Exception) -> EngineError:
        """The problem for an exception of a connection."""
        refused = error if isinstance(error, ApiError) else None
        if refused is not None and refused.status == 404 and not self.version:
            return EngineError(
                f"What answers at {self.endpoint.url} is no Docker engine: check DOCKER_HOST."
            )
        if refused is not None and refused.status == 404:
            return NotFoundError(refused.explanation or "The engine does not know this object.")
        if refused is not None and refused.explanation and refused.status != 400:
            return EngineError(f"The engine refused: {refused.explanation}")
        trouble = self._tunnel.trouble() if self._tunnel is not None else ""
        return EngineError(trouble or explain(error, self.endpoint, self._environ))

    @contextmanager
    def _borrowed(self) -> Iterator[Wire]:
        """An idle connection, else a new one; afterwards it is idle again, or closed where there
        are enough or the engine was lost meanwhile. So their number grows with no thread."""
        born, wire = self._era, None
        with suppress(queue.Empty):
            born, wire = self._idle.get_nowait()
        if wire is None:
            wire = self._connect()
        try:
            yield wire
        finally:
            if born == self._era:
                try:
                    self._idle.put_nowait((born, wire))
                except queue.Full:
                    wire.close()
            else:
                wire.close()

    def _connect(self) -> Wire:
        """A new connection, to an engine whose version is known."""
        from nebtui.hosts.engine.wire import Wire

        spoken = self._spoken()
        return Wire(self.endpoint, self._url(), ANSWER_SECONDS, spoken)

    def _spoken(self) -> str:
        """The version of the API that the engine speaks, asked where it is not known; connecting
        and the first sign of life take 3 s at most, the version 20."""
        from nebtui.hosts.engine.wire import Wire

        if self.endpoint.problem:
            raise EngineError(self.endpoint.problem)
        if not self.version:
            first = Wire(self.endpoint, self._url(), ANSWER_SECONDS)
            try:
                # A sign of life first, which is quick: Podman runs programs to tell its version
                # (measured: 2.9 s on a busy machine), and must not count as silent meanwhile.
                first.status("/_ping", seconds=ANSWER_SECONDS)
                self.version = mapping(first.json("/version", seconds=READ_SECONDS))
            finally:
                first.close()
        spoken = text(self.version.get("ApiVersion"))
        if not spoken:
            raise EngineError(
                f"What answers at {self.endpoint.url} is no Docker engine: check DOCKER_HOST."
            )
        return spoken

    def _url(self) -> str:
        """Where the engine is reached from here."""
        return self.endpoint.url if self._tunnel is None else f"unix://{self._tunnel.open()}"
