"""The line that says where the recording is that is played, and what its keys do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.content import Content

from nebtui.host import Player, Position
from nebtui.text.paths import short
from nebtui.text.units import clock_time
from nebtui.tui.session import Session
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.markup import joined

SKIP = 10.0
"""Seconds that one key goes on or back."""
EVERY = 0.2
_BAR = 16
_MOVES: Mapping[str, Callable[[Player], object]] = {
    "pause": lambda player: player.pause(),
    "step": lambda player: player.step(),
    "slower": lambda player: player.pace(faster=False),
    "faster": lambda player: player.pace(faster=True),
    "back": lambda player: player.skip(-SKIP),
    "on": lambda player: player.skip(SKIP),
    "event_before": lambda player: player.jump(forward=False),
    "event_after": lambda player: player.jump(forward=True),
}


class Playback(CachedStatic):
    """Shows itself where a recording is played."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        self.display = self._session.player is not None
        if self.display:
            self.show()
            self.set_interval(EVERY, self.show)

    def show(self) -> None:
        """Show where it is now."""
        player = self._session.player
        if player is not None:
            began = self._session.now() - player.position().at
            self.set_content(strip(player, began, ascii=self._session.ascii))


def play(player: Player, move: str) -> bool:
    """Do what a key asks for; False where there is nothing to go to."""
    return _MOVES[move](player) is not False


def strip(player: Player, began: float, *, ascii: bool) -> Content:
    """Where it is, in one line; `began`: Unix seconds of the recording's begin. What a narrow
    terminal may cut off comes last."""
    at = player.position()
    word, tone = _state(at)
    length = max(at.end - at.start, 0.001)
    done = round(_BAR * min(max(0.0, (at.at - at.start) / length), 1.0))
    full, empty = "=-" if ascii else "━─"
    speed = f"{at.speed:g}"
    return joined(
        " ",
        (f"{word:<7}", tone),
        f"  {clock_time(began + at.at)}  ",
        (full * done, "info"),
        (empty * (_BAR - done), "dim"),
        f"  {_length(at.at)} of {_length(at.end)}",
        (f"  {'x' if ascii else '×'}{speed}", "" if at.speed == 1 else "info"),
        (f"  {short(player.name)}", "dim"),
    )


def _state(at: Position) -> tuple[str, str]:
    if not at.live and at.at >= at.end:
        return "end", "warn"
    if at.paused:
        return "paused", "warn"
    return ("live", "ok") if at.live and at.end - at.at < 2 * SKIP else ("playing", "ok")


def _length(seconds: float) -> str:
    """`4:07`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
