"""A share of one core that a collector may use."""

from __future__ import annotations


class CpuBudget:
    """Seconds of work that may be done now, so that on average it stays below a share of one
    core."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._credit = 0.0
        self._at = 0.0

    def has_some(self, now: float) -> bool:
        """Whether any is left at this monotonic time; at most one second's worth is saved up."""
        self._credit = min(self._share, self._credit + (now - self._at) * self._share)
        self._at = now
        return self._credit > 0

    def spend(self, seconds: float) -> None:
        """Take away the time that work took; overdrawing delays the next one."""
        self._credit -= seconds
