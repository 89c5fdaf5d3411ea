"""From a host process to its container, and what a container has of a GPU: on files as kernels
write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nebtui.hosts.gpu.processes import Containers, reach

ONE, TWO = "a" * 63 + "1", "b" * 63 + "2"


def process(proc: Path, pid: int, cgroup: str, start: int = 100) -> None:
    """A process of a made /proc."""
    folder = proc / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup").write_text(cgroup)
    (folder / "stat").write_text(
        f"{pid} (my (odd) name) S " + " ".join(["0"] * 18) + f" {start} 0\n"
    )


@pytest.mark.parametrize(
    "cgroup",
    [
        f"12:memory:/docker/{ONE}\n11:cpu,cpuacct:/docker/{ONE}\n0::/docker/{ONE}\n",
        f"0::/system.slice/docker-{ONE}.scope\n",
        f"0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{ONE}.scope\n",
        f"0::/../../docker/{ONE}\n",
        f"0::/kubepods/pod1/{'c' * 64}/docker/{ONE}\n",
        f"0::/docker/{ONE}/nested/{'d' * 64}\n",
    ],
    ids=["v1", "v2 systemd", "rootless", "other namespace", "nested outside", "nested inside"],
)
def test_cgroup_paths(tmp_path: Path, cgroup: str) -> None:
    """Every form of the path names the container that the engine knows."""
    process(tmp_path, 7, cgroup)
    names = Containers(lambda: frozenset({ONE, TWO}), tuple, lambda _: (), str(tmp_path))
    assert names.of(7) == ONE


def test_other_engines_and_the_host(tmp_path: Path) -> None:
    """A container of another engine, a host process and a process that is gone belong to no
    container."""
    process(tmp_path, 7, f"0::/machine.slice/libpod-{'e' * 64}.scope\n")
    process(tmp_path, 8, "0::/user.slice/user-1000.slice/session-2.scope\n")
    names = Containers(lambda: frozenset({ONE}), lambda: (ONE,), lambda _: (), str(tmp_path))
    assert [names.of(pid) for pid in (7, 8, 9)] == [None, None, None]


def test_top_where_the_path_is_cut_off(tmp_path: Path) -> None:
    """In a cgroup namespace of its own nebtui sees `/`: then the engine's word counts, asked
    once."""
    process(tmp_path, 7, "0::/\n")
    process(tmp_path, 8, "0::/\n")
    asked: list[str] = []

    def top(identity: str) -> tuple[int, ...]:
        asked.append(identity)
        return (7,) if identity == TWO else ()

    names = Containers(lambda: frozenset({ONE, TWO}), lambda: (ONE, TWO), top, str(tmp_path))
    assert (names.of(7), names.of(8)) == (TWO, None)
    assert asked == [ONE, TWO]


def test_a_pid_used_again_is_another_process(tmp_path: Path) -> None:
    """The same pid with another start time is looked up anew."""
    process(tmp_path, 7, f"0::/docker/{ONE}\n", start=100)
    names = Containers(lambda: frozenset({ONE, TWO}), tuple, lambda _: (), str(tmp_path))
    assert names.of(7) == ONE
    process(tmp_path, 7, f"0::/docker/{TWO}\n", start=200)
    assert names.of(7) == TWO


def test_what_a_container_has(tmp_path: Path) -> None:
    """Device files and library below its root, the library in a process's maps."""
    root = tmp_path / "7" / "root"
    for path in (
        "dev/nvidia0",
        "dev/nvidiactl",
        "dev/dri/renderD128",
        "dev/dri/card0",
        "usr/lib64/libcuda.so.1",
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    (tmp_path / "7" / "maps").write_text("7f0 r-xp /usr/lib/libc.so.6\n")
    (tmp_path / "9").mkdir()
    (tmp_path / "9" / "maps").write_text("7f0 r-xp /usr/lib64/libcuda.so.550.54.15\n")
    found = reach(ONE, 7, (9,), str(tmp_path))
    assert found.devices == ("/dev/nvidia0", "/dev/dri/renderD128")
    assert (found.loaded, found.why, found.unified) == (True, "", False)
    (root / "dev/nvidia-uvm").touch()
    assert reach(ONE, 7, (), str(tmp_path)).unified is True
    (root / "dev/nvidia0").unlink()
    assert reach(ONE, 7, (), str(tmp_path)).unified is None
    assert reach(ONE, 7, (), str(tmp_path)).loaded is False


def test_what_may_not_be_looked_at(tmp_path: Path) -> None:
    """A container that may not be looked into is unknown, with the reason."""
    found = reach(ONE, 7, (), str(tmp_path))
    assert (found.devices, found.loaded) == (None, None)
    assert "only root" in found.why
