"""The networks of an entry: created before its files are written, removed when it is undone and
nobody needs them."""

from __future__ import annotations

from dataclasses import replace

from nebtui.action import CreateNetwork, RemoveNetwork
from nebtui.host import Host
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry


class NetworkCreateError(OSError):
    """A network could not be created; one sentence says why."""


def create(name: str, host: Host) -> None:
    """Create a network that nebtui owns; raises NotCreated."""
    for progress in host.do(CreateNetwork(name)):
        if progress.done and progress.exit_code:
            raise NetworkCreateError(f"the network {name} could not be created ({progress.text})")


def release(entry: Entry, host: Host, journal: Journal) -> tuple[str, ...]:
    """Remove the networks of an undone entry: one sentence for each that stays.

    One that a later fix names is handed over to that fix, else its undo would leave the network
    behind. One still in use stays recorded, so that a later look removes it. Raises OSError where
    the journal cannot be written.
    """
    left: list[str] = []
    text: list[str] = []
    for name in entry.networks:
        heir = _inheriting_entry(entry, name, journal)
        if heir is not None:
            if name not in heir.networks:
                journal.put(replace(heir, networks=(*heir.networks, name)))
            text.append(f"the network {name} stays: “{heir.title}” (entry {heir.number}) uses it")
            continue
        sentences = [p.text for p in host.do(RemoveNetwork(name)) if p.done and p.exit_code]
        if sentences:
            left.append(name)
            text += sentences
    if tuple(left) != entry.networks:
        journal.put(replace(entry, networks=tuple(left)))
    return tuple(text)


def _inheriting_entry(entry: Entry, name: str, journal: Journal) -> Entry | None:
    """The newest other entry that stands and needs the network."""
    others = [e for e in journal.entries() if e.number != entry.number and e.state == "written"]
    return next((e for e in reversed(others) if name in e.networks or e.names(name)), None)
