"""`nebtui record`: the changes of this box, without its secrets, to a file or a pipe."""

from __future__ import annotations

import os
import socket
import sys
import threading
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing, suppress

from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for
from nebtui.cli.output import warn
from nebtui.cli.pipe import when_reader_leaves
from nebtui.cli.screen import nothing_here
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.recording.writer import Recorder, create
from nebtui.settings import Settings
from nebtui.store import folded
from nebtui.text.units import size


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Record until interrupted, or for so many seconds; 2 where it could not be written."""
    if not arguments.no_engine and nothing_here(settings, environ):
        raise CommandError("no engine and no compose file here: there is nothing to record")
    with closing(host_for(arguments, settings, environ, follow=True)) as host:
        recorder = start(arguments.file, host)
        if arguments.file == "-":
            threading.Thread(target=when_reader_leaves, args=(host.close,), daemon=True).start()
        try:
            _record(host, recorder, arguments.seconds)
        finally:
            _end(recorder)
    told = f"{recorder.lines} lines, {size(recorder.bytes)}, {recorder.seconds:.0f} s"
    warn(f"nebtui: recorded {told}" + ("" if arguments.file == "-" else f": {arguments.file}"))
    return 0


def start(file: str, host: Host) -> Recorder:
    """A recording of this host that has begun; CommandError where the file cannot be made."""
    if file == "-" and sys.stdout.isatty():
        raise CommandError("a recording is no text to read: name a FILE, or pipe `record -` on")
    try:
        stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb") if file == "-" else create(file)
        return Recorder(stream, socket.gethostname(), host.now)
    except FileExistsError:
        raise CommandError(f"{file} is there already: name another file") from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}") from None


def _record(host: Host, recorder: Recorder, seconds: float | None) -> None:
    """Record all that happens; `seconds` are counted from the first complete picture on, which
    takes longer than they last on a busy box."""
    snapshot = Snapshot()
    with suppress(KeyboardInterrupt):
        for change in host.changes():
            settled, snapshot = snapshot.settled, folded(snapshot, change)
            recorder.take(change, snapshot)
            if seconds is not None and snapshot.settled and not settled:
                timer = threading.Timer(seconds, host.close)
                timer.daemon = True
                timer.start()


def _end(recorder: Recorder) -> None:
    """Close it; a reader that went away has said all there is to say."""
    with suppress(BrokenPipeError):
        recorder.close()
