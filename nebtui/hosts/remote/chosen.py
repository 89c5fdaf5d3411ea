"""A box that is reached by ssh: through the nebtui there where one serves, else through its engine
alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from nebtui.action import Action, Cancel, Progress
from nebtui.facts.changes import Change, EngineSeen, Rewound
from nebtui.facts.project import Project
from nebtui.host import Host, Kind, LogRequest, LogStream, ShownFigures
from nebtui.hosts.remote.desk import RemoteDesk
from nebtui.hosts.remote.host import RemoteHost

if TYPE_CHECKING:
    from nebtui.facts.validation import Validation


class FarHost:
    """The one of two hosts that can look at the box. Which is found out when `changes` is iterated;
    until then, and while nobody is reached, it is the nebtui there."""

    writable = True

    def __init__(
        self,
        remote: RemoteHost,
        through_engine: Host,
        again: Callable[[], tuple[RemoteHost, Host]] | None = None,
        *,
        send: str = "",
    ) -> None:
        """`again`: makes both anew, once a nebtui was sent there; `send`: the command that sends
        one, "" where none may be sent."""
        self._remote = remote
        self._through_engine = through_engine
        self._again = again
        self._send = send
        self._measured = ShownFigures()
        self._closed = self._renewed = False

    @property
    def _host(self) -> Host:
        return self._through_engine if self._remote.absent else self._remote

    @property
    def desk(self) -> RemoteDesk | None:
        """Where its fixes are made; None through its engine alone, which has no files."""
        return None if self._remote.absent else self._remote.desk

    @property
    def kind(self) -> Kind:
        """Of the host that looks at it."""
        return self._host.kind

    @property
    def files_away(self) -> str:
        """Through its engine alone, the facts say which files are elsewhere."""
        return self._host.files_away

    @property
    def sendable(self) -> bool:
        """No nebtui serves there, and one that is sent would."""
        return self._remote.sendable and not self._renewed

    @property
    def version(self) -> str:
        """Of the nebtui that answers there, "" while none has."""
        return self._remote.version

    def renew(self) -> None:
        """A nebtui was sent there: look through that one from now on, instead of the engine alone,
        or of an older one."""
        self._renewed = True
        self._host.close()

    def now(self) -> float:
        """The box's time, as far as it is known."""
        return self._host.now()

    def changes(self) -> Iterator[Change]:
        """What the nebtui there tells, or else its engine; from the beginning once more after
        `renew`."""
        while True:
            yield from self._remote.changes()
            if why := self._remote.absent:
                for change in self._through_engine.changes():
                    yield self._explained(change, why) if isinstance(change, EngineSeen) else change
            if not self._renewed or self._closed or self._again is None:
                return
            self._renewed = False
            self._remote, self._through_engine = self._again()
            self.measure(self._measured)
            if self._closed:  # meanwhile
                self.close()
            yield Rewound()

    def _explained(self, change: EngineSeen, why: str) -> EngineSeen:
        """With why there is no more to see than an engine shows, behind what it says of itself."""
        engine = change.engine
        sent = f"`{self._send}` sends it one file, or " if self._send and self.sendable else ""
        told = f"No nebtui serves on {engine.name} ({why}): {sent}install it there to see the rest."
        return EngineSeen(replace(engine, missing=(*engine.missing, told)))

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        """Have one thing done there."""
        return self._host.do(action, stop)

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv of the same effect, naming the box."""
        return self._host.command(action)

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """As the host that looks at it reads."""
        return self._host.read_with(project, texts)

    def reread(self, paths: tuple[str, ...]) -> None:
        """Have projects read again."""
        self._host.reread(paths)

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """As the host that looks at it judges."""
        return self._host.validate(project, texts)

    def follow(self, containers: tuple[str, ...]) -> None:
        """Have these looked at again and again."""
        self._host.follow(containers)

    def measure(self, shown: ShownFigures) -> None:
        """Have these figures read often; whichever of both looks at it."""
        self._measured = shown
        self._remote.measure(shown)
        self._through_engine.measure(shown)

    def logs(self, request: LogRequest) -> LogStream:
        """What the services' containers write."""
        return self._host.logs(request)

    def close(self) -> None:
        """End both."""
        self._closed = True
        self._remote.close()
        self._through_engine.close()
