"""A recorded box that is played: in its time, faster, step by step, from any place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from nebtui.facts import changes
from nebtui.facts.changes import Change, Rewound, Settled
from nebtui.facts.event import ContainerEvent
from nebtui.facts.snapshot import Snapshot
from nebtui.hosts.recorded import RecordedHost
from nebtui.recording.tape import open_tape
from nebtui.recording.writer import FRAME_EVERY, Recorder, create
from nebtui.store import folded
from tests.builders import ENGINE, container

BEGAN = 1_780_000_000.0
EVENTS = (5.0, 8.0, 20.0, FRAME_EVERY + 20.0)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A box that settles after a second and has an event at each of EVENTS."""
    now = [BEGAN]
    path = str(tmp_path / "x.jsonl")
    recorder = Recorder(create(path), "box", lambda: now[0])
    seen: list[tuple[float, Change]] = [
        (0.0, changes.EngineSeen(ENGINE)),
        (0.5, changes.ContainersListed((container("shop/web"),))),
        (1.0, Settled()),
        *((at, changes.EventSeen(ContainerEvent(BEGAN + at, "web", f"e{at:g}"))) for at in EVENTS),
    ]
    snapshot = Snapshot()
    for at, change in seen:
        now[0] = BEGAN + at
        snapshot = folded(snapshot, change)
        recorder.take(change, snapshot)
    recorder.close()
    return path


class Watcher:
    """Reads a host as a store does, and waits for what should be seen."""

    def __init__(self, host: RecordedHost) -> None:
        self.host = host
        self.player = host.player
        self.snapshot = Snapshot()
        self.seen: list[Change] = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        for change in self.host.changes():
            self.snapshot = folded(self.snapshot, change)
            self.seen.append(change)

    @property
    def events(self) -> list[str]:
        """The events in the picture now."""
        return [event.action for event in self.snapshot.histories.get("web", ())]

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline, (self.events, self.player.position())
            time.sleep(0.002)

    def shows(self, at: float, *events: str) -> None:
        """Wait until the box is at a time and has had these events."""
        self.until(lambda: self.events == list(events) and self.snapshot.settled)
        self.until(lambda: abs(self.player.position().at - at) < 0.01)
        assert self.host.now() == pytest.approx(BEGAN + at, abs=0.01)


@contextmanager
def played(file: str, at: float | None = None, speed: float = 0.0) -> Iterator[Watcher]:
    """A recording that stands still where nothing else is said."""
    with closing(RecordedHost(open_tape(file), at=at, speed=speed)) as host:
        watcher = Watcher(host)
        yield watcher
        host.close()
        watcher.thread.join(5)
        assert not watcher.thread.is_alive()


def test_it_begins_with_its_first_picture(file: str) -> None:
    """Everything up to the first complete picture at once, then nothing while it stands still."""
    with played(file) as box:
        box.shows(1.0)
        assert box.snapshot.containers.keys() == {"shop-web-1"}
        at = box.player.position()
        assert (at.start, at.end, at.paused, at.live) == (1.0, EVENTS[-1], True, False)


def test_steps_and_events(file: str) -> None:
    """A step goes to the next line, a jump to the next event or the one before."""
    with played(file) as box:
        box.shows(1.0)
        box.player.step()
        box.shows(5.0, "e5")
        assert box.player.jump(forward=True)
        box.shows(8.0, "e5", "e8")
        assert box.player.jump(forward=False)
        box.shows(5.0, "e5")
        assert not box.player.jump(forward=False)
        assert box.player.position().paused


def test_skipping_stays_within_the_recording(file: str) -> None:
    """Back to its first picture, on to its end, and over a picture in between."""
    with played(file) as box:
        box.shows(1.0)
        box.player.skip(10.0)
        box.shows(11.0, "e5", "e8")
        box.player.skip(-100.0)
        box.shows(1.0)
        box.player.skip(1e6)
        box.shows(EVENTS[-1], *(f"e{at:g}" for at in EVENTS))
        box.player.skip(-10.0)
        box.shows(EVENTS[-1] - 10, "e5", "e8", "e20")


def test_going_on_is_no_new_picture_and_going_back_is(file: str) -> None:
    """What is known stays known while time goes on."""
    with played(file) as box:
        box.shows(1.0)
        box.player.skip(10.0)
        box.shows(11.0, "e5", "e8")
        assert not any(isinstance(change, Rewound) for change in box.seen)
        box.player.skip(-4.0)
        box.shows(7.0, "e5")
        assert sum(isinstance(change, Rewound) for change in box.seen) == 1


def test_it_plays_by_itself_to_its_end(file: str) -> None:
    """At its speed, doubled and halved within bounds; at the end time stands."""
    with played(file, at=EVENTS[-1] - 1, speed=64.0) as box:
        box.until(lambda: len(box.events) == len(EVENTS))
        box.shows(EVENTS[-1], *(f"e{at:g}" for at in EVENTS))
        box.player.pace(faster=True)
        assert box.player.position().speed == 64.0
        box.player.pace(faster=False)
        assert box.player.position().speed == 32.0
        box.player.pause()
        assert box.player.position().paused
