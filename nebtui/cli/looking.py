"""The host that a command looks at: the live box, files alone, or a recording."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from nebtui.cli.errors import CommandError
from nebtui.compose.discovery.candidate import Candidate
from nebtui.host import Host
from nebtui.hosts.engine.endpoint import find_endpoint
from nebtui.hosts.projects.catalogue import ComposeCatalogue
from nebtui.keep.known_projects import recall_projects
from nebtui.settings import Settings

if TYPE_CHECKING:
    from nebtui.hosts.remote.host import RemoteHost


def paths_of(arguments: Namespace) -> tuple[str, ...]:
    """The PATH arguments that exist, absolute; CommandError where none does."""
    paths = tuple(os.path.abspath(path) for path in getattr(arguments, "paths", ()))
    found = tuple(path for path in paths if os.path.lexists(path))
    if paths and not found:
        raise CommandError(f"{paths[0]}: no such file or folder")
    return found


def host_for(
    arguments: Namespace,
    settings: Settings,
    environ: Mapping[str, str],
    *,
    follow: bool = False,
    search: bool = True,
) -> Host:
    """The live host, the files of the given places with `--no-engine`, or what `--recording`
    names. `search`: look for compose files here; of several boxes nobody knows whose they are."""
    if recorded := getattr(arguments, "recording", None):
        return recorded_host(recorded, arguments)
    given = paths_of(arguments)
    roots = _roots(given, arguments, settings) if search else ()
    known = () if given and arguments.no_engine else remembered(settings)
    asks_compose = arguments.verb == "fix" or not arguments.no_engine
    catalogue = ComposeCatalogue(
        roots, known, environ, asks_compose, None if given else settings.depth
    )
    if arguments.no_engine:
        from nebtui.hosts.files import FilesHost

        return FilesHost(roots, known, environ, follow=follow, catalogue=catalogue)

    def live() -> Host:
        return _live(arguments, settings, environ, catalogue, follow=follow)

    if not may_serve(arguments, environ):
        return live()
    return _far(find_endpoint(environ).url, arguments, settings, environ, live)


def _far(
    url: str,
    arguments: Namespace,
    settings: Settings,
    environ: Mapping[str, str],
    live: Callable[[], Host],
) -> Host:
    from nebtui.hosts.remote.chosen import FarHost
    from nebtui.hosts.remote.over_ssh import remote_host
    from nebtui.keep.sent import recall_sent

    speeds = ("--speeds",) if _awaits_speeds(arguments) else ()
    read_only = ("--read-only",) if arguments.read_only else ()

    def both() -> tuple[RemoteHost, Host]:
        sent = recall_sent(settings.state_dir)
        return remote_host(url, environ, *speeds, *read_only, sent=sent), live()

    send = "" if arguments.read_only else f"nebtui hosts --send {url}"
    return FarHost(*both(), both, send=send)


def may_serve(arguments: Namespace, environ: Mapping[str, str]) -> bool:
    """Whether the box was named by a person and is behind ssh: a nebtui there may serve it."""
    return bool(arguments.host) and find_endpoint(environ).url.startswith("ssh://")


def _live(
    arguments: Namespace,
    settings: Settings,
    environ: Mapping[str, str],
    catalogue: ComposeCatalogue,
    *,
    follow: bool,
) -> Host:
    from nebtui.hosts.live import LiveHost
    from nebtui.keep.baselines import SpeedMemory
    from nebtui.keep.starts import StartMemory

    speeds = _awaits_speeds(arguments)
    # A single look would be over before the reply came.
    now = follow and not speeds and not arguments.read_only
    return LiveHost(
        (),
        (),
        environ,
        catalogue=catalogue,
        baselines=SpeedMemory(settings.state_dir),
        starts=StartMemory(settings.state_dir),
        await_servers=speeds,
        ask_ollama=("now" if now else "later") if settings.ask_ollama else "never",
        named=bool(arguments.host),
        beside=len(arguments.host) > 1 or arguments.verb == "serve",
    )


def _awaits_speeds(arguments: Namespace) -> bool:
    """Whether the first picture is to have the servers' speeds: it is all that is looked at."""
    return arguments.verb in ("status", "check", "gpu") or getattr(arguments, "speeds", False)


def _roots(given: tuple[str, ...], arguments: Namespace, settings: Settings) -> tuple[str, ...]:
    """Where compose files are searched for: the PATHs, else the folder one stands in."""
    places = given or (os.getcwd(),)
    return (*places, *(() if given and arguments.no_engine else settings.roots))


def recorded_host(file: str, arguments: Namespace) -> Host:
    """The end of a recording; CommandError where it is none, or where something is asked for that
    needs this machine."""
    from nebtui.hosts.recorded import RecordedHost
    from nebtui.recording.lines import RecordingError
    from nebtui.recording.tape import open_tape

    if arguments.no_engine:
        raise CommandError("--no-engine looks at files, --recording at none: leave out one of them")
    try:
        return RecordedHost(open_tape(file), follow=False)
    except RecordingError as error:
        raise CommandError(str(error)) from None


def remembered(settings: Settings) -> tuple[Candidate, ...]:
    """The projects seen in earlier runs."""
    known = recall_projects(settings.state_dir)
    return tuple(
        Candidate(key, frozenset({"remembered"}), env_files) for key, env_files in known.items()
    )
