"""One start of a project: what each container did when, what held it back, and who raced whom.
Times are Unix seconds of the engine's machine."""

from __future__ import annotations

from nebtui.facts.declared import ProjectKey, ServiceKey
from nebtui.light_dataclass import dataclass

EXACT = 1.0
"""A moment that was looked for at least so often (seconds) has a time; of others is only known that
it lies before."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Connections that were refused (`OutRsts` of the one asked) or failed (`AttemptFails` of the
    one that asks) between two looks."""

    since: float
    at: float
    count: int


@dataclass(frozen=True, slots=True)
class OpenedPort:
    """A TCP port that listens at `at` and did not at `since`."""

    port: int
    since: float
    at: float

    @property
    def exact(self) -> bool:
        """Whether `at` is the moment it opened, and not just the first look at it."""
        return self.at - self.since <= EXACT


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a container, from start to exit; None: did not happen, or nobody saw it."""

    started: float
    opened: tuple[OpenedPort, ...] = ()
    healthy: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    oom: bool = False
    refused: tuple[Burst, ...] = ()
    failed: tuple[Burst, ...] = ()
    restarted: bool = False
    """The engine started it again by its restart policy."""

    def listening(self, port: int | None = None) -> float | None:
        """When this port (None = the first of all) began to listen; None where that was not
        seen."""
        times = [o.at for o in self.opened if o.exact and port in (None, o.port)]
        return min(times, default=None)

    @property
    def faulty(self) -> bool:
        """It ended with another code than 0."""
        return self.ended is not None and self.exit_code not in (None, 0)


@dataclass(frozen=True, slots=True)
class Wait:
    """A `depends_on` condition, and when it held; None = not yet, or nobody saw it."""

    on: str
    condition: str
    until: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One container in a start."""

    service: str
    number: int
    container: str
    created: float | None
    runs: tuple[Run, ...] = ()
    waits: tuple[Wait, ...] = ()

    @property
    def started(self) -> float | None:
        """Its first start."""
        return self.runs[0].started if self.runs else None

    @property
    def listening(self) -> float | None:
        """When it first listened anywhere, in any run."""
        return next((at for run in self.runs if (at := run.listening()) is not None), None)

    @property
    def healthy(self) -> float | None:
        """When it was first healthy, in any run."""
        return next((run.healthy for run in self.runs if run.healthy is not None), None)

    @property
    def ready(self) -> float | None:
        """When it was of use: healthy, else listening, else done with exit 0."""
        if self.healthy is not None:
            return self.healthy
        done = (run.ended for run in self.runs if run.exit_code == 0)
        return self.listening if self.listening is not None else next(done, None)

    @property
    def last(self) -> float:
        """The last thing that was seen to happen to it, connections left out."""
        moments = [self.created or 0.0]
        for run in self.runs:
            moments += [run.started, run.ended or 0.0, run.healthy or 0.0]
            moments += [opened.at for opened in run.opened if opened.exact]
        return max(moments)

    @property
    def exits(self) -> int:
        """How often it ended with another code than 0."""
        return sum(run.faulty for run in self.runs)

    @property
    def refused(self) -> int | None:
        """Connections that it refused; None where nobody counted."""
        counted = [burst.count for run in self.runs for burst in run.refused]
        return sum(counted) if counted or self.opened else None

    @property
    def opened(self) -> bool:
        """Somebody looked at its ports."""
        return any(run.opened for run in self.runs)


@dataclass(frozen=True, slots=True)
class Race:
    """A dependent that was there before its target listened, and was refused or died of it."""

    dependent: ServiceKey
    target: ServiceKey
    gap: float | None
    """Seconds from the later of both starts to the target's first listening; None = it has not
    listened yet, or nobody saw it."""
    refused: int | None = None
    """Connections that the target refused in this gap; None where nobody counted."""
    exits: int = 0
    """How often the dependent died in it."""
    shared: bool = False
    """Others were there too: whose the refused connections are is not known."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a project, in the order in which its containers were started."""

    project: ProjectKey
    began: float
    settled: float | None = None
    """When nothing was left to come; None while it goes on."""
    bars: tuple[Bar, ...] = ()
    races: tuple[Race, ...] = ()
    missing: tuple[str, ...] = ()
    """What could not be seen, one sentence each."""
