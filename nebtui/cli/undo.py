"""`nebtui undo`: take back what nebtui wrote."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import closing

from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, say_json, warn
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.recovery import recover
from nebtui.fixing.recreate import recorded, up_actions
from nebtui.fixing.writing import undo
from nebtui.host import Host
from nebtui.keep.journal import Journal
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.report.contract.own import EntryJson, UndoJson, UndoListJson
from nebtui.settings import Settings
from nebtui.text.mask import mask
from nebtui.text.paths import short


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Take back the last entry, or the Nth; nothing left is no failure."""
    journal = Journal(settings.state_dir)
    if arguments.list:
        return _list(journal, arguments)
    if arguments.read_only:
        raise CommandError("--read-only disables every change")
    with closing(_host(arguments, environ)) as host:
        told = _undone(host, journal, arguments)
    if arguments.format == "json":
        say_json(told)
    else:
        say(_lines(told))
    return 0


def _undone(host: Host, journal: Journal, arguments: Namespace) -> UndoJson:
    """Take it back, and what came of it; CommandError where it cannot be."""
    recovered = recover(host, journal)
    _complain(journal)
    entry = journal.last(arguments.number, arguments.project)
    try:
        why_not = None if entry else _nothing(journal, arguments.number, arguments.project)
        left = undo(entry, host, journal) if entry else ()
    except (JournalMismatchError, OSError, CommandError) as error:
        warn(recovered)
        raise CommandError(str(error)) from None
    ups = up_actions(Snapshot(), recorded(entry)) if entry else ()
    return {
        "version": 1,
        "undone": _entry(entry) if entry else None,
        "why_not": why_not,
        "not_removed": list(left),
        "then": [" ".join(argv) for up in ups if (argv := host.command(up))],
        "recovered": list(recovered),
    }


def _lines(told: UndoJson) -> Iterator[str]:
    """The same for people."""
    yield from told["recovered"]
    if told["why_not"]:
        yield told["why_not"]
    if entry := told["undone"]:
        yield f"undone: {entry['title']} ({', '.join(map(short, entry['files'])) or 'no file'})"
    yield from (f"not removed: {text}" for text in told["not_removed"])
    yield from (f"then: {text}" for text in told["then"])


def _entry(entry: Entry) -> EntryJson:
    return {
        "number": entry.number,
        "time": entry.time,
        "title": mask(entry.title),
        "files": [f.path for f in entry.files],
    }


def _nothing(journal: Journal, number: int | None, project: str | None) -> str:
    """Why there is nothing to take back; an entry that never was is bad usage, and so is one that
    has nothing to do with the project."""
    if number is None:
        return f"nothing left to undo{f' of {project}' if project else ''}"
    known = journal.get(number)
    if known is not None and project and not known.concerns(project):
        raise CommandError(f"entry {number} has nothing to do with {project}")
    if known is not None and known.state == "undone":
        return f"entry {number} was undone already: {mask(known.title)}"
    if known is None:
        raise CommandError(
            f"entry {number} was never written; `nebtui undo --list` shows what can be undone"
        )
    return f"entry {number} is not there to undo: it was not written to the end"


def _complain(journal: Journal) -> None:
    for text in journal.unread():
        warn(f"nebtui: {text}")


def _host(arguments: Namespace, environ: Mapping[str, str]) -> Host:
    """A host that can remove networks; no project needs to be searched for."""
    if arguments.no_engine:
        from nebtui.hosts.files import FilesHost

        return FilesHost((), (), environ)
    from nebtui.hosts.live import LiveHost

    return LiveHost((), (), environ)


def _list(journal: Journal, arguments: Namespace) -> int:
    _complain(journal)
    only = arguments.project
    live = [e for e in journal.entries() if e.state == "written"]
    live = [e for e in live if only is None or e.concerns(only)]
    if arguments.format == "json":
        listed: UndoListJson = {"version": 1, "entries": [_entry(e) for e in live]}
        say_json(listed)
    else:
        say("\n".join(_line(e) for e in live) or "nothing to undo")
    return 0


def _line(entry: Entry) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.time))
    files = ", ".join(short(f.path) for f in entry.files)
    networks = f" + network {', '.join(entry.networks)}" if entry.networks else ""
    return f"{entry.number:>4}  {when}  {mask(entry.title)}  {files}{networks}"
