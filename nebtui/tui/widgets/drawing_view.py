"""Shows a drawing of styled lines, scrolls it, and repaints only the lines that changed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment as RichSegment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from nebtui.graph.drawn_lines import DrawnLines
from nebtui.graph.layout import Drawing, Line, plain_text
from nebtui.tui.widgets.style_cache import StyleCache

_STYLES = (
    *(f"rail-{number}" for number in range(6)),
    *("wire", "dim", "ok", "warn", "bad", "info", "title", "name", "selected", "bar", "bar-empty"),
    "pointed",
)


class DrawingView(ScrollView, inherit_bindings=False):
    """A graph's drawing; its looks are the component classes `rails--STYLE`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"rails--{style}" for style in _STYLES}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._drawing = Drawing()
        self._looks = StyleCache(self, "rails--")

    def text(self) -> str:
        """The drawing as plain text, lines ended by line breaks."""
        return plain_text(self._drawing)

    def render_line(self, y: int) -> Strip:
        """Line `y` of the window as a strip."""
        width, at = self.size.width, y + self.scroll_offset.y
        if at >= len(self._drawing.lines):
            return Strip.blank(width, self.rich_style)
        line = self.line_at(at)
        segments = [RichSegment(text, self._looks.of(style)) for text, style in line]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def line_at(self, at: int) -> Line:
        """The line of the drawing with this index, as it is shown now."""
        return self._drawing.lines[at]

    def notify_style_update(self) -> None:
        """Forget the looks of another theme or focus."""
        self._looks.forget()
        super().notify_style_update()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as are drawn."""
        return len(self._drawing.lines)

    def put(self, drawing: Drawing, width: int, *, resized: bool) -> bool:
        """Show this drawing of `width` cells; True where all was laid out anew, so that another
        part of it may be in the window."""
        before, self._drawing = self._drawing.lines, drawing
        lines = drawing.lines
        if resized or len(lines) != len(before):
            self.virtual_size = Size(width, len(lines))
            self.refresh(layout=len(lines) != len(before))
            return True
        for y in self.window:  # what is not in it is drawn when it comes there
            if before[y] != lines[y]:
                self.refresh_lines(y)
        return False

    def exchange(self, lines: Mapping[int, Line]) -> None:
        """Show other texts on these lines (index -> line), as wide as the drawing is."""
        shown = self._drawing.lines
        assert isinstance(shown, DrawnLines)  # a graph's, as only they have figures
        for y, line in lines.items():
            if shown[y] != line:
                self.refresh_lines(y)
        self._drawing = replace(self._drawing, lines=shown.exchanged(lines))

    @property
    def window(self) -> range:
        """The indices of the lines that are in the window."""
        top = self.scroll_offset.y
        return range(top, min(len(self._drawing.lines), top + self.size.height))

    def reveal(self, id: str | None) -> None:
        """Scroll so that the line of a row or group is in the window, with the titles above the
        first one."""
        y = self._drawing.row_of.get(id or "")
        height = self.scrollable_content_region.height
        if y is None or height <= 0:
            return
        first = self._drawing.order[0] == id
        top = min(max(self.scroll_offset.y, y - height + 1), 0 if first and y < height else y)
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
