"""The engine's list of containers asked for with the standard library alone, before anything else
is loaded."""

from __future__ import annotations

import json
import re
import socket
import time
from typing import Any, NamedTuple

QUESTION = b"GET /containers/json?all=1 HTTP/1.0\r\nHost: docker\r\n\r\n"
"""HTTP/1.0: the answer comes in one piece and its end is that of the connection."""
MOST = 32 * 1024 * 1024
"""Bytes of an answer: some ten thousand containers."""


class FirstAnswer(NamedTuple):
    """What the engine answered, not looked into yet."""

    endpoint: str
    server: str
    """The engine and its version, as the head of the answer names them (`Server`); "" = not
    named."""
    api_version: str
    items: list[Any]
    """The containers as `GET /containers/json` gives them, of whatever type."""

    def lasting(self) -> list[Any]:
        """What does not change by itself: without ages, and in an order of its own where the engine
        has none."""
        return [_lasting(item) if isinstance(item, dict) else item for item in self.items]


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

    def answer(self) -> FirstAnswer:
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


def _lasting(item: dict[str, Any]) -> dict[str, Any]:
    # "Up 3 hours (healthy)", "Exited (1) 2 days ago": what is in brackets is no age.
    words = {"Status": re.findall(r"\([^)]*\)", str(item.get("Status")))}
    unordered = {
        key: sorted(item[key], key=repr)
        for key in ("Ports", "Mounts")
        if isinstance(item.get(key), list)
    }
    return item | words | unordered | {"NetworkSettings": _networks(item)}


def _networks(item: dict[str, Any]) -> list[Any]:
    """Their names and aliases: addresses are others after each start."""
    settings = item.get("NetworkSettings")
    networks = settings.get("Networks") if isinstance(settings, dict) else None
    if not isinstance(networks, dict):
        return []
    aliases = (one.get("Aliases") if isinstance(one, dict) else None for one in networks.values())
    return sorted(zip(networks, aliases, strict=True), key=repr)


def parsed_answer(data: bytes, endpoint: str) -> FirstAnswer:
    """The parts of an HTTP/1.0 answer; ValueError where they are no list."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if first.split(" ")[1:2] != ["200"]:
        raise ValueError(f"the engine refused: {first[:80]}")
    fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    items = json.loads(body)
    if not isinstance(items, list):
        raise ValueError("no list")
    return FirstAnswer(endpoint, fields.get("server", ""), fields.get("api-version", ""), items)
