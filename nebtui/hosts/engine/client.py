"""The engine's JSON, unchanged; what needs more than reading goes over docker-py's low-level
client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote

from nebtui.action import LABEL
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine.connection import ANSWER_SECONDS, READ_SECONDS, ConnectionPool
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.engine.events import (
    EVENTS,
    TYPES,
    EventStream,
    Stream,
)
from nebtui.hosts.engine.exec_once import OUTPUT_BYTES, exec_once
from nebtui.hosts.engine.inspections import Payload
from nebtui.hosts.engine.logs import LogReply
from nebtui.hosts.engine.payloads import is_podman
from nebtui.hosts.json_values import as_str_dict, items, mapping, objects, strings, text


class EngineClient:
    """The engine's JSON, unchanged. Every method raises EngineError."""

    def __init__(
        self, endpoint: Endpoint, environ: Mapping[str, str], *, clock: MachineClock = MACHINE
    ) -> None:
        self.endpoint = endpoint
        self._pool = ConnectionPool(endpoint, environ, clock)

    @property
    def heard(self) -> float:
        """When the engine answered last, on the clock that never jumps."""
        return self._pool.heard

    def hear(self) -> None:
        """Note that something came from it now."""
        self._pool.hear()

    def forget(self) -> None:
        """Close idle connections and ask for the version again at the next one: another engine may
        answer then."""
        self._pool.forget()

    def close(self) -> None:
        """Forget the engine for good; what is asked afterwards fails."""
        self._pool.close()

    @property
    def url_here(self) -> str:
        """The address by which programs on this machine reach the engine now."""
        return self._pool.url_here

    def version(self) -> Payload:
        """`GET /version`, as asked when the first client connected: what it says holds until the
        engine restarts."""
        with self._pool.use():
            return self._pool.version

    def info(self) -> Payload:
        """`GET /info`."""
        return mapping(self._json("/info"))

    def containers(self) -> list[Payload]:
        """`GET /containers/json?all=1`: one call, no inspections."""
        return list(objects(self._json("/containers/json", {"all": 1})))

    def inspect(self, container: str) -> Payload:
        """`GET /containers/ID/json`; NotFoundError where it is gone."""
        return mapping(self._json(f"/containers/{quoted(container)}/json"))

    def networks(self) -> list[Payload]:
        """`GET /networks` (without members)."""
        return list(objects(self._json("/networks")))

    def services(self) -> list[Payload]:
        """`GET /services` of the swarm; EngineError where the engine is no manager, or its swarm
        has no leader."""
        return list(objects(self._json("/services")))

    def tasks(self) -> list[Payload]:
        """`GET /tasks` of the swarm, those that ended too."""
        return list(objects(self._json("/tasks")))

    def nodes(self) -> list[Payload]:
        """`GET /nodes` of the swarm."""
        return list(objects(self._json("/nodes")))

    def image(self, name: str) -> Payload:
        """`GET /images/NAME/json`; NotFoundError where it is gone."""
        return mapping(self._json(f"/images/{quote(name, safe='/:')}/json"))

    def registry_digest(self, name: str) -> str:
        """The digest that an image's name has in its registry (`GET /distribution/NAME/json`, with
        the person's own credentials); EngineError where the registry does not answer or refuses."""
        with self._pool.library() as client:
            told = mapping(client.inspect_distribution(name))
            return text(mapping(told.get("Descriptor")).get("digest"))

    def stats(self, container: str) -> Payload:
        """`GET /containers/ID/stats`, one reading; takes about a second on engines before 23."""
        params = {"stream": "false", "one-shot": "true"}  # the second is passed over before 1.41
        return mapping(self._json(f"/containers/{quoted(container)}/stats", params))

    def top(self, container: str) -> tuple[int, ...]:
        """Host PIDs of a running container (`GET /containers/ID/top`)."""
        # Podman runs `ps` inside the container, whose PIDs are its own; it has a word for ours.
        wanted = "hpid" if is_podman(self.version()) else "-eo pid"
        answer = mapping(self._json(f"/containers/{quoted(container)}/top", {"ps_args": wanted}))
        rows = [strings(row) for row in items(answer.get("Processes"))]
        return tuple(int(row[0]) for row in rows if row and row[0].isdecimal())

    def ping(self, seconds: float) -> None:
        """`GET /_ping`, which takes at most that long."""
        with self._pool.use() as wire:
            status = wire.status("/_ping", seconds=seconds)
        if status != 200:
            raise EngineError(f"The engine is not well (ping: {status}).")

    def events(self, since: float | None = None, until: float | None = None) -> Stream:
        """`GET /events` of containers, networks and the swarm, with those since a Unix time that
        the engine still has (its newest 256 of all kinds); it goes on for ever, or ends with those
        until a time. Iterate it in one thread, `close` it from another."""
        params = {
            "since": None if since is None else int(since),
            "until": None if until is None else f"{until:.3f}",
            "filters": json.dumps({"type": TYPES, "event": EVENTS}),
        }
        pause = None if until is None else ANSWER_SECONDS
        with self._pool.use() as wire:
            return EventStream(wire.stream("/events", params, seconds=READ_SECONDS, pause=pause))

    def create_network(self, name: str) -> None:
        """Create a bridge network with nebtui's label; refused where the name is taken."""
        with self._pool.library() as client:
            client.create_network(name, driver="bridge", labels={LABEL: "1"}, check_duplicate=True)

    def remove_network(self, name: str) -> None:
        """Remove a network that carries nebtui's label and has no members; EngineError says which
        does not hold."""
        with self._pool.library() as client:
            network = mapping(client.inspect_network(name))
            if as_str_dict(network.get("Labels")).get(LABEL) != "1":
                raise EngineError(f"The network {name} was not created by nebtui: not removed.")
            members = [
                text(mapping(member).get("Name"))
                for member in mapping(network.get("Containers")).values()
            ]
            if members:
                listed = ", ".join(sorted(members))
                raise EngineError(f"The network {name} still has members ({listed}): not removed.")
            client.remove_network(text(network.get("Id")))

    def exec_run(
        self, container: str, argv: tuple[str, ...], user: str, timeout: float
    ) -> tuple[int | None, str]:
        """Run argv once in a running container: (exit code, output of both streams, at most 64
        KiB).

        The exit code is None where the command did not end within `timeout` seconds; it then goes
        on in the container, because the engine has no call that ends it.
        """
        with self._pool.library() as client:
            return exec_once(client, container, argv, user, timeout)

    def log(self, container: str, since: float) -> str:
        """The newest 200 lines of a container's output since a Unix time, at most 64 KiB."""
        terminal = mapping(self.inspect(container).get("Config")).get("Tty") is True
        with closing(
            self.logs(container, terminal, int(since * 10**9), 200, follow=False)
        ) as reply:
            lines = [line.text for piece in reply for line in piece]
        return "".join(f"{line}\n" for line in lines)[-OUTPUT_BYTES:]

    def logs(
        self, container: str, terminal: bool, since: int, tail: int | None, *, follow: bool
    ) -> LogReply:
        """The lines of a container's output since a time in Unix nanoseconds (0 = all), the last
        `tail` of them (None = all); with `follow` it goes on until the container ends."""
        return self._log("containers", container, terminal, since, tail, follow=follow)

    def service(self, name: str) -> Payload:
        """`GET /services/NAME` of the swarm; NotFoundError where there is none."""
        return mapping(self._json(f"/services/{quoted(name)}"))

    def service_logs(
        self, service: str, terminal: bool, since: int, tail: int | None, *, follow: bool, task: str
    ) -> LogReply:
        """The same of a service of the swarm, by its id: what the tasks of all nodes write, or the
        one with this id, each line behind what it is of (`details`)."""
        kind, which = ("tasks", task) if task else ("services", service)
        return self._log(kind, which, terminal, since, tail, follow=follow, details=1)

    def _log(
        self,
        kind: str,
        identity: str,
        terminal: bool,
        since: int,
        tail: int | None,
        *,
        follow: bool,
        **more: int,
    ) -> LogReply:
        params: dict[str, object] = {
            **{"stdout": 1, "stderr": 1, "timestamps": 1, "follow": int(follow)},
            "since": f"{since // 10**9}.{since % 10**9:09d}" if since else "0",
            "tail": "all" if tail is None else str(tail),
            **more,
        }
        pause = None if follow else READ_SECONDS
        with self._pool.use() as wire:
            path = f"/{kind}/{quoted(identity)}/logs"
            answer = wire.stream(path, params, seconds=READ_SECONDS, pause=pause)
            return LogReply(answer, terminal)

    def has_file(self, container: str, path: str) -> bool:
        """Whether a path exists in a container, running or not (`HEAD /containers/ID/archive`).

        A container that is gone answers as one without the path does: ask `inspect` before
        believing a False.
        """
        with self._pool.use() as wire:
            address = f"/containers/{quoted(container)}/archive"
            return wire.there(address, {"path": path}, seconds=READ_SECONDS)

    def _json(self, path: str, params: Mapping[str, object] | None = None) -> Any:
        """The JSON that a GET answers."""
        with self._pool.use() as wire:
            return wire.json(path, params, seconds=READ_SECONDS)


def quoted(name: str) -> str:
    """A name or id as one part of an address."""
    return quote(name, safe="")
