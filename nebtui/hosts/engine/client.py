"""The only importer of docker: the engine's JSON over docker-py's low-level client, one client per
thread."""

from __future__ import annotations

import os.path
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from nebtui.host import LABEL
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.endpoint import Endpoint, explain
from nebtui.hosts.engine.events import EVENTS, Stream, close_stream, ended_by_close
from nebtui.hosts.engine.inspections import Payload
from nebtui.hosts.json_values import as_int, as_str_dict, items, mapping, objects, strings, text

ANSWER_SECONDS = 3.0
"""How long an engine may take to accept and to give its version."""
READ_SECONDS = 20.0
"""How long any later answer may take; a busy disk makes inspections slow."""
OUTPUT_BYTES = 65536
MOST_IDLE = 8
"""Clients that are kept for the next call; each holds a connection."""


class EngineError(Exception):
    """The engine cannot be used, or refused; the text is one sentence with a remedy."""


class NotFoundError(EngineError):
    """The engine answered that this object does not exist (any more)."""


class EngineClient:
    """The engine's JSON, unchanged. Every method raises EngineError; docker is imported by the
    first call."""

    def __init__(
        self, endpoint: Endpoint, environ: Mapping[str, str], *, clock: MachineClock = MACHINE
    ) -> None:
        self.endpoint = endpoint
        self._environ = environ
        self._version: Payload = {}
        self._idle: queue.LifoQueue[tuple[int, Any]] = queue.LifoQueue(MOST_IDLE)
        self._era = 0
        self._clock = clock
        self.heard = clock.steady()
        """When the engine answered last, on the clock that never jumps."""

    def forget(self) -> None:
        """Close idle connections and ask for the version again at the next one: another engine may
        answer then."""
        self._version = {}
        self._era += 1  # those in use are closed when they come back
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait()[1].close()

    def version(self) -> Payload:
        """`GET /version`, as asked when the first client connected: what it says holds until the
        engine restarts."""
        with self._explained():
            return self._version

    def info(self) -> Payload:
        """`GET /info`."""
        with self._explained() as client:
            return mapping(client.info())

    def containers(self) -> list[Payload]:
        """`GET /containers/json?all=1`: one call, no inspections."""
        with self._explained() as client:
            return list(objects(client.containers(all=True)))

    def inspect(self, container: str) -> Payload:
        """`GET /containers/ID/json`; NotFoundError where it is gone."""
        with self._explained() as client:
            return mapping(client.inspect_container(container))

    def networks(self) -> list[Payload]:
        """`GET /networks` (without members)."""
        with self._explained() as client:
            return list(objects(client.networks()))

    def image(self, name: str) -> Payload:
        """`GET /images/NAME/json`; NotFoundError where it is gone."""
        with self._explained() as client:
            return mapping(client.inspect_image(name))

    def stats(self, container: str) -> Payload:
        """`GET /containers/ID/stats`, one reading; takes about a second on engines before 23."""
        with self._explained() as client:
            one_shot = tuple(int(part) for part in str(client.api_version).split(".")) >= (1, 41)
            return mapping(
                client.stats(container, stream=False, one_shot=True if one_shot else None)
            )

    def top(self, container: str) -> tuple[int, ...]:
        """Host PIDs of a running container (`GET /containers/ID/top`)."""
        with self._explained() as client:
            answer = mapping(client.top(container, ps_args="-eo pid"))
            rows = [strings(row) for row in items(answer.get("Processes"))]
            return tuple(int(row[0]) for row in rows if row and row[0].isdecimal())

    def ping(self, seconds: float) -> None:
        """`GET /_ping`, which takes at most that long."""
        with self._explained() as client:
            answer = client.get(f"{client.base_url}/_ping", timeout=(seconds, seconds))
            if answer.status_code != 200:
                raise EngineError(f"The engine is not well (ping: {answer.status_code}).")

    def events(self, since: float | None = None) -> Stream:
        """`GET /events` of containers and networks, with those since a Unix time that the engine
        still has; iterate it in one thread, `close` it from another."""
        with self._explained() as client:
            stream: Stream = client.events(
                since=None if since is None else int(since),
                decode=True,
                filters={"type": ["container", "network"], "event": EVENTS},
            )
            return stream

    def create_network(self, name: str) -> None:
        """Create a bridge network with nebtui's label; refused where the name is taken."""
        with self._explained() as client:
            client.create_network(name, driver="bridge", labels={LABEL: "1"}, check_duplicate=True)

    def remove_network(self, name: str) -> None:
        """Remove a network that carries nebtui's label and has no members; EngineError says which
        does not hold."""
        with self._explained() as client:
            network = mapping(client.inspect_network(name))
            if as_str_dict(network.get("Labels")).get(LABEL) != "1":
                raise EngineError(f"The network {name} was not created by nebtui: left as it is.")
            members = [
                text(mapping(member).get("Name"))
                for member in mapping(network.get("Containers")).values()
            ]
            if members:
                listed = ", ".join(sorted(members))
                raise EngineError(
                    f"The network {name} still has members ({listed}): left as it is."
                )
            client.remove_network(text(network.get("Id")))

    def exec_run(
        self, container: str, argv: tuple[str, ...], user: str, timeout: float
    ) -> tuple[int | None, str]:
        """Run argv once in a running container: (exit code, output of both streams, at most 64
        KiB).

        The exit code is None where the command did not end within `timeout` seconds; it then goes
        on in the container, because the engine has no call that ends it.
        """
        with self._explained() as client:
            identity = text(mapping(client.exec_create(container, list(argv), user=user)).get("Id"))
            stream = client.exec_start(identity, stream=True)
            # docker-py waits for output in poll() without a limit; only closing the stream ends
            # that.
            limit = threading.Timer(timeout, close_stream, (stream,))
            limit.daemon = True
            limit.start()
            output = b""
            try:
                for chunk in ended_by_close(stream):
                    output = (output + chunk)[:OUTPUT_BYTES]
            finally:
                limit.cancel()
            result = mapping(client.exec_inspect(identity))
            running = result.get("Running") is True
            return None if running else as_int(result.get("ExitCode")), output.decode(
                "utf-8", "replace"
            )

    def log(self, container: str, since: float) -> str:
        """The newest 200 lines of a container's output since a Unix time, at most 64 KiB."""
        with self._explained() as client:
            lines = client.logs(container, stdout=True, stderr=True, since=since, tail=200)
            return bytes(lines)[-OUTPUT_BYTES:].decode("utf-8", "replace")

    def has_file(self, container: str, path: str) -> bool:
        """Whether a path exists in a container, running or not (`HEAD /containers/ID/archive`).

        A container that is gone answers as one without the path does: ask `inspect` before
        believing a False.
        """
        with self._explained() as client:
            address = f"{client.base_url}/v{client.api_version}/containers/{container}/archive"
            answer = client.head(address, params={"path": path}, timeout=READ_SECONDS)
            if answer.status_code not in (200, 404):
                raise EngineError(
                    f"The engine refused to look into container {container[:12]} "
                    f"({answer.status_code})."
                )
            return bool(answer.status_code == 200)

    @contextmanager
    def _explained(self) -> Iterator[Any]:
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
            self.heard = self._clock.steady()
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

        if isinstance(error, NotFound):
            return NotFoundError(text(error.explanation) or "The engine does not know this object.")
        if isinstance(error, APIError) and error.explanation and error.status_code != 400:
            return EngineError(f"The engine refused: {text(error.explanation)}")
        return EngineError(explain(error, self.endpoint, self._environ))

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
        """A new low-level client. Connecting and the version are bounded by 3 s, later answers by
        20 s."""
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
        if not self._version:
            first = self._made(MINIMUM_DOCKER_API_VERSION, tls)
            try:
                self._version = mapping(first.version(api_version=False))
            finally:
                first.close()
        spoken = text(self._version.get("ApiVersion"))
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

        over_ssh = self.endpoint.url.startswith("ssh://")
        client: Any = APIClient(
            self.endpoint.url,
            version=version,
            timeout=ANSWER_SECONDS,
            tls=tls,
            use_ssh_client=over_ssh,  # the person's own ssh, with its configuration and agent
        )
        # Else REQUESTS_CA_BUNDLE and proxies of the environment would take the place of the
        # engine's own certificates.
        client.trust_env = False
        return client
