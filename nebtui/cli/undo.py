"""`nebtui undo`: take back what nebtui wrote."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import closing

from nebtui.cli.desk import desk_for, known
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for, may_serve
from nebtui.cli.output import say, say_json, warn
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import Desk, UnknownOutcomeError
from nebtui.fixing.recreate import recorded, up_actions
from nebtui.host import Host
from nebtui.keep.journal import last_of
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.report.contract.own import EntryJson, UndoJson, UndoListJson
from nebtui.settings import Settings
from nebtui.store import settle
from nebtui.text.mask import mask
from nebtui.text.paths import short


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """Take back the last entry, or the Nth; nothing left is no failure."""
    if arguments.read_only and not arguments.list:
        raise CommandError("--read-only disables every change")
    with closing(_host(arguments, settings, environ)) as host:
        # Who can be asked is known once it was looked at.
        snapshot = settle(host) if may_serve(arguments, environ) else Snapshot()
        desk = desk_for(host, settings, snapshot)
        if desk.place and (away := desk.away):
            raise CommandError(snapshot.engine_problem or away)
        if arguments.list:
            return _list(desk, arguments)
        told = _undone(host, desk, arguments)
    if arguments.format == "json":
        say_json(told)
    else:
        say(_lines(told, desk))
    return 0


def _undone(host: Host, desk: Desk, arguments: Namespace) -> UndoJson:
    """Take it back, and what came of it; CommandError where it cannot be."""
    recovered = desk.recover()
    entries = _seen(desk)
    entry = last_of(entries, arguments.number, arguments.project)
    try:
        why_not = None if entry else _nothing(entries, arguments.number, arguments.project)
        left = _taken_back(desk, entry) if entry else ()
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


def _taken_back(desk: Desk, entry: Entry) -> tuple[str, ...]:
    """What could not be removed; raises what `undo` does, and CommandError."""
    try:
        return desk.undo(entry)
    except UnknownOutcomeError as error:
        if known(error) is not None:
            raise CommandError(f"{mask(entry.title)}: it was not undone") from None
        return ()


def _seen(desk: Desk) -> tuple[Entry, ...]:
    """The journal, with a warning for each entry of it that cannot be read; CommandError where
    nobody can be asked."""
    try:
        seen = desk.journal()
    except OSError as error:
        raise CommandError(str(error)) from None
    warn(f"nebtui: {text}" for text in seen.unread)
    return seen.entries


def _lines(told: UndoJson, desk: Desk) -> Iterator[str]:
    """The same for people."""
    yield from told["recovered"]
    if told["why_not"]:
        yield told["why_not"]
    if entry := told["undone"]:
        files = ", ".join(_shown(path, desk) for path in entry["files"]) or "no file"
        yield f"undone: {entry['title']} ({files})"
    yield from (f"not removed: {text}" for text in told["not_removed"])
    yield from (f"then: {text}" for text in told["then"])


def _entry(entry: Entry) -> EntryJson:
    return {
        "number": entry.number,
        "time": entry.time,
        "title": mask(entry.title),
        "files": [f.path for f in entry.files],
    }


def _nothing(entries: tuple[Entry, ...], number: int | None, project: str | None) -> str:
    """Why there is nothing to take back; an entry that never was is bad usage, and so is one that
    has nothing to do with the project."""
    if number is None:
        return f"nothing left to undo{f' of {project}' if project else ''}"
    found = next((entry for entry in entries if entry.number == number), None)
    if found is not None and project and not found.concerns(project):
        raise CommandError(f"entry {number} has nothing to do with {project}")
    if found is not None and found.state == "undone":
        return f"entry {number} was undone already: {mask(found.title)}"
    if found is None:
        raise CommandError(
            f"entry {number} was never written; `nebtui undo --list` shows what can be undone"
        )
    return f"entry {number} is not there to undo: it was not written to the end"


def _host(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> Host:
    """A host that can remove networks; no project needs to be searched for."""
    if may_serve(arguments, environ):
        return host_for(arguments, settings, environ, search=False)
    if arguments.no_engine:
        from nebtui.hosts.files import FilesHost

        return FilesHost((), (), environ)
    from nebtui.hosts.live import LiveHost

    return LiveHost((), (), environ)


def _list(desk: Desk, arguments: Namespace) -> int:
    only = arguments.project
    live = [e for e in _seen(desk) if e.state == "written"]
    live = [e for e in live if only is None or e.concerns(only)]
    if arguments.format == "json":
        listed: UndoListJson = {"version": 1, "entries": [_entry(e) for e in live]}
        say_json(listed)
    else:
        say("\n".join(_line(e, desk) for e in live) or "nothing to undo")
    return 0


def _line(entry: Entry, desk: Desk) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.time))
    files = ", ".join(_shown(f.path, desk) for f in entry.files)
    networks = f" + network {', '.join(entry.networks)}" if entry.networks else ""
    return f"{entry.number:>4}  {when}  {mask(entry.title)}  {files}{networks}"


def _shown(path: str, desk: Desk) -> str:
    """A path as people write it; the folders of this machine mean nothing on another one."""
    return path if desk.place else short(path)
