"""What every screen of one box shares: the host, the settings, the journal, and what is written but
not yet seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.facts.snapshot import Snapshot
from nebtui.fixing.watch import Watched
from nebtui.host import Host, Player, Sender
from nebtui.keep.journal import Journal
from nebtui.light_dataclass import dataclass
from nebtui.rules.rule import Finding, Recreate
from nebtui.settings import Settings
from nebtui.tui.terminal import QuietTerminal

if TYPE_CHECKING:
    # Loaded once something is fixed, or a tour opened.
    from nebtui.fixing.desk import Desk
    from nebtui.tour.checklist import Checked
    from nebtui.tour.step import Tour


@dataclass(slots=True)
class CommandRun:
    """One thing the host was asked to do, as the argv a person could run, with its output so
    far."""

    command: str
    lines: list[str] = field(default_factory=list)
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Searched:
    """Where compose files were searched for, for a person who finds none."""

    folders: tuple[str, ...]
    """The working directory first, then the `search.roots` of the settings."""
    depth: int
    """Levels of folders below each."""
    settings_file: str


@dataclass(frozen=True, slots=True)
class Touring:
    """A tour that can be taken on this box."""

    read: Callable[[], Tour]
    """Reads it once it is opened."""
    name: str
    """What its place is kept under: `demo`, or the path of its file."""
    state_dir: str
    begins: bool = False
    """It is opened at once."""
    own_box: Callable[[], tuple[Checked, ...]] | None = None
    """Looks at the person's own box for the last page; None = it is this one."""


@dataclass(slots=True, eq=False)
class Session:
    """One box of the run. Only the App assigns to it; screens read."""

    host: Host
    settings: Settings
    journal: Journal
    far_desk: Callable[[], Desk | None] | None = None
    """Of a box on another machine: where its fixes are made, None while only its engine is
    reached."""
    own_desk: Desk | None = None
    """Where fixes are made on this machine's disk, once it was needed."""
    name: str = ""
    """Of the box, as the person called it; "" where they called it nothing."""
    beside: tuple[Session, ...] = ()
    """The sessions of all boxes of the run in their order, this one among them; () = it is the only
    one."""
    known_as: frozenset[str] = frozenset()
    """Its addresses on other boxes, as far as they are found out by now."""
    banner: str = ""
    """What is special about this box, always on screen: `demo`, `files only`…"""
    notice: str = ""
    """Why this box is shown and not another, one sentence on a line of its own."""
    searched: Searched | None = None
    """None where nothing was: the demo box."""
    locked: bool = False
    read_only: bool = False
    """Locked for the whole run (`--read-only`)."""
    only: str = ""
    """Show only the project of this name (`--project`)."""
    ascii: bool = False
    tour: Touring | None = None
    """None = this box has none of its own."""
    player: Player | None = None
    """Steers the box where it is a recorded one."""
    sender: Sender | None = None
    """Brings this nebtui to the box; None where nothing can be sent."""
    recording: str = ""
    """The file that this box is being recorded to."""
    terminal: QuietTerminal | None = None
    """Where the terminal shows the first frame already; the snapshot is then the one it shows."""
    snapshot: Snapshot = field(default_factory=Snapshot)
    findings: tuple[Finding, ...] = ()
    failures: tuple[str, ...] = ()
    """Rules that failed, one sentence each."""
    said: Mapping[ServiceKey, LogLine] = field(default_factory=dict)
    """What services that are not well wrote last."""
    watched: tuple[Watched, ...] = ()
    undone: tuple[Recreate, ...] = ()
    """What entries that were taken back concern, and has not been brought up since."""
    marked: frozenset[ServiceKey] = frozenset()
    """The services that the next verb is for, instead of the selected one."""
    doing: Mapping[ServiceKey, str] = field(default_factory=dict)
    """What is done to services now, in words."""
    commands: list[CommandRun] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        """Where the fixes of this box are made."""
        far = self.far_desk() if self.far_desk else None
        if far is not None:
            return far
        if self.own_desk is None:
            from nebtui.fixing.local_desk import LocalDesk

            network = self.settings.network
            self.own_desk = LocalDesk(self.host, self.journal, network, lambda: self.snapshot)
        return self.own_desk

    def now(self) -> float:
        """The box's time in Unix seconds; a simulated box has a clock of its own."""
        return self.host.now()
