"""Write a patch as one unit with its journal entry, and take one back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from nebtui.disk.read import UnreadableError
from nebtui.disk.replace import Checkpoint, UnwritableError, read_state
from nebtui.fixing.desk import WriteError
from nebtui.fixing.file_change import FileChange
from nebtui.fixing.networks import NetworkCreateError, create, release
from nebtui.fixing.recovery import close_undo, take_back
from nebtui.fixing.transaction import commit, no_checkpoint, stage_all
from nebtui.host import Host
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry, UpRecord
from nebtui.keep.reverting import JournalMismatchError, reverted

if TYPE_CHECKING:
    # Planning loads the editor; undoing does not need it.
    from nebtui.fixing.patch import Patch


def write(
    patch: Patch,
    host: Host,
    journal: Journal,
    clock: Callable[[], float] = time.time,
    checkpoint: Checkpoint = no_checkpoint,
) -> Entry:
    """Create the networks, then write the files: all or none, also when the process is killed
    between them. Returns the journal entry; raises WriteError."""
    try:
        with journal.lock():
            entry = _write(patch, host, journal, clock, checkpoint)
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(_sentence(error, "nothing was written")) from None
    checkpoint("reread")
    host.reread(tuple(item.path for item in entry.files))
    return entry


def _write(
    patch: Patch, host: Host, journal: Journal, clock: Callable[[], float], checkpoint: Checkpoint
) -> Entry:
    planned = stage_all(patch.files)
    entry = Entry(
        number=0,
        time=clock(),
        title=patch.title,
        state="writing",
        files=tuple(move.record() for move in planned),
        networks=patch.networks,
        findings=patch.mended,
        ups=tuple(
            UpRecord(
                r.project.name, r.project.working_dir, r.project.files, r.services, r.force, r.stack
            )
            for r in patch.recreate
        ),
    )
    entry = _opened(entry, journal, checkpoint)
    touched: set[str] = set()
    try:
        _create_all(entry, host, journal, checkpoint)
        commit(planned, checkpoint, touched)
        checkpoint("commit")
        journal.put(replace(entry, state="written"))
    except (OSError, KeyboardInterrupt) as error:
        # The entry as it stands on disk: a network that could not be made is not in it any more.
        now = journal.get(entry.number) or entry
        _fail(error, "nothing was written", lambda: take_back(now, host, journal, touched=touched))
    return replace(entry, state="written")


def _opened(entry: Entry, journal: Journal, checkpoint: Checkpoint) -> Entry:
    checkpoint("journal")
    try:
        return journal.add(entry)
    except OSError as error:
        # Without an entry there would be no undo and, after a crash, no recovery.
        raise WriteError(
            f"the journal of undo cannot be written ({error}); nothing was written; make "
            "room or set NEBTUI_STATE"
        ) from None


def _create_all(entry: Entry, host: Host, journal: Journal, checkpoint: Checkpoint) -> None:
    """The host steps. The entry names each network before it exists, so that none is ever
    forgotten."""
    for index, name in enumerate(entry.networks):
        checkpoint(f"network {name}")
        try:
            create(name, host)
        except NetworkCreateError:
            # One of this name may be somebody else's: it must not be removed with this entry.
            journal.put(replace(entry, networks=entry.networks[:index]))
            raise


def _fail(error: BaseException, nothing: str, back: Callable[[], None]) -> NoReturn:
    """Take back what was done and raise: WriteError, or the interruption itself."""
    try:
        back()
    except (OSError, JournalMismatchError) as second:
        text = (
            f"taking back what was written failed ({second}); nebtui tries again at its next start"
        )
        raise WriteError(f"{error}; {text}") from None
    if isinstance(error, OSError):
        raise WriteError(_sentence(error, nothing)) from None
    raise error


def _sentence(error: OSError, nothing: str) -> str:
    """What happened; what nebtui did about it; what to do."""
    if isinstance(error, UnwritableError):
        return f"{error.path} {error.what}; {nothing}; {error.advice}"
    return f"{error}; {nothing}"


def undo(
    entry: Entry, host: Host, journal: Journal, checkpoint: Checkpoint = no_checkpoint
) -> tuple[str, ...]:
    """Take an entry back whole: its changes out of the files, all or none, and networks where
    empty; of one that has only a network left, that. Edits made since elsewhere in the files are
    kept. Returns what could not be removed and why; raises JournalMismatchError or OSError, then no
    file is changed."""
    with journal.lock():
        found = journal.get(entry.number)
        if found is not None and found.unfinished:
            return release(found, host, journal)
        if found is None or found.state != "written":
            raise JournalMismatchError(
                f"entry {entry.number} is not there to undo: it was undone already"
            )
        return _undo(found, host, journal, checkpoint)


def _undo(entry: Entry, host: Host, journal: Journal, checkpoint: Checkpoint) -> tuple[str, ...]:
    try:
        back = inverse(entry)
        planned = stage_all(change for change in back if change.before != change.after)
    except (UnreadableError, UnwritableError) as error:
        raise WriteError(_sentence(error, "nothing was undone")) from None
    except JournalMismatchError as error:
        raise JournalMismatchError(
            f"{error}; nothing was undone; {conflict_hint(entry, journal)}"
        ) from None
    files = tuple(move.record() for move in planned)
    own = replace(entry, number=0, state="writing", files=files, networks=(), undoes=entry.number)
    own = _opened(replace(own, title=f"undo of {entry.title}"), journal, checkpoint)
    touched: set[str] = set()
    try:
        commit(planned, checkpoint, touched)
        checkpoint("commit")
        journal.put(replace(entry, state="undone"))
    except (OSError, KeyboardInterrupt) as error:
        _fail(error, "nothing was undone", lambda: take_back(own, host, journal, touched=touched))
    return close_undo(entry, own, host, journal, checkpoint)


def inverse(entry: Entry) -> tuple[FileChange, ...]:
    """What undo would change. Raises JournalMismatchError where the changed lines no longer stand,
    UnreadableError or UnwritableError."""
    result = []
    for item in entry.files:
        seen = read_state(item.path)
        if seen.real_path != item.place:
            raise JournalMismatchError(
                f"{item.path} leads to {seen.real_path} now instead of {item.place}"
            )
        result.append(FileChange(item.path, seen.data, reverted(item, seen.data)))
    return tuple(result)


def conflict_hint(entry: Entry, journal: Journal) -> str:
    """Whose edit is in the way: a later entry's, or somebody's."""
    paths = {item.path for item in entry.files}
    later = [
        e.number
        for e in journal.entries()
        if e.number > entry.number
        and e.state == "written"
        and paths & {item.path for item in e.files}
    ]
    if later:
        return (
            f"entry {later[-1]} wrote to it after that: `nebtui undo {later[-1]}` first, or "
            "undo it by hand"
        )
    return "undo it by hand"
