"""The edits that add a healthcheck and a gate, a test's trial in the running container, who waits
for it, and whether it passes; shared by the rules of healthchecks and gates."""

from __future__ import annotations

from nebtui.analysis.suggestion import Suggestion
from nebtui.compose.editor.verbs import Set
from nebtui.compose.yaml.writer import Value
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import Container
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import FileEdit, Finding, Observation, Trial, layer_for


def healthcheck_edit(project: Project, service: Service, suggestion: Suggestion) -> FileEdit:
    """Give a service the suggested healthcheck."""
    layer = layer_for(project, service, "healthcheck")
    return FileEdit(layer.file, Set((*layer.path, "healthcheck"), as_yaml(suggestion.healthcheck)))


def gate_edit(project: Project, service: Service, target: str, condition: str) -> FileEdit:
    """Make a service wait for a target's condition; a short list becomes its long form."""
    layer = layer_for(project, service, "depends_on", target)
    return FileEdit(layer.file, Set((*layer.path, "depends_on", target, "condition"), condition))


def as_yaml(healthcheck: Healthcheck) -> Value:
    """A healthcheck as it stands in a compose file."""
    value: dict[str, Value] = {"test": tuple(healthcheck.test)}
    for name in ("interval", "timeout", "start_period", "start_interval"):
        seconds = getattr(healthcheck, name)
        if seconds is not None:
            value[name] = f"{seconds:g}s"
    if healthcheck.retries is not None:
        value["retries"] = healthcheck.retries
    return value


def basis_notes(suggestion: Suggestion) -> tuple[str, ...]:
    """Where the test and its times come from."""
    timing = (suggestion.timing,) if suggestion.timing else ()
    return (f"test taken from {suggestion.basis}", *timing)


def trial(snapshot: Snapshot, key: ServiceKey, suggestion: Suggestion) -> Trial | None:
    """Run the test in the running container, and its negative control; None where nothing runs."""
    for container in snapshot.containers_of(key):
        if container.state == "running" and suggestion.argv:
            return Trial(
                container.id,
                suggestion.argv,
                suggestion.control,
                paths=suggestion.tries,
                no_path=suggestion.unanswered,
            )
    return None


def waiting_for(snapshot: Snapshot, key: ServiceKey, condition: str) -> tuple[str, ...]:
    """The services of its project that wait for this condition of a service."""
    return tuple(
        other.name
        for other in snapshot.projects[key.project].services.values()
        if (gate := other.depends_on.get(key.service))
        and gate.condition == condition
        and written(other, key.service)
    )


def written(service: Service, target: str) -> bool:
    """The dependency stands in the file; others follow from `volumes_from` or a shared
    namespace, which need the container and not its readiness."""
    return service.stands("depends_on", target) or not service.origins


def passes(snapshot: Snapshot, finding: Finding) -> Observation:
    """Whether the containers of a finding's service report healthy."""
    key = finding.at
    assert key is not None  # every finding about a healthcheck names a service
    containers = snapshot.containers_of(key)
    if containers and all(c.health == "healthy" for c in containers):
        return Observation(True)
    words = ", ".join(f"{c.name} is {_health(c)}" for c in containers)
    return Observation(False, words or f"{key} does not run")


def _health(container: Container) -> str:
    return "without health" if container.health in ("", "none") else container.health
