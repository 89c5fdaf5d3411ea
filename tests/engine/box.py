"""The box of the first seed: lies 1, 2, 3 and 5 with real containers in two projects."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CORE = """\
services:
  {store}:
    image: {image}   # pinned, see wiki
    command: ["sh", "-c", "mkdir /w; echo ok > /w/index.html; sleep 3; exec httpd -f -p 8000 -h /w"]
    stop_grace_period: 0s
    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/"]
      interval: 1s
      retries: 60

  ingest:
    image: {image}
    command: ["sh", "-c", "wget -q -O /dev/null http://{store}:8000/ && exec sleep 1d"]
    stop_grace_period: 0s
    restart: on-failure
    depends_on:
      - {store} # the vector store
"""

GANTRY = """\
services:
  conductor:
    image: {image}
    environment:
      STORE_URL: http://{store}:8000
      TABBY_URL: http://host.docker.internal:5000/v1
    command: ["sh", "-c", "wget -q -O /dev/null $$STORE_URL && exec sleep 1d"]
    stop_grace_period: 0s
    restart: unless-stopped
  reader:
    image: {image}
    user: "1000:1000"
    command: ["sleep", "1d"]
    stop_grace_period: 0s
    volumes:
      - {models}:/models:ro
"""


@dataclass
class SeedBox:
    """Two projects in one folder, the commands to run them, and nebtui with a state folder of its
    own."""

    folder: Path
    compose: str
    image: str
    tag: str
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environ = {**os.environ, "NEBTUI_STATE": str(self.folder / "state"), "NO_COLOR": "1"}
        self.environ["NEBTUI_CONFIG"] = str(self.folder / "config.toml")
        (self.folder / "config.toml").write_text(f'[fix]\nnetwork = "{self.network}"\n')
        models = self.folder / "models"
        models.mkdir()
        (models / "weights").write_text("weights")
        for path in (models, models / "weights"):
            os.chown(path, 1001, 1001)
        models.chmod(0o750)
        words = {"store": self.store, "image": self.image, "models": str(models)}
        for project, text in ((self.core, CORE), (self.gantry, GANTRY)):
            for name, value in words.items():
                text = text.replace("{" + name + "}", value)
            (self.folder / project).mkdir()
            (self.folder / project / "docker-compose.yml").write_text(text)

    @property
    def core(self) -> str:
        return f"core{self.tag}"

    @property
    def gantry(self) -> str:
        return f"gantry{self.tag}"

    @property
    def store(self) -> str:
        return f"store{self.tag}"

    @property
    def network(self) -> str:
        return f"shared-{self.tag}"

    def file(self, project: str) -> Path:
        return self.folder / project / "docker-compose.yml"

    def up(self, project: str, *arguments: str) -> None:
        """`up -d` of one project."""
        self._compose(project, "up", "-d", *arguments)

    def down(self) -> None:
        """Remove everything of both projects and the shared network."""
        for project in (self.core, self.gantry):
            self._compose(project, "down", "--timeout", "0", "--remove-orphans", check=False)
        subprocess.run(["docker", "network", "rm", self.network], capture_output=True, check=False)

    def _compose(self, project: str, *arguments: str, check: bool = True) -> None:
        argv = [self.compose, "-f", str(self.file(project)), *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
        assert not check or done.returncode == 0, done.stderr

    def nebtui(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in the folder of the box."""
        argv = [sys.executable, "-m", "nebtui", *arguments]
        return subprocess.run(
            argv,
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def findings(self) -> set[tuple[str, str, str, int]]:
        """What `nebtui check --format json` finds in the box's files: (rule, service, file, line).
        What only runs wrong (an older container, a program of the host) and advice are left out."""
        done = self.nebtui("check", "--format", "json", ".")
        answer = json.loads(done.stdout)
        assert answer["errors"] == []
        worth = [f for f in answer["findings"] if f["severity"] != "advice"]
        assert done.returncode == (1 if worth else 0)
        root = str(self.folder) + "/"
        return {
            (f["rule"], f["service"], f["file"].removeprefix(root), f["line"])
            for f in worth
            if f["place"] != "host"
        }

    def container(self, project: str, service: str) -> str:
        """The id of a service's container, found by its labels: one that Compose could not finish
        to recreate keeps a name of its own."""
        labels = f"project={project}", f"service={service}"
        told = [word for one in labels for word in ("--filter", f"label=com.docker.compose.{one}")]
        argv = ["docker", "ps", "-aq", *told]
        listed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
        return listed[0] if listed else f"{project}-{service}-1"

    def inspect(self, project: str, service: str) -> dict[str, Any]:
        """The container of a service as the engine describes it."""
        name = self.container(project, service)
        done = subprocess.run(
            ["docker", "inspect", name], capture_output=True, text=True, check=True
        )
        described: dict[str, Any] = json.loads(done.stdout)[0]
        return described

    def healthy(self) -> bool:
        """The store's own healthcheck passes."""
        return bool(self.inspect(self.core, self.store)["State"]["Health"]["Status"] == "healthy")

    def run_in(self, project: str, service: str, *argv: str) -> int:
        """The exit code of a command inside a service's container."""
        name = self.container(project, service)
        return subprocess.run(
            ["docker", "exec", name, *argv], capture_output=True, timeout=20, check=False
        ).returncode

    def reached(self) -> bool:
        """The conductor gets an answer from the store by its name."""
        return (
            self.run_in(
                self.gantry,
                "conductor",
                "wget",
                "-q",
                "-O",
                "/dev/null",
                f"http://{self.store}:8000/",
            )
            == 0
        )

    def told(self) -> str:
        """What the engine lists, and the conductor's last words."""
        listed = subprocess.run(
            ["docker", "ps", "-a"], capture_output=True, text=True, check=False
        ).stdout
        name = self.container(self.gantry, "conductor")
        logs = subprocess.run(
            ["docker", "logs", "--tail", "5", name], capture_output=True, text=True, check=False
        )
        return f"{listed}\n{logs.stdout}{logs.stderr}"

    def assert_healed(self) -> None:
        """On the engine: names resolve and answer, the gate held, the mount can be read."""
        wait_for(self.reached, "the conductor to reach the store", 120.0, seen=self.told)
        assert self.run_in(self.gantry, "conductor", "nslookup", "host.docker.internal") in (0, 1)
        assert (
            "host.docker.internal:host-gateway"
            in self.inspect(self.gantry, "conductor")["HostConfig"]["ExtraHosts"]
        )
        assert self.run_in(self.gantry, "reader", "cat", "/models/weights") == 0
        ingest, store = self.inspect(self.core, "ingest"), self.inspect(self.core, self.store)
        assert ingest["RestartCount"] == 0
        assert ingest["State"]["Running"]
        healthy = min(p["End"] for p in store["State"]["Health"]["Log"] if p["ExitCode"] == 0)
        # The log keeps five probes: the oldest pass it still knows is not before the first one.
        assert ingest["State"]["StartedAt"] > store["State"]["StartedAt"]
        assert healthy


@contextmanager
def running_box(compose: str, image: str, *, calm: bool = False) -> Iterator[SeedBox]:
    """The seed's two projects, up, `calm` without the one that fails for ever; removed
    afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="nebtui-box-"))
    folder.chmod(0o755)
    made = SeedBox(folder, compose, image, uuid.uuid4().hex[:6])
    try:
        made.up(made.core)
        made.up(made.gantry)
        if calm:
            docker("stop", f"{made.gantry}-conductor-1")
        yield made
    finally:
        made.down()
        shutil.rmtree(folder)


def wait_for(
    condition: Callable[[], object],
    what: str,
    timeout: float = 45.0,
    *,
    seen: Callable[[], str] = str,
) -> None:
    """Wait until a condition holds; `seen` tells what there is instead where it never does."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout:.0f} s for {what}\n{seen()}"
        time.sleep(0.1)


def docker(*arguments: str) -> None:
    """The docker command with the engine that DOCKER_HOST names."""
    run("docker", *arguments)


def run(*argv: str) -> None:
    """A command that must succeed."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
