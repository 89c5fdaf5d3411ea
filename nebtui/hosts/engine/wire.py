"""One connection to an engine, for all that is only read: HTTP by the standard library, each answer
bounded. docker-py takes 0.2 s to import and 8 MB."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from nebtui.hosts.engine.bounded import Answer, body_of, refusal
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import ApiError
from nebtui.hosts.engine.http_client import BadStatusLine, HTTPConnection, RemoteDisconnected

PORTS = {False: 2375, True: 2376}
"""Of an engine without and with TLS, where its address names none."""
Opened = Callable[[], socket.socket]
Stale = tuple[type[Exception], ...]
STALE: Stale = (RemoteDisconnected, BrokenPipeError, ConnectionResetError)
"""What asking meets on a connection that the other side ended while it was idle."""
Params = Mapping[str, object]


class EngineConnection(HTTPConnection):
    """HTTP over a socket that somebody else opens."""

    response_class = Answer

    def __init__(self, opened: Opened, host: str) -> None:
        super().__init__(host)
        self._opened = opened

    def connect(self) -> None:
        """Open the socket."""
        self.sock = self._opened()


class Wire:
    """For one thread at a time. Raises OSError and HTTPException where nobody answers properly,
    ValueError for what is no JSON, EngineError for too much of it, ApiError for an error that
    the engine answers."""

    def __init__(self, endpoint: Endpoint, url: str, patience: float, version: str = "") -> None:
        """`url`: where the engine is reached, which over ssh is a socket here. `patience`: seconds
        that connecting may take. `version`: of the API that is spoken, "" for the engine's own."""
        self._version = f"/v{version}" if version else ""
        self._where = endpoint.socket or endpoint.url
        self._base = "" if url.startswith("unix://") else urlsplit(url).path.rstrip("/")
        self._host = "docker" if url.startswith("unix://") else urlsplit(url).hostname or ""
        self._opened, self._stale = _opener(endpoint, url, patience)
        self._connection = self._made()

    def json(self, path: str, params: Params | None = None, *, seconds: float) -> Any:
        """The JSON that a GET answers; `seconds`: how long each read may wait."""
        return json.loads(self._read(self._asked("GET", self._version + path, params, seconds)))

    def status(self, path: str, *, seconds: float) -> int:
        """The status that a GET of an address without a version answers, whatever it is."""
        answer = self._asked("GET", path, None, seconds)
        with suppress(ApiError):
            self._read(answer)
        return answer.status

    def there(self, path: str, params: Params, *, seconds: float) -> bool:
        """Whether a HEAD finds something; False for 404."""
        try:
            self._read(self._asked("HEAD", self._version + path, params, seconds))
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True

    def stream(self, path: str, params: Params, *, seconds: float, pause: float | None) -> Answer:
        """The answer of a GET whose body comes bit by bit; it has the connection for itself.
        `seconds`: until it begins, `pause`: between two pieces, None = for ever."""
        answer = self._asked("GET", self._version + path, params, seconds)
        if answer.status != 200:
            self._read(answer)
        answer.done()
        answer.pause(pause)
        answer.connection, self._connection = self._connection, self._made()
        return answer

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _made(self) -> EngineConnection:
        return EngineConnection(self._opened, self._host)

    def _asked(self, method: str, path: str, params: Params | None, seconds: float) -> Answer:
        """An answer whose head is read."""
        words = urlencode({name: one for name, one in (params or {}).items() if one is not None})
        target = f"{self._base}{path}{'?' if words else ''}{words}"
        again = self._connection.sock is not None
        try:
            return self._begun(method, target, seconds)
        except self._stale:
            self._connection.close()
            if not again:
                raise
        return self._begun(method, target, seconds)

    def _begun(self, method: str, target: str, seconds: float) -> Answer:
        connection = self._connection
        try:
            if connection.sock is None:
                connection.connect()
            connection.sock.settimeout(seconds)
            # Nothing small becomes large.
            connection.request(method, target, headers={"Accept-Encoding": "identity"})
            answer = connection.getresponse()
        except BaseException:
            connection.close()
            raise
        assert isinstance(answer, Answer)
        return answer

    def _read(self, answer: Answer) -> bytes:
        """The whole body; ApiError where the status is none of success."""
        try:
            body = body_of(answer.read, self._where)
        except Exception as error:
            answer.close()
            self._connection.close()
            if answer.late:
                raise TimeoutError("timed out") from error
            raise
        finally:
            answer.done()
        if answer.status >= 400:
            words = refusal(body) if body.strip() else f"status {answer.status}."
            raise ApiError(answer.status, words)
        if answer.status >= 300:
            raise BadStatusLine(f"{answer.status}")  # an engine never leads elsewhere
        return body


def _opener(endpoint: Endpoint, url: str, patience: float) -> tuple[Opened, Stale]:
    """What opens a socket to an address, and what asking meets where that was ended."""
    if url.startswith("unix://"):
        return partial(_local, url.removeprefix("unix://"), patience), STALE
    address = urlsplit(url)
    if address.scheme not in ("tcp", "http", "https") or not address.hostname:
        raise ValueError("no address of an engine (they begin with unix://, tcp:// or ssh://)")
    secure = bool(endpoint.certificates) or address.scheme == "https"
    host = address.hostname
    remote = partial(_remote, host, address.port or PORTS[secure], patience)
    if not secure:
        return remote, STALE
    from nebtui.hosts.engine.tls import ENDED, context  # OpenSSL, which few need

    trusted = context(endpoint)

    def secured() -> socket.socket:
        opened = remote()
        try:
            return trusted.wrap_socket(opened, server_hostname=host)
        except BaseException:
            opened.close()
            raise

    return secured, (*STALE, *ENDED)


def _local(path: str, patience: float) -> socket.socket:
    opened = socket.socket(socket.AF_UNIX)
    opened.settimeout(patience)
    try:
        opened.connect(path)
    except BaseException:
        opened.close()
        raise
    return opened


def _remote(host: str, port: int, patience: float) -> socket.socket:
    opened = socket.create_connection((host, port), patience)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        opened.close()
        raise
    return opened
