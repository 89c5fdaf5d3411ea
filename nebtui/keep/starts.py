"""The memory of starts: the last ten of each project, in SQLite."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nebtui.facts.codec import decode_fact, encode_fact
from nebtui.facts.declared import ProjectKey
from nebtui.facts.startup import Start
from nebtui.keep.database import Database
from nebtui.keep.machines import of_machine

if TYPE_CHECKING:
    import sqlite3

FILE = "starts.sqlite"
MOST = 10
"""Starts kept of one project, the newest."""
DAYS = 90
SCHEMA = """
create table if not exists starts (
  project text not null, folder text not null, files text not null,
  began real not null, body text not null
);
create unique index if not exists starts_of on starts (project, folder, files, began);
"""


class StartMemory:
    """A row a start. For one thread, which also has to close it; where the file cannot be used,
    starts are known for this run only."""

    def __init__(self, state_dir: str) -> None:
        self._state_dir = state_dir
        self._database = Database(Path(state_dir) / FILE, SCHEMA, _forget)

    def of(self, machine: str) -> None:
        """From now on the starts are those of this machine, "" for the one of the state folder."""
        folder = of_machine(self._state_dir, machine) if machine else self._state_dir
        if (path := Path(folder) / FILE) != self._database.path:
            self.close()
            self._database = Database(path, SCHEMA, _forget)

    def recall(self, project: ProjectKey) -> tuple[Start, ...]:
        """The kept starts of a project, oldest first; what cannot be read is left out."""
        import sqlite3

        connection = self._database.open()
        if connection is None:
            return ()
        asked = (
            "select body from starts where project = ? and folder = ? and files = ? "
            "order by began desc limit ?"
        )
        try:
            rows = connection.execute(asked, (*_row(project), MOST)).fetchall()
        except sqlite3.Error:
            return ()
        return tuple(_read(row[0] for row in reversed(rows)))

    def learn(self, start: Start) -> None:
        """Keep one more; of a start that is kept already the first record stays."""
        import sqlite3

        connection = self._database.open()
        if connection is None:
            return
        body = json.dumps(encode_fact(start), separators=(",", ":"))
        key = _row(start.project)
        with suppress(sqlite3.Error), connection:
            known = connection.execute(
                "select 1 from starts where project = ? and folder = ? and files = ? "
                "and abs(began - ?) < 1",
                (*key, start.began),
            ).fetchone()
            if known is None:
                connection.execute(
                    "insert or ignore into starts values (?, ?, ?, ?, ?)", (*key, start.began, body)
                )
            connection.execute(
                "delete from starts where project = ? and folder = ? and files = ? and began not in"
                " (select began from starts where project = ? and folder = ? and files = ?"
                " order by began desc limit ?)",
                (*key, *key, MOST),
            )

    def close(self) -> None:
        """Give the file back."""
        self._database.close()


def _row(project: ProjectKey) -> tuple[str, str, str]:
    return project.name, project.working_dir, os.pathsep.join(project.files)


def _read(bodies: Iterator[object]) -> Iterator[Start]:
    for body in bodies:
        with suppress(ValueError, RecursionError):
            start = decode_fact(Start, json.loads(body)) if isinstance(body, str) else None
            if isinstance(start, Start):
                yield start


def _forget(connection: sqlite3.Connection, now: float) -> None:
    """Drop the starts that are too old to compare with."""
    connection.execute("delete from starts where began < ?", (now - DAYS * 86400,))
