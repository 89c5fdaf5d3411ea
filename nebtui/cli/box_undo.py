"""What can be taken back on one box, and the taking back of it."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from nebtui.cli.desk import desk_for, known
from nebtui.cli.errors import CommandError
from nebtui.cli.looking import host_for, may_serve
from nebtui.cli.output import warn
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.desk import Desk, UnknownOutcomeError
from nebtui.fixing.recreate import recorded, up_actions
from nebtui.host import Host
from nebtui.keep.records import Entry
from nebtui.keep.reverting import JournalMismatchError
from nebtui.light_dataclass import dataclass
from nebtui.report.contract.own import EntryJson, UndoJson, UndoListJson
from nebtui.settings import Settings
from nebtui.store import settle
from nebtui.text.mask import mask
from nebtui.text.paths import short


@dataclass(frozen=True, slots=True)
class UndoBox:
    """A box whose desk can be asked. `name`: as --host has it, "" where none was named."""

    name: str
    host: Host
    desk: Desk

    def entries(self) -> tuple[Entry, ...]:
        """Its journal, with a warning for each entry of it that cannot be read; CommandError where
        nobody can be asked."""
        try:
            seen = self.desk.journal()
        except OSError as error:
            raise CommandError(str(error)) from None
        warn(f"nebtui: {text}" for text in seen.unread)
        return seen.entries

    def undo(self, entry: Entry) -> tuple[str, ...]:
        """Take it back: what could not be removed. CommandError where it cannot be taken back."""
        try:
            return self.desk.undo(entry)
        except UnknownOutcomeError as error:
            if known(error) is not None:
                raise CommandError(f"{mask(entry.title)}: it was not undone") from None
            return ()
        except (JournalMismatchError, OSError) as error:
            raise CommandError(str(error)) from None

    def listed(self, project: str | None) -> tuple[Entry, ...]:
        """What can be taken back, oldest first; of one project where one is named."""
        return tuple(
            entry
            for entry in self.entries()
            if entry.state == "written" and (project is None or entry.concerns(project))
        )

    def told(
        self,
        entry: Entry | None,
        left: tuple[str, ...],
        recovered: tuple[str, ...],
        why_not: str | None = None,
    ) -> UndoJson:
        """What came of it. `left`: what could not be removed; `recovered`: what was settled first;
        `why_not`: why there is no entry."""
        ups = up_actions(Snapshot(), recorded(entry)) if entry else ()
        then = [" ".join(argv) for up in ups if (argv := self.host.command(up))]
        told = undo_json(recovered=recovered, why_not=why_not)
        undone = entry_json(entry) if entry else None
        host = self.name or None
        return {**told, "host": host, "undone": undone, "not_removed": [*left], "then": then}

    def lines(self, told: UndoJson) -> Iterator[str]:
        """The same for people."""
        yield from told["recovered"]
        if told["why_not"]:
            yield told["why_not"]
        if entry := told["undone"]:
            files = ", ".join(map(self._shown, entry["files"])) or "no file"
            on = f" on {self.desk.place}" if self.desk.place else ""
            yield f"undone: {entry['title']} ({files}){on}"
        yield from (f"not removed: {text}" for text in told["not_removed"])
        yield from (f"then: {text}" for text in told["then"])

    def line(self, entry: Entry) -> str:
        """An entry in the list."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.time))
        files = ", ".join(self._shown(f.path) for f in entry.files)
        networks = f" + network {', '.join(entry.networks)}" if entry.networks else ""
        return f"{entry.number:>4}  {when}  {mask(entry.title)}  {files}{networks}"

    def _shown(self, path: str) -> str:
        """A path as people write it; the folders of this machine mean nothing on another one."""
        return path if self.desk.place else short(path)


def undo_json(*, recovered: tuple[str, ...], why_not: str | None) -> UndoJson:
    """That nothing was undone, and why."""
    return {
        "version": 1,
        "host": None,
        "undone": None,
        "why_not": why_not,
        "not_removed": [],
        "then": [],
        "recovered": [*recovered],
    }


def list_json(name: str, entries: tuple[Entry, ...], problem: str = "") -> UndoListJson:
    """What can be undone on a box. `name`: as --host has it, "" where none was named."""
    return {
        "version": 1,
        "host": name or None,
        "problem": problem or None,
        "entries": [entry_json(entry) for entry in entries],
    }


def entry_json(entry: Entry) -> EntryJson:
    """An entry of the journal."""
    return {
        "number": entry.number,
        "time": entry.time,
        "title": mask(entry.title),
        "files": [f.path for f in entry.files],
    }


@contextmanager
def undo_box(
    name: str, arguments: Namespace, settings: Settings, environ: Mapping[str, str]
) -> Iterator[UndoBox]:
    """A box, open until the end; CommandError where its desk cannot be asked."""
    with closing(_host(arguments, settings, environ)) as host:
        # Who can be asked is known once it was looked at.
        snapshot = settle(host) if may_serve(arguments, environ) else Snapshot()
        desk = desk_for(host, settings, snapshot)
        if desk.place and (away := desk.away):
            raise CommandError(snapshot.engine_problem or away)
        yield UndoBox(name, host, desk)


def _host(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> Host:
    """A host that can remove networks; no project needs to be searched for."""
    if may_serve(arguments, environ):
        return host_for(arguments, settings, environ, search=False)
    if arguments.no_engine:
        from nebtui.hosts.files import FilesHost

        return FilesHost((), (), environ)
    from nebtui.hosts.live import LiveHost

    return LiveHost((), (), environ)
