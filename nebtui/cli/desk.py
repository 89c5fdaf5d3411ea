"""Where the fixes of a box are made: here, or by the nebtui on the machine of its files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nebtui.host import Host

if TYPE_CHECKING:
    from nebtui.fixing.desk import Desk


def far_desk(host: Host) -> Callable[[], Desk | None] | None:
    """What gives the desk on another machine, None while only its engine is reached; None for a box
    whose fixes are made here."""
    if host.kind != "remote":
        return None
    from nebtui.hosts.remote.chosen import FarHost

    return (lambda: host.desk) if isinstance(host, FarHost) else None
