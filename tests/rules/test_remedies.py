"""What is told where a fix is made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui import rules
from nebtui.facts.declared import Origin, Service
from nebtui.fixing.patch import Draft, plan
from nebtui.rules.rule import NoFixError, Options
from tests.builders import box, project
from tests.rules import cases


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("python:3.12-alpine", "RUN adduser -D -u 1000 appuser"),
        ("alpine:3.20", "RUN adduser -D"),
        ("python:3.12-slim", "RUN useradd -m -u 1000 appuser"),
        ("node:22-alpine", "set USER node"),
        ("docker.io/library/node:22", "set USER node"),
    ],
)
def test_a_user_in_the_words_of_the_base(tmp_path: Path, base: str, told: str) -> None:
    """Alpine has no useradd, and images of Node.js have a user."""
    files = {
        "a/Dockerfile": f"FROM {base}\n",
        "a/compose.yaml": "services:\n  app: {build: .}\n",
    }
    snapshot = cases.snapshot(cases.Case("root-image", "built", files=files), tmp_path)
    (found,) = (f for f in rules.find(snapshot) if f.rule == "root-image")
    assert told in str(found.fix)


def test_services_reported_together_share_no_anchor() -> None:
    """Where a rule has no fix, that is the reason, and not a line that the services might share."""
    lines = (Origin("/a/compose.yaml", n) for n in (3, 5))
    one, other = (
        Service(name, image="redis:latest", origins={("image",): line})
        for name, line in zip(("one", "other"), lines, strict=True)
    )
    snapshot = box(project("a", one, other))
    (found,) = (f for f in rules.find(snapshot) if f.rule == "floating-image")
    assert found.also
    with pytest.raises(NoFixError, match="no automatic fix: name the version"):
        plan(Draft(snapshot), found, Options())
