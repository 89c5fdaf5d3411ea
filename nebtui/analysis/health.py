"""Whether a service has a healthcheck, whether it is a job, and which test would fit it."""

from __future__ import annotations

import re
from typing import Literal

from nebtui.analysis.readiness import health_test, image_of
from nebtui.analysis.server import (
    command_line,
    server_of,
)
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge.bases import programs_of_base

_JOB = re.compile(
    r"\b(?:alembic\s+(?:\S+\s+)*upgrade|prisma\s+(?:migrate|db\s+push)|manage\.py\s+migrate|"
    r"flask\s+db\s+upgrade|db:migrate|migrate\s+up|knex\s+migrate|mc\s+(?:alias|mb)|"
    r"createbuckets?|ollama\s+(?:pull|create)|"
    r"(?:huggingface-cli|hf)\s+download|git\s+clone|aws\s+s3\s+(?:cp|sync)|chown\s+-R)\b"
)
_GOES_ON = re.compile(
    r"&&\s*(?:exec\s+)?(?:uvicorn|gunicorn|python|node|npm|celery|start)|\bexec\b|sleep inf|tail -f"
)


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


def one_shot(snapshot: Snapshot, key: ServiceKey, service: Service) -> str:
    """Why a service is a job that ends, "" if it serves."""
    known = server_of(service)
    if known and known.one_shot:
        return f"{known.name} is a job"
    line = command_line(service)
    job = None if service.ports or _GOES_ON.search(line) else _JOB.search(line)
    if job and service.restart in (None, "no", "on-failure"):
        return f"its command does a job and ends ({job[0]})"
    if key in awaited(snapshot):
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


def awaited(snapshot: Snapshot) -> frozenset[ServiceKey]:
    """The services that another one waits for until they completed. Made once for each set of
    projects."""
    return snapshot.derived(_awaited, snapshot.projects)


def _awaited(snapshot: Snapshot) -> frozenset[ServiceKey]:
    """The services that another one waits for until they completed."""
    return frozenset(
        ServiceKey(key.project, dependency.service)
        for key, service in snapshot.services()
        for dependency in service.depends_on.values()
        if dependency.condition == "service_completed_successfully"
    )
