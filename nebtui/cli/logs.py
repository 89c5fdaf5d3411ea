"""`nebtui logs`: what containers write, merged by time, over restarts and recreation."""

from __future__ import annotations

import math
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress

from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.logs.level import LogLevel
from nebtui.analysis.logs.levels import Levels, at_least
from nebtui.analysis.services import keys_of
from nebtui.analysis.stacks import StackService, stacks
from nebtui.analysis.task_log import tasks_called
from nebtui.cli.common import complain
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say_beside, say_json_line, warn
from nebtui.cli.pipe import when_reader_leaves
from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest, LogStream
from nebtui.light_dataclass import dataclass
from nebtui.report.log_output import log_json
from nebtui.settings import Settings
from nebtui.store import Follower
from nebtui.text.terminal import plain

FIRST_LOOK = 60.0
"""Seconds that the first look at the box may take."""
BATCH = 1000
PAUSE = 0.5
"""Seconds between two looks at a log in which nothing is written."""
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
"""Of the services in turn, in the terminal's own palette; no red, which reads as an error."""
TAIL = 100
MOST_NOTES = 1000
"""Different notes of which none is told twice."""


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print it until interrupted, or what there is with `--no-follow`; 2 where nothing could be
    looked at."""
    if arguments.no_engine:
        raise CommandError("--no-engine looks at files, which have no log: leave it out")
    with closing(host_for(arguments, settings, environ)) as host:
        follower = Follower(host)
        follower.until(lambda snapshot: snapshot.settled, FIRST_LOOK)
        snapshot = follower.snapshot
        if snapshot.engine is None:
            complain(snapshot, (), arguments)
            return 2
        wanted = _wanted(snapshot, arguments)
        of_swarm = wanted.swarm or wanted.tasks
        if not of_swarm and not any(snapshot.containers_of(one) for one in wanted.services):
            warn("nebtui: none of the services has a container: there is nothing to read yet")
        # What happens goes on being read, or it would pile up, and new containers not be found.
        threading.Thread(
            target=follower.until, args=(lambda _: False, math.inf), daemon=True
        ).start()
        since = None if arguments.since is None else arguments.since(host.now())
        tail = arguments.tail if arguments.tail is not None or since is not None else TAIL
        follow = not arguments.no_follow
        tail = None if tail in (None, math.inf) else int(tail)
        names = tuple(one.known.name for one in wanted.swarm if one.known)
        request = LogRequest(
            wanted.services, tail, since, follow, patient=True, swarm=names, tasks=wanted.tasks
        )
        with closing(host.logs(request)) as stream, suppress(KeyboardInterrupt):
            threading.Thread(target=when_reader_leaves, args=(stream.close,), daemon=True).start()
            _print(stream, arguments, _writer(arguments, wanted.every, environ))
    return 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose lines are asked for."""

    services: tuple[ServiceKey, ...]
    swarm: tuple[StackService, ...] = ()
    tasks: tuple[tuple[str, str], ...] = ()
    """Service and id of single tasks."""

    @property
    def every(self) -> tuple[ServiceKey, ...]:
        """The services with a colour of their own."""
        return (*self.services, *(one.log_key for one in self.swarm))


def _wanted(snapshot: Snapshot, arguments: Namespace) -> Wanted:
    """The services of the names given, else all: of projects, and of the stacks of a Swarm that is
    managed here; CommandError where there is none of a name."""
    only = arguments.project
    every = tuple(key for key in keys_of(snapshot, None) if only in (None, key.project.name))
    of_swarm = tuple(
        one
        for stack in stacks(snapshot)
        for one in stack.services
        if one.known and only in (None, one.stack)
    )
    if only and not every and not of_swarm:
        raise CommandError(f"no project is called {only}")
    if not arguments.names:
        return Wanted(every, of_swarm)
    found: dict[ServiceKey, None] = {}
    swarm: dict[ServiceKey, StackService] = {}
    tasks: dict[tuple[str, str], None] = {}
    for name in arguments.names:
        project, _, service = name.partition("/")
        mine = [k for k in every if k.project.name == project and service in ("", k.service)]
        theirs = [one for one in of_swarm if one.stack == project and service in ("", one.name)]
        single = () if mine or theirs else _tasks(snapshot, of_swarm, project, service)
        if not mine and not theirs and not single:
            known = {*(key.project.name for key in every), *(one.stack for one in of_swarm)}
            if project in known:
                raise CommandError(f"project {project} has no service {service}")
            raise CommandError(f"no project is called {project}")
        found |= dict.fromkeys(mine)
        swarm |= {one.log_key: one for one in theirs}
        tasks |= dict.fromkeys(single)
    return Wanted(tuple(found), tuple(swarm.values()), tuple(tasks))


def _tasks(
    snapshot: Snapshot, services: Iterable[StackService], stack: str, name: str
) -> tuple[tuple[str, str], ...]:
    """The tasks that `SERVICE.TASK` means; CommandError where the service is there and has none."""
    for one in services:
        word = name.removeprefix(f"{one.name}.")
        if one.stack == stack and word != name and one.known and snapshot.swarm:
            if found := tasks_called(snapshot.swarm, one.known, word):
                return tuple((one.known.name, task.id) for task in found)
            raise CommandError(f"{stack}/{one.name} has no task {word}")
    return ()


def _coloured(environ: Mapping[str, str]) -> bool:
    """Whether standard output is a terminal that wants colours."""
    dumb = environ.get("TERM", "") in ("", "dumb")
    return os.isatty(sys.stdout.fileno()) and not environ.get("NO_COLOR") and not dumb


def _writer(
    arguments: Namespace, services: tuple[ServiceKey, ...], environ: Mapping[str, str]
) -> Callable[[LogLine, LogLevel | None], None]:
    """What prints one line of which the level is known."""
    if arguments.format == "json":
        return lambda line, level: say_json_line(log_json(line, level))
    coloured = _coloured(environ)
    colours = {key: COLOURS[at % len(COLOURS)] for at, key in enumerate(services)}

    def write(line: LogLine, _: LogLevel | None) -> None:
        colour = colours.get(line.service) if coloured and line.service else None
        say_beside(str(line.service or ""), line.text, colour)

    return write


def _print(
    stream: LogStream, arguments: Namespace, write: Callable[[LogLine, LogLevel | None], None]
) -> None:
    """Print the lines that are wanted until the stream ends; notes go to standard error."""
    levels, wanted = Levels(), arguments.grep
    noted: set[str] = set()
    while not stream.ended:
        lines = stream.take(BATCH)
        for line in lines:
            if line.source == "note":
                told = f"nebtui: {_whose(line)}{line.text}"
                if told not in noted or len(noted) > MOST_NOTES:
                    noted.add(told)
                    warn(told)
                continue
            level = levels.of(line, entry_of(line.text))
            found = wanted is None or wanted.search(plain(line.text))
            if found and at_least(level, arguments.level):
                write(line, level)
        sys.stdout.flush()
        if not lines:
            stream.wait(PAUSE)


def _whose(line: LogLine) -> str:
    return f"{line.service}: " if line.service else ""
