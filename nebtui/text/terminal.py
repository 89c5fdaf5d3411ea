"""What a terminal can show of a text: printable characters, their width in cells, and
shortening."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from nebtui.light_pattern import pattern
from nebtui.text.ascii import in_ascii

_DOUBTFUL = pattern("[\u2630-\u2637\u268a-\u268f\u3164\u4dc0-\u4dff\uffa0\U0001d300-\U0001d376]")
"""One cell wide in some Unicode versions, two or none in others."""
_ESCAPES = pattern("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?")
"""Colours, cursor movements and titles as terminals are told them: gone as a whole, or their tails
would stay."""
_JOINING = pattern("[\u1160-\u11ff\ud7b0-\ud7ff\U0001f3fb-\U0001f3ff]")
"""Jamo and skin tones: drawn into the character before them where the terminal knows how."""


def plain(text: str, ascii_only: bool = False) -> str:
    """The printable rest of a text: no control, format or combining characters, ASCII only where
    asked."""
    if text.isascii() and text.isprintable():
        return text
    kept = []
    for char in unicodedata.normalize("NFC", _ESCAPES.sub("", text)):
        category = unicodedata.category(char)
        if category in {"Cc", "Zl", "Zp"}:
            kept.append(" ")  # a line break between two words must not glue them together
        elif category in {"Cn", "Co", "Cs"} or _DOUBTFUL.match(char):
            kept.append("?")  # nobody knows how wide the terminal draws these
        elif category not in {"Cf", "Mn", "Me", "Mc"} and not _JOINING.match(char):
            kept.append(" " if category == "Zs" else char)
    clean = "".join(kept)
    if ascii_only:
        return in_ascii(clean)
    return clean


def cell_width(text: str) -> int:
    """Width of a `plain` text in terminal cells."""
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(char) in "WF" for char in text)


@lru_cache(8192)
def shown_width(text: str) -> int:
    """Cells of what a terminal shows of any text. The texts of all rows are measured again for each
    change of one."""
    return cell_width(plain(text))


def shorten(text: str, width: int, ellipsis: str = "…") -> str:
    """The text, cut and ended with an ellipsis where it is wider than `width` cells."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    left, kept = width - 1, []
    for char in text:
        left -= cell_width(char)
        if left < 0:
            break
        kept.append(char)
    return "".join(kept) + ellipsis
