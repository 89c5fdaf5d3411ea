"""A second real engine that may be killed as often as one likes, in a network namespace of its
own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker

from tests.engine.conftest import make_image
from tests.engine.second_engine import Moby, dockerd

why_not = Moby.why_not


class MortalEngine:
    """Runs from `start` until `kill`; what it keeps is below `folder` until `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder}/docker.sock"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        folder = self._folder
        # Never in the machine's own namespace: `--bridge=none` deletes the docker0 it finds there.
        apart = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
        argv = [*apart, *dockerd("dockerd", folder, self.url)]
        # Of a killed one: a number that another process or nobody's zombie has would be believed.
        for name in ("pid", "run/containerd/containerd.pid"):
            (folder / name).unlink(missing_ok=True)
        with (folder / "log").open("a") as log:
            self._process = subprocess.Popen(argv, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)

    def _answers(self) -> bool:
        with suppress(Exception):
            client = self.low(timeout=2)
            with suppress(Exception):
                return bool(client.ping())
            client.close()
        return False

    def low(self, timeout: float | None = 60) -> Any:
        """A client of docker-py."""
        return docker.APIClient(base_url=self.url, version="1.41", timeout=timeout)

    def image(self) -> str:
        """The tag of a small image on it."""
        from nebtui.hosts.engine.client import EngineClient
        from nebtui.hosts.engine.endpoint import Endpoint

        return make_image(EngineClient(Endpoint(self.url), {}))

    def kill(self) -> None:
        """End it as a crash would: without a word to anyone. Its containers live on."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None
        self._end("containerd")

    def close(self) -> None:
        """Remove its containers, end it and its containerd, and forget what it kept."""
        with suppress(Exception):
            if self._process is None:
                self.start()
            client = self.low()
            for one in client.containers(all=True):
                client.remove_container(one["Id"], force=True)
            client.close()
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
        self.kill()
        self._end("containerd-shim")
        for line in Path("/proc/self/mounts").read_text().splitlines():
            if (place := line.split()[1]).startswith(f"{self._folder}/"):
                subprocess.run(["umount", "-l", place], check=False, capture_output=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, program: str) -> None:
        """Kill those of its processes that run this program."""
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                own = str(self._folder) in " ".join(words)
                if own and Path(words[0]).name.startswith(program):
                    os.kill(int(entry.name), signal.SIGKILL)
