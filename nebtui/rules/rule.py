"""The words of a rule: its check, the findings that yields, the fix, and what of a fix can be seen
on the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from nebtui.facts.declared import Layer, Origin, ProjectKey, Service, ServiceKey
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass

if TYPE_CHECKING:
    from nebtui.compose.editor.verbs import Edit

Severity = Literal["error", "warning", "advice"]
Applicability = Literal["safe", "unsafe", "display"]
Place = Literal["file", "host", "both"]
"""Where a finding is true: in what the files declare, in what runs, or in both."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "advice")
UNGATED = "ungated-dependency"
"""The rule whose findings are races, which the graph draws."""


class NoFixError(ValueError):
    """A finding cannot be fixed; one sentence says why and what to do by hand."""


class ChooseOwnerError(NoFixError):
    """Several services answer the name: the person says which one is meant (`--to
    PROJECT/SERVICE`)."""

    def __init__(self, owners: tuple[ServiceKey, ...]) -> None:
        named = ", ".join(str(owner) for owner in owners)
        super().__init__(
            f"{named} all answer the name; say which one is meant with --to PROJECT/SERVICE"
        )
        self.owners = owners


@dataclass(frozen=True, slots=True)
class FindingKey:
    """What makes two findings the same one: it stays equal while lines move and messages change."""

    rule: str
    project: ProjectKey | None
    service: str | None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect. `project`/`service` is the one that names, depends or asks, `target` the other
    end."""

    rule: str
    severity: Severity
    project: ProjectKey | None
    service: str | None
    subject: str
    message: str
    evidence: tuple[str, ...]
    applicability: Applicability
    origin: Origin | None = None
    fix: str | None = None
    target: ServiceKey | None = None
    owners: tuple[ServiceKey, ...] = ()
    blocks: int = 0
    """How many services cannot work because of it."""
    place: Place = "file"
    also: tuple[ServiceKey, ...] = ()
    """Other services that have it through the same line."""

    @property
    def key(self) -> FindingKey:
        return FindingKey(self.rule, self.project, self.service, self.subject)

    @property
    def at(self) -> ServiceKey | None:
        """The service it belongs to."""
        return ServiceKey(self.project, self.service) if self.project and self.service else None


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One edit of one file (absolute path)."""

    file: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class Recreate:
    """What makes a fix effective: `up -d` of these services, forced where Compose sees no change
    (gates)."""

    project: ProjectKey
    services: tuple[str, ...]
    force: bool = False
    stack: bool = False
    """Swarm runs the project: `docker stack deploy` does it. Rules leave that to the plan."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A command that shows on the running container that the fix will work: `argv` must exit 0,
    `control` must not."""

    container: str
    argv: tuple[str, ...]
    control: tuple[str, ...] = ()
    user: str = ""
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """HTTP paths to be tried first, each with what asks for it."""
    no_path: tuple[str, ...] = ()
    """The same for a path that no server has."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy: file edits, networks to create, and the command that makes it effective."""

    title: str
    applicability: Applicability
    edits: tuple[FileEdit, ...] = ()
    networks: tuple[str, ...] = ()
    recreate: tuple[Recreate, ...] = ()
    notes: tuple[str, ...] = ()
    trial: Trial | None = None
    """Where it passes, an unsafe fix becomes safe."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person or the settings say about fixes."""

    network: str = "nebtui-shared"
    to: ServiceKey | None = None
    health_path: str = ""
    """An HTTP path that answered in the container a test is made for; "" = none was tried."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Whether a fix's effect is observed, and what is still missing if not."""

    done: bool
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, fix key, manual, check, fix and what is observed once the fix works."""

    name: str
    severity: Severity
    key: str
    manual: str
    find: Callable[[Snapshot], Iterator[Finding]]
    fix: Callable[[Snapshot, Finding, Options], Fix] | None = None
    seen: Callable[[Snapshot, Finding], Observation] | None = None

    @property
    def summary(self) -> str:
        """The manual's first line."""
        return self.manual.strip().splitlines()[0]


def service_of(snapshot: Snapshot, finding: Finding) -> tuple[ServiceKey, Service]:
    """The service that a finding names, as its files declare it. NoFixError where no file does."""
    key = finding.at
    service = snapshot.service(key) if key else None
    if key is None or service is None:
        raise NoFixError("the service is not declared in a file nebtui can read")
    return key, service


def layer_for(project: Project, service: Service, *path: str) -> Layer:
    """The body to edit: where the key stands, else where the project's own files define the service
    (what it extends may serve others too), else where it is defined at all. NoFixError where no
    file is known."""
    if not service.layers:
        raise NoFixError(f"no file is known that defines {service.name}")
    if not project.confirmed:
        raise NoFixError(
            "the project's files are known from a container's label only and were not confirmed"
        )
    origin = service.origins.get(path)
    if origin is not None:
        for layer in service.layers:
            if layer.file == origin.file:
                return layer
    return owning_layer(project, service) or service.layers[-1]


def owning_layer(project: Project, service: Service) -> Layer | None:
    """The lowest body of a service in a file of the project itself, None where only included files
    have one."""
    own = [
        layer
        for layer in service.layers
        if layer.file in project.key.files and layer.path[:1] == ("services",)
    ]
    return own[-1] if own else None
