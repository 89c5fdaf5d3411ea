"""The last step before the terminal where that shows ASCII only: every character of every line."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from nebtui.text.ascii import in_ascii


class AsciiFilter(LineFilter):
    """Puts the likeness of a character in its place; each line stays as wide as it is."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in ASCII."""
        return [
            segment
            if segment.text.isascii()
            else Segment(_as_wide(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def _as_wide(text: str) -> str:
    """Joined emoji are narrower than their parts."""
    width = cell_len(text)
    return in_ascii(text)[:width].ljust(width)
