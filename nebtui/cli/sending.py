"""A box that has no nebtui, or an older one that was sent, gets this one as one file: what that
does is said first."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace
from collections.abc import Mapping

from nebtui import __version__
from nebtui.cli.boxes import reaching
from nebtui.cli.errors import CommandError
from nebtui.cli.output import say, warn
from nebtui.facts.boxes import CarriedFile
from nebtui.hosts.engine.endpoint import find_endpoint
from nebtui.hosts.engine.ssh_address import login
from nebtui.hosts.remote.chosen import FarHost
from nebtui.hosts.remote.far_shell import FOLDER
from nebtui.hosts.remote.over_ssh import by_hand, nebtui_there
from nebtui.keep.machines import of_machine
from nebtui.keep.sent import (
    recall_declined,
    recall_refusal,
    recall_sent,
    remember_declined,
    remember_refusal,
    remember_sent,
)
from nebtui.settings import Settings
from nebtui.text.units import size
from nebtui.text.versions import older


class BoxSender:
    """Sends to one machine; its methods block, but for `offered`."""

    def __init__(
        self,
        url: str,
        environ: Mapping[str, str],
        state_dir: str,
        far: FarHost | None = None,
    ) -> None:
        """`state_dir`: of that machine; `far`: the host that is looked at, None = none is."""
        self._url, self._environ, self._state_dir = url, environ, state_dir
        self._far = far
        self._data = b""
        self._refused, self._declined = recall_refusal(state_dir), recall_declined(state_dir)
        self._sent = recall_sent(state_dir)

    @property
    def possible(self) -> bool:
        """None serves there, and one that is sent would; or an older one that was sent does."""
        return self._far is not None and (self._far.sendable or bool(self.older))

    @property
    def older(self) -> str:
        """The version of the one that was sent and serves there, where this one is newer."""
        sent, far = self._sent, self._far
        serves = sent is not None and far is not None and far.version == sent.version
        return sent.version if sent and serves and older(sent.version, __version__) else ""

    @property
    def offered(self) -> bool:
        """It is possible, and nobody said that it is not wanted."""
        unwanted = self._declined == __version__ if self.older else self._refused
        return self.possible and not unwanted

    def made(self) -> CarriedFile | str:
        """The file, or why there is none, one sentence."""
        from nebtui.hosts.carried.archive import carried
        from nebtui.hosts.carried.errors import CarryError

        try:
            file, self._data = carried()
        except CarryError as error:
            return str(error)
        return file

    def consequence(self, file: CarriedFile) -> tuple[str, ...]:
        """What sending it does, one sentence each."""
        to = login(self._url)
        instead = (serving_now(self.older),) if self.older else ()
        return (
            *instead,
            f"One file is copied to {to}, and nothing else is changed there: "
            f"~/{FOLDER}/{file.name}, {size(file.size)}, for your user alone.",
            f"It is this nebtui {file.version} with its libraries, SHA-256 {file.digest}. The "
            "Python there runs it while you look at the box; one that has changed is not run.",
            f"To remove it: `{shlex.join((*by_hand(self._url), 'rm', '-r', FOLDER))}`.",
        )

    def send(self, file: CarriedFile) -> str:
        """Send what was made; "" once it is there and is looked through, else one sentence."""
        from nebtui.hosts.remote.sending import send

        if why := send(self._url, self._environ, file, self._data):
            return why
        try:
            remember_sent(self._state_dir, file)
        except OSError as error:
            return f"{file.name} is there, but its digest cannot be kept here: {error.strerror}."
        self._refused, self._sent = False, file
        if self._far is not None:
            self._far.renew()
        return ""

    def decline(self) -> None:
        """Do not offer it for this machine any more; in place of an older one, not this version."""
        if self.older:
            self._declined = __version__
            remember_declined(self._state_dir, __version__)
            return
        self._refused = True
        remember_refusal(self._state_dir)


def serving_now(version: str) -> str:
    """What becomes of the one that serves there, one sentence."""
    return f"nebtui {version} serves there now: this one is used instead, and the other stays."


def run(arguments: Namespace, settings: Settings, environ: Mapping[str, str]) -> int:
    """`nebtui hosts --send BOX`: 0 once a nebtui serves there, 2 where none can."""
    if arguments.read_only:
        raise CommandError("--read-only: nothing is sent")
    if arguments.format == "json":
        raise CommandError("--send prints text: leave out --format")
    if not settings.kept:
        raise CommandError(f"nothing is sent: {settings.problem}")
    way = reaching(arguments.send, settings, environ)
    url = find_endpoint(way).url
    if not url.startswith("ssh://"):
        raise CommandError(f"{arguments.send} is not reached by ssh: nothing can be sent there")
    state_dir = of_machine(settings.state_dir, url)
    sent = recall_sent(state_dir)
    there = nebtui_there(url, way, sent)
    if not there.version and not (there.absence and there.absence.sendable):
        why = there.absence.why if there.absence else f"no answer: try `ssh {login(url)}`"
        raise CommandError(f"{arguments.send} gets none: {why}")
    sender = BoxSender(url, way, state_dir)
    file = sender.made()
    if isinstance(file, str):
        raise CommandError(file)
    if there.version == __version__ and (sent is None or sent.digest == file.digest):
        say(f"nebtui {__version__} serves on {arguments.send} already: nothing is sent")
        return 0
    instead = (serving_now(there.version),) if there.version else ()
    _consent((*instead, *sender.consequence(file)), arguments)
    if why := sender.send(file):
        raise CommandError(why)
    if nebtui_there(url, way, file).version != file.version:
        raise CommandError(f"{file.name} is there, but does not run: see `nebtui hosts`")
    say(f"nebtui {file.version} serves on {arguments.send} now")
    return 0


def _consent(told: tuple[str, ...], arguments: Namespace) -> None:
    """Ask first; CommandError without a yes."""
    for sentence in told:
        warn(sentence)
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise CommandError("nothing was sent: say --yes where nobody can be asked")
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError("nothing was sent")
