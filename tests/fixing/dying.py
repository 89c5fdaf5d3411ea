"""Processes that are killed: right before a named step, or right before their Nth call that changes
a file.

`python -m tests.fixing.dying VERB FOLDER STEP`, or `… VERB FOLDER` for one box a call, in
FOLDER/0, FOLDER/1, …
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

from nebtui.fixing.recovery import recover
from nebtui.fixing.writing import undo, write
from tests.fixing.sandbox import NETWORK, FixSandbox

CHANGING = frozenset(
    {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.chmod", "os.chown", "os.setxattr"}
)
"""Events of the interpreter (`sys.addaudithook`), each raised right before the system call of its
name."""


def act(verb: str, folder: str, fatal: str = "") -> None:
    """Write, undo or recover, and die right before the step."""
    box = FixSandbox(Path(folder))
    host, journal = box.host(), box.journal

    def steps(step: str) -> None:
        if step.replace(f"{folder}/", "") == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    if verb == "write":
        write(box.patch(), host, journal, checkpoint=steps)
    elif verb == "undo":
        entry = journal.last()
        assert entry is not None
        undo(entry, host, journal, steps)
    else:
        recover(host, journal, steps)


def every_call(verb: str, folder: str) -> None:
    """On a new box each, run the verb in a process that dies at its first call, its second one…
    until one lives."""
    for number in count():
        box = FixSandbox(Path(folder) / str(number)).set_up()
        if verb == "undo":
            write(box.patch(), box.host(), box.journal)
        if verb == "recover":
            _killed_before_the_last_file(box)
        child = os.fork()
        if not child:
            _die_at(number)
            act(verb, str(box.folder))
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return


def _killed_before_the_last_file(box: FixSandbox) -> None:
    child = os.fork()
    if not child:
        act("write", str(box.folder), f"swap {box.env.relative_to(box.folder)}")
    os.waitpid(child, 0)


def _die_at(number: int) -> None:
    calls = count()

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event in CHANGING and NETWORK not in str(arguments) and next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)


if __name__ == "__main__":
    (act if len(sys.argv) == 4 else every_call)(*sys.argv[1:])
