"""What `check` and `fix` print as JSON."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from nebtui.report.contract.containers import LooseContainerJson
from nebtui.report.contract.crossings import CrossingJson
from nebtui.rules.rule import Applicability, Place, Severity


class FindingJson(TypedDict):
    """One defect of one service or project."""

    rule: str
    severity: Severity
    project: str | None
    service: Annotated[str | None, "the service that names, depends or asks"]
    file: Annotated[str | None, "absolute path"]
    line: int | None
    message: str
    evidence: list[str]
    applicability: Annotated[
        Applicability,
        "of the fix. safe: running behaviour stays; unsafe: it may change; display: by hand",
    ]
    fix: str | None
    place: Annotated[Place, "where it is true: in the file, of what runs (host), in both"]
    also: Annotated[list[str], "other services that have it through the same line"]


class FileProblemJson(TypedDict):
    """A file that cannot be used."""

    file: str
    line: int | None
    message: str


class CheckJson(TypedDict):
    """The findings of the projects that were looked at."""

    version: Literal[1]
    host: Annotated[str | None, "the box, as --host named it"]
    projects: Annotated[int, "how many were looked at"]
    services: Annotated[int, "how many they declare"]
    findings: list[FindingJson]
    errors: list[FileProblemJson]
    outside: Annotated[list[LooseContainerJson], "containers of no project; not judged"]


class ChecksJson(TypedDict):
    """Several boxes, where --host names them."""

    version: Literal[1]
    hosts: list[CheckJson]
    crossings: list[CrossingJson]


class FixedJson(TypedDict):
    """A finding that the patch mends."""

    rule: str
    service: Annotated[str, "PROJECT/SERVICE, or the project"]


class SkippedJson(TypedDict):
    """A finding that stays."""

    rule: str
    service: Annotated[str, "PROJECT/SERVICE, or the project"]
    reason: str


class FixJson(TypedDict):
    """The patch that was planned and proved; with --write it is written after this."""

    version: Literal[1]
    host: Annotated[str | None, "the box, as --host named it"]
    problem: Annotated[str | None, "why nothing could be planned on this one of several boxes"]
    diff: Annotated[list[str], "lines of a unified diff"]
    steps: Annotated[list[str], "networks to create, and the command that makes it effective"]
    fixed: list[FixedJson]
    left: list[SkippedJson]


class FixesJson(TypedDict):
    """Several boxes, where --host names them: each is written by the desk of its own."""

    version: Literal[1]
    hosts: list[FixJson]
