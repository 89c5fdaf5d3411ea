"""A span of seconds on a row of cells."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass

STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)
ROOM = 9
"""Cells between two marks of the scale."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `begin` to `end` seconds in `width` cells."""

    begin: float
    end: float
    width: int

    @property
    def step(self) -> float:
        """Seconds between two marks of the scale."""
        least = (self.end - self.begin) / max(1, self.width // ROOM)
        return next((step for step in STEPS if step >= least), STEPS[-1])

    @property
    def cell(self) -> float:
        """Seconds of one cell."""
        return (self.end - self.begin) / self.width

    def column(self, second: float) -> int:
        """The cell of a moment; outside of the row where it is not on it."""
        return int((second - self.begin) / self.cell)

    def span(self, begin: float, end: float) -> range:
        """The cells of a stretch, one at least, none where it is not on the row."""
        if end < self.begin or begin > self.end:
            return range(0)
        first = max(0, self.column(begin))
        return range(first, min(self.width, max(first + 1, self.column(end) + 1)))

    def ticks(self) -> list[float]:
        """The seconds that are marked."""
        first = -int(-self.begin // self.step)
        count = int((self.end - self.begin) / self.step) + 1
        marks = ((first + at) * self.step for at in range(count))
        return [round(second, 3) for second in marks if second <= self.end]
