"""The command that tries a connection from inside a container, by whatever program is there."""

from __future__ import annotations

from nebtui.analysis.reach import Reach
from nebtui.facts.crossing import Crossing
from nebtui.facts.snapshot import Snapshot
from nebtui.light_dataclass import dataclass
from nebtui.text.units import clock_time

NO_PROGRAM = 66
"""Its exit status where the image has none of the programs."""
_SCRIPT = (
    "if command -v bash >/dev/null 2>&1; then "
    'exec bash -c \'exec 3<>/dev/tcp/$0/$1\' "$1" "$2"; fi; '
    'if command -v nc >/dev/null 2>&1; then exec nc -w 3 "$1" "$2" </dev/null >/dev/null; fi; '
    "if command -v python3 >/dev/null 2>&1; then exec python3 -c 'import socket, sys; "
    'socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)\' "$1" "$2"; fi; '
    "echo no bash, nc or python3 in this image; exit 66"
)
_NAME = "nebtui-reach"


def connecting(host: str, port: int) -> tuple[str, ...]:
    """The argv that connects to a port and ends with 0 where that works. The name is an argument:
    no shell reads it."""
    return ("sh", "-c", _SCRIPT, _NAME, host, str(port))


def connected_to(argv: tuple[str, ...]) -> tuple[str, int] | None:
    """Host and port of such an argv, None for any other command: the simulated box answers it."""
    if len(argv) != 6 or argv[3] != _NAME:
        return None
    return argv[4], int(argv[5])


def trial(snapshot: Snapshot, path: Reach) -> tuple[str, str, int] | str:
    """The container, name and port to try a path with, or why it cannot be tried."""
    running = [c for c in snapshot.containers_of(path.source) if c.state == "running"]
    if not running:
        return f"cannot be tried: {path.source} does not run"
    if not path.host or path.port is None:
        return f"cannot be tried: no {'port' if path.host else 'name'} of {path.target} is known"
    return running[0].id, path.host, path.port


@dataclass(frozen=True, slots=True)
class TriedConnection:
    """What a connection from inside a container gave: `made` None = it could not be tried."""

    made: bool | None
    said: str
    at: float
    """The box's time in Unix seconds."""

    def __str__(self) -> str:
        return f"{self.said} (tried {clock_time(self.at)})"


def crossing_trial(snapshot: Snapshot, crossing: Crossing) -> tuple[str, str, int] | str:
    """The container, name and port to try another box with, or why that cannot be tried."""
    running = [c for c in snapshot.containers_of(crossing.source) if c.state == "running"]
    if not running:
        return f"cannot be tried: {crossing.source} does not run"
    return running[0].id, crossing.host, crossing.port


def told(code: int, output: str) -> tuple[bool | None, str]:
    """What its exit status and output say: connected, not, or that it could not be tried."""
    words = [line.strip() for line in output.splitlines() if line.strip()]
    last = words[-1] if words else ""
    if code == 0:
        return True, "connected"
    if code == NO_PROGRAM or code in (126, 127):
        return None, "cannot be tried: no shell, or no bash, nc or python3 in this image"
    return False, last or f"no connection (exit {code})"
