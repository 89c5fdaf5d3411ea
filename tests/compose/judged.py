"""Compose as the judge of a text."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from nebtui.compose.binary.command import ComposeCommand, environment


def accepts(compose: ComposeCommand, text: str, folder: Path) -> bool:
    """Whether `docker compose config` takes a text as a file of that folder."""
    place = ("--project-directory", str(folder), "--profile", "*", "-p", "p", "-f", "-")
    done = subprocess.run(
        (*compose.argv, *place, "config", "-q", "--no-interpolate"),
        input=text.encode(),
        capture_output=True,
        env=environment(os.environ),
        check=False,
    )
    return done.returncode == 0
