"""What a host can do: Compose as a sub-process whose lines stream, networks and probes through the
engine."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress

from nebtui.action import (
    LABEL,
    Action,
    AskRegistry,
    Cancel,
    CreateNetwork,
    EngineAction,
    Existing,
    Probe,
    Progress,
    ProjectAction,
    RemoveNetwork,
    RunProgram,
    SwarmAction,
)
from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError, NotFoundError

LONGEST_LINE = 8192
"""Characters of an output line that are shown as one; a longer one is several."""
NOT_STARTED = 127
NOT_ENDED = 124
"""Exit codes as a shell gives them: command not found, and `timeout`."""
PAUSE = 0.05
"""Seconds between two looks at what a command wrote."""
PATIENCE = 10.0
"""Seconds that an interrupted command has to tidy up."""
BLOCK = 65_536


def run_command(
    argv: tuple[str, ...], environ: Mapping[str, str], folder: str, stop: Cancel | None = None
) -> Iterator[Progress]:
    """Run a command and yield its lines, standard error among them; the last Progress has its exit
    code.

    Once `stop` is set it is interrupted as ctrl+c would, and killed `PATIENCE` seconds later. Its
    output goes to a file without a name and not to a pipe, which would break: should nebtui end or
    the iterator be closed, the command goes on by itself and ends what it began.
    """
    with ExitStack() as opened:
        try:
            output = opened.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                cwd=folder if os.path.isdir(folder) else None,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            text = f"{argv[0]} cannot be started: {error}"
            yield Progress(text, done=True, exit_code=NOT_STARTED)
            return
        reader = OutputLines(output.fileno())
        stopper = Stopper(process, stop)
        try:
            while not ended(process):
                yield from map(Progress, reader.more())
                stopper.look()
        finally:
            if process.poll() is None:  # left alone: somebody has to take its exit status
                threading.Thread(target=process.wait, daemon=True).start()
        yield from map(Progress, (*reader.more(), *reader.rest()))
    code = process.returncode
    text = f"{shlex.join(argv)}: exit status {code}" if code else "done"
    yield Progress("cancelled" if code and stopper.asked else text, done=True, exit_code=code)


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended; waits a moment for that."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(PAUSE)
    return process.poll() is not None


class OutputLines:
    """The lines that a command writes to a file, as they come."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._at = 0
        self._open = b""

    def more(self) -> list[str]:
        """The lines that were ended since the last call."""
        result: list[str] = []
        while block := os.pread(self._file, BLOCK, self._at):
            self._at += len(block)
            *whole, self._open = (self._open + block).split(b"\n")
            result += (piece for line in whole for piece in _pieces(line))
            if len(self._open) > LONGEST_LINE:
                result += _pieces(self._open)
                self._open = b""
        return result

    def rest(self) -> list[str]:
        """The last line, where no line end follows it."""
        return _pieces(self._open) if self._open else []


def _pieces(line: bytes) -> list[str]:
    text = line.decode("utf-8", "replace").rstrip("\r")
    return [text[at : at + LONGEST_LINE] for at in range(0, len(text) or 1, LONGEST_LINE)]


class Stopper:
    """Ends a command that somebody does not want any more."""

    def __init__(self, process: subprocess.Popen[bytes], stop: Cancel | None) -> None:
        self._process = process
        self._stop = stop
        self._since = 0.0
        self.asked = False

    def look(self) -> None:
        """Interrupt it once it is unwanted, and kill it if it goes on for too long."""
        if self._stop is None or not self._stop.is_set():
            return
        if not self.asked:
            self.asked, self._since = True, time.monotonic()
            self._signal(signal.SIGINT)
        elif time.monotonic() - self._since > PATIENCE:
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def through_engine(client: EngineClient, action: EngineAction) -> Iterator[Progress]:
    """One call to the engine; its refusal is the last Progress."""
    try:
        match action:
            case CreateNetwork(name):
                client.create_network(name)
                yield Progress(f"network {name} created", done=True)
            case RemoveNetwork(name):
                client.remove_network(name)
                yield Progress(f"network {name} removed", done=True)
            case AskRegistry(image):
                yield Progress(client.registry_digest(image), done=True)
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


def compose_command(action: ProjectAction) -> tuple[str, ...]:
    """The `docker compose` command line on a box whose Compose is not asked; of what Swarm does its
    own."""
    if isinstance(action, SwarmAction):
        return action.words
    key = action.project
    if isinstance(action, Existing):
        return ("docker", "compose", "-p", key.name, *action.words)
    files = tuple(word for path in key.files for word in ("-f", path))
    return ("docker", "compose", "-p", key.name, *files, *action.words)


def command_line(action: Action) -> tuple[str, ...]:
    """The command line of the same effect on a box whose Compose is not asked."""
    match action:
        case ProjectAction():
            return compose_command(action)
        case RunProgram(_, argv):
            return argv
    return docker_command(action)


def on_engine(argv: tuple[str, ...], endpoint: Endpoint) -> tuple[str, ...]:
    """The same command line on an engine that is named in it."""
    if argv[0].rpartition("/")[2] == "docker":
        return (argv[0], *endpoint.option, *argv[1:])
    by, which = endpoint.option
    return ("env", f"{'DOCKER_CONTEXT' if by == '--context' else 'DOCKER_HOST'}={which}", *argv)


def docker_command(action: EngineAction) -> tuple[str, ...]:
    """The `docker` command line with the same effect."""
    match action:
        case CreateNetwork(name):
            return ("docker", "network", "create", "--label", f"{LABEL}=1", name)
        case RemoveNetwork(name):
            return ("docker", "network", "rm", name)
        case AskRegistry(image):
            return ("docker", "manifest", "inspect", image)
        case Probe(container, argv, user):
            return ("docker", "exec", *(("-u", user) if user else ()), container, *argv)
