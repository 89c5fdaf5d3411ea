"""The git work tree around what is looked at: its folder, and lines changed since a revision."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Iterable, Mapping

from nebtui.cli.errors import CommandError
from nebtui.cli.git import git
from nebtui.cli.looking import paths_of

_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def root_of(arguments: Namespace) -> str:
    """The folder that places are told relative to: that of the work tree around the first PATH (or
    the working folder), else the working folder."""
    place = next(iter(paths_of(arguments)), os.getcwd())
    while not os.path.lexists(os.path.join(place, ".git")):
        parent = os.path.dirname(place)
        if parent == place:
            return os.getcwd()
        place = parent
    return place


def changed_lines(
    files: Iterable[str], folder: str, revision: str, environ: Mapping[str, str]
) -> dict[str, frozenset[int] | None]:
    """By file the lines that are new or different since the revision of the work tree at `folder`;
    None = the whole file (git does not track it). Files without a change are left out.
    CommandError where there is no work tree or no such revision."""
    top = git(folder, environ, "rev-parse", "--show-toplevel").removesuffix("\n")
    if revision.startswith("-"):
        raise CommandError(f"--diff {revision}: not a revision of {top}")
    try:
        commit = git(top, environ, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except CommandError:
        raise CommandError(f"--diff {revision}: not a revision of {top}") from None
    commit = commit.strip()
    listed = git(top, environ, "diff", "--name-only", "-z", *_PLAIN, commit).split("\0")
    new = git(top, environ, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    result: dict[str, frozenset[int] | None] = {}
    for file in files:
        name = os.path.relpath(os.path.realpath(file), os.path.realpath(top))
        if name in new:
            result[file] = None
        elif name in listed:
            only = f":(top,literal){name}"
            result[file] = lines_of(git(top, environ, "diff", "-U0", *_PLAIN, commit, "--", only))
    return result


_PLAIN = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules")


def lines_of(diff: str) -> frozenset[int]:
    """The numbers of the new side's lines in the diff of one file without context."""
    lines: set[int] = set()
    for hunk in _HUNK.finditer(diff):
        first, count = int(hunk[1]), 1 if hunk[2] is None else int(hunk[2])
        lines.update(range(first, first + count))
    return frozenset(lines)
