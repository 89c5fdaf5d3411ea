"""Whether a service has a healthcheck, whether it is a job, and which test would fit it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from nebtui.analysis.programs import Programs, programs
from nebtui.analysis.readiness import health_test, image_of
from nebtui.analysis.server import (
    INFERENCE,
    command_line,
    inference,
    server_of,
    serving_port,
    told_port,
    unmet,
)
from nebtui.facts.declared import Healthcheck, Service, ServiceKey
from nebtui.facts.observed import Image
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import (
    By,
    ImageKnowledge,
    command,
    http_test,
    on_port,
    port_test,
    test_at,
)
from nebtui.knowledge.bases import programs_of_base

CLOSED_PORT = 9
"""discard: nothing listens there in a container; the negative control asks it."""
PATIENCE, MODEL_PATIENCE = 300.0, 600.0
"""Seconds of `start_period` for a server that nobody knows, and for one that loads a model:
failures within it do not count, and it ends at the first pass."""
_JOB = re.compile(
    r"\b(?:alembic\s+(?:\S+\s+)*upgrade|prisma\s+(?:migrate|db\s+push)|manage\.py\s+migrate|flask\s+db\s+upgrade|"
    r"db:migrate|migrate\s+up|knex\s+migrate|mc\s+(?:alias|mb)|createbuckets?|ollama\s+(?:pull|create)|"
    r"(?:huggingface-cli|hf)\s+download|git\s+clone|aws\s+s3\s+(?:cp|sync)|chown\s+-R)\b"
)
_GOES_ON = re.compile(
    r"&&\s*(?:exec\s+)?(?:uvicorn|gunicorn|python|node|npm|celery|start)|\bexec\b|sleep inf|tail -f"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A healthcheck to add, where it comes from, and the same test against a closed port where one
    can be made."""

    healthcheck: Healthcheck
    basis: str
    known: bool
    control: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        """What the engine would run in the container."""
        return command(self.healthcheck)


@dataclass(frozen=True, slots=True)
class NoSuggestion:
    """Why no healthcheck is offered: one that cannot pass would keep a stack from starting."""

    why: str


Tested = Literal["declared", "image", "off", "none", "not looked"]


def tested(snapshot: Snapshot, key: ServiceKey, service: Service) -> Tested:
    """Whether a healthcheck will run: one declared here, one of its image; switched off; none; or
    none declared and an image that nobody looked at."""
    if service.healthcheck is not None and service.healthcheck.test:
        return "off" if service.healthcheck.disabled else "declared"
    if health_test(snapshot, key, service) is not None:
        return "image"
    if image_of(snapshot, service, snapshot.containers_of(key)) is not None:
        return "none"
    if service.build is not None:
        return _tested_by_dockerfile(service)
    known = server_of(service)
    if known is not None and known.built_in:
        return "image"
    looked = programs_of_base(service.image or "") is not None
    # An entry without a test may be of an image whose Dockerfile nobody read.
    read = known is not None and not known.family and (known.test or "D" in known.basis)
    return "none" if looked or read else "not looked"


def _tested_by_dockerfile(service: Service) -> Tested:
    stage = service.build.stage if service.build else None
    if stage is None:
        return "not looked"
    if stage.healthcheck is not None:
        return "off" if stage.healthcheck.disabled else "image"
    return "none" if programs_of_base(stage.base) is not None else "not looked"


def has_test(snapshot: Snapshot, key: ServiceKey, service: Service) -> bool:
    """A healthcheck will run: declared, baked into the image, or known to be baked into it."""
    return tested(snapshot, key, service) in ("declared", "image")


def suggest(snapshot: Snapshot, key: ServiceKey, service: Service) -> Suggestion | NoSuggestion:
    """The best healthcheck for a service without one, or why there is none to offer."""
    has = programs(snapshot, key, service)
    known = server_of(service)
    if known and known.test:
        return _known_test(service, known, has)
    image = image_of(snapshot, service, snapshot.containers_of(key))
    ports, basis = listening_ports(snapshot, key, service, image)
    if not ports:
        return NoSuggestion("no port is known to ask")
    if has is None:
        return NoSuggestion(
            f"it may answer on {ports[0]} ({basis}), but nobody looked which programs its image has"
        )
    test = _port_test(ports[0], has)
    if test is None:
        return NoSuggestion(
            f"its image has no program that could ask port {ports[0]} ({has.basis})"
        )
    patience = MODEL_PATIENCE if inference(service) else PATIENCE
    return _suggestion(replace(test, start_period=patience), ports[0], basis, False)


def _known_test(
    service: Service, known: ImageKnowledge, has: Programs | None
) -> Suggestion | NoSuggestion:
    """The test of the table, if all that it needs is there."""
    if missing := unmet(service, known):
        return NoSuggestion(f"the known test of {known.name} would fail: {missing}")
    serving = serving_port(service, known)
    if isinstance(serving, str):
        return NoSuggestion(serving)
    port, how = serving
    test = test_at(known, port)
    if test is None:
        return NoSuggestion(
            f"it listens on {port} ({how}), which the known test of {known.name} cannot ask"
        )
    if has is not None and (lacking := has.lacking(known.needs)):
        other = _asked_by_another(known, port, has)
        if other is None:
            needed = ", ".join(lacking)
            return NoSuggestion(f"its test needs {needed}, which the image lacks ({has.basis})")
        test = replace(test, test=other)
    elif known.family and has is None and known.needs and _asks_with_tools(known):
        return NoSuggestion(f"it looks like {known.name}, but nobody looked what its image has")
    if known.role in INFERENCE and (test.start_period or 0) < MODEL_PATIENCE:
        test = replace(test, start_period=MODEL_PATIENCE)
    source = f"{known.name}: {known.source}" if known.source else known.name
    return _suggestion(test, port, source, not known.family)


def _asks_with_tools(known: ImageKnowledge) -> bool:
    """Its test is asked by a general tool, which a relative of the known image may lack."""
    return bool({"bash", "curl", "wget", "python3", "nc"} & set(known.needs))


def _asked_by_another(known: ImageKnowledge, port: int, has: Programs) -> tuple[str, ...] | None:
    """The same question over HTTP by a program that the image has."""
    askers: tuple[tuple[str, By], ...] = (
        ("curl", "curl"),
        ("wget", "wget"),
        ("python3", "python"),
        ("bash", "bash"),
    )
    by = next((by for program, by in askers if has.has(program)), None)
    return http_test(port, known.path, by) if by and known.path else None


def _suggestion(test: Healthcheck, port: int, basis: str, known: bool) -> Suggestion:
    control = on_port(test, port, CLOSED_PORT) if port else None
    return Suggestion(test, basis, known, command(control) if control else ())


def listening_ports(
    snapshot: Snapshot, key: ServiceKey, service: Service, image: Image | None
) -> tuple[tuple[int, ...], str]:
    """The TCP ports of a service, lowest first, and how they are known: seen, told on the command
    line or by a variable, published, exposed by the image."""
    for container in snapshot.containers_of(key):
        process = snapshot.processes.get(container.id)
        if process and process.listening:
            return tuple(
                sorted(process.listening)
            ), f"{container.name} listens there (/proc/{process.pid}/net/tcp)"
    if told := told_port(service, None):
        return (told[0],), told[1]
    declared = sorted({port.target for port in service.ports if port.protocol == "tcp"})
    if declared:
        return tuple(declared), "its published port"
    if service.expose:
        return service.expose, "expose"
    stage = service.build.stage if service.build else None
    if stage and stage.exposed_ports:
        return stage.exposed_ports, "its Dockerfile exposes it"
    return (
        (image.exposed_ports, "the image exposes it") if image and image.exposed_ports else ((), "")
    )


def may_answer(snapshot: Snapshot, key: ServiceKey, port: int | None) -> bool:
    """Whether a service may listen on a port: False only where all its ports are known, and this is
    none of them."""
    service = snapshot.service(key)
    if port is None or service is None:
        return True
    known = server_of(service)
    image = image_of(snapshot, service, snapshot.containers_of(key))
    listening, _ = listening_ports(snapshot, key, service, image)
    targets = {p.target for p in service.ports}
    every = {*listening, *service.expose, *targets, *(known.ports if known else ())}
    return port in every if every else True


def _port_test(port: int, has: Programs) -> Healthcheck | None:
    """A test that a bare port accepts a connection, by a program that the image has; None where it
    has none."""
    if has.has("bash"):
        return port_test(port)
    connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)"
    by_node = (
        f"require('net').connect({port},'127.0.0.1')"
        ".on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))"
    )
    for program, test in (
        ("python3", ("CMD", "python3", "-c", connect)),
        ("nc", ("CMD-SHELL", f"nc -w 2 127.0.0.1 {port} </dev/null")),
        ("node", ("CMD", "node", "-e", by_node)),
    ):
        if has.has(program):
            return Healthcheck(test, interval=5, timeout=4, retries=12)
    return None


def one_shot(snapshot: Snapshot, key: ServiceKey, service: Service) -> str:
    """Why a service is a job that ends, "" if it serves."""
    known = server_of(service)
    if known and known.one_shot:
        return f"{known.name} is a job"
    line = command_line(service)
    job = None if service.ports or _GOES_ON.search(line) else _JOB.search(line)
    if job and service.restart in (None, "no", "on-failure"):
        return f"its command does a job and ends ({job[0]})"
    if key in snapshot.derived(_awaited, snapshot.projects):
        return "another service waits for its completion"
    if has_test(snapshot, key, service) or service.ports:
        return ""  # a server that was stopped ends with 0 too
    if known is not None and known.role != "base":
        return ""
    return _ended(snapshot, key)


def _ended(snapshot: Snapshot, key: ServiceKey) -> str:
    """The container that did its work and ended, "" where none did."""
    for container in snapshot.containers_of(key):
        inspection = container.inspection
        image = snapshot.images.get(container.image_id)
        stopped = any(
            h.action in ("stop", "kill") for h in snapshot.histories.get(container.id, ())
        )
        if stopped or (image and image.exposed_ports):
            continue
        ended = container.state == "exited" and inspection is not None and inspection.exit_code == 0
        if ended and inspection and inspection.restart_policy in ("", "no"):
            return f"{container.name} exited with 0 and is not restarted"
    return ""


def _awaited(snapshot: Snapshot) -> frozenset[ServiceKey]:
    """The services that another one waits for until they completed."""
    return frozenset(
        ServiceKey(key.project, dependency.service)
        for key, service in snapshot.services()
        for dependency in service.depends_on.values()
        if dependency.condition == "service_completed_successfully"
    )
