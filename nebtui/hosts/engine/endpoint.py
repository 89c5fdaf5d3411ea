"""Where the engine is, as the docker command line decides it, and why it does not answer, as one
sentence."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from nebtui.hosts.json_values import mapping, text
from nebtui.light_dataclass import dataclass
from nebtui.text.digest import sha256

DEFAULT = "unix:///var/run/docker.sock"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An engine's address; `certificates` is the folder with ca.pem, cert.pem and key.pem, ""
    without TLS."""

    url: str = DEFAULT
    certificates: str = ""
    verify: bool = True
    context: str = ""
    """The Docker context it comes from, "" for the environment or the default."""
    problem: str = ""
    """Why the configured endpoint cannot be used at all, as one sentence."""

    @property
    def socket(self) -> str:
        """The path of a Unix socket, "" for any other transport."""
        return self.url.removeprefix("unix://") if self.url.startswith("unix://") else ""

    @property
    def option(self) -> tuple[str, str]:
        """The option by which the docker command line is told of it."""
        return ("--context", self.context) if self.context else ("--host", self.url)

    @property
    def remote(self) -> bool:
        """By its address alone it is another machine's: ssh, or TCP to any but this machine."""
        address = urlsplit(self.url)
        if address.scheme == "ssh":
            return True
        return address.scheme in ("tcp", "http", "https") and (
            (address.hostname or "") not in ("localhost", "127.0.0.1", "::1", "0.0.0.0")
        )


def find_endpoint(environ: Mapping[str, str]) -> Endpoint:
    """The endpoint `docker` itself would use: `DOCKER_HOST`, `DOCKER_CONTEXT`, `currentContext`,
    the default socket.

    Reads `config.json` and `contexts/meta` below `DOCKER_CONFIG` or `~/.docker`.
    """
    folder = docker_folder(environ)
    host = environ.get("DOCKER_HOST", "")
    if host:
        verify = bool(environ.get("DOCKER_TLS_VERIFY"))
        certificates = environ.get("DOCKER_CERT_PATH") or (str(folder) if verify else "")
        return Endpoint(
            url=host if "://" in host else f"tcp://{host}", certificates=certificates, verify=verify
        )
    name = environ.get("DOCKER_CONTEXT") or text(
        read_json(folder / "config.json").get("currentContext")
    )
    return Endpoint() if name in ("", "default") else context_endpoint(folder / "contexts", name)


def docker_folder(environ: Mapping[str, str]) -> Path:
    """Where the docker command line keeps its configuration and contexts."""
    home = environ.get("HOME") or "~"
    return Path(environ.get("DOCKER_CONFIG") or Path(home).expanduser() / ".docker")


def contexts(environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """The Docker contexts of this user, by name; files that are none are passed over."""
    folder = docker_folder(environ) / "contexts"
    try:
        found = [read_json(place / "meta.json") for place in (folder / "meta").iterdir()]
    except OSError:
        found = []
    names = sorted({name for meta in found if (name := text(meta.get("Name")))})
    return tuple(context_endpoint(folder, name) for name in names)


def context_endpoint(folder: Path, name: str) -> Endpoint:
    """The Docker endpoint of a named context (`contexts/meta/SHA256/meta.json`)."""
    digest = sha256(name.encode("utf-8", "replace"))
    meta = read_json(folder / "meta" / digest / "meta.json")
    docker = mapping(mapping(meta.get("Endpoints")).get("docker"))
    url = text(docker.get("Host"))
    if not url:
        gone = (
            f"The Docker context {name!r} does not exist: choose another with `docker context "
            "use NAME`."
        )
        return Endpoint(context=name, problem=gone)
    tls = folder / "tls" / digest / "docker"
    return Endpoint(
        url=url,
        certificates=str(tls) if tls.is_dir() else "",
        verify=docker.get("SkipTLSVerify") is not True,
        context=name,
    )


def read_json(path: Path) -> Mapping[str, object]:
    """A JSON object from a file; empty where there is none or it cannot be read."""
    try:
        return mapping(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything that led to it: libraries hide the OSError in causes, contexts
    and arguments."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < 50:
        current = waiting.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [
                current.__cause__,
                current.__context__,
                getattr(current, "reason", None),
                *current.args,
            ]


CHECK = "check the address and the engine"
_TLS_ERRORS = frozenset({"SSLError", "SSLCertVerificationError", "TLSParameterError"})
_TIMEOUTS = frozenset(
    {"TimeoutError", "ReadTimeout", "ConnectTimeout", "ReadTimeoutError", "ConnectTimeoutError"}
)


def explain(error: BaseException, endpoint: Endpoint, environ: Mapping[str, str]) -> str:
    """Why the engine does not answer, as one sentence with a remedy. Pure but for a look whether
    sockets exist."""
    where = endpoint.socket or endpoint.url
    chain = list(causes(error))
    codes = {cause.errno for cause in chain if isinstance(cause, OSError)}
    if errno.ENOENT in codes and endpoint.socket:
        return no_socket(where, environ)
    names = {type(cause).__name__ for cause in chain}
    if names & _TLS_ERRORS:
        # First: a certificate error is an OSError with number 1, which reads as EPERM.
        folder = endpoint.certificates or "no certificates"
        return (
            f"TLS with {where} failed ({folder}): check DOCKER_CERT_PATH and the context's "
            "certificates."
        )
    if codes & {errno.EACCES, errno.EPERM}:
        return (
            f"No permission for {where}: the socket belongs to the group `docker`; "
            "run `sudo usermod -aG docker $USER` and log in again."
        )
    if errno.ECONNREFUSED in codes:
        start = "start it with `sudo systemctl start docker`"
        return f"Nothing answers at {where}: {start if endpoint.socket else CHECK}."
    if names & _TIMEOUTS:
        return (
            f"The engine at {where} accepts connections but does not answer in time: restart "
            "it or look at its log."
        )
    if spoiled := spoiled_answer(names, where):
        return spoiled
    if where.startswith("ssh://"):
        return (
            f"{where} does not answer: try `ssh {where.removeprefix('ssh://')} docker version`; "
            "nebtui uses your own ssh, without asking for a password."
        )
    return f"The engine at {where} cannot be used: {engine_text(chain)}"


def spoiled_answer(names: set[str], where: str) -> str:
    """What was wrong with an answer that came, by the names of the errors it led to; "" where that
    is not it."""
    cut = {"RemoteDisconnected", "ConnectionResetError", "BrokenPipeError", "IncompleteRead"}
    cut |= {"SSLEOFError", "SSLZeroReturnError"}
    if names & cut and not where.startswith("ssh://"):  # there ssh is the likelier cause
        return (
            f"The engine at {where} ended the connection before its answer was whole: restart it "
            "or look at its log."
        )
    strange = {"JSONDecodeError", "RecursionError", "UnicodeDecodeError", "TooManyRedirects"}
    if names & (strange | {"BadStatusLine", "LineTooLong", "InvalidHeader", "HeaderParsingError"}):
        return (
            f"What answers at {where} does not speak as a Docker engine does: restart it or check "
            "DOCKER_HOST."
        )
    return ""


def no_socket(where: str, environ: Mapping[str, str]) -> str:
    """No socket file: name a rootless engine's socket where one exists."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    candidates = (
        [os.path.join(runtime, name) for name in ("docker.sock", "podman/podman.sock")]
        if runtime
        else []
    )
    for candidate in candidates:
        if candidate != where and os.path.exists(candidate):
            return (
                f"No engine socket at {where}, but one at {candidate}: `export "
                f"DOCKER_HOST=unix://{candidate}`."
            )
    if where != Endpoint().socket:
        return (
            f"No engine socket at {where}: start the engine that listens there, or name another "
            "by --host or DOCKER_HOST."
        )
    return (
        f"No engine socket at {where}: install Docker or start it with `sudo systemctl start "
        "docker`."
    )


def engine_text(chain: list[BaseException]) -> str:
    """The engine's own words (`explanation` of an API error, which names API versions), else the
    innermost error."""
    said = [text(getattr(cause, "explanation", None)) for cause in chain]
    words = next((word for word in said if word), "") or str(chain[-1]) or type(chain[-1]).__name__
    return " ".join(words.split())[:300].rstrip(".") + "."
