"""What `graph` prints as JSON. Services are called PROJECT/SERVICE."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from nebtui.report.contract.crossings import CrossingJson
from nebtui.report.contract.stacks import SwarmJson
from nebtui.report.edges import EdgeKind


class NetworkJson(TypedDict):
    """A declared network, by the engine's name."""

    name: str
    external: bool
    members: list[str]


EdgeJson = TypedDict(
    "EdgeJson",
    {
        "from": str,
        "to": str,
        "kind": Annotated[
            EdgeKind,
            "depends: declared; references: read from texts; talks: the kernel has a connection",
        ],
        "gate": Annotated[str | None, "the condition of depends_on"],
        "reachable": Annotated[bool | None, "both share a network; null = not asked"],
    },
)
EdgeJson.__doc__ = "One service depends on, names or talks to another."


class GraphJson(TypedDict):
    """Networks, and who depends on whom."""

    version: Literal[1]
    host: Annotated[str | None, "the box, as --host named it"]
    networks: list[NetworkJson]
    edges: list[EdgeJson]
    swarm: Annotated[SwarmJson | None, "null = nothing here belongs to a swarm, or not asked"]


class GraphsJson(TypedDict):
    """Several boxes, where --host names them."""

    version: Literal[1]
    hosts: list[GraphJson]
    crossings: list[CrossingJson]
