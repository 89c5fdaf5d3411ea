"""An image has no pinned version.

What: no tag, or one without a version (`latest`, `main`, `server-cuda`), and no digest. An image
that the file builds, and a tag that a variable chooses, are none of this. A job that tests the GPU
for another service is told with that service, whose image it runs.
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
from nebtui.facts.declared import Service
from nebtui.facts.project import Project
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import repository
from nebtui.rules.rule import Finding, Rule

NAME = "floating-image"
_FLOATS = re.compile(r"(?:latest|main|master|nightly|edge|dev|develop|canary|rolling)(?:[-_.]|$)")


def find(snapshot: Snapshot) -> Iterator[Finding]:
    """One finding per service."""
    for key, service in snapshot.services():
        image = service.image or ""
        origin = service.origin("image")
        if not image or service.build is not None or not floats(image):
            continue
        if "$" in image or (origin is not None and "$" in origin.written):
            continue  # whoever starts it chooses
        if is_check(service) and _served(snapshot.projects[key.project], image):
            continue
        _, tag = repository(image)
        why = _computes(service)
        yield Finding(
            rule=NAME,
            severity="warning" if why else "advice",
            project=key.project,
            service=key.service,
            subject="",
            message=f"runs {image}, whatever that is at the next pull",
            evidence=(
                f"tag {tag}" if tag else "no tag: latest",
                *((f"computes on a GPU or serves models: {why}",) if why else ()),
            ),
            applicability="display",
            origin=origin or service.origin(),
            fix="name the version that runs now, or its digest",
        )


def _served(project: Project, image: str) -> bool:
    """Another service than a test of the GPU runs this image."""
    return any(one.image == image and not is_check(one) for one in project.services.values())


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
