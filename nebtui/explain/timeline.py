"""Which mark of a start's bars stands in a cell of a line of text."""

from __future__ import annotations

from nebtui.graph.timeline import BLOCKS, LETTERS, Marks

FIELDS = ("held", "starting", "listening", "healthy", "died", "done", "refused", "cursor")
LEAST = 2
"""Marks that stand beside one another in a bar; one alone may be a letter of a sentence."""


def mark_key(text: str, x: int) -> str:
    """The key of the mark in cell `x`, "" where there is none: a bar is a run of marks, and no
    letter of a word touches a mark."""
    if not 0 <= x < len(text):
        return ""
    marks = BLOCKS if any(char in text for char in _signs(BLOCKS)) else LETTERS
    known = {getattr(marks, field): field for field in FIELDS}
    field = known.get(text[x])
    if field is None or not _in_a_bar(text, x, set(known)):
        return ""
    return f"timeline.{field}"


def _signs(marks: Marks) -> str:
    """The marks that are in no sentence."""
    return marks.held + marks.starting + marks.listening + marks.healthy


def _in_a_bar(text: str, x: int, marks: set[str]) -> bool:
    """The cell is in a run of marks between blanks, which is long enough or has others beside
    it."""
    left, right = x, x
    while left > 0 and text[left - 1] in marks:
        left -= 1
    while right + 1 < len(text) and text[right + 1] in marks:
        right += 1
    around = text[left - 1 : left] + text[right + 1 : right + 2]
    if around.strip():
        return False
    alone = right - left + 1 < LEAST
    return not alone or any(pair in text for pair in (2 * mark for mark in marks - {"!", "|"}))
