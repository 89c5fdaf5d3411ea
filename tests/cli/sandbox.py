"""Runs nebtui as a person would: a process in a folder of its own, with no trace of the developer's
state."""

from __future__ import annotations

import ctypes
import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PR_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2
NO_ENGINE = "unix:///nonexistent/docker.sock"
SOURCE = str(Path(__file__).parents[2])


def obey_modes() -> None:
    """In a child before exec: root without the right to override file modes, as every other user is
    anyway."""
    if os.geteuid() == 0:
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The standard output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """The lines of standard error."""
        return self.err.splitlines()


@dataclass
class CliSandbox:
    """A home, a state folder and a working folder, and nebtui in them."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.work = self.root / "work"
        for name in ("work", "home", "state"):
            (self.root / name).mkdir()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root / "home"),
            "NEBTUI_STATE": str(self.root / "state"),
            "NEBTUI_CONFIG": str(self.root / "config.toml"),
            "DOCKER_HOST": NO_ENGINE,
            "PYTHONPATH": SOURCE,
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
        }

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files below the working folder."""
        for name, text in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def run(
        self, *words: str, obeys_modes: bool = False, stdin: str = "", **environ: str
    ) -> Answer:
        """Run nebtui with these words in the working folder; never with a traceback. `obeys_modes`:
        file modes hold for it, also where the tests run as root."""
        return self.python("-m", "nebtui", *words, obeys_modes=obeys_modes, stdin=stdin, **environ)

    def python(
        self, *words: str, obeys_modes: bool = False, stdin: str = "", **environ: str
    ) -> Answer:
        """Run Python in the working folder."""
        done = subprocess.run(
            (sys.executable, *words),
            cwd=self.work,
            env={**self.environ, **environ},
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            preexec_fn=obey_modes if obeys_modes else None,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Answer(done.returncode, done.stdout, done.stderr)

    def everything(self) -> dict[str, tuple[int, bytes]]:
        """Mode and bytes of each regular file of the working folder, and the mode of all else."""
        found = {}
        for path in sorted(self.work.rglob("*")):
            mode = path.lstat().st_mode
            found[str(path.relative_to(self.work))] = (
                mode,
                path.read_bytes() if stat.S_ISREG(mode) else b"",
            )
        return found
