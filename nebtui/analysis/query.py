"""Which services a person means by a filter: `net:backend !state:ready vllm`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from nebtui.analysis.reachability import names
from nebtui.analysis.readiness import readiness
from nebtui.analysis.services import outside_word
from nebtui.analysis.stacks import StackService
from nebtui.facts.declared import ServiceKey
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

Field = Literal["", "name", "project", "image", "net", "state"]
FIELDS: Mapping[str, Field] = {
    "name": "name",
    "service": "name",
    "project": "project",
    "image": "image",
    "net": "net",
    "network": "net",
    "state": "state",
}
"""The words before a colon, and what they ask."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter: the text is in the field, or with `inverse` is not. "" asks for the
    name or the project."""

    field: Field
    text: str
    inverse: bool = False

    def holds(self, subject: Subject) -> bool:
        """Whether a service is meant by this word."""
        return any(self.text in value for value in subject.values(self.field)) != self.inverse


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be asked of a service, or of a container outside Compose; all in lower case."""

    name: str
    project: str
    image: str = ""
    networks: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    """The verdict, as people and as JSON call it, and the engine's words."""

    def values(self, field: Field) -> tuple[str, ...]:
        """The texts of a field."""
        asked: Mapping[str, tuple[str, ...]] = {
            "name": (self.name,),
            "project": (self.project,),
            "image": (self.image,),
            "net": self.networks,
            "state": self.states,
        }
        return asked.get(field, (f"{self.project}/{self.name}",))


def parsed(text: str) -> tuple[Term, ...]:
    """The words of a filter; one whose field is not known (`localhost:5000`) is a plain text."""
    terms = []
    for word in text.lower().split():
        inverse = word.startswith("!")
        field, colon, value = word.lstrip("!").partition(":")
        if colon and field in FIELDS:
            inverse, value = inverse != value.startswith("!"), value.lstrip("!")
            terms.append(Term(FIELDS[field], value, inverse))
        elif field:
            terms.append(Term("", word.lstrip("!"), inverse))
    return tuple(term for term in terms if term.text)


def meant(terms: Iterable[Term], subject: Subject) -> bool:
    """Whether every word holds; no word at all means everything."""
    return all(term.holds(subject) for term in terms)


def service_subject(snapshot: Snapshot, key: ServiceKey) -> Subject:
    """A service as it is asked for."""
    service, containers = snapshot.service(key), snapshot.containers_of(key)
    verdict = readiness(snapshot, key)
    images = " ".join([service.image or "" if service else "", *(c.image for c in containers)])
    on = {name for c in containers for name in c.networks} | names(snapshot).networks.get(
        key, frozenset()
    )
    states = (verdict.state, verdict.word, *(word for c in containers for word in _engines(c)))
    return Subject(
        key.service.lower(),
        key.project.name.lower(),
        images.lower(),
        tuple(sorted(name.lower() for name in on)),
        tuple(word.lower() for word in states),
    )


def container_subject(container: Container, group: str) -> Subject:
    """A container that no project made, as it is asked for; `group` stands for its project."""
    return Subject(
        container.name.lower(),
        group.lower(),
        container.image.lower(),
        tuple(name.lower() for name in container.networks),
        (outside_word(container), *_engines(container)),
    )


def stack_subject(service: StackService) -> Subject:
    """A service of Swarm, as it is asked for; its stack stands for its project."""
    images = [service.known.image if service.known else "", *(c.image for c in service.containers)]
    return Subject(
        service.name.lower(),
        service.stack.lower(),
        " ".join(images).lower(),
        tuple(name.lower() for name in service.networks),
        (service.verdict.state, service.verdict.word),
    )


def known_values(snapshot: Snapshot, field: Field) -> tuple[str, ...]:
    """What there is to ask for in a field, for a person who asked for something else."""
    subjects = (service_subject(snapshot, key) for key, _ in snapshot.services())
    found = (subject.values(field)[: 1 if field == "state" else None] for subject in subjects)
    return tuple(sorted({value for values in found for value in values if value}))


def _engines(container: Container) -> tuple[str, ...]:
    """The engine's words; health only where there is one."""
    return (container.state, *([container.health] if container.health != "none" else []))
