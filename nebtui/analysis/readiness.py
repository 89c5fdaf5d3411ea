"""What a service really is: absent, waiting (on whom), starting, listening, ready, completed,
degraded, failed."""

from __future__ import annotations

from nebtui.analysis.swarm_verdict import deployed_as, verdict
from nebtui.analysis.verdict import WORDS, Readiness
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import Container, Image, Inspection
from nebtui.facts.snapshot import Snapshot
from nebtui.text.units import clock_time, size

_RANK = {word: rank for rank, word in enumerate(WORDS)}
STOPPED = {137, 143}
"""Exit codes of a container that was asked to stop (SIGKILL, SIGTERM)."""


def image_of(
    snapshot: Snapshot, service: Service, containers: tuple[Container, ...]
) -> Image | None:
    """The image of a service: that of its container, else the local one of the declared name."""
    for container in containers:
        if image := snapshot.images.get(container.image_id):
            return image
    return snapshot.image(service.image) if service.image else None


def health_test(snapshot: Snapshot, key: ServiceKey, service: Service) -> Healthcheck | None:
    """The healthcheck the engine will run: the declared one, else the image's; None where there is
    none."""
    if service.healthcheck is not None and service.healthcheck.test:
        return None if service.healthcheck.disabled else service.healthcheck
    image = image_of(snapshot, service, snapshot.containers_of(key))
    if (
        image is None
        or image.healthcheck is None
        or image.healthcheck.disabled
        or not image.healthcheck.test
    ):
        return None
    return image.healthcheck


def readiness(snapshot: Snapshot, key: ServiceKey) -> Readiness:
    """The verdict on a service; with several replicas the worst one speaks."""
    service = snapshot.service(key)
    containers = snapshot.containers_of(key)
    if not containers:
        return _in_swarm(snapshot, key) or _absent(snapshot, key)
    verdicts = [_of_container(snapshot, key, service, container) for container in containers]
    return min(verdicts, key=lambda v: _RANK[v.word])


def _in_swarm(snapshot: Snapshot, key: ServiceKey) -> Readiness | None:
    """The verdict of Swarm's service where a project is deployed as a stack; None where it is
    not."""
    swarm, service = snapshot.swarm, deployed_as(snapshot, key.project).get(key.service)
    if swarm is None or service is None:
        return None
    told = verdict(swarm, service)
    return Readiness(told.word, f"Swarm: {told.state}" + (f", {told.why}" if told.why else ""))


def _absent(snapshot: Snapshot, key: ServiceKey) -> Readiness:
    if snapshot.engine is None:
        return Readiness("unknown", "no engine", label="unknown")
    service = snapshot.service(key)
    if service is not None and not snapshot.projects[key.project].brings_up(service):
        return Readiness("absent", "profile " + ", ".join(service.profiles), label="profile off")
    return Readiness("absent", "no container", label="not created")


def unmet_gates(snapshot: Snapshot, key: ServiceKey, service: Service | None) -> tuple[str, ...]:
    """The dependencies whose condition does not hold now."""
    if service is None:
        return ()
    return tuple(
        d.service
        for d in service.depends_on.values()
        if d.required and not gate_open(snapshot, ServiceKey(key.project, d.service), d.condition)
    )


def gate_open(snapshot: Snapshot, target: ServiceKey, condition: str) -> bool:
    """True if the containers of a target meet a `depends_on` condition now."""
    containers = snapshot.containers_of(target)
    if not containers:
        return False
    if condition == "service_healthy":
        return all(c.state == "running" and c.health == "healthy" for c in containers)
    if condition == "service_completed_successfully":
        return all(
            c.state == "exited" and c.inspection and c.inspection.exit_code == 0 for c in containers
        )
    return all(c.state in ("running", "exited", "restarting") for c in containers)


def _of_container(
    snapshot: Snapshot, key: ServiceKey, service: Service | None, container: Container
) -> Readiness:
    state = container.state
    inspection = container.inspection
    if state == "running":
        return _running(snapshot, key, container)
    if state == "restarting":
        return Readiness("failed", _restarting(container), label="crash loop")
    if state == "created":
        if inspection and inspection.error:
            return Readiness("failed", inspection.error)
        unmet = unmet_gates(snapshot, key, service)
        return (
            Readiness("waiting", _waits_on(snapshot, key, service, container, unmet), unmet)
            if unmet
            else Readiness("absent", "created, never started", label="created")
        )
    if state == "paused":
        return Readiness("degraded", "paused", label="paused")
    if state == "exited":
        # With a restart policy it would run again, had it ended by itself.
        serves = service is not None and (
            bool(service.ports)
            or health_test(snapshot, key, service) is not None
            or service.restart in ("always", "unless-stopped")
        )
        return _exited(container, serves=serves)
    return Readiness("absent", state)


_UNTIL = {
    "service_healthy": "healthy",
    "service_completed_successfully": "done",
    "service_started": "started",
}


def _waits_on(
    snapshot: Snapshot,
    key: ServiceKey,
    service: Service | None,
    container: Container,
    unmet: tuple[str, ...],
) -> str:
    """`waits on db (healthy, probe 2 of 12 failed) since 12:03:11`: whom, for what, how far that
    is, and since when."""
    told = []
    for name in unmet:
        condition = service.depends_on[name].condition if service else ""
        target = ServiceKey(key.project, name)
        words = (_UNTIL.get(condition, condition), *_progress(snapshot, target, condition))
        told.append(f"{name} ({', '.join(word for word in words if word)})")
    since = f" since {clock_time(container.created)}" if container.created else ""
    return "waits on " + ", ".join(told) + since


def _progress(snapshot: Snapshot, target: ServiceKey, condition: str) -> tuple[str, ...]:
    """What the target of a gate is at: its failed probes, or that it does not run."""
    containers = snapshot.containers_of(target)
    if not containers:
        return ("has no container",)
    for container in containers:
        inspection = container.inspection
        if container.state not in ("running", "created"):
            ended = condition == "service_completed_successfully" and container.state == "exited"
            code = inspection.exit_code if inspection else None
            return (f"exit {code}",) if ended and code is not None else (container.state,)
        if inspection is not None and inspection.failing_streak:
            return (_probes(snapshot, target, inspection.failing_streak),)
    return ()


def _probes(snapshot: Snapshot, key: ServiceKey, streak: int) -> str:
    """`probe 2 of 12 failed`: failures in a row, and how many make it unhealthy."""
    service = snapshot.service(key)
    test = health_test(snapshot, key, service) if service else None
    retries = (test.retries if test else None) or 3
    return f"probe {streak} of {retries} failed" if streak <= retries else f"{streak} probes failed"


def _since(snapshot: Snapshot, container: Container, action: str) -> str:
    """` since 12:03:11`: when the engine told of it last, "" where that was not seen."""
    history = snapshot.histories.get(container.id, ())
    times = [event.at for event in history if event.action == action]
    return f" since {clock_time(times[-1])}" if times else ""


def _restarting(container: Container) -> str:
    inspection = container.inspection
    if inspection is None:
        return "restarting"
    times = f" ×{inspection.restart_count}" if inspection.restart_count else ""
    if inspection.oom_killed:
        return f"restarting{times}, {_out_of_memory(inspection)}"
    code = f", exit {inspection.exit_code}" if inspection.exit_code else ""
    return f"restarting{times}{code}"


def _running(snapshot: Snapshot, key: ServiceKey, container: Container) -> Readiness:
    inspection = container.inspection
    if container.health == "healthy":
        return Readiness("ready", "healthy")
    if container.health == "starting":
        streak = inspection.failing_streak if inspection else 0
        tries = f", {_probes(snapshot, key, streak)}" if streak else ""
        return Readiness("starting", f"healthcheck has not passed yet{tries}")
    if container.health == "unhealthy":
        output = inspection.probes[-1].output.strip() if inspection and inspection.probes else ""
        since = _since(snapshot, container, "health_status: unhealthy")
        why = f"unhealthy{since}" + (f": {output.splitlines()[-1]}" if output else "")
        return Readiness("degraded", why, label="unhealthy")
    process = snapshot.processes.get(container.id)
    if process is None or process.listening is None:
        return Readiness("unknown", "running, no healthcheck")
    if process.listening:
        ports = ", ".join(str(port) for port in process.listening[:4])
        return Readiness("listening", f"listens on {ports}, no healthcheck")
    return Readiness("unknown", "running, listens on nothing, no healthcheck")


def _exited(container: Container, *, serves: bool) -> Readiness:
    """A server that was asked to stop may end with 0 as a job does that is done."""
    inspection = container.inspection
    if inspection is not None and inspection.oom_killed:
        # 137 as well, but nobody asked it to stop.
        return Readiness("failed", _out_of_memory(inspection), label="out of memory")
    code = inspection.exit_code if inspection else _code_in(container.status)
    if code is None:
        return Readiness("absent", "exited", label="stopped")
    if code == 0 and not serves:
        return Readiness("completed", "exit 0")
    if code == 0 or code in STOPPED:
        return Readiness("absent", f"stopped (exit {code})", label="stopped")
    return Readiness("failed", f"exit {code}")


def _out_of_memory(inspection: Inspection) -> str:
    """The kernel killed it for memory (`State.OOMKilled`), with the limit it has, if it has one."""
    limit = inspection.limits.memory
    return (
        f"out of memory (limit {size(limit)})" if limit else "out of memory (no limit of its own)"
    )


def _code_in(status: str) -> int | None:
    """The code in the engine's sentence "Exited (1) 3 minutes ago"."""
    _, found, rest = status.partition("(")
    digits = rest.partition(")")[0]
    return int(digits) if found and digits.isdecimal() else None
