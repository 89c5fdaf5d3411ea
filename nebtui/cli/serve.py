"""`nebtui serve -`: the far end of a nebtui on another machine, which starts it over ssh."""

from __future__ import annotations

import os
import socket
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import closing

from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import Desk
from nebtui.fixing.local_desk import LocalDesk
from nebtui.keep.journal import Journal
from nebtui.settings import Settings
from nebtui.text.digest import sha256

MACHINE_ID = "/etc/machine-id"


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Serve this box until standard input ends."""
    from nebtui.hosts.serving.server import BoxServer

    if sys.stdin.isatty() or sys.stdout.isatty():
        raise CommandError(
            "serve talks to another nebtui: name this machine there, nebtui --host ssh://THIS"
        )
    pipes = os.dup(sys.stdin.fileno()), os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may stand between its lines
    with closing(host_for(arguments, settings, environ, follow=True)) as host:
        journal = Journal(settings.state_dir)

        def desk(picture: Callable[[], Snapshot]) -> Desk:
            return LocalDesk(host, journal, settings.network, picture)

        server = BoxServer(host, pipes, read_only=arguments.read_only, desks=desk)
        server.serve(socket.gethostname(), machine())
    return 0


def machine() -> str:
    """What tells this machine from others, without telling its id; "" where it has none."""
    try:
        with open(MACHINE_ID, "rb") as file:
            identity = file.read(1000).strip()
    except OSError:
        return ""
    return sha256(b"nebtui " + identity)[:32]
