"""The command line: joins one host to one front end. Exit status: 0 nothing to report, 1 findings,
2 could not look."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from nebtui.cli.arguments import parsed
from nebtui.cli.boxes import chosen_boxes
from nebtui.cli.ending import end_on_signals
from nebtui.cli.errors import CommandError
from nebtui.cli.output import ascii_only, prepare, warn
from nebtui.cli.state_folder import with_state
from nebtui.settings import Settings, SettingsError, load

Verb = Callable[[Namespace, Settings, Mapping[str, str]], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    prepare(ascii=ascii_only())
    arguments = parsed(argv)
    environ: Mapping[str, str] = os.environ
    try:
        settings = load(environ)
        if settings.ascii:
            prepare(ascii=True)
        settings, environ = _looking_at(arguments, settings, environ)
        if settings.problem and arguments.verb is not None:
            warn(f"nebtui: {settings.problem}")
        try:
            run = _verb(arguments.verb)
            if arguments.verb is not None:
                gc.enable()  # the screen does it once Textual is loaded
            status = run(arguments, settings, environ)
        finally:
            if not settings.kept:
                shutil.rmtree(settings.state_dir, ignore_errors=True)
        sys.stdout.flush()
        return status
    except (SettingsError, CommandError) as error:
        warn(f"nebtui: {error}")
        return 2
    except BrokenPipeError:
        # The reader of our output went away (`nebtui check | head`): no reason for a traceback, nor
        # for more output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EDQUOT):
            raise
        # The disk or device that the output goes to is full, or the terminal is gone.
        with contextlib.suppress(OSError):
            sys.stderr.write(f"nebtui: the output could not be written: {error.strerror}\n")
        return 2


def _looking_at(
    arguments: Namespace, settings: Settings, environ: Mapping[str, str]
) -> tuple[Settings, Mapping[str, str]]:
    """What holds for the box that is looked at; of several each has its own, in the arguments."""
    boxes = chosen_boxes(arguments, settings, environ)
    if len(boxes) == 1:
        settings, environ = boxes[0].settings, boxes[0].environ
    settings = with_state(settings, arguments)
    if len(boxes) > 1:
        boxes = chosen_boxes(arguments, settings, environ)
    arguments.boxes = boxes
    return settings, environ


def entry() -> None:
    """The console script: run `main` and leave at once. Python's own tidying up of hundreds of
    modules and waiting threads takes 0.2 s that nobody needs: everything nebtui keeps is on disk by
    then."""
    end_on_signals()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _verb(name: str | None) -> Verb:
    """The module of a verb is imported when it is called, so that `check` never loads the
    screen."""
    run: Verb = import_module(f"nebtui.cli.{name or 'screen'}").run
    return run
