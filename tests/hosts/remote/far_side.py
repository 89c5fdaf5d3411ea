"""The simulated box, served over standard input and output: the far end of a pipe for tests.
`FOLDER` is its disk, with the journal in `state`; `--read-only` serves it so, `--old` as a nebtui
did that made no fixes for others, `--cut` dies when it has written for the first time,
`--evil` says what it likes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from nebtui.facts.declared import ProjectKey
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.checks import Check, Proof
from nebtui.fixing.file_change import FileDiff
from nebtui.fixing.local_desk import LocalDesk
from nebtui.fixing.proposal import Proposal, Wish
from nebtui.hosts.serving.server import BoxServer
from nebtui.hosts.simulated import SimulatedHost
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry
from nebtui.rules.rule import Recreate

EVIL = "[@click=app.quit]x[/] \x1b[31mred\x1b]0;t\x07 \u202e API_TOKEN=hunter2-Zm9v"


class CutDesk(LocalDesk):
    """The line is cut before anybody hears that it was written."""

    def write(self, wish: Wish, proposal: Proposal) -> Entry:
        """Write, and die."""
        super().write(wish, proposal)
        os._exit(1)


class EvilDesk(LocalDesk):
    """Every text of a proposal wants to be more than text."""

    def propose(self, wish: Wish) -> Proposal:
        """A plan of one's own."""
        hunks = ("@@ -1 +1 @@", f"+{EVIL}", f" {EVIL}")
        stranger = ProjectKey(EVIL, EVIL, (EVIL,))
        return replace(
            super().propose(wish),
            title=EVIL,
            effect=(EVIL,),
            files=(FileDiff(EVIL, hunks),),
            networks=(EVIL,),
            recreate=(Recreate(stranger, (EVIL,)),),
            notes=(EVIL,),
            proof=Proof((Check(True, EVIL),)),
        )


def main(folder: str = "", *flags: str) -> None:
    """Serve it until standard input ends."""
    disk = f"{folder}/box" if folder else None
    with closing(SimulatedHost("all", folder=disk)) as host:

        def desk(picture: Callable[[], Snapshot]) -> LocalDesk:
            journal = Journal(f"{folder}/state")
            kind = EvilDesk if "--evil" in flags else LocalDesk
            if "--cut" in flags and not journal.entries():
                kind = CutDesk
            return kind(host, journal, "nebtui-shared", picture)

        fixes = bool(folder) and "--old" not in flags
        read_only = "--read-only" in flags
        server = BoxServer(host, (0, 1), read_only=read_only, desks=desk if fixes else None)
        server.serve("far", "m")


if __name__ == "__main__":
    main(*sys.argv[1:])
