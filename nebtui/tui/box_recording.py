"""Recording the box while it is watched."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING, Any

from textual.app import App

from nebtui.facts.changes import Change
from nebtui.facts.snapshot import Snapshot
from nebtui.store import Store
from nebtui.tui.session import Session

if TYPE_CHECKING:
    from nebtui.recording.writer import Recorder


class BoxRecording:
    """Writes what the store reads to a file, from one press of the key to the next."""

    def __init__(self, app: App[Any], session: Session, store: Store) -> None:
        self._app = app
        self._session = session
        self._store = store
        self._recorder: Recorder | None = None

    def told(self) -> tuple[str, str]:
        """The name of the command that `toggle` is now, and what it does."""
        if self._recorder is not None:
            return "stop recording", f"End the recording in {self._session.recording}."
        file = new_name(self._session.now())
        return "record", f"Record this box, without its secrets, to {file} in this folder."

    def toggle(self) -> None:
        """Begin in a new file of the working directory, or end."""
        if self._recorder is not None:
            self._ended(self._recorder, "")
            return
        from nebtui.recording.writer import Recorder, create

        file = new_name(self._session.now())
        try:
            recorder = Recorder(create(file), socket.gethostname(), self._session.now)
        except OSError as error:
            self._tell(f"{file}: {error.strerror}", "not recorded")
            return

        def take(change: Change, snapshot: Snapshot) -> None:
            """Called by the store's thread."""
            try:
                recorder.take(change, snapshot)
            except OSError as error:
                self._store.tee = None
                self._app.call_later(self._ended, recorder, str(error.strerror))

        self._recorder, self._session.recording = recorder, file
        self._store.tee = take

    def _ended(self, recorder: Recorder, why: str) -> None:
        """`why`: what ended it, "" where a person did."""
        if recorder is not self._recorder:
            return
        file, self._session.recording = self._session.recording, ""
        why = why or self.close()
        if why:
            self._tell(f"{file}: {why}", "the recording ended early")
        else:
            self._app.notify(os.path.abspath(file), title="recorded", markup=False, timeout=8)

    def _tell(self, why: str, title: str) -> None:
        self._app.notify(why, title=title, severity="error", markup=False)

    def close(self) -> str:
        """End what goes on; why its last lines are missing, or ""."""
        recorder, self._recorder, self._store.tee = self._recorder, None, None
        try:
            if recorder is not None:
                recorder.close()
        except OSError as error:
            return str(error.strerror)
        return ""


def new_name(now: float) -> str:
    """A file for a recording that begins now; the time is local."""
    stem = time.strftime("nebtui-%Y%m%d-%H%M%S", time.localtime(now))
    number, name = 1, f"{stem}.jsonl.gz"
    while os.path.lexists(name):
        number, name = number + 1, f"{stem}-{number + 1}.jsonl.gz"
    return name
