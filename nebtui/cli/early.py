"""The picture before the screen: what the engine answers at once, in the outlines of the last run,
on the terminal while Textual is still being loaded."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nebtui import __version__
from nebtui.cli.output import ascii_only
from nebtui.hosts.engine.endpoint import find_endpoint
from nebtui.hosts.engine.first_question import FirstQuestion
from nebtui.keep.first_page import OUTLINES, digest, recall_page, remember_page, stamp
from nebtui.light_dataclass import dataclass
from nebtui.settings import Settings
from nebtui.tui.colour_depth import colour_depth
from nebtui.tui.colours import PALETTES
from nebtui.tui.terminal import QuietTerminal, quiet_terminal

if TYPE_CHECKING:
    from nebtui.facts.snapshot import Snapshot

PATIENCE = 0.15
"""Seconds that the engine may take to answer; a slower one is waited for by the screen itself."""


@dataclass(frozen=True, slots=True)
class EarlyPicture:
    """What stands on the terminal."""

    terminal: QuietTerminal
    snapshot: Snapshot


def has_screen(arguments: Namespace) -> bool:
    """Whether the app can be shown: on a terminal, and not asked for text."""
    wanted = not arguments.plain and arguments.format != "json"
    return bool(wanted and sys.stdin.isatty() and sys.stdout.isatty())


@contextmanager
def early_picture(
    arguments: Namespace, settings: Settings, environ: Mapping[str, str]
) -> Iterator[EarlyPicture | None]:
    """Show the first frame where that can be done at once, and give the terminal back where the
    block ends before Textual has taken it over. None where it cannot: the screen then comes as
    it always did."""
    endpoint = find_endpoint(environ)
    path = "" if endpoint.problem else endpoint.socket
    depth = colour_depth(environ)
    if not (
        path
        and depth
        and settings.theme in PALETTES
        and not ascii_only(settings)
        and _possible(arguments, environ)
    ):
        yield None
        return
    with quiet_terminal() as terminal:
        picture = None
        if terminal is not None:
            with suppress(Exception):  # whatever it is, the screen says it better in a moment
                picture = _shown(terminal, path, depth, arguments, settings)
            if picture is None:
                terminal.give_back()
        yield picture


def _possible(arguments: Namespace, environ: Mapping[str, str]) -> bool:
    """Whether this run ends in the live box on a terminal that Textual would use."""
    return (
        has_screen(arguments)
        and not arguments.no_engine
        and sys.stderr.isatty()
        and environ.get("TERM", "") not in ("", "dumb")
        and "TEXTUAL_DRIVER" not in environ
    )


def _shown(
    terminal: QuietTerminal, path: str, depth: int, arguments: Namespace, settings: Settings
) -> EarlyPicture | None:
    """The page of the last time where nothing that it was drawn from has changed, else one that is
    drawn now."""
    answer = FirstQuestion(path, PATIENCE).answer()
    size, only = shutil.get_terminal_size(), arguments.project or ""
    outlines = stamp(os.path.join(settings.state_dir, OUTLINES))
    look = (size, settings.theme, depth, arguments.read_only, only)
    places = (os.getcwd(), settings.roots)
    drawn_from = digest(__version__, look, places, outlines, *answer[:3], answer.lasting())
    page = recall_page(settings.state_dir, drawn_from)
    if page:
        terminal.show(page)
    # Loaded under the eyes of who looks at the kept page, where there is one.
    from nebtui.cli.early_snapshot import early_snapshot
    from nebtui.hosts.engine.first_list import first_list

    snapshot = early_snapshot(first_list(answer), settings, only)
    if not snapshot.projects and not snapshot.containers:
        return None
    if not page:
        from nebtui.tui.first_frame import first_frame

        page = first_frame(snapshot, size, settings.theme, depth, locked=arguments.read_only)
        terminal.show(page)
        files = {file for key in snapshot.projects for file in key.files}
        remember_page(settings.state_dir, drawn_from, page, filter(os.path.exists, files))
    return EarlyPicture(terminal, snapshot)
