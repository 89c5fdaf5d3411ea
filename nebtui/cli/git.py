"""Questions to git."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from nebtui.cli.errors import CommandError

SECONDS = 60
_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF")
"""A hook has these set, for its own repository."""


def git(folder: str, environ: Mapping[str, str], *words: str, seconds: float = SECONDS) -> str:
    """The output of a git command; CommandError with git's own reason. Programs that a
    repository's configuration names are not started."""
    argv = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *words)
    kept = {name: value for name, value in environ.items() if name not in _PLACES}
    try:
        done = subprocess.run(
            argv,
            cwd=folder,
            env={**kept, "LC_ALL": "C.UTF-8", "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise CommandError("--diff needs git, which is not installed") from None
    except subprocess.TimeoutExpired:
        raise CommandError(f"--diff: git did not answer within {seconds:.0f} s") from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise CommandError(f"--diff: {folder}: {reason.removeprefix('fatal: ') or 'git failed'}")
    return done.stdout.decode(errors="surrogateescape")
