"""The last hour of a server, minute by minute."""

from __future__ import annotations

from nebtui.light_dataclass import dataclass

TREND_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Trend:
    """What the busy minutes of the last hour made."""

    minutes: tuple[tuple[int, float, int], ...] = ()
    """(minute, sum of speeds, number)"""

    def add(self, at: float, rate: float) -> Trend:
        """With one more speed; `at` in Unix seconds, tokens a second."""
        minute = int(at // 60)
        kept = [m for m in self.minutes if minute - TREND_MINUTES < m[0] < minute]
        total, number = next(((m[1], m[2]) for m in self.minutes if m[0] == minute), (0.0, 0))
        return Trend((*kept, (minute, total + rate, number + 1)))

    def means(self, at: float) -> tuple[float | None, ...]:
        """Mean speed of each minute from the first known one up to `at`, None for idle ones."""
        if not self.minutes:
            return ()
        by = {minute: total / number for minute, total, number in self.minutes}
        now = int(at // 60)
        first = max(self.minutes[0][0], now - TREND_MINUTES + 1)
        return tuple(by.get(minute) for minute in range(first, now + 1))
