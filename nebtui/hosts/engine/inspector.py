"""The collector that inspects containers after events: in a thread of its own, because the engine
keeps an inspection waiting while it starts or stops that container, and events of others must not
wait with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from nebtui.facts.changes import ContainerGone, ContainerSeen
from nebtui.hosts.engine import payloads
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.shared import Emit, SharedState

REMEMBERED = 1000
AGAIN = 2.0
"""Seconds between two looks at a container whose health is not settled, or that is shown in detail:
the engine tells of a probe only where the verdict changes."""


class Inspector:
    """Inspects what it is asked to, each container once however often it was asked meanwhile."""

    def __init__(self, client: EngineClient, shared: SharedState, emit: Emit) -> None:
        self._client = client
        self._shared = shared
        self._emit = emit
        self._changed = threading.Condition()
        self._asked: dict[str, None] = {}
        self._listed: dict[str, None] = {}
        """Those of the list that were not inspected yet: whoever is asked for goes before them."""
        self._whole: Callable[[EngineError | None], None] | None = None
        self._removed: set[str] = set()
        self._stopped = False
        self._followed: tuple[str, ...] = ()

    def run(self) -> None:
        """Inspect what was asked for, in that order, until `stop`."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._is_due(), AGAIN)
                if self._stopped:
                    return
                identity = self._next()
                if identity is None:
                    continue
            try:
                self.inspect(identity)
            except EngineError as problem:
                # the engine is lost: its collector tells why, and lists afresh when it is back
                self._end_list(problem)

    def _is_due(self) -> bool:
        return bool(self._asked or self._listed or self._whole)

    def _next(self) -> str | None:
        """Who is inspected next, None where nobody is; the lock is held."""
        if not (self._asked or self._listed):
            self._end_list(None)
            self._asked = dict.fromkeys(self._unsettled())
        waiting = self._asked or self._listed
        if not waiting:
            return None
        identity = next(iter(waiting))
        del waiting[identity]
        self._listed.pop(identity, None)
        return identity

    def _end_list(self, problem: EngineError | None) -> None:
        with self._changed:
            whole, self._whole = self._whole, None
            self._listed.clear()
            if whole is not None:
                whole(problem)

    def stop(self) -> None:
        """End `run` from another thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def ask(self, identity: str) -> None:
        """Inspect this container soon."""
        with self._changed:
            self._asked[identity] = None
            self._changed.notify_all()

    def follow(self, identities: tuple[str, ...]) -> None:
        """From now on inspect these again and again; () = none."""
        with self._changed:
            self._followed = identities

    def _unsettled(self) -> list[str]:
        """The running containers whose next probe is worth knowing."""
        return [
            container.id
            for container in self._shared.containers()
            if container.state == "running"
            and (container.health in ("starting", "unhealthy") or container.id in self._followed)
        ]

    def start_afresh(self) -> None:
        """Another list follows, or the engine is lost: nothing asked before matters."""
        with self._changed:
            self._asked.clear()
            self._listed.clear()
            self._removed.clear()
            self._whole = None

    def take_list(
        self, identities: Iterable[str], whole: Callable[[EngineError | None], None]
    ) -> None:
        """Inspect all of a list, and call `whole` once when that is done, or with the error that
        ended it; never after `start_afresh`."""
        with self._changed:
            self._listed = {name: None for name in identities if name not in self._removed}
            self._whole = whole
            self._changed.notify_all()

    def remove(self, identity: str) -> None:
        """This container is gone; an inspection still under way must not bring it back."""
        with self._changed:
            if len(self._removed) > REMEMBERED:
                self._removed.clear()  # an inspection of one of those has long been answered
            self._removed.add(identity)
            self._asked.pop(identity, None)
            self._listed.pop(identity, None)
            self._emit(ContainerGone(identity))

    def inspect(self, identity: str) -> None:
        """Tell one container as it is now; raises EngineError."""
        try:
            raw = self._client.inspect(identity)
        except NotFoundError:
            if self._shared.container(identity) is not None:
                self.remove(identity)
            return
        known = self._shared.container(identity)
        container = (
            payloads.inspected(known, raw) if known else payloads.container_from_inspect(raw)
        )
        with self._changed:
            if identity in self._removed or container == known:
                return
            self._emit(ContainerSeen(container))
