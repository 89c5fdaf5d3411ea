"""What is wrong with a healthcheck that runs: it cannot pass, cannot fail, or fails now."""

from __future__ import annotations

import re
from typing import Literal

from nebtui.analysis.health import tested
from nebtui.analysis.programs import programs
from nebtui.analysis.readiness import health_test
from nebtui.analysis.server import server_of, told_port, unmet
from nebtui.facts.declared import Service, ServiceKey
from nebtui.facts.healthcheck import Healthcheck
from nebtui.facts.observed import Container
from nebtui.facts.snapshot import Snapshot
from nebtui.knowledge import probe_programs, repository
from nebtui.knowledge.tags import admits
from nebtui.light_dataclass import dataclass

Kind = Literal["program", "shell", "host", "path", "port", "failing", "blind", "early", "impatient"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a healthcheck. `passes_never`: a gate on it never opens."""

    kind: Kind
    message: str
    evidence: str
    passes_never: bool = True


_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(\d{2,5})(?!\d)")
_EMPTY_HOST = re.compile(r"https?://(?::\d|/)")
_CURL = re.compile(r"\bcurl\b[^|;&]*")
_FAILS = re.compile(r"(?:^|\s)(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-\w+)*)(?:\s|$)")
_HOSTED = re.compile(r"(?:^|\s)-h|--host\b|host=|://|PGHOST")
_CHROMA = re.compile(r"/api/v1/(?:heartbeat|version)")


def fault(snapshot: Snapshot, key: ServiceKey, service: Service) -> Fault | None:
    """The worst fault of the healthcheck that runs in a service; None where none is known."""
    if tested(snapshot, key, service) != "declared" or service.healthcheck is None:
        own = _own_test_elsewhere(snapshot, key, service)
        test = health_test(snapshot, key, service)
        return own or (_failing(snapshot, key) if test else None)
    test = service.healthcheck
    text = " ".join(test.test[1:])
    looks = (
        _empty_host(text),
        _absent_program(snapshot, key, service, test),
        _wrong_shell(snapshot, key, service, test, text),
        _gone_path(service, text),
        _deaf_port(snapshot, key, text),
        _failing(snapshot, key),
        _blind(service, test, text),
        _early(service, text),
    )
    return next((one for one in looks if one), None)


def _own_test_elsewhere(snapshot: Snapshot, key: ServiceKey, service: Service) -> Fault | None:
    """The image's own test asks one port, and the server is told to listen on another."""
    known = server_of(service)
    if known is None or not known.built_in_port or tested(snapshot, key, service) != "image":
        return None
    told = told_port(service, known)
    if told is None or told[0] == known.built_in_port:
        return None
    return Fault(
        "port",
        f"asks port {known.built_in_port} (the image's own test), and it is told {told[1]}",
        f"{known.name}: {known.note or known.source}",
    )


def _empty_host(text: str) -> Fault | None:
    match = _EMPTY_HOST.search(text)
    if match is None:
        return None
    return Fault("host", "asks a URL without a host", f"{match[0]}: a variable in it is empty")


def _absent_program(
    snapshot: Snapshot, key: ServiceKey, service: Service, test: Healthcheck
) -> Fault | None:
    has = programs(snapshot, key, service)
    if has is None or not has.complete:
        return None
    if has.names == frozenset() and test.test[:1] == ("CMD-SHELL",):
        return Fault("program", "needs a shell, which its image lacks", has.basis)
    lacking = has.lacking(probe_programs(test))
    if not lacking or _has_alternative(test, has.names):
        return None
    return Fault(
        "program", f"calls {lacking[0]}, which its image lacks", f"{lacking[0]}: {has.basis}"
    )


def _has_alternative(test: Healthcheck, names: frozenset[str]) -> bool:
    """`wget … || curl …`: one of the programs is there."""
    text = " ".join(test.test[1:])
    choice = "||" in text or "command -v" in text or "which " in text or "if " in text
    return choice and any(name in names for name in probe_programs(test))


def _wrong_shell(
    snapshot: Snapshot, key: ServiceKey, service: Service, test: Healthcheck, text: str
) -> Fault | None:
    """/dev/tcp is bash's own, and CMD-SHELL runs /bin/sh."""
    if test.test[:1] != ("CMD-SHELL",) or "/dev/tcp/" not in text or "bash" in text:
        return None
    has = programs(snapshot, key, service)
    if has is None or not has.complete or (has.has("bash", "curl") and not _debian(service)):
        return None  # of Red Hat's images /bin/sh is bash
    return Fault(
        "shell",
        "asks /dev/tcp, which /bin/sh does not have",
        "CMD-SHELL runs /bin/sh; only bash has /dev/tcp",
    )


def _debian(service: Service) -> bool:
    """Its base is one of Debian's or Ubuntu's, where /bin/sh is dash."""
    stage = service.build.stage if service.build else None
    base = stage.base if stage else service.image or ""
    return any(name in base for name in ("python", "node", "debian", "ubuntu", "golang", "rust"))


def _gone_path(service: Service, text: str) -> Fault | None:
    """Chroma answers 410 on version 1 of its API since 1.0."""
    known = server_of(service)
    match = _CHROMA.search(text)
    if match is None or known is None or not known.name.startswith("Chroma"):
        return None
    _, tag = repository(service.image or "")
    if not admits(">=1.0", tag):
        return None
    return Fault(
        "path", f"asks {match[0]}, which answers 410 since Chroma 1.0", "use /api/v2/heartbeat"
    )


def _deaf_port(snapshot: Snapshot, key: ServiceKey, text: str) -> Fault | None:
    """The running container listens, and not where the test asks."""
    asked = {int(port) for port in _LOCAL.findall(text)}
    for container in _running(snapshot, key):
        process = snapshot.processes.get(container.id)
        listening = set(process.listening or ()) if process else set()
        if container.health == "healthy" or not listening or not asked or asked & listening:
            continue
        heard = ", ".join(map(str, sorted(listening)))
        return Fault(
            "port",
            f"asks port {min(asked)}, where nothing listens",
            f"{container.name} listens on {heard} (/proc/{process.pid if process else 0}/net/tcp)",
        )
    return None


def _failing(snapshot: Snapshot, key: ServiceKey) -> Fault | None:
    """It fails now, in a container that has had its time to start."""
    for container in _running(snapshot, key):
        if container.health != "unhealthy":
            continue
        probes = container.inspection.probes if container.inspection else ()
        last = probes[-1] if probes else None
        output = last.output.strip().splitlines()[-1][:160] if last and last.output.strip() else ""
        code = f"exit {last.exit_code}" if last else "unhealthy"
        return Fault(
            "failing", "fails now", f"{container.name}: {code}{', ' * bool(output)}{output}"
        )
    return None


def _blind(service: Service, test: Healthcheck, text: str) -> Fault | None:
    """`curl` without -f passes on 404 and 503; where that is all that can be asked (a web server
    whose pages are not known), the known test does so too."""
    known = server_of(service)
    if known and known.test and probe_programs(known.test) == ("curl",) and known.role == "web":
        return None
    if test.test[:1] == ("CMD",) and test.test[1:2] in (("sh",), ("bash",)):
        text = " ".join(test.test[3:])
    for match in _CURL.finditer(text):
        piped = text[match.end() : match.end() + 1] == "|" and text[match.end() :][:2] != "||"
        looks = (
            piped or "-w" in match[0] or "--write-out" in match[0] or "$(" in text or "`" in text
        )
        if "http" in match[0] and not _FAILS.search(match[0]) and not looks:
            return Fault(
                "blind",
                "cannot fail while anything answers: curl without -f",
                "curl ends with 0 on 404 and 503",
                passes_never=False,
            )
    return None


def _early(service: Service, text: str) -> Fault | None:
    """`pg_isready` without a host asks the socket, where the temporary server of PostgreSQL's first
    start answers as well; it is taken down again before the real one listens."""
    known = server_of(service)
    if known is None or not known.first_on_socket or unmet(service, known):
        return None
    if "pg_isready" not in text or _HOSTED.search(text) or "PGHOST" in service.environment:
        return None
    return Fault(
        "early",
        "passes too early at the first start: pg_isready without -h",
        f"{known.name}: while it fills an empty data folder a temporary server answers there",
        passes_never=False,
    )


def _running(snapshot: Snapshot, key: ServiceKey) -> list[Container]:
    return [c for c in snapshot.containers_of(key) if c.state == "running"]
