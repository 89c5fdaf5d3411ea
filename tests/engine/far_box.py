"""A machine of its own as far as ssh and its engine can tell: an engine in a network namespace,
with an sshd that only a throw-away key opens, at the far end of a virtual cable."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nebtui.hosts.engine.client import EngineClient
from tests.engine.conftest import make_image, without
from tests.engine.second_engine import Moby, dockerd

SSHD = "/usr/sbin/sshd"
SSHD_CONFIG = """\
ListenAddress {address}
HostKey {folder}/hostkey
AuthorizedKeysFile {folder}/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile {folder}/sshd.pid
SetEnv DOCKER_HOST={url} HOME={folder}/home \
PATH={folder}/bin:/usr/local/bin:/usr/bin:/bin NEBTUI_STATE={folder}/state
"""
SSH_CONFIG = """\
Host {name}
  HostName {address}
  User root
  IdentityFile {folder}/key
  IdentitiesOnly yes
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
"""


class FarBox(Moby):
    """`start` it and `ssh NAME` with `environ()` gets there."""

    def __init__(self, folder: Path, number: int, *, nebtui: bool = False) -> None:
        """`number`: of its networks, 1 to 200, another one for each box of a test. `nebtui`: this
        one is installed there."""
        self._nebtui = nebtui
        self.name = f"far{number}"
        self.address = f"10.97.{number}.2"
        self._near = f"10.97.{number}.1/24"
        self._pool = f"10.{30 + number}.0.0/16"
        self.cable = f"nbt{uuid.uuid4().hex[:8]}"
        super().__init__(folder)

    @classmethod
    def why_not(cls) -> str:
        """As above; and sshd must be there."""
        if not os.access(SSHD, os.X_OK) or shutil.which("ssh-keygen") is None:
            return "no sshd: run `apt install openssh-server`"
        return super().why_not()

    @property
    def home(self) -> Path:
        """Of the user there."""
        return self.folder / "home"

    def argv(self) -> list[str]:
        """With a name of its own, as `docker info` tells it."""
        named = ["unshare", "--uts", "sh", "-c", f'hostname {self.name}; exec "$@"', "sh"]
        return [*named, *dockerd("dockerd", self.folder, self.url, self._pool)]

    def start(self) -> EngineClient:
        """Also its cable and its sshd."""
        client = super().start()
        self._lay_cable()
        for name in ("key", "hostkey"):
            self._run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{self.folder}/{name}")
        os.makedirs("/run/sshd", exist_ok=True)
        self.home.mkdir()
        if self._nebtui:
            self._install()
        words = {"address": self.address, "folder": self.folder, "url": self.url, "name": self.name}
        (self.folder / "sshd_config").write_text(SSHD_CONFIG.format(**words))
        (self.folder / "ssh_config").write_text(SSH_CONFIG.format(**words))
        log = str(self.folder / "sshd.log")
        self._run(*self.inside(SSHD, "-f", str(self.folder / "sshd_config"), "-E", log))
        return client

    def _install(self) -> None:
        """Put this nebtui in its PATH."""
        program = self.folder / "bin/nebtui"
        program.parent.mkdir()
        text = f'#!/bin/sh\nPYTHONPATH={os.getcwd()} exec {sys.executable} -m nebtui "$@"\n'
        program.write_text(text)
        program.chmod(0o755)

    def _lay_cable(self) -> None:
        holder = self._holder.pid
        self._run(*f"ip link add {self.cable} type veth peer name eth0 netns {holder}".split())
        self._run(*f"ip addr add {self._near} dev {self.cable}".split())
        self._run(*f"ip link set {self.cable} up".split())
        self._run(*self.inside(*f"ip addr add {self.address}/24 dev eth0".split()))
        self._run(*self.inside("ip", "link", "set", "eth0", "up"))

    @staticmethod
    def _run(*argv: str) -> None:
        subprocess.run(argv, check=True, capture_output=True, timeout=30)

    def cut(self, *, off: bool) -> None:
        """Pull the cable, or put it back."""
        self._run("ip", "link", "set", self.cable, "down" if off else "up")

    def freeze(self, *, on: bool) -> None:
        """Stop its engine in its tracks, or let it go on."""
        pid = int((self.folder / "pid").read_text())
        os.kill(pid, signal.SIGSTOP if on else signal.SIGCONT)

    def connections(self) -> int:
        """How many ssh connections it has accepted so far."""
        return (self.folder / "sshd.log").read_text().count("Accepted publickey")

    def close(self) -> None:
        """Its sshd as well; the cable goes with the namespace."""
        pid = self.folder / "sshd.pid"
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)
        super().close()


@contextmanager
def started_box(folder: Path, number: int, *, nebtui: bool = False) -> Iterator[FarBox]:
    """A far box that runs and has the tests' image; skipped where there can be none."""
    if why := FarBox.why_not():
        without(why)
    box = FarBox(folder, number, nebtui=nebtui)
    try:
        make_image(box.start())
        yield box
    finally:
        box.close()


def ssh_environ(folder: Path, *boxes: FarBox) -> dict[str, str]:
    """The environment in which `ssh` finds these boxes by their names: OpenSSH takes its files from
    the user's home whatever HOME says."""
    configuration = folder / "ssh_config"
    configuration.write_text("".join((box.folder / "ssh_config").read_text() for box in boxes))
    programs = folder / "bin"
    programs.mkdir()
    program = programs / "ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {configuration} "$@"\n')
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder)}
