"""The engine's list of containers asked for with the standard library alone, before anything else
is loaded: enough for the first frame, and believed for no longer."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass

from nebtui.facts.observed import Container, Engine
from nebtui.hosts.engine import payloads
from nebtui.hosts.json_values import objects

QUESTION = b"GET /containers/json?all=1 HTTP/1.0\r\nHost: docker\r\n\r\n"
"""HTTP/1.0: the answer comes in one piece and its end is that of the connection."""
MOST = 32 * 1024 * 1024
"""Bytes of an answer: some ten thousand containers."""


@dataclass(frozen=True, slots=True)
class FirstList:
    """The engine as the head of its answer names it, and its containers."""

    engine: Engine
    containers: tuple[Container, ...]


class FirstQuestion:
    """One question to the engine, asked at once and answered while the caller does something
    else."""

    def __init__(self, path: str, seconds: float) -> None:
        """Ask at a Unix socket; OSError where nobody is there. `seconds`: how long the answer may
        take from now."""
        self._path = path
        self._deadline = time.monotonic() + seconds
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(seconds)
        try:
            self._socket.connect(path)
            self._socket.sendall(QUESTION)
        except OSError:
            self._socket.close()
            raise

    def answer(self) -> FirstList:
        """The answer; OSError (TimeoutError) where it does not come in time, ValueError where it is
        none."""
        with self._socket:
            data = b""
            while chunk := self._receive():
                data += chunk
                if len(data) > MOST:
                    raise ValueError("the answer does not end")
        return parsed_answer(data, f"unix://{self._path}")

    def _receive(self) -> bytes:
        # What has come by the deadline is read however late it is by then; it is not waited for.
        self._socket.settimeout(max(0.001, self._deadline - time.monotonic()))
        return self._socket.recv(1 << 20)


def parsed_answer(data: bytes, endpoint: str) -> FirstList:
    """What the bytes of an HTTP/1.0 answer say; ValueError where they are no list of containers."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if first.split(" ")[1:2] != ["200"]:
        raise ValueError(f"the engine refused: {first[:80]}")
    fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    items = json.loads(body)
    if not isinstance(items, list):
        raise ValueError("no list")
    _, _, version = fields.get("server", "").partition("/")
    engine = Engine(
        name="",
        version=version.partition(" ")[0],
        api_version=fields.get("api-version", ""),
        endpoint=endpoint,
    )
    return FirstList(engine, tuple(payloads.container(item) for item in objects(items)))
