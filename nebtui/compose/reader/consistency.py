"""What Compose refuses though each file reads well: undefined names, dependency cycles,
contradicting keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nebtui.compose.syntax.short_forms import text, truth
from nebtui.compose.yaml.located import Located, Path

Fault = tuple[str, Path, str]
"""A service, the path of a key below it, and one sentence."""


def faults(document: Located, data: Mapping[str, Any]) -> Iterator[Fault]:
    """The inconsistencies of an effective model. `document` has the declared networks and volumes
    as they stand in the files, `data` the services as Compose would print them."""
    services = data["services"]
    for name, body in services.items():
        yield from _undefined(name, body, document, services)
    if cycle := _cycle(services):
        yield cycle[0], ("depends_on", cycle[1]), f"dependency cycle: {' → '.join(cycle)}"


def _undefined(
    name: str, body: Mapping[str, Any], document: Located, services: Mapping[str, Any]
) -> Iterator[Fault]:
    for target, gate in (
        body.get("depends_on", {}).items() if isinstance(body.get("depends_on"), dict) else ()
    ):
        required = not isinstance(gate, dict) or truth(gate.get("required", True))
        if target not in services and required:
            yield (
                name,
                ("depends_on", target),
                f"service {name} depends on {target}, which is not defined",
            )
    networks = body.get("networks") if isinstance(body.get("networks"), dict) else {}
    if networks and body.get("network_mode"):
        yield name, ("network_mode",), f"service {name} has both `network_mode` and `networks`"
    for network in networks or ():
        if network != "default" and network not in _names(document, "networks"):
            yield (
                name,
                ("networks", network),
                f"service {name} uses network {network}, which is not defined",
            )
    for volume in body["volumes"] if isinstance(body.get("volumes"), list) else ():
        source = (
            text(volume.get("source"))
            if isinstance(volume, dict) and volume.get("type") == "volume"
            else ""
        )
        if source and source not in _names(document, "volumes"):
            path = ("volumes", text(volume.get("target")))
            yield name, path, f"service {name} uses volume {source}, which is not defined"


def _names(document: Located, kind: str) -> Mapping[str, Located]:
    section = document.get(kind)
    return section.value if section is not None and isinstance(section.value, dict) else {}


def _cycle(services: Mapping[str, Any]) -> list[str] | None:
    """One circle of dependencies, its first service repeated at the end; None where there is
    none."""
    done: set[str] = set()
    include_stack: list[str] = []
    # Depth first without recursion: None marks the way back from the last service of the
    # include_stack.
    pending: list[str | None] = list(services)
    while pending:
        name = pending.pop()
        if name is None:
            done.add(include_stack.pop())
        elif name in include_stack:
            return [*include_stack[include_stack.index(name) :], name]
        elif name not in done:
            include_stack.append(name)
            below = services[name].get("depends_on")
            pending += (
                [None, *(one for one in below if one in services)]
                if isinstance(below, dict)
                else [None]
            )
    return None
