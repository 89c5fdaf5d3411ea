"""Containers of no project, as `check` and `status` print them as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict


class PortJson(TypedDict):
    """A port of a container."""

    port: Annotated[int, "inside the container"]
    published: Annotated[int | None, "on the host; null = not published"]
    protocol: str
    host_ip: str


class LooseContainerJson(TypedDict):
    """A container that no Compose project made."""

    name: str
    image: str
    state: Annotated[str, "the engine's word"]
    health: Annotated[str, "the engine's word: none, starting, healthy, unhealthy"]
    networks: list[str]
    ports: list[PortJson]
