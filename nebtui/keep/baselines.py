"""The memory of normal: how fast each service was with each model at each concurrency, in
SQLite."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nebtui.keep.known_projects import of_machine, private_folder

if TYPE_CHECKING:
    import sqlite3

FILE = "baselines.sqlite"
DAYS = 30
"""After so long a speed is not remembered any more: drivers, models and habits change."""
MOST = 500
"""Speeds kept of one service, model and concurrency, the newest."""
MINUTE = 60
SOON = 3
"""Rows that make a speed usual: until there are so many, a window is written at once, for a look
from another process shall compare with what the screen compares with."""
SCHEMA = """
create table if not exists speeds (
  service text not null, model text not null, bucket text not null,
  at real not null, speed real not null
);
create index if not exists speeds_of on speeds (service, model, bucket, at);
"""
Key = tuple[str, str, str]


class SpeedMemory:
    """One row a minute and key: the median of the windows of that minute; of a key that is new, its
    first windows at once. For one thread, which also has to close it.

    A state folder that cannot be written, and a file that is broken or held by another, are no
    reason to fail: what is usual is then only known for this run.
    """

    def __init__(self, state_dir: str) -> None:
        self._state_dir = state_dir
        self._path = Path(state_dir) / FILE
        self._connection: sqlite3.Connection | None = None
        self._unusable = False
        self._minutes: dict[Key, tuple[int, list[float]]] = {}
        self._rows: dict[Key, int] = {}
        """How many rows a key has, where that was asked."""

    def of(self, machine: str) -> None:
        """From now on the speeds are those of this machine, "" for the one of the state folder."""
        folder = of_machine(self._state_dir, machine) if machine else self._state_dir
        if (path := Path(folder) / FILE) != self._path:
            self.close()
            self._path, self._unusable = path, False

    def recall(self, service: str, model: str, bucket: str) -> Iterable[float]:
        """Speeds of the last 30 days, oldest first, tokens a second of one request."""
        import sqlite3

        connection = self._open()
        if connection is None:
            return ()
        asked = (
            "select speed from speeds where service = ? and model = ? and bucket = ? order "
            "by at desc limit ?"
        )
        try:
            rows = connection.execute(asked, (service, model, bucket, MOST)).fetchall()
        except sqlite3.Error:
            return ()
        self._rows[(service, model, bucket)] = len(rows)
        return [float(row[0]) for row in reversed(rows) if isinstance(row[0], float)]

    def learn(self, service: str, model: str, bucket: str, speed: float, at: float) -> None:
        """Remember a window; it is written when its minute is over, the first ones at once."""
        key, minute = (service, model, bucket), int(at // MINUTE)
        if self._rows.get(key, 0) < SOON:
            self._rows[key] = self._rows.get(key, 0) + 1
            self._write({key: (minute, [speed])})
            return
        begun, speeds = self._minutes.get(key, (minute, []))
        if begun != minute:
            self._write({key: (begun, speeds)})
            speeds = []
        self._minutes[key] = (minute, [*speeds, speed])

    def close(self) -> None:
        """Write the minutes begun and give the file back."""
        self._write(self._minutes)
        self._minutes = {}
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _write(self, minutes: dict[Key, tuple[int, list[float]]]) -> None:
        import sqlite3

        rows = [
            (*key, minute * float(MINUTE), middle(speeds))
            for key, (minute, speeds) in minutes.items()
            if speeds
        ]
        connection = self._open() if rows else None
        if connection is None:
            return
        with suppress(sqlite3.Error), connection:
            connection.executemany(
                "insert into speeds (service, model, bucket, at, speed) values (?, ?, ?, ?, ?)",
                rows,
            )

    def _open(self) -> sqlite3.Connection | None:
        """The file, made readable by its owner only; old rows are dropped once a run."""
        import sqlite3
        import time

        if self._connection is not None or self._unusable:
            return self._connection
        try:
            private_folder(self._path.parent)
            try:
                self._connection = self._connected(time.time())
            except sqlite3.OperationalError:
                raise  # locked, or not to be written: nothing is wrong with what it holds
            except sqlite3.DatabaseError:
                # What it held is lost already; it is put aside, so that the next speeds are
                # remembered again.
                os.replace(self._path, self._path.with_suffix(".broken"))
                self._connection = self._connected(time.time())
        except (OSError, sqlite3.Error):
            self._unusable = True
        return self._connection

    def _connected(self, now: float) -> sqlite3.Connection:
        import sqlite3

        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self._path, timeout=0.2)
        try:
            with connection:
                connection.executescript(SCHEMA)
                connection.execute("delete from speeds where at < ?", (now - DAYS * 86400,))
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def middle(speeds: list[float]) -> float:
    """The median."""
    ordered = sorted(speeds)
    return ordered[len(ordered) // 2]
