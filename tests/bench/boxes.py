"""Real containers to look at: Compose projects of sleeping services, and what the engine pays
meanwhile."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tarfile
import time
from importlib.util import find_spec
from pathlib import Path

import docker
import docker.errors

IMAGE = "nebtui-test/busybox"
TAG = "1"
PROJECT = "k4x-bench-"
PER_PROJECT = 10
TOKEN = re.compile(r"k4xp(\d+)s\d+")
"""A service's name; it holds its project's number, so that it is unique on every screen."""
_TICK = os.sysconf("SC_CLK_TCK")


class Boxes:
    """The containers of one run; `close` removes every trace of them."""

    def __init__(self, folder: Path, per_project: int = PER_PROJECT) -> None:
        """`per_project`: services of each; the engine has networks for about 30 projects."""
        self._folder = folder
        self._per_project = per_project
        self._engine = docker.APIClient(timeout=120)
        self._projects = 0
        self._own_image = not self._engine.images(f"{IMAGE}:{TAG}")
        if self._own_image:
            self._engine.import_image_from_data(_busybox(), repository=IMAGE, tag=TAG)

    def grow(self, count: int) -> None:
        """Start projects until `count` containers run."""
        while self._projects * self._per_project < count:
            self._compose(self._projects, "up", "-d")
            self._projects += 1

    def stop(self, token: str) -> None:
        """Stop the container of a service, at once."""
        self._engine.stop(container_name(token), timeout=0)

    def start(self, token: str) -> None:
        """Start it again."""
        self._engine.start(container_name(token))

    def moment(self, token: str, action: str, since: float) -> float:
        """When the engine says that it happened, in seconds of `time.time`."""
        filters = {"container": container_name(token), "event": action}
        events = self._engine.events(
            since=int(since), until=int(time.time()) + 1, filters=filters, decode=True
        )
        moments = [float(event["timeNano"]) / 1e9 for event in events]
        return next(moment for moment in moments if moment >= since)

    def close(self) -> None:
        """Remove the projects, begun ones included, and the image if it was not there before."""
        for project in range(self._projects + 1):
            if (self._folder / f"{PROJECT}{project}").exists():
                self._compose(project, "down", "-t", "0", "--remove-orphans", check=False)
        if self._own_image:
            try:
                self._engine.remove_image(f"{IMAGE}:{TAG}")
            except docker.errors.APIError as error:
                # Somebody else's container uses it by now: then it is theirs.
                print(f"left the image: {error.explanation}")
        self._engine.close()

    def _compose(self, project: int, *words: str, check: bool = True) -> None:
        folder = self._folder / f"{PROJECT}{project}"
        folder.mkdir(exist_ok=True)
        body = {"image": f"{IMAGE}:{TAG}", "command": ["sleep", "1d"], "stop_grace_period": "0s"}
        services = {f"k4xp{project}s{place}": body for place in range(self._per_project)}
        (folder / "compose.yaml").write_text(json.dumps({"services": services}), encoding="utf-8")
        subprocess.run((compose_binary(), "--progress", "quiet", *words), cwd=folder, check=check)


def container_name(token: str) -> str:
    """The container of a service named so."""
    found = TOKEN.fullmatch(token)
    assert found
    return f"{PROJECT}{found[1]}-{token}-1"


def engine_processes() -> list[int]:
    """dockerd and containerd, without the shims."""
    return [pid for pid in _pids() if _read(pid, "comm").strip() in {"dockerd", "containerd"}]


def family(root: int) -> list[int]:
    """A process and its living descendants."""
    parents = {pid: int(fields[1]) for pid in _pids() if (fields := _fields(pid))}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_seconds(pids: list[int]) -> float:
    """The processor time that processes used so far, their ended children included."""
    return sum(sum(int(number) for number in _fields(pid)[11:15]) for pid in pids) / _TICK


def resident_megabytes(pids: list[int]) -> float:
    """The memory that processes hold."""
    lines = [
        line
        for pid in pids
        for line in _read(pid, "status").splitlines()
        if line.startswith("VmRSS:")
    ]
    return sum(int(line.split()[1]) for line in lines) / 1024


def compose_binary() -> str:
    """The real Compose beside this Python; its wrapper always exits with 0."""
    spec = find_spec("compose")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("no Compose binary: run `uv sync` first")
    return str(Path(spec.submodule_search_locations[0]) / "docker-compose")


def _busybox() -> bytes:
    """A file system with the busybox of this machine and the names it answers to."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.add("/bin/busybox", "bin/busybox")
        for name in ("sh", "sleep"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
    return data.getvalue()


def _pids() -> list[int]:
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:
        # It ended since it was listed.
        return ""


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold blanks: state first, then the
    parent."""
    return _read(pid, "stat").rpartition(")")[2].split()
