"""The seam between nebtui and the box: what a host yields, and what it can be asked to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from nebtui.action import Action, Cancel, Progress
from nebtui.facts.boxes import CarriedFile
from nebtui.facts.changes import Change
from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.project import Project
from nebtui.facts.validation import Validation
from nebtui.light_dataclass import dataclass

Kind = Literal["live", "files", "recorded", "simulated", "remote"]


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Whose lines are wanted, and which."""

    services: tuple[ServiceKey, ...]
    tail: int | None = 100
    """The last so many lines of each container that is there at the beginning; None = all of
    them."""
    since: float | None = None
    """None older than this (Unix seconds)."""
    follow: bool = True
    """Go on with what is written from now on, in containers that are created later too."""
    patient: bool = False
    """Wait for the one who takes instead of skipping lines (a pipe)."""
    swarm: tuple[str, ...] = ()
    """Services of Swarm by their whole names (`shop_web`), with the tasks of all nodes."""
    tasks: tuple[tuple[str, str], ...] = ()
    """Single tasks of Swarm: the whole name of the service, and the id of the task. Of one that
    wrote nothing a note says why."""


@dataclass(frozen=True, slots=True)
class ShownFigures:
    """Whose figures somebody looks at, by the ids of containers; None = everybody's."""

    usage: frozenset[str] | None = None
    """Processor and memory are read every second; of the others every five."""
    network: frozenset[str] | None = None
    """The counters of the network are read too; of the others never."""


class LogStream(Protocol):
    """Lines of several containers in the order of their times. What cannot be read, and how many
    lines were skipped, is said by notes among them."""

    def take(self, most: int) -> tuple[LogLine, ...]:
        """The next lines that are there; returns at once."""
        ...

    def wait(self, seconds: float) -> None:
        """Block until there may be something to take; returns early, never late."""
        ...

    @property
    def ended(self) -> bool:
        """Whether everything was taken and nothing will come."""
        ...

    def close(self) -> None:
        """Give everything back; returns at once."""
        ...


class Host(Protocol):
    """A box seen through the seam. Threads of a host know nothing of who reads them."""

    @property
    def kind(self) -> Kind:
        """Which of the five kinds it is."""
        ...

    @property
    def writable(self) -> bool:
        """Whether anything can be changed through it."""
        ...

    @property
    def files_away(self) -> str:
        """Why the files that it names are not looked at here, with where they are: a path of the
        same name here is another file. "" where they are on this machine's disk, or where the
        facts tell those that are not."""
        ...

    def now(self) -> float:
        """The box's time in Unix seconds: what containers' times are judged against."""
        ...

    def changes(self) -> Iterator[Change]:
        """Yield what happens, blocking, until `close`; the first complete picture ends with
        `Settled`."""
        ...

    def do(self, action: Action, stop: Cancel | None = None) -> Iterator[Progress]:
        """Do one thing and tell how it goes; errors are the last Progress, never an exception.
        What Compose does is interrupted once `stop` is set; left alone, it goes on by itself."""
        ...

    def command(self, action: Action) -> tuple[str, ...]:
        """The argv a person could run for the same effect, shown before and after `do`."""
        ...

    def read_with(self, project: Project, texts: Mapping[str, str]) -> Project:
        """The project as nebtui's own reader makes it, in this box's environment, with these texts
        (absolute path -> text) in place of the files; nothing is written."""
        ...

    def reread(self, paths: tuple[str, ...]) -> None:
        """Read the projects that depend on these files again now (nebtui wrote them) instead of at
        the next look."""
        ...

    def validate(self, project: Project, texts: Mapping[str, str]) -> Validation:
        """Ask Compose for the effective model with these texts in place of the files; nothing is
        written to them."""
        ...

    def follow(self, containers: tuple[str, ...]) -> None:
        """Look at these again and again (their probes are on screen); () = at none."""
        ...

    def measure(self, shown: ShownFigures) -> None:
        """From now on these figures are looked at; all of them where this was never called."""
        ...

    def logs(self, request: LogRequest) -> LogStream:
        """What the services' containers write. The caller closes it; while `changes` is not
        iterated, containers that are created later are not found."""
        ...

    def close(self) -> None:
        """End `changes` and give everything back; returns within 0.2 s."""
        ...


@dataclass(frozen=True, slots=True)
class Position:
    """Where the playing of a recording is. Times in seconds since it began."""

    at: float
    start: float
    """Where its first picture is complete."""
    end: float
    """The last thing in it, or read of it so far."""
    speed: float
    paused: bool
    live: bool
    """More is still coming in."""


class Player(Protocol):
    """Steers how a recording is played; every method returns at once."""

    @property
    def name(self) -> str:
        """What is played: a file, a pipe."""
        ...

    def position(self) -> Position:
        """Where it is now."""
        ...

    def pause(self) -> None:
        """Stand still, or go on."""
        ...

    def step(self) -> None:
        """Stand still at the next thing that was recorded."""
        ...

    def pace(self, faster: bool) -> None:
        """Twice as fast, or half."""
        ...

    def skip(self, seconds: float) -> None:
        """So many seconds on, or back if negative, within the recording."""
        ...

    def jump(self, forward: bool) -> bool:
        """To the next event of a container, or the one before; False where there is none."""
        ...


class Sender(Protocol):
    """Brings this nebtui to a box that has none, or an older one that was sent, as one file. Its
    methods block; what is asked of it as an attribute returns at once."""

    @property
    def possible(self) -> bool:
        """None serves there, and one that is sent would; or an older one that was sent does."""
        ...

    @property
    def older(self) -> str:
        """The version of the one that was sent and serves there, where this one is newer; "" where
        not."""
        ...

    @property
    def offered(self) -> bool:
        """It is possible, and nobody said that it is not wanted."""
        ...

    def made(self) -> CarriedFile | str:
        """The file, or why there is none, one sentence."""
        ...

    def consequence(self, file: CarriedFile) -> tuple[str, ...]:
        """What sending it does, one sentence each."""
        ...

    def send(self, file: CarriedFile) -> str:
        """Send what was made; "" once it is there and is looked through, else one sentence."""
        ...

    def decline(self) -> None:
        """Do not offer it for this machine any more."""
        ...
