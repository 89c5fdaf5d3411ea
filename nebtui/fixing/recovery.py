"""What a dead process left half done: found in the journal at the next start, and finished or taken
back."""

from __future__ import annotations

import os
from collections.abc import Container
from dataclasses import replace

from nebtui.disk.replace import Checkpoint, FileState, link_exclusive, read_state, sync_folder
from nebtui.fixing.networks import release
from nebtui.fixing.transaction import StagedFile, commit, no_checkpoint, remove_temporaries
from nebtui.host import Host
from nebtui.keep.journal import Journal, JournalBusyError
from nebtui.keep.records import Entry, FileRecord, digest
from nebtui.keep.reverting import JournalMismatchError, is_original, reverted
from nebtui.text.paths import short


def recover(
    host: Host, journal: Journal, checkpoint: Checkpoint = no_checkpoint
) -> tuple[str, ...]:
    """Settle the entries whose writing was interrupted, and remove networks that undone entries
    left in use. One sentence for each interrupted entry; never an error: what cannot be settled now
    is tried at the next start."""
    if not journal.has_leftovers() and not any(_unsettled(entry) for entry in journal.entries()):
        return ()
    try:
        with journal.lock():
            text = [
                _settled(e, host, journal, checkpoint)
                for e in journal.entries()
                if e.state == "writing"
            ]
            for entry in journal.entries():
                if entry.state == "undone" and entry.networks:
                    release(entry, host, journal)
    except JournalBusyError:
        return ()  # another nebtui is at it: what looks interrupted is being written
    except OSError as error:
        return (
            f"the journal of undo cannot be used ({error}); what was interrupted is "
            "settled at the next start",
        )
    return tuple(sentence for sentence in text if sentence)


def _unsettled(entry: Entry) -> bool:
    return entry.state == "writing" or (entry.state == "undone" and bool(entry.networks))


def _settled(entry: Entry, host: Host, journal: Journal, checkpoint: Checkpoint) -> str:
    """Settle one entry; one sentence says how."""
    what = f"“{entry.title}” was interrupted while it was written"
    if entry.undoes:
        original = journal.get(entry.undoes)
        if original is None or original.state == "undone":
            remove_temporaries(entry.files)
            journal.forget(entry)
            return ""
    try:
        if entry.files and all(_is_new(item) for item in entry.files):
            return _finish(entry, host, journal, checkpoint)
        take_back(entry, host, journal, checkpoint)
    except JournalMismatchError as error:
        return _keep_partial(entry, journal, f"{what}, and {error}")
    except OSError as error:
        return f"{what}, and taking it back failed: {error}; nebtui tries again at its next start"
    return f"{what}; it was undone, all its files are as they were before"


def _finish(entry: Entry, host: Host, journal: Journal, checkpoint: Checkpoint) -> str:
    """Everything was written but the last word of the journal."""
    what = f"“{entry.title}” was interrupted when all its files were written"
    if entry.undoes:
        original = journal.get(entry.undoes)
        assert original is not None  # _settled looked
        journal.put(replace(original, state="undone"))
        close_undo(original, entry, host, journal, checkpoint)
        return f"{what}; it is done"
    remove_temporaries(entry.files)
    journal.put(replace(entry, state="written"))
    host.reread(tuple(item.path for item in entry.files))
    return f"{what}; it stands as entry {entry.number}, `nebtui undo` undoes it"


def close_undo(
    original: Entry, own: Entry, host: Host, journal: Journal, checkpoint: Checkpoint
) -> tuple[str, ...]:
    """What remains when an undo is written and the journal says so; recovery can do each part
    again. Returns what could not be removed and why."""
    text: list[str] = []
    try:
        checkpoint("clean")
        remove_temporaries(own.files)
        checkpoint("forget")
        journal.forget(own)
        checkpoint("release")
        text += release(replace(original, state="undone"), host, journal)
    except OSError as error:
        text.append(f"not everything was tidied up ({error}); nebtui tries again at its next start")
    checkpoint("reread")
    host.reread(tuple(item.path for item in own.files))
    return tuple(text)


def take_back(
    entry: Entry,
    host: Host,
    journal: Journal,
    checkpoint: Checkpoint = no_checkpoint,
    touched: Container[str] | None = None,
) -> None:
    """Bring the files of an entry being written back to what they were and close the entry; may be
    repeated. `touched`: the paths that may be new, where that is known. Raises
    JournalMismatchError, then no file was touched, or OSError, then the entry stays as being
    written."""
    for item in entry.files:
        if item.removed:
            _put_back(item)
    remove_temporaries(entry.files)
    suspects = [item for item in entry.files if touched is None or item.path in touched]
    back = [move for item in suspects if (move := _back(item)) is not None]
    commit(back, checkpoint)
    remove_temporaries(entry.files)
    if entry.undoes:
        original = journal.get(entry.undoes)
        if original is not None and original.state == "undone":
            journal.put(
                replace(original, state="written")
            )  # the entry was marked undone before the interruption
        journal.forget(entry)
    else:
        undone = replace(entry, state="undone")
        journal.put(undone)
        release(undone, host, journal)
    host.reread(tuple(item.path for item in entry.files))


def _put_back(item: FileRecord) -> None:
    """A file that was moved aside to be removed takes its place again, as the very file it was."""
    if not os.path.lexists(item.place) and digest(read_state(item.temporary).data) == item.before:
        link_exclusive(item.temporary, item.place)
        sync_folder(os.path.dirname(item.place))


def _back(item: FileRecord) -> StagedFile | None:
    """What brings a file back; None where it is as it was. Raises JournalMismatchError or
    OSError."""
    seen = _standing(item)
    if _is_old(item, seen):
        return None
    return StagedFile(seen, reverted(item, seen.data), item.temporary)


def _is_new(item: FileRecord) -> bool:
    return digest(_standing(item).data) == item.after


def _is_old(item: FileRecord, seen: FileState) -> bool:
    """True if the file is as before, or was edited by somebody before anything of the patch reached
    it."""
    if digest(seen.data) in (item.before, item.after):
        return digest(seen.data) == item.before
    return (
        seen.data is not None
        and not item.created
        and not item.removed
        and is_original(item, seen.data)
    )


def _standing(item: FileRecord) -> FileState:
    seen = read_state(item.path)
    if seen.real_path != item.place:
        raise JournalMismatchError(
            f"{item.path} leads to {seen.real_path} now instead of {item.place}"
        )
    return seen


def _keep_partial(entry: Entry, journal: Journal, why: str) -> str:
    """Someone changed a file after the interruption: what stands of the entry becomes one that can
    be undone."""
    names = ", ".join(short(item.path) for item in entry.files)
    number = entry.undoes or entry.number
    if entry.undoes:
        journal.forget(entry)
    else:
        standing = tuple(
            item for item in entry.files if digest(read_state(item.path).data) != item.before
        )
        journal.put(replace(entry, state="written", files=standing))
    return (
        f"{why}; the files were left as they are: look at {names}, `nebtui undo {number}` "
        "tries again"
    )
