"""`nebtui`: the live box on the screen; files only where no engine answers; the demo box where
there is nothing."""

from __future__ import annotations

import os
import socket
from argparse import Namespace
from collections.abc import Mapping

from nebtui.cli.early import early_picture
from nebtui.cli.output import warn
from nebtui.hosts.engine.endpoint import find_endpoint
from nebtui.settings import Settings


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Open the box; without a terminal print its status once and exit 0."""
    if len(arguments.boxes) > 1:
        from nebtui.cli.app import show_boxes

        return show_boxes(arguments)
    if not arguments.no_engine and not arguments.host and nothing_here(settings, environ):
        warn("nebtui: no engine and no compose file here: this is the demo box")
        notice = (
            "the demo box, nothing on it is yours: no engine here, no compose file in "
            f"{os.getcwd()}"
        )
        from nebtui.cli.app import demo_host, demo_tour, show

        tour = demo_tour(arguments, settings, environ)
        host = demo_host("all")
        return show(host, "demo", arguments, settings, environ, notice, tour=tour)
    with early_picture(arguments, settings, environ) as early:
        # Loaded under the eyes of who looks at the first frame.
        from nebtui.cli.app import show
        from nebtui.cli.looking import host_for

        host = host_for(arguments, settings, environ, follow=True)
        banner = "files only" if arguments.no_engine else arguments.boxes[0].name
        return show(host, banner, arguments, settings, environ, early=early)


def nothing_here(settings: Settings, environ: Mapping[str, str]) -> bool:
    """True if no engine is there to be asked and no compose file is known or found."""
    if may_answer(find_endpoint(environ).socket):
        return False
    from nebtui.compose.discovery.search import search
    from nebtui.keep.known_projects import recall_projects

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
