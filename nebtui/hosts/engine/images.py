"""The collector of images: those of Compose's containers and those that files name, and which
programs they have."""

from __future__ import annotations

import threading
from dataclasses import replace

from nebtui.facts.changes import ImageSeen
from nebtui.facts.observed import Container, Image
from nebtui.hosts.clock import MACHINE, MachineClock
from nebtui.hosts.engine import payloads
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.shared import Emit, SharedState, StartupBarrier

EVERY = 2.0
ABSENT_EVERY = 10.0
PROGRAMS = ("bash", "curl", "wget", "python3", "nc")
"""What healthchecks call; a test whose program is absent cannot pass."""
FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin")


class ImageCollector:
    """Runs in one thread until stopped; asks for each image once, and again when a first container
    of it appears."""

    def __init__(
        self,
        client: EngineClient,
        shared: SharedState,
        startup: StartupBarrier,
        emit: Emit,
        *,
        clock: MachineClock = MACHINE,
    ) -> None:
        self._clock = clock
        self._client = client
        self._shared = shared
        self._startup = startup
        self._emit = emit
        self._stop = threading.Event()
        self._images: dict[str, Image] = {}
        self._ids: dict[str, str] = {}
        self._absent: dict[str, float] = {}

    def run(self) -> None:
        """Look every two seconds, from the moment engine and projects are known."""
        if not self._startup.wait("engine", "projects"):
            return
        while not self._stop.is_set():
            try:
                self._look()
            except EngineError:
                # The engine's own collector tells why; another engine may have other images.
                self._images.clear()
                self._ids.clear()
                self._absent.clear()
            self._startup.mark_done("images")
            self._stop.wait(EVERY)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()

    def _look(self) -> None:
        """Tell what is new; an image that is not pulled yet is asked for again later."""
        if self._shared.engine is None:
            return
        containers = by_image(self._shared.containers())
        named = {
            service.image
            for project in self._shared.projects()
            for service in project.services.values()
        }
        used = {identity for identity, made in containers.items() if any(c.project for c in made)}
        for name in sorted({*used, *(name for name in named if name)}):
            if self._stop.is_set():
                return
            known = self._images.get(self._ids.get(name, ""))
            absent = self._clock.steady() - self._absent.get(name, -ABSENT_EVERY) < ABSENT_EVERY
            if (known is None and not absent) or (
                known and known.programs is None and known.id in containers
            ):
                self._tell(name, containers)

    def _tell(self, name: str, containers: dict[str, list[Container]]) -> None:
        """One image by name or id."""
        try:
            image = payloads.image(self._client.image(name))
        except NotFoundError:
            self._absent[name] = self._clock.steady()
            return
        self._ids[name] = image.id
        known = self._images.get(image.id)
        programs = known.programs if known else None
        for container in containers.get(image.id, ()):
            if programs is None:
                programs = self._programs(container.id)
        image = replace(image, programs=programs)
        if known != image:
            self._images[image.id] = image
            self._emit(ImageSeen(image))

    def _programs(self, container: str) -> tuple[str, ...] | None:
        """Which programs a container has, found without running anything in it; None if it went
        away meanwhile."""
        found = tuple(
            name
            for name in PROGRAMS
            if any(self._client.has_file(container, f"{folder}/{name}") for folder in FOLDERS)
        )
        try:
            self._client.inspect(container)
        except NotFoundError:
            return None
        return found


def by_image(containers: tuple[Container, ...]) -> dict[str, list[Container]]:
    """The containers of each image, running ones first: to look into a stopped one the engine has
    to mount it."""
    result: dict[str, list[Container]] = {}
    for container in sorted(containers, key=lambda c: c.state != "running"):
        result.setdefault(container.image_id, []).append(container)
    return result
