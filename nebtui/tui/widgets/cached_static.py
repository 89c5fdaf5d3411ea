"""A static text that repaints and lays itself out again only when it says something else."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class CachedStatic(Static):
    """What is told every second is mostly what was told before: that must cost nothing."""

    _content_shown: Content | None = None

    def set_content(self, content: Content) -> None:
        """Show a text; the layout is asked only where the number of lines changed."""
        if self._content_shown is not None and content.is_same(self._content_shown):
            return
        lines = content.plain.count("\n")
        same_height = (
            self._content_shown is not None
            and self._content_shown.plain.count("\n") == lines
            and self._fits(content)
        )
        self._content_shown = content
        self.update(content, layout=not same_height)

    def _fits(self, content: Content) -> bool:
        """No line is long enough to be wrapped, neither before nor now."""
        shown = self._content_shown.plain if self._content_shown is not None else ""
        width = self.content_size.width
        return all(
            len(line) <= width for text in (shown, content.plain) for line in text.split("\n")
        )
