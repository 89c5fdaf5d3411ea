"""Where the fixes of a box are made: here, or by the nebtui on the machine of its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nebtui.cli.errors import CommandError
from nebtui.cli.output import warn
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry
from nebtui.settings import Settings

if TYPE_CHECKING:
    # The screen opens without them.
    from nebtui.fixing.desk import Desk, UnknownOutcomeError


def far_desk(host: Host) -> Callable[[], Desk | None] | None:
    """What gives the desk on another machine, None while only its engine is reached; None for a box
    whose fixes are made here."""
    if host.kind != "remote":
        return None
    from nebtui.hosts.remote.chosen import FarHost

    return (lambda: host.desk) if isinstance(host, FarHost) else None


def unmendable(host: Host) -> str:
    """Why what other boxes call on a box cannot be mended from here, "" where it can, or where its
    facts tell which files are elsewhere."""
    far = far_desk(host)
    desk = far() if far else None
    return desk.away_for_callers if desk else host.files_away


def desk_for(host: Host, settings: Settings, snapshot: Snapshot) -> Desk:
    """The desk of a box that was looked at."""
    far = far_desk(host)
    desk = far() if far else None
    if desk is not None:
        return desk
    from nebtui.fixing.local_desk import LocalDesk

    return LocalDesk(host, Journal(settings.state_dir), settings.network, lambda: snapshot)


def known(error: UnknownOutcomeError) -> Entry | None:
    """What the journal says of what a lost line left open: the entry that stands, None where none
    does. CommandError where it does not become known."""
    from nebtui.fixing.desk import UnknownOutcomeError

    warn(f"nebtui: {error}; looking again")
    try:
        return error.look()
    except UnknownOutcomeError as again:
        raise CommandError(str(again)) from None
