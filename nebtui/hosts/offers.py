"""What an engine gives to who looks from here: asked once, with a limit of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from nebtui import __version__
from nebtui.facts.boxes import CarriedFile
from nebtui.facts.gpu import GpuStack
from nebtui.facts.link import Link
from nebtui.facts.observed import Container, Engine
from nebtui.hosts.engine import payloads
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.collector import located, visible_here
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.gpu.collector import sources
from nebtui.hosts.gpu.once import once
from nebtui.hosts.json_values import text
from nebtui.hosts.remote.absence import Absence
from nebtui.hosts.remote.over_ssh import FarNebtui, nebtui_there
from nebtui.text.versions import older

MOST_ASKED = 5
"""Running containers by whose processes it is found out whether they run on this machine."""


def offer(
    endpoint: Endpoint,
    environ: Mapping[str, str],
    sent: CarriedFile | None = None,
    send: str = "",
) -> tuple[Engine | None, tuple[Link, ...]]:
    """The engine, and what is seen through it; None and the reason where it does not answer.
    `sent`: the nebtui that was sent there; `send`: the command that sends one."""
    client = EngineClient(endpoint, environ)
    try:
        plain = payloads.engine(client.version(), client.info(), endpoint.url)
        running = _running(client)
    except EngineError as problem:
        said, _, remedy = str(problem).partition(": ")
        return None, (Link("engine", "broken", said, remedy),)
    finally:
        client.close()
    engine = located(plain, endpoint, visible_here(running))
    if endpoint.url.startswith("ssh://"):
        there = nebtui_there(endpoint.url, environ, sent)
        sent_it = sent is not None and there.version == sent.version
        newer = send if sent_it and older(there.version, __version__) else ""
        return engine, tuple(gives_by_ssh(engine, there, send, newer))
    stack = once(sources)[1] if engine.local else None
    return engine, tuple(gives(engine, stack))


def _running(client: EngineClient) -> tuple[Container, ...]:
    found = []
    for item in [c for c in client.containers() if c.get("State") == "running"][:MOST_ASKED]:
        try:
            found.append(payloads.container_from_inspect(client.inspect(text(item.get("Id")))))
        except NotFoundError:
            continue
    return tuple(found)


def gives_by_ssh(engine: Engine, far: FarNebtui, send: str, newer: str = "") -> Iterator[Link]:
    """What is seen of a box that ssh reaches. `far`: what answers there; `send`: the command that
    sends a nebtui; `newer`: the same where an older one was sent, else ""."""
    there = f"on {engine.name}"
    if not far.version:
        yield from gives(engine, None)
        yield _no_nebtui(there, far.absence, send)
        return
    yield from islice(gives(engine, None), 2)
    yield Link("figures", "ok", f"CPU, memory, users and ports, read {there}")
    yield Link("files", "ok", f"compose files and folders are read {there}, and mended there")
    yield Link("gpus", "ok", f"devices and processes, read {there}")
    update = f"; `{newer}` sends the newer {__version__}" if newer else ""
    yield Link("nebtui", "ok", f"{far.version} serves {there}{update}")


def _no_nebtui(there: str, absence: Absence | None, send: str) -> Link:
    why = absence.why if absence else "none answers"
    sent = f"`{send}` sends it one file, or " if absence and absence.sendable else ""
    remedy = f"{sent}install it {there} to have files, figures and GPUs as there"
    return Link("nebtui", "unknown", f"seen by its engine alone {there} ({why})", remedy)


def gives(engine: Engine, stack: GpuStack | None) -> Iterator[Link]:
    """What is seen of a box through its engine. `stack`: the GPU drivers of this machine, for an
    engine that runs on it."""
    there = f"on {engine.name}"
    yield Link("engine", "ok", f"{engine.version} (API {engine.api_version}) {there}")
    yield Link("events", "ok", "states, health, networks and logs as they change")
    if engine.local:
        yield Link("figures", "ok", "CPU, memory, users and ports, read from this machine's files")
        yield Link("files", "ok", "compose files and folders are on this machine")
    else:
        slow = "CPU and memory, a container a second; no users, ports or refused connections"
        yield Link("figures", "unknown", slow, "they are read where the processes are")
        where = f"they are {there}" if engine.elsewhere else "they may be on another machine"
        yield Link("files", "broken", where, f"run nebtui {there} to have them checked and mended")
    yield _gpus(engine, stack)


def _gpus(engine: Engine, stack: GpuStack | None) -> Link:
    if stack is not None:
        state = stack.problem or f"{stack.vendor}, {stack.driver or 'driver'}"
        return Link("gpus", "broken" if stack.problem else "ok", state, stack.remedy)
    granted = "nvidia" in (engine.runtimes or ()) or bool(engine.cdi)
    can = "its engine grants GPUs; " if granted else ""
    remedy = f"run `nebtui gpu` on {engine.name}"
    return Link("gpus", "broken", f"{can}devices are read from drivers, not from engines", remedy)
