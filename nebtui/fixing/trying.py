"""A connection made for real from inside a running container."""

from __future__ import annotations

from nebtui.action import Probe
from nebtui.analysis.reach_probe import TriedConnection, connecting, crossing_trial, told
from nebtui.facts.crossing import Crossing
from nebtui.facts.snapshot import Snapshot
from nebtui.host import Host


def tried_connection(host: Host, container: str, name: str, port: int) -> tuple[bool | None, str]:
    """Whether the container connects to a name and port now, None where it could not be tried, and
    what it said; changes nothing."""
    *said, last = [*host.do(Probe(container, connecting(name, port)))]
    return told(last.exit_code, "\n".join(progress.text for progress in said))


def tried_crossing(host: Host, snapshot: Snapshot, crossing: Crossing) -> TriedConnection:
    """A connection to another box, made now from inside the service that names it; changes
    nothing."""
    probe = crossing_trial(snapshot, crossing)
    if isinstance(probe, str):
        return TriedConnection(None, probe, host.now())
    made, said = tried_connection(host, *probe)
    return TriedConnection(made, said, host.now())
