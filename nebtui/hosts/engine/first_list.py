"""The engine's first list as facts: enough for the first frame, and believed for no longer."""

from __future__ import annotations

from nebtui.facts.observed import Container, Engine
from nebtui.hosts.engine import payloads
from nebtui.hosts.engine.first_question import FirstAnswer
from nebtui.hosts.json_values import objects
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class FirstList:
    """The engine as the head of its answer names it, and its containers."""

    engine: Engine
    containers: tuple[Container, ...]


def first_list(answer: FirstAnswer) -> FirstList:
    """What an answer tells."""
    _, _, version = answer.server.partition("/")
    engine = Engine(
        name="",
        version=version.partition(" ")[0],
        api_version=answer.api_version,
        endpoint=answer.endpoint,
    )
    return FirstList(engine, tuple(payloads.container(item) for item in objects(answer.items)))
