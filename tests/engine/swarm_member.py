"""Engines that make up one Swarm, each a machine of its own: a network namespace with a name, and a
virtual cable to the switch between them."""

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
        """`number`: 1 for the manager, from 2 on for its workers."""
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

    def close(self) -> None:
        """End it as a crash would: it would wait for its containers, and move tasks."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        super().close()

    @property
    def holder(self) -> int:
        """The process that holds its namespaces."""
        return self._holder.pid

    def docker(self, *words: str) -> str:
        """The docker command on it; what it prints."""
        return run("docker", "--host", self.url, *words).strip()


class Switch:
    """What the cables of the machines lead to, in a namespace of its own: whichever machine is
    gone, the others reach each other."""

    def __init__(self) -> None:
        hold = "ip link add switch type bridge && ip link set switch up && echo && read -r _"
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._holder.stdout is not None
        self._holder.stdout.readline()

    def plug(self, member: SwarmMember) -> None:
        """Lay a cable to a machine."""
        here = f"nbt{uuid.uuid4().hex[:8]}"
        there = f"nbt{uuid.uuid4().hex[:8]}"
        run("ip", "link", "add", here, "type", "veth", "peer", "name", there)
        run("ip", "link", "set", there, "netns", str(member.holder), "name", "eth0")
        run("ip", "link", "set", here, "netns", str(self._holder.pid))
        for words in (f"addr add {member.address}/24 dev eth0", "link set eth0 up"):
            run(*member.inside("ip", *words.split()))
        inside = ("nsenter", f"--target={self._holder.pid}", "--net", "--")
        for words in (f"link set {here} master switch", f"link set {here} up"):
            run(*inside, "ip", *words.split())

    def close(self) -> None:
        """Take it away, with the ends of its cables."""
        self._holder.communicate(b"\n", 10)


def run(*argv: str) -> str:
    """A command that has to work; what it prints."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{argv}: {done.stderr}"
    return done.stdout
