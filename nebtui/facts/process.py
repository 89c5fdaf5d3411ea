"""What runs in a container, as the kernel of its machine shows it."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Peer:
    """The far end of a connection."""

    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Process:
    """The main process of a container as /proc/PID/status and /proc/PID/net/tcp{,6} show it. Uids
    are host uids."""

    container: str
    pid: int
    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    overrides_permissions: bool = False
    """CAP_DAC_OVERRIDE is in its effective capabilities."""
    listening: tuple[int, ...] | None = None
    """TCP ports that other containers can reach (loopback and Docker's DNS left out); None = not
    read."""
    refused: int | None = None
    """`OutRsts`: connections refused by this container's network namespace since it exists."""
    failed: int | None = None
    """`AttemptFails`: connection attempts of this namespace that were refused."""
    peers: tuple[Peer, ...] = ()
    """Whom it has connections to, or had in the last minute; () also where that was not read."""
