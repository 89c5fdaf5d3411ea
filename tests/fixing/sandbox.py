"""A folder with the files of two projects, a patch over them, and a host whose networks outlive a
killed process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nebtui.action import Action, Cancel, CreateNetwork, Progress, RemoveNetwork
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.file_change import FileChange
from nebtui.fixing.patch import Patch
from nebtui.keep.journal import Journal
from tests.fakes import FakeHost

NETWORK = "nebtui-shared"
CORE = b"services:\n  chroma:\n    image: chroma\n"
GANTRY = b"services:\r\n  conductor:\r\n    image: conductor # pinned\r\n    restart: always"
JOINED = b"    networks: [default, nebtui-shared]\n"


class DiskHost(FakeHost):
    """Each network is a file in a folder; one with a text in it has members."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Snapshot())
        self.folder = folder
        self.told: list[tuple[str, ...]] = []
        folder.mkdir(exist_ok=True)

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        code = 0
        match action:
            case CreateNetwork(name):
                code = int((self.folder / name).exists())
                (self.folder / name).touch()
            case RemoveNetwork(name) if (self.folder / name).exists():
                if (self.folder / name).read_text():
                    code = 1
                else:
                    (self.folder / name).unlink()
        yield Progress("has members" if code else "done", done=True, exit_code=code)

    def reread(self, paths: tuple[str, ...]) -> None:
        self.told.append(paths)


@dataclass(frozen=True)
class FixSandbox:
    """The folder of a test: `box/` with the user's files, `state/`, `networks/`."""

    folder: Path

    @property
    def core(self) -> Path:
        return self.folder / "box" / "core" / "compose.yaml"

    @property
    def link(self) -> Path:
        return self.folder / "box" / "gantry.yaml"

    @property
    def env(self) -> Path:
        return self.folder / "box" / "core" / ".env"

    @property
    def journal(self) -> Journal:
        return Journal(str(self.folder / "state"))

    def host(self) -> DiskHost:
        return DiskHost(self.folder / "networks")

    def set_up(self) -> FixSandbox:
        """Two compose files, one of them behind a link; no `.env` yet."""
        target = self.folder / "box" / "gantry" / "docker-compose.yml"
        for path in (self.core, target):
            path.parent.mkdir(parents=True)
        self.core.write_bytes(CORE)
        self.core.chmod(0o640)
        target.write_bytes(GANTRY)
        self.link.symlink_to("gantry/docker-compose.yml")
        return self

    def patch(self) -> Patch:
        """Joins both to a network that it creates, and creates the env file."""
        changes = (
            FileChange(str(self.core), CORE, CORE + JOINED),
            FileChange(str(self.link), GANTRY, GANTRY + b"\r\n" + JOINED),
            FileChange(str(self.env), None, b"HOST_UID=1000\n"),
        )
        return Patch("join the network", (), "safe", changes, (NETWORK,))

    def state(self) -> tuple[bytes, bytes, bytes | None, bool]:
        """The three files and whether the network is there."""
        env = self.env.read_bytes() if self.env.exists() else None
        return (
            self.core.read_bytes(),
            self.link.read_bytes(),
            env,
            (self.folder / "networks" / NETWORK).exists(),
        )

    @property
    def old(self) -> tuple[bytes, bytes, bytes | None, bool]:
        return CORE, GANTRY, None, False

    @property
    def new(self) -> tuple[bytes, bytes, bytes | None, bool]:
        return CORE + JOINED, GANTRY + b"\r\n" + JOINED, b"HOST_UID=1000\n", True

    def leftovers(self) -> list[str]:
        """Files that should not be there any more."""
        return [str(path) for path in self.folder.rglob(".nebtui-*")]
