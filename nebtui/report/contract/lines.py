"""What `logs` prints as JSON, one object a line, and what `reach` does."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from nebtui.analysis.logs.level import LogLevel
from nebtui.analysis.reach import Answer
from nebtui.facts.logs import LogSource
from nebtui.report.contract.crossings import CrossingJson


class LogLineJson(TypedDict):
    """A line of a log."""

    time: Annotated[str | None, "RFC 3339 with nanoseconds"]
    project: str | None
    service: str | None
    container: str
    stream: Annotated[LogSource, "note: nebtui's own words"]
    level: Annotated[LogLevel | None, "null where the line names none"]
    message: Annotated[str, "the line without its time and level"]
    fields: Annotated[dict[str, str], "those of JSON and logfmt"]
    text: Annotated[str, "the line as it was written"]


class PathStepJson(TypedDict):
    """A step of the path from one service to another."""

    step: str
    answer: Answer
    message: str
    rule: Annotated[str | None, "whose fix mends it"]
    remedy: str | None


class TriedJson(TypedDict):
    """What a real connection gave (--try)."""

    connected: Annotated[bool | None, "null: it could not be tried"]
    message: str


ReachJson = TypedDict(
    "ReachJson",
    {
        "version": Literal[1],
        "from": str,
        "to": str,
        "reachable": Annotated[bool | None, "null: not known"],
        "host": Annotated[str | None, "the name that the one asks for"],
        "port": int | None,
        "named": Annotated[bool, "a text of the one names the other"],
        "steps": list[PathStepJson],
        "tried": Annotated[TriedJson | None, "null: nobody tried"],
    },
)
ReachJson.__doc__ = "Whether one service can reach another."


class TriedAcrossJson(TypedDict):
    """What a real connection to another box gave (--try)."""

    connected: Annotated[bool | None, "null: it could not be tried"]
    message: str
    at: Annotated[float, "Unix seconds"]


ReachAcrossJson = TypedDict(
    "ReachAcrossJson",
    {
        "version": Literal[1],
        "from": Annotated[str, "BOX PROJECT/SERVICE"],
        "to": Annotated[str, "BOX PROJECT/SERVICE"],
        "crossings": Annotated[list[CrossingJson], "each name and port by which it is called"],
        "tried": Annotated[list[TriedAcrossJson], "in the order of `crossings`; [] = nobody tried"],
    },
)
ReachAcrossJson.__doc__ = "Whether a service of one box can reach a service of another."
