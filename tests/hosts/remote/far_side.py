"""The simulated box, served over standard input and output: the far end of a pipe for tests."""

from __future__ import annotations

from contextlib import closing

from nebtui.hosts.serving.server import BoxServer
from nebtui.hosts.simulated import SimulatedHost


def main() -> None:
    """Serve it until standard input ends."""
    with closing(SimulatedHost("all")) as host:
        BoxServer(host, (0, 1), read_only=False).serve("far", "m")


if __name__ == "__main__":
    main()
