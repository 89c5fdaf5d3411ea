"""What a row tells of its containers that seldom changes: restarts, published ports, image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nebtui.facts.observed import Container, PortBinding
from nebtui.graph.figures import RUNS, limit_of
from nebtui.graph.scene import Row

DIGEST = 7
"""Characters of a digest that tell one from another."""


def with_facts(row: Row, containers: tuple[Container, ...], declared: str = "") -> Row:
    """The row with what the engine says of its containers; `declared`: the image of a service that
    has none yet."""
    running = [c for c in containers if c.state in RUNS]
    image = next((c.image for c in containers if c.image), declared)
    return replace(
        row,
        runs=bool(running),
        limited=limit_of(running) is not None,
        restarts=sum(c.inspection.restart_count for c in containers if c.inspection),
        ports=published_ports(running),
        image=short_image(image),
    )


def published_ports(containers: Iterable[Container]) -> str:
    """`8080→80 9090`: the ports of the host, each once, with the container's where that is
    another."""
    return port_words(binding for container in containers for binding in container.ports)


def port_words(bindings: Iterable[PortBinding]) -> str:
    """The same of some ports, those left out that are not published."""
    found = {
        (binding.host_port, binding.port, binding.protocol)
        for binding in bindings
        if binding.host_port is not None
    }
    return " ".join(
        (f"{host}" if host == inner else f"{host}→{inner}") + ("/udp" if kind == "udp" else "")
        for host, inner, kind in sorted(found)
    )


def short_image(name: str) -> str:
    """`chroma:1.5.9` of `registry.example/chromadb/chroma:1.5.9`; of a digest its first
    characters."""
    text, _, digest = name.rpartition("/")[2].rpartition("@")
    if text:
        return f"{text}@{digest.removeprefix('sha256:')[:DIGEST]}"
    return digest.removeprefix("sha256:")[:12] if digest.startswith("sha256:") else digest
