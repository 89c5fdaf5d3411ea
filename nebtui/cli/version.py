"""`nebtui --version`: the release and the commit it was made from."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from nebtui import __version__
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say
from nebtui.light_pattern import pattern

PACKAGE = Path(__file__).parent.parent
PATIENCE = 2.0
"""Seconds that git may take."""
_NAMED = pattern(r"([0-9a-f]{7,64})(-dirty)?", re.ASCII)


class Version(argparse.Action):
    """The option; nothing of the commit is looked up before it is given."""

    def __init__(self, option_strings: list[str], dest: str, help: str) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print it and end the process."""
        say(version_line(PACKAGE, os.environ))
        parser.exit()


def version_line(package: Path, environ: Mapping[str, str]) -> str:
    """`nebtui 0.1.0 (commit 2c6dc519f0a1)`; the release alone where no commit is known."""
    told = _built(package) or _checked_out(package, environ)
    found = _NAMED.fullmatch(told)
    if found is None:
        return f"nebtui {__version__}"
    changed = ", files changed since" if found[2] else ""
    return f"nebtui {__version__} (commit {found[1][:12]}{changed})"


def _built(package: Path) -> str:
    """What `.ci/commit_hook.py` wrote while the wheel was built; "" in a checkout."""
    try:
        return (package / "commit.txt").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _checked_out(package: Path, environ: Mapping[str, str]) -> str:
    """What git has of the checkout that the package stands in, "" without git or without one. A
    repository further up is another project's, such as that of a virtual environment."""
    if not (package.parent / ".git").exists():
        return ""
    from nebtui.cli.git import git

    words = ("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    try:
        return git(str(package.parent), environ, *words, seconds=PATIENCE).strip()
    except (CommandError, OSError):
        return ""
