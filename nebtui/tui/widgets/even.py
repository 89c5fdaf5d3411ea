"""Containers that show nothing of their own but a background."""

from __future__ import annotations

from textual.containers import Vertical, VerticalScroll
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Even(Widget):
    """The lines between its borders are one line: Textual cuts each line of a container to the
    pieces beside its children and keeps them, 4 MB of equal ones on a large screen. To stand last
    among the bases of a class: its styles are those of the first."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of it, the even ones all the same object."""
        top = self.gutter.top
        below = self.outer_size.height - self.gutter.bottom
        lines: list[Strip] = []
        even: list[Strip] = []
        for y in crop.line_range:
            if top <= y < below:
                even = even or super().render_lines(Region(crop.x, top, crop.width, 1))
                lines += even
            else:
                lines += super().render_lines(Region(crop.x, y, crop.width, 1))
        return lines


class EvenVertical(Vertical, Even):
    """Even, its children below each other."""


class EvenScroll(VerticalScroll, Even):
    """Even, its children below each other on a page that is scrolled."""
