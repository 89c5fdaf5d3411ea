"""The journal: what nebtui wrote, one JSON file an entry, each on disk before the files it is
about."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from nebtui.keep.anchors import Anchor
from nebtui.keep.private_files import TEMPORARY, foreign, private_folder, write_private
from nebtui.keep.records import Entry, FileRecord, SpliceRecord, UpRecord
from nebtui.light_pattern import pattern

VERSION = 1
_KEPT = 200
_PATIENCE = 5.0
"""Seconds to wait for another nebtui to finish its writing."""
_NAME = pattern(r"(\d+)\.json")
_MAX_BYTES = 64_000_000


class JournalError(OSError):
    """The journal cannot be written; one sentence says why and what to do."""


class JournalBusyError(JournalError):
    """Another nebtui is writing now."""


class Journal:
    """The entries of one state folder (folder 0700, files 0600)."""

    def __init__(self, state_dir: str) -> None:
        self._folder = Path(state_dir) / "journal"

    def entries(self) -> tuple[Entry, ...]:
        """All readable entries, oldest first."""
        return self._read()[0]

    def unread(self) -> tuple[str, ...]:
        """One sentence for each entry that cannot be read; it is left as it is and never used."""
        return self._read()[1]

    def has_leftovers(self) -> bool:
        """True if a writer of the journal was killed half way, or is at it; `lock` waits for it and
        tidies up."""
        return any(self._folder.glob(f"{TEMPORARY}*"))

    def _read(self) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        result: list[Entry] = []
        text: list[str] = []
        if why := foreign(self._folder):
            remedy = "run nebtui as that user, or point NEBTUI_STATE to a folder of yours"
            return (), (f"the journal is not used: {why}; {remedy}",)
        for number, path in sorted(self._files().items()):
            try:
                if why := foreign(path):
                    raise _ForeignEntryError(why)
                entry = _load(path)
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                why = (
                    str(error)
                    if isinstance(error, (_NewerVersionError, _ForeignEntryError))
                    else "it is damaged or of another version"
                )
                text.append(f"entry {number} of the journal is ignored: {why} ({path})")
                continue
            result.append(entry if entry.number == number else replace(entry, number=number))
        return tuple(result), tuple(text)

    def _files(self) -> dict[int, Path]:
        try:
            names = os.listdir(self._folder)
        except OSError:
            return {}
        return {
            int(match[1]): self._folder / name for name in names if (match := _NAME.fullmatch(name))
        }

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only nebtui that writes; a process that dies gives the lock back. Raises
        JournalBusyError or JournalError."""
        try:
            private_folder(self._folder)
            if stat.S_IMODE(self._folder.stat().st_mode) & 0o077:
                self._folder.chmod(0o700)
            descriptor = os.open(
                self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError as error:
            why = f"the journal folder {self._folder} cannot be used ({error.strerror})"
            raise JournalError(f"{why}; make it yours or point NEBTUI_STATE elsewhere") from None
        try:
            _wait_for(descriptor, self._folder)
            # Whoever left these was killed while it wrote an entry: nobody else is writing now.
            for leftover in self._folder.glob(f"{TEMPORARY}*"):
                leftover.unlink(missing_ok=True)
            yield
        finally:
            os.close(descriptor)

    def add(self, entry: Entry) -> Entry:
        """Write a new entry under a number of its own and drop the oldest; it is on disk when this
        returns."""
        private_folder(self._folder)
        self._prune()
        number = 1 + max(self._files(), default=0)
        while True:
            numbered = replace(entry, number=number)
            try:
                write_private(self._path(number), _dump(numbered), new=True)
            except FileExistsError:
                number += 1
                continue
            return numbered

    def put(self, entry: Entry) -> None:
        """Write an entry in its present state; raises OSError."""
        write_private(self._path(entry.number), _dump(entry))

    def get(self, number: int) -> Entry | None:
        """The entry of that number, whatever its state."""
        return next((e for e in self.entries() if e.number == number), None)

    def forget(self, entry: Entry) -> None:
        """Remove an entry; raises OSError."""
        self._path(entry.number).unlink(missing_ok=True)

    def last(self, number: int | None = None, project: str | None = None) -> Entry | None:
        """The newest entry that is not wholly undone, or the one of that number; with a project's
        name the newest that concerns it."""
        return last_of(self.entries(), number, project)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"

    def _prune(self) -> None:
        """Keep the newest entries. One that is being written stays: recovery needs it."""
        entries = self.entries()
        settled = [entry for entry in entries if entry.state != "writing"]
        for entry in settled[: max(0, len(entries) - _KEPT + 1)]:
            self.forget(entry)


def last_of(
    entries: Iterable[Entry], number: int | None = None, project: str | None = None
) -> Entry | None:
    """The newest of some entries that is not wholly undone, as `Journal.last` finds it."""
    live = [e for e in standing(entries, project) if number in (None, e.number)]
    return live[-1] if live else None


def standing(entries: Iterable[Entry], project: str | None = None) -> tuple[Entry, ...]:
    """Those that are not wholly undone, in their order; with a project's name those that concern
    it."""
    return tuple(
        e
        for e in entries
        if (e.state == "written" or e.unfinished) and (project is None or e.concerns(project))
    )


def _wait_for(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EINTR):
                raise JournalError(
                    f"{folder} cannot be locked ({error.strerror}); point NEBTUI_STATE to "
                    "a local folder"
                ) from None
            if time.monotonic() > deadline:
                raise JournalBusyError(
                    "another nebtui is writing; try again when it is done"
                ) from None
        time.sleep(0.02)


class _ForeignEntryError(ValueError):
    """An entry that another user may have written: undoing it would write what they like."""


class _NewerVersionError(ValueError):
    """The entry was written by a newer nebtui."""


def _dump(entry: Entry) -> str:
    return json.dumps({"version": VERSION, **asdict(entry)})


def _load(path: Path) -> Entry:
    if path.stat().st_size > _MAX_BYTES or not path.is_file():
        raise ValueError("no journal entry")
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    version = data.pop("version", 0)
    if version != VERSION:
        raise _NewerVersionError(
            "a newer nebtui wrote it; use that one to undo it"
            if version > VERSION
            else "an older nebtui wrote it"
        )
    if data["state"] not in ("writing", "written", "undone"):
        raise ValueError("an unknown state")
    files = tuple(_file(item) for item in data.pop("files"))
    networks, findings = (
        tuple(map(str, data.pop("networks"))),
        tuple(map(str, data.pop("findings"))),
    )
    ups = tuple(
        UpRecord(
            up["project"],
            up["working_dir"],
            tuple(up["files"]),
            tuple(up["services"]),
            up["force"],
            up.get("stack", False),
        )
        for up in data.pop("ups", ())
    )
    return Entry(files=files, networks=networks, findings=findings, ups=ups, **data)


def _file(data: dict[str, Any]) -> FileRecord:
    splices = tuple(_splice(item) for item in data.pop("splices"))
    return FileRecord(splices=splices, **data)


def _splice(data: dict[str, Any]) -> SpliceRecord:
    spot = data.pop("anchor")
    lines, above, below = (
        tuple(spot.pop("lines")),
        tuple(spot.pop("above")),
        tuple(spot.pop("below")),
    )
    return SpliceRecord(anchor=Anchor(lines=lines, above=above, below=below, **spot), **data)
