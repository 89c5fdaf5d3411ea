"""More engines on this machine, each in a network namespace of its own: `dockerd` once more, and
Docker Engine 26.1 unpacked from Debian trixie; one that grants GPUs is in `gpu_engine.py`, Podman's
socket in `podman_engine.py`.

Never in the machine's own namespace: `--bridge=none` there deletes its engine's docker0, and a
second engine's iptables rules replace the first one's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError

FETCH = "tests/engine/fetch_engine_26.sh"
# Podman's networks lie there whatever its options say: the machine's own are covered.
HOLD = """\
for covered in /run/netns /run/containers; do
  mkdir -p $covered && mount -t tmpfs none $covered
done
ip link set lo up
{more}
echo
read -r _
"""


def unpacked() -> Path:
    """The folder that `fetch_engine_26.sh` unpacks into."""
    cache = os.environ.get("XDG_CACHE_HOME") or f"{Path.home()}/.cache"
    return Path(os.environ.get("NEBTUI_ENGINE_26") or f"{cache}/nebtui-tests/engine-26")


class SecondEngine(ABC):
    """Runs until `close`; what it keeps is below `folder`. It can be killed and started again."""

    name = ""
    rootless = False
    restless = False
    """It may restart a failing container while Compose replaces it, which Compose then gives up."""
    prepare = ""
    """Shell lines that run in its namespaces first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder}/engine.sock"
        self._process: subprocess.Popen[bytes] | None = None
        more = self.prepare.format(folder=folder)
        # Holds the namespaces while the engine is dead; ends with the tests, whose end closes its
        # standard input.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-c", HOLD.format(more=more)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        self._holder.stdout.readline()

    @classmethod
    def why_not(cls) -> str:
        """Why it cannot be started here, "" if it can."""
        missing = [name for name in ("unshare", "nsenter", "ip") if shutil.which(name) is None]
        if missing:
            return f"{', '.join(missing)} not installed: run `apt install util-linux iproute2`"
        return "" if os.geteuid() == 0 else "only root may start a second engine"

    @abstractmethod
    def argv(self) -> list[str]:
        """What starts it."""

    def environ(self) -> dict[str, str]:
        """Its environment."""
        return dict(os.environ)

    @property
    def namespace(self) -> str:
        """The file of its network namespace."""
        return f"/proc/{self._holder.pid}/ns/net"

    def inside(self, *argv: str) -> list[str]:
        """A command in its network and mount namespaces."""
        return ["nsenter", f"--target={self._holder.pid}", "--net", "--mount", "--", *argv]

    def start(self) -> EngineClient:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.inside(*self.argv()), env=self.environ(), stdout=log, stderr=log
            )
        client = EngineClient(Endpoint(self.url), {})
        for _ in range(160):
            try:
                client.version()
            except EngineError:
                time.sleep(0.25)
            else:
                return client
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def kill(self) -> None:
        """End it as a crash would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(30)

    def close(self) -> None:
        """End it and all it started, and let its namespaces go."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)
        self.clear()
        self._holder.communicate(b"\n", 10)

    @abstractmethod
    def clear(self) -> None:
        """End what a killed engine leaves running, and the mounts it leaves."""


def dockerd(program: str, folder: Path, url: str, pool: str = "10.213.0.0/16") -> list[str]:
    """A Docker Engine with folders and networks of its own, which leaves docker0 and iptables
    alone."""
    places = {"data-root": "data", "exec-root": "run", "pidfile": "pid"}
    own = [f"--{option}={folder}/{name}" for option, name in places.items()]
    apart = ["--bridge=none", "--iptables=false", f"--default-address-pool=base={pool},size=24"]
    return [program, f"--host={url}", *own, *apart]


class Moby(SecondEngine):
    """The machine's own `dockerd`, once more."""

    name = "Docker"
    needed: tuple[str, ...] = ("dockerd", "containerd", "runc")

    @classmethod
    def why_not(cls) -> str:
        """As above; and its programs must be there."""
        missing = [name for name in cls.needed if shutil.which(name) is None]
        if missing:
            return f"{', '.join(missing)} not installed: run `apt install docker.io`"
        return super().why_not()

    def argv(self) -> list[str]:
        return dockerd("dockerd", self.folder, self.url)

    def clear(self) -> None:
        """Its containerd is a child that outlives a killed engine, and takes over from nobody; so
        do its containers."""
        pid = self.folder / "run/containerd/containerd.pid"
        if pid.exists():
            stop(int(pid.read_text()))
        for shim in processes_with(f"{self.folder}/run/containerd/containerd.sock"):
            children = Path(f"/proc/{shim}/task/{shim}/children").read_text().split()
            for process in (*map(int, children), shim):
                os.kill(process, signal.SIGKILL)


class Moby26(Moby):
    """Docker Engine 26.1: the program of Debian trixie beside this machine's containerd and
    runc."""

    name = "26.1"
    needed = ("containerd", "runc")

    @classmethod
    def why_not(cls) -> str:
        """As above; and it must have been fetched."""
        if not (unpacked() / "usr/sbin/dockerd").exists():
            return f"Docker Engine 26.1 not installed: run `{FETCH}`"
        return super().why_not()

    def argv(self) -> list[str]:
        program = f"{unpacked()}/usr/sbin/dockerd"
        return dockerd(program, self.folder, self.url, "10.214.0.0/16")


def processes_with(word: str) -> list[int]:
    """The processes that have this word in their command lines."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and word.encode() in (
                (entry / "cmdline").read_bytes().split(b"\0")
            ):
                found.append(int(entry.name))
    return found


def stop(pid: int) -> None:
    """End a process that is no child of this one."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for _ in range(40):
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                return
            time.sleep(0.1)
