"""One file from its bytes before to its bytes after, and such changes as a diff."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nebtui.light_dataclass import dataclass
from nebtui.text.mask import is_env, mask, mask_env
from nebtui.text.paths import short


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a patch or of its undoing; None = the file does not exist then."""

    path: str
    before: bytes | None
    after: bytes | None
    real_path: str = ""
    """Where the path led when the change was planned; "" = not looked at."""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """How one file changes: the hunks of its unified diff, secrets masked; () = it does not."""

    path: str
    hunks: tuple[str, ...]
    created: bool = False
    removed: bool = False


def file_diff(change: FileChange, *, mask_added: bool = False) -> FileDiff:
    """The diff of one file. A value that nebtui adds to an env file is its own and is shown; with
    `mask_added` it is masked too."""
    before, after = (
        (data or b"").decode(errors="replace").splitlines()
        for data in (change.before, change.after)
    )
    import difflib  # whoever only looks at the box shows no diff

    body = [*difflib.unified_diff(before, after, lineterm="", n=3)][2:]
    hunks = tuple(_masked(line, change.path, mask_added=mask_added) for line in body)
    return FileDiff(change.path, hunks, change.before is None, change.after is None)


def diff_lines(diffs: Iterable[FileDiff], shorten: Callable[[str], str] = str) -> list[str]:
    """The diffs as one unified diff, one line an item without line ends."""
    lines: list[str] = []
    for one in diffs:
        name = shorten(one.path).lstrip("/")
        if one.hunks:
            lines.append("--- /dev/null" if one.created else f"--- a/{name}")
            lines.append("+++ /dev/null" if one.removed else f"+++ b/{name}")
        lines += one.hunks
    return lines


def shown_diff(diffs: Iterable[FileDiff], place: str) -> list[str]:
    """The same with paths as people write them; those of another machine (`place`, "" = this one)
    stay whole: the folders of this one mean nothing there."""
    return diff_lines(diffs, str if place else short)


def diff(
    changes: Iterable[FileChange], shorten: Callable[[str], str] = str, *, mask_added: bool = False
) -> list[str]:
    """The unified diff of the changes, secrets masked as in `file_diff`."""
    return diff_lines((file_diff(one, mask_added=mask_added) for one in changes), shorten)


def _masked(line: str, path: str, *, mask_added: bool) -> str:
    if line.startswith("@@"):
        return line
    hidden = mask_env if is_env(path) and (mask_added or not line.startswith("+")) else mask
    return line[:1] + hidden(line[1:])
