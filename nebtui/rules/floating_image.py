"""An image has no pinned version.

What: no tag, or one without a version (`latest`, `main`, `server-cuda`), and no digest. An image
that the file builds, and a tag that a variable chooses, are none of this. Services of a project
that run one image are told together.
Why it bites: the next pull may bring another CUDA, another model format or another database, on one
machine and not on the next. A warning for images that compute on a GPU or serve models: their CUDA
must fit the driver; advice for others.
Evidence: the image as it stands.
Fix: by hand: the version that runs now (`docker image inspect` has its digest).
Source: docs.docker.com/build/building/best-practices ("Pin base image versions").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nebtui.analysis.gpu.requests import is_check
from nebtui.analysis.server import inference
from nebtui.facts.declared import ProjectKey, Service, ServiceKey
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import repository
from nebtui.rules.rule import Finding, Rule

NAME = "floating-image"
_FLOATS = re.compile(r"(?:latest|main|master|nightly|edge|dev|develop|canary|rolling)(?:[-_.]|$)")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per project and image."""
    for key, project in snapshot.projects.items():
        images: dict[str, list[Service]] = {}
        for service in project.services.values():
            if image := _floating(service):
                images.setdefault(image, []).append(service)
        for image, services in images.items():
            first, *others = sorted(services, key=lambda one: (not _computes(one), is_check(one)))
            yield _finding(key, image, first, others)


def _floating(service: Service) -> str:
    """The image without a version that a service runs, "" if it runs none."""
    image = service.image or ""
    origin = service.origin("image")
    if not image or service.build is not None or not floats(image):
        return ""
    # Where a variable stands, whoever starts it chooses.
    chosen = "$" in image or (origin is not None and "$" in origin.written)
    return "" if chosen else image


def _finding(key: ProjectKey, image: str, service: Service, others: list[Service]) -> Finding:
    _, tag = repository(image)
    why = _computes(service)
    return Finding(
        rule=NAME,
        severity="warning" if why else "advice",
        project=key,
        service=service.name,
        subject="",
        message=f"runs {image}, whatever that is at the next pull",
        evidence=(
            f"tag {tag}" if tag else "no tag: latest",
            *((f"computes on a GPU or serves models: {why}",) if why else ()),
        ),
        applicability="display",
        origin=service.origin("image") or service.origin(),
        fix="name the version that runs now, or its digest",
        also=tuple(ServiceKey(key, one.name) for one in others),
    )


def floats(image: str) -> bool:
    """The reference says no version."""
    if "@" in image:
        return False
    _, tag = repository(image)
    return not any(char.isdigit() for char in tag) or bool(_FLOATS.match(tag))


def _computes(service: Service) -> str:
    """Why the image must fit the driver, "" if nothing says so."""
    if service.gpu:
        return "it asks for a GPU"
    return "cuda in its name" if "cuda" in (service.image or "").lower() else inference(service)


RULE = Rule(
    name=NAME,
    severity="advice",
    key="",
    manual=__doc__,
    find=find,
)
