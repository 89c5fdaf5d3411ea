"""A static text that repaints and lays itself out again only when it says something else."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class CachedStatic(Static):
    """What is told every second is mostly what was told before: that must cost nothing."""

    _said: Content | None = None

    def say(self, content: Content) -> None:
        """Show a text; the layout is asked only where the number of lines changed."""
        if self._said is not None and content.is_same(self._said):
            return
        lines = content.plain.count("\n")
        same_height = (
            self._said is not None and self._said.plain.count("\n") == lines and self._fits(content)
        )
        self._said = content
        self.update(content, layout=not same_height)

    def _fits(self, content: Content) -> bool:
        """No line is long enough to be wrapped, neither before nor now."""
        said = self._said.plain if self._said is not None else ""
        width = self.content_size.width
        return all(
            len(line) <= width for text in (said, content.plain) for line in text.split("\n")
        )
