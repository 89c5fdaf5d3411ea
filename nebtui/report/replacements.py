"""One text as replacements in another: where lines go out, and what comes in."""

from __future__ import annotations

import difflib

from nebtui.light_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Replacement:
    """What goes out, from one place to another, and the text that comes in there. Lines and columns
    count from 1; the end is the first place that stays."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int
    inserted: str


def replacements(before: str, after: str) -> tuple[Replacement, ...]:
    """Replacements of whole lines that make `after` of `before`, in their order, none touching
    another. Lines end with LF (a CR before it is part of the line)."""
    old, new = _lines(before), _lines(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        Replacement(*_place(old, first), *_place(old, last), "".join(new[begin:end]))
        for what, first, last, begin, end in matcher.get_opcodes()
        if what != "equal"
    )


def _lines(text: str) -> list[str]:
    """The lines with their LF; `splitlines` ends them at nine other characters too."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _place(lines: list[str], number: int) -> tuple[int, int]:
    """Line and column of the begin of a line; after the last one the end of the text."""
    if number < len(lines) or not lines or lines[-1].endswith("\n"):
        return number + 1, 1
    return number, len(lines[-1]) + 1
