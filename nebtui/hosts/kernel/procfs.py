"""What /proc and the file system say about containers: effective user, listening ports, refusals,
traffic, owners."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace

from nebtui.facts.observed import HostPath, Process
from nebtui.hosts.kernel.cgroup import number, read

CAP_DAC_OVERRIDE = 1
LISTEN = "0A"
ACL = "system.posix_acl_access"


def process(
    pid: int, container: str, proc: str = "/proc", listening: bool = True
) -> Process | None:
    """A container's main process from `/proc/PID/status` and `net/snmp`; None if it is gone or
    another's.

    `listening` also reads `net/tcp` and `net/tcp6`, 0.7 ms each whatever they hold.
    """
    status = keyed(read(f"{proc}/{pid}/status"))
    uid, gid = effective(status.get("Uid", "")), effective(status.get("Gid", ""))
    if uid is None or gid is None or not owns(pid, container, proc):
        return None
    counters = tcp_counters(read(f"{proc}/{pid}/net/snmp"))
    return Process(
        container=container,
        pid=pid,
        uid=uid,
        gid=gid,
        groups=tuple(int(word) for word in status.get("Groups", "").split() if word.isdecimal()),
        overrides_permissions=bool(hexadecimal(status.get("CapEff", "")) >> CAP_DAC_OVERRIDE & 1),
        listening=listening_ports(pid, proc) if listening else None,
        refused=counters.get("OutRsts"),
        failed=counters.get("AttemptFails"),
    )


def owns(pid: int, container: str, proc: str = "/proc") -> bool:
    """True if the process runs in this container's cgroup: a pid alone may be another machine's, or
    used again."""
    return bool(container) and container in read(f"{proc}/{pid}/cgroup")


def keyed(listed: str) -> dict[str, str]:
    """`Key:<tab>value` lines by key."""
    return {
        key: value.strip()
        for key, _, value in (line.partition(":") for line in listed.splitlines())
    }


def effective(values: str) -> int | None:
    """The effective id of `real effective saved filesystem`."""
    words = values.split()
    return number(words[1]) if len(words) > 1 else None


def hexadecimal(value: str) -> int:
    """A hexadecimal mask, 0 for nonsense."""
    try:
        return int(value, 16)
    except ValueError:
        return 0


def tcp_counters(snmp: str) -> dict[str, int]:
    """The `Tcp:` counters of `net/snmp`, whose two lines hold the names and the figures."""
    rows = [line.split()[1:] for line in snmp.splitlines() if line.startswith("Tcp:")]
    if len(rows) != 2:
        return {}
    return {
        name: int(value) for name, value in zip(rows[0], rows[1], strict=False) if value.isdecimal()
    }


def listening_ports(pid: int, proc: str = "/proc") -> tuple[int, ...] | None:
    """TCP ports in state LISTEN that others can reach; None where neither file can be read."""
    listed = [read(f"{proc}/{pid}/net/{name}") for name in ("tcp", "tcp6")]
    if not any(listed):
        return None
    return tuple(sorted({port for text in listed for port in reachable_listeners(text)}))


def host_listeners(proc: str = "/proc") -> tuple[frozenset[int], frozenset[int]] | None:
    """TCP ports on which something listens in this process's own network namespace: (reachable from
    elsewhere, on loopback only); None where neither file can be read."""
    listed = [read(f"{proc}/net/{name}") for name in ("tcp", "tcp6")]
    if not any(listed):
        return None
    everything = {port for text in listed for port, _ in listeners(text)}
    reachable = frozenset(port for text in listed for port in reachable_listeners(text))
    return reachable, frozenset(everything - reachable)


def listeners(listed: str) -> Iterator[tuple[int, bool]]:
    """The ports of `net/tcp{,6}` rows in state LISTEN, each with whether that is on loopback."""
    for line in listed.splitlines()[1:]:
        words = line.split()
        if len(words) > 3 and words[3] == LISTEN:
            address, _, port = words[1].partition(":")
            yield hexadecimal(port), loopback(address)


def reachable_listeners(listed: str) -> Iterator[int]:
    """The ports of those rows; loopback is left out, Docker's DNS at 127.0.0.11 with it."""
    return (port for port, local in listeners(listed) if not local)


def loopback(address: str) -> bool:
    """True for 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104, each written as 32-bit words in the
    machine's byte order."""
    try:
        raw = bytes.fromhex(address)
    except ValueError:
        return True
    words = [raw[at : at + 4] for at in range(0, len(raw), 4)]
    octets = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    if len(octets) == 4:
        return octets[0] == 127
    return octets == b"\0" * 15 + b"\1" or (
        octets[:12] == b"\0" * 10 + b"\xff\xff" and octets[12:13] == b"\x7f"
    )


def traffic(pid: int, proc: str = "/proc") -> tuple[int, int] | None:
    """(received, sent) bytes of the process's network namespace since it exists, loopback left out;
    None if gone."""
    listed = read(f"{proc}/{pid}/net/dev")
    parted = (row.partition(":") for row in listed.splitlines())
    rows = [(name.strip(), values.split()) for name, colon, values in parted if colon]
    if not rows:
        return None
    counted = [values for name, values in rows if name != "lo" and len(values) > 8]
    return sum(number(v[0]) or 0 for v in counted), sum(number(v[8]) or 0 for v in counted)


def path_fact(path: str) -> HostPath | None:
    """Owner, mode and parents of a host path, links followed. `exists` False where nothing is
    there; None where this user may not look, which says nothing about the path."""
    fact = one_path(path)
    if fact is None:
        return None
    parents = [one_path(parent) for parent in parents_of(path)]
    return replace(fact, parents=tuple(parent for parent in parents if parent is not None))


def one_path(path: str) -> HostPath | None:
    """`path_fact` without parents."""
    try:
        found = os.stat(path)
    except OSError as error:
        return (
            HostPath(path, exists=False) if error.errno in (errno.ENOENT, errno.ENOTDIR) else None
        )
    except ValueError:  # a NUL byte in a name that someone else wrote
        return HostPath(path, exists=False)
    return HostPath(
        path=path,
        exists=True,
        uid=found.st_uid,
        gid=found.st_gid,
        mode=stat.S_IMODE(found.st_mode),
        is_dir=stat.S_ISDIR(found.st_mode),
        has_acl=has_acl(path),
    )


def parents_of(path: str) -> list[str]:
    """The folders above an absolute path, outermost first."""
    above: list[str] = []
    folder = os.path.dirname(os.path.normpath(path))
    while folder and folder not in above:
        above.insert(0, folder)
        folder = os.path.dirname(folder)
    return above


def has_acl(path: str) -> bool:
    """True if the path has an access control list, which the mode bits do not show."""
    try:
        return ACL in os.listxattr(path)
    except OSError:
        return False
