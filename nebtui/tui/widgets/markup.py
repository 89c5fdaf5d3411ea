"""Styled words for the screen: theme colours by meaning, and every outside text as plain text."""

from __future__ import annotations

from textual.content import Content, Span
from textual.style import Style

from nebtui.text.mask import mask
from nebtui.text.terminal import plain
from nebtui.tui.colours import WORD_STYLES

SEVERITY = {"error": ("✗", "bad"), "warning": ("▲", "warn"), "advice": ("·", "dim")}


def styled(text: str, tone: str = "") -> Content:
    """Outside text in a tone: no markup is read, control characters are gone, secrets masked."""
    clean = plain(mask(text))
    style = WORD_STYLES[tone]
    return Content(clean, [Span(0, len(clean), style)] if style and clean else [])


def joined(*parts: tuple[str, str] | str) -> Content:
    """A line of words: texts, or (text, tone) pairs."""
    return Content("").join(styled(p) if isinstance(p, str) else styled(*p) for p in parts)


def pressed(text: str, tone: str, action: str) -> Content:
    """Words that do something when they are clicked. `action`: as in the table of keys, written
    here; nothing that a file or container holds may be in it."""
    return styled(text, tone).stylize(Style.from_meta({"@click": action}))


def lines(many: list[Content]) -> Content:
    """Lines below one another."""
    return Content("\n").join(many)
