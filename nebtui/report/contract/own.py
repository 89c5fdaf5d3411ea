"""What the verbs about nebtui itself print as JSON: undo, doctor, hosts, rule, config."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from nebtui.facts.boxes import BoxSource
from nebtui.facts.link import LinkState
from nebtui.rules.rule import Severity


class EntryJson(TypedDict):
    """An entry of the journal: one patch that was written."""

    number: int
    time: Annotated[float, "Unix seconds"]
    title: str
    files: list[str]


class UndoListJson(TypedDict):
    """With --list: what can be undone, oldest first."""

    version: Literal[1]
    host: Annotated[str | None, "the box, as --host named it"]
    problem: Annotated[str | None, "why this one of several boxes cannot be asked"]
    entries: list[EntryJson]


class UndoListsJson(TypedDict):
    """With --list and several --host."""

    version: Literal[1]
    hosts: list[UndoListJson]


class UndoJson(TypedDict):
    """What was undone; of several boxes the newest change of all."""

    version: Literal[1]
    host: Annotated[str | None, "the box, as --host named it"]
    undone: EntryJson | None
    why_not: Annotated[str | None, "why nothing was undone"]
    not_removed: Annotated[list[str], "networks that are in use, and files that were changed since"]
    then: Annotated[list[str], "the commands that make it effective"]
    recovered: Annotated[list[str], "interrupted writings that were settled first"]


class DoctorLinkJson(TypedDict):
    """One thing that nebtui stands on."""

    name: str
    state: LinkState
    message: str
    remedy: Annotated[str, 'what to do; "" = nothing']


class DoctorJson(TypedDict):
    """What works and what does not."""

    version: Literal[1]
    links: list[DoctorLinkJson]


class KnownBoxJson(TypedDict):
    """A box that can be looked at."""

    name: Annotated[str, "what --host takes"]
    source: Annotated[BoxSource, "where the name is from"]
    address: Annotated[str, "of its engine"]
    default: Annotated[bool, "looked at without --host"]
    machine: Annotated[str | None, "where the engine runs; null = it does not answer"]
    gives: Annotated[
        list[DoctorLinkJson],
        "engine, events, figures, files, gpus: ok = as on the box; unknown = less; broken = not",
    ]


class HostsJson(TypedDict):
    """The boxes that can be looked at, and what is seen of each from here."""

    version: Literal[1]
    hosts: list[KnownBoxJson]


class RuleRowJson(TypedDict):
    """A rule in the table."""

    rule: str
    severity: Severity
    key: Annotated[str, 'the key of its fix on the screen; "" = none']
    summary: str


class RulesJson(TypedDict):
    """Without a NAME: the table."""

    version: Literal[1]
    rules: list[RuleRowJson]


class RuleJson(TypedDict):
    """With a NAME: that rule."""

    version: Literal[1]
    rule: str
    severity: Severity
    key: str
    summary: str
    manual: str


class ConfigJson(TypedDict):
    """The effective settings."""

    version: Literal[1]
    file: Annotated[str, "where they are looked for"]
    settings: Annotated[
        dict[str, str | int | bool | list[str]], "by the name that each has in the file"
    ]
