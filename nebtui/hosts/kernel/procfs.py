"""What /proc and the file system say about containers: effective user, listening ports, refusals,
traffic, owners."""

from __future__ import annotations

import errno
import ipaddress
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace

from nebtui.facts.observed import HostPath
from nebtui.facts.process import Peer, Process
from nebtui.hosts.kernel.cgroup import number, read

CAP_DAC_OVERRIDE = 1
LISTEN = "0A"
CONNECTED = ("01", "06")
"""ESTABLISHED, and TIME_WAIT: what ended within the last minute."""
MOST_PEERS = 200
MAPPED = b"\0" * 10 + b"\xff\xff"
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
    tables = socket_tables(pid, proc) if listening else ()
    return Process(
        container=container,
        pid=pid,
        uid=uid,
        gid=gid,
        groups=tuple(int(word) for word in status.get("Groups", "").split() if word.isdecimal()),
        overrides_permissions=bool(hexadecimal(status.get("CapEff", "")) >> CAP_DAC_OVERRIDE & 1),
        listening=listening_in(tables) if listening else None,
        refused=counters.get("OutRsts"),
        failed=counters.get("AttemptFails"),
        peers=peers(tables),
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


def socket_tables(pid: int, proc: str = "/proc") -> tuple[str, ...]:
    """`net/tcp` and `net/tcp6` of a process's network namespace; "" for one that cannot be read."""
    return tuple(read(f"{proc}/{pid}/net/{name}") for name in ("tcp", "tcp6"))


def listening_ports(pid: int, proc: str = "/proc") -> tuple[int, ...] | None:
    """TCP ports in state LISTEN that others can reach; None where neither file can be read."""
    return listening_in(socket_tables(pid, proc))


def listening_in(tables: tuple[str, ...]) -> tuple[int, ...] | None:
    """The same of tables that were read."""
    if not any(tables):
        return None
    return tuple(sorted({port for text in tables for port in reachable_listeners(text)}))


def peers(tables: tuple[str, ...]) -> tuple[Peer, ...]:
    """The addresses and ports that a namespace connected to: rows in state ESTABLISHED or TIME_WAIT
    whose own port is none that it listens on; loopback is left out, Docker's DNS with it."""
    own = {port for text in tables for port, _ in listeners(text)}
    found: set[Peer] = set()
    for text in tables:
        for line in text.splitlines()[1:]:
            words = line.split()
            if len(words) < 4 or words[3] not in CONNECTED or len(found) >= MOST_PEERS:
                continue
            (_, _, mine), (address, _, port) = words[1].partition(":"), words[2].partition(":")
            if hexadecimal(mine) not in own and not loopback(address):
                found.add(Peer(readable(address), hexadecimal(port)))
    return tuple(sorted(found))


def readable(address: str) -> str:
    """An address of `net/tcp{,6}` as people write it; an IPv4 one in IPv6's clothes as IPv4."""
    octets = octets_of(address)
    if len(octets) == 16 and octets[:12] == MAPPED:
        octets = octets[12:]
    return str(ipaddress.ip_address(octets)) if len(octets) in (4, 16) else ""


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
    octets = octets_of(address)
    if len(octets) == 4:
        return octets[0] == 127
    local = octets == b"\0" * 15 + b"\1" or (octets[:12] == MAPPED and octets[12:13] == b"\x7f")
    return local or not octets


def octets_of(address: str) -> bytes:
    """An address of `net/tcp{,6}` in network order; b"" for nonsense."""
    try:
        raw = bytes.fromhex(address)
    except ValueError:
        return b""
    words = [raw[at : at + 4] for at in range(0, len(raw), 4)]
    return b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)


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
