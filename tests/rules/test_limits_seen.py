"""Limits count as seen only where the engine has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nebtui import rules
from nebtui.facts.declared import Service
from nebtui.facts.limits import Limits, LogDriver
from nebtui.facts.observed import Inspection
from tests.builders import box, container, project

BARE: dict[str, Any] = {"log_driver": LogDriver("json-file")}


@pytest.mark.parametrize(
    ("rule", "having"),
    [
        ("unlimited-memory", {"limits": Limits(memory=1 << 30)}),
        ("unlimited-cpu", {"limits": Limits(cpus=1.0)}),
        ("unbounded-logs", {"log_driver": LogDriver("json-file", {"max-size": "10m"})}),
        ("unbounded-logs", {"log_driver": LogDriver("local")}),
    ],
)
@pytest.mark.parametrize("image", ["redis:7", "example/app:1"])
def test_seen(rule: str, having: dict[str, Any], image: str) -> None:
    """Not before there is a container, not while it lacks the limit, then yes; for a service of its
    own and for a project."""
    declared = project("a", Service("s", image=image))
    (finding,) = (f for f in rules.find(box(declared)) if f.rule == rule)
    seen = rules.rule(rule).seen
    assert seen is not None
    assert not seen(box(declared), finding).done
    one = container("a/s")
    without = replace(one, inspection=Inspection(**BARE))
    assert not seen(box(declared, without), finding).done
    limited = replace(one, inspection=Inspection(**{**BARE, **having}))
    assert seen(box(declared, limited), finding).done
