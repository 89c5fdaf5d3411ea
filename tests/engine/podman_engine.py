"""Podman's socket on this machine, with root's rights and without."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.engine.second_engine import SecondEngine

CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
"""
# In its mount namespace alone: a range of user ids for nobody, and a tun device for everybody, as
# most machines have it.
ROOTLESS = """\
mknod {folder}/tun c 10 200 && chmod 666 {folder}/tun
mount --bind {folder}/tun /dev/net/tun
echo nobody:100000:65536 >{folder}/ids
for ids in /etc/subuid /etc/subgid; do touch $ids; mount --bind {folder}/ids $ids; done
"""
NOBODY = 65534


class Podman(SecondEngine):
    """Podman's socket with root's rights: storage, networks and events of its own."""

    name = "Podman"
    restless = True  # measured on 4.3: "cannot remove container … as it is running"
    storage = "overlay"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        # Podman asks for a million open files where nothing else is set; a sandbox does not give
        # them.
        text = CONTAINERS_CONF.format(
            folder=folder,
            files=granted(resource.RLIMIT_NOFILE, 20000),
            processes=granted(resource.RLIMIT_NPROC, 4096),
        )
        (folder / "containers.conf").write_text(text)
        (folder / "networks").mkdir()

    @classmethod
    def why_not(cls) -> str:
        """As above; and its packages must be there."""
        helpers = ("/usr/lib/podman/netavark", "/usr/lib/podman/aardvark-dns")
        missing = [name for name in ("podman", "runc") if shutil.which(name) is None]
        missing += [Path(path).name for path in helpers if not Path(path).exists()]
        if missing:
            return f"{', '.join(missing)} not installed: run `apt install {' '.join(missing)}`"
        return super().why_not()

    def podman(self) -> list[str]:
        """Podman with its own folders."""
        places = {"root": "root", "runroot": "run", "tmpdir": "tmp"}
        own = [f"--{option}={self.folder}/{name}" for option, name in places.items()]
        return ["podman", *own, f"--storage-driver={self.storage}"]

    def argv(self) -> list[str]:
        return [*self.podman(), "system", "service", "--time=0", self.url]

    def environ(self) -> dict[str, str]:
        return {**super().environ(), "CONTAINERS_CONF": f"{self.folder}/containers.conf"}

    def clear(self) -> None:
        """Its containers are nobody's children: they are removed by name. What waits five minutes
        after each `exec`, and what keeps the namespaces of a rootless one, is ended."""
        argv = self.inside(*self.podman(), "rm", "--all", "--force", "--time=0")
        subprocess.run(argv, env=self.environ(), capture_output=True, timeout=60, check=False)
        outside = os.readlink("/proc/self/ns/mnt")
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended meanwhile
                words = (path / "cmdline").read_bytes() + (path / "environ").read_bytes()
                if str(self.folder).encode() in words and os.readlink(path / "ns/mnt") != outside:
                    os.kill(int(path.name), signal.SIGKILL)


class RootlessPodman(Podman):
    """Podman's socket as `nobody`, in a user namespace of its own."""

    rootless = True
    storage = "vfs"
    prepare = ROOTLESS

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("home", "runtime"):
            (folder / name).mkdir(mode=0o700)
        for path in (folder, *folder.iterdir()):
            if path.name not in ("tun", "ids", "log"):
                os.chown(path, NOBODY, NOBODY)

    @classmethod
    def why_not(cls) -> str:
        """As above; and what gives it users and networks must be there."""
        needed = {"newuidmap": "uidmap", "slirp4netns": "slirp4netns", "setpriv": "util-linux"}
        missing = [package for name, package in needed.items() if shutil.which(name) is None]
        if missing:
            return f"{', '.join(missing)} not installed: run `apt install {' '.join(missing)}`"
        return super().why_not()

    def podman(self) -> list[str]:
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
        return [*drop, *super().podman()]

    def environ(self) -> dict[str, str]:
        own = {"HOME": f"{self.folder}/home", "XDG_RUNTIME_DIR": f"{self.folder}/runtime"}
        return {**super().environ(), **own}

    def kill(self) -> None:
        """As above; what was started here waits for the one that serves, in the user namespace."""
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended meanwhile
                if self.url.encode() in (path / "cmdline").read_bytes():
                    os.kill(int(path.name), signal.SIGKILL)
        super().kill()


def granted(limit: int, most: int) -> int:
    """What this process may ask for, at most `most`."""
    hard = resource.getrlimit(limit)[1]
    return most if hard == resource.RLIM_INFINITY else min(hard, most)
