"""What the finding of a box that is asked says where its files are on another machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nebtui import rules
from nebtui.facts.crossing import Crossing
from nebtui.facts.declared import Origin, Port, Service
from nebtui.facts.snapshot import Snapshot
from nebtui.rules.rule import Finding, FindingKey
from nebtui.rules.unreachable_box_service import called_port
from tests.builders import at, box, project

AWAY = "its files are on gpu1: `ssh -t gpu1 nebtui` reads and mends them there"


def test_a_far_box_is_mended_there() -> None:
    """No key of this machine, the line and the command; here the key."""
    origins: Mapping[tuple[str, ...], Origin] = MappingProxyType(
        {("ports",): Origin("/llm/compose.yaml", 4)}
    )
    ollama = Service("ollama", ports=(Port(80, "8000", "127.0.0.1"),), origins=origins)
    seen = replace(box(project("llm", ollama)), host_ports=MappingProxyType({22: True}))
    asks = Crossing(
        "laptop", at("web/app"), "gpu1", 8000, "gpu1", at("llm/ollama"), "loopback", away=AWAY
    )
    (far,) = _found(replace(seen, incoming=(asks,)))
    assert (far.applicability, far.fix) == (
        "display",
        "write 8000:80 in /llm/compose.yaml:4 there, then `docker compose -p llm up -d ollama`; "
        f"{AWAY}",
    )
    (here,) = _found(replace(seen, incoming=(replace(asks, away=""),)))
    assert here.applicability == "unsafe"


def test_what_a_key_from_elsewhere_may_be() -> None:
    """Only a number that can be a port of a service; of 5000 digits Python reads none."""
    key = FindingKey("unreachable-box-service", at("llm/ollama").project, "ollama", "8000")
    assert called_port(key) == (at("llm/ollama"), 8000)
    for other in (
        replace(key, subject="8" * 5000),
        replace(key, subject="gpu1:8000"),
        replace(key, subject="٣"),
        replace(key, subject=""),
        replace(key, service=None),
        replace(key, project=None),
        replace(key, rule="missing-network"),
    ):
        assert called_port(other) is None


def _found(snapshot: Snapshot) -> list[Finding]:
    return [f for f in rules.find(snapshot) if f.rule == "unreachable-box-service"]
