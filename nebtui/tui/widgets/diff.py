"""A unified diff, and the checks of its proof, in colours."""

from __future__ import annotations

from textual.content import Content

from nebtui.fixing.proof import Check
from nebtui.tui.widgets.markup import joined, lines, styled


def coloured(diff_lines: list[str]) -> Content:
    """A unified diff in colours; the sign at the start of each line says the same."""
    tones = {"+": "ok", "-": "bad", "@": "dim"}
    result = []
    for text in diff_lines:
        head = text.startswith(("+++", "---"))
        result.append(styled(text, "info" if head else tones.get(text[:1], "")))
    return lines(result) if result else styled("changes no file", "dim")


def check_line(check: Check) -> Content:
    glyph, tone = {True: ("✓", "ok"), False: ("✗", "bad"), None: ("?", "warn")}[check.ok]
    return joined((f"{glyph} ", tone), check.message)
