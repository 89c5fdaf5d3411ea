"""Figures from the kernel's files: cgroup v1 and v2, /proc of a container's process, owners of host
paths."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nebtui.facts.observed import Container, Inspection
from nebtui.hosts.kernel import procfs
from nebtui.hosts.kernel.cgroup import CgroupReader, read
from nebtui.hosts.sampling.rates import CounterReading, Sampler, reading_from_stats, sample

ID = "c0ffee" * 10 + "abcd"

STATUS = """Name:\tpostgres
Uid:\t0\t999\t999\t999
Gid:\t0\t998\t998\t998
Groups:\t4 24
CapEff:\t{cap}
"""
SNMP = """Ip: Forwarding
Ip: 1
Tcp: ActiveOpens AttemptFails OutRsts
Tcp: 7 2 17
"""
DEV = """Inter-|   Receive                        |  Transmit
 face |bytes packets errs drop fifo frame |bytes packets errs
    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
  eth0:1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0
  eth1: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0
"""
TCP = "  sl  local_address rem_address   st\n"


def write(root: Path, files: dict[str, str]) -> Path:
    """A tree of files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def word(octets: bytes) -> str:
    """Four octets as the kernel prints them on this machine."""
    return (octets[::-1] if sys.byteorder == "little" else octets).hex().upper()


def test_cgroup_v1_counters(tmp_path: Path) -> None:
    """CPU and memory are read below the controllers' own mounts, also where cpu and cpuacct are
    mounted together."""
    path = f"/docker/{ID}"
    proc = write(tmp_path / "proc", {"7/cgroup": f"4:memory:{path}\n3:cpu,cpuacct:{path}\n0::/\n"})
    folder = f"docker/{ID}"
    sys_root = write(
        tmp_path / "sys",
        {
            f"cpu,cpuacct/{folder}/cpuacct.usage": "123456789\n",
            f"memory/{folder}/memory.usage_in_bytes": "5000\n",
            f"memory/{folder}/memory.stat": "cache 1\ninactive_file 1\ntotal_inactive_file 2000\n",
        },
    )
    reader = CgroupReader(str(proc), str(sys_root))
    group = reader.find(7)
    assert group is not None
    assert (reader.cpu(group, read), reader.used(group, read)) == (123456789, 5000)
    assert reader.cache(group) == 2000


def test_cgroup_v2_counters(tmp_path: Path) -> None:
    """On v2 the one folder comes from the `0::` line, whatever its name; microseconds become
    nanoseconds."""
    scope = f"system.slice/docker-{ID}.scope"
    proc = write(tmp_path / "proc", {"7/cgroup": f"0::/{scope}\n"})
    sys_root = write(
        tmp_path / "sys",
        {
            f"{scope}/cpu.stat": "usage_usec 1500\nuser_usec 1\n",
            f"{scope}/memory.current": "7000\n",
            f"{scope}/memory.stat": "anon 1\ninactive_file 1000\n",
        },
    )
    reader = CgroupReader(str(proc), str(sys_root))
    group = reader.find(7)
    assert group is not None
    assert (reader.cpu(group, read), reader.used(group, read)) == (1_500_000, 7000)
    assert reader.cache(group) == 1000


def test_a_vanished_cgroup_gives_none(tmp_path: Path) -> None:
    """A process that ended, and a path outside our own cgroup namespace, have no counters."""
    proc = write(tmp_path / "proc", {"8/cgroup": f"0::/../../docker-{ID}.scope\n"})
    reader = CgroupReader(str(proc), str(tmp_path / "sys"))
    assert reader.find(7) is None
    assert reader.find(8) is None


def test_process_of_a_container(tmp_path: Path) -> None:
    """Effective ids, groups, the capability that ignores permissions, reachable listeners and
    refusals."""
    v4 = [
        word(bytes([127, 0, 0, 11])) + ":9C4D",
        word(bytes(4)) + ":1538",
        word(bytes([127, 0, 0, 1])) + ":0050",
    ]
    mapped = "".join(
        [word(bytes(4)), word(bytes(4)), word(b"\0\0\xff\xff"), word(bytes([127, 0, 0, 1]))]
    )
    v6 = ["0" * 24 + word(b"\0\0\0\1") + ":0051", "0" * 32 + ":1F90", mapped + ":0052"]
    proc = write(
        tmp_path,
        {
            "7/status": STATUS.format(cap="0000000000000002"),
            "7/cgroup": f"4:memory:/docker/{ID}\n",
            "7/net/snmp": SNMP,
            "7/net/tcp": TCP + "".join(f"   0: {a} 00000000:0000 0A 0\n" for a in v4),
            "7/net/tcp6": TCP + "".join(f"   0: {a} {'0' * 32}:0000 0A 0\n" for a in v6),
        },
    )
    process = procfs.process(7, ID, str(proc))
    assert process is not None
    assert (process.uid, process.gid, process.groups) == (999, 998, (4, 24))
    assert process.overrides_permissions
    assert process.listening == (5432, 8080)
    assert (process.refused, process.failed) == (17, 2)


def test_ports_are_read_only_when_asked(tmp_path: Path) -> None:
    """Without `listening` the socket tables are left alone and the fact says so."""
    proc = write(
        tmp_path,
        {"7/status": STATUS.format(cap="0"), "7/cgroup": f"0::/x/{ID}\n", "7/net/tcp": TCP},
    )
    process = procfs.process(7, ID, str(proc), listening=False)
    assert process is not None
    assert process.listening is None
    assert process.refused is None
    assert not process.overrides_permissions


def test_a_pid_of_someone_else_gives_none(tmp_path: Path) -> None:
    """A pid that is gone, or that runs in another cgroup, is no fact about the container."""
    proc = write(tmp_path, {"7/status": STATUS.format(cap="0"), "7/cgroup": "0::/user.slice\n"})
    assert procfs.process(7, ID, str(proc)) is None
    assert procfs.process(8, ID, str(proc)) is None


def test_established_connections_are_no_listeners() -> None:
    """Only state 0A counts."""
    assert (
        list(procfs.reachable_listeners(TCP + f"   0: {word(bytes(4))}:1538 00000000:0000 01 0\n"))
        == []
    )


def test_traffic_leaves_loopback_out(tmp_path: Path) -> None:
    """Bytes of all interfaces but lo; None once the process is gone."""
    proc = write(tmp_path, {"7/net/dev": DEV})
    assert procfs.traffic(7, str(proc)) == (1010, 2020)
    assert procfs.traffic(8, str(proc)) is None


def test_path_fact_has_owner_mode_and_parents(tmp_path: Path) -> None:
    """Owner, mode and kind of a path, with its parents outermost first."""
    data = tmp_path / "data"
    data.mkdir(mode=0o750)
    fact = procfs.path_fact(str(data))
    assert fact is not None
    assert (fact.exists, fact.is_dir, fact.mode, fact.uid) == (True, True, 0o750, os.geteuid())
    assert fact.parents[0].path == "/"
    assert fact.parents[-1].path == str(tmp_path)
    assert not fact.has_acl


def test_path_fact_of_nothing_and_of_nonsense(tmp_path: Path) -> None:
    """What is not there does not exist; a path with a NUL byte neither."""
    missing, nonsense = procfs.path_fact(str(tmp_path / "no")), procfs.path_fact("/a\0b")
    assert missing is not None
    assert nonsense is not None
    assert not missing.exists
    assert not nonsense.exists


def test_a_forbidden_path_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this user may not look nothing is claimed about the path."""

    def refuse(path: str) -> os.stat_result:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "stat", refuse)
    assert procfs.path_fact("/root/x") is None


def test_a_first_reading_has_no_rates() -> None:
    """Rates need two readings; memory does not."""
    first = sample(None, CounterReading("a", 1.0, 1.0, cpu=5, memory=7, rx=1, tx=1))
    assert (first.cpu, first.memory, first.rx, first.tx) == (None, 7, None, None)


def test_rates_between_two_readings() -> None:
    """Half a second of CPU in one second is 50 percent of a core; bytes are per second."""
    before = CounterReading("a", 10.0, 1.0, cpu=0, memory=7, rx=100, tx=0)
    after = sample(
        before, CounterReading("a", 12.0, 3.0, cpu=1_000_000_000, memory=8, rx=300, tx=None)
    )
    assert (after.cpu, after.memory, after.rx, after.tx) == (50.0, 8, 100.0, None)


def test_a_counter_that_went_down_is_a_restart() -> None:
    """A smaller counter gives None, never a negative rate."""
    after = sample(
        CounterReading("a", 1.0, 1.0, cpu=9, rx=9), CounterReading("a", 2.0, 2.0, cpu=1, rx=1)
    )
    assert (after.cpu, after.rx) == (None, None)


def test_stats_of_a_remote_engine() -> None:
    """The engine's stats give the same reading; what is missing is None."""
    stats = {
        "cpu_stats": {"cpu_usage": {"total_usage": 42}},
        "memory_stats": {"usage": 100, "stats": {"inactive_file": 30}},
        "networks": {
            "eth0": {"rx_bytes": 1, "tx_bytes": 2},
            "eth1": {"rx_bytes": 3, "tx_bytes": 4},
        },
    }
    assert reading_from_stats("a", stats, 1.0, 2.0) == CounterReading("a", 1.0, 2.0, 42, 70, 4, 6)
    assert reading_from_stats("a", {"cpu_stats": None}, 1.0, 2.0) == CounterReading("a", 1.0, 2.0)


def test_sampler_follows_a_container_from_files(tmp_path: Path) -> None:
    """Two rounds give a rate; a container whose process vanished is left out without an error."""
    scope = f"x/{ID}"
    proc = write(tmp_path / "proc", {"7/cgroup": f"0::/{scope}\n", "7/net/dev": DEV})
    sys_root = write(
        tmp_path / "sys", {f"{scope}/cpu.stat": "usage_usec 0\n", f"{scope}/memory.current": "9\n"}
    )
    sampler = Sampler(CgroupReader(str(proc), str(sys_root)))
    container = Container(ID, "a", state="running", inspection=Inspection(pid=7))
    gone = Container("f" * 64, "b", state="running", inspection=Inspection(pid=8))
    sampler.read((container, gone), 1.0, 1.0)
    write(sys_root, {f"{scope}/cpu.stat": "usage_usec 250000\n"})
    (after,) = sampler.read((container, gone), 2.0, 2.0)
    assert (after.cpu, after.memory, after.rx) == (25.0, 9, 0.0)
