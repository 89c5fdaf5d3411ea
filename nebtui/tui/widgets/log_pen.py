"""One line of a log as styled segments: time and service in the margin, then its words. Secrets
are masked here, in the lines that are drawn only."""

from __future__ import annotations

import re
from typing import Literal

from rich.segment import Segment
from textual.widget import Widget

from nebtui.analysis.logs.entry import entry_of
from nebtui.analysis.logs.readable import parts_of
from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.text.mask import mask
from nebtui.text.terminal import cell_width, plain, shorten, shown_width
from nebtui.text.units import age, clock_time
from nebtui.tui.log_page import HeldLine
from nebtui.tui.widgets.style_cache import StyleCache

Times = Literal["local", "relative", "off"]
TIMES: tuple[Times, ...] = ("local", "relative", "off")
COLOURS = 6
LONGEST_NAME = 24
STYLES = (
    *(f"service-{n}" for n in range(COLOURS)),
    *("dim", "note", "stderr", "match", "here"),
    *("error", "warning", "info", "debug", "message", "field"),
)
_WIDE: dict[Times, int] = {"local": len("00:00:00 "), "relative": len("59 min "), "off": 0}
Pieces = list[tuple[str, str]]
"""Texts and the names of their styles."""


class LogPen:
    """Draws lines for a widget with component classes `log--…`."""

    def __init__(self, widget: Widget, services: tuple[ServiceKey, ...], *, ascii: bool) -> None:
        self.times: Times = "local"
        self.pattern: re.Pattern[str] | None = None
        """What is marked in the words."""
        self._ascii = ascii
        self._number = {key: at % COLOURS for at, key in enumerate(services)}
        alone = len({key.project for key in services}) == 1
        names = {key: key.service if alone else str(key) for key in services}
        wide = min(LONGEST_NAME, max((shown_width(n) for n in names.values()), default=0))
        self._names = {
            key: _padded(plain(mask(name), ascii), wide) if len(names) > 1 else ""
            for key, name in names.items()
        }
        self._name_room = wide + 1 if len(names) > 1 else 0
        self._looks = StyleCache(widget, "log--")

    @property
    def margin(self) -> int:
        """Cells before the words."""
        return _WIDE[self.times] + self._name_room

    def head(self, line: LogLine, now: float) -> list[Segment]:
        """Time and service; `now`: Unix seconds, for how long ago it was."""
        name = self._names.get(line.service, "") if line.service else ""
        number = self._number.get(line.service, 0) if line.service else 0
        segments = []
        if self.times == "local":
            segments = [Segment(f"{clock_time(line.at / 1e9):<8} ", self._looks.of("dim"))]
        elif self.times == "relative":
            ago = age(max(0.0, now - line.at / 1e9))
            segments = [Segment(f"{ago[:6]:>6} ", self._looks.of("dim"))]
        text = f"{name} " if name else " " * self._name_room
        return [*segments, Segment(text, self._looks.of(f"service-{number}"))]

    def words(self, held: HeldLine, *, raw: bool, here: bool) -> list[Segment]:
        """The words of a line, what is searched for in another style."""
        mark = "here" if here else ""
        if held.line.source == "note":
            text = plain(mask(held.raw), self._ascii)
            return [Segment(f"! {text}", self._looks.of(f"note {mark}".strip()))]
        segments = []
        for text, style in self._pieces(held, raw):
            looks = f"{style} {mark}".strip()
            segments += self._marked(plain(mask(text), self._ascii), looks)
        return segments

    def _pieces(self, held: HeldLine, raw: bool) -> Pieces:
        """The parts of a line that has fields; else its level's word apart from the rest."""
        rest = "stderr" if held.line.source == "stderr" else ""
        entry = entry_of(held.line.text)
        if not raw and entry.fields is not None:
            return [(text.replace("\t", " "), part) for text, part in parts_of(entry)]
        start, end = entry.word
        if entry.level is None or not start < end <= len(held.raw):
            return [(held.raw, rest)]
        word = held.raw[start:end]
        return [(held.raw[:start], rest), (word, entry.level), (held.raw[end:], rest)]

    def _marked(self, text: str, looks: str) -> list[Segment]:
        segments, done = [], 0
        for found in self.pattern.finditer(text) if self.pattern else ():
            if found.end() > found.start():
                segments.append(Segment(text[done : found.start()], self._looks.of(looks)))
                segments.append(Segment(found[0], self._looks.of(f"{looks} match".strip())))
                done = found.end()
        return [*segments, Segment(text[done:], self._looks.of(looks))]

    def copied(self, held: HeldLine, *, raw: bool) -> str:
        """The words as they are drawn, whole."""
        return "".join(plain(mask(text)) for text, _ in self._pieces(held, raw))

    def named(self, held: HeldLine, *, raw: bool) -> str:
        """The same behind the service's name, where there are several."""
        service = held.line.service
        name = self._names.get(service, "") if service else ""
        return (f"{name} " if name else "") + self.copied(held, raw=raw)

    def sentence(self, text: str) -> Segment:
        """A sentence of nebtui's own in place of lines."""
        return Segment(text, self._looks.of("dim"))

    def forget(self) -> None:
        """Another theme has other styles."""
        self._looks.forget()


def _padded(name: str, width: int) -> str:
    short = shorten(name, width)
    return short + " " * (width - cell_width(short))
