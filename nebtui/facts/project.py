"""One Compose project: its effective model, and what is wrong with its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from nebtui.facts.declared import (
    NetworkDeclaration,
    Origin,
    ProjectKey,
    Service,
    Source,
    UnsetVariable,
    View,
)
from nebtui.facts.empty import empty
from nebtui.facts.volume import VolumeDeclaration
from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a project's files could not be used, as one sentence; line 0 where none is known."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Allow:
    """A `# nebtui: allow RULE` comment: findings whose origin is this line, or the next one with a
    key, are silent."""

    file: str
    line: int
    rule: str


@dataclass(frozen=True, slots=True)
class Project:
    """One Compose project with its effective model (all profiles)."""

    key: ProjectKey
    sources: frozenset[Source] = frozenset()
    view: View = "none"
    services: Mapping[str, Service] = field(default_factory=empty)
    networks: Mapping[str, NetworkDeclaration] = field(default_factory=empty)
    volumes: Mapping[str, VolumeDeclaration] = field(default_factory=empty)
    """By the key inside the files."""
    env_files: tuple[str, ...] = ()
    """Env files that Compose reads, absolute, last wins; the default `.env` is listed even if
    absent."""
    env: Mapping[str, str] = field(default_factory=empty, repr=False)
    """The variables of those env files."""
    files_read: tuple[str, ...] = ()
    """Every file the model depends on: config files, includes, extended files, env files."""
    dockerfiles: tuple[str, ...] = ()
    """The Dockerfiles that its services are built from, absolute, as far as they could be read."""
    unset: tuple[UnsetVariable, ...] = ()
    """The variables of its services that have no value, in the order they stand."""
    hashes: Mapping[str, str] = field(default_factory=empty)
    """By service: the configuration hash that the next `up` would label its container with; empty
    where Compose was not asked, or has no container to compare."""
    hashed_by: str = ""
    """The version of Compose that counted them."""
    problem: Problem | None = None
    warning: Problem | None = None
    """Why Compose refuses the project as things are, though its files can be read: a required
    variable is not set, an env file is absent."""
    overlay: tuple[str, ...] = ()
    """Its services that have neither image nor build: the file is meant to be read with another
    one."""
    versions: tuple[Origin, ...] = ()
    """Where a top-level `version` stands in its config files."""
    sections: Mapping[str, Origin] = field(default_factory=empty)
    """Every top-level key of its config files, where it stands first."""
    variant: bool = False
    """One of several alternative files of a folder: checked alone, never against its siblings."""
    confirmed: bool = True
    """False while the files are known from a container's label only and did not prove to be this
    project's."""
    allows: tuple[Allow, ...] = ()

    @property
    def name(self) -> str:
        return self.key.name

    def brings_up(self, service: Service) -> bool:
        """Whether a plain `up` has a service of its files."""
        return asked_for(service.profiles, self.env)


def asked_for(profiles: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Whether a plain `up` has a service with these profiles: it has none, or `COMPOSE_PROFILES`
    names one; where that is not set, it asks for the profile "" (Compose 2.40)."""
    asked = {*variables.get("COMPOSE_PROFILES", "").split(",")}
    return not profiles or bool(asked & {"*", *profiles})
