"""The same text in ASCII, cell for cell: for terminals and locales that show nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

GLYPHS: Mapping[str, str] = {
    # States: ready, port open, unverified, unhealthy, failed, not created, waiting, starting, done.
    **dict(zip("●◉◌▲✗○◔◐✓", "*+?!x-~%y", strict=True)),
    # Marks of lists, graphs and timelines.
    **dict(zip("◎⦿◑◆◄►▾▸▼↻•·…", "00%#<>v>vR*-~", strict=True)),
    **dict(zip("→←↑↓⇧×≠≥≤»", "><^v^x#><>", strict=True)),
    **dict(zip("–—“”‘’°µ", "--\"\"'''u", strict=True)),
    # Strokes and bars.
    **dict(zip("─━┄┈│┃┆┊", "--..||::", strict=True)),
    **dict(zip("▁▂▃▄▅▆▇█░▒▓▔▏▎▌▐▕", "__--==##.%#-|||||", strict=True)),
    **dict(zip("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\|/-\\|/", strict=True)),
    "🔎": "/ ",  # Textual's palette
}
"""What nebtui draws with; every value has as many cells as its key."""
_STROKES, _BLOCKS = range(0x2500, 0x2580), range(0x2580, 0x25A0)


def in_ascii(text: str) -> str:
    """The text in as many cells of ASCII. What has no likeness becomes a question mark, or two
    where it is two cells wide; a combining character takes none."""
    return text if text.isascii() else "".join(map(_likeness, text))


def _likeness(char: str) -> str:
    if char.isascii():
        return char
    if known := GLYPHS.get(char):
        return known
    code = ord(char)
    if code in _STROKES or code in _BLOCKS:
        return "+" if code in _STROKES else "#"
    category = unicodedata.category(char)
    if category in {"Mn", "Me", "Cf"}:
        return ""
    if category == "Zs":
        return " "
    return "??" if unicodedata.east_asian_width(char) in "WF" else "?"
