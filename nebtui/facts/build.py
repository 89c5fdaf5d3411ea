"""What a compose file builds, and what its Dockerfile makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from nebtui.facts.dockerfile import Dockerfile
from nebtui.facts.empty import empty
from nebtui.facts.healthcheck import Healthcheck
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """What a Dockerfile makes: the stage that is built, with the stages of the file below it."""

    base: str = ""
    """The image it starts from, `scratch` for nothing; "" where the file names none."""
    installs: tuple[str, ...] = ()
    """The packages that its RUN lines install with the distribution's package manager."""
    healthcheck: Healthcheck | None = None
    """Its HEALTHCHECK; None where it has no such line of its own (the base may)."""
    exposed_ports: tuple[int, ...] = ()
    user: str = ""
    """As written; "" where no line sets it or an argument decides."""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Build:
    """The `build` of a service."""

    context: str
    """An absolute folder, or a URL."""
    dockerfile: str = "Dockerfile"
    target: str = ""
    arguments: Mapping[str, str | None] = field(default_factory=empty)
    stage: Stage | None = None
    """None where the Dockerfile could not be read (a URL, an absent file, `dockerfile_inline`)."""
    source: Dockerfile | None = None
    """The Dockerfile itself, where it could be read."""
