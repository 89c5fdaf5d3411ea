"""What `startup` prints as JSON. Seconds from the project's first create; null = not seen."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict


class WaitJson(TypedDict):
    """A `depends_on` condition, and when it held."""

    service: str
    condition: str
    until: float | None


class StartedServiceJson(TypedDict):
    """One container in a start."""

    name: str
    number: Annotated[int, "of the replica"]
    created: float | None
    started: float | None
    listening: Annotated[float | None, "first, on any port"]
    healthy: Annotated[float | None, "first"]
    ports: Annotated[dict[str, float | None], "port → when it began to listen in the last run"]
    exits: Annotated[int, "with another code than 0"]
    refused: Annotated[int | None, "connections"]
    waited_for: list[WaitJson]


class RaceJson(TypedDict):
    """A dependent that was there before its target listened."""

    dependent: Annotated[str, "PROJECT/SERVICE"]
    target: Annotated[str, "PROJECT/SERVICE"]
    gap_seconds: float | None
    refused: Annotated[int | None, "connections that the target refused in this gap"]
    exits: Annotated[int, "how often the dependent died in it"]
    shared: Annotated[bool, "others were there too: whose the refused ones are is not known"]


class EarlierStartJson(TypedDict):
    """The start before, to compare with."""

    began: Annotated[float, "Unix seconds"]
    ready: Annotated[dict[str, float | None], "service → seconds until it was ready"]
    races: int


class StartJson(TypedDict):
    """The last start of a project."""

    version: Literal[1]
    project: str
    began: Annotated[float, "Unix seconds"]
    settled: float | None
    services: list[StartedServiceJson]
    races: list[RaceJson]
    missing: Annotated[list[str], "what could not be seen"]
    before: EarlierStartJson | None


class StartsJson(TypedDict):
    """The last starts of several projects."""

    version: Literal[1]
    starts: list[StartJson]
