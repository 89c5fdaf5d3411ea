"""A box of one compose file, served over standard input and output: `FOLDER` has the file in `box`
and the journal in `state`. Its services run, with the ports that the file had in the beginning.
`--older` is a nebtui that does not mend what other boxes call."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing

from nebtui.compose.discovery.search import search
from nebtui.compose.model import read_only
from nebtui.facts.observed import Container, Engine, PortBinding
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.local_desk import LocalDesk
from nebtui.hosts.remote.fix_lines import FIX_CALLED
from nebtui.hosts.serving.server import BoxServer
from nebtui.keep.journal import Journal
from tests.hosts.remote.pipe import ServedHost


class OlderServer(BoxServer):
    """Its greeting lacks the feature."""

    def _send(self, line: bytes) -> None:
        super()._send(line.replace(f',"{FIX_CALLED}"'.encode(), b""))


def picture(folder: str) -> Snapshot:
    """The box: its containers have the ports as the file says, programs of the machine none."""
    (candidate,) = search((folder,), environ={})
    project = read_only(candidate, {})
    containers = {}
    wide: dict[int, bool] = {}
    for name, service in project.services.items():
        bound = tuple(
            PortBinding(one.target, int(one.published), one.host_ip.strip("[]") or "0.0.0.0")
            for one in service.ports
        )
        wide |= {port.host_port: port.host_ip == "0.0.0.0" for port in bound if port.host_port}
        containers[name] = Container(
            name, name, project=project.key.name, service=name, state="running", ports=bound
        )
    return Snapshot(
        Engine("metal", "26.1", "1.45", "unix:///x"),
        projects={project.key: project},
        containers=containers,
        host_ports=wide,
    )


def main(folder: str, *flags: str) -> None:
    """Serve it until standard input ends."""
    with closing(ServedHost(picture(f"{folder}/box"))) as host:

        def desk(now: Callable[[], Snapshot]) -> LocalDesk:
            return LocalDesk(host, Journal(f"{folder}/state"), "nebtui-shared", now)

        kind = OlderServer if "--older" in flags else BoxServer
        kind(host, (0, 1), read_only=False, desks=desk).serve("far", "m")


if __name__ == "__main__":
    main(*sys.argv[1:])
