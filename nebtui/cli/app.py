"""The app on a host: live, simulated or recorded; or its status once where there is no terminal."""

from __future__ import annotations

import gc
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from nebtui.analysis.services import narrowed
from nebtui.cli.boxes import ChosenBox
from nebtui.cli.desk import far_desk
from nebtui.cli.early import EarlyPicture, has_screen
from nebtui.cli.errors import CommandError
from nebtui.cli.output import ascii_only
from nebtui.host import Host, Player, Sender
from nebtui.keep.journal import Journal
from nebtui.settings import Settings, settings_file
from nebtui.without_tls import without_tls

if TYPE_CHECKING:
    from nebtui.tui.session import Session, Touring

TURN = 0.0005
"""Seconds that a thread may keep the interpreter while others wait for it. With Python's own 0.005
a thread that reads a socket waits ten times as long for each of its steps while rules are searched:
100 inspections took 3.5 s beside a search and 0.2 s without."""


def demo_host(scenario: str) -> Host:
    """The simulated box."""
    from nebtui.hosts.simulated import SimulatedHost

    return SimulatedHost(scenario)


def demo_tour(
    arguments: Namespace, settings: Settings, environ: Mapping[str, str], *, begins: bool = False
) -> Touring:
    """The tour of the demo box; at its end the person's own box is looked at."""
    from nebtui import rules
    from nebtui.cli.common import look
    from nebtui.cli.looking import host_for
    from nebtui.tour.checklist import Checked, checklist
    from nebtui.tour.reader import built_in
    from nebtui.tui.session import Touring

    def own_box() -> tuple[Checked, ...]:
        with closing(host_for(arguments, settings, environ)) as host:
            snapshot = look(host, settings)
        return checklist(snapshot, rules.find(snapshot, settings.allow))

    return Touring(built_in, "demo", settings.state_dir, begins, own_box)


def show(
    host: Host,
    banner: str,
    arguments: Namespace,
    settings: Settings,
    environ: Mapping[str, str],
    notice: str = "",
    player: Player | None = None,
    early: EarlyPicture | None = None,
    tour: Touring | None = None,
) -> int:
    """The app on a host, or its status once where there is no terminal for it. `player`: steers
    the host, where it is a recorded one; `early`: what the terminal shows already; `tour`: the one
    that can be taken on it."""
    if not has_screen(arguments):
        from nebtui import rules
        from nebtui.cli.common import look, say_status, selected

        with closing(host):
            snapshot, now = look(host, settings), host.now()
        keys = selected(snapshot, arguments, settings, environ)
        found = [f for f in rules.find(snapshot, settings.allow) if f.project in keys]
        say_status(narrowed(snapshot, keys), arguments, found, now, banner)
        return 0
    _ready(settings, environ)
    session = _session(host, arguments, settings, environ, banner, notice, player)
    session.tour = tour
    if early is not None:
        session.snapshot, session.terminal = early.snapshot, early.terminal
    return _run(session)


def show_boxes(arguments: Namespace) -> int:
    """The app on several boxes, or their status once where there is no terminal for it."""
    if not has_screen(arguments):
        from nebtui.cli.several import looking
        from nebtui.cli.status import say_boxes

        with looking(arguments) as boxes:
            say_boxes(boxes, arguments)
        return 0
    from nebtui.cli.looking import host_for

    chosen: tuple[ChosenBox, ...] = arguments.boxes
    _ready(chosen[0].settings, chosen[0].environ)
    sessions = []
    for box in chosen:
        search = not box.endpoint.remote
        host = host_for(arguments, box.settings, box.environ, follow=True, search=search)
        session = _session(host, arguments, box.settings, box.environ, box.name, "", None)
        session.name = box.name
        sessions.append(session)
    for session, box in zip(sessions, chosen, strict=True):
        session.beside = tuple(sessions)
        # A name that nobody answers for takes seconds: nothing waits for it.
        threading.Thread(target=_look_up, args=(session, box), daemon=True).start()
    return _run(sessions[0])


def _look_up(session: Session, box: ChosenBox) -> None:
    from nebtui.hosts.engine.known_as import known_as

    session.known_as = known_as(box.endpoint.url, box.environ)


def _ready(settings: Settings, environ: Mapping[str, str]) -> None:
    """CommandError where this terminal has no screen; SettingsError for a key that cannot be."""
    if environ.get("TERM", "") in ("", "dumb"):
        raise CommandError(
            "this terminal (TERM=dumb) cannot show the screen; use `nebtui --plain` or "
            "`nebtui check`"
        )
    with without_tls():
        import asyncio  # noqa: F401 - Textual's
    from nebtui.tui.rebinding import keymap

    keymap(settings)


def _run(session: Session) -> int:
    from nebtui.tui.app import NebtuiApp

    spare_what_stays()
    gc.enable()
    sys.setswitchinterval(TURN)
    app = NebtuiApp(session, spare_what_stays)
    app.run()
    return app.return_code or 0


def spare_what_stays() -> None:
    """Let the garbage collector pass over what was made until now: modules, styles, widgets stay as
    long as the program. Each full collection went through all of it, and while 10,000 lines of
    logs a second made it due once in two seconds, a key waited 200 to 430 ms for it. What is
    garbage by then would stay for ever: 2 MB of Textual's strips, each of which refers to
    itself."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


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
        far_desk=far_desk(host),
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
        sender=_sender(host, settings, environ),
    )


def _sender(host: Host, settings: Settings, environ: Mapping[str, str]) -> Sender | None:
    from nebtui.hosts.engine.endpoint import find_endpoint

    if not find_endpoint(environ).url.startswith("ssh://"):
        return None
    from nebtui.hosts.remote.chosen import FarHost

    if not isinstance(host, FarHost):
        return None
    from nebtui.cli.sending import BoxSender

    return BoxSender(find_endpoint(environ).url, environ, settings.state_dir, host)
