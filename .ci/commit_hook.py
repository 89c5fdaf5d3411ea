"""Build hook: writes the commit of the checkout into what is built, for `nebtui --version`."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):
    """Adds `nebtui/commit.txt`; nothing where git has no commit (in an sdist the file stands
    already), nor for an editable install, which asks git when it is run."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or not (Path(self.root) / ".git").exists():
            return
        words = ("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
        try:
            done = subprocess.run(words, cwd=self.root, capture_output=True, text=True, timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            return
        if done.returncode:
            return
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name, "commit.txt")
        file.write_text(done.stdout)
        build_data["force_include"][str(file)] = "nebtui/commit.txt"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if folder := getattr(self, "folder", None):
            folder.cleanup()
