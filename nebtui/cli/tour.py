"""`nebtui tour`: learn on the demo box by doing, or take a team's own tour on a box or a recording
of it."""

from __future__ import annotations

import os
import tempfile
import textwrap
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace

from nebtui.cli.app import demo_host, demo_tour, show
from nebtui.cli.early import has_screen
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import say
from nebtui.cli.replay import play
from nebtui.disk.read import UnreadableError, from_disk
from nebtui.settings import Settings
from nebtui.text.paths import short
from nebtui.tour.reader import TourError, built_in, read_tour
from nebtui.tour.step import Tour

PAGE = 78


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Open the tour on its box; without a terminal print its steps. 2 where the file is none."""
    file: str | None = arguments.file
    if arguments.recording and file is None:
        raise CommandError("--recording needs a FILE: the tour of the demo box is on the demo box")
    if not has_screen(arguments):
        say(_printed(_read(file) if file else built_in()))
        return 0
    if file is None:
        return _demo(arguments, settings, environ)
    from nebtui.tui.session import Touring

    read = _read(file)
    tour = Touring(lambda: read, os.path.abspath(file), settings.state_dir, begins=True)
    if arguments.recording:
        return play(arguments, settings, environ, arguments.recording, tour=tour)
    host = host_for(arguments, settings, environ, follow=True)
    banner = "files only" if arguments.no_engine else ""
    return show(host, banner, arguments, settings, environ, tour=tour)


def _demo(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """On the demo box, whose journal is not the user's."""
    tour = demo_tour(arguments, settings, environ, begins=True)
    with tempfile.TemporaryDirectory(prefix="nebtui-demo-") as state_dir:
        own = replace(settings, state_dir=state_dir)
        return show(demo_host("all"), "demo", arguments, own, environ, tour=tour)


def _read(file: str) -> Tour:
    try:
        return read_tour(from_disk(os.path.abspath(file)), short(os.path.abspath(file)))
    except (UnreadableError, TourError) as error:
        raise CommandError(str(error)) from None


def _printed(tour: Tour) -> list[str]:
    """The steps as a person reads them on paper."""
    lines = [tour.title]
    for number, step in enumerate(tour.steps, 1):
        where = " · ".join(part for part in (step.at, step.key and f"press {step.key}") if part)
        lines += ["", f"{number}. {step.title}{f'  ({where})' if where else ''}"]
        for text in (step.text, step.done):
            lines += textwrap.wrap(text, PAGE, initial_indent="   ", subsequent_indent="   ")
    return lines
