"""Character cells: how wide a text is, and strokes that join where they meet."""

from collections.abc import Iterable
from typing import NamedTuple

from nebtui.light_dataclass import dataclass
from nebtui.text.terminal import cell_width, shorten

UP, DOWN, LEFT, RIGHT, KNOT = 1, 2, 4, 8, 16
"""Bits of a cell: the four half strokes, and a mark that crossing strokes belong together here."""

_JOINTS = " │││─╯╮┤─╰╭├─┴┬┼"  # half strokes are drawn whole: fonts leave gaps between halves
_ASCII_JOINTS = " |||-+++-+++-+++"


class Segment(NamedTuple):
    """A text without line breaks and the space-separated names of its style.

    A tuple, not a dataclass: a drawing makes thousands a frame and two drawings are compared line
    by line.
    """

    text: str
    style: str


Line = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One alphabet of the drawing; every member is one cell wide, `joints` holds one character per
    stroke mask."""

    joints: str
    dot: str
    hollow: str
    diamond: str
    arrow: str
    cross: str
    opened: str
    closed: str
    bar: str
    bar_empty: str
    dash: str
    ellipsis: str
    towards: str


BOX = Glyphs(_JOINTS, "●", "○", "◆", "◄", "✗", "▾", "▸", "▆", "·", "┆", "…", "→")
ASCII = Glyphs(_ASCII_JOINTS, "o", ".", "*", "<", "x", "v", ">", "#", ".", ":", "~", ">")


def fitted(text: str, width: int, ellipsis: str = "…") -> str:
    """The text in exactly `width` cells, padded at the right or cut."""
    short = shorten(text, width, ellipsis)
    return short + " " * (width - cell_width(short))


class Pen:
    """Writes one line from left to right and never beyond `width` cells."""

    __slots__ = ("_ellipsis", "left", "segments")

    def __init__(self, width: int, ellipsis: str) -> None:
        self.left = width
        self._ellipsis = ellipsis
        self.segments: list[Segment] = []

    def write(self, text: str, style: str = "") -> None:
        """Add a text at its own width, cut where the line ends."""
        width = cell_width(text)
        if width > self.left:
            text = shorten(text, self.left, self._ellipsis)
            width = cell_width(text)
        if text:
            self.left -= width
            self.segments.append(Segment(text, style))

    def column(self, text: str, width: int, style: str = "") -> None:
        """Add a text in exactly `width` cells."""
        self.write(fitted(text, width, self._ellipsis), style)

    def strokes(self, segments: Iterable[Segment], width: int) -> None:
        """Add segments known to be `width` cells wide together; the caller makes sure that they
        fit."""
        self.segments.extend(segments)
        self.left -= width

    def line(self) -> Line:
        """The line without the blanks at its end."""
        segments = self.segments
        while segments and not segments[-1].style.startswith("selected"):
            text, style = segments[-1]
            short = text.rstrip(" ")
            if short:
                if short != text:
                    segments[-1] = Segment(short, style)
                break
            segments.pop()
        return tuple(segments)


class Canvas:
    """A block of cells that collects strokes and single glyphs; where strokes merely cross, the
    upright one stays."""

    __slots__ = ("_glyphs", "_marks", "_masks", "_styles", "_width", "dashed")

    def __init__(self, width: int, height: int, glyphs: Glyphs) -> None:
        self._width = width
        self._glyphs = glyphs
        self._masks = [0] * (width * height)
        self._styles = [""] * (width * height)
        self._marks: dict[int, str] = {}
        self.dashed: set[int] = set()

    def upright(self, x: int, top: int, bottom: int, style: str) -> None:
        """A stroke down column `x` from the middle of line `top` to the middle of line `bottom`."""
        if top >= bottom:
            return
        masks, styles, width = self._masks, self._styles, self._width
        masks[top * width + x] |= DOWN
        masks[bottom * width + x] |= UP
        for at in range((top + 1) * width + x, bottom * width + x, width):
            masks[at] |= UP | DOWN
        for at in range(top * width + x, bottom * width + x + 1, width):
            styles[at] = style

    def level(self, y: int, left: int, right: int, style: str) -> None:
        """A stroke along line `y` from the middle of column `left` to the middle of column
        `right`."""
        if left >= right:
            return
        masks, styles, start = self._masks, self._styles, y * self._width
        masks[start + left] |= RIGHT
        masks[start + right] |= LEFT
        for at in range(start + left + 1, start + right):
            masks[at] |= LEFT | RIGHT
        for at in range(start + left, start + right + 1):
            if masks[at] & (UP | DOWN | KNOT) != UP | DOWN:
                styles[at] = style

    def knot(self, x: int, y: int) -> None:
        """Say that the strokes which meet in this cell are joined."""
        self._masks[y * self._width + x] |= KNOT

    def mark(self, x: int, y: int, glyph: str, style: str) -> None:
        """Put a one-cell glyph over the strokes of a cell."""
        at = y * self._width + x
        self._marks[at] = glyph
        self._styles[at] = style
        self._masks[at] |= KNOT

    def row(self, y: int, width: int | None = None) -> list[Segment]:
        """The first `width` cells of line `y` (all of them when None) as segments of equal
        style."""
        start = y * self._width
        end = start + (self._width if width is None else min(width, self._width))
        segments: list[Segment] = []
        text, style = "", ""
        for at in range(start, end):
            char = self._char(at)
            now = self._styles[at] if char != " " else ""
            if now != style and text:
                segments.append(Segment(text, style))
                text = ""
            text += char
            style = now
        if text:
            segments.append(Segment(text, style))
        return segments

    def _char(self, at: int) -> str:
        mask = self._masks[at]
        if not mask:
            return " "
        if mask & KNOT and at in self._marks:
            return self._marks[at]
        strokes = mask & 15
        if strokes == 15 and not mask & KNOT:
            strokes = UP | DOWN  # a bridge: the level stroke passes underneath
        if strokes == UP | DOWN and at % self._width in self.dashed:
            return self._glyphs.dash
        return self._glyphs.joints[strokes]
