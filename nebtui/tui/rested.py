"""Work for the screen that is done at once while it is cheap, and rests where it is not."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from textual.css.query import NoMatches
from textual.message_pump import MessagePump
from textual.timer import Timer

CHEAP = 0.03
"""Seconds that nobody notices."""
SLIGHT = 0.005
"""Seconds that nobody notices of what is done beside a changed row."""
SOON = 0.1
"""Seconds until what is not cheap is begun: keys and small changes come first."""
REST, LONGEST = 3.0, 1.5
"""How many times as long as it took it rests, and the most seconds."""


class Rested:
    """Belongs to the screen's thread."""

    def __init__(self, pump: MessagePump, do: Callable[[], None], cheap: float = CHEAP) -> None:
        """`pump`: what is alive as long as `do` makes sense. `cheap`: what took fewer seconds is
        done at once."""
        self._pump = pump
        self._cheap = cheap
        self._do = do
        self._took = self._until = 0.0
        self._timer: Timer | None = None

    @property
    def costly(self) -> bool:
        """It would not be done at once."""
        return self._took > self._cheap

    @property
    def put_off(self) -> bool:
        """It was asked for, and is not done yet."""
        return self._timer is not None

    def ask(self) -> None:
        """Have it done; several askings are one."""
        if self.put_off:
            return
        if not self.costly:
            self.do()
            return
        wait = max(SOON, self._until - time.monotonic())
        self._timer = self._pump.set_timer(wait, self.do)

    def do(self) -> None:
        """Do it now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        begun = time.monotonic()
        # A screen may be taken down meanwhile, widget by widget.
        with suppress(NoMatches):
            self._do()
        ended = time.monotonic()
        self._took = ended - begun
        self._until = ended + min(REST * self._took, LONGEST)
