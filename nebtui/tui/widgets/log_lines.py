"""The lines of a log, scrolled; only those in the window are styled and masked."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.text.mask import mask
from nebtui.text.terminal import cell_width, plain, shorten
from nebtui.text.units import clock_time
from nebtui.tui.log_page import LONGEST, LogPage, line_at
from nebtui.tui.widgets.style_cache import StyleCache

COLOURS = 6
LONGEST_NAME = 24
_STYLES = (*(f"service-{n}" for n in range(COLOURS)), "dim", "note", "error", "match", "here")


class LogLines(ScrollView):
    """Shows a page. It follows the newest line until one scrolls up."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{style}" for style in _STYLES}

    def __init__(self, services: tuple[ServiceKey, ...], *, ascii: bool) -> None:
        super().__init__()
        self.page = LogPage()
        self.wrapped = False
        self.following = True
        self.pattern: re.Pattern[str] | None = None
        self.here: int | None = None
        """The line that the search stands on."""
        self._ascii = ascii
        self._number = {key: at % COLOURS for at, key in enumerate(services)}
        alone = len({key.project for key in services}) == 1
        names = {key: key.service if alone else str(key) for key in services}
        wide = min(LONGEST_NAME, max((cell_width(plain(n)) for n in names.values()), default=0))
        self._names = {
            key: _padded(plain(mask(name), ascii), wide) if len(names) > 1 else ""
            for key, name in names.items()
        }
        self._margin = len("00:00:00 ") + (wide + 1 if len(names) > 1 else 0)
        self._rows: list[int] = []
        self._looks = StyleCache(self, "log--")

    def add(self, lines: tuple[LogLine, ...]) -> None:
        """Show more lines below; what is looked at stays where it is."""
        gone = self.page.add(lines)
        rows_gone = self._rows[gone - 1] if self.wrapped and gone else gone
        if self.here is not None:
            self.here = self.here - gone if self.here >= gone else None
        self.lay_out(-rows_gone)

    def lay_out(self, moved: int = 0) -> None:
        """Work the rows out anew; `moved`: how many rows further down everything is now."""
        room = max(1, self.size.width - self._margin)
        self._rows = self.page.rows(room) if self.wrapped else []
        height = self._rows[-1] if self._rows else len(self.page.lines)
        width = self.size.width if self.wrapped else self._margin + LONGEST
        self.virtual_size = Size(width, height)
        self.keep_up()
        if moved and not self.following:
            self.scroll_to(y=max(0, self.scroll_offset.y + moved), animate=False, immediate=True)
        self.refresh()

    def keep_up(self) -> None:
        """Show the newest line while it is followed; how far down that is is known only after
        the lines were laid out."""
        if self.following and self.scroll_offset.y < self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever scrolls up wants to read: the newest line is not followed any more."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and new_value < self.max_scroll_y:
            self.following = False

    def on_resize(self) -> None:
        """Rows are as long as the window is wide."""
        self.lay_out()

    def row_of(self, line: int) -> int:
        """The first row of a line."""
        return (self._rows[line - 1] if line else 0) if self.wrapped else line

    def show_line(self, line: int) -> None:
        """Scroll so that a line is in the middle of the window."""
        self.scroll_to(
            y=max(0, self.row_of(line) - self.size.height // 2), animate=False, immediate=True
        )
        self.refresh()

    @property
    def first_line(self) -> int:
        """The line at the top of the window."""
        y = int(self.scroll_offset.y)
        return line_at(self._rows, y)[0] if self.wrapped else y

    def visible_text(self) -> str:
        """What the window shows, the lines whole."""
        last = self.first_line + self.size.height
        if self.wrapped:
            last = line_at(self._rows, int(self.scroll_offset.y) + self.size.height - 1)[0] + 1
        return "\n".join(map(self._plain, range(self.first_line, min(last, len(self.page.lines)))))

    def _plain(self, at: int) -> str:
        service = self.page.lines[at].service
        name = self._names.get(service, "") if service else ""
        return (f"{name} " if name else "") + plain(mask(self.page.texts[at]))

    def render_line(self, y: int) -> Strip:
        """Row `y` of the window as a strip."""
        width, row = self.size.width, y + int(self.scroll_offset.y)
        line, part = line_at(self._rows, row) if self.wrapped else (row, 0)
        if line >= len(self.page.lines):
            return Strip.blank(width, self.rich_style)
        room = max(1, width - self._margin)
        start = part * room if self.wrapped else int(self.scroll_offset.x)
        head = self._head(self.page.lines[line], part)
        text = Strip(self._text(line)).crop(start, start + room)
        return Strip([*head, *text]).adjust_cell_length(width, self.rich_style)

    def _head(self, line: LogLine, part: int) -> list[Segment]:
        """Time and service, on the first row of a line."""
        if part:
            return [Segment(" " * self._margin, self.rich_style)]
        name = self._names.get(line.service, "") if line.service else ""
        number = self._number.get(line.service, 0) if line.service else 0
        wide = self._margin - len("00:00:00 ")
        return [
            Segment(f"{clock_time(line.at / 1e9):<8} ", self._looks.of("dim")),
            Segment(f"{name} " if name else " " * wide, self._looks.of(f"service-{number}")),
        ]

    def _text(self, at: int) -> list[Segment]:
        """The words of a line, what is searched for in another style."""
        line = self.page.lines[at]
        text = plain(mask(self.page.texts[at]), self._ascii)
        style = {"note": "note", "stderr": "error", "stdout": ""}[line.source]
        style = f"{style} here".strip() if at == self.here else style
        if line.source == "note":
            return [Segment(f"! {text}", self._looks.of(style))]
        segments, done = [], 0
        for found in self.pattern.finditer(text) if self.pattern else ():
            if found.end() > found.start():
                segments.append(Segment(text[done : found.start()], self._looks.of(style)))
                segments.append(Segment(found[0], self._looks.of(f"{style} match".strip())))
                done = found.end()
        return [*segments, Segment(text[done:], self._looks.of(style))]

    def notify_style_update(self) -> None:
        """Forget the looks of another theme."""
        self._looks.forget()
        super().notify_style_update()


def _padded(name: str, width: int) -> str:
    short = shorten(name, width)
    return short + " " * (width - cell_width(short))
