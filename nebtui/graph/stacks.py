"""The stacks of Docker Swarm as groups of the rails graph, each service a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from nebtui.analysis.stacks import StackService, stacks
from nebtui.analysis.verdict import WORDS
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.graph.row_facts import port_words, with_facts
from nebtui.graph.scene import Group, Row

STACK = "\0stack"
"""The ids of these groups and rows begin with it."""


def stack_row(row: str) -> tuple[str, str] | None:
    """Stack and service of a row, the service "" for a group; None for other rows."""
    if not row.startswith(STACK):
        return None
    stack, _, service = row.removeprefix(f"{STACK}\1").partition("\1")
    return stack, service


def stack_service(snapshot: Snapshot, row: str) -> StackService | None:
    """The service behind a row, None for other rows and for groups."""
    named = stack_row(row)
    return next(
        (
            one
            for stack in (stacks(snapshot) if named else ())
            for one in stack.services
            if (one.stack, one.name) == named
        ),
        None,
    )


def stack_containers(snapshot: Snapshot) -> Mapping[str, tuple[Container, ...]]:
    """Row → the containers behind it."""
    return snapshot.derived(_containers, stacks(snapshot))


def _containers(snapshot: Snapshot) -> Mapping[str, tuple[Container, ...]]:
    return {_identity(one): one.containers for s in stacks(snapshot) for one in s.services}


def stack_groups(snapshot: Snapshot) -> Iterator[Group]:
    """A group for each stack, without edges: nothing but its manager knows its compose file."""
    problem = snapshot.swarm.problem if snapshot.swarm else ""
    for stack in stacks(snapshot):
        yield Group(
            f"{STACK}\1{stack.name}",
            stack.title,
            f"{stack.summary} · {problem}" if problem else stack.summary,
            "bad" if problem else stack.tone,
            tuple(_row(one) for one in stack.services),
        )


def logged(snapshot: Snapshot, row: str) -> tuple[tuple[StackService, ...], str]:
    """The services of Swarm whose log a row is about, "" for all, and what they are called; none,
    and why, where no manager here can be asked for it."""
    named = stack_row(row)
    if row and named is None:
        return (), "only services of projects and of Swarm have their log here"
    every = [one for stack in stacks(snapshot) for one in stack.services if one.known]
    if named is None:
        return tuple(every), ""
    stack, name = named
    found = tuple(one for one in every if one.stack == stack and name in ("", one.name))
    title = "/".join(filter(None, (stack or "Swarm", name)))
    return found, title if found else "a manager of the swarm has its log, not this worker"


def _identity(service: StackService) -> str:
    return stack_identity(service.stack, service.name)


def stack_identity(stack: str, service: str) -> str:
    """The id of the row of a service."""
    return f"{STACK}\1{stack}\1{service}"


def _row(service: StackService) -> Row:
    verdict = service.verdict
    look = WORDS[verdict.word]
    well = verdict.word in ("ready", "completed")
    row = Row(
        id=_identity(service),
        name=service.name,
        glyph=look.glyph,
        state=verdict.state,
        tone=look.tone,
        networks=service.networks,
        degraded=verdict.word == "degraded",
        note=" · ".join(part for part in (verdict.why, *service.notes) if part),
        note_tone="warn" if well and service.notes else "dim" if well else look.tone,
    )
    image = service.known.image if service.known else ""
    row = with_facts(row, service.containers, image.partition("@")[0])
    return replace(row, ports=port_words(service.known.ports)) if service.known else row
