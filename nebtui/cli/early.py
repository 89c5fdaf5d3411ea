"""The picture before the screen: what the engine answers at once, in the outlines of the last run,
on the terminal while Textual is still being loaded."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from nebtui.cli.output import ascii_only
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.engine.endpoint import find_endpoint
from nebtui.hosts.engine.first_list import FirstList, FirstQuestion
from nebtui.settings import Settings
from nebtui.tui.colours import PALETTES
from nebtui.tui.terminal import QuietTerminal, quiet_terminal

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
    from nebtui.tui.first_frame import colour_depth

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
    question = FirstQuestion(path, PATIENCE)
    # Loaded while the engine makes its answer.
    from nebtui.tui.first_frame import first_frame

    snapshot = early_snapshot(question.answer(), settings, arguments.project or "")
    if not snapshot.projects and not snapshot.containers:
        return None
    width, height = shutil.get_terminal_size()
    page = first_frame(
        snapshot,
        (width, height),
        settings.theme,
        depth,
        locked=arguments.read_only,
    )
    terminal.show(page)
    return EarlyPicture(terminal, snapshot)


def early_snapshot(found: FirstList, settings: Settings, only: str) -> Snapshot:
    """The box as the engine's list and the outlines of the last run tell it. `only`: the project
    that was asked for, "" for all."""
    from nebtui.compose.discovery.candidate import contains
    from nebtui.compose.discovery.labelled import from_containers
    from nebtui.facts.project import Project
    from nebtui.keep.outlines import recall_outlines

    outlines = recall_outlines(settings.state_dir)
    labelled = {candidate.key for candidate in from_containers(found.containers)}
    places = {(key.name, key.working_dir) for key in labelled}
    folders = (os.getcwd(), *settings.roots)
    projects = {key: outlines.get(key, Project(key)) for key in labelled}
    for key, outline in outlines.items():
        replaced = (key.name, key.working_dir) in places and not outline.variant
        elsewhere = outline.sources == {"search"} and not any(
            contains(folder, file) for folder in folders for file in key.files
        )
        if not replaced and not elsewhere and all(os.path.exists(file) for file in key.files):
            projects.setdefault(key, outline)
    return Snapshot(
        engine=found.engine,
        containers={container.id: container for container in found.containers},
        projects={k: projects[k] for k in sorted(projects) if not only or k.name == only},
    )
