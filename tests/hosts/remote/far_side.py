"""The simulated box, served over standard input and output: the far end of a pipe for tests.
`FOLDER` is its disk, with the journal in `state`; `--read-only` serves it so, `--old` as a nebtui
did that made no fixes for others, `--cut` dies when it has written for the first time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing

from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.local_desk import LocalDesk
from nebtui.fixing.proposal import Proposal, Wish
from nebtui.hosts.serving.server import BoxServer
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry


class CutDesk(LocalDesk):
    """The line is cut before anybody hears that it was written."""

    def write(self, wish: Wish, proposal: Proposal) -> Entry:
        """Write, and die."""
        super().write(wish, proposal)
        os._exit(1)


def main(folder: str = "", *flags: str) -> None:
    """Serve it until standard input ends."""
    disk = f"{folder}/box" if folder else None
    with closing(SimulatedHost("all", folder=disk)) as host:

        def desk(picture: Callable[[], Snapshot]) -> LocalDesk:
            journal = Journal(f"{folder}/state")
            kind = CutDesk if "--cut" in flags and not journal.entries() else LocalDesk
            return kind(host, journal, "nebtui-shared", picture)

        fixes = bool(folder) and "--old" not in flags
        read_only = "--read-only" in flags
        server = BoxServer(host, (0, 1), read_only=read_only, desks=desk if fixes else None)
        server.serve("far", "m")


if __name__ == "__main__":
    main(*sys.argv[1:])
