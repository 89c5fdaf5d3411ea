"""`nebtui startup`: the last start of a project as a timeline; `--up` starts it anew and
watches."""

from __future__ import annotations

import shutil
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import closing

from nebtui.analysis.startup.recent import starts
from nebtui.cli.common import complain
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import ascii_only, say, say_json, warn
from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.facts.startup import Start
from nebtui.fixing.recreate import up_action
from nebtui.host import Host
from nebtui.report import startup_output as report
from nebtui.settings import Settings
from nebtui.store import Follower

FIRST_LOOK = 60.0
"""Seconds that the first look at the box may take."""
Pair = tuple[Start, Start | None]


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Print it; 1 when a race was seen, 2 where nothing could be looked at."""
    if arguments.up and not arguments.name and not arguments.project:
        raise CommandError("--up needs the PROJECT that is to be started")
    if arguments.up and arguments.recording:
        raise CommandError("a recording cannot be started: leave out --up")
    with closing(host_for(arguments, settings, environ, follow=arguments.up)) as host:
        follower = Follower(host)
        follower.until(lambda snapshot: snapshot.settled, FIRST_LOOK)
        keys = _projects(follower.snapshot, arguments)
        if follower.snapshot.engine is None:
            complain(follower.snapshot, keys, arguments)
            return 2
        if arguments.up:
            _start(host, follower, keys[0], arguments)
        follower.stop()
        snapshot, now = follower.snapshot, host.now()
        found = list(_found(snapshot, keys, now))
        if not found:
            warn("nebtui: no start is known: the containers were started before nebtui could look")
            return 2
        _print(found, arguments, now, ascii=ascii_only(settings))
    return int(any(start.races for start, _ in found))


def _projects(snapshot: Snapshot, arguments: Namespace) -> tuple[ProjectKey, ...]:
    """The projects of the name asked for, else all; CommandError where there is none, where
    several have the name and one is to be started, or where two names were given."""
    name = arguments.name or arguments.project
    if arguments.project not in (None, name):
        raise CommandError(f"which one, {name} or {arguments.project}? leave out --project")
    keys = tuple(key for key in snapshot.projects if name in (None, key.name))
    if name and not keys:
        raise CommandError(f"no project is called {name}")
    if arguments.up and len(keys) > 1:
        folders = ", ".join(key.working_dir for key in keys)
        raise CommandError(f"{len(keys)} projects are called {name} ({folders}): start it there")
    return keys


def _found(snapshot: Snapshot, keys: tuple[ProjectKey, ...], now: float) -> Iterator[Pair]:
    """The last start of each project that has one, and the one before it."""
    for key in keys:
        every = starts(snapshot, key, now)
        if every:
            yield every[-1], every[-2] if len(every) > 1 else None


def _start(host: Host, follower: Follower, project: ProjectKey, arguments: Namespace) -> None:
    """Recreate the project's containers, with consent, and follow until the start is over."""
    if arguments.read_only:
        raise CommandError("--read-only: nothing is started")
    action = up_action(follower.snapshot, project, force=True)
    _consent(host.command(action), project, arguments)
    began = host.now()
    ended: list[int] = []

    def up() -> None:
        for progress in host.do(action):
            if progress.text:
                warn(progress.text)
            if progress.done:
                ended.append(progress.exit_code)

    worker = threading.Thread(target=up, name="up", daemon=True)
    worker.start()

    def over(snapshot: Snapshot) -> bool:
        kept = snapshot.starts.get(project, ())
        done = bool(kept) and kept[-1].began >= began - 1.0
        return bool(ended) and (done or bool(ended[0]))

    if not follower.until(over, arguments.timeout):
        warn(f"nebtui: {project} did not settle within {arguments.timeout:.0f} s: this is so far")
    if ended and ended[0]:
        warn(f"nebtui: `up` of {project} failed (exit {ended[0]}): see its lines above")


def _consent(argv: tuple[str, ...], project: ProjectKey, arguments: Namespace) -> None:
    """Ask before containers are recreated; CommandError without a yes."""
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise CommandError("--up recreates the containers: say --yes where nobody can be asked")
    warn(f"This recreates the containers of {project}: {' '.join(argv)}")
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError("nothing was started")


def _print(found: list[Pair], arguments: Namespace, now: float, *, ascii: bool) -> None:
    """The starts in the format asked for."""
    if arguments.format == "json":
        say_json(report.all_as_json(found))
        return
    width = min(shutil.get_terminal_size((120, 40)).columns, 200)
    for at, (start, before) in enumerate(found):
        if at:
            say()
        say(report.text(start, before, width, now, ascii))
