"""One file from its bytes before to its bytes after, and such changes as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nebtui.text.mask import is_env, mask, mask_env


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a patch or of its undoing; None = the file does not exist then."""

    path: str
    before: bytes | None
    after: bytes | None
    real_path: str = ""
    """Where the path led when the change was planned; "" = not looked at."""


def diff(
    changes: Iterable[FileChange], shorten: Callable[[str], str] = str, *, mask_added: bool = False
) -> list[str]:
    """The unified diff of the changes, one line an item without line ends, secrets masked. A value
    that nebtui adds to an env file is its own and is shown; with `mask_added` it is masked too."""
    lines: list[str] = []
    for change in changes:
        before, after = (
            (data or b"").decode(errors="replace").splitlines()
            for data in (change.before, change.after)
        )
        name = shorten(change.path).lstrip("/")
        old = "/dev/null" if change.before is None else f"a/{name}"
        new = "/dev/null" if change.after is None else f"b/{name}"
        body = difflib.unified_diff(before, after, old, new, lineterm="", n=3)
        lines += [_masked(line, change.path, mask_added=mask_added) for line in body]
    return lines


def _masked(line: str, path: str, *, mask_added: bool) -> str:
    if line.startswith(("---", "+++", "@@")):
        return line
    hidden = mask_env if is_env(path) and (mask_added or not line.startswith("+")) else mask
    return line[:1] + hidden(line[1:])
