"""The line that says what the host is doing for a person now."""

from __future__ import annotations

from textual.content import Content

from nebtui.light_pattern import pattern
from nebtui.text.mask import mask
from nebtui.tui.runs import Batch, Runs
from nebtui.tui.widgets.cached_static import CachedStatic
from nebtui.tui.widgets.markup import joined

EVERY = 0.25
_SPINNER, _PLAIN = "⠋⠙⠸⠴⠦⠇", "|/-\\"
_SHARE = pattern(r"(\d+(?:\.\d+)?)\s*([kMGT]?B)\s*/\s*(\d+(?:\.\d+)?)\s*([kMGT]?B)\b")
_STEPS = pattern(r"\[(?:[\w.-]+ )?\s*(\d+)/(\d+)\]")
_UNITS = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
_BAR = 12


class Running(CachedStatic):
    """Shows itself while something runs."""

    def __init__(self, *, ascii: bool) -> None:
        super().__init__()
        self._ascii = ascii
        self._runs: Runs | None = None

    def on_mount(self) -> None:
        self.display = False
        self._timer = self.set_interval(EVERY, self._tick, pause=True)

    def show(self, runs: Runs) -> None:
        """Follow what runs, until nothing does."""
        self._runs = runs
        busy = bool(runs.batches)
        if busy != self.display:
            self.display = busy
            (self._timer.resume if busy else self._timer.pause)()
        self._tick()

    def _tick(self) -> None:
        if self._runs is not None and self._runs.going_on:
            self.set_content(line(self._runs.batches, ascii=self._ascii))


def line(batches: tuple[Batch, ...], *, ascii: bool) -> Content:
    """The batch that was begun first, how long it runs, its newest line, and how to end it."""
    batch = next(b for b in batches if b.began is not None)
    glyphs = _PLAIN if ascii else _SPINNER
    lines = batch.run.lines if batch.run else []
    newest = mask(lines[-1]).strip() if lines else ""
    more = len(batches) - 1
    parts: list[tuple[str, str]] = [
        (f" {glyphs[int(batch.seconds * 4) % len(glyphs)]} ", "warn"),
        (batch.title, "title"),
        (f"  {batch.seconds:.0f} s", "info"),
        (f"  +{more}" if more else "", "warn"),
    ]
    share = done(newest)
    if batch.stop.is_set():
        parts.append(("  is interrupted", "warn"))
    elif share is not None:
        parts.append((f"  {bar(share, ascii=ascii)}", "info"))
    parts += [("   ; log  C cancel  ", "dim"), (newest, "dim")]
    return joined(*parts)


def done(text: str) -> float | None:
    """The share (0 to 1) that a line of a pull (`12.3MB/45MB`) or of a build (`[3/7]`) tells; None
    where it tells none."""
    if found := _SHARE.search(text):
        part, unit, whole, of = found.groups()
        total = float(whole) * _UNITS[of]
        return min(1.0, float(part) * _UNITS[unit] / total) if total else None
    if found := _STEPS.search(text):
        step, steps = map(int, found.groups())
        return min(1.0, step / steps) if steps else None
    return None


def bar(share: float, *, ascii: bool) -> str:
    """A share as a bar of a few cells with its percent."""
    full = round(share * _BAR)
    filled, empty = ("#", "-") if ascii else ("█", "░")
    return f"{filled * full}{empty * (_BAR - full)} {share:4.0%}"
