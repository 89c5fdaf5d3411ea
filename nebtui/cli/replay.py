"""`nebtui replay`: the same app on a recording, read-only, also while it is being made on another
machine."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from io import FileIO
from typing import TYPE_CHECKING

from nebtui.cli.app import show
from nebtui.cli.errors import CommandError
from nebtui.hosts.recorded import RecordedHost
from nebtui.recording.lines import RecordingError
from nebtui.recording.tape import Tape, open_tape
from nebtui.settings import Settings

if TYPE_CHECKING:
    from nebtui.tui.session import Touring

STDIN = "standard input"


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Play it on the screen; without a terminal print the status of its first picture. 2 where it
    is no recording."""
    if arguments.no_engine:
        raise CommandError("--no-engine looks at files, a recording has none: leave it out")
    return play(arguments, settings, environ, arguments.file, arguments.at, arguments.speed)


def play(
    arguments: Namespace,
    settings: Settings,
    environ: Mapping[str, str],
    file: str,
    at: float | None = None,
    speed: float = 1.0,
    tour: Touring | None = None,
) -> int:
    """The screen on the recording in a file (- = standard input), from a time of it on."""
    try:
        tape = _stdin() if file == "-" else open_tape(file)
        host = RecordedHost(tape, at=at, speed=speed)
        host.check()
    except RecordingError as error:
        raise CommandError(str(error)) from None
    own = replace(settings, state_dir=os.path.join(settings.state_dir, "recorded"))
    banner = f"recorded {tape.header.host}".strip()
    return show(host, banner, arguments, own, environ, player=host.player, tour=tour)


def _stdin() -> Tape:
    """What comes in; the keyboard is the terminal's then, not the pipe's."""
    if sys.stdin.isatty():
        raise CommandError("no recording comes in: name a FILE, or pipe one in")
    tape = Tape(FileIO(os.dup(sys.stdin.fileno())), STDIN)
    # Without a terminal there is no screen either, and what was read is printed.
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDWR)
        os.dup2(terminal, sys.stdin.fileno())
        os.close(terminal)
    return tape
