"""A small SQLite file in the state folder, opened at the first use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nebtui.keep.private_files import private_folder

if TYPE_CHECKING:
    import sqlite3


class Database:
    """For one thread, which also has to close it.

    A state folder that cannot be written, and a file that is broken or held by another, are no
    reason to fail: nothing is remembered then.
    """

    def __init__(
        self, path: Path, schema: str, tidy: Callable[[sqlite3.Connection, float], None]
    ) -> None:
        """`tidy` is called with the Unix time whenever the file was opened, to drop what is old."""
        self.path = path
        self._schema = schema
        self._tidy = tidy
        self._connection: sqlite3.Connection | None = None
        self._unusable = False

    def open(self) -> sqlite3.Connection | None:
        """The connection, None where the file cannot be used."""
        import sqlite3
        import time

        if self._connection is not None or self._unusable:
            return self._connection
        try:
            private_folder(self.path.parent)
            try:
                self._connection = self._connected(time.time())
            except sqlite3.OperationalError:
                raise  # locked, or not to be written: nothing is wrong with what it holds
            except sqlite3.DatabaseError:
                # What it held is lost already; it is put aside, so that what comes next is
                # remembered again.
                os.replace(self.path, self.path.with_suffix(".broken"))
                self._connection = self._connected(time.time())
        except (OSError, sqlite3.Error):
            self._unusable = True
        return self._connection

    def close(self) -> None:
        """Give the file back; the next `open` opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self, now: float) -> sqlite3.Connection:
        import sqlite3

        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self.path, timeout=0.2)
        try:
            with connection:
                connection.executescript(self._schema)
                self._tidy(connection, now)
        except sqlite3.Error:
            connection.close()
            raise
        return connection
