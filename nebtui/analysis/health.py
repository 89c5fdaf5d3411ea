"""Which health test fits a service: from what is known about its image, else from what it listens
on."""

from __future__ import annotations

from dataclasses import dataclass

from nebtui.analysis.readiness import health_test, image_of
from nebtui.facts.declared import Healthcheck, Service, ServiceKey
from nebtui.facts.observed import Image
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import about, command, http_test, on_port, port_test

CLOSED_PORT = 9
"""discard: nothing listens there in a container; the negative control asks it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A health test to add, where it comes from, and the same test against a closed port where one
    can be made."""

    healthcheck: Healthcheck
    basis: str
    known: bool
    control: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        """What the engine would run in the container."""
        return command(self.healthcheck)


def suggest(snapshot: Snapshot, key: ServiceKey, service: Service) -> Suggestion | None:
    """The best health test for a service without one; None where nothing is known to ask."""
    known = about(service.image)
    if known and known.test:
        return _suggestion(
            known.test, known.ports[0] if known.ports else 0, f"{known.name}: {known.source}", True
        )
    image = image_of(snapshot, service, snapshot.containers_of(key))
    ports, basis = listening_ports(snapshot, key, service, image)
    if not ports:
        return None
    test = _port_test(ports[0], image.programs if image else None)
    return _suggestion(test, ports[0], basis, False) if test else None


def _suggestion(test: Healthcheck, port: int, basis: str, known: bool) -> Suggestion:
    control = on_port(test, port, CLOSED_PORT) if port else None
    return Suggestion(test, basis, known, command(control) if control else ())


def listening_ports(
    snapshot: Snapshot, key: ServiceKey, service: Service, image: Image | None
) -> tuple[tuple[int, ...], str]:
    """The TCP ports of a service, lowest first, and how they are known."""
    for container in snapshot.containers_of(key):
        process = snapshot.processes.get(container.id)
        if process and process.listening:
            return tuple(
                sorted(process.listening)
            ), f"{container.name} listens there (/proc/{process.pid}/net/tcp)"
    declared = sorted({port.target for port in service.ports if port.protocol == "tcp"})
    if declared:
        return tuple(declared), "its published port"
    return (
        (image.exposed_ports, "the image exposes it") if image and image.exposed_ports else ((), "")
    )


def _port_test(port: int, programs: tuple[str, ...] | None) -> Healthcheck | None:
    """A test of a bare port with what the image has; bash is assumed where nobody asked."""
    if programs is None or "bash" in programs:
        return port_test(port)
    for program, test in (
        (
            "python3",
            (
                "CMD",
                "python3",
                "-c",
                f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)",
            ),
        ),
        ("nc", ("CMD-SHELL", f"nc -w 2 127.0.0.1 {port} </dev/null")),
        ("wget", http_test(port, "/", "wget")),
        ("curl", http_test(port, "/", "curl")),
    ):
        if program in programs:
            return Healthcheck(test, interval=5, timeout=4, retries=12, start_period=30)
    return None


def has_test(snapshot: Snapshot, key: ServiceKey, service: Service) -> bool:
    """A health test will run: declared, baked into the image, or known to be baked into it."""
    if service.healthcheck is not None and service.healthcheck.test:
        return not service.healthcheck.disabled
    if health_test(snapshot, key, service) is not None:
        return True
    known = about(service.image)
    image_seen = image_of(snapshot, service, snapshot.containers_of(key)) is not None
    return bool(known and known.built_in and not image_seen)


def one_shot(snapshot: Snapshot, key: ServiceKey, service: Service) -> str:
    """Why a service is a job that ends, "" if it serves."""
    if (known := about(service.image)) and known.one_shot:
        return f"{known.name} is a job"
    if key in snapshot.derived(_awaited, snapshot.projects):
        return "another service waits for its completion"
    if has_test(snapshot, key, service) or service.ports or about(service.image):
        return ""  # a server that was stopped ends with 0 too
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


def _awaited(snapshot: Snapshot) -> frozenset[ServiceKey]:
    """The services that another one waits for until they completed."""
    return frozenset(
        ServiceKey(key.project, dependency.service)
        for key, service in snapshot.services()
        for dependency in service.depends_on.values()
        if dependency.condition == "service_completed_successfully"
    )
