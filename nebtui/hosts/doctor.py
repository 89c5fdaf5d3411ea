"""Looks at what nebtui stands on, link by link: engine, GPUs, Compose, the kernel's files, the
state folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from nebtui.analysis.gpu.chain import broken, chain
from nebtui.compose.binary.command import find_compose
from nebtui.disk.folders import unusable
from nebtui.facts.link import Link
from nebtui.facts.observed import Container, Engine
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.collector import located, visible_here
from nebtui.hosts.engine.endpoint import find_endpoint
from nebtui.hosts.engine.errors import EngineError, NotFoundError
from nebtui.hosts.engine.payloads import container_from_inspect
from nebtui.hosts.engine.payloads import engine as engine_of
from nebtui.hosts.gpu.collector import sources
from nebtui.hosts.gpu.once import once
from nebtui.hosts.json_values import text
from nebtui.hosts.offers import gives


def examine(
    environ: Mapping[str, str], state_dir: str, *, ask_engine: bool = True
) -> Iterator[Link]:
    """Every link in the order in which nebtui needs them."""
    known: Engine | None = None
    running: tuple[Container, ...] = ()
    if ask_engine:
        known, running, links = _engine(environ)
        yield from links
    else:
        yield Link("engine", "unknown", "not asked (--no-engine)")
    if known is not None and known.elsewhere:
        # Drivers and processes of this machine prove nothing about that one.
        far = (link for link in gives(known, None) if link.name in ("files", "gpus"))
        yield from (replace(link, state="unknown") for link in far)  # nothing to mend here
        yield _compose(environ)
    else:
        yield from _gpus(known, running)
        yield _compose(environ)
        yield _processes()
    yield _state(state_dir)


def _engine(environ: Mapping[str, str]) -> tuple[Engine | None, tuple[Container, ...], list[Link]]:
    """The engine where one answers, what runs on it, and the links that depend on it."""
    endpoint = find_endpoint(environ)
    context = f", context {endpoint.context}" if endpoint.context else ""
    client = EngineClient(endpoint, environ)
    try:
        version, info = client.version(), client.info()
        listed = (
            text(item.get("Id")) for item in client.containers() if item.get("State") == "running"
        )
        running = tuple(_inspected(client, listed))
    except EngineError as problem:
        said, _, remedy = str(problem).partition(": ")
        return None, (), [Link("engine", "broken", said, remedy or str(problem))]
    finally:
        client.close()
    plain = engine_of(version, info, endpoint.url)
    engine = located(plain, endpoint, visible_here(running))
    message = Link(
        "engine", "ok", f"{engine.version} (API {engine.api_version}) at {endpoint.url}{context}"
    )
    links = [message, *_kind(engine.rootless, engine.userns)]
    if engine.elsewhere:
        links += [link for link in gives(engine, None) if link.name == "figures"]
    else:
        links.append(_cgroups(text(info.get("CgroupVersion")), text(info.get("CgroupDriver"))))
    return engine, running, links


def _inspected(client: EngineClient, listed: Iterable[str]) -> Iterator[Container]:
    for identity in listed:
        with suppress(NotFoundError):
            yield container_from_inspect(client.inspect(identity))


def _kind(rootless: bool, userns: bool) -> Iterator[Link]:
    if rootless or userns:
        why = "rootless engine" if rootless else "userns-remap is on"
        yield Link(
            "user mapping",
            "unknown",
            f"{why}: container uids are not host uids, so mounts are not judged",
        )
    else:
        yield Link("user mapping", "ok", "container uids are host uids")


def _cgroups(version: str, driver: str) -> Link:
    if os.path.isdir("/sys/fs/cgroup"):
        return Link(
            "cgroup",
            "ok",
            f"v{version or '?'} ({driver or 'unknown driver'}): figures are read from files",
        )
    return Link(
        "cgroup", "unknown", "/sys/fs/cgroup is not visible", "figures come from the engine, slowly"
    )


def _gpus(engine: Engine | None, running: tuple[Container, ...]) -> Iterator[Link]:
    """The chain from the driver to a container; where one link is broken the one to mend first is
    named."""
    _, stack = once(sources)
    if not stack.present:
        yield Link("gpu", "ok", f"{stack.problem}: nothing to check")
        return
    links = chain(stack, engine, running)
    yield from (Link(f"gpu: {link.name}", link.state, link.message, link.remedy) for link in links)
    if first := broken(links):
        yield Link("gpu", "broken", f"mend this first: {first.name}, {first.message}", first.remedy)


def _compose(environ: Mapping[str, str]) -> Link:
    command = find_compose(environ)
    if command:
        return Link("compose", "ok", f"{command.version}: {' '.join(command.argv)}")
    remedy = (
        "install the docker compose plugin, or pip install 'nebtui[compose]'; until then "
        "nebtui reads files itself"
    )
    return Link("compose", "broken", "no Compose v2 found", remedy)


def _processes() -> Link:
    try:
        with open("/proc/1/cgroup", encoding="utf-8") as stream:
            stream.readline()
    except OSError:
        remedy = "run nebtui on the host, or in a container with --pid=host"
        return Link("processes", "broken", "/proc of other processes cannot be read", remedy)
    return Link("processes", "ok", "uids and listening ports are read from /proc")


def _state(state_dir: str) -> Link:
    if why := unusable(state_dir):
        return Link("journal", "broken", why, "set NEBTUI_STATE to a folder of yours")
    return Link("journal", "ok", f"undo is kept in {state_dir}")
