"""Plays a tape: what happened on it happens again when its time comes, at any pace and from any
time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from nebtui.facts.changes import Change, CollectorFailed, Rewound, Settled
from nebtui.host import Position
from nebtui.hosts.clock import BoxClock
from nebtui.recording.tape import Tape

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_BACK = 1.0
"""Seconds that a box plays on while somebody looks for the key again: jumping back skips them."""
_PATIENCE = 0.5


class TapePlayer:
    """`played` is iterated by one thread; everything else may be called by others and returns at
    once."""

    def __init__(self, tape: Tape, *, at: float | None = None, speed: float = 1.0) -> None:
        """`at`: seconds after its begin to play from; `speed`: 0 = it stands still at first."""
        self._tape = tape
        self._clock = BoxClock(tape.header.began, 0.0)
        self._speed, self._paused = speed or 1.0, not speed
        self._wanted: float | None = at
        self._step = False
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._place, self._told = 0, False
        self.rewind()

    @property
    def name(self) -> str:
        """The name of the tape."""
        return self._tape.name

    def now(self) -> float:
        """The recorded box's time at the place that is played, in Unix seconds."""
        return self._tape.header.began + self._at()

    def _at(self) -> float:
        at = self._clock.now() - self._tape.header.began
        return min(at, self._tape.end) if self._tape.complete else at

    def position(self) -> Position:
        """Where it is now."""
        tape = self._tape
        start = tape.end if tape.start is None else tape.start
        paused = self._paused or (tape.complete and self._at() >= tape.end)
        return Position(self._at(), start, tape.end, self._speed, paused, tape.live)

    def played(self) -> Iterator[Change]:
        """The first picture, ending with `Settled`, then the rest as its time comes, until `close`;
        why it cannot be read on is a `CollectorFailed`."""
        if not self._tape.complete:
            threading.Thread(target=self._tape.load, name="tape", daemon=True).start()
        yield from self._opening()
        while not self._closed.is_set():
            with self._lock:
                wanted, self._wanted = self._wanted, None
            if wanted is not None:
                yield from self._gone_to(wanted)
            yield from self._next()

    def _opening(self) -> Iterator[Change]:
        """Everything up to the first complete picture, as it comes; then the clock starts."""
        settled = False
        while not settled and self._lines():
            for change in self._read(whole=True)[1]:
                settled = settled or isinstance(change, Settled)
                yield change
        if not settled:
            yield from self._cut_off()
            yield Settled()
        began, start = self._tape.header.began, self._tape.start or 0.0
        self._clock.set(began + start, 0.0 if self._paused else self._speed)

    def _lines(self) -> bool:
        """Whether there is another line, waiting for it where more may come."""
        while not self._closed.is_set():
            if self._tape.wait(self._place, _PATIENCE):
                return True
            if self._tape.complete:
                return False
        return False

    def _next(self) -> Iterator[Change]:
        """The next line when its time has come; nothing if somebody wants to be elsewhere
        before."""
        if not self._tape.wait(self._place, 0.0 if self._tape.complete else _PATIENCE):
            if self._tape.complete:
                yield from self._cut_off()
                self._step = False
                self._clock.wait(float("inf"))
            return
        entry, _ = self._tape.entry(self._place)
        if entry is not None:
            if self._step:
                self._step = False
                self._clock.set(self._tape.header.began + max(self._at(), entry.at))
            if entry.at > self._at():
                self._clock.wait(self._tape.header.began + entry.at)
                return
        yield from self._read()[1]

    def _read(self, *, whole: bool = False) -> tuple[float, tuple[Change, ...]]:
        """The changes of the line at the place, which is left behind; of a picture only with
        `whole`: while it plays nothing in it is new."""
        entry, self._place = self._tape.entry(self._place)
        if entry is None:
            return 0.0, ()
        shown = entry.changes if whole or not entry.whole else ()
        if entry.unknown and not self._told:
            self._told = True
            version = self._tape.header.version
            text = f"Parts of {self.name} are left out: nebtui {version}, which recorded it, knows "
            text += "more than this one, or they are damaged."
            shown = (*shown, CollectorFailed("recording", text))
        return entry.at, shown

    def _gone_to(self, wanted: float) -> Iterator[Change]:
        """What leads to a time: the changes in between, or a whole picture where that is behind or
        beyond the next one."""
        tape = self._tape
        wanted = min(max(wanted, tape.start or 0.0), tape.end)
        ahead = wanted >= self._at() and tape.frame(wanted)[1] < self._place
        self._clock.set(tape.header.began + wanted)
        if not ahead:
            yield Rewound()
            yield from self.picture_at(wanted)

    def picture_at(self, wanted: float) -> Iterator[Change]:
        """Everything that held at a time, ending with `Settled`."""
        self._told = False
        self._place = self._tape.frame(wanted)[1]
        whole = True
        while self._tape.wait(self._place, 0.0) and not self._closed.is_set():
            entry, _ = self._tape.entry(self._place)
            if entry is not None and entry.at > wanted:
                break
            # It is whole when everything up to then is told, not where a picture of before was.
            yield from (c for c in self._read(whole=whole)[1] if not isinstance(c, Settled))
            whole = False
        if not self._tape.wait(self._place, 0.0):
            yield from self._cut_off()
        yield Settled()

    def rewind(self) -> None:
        """Play from the begin."""
        self._place, self._told = self._tape.frame(-1.0)[1], False

    def _cut_off(self) -> Iterator[Change]:
        if self._tape.problem and self._tape.complete:
            yield CollectorFailed("recording", f"{self._tape.problem}.")

    def pause(self) -> None:
        """Stand still, or go on."""
        self._paused = not self._paused
        self._clock.set(self.now(), 0.0 if self._paused else self._speed)

    def step(self) -> None:
        """Stand still at the next thing that was recorded."""
        self._paused = self._step = True
        self._clock.set(self.now(), 0.0)

    def pace(self, faster: bool) -> None:
        """Twice as fast, or half, within bounds."""
        number = SPEEDS.index(self._speed) if self._speed in SPEEDS else SPEEDS.index(1.0)
        self._speed = SPEEDS[min(max(0, number + (1 if faster else -1)), len(SPEEDS) - 1)]
        self._clock.set(self.now(), 0.0 if self._paused else self._speed)

    def skip(self, seconds: float) -> None:
        """So many seconds on, or back if negative."""
        self._go((self._at() if self._wanted is None else self._wanted) + seconds)

    def jump(self, forward: bool) -> bool:
        """To the next event of a container, or the one before; False where there is none."""
        at = self._at() if forward or self._paused else self._at() - _BACK
        found = self._tape.happening(at, forward=forward)
        if found is not None:
            self._go(found)
        return found is not None

    def _go(self, wanted: float) -> None:
        with self._lock:
            self._wanted = wanted
        self._clock.wake()

    def close(self) -> None:
        """End `played`."""
        self._closed.set()
        self._clock.wake()
