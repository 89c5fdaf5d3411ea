"""Write a patch as one unit with its journal entry, take one back, and finish what a crash interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from nebtui.compose import files
from nebtui.fixing.patch import Patch
from nebtui.host import CreateNetwork, Host, RemoveNetwork
from nebtui.keep import Damaged, Entry, Journal, digest, record, reverted


class NotWritten(OSError):
    """Nothing was written (or all of it was taken back); one sentence says why."""


def write(patch: Patch, host: Host, journal: Journal, clock: Callable[[], float] = time.time) -> Entry:
    """Create the networks, then write the files: all or none. Returns the journal entry; raises NotWritten."""
    for change in patch.files:
        if _now(host, change.path) != change.before:
            raise NotWritten(f"{change.path} was changed meanwhile; nothing was written, look at the new diff")
    created: list[str] = []
    for name in patch.networks:
        _create(host, name, created)
    entry = Entry(
        number=0,
        time=clock(),
        title=patch.title,
        state="writing",
        files=tuple(record(c.path, c.before, c.after) for c in patch.files),
        networks=tuple(created),
        findings=tuple(f"{f.rule} {f.at or f.project or ''}" for f in patch.findings),
    )
    try:
        entry = journal.add(entry)
    except OSError as error:
        _drop(host, created)
        raise NotWritten(f"the journal of undo cannot be written: {error}; nothing was written") from None
    done: list[int] = []
    try:
        for index, change in enumerate(patch.files):
            files.write_bytes(change.path, change.after, change.before)
            done.append(index)
    except OSError as error:
        for index in reversed(done):
            _restore(patch.files[index].path, patch.files[index].after, patch.files[index].before)
        journal.put(replace(entry, state="undone"))
        _drop(host, created)
        raise NotWritten(f"{error}; nothing was written") from None
    entry = replace(entry, state="written")
    journal.put(entry)
    _reread(host, entry)
    return entry


def _now(host: Host, path: str) -> bytes | None:
    try:
        return host.read(path)
    except OSError as error:
        if isinstance(error, FileNotFoundError) or getattr(error, "message", "") == "does not exist":
            return None
        raise NotWritten(f"{error}; nothing was written") from None


def _create(host: Host, name: str, created: list[str]) -> None:
    for progress in host.do(CreateNetwork(name)):
        if progress.done and progress.exit_code:
            _drop(host, created)
            raise NotWritten(f"the network {name} could not be created ({progress.text}); nothing was written")
    created.append(name)


def _drop(host: Host, networks: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Remove networks nebtui created; those still in use stay, each with a sentence."""
    left = []
    for name in networks:
        left += [p.text for p in host.do(RemoveNetwork(name)) if p.done and p.exit_code]
    return tuple(left)


def _restore(path: str, after: bytes, before: bytes | None) -> None:
    if before is None:
        files.remove(path, after)
    else:
        files.write_bytes(path, before, after)


def _reread(host: Host, entry: Entry) -> None:
    """Have the host look again at once at every project that reads a written file."""
    host.reread(tuple(f.path for f in entry.files))


def undo(entry: Entry, host: Host, journal: Journal) -> tuple[str, ...]:
    """Take an entry back whole: files byte for byte, networks where empty. Returns what could not be removed and why.
    Raises Damaged or OSError; then no file was touched."""
    old: list[tuple[str, bytes, bytes | None]] = []
    for item in entry.files:
        current = host.read(item.path)
        old.append((item.path, current, None if item.created else reverted(item, current)))
        if item.created and digest(current) != item.after:
            raise Damaged(f"{item.path} was changed since nebtui created it; nothing was taken back")
    for path, current, before in old:
        _restore(path, current, before)
    undone = replace(entry, state="undone")
    journal.put(undone)
    _reread(host, entry)
    return _remove_networks(undone, host, journal)


def _remove_networks(entry: Entry, host: Host, journal: Journal) -> tuple[str, ...]:
    """Remove the networks of an undone entry. One still in use stays in the entry, so that a later look removes it."""
    told = {name: _drop(host, (name,)) for name in entry.networks}
    left = tuple(name for name, sentences in told.items() if sentences)
    if left != entry.networks:
        journal.put(replace(entry, networks=left))
    return tuple(sentence for sentences in told.values() for sentence in sentences)


def recover(host: Host, journal: Journal) -> tuple[str, ...]:
    """Take back entries whose writing was interrupted, and networks that undone entries left in use.
    One sentence for each interrupted entry."""
    entries = journal.entries()
    for entry in entries:
        if entry.state == "undone" and entry.networks:
            _remove_networks(entry, host, journal)
    return tuple(_take_back(entry, host, journal) for entry in entries if entry.state == "writing")


def _take_back(entry: Entry, host: Host, journal: Journal) -> str:
    for item in entry.files:
        try:
            current = host.read(item.path)
            if digest(current) == item.after and item.after != item.before:
                _restore(item.path, current, None if item.created else reverted(item, current))
        except (OSError, Damaged) as error:
            return f"“{entry.title}” was interrupted while it was written, and {error}"
    journal.put(replace(entry, state="undone"))
    _drop(host, entry.networks)
    return f"“{entry.title}” was interrupted while it was written; it was taken back"
