"""What a host can do: Compose as a sub-process whose lines stream, networks and probes through the
engine."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress

from nebtui.host import LABEL, CreateNetwork, Probe, Progress, RemoveNetwork, Up
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.errors import EngineError, NotFoundError

LONGEST_LINE = 8192
"""Characters of an output line that are shown as one; a longer one is several."""
NOT_STARTED = 127
NOT_ENDED = 124
"""Exit codes as a shell gives them: command not found, and `timeout`."""


def run_command(
    argv: tuple[str, ...], environ: Mapping[str, str], folder: str
) -> Iterator[Progress]:
    """Run a command and yield its lines, standard error among them; the last Progress has its exit
    code.

    Closing the iterator early interrupts the command as ctrl+c would.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=folder if os.path.isdir(folder) else None,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        yield Progress(f"{argv[0]} cannot be started: {error}", done=True, exit_code=NOT_STARTED)
        return
    with process:
        try:
            output = process.stdout
            while output is not None and (line := output.readline(LONGEST_LINE)):
                yield Progress(line.rstrip("\r\n"))
            code = process.wait()
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGINT)
    yield Progress(
        f"{shlex.join(argv)}: exit status {code}" if code else "done", done=True, exit_code=code
    )


def through_engine(
    client: EngineClient, action: CreateNetwork | RemoveNetwork | Probe
) -> Iterator[Progress]:
    """One call to the engine; its refusal is the last Progress."""
    try:
        match action:
            case CreateNetwork(name):
                client.create_network(name)
                yield Progress(f"network {name} created", done=True)
            case RemoveNetwork(name):
                client.remove_network(name)
                yield Progress(f"network {name} removed", done=True)
            case Probe(container, argv, user, timeout):
                code, output = client.exec_run(container, argv, user, timeout)
                for line in output.splitlines():
                    yield Progress(line)
                text = f"no end within {timeout:g} s" if code is None else f"exit status {code}"
                yield Progress(text, done=True, exit_code=NOT_ENDED if code is None else code)
    except EngineError as problem:
        # A network that somebody removed by hand is as gone as it was asked to be.
        gone = isinstance(action, RemoveNetwork) and isinstance(problem, NotFoundError)
        yield Progress(str(problem), done=True, exit_code=0 if gone else 1)


def compose_up(action: Up) -> tuple[str, ...]:
    """The `docker compose` command line of an `up` on a box whose Compose is not asked."""
    key = action.project
    files = tuple(word for path in key.files for word in ("-f", path))
    forced = ("--force-recreate",) if action.force_recreate else ()
    return ("docker", "compose", "-p", key.name, *files, "up", "-d", *forced, *action.services)


def docker_command(action: CreateNetwork | RemoveNetwork | Probe) -> tuple[str, ...]:
    """The `docker` command line with the same effect."""
    match action:
        case CreateNetwork(name):
            return ("docker", "network", "create", "--label", f"{LABEL}=1", name)
        case RemoveNetwork(name):
            return ("docker", "network", "rm", name)
        case Probe(container, argv, user):
            return ("docker", "exec", *(("-u", user) if user else ()), container, *argv)
