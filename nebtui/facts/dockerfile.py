"""A Dockerfile: its instructions with their lines, by stage."""

from __future__ import annotations

import json
from dataclasses import field

from nebtui.light_dataclass import dataclass
from nebtui.light_pattern import pattern

_OPTION = pattern(r"\s*--[\w-]+(=\S*)?\s+")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `line`, `last`: its lines, counted from 1."""

    keyword: str
    """In capitals."""
    rest: str
    """What follows the keyword, continued lines joined by nothing, heredocs left out."""
    line: int
    last: int
    heredocs: tuple[str, ...] = ()
    """The bodies of its heredocs."""
    text: str = ""
    """As it stands, with its continuations and heredocs."""

    @property
    def flags(self) -> dict[str, str]:
        """Its options (`--from=build`), "" for one without a value."""
        result: dict[str, str] = {}
        for word in self.rest.split():
            if not word.startswith("--"):
                break
            name, _, value = word[2:].partition("=")
            result[name] = value
        return result

    @property
    def body(self) -> str:
        """What follows its options."""
        rest = self.rest
        while (match := _OPTION.match(rest)) is not None:
            rest = rest[match.end() :]
        return rest.strip()

    @property
    def words(self) -> tuple[str, ...] | None:
        """The words of the exec form (a JSON list); None for the shell form."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        whole = isinstance(value, list) and all(isinstance(word, str) for word in value)
        return tuple(value) if whole else None


@dataclass(frozen=True, slots=True)
class DockerfileStage:
    """One stage as it stands: its `FROM` and what follows it."""

    name: str
    """In small letters; "" where it has none."""
    base: str
    """What it starts from, arguments filled in; "" where one has no value."""
    body: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A Dockerfile as a service builds it."""

    path: str
    text: str = field(default="", repr=False)
    stages: tuple[DockerfileStage, ...] = ()
    """All stages, in order."""
    chain: tuple[DockerfileStage, ...] = ()
    """Those whose instructions end up in the image: the stage that is built, preceded by those of
    the file that it starts from."""

    @property
    def body(self) -> tuple[Instruction, ...]:
        """The instructions that end up in the image, in order."""
        return tuple(one for stage in self.chain for one in stage.body)
