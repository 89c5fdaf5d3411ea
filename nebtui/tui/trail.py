"""Where the cursor was: back and forward, as in a browser."""

from __future__ import annotations

MOST = 100


class Trail:
    """The places that were jumped to, oldest first, and which of them is the present one."""

    def __init__(self) -> None:
        self._places: list[str] = []
        self._at = -1

    @property
    def here(self) -> str:
        """The present place, "" before the first."""
        return self._places[self._at] if self._at >= 0 else ""

    def visit(self, place: str, *, near: bool) -> None:
        """The cursor stands there now. A step to the next line (`near`) moves the present place; a
        jump adds one, and what was ahead is forgotten."""
        if self._at >= 0 and self._places[self._at] == place:
            return
        if near and self._at >= 0:
            self._places[self._at] = place
            return
        self._places = [*self._places[: self._at + 1], place][-MOST:]
        self._at = len(self._places) - 1

    def go(self, by: int) -> str | None:
        """The place before (-1) or after (1), which is the present one then; None where there is
        none."""
        if not 0 <= self._at + by < len(self._places):
            return None
        self._at += by
        return self._places[self._at]
