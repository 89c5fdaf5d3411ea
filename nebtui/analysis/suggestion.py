"""Which healthcheck would fit a service: from what is known about its server, else from what it
listens on."""

from __future__ import annotations

from dataclasses import replace

from nebtui.analysis.ports import listening_ports
from nebtui.analysis.programs import Programs, programs
from nebtui.analysis.reachability import resolutions
from nebtui.analysis.readiness import image_of
from nebtui.analysis.server import (
    INFERENCE,
    inference,
    server_of,
    serving_port,
    unmet,
)
from nebtui.analysis.startup.measured import timed
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import (
    By,
    ImageKnowledge,
    command,
    http_test,
    on_port,
    port_test,
    test_at,
)
from nebtui.light_dataclass import dataclass

CLOSED_PORT = 9
"""discard: nothing listens there in a container; the negative control asks it."""


PATIENCE, MODEL_PATIENCE = 300.0, 600.0
"""Seconds of `start_period` for a server that nobody knows, and for one that loads a model:
failures within it do not count, and it ends at the first pass."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A healthcheck to add, where it comes from, and the same test against a closed port where one
    can be made."""

    healthcheck: Healthcheck
    basis: str
    known: bool
    control: tuple[str, ...] = ()
    timing: str = ""
    """Why it has the start period that it has, "" where no start was measured."""
    tries: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Paths that may answer over HTTP, each with what asks for it; () where the test is known."""
    unanswered: tuple[str, ...] = ()
    """The same for a path that no server has."""

    @property
    def argv(self) -> tuple[str, ...]:
        """What the engine would run in the container."""
        return command(self.healthcheck)


@dataclass(frozen=True, slots=True)
class NoSuggestion:
    """Why no healthcheck is offered: one that cannot pass would keep a stack from starting."""

    why: str


HEALTH_PATHS = ("/health", "/healthz", "/api/health", "/-/healthy", "/ready", "/ping", "/")
"""Paths under which servers tell that they serve, the most telling first."""
NO_PATH = "/nebtui-no-such-path"
"""A server that answers this with success answers everything, and tells nothing by it."""


def suggest(
    snapshot: Snapshot, key: ServiceKey, service: Service, path: str = ""
) -> Suggestion | NoSuggestion:
    """The best healthcheck for a service without one, or why there is none to offer; its times are
    those of the starts that were seen. `path`: one that answered over HTTP, for a server of which
    nothing but a port is known."""
    found = _suggested(snapshot, key, service, path)
    if isinstance(found, NoSuggestion):
        return found
    test, timing = timed(snapshot, key, found.healthcheck, patient=bool(inference(service)))
    return replace(found, healthcheck=test, timing=timing)


def _suggested(
    snapshot: Snapshot, key: ServiceKey, service: Service, path: str
) -> Suggestion | NoSuggestion:
    """The test as it is known, or made for a port."""
    has = programs(snapshot, key, service)
    known = server_of(service)
    if known and known.test:
        return _known_test(service, known, has)
    image = image_of(snapshot, service, snapshot.containers_of(key))
    ports, basis = listening_ports(snapshot, key, service, image)
    if not ports:
        return NoSuggestion(_named(snapshot, key) or "no port is known to ask")
    if has is None:
        return NoSuggestion(
            f"it may answer on {ports[0]} ({basis}), but nobody looked which programs its image has"
        )
    test = _port_test(ports[0], has)
    if test is None:
        return NoSuggestion(
            f"its image has no program that could ask port {ports[0]} ({has.basis})"
        )
    patience = MODEL_PATIENCE if inference(service) else PATIENCE
    by = _asker(has)
    if path and by:
        test = replace(test, test=http_test(ports[0], path, by))
        basis = f"{basis}; it answers GET {path}"
    found = _suggestion(replace(test, start_period=patience), ports[0], basis, False)
    if path or by is None:
        return found
    tries = tuple((one, _http_argv(ports[0], one, by)) for one in HEALTH_PATHS)
    return replace(found, tries=tries, unanswered=_http_argv(ports[0], NO_PATH, by))


def _named(snapshot: Snapshot, key: ServiceKey) -> str:
    """The port at which others ask a service, "" where none is named: a test of a port that nobody
    saw open might never pass."""
    asked = (r.reference for r in resolutions(snapshot) if key in r.reached and r.reference.port)
    by = next(asked, None)
    if by is None:
        return ""
    return f"{by.source} asks it on {by.port} ({by.origin}), and nobody saw it listen there"


def _http_argv(port: int, path: str, by: By) -> tuple[str, ...]:
    """What asks for a path in the container."""
    return command(Healthcheck(http_test(port, path, by)))


def _known_test(
    service: Service, known: ImageKnowledge, has: Programs | None
) -> Suggestion | NoSuggestion:
    """The test of the table, if all that it needs is there."""
    if missing := unmet(service, known):
        return NoSuggestion(f"the known test of {known.name} would fail: {missing}")
    serving = serving_port(service, known)
    if isinstance(serving, str):
        return NoSuggestion(serving)
    port, how = serving
    test = test_at(known, port)
    if test is None:
        return NoSuggestion(
            f"it listens on {port} ({how}), which the known test of {known.name} cannot ask"
        )
    if has is not None and (lacking := has.lacking(known.needs)):
        other = _asked_by_another(known, port, has)
        if other is None:
            needed = ", ".join(lacking)
            return NoSuggestion(f"its test needs {needed}, which the image lacks ({has.basis})")
        test = replace(test, test=other)
    elif known.family and has is None and known.needs and _asks_with_tools(known):
        return NoSuggestion(f"it looks like {known.name}, but nobody looked what its image has")
    if known.role in INFERENCE and (test.start_period or 0) < MODEL_PATIENCE:
        test = replace(test, start_period=MODEL_PATIENCE)
    source = f"{known.name}: {known.source}" if known.source else known.name
    return _suggestion(test, port, source, not known.family)


def _asks_with_tools(known: ImageKnowledge) -> bool:
    """Its test is asked by a general tool, which a relative of the known image may lack."""
    return bool({"bash", "curl", "wget", "python3", "nc"} & set(known.needs))


def _asked_by_another(known: ImageKnowledge, port: int, has: Programs) -> tuple[str, ...] | None:
    """The same question over HTTP by a program that the image has."""
    by = _asker(has)
    return http_test(port, known.path, by) if by and known.path else None


def _asker(has: Programs) -> By | None:
    """A program of the image that asks over HTTP; None where it has none."""
    askers: tuple[tuple[str, By], ...] = (
        ("curl", "curl"),
        ("wget", "wget"),
        ("python3", "python"),
        ("bash", "bash"),
    )
    return next((by for program, by in askers if has.has(program)), None)


def _suggestion(test: Healthcheck, port: int, basis: str, known: bool) -> Suggestion:
    control = on_port(test, port, CLOSED_PORT) if port else None
    return Suggestion(test, basis, known, command(control) if control else ())


def _port_test(port: int, has: Programs) -> Healthcheck | None:
    """A test that a bare port accepts a connection, by a program that the image has; None where it
    has none."""
    if has.has("bash"):
        return port_test(port)
    connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)"
    by_node = (
        f"require('net').connect({port},'127.0.0.1')"
        ".on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))"
    )
    for program, test in (
        ("python3", ("CMD", "python3", "-c", connect)),
        ("nc", ("CMD-SHELL", f"nc -w 2 127.0.0.1 {port} </dev/null")),
        ("node", ("CMD", "node", "-e", by_node)),
    ):
        if has.has(program):
            return Healthcheck(test, interval=5, timeout=4, retries=12)
    return None
