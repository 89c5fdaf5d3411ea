"""The lines of a log, scrolled; only those in the window are styled and masked."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nebtui.facts.declared import ServiceKey
from nebtui.facts.logs import LogLine
from nebtui.tui.log_page import LONGEST, HeldLine, LogFilter, LogPage, line_at
from nebtui.tui.widgets.log_pen import STYLES, TIMES, LogPen


class LogLines(ScrollView, inherit_bindings=False):
    """Shows a page. It follows the newest line until one scrolls up."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{style}" for style in STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, show=False)
        for key, action in (
            ("left", "scroll_left"),
            ("right", "scroll_right"),
            ("pageup", "page_up"),
            ("pagedown", "page_down"),
        )
    ]

    def __init__(
        self, services: tuple[ServiceKey, ...], now: Callable[[], float], *, ascii: bool
    ) -> None:
        """`now`: the box's time in Unix seconds."""
        super().__init__()
        self.page = LogPage()
        self.pen = LogPen(self, services, ascii=ascii)
        self.wrapped = False
        self.following = True
        self.here: int | None = None
        """The number of the line that the cursor stands on."""
        self._now = now
        self._rows: list[int] = []
        self._read: list[HeldLine] = []

    def read(self, lines: tuple[LogLine, ...]) -> None:
        """Read more lines, which `show_read` shows."""
        self._read += map(self.page.read, lines)

    def show_read(self) -> None:
        """Show what was read below the others; what is looked at stays where it is."""
        gone = self.page.put(self._read)
        self._read = []
        rows_gone = self._rows[gone - 1] if self.wrapped and gone else gone
        if self.here is not None and self.here < self.page.dropped:
            self.here = None
        self.lay_out(-rows_gone)

    def show(self, filter: LogFilter, *, raw: bool) -> None:
        """Narrow what is shown; the line at the top stays there, or the next one that is kept."""
        first = self.first_line
        number = self.page.shown[first] if first < len(self.page.shown) else None
        self.page.show(filter, raw=raw)
        self.lay_out()
        if number is not None and not self.following:
            self.go_to_row(self.row_of(self.page.place(number)))

    def turn_times(self) -> None:
        """Show times in the next way."""
        self.pen.times = TIMES[(TIMES.index(self.pen.times) + 1) % len(TIMES)]
        self.lay_out()

    def lay_out(self, moved: int = 0) -> None:
        """Work the rows out anew; `moved`: how many rows further down everything is now."""
        room = max(1, self.size.width - self.pen.margin)
        self._rows = self.page.rows(room) if self.wrapped else []
        height = self._rows[-1] if self._rows else len(self.page.shown)
        width = self.size.width if self.wrapped else self.pen.margin + LONGEST
        self.virtual_size = Size(width, height)
        self.keep_up()
        if moved and not self.following:
            self.go_to_row(self.scroll_offset.y + moved)
        self.refresh()

    def go_to_row(self, row: int) -> None:
        """Scroll at once so that a row is the first in the window."""
        self.scroll_to(y=max(0, row), animate=False, immediate=True)

    def keep_up(self) -> None:
        """Show the newest line while it is followed; how far down that is is known only after
        the lines were laid out."""
        if self.following and self.scroll_offset.y < self.max_scroll_y:
            self.go_to_row(self.max_scroll_y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever scrolls up wants to read: the newest line is not followed any more."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and new_value < self.max_scroll_y:
            self.following = False

    def on_resize(self) -> None:
        """Rows are as long as the window is wide."""
        self.lay_out()

    def row_of(self, place: int) -> int:
        """The first row of a line."""
        return (self._rows[place - 1] if place else 0) if self.wrapped else place

    def show_line(self, place: int) -> None:
        """Put the cursor on a line and scroll so that it is in the middle of the window."""
        self.following, self.here = False, self.page.shown[place]
        self.go_to_row(self.row_of(place) - self.size.height // 2)
        self.refresh()

    @property
    def first_line(self) -> int:
        """The place of the line at the top of the window."""
        return self._place_at(int(self.scroll_offset.y))

    @property
    def last_line(self) -> int:
        """The place of the last line in the window."""
        last = self._place_at(int(self.scroll_offset.y) + max(1, self.size.height) - 1)
        return min(last, len(self.page.shown) - 1)

    def _place_at(self, row: int) -> int:
        return line_at(self._rows, row)[0] if self.wrapped else row

    @property
    def marked(self) -> HeldLine | None:
        """The line under the cursor; None where that is not in the window."""
        if self.here is None or not self.page.shown:
            return None
        place = self.page.place(self.here)
        inside = self.first_line <= place <= self.last_line
        return self.page.line(self.here) if inside and self._is_shown(place) else None

    def _is_shown(self, place: int) -> bool:
        return place < len(self.page.shown) and self.page.shown[place] == self.here

    def move(self, by: int) -> None:
        """Move the cursor so many lines; it appears at the edge of the window."""
        shown = self.page.shown
        if not shown:
            return
        if self.marked is None or self.here is None:
            place = self.last_line if by < 0 or self.following else self.first_line
        else:
            place = max(0, min(len(shown) - 1, self.page.place(self.here) + by))
        self.following, self.here = False, shown[place]
        top, bottom = self.row_of(place), self.row_of(place + 1) if self.wrapped else place + 1
        if top < self.scroll_offset.y:
            self.go_to_row(top)
        elif bottom > self.scroll_offset.y + self.size.height:
            self.go_to_row(bottom - self.size.height)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked line; a double click goes to its service."""
        place = self._place_at(event.y + int(self.scroll_offset.y))
        if place < len(self.page.shown):
            self.following, self.here = False, self.page.shown[place]
            self.refresh()
            if event.chain == 2:
                self.call_later(self.screen.run_action, "service")

    def visible_text(self) -> str:
        """What the window shows, the lines whole."""
        numbers = self.page.shown[self.first_line : self.last_line + 1]
        raw = self.page.raw
        return "\n".join(self.pen.named(self.page.line(number), raw=raw) for number in numbers)

    def render_line(self, y: int) -> Strip:
        """Row `y` of the window as a strip."""
        width, row = self.size.width, y + int(self.scroll_offset.y)
        place, part = line_at(self._rows, row) if self.wrapped else (row, 0)
        if place >= len(self.page.shown):
            strip = Strip([self.pen.sentence(self._nothing() if y == 0 else "")])
            return strip.adjust_cell_length(width, self.rich_style)
        number = self.page.shown[place]
        held, margin = self.page.line(number), self.pen.margin
        room = max(1, width - margin)
        start = part * room if self.wrapped else int(self.scroll_offset.x)
        head = [Segment(" " * margin, self.rich_style)]
        if not part:
            head = self.pen.head(held.line, self._now())
        words = self.pen.words(held, raw=self.page.raw, here=number == self.here)
        text = Strip(words).crop(start, start + room)
        return Strip([*head, *text]).adjust_cell_length(width, self.rich_style)

    def _nothing(self) -> str:
        """Why the window is empty."""
        if self.page.shown:
            return ""
        number = len(self.page.held)
        if not number:
            return "nothing was written yet"
        return (
            f"none of {number:,} lines is shown: e changes the level, m shows what does not match"
        )

    def notify_style_update(self) -> None:
        """Forget the looks of another theme."""
        self.pen.forget()
        super().notify_style_update()
