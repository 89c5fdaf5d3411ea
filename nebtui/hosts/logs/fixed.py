"""A log that is complete from the beginning: of a host that has none, the sentence that says
why."""

from __future__ import annotations

from nebtui.facts.logs import LogLine


class FixedLog:
    """Lines that are all there, and the end."""

    def __init__(self, lines: tuple[LogLine, ...]) -> None:
        self._lines = lines

    def take(self, most: int) -> tuple[LogLine, ...]:
        """The next lines."""
        taken, self._lines = self._lines[:most], self._lines[most:]
        return taken

    def wait(self, seconds: float) -> None:
        """There is nothing to wait for."""

    @property
    def ended(self) -> bool:
        """Whether all were taken."""
        return not self._lines

    def close(self) -> None:
        """Nothing is open."""


def no_log(why: str, now: float) -> FixedLog:
    """The log of a host that cannot give one: a note with the sentence."""
    return FixedLog((LogLine(int(now * 1e9), None, "", "note", why),))
