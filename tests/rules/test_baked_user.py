"""Ids that are baked into an image instead of being set in its service."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui import rules
from nebtui.rules.rule import Options
from tests.rules import cases


@pytest.mark.parametrize(
    ("dockerfile", "told"),
    [
        (
            "FROM python:3.12-slim\nUSER 1000\n",
            "instead of `USER 1000` (",
        ),
        ("FROM nebtui-test/app\n", "after the last root step ("),
    ],
    ids=["with a USER", "without one"],
)
def test_the_line_for_the_ids_is_named(tmp_path: Path, dockerfile: str, told: str) -> None:
    """Beside the user of the service: the Dockerfile's line, and the ids of the mount's owner."""
    case = cases.Case(
        "foreign-user",
        "built",
        files={
            "a/Dockerfile": dockerfile,
            "a/compose.yaml": "services:\n"
            '  infer: {build: ., user: "1000", volumes: ["/models:/models:ro"]}\n',
        },
        box=["owner /models 1001:1001 0700"],
    )
    snapshot = cases.snapshot(case, tmp_path)
    (found,) = (f for f in rules.find(snapshot) if f.rule == "foreign-user")
    rule = rules.rule("foreign-user")
    assert rule.fix is not None
    (note,) = rule.fix(snapshot, found, Options()).notes
    assert "`ARG HOST_UID=1001`" in note
    assert told in note
    assert f"a/Dockerfile:{dockerfile.count(chr(10))})" in note
