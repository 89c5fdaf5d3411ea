"""Engines that make up one Swarm, each a machine of its own: a network namespace with a name, and a
virtual cable between two."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from pathlib import Path

from tests.engine.second_engine import Moby


class SwarmMember(Moby):
    """An engine with iptables of its own, which routing between nodes needs: in its namespace they
    are nobody else's."""

    def __init__(self, folder: Path, number: int) -> None:
        """`number`: 1 for the manager, 2 for its worker."""
        self.node = f"node{number}"
        self.address = f"10.98.0.{number}"
        self._pool = f"10.{60 + number}.0.0/16"
        super().__init__(folder)

    @classmethod
    def why_not(cls) -> str:
        """As above; and stacks are deployed by the docker command."""
        if shutil.which("docker") is None:
            return "no docker command on this machine: `apt install docker.io`"
        return super().why_not()

    def argv(self) -> list[str]:
        """With a name of its own, as its swarm tells it."""
        places = {"data-root": "data", "exec-root": "run", "pidfile": "pid"}
        own = [f"--{option}={self.folder}/{name}" for option, name in places.items()]
        pool = f"--default-address-pool=base={self._pool},size=24"
        named = ["unshare", "--uts", "sh", "-c", f'hostname {self.node}; exec "$@"', "sh"]
        has = ["--node-generic-resource=gpu=1"] if self.node == "node1" else []
        return [*named, "dockerd", f"--host={self.url}", *own, pool, *has, "--bridge=none"]

    def join_with(self, other: SwarmMember) -> None:
        """Lay the cable between the two."""
        ends = [f"nbt{uuid.uuid4().hex[:8]}" for _ in range(2)]
        run("ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        for end, member in zip(ends, (self, other), strict=True):
            run("ip", "link", "set", end, "netns", str(member._holder.pid), "name", "eth0")
            for words in (f"addr add {member.address}/24 dev eth0", "link set eth0 up"):
                run(*member.inside("ip", *words.split()))

    def docker(self, *words: str) -> str:
        """The docker command on it; what it prints."""
        return run("docker", "--host", self.url, *words).strip()


def run(*argv: str) -> str:
    """A command that has to work; what it prints."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout
