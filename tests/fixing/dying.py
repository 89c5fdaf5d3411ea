"""A process of its own that is killed right before a named step: `python -m tests.fixing.dying VERB FOLDER STEP`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from nebtui.fixing.recovery import recover
from nebtui.fixing.writing import undo, write
from tests.fixing.boxes import Desk


def main(verb: str, folder: str, fatal: str) -> None:
    """Write, undo or recover, and die."""
    desk = Desk(Path(folder))
    host, journal = desk.host(), desk.journal

    def steps(step: str) -> None:
        if step.replace(f"{folder}/", "") == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    if verb == "write":
        write(desk.patch(), host, journal, steps=steps)
    elif verb == "undo":
        entry = journal.last()
        assert entry is not None
        undo(entry, host, journal, steps)
    else:
        recover(host, journal, steps)


if __name__ == "__main__":
    main(*sys.argv[1:])
