"""A second real engine on this machine that grants GPU requests: with a stand-in for NVIDIA's hook
in its path.

An engine of this age takes `--gpus` if `nvidia-container-runtime-hook` is in its path when it
starts. The real hook brings device files and programs into the container that is about to start; so
does this one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from nebtui.hosts.engine.client import EngineClient
from nebtui.hosts.engine.endpoint import Endpoint
from nebtui.hosts.engine.errors import EngineError

HOOK = """\
#!{python}
import json, subprocess, sys
from pathlib import Path
state = json.load(sys.stdin)
root = json.loads(Path(state["bundle"], "config.json").read_text())["root"]["path"]
if Path("{folder}", "broken").exists():
    sys.exit(0)
inside = ["nsenter", "--target", str(state["pid"]), "--mount"]
subprocess.run([*inside, "mknod", "-m", "666", root + "/dev/nvidia0", "c", "195", "0"], check=True)
subprocess.run([*inside, "cp", "{folder}/nvidia-smi", root + "/bin/nvidia-smi"], check=True)
"""
SMI = """\
#!/bin/sh
case "$*" in
  "-L") echo "GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-00000000-0000-0000-0000-000000000000)" ;;
  *) echo "No devices were found"; exit 6 ;;
esac
"""
NEEDED = ("dockerd", "nsenter", "mknod", "unshare", "ip")


def why_not() -> str:
    """Why no engine can be started here, "" if one can."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not found"
    return "" if os.geteuid() == 0 else "only root may start an engine"


class GpuEngine:
    """Runs until `close`; what it keeps is below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder}/docker.sock"
        self._write(
            "bin/nvidia-container-runtime-hook", HOOK.format(python=sys.executable, folder=folder)
        )
        self._write("nvidia-smi", SMI)
        path = f"{folder}/bin:{os.environ['PATH']}"
        places = {"data-root": "data", "exec-root": "run", "pidfile": "pid"}
        own = [f"--{option}={folder}/{name}" for option, name in places.items()]
        # In a network namespace of its own: `--bridge=none` beside the machine's own engine deletes
        # that one's docker0, and its iptables rules would replace the other's.
        apart = [
            "--bridge=none",
            "--iptables=false",
            "--default-address-pool=base=10.213.0.0/16,size=24",
        ]
        with (folder / "log").open("w") as log:
            start = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
            argv = [*start, "dockerd", f"--host={self.url}", *own, *apart]
            self._process = subprocess.Popen(
                argv, env={**os.environ, "PATH": path}, stdout=log, stderr=log
            )

    @property
    def namespace(self) -> str:
        """The file of its network namespace."""
        return f"/proc/{self._process.pid}/ns/net"

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def client(self) -> EngineClient:
        """Waits until it answers."""
        client = EngineClient(Endpoint(self.url), {})
        for _ in range(120):
            try:
                client.version()
            except EngineError:
                time.sleep(0.25)
            else:
                return client
        raise AssertionError((self._folder / "log").read_text()[-2000:])

    def lose(self, *, lost: bool) -> None:
        """From now on its containers get no GPU though they ask for one, as after many a driver
        update; or get it."""
        mark = self._folder / "broken"
        if lost:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)
