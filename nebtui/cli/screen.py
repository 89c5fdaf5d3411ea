"""`nebtui`: the live box on the screen; files only where no engine answers; the demo box where
there is nothing."""

from __future__ import annotations

import gc
import os
import socket
import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from nebtui import rules
from nebtui.analysis.services import narrowed
from nebtui.cli.common import host_for, look, say_status, selected
from nebtui.cli.errors import CommandError
from nebtui.cli.output import ascii_only, warn
from nebtui.host import Host, Player
from nebtui.keep import Journal, recall_projects
from nebtui.settings import Settings, settings_file

if TYPE_CHECKING:
    from nebtui.tui.session import Session


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Open the box; without a terminal print its status once and exit 0."""
    if not arguments.no_engine and nothing_here(settings, environ):
        warn("nebtui: no engine and no compose file here: this is the demo box")
        notice = (
            "the demo box, nothing on it is yours: no engine here, no compose file in "
            f"{os.getcwd()}"
        )
        return show(demo_host("all"), "demo", arguments, settings, environ, notice)
    host = host_for(arguments, settings, environ, follow=True)
    return show(host, "files only" if arguments.no_engine else "", arguments, settings, environ)


def nothing_here(settings: Settings, environ: Mapping[str, str]) -> bool:
    """True if no engine is there to be asked and no compose file is known or found."""
    from nebtui.compose.discovery.search import search
    from nebtui.hosts.engine.endpoint import find_endpoint

    if may_answer(find_endpoint(environ).socket):
        return False
    return not recall_projects(settings.state_dir) and not search(
        (".", *settings.roots), settings.depth, environ
    )


def may_answer(path: str) -> bool:
    """False only where it is certain that nobody answers: no such socket, or nobody behind it.
    Remote engines ("") and sockets that may not be opened count as there: the screen says what is
    wrong with them."""
    if not path:
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except PermissionError:
            return True
        except OSError:
            return False
    return True


def demo_host(scenario: str) -> Host:
    """The simulated box."""
    from nebtui.hosts.simulated import SimulatedHost

    return SimulatedHost(scenario)


def show(
    host: Host,
    banner: str,
    arguments: Namespace,
    settings: Settings,
    environ: Mapping[str, str],
    notice: str = "",
    player: Player | None = None,
) -> int:
    """The app on a host, or its status once where there is no terminal for it. `player`: steers
    the host, where it is a recorded one."""
    if (
        arguments.plain
        or arguments.format == "json"
        or not (sys.stdin.isatty() and sys.stdout.isatty())
    ):
        with closing(host):
            snapshot, now = look(host, settings), host.now()
        keys = selected(snapshot, arguments, settings, environ)
        found = [f for f in rules.find(snapshot, settings.allow) if f.project in keys]
        say_status(narrowed(snapshot, keys), arguments, found, now, banner)
        return 0
    if environ.get("TERM", "") in ("", "dumb"):
        raise CommandError(
            "this terminal (TERM=dumb) cannot show the screen; use `nebtui --plain` or "
            "`nebtui check`"
        )
    from nebtui.tui.app import NebtuiApp
    from nebtui.tui.rebinding import keymap

    keymap(settings)  # a key that cannot be is told before the screen is taken
    session = _session(host, arguments, settings, environ, banner, notice, player)
    app = NebtuiApp(session, spare_what_stays)
    app.run()
    return app.return_code or 0


def spare_what_stays() -> None:
    """Let the garbage collector pass over what was made until now: modules, styles, widgets stay as
    long as the program. Each full collection went through all of it, and while 10,000 lines of
    logs a second made it due once in two seconds, a key waited 200 to 430 ms for it."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _session(
    host: Host,
    arguments: Namespace,
    settings: Settings,
    environ: Mapping[str, str],
    banner: str,
    notice: str,
    player: Player | None,
) -> Session:
    from nebtui.tui.session import Searched, Session

    simulated = host.kind == "simulated"
    locked = arguments.read_only or not host.writable or not settings.kept
    # What is written in the demo box is no part of the real one's journal: its networks are not
    # this engine's.
    state_dir = os.path.join(settings.state_dir, "demo") if simulated else settings.state_dir
    folders = (os.getcwd(), *settings.roots)
    return Session(
        host,
        settings,
        Journal(state_dir),
        banner=banner,
        notice=" · ".join(filter(None, (notice, settings.problem))),
        searched=None
        if simulated or player
        else Searched(folders, settings.depth, str(settings_file(environ))),
        locked=locked,
        read_only=locked,
        only=arguments.project or "",
        ascii=ascii_only(settings),
        player=player,
    )
