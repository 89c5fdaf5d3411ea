"""A connection made for real from inside a running container."""

from __future__ import annotations

from nebtui.action import Probe
from nebtui.analysis.reach_probe import connecting, told
from nebtui.host import Host


def tried_connection(host: Host, container: str, name: str, port: int) -> tuple[bool | None, str]:
    """Whether the container connects to a name and port now, None where it could not be tried, and
    what it said; changes nothing."""
    *said, last = [*host.do(Probe(container, connecting(name, port)))]
    return told(last.exit_code, "\n".join(progress.text for progress in said))
