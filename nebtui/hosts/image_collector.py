"""The collector of images: those of Compose's containers and those that files name, and which programs they have."""

from __future__ import annotations

import threading
from dataclasses import replace

from nebtui.facts.changes import ImageSeen
from nebtui.facts.observed import Container, Image
from nebtui.hosts import payloads
from nebtui.hosts.engine import EngineClient, EngineProblem, NotThere
from nebtui.hosts.known import Emit, Known, Settling

EVERY = 2.0
PROGRAMS = ("bash", "curl", "wget", "python3", "nc")
"""What health tests call; a test whose program is absent cannot pass."""
FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin")


class ImageCollector:
    """Runs in one thread until stopped; asks for each image once, and again when a first container of it appears."""

    def __init__(self, client: EngineClient, known: Known, settling: Settling, emit: Emit) -> None:
        self._client = client
        self._known = known
        self._settling = settling
        self._emit = emit
        self._stop = threading.Event()
        self._images: dict[str, Image] = {}
        self._ids: dict[str, str] = {}

    def run(self) -> None:
        """Look every two seconds, from the moment engine and projects are known."""
        if not self._settling.wait("engine", "projects"):
            return
        while not self._stop.is_set():
            try:
                self._look()
            except EngineProblem:
                # The engine's own collector tells why; another engine may have other images.
                self._images.clear()
                self._ids.clear()
            self._settling.reached("images")
            self._stop.wait(EVERY)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._stop.set()

    def _look(self) -> None:
        """Tell what is new. An image that is not pulled yet is asked for again, one short call each time."""
        if self._known.engine is None:
            return
        containers = {c.image_id: c for c in sorted(self._known.containers(), key=lambda c: c.state == "running")}
        named = {service.image for project in self._known.projects() for service in project.services.values()}
        used = {c.image_id for c in containers.values() if c.project}
        for name in sorted({*used, *(name for name in named if name)}):
            if self._stop.is_set():
                return
            known = self._images.get(self._ids.get(name, ""))
            if known is None or (known.programs is None and known.id in containers):
                self._tell(name, containers)

    def _tell(self, name: str, containers: dict[str, Container]) -> None:
        """One image by name or id."""
        try:
            image = payloads.image(self._client.image(name))
        except NotThere:
            return
        container = containers.get(image.id)
        if container is not None:
            image = replace(image, programs=self._programs(container.id))
        self._ids[name] = image.id
        if self._images.get(image.id) != image:
            self._images[image.id] = image
            self._emit(ImageSeen(image))

    def _programs(self, container: str) -> tuple[str, ...]:
        """Which programs a container has, found without running anything in it."""
        return tuple(
            name for name in PROGRAMS if any(self._client.has_file(container, f"{folder}/{name}") for folder in FOLDERS)
        )
