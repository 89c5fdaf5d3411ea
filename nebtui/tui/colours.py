"""nebtui's own colours as plain data, and what a drawing's styles mean in them: for Textual's
themes, and for the first frame, which stands before Textual is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from nebtui.light_pattern import pattern

DARK_COLOURS: Mapping[str, str] = {
    "primary": "#4fb3ff",
    "secondary": "#9aa7b8",
    "accent": "#4fb3ff",
    "foreground": "#d5dbe3",
    "background": "#0f1519",
    "surface": "#151c22",
    "panel": "#1b242c",
    "success": "#5fd38d",
    "warning": "#f2c14e",
    "error": "#ff5c5c",
    "text-muted": "#8794a3",
    "text-primary": "#8accff",
    "text-error": "#ff6b6b",
    "text-warning": "#f2c14e",
    "text-success": "#6fd99a",
}
LIGHT_COLOURS: Mapping[str, str] = {
    "primary": "#0b62b8",
    "secondary": "#5a6675",
    "accent": "#0b62b8",
    "foreground": "#1d2733",
    "background": "#fbfbf9",
    "surface": "#f1f2f0",
    "panel": "#e6e8e6",
    "success": "#1c7a43",
    "warning": "#8a5a00",
    "error": "#b3261e",
    "text-muted": "#586370",
    "text-primary": "#074079",
    "text-error": "#b3261e",
    "text-warning": "#8a5a00",
    "text-success": "#1c7a43",
}
CONTRAST_COLOURS: Mapping[str, str] = {
    "primary": "#5fd7ff",
    "secondary": "#ffffff",
    "accent": "#5fd7ff",
    "foreground": "#ffffff",
    "background": "#000000",
    "surface": "#000000",
    "panel": "#1c1c1c",
    "success": "#5fff5f",
    "warning": "#ffd700",
    "error": "#ffa0a0",
    "text-muted": "#d0d0d0",
    "text-error": "#ffa0a0",
    "text-warning": "#ffd700",
    "text-success": "#5fff5f",
    "text-primary": "#5fd7ff",
    "scrollbar": "#8a8a8a",
    "scrollbar-hover": "#b0b0b0",
    "scrollbar-active": "#ffffff",
    "scrollbar-background": "#000000",
}
PALETTES: Mapping[str, Mapping[str, str]] = {
    "": DARK_COLOURS,
    "nebtui-dark": DARK_COLOURS,
    "nebtui-light": LIGHT_COLOURS,
    "nebtui-contrast": CONTRAST_COLOURS,
}
"""By the name of the theme in the settings."""
WORD_STYLES = {
    "ok": "$text-success",
    "warn": "$text-warning",
    "bad": "bold $text-error",
    "info": "$text-primary",
    "dim": "$text-muted",
    "title": "bold $foreground",
    "key": "reverse",
    "": "",
}
"""How words of each tone look, in Textual's language."""

_RULE = pattern(r"^((?:\S+ )?Rails\S*) > \.rails--([\w-]+) \{ ([\w-]+): ([^;]+); \}$", re.MULTILINE)
_VARIANTS = {"nebtui-light": "Rails:light", "nebtui-contrast": ".-theme-nebtui-contrast Rails"}
"""How the style sheet says that a rule is for one theme only."""
_PART = pattern(r"(\$[\w-]+|#[0-9a-fA-F]{6})(?: (\d+)%)?")


class Look(NamedTuple):
    """A colour of the text as `#rrggbb`, "" for that of its surroundings; bold; fore- and
    background exchanged."""

    colour: str = ""
    bold: bool = False
    reverse: bool = False


def look(words: str, palette: Mapping[str, str]) -> Look:
    """What `bold $text-error` or `$foreground 28%` means in a palette."""
    found = _PART.search(words)
    if found is None:
        return Look("", "bold" in words, "reverse" in words)
    colour = palette[found[1][1:]] if found[1].startswith("$") else found[1]
    if found[2]:
        colour = blended(palette["background"], colour, int(found[2]) / 100)
    return Look(colour, "bold" in words, "reverse" in words)


def drawing_looks(sheet: str, theme: str) -> Mapping[str, Look]:
    """The looks of a graph's styles by name, as its style sheet has them in a theme of ours."""
    rules = [rule for rule in _RULE.findall(sheet) if rule[2] != "background"]
    looks = {}
    for wanted in ("Rails", _VARIANTS.get(theme, "")):
        for selector, name, _, value in rules:
            if selector == wanted:
                looks[name] = look(value, PALETTES[theme])
    return looks


def blended(under: str, over: str, share: float) -> str:
    """A colour that lets another one through, both as `#rrggbb`."""
    pairs = zip(channels(under), channels(over), strict=True)
    return "#" + "".join(f"{int(low + (high - low) * share):02x}" for low, high in pairs)


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`."""
    number = int(colour[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255
