"""Which containers may be inference servers, and at which addresses they may be asked."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from nebtui import knowledge
from nebtui.facts.observed import Container, Engine
from nebtui.knowledge.servers import ServerKnowledge, hinted, servers
from nebtui.light_dataclass import dataclass

PORT_OPTION = re.compile(r"--(?:server-|http-|metrics-)?port[= ](\d{1,5})\b")
PORT_NAMES = ("LLAMA_ARG_PORT", "VLLM_PORT", "PORT", "API_PORT")
COMMON = frozenset({80, 5000})
"""Ports so common that listening there hints at nothing."""
MOST_PORTS = 4
METRICS = "/metrics"
DIGITS = re.compile(r"\d{1,5}", re.ASCII)
EXEC = """\
(curl -fsS -m 2 {url} || wget -q -T 2 -O - {url} || python3 -c "import urllib.request as u; \
print(u.urlopen('{url}', timeout=2).read().decode())") 2>/dev/null | grep -v -e '^#' -e _bucket"""
"""The first program that the image has. Histogram buckets are left out: the engine's answer is cut
at 64 KiB."""


@dataclass(frozen=True, slots=True)
class ServerCandidate:
    """Where a container may be asked for figures; `server` is what image or command say it is, None
    for a stranger that merely listens on a likely port."""

    server: ServerKnowledge | None
    ports: tuple[int, ...]

    def path(self, port: int) -> str:
        """What to ask for at a port."""
        if self.server is not None:
            return self.server.path or METRICS
        return next(
            (
                s.path
                for s in servers()
                if port in s.ports and s.answer not in ("prometheus", "log")
            ),
            METRICS,
        )


def candidate(container: Container) -> ServerCandidate | None:
    """Whether a container may be an inference server; None for those known to be something else."""
    inspection = container.inspection
    command = " ".join((*inspection.entrypoint, *inspection.command)) if inspection else ""
    server = hinted(container.image, command)
    exposed = tuple(dict.fromkeys(b.port for b in container.ports if b.protocol == "tcp"))
    if server is not None:
        ports = dict.fromkeys((*_named(container, command), *server.ports, *exposed))
        return ServerCandidate(server, tuple(ports)[:MOST_PORTS])
    if knowledge.about(container.image) is not None:
        return None
    likely = {port for kind in servers() for port in kind.ports} - COMMON
    found = tuple(port for port in exposed if port in likely)[:MOST_PORTS]
    return ServerCandidate(None, found) if found else None


def addresses(container: Container, port: int, engine: Engine) -> tuple[tuple[str, int], ...]:
    """(host, port) pairs to try in turn: the published port, then the container's own address where
    it is on this machine. Empty where only an exec reaches it."""
    result: list[tuple[str, int]] = []
    mode = container.inspection.network_mode if container.inspection else ""
    here = (
        "127.0.0.1"
        if engine.endpoint.startswith("unix")
        else urlsplit(engine.endpoint).hostname or ""
    )
    if engine.elsewhere and engine.endpoint.startswith("unix"):
        return ()  # a forwarded socket: its ports are not forwarded with it
    if mode == "host":
        return ((here, port),) if here else ()
    for binding in container.ports:
        bound_there = engine.elsewhere and binding.host_ip in ("127.0.0.1", "::1")
        if bound_there:
            continue
        if binding.port == port and binding.protocol == "tcp" and binding.host_port and here:
            everywhere = {"": here, "0.0.0.0": here, "::": here}
            result.append((everywhere.get(binding.host_ip, binding.host_ip), binding.host_port))
    if engine.local and not engine.rootless:
        result += [(attachment.ip, port) for attachment in container.attachments if attachment.ip]
    return tuple(dict.fromkeys(result))


def exec_command(port: int, path: str) -> tuple[str, ...]:
    """The argv that asks from inside the container."""
    return ("sh", "-c", EXEC.format(url=f"http://127.0.0.1:{port}{path}"))


def _named(container: Container, command: str) -> tuple[int, ...]:
    """Ports that the command line or the environment names."""
    environment = container.inspection.environment if container.inspection else {}
    digits = [*PORT_OPTION.findall(command), *(environment.get(name, "") for name in PORT_NAMES)]
    digits.append(environment.get("OLLAMA_HOST", "").rpartition(":")[2])
    return tuple(port for d in digits if DIGITS.fullmatch(d) and 0 < (port := int(d)) < 65536)
