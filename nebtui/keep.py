"""What outlives a run, in the user's state folder: the journal of written patches, and the projects seen before.

The journal holds splices (what stood where, what stands there now), never whole files. An entry is written before its
files are: one found unfinished at the next start is taken back.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

from nebtui.facts.declared import ProjectKey

State = Literal["writing", "written", "undone"]


class Damaged(ValueError):
    """A journal entry no longer fits its file; one sentence names file and reason."""


@dataclass(frozen=True, slots=True)
class Splice:
    """At byte `start` of the old text `old` stood; `new` stands there now (Latin-1 text of the bytes)."""

    start: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a patch: what changed, and the digests of the whole bytes before and after."""

    path: str
    created: bool
    before: str
    after: str
    splices: tuple[Splice, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One keystroke or one `fix --write`."""

    number: int
    time: float
    title: str
    state: State
    files: tuple[FileRecord, ...]
    networks: tuple[str, ...] = ()
    """Networks that nebtui created for it."""
    findings: tuple[str, ...] = ()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record(path: str, before: bytes | None, after: bytes) -> FileRecord:
    """What the journal keeps of one file. Whole lines are compared, so a changed secret's neighbours stay out."""
    old = (before or b"").splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    splices = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            start = sum(len(line) for line in old[:i1])
            splices.append(Splice(start, _text(b"".join(old[i1:i2])), _text(b"".join(new[j1:j2]))))
    return FileRecord(path, before is None, digest(before or b""), digest(after), tuple(splices))


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def reverted(record: FileRecord, current: bytes) -> bytes:
    """The bytes before the patch; raises Damaged where the file is not as the patch left it."""
    if digest(current) != record.after:
        raise Damaged(f"{record.path} was changed since; nothing was taken back, undo it by hand")
    for splice in record.splices:
        new, old = splice.new.encode("latin-1"), splice.old.encode("latin-1")
        # Starts are those of the old text, and everything before this splice is the old text again.
        current = current[: splice.start] + old + current[splice.start + len(new) :]
    if digest(current) != record.before:
        raise Damaged(f"the journal entry for {record.path} does not restore it; nothing was taken back")
    return current


class Journal:
    """The entries of one state folder, one JSON file each (folder 0700, files 0600)."""

    def __init__(self, state_dir: str) -> None:
        self._folder = Path(state_dir) / "journal"

    def entries(self) -> tuple[Entry, ...]:
        """All readable entries, oldest first."""
        found = []
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            try:
                found.append(_entry(json.loads(path.read_text(encoding="utf-8"))))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # half a file of a crash, or another version's: it can only be ignored
        return tuple(sorted(found, key=lambda e: e.number))

    def add(self, entry: Entry) -> Entry:
        """Write a new entry under the next number; it is on disk when this returns."""
        numbered = replace(entry, number=1 + max((e.number for e in self.entries()), default=0))
        self.put(numbered)
        return numbered

    def put(self, entry: Entry) -> None:
        """Write an entry in its present state."""
        _private_folder(self._folder)
        write_private(self._folder / f"{entry.number:06d}.json", json.dumps(asdict(entry)))

    def last(self, number: int | None = None) -> Entry | None:
        """The newest entry that is not undone, or the one of that number."""
        live = [e for e in self.entries() if e.state == "written" and number in (None, e.number)]
        return live[-1] if live else None


def _entry(data: dict[str, Any]) -> Entry:
    files = tuple(
        FileRecord(**{**f, "splices": tuple(Splice(**splice) for splice in f["splices"])}) for f in data["files"]
    )
    rest: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k != "files"}
    return Entry(files=files, **rest)


def _private_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file of the state folder atomically, readable by its owner only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".nebtui-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def remembered(state_dir: str) -> tuple[ProjectKey, ...]:
    """The projects of earlier runs whose first file is still there."""
    try:
        data = json.loads((Path(state_dir) / "projects.json").read_text(encoding="utf-8"))
        keys = [ProjectKey(str(d["name"]), str(d["working_dir"]), tuple(map(str, d["files"]))) for d in data]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(key for key in keys if key.files and os.path.exists(key.files[0]))


def remember(state_dir: str, keys: Iterable[ProjectKey]) -> None:
    """Keep these projects (and the known ones) for later runs; a read-only state folder is no reason to fail."""
    known = {*remembered(state_dir), *(key for key in keys if key.files)}
    if known == set(remembered(state_dir)):
        return
    try:
        _private_folder(Path(state_dir))
        write_private(Path(state_dir) / "projects.json", json.dumps([asdict(key) for key in sorted(known)]))
    except OSError:
        return
