"""A second real engine on this machine that grants GPU requests: with a stand-in for NVIDIA's hook
in its path.

An engine of this age takes `--gpus` if `nvidia-container-runtime-hook` is in its path when it
starts. The real hook brings device files and programs into the container that is about to start; so
does this one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.engine.second_engine import Moby

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


class GpuEngine(Moby):
    """The machine's own `dockerd` with the stand-in in its path."""

    needed = (*Moby.needed, "nsenter", "mknod")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._write(
            "bin/nvidia-container-runtime-hook", HOOK.format(python=sys.executable, folder=folder)
        )
        self._write("nvidia-smi", SMI)

    def environ(self) -> dict[str, str]:
        return {**super().environ(), "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def lose(self, *, lost: bool) -> None:
        """From now on its containers get no GPU though they ask for one, as after many a driver
        update; or get it."""
        mark = self.folder / "broken"
        if lost:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)
