"""A recorded box: what happened there happens again, at any pace. Nothing can be done to it, and no
path in it is looked at here."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from nebtui.action import Action, Cancel, Progress
from nebtui.facts.changes import Change, CollectorFailed, Settled
from nebtui.facts.project import Problem, Project
from nebtui.facts.snapshot import Snapshot
from nebtui.host import LogRequest, LogStream, ShownFigures
from nebtui.hosts.actions import command_line
from nebtui.hosts.bounds import MOST, too_many
from nebtui.hosts.logs.fixed import no_log
from nebtui.hosts.playing import TapePlayer
from nebtui.recording.lines import RecordingError
from nebtui.recording.tape import Tape
from nebtui.store import folded

if TYPE_CHECKING:
    from nebtui.facts.validation import Validation


class RecordedHost:
    """The box on a tape. With `follow` it is played from its first complete picture on; without,
    the picture at its end is all there is."""

    kind: Literal["recorded"] = "recorded"
    writable = False
    files_away = "the files are not part of the recording"

    def __init__(
        self, tape: Tape, *, follow: bool = True, at: float | None = None, speed: float = 1.0
    ) -> None:
        """`at`: seconds after its begin to play from; `speed`: 0 = it stands still at first."""
        self._tape = tape
        self._follow = follow
        self.player = TapePlayer(tape, at=at, speed=speed)
        self._closed = threading.Event()

    def check(self) -> None:
        """Read what a file begins with, up to its first picture: raises RecordingError where it is
        not to be shown. What still comes in is judged when it is there."""
        if self._tape.complete:
            for _ in self._checked(self.player.picture_at(self._tape.start or 0.0)):
                pass
            self.player.rewind()

    def now(self) -> float:
        """The recorded box's time at the place that is played, in Unix seconds."""
        if not self._follow:
            return self._tape.header.began + self._tape.end
        return self.player.now()

    def changes(self) -> Iterator[Change]:
        """Yield the first picture, ending with `Settled`, then the rest as its time comes, until
        `close`; without `follow` the last picture. What cannot be read is named by
        `CollectorFailed`."""
        player = self.player
        try:
            played = player.played() if self._follow else player.picture_at(self._tape.end)
            yield from self._checked(played)
        except RecordingError as error:
            yield CollectorFailed("recording", f"{error}.")
            yield Settled()
        if self._follow:
            self._closed.wait()

    def _checked(self, changes: Iterator[Change]) -> Iterator[Change]:
        """The changes until `close`; RecordingError once they make more than a box can have."""
        picture = Snapshot()
        for change in changes:
            if self._closed.is_set():
                return
            picture = folded(picture, change)
            if (what := too_many(picture)) is not None:
                raise RecordingError(
                    f"{self._tape.name} holds more than {MOST} {what}, which no box has: it is not "
                    "shown"
                )
            yield change

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        """Nothing can be done to what was."""
        yield Progress("This is a recording: nothing can be done to it.", done=True, exit_code=1)

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv of the same effect on the recorded box, for reading."""
        return command_line(action)

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """The project without services: its files are not at hand."""
        file = project.key.files[0] if project.key.files else ""
        return replace(project, services={}, problem=Problem(file, 0, self.files_away))

    def reread(self, paths: tuple[str, ...]) -> None:
        """No file is looked at."""

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Empty: no Compose is asked."""
        from nebtui.facts.validation import Validation

        return Validation()

    def follow(self, containers: tuple[str, ...]) -> None:
        """What was not looked at then cannot be now."""

    def measure(self, shown: ShownFigures) -> None:
        """What was not read then cannot be now."""

    def logs(self, request: LogRequest) -> LogStream:
        """A note that there are none."""
        why = "This is a recording: logs are never recorded, they may hold secrets."
        return no_log(why, self.now())

    def close(self) -> None:
        """End `changes`."""
        self._closed.set()
        self.player.close()
        self._tape.close()
