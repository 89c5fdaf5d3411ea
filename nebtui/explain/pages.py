"""Which row of the table belongs to a line of text, or to a word of a line of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nebtui.explain.table import TableRow, page

_WORD = re.compile(r"\S+(?: \S+)*")


def line_entry(name: str, lines: Sequence[str], y: int) -> TableRow | None:
    """What explains line `y` of a page: a line that explains itself, or the one that it goes on;
    None where neither is there."""
    for text in reversed(lines[: y + 1]):
        if not text.strip():
            return None
        if found := _matching(page(name), text):
            return found
    return None


def word_entry(name: str, text: str, x: int) -> tuple[TableRow, str] | None:
    """What explains the word in cell `x` of a line of words, and the word; two blanks part them."""
    for left, right, word in words(text):
        if left <= x < right and (found := _matching(page(name), word)):
            return found, word
    return None


def words(text: str) -> Iterator[tuple[int, int, str]]:
    """First and last cell (not included) of each word of a line. A glyph is one cell wide."""
    for found in _WORD.finditer(text):
        yield found.start(), found.end(), found.group()


def told(name: str, lines: Sequence[str], *, by_word: bool = False) -> list[tuple[TableRow, str]]:
    """Every row that a page needs now, once, in the order in which it is met, and what is met."""
    found: dict[str, tuple[TableRow, str]] = {}
    for text in lines:
        parts = [word for _, _, word in words(text)] if by_word else [text]
        for part in parts:
            entry = _matching(page(name), part) if part.strip() else None
            if entry is not None:
                found.setdefault(entry.key, (entry, part.strip()))
    return list(found.values())


def _matching(entries: Sequence[TableRow], text: str) -> TableRow | None:
    """The first row whose pattern the text has at its begin."""
    bare = text.strip()
    found = (e for e in entries if re.match(e.match, text if e.match.startswith(" ") else bare))
    return next(found, None)
