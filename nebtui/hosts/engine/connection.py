"""The only importer of docker: connections to one engine, pooled, every error explained."""

from __future__ import annotations

import os.path
import queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from nebtui.hosts.clock import MachineClock
from nebtui.hosts.engine.endpoint import Endpoint, explain
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.engine.inspections import Payload
from nebtui.hosts.engine.tunnel import SshTunnel
from nebtui.hosts.json_values import mapping, text

ANSWER_SECONDS = 3.0
"""How long an engine may take to accept and to give a first sign of life."""
READ_SECONDS = 20.0
"""How long any later answer may take; a busy disk makes inspections slow."""
MOST_IDLE = 8
"""Clients that are kept for the next call; each holds a connection."""


class ConnectionPool:
    """Low-level clients of one engine, each used by one thread at a time; docker is imported by the
    first."""

    def __init__(self, endpoint: Endpoint, environ: Mapping[str, str], clock: MachineClock) -> None:
        self.endpoint = endpoint
        self._environ = environ
        self.version: Payload = {}
        """The answer of `GET /version`; empty before the first connection."""
        self._idle: queue.LifoQueue[tuple[int, Any]] = queue.LifoQueue(MOST_IDLE)
        self._era = 0
        self._clock = clock
        over_ssh = endpoint.url.startswith("ssh://")
        self._tunnel = SshTunnel(endpoint.url, environ) if over_ssh else None
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
    def use(self) -> Iterator[Any]:
        """A client that no other thread uses; every error inside the block becomes an
        EngineError."""
        try:
            from docker.errors import DockerException
            from requests import RequestException
            from urllib3.exceptions import HTTPError
        except ImportError as error:
            raise EngineError(
                f"The docker package cannot be imported ({error}): reinstall nebtui."
            ) from error
        try:
            with self._borrowed() as client:
                yield client
            self.hear()
        except (
            DockerException,
            RequestException,
            HTTPError,
            OSError,
            ValueError,
            RecursionError,  # JSON nested without end
        ) as error:
            raise self._problem(error) from error

    def _problem(self, error: Exception) -> EngineError:
        """The problem for an exception of docker-py or its transport."""
        from docker.errors import APIError, NotFound

        if isinstance(error, NotFound) and not self.version:
            return EngineError(
                f"What answers at {self.endpoint.url} is no Docker engine: check DOCKER_HOST."
            )
        if isinstance(error, NotFound):
            return NotFoundError(text(error.explanation) or "The engine does not know this object.")
        if isinstance(error, APIError) and error.explanation and error.status_code != 400:
            return EngineError(f"The engine refused: {text(error.explanation)}")
        trouble = self._tunnel.trouble() if self._tunnel is not None else ""
        return EngineError(trouble or explain(error, self.endpoint, self._environ))

    @contextmanager
    def _borrowed(self) -> Iterator[Any]:
        """An idle client, else a new one; afterwards it is idle again, or closed where there are
        enough or the engine was lost meanwhile. So their number grows with no thread."""
        born, client = self._era, None
        with suppress(queue.Empty):
            born, client = self._idle.get_nowait()
        if client is None:
            client = self._connect()
        try:
            yield client
        finally:
            if born == self._era:
                try:
                    self._idle.put_nowait((born, client))
                except queue.Full:
                    client.close()
            else:
                client.close()

    def _connect(self) -> Any:
        """A new low-level client. Connecting and the first answer are bounded by 3 s, later answers
        by 20 s."""
        from docker.constants import MINIMUM_DOCKER_API_VERSION
        from docker.tls import TLSConfig

        endpoint = self.endpoint
        if endpoint.problem:
            raise EngineError(endpoint.problem)
        tls: Any = False
        if endpoint.certificates:
            ca, cert, key = (
                os.path.join(endpoint.certificates, name)
                for name in ("ca.pem", "cert.pem", "key.pem")
            )
            tls = TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=endpoint.verify)
        if not self.version:
            first = self._made(MINIMUM_DOCKER_API_VERSION, tls)
            try:
                # A sign of life first, which is quick: Podman runs programs to tell its version
                # (measured: 2.9 s on a busy machine), and must not count as silent meanwhile.
                first.get(f"{first.base_url}/_ping", timeout=ANSWER_SECONDS)
                first.timeout = (ANSWER_SECONDS, READ_SECONDS)
                self.version = mapping(first.version(api_version=False))
            finally:
                first.close()
        spoken = text(self.version.get("ApiVersion"))
        if not spoken:
            raise EngineError(
                f"What answers at {endpoint.url} is no Docker engine: check DOCKER_HOST."
            )
        client: Any = self._made(spoken, tls)
        client.timeout = (ANSWER_SECONDS, READ_SECONDS)
        return client

    def _made(self, version: str, tls: Any) -> Any:
        """A low-level client that speaks this version of the API."""
        from docker import APIClient

        from nebtui.hosts.engine.bounded import Bounds  # http.client is imported with docker

        tunnel = self._tunnel
        url = self.endpoint.url if tunnel is None else f"unix://{tunnel.open()}"
        client: Any = APIClient(url, version=version, timeout=ANSWER_SECONDS, tls=tls)
        # Else REQUESTS_CA_BUNDLE and proxies of the environment would take the place of the
        # engine's own certificates.
        client.trust_env = False
        client.bounds = Bounds(client, self.endpoint.socket or self.endpoint.url)
        return client
