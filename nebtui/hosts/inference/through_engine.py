"""Servers that no network leads to are asked by exec in their container, those without metrics by
their log: both through the engine."""

from __future__ import annotations

from nebtui.hosts.clock import MachineClock
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError
from nebtui.hosts.inference.discovery import exec_command
from nebtui.hosts.inference.server import ServerProbe

EXEC_EVERY = 5.0
"""An exec costs the engine 50 to 100 ms of work and the container a process."""
EXEC_SECONDS = 3.0
LOG_EVERY = 2.0
LOG_OVERLAP = 5.0
"""Seconds of log read again each time: its lines carry ids, so that none is counted twice and none
is missed."""
LOG_FIRST = 3600.0
"""Seconds of log read at the first look."""


def leads_to(probe: ServerProbe) -> bool:
    """Whether a server is read by exec or from its log, and not over the network."""
    hint = probe.candidate.server
    return probe.exec_port is not None or (hint is not None and hint.answer == "log")


def found_by_exec(client: EngineClient, probe: ServerProbe) -> bool:
    """Ask from inside, where the network does not lead to it; True if that proved what it is."""
    for port in probe.candidate.ports[:2]:
        path = probe.candidate.path(port)
        try:
            argv = exec_command(port, path)
            _, body = client.exec_run(probe.container.id, argv, "", EXEC_SECONDS)
        except EngineError:
            return False
        if probe.accepts(body):
            probe.exec_port, probe.path = port, path
            return True
    return False


def page_of(client: EngineClient, probe: ServerProbe, clock: MachineClock) -> str:
    """Its page by exec, or what its log has gained; EngineError where the engine refuses."""
    now, server = clock.steady(), probe.server
    if probe.exec_port is not None and server is not None:
        argv = exec_command(probe.exec_port, probe.path or server.path)
        _, body = client.exec_run(probe.container.id, argv, "", EXEC_SECONDS)
        probe.next_try = now + EXEC_EVERY
        return body
    since = (
        clock.now() - LOG_OVERLAP
        if server is not None
        else max(probe.started or 0.0, clock.now() - LOG_FIRST)
    )
    body = client.log(probe.container.id, since)
    probe.server, probe.next_try = probe.candidate.server, now + LOG_EVERY
    return body
