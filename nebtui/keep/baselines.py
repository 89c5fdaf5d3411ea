"""The memory of normal: how fast each service was with each model at each concurrency, in
SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nebtui.keep.database import Database
from nebtui.keep.machines import of_machine

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
        self._database = Database(Path(state_dir) / FILE, SCHEMA, _forget)
        self._minutes: dict[Key, tuple[int, list[float]]] = {}
        self._rows: dict[Key, int] = {}
        """How many rows a key has, where that was asked."""

    def of(self, machine: str) -> None:
        """From now on the speeds are those of this machine, "" for the one of the state folder."""
        folder = of_machine(self._state_dir, machine) if machine else self._state_dir
        if (path := Path(folder) / FILE) != self._database.path:
            self.close()
            self._database = Database(path, SCHEMA, _forget)

    def recall(self, service: str, model: str, bucket: str) -> Iterable[float]:
        """Speeds of the last 30 days, oldest first, tokens a second of one request."""
        import sqlite3

        connection = self._database.open()
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
        self._database.close()

    def _write(self, minutes: dict[Key, tuple[int, list[float]]]) -> None:
        import sqlite3

        rows = [
            (*key, minute * float(MINUTE), middle(speeds))
            for key, (minute, speeds) in minutes.items()
            if speeds
        ]
        connection = self._database.open() if rows else None
        if connection is None:
            return
        with suppress(sqlite3.Error), connection:
            connection.executemany(
                "insert into speeds (service, model, bucket, at, speed) values (?, ?, ?, ?, ?)",
                rows,
            )


def _forget(connection: sqlite3.Connection, now: float) -> None:
    """Drop the speeds that are too old to be usual."""
    connection.execute("delete from speeds where at < ?", (now - DAYS * 86400,))


def middle(speeds: list[float]) -> float:
    """The median."""
    ordered = sorted(speeds)
    return ordered[len(ordered) // 2]
